//! Critical points of a sum of functions of one variable each: every choice of one critical point per axis.

use crate::problem::{Counts, Domain, KnownPoint};

/// Most known points a problem lists; where there are more, it lists a documented few.
pub const MOST_POINTS: usize = 6561;

/// The critical points of `sum_i f(x_i)` in `dim` variables from those of f, given as (x, f(x), index 0 or 1),
/// all nondegenerate: values and indices add up. When there are more than [`MOST_POINTS`], only those with all
/// coordinates equal.
pub fn separable(dim: usize, axis: &[(f64, f64, usize)]) -> Vec<KnownPoint> {
    let count = u32::try_from(dim).ok().and_then(|dim| axis.len().checked_pow(dim));
    let Some(count) = count.filter(|&count| count <= MOST_POINTS) else {
        return axis.iter().map(|&point| combine(std::iter::repeat_n(point, dim))).collect();
    };
    let digit = |number: usize, i: usize| number / axis.len().pow(i as u32) % axis.len();
    (0..count).map(|number| combine((0..dim).map(|i| axis[digit(number, i)]))).collect()
}

/// Counts by index of such a sum when an axis has `minima` and `maxima`: `C(dim, k) minima^(dim - k) maxima^k` of index k.
pub fn separable_counts(dim: usize, minima: usize, maxima: usize) -> Counts {
    let mut by_index = vec![1.0];
    for _ in 0..dim {
        let more = by_index.iter().map(|count| count * minima as f64).chain([0.0]);
        let turned = [0.0].into_iter().chain(by_index.iter().map(|count| count * maxima as f64));
        by_index = more.zip(turned).map(|(a, b)| a + b).collect();
    }
    Counts { by_index, is_exact: true }
}

/// A minimum may be off by this share of the domain's side, since it comes from a descent.
const MINIMUM_TOLERANCE: f64 = 1e-6;

/// The share of the volume of `domain` from which the flow of such a sum leads to `minimum` (dim,): the product, over the
/// axes, of the length between the two maxima beside it (or the ends of the domain) over the side of the domain. `None` for
/// a point that is no minimum in the domain.
pub fn separable_share(minimum: &[f64], axis: &[(f64, f64, usize)], domain: &Domain) -> Option<f64> {
    let sides = domain.lower.iter().zip(&domain.upper);
    let share = |(&x, (&lower, &upper)): (&f64, (&f64, &f64))| {
        let near =
            |&&(at, _, n_neg): &&(f64, f64, usize)| n_neg == 0 && (x - at).abs() <= MINIMUM_TOLERANCE * (upper - lower);
        let &(at, ..) = axis.iter().find(near)?;
        let maxima = || axis.iter().filter(|(.., n_neg)| *n_neg == 1).map(|(x, ..)| *x);
        let left = maxima().filter(|x| *x < at).fold(lower, f64::max);
        let right = maxima().filter(|x| *x > at).fold(upper, f64::min);
        Some((right - left) / (upper - lower))
    };
    minimum.iter().zip(sides).map(share).product()
}

fn combine(axes: impl Iterator<Item = (f64, f64, usize)> + Clone) -> KnownPoint {
    let value = axes.clone().map(|(_, value, _)| value).sum();
    let n_neg = axes.clone().map(|(_, _, n_neg)| n_neg).sum();
    KnownPoint::nondegenerate(axes.map(|(x, ..)| x).collect(), value, n_neg)
}
