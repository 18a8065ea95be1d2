//! The inner loops that large programs spend their time in: sums of products with the sums kept in registers.
//!
//! Slots are given as positions of their first lane. Loops are written out: a closure handed to an iterator or to
//! `array::map` would be compiled for the plain machine.
#![expect(clippy::needless_range_loop, reason = "indices into arrays of registers, see above")]

use crate::program::{Contraction, Dot, Fold, Panel, Place};
use crate::vector::Vector;

/// Runs one sum of products of slots over all lanes.
///
/// # Safety
/// The slots named exist in `slots`, each `width` numbers long, a multiple of the vector; `a` and `b` are as long.
#[inline(always)]
pub(crate) unsafe fn dot<V: Vector>(dot: &Dot, a: &[u32], b: &[u32], slots: *mut V::Element, width: usize) {
    let mut first = 0;
    // SAFETY: passed on; the columns stay within the width.
    unsafe {
        while first + 8 * V::LANES <= width {
            dot_columns::<V, 8>(dot, a, b, slots, first);
            first += 8 * V::LANES;
        }
        while first + 2 * V::LANES <= width {
            dot_columns::<V, 2>(dot, a, b, slots, first);
            first += 2 * V::LANES;
        }
        while first < width {
            dot_columns::<V, 1>(dot, a, b, slots, first);
            first += V::LANES;
        }
    }
}

#[inline(always)]
unsafe fn dot_columns<V: Vector, const N: usize>(
    dot: &Dot,
    a: &[u32],
    b: &[u32],
    slots: *mut V::Element,
    first: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let slots = slots.add(first);
        let mut sums = [V::from_f64(0.0); N];
        let (from_a, from_b) = (slots.add(a[0] as usize), slots.add(b[0] as usize));
        for n in 0..N {
            let (a, b) = (V::load(from_a.add(n * V::LANES)), V::load(from_b.add(n * V::LANES)));
            sums[n] = match dot.init {
                None => a * b,
                Some(init) => a.mul_add(b, V::load(slots.add(init as usize + n * V::LANES))),
            };
        }
        for t in 1..a.len() {
            let (from_a, from_b) = (slots.add(*a.get_unchecked(t) as usize), slots.add(*b.get_unchecked(t) as usize));
            for n in 0..N {
                let (a, b) = (V::load(from_a.add(n * V::LANES)), V::load(from_b.add(n * V::LANES)));
                sums[n] = a.mul_add(b, sums[n]);
            }
        }
        for n in 0..N {
            sums[n].store(slots.add(dot.to as usize + n * V::LANES));
        }
    }
}

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

/// All lanes, `N` vectors at a time, then two, then one.
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
            tile::<V, M, N>(fold, terms, table, slots, first);
            first += N * V::LANES;
        }
        while N > 2 && first + 2 * V::LANES <= width {
            tile::<V, M, 2>(fold, terms, table, slots, first);
            first += 2 * V::LANES;
        }
        while first < width {
            tile::<V, M, 1>(fold, terms, table, slots, first);
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
    first: usize,
) {
    // SAFETY: the caller's promise: slots and entries exist.
    unsafe {
        let mut factor = table.offset(fold.base as isize);
        let (per_output, per_term) = (fold.per_output as isize, fold.per_term as isize);
        let mut signals = [V::from_f64(0.0); N];
        let mut sums = [[V::from_f64(0.0); N]; M];
        let from = slots.add(terms[0] as usize + first);
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
                    let from = slots.add(slot as usize + first);
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
            let from = slots.add(slot as usize + first);
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
                sums[o][n].store(slots.add(fold.to[o] as usize + first + n * V::LANES));
            }
        }
    }
}

/// Writes the slots of a panel transposed, every lane of them.
///
/// # Safety
/// The slots exist in `slots`, each `width` numbers long, a multiple of the vector, and so do `stride` slots from `to`.
#[inline(always)]
pub(crate) unsafe fn transpose<V: Vector>(panel: &Panel, from: &[u32], slots: *mut V::Element, width: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let to = slots.add(panel.to as usize);
        let mut column = 0;
        while column + V::LANES <= from.len() {
            let mut lane = 0;
            while lane < width {
                V::transpose(
                    slots.add(lane),
                    from.as_ptr().add(column),
                    to.add(lane * panel.stride + column),
                    panel.stride,
                );
                lane += V::LANES;
            }
            column += V::LANES;
        }
        while column < from.len() {
            let from = slots.add(from[column] as usize);
            for lane in 0..width {
                *to.add(lane * panel.stride + column) = *from.add(lane);
            }
            column += 1;
        }
    }
}

/// Writes rows of `width` numbers, lane k's at `from + starts[k]`, to slots: number c to `to + c * lanes`. Overwrites
/// `starts`.
///
/// # Safety
/// The rows exist, their number is a multiple of the vector, and `to` has `width` slots of as many lanes.
#[inline(always)]
pub(crate) unsafe fn gather<V: Vector>(from: *const V::Element, starts: &mut [u32], width: usize, to: *mut V::Element) {
    let lanes = starts.len();
    let mut first = 0;
    while first < lanes {
        // SAFETY: the caller's promise; a square lies within the rows and the slots.
        unsafe {
            let starts = starts.as_mut_ptr().add(first);
            let to = to.add(first);
            let mut cell = 0;
            while cell + V::LANES <= width {
                V::transpose(from, starts, to.add(cell * lanes), lanes);
                for k in 0..V::LANES {
                    *starts.add(k) += V::LANES as u32;
                }
                cell += V::LANES;
            }
            while cell < width {
                for k in 0..V::LANES {
                    *to.add(cell * lanes + k) = *from.add(*starts.add(k) as usize);
                    *starts.add(k) += 1;
                }
                cell += 1;
            }
        }
        first += V::LANES;
    }
}

/// Writes the first `count` lanes of `width` slots, one after another from `from` on, to rows of `width` numbers.
///
/// # Safety
/// The slots have `lanes` lanes, a multiple of the vector and at least `count`; `to` has room for `count` rows.
#[inline(always)]
pub(crate) unsafe fn scatter<V: Vector>(
    from: *const V::Element,
    lanes: usize,
    count: usize,
    width: usize,
    to: *mut V::Element,
) {
    // SAFETY: the caller's promise; whole squares of lanes and slots first, then what is left of both.
    unsafe {
        let whole = (count - count % V::LANES, width - width % V::LANES);
        let mut slots = [0; 16];
        let mut slot = 0;
        while slot < whole.1 {
            for i in 0..V::LANES {
                slots[i] = ((slot + i) * lanes) as u32;
            }
            let mut lane = 0;
            while lane < whole.0 {
                V::transpose(from.add(lane), slots.as_ptr(), to.add(lane * width + slot), width);
                lane += V::LANES;
            }
            slot += V::LANES;
        }
        for lane in 0..count {
            let first = if lane < whole.0 { whole.1 } else { 0 };
            for slot in first..width {
                *to.add(lane * width + slot) = *from.add(slot * lanes + lane);
            }
        }
    }
}

/// Adds the products of left slots and a panel to the sums of a contraction, lane after lane for the first `lanes`; above
/// the diagonal only where that is easier than not to, when `is_lower`. The sums begin at 0 where `is_new`. Those that only
/// fill up a row are left in any state.
///
/// # Safety
/// The slots and the panel exist in `slots` and hold at least `lanes` lanes; `sums` has a row of `stride` for each slot of
/// `left` from `first` on.
#[inline(always)]
pub(crate) unsafe fn contract<V: Vector>(
    it: &Contraction,
    left: &[u32],
    panel: &Panel,
    slots: *const V::Element,
    lanes: usize,
    sums: *mut V::Element,
    is_new: bool,
) {
    let columns = (panel.slots.1 - panel.slots.0) as usize;
    // Six rows at most, two vectors of columns: twelve running sums, two vectors of the panel and a factor.
    let rows = left.len().div_ceil(left.len().div_ceil(6));
    let mut row = 0;
    while row < left.len() {
        let count = rows.min(left.len() - row);
        let needed = if it.is_lower { (row + count).min(columns) } else { columns };
        let mut column = 0;
        while column < needed {
            // SAFETY: passed on; rows of the panel and of the sums are padded to whole vectors.
            unsafe {
                let left = left.as_ptr().add(row);
                let panel_at = slots.add(panel.to as usize + column);
                let sums = sums.add(it.first as usize + row * panel.stride + column);
                let is_wide = column + V::LANES < needed;
                match (count, is_wide) {
                    (1, true) => block::<V, 1, 2>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (2, true) => block::<V, 2, 2>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (3, true) => block::<V, 3, 2>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (4, true) => block::<V, 4, 2>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (5, true) => block::<V, 5, 2>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (_, true) => block::<V, 6, 2>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (1, false) => block::<V, 1, 1>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (2, false) => block::<V, 2, 1>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (3, false) => block::<V, 3, 1>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (4, false) => block::<V, 4, 1>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (5, false) => block::<V, 5, 1>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                    (_, false) => block::<V, 6, 1>(left, panel_at, slots, lanes, sums, panel.stride, is_new),
                }
            }
            column += 2 * V::LANES;
        }
        row += count;
    }
}

/// `M` rows of `N` vectors of sums.
#[inline(always)]
unsafe fn block<V: Vector, const M: usize, const N: usize>(
    left: *const u32,
    panel: *const V::Element,
    slots: *const V::Element,
    lanes: usize,
    sums: *mut V::Element,
    stride: usize,
    is_new: bool,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut from = [slots; M];
        let mut parts = [[V::from_f64(0.0); N]; M];
        for i in 0..M {
            from[i] = slots.add(*left.add(i) as usize);
            if !is_new {
                for n in 0..N {
                    parts[i][n] = V::load(sums.add(i * stride + n * V::LANES));
                }
            }
        }
        let mut panel = panel;
        let mut b = [V::from_f64(0.0); N];
        for lane in 0..lanes {
            for n in 0..N {
                b[n] = V::load(panel.add(n * V::LANES));
            }
            for i in 0..M {
                let a = V::splat(*from[i].add(lane));
                for n in 0..N {
                    parts[i][n] = a.mul_add(b[n], parts[i][n]);
                }
            }
            panel = panel.add(stride);
        }
        for i in 0..M {
            for n in 0..N {
                parts[i][n].store(sums.add(i * stride + n * V::LANES));
            }
        }
    }
}
