//! Plane rotations of rows, collected and applied to a few columns at a time while these are in the cache.

use super::vector::{fma1, lanes, lanes_mut, times};

/// Columns that go through the rotations together; four vector registers carry one row of them.
pub(super) const WIDE: usize = 16;

/// Rotations that are collected before they are applied: this many, 16 KiB, half of the nearest cache, or as many
/// chains, so that a panel is not fetched from afar for each chain alone.
const BATCH: usize = 1024;
const CHAINS: usize = 8;

/// A chain of rotations of neighbouring rows, from row `from` to row `to`, up or down.
#[derive(Clone, Copy)]
pub(super) struct Sweep {
    pub from: usize,
    pub to: usize,
}

/// An `n x n` matrix that starts as the identity and has its rows rotated.
///
/// Kept in panels of 16 columns, so that the rows of a panel are neighbours. No panel knows another: their order and
/// the size of a batch are no input to any number.
pub(super) struct Turned {
    n: usize,
    cells: Vec<[f64; WIDE]>,
    rotations: Vec<(f64, f64)>,
    sweeps: Vec<Sweep>,
}

impl Turned {
    /// The identity.
    pub fn identity(n: usize) -> Self {
        let mut cells = vec![[0.0; WIDE]; n.div_ceil(WIDE) * n];
        for i in 0..n {
            cells[i / WIDE * n + i][i % WIDE] = 1.0;
        }
        Turned { n, cells, rotations: vec![], sweeps: vec![] }
    }

    /// Entry `(row, column)`.
    #[inline(always)]
    pub fn at(&mut self, row: usize, column: usize) -> &mut f64 {
        &mut self.cells[column / WIDE * self.n + row][column % WIDE]
    }

    /// Copies `row` to `out` (n,).
    pub fn copy_row(&self, row: usize, out: &mut [f64]) {
        for (panel, out) in out.chunks_mut(WIDE).enumerate() {
            out.copy_from_slice(&self.cells[panel * self.n + row][..out.len()]);
        }
    }

    /// Begins a chain; what it returns takes `(cos, sin)` of each rotation in turn, `|from - to|` of them. The first
    /// is of row `from` and its neighbour, the second of that and the next: with `a` the row that moves along and `b`
    /// the next, `a' = cos b - sin a` moves on and `sin b + cos a` stays behind.
    #[inline(always)]
    pub fn begin(&mut self, sweep: Sweep) -> impl FnMut(f64, f64) {
        if self.rotations.len() >= BATCH.max(CHAINS * self.n) {
            self.apply();
        }
        self.sweeps.push(sweep);
        let rotations = &mut self.rotations;
        #[inline(always)]
        move |cos, sin| rotations.push((cos, sin))
    }

    /// Applies what has been collected.
    #[inline(always)]
    pub fn apply(&mut self) {
        for panel in self.cells.chunks_exact_mut(self.n.max(1)) {
            let mut rotations = &self.rotations[..];
            for sweep in &self.sweeps {
                let (now, later) = rotations.split_at(sweep.from.abs_diff(sweep.to));
                rotations = later;
                if sweep.from > sweep.to {
                    chain::<true>(&mut panel[sweep.to..=sweep.from], now);
                } else {
                    chain::<false>(&mut panel[sweep.from..=sweep.to], now);
                }
            }
        }
        self.rotations.clear();
        self.sweeps.clear();
    }
}

/// Applies a chain that begins in the last row (`UP`) or the first; one rotation fewer than there are rows.
#[inline(always)]
fn chain<const UP: bool>(mut rows: &mut [[f64; WIDE]], rotations: &[(f64, f64)]) {
    let (fours, rest) = rotations.as_chunks::<4>();
    for four in fours {
        rows = turn::<UP, 4, 5>(rows, four);
    }
    for one in rest {
        rows = turn::<UP, 1, 2>(rows, std::slice::from_ref(one).first_chunk().expect("one"));
    }
}

/// Applies the next `R` rotations to the next `N = R + 1` rows and returns the rows that are left: several at once,
/// so that the moving row stays in registers meanwhile.
#[inline(always)]
fn turn<'a, const UP: bool, const R: usize, const N: usize>(
    rows: &'a mut [[f64; WIDE]],
    rotations: &[(f64, f64); R],
) -> &'a mut [[f64; WIDE]] {
    let len = rows.len();
    let block: &mut [[f64; WIDE]; N] =
        if UP { rows.last_chunk_mut() } else { rows.first_chunk_mut() }.expect("a row more than rotations");
    let at = |t: usize| if UP { R - t } else { t };
    let rotations = *rotations;
    for q in 0..WIDE / 4 {
        let mut moving = lanes(&block[at(0)])[q];
        for (t, (cos, sin)) in rotations.into_iter().enumerate() {
            let next = lanes(&block[at(t + 1)])[q];
            lanes_mut(&mut block[at(t)])[q] = fma1(cos, &moving, &times(sin, &next));
            moving = fma1(-sin, &moving, &times(cos, &next));
        }
        lanes_mut(&mut block[at(R)])[q] = moving;
    }
    if UP { &mut rows[..len - R] } else { &mut rows[R..] }
}
