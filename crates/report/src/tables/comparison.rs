//! Table `comparison`: each method against the first one of its problem, at each quality.

use std::collections::HashMap;

use super::{heading, hit, outcomes, reached};
use crate::estimators::{
    Difference, Estimate, Runtime, Share, fisher_exact, holm, least_detectable, mcnemar_exact, paired_interval,
};
use crate::folder::{Folder, MethodRuns, ProblemRuns, Run, gaps};
use crate::format;
use crate::table::{Block, Cell, Table, accounting, names};

const HEADER: [&str; 20] = [
    "problem",
    "method",
    "baseline",
    "gap",
    "n_method",
    "n_baseline",
    "n_missing",
    "share",
    "baseline_share",
    "difference",
    "difference_lo",
    "difference_hi",
    "test",
    "n_only_method",
    "n_only_baseline",
    "p",
    "p_holm",
    "least_detectable",
    "ert",
    "baseline_ert",
];

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&HEADER)
}

/// What a test of two success counts gives.
struct Effect {
    interval: (f64, f64),
    /// Pairs in which only the method, only the baseline succeeded; none when the runs are not paired.
    discordant: Option<(usize, usize)>,
    p: f64,
    /// Adjusted over the table; absent for a row that could not have shown a difference.
    p_holm: Option<f64>,
    least_detectable: Option<f64>,
}

/// One (problem, method, gap).
struct Line<'a> {
    method: &'a str,
    baseline: &'a str,
    gap: f64,
    share: Share,
    baseline_share: Share,
    erts: [Runtime; 2],
    /// Absent when runs are missing.
    effect: Option<Effect>,
}

impl<'a> Line<'a> {
    fn of(method: &MethodRuns<'a>, baseline: &MethodRuns<'a>, gap: f64) -> Self {
        let (share, baseline_share) = (reached(&method.runs, gap), reached(&baseline.runs, gap));
        let mut line = Line {
            method: method.label,
            baseline: baseline.label,
            gap,
            share,
            baseline_share,
            erts: [&method.runs, &baseline.runs].map(|runs| Runtime::of(outcomes(runs, gap))),
            effect: None,
        };
        if line.missing() == 0 {
            let is_hit = |run: &Run| hit(run, gap).is_some();
            let pairs = pairs(&method.runs, is_hit, &baseline.runs, is_hit);
            line.effect = Some(effect(&pairs, &share, &baseline_share));
        }
        line
    }

    fn missing(&self) -> usize {
        self.share.missing + self.baseline_share.missing
    }

    /// All runs of both reached the gap, or none: no test could tell the methods apart.
    fn is_alike(&self) -> bool {
        let [a, b] = [self.share, self.baseline_share];
        a.count + b.count == 0 || (a.count == a.planned && b.count == b.planned)
    }

    fn difference(&self) -> f64 {
        self.share.estimate() - self.baseline_share.estimate()
    }

    fn test(&self) -> &'static str {
        match &self.effect {
            None => "missing",
            Some(Effect { discordant: Some(_), .. }) => "mcnemar",
            Some(_) => "fisher",
        }
    }

    fn csv_row(&self, problem: &str) -> Vec<Cell> {
        let mut row = [problem, self.method, self.baseline].map(Cell::text).to_vec();
        row.push(Cell::Real(self.gap));
        row.extend([self.share.planned, self.baseline_share.planned, self.missing()].map(Cell::count));
        row.extend([self.share.estimate(), self.baseline_share.estimate(), self.difference()].map(Cell::Real));
        let effect = self.effect.as_ref();
        let interval = effect.map(|effect| effect.interval);
        row.extend([interval.map(|(lo, _)| lo), interval.map(|(_, hi)| hi)].map(Cell::optional));
        row.push(Cell::text(self.test()));
        let discordant = effect.and_then(|effect| effect.discordant);
        let count = |count: Option<usize>| count.map_or(Cell::Empty, Cell::count);
        row.extend([discordant.map(|(first, _)| first), discordant.map(|(_, second)| second)].map(count));
        row.push(Cell::optional(effect.map(|effect| effect.p)));
        row.push(Cell::optional(effect.and_then(|effect| effect.p_holm)));
        row.push(Cell::optional(effect.and_then(|effect| effect.least_detectable)));
        row.extend(self.erts.map(|runtime| Cell::Real(runtime.ert())));
        row
    }

    /// As people see it: method, gap, both shares, difference, p, least detectable, ratio of the running times.
    fn shown(&self) -> Vec<Cell> {
        let mut row = vec![Cell::text(self.method), Cell::Text(format::gap(self.gap))];
        let Some(effect) = &self.effect else {
            row.extend([format::share(&self.share), format::share(&self.baseline_share)].map(Cell::Text));
            row.extend(vec![Cell::Empty; 4]);
            return row;
        };
        row.extend([self.share, self.baseline_share].map(|share| Cell::Text(format::probability(share.estimate()))));
        row.push(Cell::Text(format::difference(self.difference(), effect.interval)));
        row.push(effect.p_holm.map_or(Cell::Empty, super::p_cell));
        row.push(Cell::Text(effect.least_detectable.map_or(String::new(), format::probability)));
        let [ours, theirs] = self.erts.map(|runtime| runtime.ert());
        let ratio = ours / theirs;
        // 0/0 would need targets met by every start point.
        let is_known = ours.is_finite() && theirs.is_finite() && !ratio.is_nan();
        row.push(if is_known { Cell::Real(ratio) } else { Cell::Empty });
        row
    }
}

/// `(first succeeded, second succeeded)` for each replicate; `None` unless both have the same replicates, each once.
pub(crate) fn pairs(
    first: &[&Run],
    first_succeeded: impl Fn(&Run) -> bool,
    second: &[&Run],
    second_succeeded: impl Fn(&Run) -> bool,
) -> Option<Vec<(bool, bool)>> {
    let theirs: HashMap<u64, bool> = second.iter().map(|run| (run.row.replicate, second_succeeded(run))).collect();
    let ours: HashMap<u64, bool> = first.iter().map(|run| (run.row.replicate, first_succeeded(run))).collect();
    if theirs.len() != second.len() || ours.len() != first.len() || ours.len() != theirs.len() {
        return None;
    }
    first.iter().map(|run| Some((ours[&run.row.replicate], *theirs.get(&run.row.replicate)?))).collect()
}

fn effect(pairs: &Option<Vec<(bool, bool)>>, share: &Share, baseline: &Share) -> Effect {
    let estimate = |share: &Share| Estimate::share(share.count, share.planned);
    let least_detectable = least_detectable(baseline.estimate(), baseline.planned, share.planned);
    match pairs {
        Some(pairs) => {
            let count = |kind| pairs.iter().filter(|pair| **pair == kind).count();
            let [both, first, second, neither] =
                [(true, true), (true, false), (false, true), (false, false)].map(count);
            Effect {
                interval: paired_interval(both, first, second, neither),
                discordant: Some((first, second)),
                p: mcnemar_exact(first, second),
                p_holm: None,
                least_detectable,
            }
        }
        None => Effect {
            interval: Difference::between(&estimate(share), &estimate(baseline)).interval,
            discordant: None,
            p: fisher_exact(share.count, share.planned, baseline.count, baseline.planned),
            p_holm: None,
            least_detectable,
        },
    }
}

/// `None` when no problem has targets and two methods.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let folder_problems = folder.problems();
    let mut problems: Vec<(&ProblemRuns, Vec<Line>)> = folder_problems
        .iter()
        .map(|problem| (problem, lines(problem)))
        .filter(|(_, lines)| !lines.is_empty())
        .collect();
    if problems.is_empty() {
        return None;
    }
    adjust(problems.iter_mut().flat_map(|(_, lines)| lines));

    let all = || problems.iter().flat_map(|(_, lines)| lines);
    let count = |is: fn(&Line) -> bool| all().filter(|line| is(line)).count();
    let tested = |line: &Line| line.effect.as_ref().is_some_and(|effect| effect.p_holm.is_some());
    let significant =
        all().filter(|line| line.effect.as_ref().is_some_and(|effect| effect.p_holm.is_some_and(|p| p < 0.05))).count();
    let parts = [
        ("tested", count(tested)),
        ("alike", count(|line| line.effect.is_some() && line.is_alike())),
        ("incomplete", count(|line| line.effect.is_none())),
    ];
    let family = parts[0].1;
    Some(Table {
        name: "comparison".to_string(),
        title: "Each method against the first one of its problem".to_string(),
        notes: notes(count(|line| line.test() == "fisher") > 0),
        header: header(),
        rows: problems
            .iter()
            .flat_map(|(problem, lines)| lines.iter().map(|line| line.csv_row(problem.label)))
            .collect(),
        blocks: problems.iter().map(|(problem, lines)| block(problem, lines)).collect(),
        footer: vec![
            accounting(("comparisons", all().count()), &parts),
            "(alike: all runs of both methods reached the gap, or none did; incomplete: runs are missing)".to_string(),
            format!("Different at 5 % after Holm's adjustment: {significant} of {family}."),
        ],
    })
}

fn notes(with_fisher: bool) -> Vec<String> {
    let test = if with_fisher {
        "p: exact McNemar test on runs with equal replicate numbers, which share their start points, or Fisher's exact \
         test where the replicates differ (column `test` of the CSV); adjusted by Holm over this table."
    } else {
        "p: exact McNemar test on runs with equal replicate numbers, which share their start points; adjusted by Holm \
         over this table."
    };
    names(&[
        "Shares of runs within the gap, of the method and of the baseline; difference: method - baseline, [Newcombe 95 % \
         interval].",
        test,
        "Detectable: the least difference to the baseline's share that as many unpaired runs find with probability 80 % \
         in one test at 5 %.",
        "ERT ratio: expected running time over the baseline's, where both have hits. Shares are those of whole runs, which \
         may stop long before their budget: the ratio is what compares equal costs.",
        "Gaps at which the two are alike are in the CSV only.",
    ])
}

/// Holm's adjustment over the rows that could have shown a difference.
fn adjust<'a, 'b: 'a>(lines: impl Iterator<Item = &'a mut Line<'b>>) {
    let mut tested: Vec<&mut Effect> =
        lines.filter(|line| !line.is_alike()).filter_map(|line| line.effect.as_mut()).collect();
    let adjusted = holm(&tested.iter().map(|effect| effect.p).collect::<Vec<f64>>());
    for (effect, p) in tested.iter_mut().zip(adjusted) {
        effect.p_holm = Some(p);
    }
}

/// Every method but the first, at every gap.
fn lines<'a>(problem: &ProblemRuns<'a>) -> Vec<Line<'a>> {
    let gaps = gaps(problem.runs());
    let mut methods = problem.methods.iter().filter(|method| method.is_descent());
    let Some(baseline) = methods.next() else { return Vec::new() };
    methods.flat_map(|method| gaps.iter().map(|gap| Line::of(method, baseline, *gap)).collect::<Vec<Line>>()).collect()
}

fn block(problem: &ProblemRuns, lines: &[Line]) -> Block {
    let planned: Vec<(&str, usize)> = problem
        .methods
        .iter()
        .filter(|method| method.is_descent())
        .map(|method| (method.label, method.runs.len()))
        .collect();
    let shown: Vec<&Line> = lines.iter().filter(|line| line.effect.is_none() || !line.is_alike()).collect();
    let footer = if shown.is_empty() { vec!["all alike".to_string()] } else { Vec::new() };
    Block {
        heading: format!("{}, baseline {}", heading(problem.label, &planned), lines[0].baseline),
        header: names(&["method", "gap", "share", "base", "difference", "p", "detectable", "ERT ratio"]),
        rows: shown.iter().map(|line| line.shown()).collect(),
        keys: 2,
        unit: 1,
        footer,
    }
}
