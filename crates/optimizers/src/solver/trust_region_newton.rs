//! Newton's method inside a ball in which its model is trusted, with Hessian-vector products only.

use crate::config::{Config, check_positive};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::step::{add_scaled, rounding, spacing};
use crate::vector::{dot, norm};
use autodiff::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Products of one subproblem beyond `dim`, which only rounding can ask for.
const MORE_PRODUCTS: usize = 10;

/// Trust-region Newton-CG (Nocedal & Wright 2006, algorithm 4.1 with 7.2; Steihaug 1983, Toint 1981): p lowers the model
/// `m(p) = f + g.p + p.H p / 2` inside `|p| <= radius`, by conjugate gradients from 0,
///
/// ```text
/// r = g, d = -r;   d.H d <= 0:  to the boundary along +-d, whichever has the lower m
///                  a = r.r / d.H d;  |p + a d| >= radius:  to the boundary along d
///                  p <- p + a d,  r' = r + a H d;  |r'| < min(1/2, |g|^(1/2)) |g|:  done
///                  d <- -r' + (r'.r' / r.r) d
/// ```
///
/// and with `rho = (f - f(x + p)) / (f - m(p))`: `radius / 4` where `rho < 1/4`; twice it, at most `max_radius`, where
/// `rho > 3/4` and p is on the boundary; `x <- x + p` where `rho > accept`. Defaults and the tolerance are scipy's
/// (`trust-ncg`). Directions of negative curvature lead away from saddles.
///
/// Each product costs two gradients, a trial half of one, a step one. Near a minimum both differences of rho are taken as
/// `10 eps max(1, |f|)` greater than they come out (Conn, Gould & Toint 2000, 17.4.2). A radius below the spacing of
/// numbers around x ends the attempt as stalled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrustRegionNewton {
    /// First radius, in units of x, `> 0`.
    pub radius: f64,
    /// Largest radius, `>= radius`.
    pub max_radius: f64,
    /// Share of the promised decrease above which a step is taken, `0 <= accept < 1/4`.
    pub accept: f64,
}

impl Default for TrustRegionNewton {
    fn default() -> Self {
        Self { radius: 1.0, max_radius: 1000.0, accept: 0.15 }
    }
}

impl Config for TrustRegionNewton {
    const NAME: &'static str = "trust_region_newton";
    const ABOUT: &'static str =
        "Trust-region Newton with truncated conjugate gradients (Steihaug 1983; Nocedal & Wright 2006, alg. 4.1, 7.2).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("radius", "first radius of the trust region, in units of x, > 0"),
        ("max_radius", "largest radius, >= radius"),
        ("accept", "share of the promised decrease above which a step is taken, 0 <= accept < 0.25"),
    ];

    fn check(&self) -> Result<(), String> {
        check_positive("radius", self.radius)?;
        check_positive("max_radius", self.max_radius)?;
        if self.max_radius < self.radius {
            let (radius, most) = (self.radius, self.max_radius);
            return Err(format!("max_radius = {most}: the first radius {radius} is larger; give max_radius >= radius"));
        }
        if !(0.0..0.25).contains(&self.accept) {
            return Err(format!(
                "accept = {}: steps below 1/4 of the promise shrink the region; give 0 <= accept < 0.25, such as 0.15",
                self.accept
            ));
        }
        Ok(())
    }
}

impl Solver for TrustRegionNewton {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let n = x.len();
        let (mut grad, mut next) = (vec![0.0; n], vec![0.0; n]);
        let mut inner = Steihaug::new(n);
        let mut radius = self.radius;
        let mut f = oracle.gradient(x, &mut grad)?;
        oracle.accept(x, f, Some(&grad))?;
        loop {
            let is_on_boundary = inner.solve(oracle, x, &grad, radius)?;
            let promised = -inner.model(&grad);
            oracle.moved(x, 1.0, &inner.step, &mut next);
            let f_next = oracle.value(&next)?;
            let rho = (f - f_next + rounding(f)) / (promised + rounding(f));
            radius = resized(radius, rho, is_on_boundary, self.max_radius);
            if rho > self.accept {
                x.copy_from_slice(&next);
                f = oracle.gradient(x, &mut grad)?;
                oracle.accept(x, f, Some(&grad))?;
            } else if radius <= spacing(x) {
                return Err(oracle.give_up("the trust region is smaller than the spacing of numbers"));
            }
        }
    }
}

/// The next radius. A `rho` that is not a number, from a value that is none, is no success.
fn resized(radius: f64, rho: f64, is_on_boundary: bool, most: f64) -> f64 {
    if rho.is_nan() || rho < 0.25 {
        0.25 * radius
    } else if rho > 0.75 && is_on_boundary {
        (2.0 * radius).min(most)
    } else {
        radius
    }
}

/// Truncated conjugate gradients; all vectors (dim,).
struct Steihaug {
    step: Vec<f64>,
    /// Gradient of the model at `step`.
    residual: Vec<f64>,
    direction: Vec<f64>,
    product: Vec<f64>,
}

impl Steihaug {
    fn new(dim: usize) -> Self {
        let zeros = || vec![0.0; dim];
        Self { step: zeros(), residual: zeros(), direction: zeros(), product: zeros() }
    }

    /// `m(step) - f = step.(g + residual) / 2`, because `H step = residual - g`.
    fn model(&self, grad: &[f64]) -> f64 {
        0.5 * (dot(&self.step, grad) + dot(&self.step, &self.residual))
    }

    /// Finds the step; whether it is on the boundary.
    fn solve(&mut self, oracle: &mut Oracle<'_>, x: &[f64], grad: &[f64], radius: f64) -> Result<bool, Stop> {
        let size = norm(grad);
        let tolerance = size.sqrt().min(0.5) * size;
        self.step.fill(0.0);
        self.residual.copy_from_slice(grad);
        self.direction.iter_mut().zip(grad).for_each(|(d, g)| *d = -g);
        let mut square = dot(grad, grad);
        for _ in 0..x.len() + MORE_PRODUCTS {
            oracle.hvp(x, &self.direction, &mut self.product)?;
            let curvature = dot(&self.direction, &self.product);
            let [low, high] = self.to_boundary(radius);
            if curvature.is_nan() || curvature <= 0.0 {
                // m along d: slope r.d at 0 and this curvature.
                let model = |t: f64| t * dot(&self.residual, &self.direction) + 0.5 * t * t * curvature;
                self.advance(if model(low) < model(high) { low } else { high });
                return Ok(true);
            }
            let length = square / curvature;
            if length >= high {
                self.advance(high);
                return Ok(true);
            }
            self.advance(length);
            let next = dot(&self.residual, &self.residual);
            if next.sqrt() < tolerance {
                break;
            }
            let beta = next / square;
            self.direction.iter_mut().zip(&self.residual).for_each(|(d, r)| *d = -r + beta * *d);
            square = next;
        }
        Ok(false)
    }

    fn advance(&mut self, length: f64) {
        add_scaled(&mut self.step, length, &self.direction);
        add_scaled(&mut self.residual, length, &self.product);
    }

    /// The two `t` with `|step + t d| = radius`, the lower first.
    fn to_boundary(&self, radius: f64) -> [f64; 2] {
        let (a, b) = (dot(&self.direction, &self.direction), dot(&self.step, &self.direction));
        let c = (dot(&self.step, &self.step) - radius * radius).min(0.0);
        // Without cancellation: the root of the larger size first, the other from the product of both.
        let q = -(b + (b * b - a * c).sqrt().copysign(b));
        let (one, two) = (q / a, if q == 0.0 { 0.0 } else { c / q });
        [one.min(two), one.max(two)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nocedal & Wright, algorithm 4.1, case by case.
    #[test]
    fn the_radius_follows_the_ratio() {
        assert_eq!(resized(2.0, 0.2, true, 9.0), 0.5);
        assert_eq!(resized(2.0, -1.0, false, 9.0), 0.5);
        assert_eq!(resized(2.0, f64::NAN, false, 9.0), 0.5);
        assert_eq!(resized(2.0, 0.25, true, 9.0), 2.0);
        assert_eq!(resized(2.0, 0.75, true, 9.0), 2.0);
        assert_eq!(resized(2.0, 0.8, false, 9.0), 2.0);
        assert_eq!(resized(2.0, 0.8, true, 9.0), 4.0);
        assert_eq!(resized(8.0, 0.8, true, 9.0), 9.0);
    }

    #[test]
    fn both_ends_of_a_chord_are_on_the_boundary() {
        let mut inner = Steihaug::new(2);
        for (step, direction) in [([0.3, -0.4], [2.0, 1.0]), ([0.0, 0.0], [0.0, -3.0]), ([0.6, 0.0], [-1e-9, 1.0])] {
            inner.step.copy_from_slice(&step);
            inner.direction.copy_from_slice(&direction);
            let [low, high] = inner.to_boundary(1.0);
            assert!(low < 0.0 && high > 0.0);
            for t in [low, high] {
                let length = (step[0] + t * direction[0]).hypot(step[1] + t * direction[1]);
                assert!((length - 1.0).abs() <= 4.0 * f64::EPSILON, "{t}: {length}");
            }
        }
    }
}
