//! A surface seen in space: a box with ticks and names, the surface painted from far to near, marks that lie on it.
//!
//! Parallel projection. Seen from above, whatever hides a part of the graph of a function is nearer to the viewer along
//! both axes, so painting the grid from its far corner needs no sorting by depth and is exact.

use crate::axis::{Axis, Span};
use crate::colour::{Colour, viridis};
use crate::contour::Grid;
use crate::layer::{Layer, Marks};
use crate::panel::{curve, legend};
use crate::svg::{Anchor, FONT_SIZE, coordinate, text, width};
use std::fmt::Write as _;

/// A surface over a rectangle, and what is drawn on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    axes: [Axis; 3],
    surface: Grid,
    levels: Vec<f64>,
    layers: Vec<Layer>,
    azimuth: f64,
    elevation: f64,
    tall: f64,
    title: String,
}

/// Cells of the grid between two lines of the mesh.
const MESH: usize = 4;
/// Different colours of the surface: more than an eye tells apart side by side.
const SHADES: f64 = 64.0;
/// Room for the labels of the axes, in pixels.
const SIDE: f64 = 46.0;
const BELOW: f64 = 44.0;
const TICK: f64 = 4.0;
const LINE: f64 = FONT_SIZE * 1.35;
/// Unit of coordinates on the surface, in pixels.
const TENTH: f64 = 0.1;
/// How far above the surface marks are taken to be, as a share of the box's width: above the chords of the grid.
const LIFT: f64 = 0.006;

impl Scene {
    /// The surface with the names of its axes; ranges not given follow from the grid.
    pub fn new(x: Axis, y: Axis, z: Axis, surface: Grid) -> Self {
        let (levels, layers, title) = (vec![], vec![], String::new());
        Scene { axes: [x, y, z], surface, levels, layers, azimuth: -55.0, elevation: 32.0, tall: 0.7, title }
    }

    /// Where the viewer stands, in degrees: counter-clockwise from the first axis, and above the horizon (0 to 90).
    pub fn view(mut self, azimuth: f64, elevation: f64) -> Self {
        (self.azimuth, self.elevation) = (azimuth, elevation.clamp(1.0, 89.0));
        self
    }

    /// A box of this height for a width of 1.
    pub fn tall(mut self, ratio: f64) -> Self {
        self.tall = ratio;
        self
    }

    /// Colours as in the contours of the same levels (ascending), but without bands.
    pub fn levels(mut self, levels: &[f64]) -> Self {
        self.levels = levels.to_vec();
        self
    }

    /// A curve or markers of the plane, drawn on the surface where the viewer sees it.
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// A line above the box.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The scene in a place of this width with its upper left corner at `(left, top)`, and its height.
    pub(crate) fn draw(&self, left: f64, top: f64, total: f64) -> (String, f64) {
        let space = self.space(left, top, total);
        let mut out = String::new();
        if !self.title.is_empty() {
            out += &text(left + SIDE, top + FONT_SIZE, Anchor::Start, &self.title);
        }
        out += &space.walls(&self.axes);
        out += &self.faces(&space);
        for layer in &self.layers {
            out += &self.marks(layer, &space);
        }
        out += &space.labels(&self.axes);
        let bottom = space.bottom + BELOW;
        let (names, height) = legend(&self.layers, left, bottom + 0.75 * LINE, total);
        (out + &names, bottom + height + 6.0 - top)
    }

    fn space(&self, left: f64, top: f64, total: f64) -> Space {
        let (x, y) = self.surface.sides();
        let spans = [
            self.axes[0].over([x.0, x.1].into_iter()),
            self.axes[1].over([y.0, y.1].into_iter()),
            self.axes[2].over(self.surface.values().iter().copied()),
        ];
        // The floor is the surface's own rectangle, without air around it.
        let exact = |span: Span, (lower, upper): (f64, f64)| Span { lower, upper, ..span };
        let spans = [exact(spans[0], x), exact(spans[1], y), spans[2]];
        let (a, e) = (self.azimuth.to_radians(), self.elevation.to_radians());
        let mut space = Space {
            spans,
            tall: self.tall,
            right: [-a.sin(), a.cos(), 0.0],
            up: [-e.sin() * a.cos(), -e.sin() * a.sin(), e.cos()],
            toward: [e.cos() * a.cos(), e.cos() * a.sin(), e.sin()],
            scale: 1.0,
            origin: [0.0, 0.0],
            bottom: 0.0,
            sides: [left, left + total],
        };
        let corners: Vec<[f64; 2]> = (0..8).map(|k| space.screen(corner(k, self.tall))).collect();
        let least = |axis: usize| corners.iter().map(|p| p[axis]).fold(f64::INFINITY, f64::min);
        let most = |axis: usize| corners.iter().map(|p| p[axis]).fold(f64::NEG_INFINITY, f64::max);
        let [x0, x1, y0, y1] = [least(0), most(0), least(1), most(1)];
        space.scale = (total - 2.0 * SIDE).max(40.0) / (x1 - x0);
        let head = if self.title.is_empty() { 8.0 } else { 8.0 + LINE };
        space.origin = [left + SIDE - space.scale * x0, top + head - space.scale * y0];
        space.bottom = top + head + space.scale * (y1 - y0);
        space
    }

    /// The share of the colours at a height: those of bands between the levels, interpolated.
    fn shade(&self, value: f64, z: &Span) -> f64 {
        let Some(last) = self.levels.len().checked_sub(1).filter(|last| *last > 0) else { return z.share(value) };
        let above = self.levels.partition_point(|level| *level < value).clamp(1, last);
        let (low, high) = (self.levels[above - 1], self.levels[above]);
        let place = (above - 1) as f64 + (value - low) / (high - low);
        (place + 0.5) / (last + 1) as f64
    }

    /// The faces from far to near, with the lines of the mesh.
    fn faces(&self, space: &Space) -> String {
        let (columns, rows) = self.surface.size();
        let node = |i: usize, j: usize| self.surface.node(i, j);
        let place = |i: usize, j: usize| space.place(space.unit(node(i, j))).map(|v| (v / TENTH).round() as i64);
        let far_first = |count: usize, ascending: bool| -> Vec<usize> {
            if ascending { (0..count).collect() } else { (0..count).rev().collect() }
        };
        let blocks = |cells: usize, axis: usize| far_first(cells.div_ceil(MESH), space.toward[axis] > 0.0);
        let within = |block: usize, cells: usize, axis: usize| -> Vec<usize> {
            let first = block * MESH;
            let inside = far_first(MESH.min(cells - first), space.toward[axis] > 0.0);
            inside.into_iter().map(|k| first + k).collect()
        };
        let mut out =
            format!("<g transform=\"scale({TENTH})\" stroke-width=\"5\" stroke-linejoin=\"round\" fill=\"none\">\n");
        for bj in blocks(rows - 1, 1) {
            for bi in blocks(columns - 1, 0) {
                let (is, js) = (within(bi, columns - 1, 0), within(bj, rows - 1, 1));
                let (mut path, mut fill) = (String::new(), None);
                let mut flush = |path: &mut String, fill: Option<Colour>| {
                    if let Some(fill) = fill.filter(|_| !path.is_empty()) {
                        // The stroke of the same colour closes the seams between faces.
                        let _ = writeln!(out, "<path fill=\"{0}\" stroke=\"{0}\" d=\"{path}\"/>", fill.hex());
                        path.clear();
                    }
                };
                for &j in &js {
                    for &i in &is {
                        let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
                        let mean = 0.25 * corners.iter().map(|&(i, j)| node(i, j)[2]).sum::<f64>();
                        if !mean.is_finite() {
                            continue;
                        }
                        let shade = (SHADES * self.shade(mean, &space.spans[2])).round() / SHADES;
                        let colour = viridis(shade);
                        if fill != Some(colour) {
                            flush(&mut path, fill);
                            fill = Some(colour);
                        }
                        path += &closed(&corners.map(|(i, j)| place(i, j)));
                    }
                }
                flush(&mut path, fill);
                let ([i0, i1], [j0, j1]) = (ends(&is), ends(&js));
                let around = (i0..i1).map(|i| (i, j0)).chain((j0..j1).map(|j| (i1, j)));
                let around =
                    around.chain((i0 + 1..=i1).rev().map(|i| (i, j1))).chain((j0 + 1..=j1).rev().map(|j| (i0, j)));
                let ring: Vec<(usize, usize)> = around.filter(|&(i, j)| node(i, j)[2].is_finite()).collect();
                let ring: Vec<[i64; 2]> = ring.into_iter().map(|(i, j)| place(i, j)).collect();
                let _ = writeln!(out, "<path stroke=\"#000\" stroke-opacity=\".22\" d=\"{}\"/>", closed(&ring));
            }
        }
        out + "</g>\n"
    }

    /// A point of the plane on the surface, in the unit box, when the viewer sees it.
    fn seen(&self, [x, y]: [f64; 2], space: &Space) -> Option<[f64; 3]> {
        let mut point = space.unit([x, y, self.surface.at([x, y])?]);
        point[2] += LIFT;
        // Along the line of sight until it leaves the box.
        const STEP: f64 = 0.004;
        let hidden = (1..).map(|k| [0, 1, 2].map(|axis| point[axis] + f64::from(k) * STEP * space.toward[axis]));
        let mut inside = hidden.take_while(|p| p[0].abs() <= 0.5 && p[1].abs() <= 0.5 && p[2] <= space.tall);
        let is_hidden = inside.any(|p| {
            let place = [0, 1].map(|axis| space.spans[axis].value(p[axis] + 0.5));
            self.surface.at(place).is_some_and(|z| space.tall * space.spans[2].share(z) > p[2])
        });
        (!is_hidden).then_some(point)
    }

    /// Curves and markers on the surface.
    fn marks(&self, layer: &Layer, space: &Space) -> String {
        let colour = layer.colour.hex();
        match &layer.marks {
            Marks::Curve(points) => {
                let (mut path, mut is_down) = (String::new(), false);
                for &point in points {
                    let Some(seen) = self.seen(point, space) else {
                        is_down = false;
                        continue;
                    };
                    let [x, y] = space.place(seen).map(coordinate);
                    let _ = write!(path, "{}{x} {y}", if is_down { "L" } else { "M" });
                    is_down = true;
                }
                curve(layer, &path)
            }
            Marks::Markers { points, shape } => {
                let mark = shape.path(layer.width);
                let seen = points.iter().filter_map(|&point| self.seen(point, space));
                let path: String = seen
                    .map(|point| space.place(point).map(coordinate))
                    .map(|[x, y]| format!("M{x} {y}{mark}"))
                    .collect();
                let (ink, line) = (Colour::INK.hex(), coordinate((0.25 * layer.width).min(1.0)));
                format!("<path d=\"{path}\" fill=\"{colour}\" stroke=\"{ink}\" stroke-width=\"{line}\"/>\n")
            }
            _ => String::new(),
        }
    }
}

/// The least and the greatest corner of neighbouring cells.
fn ends(cells: &[usize]) -> [usize; 2] {
    let (first, last) = (cells[0], cells[cells.len() - 1]);
    [first.min(last), first.max(last) + 1]
}

/// Corner `k` of the unit box: bit i is the end of axis i.
fn corner(k: usize, tall: f64) -> [f64; 3] {
    let side = |axis: usize| if k >> axis & 1 == 1 { 0.5 } else { -0.5 };
    [side(0), side(1), if k >> 2 & 1 == 1 { tall } else { 0.0 }]
}

/// A closed line in whole tenths of a pixel.
fn closed(points: &[[i64; 2]]) -> String {
    let mut path = String::new();
    for (i, point) in points.iter().enumerate() {
        let [x, y] = match i {
            0 => *point,
            _ => [0, 1].map(|axis| point[axis] - points[i - 1][axis]),
        };
        let command = ["M", "l", " "][i.min(2)];
        // A sign separates by itself.
        let (command, blank) = (if command == " " && x < 0 { "" } else { command }, if y < 0 { "" } else { " " });
        let _ = write!(path, "{command}{x}{blank}{y}");
    }
    if !path.is_empty() {
        path.push('z');
    }
    path
}

/// The box, and how it is seen.
struct Space {
    spans: [Span; 3],
    tall: f64,
    /// To the right of the picture, upwards in it, and from it to the viewer.
    right: [f64; 3],
    up: [f64; 3],
    toward: [f64; 3],
    scale: f64,
    origin: [f64; 2],
    bottom: f64,
    /// Left and right end of the place of the scene.
    sides: [f64; 2],
}

impl Space {
    /// A point of the data in the unit box, its floor centred at 0.
    fn unit(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        let [x, y, z] = [self.spans[0].share(x), self.spans[1].share(y), self.spans[2].share(z)];
        [x - 0.5, y - 0.5, self.tall * z.clamp(0.0, 1.0)]
    }

    /// A point of the unit box on the screen, before it is moved to its place.
    fn screen(&self, point: [f64; 3]) -> [f64; 2] {
        let along = |axis: &[f64; 3]| axis.iter().zip(point).map(|(a, p)| a * p).sum::<f64>();
        [along(&self.right), -along(&self.up)]
    }

    fn place(&self, point: [f64; 3]) -> [f64; 2] {
        let at = self.screen(point);
        [0, 1].map(|axis| self.origin[axis] + self.scale * at[axis])
    }

    /// The side of an axis that is near to the viewer, or the far one.
    fn side(&self, axis: usize, is_near: bool) -> f64 {
        if (self.toward[axis] > 0.0) == is_near { 0.5 } else { -0.5 }
    }

    fn ticks(&self, axes: &[Axis; 3], axis: usize) -> Vec<(f64, String)> {
        let span = &self.spans[axis];
        // As many labels as have room along the edge on the screen.
        let along = [0, 1, 2].map(|i| {
            if i != axis {
                0.0
            } else if i == 2 {
                self.tall
            } else {
                1.0
            }
        });
        let [across, down] = self.screen(along).map(|part| self.scale * part.abs());
        let room = (across / 40.0).max(1.0 + down / (1.2 * FONT_SIZE));
        let (ticks, _) = axes[axis].ticks(span, (room as usize).clamp(2, 5));
        let share = |value: f64| span.share(value);
        let place = |share: f64| if axis == 2 { self.tall * share } else { share - 0.5 };
        ticks.into_iter().map(|tick| (place(share(tick.value)), tick.label)).collect()
    }

    fn line(&self, path: &mut String, points: &[[f64; 3]]) {
        for (i, point) in points.iter().enumerate() {
            let [x, y] = self.place(*point).map(coordinate);
            let _ = write!(path, "{}{x} {y}", if i == 0 { "M" } else { "L" });
        }
    }

    /// Floor and the two walls behind, with the lines of the ticks.
    fn walls(&self, axes: &[Axis; 3]) -> String {
        let (x, y) = (self.side(0, false), self.side(1, false));
        let (near_x, near_y) = (-x, -y);
        let sides = [
            ([[x, y, 0.0], [near_x, y, 0.0], [near_x, near_y, 0.0], [x, near_y, 0.0]], "#f4f4f4"),
            ([[x, y, 0.0], [x, near_y, 0.0], [x, near_y, self.tall], [x, y, self.tall]], "#ececec"),
            ([[x, y, 0.0], [near_x, y, 0.0], [near_x, y, self.tall], [x, y, self.tall]], "#f0f0f0"),
        ];
        let mut out = String::new();
        for (corners, fill) in sides {
            let mut path = String::new();
            self.line(&mut path, &corners);
            let _ = writeln!(out, "<path d=\"{path}z\" fill=\"{fill}\" stroke=\"#bbb\" stroke-width=\"0.8\"/>");
        }
        let mut lines = String::new();
        for (at, _) in self.ticks(axes, 0) {
            self.line(&mut lines, &[[at, near_y, 0.0], [at, y, 0.0], [at, y, self.tall]]);
        }
        for (at, _) in self.ticks(axes, 1) {
            self.line(&mut lines, &[[near_x, at, 0.0], [x, at, 0.0], [x, at, self.tall]]);
        }
        for (at, _) in self.ticks(axes, 2) {
            self.line(&mut lines, &[[x, near_y, at], [x, y, at], [near_x, y, at]]);
        }
        let _ = writeln!(out, "<path d=\"{lines}\" fill=\"none\" stroke=\"#d4d4d4\" stroke-width=\"0.6\"/>");
        out
    }

    /// The three axes with ticks, labels and names: two along the near edges of the floor, one upright at the left.
    fn labels(&self, axes: &[Axis; 3]) -> String {
        let (near_x, near_y) = (self.side(0, true), self.side(1, true));
        // Of the two upright edges at the sides of the picture, the one further left.
        let uprights = [[near_x, -near_y, 0.0], [-near_x, near_y, 0.0]];
        let left = uprights.into_iter().min_by(|a, b| self.screen(*a)[0].total_cmp(&self.screen(*b)[0])).expect("two");
        let (mut lines, mut words) = (String::new(), String::new());
        for axis in 0..3 {
            let at = |along: f64| match axis {
                0 => [along, near_y, 0.0],
                1 => [near_x, along, 0.0],
                _ => [left[0], left[1], along],
            };
            // Away from the box, on the screen.
            let out = match axis {
                0 => self.screen([0.0, near_y, 0.0]),
                1 => self.screen([near_x, 0.0, 0.0]),
                _ => [-1.0, 0.0],
            };
            let length = out[0].hypot(out[1]);
            let out = out.map(|part| part / length);
            let beside = |place: [f64; 2], distance: f64| [0, 1].map(|i| place[i] + distance * out[i]);
            let (from, to) = if axis == 2 { (0.0, self.tall) } else { (-0.5, 0.5) };
            self.line(&mut lines, &[at(from), at(to)]);
            let mut widest: f64 = 0.0;
            let anchor = match out[0] {
                x if x < -0.3 => Anchor::End,
                x if x > 0.3 => Anchor::Start,
                _ => Anchor::Middle,
            };
            for (along, label) in self.ticks(axes, axis) {
                let place = self.place(at(along));
                let end = beside(place, TICK).map(coordinate);
                let _ = write!(lines, "M{} {}L{} {}", coordinate(place[0]), coordinate(place[1]), end[0], end[1]);
                let [x, y] = beside(place, TICK + 3.0);
                // Below an edge a text hangs from its top, beside it it stands at its middle.
                words += &text(x, y + FONT_SIZE * (0.35 + 0.4 * out[1].max(0.0)), anchor, &label);
                widest = widest.max(width(&label));
            }
            if axis == 2 {
                let [x, y] = self.place(at(self.tall));
                words += &text(x, y - 8.0, Anchor::Middle, &axes[2].label);
            } else {
                let [x, y] = beside(self.place(at(0.0)), TICK + 6.0 + LINE + 0.7 * widest);
                // A long name stays in the picture.
                let half = 0.5 * width(&axes[axis].label);
                let x = x.min(self.sides[1] - half).max(self.sides[0] + half);
                words += &text(x, y + 0.5 * FONT_SIZE, Anchor::Middle, &axes[axis].label);
            }
        }
        let ink = Colour::INK.hex();
        format!("<path d=\"{lines}\" fill=\"none\" stroke=\"{ink}\"/>\n{words}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    fn grid(f: impl Fn(f64, f64) -> f64) -> Grid {
        let at = |k: usize| -1.0 + 2.0 * k as f64 / 40.0;
        let values = (0..41 * 41).map(|k| f(at(k % 41), at(k / 41))).collect();
        Grid::new((-1.0, 1.0), (-1.0, 1.0), 41, 41, values)
    }

    fn scene(azimuth: f64, elevation: f64, f: impl Fn(f64, f64) -> f64) -> Scene {
        Scene::new(Axis::linear("x"), Axis::linear("y"), Axis::linear("f"), grid(f)).view(azimuth, elevation)
    }

    /// The viewer stands where x is large, a ridge across x = 0 between him and the far half: what is low there he sees
    /// only from above. The ridge (1 high on a plane) fills the box: its top is at `TALL` but for the air of the axis.
    #[test]
    fn a_ridge_hides_what_is_behind_it() {
        let ridge = |x: f64, _: f64| if x.abs() < 0.1 { 1.0 } else { 0.0 };
        let is_seen = |azimuth: f64, elevation: f64, point: [f64; 2]| {
            let scene = scene(azimuth, elevation, ridge);
            scene.seen(point, &scene.space(0.0, 0.0, 400.0)).is_some()
        };
        let (behind, before) = ([-0.4, 0.0], [0.4, 0.0]);
        assert!(is_seen(0.0, 30.0, before) && !is_seen(0.0, 30.0, behind));
        assert!(!is_seen(180.0, 30.0, before) && is_seen(180.0, 30.0, behind), "from the other side");
        // 0.2 of the box away from a ridge of height 0.65: hidden below atan(3.2) = 73 degrees.
        assert!(!is_seen(0.0, 65.0, behind) && is_seen(0.0, 80.0, behind));
        assert!(is_seen(0.0, 5.0, [0.0, 0.0]), "the top");
    }

    /// Faces nearer to the viewer are painted later, from wherever he looks: along the order of painting the depth of a
    /// block's middle never falls along both axes at once.
    #[test]
    fn near_faces_are_painted_after_far_ones() {
        // A plane seen from nearly above, so that every block has a place of its own on the screen.
        for azimuth in [-60.0, 30.0, 120.0, 210.0] {
            let scene = scene(azimuth, 60.0, |_, _| 0.5);
            let space = scene.space(0.0, 0.0, 400.0);
            let faces = scene.faces(&space);
            let mesh = faces.lines().filter(|line| line.contains("stroke-opacity"));
            let starts: Vec<[f64; 2]> = mesh
                .map(|line| {
                    let path = line.split(" d=\"M").nth(1).unwrap().split('l').next().unwrap();
                    let numbers: Vec<f64> = path.split(' ').map(|number| number.parse::<f64>().unwrap()).collect();
                    [numbers[0], numbers[1]]
                })
                .collect();
            assert_eq!(starts.len(), 100);
            // Lower on the screen is nearer: the first block is the highest, the last the lowest.
            let y = |k: usize| starts[k][1];
            assert!(starts.iter().all(|start| y(0) <= start[1] && start[1] <= y(99)), "{azimuth}");
        }
    }

    /// On a plane the marks stand where the axes say: the middle of the floor's picture is the middle of the box.
    #[test]
    fn marks_stand_on_the_surface() {
        let flat = scene(-90.0, 30.0, |_, _| 2.0);
        let space = flat.space(0.0, 0.0, 400.0);
        // Seen along y, x runs straight to the right.
        let [left, right] = [-1.0, 1.0].map(|x| space.place(flat.seen([x, 0.0], &space).unwrap()));
        assert!((left[1] - right[1]).abs() < 1e-9 && (right[0] - left[0] - space.scale).abs() < 1e-9);
        let marks = Layer::markers(vec![[0.0, 0.0], [3.0, 0.0]], Shape::Circle);
        let drawn = flat.marks(&marks, &space);
        assert_eq!(drawn.matches('M').count(), 1, "only what is on the surface: {drawn}");
    }
}
