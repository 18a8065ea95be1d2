//! Picture `index_by_level`: the index of critical points against their loss, with theory where there is one.

use super::{Picture, Source, Z};
use crate::draws::{without_counted, without_draw};
use crate::folder::{Folder, Run};
use crate::table::{Cell, names};
use crate::tables::certified;
use plot::{Axis, Colour, Dash, Layer, PALETTE, Panel, Shape};
use std::collections::HashSet;

/// Places on each axis beyond which marks cannot be told apart: they are drawn once.
const PLACES: f64 = 400.0;

/// `None` without certified points.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let (mut panels, mut rows) = (Vec::new(), Vec::new());
    let tables = source.by_problem("index_vs_loss");
    let (folder, _) = without_counted(source.folder);
    for (label, runs) in grouped_by_label(source, &folder) {
        let mut points: Vec<[Option<f64>; 3]> = runs
            .iter()
            .flat_map(|run| &run.points)
            .filter_map(certified)
            .map(|point| [Some(point.level), Some(point.index_fraction), point.theory])
            .collect();
        points.sort_by(|a, b| a[0].partial_cmp(&b[0]).expect("levels are finite"));
        if points.is_empty() {
            continue;
        }
        let head = |kind: &str| vec![Cell::text(&label), Cell::text(kind)];
        for [level, index, theory] in &points {
            let mut row = head("point");
            row.extend([*level, *index, None, None, *theory].map(Cell::optional));
            rows.push(row);
        }
        let lines = tables.iter().find(|(found, _)| *found == label).map_or(&[][..], |(_, lines)| lines);
        let bins: Vec<[f64; 4]> = lines
            .iter()
            // The last line of a problem is all of its points together.
            .filter(|line| line.number("bin").is_some())
            .filter_map(|line| {
                let (level, mean) = (line.number("level_mean")?, line.number("index_mean")?);
                let half = Z * line.number("index_se").unwrap_or(0.0);
                Some([level, mean, (mean - half).max(0.0), (mean + half).min(1.0)])
            })
            .collect();
        for &[level, mean, lo, hi] in &bins {
            rows.push(
                head("bin").into_iter().chain([level, mean, lo, hi].map(Cell::Real)).chain([Cell::Empty]).collect(),
            );
        }
        panels.push(panel(&label, &points, &bins));
    }
    (!panels.is_empty()).then(|| Picture {
        name: "index_by_level".to_string(),
        title: "The index of critical points against their loss".to_string(),
        notes: names(&[
            "Dots: certified critical points of all methods, equal ones drawn once. Squares: means of the bins of the table \
             index_vs_loss with 95 % intervals over points, which are not independent when runs find the same point.",
            "Index fraction: negative eigenvalues of the Hessian over all of them; 0 is a minimum.",
        ]),
        panels,
        header: names(&["problem", "kind", "level", "index_fraction", "lo", "hi", "theory"]),
        rows,
    })
}

/// The runs by label of their problem; of a surface with many draws all together, without the draw.
fn grouped_by_label<'a>(source: &Source, folder: &'a Folder) -> Vec<(String, Vec<&'a Run>)> {
    let many: HashSet<String> = source.hidden.iter().map(|label| without_draw(label)).collect();
    let mut groups: Vec<(String, Vec<&Run>)> = Vec::new();
    for problem in folder.problems() {
        let law = without_draw(problem.label);
        let label = if many.contains(&law) { law } else { problem.label.to_string() };
        let place = groups.iter().position(|(found, _)| *found == label).unwrap_or_else(|| {
            groups.push((label, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.extend(problem.methods.into_iter().flat_map(|method| method.runs));
    }
    groups
}

fn panel(problem: &str, points: &[[Option<f64>; 3]], bins: &[[f64; 4]]) -> Panel {
    let pair = |[x, y]: [Option<f64>; 2]| Some([x?, y?]);
    let dots: Vec<[f64; 2]> = points.iter().filter_map(|&[x, y, _]| pair([x, y])).collect();
    let mut theory: Vec<[f64; 2]> = points.iter().filter_map(|&[x, _, y]| pair([x, y])).collect();
    theory.dedup();
    let most = dots.iter().chain(&theory).map(|[_, y]| *y).fold(0.0, f64::max);
    let most = if most > 0.0 { 1.06 * most } else { 1.0 };
    let y = Axis::linear("index fraction").range(-0.04 * most, most);
    let mut panel = Panel::new(Axis::linear("level (loss over the problem's scale)"), y).title(problem);
    let ends = bins.iter().map(|&[x, _, lo, hi]| [x, lo, hi]).collect();
    let means = bins.iter().map(|&[x, mean, ..]| [x, mean]).collect();
    let count = dots.len();
    panel = panel.layer(
        Layer::markers(distinct(&dots, most), Shape::Circle)
            .colour(Colour(150, 196, 228))
            .width(2.4)
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

/// The points without those that would be drawn over an equal one.
fn distinct(points: &[[f64; 2]], most: f64) -> Vec<[f64; 2]> {
    let xs = || points.iter().map(|[x, _]| *x);
    let (least, greatest) = (xs().fold(f64::INFINITY, f64::min), xs().fold(f64::NEG_INFINITY, f64::max));
    let width = if greatest > least { greatest - least } else { 1.0 };
    let place = |&[x, y]: &[f64; 2]| [(x - least) / width, y / most].map(|share| (PLACES * share).round() as i64);
    let mut seen = std::collections::BTreeSet::new();
    points.iter().filter(|point| seen.insert(place(point))).copied().collect()
}
