//! Householder reduction of a symmetric matrix to tridiagonal form.

use super::compact;
use super::product::multiply;
use super::rank_update::rank_update;
use super::reflector::{finish_pair, reflect};
use super::rows::{Rows, round_up};
use super::vector::{dots, subtract_rows};

/// Reflectors that are collected before the matrix is updated.
const BLOCK: usize = 32;

/// Up to this size a matrix is reduced in one piece.
const COMPACT: usize = 96;

/// `T = Q^T A Q` with `Q = H_{n-1} .. H_1`; `H_k = I - taus[k] v_k v_k^T` acts on the first `k` coordinates.
pub(super) struct Tridiagonal {
    /// `(n,)`
    pub diagonal: Vec<f64>,
    /// `beside[k]` is entry `(k, k + 1)`; `(n,)`, the last is 0.
    pub beside: Vec<f64>,
    /// `(n,)`
    pub taus: Vec<f64>,
}

/// Reduces the matrix in the lower triangle of `a`, from its last row up; row `k` becomes `v_k`, with zeros after it
/// up to a multiple of 4.
///
/// Blocked as LAPACK's dsytrd (Dongarra, Sorensen and Hammarling 1989): within a block of 32 steps the matrix stays
/// as it is and each step corrects the one row and the one product `A v` it needs by the pairs `v, w` so far; then
/// all pairs are subtracted at once. Half of the 4 n^3 / 3 operations are those products, half that update.
#[inline(always)]
pub(super) fn reduce(a: &mut Rows, n: usize) -> Tridiagonal {
    let mut out = Tridiagonal { diagonal: vec![0.0; n], beside: vec![0.0; n], taus: vec![0.0; n] };
    let mut active = n;
    if n > COMPACT {
        let mut pairs = Rows::zeros(2 * BLOCK, n);
        while active > COMPACT {
            let steps = BLOCK.min(active - COMPACT);
            active -= steps;
            block(a, active, steps, &mut pairs, &mut out);
        }
    }
    compact::reduce(a, active, &mut out);
    out
}

/// Eliminates rows `m + steps - 1` down to `m` and updates the leading `m x m` matrix. `pairs` holds v and w in turn.
#[inline(always)]
fn block(a: &mut Rows, m: usize, steps: usize, pairs: &mut Rows, out: &mut Tridiagonal) {
    let mut buffer = [0.0; 2 * BLOCK];
    let mut product = vec![0.0; round_up(m + steps, 4)];
    for step in 0..steps {
        let k = m + steps - 1 - step;
        let (len, wide) = (round_up(k, 4), round_up(k + 1, 4));
        let coefs = &mut buffer[..round_up(2 * step, 4)];
        for (t, coef) in coefs[..2 * step].iter_mut().enumerate() {
            *coef = pairs.row(t ^ 1)[k];
        }
        let x = &mut a.row_mut(k)[..wide];
        subtract_rows(x, pairs, coefs);
        out.diagonal[k] = x[k];
        (out.beside[k - 1], out.taus[k]) = reflect(x, k);
        let (v, w) = (&a.row(k)[..len], &mut product[..len]);
        multiply(a.all(), a.stride(), v, w);
        // A was to be updated first: subtract (V W^T + W V^T) v from the product instead.
        dots(pairs, v, coefs);
        coefs[2 * step..].fill(0.0);
        coefs.as_chunks_mut::<2>().0.iter_mut().for_each(|pair| pair.swap(0, 1));
        subtract_rows(w, pairs, coefs);
        finish_pair(v, w, k, out.taus[k]);
        pairs.row_mut(2 * step)[..len].copy_from_slice(v);
        pairs.row_mut(2 * step + 1)[..len].copy_from_slice(w);
    }
    let stride = a.stride();
    rank_update(a.all_mut(), stride, m, 2 * steps, |k| pairs.row(k), |k| pairs.row(k ^ 1));
}
