//! Picture `learning`: quantiles of the loss along the runs, on the training data and on those held out.

use super::{Line, Part, Picture, Source, grouped, kind};
use crate::table::names;
use plot::{Axis, Layer, Panel};

const DATA: [&str; 16] = [
    "problem",
    "method",
    "quantity",
    "n_recorded",
    "cost",
    "n_running",
    "q10",
    "q25",
    "q50",
    "q75",
    "q90",
    "held_out_q10",
    "held_out_q25",
    "held_out_q50",
    "held_out_q75",
    "held_out_q90",
];

/// Values below this share of the greatest one are rounding, and a logarithmic axis stops there.
const ROUNDING: f64 = 1e-16;

/// A loss that falls by more than so many times what it was at the start has no lower bound that matters.
const RUNAWAY: f64 = 1e3;

/// `None` without curves.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    for (problem, lines) in source.by_problem("curves") {
        let quantity = match lines[0].text("quantity") {
            "gap" => "gap: level above the reference",
            _ => "level (loss)",
        };
        let mut panels = vec![ribbons(&lines, "q", quantity).title(problem)];
        if lines.iter().any(|line| line.number("held_out_q50").is_some()) {
            panels.push(ribbons(&lines, "held_out_q", "loss on held-out data").title(problem));
        }
        let rows = lines.iter().map(|line| line.cells(&DATA)).collect();
        parts.push(Part { kind: kind(problem), panels, rows });
    }
    Picture::of(
        "learning",
        "How the loss falls with cost",
        names(&[
            "Line: median over the recorded runs; bands: 25 to 75 % and 10 to 90 % of the runs.",
            "A run that has ended stays where it ended. The numbers are those of the table curves.",
        ]),
        names(&DATA),
        parts,
    )
}

fn ribbons(lines: &[Line], prefix: &str, label: &str) -> Panel {
    let value = |line: &Line, quantile: &str| line.number(&format!("{prefix}{quantile}"));
    let all = || lines.iter().flat_map(|line| ["10", "50", "90"].map(|q| value(line, q))).flatten();
    let (least, most) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    // Half a decade is worth a logarithm; one exact zero does not forbid it.
    let positive = all().filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min).max(ROUNDING * most);
    let y = match least >= 0.0 && most > 3.0 * positive {
        true => Axis::log(label).range(0.8 * positive, 1.25 * most),
        // A loss without a lower bound runs away; what came before is what there is to see.
        false => {
            let start = lines.iter().find_map(|line| value(line, "50")).unwrap_or_default().abs();
            match start > 0.0 && most - least > RUNAWAY * start {
                true => Axis::linear(label).range(most - 4.0 * start, most + 0.2 * start),
                false => Axis::linear(label),
            }
        }
    };
    let mut panel = Panel::new(Axis::log("cost in gradient-equivalents"), y);
    for (i, (method, lines)) in grouped(lines, |line| line.text("method")).into_iter().enumerate() {
        let line = |quantile: &str| -> Vec<[f64; 2]> {
            lines.iter().filter_map(|line| Some([line.number("cost")?, value(line, quantile)?])).collect()
        };
        let band = |low: &str, high: &str| {
            line(low).into_iter().zip(line(high)).map(|([x, lo], [_, hi])| [x, lo.max(0.5 * positive), hi]).collect()
        };
        panel = panel
            .layer(Layer::band(band("10", "90")).series(i))
            .layer(Layer::band(band("25", "75")).series(i))
            .layer(Layer::curve(line("50")).series(i).named(method));
    }
    panel
}
