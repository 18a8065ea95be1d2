//! The counted oracle of solvers: the only door to the function, for one run at a time.

use crate::course::{Course, Place, Verdict};
use crate::lane::Lane;
use crate::ledger::Ledger;
use crate::result::{RunResult, Status};
use crate::settings::Seeds;
use crate::solver::Solver;
use crate::terms::Terms;
use crate::trace::Iterate;
use crate::vector::{dot, is_within, norm};
use crate::watch::Track;
use autodiff::{Evaluator, Geometry, Objective};

/// The attempt has ended: budget, convergence, divergence, whatever it was; the oracle has noted it. A solver passes it
/// on with `?`. Nothing but an oracle makes one.
#[derive(Debug)]
pub struct Stop(());

/// Answers questions about the whole objective, charges for them, and decides when the attempt ends.
///
/// Every question returns `Err(Stop)`, without an answer or a charge, when the budget does not cover it or the attempt
/// has ended.
pub struct Oracle<'a> {
    terms: &'a Terms<'a>,
    evaluator: Evaluator<'a>,
    held_out: Option<Evaluator<'a>>,
    course: Course<'a>,
    ledger: Ledger,
    /// The point of the best value, the start as long as none was finite.
    x_best: Vec<f64>,
    /// The last accepted iterate, before the first one the start.
    x: Vec<f64>,
    /// Value there; NaN before the first accept.
    f: f64,
    grad_norm: Option<f64>,
    is_begun: bool,
    verdict: Option<Ended>,
    /// Room for a gradient (dim,).
    grad: Vec<f64>,
    radial: RadialShares,
    /// Position of the run in its block.
    run: usize,
    /// Iterates accepted in this attempt, its start not counted.
    step: u64,
}

/// Why no question is answered any more.
enum Ended {
    Budget,
    Steps,
    Verdict(Verdict),
}

impl<'a> Oracle<'a> {
    /// One run of a solver, over all its attempts.
    pub(crate) fn run(
        objective: &'a Objective,
        solver: &dyn Solver,
        terms: &'a Terms<'a>,
        run: usize,
        seeds: Seeds<'a>,
        track: Option<Box<Track<'a>>>,
    ) -> RunResult {
        let dim = objective.dim();
        let (mut course, _, mut random) = Course::new(seeds, track);
        let mut ledger = Ledger::new(&terms.book);
        let mut x = vec![0.0; dim];
        course.begin(terms, &ledger, &mut x);
        ledger.keep(&terms.book, Lane::alone(&x));
        let is_sphere = *terms.geometry != Geometry::Flat;
        let mut oracle = Oracle {
            terms,
            evaluator: objective.evaluator(),
            held_out: terms.settings.early_stop.map(|stop| stop.held_out.evaluator()),
            course,
            ledger,
            x_best: x.clone(),
            x: x.clone(),
            f: f64::NAN,
            grad_norm: None,
            is_begun: false,
            verdict: None,
            grad: vec![0.0; dim],
            radial: RadialShares::new(if is_sphere { dim } else { 0 }),
            run,
            step: 0,
        };
        oracle.show();
        loop {
            let Err(Stop(())) = solver.solve(&mut oracle, &mut x, &mut random);
            if !oracle.end_attempt() {
                return oracle.course.into_result(terms, oracle.ledger, oracle.x_best);
            }
            oracle.course.begin(terms, &oracle.ledger, &mut x);
            oracle.x.copy_from_slice(&x);
            oracle.step = 0;
            oracle.show();
        }
    }

    fn show(&self) {
        let (run, restart, step) = (self.run, self.course.restart, self.step);
        self.terms.show.show(Iterate { run, restart, step, x: &self.x, rows: &[] });
    }

    /// Number of variables.
    pub fn dim(&self) -> usize {
        self.x.len()
    }

    /// Gradient-equivalents that this attempt has spent.
    pub fn spent(&self) -> f64 {
        self.terms.book.cost(self.ledger.spent - self.course.spent_before)
    }

    /// Gradient-equivalents that this attempt may spend from its start to its end, if nothing ends it before.
    pub fn budget(&self) -> f64 {
        self.terms.book.cost(self.course.limit - self.course.spent_before)
    }

    /// Value at `x` (dim,). Costs half a gradient.
    ///
    /// # Errors
    /// The attempt ends.
    pub fn value(&mut self, x: &[f64]) -> Result<f64, Stop> {
        self.charge(self.terms.book.prices.value)?;
        self.ledger.counts.n_f += 1;
        let f = self.evaluator.value(x);
        self.see(f, x);
        Ok(f)
    }

    /// Gradient along the surface at `x` (dim,) into `grad` (dim,); returns the value. Costs one gradient.
    ///
    /// # Errors
    /// The attempt ends.
    pub fn gradient(&mut self, x: &[f64], grad: &mut [f64]) -> Result<f64, Stop> {
        self.charge(self.terms.book.prices.gradient)?;
        self.ledger.counts.n_grad += 1;
        let f = self.evaluator.gradient(x, grad);
        self.radial.note(x, grad);
        self.terms.geometry.project(x, grad);
        self.see(f, x);
        Ok(f)
    }

    /// Hessian along the surface at `x` (dim,) times the tangent vector `v` (dim,) into `hv` (dim,). Costs two gradients.
    ///
    /// Sphere: `P H v - (x.g / |x|^2) v`, which needs the gradient at `x`: it is at hand when `x` is one of the last
    /// two points whose gradient was asked for, and costs another gradient otherwise.
    ///
    /// # Errors
    /// The attempt ends.
    pub fn hvp(&mut self, x: &[f64], v: &[f64], hv: &mut [f64]) -> Result<(), Stop> {
        let share = self.radial_share(x, self.terms.book.prices.hvp)?;
        self.ledger.counts.n_hvp += 1;
        self.evaluator.hvp(x, v, hv);
        if let Some(share) = share {
            hv.iter_mut().zip(v).for_each(|(hv, v)| *hv -= share * v);
            self.terms.geometry.project(x, hv);
        }
        Ok(())
    }

    /// Hessian along the surface at `x` (dim,) into `hess` (dim x dim, row-major), symmetric. Costs `dim` gradients.
    ///
    /// Sphere: `P (H - (x.g / |x|^2) I) P + c n n^T`, with the normal `n = x / |x|`, and `c`, the Frobenius norm of
    /// the rest (or 1), at least its greatest eigenvalue in size. So the matrix is nonsingular when the Hessian of the surface is,
    /// has its eigenvalues and `c`, and maps tangent vectors to tangent vectors: a solver need not know of the surface.
    /// The gradient it needs is paid for as in [`Oracle::hvp`].
    ///
    /// # Errors
    /// The attempt ends.
    pub fn hessian(&mut self, x: &[f64], hess: &mut [f64]) -> Result<(), Stop> {
        let share = self.radial_share(x, self.terms.book.prices.hessian)?;
        self.ledger.counts.n_hess += 1;
        self.evaluator.hessian(x, hess);
        if let Some(share) = share {
            to_surface(x, share, hess);
        }
        Ok(())
    }

    /// Declares `x` (dim,) the current iterate, with its value and, where it is known, its gradient along the surface. The
    /// attempt ends here when it has converged (with a gradient only), diverged, met a NaN, or makes no progress.
    ///
    /// # Errors
    /// The attempt ends.
    ///
    /// # Panics
    /// When the first iterate of an attempt is not its start: a mistake in the solver.
    pub fn accept(&mut self, x: &[f64], f: f64, grad: Option<&[f64]>) -> Result<(), Stop> {
        if self.verdict.is_some() {
            return Err(Stop(()));
        }
        let is_step = self.is_begun;
        if is_step {
            self.course.iterations += 1;
            self.step += 1;
            self.course.leave(Lane::alone(&self.x));
            self.course.arrive(Lane::alone(x));
        } else {
            assert!(x == self.x || x.iter().any(|x| x.is_nan()), "the first iterate a solver accepts is its start");
            self.course.f_start = f;
            self.is_begun = true;
        }
        self.x.copy_from_slice(x);
        self.f = f;
        self.grad_norm = grad.map(norm);
        if is_step {
            self.show();
        }
        self.ledger.keep(&self.terms.book, Lane::alone(x));
        if self.course.is_due(self.ledger.spent, false) {
            self.look(grad);
        }
        let held_out = self.held_out.as_mut().map(|evaluator| evaluator.value(x));
        let is_within = is_within(Lane::alone(x), self.terms.settings.x_above);
        let place = Place { x: Lane::alone(x), is_within, f, grad_norm: self.grad_norm, held_out };
        let failure = self.course.failure_at(self.terms, &self.ledger, place);
        let verdict = failure.or_else(|| self.course.arrival_at(self.terms, &self.ledger, place, || false));
        match verdict {
            None if self.step == self.terms.show.steps => {
                self.verdict = Some(Ended::Steps);
                Err(Stop(()))
            }
            None => Ok(()),
            Some(verdict) => {
                self.verdict = Some(Ended::Verdict(verdict));
                Err(Stop(()))
            }
        }
    }

    /// Shows the iterate; a gradient that is not known there is measured at no charge.
    fn look(&mut self, grad: Option<&[f64]>) {
        let grad = grad.unwrap_or_else(|| {
            self.evaluator.gradient(&self.x, &mut self.grad);
            self.terms.geometry.project(&self.x, &mut self.grad);
            &self.grad
        });
        self.course.look(self.terms, self.ledger.spent, (&self.x, self.f, grad), None);
    }

    /// Ends the attempt as stalled by the solver's own test, with the reason in words and numbers, such as
    /// `mesh size 1e-12 <= 1e-11`.
    pub fn give_up(&mut self, why: &str) -> Stop {
        if self.verdict.is_none() {
            let cost = self.spent();
            self.verdict = Some(Ended::Verdict((Status::Stalled, format!("{why}, after {cost} gradients"))));
        }
        Stop(())
    }

    /// Puts `x` (dim,) on the next draw of the start law, the one a restart would begin at. Not an iterate yet.
    pub fn draw_start(&mut self, x: &mut [f64]) {
        self.course.draw_start(x);
    }

    /// Projects `v` (dim,) to the tangent space at `x`; nothing to do on flat space.
    pub fn project(&self, x: &[f64], v: &mut [f64]) {
        self.terms.geometry.project(x, v);
    }

    /// Puts `x` (dim,) back on the surface; nothing to do on flat space.
    pub fn retract(&self, x: &mut [f64]) {
        self.terms.geometry.retract(x);
    }

    /// `to` <- the point that the tangent step `length step` from `x` leads to; all (dim,).
    pub fn moved(&self, x: &[f64], length: f64, step: &[f64], to: &mut [f64]) {
        for ((to, x), step) in to.iter_mut().zip(x).zip(step) {
            *to = x + length * step;
        }
        self.terms.geometry.retract(to);
    }

    /// Slope of f along the curve `a -> moved(x, a, step)` at `a = length`, with `grad` (dim,) the gradient there.
    ///
    /// Sphere: the retraction slows down along its way, and tangents turn, which together is the factor
    /// `1 / sqrt(1 + length^2 |step|^2 / |x|^2)`.
    pub fn slope(&self, x: &[f64], length: f64, step: &[f64], grad: &[f64]) -> f64 {
        let slope = dot(grad, step);
        match self.terms.geometry {
            Geometry::Flat => slope,
            Geometry::Sphere { .. } => slope / (1.0 + length * length * (dot(step, step) / dot(x, x))).sqrt(),
        }
    }

    /// Norm of the gradient at which an accepted iterate has converged.
    pub fn grad_tol(&self) -> f64 {
        self.terms.settings.grad_tol
    }

    fn see(&mut self, f: f64, x: &[f64]) {
        if self.ledger.see(&self.terms.book, f) {
            self.x_best.copy_from_slice(x);
        }
    }

    fn charge(&mut self, units: u64) -> Result<(), Stop> {
        if self.verdict.is_some() {
            return Err(Stop(()));
        }
        if !self.course.affords(&self.ledger, units) {
            self.verdict = Some(Ended::Budget);
            return Err(Stop(()));
        }
        self.ledger.spend(&self.terms.book, units);
        Ok(())
    }

    /// Charges for a second derivative at `x`; on a sphere, gives the share that the radial gradient has in it.
    fn radial_share(&mut self, x: &[f64], units: u64) -> Result<Option<f64>, Stop> {
        if *self.terms.geometry == Geometry::Flat {
            self.charge(units)?;
            return Ok(None);
        }
        if let Some(share) = self.radial.at(x) {
            self.charge(units)?;
            return Ok(Some(share));
        }
        self.charge(units.saturating_add(self.terms.book.prices.gradient))?;
        self.ledger.counts.n_grad += 1;
        let f = self.evaluator.gradient(x, &mut self.grad);
        self.see(f, x);
        self.radial.note(x, &self.grad);
        Ok(self.radial.at(x))
    }

    /// Measures what is not known at the end point, at no charge, and closes the attempt; whether another begins.
    fn end_attempt(&mut self) -> bool {
        let terms = self.terms;
        let grad_norm = self.grad_norm.unwrap_or_else(|| {
            let f = self.evaluator.gradient(&self.x, &mut self.grad);
            if !self.is_begun {
                (self.f, self.course.f_start) = (f, f);
                if self.ledger.see(&terms.book, f) {
                    self.x_best.copy_from_slice(&self.x);
                }
            }
            terms.geometry.project(&self.x, &mut self.grad);
            norm(&self.grad)
        });
        let verdict = match self.verdict.take().expect("only the oracle ends an attempt") {
            Ended::Verdict(verdict) => verdict,
            Ended::Budget => Course::out_of_budget(terms, &self.ledger, grad_norm),
            Ended::Steps => Course::out_of_steps(terms, grad_norm),
        };
        self.ledger.keep(&terms.book, Lane::alone(&self.x));
        (self.is_begun, self.grad_norm) = (false, None);
        let goes_on = self.course.end(terms, &self.ledger, Lane::alone(&self.x), self.f, grad_norm, verdict);
        if !goes_on && self.course.is_due(self.ledger.spent, true) {
            self.look(None);
        }
        self.f = f64::NAN;
        goes_on
    }
}

/// `hess` (dim x dim) <- `P (H - share I) P + c n n^T`, see [`Oracle::hessian`].
fn to_surface(x: &[f64], share: f64, hess: &mut [f64]) {
    let n = x.len();
    let square = dot(x, x);
    for (i, row) in hess.chunks_exact_mut(n).enumerate() {
        row[i] -= share;
        // A row of A P: less its part along the normal.
        let along = dot(row, x) / square;
        row.iter_mut().zip(x).for_each(|(a, x)| *a -= along * x);
    }
    for j in 0..n {
        let along = (0..n).map(|i| hess[i * n + j] * x[i]).sum::<f64>() / square;
        for i in 0..n {
            hess[i * n + j] -= along * x[i];
        }
    }
    let size = norm(hess);
    let c = if size > 0.0 { size } else { 1.0 };
    for i in 0..n {
        for j in 0..=i {
            // Both projections round differently on the two sides of the diagonal.
            let entry = 0.5 * (hess[i * n + j] + hess[j * n + i]) + c * (x[i] * x[j] / square);
            hess[i * n + j] = entry;
            hess[j * n + i] = entry;
        }
    }
}

/// `x.g / |x|^2` at the last two points of a sphere whose gradient in R^dim was computed.
struct RadialShares {
    points: [Vec<f64>; 2],
    shares: [f64; 2],
    /// Which of the two is overwritten next.
    next: usize,
}

impl RadialShares {
    /// For points (dim,); on flat space `dim` is 0 and nothing is kept.
    fn new(dim: usize) -> Self {
        Self { points: [vec![f64::NAN; dim], vec![f64::NAN; dim]], shares: [0.0; 2], next: 0 }
    }

    fn note(&mut self, x: &[f64], grad: &[f64]) {
        if self.points[0].is_empty() {
            return;
        }
        self.points[self.next].copy_from_slice(x);
        self.shares[self.next] = dot(x, grad) / dot(x, x);
        self.next = 1 - self.next;
    }

    fn at(&self, x: &[f64]) -> Option<f64> {
        self.points.iter().zip(self.shares).find(|(point, _)| point.as_slice() == x).map(|(_, share)| share)
    }
}
