//! Newton's method with a cubic term in its model, adapted as it goes.

use crate::config::{Config, check_positive, check_share};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::dense::suits_dense;
use crate::solver::step::{add_scaled, rounding, spacing};
use crate::vector::{dot, norm};
use autodiff::{Objective, Stream};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use symmetric::{eigenvectors, zeros};

/// Adaptive cubic regularisation, ARC (Cartis, Gould & Toint 2011, algorithm 2.1; Nesterov & Polyak 2006 for fixed
/// sigma): p is the global minimiser of
///
/// ```text
/// m(p) = f + g.p + p.H p / 2 + sigma |p|^3 / 3
/// ```
///
/// and with `rho = (f - f(x + p)) / (f - m(p))`: `x <- x + p` where `rho >= good`; then
/// `sigma <- max(min(sigma, |g|), eps)` where `rho > excellent`, `2 sigma` where `rho < good` (section 7 there, whose
/// values are the defaults). No trial of a length is needed, and steps leave saddles: at a minimiser of m the matrix
/// `H + sigma |p| I` has no negative eigenvalue.
///
/// The subproblem is solved exactly: with the eigenvalues `l_k` of H and `g_k` along its eigenvectors, `p_k =
/// -g_k / (l_k + t)` where `t >= max(0, -l_1)` solves `|p(t)| = t / sigma`; in the hard case, where no t does, p is taken
/// at `t = -l_1` and lengthened along the lowest eigenvector. An iterate costs a gradient and a Hessian (`dim`
/// gradients), a trial half a gradient. Near a minimum both differences of rho are taken as `10 eps max(1, |f|)` greater
/// than they come out (Conn, Gould & Toint 2000, 17.4.2). A step below the spacing of numbers ends the attempt as
/// stalled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CubicNewton {
    /// First weight of the cubic term, in units of f per cube of x, `> 0`.
    pub sigma: f64,
    /// Share of the promised decrease from which a step is taken, `0 < good <= excellent`.
    pub good: f64,
    /// Share above which the weight falls, `good <= excellent < 1`.
    pub excellent: f64,
}

impl Default for CubicNewton {
    fn default() -> Self {
        Self { sigma: 1.0, good: 0.1, excellent: 0.9 }
    }
}

impl Config for CubicNewton {
    const NAME: &'static str = "cubic_newton";
    const ABOUT: &'static str =
        "Newton's method with adaptive cubic regularisation and a dense Hessian (Cartis, Gould & Toint 2011).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("sigma", "first weight of the cubic term, in units of f per cube of x, > 0"),
        ("good", "share of the promised decrease from which a step is taken, 0 < good <= excellent"),
        ("excellent", "share of the promised decrease above which sigma falls, good <= excellent < 1"),
    ];

    fn check(&self) -> Result<(), String> {
        check_positive("sigma", self.sigma)?;
        check_share("good", self.good)?;
        check_share("excellent", self.excellent)?;
        if self.excellent < self.good {
            let (good, excellent) = (self.good, self.excellent);
            return Err(format!("good = {good}, excellent = {excellent}: give good <= excellent, such as 0.1 and 0.9"));
        }
        Ok(())
    }
}

impl Solver for CubicNewton {
    fn suits(&self, objective: &Objective) -> Result<(), String> {
        suits_dense(objective)
    }

    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let n = x.len();
        let (mut grad, mut next, mut step) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let (mut hess, mut shares) = (zeros(n), vec![0.0; n]);
        let mut sigma = self.sigma;
        let mut f = oracle.gradient(x, &mut grad)?;
        oracle.accept(x, f, Some(&grad))?;
        loop {
            oracle.hessian(x, &mut hess)?;
            let Some((values, vectors)) = eigenvectors(hess, n) else {
                return Err(oracle.give_up("the Hessian is not finite"));
            };
            shares.iter_mut().zip(vectors.chunks_exact(n)).for_each(|(share, v)| *share = dot(v, &grad));
            let size = norm(&grad);
            loop {
                let cubic = Cubic { values: &values, shares: &shares, sigma };
                let shift = cubic.shift();
                step.fill(0.0);
                for (k, vector) in vectors.chunks_exact(n).enumerate() {
                    add_scaled(&mut step, cubic.along(k, &shift), vector);
                }
                oracle.project(x, &mut step);
                if norm(&step) <= spacing(x) {
                    return Err(oracle.give_up("the step is smaller than the spacing of numbers"));
                }
                let promised = cubic.decrease(&shift);
                oracle.moved(x, 1.0, &step, &mut next);
                let f_next = oracle.value(&next)?;
                let rho = (f - f_next + rounding(f)) / (promised + rounding(f));
                if rho > self.excellent {
                    sigma = sigma.min(size).max(f64::EPSILON);
                } else if rho.is_nan() || rho < self.good {
                    sigma *= 2.0;
                    continue;
                }
                break;
            }
            hess = vectors; // the same memory
            x.copy_from_slice(&next);
            f = oracle.gradient(x, &mut grad)?;
            oracle.accept(x, f, Some(&grad))?;
        }
    }
}

/// The model in the basis of the eigenvectors.
struct Cubic<'a> {
    /// Eigenvalues, ascending.
    values: &'a [f64],
    /// Gradient along the eigenvectors.
    shares: &'a [f64],
    sigma: f64,
}

/// What is added to every eigenvalue.
struct Shift {
    /// `max(0, -l_1)`, apart, so that `l_1 + t` keeps its digits.
    least: f64,
    /// Above it.
    rest: f64,
    /// In the hard case, the step along the lowest eigenvector.
    lowest: Option<f64>,
}

impl Cubic<'_> {
    fn along(&self, k: usize, shift: &Shift) -> f64 {
        match shift.lowest {
            Some(lowest) if k == 0 => lowest,
            Some(_) if self.values[k] + shift.least <= 0.0 => 0.0,
            _ if self.shares[k] == 0.0 => 0.0,
            _ => -self.shares[k] / (self.values[k] + shift.least + shift.rest),
        }
    }

    fn length(&self, shift: &Shift) -> f64 {
        (0..self.values.len()).map(|k| self.along(k, shift).powi(2)).sum::<f64>().sqrt()
    }

    /// The root of `|p(t)| = t / sigma`: `|p|` falls with t, and `|p| <= |g| / (t - least)` puts the root within
    /// `(sigma |g|)^(1/2)` above the least t.
    fn shift(&self) -> Shift {
        let least = (-self.values[0]).max(0.0);
        let at = |rest: f64| Shift { least, rest, lowest: None };
        let is_short = |rest: f64| self.length(&at(rest)) <= (least + rest) / self.sigma;
        let size = norm(self.shares);
        let (mut low, mut high) = (0.0, (self.sigma * size).sqrt());
        // The least rest that is no rounding: if p is too short even there, only the lowest eigenvector can lengthen it.
        let finest = f64::EPSILON * f64::EPSILON * (least + high);
        if least > 0.0 && is_short(finest) {
            let mut shift = Shift { least, rest: 0.0, lowest: Some(0.0) };
            let others = self.length(&shift);
            let missing = ((least / self.sigma).powi(2) - others * others).max(0.0).sqrt();
            shift.lowest = Some(if self.shares[0] > 0.0 { -missing } else { missing });
            return shift;
        }
        // Bisection, in logarithms as long as the ends are far apart: down to neighbours, whatever the scale.
        low = finest.max(low);
        for _ in 0..200 {
            let middle = if low > 0.0 && high > 4.0 * low { (low * high).sqrt() } else { 0.5 * (low + high) };
            if !(middle > low && middle < high) {
                break;
            }
            if is_short(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        at(high)
    }

    /// `f - m(p)`.
    fn decrease(&self, shift: &Shift) -> f64 {
        let term = |k: usize| {
            let p = self.along(k, shift);
            p * (self.shares[k] + 0.5 * self.values[k] * p)
        };
        let quadratic: f64 = (0..self.values.len()).map(term).sum();
        -quadratic - self.sigma / 3.0 * self.length(shift).powi(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Global minimisers of m satisfy `p_k (l_k + sigma |p|) = -g_k` with `l_1 + sigma |p| >= 0` (Nesterov & Polyak 2006),
    /// and no other point is lower: checked against draws around and far from it.
    #[test]
    fn the_step_is_the_global_minimiser_of_the_model() {
        let mut stream = Stream::new(3, "cubic", &[]);
        for case in 0..60 {
            let n = 1 + case % 6;
            let mut values: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
            values.sort_by(f64::total_cmp);
            let mut shares: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
            let is_hard = case % 3 == 0;
            if is_hard {
                values[0] = -1.5 - values[0].abs();
                shares[0] = 0.0;
                // Small enough that the rest of the step is too short.
                shares.iter_mut().for_each(|g| *g *= 1e-2);
            }
            let sigma = stream.uniform(0.1, 3.0);
            let cubic = Cubic { values: &values, shares: &shares, sigma };
            let shift = cubic.shift();
            assert!(!is_hard || shift.lowest.is_some());
            let p: Vec<f64> = (0..n).map(|k| cubic.along(k, &shift)).collect();
            let t = sigma * norm(&p);
            let size = norm(&values) + t;
            assert!(values[0] + t >= -8.0 * f64::EPSILON * size);
            for k in 0..n {
                let residual = p[k] * (values[k] + t) + shares[k];
                assert!(residual.abs() <= 1e-14 * (size * norm(&p)), "case {case}: {residual:e}");
            }
            let model = |p: &[f64]| -> f64 {
                let quadratic: f64 = (0..n).map(|k| p[k] * (shares[k] + 0.5 * values[k] * p[k])).sum();
                quadratic + sigma / 3.0 * norm(p).powi(3)
            };
            assert!((model(&p) + cubic.decrease(&shift)).abs() <= 1e-14 * (1.0 + model(&p).abs()));
            for scale in [1e-3, 0.1, 1.0, 10.0] {
                for _ in 0..50 {
                    let other: Vec<f64> = p.iter().map(|p| p + scale * stream.normal()).collect();
                    assert!(model(&other) >= model(&p) - 1e-13 * (1.0 + model(&p).abs()), "case {case}");
                }
            }
        }
    }

    /// On a line with `H = 0`: `sigma p^2 = |g|`. With `H = l > 0`: the root of `sigma p^2 + l p = |g|`.
    #[test]
    fn steps_on_a_line_are_roots_of_quadratics() {
        for (l, g, sigma) in [(0.0, 3.0, 2.0), (4.0, -1e-9, 1.0), (4.0, 5.0, 0.3), (-2.0, 1e-12, 1.0)] {
            let cubic = Cubic { values: &[l], shares: &[g], sigma };
            let p = cubic.along(0, &cubic.shift());
            let root: f64 = l * l + 4.0 * sigma * f64::abs(g);
            let exact = if l > 0.0 { 2.0 * f64::abs(g) / (l + root.sqrt()) } else { (root.sqrt() - l) / (2.0 * sigma) };
            assert!((p / exact.copysign(-g) - 1.0).abs() <= 1e-14, "{p} for {exact}");
        }
    }
}
