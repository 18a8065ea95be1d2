//! Which points are the same up to declared symmetries: units of a network exchanged or flipped, coordinates exchanged.

mod assignment;
mod canonical;
mod distinct;
mod layout;
mod relabelling;
mod symmetry;
mod weights;

pub use assignment::assignment;
pub use canonical::canonical;
pub use distinct::{Distinct, Spot, Tolerances, distinct};
pub use layout::{Layout, Parity};
pub use relabelling::Relabelling;
pub use symmetry::Symmetry;
pub use weights::match_units;
