//! Places where the gradient jumps: there, differences, Newton's method and certificates mean little.

use problems::Instance;

use crate::{Finding, direction, max_abs, norm, sample, shown};

/// Segments looked along.
const SEGMENTS: usize = 8;

/// First cuts of a segment.
const CUTS: usize = 64;

/// A jump of the gradient is found by halving the part of a segment over which it changes most: a smooth gradient's
/// change falls with the part, a jump's stays.
pub fn kinks(instance: &Instance) -> Finding {
    const PROMISE: &str = "kinks are declared";
    let found = sample(instance, "kinks", SEGMENTS).iter().enumerate().find_map(|(i, x)| jump(instance, x, i));
    match (found, instance.has_kinks) {
        (Some(place), false) => {
            Finding::of(PROMISE, Err(format!("the gradient jumps at {place}; smooth it, or declare `has_kinks`")))
        }
        (Some(place), true) => Finding::of(PROMISE, Ok(format!("declared, one found at {place}"))),
        (None, true) => Finding::of(PROMISE, Ok(format!("declared, none met on {SEGMENTS} segments"))),
        (None, false) => Finding::of(PROMISE, Ok(format!("none met on {SEGMENTS} segments"))),
    }
}

fn jump(instance: &Instance, x: &[f64], i: usize) -> Option<String> {
    let mut eval = instance.objective.evaluator();
    let n = x.len();
    let v = direction(n, "segment", i);
    let length = 2.0 * (0.1 + norm(x));
    let at = |t: f64| -> Vec<f64> { x.iter().zip(&v).map(|(x, v)| x + (t - 0.5) * length * v).collect() };
    let mut gradient = |t: f64| {
        let mut grad = vec![0.0; n];
        eval.gradient(&at(t), &mut grad);
        grad
    };
    let apart = |a: &[f64], b: &[f64]| max_abs(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>());
    let grads: Vec<Vec<f64>> = (0..=CUTS).map(|k| gradient(k as f64 / CUTS as f64)).collect();
    let size = grads.iter().map(|g| max_abs(g)).fold(0.0, f64::max);
    if !size.is_finite() || size == 0.0 {
        return None;
    }
    let changes = grads.windows(2).map(|pair| apart(&pair[0], &pair[1]));
    // A smooth change that is large is followed, too, and vanishes; so the largest few are.
    let mut parts: Vec<(usize, f64)> = changes.enumerate().filter(|(_, change)| *change > 1e-4 * size).collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    parts.iter().take(4).find_map(|&(k, first)| {
        let (mut left, mut right) = (k as f64 / CUTS as f64, (k + 1) as f64 / CUTS as f64);
        let (mut grad_left, mut grad_right) = (grads[k].clone(), grads[k + 1].clone());
        for _ in 0..30 {
            let middle = 0.5 * (left + right);
            let grad = gradient(middle);
            if apart(&grad_left, &grad) >= apart(&grad, &grad_right) {
                (right, grad_right) = (middle, grad);
            } else {
                (left, grad_left) = (middle, grad);
            }
        }
        // Over a part 2^-30 as long a smooth gradient has changed by about 2^-30 as much.
        let last = apart(&grad_left, &grad_right);
        (last > 1e-3 * first && last > 1e-7 * size).then(|| shown(&at(left)))
    })
}
