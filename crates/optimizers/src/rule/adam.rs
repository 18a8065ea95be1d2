//! Adam: steps scaled by running means of the gradient and of its square.

use crate::config::{Config, check_decay_rate, check_lr, check_positive};
use crate::rule::{Memory, Rule};
use crate::runs::{PerRun, Runs};
use autodiff::{Scalar, Update};
use serde::{Deserialize, Serialize};

/// Adam (Kingma & Ba 2015, arXiv 1412.6980, algorithm 1), with `t` counting steps from 1:
///
/// ```text
/// m <- beta1 m + (1 - beta1) g            v <- beta2 v + (1 - beta2) g^2
/// x <- x - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
/// ```
///
/// `eps` stands outside the square root, as in the paper's algorithm, `torch.optim.Adam` and `optax.adam`.
/// The first step is `-lr sign(g)` up to `eps`. Defaults are the paper's and torch's: `lr` 1e-3, `beta1` 0.9,
/// `beta2` 0.999, `eps` 1e-8.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Adam {
    /// Learning rate `lr > 0`: about the length of a step along each coordinate.
    pub lr: f64,
    /// Decay rate of the mean gradient, `0 <= beta1 < 1`.
    pub beta1: f64,
    /// Decay rate of the mean squared gradient, `0 <= beta2 < 1`.
    pub beta2: f64,
    /// Added to the root mean square, `eps > 0`, in units of the gradient.
    pub eps: f64,
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

impl Default for Adam {
    fn default() -> Self {
        Self { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, batch: 0 }
    }
}

impl Config for Adam {
    const NAME: &'static str = "adam";
    const ABOUT: &'static str =
        "Adam with bias correction, eps outside the square root (Kingma & Ba 2015, arXiv 1412.6980).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0; about the step length along each coordinate"),
        ("beta1", "decay rate of the mean gradient, 0 <= beta1 < 1"),
        ("beta2", "decay rate of the mean squared gradient, 0 <= beta2 < 1"),
        ("eps", "added to the root mean square of the gradient, > 0"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)?;
        check_decay_rate("beta1", self.beta1)?;
        check_decay_rate("beta2", self.beta2)?;
        check_positive("eps", self.eps)
    }
}

impl Rule for Adam {
    fn batch(&self) -> usize {
        self.batch
    }

    // The numbers are `beta1^t` and `beta2^t` as running products: the same bits on every machine, which `powi` does not
    // promise.
    fn memory(&self) -> Memory {
        Memory { vectors: vec![0.0, 0.0], numbers: vec![1.0, 1.0] }
    }

    fn step(&self, runs: &mut Runs<'_>) {
        let [step_size, root_scale] = &self.factors(runs);
        runs.each(self, [step_size, root_scale]);
    }
}

impl Adam {
    /// Both bias corrections leave the loop, as in torch: one division per coordinate instead of three.
    pub(crate) fn factors(&self, runs: &mut Runs<'_>) -> [PerRun; 2] {
        let Self { lr, beta1, beta2, .. } = *self;
        runs.per_step(|step| {
            step.numbers[0] *= beta1;
            step.numbers[1] *= beta2;
            let [beta1_t, beta2_t] = [step.numbers[0], step.numbers[1]];
            [lr * step.lr_factor / (1.0 - beta1_t), 1.0 / (1.0 - beta2_t).sqrt()]
        })
    }
}

impl Update<2, 2> for Adam {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [m, v]: [S; 2], [step_size, root_scale]: [S; 2]) -> (S, [S; 2]) {
        let m = m * self.beta1 + g * (1.0 - self.beta1);
        let v = v * self.beta2 + g * g * (1.0 - self.beta2);
        (x - step_size * m / (v.sqrt() * root_scale + self.eps), [m, v])
    }
}
