//! Filled contours of a function on a grid, by marching squares.

use std::collections::BTreeMap;

use crate::colour::viridis;
use crate::layer::{Layer, Region};
use crate::panel::ColourBar;

/// Values of a function at the nodes of a rectangle.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    x: (f64, f64),
    y: (f64, f64),
    columns: usize,
    rows: usize,
    values: Vec<f64>,
}

/// An edge between two neighbouring nodes, by its lower left node; across or upwards. Nodes are counted in a grid with one
/// more node on every side, all of them outside, which closes every line along the rectangle.
type Edge = (usize, usize, bool);

impl Grid {
    /// `columns` times `rows` values at even distances, the corners included; row by row, from the lowest y.
    ///
    /// # Panics
    /// With fewer than two columns or rows, or another number of values.
    pub fn new(x: (f64, f64), y: (f64, f64), columns: usize, rows: usize, values: Vec<f64>) -> Self {
        assert!(columns >= 2 && rows >= 2 && values.len() == columns * rows, "a value for each node");
        Grid { x, y, columns, rows, values }
    }

    /// The rectangle.
    pub(crate) fn sides(&self) -> ((f64, f64), (f64, f64)) {
        (self.x, self.y)
    }

    /// Columns and rows of nodes.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.columns, self.rows)
    }

    /// All values, row by row.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// Place and value of a node.
    pub(crate) fn node(&self, i: usize, j: usize) -> [f64; 3] {
        let [x, y] = self.place(i, j);
        [x, y, self.values[j * self.columns + i]]
    }

    /// The value at a point of the rectangle, bilinear between the nodes; none outside and where the function has none.
    pub(crate) fn at(&self, [x, y]: [f64; 2]) -> Option<f64> {
        let split = |value: f64, (lower, upper): (f64, f64), count: usize| {
            let place = (value - lower) / (upper - lower) * (count - 1) as f64;
            let node = (place.floor().max(0.0) as usize).min(count - 2);
            let part = place - node as f64;
            (-1e-9..=1.0 + 1e-9).contains(&part).then_some((node, part))
        };
        let ((i, u), (j, v)) = (split(x, self.x, self.columns)?, split(y, self.y, self.rows)?);
        let value = |i: usize, j: usize| self.values[j * self.columns + i];
        let row = |j: usize| value(i, j) + u * (value(i + 1, j) - value(i, j));
        let value = row(j) + v * (row(j + 1) - row(j));
        value.is_finite().then_some(value)
    }

    /// The place of a node.
    fn place(&self, i: usize, j: usize) -> [f64; 2] {
        let between = |(lower, upper): (f64, f64), k: usize, count: usize| {
            lower + (upper - lower) * (k as f64 / (count - 1) as f64)
        };
        [between(self.x, i, self.columns), between(self.y, j, self.rows)]
    }

    /// The value at node (i, j) of the widened grid; none outside, and where the function has none.
    fn value(&self, i: usize, j: usize) -> Option<f64> {
        let inside = (1..=self.columns).contains(&i) && (1..=self.rows).contains(&j);
        let value = inside.then(|| self.values[(j - 1) * self.columns + i - 1])?;
        (!value.is_nan()).then_some(value)
    }

    /// Where the value passes `level` along an edge, by linear interpolation; next to a node without a value, at the other
    /// node.
    fn crossing(&self, (i, j, is_upwards): Edge, level: f64) -> [f64; 2] {
        let ends = [(i, j), if is_upwards { (i, j + 1) } else { (i + 1, j) }];
        match ends.map(|(i, j)| self.value(i, j)) {
            [Some(a), Some(b)] => {
                let share = (level - a) / (b - a);
                // Between a number and an infinity: at the number.
                let share = if share.is_finite() { share } else { f64::from(u8::from(a.is_infinite())) };
                let [from, to] = ends.map(|(i, j)| self.place(i - 1, j - 1));
                [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis]))
            }
            [Some(_), None] => self.place(ends[0].0 - 1, ends[0].1 - 1),
            _ => self.place(ends[1].0 - 1, ends[1].1 - 1),
        }
    }

    /// The boundary of `{f >= level}` in the rectangle as closed lines, the set to their left. Where opposite corners of a
    /// cell are in the set, the mean of the four decides whether they are joined.
    ///
    /// Lorensen and Cline (1987) in two dimensions.
    pub fn region(&self, level: f64) -> Vec<Vec<[f64; 2]>> {
        let is_in = |i: usize, j: usize| self.value(i, j).is_some_and(|value| value >= level);
        // From the edge a line enters a cell by, to the edge it leaves by.
        let mut next: BTreeMap<Edge, Edge> = BTreeMap::new();
        for j in 0..=self.rows {
            for i in 0..=self.columns {
                // Corners and the edges after them, counter-clockwise from the lower left.
                let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
                let edges: [Edge; 4] = [(i, j, false), (i + 1, j, true), (i, j + 1, false), (i, j, true)];
                let inside = corners.map(|(i, j)| is_in(i, j));
                // Walking around the cell counter-clockwise, the set is left and entered; with the set on its left, a
                // boundary line goes into the cell where the walk leaves the set and comes out where it enters.
                let leaves: Vec<usize> = (0..4).filter(|&k| inside[k] && !inside[(k + 1) % 4]).collect();
                let enters: Vec<usize> = (0..4).filter(|&k| !inside[k] && inside[(k + 1) % 4]).collect();
                match (leaves.as_slice(), enters.as_slice()) {
                    ([], []) => {}
                    ([leave], [enter]) => drop(next.insert(edges[*leave], edges[*enter])),
                    _ => {
                        let values = corners.map(|(i, j)| self.value(i, j));
                        let mean = values.iter().copied().sum::<Option<f64>>().map(|sum| sum / 4.0);
                        let is_joined = mean.is_some_and(|mean| mean >= level);
                        for &leave in &leaves {
                            // Joined: around the corner that is out, to the next entry. Apart: around the corner that is
                            // in, to the entry before.
                            let enter = if is_joined { (leave + 1) % 4 } else { (leave + 3) % 4 };
                            next.insert(edges[leave], edges[enter]);
                        }
                    }
                }
            }
        }
        let mut rings = Vec::new();
        while let Some((&start, _)) = next.first_key_value() {
            let (mut ring, mut edge) = (Vec::new(), start);
            while let Some(following) = next.remove(&edge) {
                ring.push(self.crossing(edge, level));
                edge = following;
            }
            rings.push(ring);
        }
        rings
    }

    /// Bands between `levels` (ascending), filled from dark (low) to light, and the colour bar that explains them by the
    /// levels' labels.
    ///
    /// # Panics
    /// Without a label for each level.
    pub fn contours(&self, levels: &[f64], labels: &[String], title: &str) -> (Layer, ColourBar) {
        assert_eq!(levels.len(), labels.len(), "a label for each level");
        let colours: Vec<_> = (0..=levels.len()).map(|k| viridis(k as f64 / levels.len().max(1) as f64)).collect();
        let floors = std::iter::once(f64::NEG_INFINITY).chain(levels.iter().copied());
        let regions = floors.zip(&colours).map(|(floor, &fill)| Region { rings: self.region(floor), fill });
        (Layer::regions(regions.collect()), ColourBar { title: title.to_string(), colours, labels: labels.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(count: usize, f: impl Fn(f64, f64) -> f64) -> Grid {
        let at = |k: usize| -1.0 + 2.0 * k as f64 / (count - 1) as f64;
        let values = (0..count).flat_map(|j| (0..count).map(move |i| (at(i), at(j)))).map(|(x, y)| f(x, y)).collect();
        Grid::new((-1.0, 1.0), (-1.0, 1.0), count, count, values)
    }

    /// Twice the area to the left of a closed line, by Green's theorem.
    fn area(ring: &[[f64; 2]]) -> f64 {
        let following = ring.iter().cycle().skip(1);
        0.5 * ring.iter().zip(following).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f64>()
    }

    fn total(grid: &Grid, level: f64) -> f64 {
        grid.region(level).iter().map(|ring| area(ring)).sum()
    }

    /// A plane is linear along every edge, so its regions are exact.
    #[test]
    fn regions_of_a_plane_are_exact() {
        let plane = grid(9, |x, y| x + 0.5 * y);
        for (level, share) in [(f64::NEG_INFINITY, 4.0), (0.0, 2.0), (0.5, 1.0), (-0.5, 3.0), (1.0, 0.25), (2.0, 0.0)] {
            assert!((total(&plane, level) - share).abs() < 1e-13, "{level}: {}", total(&plane, level));
        }
    }

    /// The hole has area pi r^2. Chords of the circle about h long miss pi h^2 / 6 of it, and linear interpolation of the
    /// square, too high by t (1 - t) h^2 along an edge, moves the line inwards by as much again.
    #[test]
    fn a_bowl_leaves_a_round_hole_that_turns_the_other_way() {
        let bowl = grid(51, |x, y| x * x + y * y);
        let rings = bowl.region(0.49);
        assert_eq!(rings.len(), 2);
        let areas: Vec<f64> = rings.iter().map(|ring| area(ring)).collect();
        assert!(areas.iter().any(|area| (area - 4.0).abs() < 1e-13), "{areas:?}");
        let (pi, h) = (std::f64::consts::PI, 0.04);
        let missed = |area: f64| (area + pi * 0.49) / (pi * h * h / 3.0);
        assert!(areas.iter().any(|&area| (missed(area) - 1.0).abs() < 0.2), "{areas:?}");
    }

    /// A saddle in the middle of one cell: at levels below the middle the two high corners are joined.
    #[test]
    fn a_saddle_cell_is_decided_by_its_middle() {
        let saddle = Grid::new((-1.0, 1.0), (-1.0, 1.0), 2, 2, vec![1.0, -1.0, -1.0, 1.0]);
        assert_eq!(saddle.region(-0.5).len(), 1);
        assert_eq!(saddle.region(0.5).len(), 2);
    }

    /// Super-level sets of f and of -f divide the rectangle, whatever the values.
    #[test]
    fn every_line_is_closed_and_nothing_is_lost() {
        let wild = |x: f64, y: f64| (37.0 * x).sin() * (23.0 * y + 5.0 * x).cos();
        let (up, down) = (grid(24, wild), grid(24, |x, y| -wild(x, y)));
        for level in [-0.7, -0.2, 0.1, 0.6] {
            let both = total(&up, level) + total(&down, -level);
            assert!((both - 4.0).abs() < 1e-12, "{both}");
        }
    }

    /// A place without a value belongs to no region; one of infinite value to all.
    #[test]
    fn places_without_a_value_stay_empty() {
        let hole = |bad: f64| grid(5, move |x, y| if x == 0.0 && y == 0.0 { bad } else { 0.0 });
        // The node's four neighbours are the corners of the hole: a diamond of two cells.
        assert!((total(&hole(f64::NAN), f64::NEG_INFINITY) - (4.0 - 0.5)).abs() < 1e-13);
        assert!((total(&hole(f64::INFINITY), -1.0) - 4.0).abs() < 1e-13);
        assert!((total(&hole(f64::INFINITY), 1.0) - 0.5).abs() < 1e-13);
    }
}
