//! Closed formulas whose critical points are known: test functions, saddles, bowls.

mod ackley;
mod beale;
mod classical_saddle;
mod dixon_price;
mod double_well;
mod gaussian_mixture;
mod goldstein_price;
mod griewank;
mod himmelblau;
mod levy;
mod log_sum_exp;
mod michalewicz;
mod monkey_saddle;
mod mueller_brown;
mod no_critical_point;
mod powell_singular;
mod quadratic;
mod rastrigin;
mod rosenbrock;
mod saddle_tube;
mod schwefel;
pub(crate) mod separable;
mod six_hump_camel;
mod styblinski_tang;

pub use ackley::Ackley;
pub use beale::Beale;
pub use classical_saddle::ClassicalSaddle;
pub use dixon_price::DixonPrice;
pub use double_well::DoubleWell;
pub use gaussian_mixture::GaussianMixture;
pub use goldstein_price::GoldsteinPrice;
pub use griewank::Griewank;
pub use himmelblau::Himmelblau;
pub use levy::Levy;
pub use log_sum_exp::LogSumExp;
pub use michalewicz::Michalewicz;
pub use monkey_saddle::MonkeySaddle;
pub use mueller_brown::MuellerBrown;
pub use no_critical_point::NoCriticalPoint;
pub use powell_singular::PowellSingular;
pub use quadratic::Quadratic;
pub use rastrigin::Rastrigin;
pub use rosenbrock::Rosenbrock;
pub use saddle_tube::SaddleTube;
pub use schwefel::Schwefel;
pub use six_hump_camel::SixHumpCamel;
pub use styblinski_tang::StyblinskiTang;

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<Quadratic>();
    visitor.visit::<LogSumExp>();
    visitor.visit::<ClassicalSaddle>();
    visitor.visit::<MonkeySaddle>();
    visitor.visit::<DoubleWell>();
    visitor.visit::<SaddleTube>();
    visitor.visit::<Himmelblau>();
    visitor.visit::<SixHumpCamel>();
    visitor.visit::<MuellerBrown>();
    visitor.visit::<GoldsteinPrice>();
    visitor.visit::<Beale>();
    visitor.visit::<Rastrigin>();
    visitor.visit::<StyblinskiTang>();
    visitor.visit::<Schwefel>();
    visitor.visit::<Michalewicz>();
    visitor.visit::<Ackley>();
    visitor.visit::<Griewank>();
    visitor.visit::<Levy>();
    visitor.visit::<Rosenbrock>();
    visitor.visit::<DixonPrice>();
    visitor.visit::<PowellSingular>();
    visitor.visit::<GaussianMixture>();
    visitor.visit::<NoCriticalPoint>();
}
