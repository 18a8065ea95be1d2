//! The probability that a random symmetric matrix is positive definite: why random saddles outnumber random minima.

use std::f64::consts::PI;

/// Largest matrix for which [`all_positive`] is computed: beyond, the cancellation in it costs more than half the digits.
pub const MOST_EXACT: usize = 10;

/// Probability that all n eigenvalues of a matrix of the Gaussian orthogonal ensemble are positive; `None` beyond
/// [`MOST_EXACT`].
///
/// `p_n = n! Pf(A) / Z_n` by de Bruijn (1955), with `A_ij = int int_(x, y > 0) sign(y - x) x^i y^j e^(-(x^2 + y^2)/2)` for
/// i, j = 0 .. n - 1, bordered by the moments `m_i = int_(x > 0) x^i e^(-x^2/2)` for odd n, and Mehta's integral
/// `Z_n = (2 pi)^(n/2) prod_j Gamma(1 + j/2) / Gamma(3/2)`. By parts,
/// `A_ij = (i - 1) A_(i-2)j - 2 int_(y > 0) y^(i+j-1) e^(-y^2) + [i = 1] m_j`. 1/2, (2 - sqrt 2)/4, (pi - 2 sqrt 2)/(4 pi) for
/// n = 1, 2, 3; relative error below 1e-8 (against the same in 80 digits).
///
/// ```
/// use landscape::theory::all_positive;
/// assert!((all_positive(2).unwrap() - (2.0 - 2f64.sqrt()) / 4.0).abs() < 1e-15);
/// assert!(all_positive(5).unwrap() < 0.005 * 0.5f64.powi(5));
/// ```
pub fn all_positive(n: usize) -> Option<f64> {
    if n > MOST_EXACT {
        return None;
    }
    let size = n + n % 2;
    let moments = half_line_integrals(n, 1.0);
    let products = half_line_integrals(2 * n, 0.5);
    let mut a = vec![vec![0.0; size]; size];
    for i in 0..n {
        for j in 0..i {
            let earlier = if i >= 2 { (i - 1) as f64 * a[i - 2][j] } else { 0.0 };
            let border = if i == 1 { moments[j] } else { 0.0 };
            a[i][j] = earlier - 2.0 * products[i + j - 1] + border;
            a[j][i] = -a[i][j];
        }
    }
    if n < size {
        for (i, moment) in moments[..n].iter().enumerate() {
            a[i][n] = *moment;
            a[n][i] = -moment;
        }
    }
    let mut share = pfaffian(a);
    // n! / Z_n factor by factor; Gamma(1 + j/2) from two before.
    let mut gammas = [1.0, 0.5 * PI.sqrt()];
    for j in 1..=n {
        let gamma = if j == 1 { gammas[1] } else { 0.5 * j as f64 * gammas[j % 2] };
        gammas[j % 2] = gamma;
        share *= j as f64 / (2.0 * PI).sqrt() * 0.5 * PI.sqrt() / gamma;
    }
    Some(share)
}

/// `exp(-(ln 3 / 4) n^2)`, the leading behaviour for large n (Dean and Majumdar 2006); factors that grow slower are missing.
pub fn all_positive_large(n: usize) -> f64 {
    autodiff::math::exp(-0.25 * autodiff::math::ln(3.0) * (n * n) as f64)
}

/// `2^-n`, as if signs of eigenvalues were thrown like coins: often quoted, and far too large, since eigenvalues repel.
pub fn all_positive_if_independent(n: usize) -> f64 {
    0.5f64.powi(n as i32)
}

/// `int_(x > 0) x^k e^(-x^2 / (2 s))` for k = 0 .. most, with `I_k = s (k - 1) I_(k-2)`.
fn half_line_integrals(most: usize, s: f64) -> Vec<f64> {
    let mut integrals = vec![(0.5 * PI * s).sqrt(), s];
    for k in 2..=most {
        integrals.push(s * (k - 1) as f64 * integrals[k - 2]);
    }
    integrals
}

/// Pfaffian of an antisymmetric matrix of even size, by elimination of two rows at a time with pivoting (Parlett and Reid).
fn pfaffian(mut a: Vec<Vec<f64>>) -> f64 {
    let mut product = 1.0;
    let mut n = a.len();
    while n > 0 {
        let (last, beside) = (n - 1, n - 2);
        let pivot = (0..last).max_by(|&i, &j| a[last][i].abs().total_cmp(&a[last][j].abs())).unwrap_or(beside);
        if pivot != beside {
            a.swap(pivot, beside);
            a.iter_mut().for_each(|row| row.swap(pivot, beside));
            product = -product;
        }
        let entry = a[beside][last];
        if entry == 0.0 {
            return 0.0;
        }
        product *= entry;
        for i in 0..beside {
            for j in 0..beside {
                let change = (a[i][last] * a[beside][j] - a[i][beside] * a[last][j]) / entry;
                a[i][j] -= change;
            }
        }
        n -= 2;
    }
    product
}
