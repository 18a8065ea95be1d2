//! `C <- C - P^T Q` on a lower triangle: half the work of every blocked reduction, at the speed of the multipliers.

use super::rows::round_up;

/// Rows of C in a tile.
const TALL: usize = 6;

/// Columns of C in a tile. 6 x 8 sums fill 12 of the 16 vector registers; a larger tile spills.
const WIDE: usize = 8;

/// Subtracts `sum_k p(k)[i] q(k)[j]` from `c[i][j]` for `j <= i < m`, `k < depth`; rows of `c` are `stride` apart.
///
/// The sum must be symmetric in i and j. Entries above the diagonal are scratch: some are changed. Tiles take their
/// numbers from packed copies of P and Q, in which those of one tile are neighbours.
#[inline(always)]
pub(super) fn rank_update<'a>(
    c: &mut [f64],
    stride: usize,
    m: usize,
    depth: usize,
    p: impl Fn(usize) -> &'a [f64],
    q: impl Fn(usize) -> &'a [f64],
) {
    let mut q_panels = vec![[0.0; WIDE]; round_up(m, WIDE) / WIDE * depth];
    let mut p_panels = vec![[0.0; TALL]; round_up(m, TALL) / TALL * depth];
    for k in 0..depth {
        pack(&mut q_panels, k, depth, &q(k)[..m]);
        pack(&mut p_panels, k, depth, &p(k)[..m]);
    }
    for (tile_row, p_panel) in p_panels.chunks_exact(depth).enumerate() {
        let top = tile_row * TALL;
        let height = TALL.min(m - top);
        let wanted = (top + height).div_ceil(WIDE);
        for (tile_column, q_panel) in q_panels.chunks_exact(depth).take(wanted).enumerate() {
            let sums = tile(p_panel, q_panel);
            for (r, sums) in sums.iter().enumerate().take(height) {
                let c = &mut c[(top + r) * stride + tile_column * WIDE..][..WIDE];
                for l in 0..WIDE {
                    c[l] -= sums[l];
                }
            }
        }
    }
}

/// Row `k` of a matrix into panels of `W` columns.
#[inline(always)]
fn pack<const W: usize>(panels: &mut [[f64; W]], k: usize, depth: usize, row: &[f64]) {
    let (whole, rest) = row.as_chunks::<W>();
    for (panel, chunk) in panels.chunks_exact_mut(depth).zip(whole) {
        panel[k] = *chunk;
    }
    if !rest.is_empty() {
        panels[whole.len() * depth + k][..rest.len()].copy_from_slice(rest);
    }
}

#[inline(always)]
fn tile(p: &[[f64; TALL]], q: &[[f64; WIDE]]) -> [[f64; WIDE]; TALL] {
    let mut sums = [[0.0; WIDE]; TALL];
    for (p, q) in p.iter().zip(q) {
        for r in 0..TALL {
            for l in 0..WIDE {
                sums[r][l] = p[r].mul_add(q[l], sums[r][l]);
            }
        }
    }
    sums
}
