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
//! The folders group the surfaces; `problem` says what a surface is, `motion` moves one, `instance` builds it. To add
//! one: a file like `analytic/rastrigin.rs`, and in the `mod.rs` beside it its `mod` line and its line in `visit`.

mod analytic;
mod data;
mod formula;
mod frame;
mod instance;
mod learning;
mod memory;
mod motion;
mod networks;
mod physics;
mod problem;
mod random_matrix;
mod registry;
mod signal;
mod symmetry;

pub use analytic::separable::{MOST_POINTS, separable, separable_counts, separable_share};
pub use analytic::*;
pub use formula::Formula;
pub use instance::Instance;
pub use learning::*;
pub use memory::*;
pub use motion::Motion;
pub use networks::*;
pub use physics::*;
pub use problem::{
    Counts, Domain, Ensemble, KnownPoint, Problem, Reference, ReferenceKind, StartLaw, dim_between, in_range,
};
pub use random_matrix::RandomMatrix;
pub use registry::{Entry, Param, Registry, Visitor, visit_builtin};
pub use signal::*;
pub use symmetry::{Parity, Symmetry};

/// What the file of a problem starts with: `use problems::prelude::*;`.
pub mod prelude {
    pub use crate::analytic::separable::{separable, separable_counts, separable_share};
    pub use crate::problem::{
        Counts, Domain, Ensemble, KnownPoint, Problem, Reference, StartLaw, dim_between, in_range,
    };
    pub use crate::random_matrix::RandomMatrix;
    pub use crate::symmetry::Symmetry;
    pub use autodiff::{Geometry, Rows, Scalar, Stream};
    pub use serde::{Deserialize, Serialize};
    pub use std::sync::Arc;
}
