//! Table `restarts`: what single runs say about restarting, next to the restarted runs that were really made.

use serde_json::Value;

use super::{heading, outcomes, reached};
use crate::estimators::{
    CrossFit, Difference, Estimate, Outcome, Resample, Runtime, Share, TotalBudget, VirtualRestarts, cross_fit,
    ert_interval, expected_best, holm, success_of_k, success_of_k_interval,
};
use crate::folder::{Folder, MethodRuns, ProblemRuns, gaps};
use crate::format;
use crate::rows::Status;
use crate::table::{Block, Cell, Table, accounting, names};

/// Numbers of whole runs that the best is taken of.
const BEST_OF: [usize; 6] = [1, 2, 5, 10, 20, 50];
/// How many gaps per problem: the smallest that any of the runs reached.
const HARDEST: usize = 2;
/// Bootstrap samples of an ERT: its percentiles are then right to about 3 % of the interval's width.
const DRAWS: usize = 2000;
/// Random orders of the runs: a standard error of 0.005 at most.
const ORDERS: usize = 10_000;
/// Fewer hits at or below the best cutoff make it mostly chance.
const FEW_HITS: usize = 5;
/// Real and derived agree when the interval of their difference is within this of 0.
const MARGIN: f64 = 0.1;
/// What the test of real against derived may say.
const VERDICTS: [&str; 4] = ["agree", "open", "more", "fewer"];
/// Random streams: see `Resample`.
const NAME: &str = "restarts";

/// A method that restarts the single method of a line.
struct Restarted<'a> {
    method: &'a str,
    cutoff: f64,
    /// Greatest cost of its runs.
    budget: f64,
    share: Share,
    /// Starts per run, on average.
    attempts: Option<f64>,
    derived: Result<Derived, &'static str>,
}

/// Success of the restarted method, computed from the single runs.
struct Derived {
    estimate: Estimate,
    /// By random orders of the runs; none beyond the budget to which that is unbiased.
    unbiased: Option<f64>,
    /// Real minus derived.
    difference: Difference,
    /// Adjusted over the table.
    p_holm: f64,
}

impl Derived {
    /// In one word. A difference that is not significant is agreement only if a large one is excluded.
    fn verdict(&self) -> &'static str {
        let Difference { value, interval: (lo, hi), .. } = self.difference;
        let [agree, open, more, fewer] = VERDICTS;
        match self.p_holm < 0.05 {
            true if value > 0.0 => more,
            true => fewer,
            false if -MARGIN <= lo && hi <= MARGIN => agree,
            false => open,
        }
    }
}

/// A single method at one gap, next to one of the methods that restart it.
struct Line<'a> {
    method: &'a str,
    gap: f64,
    share: Share,
    /// Unbiased success of the best of `BEST_OF` runs.
    best_of: [Option<f64>; BEST_OF.len()],
    runtime: Runtime,
    ert_interval: Option<(f64, f64)>,
    cutoff: Option<CrossFit>,
    restarted: Option<Restarted<'a>>,
}

impl<'a> Line<'a> {
    fn of(problem: &str, method: &MethodRuns<'a>, restarted: Option<&Pairing<'a, '_>>, gap: f64) -> Self {
        let share = reached(&method.runs, gap);
        let outcomes = outcomes(&method.runs, gap);
        let is_complete = share.missing == 0;
        let labels = [problem, method.label, &format::shortest(gap)];
        let ert_interval = is_complete.then(|| ert_interval(&outcomes, DRAWS, &mut Resample::new(NAME, &labels)));
        let replicates = method.runs.iter().map(|run| run.row.replicate).zip(outcomes.iter().copied());
        Line {
            method: method.label,
            gap,
            share,
            best_of: BEST_OF.map(|k| if is_complete { success_of_k(share.count, share.planned, k) } else { None }),
            runtime: Runtime::of(outcomes.iter().copied()),
            ert_interval,
            cutoff: if is_complete { cross_fit(&replicates.collect::<Vec<(u64, Outcome)>>()) } else { None },
            restarted: restarted.map(|pairing| pairing.at(problem, method, gap)),
        }
    }

    fn derived(&self) -> Option<&Derived> {
        self.restarted.as_ref()?.derived.as_ref().ok()
    }

    fn few_hits(&self) -> bool {
        self.cutoff.is_some_and(|fit| fit.hits < FEW_HITS)
    }
}

/// A method with strategy `multi_restart` whose attempts are runs of the single method.
struct Pairing<'a, 'b> {
    method: &'b MethodRuns<'a>,
    cutoff: f64,
}

impl<'a, 'b> Pairing<'a, 'b> {
    /// The same optimizer with the same parameters, apart from those of the strategy (`{"lr":0.1,"strategy":{...}}`).
    fn of(single: &MethodRuns, method: &'b MethodRuns<'a>) -> Option<Self> {
        let (own, other) = (&single.runs[0].cell, &method.runs[0].cell);
        if other.strategy != "multi_restart" || other.optimizer != own.optimizer {
            return None;
        }
        let (inner, _) = split(&own.method_params)?;
        let (same, strategy) = split(&other.method_params)?;
        let cutoff = strategy?.get("cutoff")?.as_f64()?;
        (inner == same).then_some(Pairing { method, cutoff })
    }

    /// Real and derived success at one gap.
    fn at(&self, problem: &str, single: &MethodRuns, gap: f64) -> Restarted<'a> {
        let costs = self.method.runs.iter().filter_map(|run| run.row.cost);
        let budget = costs.fold(0.0, f64::max);
        let restarts: Vec<f64> =
            self.method.runs.iter().filter_map(|run| run.row.restarts).map(|count| count as f64 + 1.0).collect();
        let share = reached(&self.method.runs, gap);
        Restarted {
            method: self.method.label,
            cutoff: self.cutoff,
            budget,
            share,
            attempts: (!restarts.is_empty()).then(|| restarts.iter().sum::<f64>() / restarts.len() as f64),
            derived: self.derive(problem, single, gap, budget, &share),
        }
    }

    /// Success within `budget` of attempts that follow the law of the single runs, truncated at the cutoff.
    fn derive(
        &self,
        problem: &str,
        single: &MethodRuns,
        gap: f64,
        budget: f64,
        real: &Share,
    ) -> Result<Derived, &'static str> {
        let share = reached(&single.runs, gap);
        if share.missing + real.missing > 0 {
            return Err("runs missing");
        }
        let outcomes = outcomes(&single.runs, gap);
        let attempt_end = self.cutoff.min(budget);
        // Such a run would have gone on in an attempt of the restarted method.
        let is_censored = single.runs.iter().zip(&outcomes).any(|(run, outcome)| {
            run.row.status == Status::Budget && outcome.hit.is_none() && outcome.cost < attempt_end
        });
        if is_censored {
            return Err("single too short");
        }
        let law = VirtualRestarts::new(&outcomes, self.cutoff).ok_or("cost unknown")?;
        let estimate = Estimate {
            successes: law.hits_within(budget),
            runs: law.runs(),
            attempts: law.equivalent_attempts(budget),
        };
        let labels = [problem, single.label, self.method.label, &format::shortest(gap)];
        let orders = TotalBudget { outcomes: &outcomes, cutoff: self.cutoff };
        let difference = Difference::between(&Estimate::share(real.count, real.planned), &estimate);
        Ok(Derived {
            estimate,
            unbiased: orders.success_within(budget, ORDERS, &mut Resample::new(NAME, &labels)),
            difference,
            p_holm: difference.p,
        })
    }
}

/// Parameters of a method as those of the optimizer and those of the strategy.
fn split(params: &str) -> Option<(Value, Option<Value>)> {
    let mut params: Value = serde_json::from_str(params).ok()?;
    let strategy = params.as_object_mut()?.remove("strategy");
    Some((params, strategy))
}

/// A problem with its lines and, per single method, the expected best gap of `BEST_OF` runs.
struct Part<'a> {
    label: &'a str,
    planned: Vec<(&'a str, usize)>,
    lines: Vec<Line<'a>>,
    best_gaps: Vec<(&'a str, [Option<f64>; BEST_OF.len()])>,
}

impl<'a> Part<'a> {
    /// `None` for a problem without targets or without a method of strategy `single`.
    fn of(problem: &ProblemRuns<'a>) -> Option<Self> {
        let singles: Vec<&MethodRuns> =
            problem.methods.iter().filter(|method| method.runs[0].cell.strategy == "single").collect();
        let pairings: Vec<Vec<Pairing>> = singles
            .iter()
            .map(|single| problem.methods.iter().filter_map(|method| Pairing::of(single, method)).collect())
            .collect();
        let runs = singles.iter().copied().chain(pairings.iter().flatten().map(|pairing| pairing.method));
        let runs: Vec<&MethodRuns> = runs.collect();
        let gaps = hardest(problem, &runs);
        let mut lines = Vec::new();
        for (single, pairings) in singles.iter().zip(&pairings) {
            for gap in &gaps {
                let partners: Vec<Option<&Pairing>> =
                    if pairings.is_empty() { vec![None] } else { pairings.iter().map(Some).collect() };
                lines.extend(partners.into_iter().map(|partner| Line::of(problem.label, single, partner, *gap)));
            }
        }
        let best_gaps = singles.iter().map(|single| (single.label, best_gaps(single))).collect();
        let planned = singles.iter().map(|single| (single.label, single.runs.len())).collect();
        (!lines.is_empty()).then_some(Part { label: problem.label, planned, lines, best_gaps })
    }
}

/// The smallest gaps that a run reached, larger one first; the smallest of all when none was reached.
fn hardest(problem: &ProblemRuns, methods: &[&MethodRuns]) -> Vec<f64> {
    let all = gaps(problem.runs());
    let is_reached = |gap: &f64| methods.iter().any(|method| reached(&method.runs, *gap).count > 0);
    let met: Vec<f64> = all.iter().copied().filter(is_reached).collect();
    let from =
        if met.is_empty() { &all[all.len().saturating_sub(1)..] } else { &met[met.len().saturating_sub(HARDEST)..] };
    from.to_vec()
}

/// Expected best gap of k runs; none when a run has no best gap to be counted with.
fn best_gaps(single: &MethodRuns) -> [Option<f64>; BEST_OF.len()] {
    let gaps: Option<Vec<f64>> = single.runs.iter().map(|run| run.row.gap_best).collect();
    BEST_OF.map(|k| expected_best(gaps.as_ref()?, k))
}

/// `None` when no single method has targets.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let mut parts: Vec<Part> = folder.problems().iter().filter_map(Part::of).collect();
    if parts.is_empty() {
        return None;
    }
    adjust(parts.iter_mut().flat_map(|part| &mut part.lines));
    let lines = || parts.iter().flat_map(|part| &part.lines);
    let mut notes = names(&[
        "From the n runs of each method without restarts, at the smallest gaps reached. Best of k runs (k above \
         the columns): success of whole runs, unbiased; mean best gap: expected least gap.",
        "Real: share of the restarted runs within the gap; derived: the same computed from the single runs, cut off \
         alike and restarted until the same budget, [95 % interval]; difference: real - derived.",
        "p: no difference between real and derived, adjusted by Holm over this table. Verdict: more or fewer real \
         successes than derived (p below 5 %); agree (the interval of the difference is within +-0.1); open (neither).",
        "ERT: of unlimited restarts of whole runs, [bootstrap 95 % interval]. Cutoff: best fixed one, with the number of \
         hits at or below it; ERT there: cross-fitted, each half of the runs scored with the cutoff the other half chose; \
         empty when a half has no hit.",
    ]);
    let mark = |is: bool, note: &str| is.then(|| note.to_string());
    let extrapolates = |line: &Line| line.derived().is_some_and(|derived| derived.unbiased.is_none());
    notes.extend(mark(
        lines().any(extrapolates),
        "~ = extrapolation: failed runs as cheap as the cheapest could all be used up before the budget is; it rests on \
         attempts being independent draws of these runs.",
    ));
    notes.extend(mark(lines().any(Line::few_hits), "! = fewer than 5 hits at or below the cutoff: mostly chance."));
    notes.extend(mark(lines().any(|line| line.share.missing > 0), super::INCOMPLETE_NOTE));
    Some(Table {
        name: NAME.to_string(),
        title: "Restarts derived from single runs".to_string(),
        notes,
        header: header(),
        rows: parts.iter().flat_map(|part| part.lines.iter().map(|line| csv_row(part, line))).collect(),
        blocks: parts.iter().flat_map(blocks).collect(),
        footer: footer(&parts),
    })
}

/// Holm's adjustment over all agreement tests.
fn adjust<'a, 'b: 'a>(lines: impl Iterator<Item = &'a mut Line<'b>>) {
    let mut tests: Vec<&mut Derived> =
        lines.filter_map(|line| line.restarted.as_mut()?.derived.as_mut().ok()).collect();
    let adjusted = holm(&tests.iter().map(|derived| derived.difference.p).collect::<Vec<f64>>());
    for (derived, p) in tests.iter_mut().zip(adjusted) {
        derived.p_holm = p;
    }
}

/// Where the single runs went, and how the agreement tests ended.
fn footer(parts: &[Part]) -> Vec<String> {
    let (mut planned, mut hits, mut missing) = (0, 0, 0);
    for part in parts {
        for (method, count) in &part.planned {
            let hardest = part.lines.iter().rfind(|line| line.method == *method).expect("a single method has lines");
            planned += count;
            hits += hardest.share.count;
            missing += hardest.share.missing;
        }
    }
    let lines = || parts.iter().flat_map(|part| &part.lines);
    let verdicts = VERDICTS.map(|verdict| {
        (verdict, lines().filter(|line| line.derived().is_some_and(|d| d.verdict() == verdict)).count())
    });
    let tested: usize = verdicts.iter().map(|(_, count)| count).sum();
    let mut footer = vec![
        accounting(
            ("planned", planned),
            &[("reached", hits), ("not reached", planned - hits - missing), ("missing", missing)],
        ),
        "(single runs only; reached: the smallest gap shown of the problem)".to_string(),
    ];
    if tested > 0 {
        footer.push(accounting(("real against derived", tested), &verdicts));
    }
    let refused = lines().filter(|line| line.restarted.as_ref().is_some_and(|real| real.derived.is_err())).count();
    if refused > 0 {
        footer.push(format!("Not derived: {refused} (single too short: it stopped at its budget before the cutoff)."));
    }
    footer
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    let mut header = names(&["problem", "method", "gap", "n_planned", "n_reached", "n_missing"]);
    header.extend(
        BEST_OF.iter().flat_map(|k| [format!("best_of_{k}"), format!("best_of_{k}_lo"), format!("best_of_{k}_hi")]),
    );
    header.extend(BEST_OF.map(|k| format!("best_gap_{k}")));
    header.extend(names(&[
        "ert",
        "ert_lo",
        "ert_hi",
        "best_cutoff",
        "n_hits_at_cutoff",
        "cutoff_ert",
        "restarted_method",
        "restarted_cutoff",
        "restarted_budget",
        "attempts_mean",
        "n_real",
        "real",
        "real_lo",
        "real_hi",
        "derived",
        "derived_lo",
        "derived_hi",
        "derived_attempts",
        "derived_unbiased",
        "difference",
        "difference_lo",
        "difference_hi",
        "p",
        "p_holm",
        "verdict",
    ]));
    header
}

fn csv_row(part: &Part, line: &Line) -> Vec<Cell> {
    let mut row = vec![Cell::text(part.label), Cell::text(line.method), Cell::Real(line.gap)];
    let Share { count, planned, missing } = line.share;
    row.extend([planned, count, missing].map(Cell::count));
    for (k, success) in BEST_OF.iter().zip(line.best_of) {
        let ends = success.map(|_| success_of_k_interval(count, planned, *k as f64));
        row.extend([success, ends.map(|(lo, _)| lo), ends.map(|(_, hi)| hi)].map(Cell::optional));
    }
    let best_gaps = part.best_gaps.iter().find(|(method, _)| *method == line.method).expect("one per single method").1;
    row.extend(best_gaps.map(Cell::optional));
    row.push(Cell::Real(line.runtime.ert()));
    row.extend([line.ert_interval.map(|(lo, _)| lo), line.ert_interval.map(|(_, hi)| hi)].map(Cell::optional));
    row.push(Cell::optional(line.cutoff.map(|fit| fit.cutoff)));
    row.push(line.cutoff.map_or(Cell::Empty, |fit| Cell::count(fit.hits)));
    row.push(Cell::optional(line.cutoff.map(|fit| fit.ert)));
    let Some(real) = &line.restarted else {
        row.resize(header().len(), Cell::Empty);
        return row;
    };
    row.push(Cell::text(real.method));
    row.extend([real.cutoff, real.budget].map(Cell::Real));
    row.push(Cell::optional(real.attempts));
    row.push(Cell::count(real.share.planned));
    let (lo, hi) = real.share.interval();
    row.extend([real.share.estimate(), lo, hi].map(Cell::Real));
    match &real.derived {
        Ok(derived) => {
            let (lo, hi) = derived.estimate.interval();
            row.extend([derived.estimate.value(), lo, hi, derived.estimate.attempts].map(Cell::Real));
            row.push(Cell::optional(derived.unbiased));
            let Difference { value, interval: (lo, hi), p } = derived.difference;
            row.extend([value, lo, hi, p, derived.p_holm].map(Cell::Real));
            row.push(Cell::text(derived.verdict()));
        }
        Err(reason) => {
            row.extend(vec![Cell::Empty; 10]);
            row.push(Cell::text(*reason));
        }
    }
    row
}

/// Three small tables per problem: best of k, real against derived, cutoff.
fn blocks(part: &Part) -> Vec<Block> {
    let block = |what: &str, columns: Vec<String>, rows: Vec<Vec<Cell>>, footer| Block {
        heading: format!("{}: {what}", heading(part.label, &part.planned)),
        header: names(&["method", "gap"]).into_iter().chain(columns).collect(),
        rows,
        keys: 2,
        unit: 1,
        footer,
    };
    // Numbers of runs that no method has are no columns.
    let most = part.planned.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let used = BEST_OF.iter().filter(|k| **k <= most).count();
    let columns = BEST_OF[..used].iter().map(usize::to_string).collect();
    let mut blocks = vec![block("best of k runs", columns, best_of_rows(part, used), Vec::new())];
    let restarted: Vec<(&Line, &Restarted)> =
        part.lines.iter().filter_map(|line| Some((line, line.restarted.as_ref()?))).collect();
    if !restarted.is_empty() {
        let mut settings: Vec<String> = restarted.iter().map(|(_, real)| setting(real)).collect();
        settings.dedup();
        let columns = names(&["real", "derived", "difference", "p", "verdict"]);
        let rows = restarted.iter().map(|(line, real)| restarted_row(line, real)).collect();
        blocks.push(block("restarted", columns, rows, settings));
    }
    let columns = names(&["ERT", "[95 %]", "cutoff", "hits", "ERT there"]);
    let rows = once(part).map(cutoff_row).collect();
    blocks.push(block("when to restart", columns, rows, Vec::new()));
    blocks
}

/// The lines without repetitions for a second restarted method.
fn once<'a>(part: &'a Part) -> impl Iterator<Item = &'a Line<'a>> {
    part.lines.iter().enumerate().filter_map(|(i, line)| {
        let is_new = part.lines[..i].iter().all(|other| (other.method, other.gap) != (line.method, line.gap));
        is_new.then_some(line)
    })
}

fn key(method: &str, gap: f64) -> Vec<Cell> {
    vec![Cell::text(method), Cell::Text(format::gap(gap))]
}

/// Per single method: a row for each gap, and the mean best gap; the first `used` columns.
fn best_of_rows(part: &Part, used: usize) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for (method, best_gaps) in &part.best_gaps {
        for line in once(part).filter(|line| line.method == *method) {
            let mut row = key(method, line.gap);
            row.extend(
                line.best_of[..used].iter().map(|p| p.map_or(Cell::Empty, |p| Cell::Text(format::probability(p)))),
            );
            if line.share.missing > 0 {
                row[2] = Cell::Text(format::share(&line.share));
            }
            rows.push(row);
        }
        if best_gaps[0].is_some() {
            let mut row = vec![Cell::text(*method), Cell::text("mean best gap")];
            row.extend(best_gaps[..used].iter().map(|gap| Cell::optional(*gap)));
            rows.push(row);
        }
    }
    rows
}

fn setting(real: &Restarted) -> String {
    let attempts = real.attempts.map_or(String::new(), |n| format!(", {} starts on average", format::significant(n)));
    let [cutoff, budget] = [real.cutoff, real.budget].map(format::shortest);
    format!("{}: {} runs, cutoff {cutoff}, budget {budget}{attempts}", real.method, real.share.planned)
}

fn restarted_row(line: &Line, real: &Restarted) -> Vec<Cell> {
    let mut row = key(real.method, line.gap);
    match &real.derived {
        Ok(derived) => {
            let mark = if derived.unbiased.is_none() { "~" } else { "" };
            let Derived { estimate, difference, .. } = derived;
            let texts = [
                format::probability(real.share.estimate()),
                format!("{mark}{}", format::with_interval(estimate.value(), estimate.interval())),
                format::difference(difference.value, difference.interval),
            ];
            row.extend(texts.map(Cell::Text));
            row.extend([super::p_cell(derived.p_holm), Cell::text(derived.verdict())]);
        }
        Err(reason) => {
            row.push(Cell::Text(format::share(&real.share)));
            row.extend(vec![Cell::Empty; 3]);
            row.push(Cell::text(*reason));
        }
    }
    row
}

fn cutoff_row(line: &Line) -> Vec<Cell> {
    let mut row = key(line.method, line.gap);
    row.push(super::ert_cell(line.runtime.ert(), line.runtime.spent));
    let ends = line.ert_interval.filter(|(lo, _)| lo.is_finite());
    row.push(ends.map_or(Cell::Empty, |(lo, hi)| {
        Cell::Text(format!("[{},{}]", format::significant(lo), format::significant(hi)))
    }));
    match line.cutoff {
        Some(fit) => {
            row.push(Cell::Real(fit.cutoff));
            row.push(Cell::Text(format!("{}{}", fit.hits, if line.few_hits() { "!" } else { "" })));
            row.push(super::ert_cell(fit.ert, fit.spent));
        }
        None => row.extend(vec![Cell::Empty; 3]),
    }
    row
}
