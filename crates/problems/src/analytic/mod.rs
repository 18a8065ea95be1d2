//! Closed formulas whose critical points are known: test functions, saddles, bowls.

mod classical_saddle;
mod double_well;
mod himmelblau;
mod monkey_saddle;
mod no_critical_point;
mod quadratic;
mod rastrigin;
mod rosenbrock;
pub(crate) mod separable;
mod styblinski_tang;

pub use classical_saddle::ClassicalSaddle;
pub use double_well::DoubleWell;
pub use himmelblau::Himmelblau;
pub use monkey_saddle::MonkeySaddle;
pub use no_critical_point::NoCriticalPoint;
pub use quadratic::Quadratic;
pub use rastrigin::Rastrigin;
pub use rosenbrock::Rosenbrock;
pub use styblinski_tang::StyblinskiTang;

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<Quadratic>();
    visitor.visit::<ClassicalSaddle>();
    visitor.visit::<MonkeySaddle>();
    visitor.visit::<DoubleWell>();
    visitor.visit::<Himmelblau>();
    visitor.visit::<Rastrigin>();
    visitor.visit::<Rosenbrock>();
    visitor.visit::<StyblinskiTang>();
    visitor.visit::<NoCriticalPoint>();
}
