//! One run of an update rule on its way: judges each evaluation, takes the step, ends attempts and begins new ones.

use crate::block::Probe;
use crate::course::{Course, Place, Verdict};
use crate::ledger::Ledger;
use crate::noise::Noise;
use crate::result::RunResult;
use crate::rule::{RuleState, StepInfo};
use crate::terms::Terms;
use crate::vector::norm;
use crate::watch::InForce;
use autodiff::Evaluator;

/// What a run needs next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The whole objective at its point.
    Measure,
    /// A step, with the gradient it has or that of a minibatch.
    Step,
    /// Nothing: it has ended.
    Done,
}

/// Everything of a run except its point and its ledger.
pub(crate) struct Progress<'a> {
    pub(crate) phase: Phase,
    course: Course<'a>,
    rule: Box<dyn RuleState>,
    /// Steps taken in this attempt.
    step: u64,
    /// Steps that the budget of this attempt allows.
    steps: u64,
    /// A failure seen on a minibatch, to be reported after a last measurement.
    failure: Option<Verdict>,
}

impl<'a> Progress<'a> {
    /// A run at its first start.
    pub(crate) fn begin(terms: &Terms<'_>, probe: &mut Probe, course: Course<'a>, rule: Box<dyn RuleState>) -> Self {
        let mut run = Self { phase: Phase::Measure, course, rule, step: 0, steps: 0, failure: None };
        run.begin_attempt(terms, probe);
        probe.ledger.x_best.copy_from_slice(&probe.x);
        run
    }

    /// Puts the point on the start of the attempt; the rule and the rows begin afresh.
    fn begin_attempt(&mut self, terms: &Terms<'_>, probe: &mut Probe) {
        self.course.begin(terms, &probe.ledger, &mut probe.x);
        probe.dealer.reset();
        self.rule.reset();
        self.step = 0;
        self.steps = terms.show.steps.min((self.course.limit - probe.ledger.spent) / terms.step_units);
        self.phase = Phase::Measure;
    }

    /// Number of the attempt, and steps taken in it.
    pub(crate) fn place(&self) -> (u64, u64) {
        (self.course.restart, self.step)
    }

    /// Judges the point by the whole objective there: goes on, or ends the attempt. Whether another one has begun.
    pub(crate) fn judge(&mut self, terms: &Terms<'_>, probe: &mut Probe, held_out: Option<&mut Evaluator<'_>>) -> bool {
        probe.ledger.see(&terms.book, probe.f, &probe.x);
        if self.step == 0 {
            self.course.f_start = probe.f;
        }
        if probe.ledger.spent == self.course.spent_before {
            // A free measurement of the start is only noted: every attempt spends something, so a run of
            // attempts that end where they begin comes to an end too.
            if self.course.is_due(probe.ledger.spent, false) {
                terms.geometry.project(&probe.x, &mut probe.grad);
                self.look(terms, probe);
            }
            self.phase = Phase::Step;
            return false;
        }
        terms.geometry.project(&probe.x, &mut probe.grad);
        if self.course.is_due(probe.ledger.spent, false) {
            self.look(terms, probe);
        }
        let grad_norm = norm(&probe.grad);
        let held_out = held_out.map(|evaluator| evaluator.value(&probe.x));
        let place = Place { x: &probe.x, f: probe.f, grad_norm: Some(grad_norm), held_out };
        let failure = self.failure.take().or_else(|| self.course.failure_at(terms, &probe.ledger, place));
        let (step, steps, rule) = (self.step, self.steps, &self.rule);
        let is_unsettled = || is_noisy(terms, step, steps) || !rule.may_converge();
        let verdict = failure
            .or_else(|| self.course.arrival_at(terms, &probe.ledger, place, is_unsettled))
            .or_else(|| self.out_of_budget(terms, &probe.ledger, grad_norm));
        let Some(verdict) = verdict else {
            self.phase = Phase::Step;
            return false;
        };
        let goes_on = self.course.end(terms, &probe.ledger, &probe.x, probe.f, grad_norm, verdict);
        if goes_on {
            self.begin_attempt(terms, probe);
        } else {
            if self.course.is_due(probe.ledger.spent, true) {
                self.look(terms, probe);
            }
            self.phase = Phase::Done;
        }
        goes_on
    }

    /// Shows the point, its whole gradient in `probe.grad`.
    fn look(&mut self, terms: &Terms<'_>, probe: &Probe) {
        let (step, steps) = (self.step, self.steps);
        let together = |noise: &[Noise]| noise.iter().map(|noise| noise.sigma(step, steps).powi(2)).sum::<f64>().sqrt();
        let in_force = InForce {
            lr_factor: terms.lr_factor(step, steps),
            sigma_gradient: together(&terms.gradient_noise),
            sigma_weights: together(&terms.weight_noise),
        };
        self.course.look(terms, probe.ledger.spent, (&probe.x, probe.f, &probe.grad), Some(in_force));
    }

    fn out_of_budget(&self, terms: &Terms<'_>, ledger: &Ledger, grad_norm: f64) -> Option<Verdict> {
        if self.step == terms.show.steps {
            return Some(Course::out_of_steps(terms, grad_norm));
        }
        let is_out = !self.course.affords(ledger, terms.step_units);
        is_out.then(|| Course::out_of_budget(terms, ledger, grad_norm))
    }

    /// Looks at a minibatch gradient, and only for numbers gone bad: the method knows no more.
    pub(crate) fn watch(&mut self, terms: &Terms<'_>, probe: &mut Probe) {
        terms.geometry.project(&probe.x, &mut probe.grad);
        let place = Place { x: &probe.x, f: probe.f, grad_norm: Some(norm(&probe.grad)), held_out: None };
        self.failure = self.course.failure_at(terms, &probe.ledger, place);
        if self.failure.is_some() {
            self.phase = Phase::Measure;
        }
    }

    /// Adds the noise to the gradient, lets the rule step, and puts the point back on the surface.
    pub(crate) fn step(&mut self, terms: &Terms<'_>, probe: &mut Probe, is_minibatch: bool) {
        self.course.leave(&probe.x);
        let mut is_noisy = false;
        for noise in &terms.gradient_noise {
            let sigma = noise.sigma(self.step, self.steps);
            if sigma > 0.0 {
                self.course.add_noise(&mut probe.grad, sigma);
                terms.geometry.project(&probe.x, &mut probe.grad);
                is_noisy = true;
            }
        }
        let lr_factor = terms.lr_factor(self.step, self.steps);
        let mut info = StepInfo { f: probe.f, t: self.step, lr_factor, is_minibatch, random: &mut self.course.random };
        self.rule.step(&mut probe.x, &probe.grad, &mut info);
        for noise in &terms.weight_noise {
            let sigma = noise.sigma(self.step, self.steps);
            if sigma > 0.0 {
                self.course.add_noise(&mut probe.x, sigma);
                is_noisy = true;
            }
        }
        terms.geometry.retract(&mut probe.x);
        self.course.arrive(&probe.x);
        self.step += 1;
        self.course.iterations += 1;
        self.course.noisy_steps += u64::from(is_noisy);
        let is_due = self.step.is_multiple_of(terms.measure_every)
            || self.step == terms.show.steps
            || !self.course.affords(&probe.ledger, terms.step_units);
        self.phase = if is_due { Phase::Measure } else { Phase::Step };
    }

    /// The row of the run, once it is done.
    pub(crate) fn into_result(self, terms: &Terms<'_>, ledger: Ledger) -> RunResult {
        self.course.into_result(terms, ledger)
    }
}

/// Whether the step from here would be noisy.
fn is_noisy(terms: &Terms<'_>, step: u64, steps: u64) -> bool {
    let acts = |noise: &Noise| noise.sigma(step, steps) > 0.0;
    terms.gradient_noise.iter().any(acts) || terms.weight_noise.iter().any(acts)
}
