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
    // SAFETY: the caller's promise: slots are the rows of a matrix of which the first `count` columns are wanted.
    unsafe { matrix::<V>(from, [width, count], lanes, to, width) };
}

/// Transposes matrices of inputs into a table.
///
/// # Safety
/// The places of all exist, in `inputs` and in `table`.
#[inline(always)]
pub(crate) unsafe fn turn<V: Vector>(turns: &[Turn], inputs: *const V::Element, table: *mut V::Element) {
    for &Turn { from, rows, columns, distance, to, stride } in turns {
        // SAFETY: the caller's promise.
        unsafe { matrix::<V>(inputs.add(from), [rows, columns], distance, table.add(to as usize), stride) };
    }
}

/// Transposes a matrix: row r, `distance` numbers after the one before, becomes column r of rows `stride` apart.
///
/// # Safety
/// All of both exists.
#[inline(always)]
unsafe fn matrix<V: Vector>(
    from: *const V::Element,
    [rows, columns]: [usize; 2],
    distance: usize,
    to: *mut V::Element,
    stride: usize,
) {
    // SAFETY: the caller's promise; whole squares first, then what is left of both.
    unsafe {
        let whole = (rows - rows % V::LANES, columns - columns % V::LANES);
        let mut starts = [0; 16];
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
        for column in 0..columns {
            let first = if column < whole.1 { whole.0 } else { 0 };
            for row in first..rows {
                *to.add(column * stride + row) = *from.add(row * distance + column);
            }
        }
    }
}
