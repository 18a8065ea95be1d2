//! Gradient, Hessian and products against differences and against each other.

use problems::Instance;

use crate::differences::derivative;
use crate::{Finding, MOST_DENSE, direction, dot, max_abs, norm, sample, shown, within};

/// How far a derivative may be from its differences, relative to its size, beyond the differences' own error.
const TOLERANCE: f64 = 1e-7;

/// Differences whose own error is above this share say nothing: a kink is near, or the function is too rough.
const BLUNT: f64 = 1e-3;

/// Points looked at.
const POINTS: usize = 6;

/// First step of the differences along a unit direction: a share of the point's size.
fn step(x: &[f64]) -> f64 {
    0.01 * (1.0 + norm(x) / (x.len() as f64).sqrt())
}

fn moved(x: &[f64], v: &[f64], t: f64) -> Vec<f64> {
    x.iter().zip(v).map(|(x, v)| x + t * v).collect()
}

/// The worst of some comparisons, as a share of what is allowed.
#[derive(Default)]
struct Worst {
    error: f64,
    blunt: usize,
    compared: usize,
}

impl Worst {
    /// Compares what the problem says with differences that may be off by `error`; `size` is the scale of both.
    fn compare(&mut self, said: &[f64], found: &[f64], error: f64, size: f64) -> Result<(), f64> {
        if !size.is_finite() || error > BLUNT * size {
            self.blunt += 1;
            return Ok(());
        }
        self.compared += 1;
        let apart = said.iter().zip(found).map(|(a, b)| a - b).collect::<Vec<f64>>();
        let relative = (max_abs(&apart) - 10.0 * error).max(0.0) / size;
        self.error = self.error.max(relative);
        if within(relative, TOLERANCE) { Ok(()) } else { Err(max_abs(&apart) / size) }
    }

    fn said(&self) -> Result<String, String> {
        if self.compared == 0 {
            return Err("differences were too rough at every point; is the function continuous?".to_string());
        }
        let blunt = if self.blunt > 0 { format!(", {} too rough to tell", self.blunt) } else { String::new() };
        Ok(format!("{} comparisons{blunt}", self.compared))
    }
}

/// `g . v` against differences of f along v.
pub fn gradient(instance: &Instance) -> Finding {
    let mut eval = instance.objective.evaluator();
    let mut worst = Worst::default();
    let mut run = || {
        for (i, x) in sample(instance, "gradient", POINTS).into_iter().enumerate() {
            let mut grad = vec![0.0; x.len()];
            eval.gradient(&x, &mut grad);
            for k in 0..3 {
                let v = direction(x.len(), "gradient along", 10 * i + k);
                let (found, error) = derivative(step(&x), |t| vec![eval.value(&moved(&x, &v, t))]);
                let said = dot(&grad, &v);
                let size = 1e-3 + norm(&grad).max(found.first().map_or(0.0, |d| d.abs()));
                worst.compare(&[said], &found, error, size).map_err(|off| {
                    format!(
                        "off by {off:.1e} of its size at {}: differences give {found:?}, it gives [{said}]",
                        shown(&x)
                    )
                })?;
            }
        }
        worst.said()
    };
    Finding::of("gradient equals differences", run())
}

/// `H v` against differences of the gradient along v.
pub fn hessian(instance: &Instance) -> Finding {
    let mut eval = instance.objective.evaluator();
    let mut worst = Worst::default();
    let mut run = || {
        for (i, x) in sample(instance, "hessian", POINTS / 2).into_iter().enumerate() {
            let v = direction(x.len(), "hessian along", i);
            let mut hv = vec![0.0; x.len()];
            eval.hvp(&x, &v, &mut hv);
            let (found, error) = derivative(step(&x), |t| {
                let mut grad = vec![0.0; x.len()];
                eval.gradient(&moved(&x, &v, t), &mut grad);
                grad
            });
            let size = 1e-3 + max_abs(&hv).max(max_abs(&found));
            worst.compare(&hv, &found, error, size).map_err(|off| {
                format!("product off by {off:.1e} of its size at {}: a piece the derivative does not see?", shown(&x))
            })?;
        }
        worst.said()
    };
    Finding::of("Hessian equals differences", run())
}

/// `H = H^T` to rounding.
pub fn hessian_symmetry(instance: &Instance) -> Finding {
    const PROMISE: &str = "Hessian is symmetric";
    let n = instance.dim;
    if n > MOST_DENSE {
        return Finding::skipped(PROMISE, format!("dim = {n}, more than {MOST_DENSE}"));
    }
    let mut eval = instance.objective.evaluator();
    let mut hess = vec![0.0; n * n];
    let mut worst: f64 = 0.0;
    for x in sample(instance, "symmetry", 2) {
        eval.hessian(&x, &mut hess);
        let size = max_abs(&hess);
        let apart = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
        let apart = apart.fold(0.0, |worst: f64, (i, j)| worst.max((hess[i * n + j] - hess[j * n + i]).abs()));
        // Entries may be summed in two orders.
        let relative = apart / size.max(f64::MIN_POSITIVE) / f64::EPSILON;
        if !within(relative, 64.0) && size != 0.0 {
            return Finding::of(PROMISE, Err(format!("two entries differ by {apart:.1e} at {}", shown(&x))));
        }
        worst = worst.max(relative);
    }
    Finding::of(PROMISE, Ok(format!("apart by at most {worst:.0} eps")))
}

/// `hvp(v)` is the Hessian times v.
pub fn products(instance: &Instance) -> Finding {
    const PROMISE: &str = "hvp equals Hessian times v";
    let n = instance.dim;
    if n > MOST_DENSE {
        return Finding::skipped(PROMISE, format!("dim = {n}, more than {MOST_DENSE}"));
    }
    let mut eval = instance.objective.evaluator();
    let (mut hess, mut hv) = (vec![0.0; n * n], vec![0.0; n]);
    let mut worst: f64 = 0.0;
    for (i, x) in sample(instance, "products", 2).into_iter().enumerate() {
        let v = direction(n, "product", i);
        eval.hessian(&x, &mut hess);
        eval.hvp(&x, &v, &mut hv);
        let apart: Vec<f64> = hess.chunks_exact(n).zip(&hv).map(|(row, hv)| dot(row, &v) - hv).collect();
        // Sums of n products, and cancellation inside the function: the promised 1e-10 of the largest entry.
        let relative = max_abs(&apart) / (1.0 + max_abs(&hess));
        if !within(relative, 1e-10) {
            return Finding::of(PROMISE, Err(format!("off by {relative:.1e} at {}", shown(&x))));
        }
        worst = worst.max(relative);
    }
    Finding::of(PROMISE, Ok(format!("apart by at most {worst:.0e}")))
}
