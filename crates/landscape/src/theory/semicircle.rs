//! Wigner's semicircle and the index fraction of the spherical p-spin model that follows from it.

use std::f64::consts::PI;

/// Density `2 sqrt(1 - t^2) / pi` of the semicircle of radius 1 (Wigner 1955); 0 outside.
pub fn semicircle_density(t: f64) -> f64 {
    2.0 / PI * (1.0 - t * t).max(0.0).sqrt()
}

/// `F_sc(t) = 1/2 + (t sqrt(1 - t^2) + asin t) / pi`, the share of that semicircle below t.
///
/// ```
/// use landscape::theory::semicircle_share;
/// assert_eq!([-2.0, 0.0, 1.0].map(semicircle_share), [0.0, 0.5, 1.0]);
/// ```
pub fn semicircle_share(t: f64) -> f64 {
    let t = t.clamp(-1.0, 1.0);
    0.5 + (t * (1.0 - t * t).sqrt() + t.asin()) / PI
}

/// `alpha(u) = F_sc(u / E_inf)`, `E_inf = 2 sqrt((p - 1) / p)`: index over dimension of the critical points of the spherical
/// p-spin model at energy u per spin, as N grows.
///
/// The Hessian there is a semicircle of centre `-p u` and radius `2 sqrt(p (p - 1))` (Auffinger, Ben Arous and Cerny 2013;
/// the same picture in flat space: Bray and Dean 2007). Above the threshold `-E_inf` it rises as
/// `(4 sqrt 2 / (3 pi)) (1 + u / E_inf)^(3/2)`; finite N blurs that edge by `O(1/N)`.
pub fn spin_index_fraction(p: u32, u: f64) -> f64 {
    semicircle_share(u / super::threshold_level(p))
}
