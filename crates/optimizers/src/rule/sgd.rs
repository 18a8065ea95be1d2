//! Stochastic gradient descent on minibatches drawn without or with replacement.

use crate::config::{Config, check_lr};
use crate::rule::Rule;
use crate::rule::gradient_descent::Descend;
use crate::runs::Runs;
use serde::{Deserialize, Serialize};

/// Minibatch SGD (Robbins & Monro 1951): `x <- x - lr g_B`, `g_B` the mean gradient over the `batch` rows `B`.
///
/// Rows are drawn without replacement by default: every epoch is a fresh random order of all rows, and each batch takes
/// the next `batch` rows of it. A batch that reaches the end of an epoch is filled from the next one, so all
/// batches have the same size and every row is used exactly once in each `row_count` draws. With replacement
/// every row of a batch is drawn by itself, the sampling that most theory assumes.
/// Typical: `batch` 16 to 256 and `lr` 0.001 to 0.5. `lr` defaults to 1e-3 as in `torch.optim.SGD`, `batch`
/// to 32 as recommended by Bengio (2012, arXiv 1206.5533, section 3.1.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sgd {
    /// Learning rate `lr > 0`.
    pub lr: f64,
    /// Rows per step; 0 means all rows, which is gradient descent.
    pub batch: usize,
    /// Whether each row is drawn independently of all others.
    pub replacement: bool,
}

impl Default for Sgd {
    fn default() -> Self {
        Self { lr: 1e-3, batch: 32, replacement: false }
    }
}

impl Config for Sgd {
    const NAME: &'static str = "sgd";
    const ABOUT: &'static str = "Minibatch stochastic gradient descent: x <- x - lr g_B (Robbins & Monro 1951).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = all rows"),
        ("replacement", "whether each row is drawn independently of all others instead"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)
    }
}

impl Rule for Sgd {
    fn batch(&self) -> usize {
        self.batch
    }

    fn draws_with_replacement(&self) -> bool {
        self.replacement
    }

    fn step(&self, runs: &mut Runs<'_>) {
        let lr = runs.lr(self.lr);
        runs.each(&Descend, [&lr]);
    }
}
