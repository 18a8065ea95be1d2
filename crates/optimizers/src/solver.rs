//! The solver: a method that asks for what it needs, point by point, over a counted oracle.

pub mod backtracking;
pub mod basin_hopping;
pub mod cma_es;
pub mod compass_search;
pub mod cubic_newton;
mod dense;
pub(crate) mod descent;
pub mod lbfgs;
mod line_search;
pub mod newton;
pub mod newton_cg;
pub mod random_directions;
pub mod random_search;
pub mod saddle_free_newton;
pub mod simulated_annealing;
mod step;
pub(crate) mod trial;
pub mod trust_region_newton;

use crate::oracle::{Oracle, Stop};
use autodiff::{Objective, Stream};
use std::convert::Infallible;

/// The parameters of a solver, which is straight-line code: it asks the oracle, declares its iterates, and goes on until
/// the oracle says stop.
///
/// ```
/// use optimizers::{Oracle, Solver, Stop};
/// # use std::convert::Infallible;
/// # use autodiff::Stream;
/// struct Walk;
///
/// impl Solver for Walk {
///     fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop> {
///         let mut next = vec![0.0; x.len()];
///         let mut f = oracle.value(x)?;
///         oracle.accept(x, f, None)?;
///         loop {
///             next.iter_mut().zip(&*x).for_each(|(next, x)| *next = x + random.normal());
///             oracle.retract(&mut next);
///             let f_next = oracle.value(&next)?;
///             if f_next < f {
///                 x.copy_from_slice(&next);
///                 f = f_next;
///                 oracle.accept(x, f, None)?;
///             }
///         }
///     }
/// }
/// ```
///
/// Rules of the house:
/// - The first iterate accepted is the start. A run ends at the last iterate accepted.
/// - A trial point may have any value, infinite and NaN included; only an accepted one is judged for divergence.
/// - What is accepted with its gradient is tested for convergence. A solver without gradients, or one that knows better,
///   ends itself by [`Oracle::give_up`]; every loop asks the oracle for something, or it would never end.
/// - Gradient, products and Hessian are those of the surface, steps are tangent, and every point asked about is on the
///   surface: [`Oracle::moved`] is `x + a p` on flat space and its retraction on a sphere.
/// - Memory is allocated before the loop, but for what an eigen-decomposition or a factorisation takes; randomness comes
///   from `random` alone.
pub trait Solver: Send + Sync {
    /// Runs one attempt from the start `x` (dim,), which is the solver's to write to. It ends by the oracle's word only.
    ///
    /// # Errors
    /// Always, with what the oracle said.
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop>;

    /// Refuses an objective this solver cannot run on, such as one too large for its matrices; asked before any run.
    ///
    /// # Errors
    /// What does not fit, why, and what to use instead.
    fn suits(&self, _objective: &Objective) -> Result<(), String> {
        Ok(())
    }
}
