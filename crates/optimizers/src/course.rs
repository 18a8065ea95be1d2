//! The course of one run over its attempts: starts, what ends an attempt, and the result. Rules and solvers share it.

use crate::lane::Lane;
use crate::ledger::Ledger;
use crate::result::{Attempt, RunResult, Status};
use crate::settings::{Seeds, Stall};
use crate::terms::Terms;
use crate::watch::{InForce, Spot, Track};
use autodiff::Stream;

/// How an attempt ended: status and the reason in words.
pub(crate) type Verdict = (Status, String);

/// Where an attempt is, as far as ending it goes: the point, whether all of it is within the bound of the settings, the
/// whole objective there, the norm of its (tangential) gradient where that is known, and the held-out loss where it is
/// asked for.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    pub(crate) x: Lane<'p>,
    pub(crate) is_within: bool,
    pub(crate) f: f64,
    pub(crate) grad_norm: Option<f64>,
    pub(crate) held_out: Option<f64>,
}

/// Everything of a run but its point, its ledger and the state of its method.
pub(crate) struct Course<'a> {
    start: Box<dyn Fn(u64) -> Vec<f64> + 'a>,
    noise: Stream,
    /// Number of the attempt.
    pub(crate) restart: u64,
    /// Starts drawn so far.
    starts_drawn: u64,
    /// Steps taken, or iterates accepted, in the run.
    pub(crate) iterations: u64,
    /// Units spent when this attempt began.
    pub(crate) spent_before: u64,
    /// Units of the run beyond which this attempt must not go.
    pub(crate) limit: u64,
    /// f at the start of this attempt.
    pub(crate) f_start: f64,
    /// The last progress of this attempt by the rule of the settings, by that of the strategy, and on held-out data.
    marks: [Mark; 3],
    pub(crate) noisy_steps: u64,
    pub(crate) noise_energy: f64,
    /// Its path, if it is watched.
    track: Option<Box<Track<'a>>>,
    attempts: Vec<Attempt>,
    best: Option<End>,
}

/// The last value that counted as progress, and the units spent when it was seen.
#[derive(Clone, Copy)]
struct Mark {
    f: f64,
    spent: u64,
}

impl Mark {
    /// Takes note of `f`; whether the window since the last progress is over.
    fn is_over(&mut self, f: f64, spent: u64, window: u64, decrease: f64) -> bool {
        if self.f.is_nan() || f < self.f - decrease * self.f.abs() {
            *self = Self { f, spent };
        }
        spent - self.spent >= window
    }
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

impl<'a> Course<'a> {
    /// A run that has not begun, the stream of its minibatches, and that of the method's own randomness.
    pub(crate) fn new(seeds: Seeds<'a>, track: Option<Box<Track<'a>>>) -> (Self, Stream, Stream) {
        let Seeds { start, noise, batches, random } = seeds;
        let course = Self {
            start,
            noise,
            restart: 0,
            starts_drawn: 0,
            iterations: 0,
            spent_before: 0,
            limit: 0,
            f_start: f64::NAN,
            marks: [Mark { f: f64::NAN, spent: 0 }; 3],
            noisy_steps: 0,
            noise_energy: 0.0,
            track,
            attempts: Vec::new(),
            best: None,
        };
        (course, batches, random)
    }

    /// Puts `x` on the start of the attempt.
    pub(crate) fn begin(&mut self, terms: &Terms<'_>, ledger: &Ledger, x: &mut [f64]) {
        self.draw_start(x);
        for &sigma in &terms.start_sigmas {
            self.add_noise(x, sigma);
            terms.geometry.retract(x);
        }
        if let Some(track) = &mut self.track {
            track.begin(x);
        }
        self.f_start = f64::NAN;
        self.spent_before = ledger.spent;
        self.marks = [Mark { f: f64::NAN, spent: ledger.spent }; 3];
        let attempt_budget = terms.strategy.attempt_budget(self.restart);
        assert!(attempt_budget >= 1, "an attempt needs a budget of at least one gradient");
        let attempt_units = attempt_budget.saturating_mul(terms.book.prices.gradient);
        self.limit = terms.book.budget.min(self.spent_before.saturating_add(attempt_units));
    }

    /// Puts `x` on the next draw of the start law.
    pub(crate) fn draw_start(&mut self, x: &mut [f64]) {
        x.copy_from_slice(&(self.start)(self.starts_drawn));
        self.starts_drawn += 1;
    }

    /// Adds normal noise of standard deviation `sigma` to every coordinate of `v`.
    pub(crate) fn add_noise(&mut self, v: &mut [f64], sigma: f64) {
        for v in v {
            let z = sigma * self.noise.normal();
            *v += z;
            self.noise_energy += z * z;
        }
    }

    /// Takes note of where a step begins, if the run is watched.
    pub(crate) fn leave(&mut self, x: Lane<'_>) {
        if let Some(track) = &mut self.track {
            track.leave(x);
        }
    }

    /// Takes note of where it ends.
    pub(crate) fn arrive(&mut self, x: Lane<'_>) {
        if let Some(track) = &mut self.track {
            track.arrive(x);
        }
    }

    /// Whether the run is watched.
    pub(crate) fn is_watched(&self) -> bool {
        self.track.is_some()
    }

    /// Whether the run is watched and this point is to be shown: by its cost, or, at the end, because it was not yet.
    pub(crate) fn is_due(&self, spent: u64, is_end: bool) -> bool {
        let wants = |track: &Track| match is_end {
            false => track.is_due(spent),
            true => !track.has_seen(spent, self.restart),
        };
        self.track.as_deref().is_some_and(wants)
    }

    /// Shows a point that [`Course::is_due`], with the gradient (dim,) along the surface there.
    pub(crate) fn look(
        &mut self,
        terms: &Terms<'_>,
        spent: u64,
        (x, f, grad): (&[f64], f64, &[f64]),
        in_force: Option<InForce>,
    ) {
        let Self { restart, iterations, .. } = *self;
        if let Some(track) = &mut self.track {
            track.look(&terms.book, &Spot { restart, iterations, spent, x, f, grad, in_force });
        }
    }

    /// Whether the attempt may still spend `units`.
    pub(crate) fn affords(&self, ledger: &Ledger, units: u64) -> bool {
        self.limit - ledger.spent >= units
    }

    /// A number gone bad at a place. The point is asked first: a value that overflowed because the point ran
    /// away is a divergence.
    pub(crate) fn failure_at(&self, terms: &Terms<'_>, ledger: &Ledger, place: Place<'_>) -> Option<Verdict> {
        let (settings, Place { x, is_within, f, grad_norm, .. }) = (terms.settings, place);
        let (status, what) = if !is_within {
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
        } else if grad_norm.is_some_and(|norm| !norm.is_finite()) {
            (Status::Nan, "gradient not finite".to_string())
        } else {
            return None;
        };
        let cost = terms.book.cost(ledger.spent);
        Some((status, format!("{what} at restart {}, cost {cost}", self.restart)))
    }

    /// Whether the attempt has arrived: convergence, unless `is_unsettled` says that the method is not done with a flat
    /// point, and the opt-in rules for lack of progress. The budget is asked elsewhere.
    pub(crate) fn arrival_at(
        &mut self,
        terms: &Terms<'_>,
        ledger: &Ledger,
        place: Place<'_>,
        is_unsettled: impl Fn() -> bool,
    ) -> Option<Verdict> {
        let (settings, spent) = (terms.settings, ledger.spent);
        let tol = settings.grad_tol;
        if let Some(norm) = place.grad_norm.filter(|norm| *norm <= tol)
            && !is_unsettled()
        {
            let cost = terms.book.cost(spent);
            return Some((Status::Converged, format!("|grad| {norm:.1e} <= {tol:e} after {cost} gradients")));
        }
        let units = |gradients: u64| gradients.saturating_mul(terms.book.prices.gradient);
        for (stall, mark) in [settings.stall, terms.stall].into_iter().zip(&mut self.marks) {
            if let Some(Stall { window, decrease }) = stall
                && mark.is_over(place.f, spent, units(window), decrease)
            {
                let cost = terms.book.cost(spent - self.spent_before);
                let why =
                    format!("f fell by no more than {decrease:e} of its size in {window} gradients, after {cost}");
                return Some((Status::Stalled, why));
            }
        }
        if let (Some(stop), Some(held_out)) = (settings.early_stop, place.held_out)
            && self.marks[2].is_over(held_out, spent, units(stop.patience), 0.0)
        {
            let Mark { f: least, spent: then } = self.marks[2];
            let (then, patience) = (terms.book.cost(then), stop.patience);
            let why = format!(
                "held-out loss {held_out:.4}: least {least:.4} at cost {then}, none below it in {patience} epochs"
            );
            return Some((Status::Stalled, why));
        }
        None
    }

    /// The verdict on an attempt that its cutoff or the budget ends.
    pub(crate) fn out_of_budget(terms: &Terms<'_>, ledger: &Ledger, grad_norm: f64) -> Verdict {
        let (cost, budget) = (terms.book.cost(ledger.spent), terms.settings.budget);
        (Status::Budget, format!("{cost} of {budget} gradients spent, |grad| {grad_norm:.1e}"))
    }

    /// The verdict on an attempt that has taken the steps it is watched for.
    pub(crate) fn out_of_steps(terms: &Terms<'_>, grad_norm: f64) -> Verdict {
        (Status::Budget, format!("{} of {0} steps taken, |grad| {grad_norm:.1e}", terms.show.steps))
    }

    /// Closes the attempt; whether another one is to begin.
    pub(crate) fn end(
        &mut self,
        terms: &Terms<'_>,
        ledger: &Ledger,
        x: Lane<'_>,
        f: f64,
        grad_norm: f64,
        (status, reason): Verdict,
    ) -> bool {
        let units = ledger.spent - self.spent_before;
        self.attempts.push(Attempt { f_start: self.f_start, f_end: f, cost: terms.book.cost(units), status });
        if self.best.as_ref().is_none_or(|best| best.is_beaten_by(status, f)) {
            self.best = Some(End { restart: self.restart, status, reason, f, grad_norm, x: x.to_vec() });
        }
        // An attempt that could spend nothing would be followed by others like it for ever.
        let goes_on = terms.strategy.restarts() && units > 0 && terms.book.budget - ledger.spent >= terms.step_units;
        self.restart += u64::from(goes_on);
        goes_on
    }

    /// The row of the run, once it is done; `x_best` is the point of the best value, the start where none was finite.
    pub(crate) fn into_result(self, terms: &Terms<'_>, ledger: Ledger, x_best: Vec<f64>) -> RunResult {
        let end = self.best.expect("a run that is done has ended an attempt");
        let (status, reason) = if !terms.strategy.restarts() {
            (end.status, end.reason)
        } else if end.status.is_failure() {
            (end.status, format!("every one of {} starts failed; {}", self.attempts.len(), end.reason))
        } else {
            (Status::Budget, summary(&self.attempts, end.restart))
        };
        RunResult {
            status,
            reason,
            cost: terms.book.cost(ledger.spent),
            units: ledger.spent,
            counts: ledger.counts,
            iterations: self.iterations,
            restarts: self.restart,
            noisy_steps: self.noisy_steps,
            noise_energy: self.noise_energy,
            f_start: self.attempts[0].f_start,
            f_best: ledger.f_best,
            x_best,
            cost_at_best: ledger.cost_at_best(&terms.book),
            f_final: end.f,
            x_final: end.x,
            grad_norm: end.grad_norm,
            hits: ledger.hits,
            snapshots: ledger.snapshots,
            attempts: self.attempts,
        }
    }
}

/// How the starts of a run ended whose budget is spent, in words: `57 converged, 1 cut off; best end at restart 3`.
fn summary(attempts: &[Attempt], best: u64) -> String {
    const ENDS: [(Status, &str); 5] = [
        (Status::Converged, "converged"),
        (Status::Stalled, "stalled"),
        (Status::Budget, "cut off"),
        (Status::Diverged, "diverged"),
        (Status::Nan, "nan"),
    ];
    let count = |status| attempts.iter().filter(|attempt| attempt.status == status).count();
    let ends = ENDS.map(|(status, word)| (count(status), word)).into_iter().filter(|(count, _)| *count > 0);
    let ends: Vec<String> = ends.map(|(count, word)| format!("{count} {word}")).collect();
    format!("{}; best end at restart {best}", ends.join(", "))
}
