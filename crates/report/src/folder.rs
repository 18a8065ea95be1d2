//! A result folder in memory: its files joined by `run_key`, checked, and grouped in plan order.
//!
//! The order of rows in `hits.csv` and `critical.csv` does not matter: hits are sorted by gap and certificates by
//! where in the run they were taken, so no sum in a table depends on it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::error::ReportError;
use crate::load::{Loaded, load, load_if_there};
use crate::rows::{
    AttemptRow, CellRow, CountRow, CriticalRow, CurveRow, ExampleRow, HitRow, ListedRow, Row, RunRow, SpectrumRow,
    Status,
};
use crate::shape_rows::{BasinRow, ConnectionRow, MergeRow, PathRow, ProfileRow, SliceRow};

/// One planned run with all that is known about it.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its row in `runs.csv`.
    pub row: RunRow,
    /// The row of its problem and method in `cells.csv`.
    pub cell: Arc<CellRow>,
    /// `(gap, cost of the first hit)`, from the easiest gap to the hardest. Empty for runs without targets.
    pub hits: Vec<(f64, Option<f64>)>,
    /// Certificates: start, moments by cost, stop, found.
    pub points: Vec<CriticalRow>,
    /// Its attempts, if it restarts and they are recorded.
    pub attempts: Vec<AttemptRow>,
    /// What was recorded along it.
    pub curve: Vec<CurveRow>,
    /// The data rows at its end, by number.
    pub examples: Vec<ExampleRow>,
    /// Critical points by index, as a survey counted them.
    pub counts: Vec<CountRow>,
    /// Ways that a survey followed.
    pub paths: Vec<PathRow>,
    /// The loss along them.
    pub profiles: Vec<ProfileRow>,
    /// Places of slices.
    pub slices: Vec<SliceRow>,
    /// Minima with the starts that led to them.
    pub basins: Vec<BasinRow>,
    /// Saddles with the minima they join.
    pub connections: Vec<ConnectionRow>,
    /// Minima and the basins in which they merge, by node.
    pub merges: Vec<MergeRow>,
    /// Listed critical points and what became of them in a survey.
    pub listed: Vec<ListedRow>,
    /// Spectra, the rows of each place together.
    pub spectrum: Vec<SpectrumRow>,
}

impl Run {
    /// Least level seen; `None` without an end point.
    pub fn level_best(&self) -> Option<f64> {
        Some(self.row.f_best? / self.cell.scale?)
    }

    /// Level above the reference at the end point; `None` without a reference or an end point.
    pub fn gap_final(&self) -> Option<f64> {
        Some((self.row.f_final? - self.cell.reference?) / self.cell.scale?)
    }

    /// Whether the end point is within the gap.
    pub(crate) fn ends_within(&self, gap: f64) -> bool {
        let is_end = !matches!(self.row.status, Status::Diverged | Status::Nan | Status::Panic | Status::Missing);
        is_end && self.gap_final().is_some_and(|end| end <= gap)
    }
}

/// Every planned run, in plan order.
#[derive(Debug, Clone)]
pub struct Folder {
    /// The runs.
    pub runs: Vec<Run>,
}

/// The runs of one problem, by method.
#[derive(Debug, Clone)]
pub struct ProblemRuns<'a> {
    /// Label of the problem.
    pub label: &'a str,
    /// Its methods, in order of first appearance.
    pub methods: Vec<MethodRuns<'a>>,
}

/// The runs of one cell.
#[derive(Debug, Clone)]
pub struct MethodRuns<'a> {
    /// Label of the method.
    pub label: &'a str,
    /// Its runs, in plan order.
    pub runs: Vec<&'a Run>,
}

impl Run {
    /// A run of which nothing else is known yet.
    fn new(row: RunRow, cell: Arc<CellRow>) -> Self {
        let (hits, points, attempts) = (Vec::new(), Vec::new(), Vec::new());
        let (curve, examples, counts, listed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (paths, profiles, slices, basins) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (connections, merges) = (Vec::new(), Vec::new());
        let spectrum = Vec::new();
        Run {
            row,
            cell,
            hits,
            points,
            attempts,
            curve,
            examples,
            counts,
            listed,
            paths,
            profiles,
            slices,
            basins,
            connections,
            merges,
            spectrum,
        }
    }
}

impl MethodRuns<'_> {
    /// The runs of the cell descend, so they have targets and end points.
    pub fn is_descent(&self) -> bool {
        self.runs.iter().any(|run| run.cell.is_descent())
    }
}

impl ProblemRuns<'_> {
    /// Every run of the problem, in plan order within each method.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.methods.iter().flat_map(|method| method.runs.iter().copied())
    }
}

impl Folder {
    /// Reads and checks the folder `dir`.
    ///
    /// # Errors
    /// A file that is absent or malformed; a run, hit or certificate that appears twice; a hit or certificate of an
    /// unknown or missing run; a hit that costs more than its run; a finished run without one of its targets; a
    /// certified point whose inertia does not add up; one label for two different problems or methods.
    pub fn load(dir: &Path) -> Result<Self, ReportError> {
        let rows: Loaded<RunRow> = load(dir)?;
        let cells = index_cells(&load(dir)?)?;
        let by_key = index_runs(&rows)?;
        let mut runs = with_cells(&rows, &cells)?;
        join_hits(&mut runs, &by_key, &load(dir)?)?;
        join_points(&mut runs, &by_key, &load(dir)?)?;
        let attempts = |run: &mut Run, row: AttemptRow| in_order(&mut run.attempts, row, |row| row.restart, "restart");
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &AttemptRow| &row.run_key, attempts)?;
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &CurveRow| &row.run_key, next_of_curve)?;
        let examples = |run: &mut Run, row: ExampleRow| in_order(&mut run.examples, row, |row| row.row, "row");
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &ExampleRow| &row.run_key, examples)?;
        let counts = |run: &mut Run, row: CountRow| in_order(&mut run.counts, row, |row| row.index, "index");
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &CountRow| &row.run_key, counts)?;
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &PathRow| &row.run_key, next_path)?;
        let profiles = |run: &mut Run, row: ProfileRow| put(&mut run.profiles, row);
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &ProfileRow| &row.run_key, profiles)?;
        let slices = |run: &mut Run, row: SliceRow| put(&mut run.slices, row);
        let basins = |run: &mut Run, row: BasinRow| put(&mut run.basins, row);
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &SliceRow| &row.run_key, slices)?;
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &BasinRow| &row.run_key, basins)?;
        let connections = |run: &mut Run, row: ConnectionRow| put(&mut run.connections, row);
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &ConnectionRow| &row.run_key, connections)?;
        let merges: Option<Loaded<MergeRow>> = load_if_there(dir)?;
        join_part(&mut runs, &by_key, merges, |row| &row.run_key, next_merge)?;
        check_surveys(dir, &runs)?;
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &ListedRow| &row.run_key, next_listed)?;
        join_part(&mut runs, &by_key, load_if_there(dir)?, |row: &SpectrumRow| &row.run_key, next_of_spectrum)?;
        let folder = Folder { runs };
        folder.check_targets(&rows)?;
        Ok(folder)
    }

    /// The runs grouped by problem and method, both in order of first appearance.
    pub fn problems(&self) -> Vec<ProblemRuns<'_>> {
        let mut problems: Vec<ProblemRuns> = Vec::new();
        for run in &self.runs {
            let at = position_or_push(
                &mut problems,
                |p| p.label == run.row.problem,
                || ProblemRuns { label: &run.row.problem, methods: Vec::new() },
            );
            let methods = &mut problems[at].methods;
            let at = position_or_push(
                methods,
                |m| m.label == run.row.method,
                || MethodRuns { label: &run.row.method, runs: Vec::new() },
            );
            methods[at].runs.push(run);
        }
        problems
    }

    /// The runs of one half of the replicates of every cell, in plan order: `half` 0 has the first n/2 of the n runs that
    /// `counts`, 1 the others. Two disjoint ranges of seeds; any table can be made of either. Problems of which `label` makes the
    /// same are one cell.
    pub fn half(&self, half: usize, counts: impl Fn(&Run) -> bool, label: fn(&str) -> String) -> Folder {
        let mut sizes: HashMap<(String, &str), (usize, usize)> = HashMap::new();
        fn method(run: &Run) -> &str {
            &run.row.method
        }
        let problem = |run: &Run| label(&run.row.problem);
        for run in self.runs.iter().filter(|run| counts(run)) {
            sizes.entry((problem(run), method(run))).or_default().0 += 1;
        }
        let mut runs = Vec::new();
        for run in self.runs.iter().filter(|run| counts(run)) {
            let (size, seen) = sizes.get_mut(&(problem(run), method(run))).expect("every run was counted");
            if (*seen >= *size / 2) == (half == 1) {
                runs.push(run.clone());
            }
            *seen += 1;
        }
        Folder { runs }
    }

    /// A finished run of a problem with targets must have all of them: a truncated `hits.csv` would otherwise read as
    /// failures. A run that panicked or is missing may have none.
    fn check_targets(&self, rows: &Loaded<RunRow>) -> Result<(), ReportError> {
        let targets: HashMap<&str, Vec<f64>> = self.problems().iter().map(|p| (p.label, gaps(p.runs()))).collect();
        for (run, (line, row)) in self.runs.iter().zip(&rows.rows) {
            let may_lack = !run.cell.is_descent() || matches!(row.status, Status::Panic | Status::Missing);
            let lacking = targets[row.problem.as_str()].iter().find(|gap| !run.hits.iter().any(|(g, _)| g == *gap));
            if let (false, Some(gap)) = (may_lack, lacking) {
                return Err(
                    rows.malformed(*line, format!("run {} has no row for gap {gap:?} in hits.csv", row.run_key))
                );
            }
        }
        Ok(())
    }
}

/// Every gap that any of the runs has as a target, from the easiest to the hardest.
pub(crate) fn gaps<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Vec<f64> {
    let mut gaps: Vec<f64> = runs.into_iter().flat_map(|run| run.hits.iter().map(|(gap, _)| *gap)).collect();
    gaps.sort_by(|a, b| b.total_cmp(a));
    gaps.dedup();
    gaps
}

/// Position of the first item that `is_it`, appending `make()` if there is none.
fn position_or_push<T>(items: &mut Vec<T>, is_it: impl FnMut(&T) -> bool, make: impl FnOnce() -> T) -> usize {
    items.iter().position(is_it).unwrap_or_else(|| {
        items.push(make());
        items.len() - 1
    })
}

/// What the runs of each problem and method have in common; refuses repeated and ambiguous labels.
fn index_cells(cells: &Loaded<CellRow>) -> Result<HashMap<(String, String), Arc<CellRow>>, ReportError> {
    let mut by_labels = HashMap::new();
    let mut problems: HashMap<&str, &CellRow> = HashMap::new();
    for (line, cell) in &cells.rows {
        if problems.entry(&cell.problem).or_insert(cell).of_problem() != cell.of_problem() {
            let problem = format!("label \"{}\" stands for two different problems", cell.problem);
            return Err(cells.malformed(*line, problem));
        }
        let labels = (cell.problem.clone(), cell.method.clone());
        if by_labels.insert(labels, Arc::new(cell.clone())).is_some() {
            let problem = format!("problem \"{}\" with method \"{}\" stands here twice", cell.problem, cell.method);
            return Err(cells.malformed(*line, problem));
        }
    }
    Ok(by_labels)
}

/// The runs, each with what it has in common with others.
fn with_cells(rows: &Loaded<RunRow>, cells: &HashMap<(String, String), Arc<CellRow>>) -> Result<Vec<Run>, ReportError> {
    let with_cell = |(line, row): &(u64, RunRow)| match cells.get(&(row.problem.clone(), row.method.clone())) {
        Some(cell) => Ok(Run::new(row.clone(), Arc::clone(cell))),
        None => {
            let problem = format!("problem \"{}\" with method \"{}\" is not in cells.csv", row.problem, row.method);
            Err(rows.malformed(*line, problem))
        }
    };
    rows.rows.iter().map(with_cell).collect()
}

/// Position of each run by its key; refuses repeated keys.
fn index_runs(rows: &Loaded<RunRow>) -> Result<HashMap<&str, usize>, ReportError> {
    let mut by_key: HashMap<&str, usize> = HashMap::new();
    for (i, (line, row)) in rows.rows.iter().enumerate() {
        if let Some(first) = by_key.insert(&row.run_key, i) {
            let first = rows.rows[first].0;
            return Err(rows.malformed(*line, format!("run {} is already on line {first}", row.run_key)));
        }
        if row.cost.is_none() && !matches!(row.status, Status::Panic | Status::Missing) {
            return Err(rows.malformed(*line, format!("run {} ended but has no cost", row.run_key)));
        }
    }
    Ok(by_key)
}

/// Gives every run its hits, easiest gap first.
fn join_hits(runs: &mut [Run], by_key: &HashMap<&str, usize>, hits: &Loaded<HitRow>) -> Result<(), ReportError> {
    for (line, hit) in &hits.rows {
        let refuse = |problem: String| Err(hits.malformed(*line, problem));
        let Some(&i) = by_key.get(hit.run_key.as_str()) else {
            return refuse(format!("run {} is not in runs.csv", hit.run_key));
        };
        let run = &mut runs[i];
        if hit.gap.is_nan() {
            return refuse("a gap must be a number".to_string());
        }
        if run.hits.iter().any(|(gap, _)| *gap == hit.gap) {
            return refuse(format!("run {} already has a row for gap {:?}", hit.run_key, hit.gap));
        }
        if let Some(cost) = hit.cost {
            if run.row.status == Status::Missing {
                return refuse(format!("run {} is missing but has a hit", hit.run_key));
            }
            // An unknown total (a panic) bounds nothing.
            let total = run.row.cost.unwrap_or(f64::INFINITY);
            if cost > total || cost.is_nan() {
                return refuse(format!("run {} hits at cost {cost:?} but spent only {total:?}", hit.run_key));
            }
        }
        run.hits.push((hit.gap, hit.cost));
    }
    for run in runs {
        run.hits.sort_by(|a, b| b.0.total_cmp(&a.0));
    }
    Ok(())
}

/// Gives every run its certificates, in the order of the run.
fn join_points(
    runs: &mut [Run],
    by_key: &HashMap<&str, usize>,
    points: &Loaded<CriticalRow>,
) -> Result<(), ReportError> {
    for (line, point) in &points.rows {
        let refuse = |problem: String| Err(points.malformed(*line, problem));
        let Some(&i) = by_key.get(point.run_key.as_str()) else {
            return refuse(format!("run {} is not in runs.csv", point.run_key));
        };
        let run = &mut runs[i];
        if run.row.status == Status::Missing {
            return refuse(format!("run {} is missing but has a certificate", point.run_key));
        }
        if run.points.iter().any(|p| p.at == point.at) {
            return refuse(format!("run {} already has a certificate at {:?}", point.run_key, point.at));
        }
        if point.class.is_critical()
            && let Some(problem) = inertia_problem(point)
        {
            return refuse(problem);
        }
        run.points.push(point.clone());
    }
    for run in runs {
        run.points.sort_by(|a, b| a.at.partial_cmp(&b.at).expect("a moment is a finite cost"));
    }
    Ok(())
}

/// Gives every run the rows of a file that need not be there, in the order of the file; `add` says what is wrong with one.
fn join_part<T: Clone>(
    runs: &mut [Run],
    by_key: &HashMap<&str, usize>,
    part: Option<Loaded<T>>,
    key: impl Fn(&T) -> &str,
    add: impl Fn(&mut Run, T) -> Result<(), String>,
) -> Result<(), ReportError> {
    let Some(part) = part else { return Ok(()) };
    for (line, row) in &part.rows {
        let refuse = |problem: String| Err(part.malformed(*line, problem));
        let Some(&i) = by_key.get(key(row)) else {
            return refuse(format!("run {} is not in runs.csv", key(row)));
        };
        if runs[i].row.status == Status::Missing {
            return refuse(format!("run {} is missing but has a row here", key(row)));
        }
        if let Err(problem) = add(&mut runs[i], row.clone()) {
            return refuse(format!("run {}: {problem}", key(row)));
        }
    }
    Ok(())
}

/// Rows that are numbered 0, 1, ... without a gap: a truncated file would otherwise read as fewer of them.
fn in_order<T>(rows: &mut Vec<T>, row: T, number: impl Fn(&T) -> u64, column: &str) -> Result<(), String> {
    let (expected, found) = (rows.len() as u64, number(&row));
    rows.push(row);
    if found == expected { Ok(()) } else { Err(format!("{column} {found} stands where {expected} is expected")) }
}

fn put<T>(rows: &mut Vec<T>, row: T) -> Result<(), String> {
    rows.push(row);
    Ok(())
}

/// A way is followed once.
fn next_path(run: &mut Run, row: PathRow) -> Result<(), String> {
    if run.paths.iter().any(|path| path.way == row.way) {
        return Err(format!("the way {} stands here twice", row.way));
    }
    if row.monotone.is_some_and(|flag| flag > 1) {
        return Err("monotone is 0, 1 or empty".to_string());
    }
    put(&mut run.paths, row)
}

/// Nodes are numbered 1, 2, ... and a parent stands after its parts.
fn next_merge(run: &mut Run, row: MergeRow) -> Result<(), String> {
    let expected = run.merges.len() as u64 + 1;
    if row.node != expected {
        return Err(format!("node {} stands where {expected} is expected", row.node));
    }
    if let Some(parent) = row.parent.filter(|parent| *parent <= row.node) {
        return Err(format!("node {} cannot become part of node {parent}, which forms before it", row.node));
    }
    put(&mut run.merges, row)
}

/// Every start is in a basin or elsewhere, and every basin that a node becomes part of is there: a truncated file would
/// otherwise read as fewer of them.
fn check_surveys(dir: &Path, runs: &[Run]) -> Result<(), ReportError> {
    for run in runs {
        let key = &run.row.run_key;
        let refuse = |file: &str, problem: String| {
            Err(ReportError::Malformed { file: dir.join(file), line: 1, problem: format!("run {key}: {problem}") })
        };
        let assigned: u64 = run.basins.iter().map(|basin| basin.starts).sum();
        if let Some(basin) = run.basins.iter().find(|basin| assigned + basin.n_unassigned != basin.n_starts) {
            let (elsewhere, total) = (basin.n_unassigned, basin.n_starts);
            let problem = format!("{assigned} starts in basins and {elsewhere} elsewhere are not {total}");
            return refuse(BasinRow::FILE, problem);
        }
        let last = run.merges.len() as u64;
        if let Some(node) = run.merges.iter().find(|node| node.parent.is_some_and(|parent| parent > last)) {
            return refuse(MergeRow::FILE, format!("the basin that node {} becomes part of is not here", node.node));
        }
    }
    Ok(())
}

/// Listed points come in their order, then those that are not in the list.
fn next_listed(run: &mut Run, row: ListedRow) -> Result<(), String> {
    let numbered = run.listed.iter().filter(|row| row.number.is_some()).count() as u64;
    let problem = match row.number {
        Some(number) if number != numbered + 1 || numbered < run.listed.len() as u64 => {
            Err(format!("number {number} stands where {} or a point outside the list is expected", numbered + 1))
        }
        None if row.f_found.is_none() => Err("a point that is neither listed nor found".to_string()),
        _ => Ok(()),
    };
    run.listed.push(row);
    problem
}

/// The costs of a curve rise; a restart and a free measurement share one.
fn next_of_curve(run: &mut Run, row: CurveRow) -> Result<(), String> {
    let before = run.curve.last().map_or(0.0, |last| last.cost);
    let is_next = row.cost >= before && row.cost.is_finite();
    let problem = format!("cost {:?} after {before:?}", row.cost);
    if row.plateau.is_some_and(|flag| flag > 1) {
        return Err("plateau is 0, 1 or empty".to_string());
    }
    run.curve.push(row);
    if is_next { Ok(()) } else { Err(problem) }
}

/// The rows of one place stand together and agree on the number of eigenvalues.
fn next_of_spectrum(run: &mut Run, row: SpectrumRow) -> Result<(), String> {
    let last = run.spectrum.last();
    if last.is_some_and(|last| last.at == row.at && last.n != row.n) {
        return Err(format!("{} eigenvalues at {} where there were others before", row.n, row.at));
    }
    if last.is_some_and(|last| last.at != row.at) && run.spectrum.iter().any(|before| before.at == row.at) {
        return Err(format!("the spectrum at {} stands in two places", row.at));
    }
    run.spectrum.push(row);
    Ok(())
}

/// What is wrong with the inertia of a certified point, if anything.
fn inertia_problem(point: &CriticalRow) -> Option<String> {
    let (Some(n), Some(n_neg), Some(n_zero), Some(n_pos), Some(fraction)) =
        (point.n, point.n_neg, point.n_zero, point.n_pos, point.index_fraction)
    else {
        return Some(format!("a {} needs n, n_neg, n_zero, n_pos and index_fraction", point.class.as_str()));
    };
    if n == 0 || n_neg + n_zero + n_pos != n {
        return Some(format!("n_neg + n_zero + n_pos = {n_neg} + {n_zero} + {n_pos} is not n = {n} > 0"));
    }
    // The same quotient of the same integers, printed to round trip: equal bit for bit.
    (fraction != n_neg as f64 / n as f64).then(|| format!("index_fraction {fraction:?} is not n_neg / n = {n_neg}/{n}"))
}
