//! A picture: panels side by side, in rows.

use crate::panel::Panel;
use crate::scene::Scene;
use crate::svg::{Anchor, FONT_SIZE, coordinate, escaped, text};

/// Panels with an optional title, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    parts: Vec<Part>,
    columns: usize,
    width: f64,
    title: String,
    about: String,
}

/// What stands in one place of a figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A pair of axes.
    Panel(Panel),
    /// A surface in space.
    Scene(Scene),
}

impl From<Panel> for Part {
    fn from(panel: Panel) -> Self {
        Part::Panel(panel)
    }
}

impl From<Scene> for Part {
    fn from(scene: Scene) -> Self {
        Part::Scene(scene)
    }
}

const MARGIN: f64 = 8.0;
const BETWEEN: f64 = 16.0;
/// Between a row of panels and the next.
const LEADING: f64 = 8.0;

impl Figure {
    /// The panels (or parts) in one row, 400 pixels wide at natural size: text is then as large as in the page around it.
    pub fn new(parts: Vec<impl Into<Part>>) -> Self {
        let parts: Vec<Part> = parts.into_iter().map(Into::into).collect();
        Figure { columns: parts.len().max(1), parts, width: 400.0, title: String::new(), about: String::new() }
    }

    /// So many panels in a row.
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns.max(1);
        self
    }

    /// Natural width in pixels.
    pub fn width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    /// A line above everything.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// What is seen, in words, for those who do not see it.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// The picture: a complete SVG document on a white ground.
    pub fn to_svg(&self) -> String {
        let columns = self.columns as f64;
        let each = (self.width - 2.0 * MARGIN - BETWEEN * (columns - 1.0)) / columns;
        let (mut body, mut top) = (String::new(), MARGIN);
        if !self.title.is_empty() {
            body += &text(0.5 * self.width, top + FONT_SIZE, Anchor::Middle, &self.title);
            top += 1.5 * FONT_SIZE;
        }
        for (k, row) in self.parts.chunks(self.columns).enumerate() {
            top += if k > 0 { LEADING } else { 0.0 };
            let mut tallest: f64 = 0.0;
            for (i, part) in row.iter().enumerate() {
                let left = MARGIN + i as f64 * (each + BETWEEN);
                let (drawn, height) = match part {
                    Part::Panel(panel) => panel.draw(left, top, each),
                    Part::Scene(scene) => scene.draw(left, top, each),
                };
                body += &drawn;
                tallest = tallest.max(height);
            }
            top += tallest;
        }
        let (w, h) = (coordinate(self.width), coordinate((top + MARGIN).ceil()));
        let about =
            if self.about.is_empty() { String::new() } else { format!("<title>{}</title>\n", escaped(&self.about)) };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
             font-family=\"Helvetica, Arial, sans-serif\" font-size=\"{FONT_SIZE}\" fill=\"#222\">\n\
             {about}<rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n{body}</svg>\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Axis, Colour, Dash, Grid, Layer, Region, Shape, svg};

    /// A figure of every kind of layer, as a report would have it.
    fn everything() -> Figure {
        let x = |i: i32| f64::from(i) / 10.0;
        let law = Layer::curve((-20..=20).map(|i| [x(i), (4.0 - x(i) * x(i)).max(0.0).sqrt()]).collect()).named("law");
        let bars = Layer::bars(vec![-2.0, -1.0, 0.0, 1.0, 2.0], vec![1.0, 1.9, 1.8, 1.1]).named("eigenvalues");
        let density =
            Panel::new(Axis::linear("eigenvalue"), Axis::linear("density")).layer(bars).layer(law.dash(Dash::Dashed));
        let steps = [[1.0, 0.2], [30.0, 0.5], [1e5, 1.0]];
        let band = Layer::step_band(&steps.map(|[x, y]| [x, 0.8 * y, y])).named("95 % band");
        let share = Layer::steps(&steps).named("share of runs that reached the target");
        let runtime =
            Panel::new(Axis::log("gradients"), Axis::linear("share").range(0.0, 1.0)).layer(band).layer(share);
        let values = (0..441).map(|k| f64::from(k % 21) * f64::from(k / 21)).collect();
        let grid = Grid::new((-1e-3, 1e-3), (0.0, 2e6), 21, 21, values);
        let (regions, bar) = grid.contours(&[100.0, 200.0], &["100".to_string(), "200".to_string()], "f − least");
        let points = Layer::markers(vec![[0.0, 1e6], [1e-3, 2e6], [5.0, 5.0]], Shape::Diamond).named("saddle (3)");
        let map = Panel::new(Axis::linear("x").range(-1e-3, 1e-3), Axis::linear("y").range(0.0, 2e6));
        let map = map.layer(regions).layer(points).colour_bar(bar).title("b");
        let saddle = (0..169).map(|k| f64::from(k % 13 - 6).powi(2) - f64::from(k / 13 - 6).powi(2)).collect();
        let saddle = Grid::new((-6.0, 6.0), (-600.0, 600.0), 13, 13, saddle);
        let line = Layer::curve((-60..=60).map(|k| [f64::from(k) / 10.0, 0.0]).collect()).named("f rises").outlined();
        let [x, y] = [Axis::linear("first variable"), Axis::linear("second variable")];
        let scene =
            Scene::new(x, y, Axis::linear("f"), saddle).layer(line).title("in space").tall(0.3).view(-60.0, 60.0);
        let classes = Axis::things("", ["gradient descent", "newton"].map(String::from).to_vec());
        let bars = Layer::boxes(vec![[0.0, 40.0, 0.1, 0.9], [0.0, 7.0, 1.1, 1.9]]).named("minimum");
        let counts = Layer::words(vec![([20.0, 0.5], "40".to_string())]).colour(Colour::WHITE);
        let errors = Layer::intervals(vec![[10.0, 0.2, 0.8]]).named("95 % interval").shifted(2.0);
        let split = Panel::new(Axis::linear("points"), classes).layer(bars).layer(counts).layer(errors).height(60.0);
        let split = split.title("a title that_is_far_too_long_for_one_line_and_has_a_word_too_long_for_any_line_of_this_width of the of the half of a picture of this width");
        let parts = [density, runtime, map].into_iter().map(Part::from).chain([Part::from(scene), Part::from(split)]);
        Figure::new(parts.collect()).columns(2).width(640.0).title("All of it").about("a < b")
    }

    /// Left, right, top and bottom of each horizontal text.
    fn boxes(document: &str) -> Vec<([f64; 4], String)> {
        let number = |line: &str, key: &str| {
            let rest = line.split_once(&format!(" {key}=\"")).expect("the key").1;
            rest.split('"').next().expect("a value").parse::<f64>().expect("a number")
        };
        let texts = document.lines().filter(|line| line.starts_with("<text") && !line.contains("rotate"));
        texts
            .map(|line| {
                let content = line.split(['>', '<']).nth(2).expect("content").to_string();
                let (x, y, width) = (number(line, "x"), number(line, "y"), svg::width(&content));
                let left = match () {
                    _ if line.contains("\"middle\"") => x - 0.5 * width,
                    _ if line.contains("\"end\"") => x - width,
                    _ => x,
                };
                ([left, left + width, y - 0.75 * FONT_SIZE, y + 0.2 * FONT_SIZE], content)
            })
            .collect()
    }

    #[test]
    fn no_text_leaves_the_picture_or_covers_another() {
        let figure = everything();
        let document = figure.to_svg();
        let height: f64 = document.split_once("height=\"").unwrap().1.split('"').next().unwrap().parse().unwrap();
        let boxes = boxes(&document);
        assert!(boxes.len() > 25, "{}", boxes.len());
        for (i, ([left, right, top, bottom], text)) in boxes.iter().enumerate() {
            assert!(*left >= 0.0 && *right <= 640.0 && *top >= 0.0 && *bottom <= height, "{text}: {left} {right}");
            for ([l, r, t, b], other) in &boxes[..i] {
                assert!(right <= l || r <= left || bottom <= t || b <= top, "\"{text}\" covers \"{other}\"");
            }
        }
        assert!(document.contains("a &lt; b"));
        assert_eq!(document, everything().to_svg());
    }

    /// Two of the three markers are on the axes; a line breaks where a value is missing, and once only.
    #[test]
    fn what_is_off_the_axes_or_missing_is_not_drawn() {
        let document = everything().to_svg();
        let markers = document.lines().find(|line| line.contains("#0072b2") && line.contains("l4 4l-4 4")).unwrap();
        assert_eq!(markers.matches("l4 4l-4 4").count(), 2);
        let gap = Layer::curve(vec![[0.0, 0.0], [1.0, 1.0], [2.0, f64::NAN], [3.0, 1.0], [4.0, 0.0]]);
        let document = Figure::new(vec![Panel::new(Axis::linear(""), Axis::linear("")).layer(gap)]).to_svg();
        let path = document.lines().find(|line| line.contains("stroke-width=\"1.5\"")).unwrap();
        let path = path.split('"').nth(1).unwrap();
        assert_eq!((path.matches('M').count(), path.matches('L').count()), (2, 2));
    }

    /// Unit squares with a hole, painted in order, in their own colours.
    #[test]
    fn regions_keep_their_order_and_their_holes() {
        let square = |a: f64, b: f64| vec![[a, a], [b, a], [b, b], [a, b]];
        let fill = |shade: u8| Colour(shade, shade, shade);
        let regions = vec![
            Region { rings: vec![square(0.0, 10.0)], fill: fill(1) },
            Region { rings: vec![square(2.0, 8.0), square(4.0, 6.0)], fill: fill(2) },
        ];
        let panel = Panel::new(Axis::linear(""), Axis::linear("")).layer(Layer::regions(regions));
        let document = Figure::new(vec![panel]).to_svg();
        let paths: Vec<&str> = document.lines().filter(|line| line.contains("fill=\"#0")).collect();
        assert!(document.contains("fill-rule=\"evenodd\""));
        assert!(paths[0].contains("#010101") && paths[0].matches('M').count() == 1);
        assert!(paths[1].contains("#020202") && paths[1].matches('M').count() == 2);
    }
}
