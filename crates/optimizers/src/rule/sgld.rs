//! Stochastic gradient Langevin dynamics: descent with thermal noise on the weights.

use crate::config::{Config, check_lr, check_positive};
use crate::rule::{Memory, Rule};
use crate::runs::Runs;
use autodiff::{Scalar, Update};
use serde::{Deserialize, Serialize};

/// Langevin dynamics (Welling & Teh 2011): `x <- x - lr g + sqrt(2 lr temperature) z`, `z` standard normal.
///
/// For small `lr` it samples the density proportional to `exp(-f / temperature)`. Welling & Teh write the step as `eps / 2` times
/// the gradient of the log posterior plus noise of variance `eps`: for `f` the mean loss over `m` rows, the posterior
/// `exp(-m f)` is `temperature = 1 / m`, and `eps = 2 lr temperature`.
/// A schedule scales noise and step together, as their decreasing `eps` does. The rule never comes to rest, so
/// a run of it never converges; it ends by its budget. On `c x^2 / 2` its variance is `temperature / (c (1 - lr c / 2))`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sgld {
    /// Learning rate `lr > 0`.
    pub lr: f64,
    /// Temperature `> 0`, in units of f.
    pub temperature: f64,
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

impl Default for Sgld {
    fn default() -> Self {
        Self { lr: 1e-3, temperature: 1e-4, batch: 0 }
    }
}

impl Config for Sgld {
    const NAME: &'static str = "sgld";
    const ABOUT: &'static str =
        "Stochastic gradient Langevin dynamics: x <- x - lr g + sqrt(2 lr temperature) z (Welling & Teh 2011).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0"),
        ("temperature", "temperature, > 0, in units of f: density exp(-f / temperature)"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)?;
        check_positive("temperature", self.temperature)
    }
}

impl Rule for Sgld {
    fn batch(&self) -> usize {
        self.batch
    }

    // Room for the noise of a step.
    fn memory(&self) -> Memory {
        Memory::of_vectors([0.0])
    }

    fn step(&self, runs: &mut Runs<'_>) {
        runs.for_each_run(|run| run.draw_normal(0));
        let [lr, sigma] = runs.per_run(|run| {
            let lr = self.lr * run.lr_factor;
            [lr, (2.0 * lr * self.temperature).sqrt()]
        });
        runs.each(self, [&lr, &sigma]);
    }

    fn may_converge(&self, _numbers: &[f64]) -> bool {
        false
    }
}

impl Update<1, 2> for Sgld {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, [z]: [S; 1], [lr, sigma]: [S; 2]) -> (S, [S; 1]) {
        (x + (sigma * z - lr * g), [z])
    }
}
