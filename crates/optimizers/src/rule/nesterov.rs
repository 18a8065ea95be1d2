//! Nesterov momentum: the step looks ahead along the velocity.

use crate::config::{Config, check_decay_rate, check_lr};
use crate::rule::{Memory, Rule};
use crate::runs::Runs;
use autodiff::{Scalar, Update};
use serde::{Deserialize, Serialize};

/// Nesterov momentum (Nesterov 1983, in the form of Sutskever et al. 2013): `v <- beta v + g`, `x <- x - lr (g + beta v)`,
/// from `v = 0`.
///
/// `torch.optim.SGD(nesterov = True)` and `optax.sgd(nesterov = True)` are this same formula. Its point is the
/// look-ahead point of Sutskever's form. On a quadratic with curvature `c` it is stable for `lr c < 2 (1 + beta) / (1 + 2 beta)`.
/// Typical: `beta = 0.9`, and `lr` as for heavy ball.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Nesterov {
    /// Learning rate `lr > 0`.
    pub lr: f64,
    /// Share of the velocity kept at each step, `0 <= beta < 1`.
    pub beta: f64,
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

impl Default for Nesterov {
    fn default() -> Self {
        Self { lr: 1e-3, beta: 0.9, batch: 0 }
    }
}

impl Config for Nesterov {
    const NAME: &'static str = "nesterov";
    const ABOUT: &'static str =
        "Nesterov momentum: v <- beta v + g, x <- x - lr (g + beta v) (Nesterov 1983; Sutskever et al. 2013).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0"),
        ("beta", "share of the velocity kept at each step, 0 <= beta < 1"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)?;
        check_decay_rate("beta", self.beta)
    }
}

impl Rule for Nesterov {
    fn batch(&self) -> usize {
        self.batch
    }

    fn memory(&self) -> Memory {
        Memory::of_vectors([0.0])
    }

    fn step(&self, runs: &mut Runs<'_>) {
        let lr = runs.lr(self.lr);
        runs.each(self, [&lr]);
    }
}

impl Update<1, 1> for Nesterov {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [v]: [S; 1], [lr]: [S; 1]) -> (S, [S; 1]) {
        let v = v * self.beta + g;
        (x - lr * (g + v * self.beta), [v])
    }
}
