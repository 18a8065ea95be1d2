//! The three surfaces that every talk about training begins with, in space and as maps, from the registry.

use crate::picture::markers;
use landscape::eigenvectors;
use plot::{Axis, Colour, Dash, Figure, Grid, Layer, Panel, Part, Scene, levels};
use problems::{Instance, ReferenceKind, Registry};
use std::fmt::Write as _;

/// One surface, and the part of it that is shown.
struct View {
    name: &'static str,
    problem: &'static str,
    params: &'static str,
    title: &'static str,
    x: (f64, f64),
    y: (f64, f64),
    /// Nodes along each side: a multiple of 4, which is the mesh, and one more.
    nodes: usize,
    /// Height of the box for a width of 1.
    tall: f64,
    /// Azimuth and elevation of the viewer, in degrees.
    from: (f64, f64),
    /// Length of the lines along eigenvectors, as a share of the picture; none where they would cover everything.
    reach: Option<f64>,
}

const VIEWS: [View; 3] = [
    View {
        name: "surface_bowl",
        problem: "quadratic",
        params: "condition = 2.0",
        title: "A convex bowl: one minimum",
        x: (-1.0, 1.0),
        y: (-1.0, 1.0),
        nodes: 61,
        tall: 0.6,
        from: (-55.0, 50.0),
        reach: Some(0.5),
    },
    View {
        name: "surface_valleys",
        problem: "rastrigin",
        params: "",
        title: "Many valleys of different depth",
        x: (-1.6, 1.6),
        y: (-1.6, 1.6),
        nodes: 81,
        tall: 0.4,
        from: (-60.0, 60.0),
        reach: None,
    },
    View {
        name: "surface_saddle",
        problem: "classical_saddle",
        params: "",
        title: "A saddle: up one way, down the other",
        x: (-1.0, 1.0),
        y: (-2.0, 2.0),
        nodes: 61,
        tall: 0.7,
        from: (-60.0, 32.0),
        reach: Some(0.5),
    },
];

/// A picture by its name without extension, and the numbers in it.
pub struct Surface {
    /// Such as `surface_saddle`.
    pub name: &'static str,
    /// The picture.
    pub svg: String,
    /// What is plotted.
    pub csv: String,
}

/// All of them.
pub fn surfaces() -> Vec<Surface> {
    let registry = Registry::builtin();
    VIEWS.iter().map(|view| drawn(view, &registry)).collect()
}

fn drawn(view: &View, registry: &Registry) -> Surface {
    let entry = registry.get(view.problem).expect("a shipped problem");
    let params = view.params.parse().expect("parameters are TOML");
    let instance = entry.build(&params).expect("parameters of the problem");
    let (x, y, nodes) = (view.x, view.y, view.nodes);
    let at = |(lower, upper): (f64, f64), k: usize| lower + (upper - lower) * (k as f64 / (nodes - 1) as f64);
    let points: Vec<f64> = (0..nodes * nodes).flat_map(|k| [at(x, k % nodes), at(y, k / nodes)]).collect();
    let mut values = vec![0.0; nodes * nodes];
    instance.objective.evaluator().values(&points, &mut values);
    let least = instance.reference.filter(|reference| reference.kind == ReferenceKind::Minimum);
    let levels = levels(&values, least.map(|reference| reference.value));
    let csv = data(&instance, &points, &values, view);

    let grid = Grid::new(x, y, nodes, nodes, values);
    let (contours, bar) = grid.contours(&levels.values, &levels.labels, levels.title);
    let [x_axis, y_axis] = [Axis::linear("x₁").range(x.0, x.1), Axis::linear("x₂").range(y.0, y.1)];
    let mut scene = Scene::new(x_axis.clone(), y_axis.clone(), Axis::linear("f"), grid)
        .view(view.from.0, view.from.1)
        .tall(view.tall)
        .levels(&levels.values);
    let mut map = Panel::new(x_axis, y_axis).ratio(1.0).layer(contours.tolerance(0.15)).colour_bar(bar);
    let lines = view.reach.map(|reach| directions(&instance, view, reach)).unwrap_or_default();
    for layer in lines.into_iter().chain(markers(&instance, x, y)) {
        // The legend stands once, below the map.
        scene = scene.layer(layer.clone().unnamed());
        map = map.layer(layer);
    }
    let about = format!("{}, in space and as a map: {}", view.title, instance.label());
    let title = format!("{} ({})", view.title, instance.label());
    let figure = Figure::new(vec![Part::from(scene), Part::from(map)]).width(800.0).title(title).about(about);
    Surface { name: view.name, svg: figure.to_svg(), csv }
}

/// Eigenvalue, and unit eigenvector in the plane, of the Hessian at a point: the least first.
fn axes(instance: &Instance, x: &[f64]) -> Vec<(f64, [f64; 2])> {
    let mut hessian = vec![0.0; 4];
    instance.objective.evaluator().hessian(x, &mut hessian);
    let (eigenvalues, vectors) = eigenvectors(&hessian, 2).expect("a finite Hessian");
    eigenvalues.into_iter().zip(vectors.chunks(2).map(|v| [v[0], v[1]])).collect()
}

/// Lines through the known points along the eigenvectors, by the sign of the curvature.
fn directions(instance: &Instance, view: &View, reach: f64) -> Vec<Layer> {
    let half = [view.x, view.y].map(|(lower, upper)| reach * (upper - lower));
    let kinds = [
        ("eigenvector, f rises along it", 1.0, Colour(213, 94, 0), Dash::Solid),
        ("eigenvector, f falls along it", -1.0, Colour::INK, Dash::Dashed),
    ];
    let layers = kinds.into_iter().filter_map(|(name, sign, colour, dash)| {
        let mut line = Vec::new();
        for point in &instance.known_points {
            let of_sign = axes(instance, &point.x).into_iter().filter(|(value, _)| value * sign > 0.0);
            for (_, [vx, vy]) in of_sign {
                // As far as the picture goes along this direction.
                let length = (half[0] / vx.abs()).min(half[1] / vy.abs());
                let steps = (-100..=100).map(|k| f64::from(k) / 100.0 * length);
                line.extend(steps.map(|t| [point.x[0] + t * vx, point.x[1] + t * vy]));
                line.push([f64::NAN; 2]);
            }
        }
        (!line.is_empty()).then(|| Layer::curve(line).named(name).colour(colour).dash(dash).width(1.8).outlined())
    });
    layers.collect()
}

/// The nodes of the grid, and each known point in view with its eigenvectors.
fn data(instance: &Instance, points: &[f64], values: &[f64], view: &View) -> String {
    let mut text = "what,x1,x2,f,eigenvalue,direction1,direction2\n".to_string();
    let within = |value: f64, (lower, upper): (f64, f64)| (lower..=upper).contains(&value);
    let seen = instance.known_points.iter().filter(|p| within(p.x[0], view.x) && within(p.x[1], view.y));
    for point in seen {
        for (eigenvalue, [vx, vy]) in axes(instance, &point.x) {
            let (x, y, f) = (point.x[0], point.x[1], point.value);
            let _ = writeln!(text, "critical point of index {},{x},{y},{f},{eigenvalue},{vx},{vy}", point.n_neg);
        }
    }
    for (point, value) in points.chunks(2).zip(values) {
        let _ = writeln!(text, "grid,{},{},{value},,,", point[0], point[1]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the picture of the saddle is for: index 1, the values along the eigenvectors go up one way and down the
    /// other, evenly (smooth: second differences of one sign), and both lines are drawn in both parts.
    #[test]
    fn the_saddle_goes_up_one_way_and_down_the_other() {
        let registry = Registry::builtin();
        let view = VIEWS.iter().find(|view| view.name == "surface_saddle").unwrap();
        let instance = registry.get(view.problem).unwrap().build(&view.params.parse().unwrap()).unwrap();
        let [(down, v), (up, u)] = axes(&instance, &instance.known_points[0].x)[..] else { panic!("a plane") };
        assert!(down < 0.0 && up > 0.0 && (v[0] * u[0] + v[1] * u[1]).abs() < 1e-15);
        for (sign, direction) in [(-1.0, v), (1.0, u)] {
            let points: Vec<f64> =
                (0..=20).flat_map(|k| direction.map(|part| part * f64::from(k - 10) * 0.05)).collect();
            let mut values = vec![0.0; 21];
            instance.objective.evaluator().values(&points, &mut values);
            assert!(values.windows(3).all(|f| sign * (f[0] - 2.0 * f[1] + f[2]) > 0.0), "{values:?}");
        }
        let svg = drawn(view, &registry).svg;
        assert_eq!(svg.matches("#d55e00").count(), 3, "scene, map and legend");
    }

    /// Data and picture are of the same numbers: every node is there with the value of the problem.
    #[test]
    fn data_has_every_node_and_point_twice_the_same() {
        let twice = [surfaces(), surfaces()];
        for (one, other) in twice[0].iter().zip(&twice[1]) {
            assert_eq!((&one.svg, &one.csv), (&other.svg, &other.csv));
            let nodes = VIEWS.iter().find(|view| view.name == one.name).unwrap().nodes;
            assert_eq!(one.csv.lines().filter(|line| line.starts_with("grid,")).count(), nodes * nodes);
            assert!(one.svg.len() < 600_000, "{}: {} bytes", one.name, one.svg.len());
        }
        // Rastrigin's minima with both coordinates near -1, 0 or 1, two eigenvectors each.
        assert_eq!(twice[0][1].csv.matches("critical point of index 0").count(), 2 * 9);
    }
}
