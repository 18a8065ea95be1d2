//! Runs on several draws of one random surface, taken together.

use std::collections::HashSet;

use crate::folder::{Folder, MethodRuns, Run};

/// Parameters that say which draw of a random surface it is.
const DRAW_PARAMETERS: [&str; 2] = ["instance=", "seed="];

/// Draws of one random surface that are shown one by one: with panels and blocks of their own.
pub(crate) const MOST_DRAWS: usize = 4;

/// The label of a problem without the words that say which draw it is.
///
/// ```
/// assert_eq!(report::without_draw("spherical_spin p=3 dim=4 instance=7"), "spherical_spin p=3 dim=4");
/// ```
pub fn without_draw(label: &str) -> String {
    let is_kept = |word: &&str| !DRAW_PARAMETERS.iter().any(|parameter| word.starts_with(parameter));
    label.split(' ').filter(is_kept).collect::<Vec<&str>>().join(" ")
}

/// The folder without surveys that counted the points of one of several draws: their points are for means over the draws, not
/// for a look at each surface. Beside it a line that says so, if there are any.
pub(crate) fn without_counted(folder: &Folder) -> (Folder, Option<String>) {
    let draws = pooled(folder, |_| true).into_iter().filter(|pooled| pooled.draws.len() > 1);
    let is_counted = |run: &&Run| run.cell.strategy == "survey" && !run.counts.is_empty();
    let runs = draws.flat_map(|pooled| pooled.draws).flatten().filter(is_counted);
    let keys: HashSet<&str> = runs.map(|run| run.row.run_key.as_str()).collect();
    let kept = folder.runs.iter().filter(|run| !keys.contains(run.row.run_key.as_str()));
    let (kept, left_out) = (Folder { runs: kept.cloned().collect() }, keys.len());
    let line = format!("({left_out} surveys that count points over draws of a random surface are in the table counts)");
    (kept, (left_out > 0).then_some(line))
}

/// The runs of one method on all draws of a surface.
pub(crate) struct Pooled<'f> {
    /// Label of the problem, without the draw.
    pub problem: String,
    /// Label of the method.
    pub method: &'f str,
    /// Its runs, draw by draw, in plan order.
    pub draws: Vec<Vec<&'f Run>>,
}

impl<'f> Pooled<'f> {
    /// Of all draws, in plan order.
    pub fn runs(&self) -> impl Iterator<Item = &'f Run> {
        self.draws.iter().flatten().copied()
    }
}

/// The runs of a folder by problem without the draw, then method, both in order of first appearance; of those methods whose
/// runs are `wanted`.
pub(crate) fn pooled(folder: &Folder, wanted: impl Fn(&MethodRuns) -> bool) -> Vec<Pooled<'_>> {
    let mut problems: Vec<String> = Vec::new();
    let mut all: Vec<Pooled> = Vec::new();
    for problem in folder.problems() {
        let label = without_draw(problem.label);
        for method in problem.methods.into_iter().filter(&wanted) {
            if !problems.contains(&label) {
                problems.push(label.clone());
            }
            match all.iter_mut().find(|pooled| pooled.problem == label && pooled.method == method.label) {
                Some(pooled) => pooled.draws.push(method.runs),
                None => {
                    all.push(Pooled { problem: label.clone(), method: method.label, draws: vec![method.runs] });
                }
            }
        }
    }
    let place = |pooled: &Pooled| problems.iter().position(|problem| *problem == pooled.problem);
    all.sort_by_key(place);
    all
}
