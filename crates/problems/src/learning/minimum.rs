//! The minimum of a strongly convex function, by Newton's method.

use autodiff::Objective;

/// The minimum to rounding, from 0: Newton steps, halved until f falls (Boyd and Vandenberghe 2004, section 9.5).
///
/// # Panics
/// When the Hessian is not positive definite somewhere on the way.
pub fn minimum(objective: &Objective) -> Vec<f64> {
    const MOST_STEPS: usize = 100;
    let n = objective.dim();
    let mut eval = objective.evaluator().on_all_threads();
    let (mut x, mut grad, mut hess) = (vec![0.0; n], vec![0.0; n], vec![0.0; n * n]);
    let mut least = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let value = eval.gradient(&x, &mut grad);
        let size = grad.iter().fold(0.0, |size: f64, g| size.max(g.abs()));
        // Near the minimum every step squares the error; when the gradient stops falling it is rounding.
        if size >= 0.5 * least && size < 1e-10 {
            return x;
        }
        least = least.min(size);
        eval.hessian(&x, &mut hess);
        let step = solve_positive(&mut hess, &grad);
        let mut share = 1.0;
        let next = loop {
            let next: Vec<f64> = x.iter().zip(&step).map(|(x, s)| x - share * s).collect();
            // Rounding may lift f by a few units at the end.
            if eval.value(&next) <= value + 1e-13 * value.abs() || share < 1e-6 {
                break next;
            }
            share *= 0.5;
        };
        x = next;
    }
    x
}

/// Solution of `A y = b` for a positive definite A (n x n, row-major), which is overwritten (Cholesky).
pub fn solve_positive(a: &mut [f64], b: &[f64]) -> Vec<f64> {
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
        assert!(pivot > 0.0, "the Hessian of a strongly convex function is positive definite");
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
    y
}

#[cfg(test)]
mod tests {
    use super::solve_positive;

    #[test]
    fn a_system_worked_out_by_hand() {
        // A = L L^T with L = [[2, 0], [1, 3]]: A = [[4, 2], [2, 10]], A (1, -2) = (0, -18).
        assert_eq!(solve_positive(&mut [4.0, 2.0, 2.0, 10.0], &[0.0, -18.0]), [1.0, -2.0]);
    }
}
