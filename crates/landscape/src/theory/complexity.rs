//! How many critical points of the spherical p-spin model there are, on the exponential scale.

/// `E_inf = 2 sqrt((p - 1) / p)`: below energy `-E_inf` per spin nearly all critical points have a finite index, above it a
/// finite share of negative eigenvalues.
pub fn threshold_level(p: u32) -> f64 {
    let p = f64::from(p);
    2.0 * ((p - 1.0) / p).sqrt()
}

/// `Theta_k(u) = lim (1/N) ln E #{index k, energy <= N u}` for the spherical p-spin model with `E H(s) H(s') = N (s.s'/N)^p`
/// (Auffinger, Ben Arous and Cerny 2013, theorem 2.5):
///
/// `1/2 ln(p - 1) - (p - 2) / (4 (p - 1)) u^2 - (k + 1) I_1(u)` for `u <= -E_inf`, and its value at `-E_inf` above, with
/// `I_1(u) = -u sqrt(u^2 - E_inf^2) / E_inf^2 - ln(-u + sqrt(u^2 - E_inf^2)) + ln E_inf`.
///
/// Negative where no such point is expected. It is tiny for p = 3 (at most 0.0132): below some hundred spins use
/// [`super::expected_counts`].
pub fn complexity_of_index(p: u32, k: u32, u: f64) -> f64 {
    let u = u.min(-threshold_level(p));
    gaussian_part(p, u) - f64::from(k + 1) * outlier_rate(p, u)
}

/// The same over all indices: one `I_1(u)` below `-E_inf`, none between there and 0, and `1/2 ln(p - 1)` above 0
/// (theorem 2.8 of the same).
pub fn complexity(p: u32, u: f64) -> f64 {
    if u <= -threshold_level(p) { complexity_of_index(p, 0, u) } else { gaussian_part(p, u.min(0.0)) }
}

/// `E_k > 0` with `Theta_k(-E_k) = 0`: no points of index k are expected below energy `-E_k` per spin; the ground state for
/// k = 0. For p > 2; by bisection.
pub fn level_of_index(p: u32, k: u32) -> f64 {
    assert!(p > 2, "p = {p}: quadratic forms have two critical points of each index and no complexity");
    let (mut inside, mut outside) = (threshold_level(p), threshold_level(p) + 1.0);
    while complexity_of_index(p, k, -outside) > 0.0 {
        outside += 1.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (inside + outside);
        if complexity_of_index(p, k, -middle) > 0.0 { inside = middle } else { outside = middle }
    }
    inside
}

fn gaussian_part(p: u32, u: f64) -> f64 {
    let p = f64::from(p);
    0.5 * autodiff::math::ln(p - 1.0) - (p - 2.0) / (4.0 * (p - 1.0)) * u * u
}

/// `I_1(u)` for u <= -E_inf: the cost of one eigenvalue outside the semicircle.
fn outlier_rate(p: u32, u: f64) -> f64 {
    let edge = threshold_level(p);
    let root = (u * u - edge * edge).max(0.0).sqrt();
    -u / (edge * edge) * root - autodiff::math::ln((root - u) / edge)
}
