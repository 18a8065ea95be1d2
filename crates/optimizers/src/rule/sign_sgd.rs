//! Sign descent: every coordinate moves by the same length.

use crate::config::{Config, check_lr};
use crate::rule::Rule;
use crate::runs::Runs;
use autodiff::{Scalar, Update};
use serde::{Deserialize, Serialize};

/// signSGD (Bernstein et al. 2018, arXiv 1802.04434): `x <- x - lr sign(g)`, with `sign(0) = 0`, as `optax.sign_sgd`.
///
/// It never comes to rest: around a minimum it goes to and fro by `lr`, so it wants a falling schedule. Typical: `lr` 1e-4 to
/// 1e-2; the default, 1e-3, is that of Adam, whose first step it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignSgd {
    /// Learning rate `lr > 0`.
    pub lr: f64,
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

impl Default for SignSgd {
    fn default() -> Self {
        Self { lr: 1e-3, batch: 0 }
    }
}

impl Config for SignSgd {
    const NAME: &'static str = "sign_sgd";
    const ABOUT: &'static str = "Sign descent: x <- x - lr sign(g) (Bernstein et al. 2018, arXiv 1802.04434).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)
    }
}

impl Rule for SignSgd {
    fn batch(&self) -> usize {
        self.batch
    }

    fn step(&self, runs: &mut Runs<'_>) {
        let lr = runs.lr(self.lr);
        runs.each(self, [&lr]);
    }
}

impl Update<0, 1> for SignSgd {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, []: [S; 0], [lr]: [S; 1]) -> (S, [S; 0]) {
        let zero = S::constant(0.0);
        // What is neither above nor below 0 is 0 or NaN, which stays one and ends the run.
        let rest = g.abs() * 0.0;
        (x - zero.lt(g).select(lr, g.lt(zero).select(-lr, rest)), [])
    }
}
