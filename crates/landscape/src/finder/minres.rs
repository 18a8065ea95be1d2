//! The step of least residual for a symmetric system that may be indefinite, singular and inconsistent.

use crate::krylov::Krylov;
use crate::model::norm;
use crate::tangent::{add, dot};

/// How well and how long a system is solved.
pub(crate) struct Limits {
    /// Stop at `|H p + g| <= residual |g|` ...
    pub residual: f64,
    /// ... or at `|H r| <= kernel |H| |r|` for the residual r: what is left is in the kernel of H ...
    pub kernel: f64,
    /// ... or after so many products.
    pub products: usize,
}

/// The step p with least `|H p + g|` in the Krylov space of g, and among those with equal residual the shortest; with
/// the number of products. `None` when a product is not finite.
///
/// MINRES (Paige and Saunders 1975) on Lanczos vectors that are kept and re-orthogonalised: `min |beta_1 e_1 + T y|` with T ((k + 1)
/// x k, tridiagonal) by Givens rotations, `p = V y`. Where g is not in the range of H the residual ends in the kernel, and the
/// part of p along it is taken out (lifting; Liu, Milzarek and Roosta 2022), which gives the least-norm step of MINRES-QLP
/// (Choi, Paige and Saunders 2011) without its recurrences. Memory: (k + 1) m numbers.
pub(crate) fn least_residual(
    grad: &[f64],
    mut apply: impl FnMut(&[f64], &mut [f64]),
    limits: &Limits,
) -> Option<(Vec<f64>, usize)> {
    let start = norm(grad);
    let mut krylov = Krylov::new(grad);
    // R of T = Q R by its diagonals, and Q^T (-beta_1 e_1) so far; `phi` is its last entry, the residual up to sign.
    let mut rows: Vec<[f64; 3]> = vec![];
    let mut right: Vec<f64> = vec![];
    let (mut phi, mut largest) = (-start, 0.0f64);
    // The last two rotations.
    let (mut older, mut old) = ((1.0, 0.0), (1.0, 0.0));
    while krylov.len() < limits.products && !krylov.is_complete() {
        if !krylov.extend(&mut apply) {
            return None;
        }
        let k = krylov.len() - 1;
        let (alpha, beta) = (krylov.alphas[k], krylov.betas[k]);
        let above = if k > 0 { krylov.betas[k - 1] } else { 0.0 };
        largest = largest.max(alpha.abs() + beta + above);
        // Column k of T is (above, alpha, beta) in rows k - 1, k, k + 1; earlier rotations act on the upper ones.
        let (epsilon, carried) = (older.1 * above, older.0 * above);
        let delta = old.0 * carried + old.1 * alpha;
        let gamma = old.0 * alpha - old.1 * carried;
        // |H r| of the residual before this column is |phi| |(gamma, c beta)| (Choi, Paige and Saunders 2011, table 2).
        if gamma.hypot(old.0 * beta) <= limits.kernel * largest {
            let p = krylov.combine(&back_substitute(&rows, &right));
            return Some((lift(p, grad, apply), k + 2));
        }
        let diagonal = gamma.hypot(beta);
        let rotation = (gamma / diagonal, beta / diagonal);
        rows.push([diagonal, delta, epsilon]);
        right.push(rotation.0 * phi);
        phi *= -rotation.1;
        (older, old) = (old, rotation);
        if phi.abs() <= limits.residual * start {
            break;
        }
    }
    Some((krylov.combine(&back_substitute(&rows, &right)), krylov.len()))
}

/// Solves `R y = right`, R upper triangular with rows `[R_kk, R_(k-1)k, R_(k-2)k]` by column.
fn back_substitute(columns: &[[f64; 3]], right: &[f64]) -> Vec<f64> {
    let mut y = right.to_vec();
    for k in (0..y.len()).rev() {
        let [diagonal, delta, epsilon] = columns[k];
        y[k] /= diagonal;
        if k >= 1 {
            y[k - 1] -= delta * y[k];
        }
        if k >= 2 {
            y[k - 2] -= epsilon * y[k];
        }
    }
    y
}

/// Takes the kernel out of a step whose residual `r = -g - H p` is all kernel: `p - (p . r / |r|^2) r`.
///
/// The only vector of the kernel in the Krylov space of g is the kernel part of g itself, and r is that but for its sign.
fn lift(mut p: Vec<f64>, grad: &[f64], mut apply: impl FnMut(&[f64], &mut [f64])) -> Vec<f64> {
    let mut residual = vec![0.0; p.len()];
    apply(&p, &mut residual);
    add(&mut residual, 1.0, grad);
    let square = dot(&residual, &residual);
    if square > 0.0 {
        let share = dot(&p, &residual) / square;
        add(&mut p, -share, &residual);
    }
    p
}

#[cfg(test)]
mod tests {
    use super::*;
    use autodiff::Stream;
    use symmetric::eigenvectors;

    /// Against the pseudo-inverse by dense eigenvectors, on systems that are indefinite, singular, and inconsistent.
    #[test]
    fn the_step_is_the_least_norm_solution() {
        let mut stream = Stream::new(7, "minres", &[]);
        for case in 0..40 {
            let n = 1 + case % 10;
            let nullity = if case >= 20 { n / 3 } else { 0 };
            let vectors = {
                let a: Vec<f64> = (0..n * n).map(|_| stream.normal()).collect();
                let symmetric: Vec<f64> = (0..n * n).map(|k| a[k] + a[k % n * n + k / n]).collect();
                eigenvectors(&symmetric, n).unwrap().1
            };
            let value = |i: usize| {
                if i < nullity { 0.0 } else { (1.0 + i as f64) * if i.is_multiple_of(2) { 1.0 } else { -0.5 } }
            };
            let apply = |v: &[f64], out: &mut [f64]| {
                out.fill(0.0);
                for (i, row) in vectors.chunks_exact(n).enumerate() {
                    let share = value(i) * row.iter().zip(v).map(|(a, b)| a * b).sum::<f64>();
                    out.iter_mut().zip(row).for_each(|(out, a)| *out += share * a);
                }
            };
            let grad: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
            let limits = Limits { residual: 1e-14, kernel: 1e-13, products: 100 };
            let (step, products) = least_residual(&grad, apply, &limits).unwrap();
            assert!(products <= n + 1);
            for (i, row) in vectors.chunks_exact(n).enumerate() {
                let along = |x: &[f64]| row.iter().zip(x).map(|(a, b)| a * b).sum::<f64>();
                let exact = if value(i) == 0.0 { 0.0 } else { -along(&grad) / value(i) };
                // Condition number up to 20, ten rotations.
                assert!((along(&step) - exact).abs() < 1e-11 * (1.0 + exact.abs()), "case {case}: {i} of {n}");
            }
        }
    }
}
