//! Approximate eigenvectors of a symmetric matrix, as the coordinates in which bounds of its neighbours are narrow.

use autodiff::Interval;

use crate::inertia::Inertia;
use symmetric::eigenvectors;

/// Approximate eigenvectors `v_k / sqrt|lambda_k|`; what follows from them holds however bad they are.
pub(crate) struct Frame {
    m: usize,
    /// Row k (m,) of V.
    vectors: Vec<f64>,
    /// An approximate inverse (m x m), `sum_k sign(lambda_k) v_k v_k^T`.
    inverse: Vec<f64>,
}

impl Frame {
    /// For the midpoint of an interval matrix (m x m).
    ///
    /// # Errors
    /// The number of eigenvalues that are zero to rounding; m when the eigenvalues cannot be found.
    pub fn of(matrix: &[Interval], m: usize) -> Result<Self, usize> {
        let middle: Vec<f64> = matrix.iter().map(|entry| entry.mid()).collect();
        let (values, mut vectors) = eigenvectors(middle, m).ok_or(m)?;
        let norm = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let n_zero = values.iter().filter(|value| value.abs() <= m as f64 * f64::EPSILON * norm).count();
        if n_zero > 0 {
            return Err(n_zero);
        }
        let mut inverse = vec![0.0; m * m];
        for (vector, value) in vectors.chunks_exact_mut(m).zip(&values) {
            let scale = value.abs().sqrt().recip();
            vector.iter_mut().for_each(|entry| *entry *= scale);
            for (row, &a) in inverse.chunks_exact_mut(m).zip(&*vector) {
                row.iter_mut().zip(&*vector).for_each(|(entry, b)| *entry += value.signum() * a * b);
            }
        }
        if inverse.iter().any(|entry| !entry.is_finite()) {
            return Err(m);
        }
        Ok(Frame { m, vectors, inverse })
    }

    /// Bounds of the approximate inverse times a vector (m,).
    pub fn solve(&self, vector: &[Interval]) -> Vec<Interval> {
        self.inverse.chunks_exact(self.m).map(|row| dot(row, vector)).collect()
    }

    /// Signs of the eigenvalues of every symmetric matrix within the bounds (m x m), if they are shown to be the same and
    /// none to be zero.
    pub fn signs_on(&self, matrix: &[Interval]) -> Option<Inertia> {
        let m = self.m;
        let mut signs = Inertia { n_neg: 0, n_zero: 0, n_pos: 0 };
        // Row k of V A, A symmetric, then of V A V^T.
        for (k, vector) in self.vectors.chunks_exact(m).enumerate() {
            let turned: Vec<Interval> = matrix.chunks_exact(m).map(|row| dot(vector, row)).collect();
            let (mut own, mut beside) = (Interval::ZERO, Interval::ZERO);
            for (j, other) in self.vectors.chunks_exact(m).enumerate() {
                let entry = dot(other, &turned);
                if j == k {
                    own = entry;
                } else {
                    beside = beside + Interval::point(entry.mag());
                }
            }
            let is_dominant = own.mig() > beside.hi();
            if !is_dominant {
                return None;
            }
            if own.hi() < 0.0 { signs.n_neg += 1 } else { signs.n_pos += 1 }
        }
        Some(signs)
    }

    /// `K(X) = c - C F(c) + (I - C J(X)) (X - c)`, intersected with nothing.
    pub fn krawczyk(
        &self,
        centre: &[f64],
        residual: &[Interval],
        jacobian: &[Interval],
        region: &[Interval],
    ) -> Vec<Interval> {
        let m = self.m;
        let moved: Vec<Interval> = region.iter().zip(centre).map(|(&x, &c)| x - Interval::point(c)).collect();
        let mut image = Vec::with_capacity(m);
        for (i, row) in self.inverse.chunks_exact(m).enumerate() {
            let mut sum = Interval::point(centre[i]) - dot(row, residual);
            for (j, &moved) in moved.iter().enumerate() {
                // Column j of the Jacobian is its row j.
                let product = dot(row, &jacobian[j * m..][..m]);
                let left = if i == j { Interval::ONE - product } else { -product };
                sum = sum + left * moved;
            }
            image.push(sum);
        }
        image
    }
}

fn dot(weights: &[f64], terms: &[Interval]) -> Interval {
    weights.iter().zip(terms).fold(Interval::ZERO, |sum, (&weight, &term)| sum + term * weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use autodiff::Stream;
    use symmetric::eigenvalues;

    #[test]
    fn signs_hold_for_every_matrix_within_the_bounds() {
        let (mut shown, mut not_shown) = (0, 0);
        for trial in 0..400 {
            let mut stream = Stream::new(0, "signs", &[&trial.to_string()]);
            let m = 2 + trial % 5;
            let spread = autodiff::math::exp(stream.uniform(-6.0, 1.0));
            let mut bounds = vec![Interval::ZERO; m * m];
            for i in 0..m {
                for j in 0..=i {
                    bounds[i * m + j] = Interval::around(stream.normal(), spread * stream.uniform(0.0, 1.0));
                    bounds[j * m + i] = bounds[i * m + j];
                }
            }
            let Ok(frame) = Frame::of(&bounds, m) else { continue };
            let claim = frame.signs_on(&bounds);
            shown += usize::from(claim.is_some());
            not_shown += usize::from(claim.is_none());
            for _ in 0..30 {
                // Corners of the box of matrices, where signs change first.
                let mut matrix = vec![0.0; m * m];
                for i in 0..m {
                    for j in 0..=i {
                        let side = bounds[i * m + j];
                        matrix[i * m + j] = if stream.below(2) == 0 { side.lo() } else { side.hi() };
                        matrix[j * m + i] = matrix[i * m + j];
                    }
                }
                let n_neg = eigenvalues(&matrix, m).unwrap().iter().filter(|&&lambda| lambda < 0.0).count();
                assert!(claim.is_none_or(|signs| signs.n_neg == n_neg && signs.n_pos == m - n_neg), "{trial}");
            }
        }
        assert!(shown > 100 && not_shown > 100, "{shown} {not_shown}");
    }

    #[test]
    fn a_matrix_that_may_be_singular_has_no_signs() {
        let bounds = |beside: f64| {
            let beside = Interval::new(-beside, beside);
            [Interval::ONE, beside, beside, Interval::ONE]
        };
        let signs = |bounds: [Interval; 4]| Frame::of(&bounds, 2).unwrap().signs_on(&bounds);
        assert_eq!(signs(bounds(0.9)), Some(Inertia { n_neg: 0, n_zero: 0, n_pos: 2 }));
        assert_eq!(signs(bounds(1.0)), None);
        assert_eq!(Frame::of(&bounds(0.0).map(|entry| entry * 0.0), 2).err(), Some(2));
    }
}
