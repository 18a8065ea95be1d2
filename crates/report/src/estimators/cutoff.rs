//! When to give up an attempt and restart: the best fixed cutoff, and Luby's sequence.

use super::runtime::{Outcome, Runtime};

/// A fixed cutoff and what it would have cost on some runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cutoff {
    /// Every attempt ends here at the latest.
    pub cutoff: f64,
    /// Cost and successes of the truncated runs.
    pub runtime: Runtime,
}

impl Cutoff {
    /// The runs truncated at `cutoff`: `E(t) = sum_i min(T_i, b_i, t) / #{T_i <= t}`, the expected running time of
    /// restarts with cutoff t.
    ///
    /// Right while every run that did not hit and did not stop by itself went on to `cutoff` or beyond.
    pub fn of(outcomes: &[Outcome], cutoff: f64) -> Self {
        let truncated = outcomes
            .iter()
            .map(|outcome| Outcome { hit: outcome.hit.filter(|hit| *hit <= cutoff), cost: outcome.cost.min(cutoff) });
        Cutoff { cutoff, runtime: Runtime::of(truncated) }
    }

    /// The cutoff with the least `E(t)` among the observed hits, the smallest of equals. `None` without a hit.
    ///
    /// Between two hits `E` only grows, so no other cutoff is better on these runs. For that reason it is too good to
    /// be true: see [`cross_fit`]. Source: Luby, Sinclair and Zuckerman (1993).
    ///
    /// ```
    /// use report::estimators::{Cutoff, Outcome};
    /// let run = |hit| Outcome { hit, cost: 100.0 };
    /// let best = Cutoff::best(&[run(Some(5.0)), run(Some(90.0)), run(None)]).unwrap();
    /// assert_eq!((best.cutoff, best.runtime.ert()), (5.0, 15.0)); // (5 + 5 + 5) / 1, against (5 + 90 + 90) / 2
    /// ```
    pub fn best(outcomes: &[Outcome]) -> Option<Self> {
        let mut hits: Vec<f64> = outcomes.iter().filter_map(|outcome| outcome.hit).collect();
        hits.sort_by(f64::total_cmp);
        // Runs in the order in which they end, so that one sweep gives every sum; summed in full for the winner only.
        let mut ends: Vec<f64> = outcomes.iter().map(|outcome| outcome.hit.unwrap_or(outcome.cost)).collect();
        ends.sort_by(f64::total_cmp);
        let (mut ended, mut spent) = (0, 0.0);
        let mut best: Option<(f64, f64)> = None;
        for (i, t) in hits.iter().enumerate() {
            if hits.get(i + 1) == Some(t) {
                continue;
            }
            while ended < ends.len() && ends[ended] <= *t {
                spent += ends[ended];
                ended += 1;
            }
            let ert = (spent + (ends.len() - ended) as f64 * t) / (i + 1) as f64;
            if best.is_none_or(|(least, _)| ert < least) {
                best = Some((ert, *t));
            }
        }
        best.map(|(_, cutoff)| Cutoff::of(outcomes, cutoff))
    }
}

/// A cutoff judged on runs that did not choose it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossFit {
    /// The best cutoff of all runs: the one to use.
    pub cutoff: f64,
    /// How many runs hit at or below it; with fewer than 5 it is mostly chance.
    pub hits: usize,
    /// Expected running time of the procedure, honest: each half of the runs is scored with the cutoff that the other
    /// half chose, and the two scores are averaged with their numbers of hits as weights (the costs of both are
    /// divided by the hits of both). Infinite when no held-out run hits.
    pub ert: f64,
    /// What the held-out runs spent: a lower bound where `ert` is infinite.
    pub spent: f64,
}

/// The best fixed cutoff, chosen on odd replicates and scored on even ones, and the other way round.
///
/// Choosing the minimum of `E(t)` and quoting that minimum is optimistic. `None` unless both halves have a hit to
/// choose from. `runs`: (replicate, outcome).
pub fn cross_fit(runs: &[(u64, Outcome)]) -> Option<CrossFit> {
    let all: Vec<Outcome> = runs.iter().map(|(_, outcome)| *outcome).collect();
    let half = |parity: u64| -> Vec<Outcome> {
        runs.iter().filter(|(replicate, _)| replicate % 2 == parity).map(|(_, outcome)| *outcome).collect()
    };
    let (even, odd) = (half(0), half(1));
    let on_even = Cutoff::of(&even, Cutoff::best(&odd)?.cutoff).runtime;
    let on_odd = Cutoff::of(&odd, Cutoff::best(&even)?.cutoff).runtime;
    let held_out = Runtime { spent: on_even.spent + on_odd.spent, successes: on_even.successes + on_odd.successes };
    let best = Cutoff::best(&all)?;
    Some(CrossFit { cutoff: best.cutoff, hits: best.runtime.successes, ert: held_out.ert(), spent: held_out.spent })
}

/// Term `i` (from 1) of Luby's universal restart sequence 1, 1, 2, 1, 1, 2, 4, ...: `2^(k-1)` for `i = 2^k - 1`, and
/// the term `i - 2^(k-1) + 1` for `2^(k-1) <= i < 2^k - 1`.
///
/// Cutoffs proportional to it cost at most a factor `O(log)` more than the best fixed cutoff, which nobody needs to
/// know. Source: Luby, Sinclair and Zuckerman (1993).
///
/// # Panics
/// `i = 0`.
pub fn luby(i: u64) -> u64 {
    assert!(i > 0, "the sequence begins at 1");
    // 2^(k-1) <= i < 2^k.
    let half = 1 << i.ilog2();
    if i - half == half - 1 { half } else { luby(i - half + 1) }
}
