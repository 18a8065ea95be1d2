//! The lowest and highest eigenvalues of a symmetric map, with a bound for each, from products alone.

use autodiff::Stream;

use crate::krylov::{breakdown, combination, remove};
use crate::tangent::{add, dot};
use symmetric::eigenvectors;

/// Vectors beyond the wanted ones that a basis has room for, at least.
const SPARE: usize = 20;

/// What is wanted of [`extreme_pairs`] and what it may cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Lanczos {
    /// Eigenpairs wanted at each end of the spectrum.
    pub pairs: usize,
    /// Largest residual `|A y - theta y|`, as a share of the largest `|theta|`.
    pub tolerance: f64,
    /// Products with the map, at most.
    pub products: u64,
}

impl Default for Lanczos {
    fn default() -> Self {
        Lanczos { pairs: 1, tolerance: 1e-8, products: 2000 }
    }
}

/// An approximate eigenvalue with its unit vector.
#[derive(Clone, Debug)]
pub struct Eigenpair {
    /// The Rayleigh quotient `theta = y . A y`.
    pub value: f64,
    /// `|A y - theta y|`, computed from the product itself. **An eigenvalue lies within this of `value`**, up to the
    /// rounding of the product, whatever led to y.
    pub residual: f64,
    /// y (n,).
    pub vector: Vec<f64>,
}

/// What was found at the ends of a spectrum.
#[derive(Clone, Debug)]
pub struct Extremes {
    /// Ascending from the lowest.
    pub lowest: Vec<Eigenpair>,
    /// Descending from the highest.
    pub highest: Vec<Eigenpair>,
    /// Whether every residual is within the tolerance; each pair tells for itself.
    pub is_converged: bool,
    /// Products with the map.
    pub products: u64,
}

/// Eigenpairs at both ends of the spectrum of the symmetric map `apply(v, out)` on n numbers; `None` when a product is not
/// finite.
///
/// Thick-restart Lanczos (Wu and Simon 2000) with full re-orthogonalisation: a basis of `m = max(3 pairs, 20) + 2 pairs`
/// vectors is filled from a random start, the Ritz pairs nearest both ends are kept, and the rest is filled again, until the
/// residuals of the wanted ones are within `tolerance` or `products` are spent. An end that lies apart from the rest of the
/// spectrum converges in a few restarts; one inside a dense bulk needs many.
///
/// A residual bounds the distance to *an* eigenvalue (Parlett, The Symmetric Eigenvalue Problem, 4.5). That nothing lies beyond the last pair
/// is certain only for a start that is not orthogonal to it, as a random one is not, and an eigenvalue of multiplicity r can
/// appear fewer than r times. Memory: about `1.5 m n` numbers.
///
/// ```
/// use autodiff::Stream;
/// use landscape::{Lanczos, extreme_pairs};
/// // diag(1, 2, .., 1000) without a matrix.
/// let apply = |v: &[f64], out: &mut [f64]| (0..1000).for_each(|i| out[i] = (i + 1) as f64 * v[i]);
/// let mut stream = Stream::new(1, "lanczos", &[]);
/// let found = extreme_pairs(1000, apply, &Lanczos::default(), &mut stream).unwrap();
/// assert!((found.lowest[0].value - 1.0).abs() <= found.lowest[0].residual + 1e-12);
/// assert!((found.highest[0].value - 1000.0).abs() <= found.highest[0].residual + 1e-12);
/// ```
pub fn extreme_pairs(
    n: usize,
    mut apply: impl FnMut(&[f64], &mut [f64]),
    settings: &Lanczos,
    stream: &mut Stream,
) -> Option<Extremes> {
    assert!(n > 0 && settings.pairs > 0, "a map of a size, and pairs to look for");
    let pairs = settings.pairs.min(n);
    let room = (2 * pairs + SPARE.max(3 * pairs)).min(n);
    let mut basis = stream.on_sphere(n, 1.0);
    // V^T A V for all vectors but the last, (room x room); filled row by row.
    let mut projected = vec![0.0; room * room];
    let (mut filled, mut products, mut norm) = (0, 0, 0.0f64);
    loop {
        let mut beta = 0.0;
        while filled < room {
            let mut w = vec![0.0; n];
            apply(&basis[filled * n..], &mut w);
            products += 1;
            let shares = remove(&basis, n, &mut w);
            for (i, share) in shares.iter().enumerate() {
                projected[filled * room + i] = *share;
                projected[i * room + filled] = *share;
            }
            beta = dot(&w, &w).sqrt();
            if !beta.is_finite() {
                return None;
            }
            norm = norm.max(shares.iter().map(|s| s * s).sum::<f64>().sqrt()).max(beta);
            filled += 1;
            if filled == n {
                break;
            }
            if beta <= breakdown(norm, n) {
                // The subspace is invariant: go on in a direction of its own.
                beta = 0.0;
                w = fresh(&basis, n, stream);
            } else {
                w.iter_mut().for_each(|w| *w /= beta);
            }
            basis.extend(w);
        }
        let size = filled;
        let (thetas, vectors) = eigenvectors(&projected, size)?;
        let coordinates = |k: usize| &vectors[k * size..][..size];
        let estimate = |k: usize| (beta * coordinates(k)[size - 1]).abs();
        let largest = thetas[0].abs().max(thetas[size - 1].abs());
        let ends: Vec<usize> = (0..pairs).chain(size - pairs..size).collect();
        // Half the tolerance, so that rounding in the estimate does not matter.
        let is_done = size == n || ends.iter().all(|&k| estimate(k) <= 0.5 * settings.tolerance * largest);
        if is_done || products >= settings.products {
            let mut pair = |k: usize| {
                let y = combination(&basis, n, coordinates(k));
                products += 1;
                eigenpair(y, &mut apply)
            };
            let lowest: Vec<Eigenpair> = (0..pairs).map(&mut pair).collect();
            let highest: Vec<Eigenpair> = (size - pairs..size).rev().map(&mut pair).collect();
            let is_converged = lowest.iter().chain(&highest).all(|p| p.residual <= settings.tolerance * largest);
            return Some(Extremes { lowest, highest, is_converged, products });
        }
        // Some pairs beyond the wanted ones are kept: they come with them and speed up the rest.
        let each = (size / 4).max(pairs);
        let kept: Vec<usize> = (0..each).chain(size - each..size).collect();
        let mut next = Vec::with_capacity((2 * each + 1) * n);
        for &k in &kept {
            next.extend(combination(&basis, n, coordinates(k)));
        }
        next.extend_from_slice(&basis[size * n..]);
        basis = next;
        projected.fill(0.0);
        for (i, &k) in kept.iter().enumerate() {
            projected[i * room + i] = thetas[k];
        }
        filled = kept.len();
    }
}

/// A random unit vector at right angles to the basis, which does not fill the space.
fn fresh(basis: &[f64], n: usize, stream: &mut Stream) -> Vec<f64> {
    loop {
        let mut w = stream.on_sphere(n, 1.0);
        remove(basis, n, &mut w);
        let length = dot(&w, &w).sqrt();
        if length > 1e-8 {
            return w.iter().map(|w| w / length).collect();
        }
    }
}

/// The Rayleigh quotient of y and its residual.
fn eigenpair(mut y: Vec<f64>, apply: &mut impl FnMut(&[f64], &mut [f64])) -> Eigenpair {
    let length = dot(&y, &y).sqrt();
    y.iter_mut().for_each(|y| *y /= length);
    let mut product = vec![0.0; y.len()];
    apply(&y, &mut product);
    let value = dot(&y, &product);
    add(&mut product, -value, &y);
    Eigenpair { value, residual: dot(&product, &product).sqrt(), vector: y }
}
