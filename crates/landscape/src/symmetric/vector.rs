//! Sums over vectors with a written-out order: four running parts side by side, so the same bits in every form.
//!
//! Lengths are multiples of 4; what lies past a vector's own length in them is 0.

use super::rows::Rows;

/// Numbers computed side by side.
pub(super) type Lanes = [f64; 4];

/// `a * b + c`, lane by lane.
#[inline(always)]
pub(super) fn fma(a: &Lanes, b: &Lanes, c: &Lanes) -> Lanes {
    std::array::from_fn(|l| a[l].mul_add(b[l], c[l]))
}

/// `a * b + c` with one factor for all lanes.
#[inline(always)]
pub(super) fn fma1(a: f64, b: &Lanes, c: &Lanes) -> Lanes {
    std::array::from_fn(|l| a.mul_add(b[l], c[l]))
}

/// The sum of the lanes.
#[inline(always)]
pub(super) fn sum(a: &Lanes) -> f64 {
    (a[0] + a[2]) + (a[1] + a[3])
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
    let pair = |a: Lanes, b: Lanes| -> Lanes { std::array::from_fn(|l| a[l] + b[l]) };
    sum(&pair(pair(parts[0], parts[2]), pair(parts[1], parts[3])))
}

/// `out[r] = row_r . x` for the first rows, as many as `out` holds; `x` gives the length.
#[inline(always)]
pub(super) fn dots(rows: &Rows, x: &[f64], out: &mut [f64]) {
    let mut first = 0;
    let (fours, rest) = out.as_chunks_mut::<4>();
    for out in fours {
        let [a, b, c, d] = [0, 1, 2, 3].map(
            #[inline(always)]
            |r| lanes(&rows.row(first + r)[..x.len()]),
        );
        let mut parts = [[0.0; 4]; 4];
        for ((((a, b), c), d), x) in a.iter().zip(b).zip(c).zip(d).zip(lanes(x)) {
            for (part, row) in parts.iter_mut().zip([a, b, c, d]) {
                *part = fma(row, x, part);
            }
        }
        for (out, part) in out.iter_mut().zip(&parts) {
            *out = sum(part);
        }
        first += 4;
    }
    for (r, out) in rest.iter_mut().enumerate() {
        *out = dot(&rows.row(first + r)[..x.len()], x);
    }
}

/// `y <- y - sum_r coefs[r] row_r` over the first rows; `y` gives the length.
#[inline(always)]
pub(super) fn subtract_rows(y: &mut [f64], rows: &Rows, coefs: &[f64]) {
    let len = y.len();
    let (fours, rest) = coefs.as_chunks::<4>();
    let mut first = 0;
    for coefs in fours {
        let [a, b, c, d] = [0, 1, 2, 3].map(
            #[inline(always)]
            |r| lanes(&rows.row(first + r)[..len]),
        );
        for ((((y, a), b), c), d) in lanes_mut(y).iter_mut().zip(a).zip(b).zip(c).zip(d) {
            for (coef, row) in coefs.iter().zip([a, b, c, d]) {
                *y = fma1(-coef, row, y);
            }
        }
        first += 4;
    }
    for (r, coef) in rest.iter().enumerate() {
        subtract(y, *coef, &rows.row(first + r)[..len]);
    }
}

/// `y <- y - coef x`
#[inline(always)]
pub(super) fn subtract(y: &mut [f64], coef: f64, x: &[f64]) {
    for (y, x) in lanes_mut(y).iter_mut().zip(lanes(x)) {
        *y = fma1(-coef, x, y);
    }
}
