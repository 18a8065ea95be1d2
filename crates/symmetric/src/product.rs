//! Symmetric matrix times vector, from one triangle that is read once.

use super::vector::{Lanes, fma, fma1, lanes, lanes_mut, sums};

/// `y <- A x` for the leading symmetric matrix of size `x.len()`, a multiple of 4; rows of `a` are `stride` apart.
///
/// Each entry below the diagonal serves twice as it passes: `y_i += a_ij x_j` and `y_j += a_ij x_i`, four rows at a
/// time. Large matrices are read at the speed of the cache they fit, which is the bound of the whole reduction.
/// Rows at the end where `x` is 0 may hold anything finite; there `y` is scratch.
#[inline(always)]
pub(super) fn multiply(a: &[f64], stride: usize, x: &[f64], y: &mut [f64]) {
    y.fill(0.0);
    let xs = lanes(x);
    for (g, four) in xs.iter().enumerate() {
        let i = 4 * g;
        let row = |r: usize| &a[(i + r) * stride..][..i + 4];
        let rows = [row(0), row(1), row(2), row(3)];
        let beside = |r: usize| lanes(&rows[r][..i]);
        let (before, at) = lanes_mut(y).split_at_mut(g);
        let sums = four_rows([beside(0), beside(1), beside(2), beside(3)], &xs[..g], before, *four);
        for r in 0..4 {
            let mut total = sums[r];
            for c in 0..4 {
                let a = if c <= r { rows[r][i + c] } else { rows[c][i + r] };
                total = a.mul_add(four[c], total);
            }
            at[0][r] = total;
        }
    }
}

#[inline(always)]
fn four_rows(rows: [&[Lanes]; 4], xs: &[Lanes], ys: &mut [Lanes], four: Lanes) -> Lanes {
    let mut parts = [[0.0; 4]; 4];
    let [a, b, c, d] = rows;
    for (((((a, b), c), d), x), y) in a.iter().zip(b).zip(c).zip(d).zip(xs).zip(ys) {
        let mut below = *y;
        for (r, row) in [a, b, c, d].into_iter().enumerate() {
            parts[r] = fma(row, x, &parts[r]);
            below = fma1(four[r], row, &below);
        }
        *y = below;
    }
    sums(parts)
}
