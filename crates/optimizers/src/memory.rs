//! What a rule remembers of runs side by side, kept for it.

use crate::lane::Lane;
use crate::rule::Memory;

/// What a rule remembers of the runs side by side.
pub(crate) struct Remembered {
    /// Each (dim x width).
    pub(crate) vectors: Vec<Vec<f64>>,
    /// Those of one run after those of another.
    pub(crate) numbers: Vec<f64>,
    pub(crate) first: Memory,
}

impl Remembered {
    /// Room for runs that have not begun.
    pub(crate) fn new(first: Memory, dim: usize, width: usize) -> Self {
        let vectors = first.vectors.iter().map(|&value| vec![value; dim * width]).collect();
        Self { vectors, numbers: first.numbers.repeat(width), first }
    }

    /// Back to the first values, as before the first step of an attempt.
    pub(crate) fn reset(&mut self, width: usize, lane: usize) {
        for (vector, &value) in self.vectors.iter_mut().zip(&self.first.vectors) {
            vector.iter_mut().skip(lane).step_by(width).for_each(|number| *number = value);
        }
        let count = self.first.numbers.len();
        self.numbers[lane * count..(lane + 1) * count].copy_from_slice(&self.first.numbers);
    }

    /// The numbers of a run.
    pub(crate) fn numbers_of(&self, lane: usize) -> &[f64] {
        let count = self.first.numbers.len();
        &self.numbers[lane * count..(lane + 1) * count]
    }

    /// The same runs, those in `lanes` alone, in `width` lanes.
    pub(crate) fn narrowed(&self, dim: usize, from: usize, lanes: &[usize], width: usize) -> Self {
        let mut narrow = Self::new(self.first.clone(), dim, width);
        for (to, &lane) in lanes.iter().enumerate() {
            for (vector, narrow) in self.vectors.iter().zip(&mut narrow.vectors) {
                Lane::new(vector, from, lane).copy_to_lane(narrow, width, to);
            }
            let count = self.first.numbers.len();
            narrow.numbers[to * count..(to + 1) * count].copy_from_slice(self.numbers_of(lane));
        }
        narrow
    }
}
