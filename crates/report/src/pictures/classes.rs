//! Picture `classes`: what the points are where the runs of each method stop.

use super::{Line, Part, Picture, Source, kind};
use crate::table::names;
use plot::{Axis, Colour, Layer, Panel};

/// Column, name, colour, and colour of the words on it.
const CLASSES: [(&str, &str, Colour, Colour); 9] = [
    ("n_minimum", "minimum", Colour(0, 114, 178), Colour::WHITE),
    ("n_saddle", "saddle", Colour(230, 159, 0), Colour::INK),
    ("n_maximum", "maximum", Colour(213, 94, 0), Colour::WHITE),
    ("n_degenerate", "degenerate", Colour(204, 121, 167), Colour::INK),
    ("n_gradient_flat", "gradient-flat", Colour(86, 180, 233), Colour::INK),
    ("n_not_critical", "not critical", Colour(150, 150, 150), Colour::INK),
    ("n_at_infinity", "ran away", Colour(90, 90, 90), Colour::WHITE),
    ("n_none", "no certificate", Colour(215, 215, 215), Colour::INK),
    ("n_missing", "not run yet", Colour(240, 240, 240), Colour::INK),
];

const DATA: [&str; 12] = [
    "problem",
    "method",
    "n_planned",
    "n_minimum",
    "n_saddle",
    "n_maximum",
    "n_degenerate",
    "n_gradient_flat",
    "n_not_critical",
    "n_at_infinity",
    "n_none",
    "n_missing",
];

/// What a certificate can say.
const CERTIFIED: [&str; 7] =
    ["n_minimum", "n_saddle", "n_maximum", "n_degenerate", "n_gradient_flat", "n_not_critical", "n_at_infinity"];

/// Height of a bar with the room around it, in pixels.
const ROW: f64 = 26.0;
/// A bar shorter than this share of the panel has no room for its count.
const ROOM: f64 = 0.075;

/// The one class of all runs of a problem, when they have one: a word says that.
fn only(lines: &[Line]) -> Option<&'static str> {
    let has = |column: &str| lines.iter().any(|line| line.number(column).is_some_and(|n| n > 0.0));
    let mut found = CLASSES.iter().filter(|(column, ..)| has(column)).map(|(_, name, ..)| *name);
    found.next().filter(|_| found.next().is_none())
}

/// `None` without certified stopping points, or when on every problem all are alike.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let (mut parts, mut alike) = (Vec::new(), Vec::new());
    for (problem, lines) in source.by_problem("endpoints") {
        // Without any certificate there is nothing to tell apart.
        let is_known = |line: &Line| CERTIFIED.iter().any(|column| line.number(column).is_some_and(|n| n > 0.0));
        if !lines.iter().any(is_known) {
            continue;
        }
        if let Some(class) = only(&lines) {
            alike.push(format!("{problem} ({class})"));
            continue;
        }
        let rows = lines.iter().map(|line| line.cells(&DATA)).collect();
        parts.push(Part { kind: kind(problem), panels: vec![panel(problem, &lines)], rows });
    }
    let mut notes = names(&[
        "Numbers of runs by the certificate of their end point, as in the table endpoints; problems without any certificate are \
         left out.",
    ]);
    if !alike.is_empty() {
        notes.push(format!("No panel where all runs end alike: {}.", alike.join(", ")));
    }
    Picture::of("classes", "What the points are where the runs of each method stop", notes, names(&DATA), parts)
}

fn panel(problem: &str, lines: &[Line]) -> Panel {
    // From the bottom up, so that the first method stands on top.
    let methods: Vec<&Line> = lines.iter().rev().collect();
    let names = methods.iter().map(|line| line.text("method").to_string()).collect();
    let count = |line: &Line, column: &str| line.number(column).unwrap_or(0.0);
    let most = lines.iter().map(|line| count(line, "n_planned")).fold(1.0, f64::max);
    let mut panel = Panel::new(Axis::linear("runs").range(0.0, most).whole(), Axis::things("", names))
        .title(problem)
        .height(ROW * methods.len() as f64);
    let mut ends = vec![0.0; methods.len()];
    for (column, name, colour, ink) in CLASSES {
        let (mut boxes, mut words) = (Vec::new(), Vec::new());
        for (k, line) in methods.iter().enumerate() {
            let n = count(line, column);
            let (from, middle) = (ends[k], k as f64 + 0.5);
            ends[k] += n;
            if n > 0.0 {
                boxes.push([from, ends[k], middle - 0.36, middle + 0.36]);
            }
            if n > ROOM * most {
                words.push(([from + 0.5 * n, middle], n.to_string()));
            }
        }
        if !boxes.is_empty() {
            panel = panel.layer(Layer::boxes(boxes).colour(colour).named(name)).layer(Layer::words(words).colour(ink));
        }
    }
    panel
}
