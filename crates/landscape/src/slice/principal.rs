//! The plane in which a trajectory moves most.

use super::directions::orient;
use crate::tangent::{add, dot};
use symmetric::eigenvectors;

/// The leading principal directions of a cloud of points.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Unit directions at right angles (dim,), the most variance first, each with its largest component positive.
    pub directions: Vec<Vec<f64>>,
    /// Share of the variance along each, between 0 and 1.
    pub shares: Vec<f64>,
}

/// The `count` leading principal directions of `points` (k x dim, one after another), around their mean.
///
/// With A (k x dim) the points less their mean, the Gram matrix `A A^T = U S^2 U^T` has the eigenvalues of the
/// covariance and `A^T u / s` are its eigenvectors: k^2 products of length dim instead of a dim x dim matrix (used the
/// other way round when dim is less than k). A direction with singular value s is good to `eps (s_1 / s)^2`; the
/// leading ones are what pictures need. Fewer come back when the cloud has fewer dimensions. `None` when a number is
/// not finite.
pub fn principal_directions(points: &[f64], dim: usize, count: usize) -> Option<Principal> {
    assert!(dim > 0 && !points.is_empty() && points.len().is_multiple_of(dim), "points of {dim} numbers");
    let k = points.len() / dim;
    let mut mean = vec![0.0; dim];
    points.chunks_exact(dim).for_each(|point| add(&mut mean, 1.0 / k as f64, point));
    let centred: Vec<f64> =
        points.chunks_exact(dim).flat_map(|point| point.iter().zip(&mean).map(|(x, m)| x - m)).collect();
    let total = dot(&centred, &centred);
    let (small, vectors_of_small) = if k <= dim { (k, true) } else { (dim, false) };
    // Rows of the smaller side, so that the Gram matrix is theirs.
    let rows: Vec<f64> = if vectors_of_small {
        centred.clone()
    } else {
        (0..dim).flat_map(|j| centred.chunks_exact(dim).map(move |point| point[j])).collect()
    };
    let length = rows.len() / small;
    let row = |i: usize| &rows[i * length..][..length];
    let gram: Vec<f64> = (0..small * small).map(|c| dot(row(c / small), row(c % small))).collect();
    let (values, vectors) = eigenvectors(gram, small)?;
    let floor = small as f64 * f64::EPSILON * values[small - 1];
    let mut found = Principal { directions: vec![], shares: vec![] };
    for i in (0..small).rev().take(count).filter(|&i| values[i] > floor) {
        let u = &vectors[i * small..][..small];
        let mut direction = if vectors_of_small {
            let mut sum = vec![0.0; dim];
            u.iter().zip(centred.chunks_exact(dim)).for_each(|(share, point)| add(&mut sum, *share, point));
            sum
        } else {
            u.to_vec()
        };
        // Rounding leaves a little of the stronger directions in the weaker ones.
        for stronger in &found.directions {
            let share = dot(stronger, &direction);
            add(&mut direction, -share, stronger);
        }
        let size = dot(&direction, &direction).sqrt();
        direction.iter_mut().for_each(|d| *d /= size);
        orient(&mut direction);
        found.directions.push(direction);
        found.shares.push(values[i] / total);
    }
    Some(found)
}
