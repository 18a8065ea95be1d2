//! The ledger of one run: what was spent, what was seen at which cost.

use crate::lane::Lane;
use crate::lookout::Missed;
use crate::result::{Counts, Snapshot};
use crate::settings::Settings;

/// Prices in units of half a row-gradient, in which every price is a whole number.
///
/// Why these: with the evaluator of this workspace a value with its gradient costs at most 2.5 values, and a
/// Hessian-vector product at most 2.5 gradients, so a value is half a gradient and a product is two. A dense Hessian
/// from structure and from products shared over directions costs less than `2 dim`; it is charged as `dim` gradients,
/// which is also what forward differences of the gradient would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prices {
    /// Value of the whole objective.
    pub(crate) value: u64,
    /// Its gradient, the value included: one gradient-equivalent.
    pub(crate) gradient: u64,
    /// Hessian times a vector.
    pub(crate) hvp: u64,
    /// Hessian.
    pub(crate) hessian: u64,
}

impl Prices {
    /// For a mean over `row_count` rows in `dim` variables.
    pub(crate) fn new(row_count: u64, dim: u64) -> Self {
        let gradient = 2 * row_count;
        Self { value: row_count, gradient, hvp: 2 * gradient, hessian: dim.saturating_mul(gradient) }
    }

    /// Gradient over `batch` rows.
    pub(crate) fn minibatch(batch: u64) -> u64 {
        2 * batch
    }
}

/// What every ledger of a block needs to know, prepared once.
pub(crate) struct Book {
    pub(crate) prices: Prices,
    /// Units a run may spend.
    pub(crate) budget: u64,
    /// `(target, position in the settings)`, easiest target first.
    targets: Vec<(f64, usize)>,
    /// Rising.
    moments: Vec<u64>,
}

impl Book {
    pub(crate) fn new(settings: &Settings<'_>, row_count: u64, dim: u64) -> Self {
        let mut targets: Vec<(f64, usize)> = settings.targets.iter().copied().zip(0..).collect();
        targets.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut moments = settings.moments.clone();
        moments.sort_unstable();
        let prices = Prices::new(row_count, dim);
        // A budget beyond 2^64 units cannot be spent, so saturating changes no run.
        Self { prices, budget: settings.budget.saturating_mul(prices.gradient), targets, moments }
    }

    /// Units as gradient-equivalents.
    pub(crate) fn cost(&self, units: u64) -> f64 {
        units as f64 / self.prices.gradient as f64
    }
}

/// Exact counts and first hits of one run.
pub(crate) struct Ledger {
    /// Units spent.
    pub(crate) spent: u64,
    pub(crate) counts: Counts,
    /// Cost of the first hit per target, in the order of the settings.
    pub(crate) hits: Vec<Option<f64>>,
    /// How many of the sorted targets are hit.
    n_hit: usize,
    pub(crate) f_best: f64,
    /// Units spent when it was seen.
    best_after: u64,
    pub(crate) snapshots: Vec<Snapshot>,
}

impl Ledger {
    pub(crate) fn new(book: &Book) -> Self {
        Self {
            spent: 0,
            counts: Counts::default(),
            hits: vec![None; book.targets.len()],
            n_hit: 0,
            f_best: f64::NAN,
            best_after: 0,
            snapshots: Vec::with_capacity(book.moments.len()),
        }
    }

    /// Spends `units`. The caller has made sure that the budget allows it.
    pub(crate) fn spend(&mut self, book: &Book, units: u64) {
        self.spent += units;
        assert!(self.spent <= book.budget, "{} of {} half row-gradients spent", self.spent, book.budget);
    }

    /// Takes note of gradients that brought nothing but values.
    pub(crate) fn catch_up(&mut self, book: &Book, missed: Missed) {
        if let Some((f, round)) = missed.best {
            self.f_best = f;
            self.best_after = self.spent + round * book.prices.gradient;
        }
        self.counts.n_grad += missed.rounds;
        self.spend(book, missed.rounds * book.prices.gradient);
    }

    /// The next target, and how many gradients come before the next moment.
    pub(crate) fn outlook(&self, book: &Book) -> (Option<f64>, u64) {
        let target = book.targets.get(self.n_hit).map(|&(target, _)| target);
        let moment = book.moments.get(self.snapshots.len()).map(|moment| moment.saturating_mul(book.prices.gradient));
        let before = |moment: u64| (moment.saturating_sub(self.spent)).div_ceil(book.prices.gradient).saturating_sub(1);
        (target, moment.map_or(u64::MAX, before))
    }

    /// Whether a moment has come at which the point is kept.
    pub(crate) fn has_moment(&self, book: &Book) -> bool {
        let next = book.moments.get(self.snapshots.len());
        next.is_some_and(|moment| self.spent >= moment.saturating_mul(book.prices.gradient))
    }

    /// Keeps the current point for the moments that have come.
    pub(crate) fn keep(&mut self, book: &Book, x: Lane<'_>) {
        while self.has_moment(book) {
            let (moment, cost) = (book.moments[self.snapshots.len()], book.cost(self.spent));
            self.snapshots.push(Snapshot { moment, cost, x: x.to_vec() });
        }
    }

    /// Takes note of the noise-free value of the whole objective at a point, and says whether it is the best so far, so
    /// that the point is to be kept. A value that is not finite is no value: it hits nothing and is never best.
    pub(crate) fn see(&mut self, book: &Book, f: f64) -> bool {
        if !f.is_finite() {
            return false;
        }
        while let Some(&(target, place)) = book.targets.get(self.n_hit) {
            if f > target {
                break;
            }
            self.hits[place] = Some(book.cost(self.spent));
            self.n_hit += 1;
        }
        let is_best = self.f_best.is_nan() || f < self.f_best;
        if is_best {
            self.f_best = f;
            self.best_after = self.spent;
        }
        is_best
    }

    /// Cost at which the best value was seen; 0 when there was none.
    pub(crate) fn cost_at_best(&self, book: &Book) -> f64 {
        book.cost(self.best_after)
    }
}
