//! Adagrad: steps scaled by the root of the sum of all squared gradients.

use crate::config::{Config, check_lr, check_not_negative, check_positive};
use crate::rule::{Form, Memory, Rule};
use crate::runs::Runs;
use autodiff::{Scalar, Update};
use serde::{Deserialize, Serialize};

/// Adagrad (Duchi, Hazan & Singer 2011), from `s = initial`:
///
/// ```text
/// s <- s + g^2
/// form = "torch"    x <- x - lr g / (sqrt(s) + eps)      torch.optim.Adagrad
/// form = "optax"    x <- x - lr g / sqrt(s + eps)        optax.adagrad
/// ```
///
/// The forms differ in their defaults, too: torch has `lr` 1e-2, `initial` 0, `eps` 1e-10, and these are the defaults here;
/// optax has `initial` 0.1 and `eps` 1e-7. With `initial = 0` the first step is `-lr sign(g)` up to `eps`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Adagrad {
    /// Learning rate `lr > 0`.
    pub lr: f64,
    /// Keeps the division finite, `eps > 0`.
    pub eps: f64,
    /// First value of the sum of squares, `>= 0`.
    pub initial: f64,
    /// Where `eps` stands.
    pub form: Form,
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

impl Default for Adagrad {
    fn default() -> Self {
        Self { lr: 1e-2, eps: 1e-10, initial: 0.0, form: Form::Torch, batch: 0 }
    }
}

impl Config for Adagrad {
    const NAME: &'static str = "adagrad";
    const ABOUT: &'static str =
        "Adagrad: steps scaled by the root of the sum of squared gradients (Duchi, Hazan & Singer 2011).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0"),
        ("eps", "keeps the division finite, > 0; optax has 1e-7"),
        ("initial", "first value of the sum of squares, >= 0; optax has 0.1"),
        ("form", "\"torch\": sqrt(s) + eps, or \"optax\": sqrt(s + eps)"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)?;
        check_positive("eps", self.eps)?;
        check_not_negative("initial", self.initial)
    }
}

impl Rule for Adagrad {
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

impl Update<1, 1> for Adagrad {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [s]: [S; 1], [lr]: [S; 1]) -> (S, [S; 1]) {
        let s = s + g * g;
        (x - lr * g / self.form.root(s, self.eps), [s])
    }
}
