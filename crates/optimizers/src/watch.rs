//! What is looked at along a run at no charge: its point at given costs, and the path that led there.

use crate::lane::Lane;
use crate::ledger::Book;
use crate::vector::norm;
use autodiff::math;

/// Which runs of a block are looked at, when, and by whom. A run that nobody watches does no work for it.
pub struct Watch<'w> {
    /// At which costs.
    pub pace: Pace,
    /// Which runs of the block, in its order; runs beyond the list are not watched.
    pub runs: Vec<bool>,
    /// Is shown every sight of the run with this number in the block.
    pub look: &'w dyn Fn(usize, &Sight<'_>),
}

/// The costs at which a run is looked at, in gradient-equivalents of the whole run: at the first measured point that is
/// not below each of them, at the start, and at the end. Costs that pass between two points share the second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// `10^(j/k)`, j = 0, 1, ..., for this `k >= 1`.
    PerDecade(u64),
    /// The multiples of this number, at least 1; 1 is every measured point.
    Every(u64),
}

impl Pace {
    /// The cost with number `j` in units of half a row-gradient, rounded up.
    fn units(self, j: u64, gradient: u64) -> u64 {
        match self {
            Self::Every(step) => (j + 1).saturating_mul(step).saturating_mul(gradient),
            Self::PerDecade(count) => {
                // Whole decades are exact, whatever the exponential rounds to.
                let decade = 10f64.powi(i32::try_from(j / count).unwrap_or(i32::MAX));
                let part = math::exp(std::f64::consts::LN_10 * (j % count) as f64 / count as f64);
                (decade * part * gradient as f64).ceil() as u64
            }
        }
    }
}

/// One look at a run. Its value and gradient are those of the whole objective, without noise.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'p> {
    /// Number of the attempt.
    pub restart: u64,
    /// Steps taken, of a solver: iterates accepted after the start; over all attempts.
    pub iterations: u64,
    /// Gradient-equivalents spent, the evaluation at this point included.
    pub cost: f64,
    /// The point, `(dim,)`.
    pub x: &'p [f64],
    /// Value there.
    pub f: f64,
    /// Gradient there, `(dim,)`; on a surface its tangential part.
    pub grad: &'p [f64],
    /// Euclidean length of the step that led here; 0 at a start.
    pub step_length: f64,
    /// Sum of the lengths of all steps of the attempt.
    pub path_length: f64,
    /// Euclidean distance from the start of the attempt (after noise on it).
    pub from_start: f64,
    /// What the step from here goes by; `None` for a solver, which has neither a learning rate nor noise.
    pub in_force: Option<InForce>,
}

/// Schedule and noise of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InForce {
    /// What the schedule multiplies the learning rate by.
    pub lr_factor: f64,
    /// Standard deviation per coordinate of all noise on the gradient together.
    pub sigma_gradient: f64,
    /// The same of the noise on the weights.
    pub sigma_weights: f64,
}

/// The place of a watched run that is to be looked at.
pub(crate) struct Spot<'p> {
    pub(crate) restart: u64,
    pub(crate) iterations: u64,
    pub(crate) spent: u64,
    pub(crate) x: &'p [f64],
    pub(crate) f: f64,
    pub(crate) grad: &'p [f64],
    pub(crate) in_force: Option<InForce>,
}

/// The path of one watched run.
pub(crate) struct Track<'w> {
    watch: &'w Watch<'w>,
    /// Its number in the block.
    run: usize,
    /// Number of the next cost, and the cost in units.
    next: (u64, u64),
    /// Cost in units and restart of the last sight.
    seen: Option<(u64, u64)>,
    start: Vec<f64>,
    /// The point before the step.
    before: Vec<f64>,
    /// Room for a difference.
    between: Vec<f64>,
    step_length: f64,
    path_length: f64,
}

impl<'w> Track<'w> {
    /// Of run `run` of the block, if it is watched.
    pub(crate) fn of(watch: Option<&'w Watch<'w>>, run: usize, dim: usize) -> Option<Box<Self>> {
        let watch = watch.filter(|watch| watch.runs.get(run) == Some(&true))?;
        let (Pace::PerDecade(count) | Pace::Every(count)) = watch.pace;
        assert!(count >= 1, "a pace of at least 1");
        let room = || vec![0.0; dim];
        let (start, before, between) = (room(), room(), room());
        let track =
            Self { watch, run, next: (0, 0), seen: None, start, before, between, step_length: 0.0, path_length: 0.0 };
        Some(Box::new(track))
    }

    /// Notes the start of an attempt.
    pub(crate) fn begin(&mut self, x: &[f64]) {
        self.start.copy_from_slice(x);
        (self.step_length, self.path_length) = (0.0, 0.0);
    }

    /// Notes where a step begins.
    pub(crate) fn leave(&mut self, x: Lane<'_>) {
        x.copy_to(&mut self.before);
    }

    /// Notes where it ends.
    pub(crate) fn arrive(&mut self, x: Lane<'_>) {
        self.step_length = distance(x.iter(), &self.before, &mut self.between);
        self.path_length += self.step_length;
    }

    /// Whether a look is due.
    pub(crate) fn is_due(&self, spent: u64) -> bool {
        spent >= self.next.1
    }

    /// Whether the last sight was of this very moment.
    pub(crate) fn has_seen(&self, spent: u64, restart: u64) -> bool {
        self.seen == Some((spent, restart))
    }

    /// Shows the place.
    pub(crate) fn look(&mut self, book: &Book, spot: &Spot<'_>) {
        let (mut j, mut units) = self.next;
        while units <= spot.spent {
            units = self.watch.pace.units(j, book.prices.gradient);
            j += u64::from(units <= spot.spent);
        }
        self.next = (j, units);
        self.seen = Some((spot.spent, spot.restart));
        let sight = Sight {
            restart: spot.restart,
            iterations: spot.iterations,
            cost: book.cost(spot.spent),
            x: spot.x,
            f: spot.f,
            grad: spot.grad,
            step_length: self.step_length,
            path_length: self.path_length,
            from_start: distance(spot.x.iter().copied(), &self.start, &mut self.between),
            in_force: spot.in_force,
        };
        (self.watch.look)(self.run, &sight);
    }
}

/// `|a - b|`.
fn distance(a: impl Iterator<Item = f64>, b: &[f64], between: &mut [f64]) -> f64 {
    between.iter_mut().zip(a.zip(b)).for_each(|(d, (a, b))| *d = a - b);
    norm(between)
}
