//! Picture `basins`: the share of starts that lead to each minimum, and its exact volume.

use super::{Line, Part, Picture, Source, kind};
use crate::table::names;
use plot::{Axis, Colour, Dash, Layer, PALETTE, Panel, Shape};

const DATA: [&str; 9] =
    ["problem", "method", "minimum", "level", "n_reached", "n_starts", "share_lo", "share_hi", "volume"];

/// Shares that span more than so much are shown by their logarithm.
const DECADES: f64 = 30.0;

/// `None` without basins.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    for (problem, lines) in source.by_problem("basins") {
        // One survey shows the basins; the table has all.
        let first = (lines[0].text("method"), lines[0].number("replicate"));
        let lines: Vec<Line> =
            lines.into_iter().filter(|line| (line.text("method"), line.number("replicate")) == first).collect();
        let rows = lines.iter().map(|line| line.cells(&DATA)).collect();
        parts.push(Part { kind: kind(problem), panels: vec![panel(problem, &lines)], rows });
    }
    Picture::of(
        "basins",
        "Share of the starts that lead to each minimum, and the volume of its basin",
        names(&["Bars: 95 % intervals (Wilson). Minima from the lowest. The numbers are those of the table basins."]),
        names(&DATA),
        parts,
    )
}

fn panel(problem: &str, lines: &[Line]) -> Panel {
    let at = |column: &str| -> Vec<[f64; 2]> {
        lines.iter().filter_map(|line| Some([line.number("minimum")?, line.number(column)?])).collect()
    };
    let (share, volume) = (at("share"), at("volume"));
    let ends = at("share_lo").into_iter().zip(at("share_hi")).map(|([x, lo], [_, hi])| [x, lo, hi]).collect();
    let shares = || share.iter().map(|[_, y]| *y);
    let (least, most) = (shares().fold(f64::INFINITY, f64::min), shares().fold(0.0, f64::max));
    let label = "share of the starts";
    let y = match least > 0.0 && most > DECADES * least {
        true => Axis::log(label).range(0.5 * least, 2.0 * most),
        false => Axis::linear(label).range(0.0, 1.25 * most),
    };
    let x = Axis::linear("minimum, from the lowest").whole();
    let size = if share.len() > 40 { 2.0 } else { 3.5 };
    let mut panel = Panel::new(x, y)
        .title(problem)
        .layer(Layer::intervals(ends).colour(Colour(120, 120, 120)).width(0.8))
        .layer(Layer::markers(share, Shape::Circle).colour(PALETTE[0]).width(size).named("share of the starts"));
    if !volume.is_empty() {
        let line = Layer::curve(volume).colour(PALETTE[1]).dash(Dash::Dashed).width(2.0);
        panel = panel.layer(line.named("exact volume"));
    }
    panel
}
