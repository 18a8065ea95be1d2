//! The state of CMA-ES and its two moves: sample a generation, and learn from its values.

use crate::vector::{dot, norm};
use autodiff::{Stream, math};
use symmetric::eigenvectors;

/// Condition of C beyond which the distribution is degenerate (tutorial, section B.3, ConditionCov).
const MAX_CONDITION: f64 = 1e14;

/// Share of the first sigma below which all deviations are small (TolX).
const SIGMA_TOL: f64 = 1e-12;

/// The strategy parameters of table 1, from `dim` and the population alone.
pub(super) struct Constants {
    /// Offspring per generation.
    pub(super) lambda: usize,
    /// Offspring that the mean is made of.
    mu: usize,
    /// `(lambda,)`, falling; the first `mu` sum to 1, the others are at most 0.
    weights: Vec<f64>,
    mu_eff: f64,
    c_c: f64,
    c_1: f64,
    c_mu: f64,
    c_sigma: f64,
    d_sigma: f64,
    /// Expected norm of a standard normal vector.
    chi: f64,
    /// Generations from one eigen-decomposition to the next.
    lag: u64,
}

impl Constants {
    /// For `dim` variables; a `population` of 0 is the default `4 + floor(3 ln dim)`.
    pub(super) fn new(dim: usize, population: usize) -> Self {
        let n = dim as f64;
        let lambda = if population == 0 { 4 + (3.0 * math::ln(n)).floor() as usize } else { population };
        let mu = lambda / 2;
        let raw = |i: usize| math::ln(0.5 * (lambda as f64 + 1.0)) - math::ln(i as f64);
        let mut weights: Vec<f64> = (1..=lambda).map(raw).collect();
        let effective = |w: &[f64]| {
            let (sum, squares) = (w.iter().sum::<f64>(), w.iter().map(|w| w * w).sum::<f64>());
            sum * sum / squares
        };
        let (mu_eff, mu_eff_minus) = (effective(&weights[..mu]), effective(&weights[mu..]));
        let c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n);
        let c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + mu_eff);
        let c_mu = (2.0 * (0.25 + mu_eff + 1.0 / mu_eff - 2.0) / ((n + 2.0) * (n + 2.0) + mu_eff)).min(1.0 - c_1);
        let c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0);
        let d_sigma = 1.0 + 2.0 * (((mu_eff - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + c_sigma;
        let alpha =
            (1.0 + c_1 / c_mu).min(1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0)).min((1.0 - c_1 - c_mu) / (n * c_mu));
        let positive: f64 = weights.iter().filter(|w| **w >= 0.0).sum();
        let negative: f64 = weights.iter().filter(|w| **w < 0.0).map(|w| -w).sum();
        weights.iter_mut().for_each(|w| *w *= if *w >= 0.0 { 1.0 / positive } else { alpha / negative });
        let chi = n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
        let lag = (1.0 / (10.0 * n * (c_1 + c_mu))).floor().max(1.0) as u64;
        Self { lambda, mu, weights, mu_eff, c_c, c_1, c_mu, c_sigma, d_sigma, chi, lag }
    }
}

/// The distribution N(mean, sigma^2 C) on its way. All memory is allocated when it is made.
pub(super) struct Evolution {
    pub(super) constants: Constants,
    n: usize,
    mean: Vec<f64>,
    pub(super) sigma: f64,
    sigma_start: f64,
    /// `(n, n)`, symmetric.
    c: Vec<f64>,
    /// Symmetric root of C as of the last decomposition, `(n, n)`.
    root: Vec<f64>,
    condition: f64,
    p_sigma: Vec<f64>,
    p_c: Vec<f64>,
    /// Draws `(lambda, n)`, and `y = root z`.
    z: Vec<f64>,
    y: Vec<f64>,
    /// Offspring by rising value.
    order: Vec<usize>,
    generation: u64,
    decomposed_at: u64,
    /// `(1 - c_sigma)^(2 generation)`.
    forgotten: f64,
    /// Best values of the last generations, the oldest overwritten next.
    history: Vec<f64>,
    /// Room for means `(n,)` and matrices `(n, n)`.
    z_mean: Vec<f64>,
    y_mean: Vec<f64>,
}

impl Evolution {
    /// At `mean` (dim,), with `C = I`.
    pub(super) fn new(mean: &[f64], sigma: f64, population: usize) -> Self {
        let n = mean.len();
        let constants = Constants::new(n, population);
        let lambda = constants.lambda;
        let mut identity = vec![0.0; n * n];
        (0..n).for_each(|i| identity[i * n + i] = 1.0);
        Self {
            n,
            mean: mean.to_vec(),
            sigma,
            sigma_start: sigma,
            root: identity.clone(),
            c: identity,
            condition: 1.0,
            p_sigma: vec![0.0; n],
            p_c: vec![0.0; n],
            z: vec![0.0; lambda * n],
            y: vec![0.0; lambda * n],
            order: (0..lambda).collect(),
            generation: 0,
            decomposed_at: 0,
            forgotten: 1.0,
            history: vec![f64::NAN; 10 + (30 * n).div_ceil(lambda)],
            z_mean: vec![0.0; n],
            y_mean: vec![0.0; n],
            constants,
        }
    }

    /// `x` (n,) <- offspring `k` of this generation, `mean + sigma C^(1/2) z`.
    ///
    /// The tutorial's `B D z` has the same law. With the symmetric root neither order nor signs of the eigenvectors
    /// enter a number, and `C^(-1/2) y` is `z` itself.
    pub(super) fn ask(&mut self, k: usize, random: &mut Stream, x: &mut [f64]) {
        let n = self.n;
        self.z[k * n..][..n].iter_mut().for_each(|z| *z = random.normal());
        self.place(k, x);
    }

    fn place(&mut self, k: usize, x: &mut [f64]) {
        let n = self.n;
        let (z, y) = (&self.z[k * n..][..n], &mut self.y[k * n..][..n]);
        for (((y, x), row), mean) in y.iter_mut().zip(x).zip(self.root.chunks_exact(n)).zip(&self.mean) {
            *y = dot(row, z);
            *x = mean + self.sigma * *y;
        }
    }

    /// Learns from the values `f` (lambda,) of this generation, none of them NaN: the update of the tutorial.
    pub(super) fn tell(&mut self, f: &[f64]) {
        let (n, k) = (self.n, &self.constants);
        // By value, equal ones in the order of their draws.
        self.order.sort_unstable_by(|&i, &j| f[i].total_cmp(&f[j]).then(i.cmp(&j)));
        let slot = (self.generation % self.history.len() as u64) as usize;
        self.history[slot] = f[self.order[0]];

        self.z_mean.fill(0.0);
        self.y_mean.fill(0.0);
        for (&i, w) in self.order[..k.mu].iter().zip(&k.weights) {
            add(&mut self.z_mean, *w, &self.z[i * n..][..n]);
            add(&mut self.y_mean, *w, &self.y[i * n..][..n]);
        }
        add(&mut self.mean, self.sigma, &self.y_mean);

        let (keep, gain) = (1.0 - k.c_sigma, (k.c_sigma * (2.0 - k.c_sigma) * k.mu_eff).sqrt());
        self.p_sigma.iter_mut().zip(&self.z_mean).for_each(|(p, z)| *p = keep * *p + gain * z);
        let length = norm(&self.p_sigma);
        self.sigma *= math::exp(k.c_sigma / k.d_sigma * (length / k.chi - 1.0));

        self.forgotten *= keep * keep;
        let is_steady = length / (1.0 - self.forgotten).sqrt() < (1.4 + 2.0 / (n as f64 + 1.0)) * k.chi;
        let h = f64::from(u8::from(is_steady));
        let (keep, gain) = (1.0 - k.c_c, h * (k.c_c * (2.0 - k.c_c) * k.mu_eff).sqrt());
        self.p_c.iter_mut().zip(&self.y_mean).for_each(|(p, y)| *p = keep * *p + gain * y);

        let missing = (1.0 - h) * k.c_c * (2.0 - k.c_c);
        let kept = 1.0 + k.c_1 * missing - k.c_1 - k.c_mu * k.weights.iter().sum::<f64>();
        self.c.iter_mut().for_each(|c| *c *= kept);
        add_square(&mut self.c, k.c_1, &self.p_c);
        for (&i, &w) in self.order.iter().zip(&k.weights) {
            let square = dot(&self.z[i * n..][..n], &self.z[i * n..][..n]);
            // A long step with a negative weight could take C's definiteness: its length is set to sqrt(n).
            let scale = if w < 0.0 && square > 0.0 { n as f64 / square } else { 1.0 };
            add_square(&mut self.c, k.c_mu * w * scale, &self.y[i * n..][..n]);
        }

        self.generation += 1;
        if self.generation - self.decomposed_at >= k.lag {
            self.decompose();
        }
    }

    fn decompose(&mut self) {
        let n = self.n;
        self.decomposed_at = self.generation;
        let Some((squares, vectors)) = eigenvectors(&self.c, n) else {
            self.condition = f64::INFINITY;
            return;
        };
        let (least, greatest) = (squares[0], squares[n - 1]);
        self.condition = if least > 0.0 { greatest / least } else { f64::INFINITY };
        self.root.fill(0.0);
        for (square, v) in squares.iter().zip(vectors.chunks_exact(n)) {
            add_square(&mut self.root, square.max(0.0).sqrt(), v);
        }
    }

    /// Why the distribution is of no more use, if it is: TolX, ConditionCov or EqualFunValues of section B.3, none of
    /// which changes with a rising transformation of f, or numbers out of range.
    pub(super) fn end(&self) -> Option<String> {
        let deviation = |i: usize| self.sigma * self.c[i * self.n + i].sqrt().max(self.p_c[i].abs());
        let largest = (0..self.n).map(deviation).fold(0.0, f64::max);
        if !self.sigma.is_finite() || (0..self.n).any(|i| !deviation(i).is_finite()) {
            Some("the step size is out of range".into())
        } else if largest < SIGMA_TOL * self.sigma_start {
            Some(format!("largest deviation {largest:.1e} < {SIGMA_TOL:e} of the first"))
        } else if self.condition > MAX_CONDITION {
            Some(format!("condition of C {:.1e} > {MAX_CONDITION:e}", self.condition))
        } else if self.history.iter().all(|f| *f == self.history[0]) {
            Some(format!("the best value of {} generations is the same", self.history.len()))
        } else {
            None
        }
    }
}

/// `to += factor v`.
fn add(to: &mut [f64], factor: f64, v: &[f64]) {
    to.iter_mut().zip(v).for_each(|(to, v)| *to += factor * v);
}

/// `c += factor v v^T`; the product `v_i v_j` first, so that c stays symmetric to the bit.
fn add_square(c: &mut [f64], factor: f64, v: &[f64]) {
    for (row, v_i) in c.chunks_exact_mut(v.len()).zip(v) {
        row.iter_mut().zip(v).for_each(|(c, v_j)| *c += factor * (v_i * v_j));
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
