//! Pennington and Bahri's model of a network's Hessian: a Wishart part and a Wigner part that grows with the loss.

use std::f64::consts::PI;

/// Points of the integration over the negative part.
const INTERVALS: usize = 2000;

/// Density at x of the Marchenko-Pastur law (1967) of `J J^T / m`, J (n x m) of unit variance, `phi = n / m`: between the
/// edges `(1 -+ sqrt phi)^2`. For phi > 1 an atom `1 - 1/phi` at 0 comes on top.
pub fn marchenko_pastur(phi: f64, x: f64) -> f64 {
    let (low, high) = ((1.0 - phi.sqrt()).powi(2), (1.0 + phi.sqrt()).powi(2));
    if x <= low || x >= high { 0.0 } else { ((x - low) * (high - x)).sqrt() / (2.0 * PI * phi * x) }
}

/// Density at x of the eigenvalues of `J J^T / m + sqrt(2 eps) W`, `phi = n / m`, W Wigner with off-diagonal variance 1/n,
/// as n grows.
///
/// The parts are free of each other, so their R transforms add: `R(z) = 1 / (1 - phi z) + 2 eps z`, and the resolvent G with
/// `R(G) + 1/G = x` solves `-2 eps phi G^3 + (2 eps + x phi) G^2 + (1 - x - phi) G + 1 = 0`; the density is `|Im G| / pi`
/// (Pennington and Bahri 2017). Marchenko-Pastur at eps = 0, phi <= 1.
pub fn mixed_density(phi: f64, eps: f64, x: f64) -> f64 {
    if eps == 0.0 {
        return marchenko_pastur(phi, x);
    }
    // G^3 + b G^2 + c G + d; the complex pair by Cardano.
    let lead = -2.0 * eps * phi;
    let (b, c, d) = ((2.0 * eps + x * phi) / lead, (1.0 - x - phi) / lead, 1.0 / lead);
    let p = c - b * b / 3.0;
    let half_q = b * b * b / 27.0 - b * c / 6.0 + 0.5 * d;
    let square = half_q * half_q + p * p * p / 27.0;
    if square <= 0.0 {
        return 0.0; // three real roots: outside the spectrum
    }
    let u = -(half_q + square.sqrt().copysign(half_q)).cbrt();
    let v = if u == 0.0 { 0.0 } else { -p / (3.0 * u) };
    0.5 * 3f64.sqrt() * (u - v).abs() / PI
}

/// Lower edge of that spectrum: `x = 1 / (1 + phi g) - 2 eps g - 1/g` at the g > 0 where `phi g^2 / (1 + phi g)^2 + 2 eps g^2 =
/// 1` (the resolvent `G = -g` has infinite slope there). For phi <= 1.
pub fn mixed_lower_edge(phi: f64, eps: f64) -> f64 {
    if eps == 0.0 {
        return (1.0 - phi.sqrt()).powi(2);
    }
    let excess = |g: f64| phi * (g / (1.0 + phi * g)).powi(2) + 2.0 * eps * g * g - 1.0;
    let (mut low, mut high) = (0.0, 1.0);
    while excess(high) < 0.0 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if excess(middle) < 0.0 { low = middle } else { high = middle }
    }
    1.0 / (1.0 + phi * low) - 2.0 * eps * low - 1.0 / low
}

/// Upper edge of that spectrum: `x = 1 / (1 - phi g) + 2 eps g + 1/g` at the g between 0 and `1 / phi` where
/// `phi g^2 / (1 - phi g)^2 + 2 eps g^2 = 1`.
pub fn mixed_upper_edge(phi: f64, eps: f64) -> f64 {
    let excess = |g: f64| phi * (g / (1.0 - phi * g)).powi(2) + 2.0 * eps * g * g - 1.0;
    let (mut low, mut high) = (0.0, 1.0 / phi);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if excess(middle) < 0.0 { low = middle } else { high = middle }
    }
    1.0 / (1.0 - phi * low) + 2.0 * eps * low + 1.0 / low
}

/// The loss at which negative eigenvalues appear, `eps_c = (1 - 20 phi - 8 phi^2 + (1 + 8 phi)^(3/2)) / 16`, for phi < 1.
///
/// ```
/// use landscape::theory::critical_loss;
/// assert!((critical_loss(0.25) - 0.043510).abs() < 1e-6);
/// ```
pub fn critical_loss(phi: f64) -> f64 {
    (1.0 - 20.0 * phi - 8.0 * phi * phi + (1.0 + 8.0 * phi).powf(1.5)) / 16.0
}

/// Share of negative eigenvalues at loss eps: 0 up to [`critical_loss`], then `alpha ~ (eps / eps_c - 1)^(3/2)`. That power
/// is the limit at eps_c: between 1.1 and 1.2 eps_c the slope of the logarithms is 1.40 (phi = 1/4).
pub fn mixed_index_fraction(phi: f64, eps: f64) -> f64 {
    let edge = mixed_lower_edge(phi, eps);
    if edge >= 0.0 {
        return 0.0;
    }
    // x = edge (1 - s^2) takes the root out of the edge; Simpson.
    let integrand = |i: usize| {
        let s = i as f64 / INTERVALS as f64;
        mixed_density(phi, eps, edge * (1.0 - s * s)) * -2.0 * edge * s
    };
    let weight = |i: usize| if i == 0 || i == INTERVALS { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
    (0..=INTERVALS).map(|i| weight(i) * integrand(i)).sum::<f64>() / (3.0 * INTERVALS as f64)
}
