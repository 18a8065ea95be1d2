//! Where a search for critical points sets out: the start itself, some way down from it, or beside that.

use autodiff::{Evaluator, Stream};
use serde::{Deserialize, Serialize};

use super::Spent;

/// A start law on top of the problem's own: `descend[replicate % len]` gradient steps `x <- x - lr grad` from the start, then a
/// Gaussian displacement of standard deviation `perturb` in each coordinate.
///
/// The number of descent steps chooses the height of the loss at which the search begins, and with it which critical points
/// are near.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Departure {
    /// Descent steps before the search; the list is cycled by replicate.
    pub descend: Vec<u64>,
    /// Learning rate of those steps.
    pub lr: f64,
    /// Standard deviation of the displacement after them, in the units of x; 0 for none.
    pub perturb: f64,
}

impl Default for Departure {
    fn default() -> Self {
        Departure { descend: vec![0, 3, 10, 30, 100], lr: 0.01, perturb: 0.0 }
    }
}

impl Departure {
    /// `(key, meaning with unit and range)`.
    pub const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("descend", "numbers of descent steps before the search, cycled by replicate; 0 = from the start itself"),
        ("lr", "learning rate of the descent steps, > 0"),
        ("perturb", "standard deviation of a Gaussian displacement after the descent, in units of x, >= 0"),
    ];

    /// Refuses parameters out of range: what, why, what to do.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.descend.is_empty() {
            return Err("descend = []: it names the descent steps before each search; give [0] for none".to_string());
        }
        if !(self.lr > 0.0 && self.lr.is_finite()) {
            let lr = self.lr;
            return Err(format!(
                "lr = {lr}: a step must go downhill by a finite amount; give a positive number such as 0.01"
            ));
        }
        if !(self.perturb >= 0.0 && self.perturb.is_finite()) {
            let sd = self.perturb;
            return Err(format!(
                "perturb = {sd}: a standard deviation is finite and not negative; give 0 to switch it off"
            ));
        }
        Ok(())
    }

    /// Moves `x` (dim,) along the surface to where the search begins.
    pub(crate) fn depart(
        &self,
        eval: &mut Evaluator,
        x: &mut Vec<f64>,
        replicate: u64,
        noise: &mut Stream,
        spent: &mut Spent,
    ) {
        for _ in 0..self.descend[(replicate % self.descend.len() as u64) as usize] {
            spent.gradients += 1;
            let before = x.clone();
            descend(eval, x, self.lr);
            if x.iter().any(|x| !x.is_finite()) {
                *x = before; // ran away on a function without a floor: the search begins as far out as numbers go
                break;
            }
        }
        if self.perturb > 0.0 {
            displace(eval, x, self.perturb, noise);
        }
    }
}

/// `x <- x - lr grad`, along the surface.
fn descend(eval: &mut Evaluator, x: &mut [f64], lr: f64) {
    let geometry = *eval.objective().geometry();
    let mut grad = vec![0.0; x.len()];
    eval.gradient(x, &mut grad);
    geometry.project(x, &mut grad);
    x.iter_mut().zip(&grad).for_each(|(x, g)| *x -= lr * g);
    geometry.retract(x);
}

/// A Gaussian step along the surface.
fn displace(eval: &Evaluator, x: &mut [f64], sd: f64, noise: &mut Stream) {
    let geometry = eval.objective().geometry();
    let mut step: Vec<f64> = x.iter().map(|_| sd * noise.normal()).collect();
    geometry.project(x, &mut step);
    x.iter_mut().zip(&step).for_each(|(x, s)| *x += s);
    geometry.retract(x);
}
