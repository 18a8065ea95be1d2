//! Picture `counts_by_index`: critical points of each index, counted and as theory expects them.

use super::{Line, Part, Picture, Source, Z, beside, grouped, kind};
use crate::table::names;
use plot::{Axis, Colour, Dash, Layer, PALETTE, Panel, Shape};

const DATA: [&str; 8] = ["problem", "method", "index", "n_draws", "mean", "mean_se", "expected", "expected_se"];

/// `None` without surveys that count.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let mut parts = Vec::new();
    for (problem, lines) in source.by_problem("counts") {
        for (method, lines) in grouped(&lines, |line| line.text("method")) {
            // The last line is that of all indices together.
            let lines: Vec<Line> = lines.into_iter().filter(|line| line.number("index").is_some()).collect();
            let rows = lines.iter().map(|line| line.cells(&DATA)).collect();
            parts.push(Part { kind: kind(problem), panels: vec![panel(problem, method, &lines)], rows });
        }
    }
    Picture::of(
        "counts_by_index",
        "Critical points of each index, counted and expected",
        names(&[
            "Index: number of negative eigenvalues of the Hessian; 0 is a minimum. Counts are means over the draws of the \
             surface, with 95 % intervals where there are two draws or more.",
            "Expected: the mean over all draws by theory, with its own 95 % interval. The numbers are those of the table counts.",
        ]),
        names(&DATA),
        parts,
    )
}

fn panel(problem: &str, method: &str, lines: &[Line]) -> Panel {
    let at = |column: &str| -> Vec<[f64; 2]> {
        lines.iter().filter_map(|line| Some([line.number("index")?, line.number(column)?])).collect()
    };
    let ends = |mean: &str, se: &str| -> Vec<[f64; 3]> {
        let whole = |line: &Line| Some((line.number("index")?, line.number(mean)?, line.number(se)?));
        let whole = lines.iter().filter_map(whole);
        whole.map(|(x, mean, se)| [x, (mean - Z * se).max(0.0), mean + Z * se]).collect()
    };
    let draws = lines.iter().filter_map(|line| line.number("n_draws")).fold(0.0, f64::max);
    let title = if draws > 1.0 { format!("{problem} ({draws}\u{a0}draws)") } else { problem.to_string() };
    let most = lines.len().max(2) as f64 - 1.0;
    let x = Axis::linear("index: negative eigenvalues").range(-0.5, most + 0.5).whole();
    // From 0: a count is compared with none.
    let ground = Layer::curve(vec![[-0.5, 0.0], [most + 0.5, 0.0]]).colour(Colour(190, 190, 190)).width(0.8);
    let mut panel = Panel::new(x, Axis::linear("critical points per surface")).title(title).layer(ground);
    let expected = at("expected");
    let [left, right] = if expected.is_empty() { [0.0; 2] } else { [beside(0, 2), beside(1, 2)] };
    if !expected.is_empty() {
        let (colour, ends) = (PALETTE[1], ends("expected", "expected_se"));
        let mark = Layer::markers(expected.clone(), Shape::Diamond).colour(Colour::WHITE).width(4.0);
        panel = panel
            .layer(Layer::curve(expected).colour(colour).dash(Dash::Dashed).shifted(right).named("expected"))
            .layer(Layer::intervals(ends).colour(colour).shifted(right))
            .layer(mark.shifted(right).named("expected"));
    }
    let (name, colour) = (format!("found by {method}"), PALETTE[0]);
    panel
        .layer(Layer::intervals(ends("mean", "mean_se")).colour(colour).shifted(left).named(&name))
        .layer(Layer::markers(at("mean"), Shape::Circle).colour(colour).width(3.5).shifted(left).named(&name))
}
