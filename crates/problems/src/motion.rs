//! Copies of a surface that are shifted, rotated and scaled at random, with the points known on it.

use autodiff::{Scalar, Stream};

use crate::frame::orthonormal;
use crate::problem::{Domain, KnownPoint};

/// Most variables of a moved surface: a rotation mixes all of them.
pub(crate) const MOST_MOVED: usize = 200;

/// `f(centre + scale R (x - centre - shift))` in place of `f(x)`, with a rotation R of the space: index, values and
/// counts of critical points are those of f. The idea is that of COCO's instances (Hansen et al. 2021).
#[derive(Clone, Debug)]
pub struct Motion {
    /// Centre of the domain (dim,).
    centre: Vec<f64>,
    /// Centre of the moved domain (dim,).
    moved_centre: Vec<f64>,
    /// Rows of `scale R` (dim x dim).
    matrix: Vec<f64>,
    scale: f64,
}

impl Motion {
    /// Instance `number` of a surface: R uniform among the rotations, scale log-uniform in [2/3, 3/2], shift uniform
    /// up to a tenth of each side of the domain.
    pub fn new(name: &str, domain: &Domain, number: u64) -> Self {
        let dim = domain.lower.len();
        let mut stream = Stream::new(0, "instance", &[name, &dim.to_string(), &number.to_string()]);
        let sides = || domain.lower.iter().zip(&domain.upper);
        let centre: Vec<f64> = sides().map(|(lower, upper)| 0.5 * (lower + upper)).collect();
        let moved_centre =
            sides().zip(&centre).map(|((lo, hi), c)| c + (hi - lo) * stream.uniform(-0.1, 0.1)).collect();
        let limit = autodiff::math::ln(1.5);
        let scale = autodiff::math::exp(stream.uniform(-limit, limit));
        let matrix = rotation(dim, &mut stream).iter().map(|entry| scale * entry).collect();
        Motion { centre, moved_centre, matrix, scale }
    }

    /// The point of the original surface that a point (dim,) of the moved one stands for.
    pub fn original<S: Scalar>(&self, x: &[S]) -> Vec<S> {
        let from: Vec<S> = x.iter().zip(&self.moved_centre).map(|(&x, &c)| x - c).collect();
        let rows = self.matrix.chunks_exact(from.len()).zip(&self.centre);
        rows.map(|(row, &c)| S::weighted_sum(row, &from) + c).collect()
    }

    /// Where a point (dim,) of the original surface has moved to.
    pub fn moved(&self, x: &[f64]) -> Vec<f64> {
        let from: Vec<f64> = x.iter().zip(&self.centre).map(|(x, c)| (x - c) / (self.scale * self.scale)).collect();
        let mut to = self.moved_centre.clone();
        for (row, from) in self.matrix.chunks_exact(x.len()).zip(&from) {
            to.iter_mut().zip(row).for_each(|(to, entry)| *to += entry * from);
        }
        to
    }

    /// A known point on the moved surface.
    pub fn moved_point(&self, point: KnownPoint) -> KnownPoint {
        KnownPoint { x: self.moved(&point.x), ..point }
    }

    /// The smallest box around the moved domain.
    pub fn around(&self, domain: &Domain) -> Domain {
        let half: Vec<f64> = domain.upper.iter().zip(&self.centre).map(|(upper, c)| upper - c).collect();
        let mut reach = vec![0.0; half.len()];
        for (row, half) in self.matrix.chunks_exact(half.len()).zip(&half) {
            let share = half / (self.scale * self.scale);
            reach.iter_mut().zip(row).for_each(|(reach, entry)| *reach += entry.abs() * share);
        }
        let side = |sign: f64| self.moved_centre.iter().zip(&reach).map(|(c, r)| c + sign * r).collect();
        Domain { lower: side(-1.0), upper: side(1.0) }
    }
}

/// A rotation uniform among all (Haar); the last row's sign makes the determinant 1.
fn rotation(dim: usize, stream: &mut Stream) -> Vec<f64> {
    let mut rows = orthonormal(dim, dim, stream);
    if determinant_sign(&rows) < 0.0 {
        rows[dim - 1].iter_mut().for_each(|a| *a = -*a);
    }
    rows.concat()
}

/// Sign of the determinant, by Gaussian elimination with row exchanges.
fn determinant_sign(rows: &[Vec<f64>]) -> f64 {
    let mut rows = rows.to_vec();
    let mut sign = 1.0;
    for k in 0..rows.len() {
        let pivot = (k..rows.len()).max_by(|&a, &b| rows[a][k].abs().total_cmp(&rows[b][k].abs())).unwrap_or(k);
        if pivot != k {
            rows.swap(pivot, k);
            sign = -sign;
        }
        let (above, below) = rows.split_at_mut(k + 1);
        let top = &above[k];
        sign *= top[k].signum();
        for row in below {
            let factor = row[k] / top[k];
            row.iter_mut().zip(top).skip(k).for_each(|(a, b)| *a -= factor * b);
        }
    }
    sign
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotations_are_orthogonal_with_determinant_one_and_there_is_more_than_one() {
        for dim in [1, 2, 3, 10] {
            let matrix = rotation(dim, &mut Stream::new(1, "rotation", &[&dim.to_string()]));
            let rows: Vec<Vec<f64>> = matrix.chunks_exact(dim).map(<[f64]>::to_vec).collect();
            for (i, a) in rows.iter().enumerate() {
                for (j, b) in rows.iter().enumerate() {
                    let expected = f64::from(u8::from(i == j));
                    // Two passes leave a few roundings per term.
                    assert!((f64::dot(a, b) - expected).abs() <= 4.0 * dim as f64 * f64::EPSILON);
                }
            }
            assert_eq!(determinant_sign(&rows), 1.0);
        }
        let turned = |key: &str| rotation(4, &mut Stream::new(1, "rotation", &[key]));
        assert_ne!(turned("a"), turned("b"));
    }

    #[test]
    fn moving_there_and_back_is_the_identity_and_the_box_holds_every_corner() {
        let domain = Domain { lower: vec![-1.5, -0.2, 3.0], upper: vec![1.2, 2.0, 4.0] };
        let motion = Motion::new("test", &domain, 7);
        let around = motion.around(&domain);
        let mut touched = [false; 6];
        for corner in 0..8 {
            let pick = |i: usize| if corner >> i & 1 == 0 { domain.lower[i] } else { domain.upper[i] };
            let x: Vec<f64> = (0..3).map(pick).collect();
            let there = motion.moved(&x);
            let back = motion.original(&there);
            assert!(back.iter().zip(&x).all(|(a, b)| (a - b).abs() < 1e-14), "{back:?} {x:?}");
            for i in 0..3 {
                assert!(around.lower[i] - 1e-14 < there[i] && there[i] < around.upper[i] + 1e-14);
                touched[2 * i] |= (there[i] - around.lower[i]).abs() < 1e-13;
                touched[2 * i + 1] |= (there[i] - around.upper[i]).abs() < 1e-13;
            }
        }
        assert_eq!(touched, [true; 6], "the box is the smallest one");
        assert!((2.0 / 3.0..=1.5).contains(&motion.scale) && motion.scale != 1.0);
    }
}
