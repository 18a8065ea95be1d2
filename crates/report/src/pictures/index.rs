//! Picture `index_by_level`: the index of critical points against their loss, with theory where there is one.

use super::{Part, Picture, Source, Z, kind};
use crate::draws::{without_counted, without_draw};
use crate::folder::{Folder, Run};
use crate::table::{Cell, names};
use crate::tables::certified;
use plot::{Axis, Colour, Dash, Layer, PALETTE, Panel, Shape};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Places on each axis beyond which marks cannot be told apart: they are drawn once.
const PLACES: f64 = 400.0;

/// Fewer places make no picture.
const LEAST: usize = 3;

/// A certified point, and how many of the same place it stands for.
struct Point {
    level: f64,
    index: f64,
    theory: Option<f64>,
    count: usize,
}

/// `None` without certified points.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    let tables = source.by_problem("index_vs_loss");
    let (folder, _) = without_counted(source.folder);
    for (label, runs) in by_surface(&folder) {
        let certified = runs.iter().flat_map(|run| &run.points).filter_map(certified);
        let mut points: Vec<Point> = certified
            .map(|point| Point { level: point.level, index: point.index_fraction, theory: point.theory, count: 1 })
            .collect();
        points.sort_by(|a, b| a.level.total_cmp(&b.level).then(a.index.total_cmp(&b.index)));
        // Points of one index, such as minima only, make no picture: the table has them.
        if points.iter().all(|point| point.index == points[0].index) {
            continue;
        }
        let points = thinned(points);
        // Two places, such as a saddle and a minimum, are soon said.
        if points.len() < LEAST {
            continue;
        }
        let head = |kind: &str| vec![Cell::text(&label), Cell::text(kind)];
        let row = |point: &Point| {
            let mut row = head("point");
            row.extend([Cell::Real(point.level), Cell::Real(point.index), Cell::Empty, Cell::Empty]);
            row.extend([Cell::optional(point.theory), Cell::count(point.count)]);
            row
        };
        let mut rows: Vec<Vec<Cell>> = points.iter().map(row).collect();
        // Of so many draws that some have no place elsewhere, bins of the others would be a part only.
        let is_whole = !source.hidden.iter().any(|hidden| without_draw(hidden) == label);
        let is_of = |found: &str| found == label || is_whole && without_draw(found) == label;
        let lines = tables.iter().filter(|(found, _)| is_of(found));
        let bins: Vec<[f64; 4]> = lines
            .flat_map(|(_, lines)| lines)
            // The last line of a problem is all of its points together.
            .filter(|line| line.number("bin").is_some())
            .filter_map(|line| {
                let (level, mean) = (line.number("level_mean")?, line.number("index_mean")?);
                let half = Z * line.number("index_se").unwrap_or(0.0);
                Some([level, mean, (mean - half).max(0.0), (mean + half).min(1.0)])
            })
            .collect();
        // As many bins as places would hide them and say nothing more.
        let bins = if bins.len() < points.len() { bins } else { Vec::new() };
        for &bin in &bins {
            rows.push(head("bin").into_iter().chain(bin.map(Cell::Real)).chain([Cell::Empty, Cell::Empty]).collect());
        }
        parts.push(Part { kind: kind(&label), panels: vec![panel(&label, &points, &bins)], rows });
    }
    Picture::of(
        "index_by_level",
        "The index of critical points against their loss",
        names(&[
            "Dots: certified critical points of all methods, those of one place drawn once. Squares: means of the bins of the table \
             index_vs_loss with 95 % intervals over points, which are not independent when runs find the same point.",
            "Index fraction: negative eigenvalues of the Hessian over all of them; 0 is a minimum.",
        ]),
        names(&["problem", "kind", "level", "index_fraction", "lo", "hi", "theory", "n_points"]),
        parts,
    )
}

/// The runs by label of their problem; where there are several draws of a surface all together, without the draw.
fn by_surface(folder: &Folder) -> Vec<(String, Vec<&Run>)> {
    let problems = folder.problems();
    let mut groups: Vec<(String, Vec<&Run>)> = Vec::new();
    for problem in &problems {
        let law = without_draw(problem.label);
        let draws = problems.iter().filter(|other| without_draw(other.label) == law).count();
        let label = if draws > 1 { law } else { problem.label.to_string() };
        let place = groups.iter().position(|(found, _)| *found == label).unwrap_or_else(|| {
            groups.push((label, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.extend(problem.methods.iter().flat_map(|method| &method.runs));
    }
    groups
}

fn panel(problem: &str, points: &[Point], bins: &[[f64; 4]]) -> Panel {
    let dots: Vec<[f64; 2]> = points.iter().map(|point| [point.level, point.index]).collect();
    let mut theory: Vec<[f64; 2]> = points.iter().filter_map(|point| Some([point.level, point.theory?])).collect();
    theory.dedup();
    let most = most(points);
    let y = Axis::linear("index fraction").range(-0.04 * most, most);
    let mut panel = Panel::new(Axis::linear("level (loss over the problem's scale)"), y).title(problem);
    let ends = bins.iter().map(|&[x, _, lo, hi]| [x, lo, hi]).collect();
    let means = bins.iter().map(|&[x, mean, ..]| [x, mean]).collect();
    let count: usize = points.iter().map(|point| point.count).sum();
    panel = panel.layer(
        Layer::markers(dots, Shape::Circle)
            .colour(if bins.is_empty() { PALETTE[0] } else { Colour(150, 196, 228) })
            .width(if bins.is_empty() { 3.2 } else { 2.4 })
            .named(format!("critical points ({count})")),
    );
    if !theory.is_empty() {
        let curve = Layer::curve(theory).colour(PALETTE[1]).dash(Dash::Dashed).width(2.0);
        panel = panel.layer(curve.named("theory"));
    }
    if bins.is_empty() {
        return panel;
    }
    panel
        .layer(Layer::intervals(ends).colour(Colour::INK).named("bin mean, 95 %"))
        .layer(Layer::markers(means, Shape::Square).colour(PALETTE[0]).width(3.2).named("bin mean, 95 %"))
}

/// The upper end of the axis.
fn most(points: &[Point]) -> f64 {
    let most = points.iter().flat_map(|point| [Some(point.index), point.theory]).flatten().fold(0.0, f64::max);
    if most > 0.0 { 1.06 * most } else { 1.0 }
}

/// The points without those that would be drawn over an equal one, which counts them.
fn thinned(points: Vec<Point>) -> Vec<Point> {
    let levels = || points.iter().map(|point| point.level);
    let (least, greatest) = (levels().fold(f64::INFINITY, f64::min), levels().fold(f64::NEG_INFINITY, f64::max));
    let width = if greatest > least { greatest - least } else { 1.0 };
    let most = most(&points);
    let place = |point: &Point| {
        [(point.level - least) / width, point.index / most].map(|share| (PLACES * share).round() as i64)
    };
    let mut kept: Vec<Point> = Vec::new();
    let mut seen: BTreeMap<[i64; 2], usize> = BTreeMap::new();
    for point in points {
        match seen.entry(place(&point)) {
            Entry::Occupied(place) => kept[*place.get()].count += 1,
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(point);
            }
        }
    }
    kept
}
