//! Gradient descent whose step length is found by trial: the simplest solver.

use crate::config::{Config, check_share};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::trial::comparable;
use crate::vector::{dot, norm};
use autodiff::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Steepest descent with backtracking (Armijo 1966; Nocedal & Wright 2006, algorithm 3.1): `x <- x - a g` with the
/// first `a` of `s, s shrink, s shrink^2, ...` that satisfies
///
/// ```text
/// f(x - a g) <= f(x) - decrease a |g|^2
/// ```
///
/// A value that is not finite fails the test. The first trial `s` is `first_step`, later `grow` times the last `a`
/// accepted. Each trial costs half a gradient, each accepted point a whole one. When `a |g|` is below the spacing of
/// numbers around `x`, no trial can help any more, and the attempt ends as stalled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backtracking {
    /// First trial of the first step, `> 0`, in units of x per unit of gradient.
    pub first_step: f64,
    /// Share of the decrease along the slope that is asked for, `0 < decrease < 1`.
    pub decrease: f64,
    /// Factor between trials, `0 < shrink < 1`.
    pub shrink: f64,
    /// Factor from the last accepted step length to the next first trial, `>= 1`.
    pub grow: f64,
}

impl Default for Backtracking {
    fn default() -> Self {
        Self { first_step: 1.0, decrease: 1e-4, shrink: 0.5, grow: 2.0 }
    }
}

impl Config for Backtracking {
    const NAME: &'static str = "backtracking";
    const ABOUT: &'static str =
        "Steepest descent whose step length is found by backtracking (Armijo 1966; Nocedal & Wright 2006, alg. 3.1).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("first_step", "first trial of the step length, > 0"),
        ("decrease", "share of the decrease along the slope that a step must bring, 0 < decrease < 1"),
        ("shrink", "factor between trials, 0 < shrink < 1"),
        ("grow", "factor from the last step length to the next first trial, >= 1"),
    ];

    fn check(&self) -> Result<(), String> {
        check_share("decrease", self.decrease)?;
        check_share("shrink", self.shrink)?;
        for (name, value, least) in [("first_step", self.first_step, f64::MIN_POSITIVE), ("grow", self.grow, 1.0)] {
            if !(value >= least && value.is_finite()) {
                return Err(format!("{name} = {value}: give a finite number, {name} >= {least:e}"));
            }
        }
        Ok(())
    }
}

impl Backtracking {
    /// Puts `next` (dim,) on the first trial from `x` along `-grad` that passes and returns its step length; all (dim,).
    /// `None` when steps have become too short to matter.
    pub(crate) fn search(
        &self,
        oracle: &mut Oracle<'_>,
        (x, f, grad): (&[f64], f64, &[f64]),
        first: f64,
        next: &mut [f64],
    ) -> Result<Option<f64>, Stop> {
        let slope = dot(grad, grad);
        let spacing = f64::EPSILON * norm(x).max(f64::MIN_POSITIVE);
        let mut length = first;
        loop {
            if length * slope.sqrt() < spacing {
                return Ok(None);
            }
            oracle.moved(x, -length, grad, next);
            if comparable(oracle.value(next)?) <= f - self.decrease * length * slope {
                return Ok(Some(length));
            }
            length *= self.shrink;
        }
    }
}

impl Solver for Backtracking {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let (mut grad, mut next) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let mut f = oracle.gradient(x, &mut grad)?;
        oracle.accept(x, f, Some(&grad))?;
        let mut first = self.first_step;
        loop {
            let Some(length) = self.search(oracle, (x, f, &grad), first, &mut next)? else {
                return Err(oracle.give_up("no step along the gradient lowers f in double precision"));
            };
            first = self.grow * length;
            x.copy_from_slice(&next);
            f = oracle.gradient(x, &mut grad)?;
            oracle.accept(x, f, Some(&grad))?;
        }
    }
}
