//! The mean number of critical points of a Gaussian field in a bowl, by index.

use autodiff::Stream;

use super::kac_rice::{goe_eigenvalues, means};
use crate::density::Estimate;

/// Mean numbers (n + 1,) of critical points of index k = 0 .. n of `mu/2 |x|^2 + V(x)` in n variables, V centred Gaussian
/// with `E V(x) V(y) = n exp(-|x - y|^2 / 2 n)`.
///
/// Kac and Rice's formula: the slope of V at a point has variance 1 in each direction and is independent of the Hessian H
/// there, so the mean number is `E[|det(mu I + H)|; index k] / mu^n` (Fyodorov 2004), and with the sign of the determinant the
/// sum is 1. H is `M + xi I / sqrt n`, xi normal and M of the Gaussian orthogonal ensemble with `E M_ij^2 = (1 + [i = j]) / n`.
/// The mean is taken over `draws` of M and xi, each with both signs. Good up to n = 12; beyond, rare draws carry it
/// and the standard error is not to be trusted.
///
/// ```
/// use autodiff::Stream;
/// use landscape::theory::expected_counts_in_bowl;
/// // In a steep bowl there is one minimum.
/// let counts = expected_counts_in_bowl(9.0, 2, 1000, &mut Stream::new(1, "field", &[]));
/// assert!((counts[0].mean - 1.0).abs() < 0.01 && counts[1].mean + counts[2].mean < 1e-9);
/// ```
pub fn expected_counts_in_bowl(mu: f64, n: usize, draws: usize, stream: &mut Stream) -> Vec<Estimate> {
    assert!(mu > 0.0 && n >= 1 && draws >= 2, "mu > 0, n >= 1 variables, 2 draws or more");
    let unit = 2f64.sqrt(); // the ensemble of `goe_eigenvalues` has half the variance
    means(n + 1, draws, |counts| {
        let eigenvalues = goe_eigenvalues(n, stream);
        let shift = stream.normal() / (n as f64).sqrt();
        for sign in [1.0, -1.0] {
            let (mut product, mut index) = (0.5, 0);
            for lambda in &eigenvalues {
                let curvature = 1.0 + sign * (unit * lambda + shift) / mu;
                product *= curvature.abs();
                index += usize::from(curvature < 0.0);
            }
            counts[index] += product;
        }
    })
}
