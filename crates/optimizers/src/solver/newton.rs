//! Newton's method: plain, damped, or kept going downhill.

use crate::config::{Config, check_not_negative, check_share};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::dense::suits_dense;
use crate::solver::step::{clip, rounding, spacing};
use crate::vector::{dot, norm};
use autodiff::{Objective, Stream};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use symmetric::{signs, solve};

/// Least multiple of the identity that makes a Hessian definite, in parts of its largest diagonal entry (the heuristic
/// 1e-3 of Nocedal and Wright, for a Hessian of size 1).
const LEAST_SHIFT: f64 = 1e-3;

/// What is done with a Newton step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Search {
    /// It is taken, uphill or downhill.
    None,
    /// The Hessian is made definite, and the step shortened until f falls.
    Backtracking,
}

/// Newton's method, `x <- x + a p` with `(H + damping I) p = -g`.
///
/// * `search = "none"`: `a = 1`. With `damping = 0` this is plain Newton, which is drawn to the nearest critical point
///   of any index and lands on saddles (Dauphin et al. 2014); a positive damping is the damped Newton of that paper
///   (Levenberg's), which turns towards descent only where `damping` exceeds the negative curvature.
/// * `search = "backtracking"`: Nocedal & Wright 2006, algorithms 3.2, 3.3 and 3.1. With
///   `beta = 1e-3 max|H_ii|`, `t = max(damping, beta - min H_ii if min H_ii <= 0)` is doubled (from `beta` at least) until
///   `H + t I` is positive definite, which takes the place of `H + damping I`; `a` is the first of
///   `1, shrink, shrink^2, ..` with `f(x + a p) <= f + decrease a g.p`.
///
/// Each step costs a gradient and a Hessian (`dim` gradients), each trial of the search half a gradient. A system that
/// is singular to the last bit ends the attempt as stalled. Where f no longer resolves the decrease
/// (`10 eps max(1, |f|)`) the step is taken. `step_cap` clips every coordinate of `p` to `[-step_cap, step_cap]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Newton {
    /// Multiple of the identity added to the Hessian, `>= 0`, in its units.
    pub damping: f64,
    /// What is done with a step.
    pub search: Search,
    /// Share of the decrease along the slope that a step of the search must bring, `0 < decrease < 1`.
    pub decrease: f64,
    /// Factor between trials, `0 < shrink < 1`.
    pub shrink: f64,
    /// Largest change of a coordinate in a step, in units of x; 0: any.
    pub step_cap: f64,
}

impl Default for Newton {
    fn default() -> Self {
        Self { damping: 0.0, search: Search::None, decrease: 1e-4, shrink: 0.5, step_cap: 0.0 }
    }
}

impl Config for Newton {
    const NAME: &'static str = "newton";
    const ABOUT: &'static str =
        "Newton's method with a dense Hessian: plain, damped, or with backtracking (Nocedal & Wright 2006, alg. 3.2).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("damping", "multiple of the identity added to the Hessian, in its units, >= 0"),
        ("search", "\"none\": every step is taken, to a critical point of any index; \"backtracking\": downhill only"),
        ("decrease", "share of the decrease along the slope that a searched step must bring, 0 < decrease < 1"),
        ("shrink", "factor between trials of the search, 0 < shrink < 1"),
        ("step_cap", "largest change of a coordinate in a step, in units of x, >= 0; 0: any"),
    ];

    fn check(&self) -> Result<(), String> {
        check_not_negative("damping", self.damping)?;
        check_share("decrease", self.decrease)?;
        check_share("shrink", self.shrink)?;
        check_not_negative("step_cap", self.step_cap)
    }
}

impl Solver for Newton {
    fn suits(&self, objective: &Objective) -> Result<(), String> {
        suits_dense(objective)
    }

    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let n = x.len();
        let (mut grad, mut next, mut hess) = (vec![0.0; n], vec![0.0; n], vec![0.0; n * n]);
        loop {
            let f = oracle.gradient(x, &mut grad)?;
            oracle.accept(x, f, Some(&grad))?;
            oracle.hessian(x, &mut hess)?;
            match self.search {
                Search::None => (0..n).for_each(|i| hess[i * n + i] += self.damping),
                Search::Backtracking => make_definite(&mut hess, n, self.damping),
            }
            let Some(mut step) = solve(&hess, n, &grad) else {
                return Err(oracle.give_up("the damped Hessian is singular or not finite"));
            };
            step.iter_mut().for_each(|p| *p = -*p);
            clip(&mut step, self.step_cap);
            oracle.project(x, &mut step);
            let mut length = 1.0;
            oracle.moved(x, length, &step, &mut next);
            if self.search == Search::Backtracking {
                let (slope, size) = (dot(&grad, &step), norm(&step));
                // A value that is not finite is not low.
                loop {
                    if oracle.value(&next)? <= f + self.decrease * length * slope + rounding(f) {
                        break;
                    }
                    length *= self.shrink;
                    if length * size <= spacing(x) {
                        return Err(oracle.give_up("no step along the Newton direction lowers f in double precision"));
                    }
                    oracle.moved(x, length, &step, &mut next);
                }
            }
            x.copy_from_slice(&next);
        }
    }
}

/// Adds the first multiple of the identity in the sequence of algorithm 3.3 that makes `hess` (n x n) definite.
fn make_definite(hess: &mut [f64], n: usize, damping: f64) {
    let diagonal = |i: usize| hess[i * n + i];
    let least = (0..n).map(diagonal).fold(f64::INFINITY, f64::min);
    let largest = (0..n).map(|i| diagonal(i).abs()).fold(0.0, f64::max);
    let beta = LEAST_SHIFT * if largest > 0.0 { largest } else { 1.0 };
    let mut shift = if least > 0.0 { damping } else { damping.max(beta - least) };
    // A Hessian that is not finite has no signs, and no system to solve.
    while signs(&*hess, n, -shift).is_some_and(|signs| signs.n_neg + signs.n_zero > 0) {
        shift = (2.0 * shift).max(beta);
    }
    (0..n).for_each(|i| hess[i * n + i] += shift);
}
