//! One run's numbers among those of runs side by side.

use std::borrow::Cow;

/// The numbers of one lane: coordinate i of the run in lane k is number `i * width + k`. A point by itself is the only
/// lane of a width of 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane<'n> {
    numbers: &'n [f64],
    width: usize,
    lane: usize,
}

impl<'n> Lane<'n> {
    /// Of numbers side by side (dim x width).
    pub(crate) fn new(numbers: &'n [f64], width: usize, lane: usize) -> Self {
        assert!(lane < width, "a lane of {width}");
        Self { numbers, width, lane }
    }

    /// A vector (dim,) by itself.
    pub(crate) fn alone(numbers: &'n [f64]) -> Self {
        Self::new(numbers, 1, 0)
    }

    /// One after another.
    pub(crate) fn iter(self) -> impl Iterator<Item = f64> {
        self.numbers.iter().copied().skip(self.lane).step_by(self.width)
    }

    /// As a vector (dim,).
    pub(crate) fn to_vec(self) -> Vec<f64> {
        self.iter().collect()
    }

    /// As a vector (dim,) to be read; copied only where they are not next to each other.
    pub(crate) fn vector(self) -> Cow<'n, [f64]> {
        if self.width == 1 { Cow::Borrowed(self.numbers) } else { Cow::Owned(self.to_vec()) }
    }

    /// Copies them to a vector (dim,).
    pub(crate) fn copy_to(self, to: &mut [f64]) {
        to.iter_mut().zip(self.iter()).for_each(|(to, number)| *to = number);
    }

    /// Copies them to a lane of other numbers side by side (dim x width).
    pub(crate) fn copy_to_lane(self, numbers: &mut [f64], width: usize, lane: usize) {
        numbers.iter_mut().skip(lane).step_by(width).zip(self.iter()).for_each(|(to, number)| *to = number);
    }
}

/// Writes a vector (dim,) to a lane of numbers side by side (dim x width).
pub(crate) fn set_lane(numbers: &mut [f64], width: usize, lane: usize, vector: &[f64]) {
    numbers.iter_mut().skip(lane).step_by(width).zip(vector).for_each(|(to, &number)| *to = number);
}
