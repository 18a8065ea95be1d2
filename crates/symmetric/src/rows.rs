//! Rows of numbers on cache-line boundaries, padded so that kernels need no remainders.

/// Rows begin on a cache line of 8 numbers; kernels work in steps of 4, 8 or 16.
const LINE: usize = 8;
const STEP: usize = 16;

/// Bytes of a cache line.
const LINE_BYTES: usize = 64;

/// Rows this many numbers apart would compete for the same places in the cache.
const PAGE: usize = 512;

/// Entries beyond `2^+-RANGE` are brought near 1 first, so that squares and cubes stay in the range of numbers.
const RANGE: i32 = 200;

/// The smallest multiple of `step` that is not below `n`.
#[inline(always)]
pub(super) const fn round_up(n: usize, step: usize) -> usize {
    n.div_ceil(step) * step
}

/// Distance of the beginnings of rows with `len` numbers each.
#[inline(always)]
fn stride_of(len: usize) -> usize {
    let stride = round_up(len, STEP);
    if stride.is_multiple_of(PAGE) { stride + STEP } else { stride }
}

/// Numbers that the rows of an n x n matrix take.
pub(super) fn room(n: usize) -> usize {
    round_up(n, 4) * stride_of(n) + LINE
}

/// A block of rows; where it lies in memory is no input to any number.
pub(super) struct Rows {
    cells: Vec<f64>,
    /// Cells before the first cache line.
    skipped: usize,
    stride: usize,
}

impl Rows {
    /// `count` rows for at least `len` numbers each, all 0.
    pub fn zeros(count: usize, len: usize) -> Self {
        let stride = stride_of(len);
        let cells = vec![0.0; count * stride + LINE];
        let skipped = cells.as_ptr().align_offset(LINE_BYTES).min(LINE);
        Rows { cells, skipped, stride }
    }

    /// Takes over `cells`, the numbers of a square matrix (n x n) row after row: the lower triangle stays, `scale` times as
    /// large, and everything else becomes 0. Whole groups of four rows, so that kernels may run over the end of the triangle.
    #[inline(always)]
    pub fn lower(mut cells: Vec<f64>, n: usize, scale: f64) -> Self {
        let (stride, len) = (stride_of(n), room(n));
        // `resize` alone would ask for twice as much.
        cells.reserve_exact(len - cells.len());
        cells.resize(len, 0.0);
        let skipped = cells.as_ptr().align_offset(LINE_BYTES).min(LINE);
        // From the last row up: each moves to where nothing is left to be read.
        for i in (0..n).rev() {
            let begin = skipped + i * stride;
            cells.copy_within(i * n..=i * n + i, begin);
            cells[begin + i + 1..begin + stride].fill(0.0);
            if scale != 1.0 {
                cells[begin..=begin + i].iter_mut().for_each(|a| *a *= scale);
            }
        }
        cells[..skipped].fill(0.0);
        cells[skipped + n * stride..].fill(0.0);
        Rows { cells, skipped, stride }
    }

    /// All numbers there is room for, their order lost.
    pub fn into_cells(self) -> Vec<f64> {
        self.cells
    }

    /// Distance of the beginnings of two rows.
    #[inline(always)]
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Everything, row after row.
    #[inline(always)]
    pub fn all(&self) -> &[f64] {
        &self.cells[self.skipped..]
    }

    /// Everything, row after row.
    #[inline(always)]
    pub fn all_mut(&mut self) -> &mut [f64] {
        &mut self.cells[self.skipped..]
    }

    /// Row `i` with its padding.
    #[inline(always)]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.cells[self.skipped + i * self.stride..][..self.stride]
    }

    /// Row `i` with its padding.
    #[inline(always)]
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.cells[self.skipped + i * self.stride..][..self.stride]
    }
}

/// The lower triangle of a symmetric matrix as kernels take it: row `i` holds columns `0..=i`, what follows in it is
/// scratch.
pub(super) struct Lower {
    pub rows: Rows,
    /// What the entries were multiplied with: a power of two, 1 unless they are tiny or huge.
    pub scale: f64,
}

impl Lower {
    /// The lower triangle of `matrix` (n x n), in its own memory; `None` when an entry, in either triangle, is not finite.
    #[inline(always)]
    pub fn of(matrix: Vec<f64>, n: usize) -> Option<Self> {
        assert_eq!(matrix.len(), n * n, "a square matrix");
        let scale = scale_for(largest(&matrix)?);
        Some(Lower { rows: Rows::lower(matrix, n, scale), scale })
    }
}

/// Largest absolute entry; `None` when one is not finite.
#[inline(always)]
fn largest(matrix: &[f64]) -> Option<f64> {
    // 0 times a number that is not finite is not a number.
    let (mut size, mut spoiled) = ([0.0f64; 8], [0.0f64; 8]);
    let (chunks, rest) = matrix.as_chunks::<8>();
    for chunk in chunks {
        for l in 0..8 {
            let a = chunk[l].abs();
            size[l] = if a > size[l] { a } else { size[l] };
            spoiled[l] += 0.0 * a;
        }
    }
    for &a in rest {
        size[0] = if a.abs() > size[0] { a.abs() } else { size[0] };
        spoiled[0] += 0.0 * a;
    }
    let is_finite = spoiled.iter().all(|&s| s == 0.0);
    is_finite.then(|| size.iter().fold(0.0, |a, &b| if b > a { b } else { a }))
}

/// A power of two that brings `size` near 1; 1 when it is not needed.
#[inline(always)]
fn scale_for(size: f64) -> f64 {
    let exponent = ((size.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    if size == 0.0 || exponent.abs() <= RANGE {
        return 1.0;
    }
    // Its own inverse must be a normal number, too; subnormal sizes come out at 2^-52 or larger.
    power_of_two((-exponent).clamp(-1022, 1022))
}

#[inline(always)]
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}
