//! Which of two methods is faster when some runs never reached the target.

use std::cmp::Ordering;

use statrs::distribution::{ContinuousCDF, Normal};

/// What a run is ranked by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rank {
    /// Reached the target at this cost.
    Reached(f64),
    /// Did not; its best gap at the smallest budget of any unreached run of the two samples, the same cost for all.
    Unreached(f64),
}

impl Rank {
    /// Better first: reached before unreached, then the smaller number.
    fn order(&self, other: &Rank) -> Ordering {
        match (self, other) {
            (Rank::Reached(a), Rank::Reached(b)) | (Rank::Unreached(a), Rank::Unreached(b)) => a.total_cmp(b),
            (Rank::Reached(_), Rank::Unreached(_)) => Ordering::Less,
            (Rank::Unreached(_), Rank::Reached(_)) => Ordering::Greater,
        }
    }
}

/// Mann and Whitney's comparison of two samples of runs, censored as COCO does it.
///
/// Source: Mann and Whitney (1947); COCO, `cocopp.toolsstats.significancetest`, which adds that long successes make the
/// rule for unreached runs imperfect, and wants the better side to have the better ERT as well. The effect is Vargha and
/// Delaney's (2000) A12.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankSum {
    /// Pairs in which the first run is the better one, ties counting one half.
    pub u: f64,
    /// `u` over the number of pairs: probability that a run of the first sample beats one of the second.
    pub a12: f64,
    /// Two-sided p-value: normal approximation with mid-ranks, correction for ties and for continuity; 1 when all runs
    /// are tied.
    pub p: f64,
}

impl RankSum {
    /// Of two samples; `None` when one is empty.
    pub fn between(a: &[Rank], b: &[Rank]) -> Option<Self> {
        if a.is_empty() || b.is_empty() {
            return None;
        }
        let points = |x: &Rank, y: &Rank| match x.order(y) {
            Ordering::Less => 1.0,
            Ordering::Equal => 0.5,
            Ordering::Greater => 0.0,
        };
        let u: f64 = a.iter().flat_map(|x| b.iter().map(move |y| points(x, y))).sum();
        let mut all: Vec<Rank> = a.iter().chain(b).copied().collect();
        all.sort_by(Rank::order);
        let ties: f64 = all
            .chunk_by(|x, y| x.order(y) == Ordering::Equal)
            .map(|tied| (tied.len() as f64).powi(3) - tied.len() as f64)
            .sum();
        let (pairs, total) = ((a.len() * b.len()) as f64, all.len() as f64);
        // n1 n2 / 12 ((N + 1) - sum(t^3 - t) / (N (N - 1))), the variance of U without a difference.
        let variance = pairs / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
        let excess = ((u - 0.5 * pairs).abs() - 0.5).max(0.0);
        let p = if variance > 0.0 { 2.0 * Normal::standard().sf(excess / variance.sqrt()) } else { 1.0 };
        Some(RankSum { u, a12: u / pairs, p: p.min(1.0) })
    }
}
