//! A surface of two variables as contours, with its known critical points.

use landscape::{Class, Criteria, inertia, tangent_spectrum, zero_tolerance};
use plot::{Axis, Colour, Figure, Grid, Layer, Panel, Shape, levels};
use problems::{Entry, Instance, KnownPoint, ReferenceKind};
use runner::facts;

/// Bytes of a picture at most.
pub const MOST_BYTES: usize = 60_000;

/// Nodes along each side of the grid: 1.3 to a pixel.
const NODES: usize = 401;

/// Surfaces whose features are too fine for a picture of the whole domain, and the square that is shown.
const VIEWS: [(&str, (f64, f64)); 4] = [
    ("ackley", (-4.0, 4.0)),
    ("griewank", (-15.0, 15.0)),
    ("auer_neuron", (-15.0, 15.0)),
    ("random_field", (-3.0, 3.0)),
];

/// A picture and what has to be said below it.
pub struct Picture {
    /// The SVG file.
    pub svg: String,
    /// What is seen, on which part, with which levels.
    pub caption: String,
}

/// The surface of this problem that has two variables: at the defaults, else with `dim = 2`, else one of its cases.
pub fn planar(entry: &Entry) -> Option<Instance> {
    let by_dim = entry.params.iter().any(|param| param.name == "dim").then_some("dim = 2");
    let choices = [""].into_iter().chain(by_dim).chain(entry.cases.iter().copied());
    let built = choices.filter_map(|params| entry.build(&params.parse().ok()?).ok());
    let is_planar = |instance: &Instance| {
        instance.dim == 2 && instance.objective.geometry().tangent_dim(2) == 2 && instance.motion.is_none()
    };
    built.into_iter().find(is_planar)
}

/// Its contours.
pub fn picture(instance: &Instance) -> Picture {
    let view = VIEWS.iter().find(|(name, _)| *name == instance.name).map(|(_, view)| *view);
    let side = |i: usize| view.unwrap_or((instance.domain.lower[i], instance.domain.upper[i]));
    let (x, y) = (side(0), side(1));
    let at = |(lower, upper): (f64, f64), k: usize| lower + (upper - lower) * (k as f64 / (NODES - 1) as f64);
    let points: Vec<f64> = (0..NODES * NODES).flat_map(|k| [at(x, k % NODES), at(y, k / NODES)]).collect();
    let mut values = vec![0.0; NODES * NODES];
    instance.objective.evaluator().on_all_threads().values(&points, &mut values);
    let least = instance.reference.filter(|reference| reference.kind == ReferenceKind::Minimum);
    let levels = levels(&values, least.map(|reference| reference.value));

    let grid = Grid::new(x, y, NODES, NODES, values);
    let (contours, bar) = grid.contours(&levels.values, &levels.labels, levels.title);
    let marks = markers(instance, x, y);
    let draw = |tolerance: f64| {
        let mut panel = Panel::new(Axis::linear("x₁").range(x.0, x.1), Axis::linear("x₂").range(y.0, y.1))
            .equal_units()
            .layer(contours.clone().tolerance(tolerance))
            .colour_bar(bar.clone());
        for layer in &marks {
            panel = panel.layer(layer.clone());
        }
        Figure::new(vec![panel]).about(format!("Contours of {}", instance.label())).to_svg()
    };
    // As near to the true lines as the size of the file allows; half a pixel is still not seen.
    let tolerances = [0.1, 0.15, 0.2, 0.3, 0.5];
    let svg = tolerances.map(draw).into_iter().find(|svg| svg.len() <= MOST_BYTES).unwrap_or_else(|| draw(1.0));
    let part = if view.is_some() { ", a part of its domain" } else { "" };
    Picture { svg, caption: format!("`{}`{part}; {}.", instance.label(), levels.about) }
}

/// The known points in view, one layer for each class.
pub fn markers(instance: &Instance, x: (f64, f64), y: (f64, f64)) -> Vec<Layer> {
    let classes = [
        (Class::Minimum, "minimum", Shape::Circle, Colour::WHITE),
        (Class::Saddle, "saddle", Shape::Diamond, Colour(245, 130, 32)),
        (Class::Maximum, "maximum", Shape::Triangle, Colour(214, 39, 40)),
        (Class::Degenerate, "degenerate", Shape::Square, Colour(214, 150, 220)),
    ];
    let is_seen = |p: &[f64]| (x.0..=x.1).contains(&p[0]) && (y.0..=y.1).contains(&p[1]);
    let seen: Vec<_> = instance.known_points.iter().filter(|point| is_seen(&point.x)).collect();
    let class_of = |point: &KnownPoint| facts::class(point, instance).unwrap_or_else(|| measured(point, instance));
    let size = if seen.len() > 60 { 2.0 } else { 4.5 };
    let layers = classes.into_iter().filter_map(|(class, name, shape, colour)| {
        let of_class = seen.iter().filter(|point| class_of(point) == class);
        let points: Vec<[f64; 2]> = of_class.map(|point| [point.x[0], point.x[1]]).collect();
        let name = format!("{name} ({})", points.len());
        (!points.is_empty()).then(|| Layer::markers(points, shape).named(name).colour(colour).width(size))
    });
    layers.collect()
}

/// The class of a point whose nullity nobody has declared, by its Hessian.
fn measured(point: &KnownPoint, instance: &Instance) -> Class {
    let spectrum = tangent_spectrum(&mut instance.objective.evaluator(), &point.x);
    // The point is known to rounding, and a zero eigenvalue moves with it: a thousand times the error of eigenvalues.
    let zero = 1e3 * zero_tolerance(&spectrum, &Criteria::default());
    Class::of_critical(inertia(&spectrum, zero), instance.zero_modes)
}
