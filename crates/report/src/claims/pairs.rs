//! How far two rows of a table differ, and whether that is more than chance.

use statrs::distribution::{ContinuousCDF, Normal};

use super::columns::Z;
use super::measure::{Measured, cell};
use crate::estimators::{Difference, Estimate, fisher_exact, mcnemar_exact, paired_interval};
use crate::folder::{Folder, Run};
use crate::rows::{At, Class};
use crate::table::{Cell, Table};
use crate::tables::{hit, pairs};

/// What the runs say about a difference.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Contrast {
    /// 95 % interval of first minus second.
    pub interval: Option<(f64, f64)>,
    /// Standard error of the difference, of values that are not shares.
    pub se: Option<f64>,
    /// Two-sided p-value of "no difference"; absent where nothing is known of the errors.
    pub p: Option<f64>,
    /// What gave it.
    pub test: &'static str,
}

/// Shares: the exact McNemar test where both rows are about the same replicates, else Fisher's; intervals of Newcombe.
/// Other values: normal, from both standard errors.
pub(crate) fn contrast(table: &Table, folder: &Folder, quantity: &str, a: &Measured, b: &Measured) -> Contrast {
    if let (Some((s1, n1)), Some((s2, n2))) = (a.uncertainty.share, b.uncertainty.share) {
        if let Some(pairs) = paired(table, folder, quantity, a, b) {
            let count = |kind| pairs.iter().filter(|pair| **pair == kind).count();
            let [both, first, second, neither] =
                [(true, true), (true, false), (false, true), (false, false)].map(count);
            return Contrast {
                interval: Some(paired_interval(both, first, second, neither)),
                se: None,
                p: Some(mcnemar_exact(first, second)),
                test: "exact McNemar test on pairs",
            };
        }
        return Contrast {
            interval: Some(Difference::between(&Estimate::share(s1, n1), &Estimate::share(s2, n2)).interval),
            se: None,
            p: Some(fisher_exact(s1, n1, s2, n2)),
            test: "Fisher's exact test",
        };
    }
    let (Some(first), Some(second)) = (a.uncertainty.se, b.uncertainty.se) else { return Contrast::default() };
    let (d, se) = (a.value - b.value, first.hypot(second));
    if !se.is_finite() {
        return Contrast::default();
    }
    let p = if d == 0.0 { 1.0 } else { 2.0 * Normal::standard().cdf(-(d / se).abs()) };
    Contrast {
        interval: Some((d - Z * se, d + Z * se)),
        se: Some(se),
        p: Some(p),
        test: "normal, both standard errors",
    }
}

/// `(first succeeded, second succeeded)` for each replicate, where both rows are about runs of one problem.
fn paired(table: &Table, folder: &Folder, quantity: &str, a: &Measured, b: &Measured) -> Option<Vec<(bool, bool)>> {
    let (first, second) = (Row::of(table, quantity, a)?, Row::of(table, quantity, b)?);
    if first.problem != second.problem {
        return None;
    }
    let problems = folder.problems();
    let problem = problems.iter().find(|problem| problem.label == first.problem)?;
    let runs = |row: &Row| problem.methods.iter().find(|method| method.label == row.method).map(|method| &method.runs);
    pairs(runs(&first)?, |run| first.succeeded(run), runs(&second)?, |run| second.succeeded(run))
}

/// A row whose successes can be told run by run.
struct Row<'t> {
    problem: &'t str,
    method: &'t str,
    success: Success,
}

enum Success {
    /// Came within the gap.
    Gap(f64),
    /// Ended within the gap.
    EndGap(f64),
    /// Stopped at a minimum.
    Minimum,
}

impl<'t> Row<'t> {
    fn of(table: &Table, quantity: &str, measured: &Measured<'t>) -> Option<Self> {
        let row = measured.row?;
        let text = |column| match cell(table, row, column) {
            Some(Cell::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let success = match (table.name.as_str(), quantity, cell(table, row, "gap")) {
            ("success", "ended", Some(Cell::Real(gap))) => Success::EndGap(*gap),
            ("success", _, Some(Cell::Real(gap))) => Success::Gap(*gap),
            ("endpoints", ..) => Success::Minimum,
            _ => return None,
        };
        Some(Row { problem: text("problem")?, method: text("method")?, success })
    }

    fn succeeded(&self, run: &Run) -> bool {
        match self.success {
            Success::Gap(gap) => hit(run, gap).is_some(),
            Success::EndGap(gap) => run.ends_within(gap),
            Success::Minimum => run.points.iter().any(|point| point.at == At::Stop && point.class == Class::Minimum),
        }
    }
}
