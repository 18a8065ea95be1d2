//! Linear systems with a factorised symmetric matrix.

use super::factor::{Factor, Inverse, Step};
use super::rows::round_up;
use super::vector::{dot, subtract};

impl Factor {
    /// Solves `(A - shift I) x = rhs` in place (n,); false when a pivot is 0.
    #[inline(always)]
    pub fn solve(&self, rhs: &mut [f64]) -> bool {
        let mut x = vec![0.0; round_up(self.n, 4)];
        x[..self.n].copy_from_slice(rhs);
        for step in &self.steps {
            match *step {
                Step::One { d: 0.0, .. } => return false,
                Step::One { k, swap, d } => {
                    x.swap(k, swap);
                    let own = x[k];
                    subtract(&mut x[..round_up(k, 4)], own, &self.l.row(k)[..round_up(k, 4)]);
                    x[k] /= d;
                }
                Step::Two { k, swap, a, b, c } => {
                    x.swap(k - 1, swap);
                    let (p, q, len) = (x[k - 1], x[k], round_up(k - 1, 4));
                    subtract(&mut x[..len], q, &self.l.row(k)[..len]);
                    subtract(&mut x[..len], p, &self.l.row(k - 1)[..len]);
                    let inverse = Inverse::of(a, b, c);
                    x[k - 1] = inverse.factor * inverse.upper[0].mul_add(p, inverse.upper[1] * q);
                    x[k] = inverse.factor * inverse.lower[0].mul_add(p, inverse.lower[1] * q);
                }
            }
        }
        for step in self.steps.iter().rev() {
            match *step {
                Step::One { k, swap, .. } => {
                    x[k] -= self.row_dot(&x, k);
                    x.swap(k, swap);
                }
                Step::Two { k, swap, .. } => {
                    x[k] -= self.row_dot(&x, k);
                    x[k - 1] -= self.row_dot(&x, k - 1);
                    x.swap(k - 1, swap);
                }
            }
        }
        for (out, x) in rhs.iter_mut().zip(&x) {
            *out = x * self.scale;
        }
        true
    }

    /// Row `k` of L times `x`.
    #[inline(always)]
    fn row_dot(&self, x: &[f64], k: usize) -> f64 {
        let len = round_up(k, 4);
        dot(&self.l.row(k)[..len], &x[..len])
    }
}
