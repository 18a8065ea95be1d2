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

    fn step(&self, runs: &mut Runs<'_>) {
        let norms = runs.grad_norms();
        let [scale] = runs.per_run(|run| match norms[run.lane] {
            0.0 => [0.0],
            norm => [self.lr * run.lr_factor / norm],
        });
        runs.each(self, [&scale]);
    }
}

impl Update<0, 1> for UnitStep {
    #[inline(always)]
    fn update<S: Scalar>(&self, x: S, g: S, []: [S; 0], [scale]: [S; 1]) -> (S, [S; 0]) {
        (x - scale * g, [])
    }
}
