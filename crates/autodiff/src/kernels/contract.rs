//! Outer products summed over the lanes.
#![expect(clippy::needless_range_loop, reason = "indices into arrays of registers, see the module above")]

use crate::program::Contraction;
use crate::vector::Vector;

/// Where the numbers of each lane stand next to each other.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'p, E> {
    pub from: *const E,
    /// Of each lane that is summed: its distance from there.
    pub at: &'p [u32],
}

/// Adds the products of left slots and a panel to the sums of a contraction, lane after lane; above the diagonal only where
/// that is easier than not to, when `is_lower`. The sums begin at 0 where `is_new`. Those that only fill up a row are left
/// in any state.
///
/// # Safety
/// The left slots exist in `slots` and have at least as many lanes; as many numbers as the contraction's columns, in whole
/// vectors, are readable in each lane of the panel; `sums` has a row of its stride for each left slot from its first on.
#[inline(always)]
pub(crate) unsafe fn contract<V: Vector>(
    it: &Contraction,
    left: &[u32],
    panel: Beside<V::Element>,
    slots: *const V::Element,
    sums: *mut V::Element,
    is_new: bool,
) {
    if it.columns == 1 {
        // SAFETY: passed on.
        return unsafe { column::<V>(left, panel, slots, sums.add(it.first as usize), is_new) };
    }
    // Two vectors of columns; their running sums leave room for the vectors themselves and a factor.
    let most = if V::REGISTERS == 32 { 8 } else { 6 };
    let rows = left.len().div_ceil(left.len().div_ceil(most));
    let mut row = 0;
    while row < left.len() {
        let count = rows.min(left.len() - row);
        let needed = if it.is_lower { (row + count).min(it.columns) } else { it.columns };
        let mut column = 0;
        while column < needed {
            // SAFETY: passed on; rows of the panel and of the sums are padded to whole vectors.
            unsafe {
                let left = left.as_ptr().add(row);
                let panel = Beside { from: panel.from.add(column), ..panel };
                let sums = sums.add(it.first as usize + row * it.stride + column);
                let is_wide = column + V::LANES < needed;
                match (count, is_wide) {
                    (1, true) => block::<V, 1, 2>(left, panel, slots, sums, it.stride, is_new),
                    (2, true) => block::<V, 2, 2>(left, panel, slots, sums, it.stride, is_new),
                    (3, true) => block::<V, 3, 2>(left, panel, slots, sums, it.stride, is_new),
                    (4, true) => block::<V, 4, 2>(left, panel, slots, sums, it.stride, is_new),
                    (5, true) => block::<V, 5, 2>(left, panel, slots, sums, it.stride, is_new),
                    (6, true) => block::<V, 6, 2>(left, panel, slots, sums, it.stride, is_new),
                    (7, true) => block::<V, 7, 2>(left, panel, slots, sums, it.stride, is_new),
                    (_, true) => block::<V, 8, 2>(left, panel, slots, sums, it.stride, is_new),
                    (1, false) => block::<V, 1, 1>(left, panel, slots, sums, it.stride, is_new),
                    (2, false) => block::<V, 2, 1>(left, panel, slots, sums, it.stride, is_new),
                    (3, false) => block::<V, 3, 1>(left, panel, slots, sums, it.stride, is_new),
                    (4, false) => block::<V, 4, 1>(left, panel, slots, sums, it.stride, is_new),
                    (5, false) => block::<V, 5, 1>(left, panel, slots, sums, it.stride, is_new),
                    (6, false) => block::<V, 6, 1>(left, panel, slots, sums, it.stride, is_new),
                    (7, false) => block::<V, 7, 1>(left, panel, slots, sums, it.stride, is_new),
                    (_, false) => block::<V, 8, 1>(left, panel, slots, sums, it.stride, is_new),
                }
            }
            column += 2 * V::LANES;
        }
        row += count;
    }
}

/// The sums of a single column, which stand next to each other.
#[inline(always)]
unsafe fn column<V: Vector>(
    left: &[u32],
    panel: Beside<V::Element>,
    slots: *const V::Element,
    sums: *mut V::Element,
    is_new: bool,
) {
    let rows = left.len().div_ceil(left.len().div_ceil(8));
    let mut row = 0;
    while row < left.len() {
        let count = rows.min(left.len() - row);
        // SAFETY: the caller's promise.
        unsafe {
            let (left, sums) = (left.as_ptr().add(row), sums.add(row));
            match count {
                1 => single::<V, 1>(left, panel, slots, sums, is_new),
                2 => single::<V, 2>(left, panel, slots, sums, is_new),
                3 => single::<V, 3>(left, panel, slots, sums, is_new),
                4 => single::<V, 4>(left, panel, slots, sums, is_new),
                5 => single::<V, 5>(left, panel, slots, sums, is_new),
                6 => single::<V, 6>(left, panel, slots, sums, is_new),
                7 => single::<V, 7>(left, panel, slots, sums, is_new),
                _ => single::<V, 8>(left, panel, slots, sums, is_new),
            }
        }
        row += count;
    }
}

/// `M` of these: every number of a vector is the same.
#[inline(always)]
unsafe fn single<V: Vector, const M: usize>(
    left: *const u32,
    panel: Beside<V::Element>,
    slots: *const V::Element,
    sums: *mut V::Element,
    is_new: bool,
) {
    // SAFETY: the caller's promise; the room holds the widest vector.
    unsafe {
        let mut from = [slots; M];
        let mut parts = [V::from_f64(0.0); M];
        for i in 0..M {
            from[i] = slots.add(*left.add(i) as usize);
            if !is_new {
                parts[i] = V::splat(*sums.add(i));
            }
        }
        let mut lane = 0;
        while lane < panel.at.len() {
            let b = V::splat(*panel.from.add(*panel.at.get_unchecked(lane) as usize));
            for i in 0..M {
                parts[i] = V::splat(*from[i].add(lane)).mul_add(b, parts[i]);
            }
            lane += 1;
        }
        let mut room = [V::Element::default(); 16];
        for i in 0..M {
            parts[i].store(room.as_mut_ptr());
            *sums.add(i) = room[0];
        }
    }
}

/// `M` rows of `N` vectors of sums.
#[inline(always)]
unsafe fn block<V: Vector, const M: usize, const N: usize>(
    left: *const u32,
    panel: Beside<V::Element>,
    slots: *const V::Element,
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
        let mut b = [V::from_f64(0.0); N];
        let mut lane = 0;
        while lane < panel.at.len() {
            let panel = panel.from.add(*panel.at.get_unchecked(lane) as usize);
            for n in 0..N {
                b[n] = V::load(panel.add(n * V::LANES));
            }
            for i in 0..M {
                let a = V::splat(*from[i].add(lane));
                for n in 0..N {
                    parts[i][n] = a.mul_add(b[n], parts[i][n]);
                }
            }
            lane += 1;
        }
        for i in 0..M {
            for n in 0..N {
                parts[i][n].store(sums.add(i * stride + n * V::LANES));
            }
        }
    }
}
