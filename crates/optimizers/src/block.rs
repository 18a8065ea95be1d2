//! Runs side by side: their points, gradients and memories, where evaluations and steps find them.

use crate::lane::{Lane, set_lane};
use crate::lookout::{Chosen, Lookout};
use crate::memory::Remembered;
use crate::rule::Rule;
use crate::runs::{Runs, repeat};
use crate::terms::Terms;
use crate::turns::Turns;
use crate::vector::Survey;
use autodiff::{Geometry, Objective, Points, Repeated, Stream, copy_lanes};

/// The numbers of the runs of a block, one run in each lane; who they belong to is known elsewhere.
///
/// A lane has the bits of a run alone, so what a run sees does not depend on who is beside it. A lane without a run, or
/// whose run does not step, goes on computing until a start is written to it, and nobody looks.
pub(crate) struct Block<'o> {
    objective: &'o Objective,
    points: Points<'o>,
    memory: Remembered,
    turns: Turns,
    /// The point of the best value of each run (dim x width).
    best: Vec<f64>,
    /// Whether every run is at its best point, which is not copied yet.
    is_at_best: bool,
    /// Values, and what is known of the points and gradients.
    f: Repeated,
    survey: Survey,
    /// Whether the gradients are those that were measured.
    is_measured: bool,
    /// Sum of the squares of all coordinates, NaN where it is not known.
    of_all_x: f64,
    width: usize,
    /// Rows of the last minibatch; a block over data rows has one lane.
    pub(crate) rows: Vec<u32>,
    /// Room for a point and a gradient by themselves (dim,).
    x: Vec<f64>,
    grad: Vec<f64>,
}

impl<'o> Block<'o> {
    /// For up to `count` runs, as many as the function has lanes for.
    pub(crate) fn new(objective: &'o Objective, rule: &dyn Rule, single_precision: bool, count: usize) -> Self {
        let points = if single_precision { objective.single_precision_points(count) } else { objective.points(count) };
        let (dim, width) = (objective.dim(), points.width());
        Self {
            objective,
            points,
            memory: Remembered::new(rule.memory(), dim, width),
            turns: Turns::empty(width),
            best: vec![0.0; dim * width],
            is_at_best: false,
            f: [f64::NAN; Points::WIDEST],
            survey: Survey::default(),
            is_measured: false,
            of_all_x: f64::NAN,
            width,
            rows: Vec::with_capacity(rule.batch()),
            x: vec![0.0; dim],
            grad: vec![0.0; dim],
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The point of a run.
    pub(crate) fn x(&self, lane: usize) -> Lane<'_> {
        Lane::new(self.points.x(), self.width(), lane)
    }

    /// Value there: of the whole objective or of the last minibatch.
    pub(crate) fn f(&self, lane: usize) -> f64 {
        self.f[lane]
    }

    /// Gradient along the surface there, of the same.
    pub(crate) fn grad(&self, lane: usize) -> Lane<'_> {
        Lane::new(self.points.gradient(), self.width(), lane)
    }

    /// Its norm.
    pub(crate) fn grad_norm(&self, lane: usize) -> f64 {
        self.survey.grad_norms[lane]
    }

    /// Whether the point is within the bound of the settings.
    pub(crate) fn is_within(&self, lane: usize) -> bool {
        self.survey.is_within[lane]
    }

    /// The point of the best value of a run.
    pub(crate) fn best(&self, lane: usize) -> Lane<'_> {
        Lane::new(if self.is_at_best { self.points.x() } else { &self.best }, self.width(), lane)
    }

    /// What the rule remembers of a run in single numbers.
    pub(crate) fn numbers(&self, lane: usize) -> &[f64] {
        self.memory.numbers_of(lane)
    }

    /// Gives a lane to a run, with the randomness that its rule may use.
    pub(crate) fn seat(&mut self, lane: usize, random: Stream) {
        self.turns.seat(lane, random);
    }

    /// Writes a start to a lane; the rule remembers nothing there.
    pub(crate) fn begin(&mut self, lane: usize, write: impl FnOnce(&mut [f64])) {
        self.copy_best();
        self.of_all_x = f64::NAN;
        write(&mut self.x);
        self.points.set(lane, &self.x);
        self.memory.reset(self.points.width(), lane);
    }

    /// Values and gradients of the whole objective.
    pub(crate) fn evaluate(&mut self, terms: &Terms<'_>) {
        self.points.evaluate();
        self.measure(terms);
    }

    /// The same of the mean over the data rows in `rows`.
    pub(crate) fn evaluate_on_rows(&mut self, terms: &Terms<'_>) {
        self.points.evaluate_on(&self.rows);
        self.measure(terms);
    }

    fn measure(&mut self, terms: &Terms<'_>) {
        let width = self.width;
        self.f[..width].copy_from_slice(self.points.values());
        let (x, grad) = self.points.x_and_gradient();
        terms.geometry.project_lanes(width, x, grad);
        self.survey.measure(width, x, grad, self.of_all_x, terms.settings.x_above);
        self.is_measured = true;
    }

    /// The lanes in which something happens, as seen from a lookout over all.
    pub(crate) fn watch_from(&self, lookout: &mut Lookout, terms: &Terms<'_>) -> Chosen {
        lookout.look(&terms.bounds, &self.f[..self.width], &self.survey.squares)
    }

    /// Finds what is to be known of one lane: the norm of its gradient, and whether it is within the bound.
    pub(crate) fn look_at(&mut self, lane: usize, terms: &Terms<'_>) {
        let [x, grad] = [self.points.x(), self.points.gradient()].map(|numbers| Lane::new(numbers, self.width, lane));
        self.survey.conclude(x, grad, lane, terms.settings.x_above);
    }

    /// Keeps the points of the lanes that are `chosen`, with a 1, as the best ones. Where all are, they are kept when they move.
    pub(crate) fn keep_best(&mut self, chosen: &mut Repeated) {
        let count = chosen[..self.width].iter().sum::<f64>();
        if count == self.width as f64 {
            self.is_at_best = true;
        } else if count > 0.0 {
            self.copy_best();
            repeat(chosen, self.width);
            copy_lanes(self.points.x(), &mut self.best, Some(chosen));
        }
    }

    /// Copies the best points if all runs are there.
    fn copy_best(&mut self) {
        if std::mem::take(&mut self.is_at_best) {
            copy_lanes(self.points.x(), &mut self.best, None);
        }
    }

    /// Keeps the point of this lane as the best one.
    pub(crate) fn keep_best_of(&mut self, lane: usize) {
        self.copy_best();
        let width = self.points.width();
        Lane::new(self.points.x(), width, lane).copy_to_lane(&mut self.best, width, lane);
    }

    /// Changes point and gradient of a lane, both (dim,).
    pub(crate) fn change(&mut self, lane: usize, change: impl FnOnce(&mut [f64], &mut [f64])) {
        (self.is_measured, self.of_all_x) = (false, f64::NAN);
        let (mut x, mut grad) = (std::mem::take(&mut self.x), std::mem::take(&mut self.grad));
        self.x(lane).copy_to(&mut x);
        self.grad(lane).copy_to(&mut grad);
        change(&mut x, &mut grad);
        let width = self.width();
        let (to_x, to_grad) = self.points.x_and_gradient();
        set_lane(to_x, width, lane, &x);
        set_lane(to_grad, width, lane, &grad);
        (self.x, self.grad) = (x, grad);
    }

    /// Says that every run takes another step of the same kind, but for those of which something else is said.
    pub(crate) fn advance(&mut self) {
        self.turns.advance();
    }

    /// Says what a run does in the next step: its number in the attempt and the factor of the learning rate, or nothing.
    pub(crate) fn plan(&mut self, lane: usize, step: Option<(u64, f64)>) {
        self.turns.plan(lane, step);
    }

    /// Lets the rule step.
    pub(crate) fn step(&mut self, rule: &dyn Rule, is_minibatch: bool) {
        let (x, grad) = self.points.x_and_gradient();
        let (memory, turns) = (&mut self.memory, &mut self.turns);
        let kept = std::mem::take(&mut self.is_at_best).then_some(&mut self.best[..]);
        let of_grad = self.is_measured.then_some(&self.survey.squares.of_grad);
        let (width, f, of_all_x) = (self.width, &self.f, f64::NAN);
        let mut runs = Runs { width, x, grad, f, memory, turns, is_minibatch, kept, of_grad, of_all_x };
        rule.step(&mut runs);
        self.of_all_x = runs.of_all_x;
    }

    /// Puts the points back on the surface.
    pub(crate) fn retract(&mut self, terms: &Terms<'_>) {
        if *terms.geometry != Geometry::Flat {
            self.of_all_x = f64::NAN;
            terms.geometry.retract_lanes(self.points.width(), self.points.x_mut());
        }
    }

    /// Moves the runs, `count` of them in lanes that are `taken`, to a block that is just wide enough, in this order; false
    /// when there is no narrower one.
    pub(crate) fn narrow_to(&mut self, count: usize, taken: impl Fn(usize) -> bool) -> bool {
        let (from, to) = (self.width(), self.points.width_for(count));
        if to >= from {
            return false;
        }
        self.copy_best();
        let dim = self.objective.dim();
        let mut points = self.objective.points(count);
        let mut best = vec![0.0; dim * to];
        let mut turns = Turns::empty(to);
        let lanes: Vec<usize> = (0..from).filter(|&lane| taken(lane)).collect();
        for (lane, &old) in lanes.iter().enumerate() {
            self.x(old).copy_to_lane(points.x_mut(), to, lane);
            self.best(old).copy_to_lane(&mut best, to, lane);
            std::mem::swap(&mut turns.turns[lane], &mut self.turns.turns[old]);
        }
        self.memory = self.memory.narrowed(dim, from, &lanes, to);
        (self.points, self.best, self.turns, self.width) = (points, best, turns, to);
        (self.is_measured, self.of_all_x) = (false, f64::NAN);
        true
    }
}
