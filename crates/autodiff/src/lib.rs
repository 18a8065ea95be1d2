//! Exact derivatives of a function written once: recorded graph, its transforms, its executors, random streams.
//!
//! A loss written over [`Scalar`] is recorded into a [`Graph`] of nodes; gradient and tangent are transforms
//! of that graph; the same graph is read by the reference interpreter (tests) and by the lane executor
//! (everything else), with equal bits. [`Objective`] bundles one function with all its derivative programs:
//!
//! ```
//! use autodiff::{Objective, Scalar};
//! // f(x, y) = x^2 y: value 12, gradient (2xy, x^2) = (12, 4), Hessian [[2y, 2x], [2x, 0]] at (2, 3).
//! let f = Objective::formula(2, |x| x[0].square() * x[1]);
//! let mut at = f.evaluator();
//! let (mut grad, mut hess) = ([0.0; 2], [0.0; 4]);
//! assert_eq!(at.gradient(&[2.0, 3.0], &mut grad), 12.0);
//! assert_eq!(grad, [12.0, 4.0]);
//! at.hessian(&[2.0, 3.0], &mut hess);
//! assert_eq!(hess, [6.0, 4.0, 4.0, 0.0]);
//! ```

mod assemble;
mod columns;
mod curvature;
mod derive;
mod encloser;
mod evaluator;
mod formula;
mod geometry;
mod graph;
mod interpret;
mod interval;
mod kernels;
mod lanes;
mod machine;
pub mod math;
mod mean;
mod objective;
mod points;
mod program;
mod random;
mod record;
mod rows;
mod scalar;
mod schedule;
mod simplify;
mod sums;
mod sweep;
mod units;
mod vector;

#[cfg(test)]
mod tests;

pub use encloser::{Bound, Encloser};
pub use evaluator::Evaluator;
pub use geometry::Geometry;
pub use graph::{Graph, Node, Op};
pub use interpret::interpret;
pub use interval::Interval;
pub use machine::{OPT_LEVEL, vector_unit, vectorised};
pub use objective::Objective;
pub use points::Points;
pub use program::Cost;
pub use random::Stream;
pub use record::Sym;
pub use rows::Rows;
pub use scalar::Scalar;
pub use sweep::{Repeated, Squares, Update, copy_lanes, update_each, update_points};
