//! Picture `counts_by_index`: critical points of each index, counted and as theory expects them.

use super::{Picture, Source, beside};
use crate::draws::without_draw;
use crate::estimators::Mean;
use crate::folder::Run;
use crate::table::{Cell, names};
use crate::tables::is_of_matrices;
use plot::{Axis, Colour, Dash, Layer, PALETTE, Panel, Shape};

/// Half the width of a 95 % interval in standard errors.
const Z: f64 = 1.96;

/// What is known of one index: over how many surfaces, the mean count and the expected one, each with a standard error.
struct Count {
    index: u64,
    surfaces: usize,
    found: Mean,
    expected: Option<(f64, f64)>,
}

/// The surfaces of one law: labels that differ in the draw only, surveyed by one method. Of each surface its counts,
/// by index, as means over its surveys.
struct Law<'a> {
    label: String,
    method: &'a str,
    surfaces: Vec<(&'a str, Vec<Vec<f64>>)>,
    expected: Vec<Option<(f64, f64)>>,
}

fn laws<'a>(source: &Source<'a>) -> Vec<Law<'a>> {
    let mut laws: Vec<Law> = Vec::new();
    // Random matrices are counted in the same file, and are no critical points.
    let counted = |run: &&Run| !run.counts.is_empty() && !is_of_matrices(run);
    for run in source.folder.runs.iter().filter(counted) {
        let (label, method) = (without_draw(&run.row.problem), run.row.method.as_str());
        let place = laws.iter().position(|law| law.label == label && law.method == method).unwrap_or_else(|| {
            laws.push(Law { label, method, surfaces: Vec::new(), expected: Vec::new() });
            laws.len() - 1
        });
        let law = &mut laws[place];
        let surface = law.surfaces.iter().position(|(name, _)| *name == run.row.problem).unwrap_or_else(|| {
            law.surfaces.push((&run.row.problem, Vec::new()));
            law.surfaces.len() - 1
        });
        for (i, row) in run.counts.iter().enumerate() {
            let counts = &mut law.surfaces[surface].1;
            counts.resize(counts.len().max(i + 1), Vec::new());
            counts[i].push(row.found as f64);
            if law.expected.len() == i {
                law.expected.push(row.expected.map(|mean| (mean, row.expected_se.unwrap_or(0.0))));
            }
        }
    }
    laws
}

impl Law<'_> {
    fn counts(&self) -> Vec<Count> {
        let of = |(i, expected): (usize, &Option<(f64, f64)>)| {
            // A survey that has no row for an index found none of it.
            let mean = |(_, counts): &(&str, Vec<Vec<f64>>)| {
                counts.get(i).map_or(0.0, |found| found.iter().sum::<f64>() / found.len() as f64)
            };
            let found: Vec<f64> = self.surfaces.iter().map(mean).collect();
            Some(Count { index: i as u64, surfaces: found.len(), found: Mean::of(&found)?, expected: *expected })
        };
        self.expected.iter().enumerate().filter_map(of).collect()
    }
}

/// `None` without surveys that count.
pub(super) fn picture(source: &Source) -> Option<Picture> {
    let (mut panels, mut rows) = (Vec::new(), Vec::new());
    for law in laws(source) {
        let counts = law.counts();
        for count in &counts {
            let (mean, error) = (count.found.mean, count.found.standard_error);
            let mut row = vec![Cell::text(&law.label), Cell::text(law.method), Cell::Integer(count.index)];
            row.extend([Cell::count(count.surfaces), Cell::Real(mean), Cell::optional(error)]);
            row.extend([count.expected.map(|(mean, _)| mean), count.expected.map(|(_, se)| se)].map(Cell::optional));
            rows.push(row);
        }
        panels.push(panel(&law, &counts));
    }
    (!panels.is_empty()).then(|| Picture {
        name: "counts_by_index".to_string(),
        title: "Critical points of each index, counted and expected".to_string(),
        notes: names(&[
            "Index: number of negative eigenvalues of the Hessian; 0 is a minimum. Counts are means over surfaces drawn from \
             one law (draws), with 95 % intervals where there are two surfaces or more.",
            "Expected: the mean over the law (Kac and Rice), with its own 95 % interval.",
        ]),
        panels,
        header: names(&["problem", "method", "index", "n_surfaces", "found", "found_se", "expected", "expected_se"]),
        rows,
    })
}

fn panel(law: &Law, counts: &[Count]) -> Panel {
    let surfaces = law.surfaces.len();
    let found = counts.iter().map(|c| [c.index as f64, c.found.mean]).collect();
    let expected: Vec<[f64; 2]> = counts.iter().filter_map(|c| Some([c.index as f64, c.expected?.0])).collect();
    let ends = |x: f64, mean: f64, se: f64| [x, (mean - Z * se).max(0.0), mean + Z * se];
    let found_ends: Vec<[f64; 3]> =
        counts.iter().filter_map(|c| Some(ends(c.index as f64, c.found.mean, c.found.standard_error?))).collect();
    let expected_ends =
        counts.iter().filter_map(|c| c.expected.map(|(mean, se)| ends(c.index as f64, mean, se))).collect();
    let title = match surfaces {
        1 => law.surfaces[0].0.to_string(),
        _ => format!("{} ({surfaces} draws)", law.label),
    };
    let most = counts.len().max(2) as f64 - 1.0;
    let x = Axis::linear("index: negative eigenvalues").range(-0.5, most + 0.5);
    let mut panel = Panel::new(x, Axis::linear("critical points per surface")).title(title);
    // From 0: a count is compared with none.
    panel = panel.layer(Layer::curve(vec![[-0.5, 0.0], [most + 0.5, 0.0]]).colour(Colour(190, 190, 190)).width(0.8));
    if !expected.is_empty() {
        let shift = beside(1, 2);
        panel = panel
            .layer(
                Layer::curve(expected.clone()).colour(PALETTE[1]).dash(Dash::Dashed).shifted(shift).named("expected"),
            )
            .layer(Layer::intervals(expected_ends).colour(PALETTE[1]).shifted(shift))
            .layer(
                Layer::markers(expected, Shape::Diamond)
                    .colour(Colour::WHITE)
                    .width(4.0)
                    .shifted(shift)
                    .named("expected"),
            );
    }
    let shift = if counts.iter().any(|c| c.expected.is_some()) { beside(0, 2) } else { 0.0 };
    let name = format!("found by {}", law.method);
    panel
        .layer(Layer::intervals(found_ends).colour(PALETTE[0]).shifted(shift).named(&name))
        .layer(Layer::markers(found, Shape::Circle).colour(PALETTE[0]).width(3.5).shifted(shift).named(&name))
}
