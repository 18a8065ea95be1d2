//! Rows of the shape of a surface: ways, slices, basins, passes and the tree of merging basins.

use crate::figure::{float, optional};
use crate::part::{Part, Rows};
use landscape::connect::MergeTree;
use landscape::{SlicePoint, Surveyed, SurveyedPath};
use problems::Instance;

/// Coordinates that name a place.
const COORDINATES: usize = 4;

/// Adds what a survey found to the rows of its run.
pub fn add_rows(rows: &mut Rows, instance: &Instance, found: &Surveyed) {
    let scale = instance.loss_scale;
    rows[Part::Paths] = found.paths.iter().map(|path| path_cells(path, scale)).collect();
    let profile = |path: &SurveyedPath| -> Vec<Vec<String>> {
        let cells = |&(t, f): &(f64, f64)| vec![path.way.as_str().to_string(), float(t), float(f), float(f / scale)];
        path.samples.iter().map(cells).collect()
    };
    rows[Part::Profiles] = found.paths.iter().flat_map(profile).collect();
    rows[Part::Slices] = found.slices.iter().map(|point| slice_cells(point, scale)).collect();
    let basins = found.points.iter().zip(&found.basins).enumerate().map(|(i, (point, basin))| {
        let f = point.certificate.f;
        let counts = [basin.count, basin.starts, basin.unassigned].map(|count| count.to_string());
        let mut cells = vec![found_name(i), place(&point.point.x), float(f), float(f / scale)];
        cells.extend(counts);
        cells.push(optional(basin.share));
        cells
    });
    rows[Part::Basins] = basins.collect();
    let passes = found.passes.iter().map(|pass| {
        let f = found.points[pass.point].certificate.f;
        let [first, second] = pass.ends.map(found_name);
        vec![found_name(pass.point), float(f), float(f / scale), first, second]
    });
    rows[Part::Connections] = passes.collect();
    rows[Part::Merges] = found.merges.as_ref().map_or_else(Vec::new, |tree| merge_rows(tree, found, scale));
}

/// The name of a point in `critical.csv`.
fn found_name(number: usize) -> String {
    format!("found {}", number + 1)
}

fn path_cells(path: &SurveyedPath, scale: f64) -> Vec<String> {
    let [from, to] = path.ends.map(|end| end.map_or("start".to_string(), found_name));
    let flag = |flag: Option<bool>| flag.map_or_else(String::new, |flag| u8::from(flag).to_string());
    vec![
        path.way.as_str().to_string(),
        from,
        to,
        float(path.length),
        float(path.barrier.ends[0]),
        float(path.barrier.ends[1]),
        float(path.barrier.top),
        float(path.barrier.at),
        float(path.barrier.height / scale),
        flag(path.is_monotone),
        path.transitions.map_or_else(String::new, |count| count.to_string()),
    ]
}

fn slice_cells(point: &SlicePoint, scale: f64) -> Vec<String> {
    vec![
        point.directions.as_str().to_string(),
        point.part.as_str().to_string(),
        float(point.a),
        optional(point.b),
        float(point.f),
        float(point.f / scale),
        optional(point.f_below),
        optional(point.off_plane),
    ]
}

/// Nodes are numbered from 1, the minima first, as the points of the survey are.
fn merge_rows(tree: &MergeTree, found: &Surveyed, scale: f64) -> Vec<Vec<String>> {
    let cells = |(i, node): (usize, &landscape::connect::TreeNode)| {
        vec![
            (i + 1).to_string(),
            if i < tree.n_minima { place(&found.points[i].point.x) } else { String::new() },
            float(node.height / scale),
            node.parent.map_or_else(String::new, |parent| (parent + 1).to_string()),
            tree.minima_below(i).len().to_string(),
        ]
    };
    tree.nodes.iter().enumerate().map(cells).collect()
}

/// The first coordinates to four decimals: enough to tell minima apart, the same whatever led there.
fn place(x: &[f64]) -> String {
    // Adding 0 takes the sign from -0.
    let rounded = |x: &f64| float((x * 1e4).round() / 1e4 + 0.0);
    let mut words: Vec<String> = x.iter().take(COORDINATES).map(rounded).collect();
    if x.len() > COORDINATES {
        words.push("...".to_string());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_have_names_that_rounding_does_not_change() {
        assert_eq!(place(&[3.0 - 1e-13, -1e-14]), "3 0");
        assert_eq!(place(&[-2.805_118_086_952_745, 3.131_312_518_250_573]), "-2.8051 3.1313");
        assert_eq!(place(&[1.0; 5]), "1 1 1 1 ...");
    }
}
