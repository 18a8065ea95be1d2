//! Associative memory on random hash bits: what a linear layer can store, and what the delta rule stores in time.

mod hadamard;
mod hash;
mod hash_memory;
mod least_squares;

pub use hadamard::walsh_hadamard;
pub use hash::Hash;
pub use hash_memory::{HashMemory, Recall};

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<HashMemory>();
}
