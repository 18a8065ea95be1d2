//! Convex learning: models without hidden units, whose one minimum every run must reach.

pub(crate) mod minimum;
mod regression;

pub(crate) use minimum::solve_positive;
pub use regression::{Kind, LinearRegression, LogisticRegression, Regression, SoftmaxRegression};

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<LinearRegression>();
    visitor.visit::<LogisticRegression>();
    visitor.visit::<SoftmaxRegression>();
}
