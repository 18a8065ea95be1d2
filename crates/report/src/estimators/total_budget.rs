//! Success of restarts within a total budget, by random orders of the runs.

use super::resample::Resample;
use super::runtime::Outcome;

/// Every order of so few runs is looked at; of more, a random sample.
const ALL_ORDERS: usize = 8;

/// `n` runs to be put one after another, without replacement, until one succeeds or the budget is spent.
///
/// The share of orders whose first success comes at a summed cost within the budget is an unbiased estimate of the
/// success of independent restarts, but only while n failed runs are certain to outlast the budget:
/// `budget <= n b_min`, b_min the least cost of a failed attempt. Beyond it the estimate would be too low, so there is
/// none.
#[derive(Debug, Clone, Copy)]
pub struct TotalBudget<'a> {
    /// The runs, hits within `cutoff` being successes.
    pub outcomes: &'a [Outcome],
    /// Every run ends here at the latest.
    pub cutoff: f64,
}

impl TotalBudget<'_> {
    /// `(cost, succeeded)` of an attempt.
    fn attempt(&self, i: usize) -> (f64, bool) {
        let Outcome { hit, cost } = self.outcomes[i];
        match hit.filter(|hit| *hit <= self.cutoff) {
            Some(hit) => (hit, true),
            None => (cost.min(self.cutoff), false),
        }
    }

    /// Largest budget with an unbiased estimate: `n b_min`, infinite without failures (one run always suffices, whatever
    /// it costs, as far as these runs say).
    pub fn valid_to(&self) -> f64 {
        let attempts = (0..self.outcomes.len()).map(|i| self.attempt(i));
        let least = attempts.filter(|(_, success)| !success).map(|(cost, _)| cost).fold(f64::INFINITY, f64::min);
        least * self.outcomes.len() as f64
    }

    /// Share of orders that succeed within `budget`: of all orders for at most 8 runs, otherwise of `orders` random
    /// ones. `None` beyond [`TotalBudget::valid_to`] and without runs.
    pub fn success_within(&self, budget: f64, orders: usize, random: &mut Resample) -> Option<f64> {
        let n = self.outcomes.len();
        if n == 0 || budget > self.valid_to() {
            return None;
        }
        let mut order: Vec<usize> = (0..n).collect();
        if n <= ALL_ORDERS {
            let (successes, all) = self.every_order(&mut order, 0, budget);
            return Some(successes as f64 / all as f64);
        }
        let successes = (0..orders).filter(|_| self.random_order(&mut order, budget, random)).count();
        Some(successes as f64 / orders as f64)
    }

    /// Draws one order only as far as the budget goes.
    fn random_order(&self, order: &mut [usize], budget: f64, random: &mut Resample) -> bool {
        let mut spent = 0.0;
        for i in 0..order.len() {
            order.swap(i, i + random.below(order.len() - i));
            let (cost, success) = self.attempt(order[i]);
            spent += cost;
            if success || spent > budget {
                return success && spent <= budget;
            }
        }
        false
    }

    /// `(orders that succeed, orders)` over all arrangements of `order[fixed..]`.
    fn every_order(&self, order: &mut [usize], fixed: usize, budget: f64) -> (u64, u64) {
        if fixed == order.len() {
            let mut spent = 0.0;
            let first = order.iter().map(|i| self.attempt(*i)).find(|(cost, success)| {
                spent += cost;
                *success
            });
            return (u64::from(first.is_some() && spent <= budget), 1);
        }
        let mut total = (0, 0);
        for i in fixed..order.len() {
            order.swap(fixed, i);
            let (successes, all) = self.every_order(order, fixed + 1, budget);
            total = (total.0 + successes, total.1 + all);
            order.swap(fixed, i);
        }
        total
    }
}
