//! The two inner loops that large programs spend their time in: small matrix products without packing, with the sums
//! kept in registers.
//!
//! Loops are written out: a closure handed to an iterator or to `array::map` would be compiled for the plain machine.
#![expect(clippy::needless_range_loop, reason = "indices into arrays of registers, see above")]

use crate::program::{Fold, Place};
use crate::vector::Vector;

/// Runs one fold over all lanes.
///
/// # Safety
/// `terms` and the places of `fold` name slots of `slots` (each `width` numbers long, a multiple of the vector) and
/// entries of `table`.
#[inline(always)]
pub(crate) unsafe fn fold<V: Vector>(
    fold: &Fold,
    terms: &[u32],
    table: *const V::Element,
    slots: *mut V::Element,
    width: usize,
) {
    // SAFETY: passed on. Up to 12 running sums leave room for the signals and a factor in 16 registers.
    unsafe {
        match fold.outputs {
            1 => columns::<V, 1, 8>(fold, terms, table, slots, width),
            2 => columns::<V, 2, 4>(fold, terms, table, slots, width),
            3 => columns::<V, 3, 4>(fold, terms, table, slots, width),
            4 => columns::<V, 4, 2>(fold, terms, table, slots, width),
            5 => columns::<V, 5, 2>(fold, terms, table, slots, width),
            _ => columns::<V, 6, 2>(fold, terms, table, slots, width),
        }
    }
}

/// All lanes, `N` vectors at a time, then one at a time.
#[inline(always)]
unsafe fn columns<V: Vector, const M: usize, const N: usize>(
    fold: &Fold,
    terms: &[u32],
    table: *const V::Element,
    slots: *mut V::Element,
    width: usize,
) {
    let mut first = 0;
    // SAFETY: passed on; the columns stay within the width.
    unsafe {
        while first + N * V::LANES <= width {
            tile::<V, M, N>(fold, terms, table, slots, width, first);
            first += N * V::LANES;
        }
        while first < width {
            tile::<V, M, 1>(fold, terms, table, slots, width, first);
            first += V::LANES;
        }
    }
}

/// `M` outputs of `N` vectors from lane `first` on.
#[inline(always)]
unsafe fn tile<V: Vector, const M: usize, const N: usize>(
    fold: &Fold,
    terms: &[u32],
    table: *const V::Element,
    slots: *mut V::Element,
    width: usize,
    first: usize,
) {
    // SAFETY: the caller's promise: slots and entries exist.
    unsafe {
        let mut factor = table.offset(fold.base as isize);
        let (per_output, per_term) = (fold.per_output as isize, fold.per_term as isize);
        let mut signals = [V::from_f64(0.0); N];
        let mut sums = [[V::from_f64(0.0); N]; M];
        let from = slots.add(terms[0] as usize * width + first);
        for n in 0..N {
            signals[n] = V::load(from.add(n * V::LANES));
        }
        for o in 0..M {
            let factor = V::splat(*factor.offset(o as isize * per_output));
            match fold.init[o] {
                None => {
                    for n in 0..N {
                        sums[o][n] = factor * signals[n];
                    }
                }
                Some(Place::Lane(slot)) => {
                    let from = slots.add(slot as usize * width + first);
                    for n in 0..N {
                        sums[o][n] = factor.mul_add(signals[n], V::load(from.add(n * V::LANES)));
                    }
                }
                Some(Place::Shared(entry)) => {
                    let addend = V::splat(*table.add(entry as usize));
                    for n in 0..N {
                        sums[o][n] = factor.mul_add(signals[n], addend);
                    }
                }
            }
        }
        for &slot in &terms[1..] {
            factor = factor.offset(per_term);
            let from = slots.add(slot as usize * width + first);
            for n in 0..N {
                signals[n] = V::load(from.add(n * V::LANES));
            }
            for o in 0..M {
                let factor = V::splat(*factor.offset(o as isize * per_output));
                for n in 0..N {
                    sums[o][n] = factor.mul_add(signals[n], sums[o][n]);
                }
            }
        }
        for o in 0..M {
            for n in 0..N {
                sums[o][n].store(slots.add(fold.to[o] as usize * width + first + n * V::LANES));
            }
        }
    }
}

/// Adds the sum over the first `lanes` lanes of `left_i right_j` to `sums` (left x right); above the diagonal only
/// where that is easier than not to, when `is_lower`.
///
/// # Safety
/// `left` and `right` name slots of `slots`, each `width` numbers long, a multiple of the vector and at least `lanes`;
/// `sums` has the length stated.
#[inline(always)]
pub(crate) unsafe fn contract<V: Vector>(
    left: &[u32],
    right: &[u32],
    slots: *const V::Element,
    width: usize,
    lanes: usize,
    is_lower: bool,
    sums: &mut [V::Element],
) {
    let columns = right.len();
    // Six rows at most, two columns: twelve running sums, two right vectors and a left one fill the registers.
    let rows = left.len().div_ceil(left.len().div_ceil(6));
    for (i, left) in left.chunks(rows).enumerate() {
        let needed = if is_lower { (i * rows + left.len()).min(columns) } else { columns };
        let mut j = 0;
        while j < needed {
            let wide = j + 2 <= columns;
            // SAFETY: passed on; the tile lies within left x right.
            unsafe {
                let right = right.as_ptr().add(j);
                let sums = sums.as_mut_ptr().add(i * rows * columns + j);
                match (left.len(), wide) {
                    (1, true) => block::<V, 1, 2>(left, right, slots, width, lanes, sums, columns),
                    (2, true) => block::<V, 2, 2>(left, right, slots, width, lanes, sums, columns),
                    (3, true) => block::<V, 3, 2>(left, right, slots, width, lanes, sums, columns),
                    (4, true) => block::<V, 4, 2>(left, right, slots, width, lanes, sums, columns),
                    (5, true) => block::<V, 5, 2>(left, right, slots, width, lanes, sums, columns),
                    (_, true) => block::<V, 6, 2>(left, right, slots, width, lanes, sums, columns),
                    (1, false) => block::<V, 1, 1>(left, right, slots, width, lanes, sums, columns),
                    (2, false) => block::<V, 2, 1>(left, right, slots, width, lanes, sums, columns),
                    (3, false) => block::<V, 3, 1>(left, right, slots, width, lanes, sums, columns),
                    (4, false) => block::<V, 4, 1>(left, right, slots, width, lanes, sums, columns),
                    (5, false) => block::<V, 5, 1>(left, right, slots, width, lanes, sums, columns),
                    (_, false) => block::<V, 6, 1>(left, right, slots, width, lanes, sums, columns),
                }
            }
            j += 2;
        }
    }
}

/// `M x N` products, summed over the lanes.
#[inline(always)]
unsafe fn block<V: Vector, const M: usize, const N: usize>(
    left: &[u32],
    right: *const u32,
    slots: *const V::Element,
    width: usize,
    lanes: usize,
    sums: *mut V::Element,
    columns: usize,
) {
    // SAFETY: the caller's promise: the slots exist and are `width` long, and the sums are there.
    unsafe {
        let (mut from_left, mut from_right) = ([slots; M], [slots; N]);
        for i in 0..M {
            from_left[i] = slots.add(left[i] as usize * width);
        }
        for j in 0..N {
            from_right[j] = slots.add(*right.add(j) as usize * width);
        }
        let zero = V::from_f64(0.0);
        let (mut b, mut parts) = ([zero; N], [[zero; N]; M]);
        let whole = lanes - lanes % V::LANES;
        let mut first = 0;
        while first < whole {
            for j in 0..N {
                b[j] = V::load(from_right[j].add(first));
            }
            for i in 0..M {
                let a = V::load(from_left[i].add(first));
                for j in 0..N {
                    parts[i][j] = a.mul_add(b[j], parts[i][j]);
                }
            }
            first += V::LANES;
        }
        if whole < lanes {
            // Beyond the last lane both factors are 0, whatever the idle lanes hold.
            for j in 0..N {
                b[j] = V::load(from_right[j].add(whole)).keep_first(lanes - whole);
            }
            for i in 0..M {
                let a = V::load(from_left[i].add(whole)).keep_first(lanes - whole);
                for j in 0..N {
                    parts[i][j] = a.mul_add(b[j], parts[i][j]);
                }
            }
        }
        let mut i = 0;
        while N == 2 && i + 2 <= M {
            let four = V::sums(parts[i][0], parts[i][N - 1], parts[i + 1][0], parts[i + 1][N - 1]);
            let (row, next) = (sums.add(i * columns), sums.add((i + 1) * columns));
            *row += four[0];
            *row.add(1) += four[1];
            *next += four[2];
            *next.add(1) += four[3];
            i += 2;
        }
        while i < M {
            for j in 0..N {
                *sums.add(i * columns + j) += parts[i][j].sum();
            }
            i += 1;
        }
    }
}
