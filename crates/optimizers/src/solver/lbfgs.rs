//! L-BFGS: a quasi-Newton step from the last few changes of point and gradient.

use crate::config::{Config, check_positive, check_share};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::line_search::{Conditions, LineSearch, Next};
use crate::solver::step::{add_scaled, rounding};
use crate::vector::{dot, norm};
use autodiff::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::ops::ControlFlow;

/// Evaluations of one line search, as in L-BFGS-B.
const MOST_TRIALS: usize = 20;

/// Longest step in units of the direction, as in L-BFGS-B.
const LONGEST: f64 = 1e10;

/// Limited-memory BFGS (Nocedal 1980; Liu & Nocedal 1989; Nocedal & Wright 2006, algorithms 7.4 and 7.5):
/// `x <- x - a H g` with H from the last `memory` pairs `s = x' - x`, `y = g' - g` by two loops over them,
///
/// ```text
/// q = g;  newest to oldest:  alpha_i = s_i.q / s_i.y_i,  q <- q - alpha_i y_i
/// r = (s.y / y.y) q          (of the newest pair)
/// oldest to newest:  r <- r + (alpha_i - y_i.r / s_i.y_i) s_i;  H g = r
/// ```
///
/// and `a` from the line search of Moré & Thuente (1994) with the strong Wolfe conditions
/// `f(x + a p) <= f + decrease a g.p` and `|g'.p| <= curvature |g.p|`. Its first trial is 1; without pairs the
/// first trial has the length `first_step`. Defaults are those of Nocedal & Wright and of most libraries (L-BFGS-B:
/// `decrease = 1e-3`); memory is 3 to 20 in practice.
///
/// A pair with `s.y <= eps |s.g|` is left out (L-BFGS-B). Where the direction does not descend or its search fails, the
/// pairs are forgotten; a failed search along the gradient itself ends the attempt as stalled. Each trial costs a
/// gradient.
///
/// On a sphere, pairs and old gradient are projected to the tangent space of every new iterate, the simplest vector
/// transport (Absil, Mahony & Sepulchre 2008, 8.1.3); pairs that lose `s.y > 0` so are not used there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lbfgs {
    /// Pairs kept, `>= 1`.
    pub memory: usize,
    /// Share of the decrease along the slope that a step must bring, `0 < decrease < curvature`.
    pub decrease: f64,
    /// Share of the slope that may be left, `decrease < curvature < 1`.
    pub curvature: f64,
    /// Length of the first trial step without pairs, in units of x, `> 0`.
    pub first_step: f64,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self { memory: 10, decrease: 1e-4, curvature: 0.9, first_step: 1.0 }
    }
}

impl Config for Lbfgs {
    const NAME: &'static str = "lbfgs";
    const ABOUT: &'static str =
        "Limited-memory BFGS with a strong Wolfe line search (Liu & Nocedal 1989; Moré & Thuente 1994).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("memory", "pairs of changes kept, >= 1"),
        ("decrease", "share of the decrease along the slope that a step must bring, 0 < decrease < curvature"),
        ("curvature", "share of the slope that may be left, decrease < curvature < 1"),
        ("first_step", "length of the first trial step, in units of x, > 0"),
    ];

    fn check(&self) -> Result<(), String> {
        if self.memory == 0 {
            return Err("memory = 0: without pairs this is steepest descent; use backtracking, or memory >= 1".into());
        }
        check_share("decrease", self.decrease)?;
        check_share("curvature", self.curvature)?;
        if self.decrease >= self.curvature {
            let (low, high) = (self.decrease, self.curvature);
            return Err(format!(
                "decrease = {low}, curvature = {high}: a step with both exists only for decrease < curvature; give 1e-4 and 0.9"
            ));
        }
        check_positive("first_step", self.first_step)
    }
}

impl Solver for Lbfgs {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let mut walk = Walk::new(self.clone(), x.len(), f64::INFINITY);
        let (_, end) = walk.run(oracle, x, |oracle, x, f, grad| {
            oracle.accept(x, f, Some(grad))?;
            Ok(ControlFlow::Continue(()))
        })?;
        Err(oracle.give_up(match end {
            End::Left => unreachable!("every iterate is to be followed by another"),
            End::Flat => "the gradient is zero",
            End::NoStep => "no step along the gradient lowers f in double precision",
        }))
    }
}

/// Why a walk ended.
pub(crate) enum End {
    /// The caller left it.
    Left,
    /// The gradient is zero.
    Flat,
    /// No step along the gradient lowers f in double precision.
    NoStep,
}

/// The iteration of L-BFGS with the memory it needs, for a caller that judges its iterates.
pub(crate) struct Walk {
    config: Lbfgs,
    /// Longest first trial without pairs, in units of the gradient.
    longest_first: f64,
    pairs: Pairs,
    grad: Vec<f64>,
    next_grad: Vec<f64>,
    next: Vec<f64>,
    step: Vec<f64>,
}

impl Walk {
    pub(crate) fn new(config: Lbfgs, dim: usize, longest_first: f64) -> Self {
        let zeros = || vec![0.0; dim];
        let pairs = Pairs::new(config.memory, dim);
        Self { config, longest_first, pairs, grad: zeros(), next_grad: zeros(), next: zeros(), step: zeros() }
    }

    /// Moves `x` (dim,) downhill, from no pairs on, until `at` breaks; every iterate, the first included, is passed to it with
    /// value and gradient. Returns the last value.
    pub(crate) fn run(
        &mut self,
        oracle: &mut Oracle<'_>,
        x: &mut [f64],
        mut at: impl FnMut(&mut Oracle<'_>, &[f64], f64, &[f64]) -> Result<ControlFlow<()>, Stop>,
    ) -> Result<(f64, End), Stop> {
        let Self { config, longest_first, pairs, grad, next_grad, next, step } = self;
        pairs.forget();
        let mut f = oracle.gradient(x, grad)?;
        if at(oracle, x, f, grad)?.is_break() {
            return Ok((f, End::Left));
        }
        loop {
            pairs.direction(grad, step);
            oracle.project(x, step);
            let mut slope = dot(grad, step);
            if slope.is_nan() || slope >= 0.0 {
                pairs.forget();
                pairs.direction(grad, step);
                slope = dot(grad, step);
            }
            if slope.is_nan() || slope >= 0.0 {
                return Ok((f, End::Flat));
            }
            let first = if pairs.len == 0 { (config.first_step / norm(step)).min(*longest_first) } else { 1.0 };
            let Lbfgs { decrease, curvature, .. } = *config;
            let conditions = Conditions { decrease, curvature, longest: LONGEST.max(first), rounding: rounding(f) };
            let mut search = LineSearch::new(f, slope, first, conditions);
            let mut outcome = Next::Try(first);
            let mut f_next = f;
            for _ in 0..MOST_TRIALS {
                let length = search.trial();
                oracle.moved(x, length, step, next);
                f_next = oracle.gradient(next, next_grad)?;
                outcome = search.tell(f_next, oracle.slope(x, length, step, next_grad));
                if !matches!(outcome, Next::Try(_)) {
                    break;
                }
            }
            // Out of trials: the last one will do if it lowers f at all.
            let is_taken = outcome == Next::Take || (outcome != Next::Fail && f_next < f);
            if !is_taken {
                if pairs.len == 0 {
                    return Ok((f, End::NoStep));
                }
                pairs.forget();
                continue;
            }
            pairs.remember(oracle, [x, next], [grad, next_grad]);
            x.copy_from_slice(next);
            std::mem::swap(grad, next_grad);
            f = f_next;
            if at(oracle, x, f, grad)?.is_break() {
                return Ok((f, End::Left));
            }
        }
    }
}

/// The last pairs, in a ring.
struct Pairs {
    dim: usize,
    memory: usize,
    len: usize,
    /// Place of the next pair.
    next: usize,
    /// `(memory, dim)` each.
    s: Vec<f64>,
    y: Vec<f64>,
    /// `s.y`; not positive for a pair that is not used.
    products: Vec<f64>,
    alphas: Vec<f64>,
}

impl Pairs {
    fn new(memory: usize, dim: usize) -> Self {
        let (s, y) = (vec![0.0; memory * dim], vec![0.0; memory * dim]);
        Self { dim, memory, len: 0, next: 0, s, y, products: vec![0.0; memory], alphas: vec![0.0; memory] }
    }

    fn forget(&mut self) {
        self.len = 0;
    }

    /// Place of the pair of this age, 0 the newest.
    fn place(&self, age: usize) -> usize {
        (self.next + self.memory - 1 - age) % self.memory
    }

    fn span(&self, place: usize) -> std::ops::Range<usize> {
        place * self.dim..(place + 1) * self.dim
    }

    /// Takes the pair of a step from `x` to `x'` in, unless f curves the wrong way along it.
    fn remember(&mut self, oracle: &Oracle<'_>, [x, next]: [&[f64]; 2], [grad, next_grad]: [&[f64]; 2]) {
        for age in 0..self.len {
            let place = self.place(age);
            let span = self.span(place);
            oracle.project(next, &mut self.s[span.clone()]);
            oracle.project(next, &mut self.y[span.clone()]);
            self.products[place] = dot(&self.s[span.clone()], &self.y[span]);
        }
        let place = self.next;
        let span = self.span(place);
        let (s, y) = (&mut self.s[span.clone()], &mut self.y[span]);
        s.iter_mut().zip(next).zip(x).for_each(|((s, next), x)| *s = next - x);
        oracle.project(next, s);
        y.copy_from_slice(grad);
        oracle.project(next, y);
        let along = dot(s, y).abs();
        y.iter_mut().zip(next_grad).for_each(|(y, next)| *y = next - *y);
        let product = dot(s, y);
        if product > f64::EPSILON * along {
            self.products[place] = product;
            self.next = (place + 1) % self.memory;
            self.len = self.memory.min(self.len + 1);
        }
    }

    /// `step` <- `-H grad`.
    fn direction(&mut self, grad: &[f64], step: &mut [f64]) {
        step.iter_mut().zip(grad).for_each(|(step, grad)| *step = -grad);
        let mut scale = 1.0;
        let mut is_scaled = false;
        for age in 0..self.len {
            let place = self.place(age);
            let (s, y) = (&self.s[self.span(place)], &self.y[self.span(place)]);
            let product = self.products[place];
            if product <= 0.0 {
                continue;
            }
            if !is_scaled {
                (scale, is_scaled) = (product / dot(y, y), true);
            }
            self.alphas[place] = dot(s, step) / product;
            add_scaled(step, -self.alphas[place], y);
        }
        step.iter_mut().for_each(|step| *step *= scale);
        for age in (0..self.len).rev() {
            let place = self.place(age);
            let (s, y) = (&self.s[self.span(place)], &self.y[self.span(place)]);
            let product = self.products[place];
            if product > 0.0 {
                let beta = dot(y, step) / product;
                add_scaled(step, self.alphas[place] - beta, s);
            }
        }
    }
}
