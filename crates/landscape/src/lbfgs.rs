//! Limited-memory quasi-Newton minimisation, for the control point of a path and for descents too large for Hessians.

use std::collections::VecDeque;

use crate::model::norm;
use crate::tangent::{add, dot};

/// Pairs of step and gradient change kept.
const MEMORY: usize = 10;

/// Share of the predicted fall that a step must achieve.
const ARMIJO: f64 = 1e-4;

/// Halvings of a step before it is given up.
const HALVINGS: usize = 40;

/// Minimises `f` from `x` (n,), in place, and returns the steps taken. `f(x, grad)` writes the gradient and returns the
/// value; `seen` is shown the point after every step.
///
/// L-BFGS (Nocedal 1980) with backtracking until `f` falls by `1e-4` of the slope; the first step of all has length
/// `first_step`. Ends when `|grad| <= tolerance`, when no step lowers f, or after `iterations`. f never rises.
pub(crate) fn minimise(
    mut f: impl FnMut(&[f64], &mut [f64]) -> f64,
    x: &mut [f64],
    first_step: f64,
    tolerance: f64,
    iterations: usize,
    mut seen: impl FnMut(&[f64]),
) -> usize {
    let n = x.len();
    let (mut grad, mut next_grad, mut next) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let mut memory: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::with_capacity(MEMORY);
    let mut value = f(x, &mut grad);
    for iteration in 0..iterations {
        let length = norm(&grad);
        if !(value.is_finite() && length > tolerance) {
            return iteration;
        }
        let mut step = direction(&grad, &memory);
        let mut slope = dot(&step, &grad);
        if memory.is_empty() || slope.is_nan() || slope >= 0.0 {
            memory.clear();
            step = grad.iter().map(|g| -g * first_step / length).collect();
            slope = -length * first_step;
        }
        let mut t = 1.0;
        let mut next_value = f64::NAN;
        let is_lower = (0..HALVINGS).any(|_| {
            next.copy_from_slice(x);
            add(&mut next, t, &step);
            next_value = f(&next, &mut next_grad);
            let is_lower = next_value <= value + ARMIJO * t * slope;
            t *= if is_lower { 1.0 } else { 0.5 };
            is_lower
        });
        if !is_lower {
            if memory.is_empty() {
                return iteration;
            }
            memory.clear(); // once more, straight down
            continue;
        }
        let moved: Vec<f64> = next.iter().zip(&*x).map(|(a, b)| a - b).collect();
        let change: Vec<f64> = next_grad.iter().zip(&grad).map(|(a, b)| a - b).collect();
        if dot(&moved, &change) > f64::EPSILON * norm(&moved) * norm(&change) {
            if memory.len() == MEMORY {
                memory.pop_front();
            }
            memory.push_back((moved, change));
        }
        x.copy_from_slice(&next);
        seen(x);
        std::mem::swap(&mut grad, &mut next_grad);
        value = next_value;
    }
    iterations
}

/// `-H grad` with H the inverse Hessian that the pairs tell, by the two-loop recursion.
fn direction(grad: &[f64], memory: &VecDeque<(Vec<f64>, Vec<f64>)>) -> Vec<f64> {
    let mut step: Vec<f64> = grad.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for (moved, change) in memory.iter().rev() {
        let share = dot(moved, &step) / dot(moved, change);
        add(&mut step, -share, change);
        shares.push(share);
    }
    if let Some((moved, change)) = memory.back() {
        let scale = dot(moved, change) / dot(change, change);
        step.iter_mut().for_each(|p| *p *= scale);
    }
    for ((moved, change), share) in memory.iter().zip(shares.iter().rev()) {
        let back = dot(change, &step) / dot(moved, change);
        add(&mut step, share - back, moved);
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rosenbrock_is_minimised() {
        let rosenbrock = |x: &[f64], grad: &mut [f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            grad.copy_from_slice(&[-2.0 * a - 400.0 * x[0] * b, 200.0 * b]);
            a * a + 100.0 * b * b
        };
        let mut x = [-1.2, 1.0];
        let steps = minimise(rosenbrock, &mut x, 0.1, 1e-10, 200, |_| {});
        // 1e-10 in the gradient is 1e-10 / 0.4 in x at worst: the smallest eigenvalue there is 0.399.
        assert!((x[0] - 1.0).abs() < 1e-9 && (x[1] - 1.0).abs() < 1e-9, "{x:?} after {steps}");
        assert!(steps < 100, "{steps}");
    }
}
