//! Factorisation and signal recovery: non-convex problems without bad minima, their saddles known.

mod matrix_factorisation;
mod matrix_sensing;
mod phase_retrieval;
mod tensor_decomposition;

pub use matrix_factorisation::MatrixFactorisation;
pub use matrix_sensing::MatrixSensing;
pub use phase_retrieval::PhaseRetrieval;
pub use tensor_decomposition::TensorDecomposition;

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<MatrixFactorisation>();
    visitor.visit::<MatrixSensing>();
    visitor.visit::<PhaseRetrieval>();
    visitor.visit::<TensorDecomposition>();
}
