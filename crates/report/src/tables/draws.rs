//! Table `draws`: where descent ends over many draws of a random surface, and how much restarts on one draw differ.

use crate::draws::{Pooled, pooled};
use crate::estimators::Mean;
use crate::folder::{Folder, MethodRuns, Run};
use crate::table::{Block, Cell, Table, accounting, names};

const HEADER: [&str; 11] = [
    "problem",
    "method",
    "n_draws",
    "n_runs",
    "n_without",
    "level_mean",
    "level_se",
    "spread_mean",
    "spread_se",
    "best_mean",
    "best_se",
];

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&HEADER)
}

/// One method on all draws of a surface.
struct Line<'f> {
    pooled: Pooled<'f>,
    runs: usize,
    without: usize,
    /// Over the draws: the mean level of a draw's runs, their standard deviation, their least level.
    figures: [Option<Mean>; 3],
}

impl<'f> Line<'f> {
    /// `None` for a surface that is not drawn several times.
    fn of(pooled: Pooled<'f>) -> Option<Self> {
        let level = |run: &&Run| run.level_best().filter(|level| level.is_finite());
        let levels: Vec<Vec<f64>> =
            pooled.draws.iter().map(|runs| runs.iter().filter_map(level).collect::<Vec<f64>>()).collect();
        if pooled.draws.len() < 2 {
            return None;
        }
        let over = |figure: fn(&[f64]) -> Option<f64>| {
            Mean::of(&levels.iter().filter_map(|levels| figure(levels)).collect::<Vec<f64>>())
        };
        // sd = se sqrt n
        let spread = |levels: &[f64]| Some(Mean::of(levels)?.standard_error? * (levels.len() as f64).sqrt());
        let runs = pooled.draws.iter().map(Vec::len).sum();
        Some(Line {
            runs,
            without: runs - levels.iter().map(Vec::len).sum::<usize>(),
            figures: [
                over(|levels| Some(Mean::of(levels)?.mean)),
                over(spread),
                over(|levels| levels.iter().copied().reduce(f64::min)),
            ],
            pooled,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells: Vec<Cell> = [self.pooled.draws.len(), self.runs, self.without].map(Cell::count).to_vec();
        for figure in self.figures {
            cells.push(Cell::optional(figure.map(|mean| mean.mean)));
            cells.push(Cell::optional(figure.and_then(|mean| mean.standard_error)));
        }
        cells
    }
}

/// `None` without descents on several draws of a surface.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let lines: Vec<Line> =
        pooled(folder, |method: &MethodRuns| method.is_descent()).into_iter().filter_map(Line::of).collect();
    if lines.is_empty() {
        return None;
    }
    let shown: usize = lines.iter().map(|line| line.runs).sum();
    let row =
        |line: &Line| [vec![Cell::text(&line.pooled.problem), Cell::text(line.pooled.method)], line.cells()].concat();
    let mut blocks: Vec<Block> = Vec::new();
    for line in &lines {
        let row = [vec![Cell::text(line.pooled.method)], line.cells()].concat();
        match blocks.iter_mut().find(|block| block.heading == line.pooled.problem) {
            Some(block) => block.rows.push(row),
            None => blocks.push(Block {
                heading: line.pooled.problem.clone(),
                header: names(&[
                    "method",
                    "draws",
                    "runs",
                    "no level",
                    "mean level",
                    "se",
                    "spread",
                    "se",
                    "best",
                    "se",
                ]),
                rows: vec![row],
                keys: 1,
                unit: 1,
                footer: Vec::new(),
            }),
        }
    }
    Some(Table {
        name: "draws".to_string(),
        title: "Where descent ends, over draws of a random surface".to_string(),
        notes: names(&[
            "Draws: surfaces that differ in the parameter instance or seed only; the level is the best of a run (loss over the \
             problem's scale).",
            "Mean level, best: mean over the draws of the mean, and of the least, level of the runs on one draw; spread: mean \
             standard deviation among the runs on one draw. se: standard errors over the draws.",
        ]),
        header: header(),
        rows: lines.iter().map(row).collect(),
        blocks,
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("shown", shown), ("other runs", folder.runs.len() - shown)],
        )],
    })
}
