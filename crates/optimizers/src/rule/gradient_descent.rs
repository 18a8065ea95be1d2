//! Gradient descent with a fixed step: the baseline every other rule is measured against.

use crate::config::{Config, check_lr};
use crate::rule::{Rule, RuleState, StepInfo};
use autodiff::vectorised;
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
    fn state(&self, _dim: usize) -> Box<dyn RuleState> {
        Box::new(DescentState { lr: self.lr })
    }
}

/// The memoryless step `x <- x - lr g`; SGD takes it too, with the gradient of a minibatch.
pub(crate) struct DescentState {
    pub(crate) lr: f64,
}

impl RuleState for DescentState {
    fn step(&mut self, x: &mut [f64], grad: &[f64], info: &mut StepInfo<'_>) {
        let lr = self.lr * info.lr_factor;
        vectorised(
            #[inline(always)]
            || {
                for (x, g) in x.iter_mut().zip(grad) {
                    *x -= lr * g;
                }
            },
        );
    }

    fn reset(&mut self) {}
}
