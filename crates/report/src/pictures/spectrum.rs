//! Picture `spectrum`: where the eigenvalues of Hessians lie, and where a law has them.

use super::{Part, Picture, Source, Z, kind};
use crate::draws::without_draw;
use crate::rows::{SpectrumKind, SpectrumRow};
use crate::table::{Cell, names};
use plot::{Axis, Colour, Dash, Layer, PALETTE, Panel, Shape};

/// Bins where several places are compared, before those with few eigenvalues are joined.
const PLACES_BINS: usize = 30;

/// Eigenvalues of all places together that such a bin holds at least: fewer make a tail of single ones.
const LEAST: usize = 20;

/// Bins of a histogram at most.
const MOST_BINS: usize = 60;

/// The spectra of one problem, whatever its draw, under one method at one place of its runs.
struct Group<'a> {
    problem: String,
    method: &'a str,
    at: &'a str,
    spectra: Vec<Vec<&'a SpectrumRow>>,
}

/// One part of the axis: share of eigenvalues over its width, and of the law where there is one.
struct Bin {
    from: f64,
    to: f64,
    density: f64,
    law: Option<f64>,
}

fn groups<'a>(source: &Source<'a>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for run in &source.folder.runs {
        let problem = without_draw(&run.row.problem);
        for rows in run.spectrum.chunk_by(|a, b| a.at == b.at) {
            let (method, at) = (run.row.method.as_str(), rows[0].at.as_str());
            let is_it = |group: &Group| group.problem == problem && group.method == method && group.at == at;
            let place = groups.iter().position(is_it).unwrap_or_else(|| {
                groups.push(Group { problem: problem.clone(), method, at, spectra: Vec::new() });
                groups.len() - 1
            });
            groups[place].spectra.push(rows.iter().collect());
        }
    }
    groups
}

fn of_kind<'a>(rows: &[&'a SpectrumRow], kind: SpectrumKind) -> Vec<&'a SpectrumRow> {
    rows.iter().copied().filter(|row| row.kind == kind).collect()
}

/// The law's share of eigenvalues below a place, of its bulk without those apart from it: linear between the eigenvalues, at
/// which it is known, and the ends of the bulk.
struct Law {
    points: Vec<[f64; 2]>,
}

impl Law {
    /// `None` without a law.
    fn of(spectrum: &[&SpectrumRow]) -> Option<Self> {
        let known = of_kind(spectrum, SpectrumKind::Eigenvalue);
        let known = known.into_iter().filter_map(|row| Some([row.value, row.theory?]));
        let mut points = Some(known.collect::<Vec<[f64; 2]>>()).filter(|points| !points.is_empty())?;
        let apart = of_kind(spectrum, SpectrumKind::Outlier);
        let share_of = |is_it: &dyn Fn(f64) -> bool| {
            let it = apart.iter().filter(|row| row.theory.is_some_and(is_it));
            it.count() as f64 / spectrum[0].n as f64
        };
        for edge in of_kind(spectrum, SpectrumKind::LowerEdge) {
            points.push([edge.value, share_of(&|place| place < edge.value)]);
        }
        for edge in of_kind(spectrum, SpectrumKind::UpperEdge) {
            points.push([edge.value, 1.0 - share_of(&|place| place > edge.value)]);
        }
        points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        Some(Law { points })
    }

    fn below(&self, x: f64) -> f64 {
        match self.points.partition_point(|[place, _]| *place <= x) {
            0 => self.points[0][1],
            after if after == self.points.len() => self.points[after - 1][1],
            after => {
                let ([x0, y0], [x1, y1]) = (self.points[after - 1], self.points[after]);
                y0 + (y1 - y0) * (x - x0) / (x1 - x0)
            }
        }
    }
}

impl Group<'_> {
    /// Every eigenvalue, of all spectra together.
    fn values(&self) -> Vec<f64> {
        let rows = self.spectra.iter().flat_map(|rows| of_kind(rows, SpectrumKind::Eigenvalue));
        rows.map(|row| row.value).collect()
    }

    fn bins(&self, edges: &[f64]) -> Vec<Bin> {
        let (values, count) = (self.values(), edges.len() - 1);
        let laws: Option<Vec<Law>> = self.spectra.iter().map(|rows| Law::of(rows)).collect();
        let bin = |k: usize| {
            let (from, to) = (edges[k], edges[k + 1]);
            let is_in = |x: &&f64| **x >= from && (**x < to || k + 1 == count && **x <= to);
            let share = values.iter().filter(is_in).count() as f64 / values.len() as f64;
            let law = laws.as_ref().map(|laws| {
                let shares = laws.iter().map(|law| law.below(to) - law.below(from));
                shares.sum::<f64>() / laws.len() as f64 / (to - from)
            });
            Bin { from, to, density: share / (to - from), law }
        };
        (0..count).map(bin).collect()
    }

    fn title(&self) -> String {
        let n = match self.spectra.len() {
            1 => "1\u{a0}spectrum".to_string(),
            // Not broken between number and noun.
            n => format!("{n}\u{a0}spectra"),
        };
        format!("{}, {} ({n})", self.problem, self.method)
    }

    /// A row of the data: what it is, from where to where, density, its error, the law.
    fn row(&self, kind: &str, numbers: [Option<f64>; 5]) -> Vec<Cell> {
        let head = [&self.problem, self.method, self.at, kind].map(Cell::text);
        head.into_iter().chain(numbers.map(Cell::optional)).collect()
    }
}

impl Bin {
    fn numbers(&self) -> [Option<f64>; 5] {
        [Some(self.from), Some(self.to), Some(self.density), None, self.law]
    }
}

/// Least and greatest of some numbers.
fn extent(values: &[f64]) -> Option<(f64, f64)> {
    let (lo, hi) = (values.iter().copied().reduce(f64::min)?, values.iter().copied().reduce(f64::max)?);
    (lo < hi).then_some((lo, hi))
}

/// Ends of so many bins of one width.
fn even((lo, hi): (f64, f64), count: usize) -> Vec<f64> {
    (0..=count).map(|k| lo + (hi - lo) * (k as f64 / count as f64)).collect()
}

/// The bins without ends between which too few of the values lie: from both ends inward to the fullest bin, so that the
/// joined ones are in the tails.
fn joined(edges: &[f64], values: &[f64]) -> Vec<f64> {
    let count = |from: f64, to: f64| values.iter().filter(|x| (from..to).contains(*x)).count();
    let counts: Vec<usize> = edges.windows(2).map(|pair| count(pair[0], pair[1])).collect();
    let fullest = (0..counts.len()).max_by_key(|&k| counts[k]).unwrap_or_default();
    let mut kept = vec![edges[0]];
    let mut held = 0;
    for k in 0..fullest {
        held += counts[k];
        if held >= LEAST {
            kept.push(edges[k + 1]);
            held = 0;
        }
    }
    let mut right = vec![edges[edges.len() - 1]];
    held = 0;
    for k in (fullest + 1..counts.len()).rev() {
        held += counts[k];
        if held >= LEAST {
            right.push(edges[k]);
            held = 0;
        }
    }
    kept.extend(right.into_iter().rev());
    kept
}

/// As many bins as the root of the number of eigenvalues, so that a bin's own chance is small.
fn count_of(values: &[f64]) -> usize {
    ((values.len() as f64).sqrt() as usize).clamp(8, MOST_BINS)
}

/// `None` without spectra.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    let groups = groups(source);
    // Along a run the places are compared in one panel.
    for along in groups.chunk_by(|a, b| a.problem == b.problem && a.method == b.method) {
        let mut rows = Vec::new();
        let panel = if along.len() > 1 { compared(along, &mut rows) } else { single(&along[0], &mut rows) };
        parts.push(Part { kind: kind(&along[0].problem), panels: panel.into_iter().collect(), rows });
    }
    Picture::of(
        "spectrum",
        "Where the eigenvalues of Hessians lie, and where a law has them",
        names(&[
            "Bars: share of all eigenvalues over the width of a bin. A line in their place: the density as Lanczos estimates it \
             without eigenvalues, with 95 % bands. Dashed: the law of an infinite matrix, over the same bins.",
            "Diamonds: where the law has eigenvalues apart from its bulk. Along runs: places compared on a logarithmic axis, \
             since most eigenvalues of a network are near 0, in bins of at least 20 eigenvalues.",
        ]),
        names(&["problem", "method", "at", "kind", "from", "to", "density", "error", "law"]),
        parts,
    )
}

/// The spectra at one place: a histogram, or a smoothed density.
fn single(group: &Group, rows: &mut Vec<Vec<Cell>>) -> Option<Panel> {
    let values = group.values();
    let panel = Panel::new(Axis::linear("eigenvalue"), Axis::linear("density")).title(group.title());
    let Some((lo, hi)) = extent(&values) else { return smooth(group, panel, rows) };
    let bins = group.bins(&even((lo, hi), count_of(&values)));
    rows.extend(bins.iter().map(|bin| group.row("bin", bin.numbers())));
    let edges = bins.iter().map(|bin| bin.from).chain([hi]).collect();
    let heights = bins.iter().map(|bin| bin.density).collect();
    let mut panel = panel.layer(Layer::bars(edges, heights).named("eigenvalues"));
    let law: Vec<[f64; 2]> = bins.iter().filter_map(|bin| Some([0.5 * (bin.from + bin.to), bin.law?])).collect();
    if !law.is_empty() {
        panel = panel.layer(Layer::curve(law).colour(PALETTE[1]).dash(Dash::Dashed).width(2.0).named("law"));
    }
    let apart = group.spectra.iter().flat_map(|spectrum| of_kind(spectrum, SpectrumKind::Outlier));
    let mut apart: Vec<f64> = apart.filter_map(|row| row.theory).collect();
    apart.sort_by(f64::total_cmp);
    apart.dedup();
    if !apart.is_empty() {
        let kind = "law's place of outliers";
        rows.extend(apart.iter().map(|place| group.row(kind, [Some(*place), Some(*place), None, None, None])));
        let marks = Layer::markers(apart.iter().map(|place| [*place, 0.0]).collect(), Shape::Diamond);
        panel = panel.layer(marks.colour(Colour::WHITE).width(5.0).named(kind));
    }
    Some(panel)
}

/// The density of the first spectrum: smoothed ones of several draws have different widths.
fn smooth(group: &Group, panel: Panel, rows: &mut Vec<Vec<Cell>>) -> Option<Panel> {
    let points = of_kind(&group.spectra[0], SpectrumKind::Density);
    if points.is_empty() {
        return None;
    }
    let numbers = |row: &SpectrumRow| [row.position, row.position, Some(row.value), row.error, row.theory];
    rows.extend(points.iter().map(|row| group.row("density", numbers(row))));
    let band = points.iter().filter_map(|row| {
        let half = Z * row.error?;
        Some([row.position?, (row.value - half).max(0.0), row.value + half])
    });
    let line = points.iter().filter_map(|row| Some([row.position?, row.value]));
    let law: Vec<[f64; 2]> = points.iter().filter_map(|row| Some([row.position?, row.theory?])).collect();
    let mut panel = panel
        .layer(Layer::band(band.collect()))
        .layer(Layer::curve(line.collect()).named("density of the first spectrum"));
    if !law.is_empty() {
        panel = panel.layer(Layer::curve(law).colour(PALETTE[1]).dash(Dash::Dashed).width(2.0).named("law, smoothed"));
    }
    Some(panel)
}

/// The same spectra at several places, each a line.
fn compared(along: &[Group], rows: &mut Vec<Vec<Cell>>) -> Option<Panel> {
    let values: Vec<f64> = along.iter().flat_map(Group::values).collect();
    let edges = joined(&even(extent(&values)?, PLACES_BINS), &values);
    let all: Vec<f64> = along.iter().flat_map(|group| group.bins(&edges)).map(|bin| bin.density).collect();
    let least = all.iter().copied().filter(|density| *density > 0.0).fold(f64::INFINITY, f64::min);
    let (floor, most) = (0.6 * least, all.iter().copied().fold(least, f64::max));
    let axis = Axis::log("density").range(floor, 1.5 * most);
    let mut panel = Panel::new(Axis::linear("eigenvalue"), axis).title(along[0].title());
    for (i, group) in along.iter().enumerate() {
        let bins = group.bins(&edges);
        rows.extend(bins.iter().map(|bin| group.row("bin", bin.numbers())));
        // An empty bin has no place on the axis: the line goes down to its end, as it does at both of its own.
        let height = |bin: &Bin| bin.density.max(floor);
        let corners = bins.iter().flat_map(|bin| [[bin.from, height(bin)], [bin.to, height(bin)]]);
        let (first, last) = ([edges[0], floor], [edges[edges.len() - 1], floor]);
        let corners = std::iter::once(first).chain(corners).chain([last]).collect();
        let name = match group.at.parse::<f64>() {
            Ok(_) => format!("at cost {}", group.at),
            Err(_) => format!("at {}", group.at),
        };
        panel = panel.layer(Layer::curve(corners).series(i).named(name));
    }
    Some(panel)
}
