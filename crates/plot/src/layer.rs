//! What a panel shows: one kind of mark for a set of data.

use crate::colour::{Colour, PALETTE};

/// Marks of one kind and one look, with a name for the legend or none.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub(crate) marks: Marks,
    pub(crate) colour: Colour,
    pub(crate) width: f64,
    pub(crate) dash: Dash,
    pub(crate) shift: f64,
    pub(crate) is_outlined: bool,
    pub(crate) name: Option<String>,
}

/// The marks themselves, in the units of the data.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Marks {
    /// A line through points; it breaks where one is missing (NaN).
    Curve(Vec<[f64; 2]>),
    /// A translucent area between two lines: (x, lower, upper).
    Band(Vec<[f64; 3]>),
    /// One bar between each two of the edges, from 0.
    Bars { edges: Vec<f64>, heights: Vec<f64> },
    /// Points, each the same shape.
    Markers { points: Vec<[f64; 2]>, shape: Shape },
    /// Upright lines with caps: (x, lower, upper).
    Intervals(Vec<[f64; 3]>),
    /// Rectangles: (left, right, bottom, top).
    Boxes(Vec<[f64; 4]>),
    /// Words, their middle at a point.
    Words(Vec<([f64; 2], String)>),
    /// Filled areas, later ones over earlier ones.
    Regions { regions: Vec<Region>, tolerance: f64 },
}

/// An area with holes: inside where an odd number of its closed lines goes around.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// The closed lines.
    pub rings: Vec<Vec<[f64; 2]>>,
    /// Its colour.
    pub fill: Colour,
}

/// The shape of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A round dot.
    Circle,
    /// A square on its corner.
    Diamond,
    /// A triangle that points up.
    Triangle,
    /// A square.
    Square,
    /// A house with its tip up.
    Pentagon,
    /// A triangle that points down.
    Down,
}

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    Solid,
    /// Strokes.
    Dashed,
    /// Dots.
    Dotted,
    /// A stroke and a dot in turn.
    DashDot,
    /// Long strokes.
    Long,
}

impl Dash {
    const ALL: [Dash; 5] = [Dash::Solid, Dash::Dashed, Dash::DashDot, Dash::Dotted, Dash::Long];

    /// Lengths of strokes and blanks, in pixels; empty for an unbroken line.
    pub(crate) fn lengths(self) -> &'static str {
        match self {
            Dash::Solid => "",
            Dash::Dashed => "5 3",
            Dash::Dotted => "1.5 2.5",
            Dash::DashDot => "7 2.5 1.5 2.5",
            Dash::Long => "11 3",
        }
    }
}

impl Shape {
    /// All of them.
    pub const ALL: [Shape; 6] =
        [Shape::Circle, Shape::Square, Shape::Triangle, Shape::Diamond, Shape::Pentagon, Shape::Down];

    /// The outline around `(x, y)` in user units; `size` is half its height.
    pub(crate) fn path(self, size: f64) -> String {
        let (r, d) = (crate::svg::coordinate(size), crate::svg::coordinate(2.0 * size));
        match self {
            Shape::Circle => format!("m-{r} 0a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z"),
            Shape::Diamond => format!("m0-{r}l{r} {r}l-{r} {r}l-{r}-{r}z"),
            Shape::Triangle => format!("m0-{r}l{r} {d}h-{d}z"),
            Shape::Pentagon => {
                let [rise, side, fall, base] = [0.75, 0.38, 1.25, 1.24].map(|part| crate::svg::coordinate(part * size));
                format!("m0-{r}l{r} {rise}l-{side} {fall}h-{base}l-{side}-{fall}z")
            }
            Shape::Down => format!("m0 {r}l{r}-{d}h-{d}z"),
            Shape::Square => format!("m-{r}-{r}h{d}v{d}h-{d}z"),
        }
    }
}

impl Layer {
    fn new(marks: Marks, width: f64) -> Self {
        Layer { marks, colour: PALETTE[0], width, dash: Dash::Solid, shift: 0.0, is_outlined: false, name: None }
    }

    /// A line through `points`; it breaks at a point that is not a number.
    pub fn curve(points: Vec<[f64; 2]>) -> Self {
        Layer::new(Marks::Curve(points), 1.5)
    }

    /// A line that keeps each y until the next x: a distribution function.
    pub fn steps(points: &[[f64; 2]]) -> Self {
        let corners = points.windows(2).flat_map(|pair| [pair[0], [pair[1][0], pair[0][1]]]);
        Layer::curve(corners.chain(points.last().copied()).collect())
    }

    /// A translucent area between lower and upper lines: entries (x, lower, upper).
    pub fn band(points: Vec<[f64; 3]>) -> Self {
        Layer::new(Marks::Band(points), 0.0)
    }

    /// A band that keeps its sides until the next x.
    pub fn step_band(points: &[[f64; 3]]) -> Self {
        let corners = points.windows(2).flat_map(|pair| [pair[0], [pair[1][0], pair[0][1], pair[0][2]]]);
        Layer::band(corners.chain(points.last().copied()).collect())
    }

    /// Bars from 0 to `heights[i]` between `edges[i]` and `edges[i + 1]`: a histogram.
    ///
    /// # Panics
    /// Unless there is one more edge than heights.
    pub fn bars(edges: Vec<f64>, heights: Vec<f64>) -> Self {
        assert_eq!(edges.len(), heights.len() + 1, "one more edge than bars");
        Layer::new(Marks::Bars { edges, heights }, 0.5)
    }

    /// Markers of one shape; [`Layer::width`] is then half their height.
    pub fn markers(points: Vec<[f64; 2]>, shape: Shape) -> Self {
        Layer::new(Marks::Markers { points, shape }, 4.0)
    }

    /// Intervals as upright lines with caps: entries (x, lower, upper).
    pub fn intervals(points: Vec<[f64; 3]>) -> Self {
        Layer::new(Marks::Intervals(points), 1.2)
    }

    /// Rectangles: entries (left, right, bottom, top).
    pub fn boxes(boxes: Vec<[f64; 4]>) -> Self {
        Layer::new(Marks::Boxes(boxes), 0.8)
    }

    /// Words in the colour of the layer, the middle of each at its point.
    pub fn words(words: Vec<([f64; 2], String)>) -> Self {
        Layer::new(Marks::Words(words), 0.0)
    }

    /// Filled areas in their own colours: contours, or the faces of a surface seen in space.
    pub fn regions(regions: Vec<Region>) -> Self {
        Layer::new(Marks::Regions { regions, tolerance: 0.1 }, 0.4)
    }

    /// Its name in the legend.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Without a place in the legend.
    pub fn unnamed(mut self) -> Self {
        self.name = None;
        self
    }

    /// Its colour.
    pub fn colour(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }

    /// Width of its line, or half the height of its markers, in pixels at natural size.
    pub fn width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    /// How its line is broken.
    pub fn dash(mut self, dash: Dash) -> Self {
        self.dash = dash;
        self
    }

    /// The look of the `i`-th of several series: a colour, and a dash or a shape that tells it apart without colours.
    pub fn series(mut self, i: usize) -> Self {
        (self.colour, self.dash) = (PALETTE[i % PALETTE.len()], Dash::ALL[i % Dash::ALL.len()]);
        match &mut self.marks {
            Marks::Markers { shape, .. } => *shape = Shape::ALL[i % Shape::ALL.len()],
            Marks::Intervals(_) => self.dash = Dash::Solid,
            _ => {}
        }
        self
    }

    /// A curve on a pale ground of its own: it is seen on every colour.
    pub fn outlined(mut self) -> Self {
        self.is_outlined = true;
        self
    }

    /// Drawn so many pixels to the right of its place: marks of several series at one x stand beside each other.
    pub fn shifted(mut self, pixels: f64) -> Self {
        self.shift = pixels;
        self
    }

    /// For regions: how far, in pixels, a drawn outline may be from the true one. More makes smaller files.
    pub fn tolerance(mut self, pixels: f64) -> Self {
        if let Marks::Regions { tolerance, .. } = &mut self.marks {
            *tolerance = pixels;
        }
        self
    }

    /// Everything that has to fit on the axes, as points.
    pub(crate) fn extent(&self) -> Vec<[f64; 2]> {
        match &self.marks {
            Marks::Curve(points) | Marks::Markers { points, .. } => points.clone(),
            Marks::Words(words) => words.iter().map(|(point, _)| *point).collect(),
            Marks::Boxes(boxes) => boxes.iter().flat_map(|&[x0, x1, y0, y1]| [[x0, y0], [x1, y1]]).collect(),
            Marks::Intervals(points) | Marks::Band(points) => {
                points.iter().flat_map(|&[x, lower, upper]| [[x, lower], [x, upper]]).collect()
            }
            Marks::Bars { edges, heights } => {
                let tops = edges.iter().zip(heights.iter().chain(heights.last()));
                tops.flat_map(|(&x, &height)| [[x, 0.0], [x, height]]).collect()
            }
            Marks::Regions { regions, .. } => {
                regions.iter().flat_map(|region| region.rings.iter().flatten().copied()).collect()
            }
        }
    }
}
