//! The tables, one file each.

mod endpoints;
mod index_vs_loss;
mod signs;
mod success;

use crate::folder::Folder;
use crate::rows::{Class, CriticalRow};
use crate::table::Table;

/// Every table that has rows, in reading order.
pub(crate) fn all(folder: &Folder) -> Vec<Table> {
    [success::table(folder), endpoints::table(folder), signs::table(folder), index_vs_loss::table(folder)]
        .into_iter()
        .flatten()
        .collect()
}

/// How many of the points have this class.
fn count_class<'a>(points: impl IntoIterator<Item = &'a CriticalRow>, class: Class) -> usize {
    points.into_iter().filter(|point| point.class == class).count()
}

/// Marks cells that lack runs.
const INCOMPLETE_NOTE: &str =
    "* = runs are missing: [missing counted as failure, missing dropped] instead of an estimate.";

/// `problem (n = 50 per method)`, or each method's own count where they differ.
fn heading(problem: &str, planned: &[(&str, usize)]) -> String {
    let n = planned[0].1;
    if planned.iter().all(|(_, count)| *count == n) {
        format!("{problem} (n = {n} per method)")
    } else {
        format!("{problem} (n: {})", listed(planned))
    }
}

/// `sgd 3, adam 1`.
fn listed(counts: &[(&str, usize)]) -> String {
    counts.iter().map(|(method, count)| format!("{method} {count}")).collect::<Vec<String>>().join(", ")
}
