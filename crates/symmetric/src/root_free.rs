//! Eigenvalues of a tridiagonal matrix by QL without square roots.

use super::pair::Pair;

/// `eps^2`, where eps is half the spacing of the numbers at 1.
const EPS_SQUARE: f64 = 0.25 * f64::EPSILON * f64::EPSILON;

/// Squares of off-diagonal entries below this are 0; entries are near 1 or at least above 2^-200.
const NOTHING: f64 = f64::from_bits((1023 - 700) << 52); // 2^-700

/// Sweeps allowed per row; fewer than two are usual.
const SWEEPS_PER_ROW: usize = 60;

/// Whether the square `e2` of an off-diagonal entry between `a` and `b` on the diagonal is rounding.
#[inline(always)]
pub(super) fn is_negligible(e2: f64, a: f64, b: f64) -> bool {
    e2 <= EPS_SQUARE * (a * b).abs() + NOTHING
}

/// Makes `d` the eigenvalues, in no order, of the matrix with diagonal `d` (n,) and `e[k]` at `(k, k + 1)`; false when
/// it gives up. Destroys `e` (n,).
///
/// Pal, Walker and Kahan's variant of QL with Wilkinson's shift sigma (Parlett, The Symmetric Eigenvalue Problem,
/// 8.14-8.15; LAPACK's dsterf). Up the matrix, with `gamma`, `p` and the squares `b = e[i]^2`:
///
/// `r = p + b`, `u = p (d[i] - sigma) - b gamma`, `gamma' = u / r`, `p' = gamma' u / p`,
/// `d[i+1] = gamma + d[i] - gamma'`, `e[i]^2 = (b / r) r'`.
///
/// Written with `u`, the two divisions that each step waits for run side by side.
#[inline(always)]
pub(super) fn eigenvalues(d: &mut [f64], e: &mut [f64]) -> bool {
    let n = d.len();
    let mut sweeps = SWEEPS_PER_ROW * n;
    e.iter_mut().for_each(|e| *e *= *e);
    let mut start = 0;
    while start < n {
        let end = block_end(d, e, start, n - 1);
        let (d, e) = (&mut d[start..=end], &mut e[start..=end]);
        // QL finds the smallest first: let them be at the top.
        if d[d.len() - 1].abs() < d[0].abs() {
            d.reverse();
            e[..d.len() - 1].reverse();
        }
        if !solve_block(d, e, &mut sweeps) {
            return false;
        }
        start = end + 1;
    }
    true
}

/// Last row of the block that begins in row `start`: the entry after it is negligible, and becomes 0.
#[inline(always)]
fn block_end(d: &[f64], e2: &mut [f64], start: usize, last: usize) -> usize {
    for i in start..last {
        if is_negligible(e2[i], d[i], d[i + 1]) {
            e2[i] = 0.0;
            return i;
        }
    }
    last
}

#[inline(always)]
fn solve_block(d: &mut [f64], e2: &mut [f64], sweeps: &mut usize) -> bool {
    let last = d.len() - 1;
    let mut top = 0;
    while top <= last {
        let mut end = block_end(d, e2, top, last);
        while end > top + 1 {
            if *sweeps == 0 {
                return false;
            }
            *sweeps -= 1;
            end = sweep(d, e2, top, end);
        }
        if end == top + 1 {
            let pair = Pair::of(d[top], e2[top].sqrt(), d[end]);
            (d[top], d[end]) = (pair.large, pair.small);
        }
        top = end + 1;
    }
    true
}

/// One sweep over rows `top..=end`; returns the last row of the block that `top` is in afterwards.
#[inline(always)]
fn sweep(d: &mut [f64], e2: &mut [f64], top: usize, end: usize) -> usize {
    let root = e2[top].sqrt();
    let g = (d[top + 1] - d[top]) / (2.0 * root);
    let sigma = d[top] - root / (g + g.mul_add(g, 1.0).sqrt().copysign(g));
    let mut gamma = d[end] - sigma;
    let (mut p, mut cos, mut sin) = (gamma * gamma, 1.0, 0.0);
    let (mut below, mut split) = (0.0, end);
    for i in (top..end).rev() {
        let (a, b) = (d[i], e2[i]);
        let r = p + b;
        let u = p.mul_add(a - sigma, -(b * gamma));
        let inverse = 1.0 / r;
        let (old_cos, old_sin, old) = (cos, sin, gamma);
        (cos, sin) = (p * inverse, b * inverse);
        gamma = u * inverse;
        let diagonal = old + (a - gamma);
        if i + 1 < end {
            e2[i + 1] = old_sin * r;
            if is_negligible(e2[i + 1], diagonal, below) {
                split = i + 1;
            }
        }
        below = diagonal;
        d[i + 1] = diagonal;
        p = if p != 0.0 { gamma * (u / p) } else { old_cos * b };
    }
    e2[top] = sin * p;
    d[top] = sigma + gamma;
    if is_negligible(e2[top], d[top], d[top + 1]) {
        split = top;
    }
    if split < end {
        e2[split] = 0.0;
    }
    split
}
