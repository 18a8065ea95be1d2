//! The few reductions over a point that the loop and the solvers need, in a fixed order of additions.

/// Partial sums kept side by side, so that the compiler can use vector registers; fixed, hence the same bits
/// everywhere.
const PARTIAL_SUMS: usize = 8;

/// Whether every element satisfies `|v_i| <= bound`; a NaN does not.
pub(crate) fn is_within(v: &[f64], bound: f64) -> bool {
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
    let sum = sum_of_squares(v, 1.0);
    if (1e-280..1e280).contains(&sum) {
        return sum.sqrt();
    }
    let larger = |largest: f64, v: &f64| if v.abs() > largest || v.is_nan() { v.abs() } else { largest };
    let largest = v.iter().fold(0.0, larger);
    if largest == 0.0 { 0.0 } else { largest * sum_of_squares(v, largest).sqrt() }
}

#[inline(always)] // so that the division by a unit of 1 disappears
fn sum_of_squares(v: &[f64], unit: f64) -> f64 {
    let mut sums = [0.0; PARTIAL_SUMS];
    let chunks = v.chunks_exact(PARTIAL_SUMS);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (sum, v) in sums.iter_mut().zip(chunk) {
            *sum += (v / unit) * (v / unit);
        }
    }
    for (sum, v) in sums.iter_mut().zip(rest) {
        *sum += (v / unit) * (v / unit);
    }
    sums.iter().sum()
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

    #[test]
    fn nothing_is_within_a_bound_with_nan() {
        assert!(is_within(&[1.0, -2.0], 2.0));
        assert!(!is_within(&[1.0, -2.1], 2.0));
        assert!(!is_within(&[f64::NAN, 0.0], f64::INFINITY));
        assert!(!is_within(&[f64::INFINITY], f64::MAX));
    }
}
