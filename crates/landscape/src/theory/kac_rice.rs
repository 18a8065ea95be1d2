//! The mean number of critical points of the spherical p-spin model, by index, for any number of spins.

use autodiff::Stream;

use crate::density::Estimate;
use symmetric::tridiagonal_eigenvalues;

/// Mean numbers (n,) of critical points of index k = 0 .. n - 1 of the spherical p-spin model on n spins with energy per spin
/// between `levels.0` and `levels.1`; infinite bounds for all of them.
///
/// Kac and Rice's formula, exact at every n (Auffinger, Ben Arous and Cerny 2013, theorem 2.2):
/// `2 sqrt(2/p) (p - 1)^(n/2) E[exp(-n (p - 2)/(2 p) lambda_k^2); u sqrt(p / (2 (p - 1))) = lambda_k]` over the eigenvalues
/// `lambda_0 <= .. <= lambda_(n-1)` of the Gaussian orthogonal ensemble with `E M_ij^2 = (1 + [i = j]) / (2 n)`. The mean is taken
/// over `draws` matrices, in their tridiagonal form (Dumitriu and Edelman 2002), hence a standard error. It is small while
/// n is: beyond n = 50 or so rare draws carry the mean of large p, and the error is not to be trusted.
///
/// ```
/// use autodiff::Stream;
/// use landscape::theory::expected_counts;
/// // A quadratic form has its eigenvectors, each with both signs.
/// let counts = expected_counts(2, 4, (f64::NEG_INFINITY, f64::INFINITY), 10, &mut Stream::new(1, "goe", &[]));
/// assert!(counts.iter().all(|count| (count.mean - 2.0).abs() < 1e-14));
/// ```
pub fn expected_counts(p: u32, n: usize, levels: (f64, f64), draws: usize, stream: &mut Stream) -> Vec<Estimate> {
    assert!(p >= 2 && n >= 2 && draws >= 2, "p >= 2 spins per coupling, n >= 2 spins, 2 draws or more");
    let p = f64::from(p);
    let factor = 2.0 * (2.0 / p).sqrt() * (p - 1.0).powf(0.5 * n as f64);
    let decay = n as f64 * (p - 2.0) / (2.0 * p);
    let unit = (p / (2.0 * (p - 1.0))).sqrt();
    means(n, draws, |counts| {
        for (k, lambda) in goe_eigenvalues(n, stream).into_iter().enumerate() {
            let level = lambda / unit;
            if levels.0 <= level && level <= levels.1 {
                counts[k] = factor * autodiff::math::exp(-decay * lambda * lambda);
            }
        }
    })
}

/// `2 ((p - 1)^n - 1) / (p - 2)`, or 2 n for p = 2: no p-spin model on n spins has more critical points, unless infinitely many. A
/// general symmetric tensor has half as many classes of eigenvectors (Cartwright and Sturmfels 2013), and each real one
/// gives two points of the sphere. `None` when it is beyond u64.
///
/// ```
/// assert_eq!(landscape::theory::most_critical_points(3, 4), Some(2 * (16 - 1)));
/// ```
pub fn most_critical_points(p: u32, n: u32) -> Option<u64> {
    // 1 + (p - 1) + ... + (p - 1)^(n - 1)
    let base = u64::from(p).checked_sub(1)?;
    let classes = (0..n).try_fold(0u64, |sum, _| sum.checked_mul(base)?.checked_add(1))?;
    classes.checked_mul(2)
}

/// Means (n,) over `draws` of what `draw` adds to zeros.
pub(super) fn means(n: usize, draws: usize, mut draw: impl FnMut(&mut [f64])) -> Vec<Estimate> {
    let (mut sums, mut squares, mut counts) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    for _ in 0..draws {
        counts.fill(0.0);
        draw(&mut counts);
        for ((sum, square), count) in sums.iter_mut().zip(&mut squares).zip(&counts) {
            *sum += count;
            *square += count * count;
        }
    }
    let of = |(sum, square): (&f64, &f64)| {
        let count = draws as f64;
        let mean = sum / count;
        let variance = (square / count - mean * mean).max(0.0);
        Estimate { mean, std_error: (variance / (count - 1.0)).sqrt() }
    };
    sums.iter().zip(&squares).map(of).collect()
}

/// Eigenvalues, ascending, of one matrix: `sqrt 2 N(0, 1)` on the diagonal and `chi_(n-1), .., chi_1` beside it, over `sqrt(2 n)`.
pub(super) fn goe_eigenvalues(n: usize, stream: &mut Stream) -> Vec<f64> {
    let scale = 1.0 / (2.0 * n as f64).sqrt();
    let mut diagonal: Vec<f64> = (0..n).map(|_| std::f64::consts::SQRT_2 * scale * stream.normal()).collect();
    let mut chi = |freedom: usize| (0..freedom).map(|_| stream.normal().powi(2)).sum::<f64>().sqrt();
    let mut beside: Vec<f64> = (0..n).map(|i| scale * chi(n - 1 - i)).collect();
    let is_solved = tridiagonal_eigenvalues(&mut diagonal, &mut beside);
    assert!(is_solved, "a tridiagonal matrix of normal numbers");
    diagonal
}
