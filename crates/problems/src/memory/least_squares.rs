//! Linear least squares for any rank: the solution of least length.

use crate::learning::solve_positive;
use crate::networks::rank::basis;

/// Rank r of the matrix A with these rows (m rows of n numbers), and of all minimisers of `|A w - y|` the shortest (n,).
///
/// With orthonormal rows Q (r x n) that span the rows of A, `C = A Q^T` has rank r and the minimiser is `Q^T z`,
/// `C^T C z = C^T y`; one step of refinement on the residual makes up for the squared condition number.
pub fn least_squares(rows: &[&[f64]], y: &[f64]) -> (usize, Vec<f64>) {
    let span = basis(rows.iter().map(|row| row.to_vec()).collect());
    let r = span.len();
    let c: Vec<Vec<f64>> = rows.iter().map(|row| span.iter().map(|q| dot(row, q)).collect()).collect();
    let mut gram = vec![0.0; r * r];
    for c in &c {
        for (i, gram) in gram.chunks_exact_mut(r).enumerate() {
            gram.iter_mut().zip(c).for_each(|(gram, c_j)| *gram += c[i] * c_j);
        }
    }
    let mut z = vec![0.0; r];
    for _ in 0..2 {
        let mut slope = vec![0.0; r];
        for (c, y) in c.iter().zip(y) {
            let error = y - dot(c, &z);
            slope.iter_mut().zip(c).for_each(|(slope, c)| *slope += error * c);
        }
        let step =
            solve_positive(gram.clone(), &slope).expect("orthonormal rows of full rank have a definite Gram matrix");
        z.iter_mut().zip(&step).for_each(|(z, step)| *z += step);
    }
    let mut w = vec![0.0; rows.first().map_or(0, |row| row.len())];
    for (q, z) in span.iter().zip(&z) {
        w.iter_mut().zip(q).for_each(|(w, q)| *w += z * q);
    }
    (r, w)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::least_squares;

    fn solved(rows: &[&[f64]], y: &[f64], rank: usize, expected: &[f64]) {
        let (r, w) = least_squares(rows, y);
        assert_eq!(r, rank);
        // Small whole numbers: a few roundings.
        assert!(w.iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-14), "{w:?} for {expected:?}");
    }

    #[test]
    fn systems_worked_out_by_hand_at_every_kind_of_rank() {
        // Full rank; more equations than unknowns (the mean); fewer (the shortest); a repeated row with two answers.
        solved(&[&[1.0, 1.0], &[1.0, -1.0]], &[3.0, 1.0], 2, &[2.0, 1.0]);
        solved(&[&[1.0], &[1.0], &[-1.0]], &[1.0, 2.0, -6.0], 1, &[3.0]);
        solved(&[&[1.0, 1.0, -1.0]], &[3.0], 1, &[1.0, 1.0, -1.0]);
        solved(&[&[1.0, 1.0], &[1.0, 1.0], &[-1.0, -1.0]], &[1.0, -1.0, -3.0], 1, &[0.5, 0.5]);
    }
}
