//! Gradient descent with a fixed step: the baseline every other rule is measured against.

use crate::config::{Config, check_lr};
use crate::rule::Rule;
use crate::runs::Runs;
use autodiff::{Scalar, Update};
use serde::{Deserialize, Serialize};

/// Gradient descent (Cauchy 1847): `x <- x - lr g`, with the gradient `g` of the whole objective.
///
/// On a quadratic with curvature `c` along an eigenvector the error is multiplied by `1 - lr c` per step, so
/// it converges for `lr < 2 / c_max`. Typical: `lr` between `1 / c_max` and 1/10 of it. The default, 1e-3,
/// is that of `torch.optim.SGD`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GradientDescent {
    /// Learning rate `lr > 0`, in units of x per unit of gradient.
    pub lr: f64,
}

impl Default for GradientDescent {
    fn default() -> Self {
        Self { lr: 1e-3 }
    }
}

impl Config for GradientDescent {
    const NAME: &'static str = "gradient_descent";
    const ABOUT: &'static str =
        "Gradient descent with a fixed step on the whole objective: x <- x - lr g (Cauchy 1847).";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("lr", "learning rate, > 0; stable on a quadratic below 2 / (largest curvature)")];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)
    }
}

impl Rule for GradientDescent {
    fn step(&self, runs: &mut Runs<'_>) {
        let lr = runs.lr(self.lr);
        runs.each(&Descend, [&lr]);
    }
}

/// The memoryless step `x <- x - lr g`; other rules take it too, with the gradient of a minibatch or between jumps.
#[derive(Clone)]
pub(crate) struct Descend;

impl Update<0, 1> for Descend {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, []: [S; 0], [lr]: [S; 1]) -> (S, [S; 0]) {
        (x - lr * g, [])
    }
}
