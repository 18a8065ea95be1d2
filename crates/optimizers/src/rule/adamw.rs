//! Adam with decoupled weight decay.

use crate::config::{Config, check_decay_rate, check_lr, check_not_negative, check_positive};
use crate::rule::adam::Adam;
use crate::rule::{Memory, Rule};
use crate::runs::Runs;
use autodiff::{Scalar, Update};
use serde::{Deserialize, Serialize};

/// AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101): the step of [`crate::Adam`] and, apart from it, weight decay. With
/// `eta` the factor of the schedule:
///
/// ```text
/// decay = "lr"          x <- x - eta lr (m^ / (sqrt(v^) + eps) + weight_decay x)       torch.optim.AdamW, optax.adamw
/// decay = "schedule"    x <- x - eta (lr m^ / (sqrt(v^) + eps) + weight_decay x)       the paper's algorithm 2
/// ```
///
/// torch and optax are the same formula up to rounding, with different defaults: `weight_decay` 1e-2 in torch (and here), 1e-4
/// in optax. The decay moves the resting point: a run ends where the sum vanishes, and converges only if the gradient
/// alone does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Adamw {
    /// Learning rate `lr > 0`.
    pub lr: f64,
    /// Decay rate of the mean gradient, `0 <= beta1 < 1`.
    pub beta1: f64,
    /// Decay rate of the mean squared gradient, `0 <= beta2 < 1`.
    pub beta2: f64,
    /// Added to the root mean square, `eps > 0`.
    pub eps: f64,
    /// Share of the weights taken off per step, before the factor of `decay`, `>= 0`.
    pub weight_decay: f64,
    /// What the weight decay is multiplied by.
    pub decay: Scaling,
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

/// What the weight decay of [`Adamw`] is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// The learning rate, with its schedule.
    Lr,
    /// The factor of the schedule alone.
    Schedule,
}

impl Default for Adamw {
    fn default() -> Self {
        Self { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 1e-2, decay: Scaling::Lr, batch: 0 }
    }
}

impl Config for Adamw {
    const NAME: &'static str = "adamw";
    const ABOUT: &'static str = "Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv 1711.05101).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0"),
        ("beta1", "decay rate of the mean gradient, 0 <= beta1 < 1"),
        ("beta2", "decay rate of the mean squared gradient, 0 <= beta2 < 1"),
        ("eps", "added to the root mean square of the gradient, > 0"),
        ("weight_decay", "weight decay, >= 0; optax has 1e-4"),
        ("decay", "what multiplies it: \"lr\" (torch, optax), or only the \"schedule\" (the paper)"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)?;
        check_decay_rate("beta1", self.beta1)?;
        check_decay_rate("beta2", self.beta2)?;
        check_positive("eps", self.eps)?;
        check_not_negative("weight_decay", self.weight_decay)
    }
}

impl Rule for Adamw {
    fn batch(&self) -> usize {
        self.batch
    }

    fn memory(&self) -> Memory {
        self.adam().memory()
    }

    fn step(&self, runs: &mut Runs<'_>) {
        let adam = self.adam();
        let [kept] = &runs.per_step(|step| {
            let factor = match self.decay {
                Scaling::Lr => self.lr * step.lr_factor,
                Scaling::Schedule => step.lr_factor,
            };
            [1.0 - factor * self.weight_decay]
        });
        let [step_size, root_scale] = &adam.factors(runs);
        runs.each(&Decayed(adam), [step_size, root_scale, kept]);
    }
}

/// Adam's step from `kept x`.
#[derive(Clone)]
struct Decayed(Adam);

impl Update<2, 3> for Decayed {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, memory: [S; 2], [step_size, root_scale, kept]: [S; 3]) -> (S, [S; 2]) {
        self.0.update(x * kept, g, memory, [step_size, root_scale])
    }
}

impl Adamw {
    fn adam(&self) -> Adam {
        Adam { lr: self.lr, beta1: self.beta1, beta2: self.beta2, eps: self.eps, batch: self.batch }
    }
}
