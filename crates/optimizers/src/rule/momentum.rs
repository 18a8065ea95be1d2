//! Heavy-ball momentum: the velocity remembers past gradients.

use crate::config::{Config, check_decay_rate, check_lr};
use crate::rule::{Memory, Rule};
use crate::runs::Runs;
use autodiff::{Scalar, Update};
use serde::{Deserialize, Serialize};

/// Heavy ball (Polyak 1964): `v <- beta v + (1 - dampening) g`, `x <- x - lr v`, with `v = g` in the first step.
///
/// The form of `torch.optim.SGD(momentum = beta, dampening)` and, without dampening, of `optax.sgd(momentum = beta)`: the step
/// in a constant gradient grows to `lr / (1 - beta)`; with `dampening = beta` it stays `lr`. On a quadratic with curvature `c` it is stable for `lr c < 2 (1 + beta)`.
/// Typical: `beta = 0.9`, and `lr` ten times smaller than for gradient descent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Momentum {
    /// Learning rate `lr > 0`.
    pub lr: f64,
    /// Share of the velocity kept at each step, `0 <= beta < 1`.
    pub beta: f64,
    /// Share of a new gradient left out of the velocity, `0 <= dampening < 1`.
    pub dampening: f64,
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

impl Default for Momentum {
    fn default() -> Self {
        Self { lr: 1e-3, beta: 0.9, dampening: 0.0, batch: 0 }
    }
}

impl Config for Momentum {
    const NAME: &'static str = "momentum";
    const ABOUT: &'static str = "Heavy-ball momentum: v <- beta v + (1 - dampening) g, x <- x - lr v (Polyak 1964).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0"),
        ("beta", "share of the velocity kept at each step, 0 <= beta < 1"),
        ("dampening", "share of a new gradient left out of the velocity, 0 <= dampening < 1"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)?;
        check_decay_rate("beta", self.beta)?;
        if (0.0..1.0).contains(&self.dampening) {
            return Ok(());
        }
        Err(format!("dampening = {}: something of the gradient must be left; give 0 <= dampening < 1", self.dampening))
    }
}

impl Rule for Momentum {
    fn batch(&self) -> usize {
        self.batch
    }

    fn memory(&self) -> Memory {
        Memory::of_vectors([0.0])
    }

    fn step(&self, runs: &mut Runs<'_>) {
        // torch does not dampen the first step.
        let [lr, share] = &runs.per_step(|step| {
            let share = if step.t == 0 { 1.0 } else { 1.0 - self.dampening };
            [self.lr * step.lr_factor, share]
        });
        runs.each(self, [lr, share]);
    }
}

impl Update<1, 2> for Momentum {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [v]: [S; 1], [lr, share]: [S; 2]) -> (S, [S; 1]) {
        let v = v * self.beta + share * g;
        (x - lr * v, [v])
    }
}
