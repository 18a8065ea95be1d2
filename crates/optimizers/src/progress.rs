//! One run of an update rule on its way: judges each evaluation, ends attempts and begins new ones.

use crate::block::Block;
use crate::course::{Course, Place, Verdict};
use crate::ledger::{Ledger, Prices};
use crate::lookout::{Missed, Outlook};
use crate::minibatch::Dealer;
use crate::noise::Noise;
use crate::result::RunResult;
use crate::rule::Rule;
use crate::terms::Terms;
use crate::watch::InForce;
use autodiff::{Evaluator, Stream};

/// What a run needs next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The start of an attempt.
    Begin,
    /// The whole objective at its point.
    Measure,
    /// A step, with the gradient it has or that of a minibatch.
    Step,
    /// Nothing: it has ended.
    Done,
}

/// Everything of a run except its numbers, which are in a lane of a [`Block`].
pub(crate) struct Progress<'a> {
    /// Position among the runs asked for.
    pub(crate) number: usize,
    pub(crate) phase: Phase,
    course: Course<'a>,
    ledger: Ledger,
    dealer: Dealer,
    /// Draws the order of the rows.
    batches: Stream,
    /// Steps taken in this attempt.
    step: u64,
    /// Steps that the budget of this attempt allows.
    steps: u64,
    /// A failure seen on a minibatch, to be reported after a last measurement.
    failure: Option<Verdict>,
    /// Whether the step being taken is noisy.
    is_noisy: bool,
}

impl<'a> Progress<'a> {
    /// A run before its first start.
    pub(crate) fn new(terms: &Terms<'_>, number: usize, course: Course<'a>, dealer: Dealer, batches: Stream) -> Self {
        let ledger = Ledger::new(&terms.book);
        let (step, steps, failure) = (0, 0, None);
        Self { number, phase: Phase::Begin, course, ledger, dealer, batches, step, steps, failure, is_noisy: false }
    }

    /// Number of the attempt, and steps taken in it.
    pub(crate) fn place(&self) -> (u64, u64) {
        (self.course.restart, self.step)
    }

    /// Puts the point on the start of the attempt; the rule and the rows begin afresh.
    pub(crate) fn begin(&mut self, terms: &Terms<'_>, block: &mut Block<'_>, lane: usize) {
        block.begin(lane, |x| self.course.begin(terms, &self.ledger, x));
        if self.course.restart == 0 {
            block.keep_best_of(lane); // until a value is seen
        }
        self.dealer.reset();
        self.step = 0;
        self.steps = terms.show.steps.min((self.course.limit - self.ledger.spent) / terms.step_units);
        self.phase = Phase::Measure;
    }

    /// Takes note of rounds in which the run was not looked at by itself.
    pub(crate) fn catch_up(&mut self, terms: &Terms<'_>, missed: Missed) {
        self.ledger.catch_up(&terms.book, missed);
        self.step += missed.rounds;
        self.course.iterations += missed.rounds;
    }

    /// What is to be expected of the next rounds, at the end of a step; nothing when the run is watched.
    pub(crate) fn outlook(&self, terms: &Terms<'_>) -> Option<Outlook> {
        let f_best = self.ledger.f_best;
        let (f_target, before_moment) = self.ledger.outlook(&terms.book);
        // A round is not the last one of an attempt while the attempt affords another step after it.
        let affordable = (self.course.limit - self.ledger.spent) / terms.step_units;
        let quiet = affordable.saturating_sub(1).min(before_moment).min(terms.show.steps - self.step);
        let outlook = Outlook { f_best: (!f_best.is_nan()).then_some(f_best), f_target, quiet };
        (!self.course.is_watched()).then_some(outlook)
    }

    /// Takes note of the whole objective at the point; whether it is the best point so far.
    ///
    /// It costs one gradient-equivalent when the method steps with it (the value comes with the gradient at no
    /// extra cost). For a minibatch method it costs nothing: the method never sees it, it is our measurement.
    #[inline]
    pub(crate) fn note(&mut self, terms: &Terms<'_>, block: &Block<'_>, lane: usize, is_minibatch: bool) -> bool {
        self.charge(terms, block, lane, if is_minibatch { 0 } else { terms.book.prices.gradient });
        let f = block.f(lane);
        if self.step == 0 {
            self.course.f_start = f;
        }
        self.ledger.see(&terms.book, f)
    }

    #[inline]
    fn charge(&mut self, terms: &Terms<'_>, block: &Block<'_>, lane: usize, units: u64) {
        self.ledger.counts.n_grad += u64::from(units > 0);
        self.ledger.spend(&terms.book, units);
        if self.ledger.has_moment(&terms.book) {
            self.ledger.keep(&terms.book, block.x(lane));
        }
    }

    /// Judges the point by the whole objective there: goes on, or ends the attempt.
    pub(crate) fn judge(
        &mut self,
        terms: &Terms<'_>,
        rule: &dyn Rule,
        block: &Block<'_>,
        lane: usize,
        held_out: Option<&mut Evaluator<'_>>,
    ) {
        self.phase = Phase::Step;
        if self.course.is_due(self.ledger.spent, false) {
            self.look(terms, block, lane);
        }
        if self.ledger.spent == self.course.spent_before {
            // A free measurement of the start is only noted: every attempt spends something, so a run of
            // attempts that end where they begin comes to an end too.
            return;
        }
        let held_out = held_out.map(|evaluator| evaluator.value(&block.x(lane).vector()));
        let place = Place { held_out, ..place(block, lane) };
        let grad_norm = block.grad_norm(lane);
        let failure = self.failure.take().or_else(|| self.course.failure_at(terms, &self.ledger, place));
        let (step, steps) = (self.step, self.steps);
        let is_unsettled = || is_noisy(terms, step, steps) || !rule.may_converge(block.numbers(lane));
        let verdict = failure
            .or_else(|| self.course.arrival_at(terms, &self.ledger, place, is_unsettled))
            .or_else(|| self.out_of_budget(terms, grad_norm));
        let Some(verdict) = verdict else { return };
        if self.course.end(terms, &self.ledger, place.x, place.f, grad_norm, verdict) {
            self.phase = Phase::Begin;
        } else {
            if self.course.is_due(self.ledger.spent, true) {
                self.look(terms, block, lane);
            }
            self.phase = Phase::Done;
        }
    }

    /// Shows the point with its whole gradient.
    fn look(&mut self, terms: &Terms<'_>, block: &Block<'_>, lane: usize) {
        let (step, steps) = (self.step, self.steps);
        let together = |noise: &[Noise]| noise.iter().map(|noise| noise.sigma(step, steps).powi(2)).sum::<f64>().sqrt();
        let in_force = InForce {
            lr_factor: terms.lr_factor(step, steps),
            sigma_gradient: together(&terms.gradient_noise),
            sigma_weights: together(&terms.weight_noise),
        };
        let (x, grad) = (block.x(lane).vector(), block.grad(lane).vector());
        self.course.look(terms, self.ledger.spent, (&x, block.f(lane), &grad), Some(in_force));
    }

    fn out_of_budget(&self, terms: &Terms<'_>, grad_norm: f64) -> Option<Verdict> {
        if self.step == terms.show.steps {
            return Some(Course::out_of_steps(terms, grad_norm));
        }
        let is_out = !self.course.affords(&self.ledger, terms.step_units);
        is_out.then(|| Course::out_of_budget(terms, &self.ledger, grad_norm))
    }

    /// Deals the rows of the next step.
    pub(crate) fn deal(&mut self, batch: usize, rows: &mut Vec<u32>) {
        rows.clear();
        self.dealer.deal(batch, &mut self.batches, rows);
    }

    /// Pays for a minibatch gradient and looks at it, only for numbers gone bad: the method knows no more.
    pub(crate) fn watch(&mut self, terms: &Terms<'_>, block: &Block<'_>, lane: usize, batch: usize) {
        self.charge(terms, block, lane, Prices::minibatch(batch as u64));
        self.failure = self.course.failure_at(terms, &self.ledger, place(block, lane));
        if self.failure.is_some() {
            self.phase = Phase::Measure;
        }
    }

    /// Before the rule steps: noise on the gradient, and what the step goes by.
    #[inline]
    pub(crate) fn leave(&mut self, terms: &Terms<'_>, block: &mut Block<'_>, lane: usize) {
        if self.course.is_watched() {
            self.course.leave(block.x(lane));
        }
        self.is_noisy = false;
        for noise in &terms.gradient_noise {
            let sigma = noise.sigma(self.step, self.steps);
            if sigma > 0.0 {
                block.change(lane, |x, grad| {
                    self.course.add_noise(grad, sigma);
                    terms.geometry.project(x, grad);
                });
                self.is_noisy = true;
            }
        }
        block.plan(lane, Some((self.step, terms.lr_factor(self.step, self.steps))));
    }

    /// After the rule has stepped: noise on the point.
    pub(crate) fn disturb(&mut self, terms: &Terms<'_>, block: &mut Block<'_>, lane: usize) {
        for noise in &terms.weight_noise {
            let sigma = noise.sigma(self.step, self.steps);
            if sigma > 0.0 {
                block.change(lane, |x, _| self.course.add_noise(x, sigma));
                self.is_noisy = true;
            }
        }
    }

    /// At the end of a step, the point being on the surface again.
    #[inline]
    pub(crate) fn arrive(&mut self, terms: &Terms<'_>, block: &Block<'_>, lane: usize) {
        if self.course.is_watched() {
            self.course.arrive(block.x(lane));
        }
        self.step += 1;
        self.course.iterations += 1;
        self.course.noisy_steps += u64::from(self.is_noisy);
        let is_due = self.step.is_multiple_of(terms.measure_every)
            || self.step == terms.show.steps
            || !self.course.affords(&self.ledger, terms.step_units);
        self.phase = if is_due { Phase::Measure } else { Phase::Step };
    }

    /// The row of the run, once it is done.
    pub(crate) fn into_result(self, terms: &Terms<'_>, x_best: Vec<f64>) -> RunResult {
        self.course.into_result(terms, self.ledger, x_best)
    }
}

/// Where a run is.
fn place<'b>(block: &'b Block<'_>, lane: usize) -> Place<'b> {
    Place {
        x: block.x(lane),
        is_within: block.is_within(lane),
        f: block.f(lane),
        grad_norm: Some(block.grad_norm(lane)),
        held_out: None,
    }
}

/// Whether the step from here would be noisy.
fn is_noisy(terms: &Terms<'_>, step: u64, steps: u64) -> bool {
    let acts = |noise: &Noise| noise.sigma(step, steps) > 0.0;
    terms.gradient_noise.iter().any(acts) || terms.weight_noise.iter().any(acts)
}
