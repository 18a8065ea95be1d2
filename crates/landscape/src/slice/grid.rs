//! Values over a line or a plane through a point, and a trajectory seen in that plane.

use autodiff::Evaluator;

use crate::model::norm;
use crate::tangent::{add, dot};

/// Values at `origin + s direction` (dim,) for each s; on a sphere, at that point scaled back to the radius.
pub fn line_values(eval: &mut Evaluator, origin: &[f64], direction: &[f64], steps: &[f64]) -> Vec<f64> {
    let dim = origin.len();
    let geometry = *eval.objective().geometry();
    let mut points = Vec::with_capacity(steps.len() * dim);
    for step in steps {
        points.extend(origin.iter().zip(direction).map(|(x, d)| x + step * d));
    }
    points.chunks_exact_mut(dim).for_each(|point| geometry.retract(point));
    let mut values = vec![0.0; steps.len()];
    eval.values(&points, &mut values);
    values
}

/// The plane `origin + a first + b second`.
#[derive(Clone, Debug)]
pub struct Plane {
    origin: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
}

/// A point of a trajectory as the plane sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projected {
    /// Coordinates (a, b) of the nearest point of the plane.
    pub at: [f64; 2],
    /// **The loss at the point itself**, the height to draw it at.
    pub value: f64,
    /// The loss at the nearest point of the plane, which is another point: off the plane the surface says nothing about
    /// the trajectory.
    pub value_in_plane: f64,
    /// Distance between the two.
    pub off_plane: f64,
}

impl Plane {
    /// The plane through `origin` (dim,) along two directions (dim,), which need not be units nor at right angles.
    ///
    /// # Errors
    /// Directions that are parallel, or zero.
    pub fn new(origin: Vec<f64>, first: Vec<f64>, second: Vec<f64>) -> Result<Self, String> {
        assert!(first.len() == origin.len() && second.len() == origin.len(), "directions of {} numbers", origin.len());
        let (aa, bb, ab) = (dot(&first, &first), dot(&second, &second), dot(&first, &second));
        // The sine of the angle between them, squared, as far as rounding tells it from zero.
        let has_area = aa * bb - ab * ab > f64::EPSILON.sqrt() * aa * bb;
        if !has_area {
            return Err(
                "two parallel directions (or a zero one) span no plane; give another second direction".to_string()
            );
        }
        Ok(Plane { origin, first, second })
    }

    /// The point (dim,) of the plane, on a sphere scaled back to the radius of the surface.
    pub fn point(&self, eval: &Evaluator, a: f64, b: f64) -> Vec<f64> {
        let mut point = self.origin.clone();
        add(&mut point, a, &self.first);
        add(&mut point, b, &self.second);
        eval.objective().geometry().retract(&mut point);
        point
    }

    /// Values at all (a, b), row by row: `values[j * a.len() + i]` is that at `(a[i], b[j])`. One batch per row.
    pub fn values(&self, eval: &mut Evaluator, a: &[f64], b: &[f64]) -> Vec<f64> {
        let dim = self.origin.len();
        let mut points = vec![0.0; a.len() * dim];
        let mut values = vec![0.0; a.len() * b.len()];
        if a.is_empty() {
            return values;
        }
        for (b, row) in b.iter().zip(values.chunks_exact_mut(a.len())) {
            for (a, point) in a.iter().zip(points.chunks_exact_mut(dim)) {
                point.copy_from_slice(&self.point(eval, *a, *b));
            }
            eval.values(&points, row);
        }
        values
    }

    /// The points (k x dim) of a trajectory: where the plane is nearest to each, and how high each truly is.
    ///
    /// Coordinates solve the least-squares problem `min |x - origin - a first - b second|`. Drawing a trajectory at the
    /// height of the surface below it is the well-known trap of such pictures; both heights are given, and the distance
    /// between the two points.
    pub fn project(&self, eval: &mut Evaluator, points: &[f64]) -> Vec<Projected> {
        let dim = self.origin.len();
        assert!(points.len().is_multiple_of(dim), "points of {dim} numbers");
        let (aa, bb) = (dot(&self.first, &self.first), dot(&self.second, &self.second));
        let ab = dot(&self.first, &self.second);
        let area = aa * bb - ab * ab;
        let mut values = vec![0.0; points.len() / dim];
        eval.values(points, &mut values);
        let seen = |(x, value): (&[f64], f64)| {
            let from: Vec<f64> = x.iter().zip(&self.origin).map(|(x, o)| x - o).collect();
            let (ra, rb) = (dot(&from, &self.first), dot(&from, &self.second));
            let at = [(bb * ra - ab * rb) / area, (aa * rb - ab * ra) / area];
            let below = self.point(eval, at[0], at[1]);
            let off_plane = norm(&below.iter().zip(x).map(|(b, x)| b - x).collect::<Vec<_>>());
            Projected { at, value, value_in_plane: eval.value(&below), off_plane }
        };
        points.chunks_exact(dim).zip(values).map(seen).collect()
    }
}
