//! The ledger of one run: what was spent, what was seen at which cost.

use crate::result::Snapshot;
use crate::settings::Settings;

/// What every ledger of a block needs to know, prepared once.
pub(crate) struct Book {
    /// Row-gradients in one gradient-equivalent.
    pub(crate) row_count: u64,
    /// Row-gradients a run may spend.
    pub(crate) budget_rows: u64,
    /// `(target, position in the settings)`, easiest target first.
    targets: Vec<(f64, usize)>,
    /// Rising.
    moments: Vec<u64>,
}

impl Book {
    pub(crate) fn new(settings: &Settings, row_count: u64) -> Self {
        let mut targets: Vec<(f64, usize)> = settings.targets.iter().copied().zip(0..).collect();
        targets.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut moments = settings.moments.clone();
        moments.sort_unstable();
        // A budget beyond 2^64 row-gradients cannot be spent, so saturating changes no run.
        Self { row_count, budget_rows: settings.budget.saturating_mul(row_count), targets, moments }
    }

    /// Row-gradients as gradient-equivalents.
    pub(crate) fn cost(&self, rows: u64) -> f64 {
        rows as f64 / self.row_count as f64
    }
}

/// Exact counts and first hits of one run.
pub(crate) struct Ledger {
    /// Row-gradients spent.
    pub(crate) spent: u64,
    /// Cost of the first hit per target, in the order of the settings.
    pub(crate) hits: Vec<Option<f64>>,
    /// How many of the sorted targets are hit.
    n_hit: usize,
    pub(crate) f_best: f64,
    /// The start, as long as no value was finite.
    pub(crate) x_best: Vec<f64>,
    pub(crate) cost_at_best: f64,
    pub(crate) snapshots: Vec<Snapshot>,
}

impl Ledger {
    pub(crate) fn new(book: &Book, dim: usize) -> Self {
        Self {
            spent: 0,
            hits: vec![None; book.targets.len()],
            n_hit: 0,
            f_best: f64::NAN,
            x_best: vec![0.0; dim],
            cost_at_best: 0.0,
            snapshots: Vec::with_capacity(book.moments.len()),
        }
    }

    /// Spends `rows` row-gradients at `x`. The caller has made sure that the budget allows it.
    pub(crate) fn spend(&mut self, book: &Book, rows: u64, x: &[f64]) {
        self.spent += rows;
        assert!(self.spent <= book.budget_rows, "{} of {} row-gradients spent", self.spent, book.budget_rows);
        while let Some(&moment) = book.moments.get(self.snapshots.len()) {
            if self.spent < moment.saturating_mul(book.row_count) {
                break;
            }
            self.snapshots.push(Snapshot { moment, cost: book.cost(self.spent), x: x.to_vec() });
        }
    }

    /// Takes note of the noise-free value of the whole objective at `x`. A value that is not finite is no
    /// value: it hits nothing and is never best.
    pub(crate) fn see(&mut self, book: &Book, f: f64, x: &[f64]) {
        if !f.is_finite() {
            return;
        }
        let cost = book.cost(self.spent);
        while let Some(&(target, place)) = book.targets.get(self.n_hit) {
            if f > target {
                break;
            }
            self.hits[place] = Some(cost);
            self.n_hit += 1;
        }
        if self.f_best.is_nan() || f < self.f_best {
            self.f_best = f;
            self.x_best.copy_from_slice(x);
            self.cost_at_best = cost;
        }
    }
}
