//! Picture `slices`: planes through the end of a descent, with the descent, and lines through it.

use super::{Part, Picture, Source, kind};
use crate::folder::Run;
use crate::shape_rows::SliceRow;
use crate::table::{Cell, names};
use plot::{Axis, Colour, Grid, Layer, Panel, Shape, levels};

/// Pixels by which an outline may be off.
const TOLERANCE: f64 = 0.3;

/// Levels that span more than so much are shown by their logarithm.
const DECADES: f64 = 30.0;

/// `None` without slices.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    for problem in source.problems() {
        for method in &problem.methods {
            // One run shows what a plane looks like; the table has all.
            let Some(run) = method.runs.iter().find(|run| !run.slices.is_empty()) else { continue };
            let row = |row: &SliceRow| {
                let head = [problem.label, &row.directions, &row.part].map(Cell::text);
                let numbers = [Some(row.a), row.b, Some(row.level)].map(Cell::optional);
                head.into_iter().chain(numbers).collect()
            };
            let mut panels: Vec<Panel> = Vec::new();
            panels.extend(lines(problem.label, run));
            panels.extend(directions(run).iter().filter_map(|directions| plane(problem.label, run, directions)));
            parts.push(Part { kind: kind(problem.label), panels, rows: run.slices.iter().map(row).collect() });
        }
    }
    Picture::of(
        "slices",
        "Lines and planes through the end of a descent",
        names(&[
            "Of the first run of each problem. Coordinates are lengths of the directions, from the end of the descent.",
            "The line on a plane is the descent, seen from above: its points lie off the plane, where the loss is another.",
        ]),
        names(&["problem", "directions", "part", "a", "b", "level"]),
        parts,
    )
}

/// In order of first appearance.
fn directions(run: &Run) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for row in &run.slices {
        if !found.contains(&row.directions.as_str()) {
            found.push(&row.directions);
        }
    }
    found
}

fn part<'a>(run: &'a Run, directions: &str, part: &str) -> Vec<&'a SliceRow> {
    run.slices.iter().filter(|row| row.directions == directions && row.part == part).collect()
}

/// The lines of all directions in one panel.
fn lines(problem: &str, run: &Run) -> Option<Panel> {
    let x = Axis::linear("from the end of the descent along the first direction");
    let levels = || run.slices.iter().filter(|row| row.part == "line").map(|row| row.level);
    let (least, most) = (levels().fold(f64::INFINITY, f64::min), levels().fold(0.0, f64::max));
    let is_log = least > 0.0 && most > DECADES * least;
    let y = if is_log { Axis::log("level (loss)") } else { Axis::linear("level (loss)") };
    let mut panel = Panel::new(x, y).title(problem);
    let mut is_empty = true;
    for (i, directions) in directions(run).into_iter().enumerate() {
        let line: Vec<[f64; 2]> = part(run, directions, "line").iter().map(|row| [row.a, row.level]).collect();
        if !line.is_empty() {
            is_empty = false;
            panel = panel.layer(Layer::curve(line).series(i).named(format!("{directions} direction")));
        }
    }
    (!is_empty).then_some(panel)
}

/// Contours of a plane, with the descent seen from above.
fn plane(problem: &str, run: &Run, directions: &str) -> Option<Panel> {
    let places = part(run, directions, "plane");
    let columns = places.iter().take_while(|row| row.b == places[0].b).count();
    if columns < 2 || places.len() < 2 * columns || !places.len().is_multiple_of(columns) {
        return None;
    }
    let ends = |of: &dyn Fn(&SliceRow) -> f64| (of(places[0]), of(places[places.len() - 1]));
    let (x, y) = (ends(&|row| row.a), ends(&|row| row.b.unwrap_or(f64::NAN)));
    let values: Vec<f64> = places.iter().map(|row| row.level).collect();
    let bands = levels(&values, None);
    let grid = Grid::new(x, y, columns, places.len() / columns, values);
    // What the labels tell: levels, or their height above the least one.
    let name = bands.title.replacen('f', "level", 1);
    let (contours, bar) = grid.contours(&bands.values, &bands.labels, &name);
    let descent: Vec<[f64; 2]> =
        part(run, directions, "descent").iter().filter_map(|row| Some([row.a, row.b?])).collect();
    let end: Vec<[f64; 2]> = descent.last().copied().into_iter().collect();
    let [x, y] =
        [("first direction", x), ("second direction", y)].map(|(name, (lo, hi))| Axis::linear(name).range(lo, hi));
    Some(
        Panel::new(x, y)
            .title(format!("{problem}, plane: {directions}"))
            .colour_bar(bar)
            .layer(contours.tolerance(TOLERANCE))
            .layer(Layer::curve(descent).colour(Colour::INK).outlined().named("descent"))
            .layer(Layer::markers(end, Shape::Circle).colour(Colour::WHITE).named("its end")),
    )
}
