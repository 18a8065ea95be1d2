//! Picture `restart_law`: success of the best of k runs, and of the restarts that were really made.

use super::quality::share_axis;
use super::{Line, Part, Picture, Source, beside, grouped, kind};
use crate::format;
use crate::table::{Cell, names};
use plot::{Axis, Layer, Panel, Shape};

/// Columns `best_of_k` of the table.
const BEST_OF: [u32; 6] = [1, 2, 5, 10, 20, 50];

/// Of the restarted methods.
const SHAPES: [Shape; 6] =
    [Shape::Diamond, Shape::Triangle, Shape::Down, Shape::Pentagon, Shape::Square, Shape::Circle];

/// A number of starts with its success and 95 % interval.
struct Point {
    starts: f64,
    success: [f64; 3],
}

/// `None` without single methods that reached a target.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    for (problem, lines) in source.by_problem("restarts") {
        let axis = Axis::log("independent starts k");
        // What covers much is painted first.
        let (mut bands, mut marks) = (Vec::new(), Vec::new());
        let lines = hardest(&lines);
        let series = grouped(&lines, |line| (line.text("method"), line.number("gap").map(f64::to_bits)));
        let count = series.len();
        let mut restarted: Vec<&str> = lines.iter().map(|line| line.text("restarted_method")).collect();
        restarted.retain(|method| !method.is_empty());
        restarted.sort_unstable();
        restarted.dedup();
        // Several methods may be the single runs of one restarted method, which is drawn once.
        let mut drawn: Vec<(&str, String)> = Vec::new();
        let (mut is_empty, mut rows) = (true, Vec::new());
        let mut row = |line: &Line, kind: &str, method: &str, point: &Point| {
            let head = [Cell::text(problem), Cell::text(method), line.cell("gap").clone(), Cell::text(kind)];
            rows.push(
                head.into_iter().chain([Cell::Real(point.starts)]).chain(point.success.map(Cell::Real)).collect(),
            );
        };
        for (i, ((method, gap), lines)) in series.into_iter().enumerate() {
            let gap = format::gap(f64::from_bits(gap.unwrap_or_default()));
            let best: Vec<Point> = BEST_OF.iter().filter_map(|&k| best_of(&lines[0], k)).collect();
            // A method that always or never succeeds has no law to show.
            if best.iter().all(|point| point.success[0] == best[0].success[0]) {
                continue;
            }
            best.iter().for_each(|point| row(&lines[0], "best of k", method, point));
            is_empty &= best.is_empty();
            let name = format!("{method}, gap {gap}");
            let at = |points: &[Point]| points.iter().map(|p| [p.starts, p.success[0]]).collect::<Vec<_>>();
            let ends = |points: &[Point]| points.iter().map(|p| [p.starts, p.success[1], p.success[2]]).collect();
            bands.push(Layer::band(ends(&best)).series(i));
            marks.push(Layer::curve(at(&best)).series(i).named(&name));
            marks.push(Layer::markers(at(&best), Shape::Circle).series(i).width(2.5).named(&name));
            for line in lines.iter().filter(|line| !line.text("restarted_method").is_empty()) {
                let (method, real) = (line.text("restarted_method"), real(line));
                let Some(real) = real else { continue };
                if drawn.contains(&(method, gap.clone())) {
                    continue;
                }
                drawn.push((method, gap.clone()));
                row(line, "restarted", method, &real);
                let name = format!("{method} as run");
                let real = [real];
                // Gaps by colour, methods by shape.
                let place = restarted.iter().position(|name| *name == method).unwrap_or_default();
                let mark = Layer::markers(at(&real), SHAPES[place % SHAPES.len()]);
                let shift = beside(i, count);
                let colour = plot::PALETTE[i % plot::PALETTE.len()];
                marks.push(Layer::intervals(ends(&real)).colour(colour).width(1.8).shifted(shift));
                marks.push(mark.colour(colour).width(5.5).shifted(shift).named(&name));
            }
        }
        if !is_empty {
            let panel = Panel::new(axis, share_axis("share that reaches the gap")).title(problem);
            let panel = bands.into_iter().chain(marks).fold(panel, Panel::layer);
            parts.push(Part { kind: kind(problem), panels: vec![panel], rows });
        }
    }
    Picture::of(
        "restart_law",
        "Success of the best of k runs, and of restarts as really run",
        names(&[
            "Methods that succeed sometimes, at their smallest gap. Lines: share of draws of k whole single runs of which at least one reaches the gap, unbiased, with 95 % bands.",
            "Large marks, in the colour of their gap: the restarted method itself, at its mean number of starts, with Wilson 95 % intervals. Its starts are \
             cut off early, so where late hits count it lies below the line; the table restarts allows for that.",
        ]),
        names(&["problem", "method", "gap", "kind", "starts", "success", "success_lo", "success_hi"]),
        parts,
    )
}

/// Of every method the lines of its smallest gap.
fn hardest<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let gap = |line: &Line| line.number("gap").unwrap_or(f64::INFINITY);
    let is_beaten =
        |line: &Line| lines.iter().any(|other| other.text("method") == line.text("method") && gap(other) < gap(line));
    lines.iter().filter(|line| !is_beaten(line)).copied().collect()
}

fn best_of(line: &Line, k: u32) -> Option<Point> {
    let name = format!("best_of_{k}");
    let [lo, hi] = ["lo", "hi"].map(|end| line.number(&format!("{name}_{end}")));
    Some(Point { starts: f64::from(k), success: [line.number(&name)?, lo?, hi?] })
}

/// The restarted runs; where their attempts are not recorded, at the number of starts they are expected to make.
fn real(line: &Line) -> Option<Point> {
    let starts = line.number("attempts_mean").or(line.number("derived_attempts"))?;
    let [success, lo, hi] = ["real", "real_lo", "real_hi"].map(|column| line.number(column));
    Some(Point { starts, success: [success?, lo?, hi?] })
}
