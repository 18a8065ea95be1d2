//! Picture `success_by_dim`: how the success of each method changes with the number of variables.

use super::quality::share_axis;
use super::{Line, Picture, Source, beside, grouped};
use crate::format;
use crate::table::names;
use plot::{Axis, Layer, Panel, Shape};

const DATA: [&str; 7] = ["problem", "method", "gap", "n_planned", "share", "share_lo", "share_hi"];

/// Fewer numbers of variables do not show how success changes.
const LEAST: usize = 3;

/// A label without its number of variables, and that number.
fn split(label: &str) -> Option<(String, f64)> {
    let is_dim = |word: &&str| word.starts_with("dim=");
    let dim = label.split(' ').find(is_dim)?.strip_prefix("dim=")?.parse().ok()?;
    Some((label.split(' ').filter(|word| !is_dim(word)).collect::<Vec<_>>().join(" "), dim))
}

fn dim(line: &Line) -> Option<f64> {
    split(line.text("problem")).map(|(_, dim)| dim)
}

/// How many different values.
fn distinct(mut values: Vec<f64>) -> usize {
    values.sort_by(f64::total_cmp);
    values.dedup();
    values.len()
}

/// `None` without a problem in three dimensions or more.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let (mut panels, mut rows) = (Vec::new(), Vec::new());
    let all: Vec<Line> = source.by_problem("success").into_iter().flat_map(|(_, lines)| lines).collect();
    let of_family = |line: &Line| split(line.text("problem")).map(|(family, _)| family);
    for (family, lines) in grouped(&all, |line| (of_family(line), line.number("gap").map(f64::to_bits))) {
        let (Some(family), Some(gap)) = family else { continue };
        if distinct(lines.iter().filter_map(dim).collect()) < LEAST {
            continue;
        }
        let gap = format::gap(f64::from_bits(gap));
        let axes = [Axis::log("number of variables"), share_axis("share of runs that reached the gap")];
        let [x, y] = axes;
        let mut panel = Panel::new(x, y).title(format!("{family}, gap {gap}"));
        let methods = grouped(&lines, |line| line.text("method"));
        for (i, (method, lines)) in methods.iter().enumerate() {
            let mut lines = lines.clone();
            lines.sort_by(|a, b| dim(a).partial_cmp(&dim(b)).expect("whole numbers"));
            let at = |column: &str| -> Vec<[f64; 2]> {
                lines.iter().filter_map(|line| Some([dim(line)?, line.number(column)?])).collect()
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
        name: "success_by_dim".to_string(),
        title: "How success changes with the number of variables".to_string(),
        notes: names(&["Bars: 95 % intervals (Wilson). The numbers are those of the table success."]),
        panels,
        header: names(&DATA),
        rows,
    })
}
