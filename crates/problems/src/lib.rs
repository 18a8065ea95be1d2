//! Loss surfaces, each written once, with what is known about it: data, domain, critical points, symmetries.
//!
//! A surface is a [`Problem`]: a plain struct of parameters and one formula over [`autodiff::Scalar`]. The
//! [`Registry`] turns a name and a table of parameters into an [`Instance`], which holds the recorded objective
//! with all its derivatives:
//!
//! ```
//! let mut params = toml::Table::new();
//! params.insert("dim".to_string(), 3.into());
//! let bowl = problems::Registry::builtin().get("quadratic").unwrap().build(&params).unwrap();
//! // 1/2 (x^2 + 10 y^2 + 100 z^2) at (1, 1, 1).
//! assert!((bowl.objective.evaluator().value(&[1.0, 1.0, 1.0]) - 55.5).abs() < 1e-12);
//! assert_eq!(bowl.label(), "quadratic dim=3");
//! ```
//!
//! To add one: a file like `rastrigin.rs`, its `mod` line here, and its line in [`visit_builtin`].

mod constant_network;
mod data;
mod instance;
mod network;
mod problem;
mod rank;
mod registry;
mod separable;

mod classical_saddle;
mod double_well;
mod himmelblau;
mod linear_autoencoder;
mod mlp;
mod monkey_saddle;
mod no_critical_point;
mod quadratic;
mod rastrigin;
mod rosenbrock;
mod spherical_spin;
mod styblinski_tang;
mod xor;

pub use classical_saddle::ClassicalSaddle;
pub use double_well::DoubleWell;
pub use himmelblau::Himmelblau;
pub use instance::Instance;
pub use linear_autoencoder::LinearAutoencoder;
pub use mlp::Mlp;
pub use monkey_saddle::MonkeySaddle;
pub use network::{Activation, Loss};
pub use no_critical_point::NoCriticalPoint;
pub use problem::{Domain, KnownPoint, Problem, StartLaw, dim_between, in_range};
pub use quadratic::Quadratic;
pub use rastrigin::Rastrigin;
pub use registry::{Entry, Param, Registry, Visitor, visit_builtin};
pub use rosenbrock::Rosenbrock;
pub use separable::{MOST_POINTS, separable};
pub use spherical_spin::SphericalSpin;
pub use styblinski_tang::StyblinskiTang;
pub use xor::{Pair, Xor};

/// What the file of a problem starts with: `use problems::prelude::*;`.
pub mod prelude {
    pub use crate::problem::{Domain, KnownPoint, Problem, StartLaw, dim_between, in_range};
    pub use crate::separable::separable;
    pub use autodiff::{Geometry, Rows, Scalar, Stream};
    pub use serde::{Deserialize, Serialize};
}
