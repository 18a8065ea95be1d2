//! Tridiagonal form of a small matrix: one pass over it per step, all of it in the nearest cache.

use super::reflector::{finish_pair, reflect};
use super::rows::{Rows, round_up};
use super::tridiagonal::Tridiagonal;
use super::vector::{Lanes, fma, fma1, lanes, lanes_mut, subtract, sums};

/// Reduces the leading `m x m` matrix of `a` and leaves the reflectors in its rows.
///
/// Both triangles are kept, which costs half as many operations again and saves the second direction of every
/// product: the pass that subtracts the last step's `v w^T + w v^T` also multiplies with the next reflector.
#[inline(always)]
pub(super) fn reduce(a: &mut Rows, m: usize, out: &mut Tridiagonal) {
    if m == 0 {
        return;
    }
    let mut square = mirrored(a, m);
    let stride = square.stride();
    let [mut v, mut w] = [vec![0.0; stride], vec![0.0; stride]];
    let [mut next_v, mut next_w] = [vec![0.0; stride], vec![0.0; stride]];
    for k in (0..m).rev() {
        let (len, wide) = (round_up(k, 4), round_up(k + 1, 4));
        let x = &mut square.row_mut(k)[..wide];
        subtract(x, v[k], &w[..wide]);
        subtract(x, w[k], &v[..wide]);
        out.diagonal[k] = x[k];
        if k == 0 {
            break;
        }
        (out.beside[k - 1], out.taus[k]) = reflect(x, k);
        a.row_mut(k)[..wide].copy_from_slice(x);
        next_v[..wide].copy_from_slice(x);
        update_and_multiply(square.all_mut(), stride, [&v[..len], &w[..len], &next_v[..len]], &mut next_w[..len]);
        next_w[len..].fill(0.0);
        finish_pair(&next_v[..wide], &mut next_w[..wide], k, out.taus[k]);
        std::mem::swap(&mut v, &mut next_v);
        std::mem::swap(&mut w, &mut next_w);
    }
}

/// A copy of the leading `m x m` matrix with both triangles, in whole groups of four rows.
#[inline(always)]
fn mirrored(a: &Rows, m: usize) -> Rows {
    let mut square = Rows::zeros(round_up(m, 4), m);
    for i in 0..m {
        square.row_mut(i)[..=i].copy_from_slice(&a.row(i)[..=i]);
    }
    let (stride, cells) = (square.stride(), square.all_mut());
    for i in 0..m {
        for j in 0..i {
            cells[j * stride + i] = cells[i * stride + j];
        }
    }
    square
}

/// `A <- A - v w^T - w v^T`, then `y <- A x`, in one pass; all vectors have the same length, a multiple of 4.
#[inline(always)]
fn update_and_multiply(a: &mut [f64], stride: usize, [v, w, x]: [&[f64]; 3], y: &mut [f64]) {
    let four_rows = a.chunks_exact_mut(4 * stride);
    for (((block, y), v4), w4) in four_rows.zip(lanes_mut(y)).zip(lanes(v)).zip(lanes(w)) {
        let (first, block) = block.split_at_mut(stride);
        let (second, block) = block.split_at_mut(stride);
        let (third, fourth) = block.split_at_mut(stride);
        let len = v.len();
        let rows = [
            lanes_mut(&mut first[..len]),
            lanes_mut(&mut second[..len]),
            lanes_mut(&mut third[..len]),
            lanes_mut(&mut fourth[..len]),
        ];
        *y = four_sums(rows, v4, w4, [lanes(v), lanes(w), lanes(x)]);
    }
}

#[inline(always)]
fn four_sums(rows: [&mut [Lanes]; 4], v4: &Lanes, w4: &Lanes, [v, w, x]: [&[Lanes]; 3]) -> Lanes {
    let mut parts = [[0.0; 4]; 4];
    let [a, b, c, d] = rows;
    for ((((((a, b), c), d), v), w), x) in a.iter_mut().zip(b).zip(c).zip(d).zip(v).zip(w).zip(x) {
        for (r, row) in [a, b, c, d].into_iter().enumerate() {
            *row = fma1(-v4[r], w, &fma1(-w4[r], v, row));
            parts[r] = fma(row, x, &parts[r]);
        }
    }
    sums(parts)
}
