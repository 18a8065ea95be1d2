//! The local descent inside other solvers; to exchange it is to exchange this file.

use crate::oracle::{Oracle, Stop};
use crate::solver::backtracking::Backtracking;
use crate::solver::trial::comparable;
use crate::vector::norm;

/// Share of the decrease along the slope that a step must bring. Where all curvatures are c, a step length a passes when
/// `c a <= 2 (1 - DECREASE)`, and doubling and halving find one above half of that: `|1 - c a| <= 1/3`, so each step divides the
/// distance by three at least. With a small share the same bowl may be crossed from side to side with `c a` just below 2.
const DECREASE: f64 = 1.0 / 3.0;

/// Steepest descent with backtracking, to a small gradient.
pub(crate) struct Descent {
    line: Backtracking,
    reach: f64,
    grad_tol: f64,
    max_steps: u64,
    grad: Vec<f64>,
    next: Vec<f64>,
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
    /// Ends at `|grad| <= grad_tol`, where no step helps, or after `max_steps` steps. No trial is further than `reach` from
    /// the point before: where the gradient is large, a first trial of fixed length would leap over wells.
    pub(crate) fn new(dim: usize, reach: f64, grad_tol: f64, max_steps: u64) -> Self {
        let line = Backtracking { decrease: DECREASE, ..Backtracking::default() };
        Self { line, reach, grad_tol, max_steps, grad: vec![0.0; dim], next: vec![0.0; dim] }
    }

    /// Moves `x` (dim,) downhill; every iterate, the first included, is passed to `at` with its value.
    pub(crate) fn run(
        &mut self,
        oracle: &mut Oracle<'_>,
        x: &mut [f64],
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
            if size <= self.grad_tol || step == self.max_steps {
                return Ok(Bottom { f, is_minimum: size <= self.grad_tol });
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
