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
/// Defaults are torch's: `lr` 1e-2, `beta` 0.99 (its `alpha`), `eps` 1e-8, `initial` 0. optax has `beta` 0.9 (its `decay`).
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
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

impl Default for Rmsprop {
    fn default() -> Self {
        Self { lr: 1e-2, beta: 0.99, eps: 1e-8, initial: 0.0, form: Form::Torch, batch: 0 }
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
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)?;
        check_decay_rate("beta", self.beta)?;
        check_positive("eps", self.eps)?;
        check_not_negative("initial", self.initial)
    }
}

impl Rule for Rmsprop {
    fn batch(&self) -> usize {
        self.batch
    }

    fn memory(&self) -> Memory {
        Memory::of_vectors([self.initial])
    }

    fn step(&self, runs: &mut Runs<'_>) {
        let lr = runs.lr(self.lr);
        runs.each(self, [&lr]);
    }
}

impl Update<1, 1> for Rmsprop {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [v]: [S; 1], [lr]: [S; 1]) -> (S, [S; 1]) {
        let v = v * self.beta + g * g * (1.0 - self.beta);
        (x - lr * g / self.form.root(v, self.eps), [v])
    }
}
