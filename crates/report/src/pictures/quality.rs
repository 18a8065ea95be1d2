//! Picture `success_by_gap`: how often each method came within each gap.

use super::{Line, Part, Picture, Source, beside, grouped, kind};
use crate::format;
use crate::table::names;
use plot::{Axis, Colour, Layer, PALETTE, Panel, Shape};

const DATA: [&str; 10] =
    ["problem", "method", "gap", "n_planned", "share", "share_lo", "share_hi", "ended", "ended_lo", "ended_hi"];

/// A noisy run passes through places where it does not stay. From this difference on that is shown.
const PASSES: f64 = 0.05;

/// `None` without targets.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let (mut parts, mut constant) = (Vec::new(), 0);
    for (problem, lines) in source.by_problem("success") {
        // A gap of 0 has no place on a logarithmic axis, and one gap alone makes no curve: the table has it.
        let lines: Vec<_> = lines.into_iter().filter(|line| line.number("gap").is_some_and(|gap| gap > 0.0)).collect();
        if lines.iter().all(|line| line.number("gap") == lines[0].number("gap")) {
            continue;
        }
        // All or none everywhere is said in a word.
        let first = lines[0].number("share");
        if matches!(first, Some(0.0 | 1.0))
            && lines.iter().all(|line| line.number("share") == first && line.number("ended") == first)
        {
            constant += 1;
            continue;
        }
        if grouped(&lines, |line| line.number("gap").map(f64::to_bits)).len() <= MOST_GAPS {
            let rows = lines.iter().map(|line| line.cells(&DATA)).collect();
            parts.push(Part { kind: kind(problem), panels: vec![by_method(problem, &lines)], rows });
            continue;
        }
        let passes = |line: &Line| Some(line.number("share")? - line.number("ended")?);
        let mut panels = vec![panel(&lines, "share", "share of runs that reached the gap").title(problem)];
        if lines.iter().filter_map(passes).any(|difference| difference > PASSES) {
            panels.push(panel(&lines, "ended", "share of runs that end in the gap").title(problem));
        }
        let rows = lines.iter().map(|line| line.cells(&DATA)).collect();
        parts.push(Part { kind: kind(problem), panels, rows });
    }
    let mut notes = names(&[
        "Problems with two gaps or more; with two or three each method has a line of its own. Bars: 95 % intervals (Wilson); of a cell that lacks runs, its bounds.",
        "Where runs pass through a gap and leave it again, a second panel or white marks show how many of them end in it. The numbers are those of the table success.",
    ]);
    if constant > 0 {
        let problems = if constant == 1 { "problem has" } else { "problems have" };
        notes.push(format!("{constant} {problems} no panel: there every run reached every gap, or none any."));
    }
    Picture::of("success_by_gap", "How often each method reached each quality", notes, names(&DATA), parts)
}

/// Gaps whose marks have room on one line.
const MOST_GAPS: usize = 3;

/// Height of the line of a method, in pixels.
const ROW: f64 = 24.0;
/// Thickness of an interval, in pixels.
const BAR: f64 = 1.5;

/// A line for each method, on it the shares of all gaps.
fn by_method(problem: &str, lines: &[Line]) -> Panel {
    // From the bottom up, so that the first method stands on top.
    let methods: Vec<(&str, Vec<Line>)> = grouped(lines, |line| line.text("method")).into_iter().rev().collect();
    let names = methods.iter().map(|(method, _)| (*method).to_string()).collect();
    let height = (ROW * methods.len() as f64).max(4.0 * ROW);
    let half = 0.5 * BAR * methods.len() as f64 / height;
    let mut panel = Panel::new(share_axis("share of runs"), Axis::things("", names)).title(problem).height(height);
    let is_apart = |line: &Line| {
        let [share, ended] = ["share", "ended"].map(|column| line.number(column).unwrap_or_default());
        share - ended > PASSES
    };
    let gaps = grouped(lines, |line| line.number("gap").map(f64::to_bits));
    let (count, mut over) = (gaps.len(), Vec::new());
    for (i, (gap, of_gap)) in gaps.into_iter().enumerate() {
        let gap = format::gap(f64::from_bits(gap.unwrap_or_default()));
        let passed = of_gap.iter().any(is_apart);
        for (column, name) in [("share", format!("reached gap {gap}")), ("ended", "still in it at the end".to_string())]
        {
            let is_end = column == "ended";
            let (mut bars, mut marks) = (Vec::new(), Vec::new());
            for (k, (_, lines)) in methods.iter().enumerate() {
                let Some(line) = lines.iter().find(|line| of_gap.iter().any(|other| other.row == line.row)) else {
                    continue;
                };
                let numbers = [column, &format!("{column}_lo"), &format!("{column}_hi")].map(|name| line.number(name));
                let [Some(share), Some(lo), Some(hi)] = numbers else { continue };
                if is_end && !is_apart(line) {
                    continue;
                }
                let y = k as f64 + 0.5 + [0.24, 0.0, -0.24][if count == 2 { 2 * i } else { i }];
                bars.push([lo, hi, y - half, y + half]);
                marks.push([share, y]);
            }
            if is_end && !passed {
                continue;
            }
            let colour = PALETTE[i % PALETTE.len()];
            let shape = if is_end { Shape::Diamond } else { [Shape::Circle, Shape::Square, Shape::Triangle][i % 3] };
            let fill = if is_end { Colour::WHITE } else { colour };
            panel = panel.layer(Layer::boxes(bars).colour(colour));
            over.push(Layer::markers(marks, shape).colour(fill).width(3.2).named(name));
        }
    }
    // Marks over all bars.
    over.into_iter().fold(panel, Panel::layer)
}

fn panel(lines: &[Line], column: &str, label: &str) -> Panel {
    let mut panel = Panel::new(Axis::log("gap: level above the reference"), share_axis(label));
    let methods = grouped(lines, |line| line.text("method"));
    for (i, (method, lines)) in methods.iter().enumerate() {
        let at = |column: &str| -> Vec<[f64; 2]> {
            lines.iter().filter_map(|line| Some([line.number("gap")?, line.number(column)?])).collect()
        };
        let [lo, hi] = ["lo", "hi"].map(|end| at(&format!("{column}_{end}")));
        let ends = lo.into_iter().zip(hi).map(|([x, lo], [_, hi])| [x, lo, hi]).collect();
        let shift = beside(i, methods.len());
        for layer in [
            Layer::curve(at(column)).named(*method),
            Layer::intervals(ends),
            Layer::markers(at(column), Shape::Circle).width(3.5).named(*method),
        ] {
            panel = panel.layer(layer.series(i).shifted(shift));
        }
    }
    panel
}

/// Shares from 0 to 1, with a little air so that marks at the ends are whole.
pub(super) fn share_axis(label: &str) -> Axis {
    Axis::linear(label).range(-0.03, 1.03)
}
