//! From eigenvectors of the tridiagonal matrix to those of the matrix it was made of.

use super::rotations::Turned;
use super::rows::{Rows, round_up};
use super::vector::dot;

/// Vectors that go through the reflectors together.
const WIDE: usize = 8;

/// Reflectors applied at once: with 8 vectors, 8 registers of inner products.
const GROUP: usize = 4;

/// Four reflectors `4 g .. 4 g + 3` and what their application in a row needs.
struct Group {
    taus: [f64; GROUP],
    /// `v_r . v_s`
    products: [[f64; GROUP]; GROUP],
}

/// Makes every row z of `vectors` the vector `H_{n-1} .. H_1 z`.
///
/// Four reflectors at once are one pass of inner products `y_r = v_r . z`, then `c_r = tau_r (y_r - sum_{s<r} c_s
/// v_r . v_s)`, and one pass `z <- z - sum_r c_r v_r` (the compact form of Schreiber and Van Loan 1989, its triangle
/// solved instead of formed). Eight vectors side by side stay in the cache for all reflectors.
#[inline(always)]
pub(super) fn transform(reflectors: &Rows, taus: &[f64], vectors: &mut Turned) {
    let n = taus.len();
    let groups = groups(reflectors, taus);
    let mut z = vec![[0.0; WIDE]; round_up(n, GROUP)];
    for first in (0..n).step_by(WIDE) {
        let rows = first..n.min(first + WIDE);
        for (l, row) in rows.clone().enumerate() {
            for (c, z) in z[..n].iter_mut().enumerate() {
                z[l] = *vectors.at(row, c);
            }
        }
        for (g, group) in groups.iter().enumerate() {
            let len = GROUP * (g + 1);
            let v = |r: usize| &reflectors.row(GROUP * g + r)[..len];
            apply(group, [v(0), v(1), v(2), v(3)], &mut z[..len]);
        }
        for (l, row) in rows.enumerate() {
            for (c, z) in z[..n].iter().enumerate() {
                *vectors.at(row, c) = z[l];
            }
        }
    }
}

#[inline(always)]
fn groups(reflectors: &Rows, taus: &[f64]) -> Vec<Group> {
    let mut groups = Vec::with_capacity(taus.len().div_ceil(GROUP));
    for g in 0..taus.len().div_ceil(GROUP) {
        let row = |r: usize| &reflectors.row(GROUP * g + r)[..GROUP * (g + 1)];
        let mut group = Group { taus: [0.0; GROUP], products: [[0.0; GROUP]; GROUP] };
        for r in 0..GROUP {
            group.taus[r] = taus.get(GROUP * g + r).copied().unwrap_or(0.0);
            for s in 0..r {
                group.products[r][s] = dot(row(r), row(s));
            }
        }
        groups.push(group);
    }
    groups
}

#[inline(always)]
fn apply(group: &Group, [a, b, c, d]: [&[f64]; GROUP], z: &mut [[f64; WIDE]]) {
    // Plain indices: five iterators in one another are not always inlined, and then nothing here is in vectors.
    let rows = z.len();
    let v = [&a[..rows], &b[..rows], &c[..rows], &d[..rows]];
    let mut y = [[0.0; WIDE]; GROUP];
    for i in 0..rows {
        for (y, v) in y.iter_mut().zip(v) {
            for l in 0..WIDE {
                y[l] = v[i].mul_add(z[i][l], y[l]);
            }
        }
    }
    // Seen together with what follows, the loop would be vectorised across reflectors instead of along the vectors.
    let mut y = std::hint::black_box(y);
    for r in 0..GROUP {
        let (before, after) = y.split_at_mut(r);
        for (product, before) in group.products[r].iter().zip(before) {
            for (y, before) in after[0].iter_mut().zip(before) {
                *y = (-product).mul_add(*before, *y);
            }
        }
        after[0].iter_mut().for_each(|y| *y *= group.taus[r]);
    }
    let y = std::hint::black_box(y);
    // Two rows a step: of shorter steps the compiler would vectorise several side by side, with many shuffles.
    let v = v.map(|v| v.as_chunks::<2>().0);
    for (i, z) in z.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let mut left = *z;
        for (y, v) in y.iter().zip(v) {
            for (left, v) in left.iter_mut().zip(v[i]) {
                for l in 0..WIDE {
                    left[l] = (-v).mul_add(y[l], left[l]);
                }
            }
        }
        *z = left;
    }
}
