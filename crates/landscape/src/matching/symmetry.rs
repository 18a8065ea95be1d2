//! The declared symmetries of a function, and how far two points are from each other up to them.

use super::assignment::assignment;
use super::layout::Layout;
use super::weights::match_units;
use crate::model::norm;
use crate::tangent::dot;

/// The group of discrete changes of a point that do not change the function's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Symmetry {
    /// Every point is its own.
    None,
    /// A point is a list of vectors of `size` numbers in any order; each may also change sign when `flips`. With `size`
    /// 1 the coordinates themselves; with `size` = dim and `flips`, the points x and -x.
    Vectors {
        /// Numbers of a vector; divides the dimension.
        size: usize,
        /// Whether each vector may change sign.
        flips: bool,
    },
    /// Hidden units of a network.
    Network(Layout),
}

impl Symmetry {
    /// The copy of `b` (dim,) nearest to `a` (dim,): exact but for networks with several hidden layers, see
    /// [`match_units`].
    pub fn nearest(&self, a: &[f64], b: &[f64]) -> Vec<f64> {
        assert_eq!(a.len(), b.len(), "two points of one space");
        match self {
            Symmetry::None => b.to_vec(),
            Symmetry::Network(layout) => match_units(layout, a, b).apply(layout, b),
            &Symmetry::Vectors { size, flips } => {
                assert!(size > 0 && a.len().is_multiple_of(size), "vectors of {size} numbers in {}", a.len());
                let n = a.len() / size;
                let similarity = |i: usize, k: usize| dot(&a[i * size..][..size], &b[k * size..][..size]);
                let cost = |i: usize, k: usize| {
                    let s = similarity(i, k);
                    if flips { -s.abs() } else { -s }
                };
                let table: Vec<f64> = (0..n * n).map(|c| cost(c / n, c % n)).collect();
                let mut nearest = Vec::with_capacity(b.len());
                for (i, k) in assignment(&table, n).into_iter().enumerate() {
                    let sign = if flips && similarity(i, k) < 0.0 { -1.0 } else { 1.0 };
                    nearest.extend(b[k * size..][..size].iter().map(|b| sign * b));
                }
                nearest
            }
        }
    }

    /// The distance from `a` to the nearest copy of `b`; never less than the true one.
    pub fn distance(&self, a: &[f64], b: &[f64]) -> f64 {
        norm(&self.nearest(a, b).iter().zip(a).map(|(b, a)| b - a).collect::<Vec<_>>())
    }
}
