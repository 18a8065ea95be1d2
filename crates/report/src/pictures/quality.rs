//! Picture `success_by_gap`: how often each method came within each gap.

use super::{Picture, Source, beside, grouped};
use crate::table::names;
use plot::{Axis, Layer, Panel, Shape};

const DATA: [&str; 7] = ["problem", "method", "gap", "n_planned", "share", "share_lo", "share_hi"];

/// `None` without targets.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let (mut panels, mut rows) = (Vec::new(), Vec::new());
    for (problem, lines) in source.by_problem("success") {
        // A gap of 0 has no place on a logarithmic axis, and one gap alone makes no curve: the table has it.
        let lines: Vec<_> = lines.into_iter().filter(|line| line.number("gap").is_some_and(|gap| gap > 0.0)).collect();
        if lines.iter().all(|line| line.number("gap") == lines[0].number("gap")) {
            continue;
        }
        let axis = Axis::log("gap: level above the reference");
        let mut panel = Panel::new(axis, share_axis("share of runs that reached the gap")).title(problem);
        let methods = grouped(&lines, |line| line.text("method"));
        for (i, (method, lines)) in methods.iter().enumerate() {
            let at = |column| {
                lines
                    .iter()
                    .filter_map(move |line| Some([line.number("gap")?, line.number(column)?]))
                    .collect::<Vec<_>>()
            };
            let ends = at("share_lo").into_iter().zip(at("share_hi")).map(|([x, lo], [_, hi])| [x, lo, hi]).collect();
            let shift = beside(i, methods.len());
            for layer in [
                Layer::curve(at("share")).named(*method),
                Layer::intervals(ends),
                Layer::markers(at("share"), Shape::Circle).width(3.5).named(*method),
            ] {
                panel = panel.layer(layer.series(i).shifted(shift));
            }
        }
        panels.push(panel);
        rows.extend(lines.iter().map(|line| line.cells(&DATA)));
    }
    (!panels.is_empty()).then(|| Picture {
        name: "success_by_gap".to_string(),
        title: "How often each method reached each quality".to_string(),
        notes: names(&[
            "Problems with two gaps or more. Bars: 95 % intervals (Wilson); of a cell that lacks runs, its bounds.",
            "Marks of one gap stand a little apart so that they can be told apart. The numbers are those of the table success.",
        ]),
        panels,
        header: names(&DATA),
        rows,
    })
}

/// Shares from 0 to 1, with a little air so that marks at the ends are whole.
pub(super) fn share_axis(label: &str) -> Axis {
    Axis::linear(label).range(-0.03, 1.03)
}
