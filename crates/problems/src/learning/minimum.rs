//! Minima of small functions to rounding, by Newton's method.

use autodiff::Objective;

/// The minimum to rounding, from 0: Newton steps, halved until f falls (Boyd and Vandenberghe 2004, section 9.5).
///
/// # Panics
/// When the function is not strongly convex.
pub fn minimum(objective: &Objective) -> Vec<f64> {
    minimum_from(objective, vec![0.0; objective.dim()]).expect("a strongly convex function has a minimum")
}

/// A nondegenerate minimum to rounding, from `x` (dim,): as [`minimum`], with a multiple of the identity added where the
/// Hessian is not positive definite. `None` when the steps end elsewhere.
pub fn minimum_from(objective: &Objective, mut x: Vec<f64>) -> Option<Vec<f64>> {
    const MOST_STEPS: usize = 200;
    // Gradients below it are so close to a critical point that a step is right whatever f says.
    const NEAR: f64 = 1e-7;
    let n = objective.dim();
    let mut eval = objective.evaluator().on_all_threads();
    let (mut grad, mut hess) = (vec![0.0; n], vec![0.0; n * n]);
    let mut least = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let value = eval.gradient(&x, &mut grad);
        let size = grad.iter().fold(0.0, |size: f64, g| size.max(g.abs()));
        eval.hessian(&x, &mut hess);
        // Near the minimum every step squares the error; when the gradient stops falling it is rounding.
        if size >= 0.5 * least && size < 1e-10 {
            return solve_positive(hess, &grad).map(|_| x);
        }
        least = least.min(size);
        let step = damped_step(&hess, &grad)?;
        let mut share = 1.0;
        let next = loop {
            let next: Vec<f64> = x.iter().zip(&step).map(|(x, s)| x - share * s).collect();
            // Rounding may lift f by a few units at the end, by more where it is a small sum of large terms.
            if size < NEAR || eval.value(&next) <= value + 1e-13 * value.abs() || share < 1e-6 {
                break next;
            }
            share *= 0.5;
        };
        x = next;
    }
    None
}

/// Solution of `(H + mu I) y = g` with mu = 0 where H is positive definite, else the least of a rising sequence that makes it
/// so; `None` for entries that are not finite.
fn damped_step(hess: &[f64], grad: &[f64]) -> Option<Vec<f64>> {
    let n = grad.len();
    let size = hess.iter().fold(0.0, |size: f64, h| size.max(h.abs()));
    let shifts = std::iter::once(0.0).chain((-10..=4).map(|exponent| size * 2f64.powi(exponent) * n as f64));
    shifts
        .map(|mu| {
            let mut shifted = hess.to_vec();
            shifted.iter_mut().step_by(n + 1).for_each(|diagonal| *diagonal += mu);
            solve_positive(shifted, grad)
        })
        .find_map(|step| step)
}

/// Solution of `A y = b` for a positive definite A (n x n, row-major), by Cholesky; `None` for another A.
pub fn solve_positive(mut a: Vec<f64>, b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    for i in 0..n {
        let (above, row) = a.split_at_mut(i * n);
        for j in 0..i {
            let other = &above[j * n..][..=j];
            let inner: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
            row[j] = (row[j] - inner) / other[j];
        }
        let square: f64 = row[..i].iter().map(|l| l * l).sum();
        let pivot = row[i] - square;
        if pivot.is_nan() || pivot <= 0.0 {
            return None;
        }
        row[i] = pivot.sqrt();
    }
    let mut y = b.to_vec();
    for i in 0..n {
        let inner: f64 = a[i * n..][..i].iter().zip(&y).map(|(l, y)| l * y).sum();
        y[i] = (y[i] - inner) / a[i * n + i];
    }
    for i in (0..n).rev() {
        y[i] /= a[i * n + i];
        let solved = y[i];
        y[..i].iter_mut().zip(&a[i * n..][..i]).for_each(|(y, l)| *y -= l * solved);
    }
    Some(y)
}

#[cfg(test)]
mod tests {
    use autodiff::{Objective, Scalar};

    use super::{minimum_from, solve_positive};

    #[test]
    fn a_system_worked_out_by_hand() {
        // A = L L^T with L = [[2, 0], [1, 3]]: A = [[4, 2], [2, 10]], A (1, -2) = (0, -18).
        assert_eq!(solve_positive(vec![4.0, 2.0, 2.0, 10.0], &[0.0, -18.0]), Some(vec![1.0, -2.0]));
        assert_eq!(solve_positive(vec![1.0, 2.0, 2.0, 1.0], &[0.0, 1.0]), None);
    }

    /// `(x^2 - 2)^2 / 4 + y^2`: minima at +-sqrt 2, a saddle at 0, where a start stays.
    #[test]
    fn a_start_in_the_region_of_negative_curvature_finds_its_minimum() {
        let wells = Objective::formula(2, |x| (x[0].square() - 2.0).square() * 0.25 + x[1].square());
        let found = minimum_from(&wells, vec![-0.1, 3.0]).unwrap();
        assert!((found[0] + 2f64.sqrt()).abs() < 1e-15 && found[1].abs() < 1e-15, "{found:?}");
        assert_eq!(minimum_from(&wells, vec![0.0, 1.0]), None);
    }
}
