//! Steps of one length, wherever the gradient points.

use optimizers::prelude::*;

/// Normalised gradient descent (Shor 1985): `x <- x - lr g / |g|`. Every step has length `lr`, on a plateau as on a cliff, so
/// it comes to rest only with a falling schedule; where `g = 0` it stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnitStep {
    /// Length of a step, `lr > 0`, in units of x.
    pub lr: f64,
    /// Rows per step; 0 means the whole objective.
    pub batch: usize,
}

impl Default for UnitStep {
    fn default() -> Self {
        Self { lr: 1e-2, batch: 0 }
    }
}

impl Config for UnitStep {
    const NAME: &'static str = "unit_step";
    const ABOUT: &'static str = "Normalised gradient descent: x <- x - lr g / |g| (Shor 1985).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "length of a step, > 0"),
        ("batch", "data rows per step, drawn without replacement within an epoch; 0 = the whole objective"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)
    }
}

impl Rule for UnitStep {
    fn batch(&self) -> usize {
        self.batch
    }

    fn state(&self, _dim: usize) -> Box<dyn RuleState> {
        Box::new(UnitStepState { lr: self.lr })
    }
}

struct UnitStepState {
    lr: f64,
}

impl RuleState for UnitStepState {
    fn step(&mut self, x: &mut [f64], grad: &[f64], info: &mut StepInfo<'_>) {
        let norm = grad.iter().map(|g| g * g).sum::<f64>().sqrt();
        if norm == 0.0 {
            return;
        }
        let scale = self.lr * info.lr_factor / norm;
        x.iter_mut().zip(grad).for_each(|(x, g)| *x -= scale * g);
    }

    // It remembers nothing.
    fn reset(&mut self) {}
}
