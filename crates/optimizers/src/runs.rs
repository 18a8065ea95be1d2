//! Runs side by side, as an update rule sees them: one pass moves all of them.

use crate::lane::Lane;
use crate::memory::Remembered;
use crate::turns::{Turn, Turns};
use crate::vector::{Survey, norm_from};
use autodiff::{Points, Repeated, Stream, Update, copy_lanes, update_points};
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
    pub(crate) turns: &'s mut Turns,
    pub(crate) is_minibatch: bool,
    /// Where the points are to be kept before they move (dim x width).
    pub(crate) kept: Option<&'s mut [f64]>,
    /// Sums of the squares of the gradients (width,), where they are known.
    pub(crate) of_grad: Option<&'s Repeated>,
    /// Sum of the squares of all coordinates of all points, NaN where it is not known.
    pub(crate) of_all_x: f64,
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

/// The step of a run, apart from where it leads.
pub struct Step<'s> {
    /// Steps before this one in this attempt: 0, 1, ...
    pub t: u64,
    /// What the schedule multiplies the learning rate by: 1 without one.
    pub lr_factor: f64,
    /// The numbers that the rule remembers of the run.
    pub numbers: &'s mut [f64],
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

/// Gives all runs the `count` numbers of the run in this lane.
fn share(memory: &mut [f64], count: usize, lane: usize) {
    match count {
        0 => {}
        // As in Adam: a copy in one piece.
        2 => {
            let two = [memory[2 * lane], memory[2 * lane + 1]];
            memory.as_chunks_mut().0.fill(two);
        }
        _ => {
            for other in 0..memory.len() / count {
                memory.copy_within(lane * count..(lane + 1) * count, other * count);
            }
        }
    }
}

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
        if let Some(kept) = self.kept.take() {
            copy_lanes(self.x, kept, None);
        }
        self.of_all_x = f64::NAN; // they may move
        let Remembered { vectors, numbers, first } = &mut *self.memory;
        let count = first.numbers.len();
        for (lane, turn) in self.turns.turns.iter_mut().enumerate().filter(|(_, turn)| turn.is_on) {
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

    /// The same for numbers that depend on the step alone, and on what is remembered from such steps: computed once for runs
    /// that step in time, and with the same bits for others.
    pub fn per_step<const F: usize>(&mut self, numbers: impl Fn(Step<'_>) -> [f64; F]) -> [PerRun; F] {
        let Remembered { numbers: memory, first, .. } = &mut *self.memory;
        let count = first.numbers.len();
        let mut found = [const { PerRun([0.0; Points::WIDEST]) }; F];
        let like = self.turns.like(memory);
        let mut of_lane = |lane: usize| {
            let Turn { t, lr_factor, .. } = self.turns.turns[lane];
            numbers(Step { t, lr_factor, numbers: &mut memory[lane * count..(lane + 1) * count] })
        };
        if let Some(lane) = like {
            let numbers = of_lane(lane);
            found.iter_mut().zip(numbers).for_each(|(found, number)| found.0.fill(number));
            share(memory, count, lane);
            return found;
        }
        for lane in (0..self.width).filter(|&lane| self.turns.turns[lane].is_on) {
            let numbers = of_lane(lane);
            found.iter_mut().zip(numbers).for_each(|(found, number)| found.0[lane] = number);
        }
        found.iter_mut().for_each(|found| repeat(&mut found.0, self.width));
        found
    }

    /// `lr` times the factor of the schedule.
    pub fn lr(&mut self, lr: f64) -> PerRun {
        let [rates] = self.per_step(|step| [lr * step.lr_factor]);
        rates
    }

    /// Euclidean norm of the gradient.
    pub fn grad_norms(&self) -> PerRun {
        let Some(sums) = self.of_grad else { return self.norms_of(self.grad) };
        let mut norms = PerRun([0.0; Points::WIDEST]);
        for (lane, (norm, &sum)) in norms.0.iter_mut().zip(sums).take(self.width).enumerate() {
            *norm = norm_from(sum, Lane::new(self.grad, self.width, lane));
        }
        repeat(&mut norms.0, self.width);
        norms
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
        let factors = factors.map(|PerRun(numbers)| numbers);
        self.of_all_x = update_points(update, self.x, self.grad, vectors, factors, self.kept.take());
    }
}
