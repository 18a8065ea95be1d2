//! The local searches inside other solvers.

use crate::oracle::{Oracle, Stop};
use crate::solver::backtracking::Backtracking;
use crate::solver::lbfgs::{End, Lbfgs, Walk};
use crate::solver::trial::comparable;
use crate::vector::norm;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Share of the decrease along the slope that a step must bring. Where all curvatures are c, a step length a passes when
/// `c a <= 2 (1 - DECREASE)`, and doubling and halving find one above half of that: `|1 - c a| <= 1/3`, so each step divides the
/// distance by three at least. With a small share the same bowl may be crossed from side to side with `c a` just below 2.
const DECREASE: f64 = 1.0 / 3.0;

/// Which local search a solver uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocalSearch {
    /// [`Lbfgs`] with its defaults.
    Lbfgs,
    /// Steepest descent with backtracking.
    Backtracking,
}

/// A local search to a small gradient.
pub(crate) struct Descent {
    way: Way,
    grad_tol: f64,
    max_steps: u64,
}

enum Way {
    Lbfgs(Box<Walk>),
    Backtracking(Line),
}

/// How a descent ended.
#[derive(Clone, Copy)]
pub(crate) struct Bottom {
    /// Value at the end; infinite when it began where there is none.
    pub(crate) f: f64,
    /// Whether the gradient is small there, or no step along it lowers f.
    pub(crate) is_minimum: bool,
}

impl Descent {
    /// Ends at `|grad| <= grad_tol`, where no step helps, or after `max_steps` steps. No trial along a gradient, the first one
    /// of L-BFGS included, is further than `reach` from the point before: where the gradient is large, a trial of its length
    /// would leap over wells.
    pub(crate) fn new(search: LocalSearch, dim: usize, reach: f64, grad_tol: f64, max_steps: u64) -> Self {
        let way = match search {
            LocalSearch::Lbfgs => {
                let config = Lbfgs { first_step: reach, ..Lbfgs::default() };
                Way::Lbfgs(Box::new(Walk::new(config, dim, 1.0)))
            }
            LocalSearch::Backtracking => {
                let line = Backtracking { decrease: DECREASE, ..Backtracking::default() };
                Way::Backtracking(Line { line, reach, grad: vec![0.0; dim], next: vec![0.0; dim] })
            }
        };
        Self { way, grad_tol, max_steps }
    }

    /// Moves `x` (dim,) downhill; every iterate, the first included, is passed to `at` with its value.
    pub(crate) fn run(
        &mut self,
        oracle: &mut Oracle<'_>,
        x: &mut [f64],
        at: impl FnMut(&mut Oracle<'_>, &[f64], f64) -> Result<(), Stop>,
    ) -> Result<Bottom, Stop> {
        let (grad_tol, max_steps) = (self.grad_tol, self.max_steps);
        match &mut self.way {
            Way::Lbfgs(walk) => quasi_newton(walk, oracle, x, (grad_tol, max_steps), at),
            Way::Backtracking(line) => line.run(oracle, x, (grad_tol, max_steps), at),
        }
    }
}

fn quasi_newton(
    walk: &mut Walk,
    oracle: &mut Oracle<'_>,
    x: &mut [f64],
    (grad_tol, max_steps): (f64, u64),
    mut at: impl FnMut(&mut Oracle<'_>, &[f64], f64) -> Result<(), Stop>,
) -> Result<Bottom, Stop> {
    let (mut step, mut is_small) = (0, false);
    let (f, end) = walk.run(oracle, x, |oracle, x, f, grad| {
        at(oracle, x, f)?;
        let size = norm(grad);
        is_small = f.is_finite() && size <= grad_tol;
        let is_over = is_small || !f.is_finite() || !size.is_finite() || step == max_steps;
        step += 1;
        Ok(if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    let is_minimum = is_small || matches!(end, End::Flat | End::NoStep);
    Ok(Bottom { f: comparable(f), is_minimum })
}

/// Steepest descent with backtracking.
struct Line {
    line: Backtracking,
    reach: f64,
    grad: Vec<f64>,
    next: Vec<f64>,
}

impl Line {
    fn run(
        &mut self,
        oracle: &mut Oracle<'_>,
        x: &mut [f64],
        (grad_tol, max_steps): (f64, u64),
        mut at: impl FnMut(&mut Oracle<'_>, &[f64], f64) -> Result<(), Stop>,
    ) -> Result<Bottom, Stop> {
        let mut first = self.line.first_step;
        for step in 0.. {
            let f = oracle.gradient(x, &mut self.grad)?;
            at(oracle, x, f)?;
            let size = norm(&self.grad);
            if !f.is_finite() || !size.is_finite() {
                return Ok(Bottom { f: comparable(f), is_minimum: false });
            }
            if size <= grad_tol || step == max_steps {
                return Ok(Bottom { f, is_minimum: size <= grad_tol });
            }
            let first_here = first.min(self.reach / size);
            let Some(length) = self.line.search(oracle, (x, f, &self.grad), first_here, &mut self.next)? else {
                return Ok(Bottom { f, is_minimum: true });
            };
            first = self.line.grow * length;
            x.copy_from_slice(&self.next);
        }
        unreachable!("more steps than there are numbers")
    }
}
