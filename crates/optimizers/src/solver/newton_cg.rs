//! Newton-CG that uses negative curvature where it meets it, with a bound on its work.

use crate::config::{Config, check_positive, check_share};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::step::{add_scaled, rounding, spacing};
use crate::vector::{dot, norm};
use autodiff::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Constant of the iteration bound for a random start (Kuczyński & Woźniakowski 1992, as in Royer et al., lemma 2).
const RANDOM_START: f64 = 2.75;

/// Iterations of capped CG per variable, which only rounding can use up.
const ITERATIONS_PER_VARIABLE: usize = 4;

/// Damped Newton-CG with complexity guarantees (Royer, O'Neill & Wright 2020, algorithms 1 to 3): an `eps_g`-critical
/// point without eigenvalue below `-damping` in `O(max(eps_g^-3 damping^3, damping^-3))` steps, whatever the start.
///
/// With `Hd = H + 2 damping I`, conjugate gradients on `Hd d = -g` until the residual is `accuracy / (3 kappa)` of `|g|`,
/// `kappa = (M + 2 damping) / damping`, where M is the largest `|H v| / |v|` seen, or until
///
/// ```text
/// v.Hd v < damping |v|^2    for an iterate or direction v,
/// |r_j| > T^(1/2) t^(j/2) |r_0|,  t = kappa^(1/2) / (kappa^(1/2) + 1),  T = 4 kappa^4 / (1 - t^(1/2))^2,
/// ```
///
/// the second of which finds such a v among the differences of iterates. Then `v` has curvature below `-damping`, and
/// `d = -sgn(v.g) |v.H v| v / |v|^3`. The step is `x <- x + a d` with the first `a` of `1, shrink, shrink^2, ..` that has
///
/// ```text
/// f(x + a d) < f(x) - decrease a^3 |d|^3 / 6
/// ```
///
/// Where the gradient is within the tolerance of the run, conjugate gradients on `(H + damping I / 2) v = b` with b uniform
/// on the sphere look for negative curvature (the minimum-eigenvalue oracle): a saddle is left, and called a minimum with
/// a probability of at most `risk` where an eigenvalue is below `-damping`. So the run converges at second-order points
/// only. `damping = eps_g^(1/2)` is the paper's choice; `accuracy`, `decrease` and `shrink` are free in (0, 1), (0, inf),
/// (0, 1).
///
/// A step along negative curvature is as long as that curvature is large, whatever the units of x, which is short where
/// the loss is flat: hundreds of steps on a small network where ten do. With `extend = true`, which is not in the
/// paper, such a step is divided by `shrink` as long as f falls further and the condition holds; the bounds stay true.
///
/// Each product costs two gradients, a trial half of one, an iterate one. For a decrease that f does not resolve a Newton
/// step is taken on trust. Conjugate gradients end after `4 dim` iterations at the latest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewtonCg {
    /// Curvature below the negative of which a direction counts as negative, `> 0`, in units of the Hessian.
    pub damping: f64,
    /// Relative residual of a Newton step, before the division by `3 kappa`; in (0, 1).
    pub accuracy: f64,
    /// Weight of the cubic decrease, `> 0`.
    pub decrease: f64,
    /// Factor between trials, in (0, 1).
    pub shrink: f64,
    /// Probability of taking a saddle for a minimum, in (0, 1).
    pub risk: f64,
    /// Whether a first step along negative curvature that succeeds is lengthened while f falls.
    pub extend: bool,
}

impl Default for NewtonCg {
    fn default() -> Self {
        Self { damping: 1e-4, accuracy: 0.5, decrease: 1e-2, shrink: 0.5, risk: 1e-3, extend: false }
    }
}

impl Config for NewtonCg {
    const NAME: &'static str = "newton_cg";
    const ABOUT: &'static str =
        "Newton-CG with steps along negative curvature and bounds on its work (Royer, O'Neill & Wright 2020).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("damping", "curvature below the negative of which a direction counts as negative, units of the Hessian, > 0"),
        ("accuracy", "relative residual of a Newton step, before division by 3 kappa, 0 < accuracy < 1"),
        ("decrease", "weight of the decrease decrease |step|^3 / 6 that a step must bring, > 0"),
        ("shrink", "factor between trials of the step length, 0 < shrink < 1"),
        ("extend", "whether steps along negative curvature are lengthened while f falls (not in the paper)"),
        ("risk", "probability of taking a saddle for a minimum, 0 < risk < 1"),
    ];

    fn check(&self) -> Result<(), String> {
        check_positive("damping", self.damping)?;
        check_share("accuracy", self.accuracy)?;
        check_positive("decrease", self.decrease)?;
        check_share("shrink", self.shrink)?;
        check_share("risk", self.risk)
    }
}

impl Solver for NewtonCg {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop> {
        let n = x.len();
        let (mut grad, mut next, mut farther) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let mut inner = Capped::new(n, self);
        loop {
            let f = oracle.gradient(x, &mut grad)?;
            let mut kind = Kind::Newton;
            // Only a point without negative curvature is put to the test of convergence.
            if norm(&grad) <= oracle.grad_tol() {
                if inner.finds_negative(oracle, x, random, self.risk)? {
                    kind = Kind::Negative;
                    oracle.accept(x, f, None)?;
                } else {
                    oracle.accept(x, f, Some(&grad))?;
                }
            } else {
                oracle.accept(x, f, Some(&grad))?;
            }
            if kind == Kind::Newton {
                kind = inner.solve(oracle, x, &grad)?;
            }
            if kind == Kind::Negative {
                // curvature = |v.H v| / |v|^2; downhill, or either way where the gradient says nothing.
                let size = norm(&inner.found);
                let sign = if dot(&inner.found, &grad) > 0.0 { -1.0 } else { 1.0 };
                let scale = sign * inner.curvature / size;
                inner.found.iter_mut().for_each(|d| *d *= scale);
            }
            let size = norm(&inner.found);
            let mut length = 1.0;
            let trust = if kind == Kind::Newton { rounding(f) } else { 0.0 };
            let is_lower =
                |f_next: f64, length: f64| f_next < f - self.decrease / 6.0 * (length * size).powi(3) + trust;
            let mut f_next;
            loop {
                if size.is_nan() || length * size <= spacing(x) {
                    return Err(oracle.give_up("no step along the Newton or curvature direction lowers f"));
                }
                oracle.moved(x, length, &inner.found, &mut next);
                f_next = oracle.value(&next)?;
                if is_lower(f_next, length) {
                    break;
                }
                length *= self.shrink;
            }
            while self.extend && kind == Kind::Negative && length >= 1.0 {
                oracle.moved(x, length / self.shrink, &inner.found, &mut farther);
                let f_farther = oracle.value(&farther)?;
                if !(f_farther < f_next && is_lower(f_farther, length / self.shrink)) {
                    break;
                }
                (f_next, length) = (f_farther, length / self.shrink);
                next.copy_from_slice(&farther);
            }
            x.copy_from_slice(&next);
        }
    }
}

/// What a direction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Newton,
    Negative,
}

/// Numbers that follow from the bound `M` on the Hessian.
#[derive(Clone, Copy)]
struct Bounds {
    largest: f64,
    residual: f64,
    /// `t` and `T` of the residual's decay.
    decay: [f64; 2],
}

impl Bounds {
    fn of(largest: f64, damping: f64, accuracy: f64) -> Self {
        let kappa = (largest + 2.0 * damping) / damping;
        let t = kappa.sqrt() / (kappa.sqrt() + 1.0);
        // 1 - t^(1/2) without cancellation: (1 - t) / (1 + t^(1/2)).
        let gap = 1.0 / (kappa.sqrt() + 1.0) / (1.0 + t.sqrt());
        Self { largest, residual: accuracy / (3.0 * kappa), decay: [t, 4.0 * kappa.powi(4) / (gap * gap)] }
    }

    /// Largest relative residual that a definite `Hd` allows after `j` iterations.
    fn cap(&self, j: usize) -> f64 {
        let [t, factor] = self.decay;
        factor.sqrt() * t.powf(0.5 * j as f64)
    }
}

/// Capped conjugate gradients; all vectors (dim,).
struct Capped {
    damping: f64,
    accuracy: f64,
    bounds: Bounds,
    /// The direction found, and its curvature `|v.H v| / |v|^2` where that is negative.
    found: Vec<f64>,
    curvature: f64,
    /// The iterate, its product with H; and those at the end of a first pass.
    iterate: [Vec<f64>; 2],
    last: [Vec<f64>; 2],
    residual: Vec<f64>,
    direction: Vec<f64>,
    product: Vec<f64>,
    /// The product with the direction before.
    product_before: Vec<f64>,
}

impl Capped {
    fn new(n: usize, config: &NewtonCg) -> Self {
        let zeros = || vec![0.0; n];
        let NewtonCg { damping, accuracy, .. } = *config;
        Self {
            damping,
            accuracy,
            bounds: Bounds::of(0.0, damping, accuracy),
            found: zeros(),
            curvature: 0.0,
            iterate: [zeros(), zeros()],
            last: [zeros(), zeros()],
            residual: zeros(),
            direction: zeros(),
            product: zeros(),
            product_before: zeros(),
        }
    }

    /// Raises M to `ratio`.
    fn see(&mut self, ratio: f64) {
        if ratio > self.bounds.largest {
            self.bounds = Bounds::of(ratio, self.damping, self.accuracy);
        }
    }

    /// Algorithm 1 at `x`: puts the direction in `found`. M starts from 0 at every point, as in the paper.
    fn solve(&mut self, oracle: &mut Oracle<'_>, x: &[f64], grad: &[f64]) -> Result<Kind, Stop> {
        self.bounds = Bounds::of(0.0, self.damping, self.accuracy);
        let most = ITERATIONS_PER_VARIABLE * x.len();
        let start = norm(grad);
        self.begin(grad);
        oracle.hvp(x, &self.direction, &mut self.product)?;
        if self.is_negative(&self.direction, &self.product) {
            return Ok(self.negative_direction());
        }
        self.see(norm(&self.product) / norm(&self.direction));
        let mut square = dot(grad, grad);
        for j in 1.. {
            let beta = self.advance(&mut square);
            self.turn(beta);
            oracle.hvp(x, &self.direction, &mut self.product)?;
            self.see(norm(&self.product) / norm(&self.direction));
            self.see(norm(&self.iterate[1]) / norm(&self.iterate[0]));
            self.see(self.product_of_residual(beta) / norm(&self.residual));
            let left = square.sqrt();
            if self.is_negative(&self.iterate[0], &self.iterate[1]) {
                let [iterate, product] = &self.iterate;
                self.found.copy_from_slice(iterate);
                self.curvature = dot(iterate, product).abs() / dot(iterate, iterate);
                return Ok(Kind::Negative);
            }
            if left <= self.bounds.residual * start || j == most {
                self.found.copy_from_slice(&self.iterate[0]);
                return Ok(Kind::Newton);
            }
            if self.is_negative(&self.direction, &self.product) {
                return Ok(self.negative_direction());
            }
            if left > self.bounds.cap(j) * start {
                self.advance(&mut square);
                return self.slow(oracle, x, grad, j);
            }
        }
        unreachable!("the loop ends by its cap")
    }

    /// The residual fell too slowly for a definite matrix over `j` iterations: runs them again to find the iterate from
    /// which the way to the last one has negative curvature. (Keeping them all would take `j` vectors.)
    fn slow(&mut self, oracle: &mut Oracle<'_>, x: &[f64], grad: &[f64], j: usize) -> Result<Kind, Stop> {
        std::mem::swap(&mut self.iterate, &mut self.last);
        self.begin(grad);
        let mut square = dot(grad, grad);
        for _ in 0..j {
            let difference = |at: usize| self.last[at].iter().zip(&self.iterate[at]).map(|(last, y)| last - y);
            let (length, curved) =
                difference(0).zip(difference(1)).fold((0.0, 0.0), |(l, c), (v, hv)| (l + v * v, c + v * hv));
            if curved + 2.0 * self.damping * length < self.damping * length {
                self.found.iter_mut().zip(&self.last[0]).zip(&self.iterate[0]).for_each(|((v, last), y)| *v = last - y);
                self.curvature = curved.abs() / length;
                return Ok(Kind::Negative);
            }
            oracle.hvp(x, &self.direction, &mut self.product)?;
            let beta = self.advance(&mut square);
            self.turn(beta);
        }
        // Rounding: in exact arithmetic there is one. The last iterate is as good a step as there is.
        self.found.copy_from_slice(&self.last[0]);
        Ok(Kind::Newton)
    }

    /// Iterate 0, residual g, direction -g.
    fn begin(&mut self, grad: &[f64]) {
        self.iterate.iter_mut().for_each(|y| y.fill(0.0));
        self.residual.copy_from_slice(grad);
        self.direction.iter_mut().zip(grad).for_each(|(p, g)| *p = -g);
    }

    /// Moves iterate and residual along the direction, whose product is known; `square` becomes the new `|r|^2`. Gives
    /// its ratio to the old.
    fn advance(&mut self, square: &mut f64) -> f64 {
        let curvature =
            dot(&self.direction, &self.product) + 2.0 * self.damping * dot(&self.direction, &self.direction);
        let length = *square / curvature;
        add_scaled(&mut self.iterate[0], length, &self.direction);
        add_scaled(&mut self.iterate[1], length, &self.product);
        add_scaled(&mut self.residual, length, &self.product);
        add_scaled(&mut self.residual, 2.0 * length * self.damping, &self.direction);
        let before = std::mem::replace(square, dot(&self.residual, &self.residual));
        *square / before
    }

    /// The next direction, `-r + beta p`.
    fn turn(&mut self, beta: f64) {
        std::mem::swap(&mut self.product, &mut self.product_before);
        self.direction.iter_mut().zip(&self.residual).for_each(|(p, r)| *p = -r + beta * *p);
    }

    /// `|H r|`, from `p = -r + beta p_before`.
    fn product_of_residual(&self, beta: f64) -> f64 {
        let products = self.product_before.iter().zip(&self.product);
        products.map(|(before, now)| (beta * before - now).powi(2)).sum::<f64>().sqrt()
    }

    /// Whether `v.Hd v < damping |v|^2`.
    fn is_negative(&self, v: &[f64], hv: &[f64]) -> bool {
        let square = dot(v, v);
        dot(v, hv) + 2.0 * self.damping * square < self.damping * square
    }

    fn negative_direction(&mut self) -> Kind {
        self.found.copy_from_slice(&self.direction);
        self.curvature = dot(&self.direction, &self.product).abs() / dot(&self.direction, &self.direction);
        Kind::Negative
    }

    /// Algorithm 2 by conjugate gradients (theorem 1 there): whether a direction of curvature at most `-damping / 2` is
    /// met, which is then in `found`, within the number of iterations that finds an eigenvalue below `-damping` with
    /// probability `1 - risk`.
    fn finds_negative(
        &mut self,
        oracle: &mut Oracle<'_>,
        x: &[f64],
        random: &mut Stream,
        risk: f64,
    ) -> Result<bool, Stop> {
        let n = x.len();
        self.residual.iter_mut().for_each(|b| *b = random.normal());
        oracle.project(x, &mut self.residual);
        self.direction.iter_mut().zip(&self.residual).for_each(|(p, r)| *p = -r);
        let mut square = dot(&self.residual, &self.residual);
        let start = square.sqrt();
        let mut largest = 0.0_f64;
        for j in 1..=n {
            oracle.hvp(x, &self.direction, &mut self.product)?;
            let size = dot(&self.direction, &self.direction);
            largest = largest.max(norm(&self.product) / size.sqrt());
            let curvature = dot(&self.direction, &self.product) + 0.5 * self.damping * size;
            if curvature <= 0.0 && size > 0.0 {
                self.negative_direction();
                return Ok(true);
            }
            let enough =
                1.0 + (0.5 * (RANDOM_START * n as f64 / (risk * risk)).ln() * (largest / self.damping).sqrt()).ceil();
            let length = square / curvature;
            add_scaled(&mut self.residual, length, &self.product);
            add_scaled(&mut self.residual, 0.5 * length * self.damping, &self.direction);
            let before = std::mem::replace(&mut square, dot(&self.residual, &self.residual));
            if j as f64 >= enough || square.is_nan() || square.sqrt() <= f64::EPSILON * start {
                break;
            }
            let beta = square / before;
            self.direction.iter_mut().zip(&self.residual).for_each(|(p, r)| *p = -r + beta * *p);
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Method, Part, Seeds, Settings, Single, Status, run_block};
    use autodiff::{Objective, Scalar};

    /// Eigenvalues -0.5 and below it are negative beyond the damping of 0.1.
    const EIGENVALUES: [f64; 4] = [2.0, -0.5, 1.0, -0.05];

    /// Runs conjugate gradients past the tests for negative curvature, as if only the residual had told.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Slow {}

    impl Config for Slow {
        const NAME: &'static str = "slow";
        const ABOUT: &'static str = "Finds negative curvature by going back.";
        const PARAMS: &'static [(&'static str, &'static str)] = &[];
        fn check(&self) -> Result<(), String> {
            Ok(())
        }
    }

    impl Solver for Slow {
        fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
            let config = NewtonCg { damping: 0.1, ..NewtonCg::default() };
            let mut inner = Capped::new(4, &config);
            let mut grad = [0.0; 4];
            let f = oracle.gradient(x, &mut grad)?;
            oracle.accept(x, f, None)?;
            inner.begin(&grad);
            let mut square = dot(&grad, &grad);
            for _ in 0..3 {
                oracle.hvp(x, &inner.direction.clone(), &mut inner.product)?;
                let beta = inner.advance(&mut square);
                inner.turn(beta);
            }
            oracle.hvp(x, &inner.direction.clone(), &mut inner.product)?;
            inner.advance(&mut square);
            let spent = oracle.spent();
            assert_eq!(inner.slow(oracle, x, &grad, 3)?, Kind::Negative);
            assert!(oracle.spent() - spent <= 6.0, "no more than the products of the iterates before");
            let size = dot(&inner.found, &inner.found);
            let curved: f64 = inner.found.iter().zip(EIGENVALUES).map(|(v, c)| c * v * v).sum::<f64>() / size;
            assert!(curved < -0.1, "{curved}");
            assert!((inner.curvature + curved).abs() <= 1e-12, "{} for {curved}", inner.curvature);
            Err(oracle.give_up("done"))
        }
    }

    #[test]
    fn a_residual_that_falls_too_slowly_betrays_negative_curvature() {
        let objective =
            Objective::formula(4, |x| Scalar::sum(x.iter().zip(EIGENVALUES).map(|(&x, c)| x.square() * (0.5 * c))));
        let method = Method::of_solver(Part::solver(Slow {}), Part::strategy(Single::default()));
        let settings = Settings {
            budget: 100,
            grad_tol: 0.0,
            f_above: 1e9,
            x_above: 1e9,
            stall: None,
            early_stop: None,
            targets: vec![],
            moments: vec![],
            single_precision: false,
        };
        let stream = || Stream::new(1, "slow", &[]);
        let start = Box::new(|_| vec![1.0, 1.0, 1.0, 1.0]);
        let seeds = Seeds { start, noise: stream(), batches: stream(), random: stream() };
        assert_eq!(run_block(&objective, &method, &settings, vec![seeds])[0].status, Status::Stalled);
    }

    /// `kappa = (M + 2 eps) / eps`, `t = kappa^(1/2) / (kappa^(1/2) + 1)`, `T = 4 kappa^4 / (1 - t^(1/2))^2`: by hand for
    /// kappa = 4 and 9.
    #[test]
    fn bounds_are_those_of_the_paper() {
        for (largest, kappa, t) in [(0.2, 4.0, 2.0 / 3.0), (0.7, 9.0, 0.75)] {
            let bounds = Bounds::of(largest, 0.1, 0.6);
            assert!((bounds.residual * 3.0 * kappa / 0.6 - 1.0_f64).abs() <= 1e-14);
            let cap = 2.0 * kappa * kappa / (1.0 - f64::sqrt(t)) * t * t;
            assert!((bounds.cap(4) / cap - 1.0).abs() <= 1e-14, "{} for {cap}", bounds.cap(4));
        }
    }
}
