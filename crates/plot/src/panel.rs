//! One pair of axes with its layers, legend and colour bar, set into a place of the figure.

use crate::axis::{Axis, Span};
use crate::colour::Colour;
use crate::layer::{Layer, Marks, Region};
use crate::svg::{Anchor, FONT_SIZE, coordinate, text, upright, width};
use std::fmt::Write as _;

/// A pair of axes and what is drawn on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    x: Axis,
    y: Axis,
    layers: Vec<Layer>,
    title: String,
    bar: Option<ColourBar>,
    shape: Aspect,
}

/// Height of the data area beside its width.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Aspect {
    Ratio(f64),
    /// A unit is as long on both axes.
    Equal,
    /// In pixels.
    Height(f64),
}

/// What the colours of bands mean: one more colour than labels, which stand between them, lowest first.
#[derive(Clone, Debug, PartialEq)]
pub struct ColourBar {
    /// What is shown, above the bar.
    pub title: String,
    /// Colours of the bands.
    pub colours: Vec<Colour>,
    /// Labels of the levels between.
    pub labels: Vec<String>,
}

/// Length of a tick, and the gaps between ticks, labels and what comes next.
const TICK: f64 = 4.0;
const GAP: f64 = 6.0;
/// Height of a line of text with its leading.
const LINE: f64 = FONT_SIZE * 1.35;
const BAR_WIDTH: f64 = 14.0;
/// Room of a legend's sample beside its name: of a mark, and of a line, whose dashes have to be told apart.
const MARK: f64 = 22.0;
const STROKE: f64 = 32.0;

impl Panel {
    /// Empty axes.
    pub fn new(x: Axis, y: Axis) -> Self {
        Panel { x, y, layers: vec![], title: String::new(), bar: None, shape: Aspect::Ratio(0.68) }
    }

    /// One layer more, over those before.
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// A line above the data.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// What the colours mean, to the right of the data.
    pub fn colour_bar(mut self, bar: ColourBar) -> Self {
        self.bar = Some(bar);
        self
    }

    /// A data area of this height for a width of 1.
    pub fn ratio(mut self, ratio: f64) -> Self {
        self.shape = Aspect::Ratio(ratio);
        self
    }

    /// A data area of this height in pixels.
    pub fn height(mut self, pixels: f64) -> Self {
        self.shape = Aspect::Height(pixels);
        self
    }

    /// Units equally long on both axes: for maps.
    pub fn equal_units(mut self) -> Self {
        self.shape = Aspect::Equal;
        self
    }

    /// The panel in a place of this width with its upper left corner at `(left, top)`, and its height.
    pub(crate) fn draw(&self, left: f64, top: f64, total: f64) -> (String, f64) {
        let extent: Vec<[f64; 2]> = self.layers.iter().flat_map(Layer::extent).collect();
        let x = self.x.over(extent.iter().map(|point| point[0]));
        let y = self.y.over(extent.iter().map(|point| point[1]));
        // The number of ticks depends on the height, and that on the width of their labels: labels of a guess are wide
        // enough, since more ticks only come with longer labels.
        let widest = |ticks: &[crate::axis::Tick]| ticks.iter().map(|tick| width(&tick.label)).fold(0.0, f64::max);
        let y_labels = widest(&self.y.ticks(&y, 8).0).max(widest(&self.y.ticks(&y, 5).0));
        let x_edge = 0.5 * widest(&self.x.ticks(&x, 6).0);
        let before = LINE + y_labels + TICK + GAP;
        let after = match &self.bar {
            None => x_edge.max(GAP),
            Some(bar) => {
                let labels = bar.labels.iter().map(|label| width(label)).fold(0.0, f64::max);
                let title = 0.5 * (width(&bar.title) - BAR_WIDTH);
                2.0 * GAP + BAR_WIDTH + (TICK + 2.0 + labels).max(title) + 2.0
            }
        };
        let w = (total - before - after).max(40.0);
        let h = match self.shape {
            Aspect::Ratio(ratio) => w * ratio,
            Aspect::Height(pixels) => pixels,
            Aspect::Equal => w * ((y.upper - y.lower) / (x.upper - x.lower)).clamp(0.3, 2.0),
        };
        let head = wrapped(&self.title, left + total - (left + before));
        let lines = head.len().max(usize::from(self.bar.is_some()));
        let area = Area { x, y, left: left + before, top: top + LINE * lines as f64 + GAP, w, h };
        let mut out = String::new();
        for (i, line) in head.iter().rev().enumerate() {
            out += &text(area.left, area.top - GAP - LINE * i as f64, Anchor::Start, line);
        }
        for layer in &self.layers {
            let drawn = area.layer(layer);
            out += &match layer.shift {
                0.0 => drawn,
                shift => format!("<g transform=\"translate({})\">\n{drawn}</g>\n", coordinate(shift)),
            };
        }
        out += &area.axes(&self.x, &self.y, left);
        if let Some(bar) = &self.bar {
            out += &area.bar(bar);
        }
        let mut bottom = area.top + h + TICK + 2.0 * LINE + GAP;
        let (legend, height) = legend(&self.layers, left, bottom + 0.75 * LINE, total);
        out += &legend;
        bottom += height;
        (out, bottom - top)
    }
}

/// Where a word that is too long is broken, in bytes: before the last sign of its right half, as in a formula, or at its end.
fn place_to_break(word: &str) -> usize {
    let sign = word.rfind(['+', '-', '*', '/', '(', ',', '=']);
    sign.filter(|&place| 2 * place > word.len()).unwrap_or(word.len())
}

/// A title in lines that fit into a width, broken at its blanks, and at a sign inside a word that is too long by itself; none for an
/// empty one.
fn wrapped(title: &str, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in title.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut().filter(|line| width(line) + width(word) + width(" ") <= room) {
            Some(line) => *line = format!("{line} {word}"),
            None => lines.push(String::new()),
        }
        let line = lines.last_mut().expect("there is one");
        if line.is_empty() {
            let mut rest = String::new();
            for letter in word.chars() {
                if width(&rest) + width(&letter.to_string()) > room {
                    let tail = rest.split_off(place_to_break(&rest));
                    lines.insert(lines.len() - 1, std::mem::replace(&mut rest, tail));
                }
                rest.push(letter);
            }
            *lines.last_mut().expect("there is one") = rest;
        }
    }
    lines
}

/// Names of the layers with samples of their look, in as many lines as they need; layers of one name share a place.
pub(crate) fn legend(layers: &[Layer], left: f64, first: f64, total: f64) -> (String, f64) {
    let (mut out, mut x, mut y, mut lines) = (String::new(), left + GAP, first, 0);
    let name = |layer: &Layer| layer.name.clone();
    for (i, layer) in layers.iter().enumerate() {
        let Some(name) =
            name(layer).filter(|found| layers[..i].iter().all(|before| name(before).as_ref() != Some(found)))
        else {
            continue;
        };
        let group = || layers.iter().filter(|layer| layer.name.as_ref() == Some(&name));
        let is_line = group().any(|layer| matches!(layer.marks, Marks::Curve(_)));
        let wide = if is_line { STROKE } else { MARK };
        let room = wide + width(&name) + 2.0 * GAP;
        if lines == 0 {
            lines = 1;
        } else if x + room > left + total {
            (x, y, lines) = (left + GAP, y + LINE, lines + 1);
        }
        for layer in group() {
            out += &sample(layer, x, y - 0.35 * FONT_SIZE, wide - 6.0);
        }
        out += &text(x + wide, y, Anchor::Start, &name);
        x += room;
    }
    (out, f64::from(lines) * LINE)
}

/// A layer's look beside its name, its middle at height `y`, in this width.
fn sample(layer: &Layer, x: f64, y: f64, wide: f64) -> String {
    let colour = layer.colour.hex();
    let (end, middle) = (coordinate(x + wide), coordinate(x + 0.5 * wide));
    match &layer.marks {
        Marks::Curve(_) => curve(layer, &format!("M{} {}H{end}", coordinate(x), coordinate(y))),
        Marks::Intervals(_) => {
            format!(
                "<path d=\"M{middle} {}v10m-{CAP} 0h{}m-{CAP}-10m-{CAP} 0h{}\"{}/>\n",
                coordinate(y - 5.0),
                2.0 * CAP,
                2.0 * CAP,
                stroke(layer)
            )
        }
        Marks::Markers { shape, .. } => {
            let path = shape.path(layer.width.max(3.0));
            format!(
                "<path d=\"M{middle} {}{path}\" fill=\"{colour}\" stroke=\"{}\"/>\n",
                coordinate(y),
                Colour::INK.hex()
            )
        }
        Marks::Words(_) => String::new(),
        Marks::Band(_) | Marks::Bars { .. } | Marks::Boxes(_) | Marks::Regions { .. } => {
            let (x, y) = (coordinate(x), coordinate(y - 4.0));
            let opacity = match layer.marks {
                Marks::Band(_) => BAND_OPACITY,
                Marks::Bars { .. } => BAR_OPACITY,
                _ => 1.0,
            };
            format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"8\" fill=\"{colour}\" fill-opacity=\"{opacity}\"/>\n",
                coordinate(wide)
            )
        }
    }
}

/// Half the width of the cap of an interval.
const CAP: f64 = 2.5;
const BAND_OPACITY: f64 = 0.25;
const BAR_OPACITY: f64 = 0.55;

/// The attribute of a broken line; nothing for an unbroken one.
fn dashes(layer: &Layer) -> String {
    match layer.dash.lengths() {
        "" => String::new(),
        lengths => format!(" stroke-dasharray=\"{lengths}\""),
    }
}

/// A path as a line in the look of a layer.
pub(crate) fn curve(layer: &Layer, path: &str) -> String {
    let ground = match layer.is_outlined {
        true => {
            let wide = coordinate(layer.width + 2.0);
            format!("<path d=\"{path}\" fill=\"none\" stroke=\"#fff\" stroke-width=\"{wide}\"/>\n")
        }
        false => String::new(),
    };
    format!("{ground}<path d=\"{path}\"{}/>\n", stroke(layer))
}

fn stroke(layer: &Layer) -> String {
    let dash = dashes(layer);
    let (colour, width) = (layer.colour.hex(), coordinate(layer.width));
    format!(" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{dash}")
}

/// The area between the axes.
struct Area {
    x: Span,
    y: Span,
    left: f64,
    top: f64,
    w: f64,
    h: f64,
}

impl Area {
    /// Where a point of the data lies; none for what has no place on the axes.
    fn place(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        // Far outside is as good as anywhere outside, and keeps numbers short.
        let far = |share: f64| share.clamp(-10.0, 11.0);
        let (right, up) = (self.x.share(x), self.y.share(y));
        (!right.is_nan() && !up.is_nan())
            .then(|| [self.left + far(right) * self.w, self.top + (1.0 - far(up)) * self.h])
    }

    fn layer(&self, layer: &Layer) -> String {
        let colour = layer.colour.hex();
        let body = match &layer.marks {
            Marks::Curve(points) => curve(layer, &self.line(points)),
            Marks::Band(points) => {
                let lower = points.iter().map(|&[x, lower, _]| [x, lower]);
                let upper = points.iter().rev().map(|&[x, _, upper]| [x, upper]);
                let outline: Vec<[f64; 2]> = lower.chain(upper).filter(|&point| self.place(point).is_some()).collect();
                let path = self.line(&outline);
                format!("<path d=\"{path}z\" fill=\"{colour}\" fill-opacity=\"{BAND_OPACITY}\"/>\n")
            }
            Marks::Bars { edges, heights } => {
                let mut path = String::new();
                for (pair, &height) in edges.windows(2).zip(heights) {
                    let corners = [self.place([pair[0], height]), self.place([pair[1], 0.0])];
                    let [Some([x0, y0]), Some([x1, y1])] = corners else { continue };
                    let (right, down) = (coordinate(x1 - x0), coordinate(y1 - y0));
                    let _ = write!(path, "M{} {}h{right}v{down}h-{right}z", coordinate(x0), coordinate(y0));
                }
                let (white, width) = (Colour::WHITE.hex(), coordinate(layer.width));
                format!(
                    "<path d=\"{path}\" fill=\"{colour}\" fill-opacity=\"{BAR_OPACITY}\" stroke=\"{white}\" stroke-width=\"{width}\"/>\n"
                )
            }
            Marks::Intervals(points) => {
                let mut path = String::new();
                for &[x, lower, upper] in points {
                    let ends = [self.place([x, lower]), self.place([x, upper])];
                    let [Some([x, low]), Some([_, high])] = ends else { continue };
                    let (wide, left) = (2.0 * CAP, coordinate(x - CAP));
                    let (low, high) = (coordinate(low), coordinate(high));
                    let _ = write!(path, "M{left} {low}h{wide}M{left} {high}h{wide}M{} {low}V{high}", coordinate(x));
                }
                // Whole caps also where an interval ends on the frame.
                return format!("<path d=\"{path}\"{}/>\n", stroke(layer));
            }
            Marks::Boxes(boxes) => {
                let mut path = String::new();
                for &[x0, x1, y0, y1] in boxes {
                    let [Some([left, low]), Some([right, high])] = [self.place([x0, y0]), self.place([x1, y1])] else {
                        continue;
                    };
                    let (w, h) = (coordinate(right - left), coordinate(low - high));
                    let _ = write!(path, "M{} {}h{w}v{h}h-{w}z", coordinate(left), coordinate(high));
                }
                let (white, width) = (Colour::WHITE.hex(), coordinate(layer.width));
                format!("<path d=\"{path}\" fill=\"{colour}\" stroke=\"{white}\" stroke-width=\"{width}\"/>\n")
            }
            Marks::Words(words) => {
                let placed = words.iter().filter_map(|(point, word)| Some((self.place(*point)?, word)));
                let texts = placed.map(|([x, y], word)| text(x, y + 0.35 * FONT_SIZE, Anchor::Middle, word));
                return format!("<g fill=\"{colour}\">\n{}</g>\n", texts.collect::<String>());
            }
            // Whole shapes also at the edge: not clipped, but only those whose point is on the axes.
            Marks::Markers { points, shape } => {
                let inside = |share: f64| (-1e-9..=1.0 + 1e-9).contains(&share);
                let shown = points.iter().filter(|[x, y]| inside(self.x.share(*x)) && inside(self.y.share(*y)));
                let mark = shape.path(layer.width);
                let path: String = shown
                    .filter_map(|&point| self.place(point))
                    .map(|[x, y]| format!("M{} {}{mark}", coordinate(x), coordinate(y)))
                    .collect();
                let (ink, line) = (Colour::INK.hex(), coordinate((0.25 * layer.width).min(1.0)));
                return format!("<path d=\"{path}\" fill=\"{colour}\" stroke=\"{ink}\" stroke-width=\"{line}\"/>\n");
            }
            Marks::Regions { regions, tolerance } => {
                let lines = coordinate(layer.width / TENTH);
                let mut body = format!(
                    "<g transform=\"scale({TENTH})\" fill-rule=\"evenodd\" stroke=\"#fff\" stroke-opacity=\".4\" stroke-width=\"{lines}\">\n"
                );
                for region in regions {
                    let path = self.outline(region, *tolerance);
                    if !path.is_empty() {
                        let _ = writeln!(body, "<path d=\"{path}\" fill=\"{}\"/>", region.fill.hex());
                    }
                }
                body + "</g>\n"
            }
        };
        let [x, y, w, h] = [self.left, self.top, self.w, self.h].map(coordinate);
        format!("<svg x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" viewBox=\"{x} {y} {w} {h}\">\n{body}</svg>\n")
    }

    /// A line through points, broken where there is none.
    fn line(&self, points: &[[f64; 2]]) -> String {
        let (mut path, mut is_down) = (String::new(), false);
        for &point in points {
            let Some([x, y]) = self.place(point) else {
                is_down = false;
                continue;
            };
            let _ = write!(path, "{}{} {}", if is_down { "L" } else { "M" }, coordinate(x), coordinate(y));
            is_down = true;
        }
        path
    }

    /// The closed lines of a region, simplified, in whole tenths of a pixel from point to point.
    fn outline(&self, region: &Region, tolerance: f64) -> String {
        let mut path = String::new();
        for ring in &region.rings {
            let placed: Vec<[f64; 2]> = ring.iter().filter_map(|&point| self.place(point)).collect();
            let tenths = |v: f64| (v / TENTH).round() as i64;
            let mut ring: Vec<[i64; 2]> = simplified(&placed, tolerance).iter().map(|p| p.map(tenths)).collect();
            ring.dedup();
            if ring.len() < 3 {
                continue;
            }
            let _ = write!(path, "M{} {}l", ring[0][0], ring[0][1]);
            for (i, pair) in ring.windows(2).enumerate() {
                let step = [0, 1].map(|axis| pair[1][axis] - pair[0][axis]);
                // A sign separates by itself.
                let blank = |value: i64| if value < 0 { "" } else { " " };
                let first = if i == 0 { "" } else { blank(step[0]) };
                let _ = write!(path, "{first}{}{}{}", step[0], blank(step[1]), step[1]);
            }
            path.push('z');
        }
        path
    }

    fn axes(&self, x_axis: &Axis, y_axis: &Axis, outer_left: f64) -> String {
        let (left, top, w, h) = (self.left, self.top, self.w, self.h);
        let (right, bottom) = (left + w, top + h);
        let (mut lines, mut labels) = (String::new(), String::new());
        // As many labels as fit side by side with a gap: fewer are tried until they do.
        let fits = |most: &usize| {
            let (ticks, _) = x_axis.ticks(&self.x, *most);
            let places: Vec<f64> = ticks.iter().map(|tick| self.x.share(tick.value) * w).collect();
            let half: Vec<f64> = ticks.iter().map(|tick| 0.5 * width(&tick.label)).collect();
            (1..ticks.len()).all(|i| places[i] - half[i] - places[i - 1] - half[i - 1] > GAP)
        };
        let most = (2..=7).rev().find(fits).unwrap_or(2);
        let (ticks, minor) = x_axis.ticks(&self.x, most);
        for (value, length) in ticks.iter().map(|t| (t.value, TICK)).chain(minor.into_iter().map(|v| (v, 0.5 * TICK))) {
            let _ = write!(lines, "M{} {}v{length}", coordinate(left + self.x.share(value) * w), coordinate(bottom));
        }
        for tick in &ticks {
            let x = left + self.x.share(tick.value) * w;
            labels += &text(x, bottom + TICK + FONT_SIZE, Anchor::Middle, &tick.label);
        }
        let (ticks, minor) = y_axis.ticks(&self.y, ((h / (2.2 * LINE)) as usize).clamp(2, 8));
        for (value, length) in ticks.iter().map(|t| (t.value, TICK)).chain(minor.into_iter().map(|v| (v, 0.5 * TICK))) {
            let _ = write!(lines, "M{} {}h-{length}", coordinate(left), coordinate(bottom - self.y.share(value) * h));
        }
        for tick in &ticks {
            let y = bottom - self.y.share(tick.value) * h + 0.35 * FONT_SIZE;
            labels += &text(left - TICK - 3.0, y, Anchor::End, &tick.label);
        }
        labels += &text(left + 0.5 * w, bottom + TICK + 2.0 * LINE, Anchor::Middle, &x_axis.label);
        labels += &upright(outer_left + FONT_SIZE, top + 0.5 * h, &y_axis.label);
        let [x, y, w, h] = [left, top, right - left, bottom - top].map(coordinate);
        let ink = Colour::INK.hex();
        format!("<path d=\"{lines}M{x} {y}h{w}v{h}h-{w}z\" fill=\"none\" stroke=\"{ink}\"/>\n{labels}")
    }

    /// Bands of equal height from the bottom, labels between them: every one, every second ... as there is room.
    fn bar(&self, bar: &ColourBar) -> String {
        let x = self.left + self.w + 2.0 * GAP;
        let height = self.h / bar.colours.len() as f64;
        let floor = |k: usize| self.top + self.h - k as f64 * height;
        let mut out = String::new();
        for (k, colour) in bar.colours.iter().enumerate() {
            let (x, y) = (coordinate(x), coordinate(floor(k + 1)));
            let (w, h) = (coordinate(BAR_WIDTH), coordinate(height));
            let _ = writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{}\"/>", colour.hex());
        }
        let stride = (LINE / height).ceil().max(1.0) as usize;
        let (mut lines, end) = (String::new(), x + BAR_WIDTH);
        for (k, label) in bar.labels.iter().enumerate().step_by(stride) {
            let y = floor(k + 1);
            let _ = write!(lines, "M{} {}h{TICK}", coordinate(end), coordinate(y));
            out += &text(end + TICK + 2.0, y + 0.35 * FONT_SIZE, Anchor::Start, label);
        }
        let [left, top, w, h] = [x, self.top, BAR_WIDTH, self.h].map(coordinate);
        let ink = Colour::INK.hex();
        let _ = writeln!(out, "<path d=\"{lines}M{left} {top}h{w}v{h}h-{w}z\" fill=\"none\" stroke=\"{ink}\"/>");
        out + &text(x + 0.5 * BAR_WIDTH, self.top - GAP, Anchor::Middle, &bar.title)
    }
}

/// Unit of the coordinates of regions, in pixels.
const TENTH: f64 = 0.1;

/// A closed line with fewer points, nowhere farther from the given one than `tolerance`: Douglas and Peucker (1973), on
/// the two halves between the first point and the one farthest from it.
fn simplified(ring: &[[f64; 2]], tolerance: f64) -> Vec<[f64; 2]> {
    let n = ring.len();
    if n < 4 {
        return ring.to_vec();
    }
    let at = |i: usize| ring[i % n];
    let squared = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
    let far = (1..n).max_by(|&a, &b| squared(at(a), at(0)).total_cmp(&squared(at(b), at(0)))).unwrap_or(1);
    let mut is_kept = vec![false; n];
    (is_kept[0], is_kept[far]) = (true, true);
    let mut open = vec![(0, far), (far, n)];
    while let Some((from, to)) = open.pop() {
        let (a, b) = (at(from), at(to));
        let length = squared(a, b).sqrt();
        let distance = |i: usize| {
            let p = at(i);
            match length {
                0.0 => squared(p, a).sqrt(),
                _ => ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])).abs() / length,
            }
        };
        let Some(worst) = (from + 1..to).max_by(|&i, &j| distance(i).total_cmp(&distance(j))) else { continue };
        if distance(worst) > tolerance {
            is_kept[worst] = true;
            open.extend([(from, worst), (worst, to)]);
        }
    }
    ring.iter().zip(is_kept).filter(|(_, is_kept)| *is_kept).map(|(&point, _)| point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing of a formula is lost, every line fits, and each but the first begins with a sign.
    #[test]
    fn a_long_formula_is_broken_before_signs() {
        let formula = "value=(x1+1)^2/2-0.01*(x2+1e-6)^2/2+(x2+1e-6)^4/4+(x1-3)^2";
        let lines = wrapped(formula, 180.0);
        assert!(lines.len() > 2 && lines.concat() == formula, "{lines:?}");
        for line in &lines {
            assert!(width(line) <= 180.0, "{line}");
        }
        assert!(lines[1..].iter().all(|line| line.starts_with(['+', '-', '*', '/', '('])), "{lines:?}");
        assert_eq!(wrapped(&"w".repeat(40), 180.0).concat(), "w".repeat(40), "a word without signs");
    }

    /// A circle of radius 50 px needs chords with sagitta below the tolerance: about pi / sqrt(2 tolerance / radius) of
    /// them, a few more since the halves are cut where the points are.
    #[test]
    fn simplified_lines_stay_near_and_are_short() {
        let circle: Vec<[f64; 2]> = (0..1000)
            .map(|i| f64::from(i) * std::f64::consts::TAU / 1000.0)
            .map(|t| [50.0 * t.cos(), 50.0 * t.sin()])
            .collect();
        for tolerance in [0.05, 0.2, 1.0] {
            let few = simplified(&circle, tolerance);
            let needed = std::f64::consts::PI / (2.0 * tolerance / 50.0f64).sqrt();
            assert!((few.len() as f64) < 2.2 * needed && few.len() as f64 > 0.9 * needed, "{} {needed}", few.len());
            for pair in few.windows(2) {
                let middle = [0, 1].map(|axis| 0.5 * (pair[0][axis] + pair[1][axis]));
                assert!(50.0 - middle[0].hypot(middle[1]) <= tolerance * 1.0001);
            }
        }
        let square = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0], [0.0, 1.0]];
        assert_eq!(simplified(&square, 0.01), [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]);
    }
}
