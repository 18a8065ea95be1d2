//! Sums over vectors with a written-out order: four running parts side by side, so the same bits in every form.
//!
//! Lengths are multiples of 4; what lies past a vector's own length in them is 0.

use super::rows::Rows;

/// Numbers computed side by side.
pub(super) type Lanes = [f64; 4];

/// `a * b + c`, lane by lane.
#[inline(always)]
pub(super) fn fma(a: &Lanes, b: &Lanes, c: &Lanes) -> Lanes {
    [a[0].mul_add(b[0], c[0]), a[1].mul_add(b[1], c[1]), a[2].mul_add(b[2], c[2]), a[3].mul_add(b[3], c[3])]
}

/// `a * b + c` with one factor for all lanes.
#[inline(always)]
pub(super) fn fma1(a: f64, b: &Lanes, c: &Lanes) -> Lanes {
    [a.mul_add(b[0], c[0]), a.mul_add(b[1], c[1]), a.mul_add(b[2], c[2]), a.mul_add(b[3], c[3])]
}

/// The sum of the lanes of each of four running sums.
#[inline(always)]
pub(super) fn sums(parts: [Lanes; 4]) -> Lanes {
    // Seen together with what follows, the loop before would be vectorised across rows instead of along them.
    let parts = std::hint::black_box(parts);
    [sum(&parts[0]), sum(&parts[1]), sum(&parts[2]), sum(&parts[3])]
}

#[inline(always)]
fn sum(a: &Lanes) -> f64 {
    (a[0] + a[2]) + (a[1] + a[3])
}

/// `a * b` with one factor for all lanes.
#[inline(always)]
pub(super) fn times(a: f64, b: &Lanes) -> Lanes {
    [a * b[0], a * b[1], a * b[2], a * b[3]]
}

/// The vector in steps of four.
#[inline(always)]
pub(super) fn lanes(a: &[f64]) -> &[Lanes] {
    a.as_chunks().0
}

/// The vector in steps of four.
#[inline(always)]
pub(super) fn lanes_mut(a: &mut [f64]) -> &mut [Lanes] {
    a.as_chunks_mut().0
}

/// `a . b`
#[inline(always)]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut parts = [[0.0; 4]; 4];
    let (a16, a4) = lanes(a).as_chunks::<4>();
    let (b16, b4) = lanes(b).as_chunks::<4>();
    for (a, b) in a16.iter().zip(b16) {
        for k in 0..4 {
            parts[k] = fma(&a[k], &b[k], &parts[k]);
        }
    }
    for (a, b) in a4.iter().zip(b4) {
        parts[0] = fma(a, b, &parts[0]);
    }
    let [a, b, c, d] = sums(parts);
    (a + c) + (b + d)
}

/// `out[r] = row_r . x` for the first rows, whole groups of four; `x` gives the length.
#[inline(always)]
pub(super) fn dots(rows: &Rows, x: &[f64], out: &mut [f64]) {
    for (g, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let row = |r: usize| lanes(&rows.row(4 * g + r)[..x.len()]);
        let (a, b, c, d) = (row(0), row(1), row(2), row(3));
        let mut parts = [[0.0; 4]; 4];
        for ((((a, b), c), d), x) in a.iter().zip(b).zip(c).zip(d).zip(lanes(x)) {
            for (part, row) in parts.iter_mut().zip([a, b, c, d]) {
                *part = fma(row, x, part);
            }
        }
        *out = sums(parts);
    }
}

/// `y <- y - sum_r coefs[r] row_r` over the first rows, whole groups of four; `y` gives the length.
#[inline(always)]
pub(super) fn subtract_rows(y: &mut [f64], rows: &Rows, coefs: &[f64]) {
    let (fours, len) = (coefs.as_chunks::<4>().0, y.len());
    for (g, coefs) in fours.iter().enumerate() {
        let four = [
            &rows.row(4 * g)[..len],
            &rows.row(4 * g + 1)[..len],
            &rows.row(4 * g + 2)[..len],
            &rows.row(4 * g + 3)[..len],
        ];
        subtract_steps::<LONG, 4>(y, coefs, &four, 0);
        subtract_steps::<4, 4>(y, coefs, &four, len / LONG * LONG);
    }
}

/// `y <- y - coef x`
#[inline(always)]
pub(super) fn subtract(y: &mut [f64], coef: f64, x: &[f64]) {
    subtract_steps::<LONG, 1>(y, &[coef], &[x], 0);
    subtract_steps::<4, 1>(y, &[coef], &[x], y.len() / LONG * LONG);
}

/// Steps of a long loop: of shorter ones the compiler would vectorise several side by side, with many shuffles.
pub(super) const LONG: usize = 16;

/// From entry `begin` on, as far as whole steps of `N` go.
#[inline(always)]
fn subtract_steps<const N: usize, const R: usize>(y: &mut [f64], coefs: &[f64; R], rows: &[&[f64]; R], begin: usize) {
    let steps = |r: usize| rows[r][begin..].as_chunks::<N>().0;
    for (i, y) in y[begin..].as_chunks_mut::<N>().0.iter_mut().enumerate() {
        let mut sums = *y;
        for (r, coef) in coefs.iter().enumerate() {
            for (sum, a) in sums.iter_mut().zip(&steps(r)[i]) {
                *sum = (-coef).mul_add(*a, *sum);
            }
        }
        *y = sums;
    }
}
