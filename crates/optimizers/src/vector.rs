//! The few reductions over a point that the loop and the solvers need, in a fixed order of additions.

use crate::lane::Lane;
use crate::lookout::{PLAIN_SUMS, square_below};
use autodiff::{Points, Repeated, Squares};

/// Partial sums kept side by side, so that the compiler can use vector registers; fixed, hence the same bits
/// everywhere.
const PARTIAL_SUMS: usize = 8;

/// Whether every element satisfies `|v_i| <= bound`; a NaN does not.
pub(crate) fn is_within(v: Lane<'_>, bound: f64) -> bool {
    // No early exit: a branch-free pass is faster than a search that almost always runs to the end.
    v.iter().fold(true, |within, v| within & (v.abs() <= bound))
}

/// Scalar product, in the order of the partial sums.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "vectors of one space");
    let mut sums = [0.0; PARTIAL_SUMS];
    let (a, b) = (a.chunks_exact(PARTIAL_SUMS), b.chunks_exact(PARTIAL_SUMS));
    let rest = a.remainder().iter().zip(b.remainder());
    for (a, b) in a.zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    for (sum, (a, b)) in sums.iter_mut().zip(rest) {
        *sum += a * b;
    }
    sums.iter().sum()
}

/// Euclidean norm, without overflow or underflow on the way; not finite when an element is not.
pub(crate) fn norm(v: &[f64]) -> f64 {
    norm_from(sum_of_squares(v), Lane::alone(v))
}

/// The norm of `v`, given its plain sum of squares.
#[inline(always)]
pub(crate) fn norm_from(sum: f64, v: Lane<'_>) -> f64 {
    if PLAIN_SUMS.contains(&sum) {
        return sum.sqrt();
    }
    scaled_norm(v)
}

#[cold]
fn scaled_norm(v: Lane<'_>) -> f64 {
    let larger = |largest: f64, v: f64| if v.abs() > largest || v.is_nan() { v.abs() } else { largest };
    let largest = v.iter().fold(0.0, larger);
    if largest == 0.0 {
        return 0.0;
    }
    let mut sums = [0.0; PARTIAL_SUMS];
    v.iter().enumerate().for_each(|(i, v)| sums[i % PARTIAL_SUMS] += (v / largest) * (v / largest));
    largest * sums.iter().sum::<f64>().sqrt()
}

fn sum_of_squares(v: &[f64]) -> f64 {
    let mut sums = [0.0; PARTIAL_SUMS];
    let chunks = v.chunks_exact(PARTIAL_SUMS);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (sum, v) in sums.iter_mut().zip(chunk) {
            *sum += v * v;
        }
    }
    for (sum, v) in sums.iter_mut().zip(rest) {
        *sum += v * v;
    }
    sums.iter().sum()
}

/// What the loop must know of the numbers of each lane before it judges them.
#[derive(Clone, Debug)]
pub(crate) struct Survey {
    /// Norm of the gradient: the bits of [`norm`].
    pub(crate) grad_norms: Repeated,
    /// Whether `|x_i| <= bound` for every coordinate; not where one is NaN.
    pub(crate) is_within: [bool; Points::WIDEST],
    pub(crate) squares: Squares,
}

impl Default for Survey {
    fn default() -> Self {
        Self { grad_norms: [0.0; Points::WIDEST], is_within: [true; Points::WIDEST], squares: Squares::default() }
    }
}

impl Survey {
    /// Adds up the squares of points and gradients side by side (both dim x width): looks at every number once, and at no
    /// coordinate where the sum of all their squares is known, or something above it, and small enough.
    pub(crate) fn measure(&mut self, width: usize, x: &[f64], grad: &[f64], of_all_x: f64, bound: f64) {
        if of_all_x < square_below(bound) {
            self.squares.measure_gradients(width, grad);
        } else {
            self.squares.measure(width, x, grad);
        }
    }

    /// What follows from them in one lane.
    pub(crate) fn conclude(&mut self, x: Lane<'_>, grad: Lane<'_>, lane: usize, bound: f64) {
        self.grad_norms[lane] = norm_from(self.squares.of_grad[lane], grad);
        // What is not below needs a second look.
        self.is_within[lane] = self.squares.of_x[lane] < square_below(bound) || is_within(x, bound);
    }

    /// Both, in every lane.
    pub(crate) fn take(&mut self, width: usize, x: &[f64], grad: &[f64], bound: f64) {
        self.measure(width, x, grad, f64::NAN, bound);
        for lane in 0..width {
            self.conclude(Lane::new(x, width, lane), Lane::new(grad, width, lane), lane, bound);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norm_is_that_of_the_3_4_5_triangle_at_every_scale() {
        for scale in [1e-200, 1.0, 1e200] {
            let v = [3.0 * scale, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0 * scale];
            assert!((norm(&v) / (5.0 * scale) - 1.0).abs() <= 4.0 * f64::EPSILON, "scale {scale}: {}", norm(&v));
        }
        assert_eq!(norm(&[0.0, 0.0]), 0.0);
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!norm(&[bad, 0.0]).is_finite() && !norm(&[0.0, bad, 1.0]).is_finite(), "{bad}");
        }
    }

    /// In every width, rows for whole and broken groups of partial sums, and sums that overflow.
    #[test]
    fn a_survey_has_the_bits_of_single_vectors() {
        let mut stream = autodiff::Stream::new(0, "survey", &[]);
        for width in [1, 4, 8, 16, 32, 64] {
            for dim in [1, 7, 8, 9, 30] {
                let mut draw = || (0..dim * width).map(|_| stream.normal()).collect::<Vec<f64>>();
                let (mut x, mut grad) = (draw(), draw());
                x[dim * width - 1] = f64::NAN;
                grad[dim * width / 2] = 1e200;
                let mut survey = Survey::default();
                survey.take(width, &x, &grad, 1.5);
                for lane in 0..width {
                    let [x, grad] = [&x, &grad].map(|numbers| Lane::new(numbers, width, lane).to_vec());
                    assert_eq!(survey.grad_norms[lane].to_bits(), norm(&grad).to_bits(), "{lane} of {width}, {dim}");
                    let is_within = x.iter().all(|x| x.abs() <= 1.5);
                    assert_eq!(survey.is_within[lane], is_within, "{lane} of {width}, {dim}");
                }
            }
        }
        // Points that are known to be small are not looked at; a sum that is not below the bound's square says nothing.
        let (x, grad) = ([3.0, 0.5, -4.0, 0.25], [1.0, 2.0, 2.0, -3.0]);
        for (of_all_x, bound, within) in [(25.3125, 6.0, true), (25.3125, 5.0, true), (f64::NAN, 3.5, false)] {
            let mut survey = Survey::default();
            survey.measure(1, &x, &grad, of_all_x, bound);
            survey.conclude(Lane::alone(&x), Lane::alone(&grad), 0, bound);
            assert_eq!((survey.grad_norms[0], survey.is_within[0]), (18f64.sqrt(), within), "{of_all_x}, {bound}");
        }
        // The edge is within, whatever its square rounds to.
        let is_within = |x: &[f64], bound: f64| {
            let mut survey = Survey::default();
            survey.take(1, x, x, bound);
            survey.is_within[0]
        };
        for edge in [1.1, 1e-200, f64::MAX, 0.0] {
            assert!(is_within(&[edge, -edge], edge), "{edge}");
            assert!(!is_within(&[edge.next_up(), 0.0], edge), "{edge}");
        }
        assert!(!is_within(&[0.0], -1.0));
    }

    #[test]
    fn nothing_is_within_a_bound_with_nan() {
        assert!(is_within(Lane::alone(&[1.0, -2.0]), 2.0));
        assert!(!is_within(Lane::alone(&[1.0, -2.1]), 2.0));
        assert!(!is_within(Lane::alone(&[f64::NAN, 0.0]), f64::INFINITY));
        assert!(!is_within(Lane::alone(&[f64::INFINITY]), f64::MAX));
    }
}
