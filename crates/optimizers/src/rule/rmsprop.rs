//! RMSprop: steps scaled by a running root mean square of the gradient.

use crate::config::{Config, check_decay_rate, check_lr, check_not_negative, check_positive};
use crate::rule::{Form, Memory, Rule};
use crate::runs::Runs;
use autodiff::{Scalar, Update};
use serde::{Deserialize, Serialize};

/// RMSprop (Tieleman & Hinton 2012, lecture 6.5), from `v = initial`:
///
/// ```text
/// v <- beta v + (1 - beta) g^2
/// form = "torch"    x <- x - lr g / (sqrt(v) + eps)      torch.optim.RMSprop
/// form = "optax"    x <- x - lr g / sqrt(v + eps)        optax.rmsprop
/// ```
///
/// `centered` takes the variance in place of the mean square (Graves 2013, arXiv 1308.0850), from `m = 0`, and `momentum` sums the
/// scaled gradients, from `b = 0`; `v - m^2` may round below 0, and the run ends with NaN, as in both libraries:
///
/// ```text
/// centered    m <- beta m + (1 - beta) g,  and v - m^2 in the place of v under the root
/// momentum    b <- momentum b + g / root,  x <- x - lr b
/// ```
///
/// Defaults are torch's: `lr` 1e-2, `beta` 0.99 (its `alpha`), `eps` 1e-8, `initial` 0. optax has `beta` 0.9 (its `decay`), and
/// sums `lr g / root`, which under a schedule is another rule; with a constant `lr` it is the same.
/// There is no bias correction, so from `initial = 0` the first step is `-lr sign(g) / sqrt(1 - beta)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rmsprop {
    /// Learning rate `lr > 0`.
    pub lr: f64,
    /// Decay rate of the mean squared gradient, `0 <= beta < 1`.
    pub beta: f64,
    /// Keeps the division finite, `eps > 0`.
    pub eps: f64,
    /// First value of the mean square, `>= 0`.
    pub initial: f64,
    /// Where `eps` stands.
    pub form: Form,
    /// Whether the root is that of the variance.
    pub centered: bool,
    /// Share of the sum of scaled gradients that is kept at each step, `0 <= momentum < 1`; 0 means no such sum.
    pub momentum: f64,
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

impl Default for Rmsprop {
    fn default() -> Self {
        Self {
            lr: 1e-2,
            beta: 0.99,
            eps: 1e-8,
            initial: 0.0,
            form: Form::Torch,
            centered: false,
            momentum: 0.0,
            batch: 0,
        }
    }
}

impl Config for Rmsprop {
    const NAME: &'static str = "rmsprop";
    const ABOUT: &'static str =
        "RMSprop: steps scaled by a running root mean square of the gradient (Tieleman & Hinton 2012).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0"),
        ("beta", "decay rate of the mean squared gradient, 0 <= beta < 1; optax has 0.9"),
        ("eps", "keeps the division finite, > 0"),
        ("initial", "first value of the mean square, >= 0"),
        ("form", "\"torch\": sqrt(v) + eps, or \"optax\": sqrt(v + eps)"),
        ("centered", "whether the root is that of the variance instead of the mean square"),
        ("momentum", "share of the sum of scaled gradients kept at each step, 0 <= momentum < 1; 0 = no sum"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)?;
        check_decay_rate("beta", self.beta)?;
        check_decay_rate("momentum", self.momentum)?;
        check_positive("eps", self.eps)?;
        check_not_negative("initial", self.initial)
    }
}

impl Rule for Rmsprop {
    fn batch(&self) -> usize {
        self.batch
    }

    // The mean square, then the mean and the sum, where they are asked for.
    fn memory(&self) -> Memory {
        let mut vectors = vec![self.initial];
        vectors.resize(1 + usize::from(self.centered) + usize::from(self.momentum > 0.0), 0.0);
        Memory { vectors, numbers: vec![] }
    }

    fn step(&self, runs: &mut Runs<'_>) {
        let lr = runs.lr(self.lr);
        match (self.centered, self.momentum > 0.0) {
            (false, false) => runs.each(self, [&lr]),
            (true, false) => runs.each(&Centered(self.clone()), [&lr]),
            (false, true) => runs.each(&Summed(self.clone()), [&lr]),
            (true, true) => runs.each(&CenteredSummed(self.clone()), [&lr]),
        }
    }
}

impl Rmsprop {
    #[inline(always)]
    fn mean_square<S: Scalar>(&self, v: S, g: S) -> S {
        v * self.beta + g * g * (1.0 - self.beta)
    }

    #[inline(always)]
    fn mean<S: Scalar>(&self, m: S, g: S) -> S {
        m * self.beta + g * (1.0 - self.beta)
    }
}

impl Update<1, 1> for Rmsprop {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [v]: [S; 1], [lr]: [S; 1]) -> (S, [S; 1]) {
        let v = self.mean_square(v, g);
        (x - lr * g / self.form.root(v, self.eps), [v])
    }
}

#[derive(Clone)]
struct Centered(Rmsprop);

impl Update<2, 1> for Centered {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [v, m]: [S; 2], [lr]: [S; 1]) -> (S, [S; 2]) {
        let (v, m) = (self.0.mean_square(v, g), self.0.mean(m, g));
        (x - lr * g / self.0.form.root(v - m * m, self.0.eps), [v, m])
    }
}

#[derive(Clone)]
struct Summed(Rmsprop);

impl Update<2, 1> for Summed {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [v, b]: [S; 2], [lr]: [S; 1]) -> (S, [S; 2]) {
        let v = self.0.mean_square(v, g);
        let b = b * self.0.momentum + g / self.0.form.root(v, self.0.eps);
        (x - lr * b, [v, b])
    }
}

#[derive(Clone)]
struct CenteredSummed(Rmsprop);

impl Update<3, 1> for CenteredSummed {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [v, m, b]: [S; 3], [lr]: [S; 1]) -> (S, [S; 3]) {
        let (v, m) = (self.0.mean_square(v, g), self.0.mean(m, g));
        let b = b * self.0.momentum + g / self.0.form.root(v - m * m, self.0.eps);
        (x - lr * b, [v, m, b])
    }
}
