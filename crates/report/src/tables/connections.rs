//! Table `connections`: how high each minimum has to climb to reach the lowest one.

use super::lines_of;
use crate::folder::{Folder, Run};
use crate::shape_rows::MergeRow;
use crate::table::{Block, Cell, Table, accounting, names};

/// Minima of a run that people see; the CSV has all.
const MOST_SHOWN: usize = 12;

/// One minimum of one run.
struct Line<'a> {
    method: &'a str,
    replicate: u64,
    minimum: &'a MergeRow,
    /// Saddles that join it to another minimum or to a copy of itself.
    saddles: usize,
    /// Level of the highest place on the best way to the lowest minimum, for that one its own; `None` where there is no way.
    pass: Option<f64>,
    /// How far up the first pass to any other minimum is.
    depth: Option<f64>,
    minima: usize,
    all_saddles: usize,
    /// Minima that a way joins to the lowest one, itself among them.
    connected: usize,
}

impl<'a> Line<'a> {
    fn of(method: &'a str, run: &'a Run) -> Vec<Self> {
        let minima: Vec<&MergeRow> = run.merges.iter().filter(|node| !node.place.is_empty()).collect();
        let lowest = above(run, 1);
        let pass = |minimum: &MergeRow| {
            let meeting = above(run, minimum.node).into_iter().find(|node| lowest.contains(node))?;
            Some(level(run, meeting))
        };
        let connected = minima.iter().filter(|minimum| pass(minimum).is_some()).count();
        let line = |minimum: &&'a MergeRow| {
            let name = format!("found {}", minimum.node);
            let joins = run.connections.iter().filter(|saddle| saddle.first == name || saddle.second == name);
            Line {
                method,
                replicate: run.row.replicate,
                minimum,
                saddles: joins.count(),
                pass: pass(minimum),
                depth: minimum.parent.map(|parent| level(run, parent) - minimum.level),
                minima: minima.len(),
                all_saddles: run.connections.len(),
                connected,
            }
        };
        minima.iter().map(line).collect()
    }

    fn barrier(&self) -> Option<f64> {
        self.pass.map(|pass| pass - self.minimum.level)
    }

    fn csv_row(&self, problem: &str) -> Vec<Cell> {
        let mut row = vec![Cell::text(problem), Cell::text(self.method), Cell::Integer(self.replicate)];
        row.extend([Cell::Integer(self.minimum.node), Cell::text(&self.minimum.place), Cell::Real(self.minimum.level)]);
        row.push(Cell::count(self.saddles));
        row.extend([self.pass, self.barrier(), self.depth].map(Cell::optional));
        row.extend([self.minima, self.all_saddles, self.connected].map(Cell::count));
        row.push(Cell::Real(self.connected as f64 / self.minima as f64));
        row
    }

    fn row(&self) -> Vec<Cell> {
        vec![
            Cell::text(self.method),
            Cell::Integer(self.replicate),
            Cell::Integer(self.minimum.node),
            Cell::text(&self.minimum.place),
            Cell::Real(self.minimum.level),
            Cell::count(self.saddles),
            Cell::optional(self.pass),
            Cell::optional(self.barrier()),
            Cell::optional(self.depth),
        ]
    }
}

/// The level of a node.
fn level(run: &Run, node: u64) -> f64 {
    run.merges[node as usize - 1].level
}

/// A node and all basins that it is part of, from the smallest.
fn above(run: &Run, node: u64) -> Vec<u64> {
    let mut nodes = vec![node];
    while let Some(parent) = run.merges.get(nodes[nodes.len() - 1] as usize - 1).and_then(|node| node.parent) {
        nodes.push(parent);
    }
    nodes
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&[
        "problem",
        "method",
        "replicate",
        "minimum",
        "place",
        "level",
        "n_saddles",
        "pass",
        "barrier",
        "depth",
        "n_minima",
        "n_all_saddles",
        "n_connected",
        "share_connected",
    ])
}

/// `None` when no tree was built.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let built = folder.runs.iter().filter(|run| !run.merges.is_empty()).count();
    if built == 0 {
        return None;
    }
    let problems = lines_of(folder, |method, runs| {
        let lines: Vec<Vec<Line>> =
            runs.iter().map(|run| Line::of(method, run)).filter(|lines| !lines.is_empty()).collect();
        (!lines.is_empty()).then_some(lines)
    });
    let every =
        || problems.iter().flat_map(|(problem, methods)| methods.iter().flatten().map(move |runs| (*problem, runs)));
    Some(Table {
        name: "connections".to_string(),
        title: "How high each minimum has to climb to reach the lowest one".to_string(),
        notes: names(&[
            "Minima from the lowest; saddles: those of index 1 whose steepest descents end there, copies up to the declared symmetries being one unless the method says otherwise.",
            "Pass: level of the highest saddle on the best way to the lowest minimum; barrier: its height above the minimum; depth: the same for the first pass to any minimum.",
            "A way that was not found may be lower, unless the saddles come from a census.",
        ]),
        header: header(),
        rows: every().flat_map(|(problem, lines)| lines.iter().map(move |line| line.csv_row(problem))).collect(),
        blocks: every().map(|(problem, lines)| block(problem, lines)).collect(),
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("with a graph", built), ("without", folder.runs.len() - built)],
        )],
    })
}

/// The minima of one run.
fn block(problem: &str, lines: &[Line]) -> Block {
    let Line { minima, all_saddles, connected, .. } = &lines[0];
    let mut footer = vec![format!(
        "{minima} minima, {all_saddles} saddles of index 1; {connected} minima are joined to the lowest one, itself counted"
    )];
    if lines.len() > MOST_SHOWN {
        footer.push(format!("({} higher minima are in the CSV)", lines.len() - MOST_SHOWN));
    }
    Block {
        heading: problem.to_string(),
        header: names(&["method", "replicate", "minimum", "place", "level", "saddles", "pass", "barrier", "depth"]),
        rows: lines.iter().take(MOST_SHOWN).map(Line::row).collect(),
        keys: 3,
        unit: 1,
        footer,
    }
}
