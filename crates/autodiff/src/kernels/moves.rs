//! Numbers moved between slots, rows and panels.
#![expect(clippy::needless_range_loop, reason = "indices into arrays of registers, see the module above")]

use crate::program::Turn;
use crate::vector::Vector;

/// Writes slots transposed, every lane of them: lane after lane, `stride` numbers apart from position `to` on.
///
/// # Safety
/// The slots exist in `slots`, each `width` numbers long, a multiple of the vector, and so do `stride` slots from `to`.
#[inline(always)]
pub(crate) unsafe fn transpose<V: Vector>(from: &[u32], stride: usize, to: u32, slots: *mut V::Element, width: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let to = slots.add(to as usize);
        let mut column = 0;
        while column + V::LANES <= from.len() {
            let mut lane = 0;
            while lane < width {
                V::transpose(slots.add(lane), from.as_ptr().add(column), to.add(lane * stride + column), stride);
                lane += V::LANES;
            }
            column += V::LANES;
        }
        while column < from.len() {
            let from = slots.add(from[column] as usize);
            for lane in 0..width {
                *to.add(lane * stride + column) = *from.add(lane);
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

/// Transposes matrices of inputs into a table.
///
/// # Safety
/// The places of all exist, in `inputs` and in `table`.
#[inline(always)]
pub(crate) unsafe fn turn<V: Vector>(turns: &[Turn], inputs: *const V::Element, table: *mut V::Element) {
    let mut starts = [0; 16];
    for &Turn { from, rows, columns, distance, to, stride } in turns {
        let whole = (rows - rows % V::LANES, columns - columns % V::LANES);
        // SAFETY: the caller's promise; whole squares first, then what is left of both.
        unsafe {
            let (from, to) = (inputs.add(from), table.add(to as usize));
            let mut row = 0;
            while row < whole.0 {
                for i in 0..V::LANES {
                    starts[i] = ((row + i) * distance) as u32;
                }
                let mut column = 0;
                while column < whole.1 {
                    V::transpose(from.add(column), starts.as_ptr(), to.add(column * stride + row), stride);
                    column += V::LANES;
                }
                row += V::LANES;
            }
            for row in 0..rows {
                let first = if row < whole.0 { whole.1 } else { 0 };
                for column in first..columns {
                    *to.add(column * stride + row) = *from.add(row * distance + column);
                }
            }
        }
    }
}
