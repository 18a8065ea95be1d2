//! Table `spectrum`: eigenvalues of Hessians against the law they should have, over the draws of a random surface.

use crate::draws::without_draw;
use crate::estimators::{Mean, quantile};
use crate::folder::{Folder, Run};
use crate::rows::{SpectrumKind, SpectrumRow, Status};
use crate::table::{Block, Cell, Table, accounting, names};

const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// What was seen at one place of one run.
struct Seen<'a> {
    rows: Vec<&'a SpectrumRow>,
}

impl<'a> Seen<'a> {
    fn all(&self, kind: SpectrumKind) -> impl Iterator<Item = &'a SpectrumRow> + '_ {
        self.rows.iter().copied().filter(move |row| row.kind == kind)
    }

    fn one(&self, kind: SpectrumKind) -> Option<&'a SpectrumRow> {
        self.all(kind).next()
    }

    fn values(&self, kind: SpectrumKind) -> Vec<f64> {
        self.all(kind).map(|row| row.value).collect()
    }

    /// Least and greatest eigenvalue that are known.
    fn ends(&self) -> (Option<f64>, Option<f64>) {
        let known = |kind| self.values(SpectrumKind::Eigenvalue).into_iter().chain(self.values(kind));
        (known(SpectrumKind::Lowest).reduce(f64::min), known(SpectrumKind::Highest).reduce(f64::max))
    }

    /// The number below which a share q of the eigenvalues lies.
    fn quantile(&self, q: f64) -> Option<f64> {
        let given = self.all(SpectrumKind::Quantile).find(|row| row.position == Some(q));
        given.map(|row| row.value).or_else(|| quantile(&self.values(SpectrumKind::Eigenvalue), q))
    }

    /// Least and greatest eigenvalue that is no outlier, where outliers were looked for.
    fn bulk(&self) -> Option<(f64, f64)> {
        self.one(SpectrumKind::Outliers)?;
        let apart: Vec<Option<f64>> = self.all(SpectrumKind::Outlier).map(|row| row.position).collect();
        let inside =
            self.all(SpectrumKind::Eigenvalue).filter(|row| !apart.contains(&row.position)).map(|row| row.value);
        inside.fold(None, |ends: Option<(f64, f64)>, x| Some(ends.map_or((x, x), |(lo, hi)| (lo.min(x), hi.max(x)))))
    }
}

/// The spectra of one problem, whatever its draw, under one method at one place.
struct Line<'a> {
    problem: String,
    method: &'a str,
    at: &'a str,
    missing: usize,
    spectra: Vec<Seen<'a>>,
}

impl Line<'_> {
    /// Those at a point where there is a Hessian.
    fn smooth(&self) -> impl Iterator<Item = &Seen<'_>> {
        self.spectra.iter().filter(|seen| seen.one(SpectrumKind::Kink).is_none())
    }

    fn eigenvalues(&self) -> u64 {
        self.spectra[0].rows[0].n
    }

    fn mean(&self, of: impl Fn(&Seen) -> Option<f64>) -> Option<f64> {
        Mean::of(&self.smooth().filter_map(of).collect::<Vec<f64>>()).map(|mean| mean.mean)
    }

    fn least(&self, of: impl Fn(&Seen) -> Option<f64>) -> Option<f64> {
        self.smooth().filter_map(of).reduce(f64::min)
    }

    fn most(&self, of: impl Fn(&Seen) -> Option<f64>) -> Option<f64> {
        self.smooth().filter_map(of).reduce(f64::max)
    }

    /// Share of negative eigenvalues: mean, standard error, theory and distance from it in standard errors.
    fn negative(&self) -> [Option<f64>; 4] {
        let rows: Vec<&SpectrumRow> = self.smooth().filter_map(|seen| seen.one(SpectrumKind::Negative)).collect();
        let Some(shares) = Mean::of(&rows.iter().map(|row| row.value).collect::<Vec<f64>>()) else { return [None; 4] };
        // Of a single density its own error.
        let se = shares.standard_error.or(rows[0].error);
        let theory: Vec<f64> = rows.iter().filter_map(|row| row.theory).collect();
        if theory.len() < rows.len() {
            return [Some(shares.mean), se, None, None];
        }
        let distances: Vec<f64> = rows.iter().zip(&theory).map(|(row, theory)| row.value - theory).collect();
        let distance = Mean::of(&distances).expect("as many as shares");
        let spread = distance.standard_error.or(rows[0].error).filter(|se| *se > 0.0);
        let z = spread.map(|se| distance.mean / se);
        [Some(shares.mean), se, Some(theory.iter().sum::<f64>() / theory.len() as f64), z]
    }

    /// Every outlier of every spectrum: mean, standard error, least, most, and the place expected of them.
    fn outliers(&self) -> [Option<f64>; 5] {
        let rows: Vec<&SpectrumRow> = self.smooth().flat_map(|seen| seen.all(SpectrumKind::Outlier)).collect();
        let values: Vec<f64> = rows.iter().map(|row| row.value).collect();
        let Some(mean) = Mean::of(&values) else { return [None; 5] };
        let theory: Vec<f64> = rows.iter().filter_map(|row| row.theory).collect();
        let of = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick);
        [
            Some(mean.mean),
            mean.standard_error,
            of(f64::min),
            of(f64::max),
            Mean::of(&theory).filter(|_| theory.len() == rows.len()).map(|mean| mean.mean),
        ]
    }

    fn csv_row(&self) -> Vec<Cell> {
        let value = |kind| move |seen: &Seen| seen.one(kind).map(|row| row.value);
        let theory = |kind| move |seen: &Seen| seen.one(kind).and_then(|row| row.theory);
        let zeros = |seen: &Seen| seen.one(SpectrumKind::Zero).map(|row| (row.value * row.n as f64).round());
        let mut row = vec![Cell::text(&self.problem), Cell::text(self.method), Cell::text(self.at)];
        let n_smooth = self.smooth().count();
        row.extend([self.spectra.len(), self.missing, self.spectra.len() - n_smooth].map(Cell::count));
        row.push(Cell::Integer(self.eigenvalues()));
        let mut numbers = vec![self.mean(value(SpectrumKind::Level))];
        numbers.extend(self.negative());
        numbers.extend([
            self.least(value(SpectrumKind::Negative)),
            self.most(value(SpectrumKind::Negative)),
            self.mean(value(SpectrumKind::Zero)),
            self.least(zeros),
            self.most(zeros),
            self.mean(value(SpectrumKind::Positive)),
            self.least(|seen| seen.ends().0),
            self.most(|seen| seen.ends().1),
        ]);
        numbers.extend(QUANTILES.map(|q| self.mean(|seen| seen.quantile(q))));
        numbers.extend([
            self.mean(value(SpectrumKind::Outliers)),
            self.least(value(SpectrumKind::Outliers)),
            self.most(value(SpectrumKind::Outliers)),
            self.mean(theory(SpectrumKind::Outliers)),
        ]);
        numbers.extend(self.outliers());
        numbers.extend([
            self.least(|seen| seen.bulk().map(|ends| ends.0)),
            self.most(|seen| seen.bulk().map(|ends| ends.1)),
            self.mean(value(SpectrumKind::Distance)),
            self.most(value(SpectrumKind::Distance)),
            self.mean(theory(SpectrumKind::Distance)),
        ]);
        row.extend(numbers.into_iter().map(Cell::optional));
        row
    }

    fn row(&self) -> Vec<Cell> {
        let value = |kind| move |seen: &Seen| seen.one(kind).map(|row| row.value);
        let theory = |kind| move |seen: &Seen| seen.one(kind).and_then(|row| row.theory);
        let [share, se, expected, z] = self.negative();
        let mut row = vec![Cell::text(self.method), Cell::text(self.at), Cell::count(self.smooth().count())];
        row.extend(
            [
                self.mean(value(SpectrumKind::Level)),
                share,
                se,
                expected,
                z,
                self.mean(value(SpectrumKind::Zero)),
                self.least(|seen| seen.ends().0),
                self.most(|seen| seen.ends().1),
                self.mean(value(SpectrumKind::Outliers)),
                self.mean(theory(SpectrumKind::Outliers)),
                self.most(value(SpectrumKind::Distance)),
                self.mean(theory(SpectrumKind::Distance)),
            ]
            .map(Cell::optional),
        );
        row
    }
}

/// Column names of the CSV.
pub(super) fn header() -> Vec<String> {
    names(&[
        "problem",
        "method",
        "at",
        "n_spectra",
        "n_missing",
        "n_not_smooth",
        "n_eigenvalues",
        "level_mean",
        "negative_mean",
        "negative_se",
        "negative_theory",
        "negative_z",
        "negative_least",
        "negative_most",
        "zero_mean",
        "n_zero_least",
        "n_zero_most",
        "positive_mean",
        "lambda_min",
        "lambda_max",
        "q05",
        "q25",
        "q50",
        "q75",
        "q95",
        "n_outliers_mean",
        "n_outliers_least",
        "n_outliers_most",
        "n_outliers_theory",
        "outlier_mean",
        "outlier_se",
        "outlier_least",
        "outlier_most",
        "outlier_theory",
        "bulk_least",
        "bulk_most",
        "distance_mean",
        "distance_most",
        "distance_critical",
    ])
}

/// The spectra of all runs, grouped in order of first appearance.
fn lines(folder: &Folder) -> Vec<Line<'_>> {
    let mut lines: Vec<Line> = Vec::new();
    for run in &folder.runs {
        let problem = without_draw(&run.row.problem);
        let mut rest = &run.spectrum[..];
        while let Some(first) = rest.first() {
            let (here, after) = rest.split_at(rest.iter().take_while(|row| row.at == first.at).count());
            rest = after;
            let is_it = |line: &Line| line.problem == problem && line.method == run.row.method && line.at == first.at;
            let at = lines.iter().position(is_it).unwrap_or_else(|| {
                let (problem, method, at) = (problem.clone(), &run.row.method, &first.at);
                lines.push(Line { problem, method, at, missing: 0, spectra: Vec::new() });
                lines.len() - 1
            });
            lines[at].spectra.push(Seen { rows: here.iter().collect() });
        }
    }
    for line in &mut lines {
        let is_missing = |run: &&Run| {
            let row = &run.row;
            row.status == Status::Missing && row.method == line.method && without_draw(&row.problem) == line.problem
        };
        line.missing = folder.runs.iter().filter(is_missing).count();
    }
    lines
}

/// Leaves out what does not apply to any row.
fn without_empty_columns(block: &mut Block) {
    let is_used: Vec<bool> =
        (0..block.header.len()).map(|i| block.rows.iter().any(|row| row[i] != Cell::Empty)).collect();
    let keep = |cells: &mut dyn Iterator<Item = Cell>| -> Vec<Cell> {
        cells.zip(&is_used).filter(|(_, used)| **used).map(|(cell, _)| cell).collect()
    };
    for row in &mut block.rows {
        *row = keep(&mut std::mem::take(row).into_iter());
    }
    let header = std::mem::take(&mut block.header).into_iter();
    block.header = header.zip(&is_used).filter(|(_, used)| **used).map(|(name, _)| name).collect();
}

/// `None` when no spectrum was looked at.
pub(crate) fn table(folder: &Folder) -> Option<Table> {
    let lines = lines(folder);
    if lines.is_empty() {
        return None;
    }
    let mut blocks: Vec<Block> = Vec::new();
    for line in &lines {
        let heading = format!("{} ({} eigenvalues)", line.problem, line.eigenvalues());
        if blocks.last().is_none_or(|block| block.heading != heading) {
            blocks.push(Block {
                heading,
                header: names(&[
                    "method", "at", "spectra", "level", "negative", "se", "theory", "z", "zero", "least", "greatest",
                    "apart", "expected", "distance", "critical",
                ]),
                rows: Vec::new(),
                keys: 2,
                unit: 1,
                footer: Vec::new(),
            });
        }
        blocks.last_mut().expect("just pushed").rows.push(line.row());
    }
    blocks.iter_mut().for_each(without_empty_columns);
    let seen = folder.runs.iter().filter(|run| !run.spectrum.is_empty()).count();
    Some(Table {
        name: "spectrum".to_string(),
        title: "Eigenvalues of Hessians, and the laws of random matrices".to_string(),
        notes: names(&[
            "Spectra of all runs and of all draws of a random surface (its `seed` or `instance`) are taken together.",
            "Negative, zero: mean share of eigenvalues; se over the spectra, of a single density its own; z = (negative - theory) / se.",
            "Apart: mean number of eigenvalues beyond the edge of the law's bulk by more than chance (0.1 %), beside the number expected.",
            "Distance: greatest over the spectra of max |F_n - F| between the shares below a number and the law's; one matrix in twenty exceeds the critical value.",
        ]),
        header: header(),
        rows: lines.iter().map(Line::csv_row).collect(),
        blocks,
        footer: vec![accounting(
            ("planned", folder.runs.len()),
            &[("with a spectrum", seen), ("without", folder.runs.len() - seen)],
        )],
    })
}
