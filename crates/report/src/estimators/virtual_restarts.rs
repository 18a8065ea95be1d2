//! Virtual restarts: the running time of a restarted method, computed from its single runs.

use super::resample::{Resample, percentiles};
use super::runtime::Outcome;
use super::share::LEVEL;

/// Largest number of grid cells per budget; what is not a multiple of a common unit is rounded to so many steps.
const CELLS: usize = 1 << 16;
/// Costs are looked for among multiples of 1, 1/2, ..., 1/1000.
const FINEST: u32 = 1000;
/// Distance to a multiple that counts as rounding of the cost's own sum.
const ON_GRID: f64 = 1e-6;
/// A probability of failure below this is lost in the rounding of the recursion.
const ROUNDED: f64 = 1e-12;

/// The law of one attempt: what single runs say about it.
///
/// A restarted method makes independent attempts until one succeeds and pays `RT = b_1 + ... + b_J + T`. With the n
/// runs as the law of an attempt (drawn with replacement, as COCO's simulated restarts do), the distribution of RT
/// obeys `G(t) = (#{T_i <= t} + sum over failures of G(t - b_i)) / n`, `G(t) = 0` for `t < 0`. It is computed by this
/// recursion on a grid of costs, without sampling. If all failures cost B and no success more, it is
/// `1 - (1-p)^m (1 - F(t - mB))` with `m = floor(t/B)` and `F(r) = #{T_i <= r}/n`.
///
/// Exact when all costs are multiples of 1/q, q up to 1000, and the budget has at most 65536 such steps; otherwise
/// costs are rounded up to 1/65536 of the budget, so G is never too large.
///
/// Source of the simulated form: COCO, performance assessment, section on runtime distributions.
#[derive(Debug, Clone)]
pub struct VirtualRestarts {
    hits: Vec<f64>,
    failures: Vec<f64>,
}

impl VirtualRestarts {
    /// Of runs that are cut off at `cutoff` (infinite: at their own end). `None` without runs or when a failure has no
    /// positive cost, because restarts would then be free.
    pub fn new(outcomes: &[Outcome], cutoff: f64) -> Option<Self> {
        let mut law = VirtualRestarts { hits: Vec::new(), failures: Vec::new() };
        for outcome in outcomes {
            match outcome.hit {
                Some(hit) if hit <= cutoff => law.hits.push(hit),
                _ => law.failures.push(outcome.cost.min(cutoff)),
            }
        }
        // `!(b > 0)` refuses NaN too.
        let is_free = law.failures.iter().any(|b| !(*b > 0.0 && b.is_finite()));
        (!outcomes.is_empty() && !is_free).then_some(law)
    }

    /// Runs.
    pub fn runs(&self) -> usize {
        self.hits.len() + self.failures.len()
    }

    /// Runs that reached the target at cost `t` or less.
    pub fn hits_within(&self, t: f64) -> usize {
        self.hits.iter().filter(|hit| **hit <= t).count()
    }

    /// Probability that restarts have succeeded at total cost `t`.
    pub fn success_within(&self, t: f64) -> f64 {
        self.at(&[t])[0]
    }

    /// The same at several costs, from one recursion.
    pub fn at(&self, costs: &[f64]) -> Vec<f64> {
        let end = costs.iter().copied().fold(0.0, f64::max);
        let grid = Grid::of(self, end);
        let mut started = vec![0.0; grid.cells + 1];
        for hit in &self.hits {
            if let Some(slot) = started.get_mut(grid.up(*hit)) {
                *slot += 1.0 / self.runs() as f64;
            }
        }
        for k in 1..started.len() {
            started[k] += started[k - 1];
        }
        let curve = self.renew(&grid, started);
        costs.iter().map(|t| if *t < 0.0 { 0.0 } else { curve[grid.down(*t)].min(1.0) }).collect()
    }

    /// Expected number of attempts that begin before `t` is spent when all of them fail: `M(t) = 1 + mean over the
    /// failures of M(t - b_i)`, `M(t) = 0` for `t <= 0`; at least 1, infinite without failures.
    pub fn attempts_within(&self, t: f64) -> f64 {
        if self.failures.is_empty() {
            return f64::INFINITY;
        }
        let failing = VirtualRestarts { hits: Vec::new(), failures: self.failures.clone() };
        let grid = Grid::of(&failing, t.max(0.0));
        // One step earlier: an attempt that begins when all is spent is none.
        failing.renew(&grid, vec![1.0; grid.cells + 1])[grid.cells.saturating_sub(1)]
    }

    /// `attempts` such that the share p of runs that hit within `t` gives `1 - (1-p)^attempts = G(t)`; the expected
    /// number of attempts where there is no hit or where G is 1 to rounding, 1 where every attempt succeeds.
    pub fn equivalent_attempts(&self, t: f64) -> f64 {
        let p = self.hits_within(t) as f64 / self.runs() as f64;
        let success = self.success_within(t);
        if p == 1.0 {
            1.0
        } else if p == 0.0 || 1.0 - success < ROUNDED {
            self.attempts_within(t)
        } else {
            ((-success).ln_1p() / (-p).ln_1p()).max(1.0)
        }
    }

    /// 95 % pointwise bands of `at(costs)`: the runs are drawn with replacement `draws` times.
    pub fn bands(&self, costs: &[f64], draws: usize, random: &mut Resample) -> Vec<(f64, f64)> {
        let curves = random.bootstrap(self.runs(), draws, |sample| {
            let mut law = VirtualRestarts { hits: Vec::new(), failures: Vec::new() };
            for i in sample {
                match self.hits.get(*i) {
                    Some(hit) => law.hits.push(*hit),
                    None => law.failures.push(self.failures[i - self.hits.len()]),
                }
            }
            law.at(costs)
        });
        (0..costs.len()).map(|i| percentiles(curves.iter().map(|curve| curve[i]).collect(), LEVEL)).collect()
    }

    /// Solves `X(k) = first(k) + sum over failures of X(k - b) / n`, from small k to large.
    fn renew(&self, grid: &Grid, mut curve: Vec<f64>) -> Vec<f64> {
        let mut steps: Vec<usize> = self.failures.iter().map(|b| grid.up(*b).max(1)).collect();
        steps.sort_unstable();
        // Many runs have equal costs: one term each.
        let terms: Vec<(usize, f64)> =
            steps.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as f64 / self.runs() as f64)).collect();
        for k in 0..curve.len() {
            let later: f64 = terms.iter().take_while(|(b, _)| *b <= k).map(|(b, weight)| weight * curve[k - b]).sum();
            curve[k] += later;
        }
        curve
    }
}

/// Costs as whole numbers of steps.
struct Grid {
    /// Steps per unit of cost.
    per_unit: f64,
    cells: usize,
}

impl Grid {
    /// For costs up to `end`.
    fn of(law: &VirtualRestarts, end: f64) -> Self {
        let fits = |q: f64| end * q <= CELLS as f64;
        let divides = |q: f64| {
            law.hits.iter().chain(&law.failures).filter(|x| **x <= end).all(|x| {
                let steps = x * q;
                (steps - steps.round()).abs() < ON_GRID
            })
        };
        let common = (1..=FINEST).map(f64::from).take_while(|q| fits(*q)).find(|q| divides(*q));
        let per_unit = common.unwrap_or(if end > 0.0 { CELLS as f64 / end } else { 1.0 });
        Grid { per_unit, cells: (end * per_unit + ON_GRID).floor() as usize }
    }

    fn up(&self, cost: f64) -> usize {
        (cost * self.per_unit - ON_GRID).ceil().max(0.0) as usize
    }

    fn down(&self, cost: f64) -> usize {
        ((cost * self.per_unit + ON_GRID).floor() as usize).min(self.cells)
    }
}
