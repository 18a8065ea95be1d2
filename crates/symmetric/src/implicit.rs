//! Eigenvalues and eigenvectors of a tridiagonal matrix by implicit QL.

use super::pair::Pair;
use super::root_free::is_negligible;
use super::rotations::{Sweep, Turned};

/// Sweeps allowed per row; fewer than two are usual.
const SWEEPS_PER_ROW: usize = 60;

/// Squares below this are computed again from larger numbers.
const SMALL_SQUARE: f64 = f64::from_bits((1023 - 900) << 52); // 2^-900

/// Makes `d` the eigenvalues, in no order, of the matrix with diagonal `d` (n,) and `e[k]` at `(k, k + 1)`, and turns
/// the rows of `vectors` along; false when it gives up. Destroys `e` (n,).
///
/// QL with Wilkinson's shift (Dubrulle, Martin and Wilkinson 1968; LAPACK's dsteqr). A block whose large end is at
/// the top is worked on upside down.
#[inline(always)]
pub(super) fn eigenvectors(d: &mut [f64], e: &mut [f64], vectors: &mut Turned) -> bool {
    let n = d.len();
    let mut sweeps = SWEEPS_PER_ROW * n;
    let mut start = 0;
    while start < n {
        let end = block_end(d, e, start, n - 1);
        let (d, e) = (&mut d[start..=end], &mut e[start..=end]);
        let last = end - start;
        let is_upside_down = d[last].abs() < d[0].abs();
        if is_upside_down {
            d.reverse();
            e[..last].reverse();
        }
        let place = |i: usize| if is_upside_down { end - i } else { start + i };
        if !solve_block(d, e, &mut sweeps, vectors, place) {
            return false;
        }
        if is_upside_down {
            d.reverse();
        }
        start = end + 1;
    }
    vectors.apply();
    true
}

/// Last row of the block that begins in row `start`: the entry after it is negligible, and becomes 0.
#[inline(always)]
fn block_end(d: &[f64], e: &mut [f64], start: usize, last: usize) -> usize {
    for i in start..last {
        if is_negligible(e[i] * e[i], d[i], d[i + 1]) {
            e[i] = 0.0;
            return i;
        }
    }
    last
}

#[inline(always)]
fn solve_block(
    d: &mut [f64],
    e: &mut [f64],
    sweeps: &mut usize,
    vectors: &mut Turned,
    place: impl Fn(usize) -> usize,
) -> bool {
    let last = d.len() - 1;
    let mut top = 0;
    while top <= last {
        let end = block_end(d, e, top, last);
        if end == top {
            top += 1;
            continue;
        }
        let mut turn = vectors.begin(Sweep { from: place(end), to: place(top) });
        if end == top + 1 {
            let pair = Pair::of(d[top], e[top], d[end]);
            (d[top], d[end], e[top]) = (pair.large, pair.small, 0.0);
            turn(pair.cos, -pair.sin);
            top += 2;
            continue;
        }
        if *sweeps == 0 {
            return false;
        }
        *sweeps -= 1;
        sweep(&mut d[top..=end], &mut e[top..=end], &mut turn);
    }
    true
}

/// One sweep: chases the bulge that the shift makes in the last row up to the first.
#[inline(always)]
fn sweep(d: &mut [f64], e: &mut [f64], turn: &mut impl FnMut(f64, f64)) {
    let end = d.len() - 1;
    let g = (d[1] - d[0]) / (2.0 * e[0]);
    let root = g.mul_add(g, 1.0).sqrt();
    let mut g = d[end] - d[0] + e[0] / (g + root.copysign(g));
    let (mut sin, mut cos, mut p) = (1.0, 1.0, 0.0);
    for i in (0..end).rev() {
        let (f, b) = (sin * e[i], cos * e[i]);
        let r;
        (cos, sin, r) = rotation(g, f);
        if i + 1 < end {
            e[i + 1] = r;
        }
        g = d[i + 1] - p;
        let t = (d[i] - g).mul_add(sin, 2.0 * cos * b);
        p = sin * t;
        d[i + 1] = g + p;
        g = cos.mul_add(t, -b);
        turn(cos, sin);
    }
    d[0] -= p;
    e[0] = g;
}

/// `(cos, sin, r)` with `cos g + sin f = r`, `cos f = sin g`.
#[inline(always)]
fn rotation(g: f64, f: f64) -> (f64, f64, f64) {
    let square = g.mul_add(g, f * f);
    if square > SMALL_SQUARE {
        let r = square.sqrt();
        let inverse = 1.0 / r;
        return (g * inverse, f * inverse, r);
    }
    let (big_g, big_f) = (g / SMALL_SQUARE, f / SMALL_SQUARE);
    let r = big_g.mul_add(big_g, big_f * big_f).sqrt();
    if r == 0.0 { (1.0, 0.0, 0.0) } else { (big_g / r, big_f / r, r * SMALL_SQUARE) }
}
