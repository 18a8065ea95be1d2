//! One run on its way: judges each evaluation, takes the step, ends attempts and begins new ones.

use crate::ledger::Ledger;
use crate::oracle::Probe;
use crate::result::{Attempt, RunResult, Status};
use crate::rule::RuleState;
use crate::run::Terms;
use crate::vector::{is_within, norm};
use autodiff::Stream;

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

/// How an attempt ended: status and the reason in words.
type Verdict = (Status, String);

/// Everything of a run except its point and its ledger.
pub(crate) struct Progress<'a> {
    pub(crate) phase: Phase,
    start: Box<dyn Fn(u64) -> Vec<f64> + 'a>,
    noise: Stream,
    rule: Box<dyn RuleState>,
    /// Number of the attempt.
    restart: u64,
    /// Steps taken in this attempt.
    step: u64,
    /// Steps taken in the run.
    iterations: u64,
    /// Row-gradients spent when this attempt began.
    spent_before: u64,
    /// Row-gradients of the run beyond which this attempt must not go.
    limit: u64,
    /// f at the start of this attempt.
    f_start: f64,
    /// A failure seen on a minibatch, to be reported after a last measurement.
    failure: Option<Verdict>,
    attempts: Vec<Attempt>,
    best: Option<End>,
}

/// The end of the best attempt so far.
struct End {
    restart: u64,
    status: Status,
    reason: String,
    f: f64,
    grad_norm: f64,
    x: Vec<f64>,
}

impl End {
    /// Whether an attempt that ended so is to be reported rather than this one: not failed before failed, then
    /// the lower f, then the earlier.
    fn is_beaten_by(&self, status: Status, f: f64) -> bool {
        match (self.status.is_failure(), status.is_failure()) {
            (true, false) => true,
            (false, true) => false,
            _ => f < self.f || (self.f.is_nan() && !f.is_nan()),
        }
    }
}

impl<'a> Progress<'a> {
    /// A run at its first start.
    pub(crate) fn begin(
        terms: &Terms<'_>,
        probe: &mut Probe,
        start: Box<dyn Fn(u64) -> Vec<f64> + 'a>,
        noise: Stream,
        rule: Box<dyn RuleState>,
    ) -> Self {
        let mut run = Self {
            phase: Phase::Measure,
            start,
            noise,
            rule,
            restart: 0,
            step: 0,
            iterations: 0,
            spent_before: 0,
            limit: 0,
            f_start: f64::NAN,
            failure: None,
            attempts: Vec::new(),
            best: None,
        };
        run.begin_attempt(terms, probe);
        probe.ledger.x_best.copy_from_slice(&probe.x);
        run
    }

    /// Puts the point on the start of attempt `restart`; the rule and the rows begin afresh.
    fn begin_attempt(&mut self, terms: &Terms<'_>, probe: &mut Probe) {
        probe.x.copy_from_slice(&(self.start)(self.restart));
        let sigma = terms.strategy.start_sigma();
        if sigma > 0.0 {
            probe.x.iter_mut().for_each(|x| *x += sigma * self.noise.normal());
            terms.geometry.retract(&mut probe.x);
        }
        probe.dealer.reset();
        self.rule.reset();
        self.step = 0;
        self.spent_before = probe.ledger.spent;
        let attempt_budget = terms.strategy.attempt_budget(self.restart);
        assert!(attempt_budget >= 1, "an attempt needs a budget of at least one gradient");
        let attempt_rows = attempt_budget.saturating_mul(terms.book.row_count);
        self.limit = terms.book.budget_rows.min(self.spent_before.saturating_add(attempt_rows));
        self.phase = Phase::Measure;
    }

    /// Judges the point by the whole objective there: goes on, or ends the attempt.
    pub(crate) fn judge(&mut self, terms: &Terms<'_>, probe: &mut Probe) {
        probe.ledger.see(&terms.book, probe.f, &probe.x);
        if self.step == 0 {
            self.f_start = probe.f;
        }
        if probe.ledger.spent == self.spent_before {
            // A free measurement of the start is only noted: every attempt spends something, so a run of
            // attempts that end where they begin comes to an end too.
            self.phase = Phase::Step;
            return;
        }
        terms.geometry.project(&probe.x, &mut probe.grad);
        let grad_norm = norm(&probe.grad);
        let failure = self.failure.take().or_else(|| self.failure_at(terms, probe, grad_norm));
        match failure.or_else(|| self.stop_at(terms, probe, grad_norm)) {
            Some(verdict) => self.end_attempt(terms, probe, grad_norm, verdict),
            None => self.phase = Phase::Step,
        }
    }

    /// Looks at a minibatch gradient, and only for numbers gone bad: the method knows no more.
    pub(crate) fn watch(&mut self, terms: &Terms<'_>, probe: &mut Probe) {
        terms.geometry.project(&probe.x, &mut probe.grad);
        self.failure = self.failure_at(terms, probe, norm(&probe.grad));
        if self.failure.is_some() {
            self.phase = Phase::Measure;
        }
    }

    /// Adds the strategy's noise to the gradient, lets the rule step, and puts the point back on the surface.
    pub(crate) fn step(&mut self, terms: &Terms<'_>, probe: &mut Probe) {
        let sigma = terms.strategy.gradient_sigma(self.step, terms.run_steps);
        if sigma > 0.0 {
            probe.grad.iter_mut().for_each(|g| *g += sigma * self.noise.normal());
            terms.geometry.project(&probe.x, &mut probe.grad);
        }
        self.rule.step(&mut probe.x, &probe.grad);
        terms.geometry.retract(&mut probe.x);
        self.step += 1;
        self.iterations += 1;
        let is_due = self.step.is_multiple_of(terms.measure_every) || !self.affords_step(terms, &probe.ledger);
        self.phase = if is_due { Phase::Measure } else { Phase::Step };
    }

    fn affords_step(&self, terms: &Terms<'_>, ledger: &Ledger) -> bool {
        self.limit - ledger.spent >= terms.step_rows
    }

    /// A number gone bad at the point. The point is asked first: a value that overflowed because the point ran
    /// away is a divergence.
    fn failure_at(&self, terms: &Terms<'_>, probe: &Probe, grad_norm: f64) -> Option<Verdict> {
        let (settings, x, f) = (terms.settings, &probe.x, probe.f);
        let (status, what) = if !is_within(x, settings.x_above) {
            if x.iter().any(|x| x.is_nan()) {
                (Status::Nan, "x is NaN".to_string())
            } else {
                let largest = x.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
                (Status::Diverged, format!("max |x_i| {largest:.3e} > {:e}", settings.x_above))
            }
        } else if f > settings.f_above {
            (Status::Diverged, format!("f {f:.3e} > {:e}", settings.f_above))
        } else if !f.is_finite() {
            (Status::Nan, "f not finite".to_string())
        } else if !grad_norm.is_finite() {
            (Status::Nan, "gradient not finite".to_string())
        } else {
            return None;
        };
        let cost = terms.book.cost(probe.ledger.spent);
        Some((status, format!("{what} at restart {}, cost {cost}", self.restart)))
    }

    /// Convergence, or the end of what the attempt may spend.
    fn stop_at(&self, terms: &Terms<'_>, probe: &Probe, grad_norm: f64) -> Option<Verdict> {
        let cost = terms.book.cost(probe.ledger.spent);
        let tol = terms.settings.grad_tol;
        let is_noisy = terms.strategy.gradient_sigma(self.step, terms.run_steps) > 0.0;
        if grad_norm <= tol && !is_noisy {
            Some((Status::Converged, format!("|grad| {grad_norm:.1e} <= {tol:e} after {cost} gradients")))
        } else if !self.affords_step(terms, &probe.ledger) {
            let budget = terms.settings.budget;
            Some((Status::Budget, format!("{cost} of {budget} gradients spent, |grad| {grad_norm:.1e}")))
        } else {
            None
        }
    }

    fn end_attempt(&mut self, terms: &Terms<'_>, probe: &mut Probe, grad_norm: f64, (status, reason): Verdict) {
        let spent = probe.ledger.spent;
        let cost = terms.book.cost(spent - self.spent_before);
        self.attempts.push(Attempt { f_start: self.f_start, f_end: probe.f, cost, status });
        if self.best.as_ref().is_none_or(|best| best.is_beaten_by(status, probe.f)) {
            let (restart, f, x) = (self.restart, probe.f, probe.x.clone());
            self.best = Some(End { restart, status, reason, f, grad_norm, x });
        }
        if terms.strategy.restarts() && terms.book.budget_rows - spent >= terms.step_rows {
            self.restart += 1;
            self.begin_attempt(terms, probe);
        } else {
            self.phase = Phase::Done;
        }
    }

    /// The row of the run, once it is done.
    pub(crate) fn into_result(self, terms: &Terms<'_>, ledger: Ledger) -> RunResult {
        let end = self.best.expect("a run that is done has ended an attempt");
        let (status, reason) = if !terms.strategy.restarts() {
            (end.status, end.reason)
        } else if end.status.is_failure() {
            (end.status, format!("every one of {} starts failed; {}", self.attempts.len(), end.reason))
        } else {
            (Status::Budget, summary(&self.attempts, terms, &ledger, end.restart))
        };
        RunResult {
            status,
            reason,
            cost: terms.book.cost(ledger.spent),
            n_row_grads: ledger.spent,
            iterations: self.iterations,
            restarts: self.restart,
            f_start: self.attempts[0].f_start,
            f_best: ledger.f_best,
            x_best: ledger.x_best,
            cost_at_best: ledger.cost_at_best,
            f_final: end.f,
            x_final: end.x,
            grad_norm: end.grad_norm,
            hits: ledger.hits,
            snapshots: ledger.snapshots,
            attempts: self.attempts,
        }
    }
}

/// Why a run with restarts ended, in words.
fn summary(attempts: &[Attempt], terms: &Terms<'_>, ledger: &Ledger, best: u64) -> String {
    let count = |status| attempts.iter().filter(|attempt| attempt.status == status).count();
    format!(
        "{} of {} gradients spent in {} starts: {} converged, {} cut off, {} diverged, {} nan; best end at restart {best}",
        terms.book.cost(ledger.spent),
        terms.settings.budget,
        attempts.len(),
        count(Status::Converged),
        count(Status::Budget),
        count(Status::Diverged),
        count(Status::Nan),
    )
}
