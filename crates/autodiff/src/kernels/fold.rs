//! Sums of products of slots: with factors that are the same in all lanes, and with others.
#![expect(clippy::needless_range_loop, reason = "indices into arrays of registers, see the module above")]

use crate::program::{Dot, Fold, Place};
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
        while first + 4 * V::LANES <= width {
            dot_columns::<V, 4>(dot, a, b, slots, first);
            first += 4 * V::LANES;
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

/// Where the signals of a fold are.
#[derive(Clone, Copy)]
pub(crate) struct Signals<'p> {
    pub slots: &'p [u32],
    /// The slots they are multiplied by; as many, or none.
    pub others: &'p [u32],
}

impl Signals<'_> {
    /// `N` vectors of signal `t` from lane `first` on.
    ///
    /// # Safety
    /// There is such a signal, its slots exist in `slots`, and the vectors stay within them.
    #[inline(always)]
    unsafe fn load<V: Vector, const N: usize>(self, t: usize, slots: *const V::Element, first: usize) -> [V; N] {
        let mut signal = [V::from_f64(0.0); N];
        // SAFETY: the caller's promise.
        unsafe {
            let from = slots.add(*self.slots.get_unchecked(t) as usize + first);
            for n in 0..N {
                signal[n] = V::load(from.add(n * V::LANES));
            }
            if !self.others.is_empty() {
                let from = slots.add(*self.others.get_unchecked(t) as usize + first);
                for n in 0..N {
                    signal[n] = signal[n] * V::load(from.add(n * V::LANES));
                }
            }
        }
        signal
    }
}

/// Runs one fold over all lanes.
///
/// # Safety
/// `signals`, of which there is one at least, and the places of `fold` name slots of `slots` (each `width` numbers long, a
/// multiple of the vector) and entries of `table`.
#[inline(always)]
pub(crate) unsafe fn fold<V: Vector>(
    fold: &Fold,
    signals: Signals,
    table: *const V::Element,
    slots: *mut V::Element,
    width: usize,
) {
    // SAFETY: passed on. Up to 12 running sums leave room for the signals and a factor in 16 registers, up to 24 in 32.
    unsafe {
        let is_wide = V::REGISTERS == 32;
        match fold.outputs {
            1 => columns::<V, 1, 8>(fold, signals, table, slots, width),
            2 => columns::<V, 2, 4>(fold, signals, table, slots, width),
            3 => columns::<V, 3, 4>(fold, signals, table, slots, width),
            4 if is_wide => columns::<V, 4, 4>(fold, signals, table, slots, width),
            5 if is_wide => columns::<V, 5, 4>(fold, signals, table, slots, width),
            6 if is_wide => columns::<V, 6, 4>(fold, signals, table, slots, width),
            4 => columns::<V, 4, 2>(fold, signals, table, slots, width),
            5 => columns::<V, 5, 2>(fold, signals, table, slots, width),
            _ => columns::<V, 6, 2>(fold, signals, table, slots, width),
        }
    }
}

/// All lanes, `N` vectors at a time, then four, then two, then one.
#[inline(always)]
unsafe fn columns<V: Vector, const M: usize, const N: usize>(
    fold: &Fold,
    signals: Signals,
    table: *const V::Element,
    slots: *mut V::Element,
    width: usize,
) {
    let mut first = 0;
    // SAFETY: passed on; the columns stay within the width.
    unsafe {
        while first + N * V::LANES <= width {
            tile::<V, M, N>(fold, signals, table, slots, first);
            first += N * V::LANES;
        }
        while N > 4 && first + 4 * V::LANES <= width {
            tile::<V, M, 4>(fold, signals, table, slots, first);
            first += 4 * V::LANES;
        }
        while N > 2 && first + 2 * V::LANES <= width {
            tile::<V, M, 2>(fold, signals, table, slots, first);
            first += 2 * V::LANES;
        }
        while first < width {
            tile::<V, M, 1>(fold, signals, table, slots, first);
            first += V::LANES;
        }
    }
}

/// `M` outputs of `N` vectors from lane `first` on.
#[inline(always)]
unsafe fn tile<V: Vector, const M: usize, const N: usize>(
    fold: &Fold,
    signals: Signals,
    table: *const V::Element,
    slots: *mut V::Element,
    first: usize,
) {
    // SAFETY: the caller's promise: slots and entries exist.
    unsafe {
        let mut factor = table.offset(fold.base as isize);
        let (per_output, per_term) = (fold.per_output as isize, fold.per_term as isize);
        let mut sums = [[V::from_f64(0.0); N]; M];
        let signal: [V; N] = signals.load(0, slots, first);
        for o in 0..M {
            let factor = V::splat(*factor.offset(o as isize * per_output));
            match fold.init[o] {
                None => {
                    for n in 0..N {
                        sums[o][n] = factor * signal[n];
                    }
                }
                Some(Place::Lane(slot)) => {
                    let from = slots.add(slot as usize + first);
                    for n in 0..N {
                        sums[o][n] = factor.mul_add(signal[n], V::load(from.add(n * V::LANES)));
                    }
                }
                Some(Place::Shared(entry)) => {
                    let addend = V::splat(*table.add(entry as usize));
                    for n in 0..N {
                        sums[o][n] = factor.mul_add(signal[n], addend);
                    }
                }
            }
        }
        for t in 1..signals.slots.len() {
            factor = factor.offset(per_term);
            let signal: [V; N] = signals.load(t, slots, first);
            for o in 0..M {
                let factor = V::splat(*factor.offset(o as isize * per_output));
                for n in 0..N {
                    sums[o][n] = factor.mul_add(signal[n], sums[o][n]);
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
