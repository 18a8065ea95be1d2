//! Runs side by side, as an update rule sees them: one pass moves all of them.

use crate::memory::Remembered;
use crate::vector::Survey;
use autodiff::{Points, Repeated, Stream, Update, update_each};
use std::ops::Index;

/// The runs that step together, with all that a step may know.
///
/// Coordinate i of the run in lane k is number `i * width + k` of `x`, of `grad` and of every vector that is remembered,
/// so a rule that treats each coordinate by itself need not know of lanes: its step is [`Runs::each`] of its [`Update`]. What differs
/// between runs and not between coordinates, such as the learning rate under a schedule, comes from [`Runs::per_run`].
pub struct Runs<'s> {
    pub(crate) width: usize,
    pub(crate) x: &'s mut [f64],
    pub(crate) grad: &'s [f64],
    /// Values (width,).
    pub(crate) f: &'s [f64],
    pub(crate) memory: &'s mut Remembered,
    pub(crate) turns: &'s mut [Turn],
    pub(crate) is_minibatch: bool,
}

/// The part of one run in a step, apart from its numbers.
pub(crate) struct Turn {
    /// Whether it steps; else nobody looks at its lane before a start is written to it.
    is_on: bool,
    t: u64,
    lr_factor: f64,
    /// None without a run.
    random: Option<Stream>,
}

impl Turn {
    /// Of a lane without a run.
    pub(crate) fn empty() -> Self {
        Self { is_on: false, t: 0, lr_factor: 1.0, random: None }
    }

    /// Of a run with this randomness of its rule's own.
    pub(crate) fn of(random: Stream) -> Self {
        Self { random: Some(random), ..Self::empty() }
    }

    /// The number of its next step in the attempt and the factor of its learning rate, or no step.
    pub(crate) fn plan(&mut self, step: Option<(u64, f64)>) {
        self.is_on = step.is_some();
        (self.t, self.lr_factor) = step.unwrap_or((0, 1.0));
    }
}

/// One of the runs.
pub struct Run<'s> {
    /// Value at the point: of the whole objective, or of the minibatch when `is_minibatch`.
    pub f: f64,
    /// Steps before this one in this attempt: 0, 1, ...
    pub t: u64,
    /// What the schedule multiplies the learning rate by: 1 without one.
    pub lr_factor: f64,
    /// Whether value and gradient are those of a minibatch.
    pub is_minibatch: bool,
    /// The numbers that the rule remembers of it.
    pub numbers: &'s mut [f64],
    /// Randomness of the rule's own.
    pub random: &'s mut Stream,
    /// Its lane, the position in a [`PerRun`].
    pub lane: usize,
    width: usize,
    x: &'s mut [f64],
    vectors: &'s mut [Vec<f64>],
}

impl Run<'_> {
    /// Number of variables.
    pub fn dim(&self) -> usize {
        self.x.len() / self.width
    }

    /// Fills a vector that it remembers with standard normal numbers of its own.
    pub fn draw_normal(&mut self, vector: usize) {
        let numbers = self.vectors[vector].iter_mut().skip(self.lane).step_by(self.width);
        numbers.for_each(|number| *number = self.random.normal());
    }

    /// Its point and the vectors it remembers, coordinate by coordinate.
    pub fn coordinates<const V: usize>(&mut self) -> impl Iterator<Item = (&mut f64, [&mut f64; V])> {
        let (lane, width) = (self.lane, self.width);
        let vectors: &mut [Vec<f64>; V] = first_of(self.vectors);
        let mut vectors = vectors.each_mut().map(|vector| vector.iter_mut().skip(lane).step_by(width));
        let x = self.x.iter_mut().skip(lane).step_by(width);
        x.map(move |x| (x, vectors.each_mut().map(|vector| vector.next().expect("as many coordinates"))))
    }
}

/// The first vectors, as many as are asked for.
fn first_of<const V: usize>(vectors: &mut [Vec<f64>]) -> &mut [Vec<f64>; V] {
    vectors.first_chunk_mut().expect("a rule remembers as many vectors as its step names")
}

/// One number for each run.
#[derive(Clone, Debug)]
pub struct PerRun(Repeated);

/// Writes the first `width` numbers, one for each lane, again and again.
pub(crate) fn repeat(numbers: &mut Repeated, width: usize) {
    if width == 1 {
        let number = numbers[0];
        return numbers.fill(number);
    }
    let (first, rest) = numbers.split_at_mut(width);
    rest.chunks_exact_mut(width).for_each(|more| more.copy_from_slice(first));
}

impl Index<usize> for PerRun {
    type Output = f64;

    /// That of the run in this lane.
    fn index(&self, lane: usize) -> &f64 {
        &self.0[lane]
    }
}

impl Runs<'_> {
    /// Shows each run that steps.
    pub fn for_each_run(&mut self, mut see: impl FnMut(&mut Run<'_>)) {
        let Remembered { vectors, numbers, first } = &mut *self.memory;
        let count = first.numbers.len();
        for (lane, turn) in self.turns.iter_mut().enumerate().filter(|(_, turn)| turn.is_on) {
            see(&mut Run {
                f: self.f[lane],
                t: turn.t,
                lr_factor: turn.lr_factor,
                is_minibatch: self.is_minibatch,
                numbers: &mut numbers[lane * count..(lane + 1) * count],
                random: turn.random.as_mut().expect("a run that steps has its randomness"),
                lane,
                width: self.width,
                x: self.x,
                vectors,
            });
        }
    }

    /// Numbers of each run that steps; 0 for others.
    pub fn per_run<const F: usize>(&mut self, mut numbers: impl FnMut(&mut Run<'_>) -> [f64; F]) -> [PerRun; F] {
        let mut found = [const { PerRun([0.0; Points::WIDEST]) }; F];
        self.for_each_run(|run| {
            let (lane, numbers) = (run.lane, numbers(run));
            for f in 0..F {
                found[f].0[lane] = numbers[f];
            }
        });
        found.iter_mut().for_each(|found| repeat(&mut found.0, self.width));
        found
    }

    /// `lr` times the factor of the schedule.
    pub fn lr(&self, lr: f64) -> PerRun {
        let mut rates = PerRun([0.0; Points::WIDEST]);
        for (rate, turn) in rates.0.iter_mut().zip(&*self.turns).filter(|(_, turn)| turn.is_on) {
            *rate = lr * turn.lr_factor;
        }
        repeat(&mut rates.0, self.width);
        rates
    }

    /// Euclidean norm of the gradient.
    pub fn grad_norms(&self) -> PerRun {
        self.norms_of(self.grad)
    }

    /// Euclidean norm of a vector that is remembered.
    pub fn vector_norms(&self, vector: usize) -> PerRun {
        self.norms_of(&self.memory.vectors[vector])
    }

    fn norms_of(&self, v: &[f64]) -> PerRun {
        let mut survey = Survey::default();
        survey.take(self.width, v, v, f64::INFINITY);
        repeat(&mut survey.grad_norms, self.width);
        PerRun(survey.grad_norms)
    }

    /// Puts every coordinate of every run through the formula of `update`: the point, the gradient there, the first of the
    /// vectors that are remembered, and the numbers of the run in `factors`.
    pub fn each<const V: usize, const F: usize>(&mut self, update: &impl Update<V, F>, factors: [&PerRun; F]) {
        let vectors: &mut [Vec<f64>; V] = first_of(&mut self.memory.vectors);
        let vectors = vectors.each_mut().map(Vec::as_mut_slice);
        update_each(update, self.x, self.grad, vectors, factors.map(|PerRun(numbers)| numbers));
    }
}
