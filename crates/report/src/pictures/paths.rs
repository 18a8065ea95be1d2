//! Picture `paths`: the loss along ways between two points.

use super::{Part, Picture, Source, kind};
use crate::estimators::quantile;
use crate::folder::Run;
use crate::table::{Cell, names};
use plot::{Axis, Layer, Panel};

const QUANTILES: [f64; 3] = [0.5, 0.1, 0.9];

/// `None` without ways.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    for problem in source.problems() {
        for method in &problem.methods {
            let (mut rows, mut panels) = (Vec::new(), Vec::new());
            // The descent from a start is higher than any way between ends.
            let (descents, others): (Vec<&str>, Vec<&str>) =
                ways(&method.runs).into_iter().partition(|way| *way == "start_to_end");
            for ways in [others, descents].into_iter().filter(|ways| !ways.is_empty()) {
                let (mut bands, mut lines) = (Vec::new(), Vec::new());
                for (i, way) in ways.into_iter().enumerate() {
                    let points = along(&method.runs, way);
                    for &(t, n, quantiles) in &points {
                        let head = [problem.label, method.label, way].map(Cell::text);
                        let numbers = [t, quantiles[0], quantiles[1], quantiles[2]].map(Cell::Real);
                        rows.push(head.into_iter().chain(numbers).chain([Cell::count(n)]).collect());
                    }
                    bands
                        .push(Layer::band(points.iter().map(|(t, _, [_, lo, hi])| [*t, *lo, *hi]).collect()).series(i));
                    let line = points.iter().map(|(t, _, [median, ..])| [*t, *median]).collect();
                    lines.push(Layer::curve(line).series(i).width(2.0).named(way.replace('_', " ")));
                }
                let panel = Panel::new(Axis::linear("way from one point to the other"), Axis::linear("level (loss)"));
                panels.push(bands.into_iter().chain(lines).fold(panel.title(problem.label), Panel::layer));
            }
            parts.push(Part { kind: kind(problem.label), panels, rows });
        }
    }
    Picture::of(
        "paths",
        "The loss along ways between points",
        names(&[
            "Lines: median over the runs; bands: 10 to 90 % of the runs. The ends are those of each run.",
            "Start to end: from the start of a descent to its end; the others join two ends.",
        ]),
        names(&["problem", "method", "way", "t", "median", "q10", "q90", "n_runs"]),
        parts,
    )
}

/// In order of first appearance.
fn ways<'a>(runs: &[&'a Run]) -> Vec<&'a str> {
    let mut ways: Vec<&str> = Vec::new();
    for row in runs.iter().flat_map(|run| &run.profiles) {
        if !ways.contains(&row.way.as_str()) {
            ways.push(&row.way);
        }
    }
    ways
}

/// Places along a way with the number of runs and the quantiles of their levels. Runs have as many places as one another,
/// though not at the same ones: a place is the mean of theirs.
fn along(runs: &[&Run], way: &str) -> Vec<(f64, usize, [f64; 3])> {
    let of = |run: &&Run| -> Vec<(f64, f64)> {
        run.profiles.iter().filter(|row| row.way == way).map(|row| (row.t, row.level)).collect()
    };
    let all: Vec<Vec<(f64, f64)>> = runs.iter().map(of).filter(|places| !places.is_empty()).collect();
    let count = all.iter().map(Vec::len).max().unwrap_or(0);
    let place = |k: usize| {
        let here: Vec<(f64, f64)> = all.iter().filter(|places| places.len() == count).map(|places| places[k]).collect();
        let levels: Vec<f64> = here.iter().map(|(_, level)| *level).collect();
        let t = here.iter().map(|(t, _)| t).sum::<f64>() / here.len() as f64;
        (t, here.len(), QUANTILES.map(|q| quantile(&levels, q).unwrap_or(f64::NAN)))
    };
    (0..count).map(place).collect()
}
