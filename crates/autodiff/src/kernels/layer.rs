//! Products of a matrix with stretches of the data rows.
#![expect(clippy::needless_range_loop, reason = "indices into arrays of registers, see the module above")]

use crate::program::Layer;
use crate::vector::Vector;

/// Runs one layer over all lanes, whose rows begin at `starts` of `cells`.
///
/// Here a vector holds outputs of one lane: the numbers of a row are factors that need not stand side by side. The outputs
/// are then transposed to lanes.
///
/// # Safety
/// The layer was validated for `table` and `slots`, whose slots have as many lanes as there are starts, a multiple of the
/// vector and of 4; every row has the columns of the layer.
#[inline(always)]
pub(crate) unsafe fn layer<V: Vector>(
    it: &Layer,
    starts: &[u32],
    cells: *const V::Element,
    table: *const V::Element,
    slots: *mut V::Element,
) {
    let (outputs, stride, width) = (it.outputs as usize, it.stride as usize, starts.len());
    // SAFETY: passed on; factors and scratch are padded to whole vectors, and blocks of rows end with the last.
    unsafe {
        let cells = cells.add(it.column as usize);
        let mut output = 0;
        while output < outputs {
            let is_wide = output + V::LANES < outputs;
            let table = table.add(it.base as usize + output);
            let mut row = 0;
            while row < width {
                let to = slots.add(it.scratch as usize + row * stride + output);
                let starts = starts.as_ptr().add(row);
                // Running sums of 8 rows and two vectors where the registers hold them, else fewer.
                let left = width - row;
                row += match (is_wide, left >= 8) {
                    (true, true) if V::REGISTERS == 32 => rows::<V, 8, 2>(it, starts, cells, table, to),
                    (true, _) => rows::<V, 4, 2>(it, starts, cells, table, to),
                    (false, true) => rows::<V, 8, 1>(it, starts, cells, table, to),
                    (false, false) => rows::<V, 4, 1>(it, starts, cells, table, to),
                };
            }
            output += 2 * V::LANES;
        }
        let mut squares = [0; 16];
        let mut output = 0;
        while output < outputs {
            let mut row = 0;
            while row < width {
                for i in 0..V::LANES {
                    squares[i] = ((row + i) * stride) as u32;
                }
                let from = slots.add(it.scratch as usize + output);
                V::transpose(from, squares.as_ptr(), slots.add(it.to as usize + output * width + row), width);
                row += V::LANES;
            }
            output += V::LANES;
        }
    }
}

/// `M` rows and `N` vectors of outputs; returns `M`.
#[inline(always)]
unsafe fn rows<V: Vector, const M: usize, const N: usize>(
    it: &Layer,
    starts: *const u32,
    cells: *const V::Element,
    table: *const V::Element,
    to: *mut V::Element,
) -> usize {
    let stride = it.stride as usize;
    // SAFETY: the caller's promise.
    unsafe {
        let mut from = [cells; M];
        for i in 0..M {
            from[i] = cells.add(*starts.add(i) as usize);
        }
        let mut sums = [[V::from_f64(0.0); N]; M];
        let mut table = table;
        let mut factors = [V::from_f64(0.0); N];
        for n in 0..N {
            factors[n] = V::load(table.add(n * V::LANES));
        }
        let mut term = 0;
        if it.has_init {
            for i in 0..M {
                sums[i] = factors;
            }
        } else {
            for i in 0..M {
                let signal = V::splat(*from[i]);
                for n in 0..N {
                    sums[i][n] = factors[n] * signal;
                }
            }
            term = 1;
        }
        while term < it.terms as usize {
            table = table.add(stride);
            for n in 0..N {
                factors[n] = V::load(table.add(n * V::LANES));
            }
            for i in 0..M {
                let signal = V::splat(*from[i].add(term));
                for n in 0..N {
                    sums[i][n] = factors[n].mul_add(signal, sums[i][n]);
                }
            }
            term += 1;
        }
        for i in 0..M {
            for n in 0..N {
                sums[i][n].store(to.add(i * it.stride as usize + n * V::LANES));
            }
        }
    }
    M
}
