//! A way bent around obstacles: the quadratic Bezier curve of least mean loss between two points.

use autodiff::{Evaluator, Geometry, Stream};

use super::{BATCH, Barrier, Curve, Segment, barrier};
use crate::lbfgs::minimise;
use crate::model::norm;
use crate::tangent::dot;

/// Share of the starting mean slope at which the minimisation has arrived.
const SLOPE_SHARE: f64 = 1e-9;

/// The first step of the minimisation, as a share of the distance between the ends.
const FIRST_STEP: f64 = 0.1;

/// How a path is bent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bezier {
    /// Places of the path that the mean is taken over: `t_k = (k + 1/2) / nodes`.
    pub nodes: usize,
    /// Steps of the minimisation, at most.
    pub iterations: usize,
    /// The middle of the straight way is a symmetric point of many surfaces, from where no slope leads to either side;
    /// the control point sets out this share of the distance between the ends beside it, in a random direction.
    pub nudge: f64,
    /// Places of the grid that the barrier is looked for on.
    pub samples: usize,
}

impl Default for Bezier {
    fn default() -> Self {
        Bezier { nodes: 32, iterations: 200, nudge: 1e-3, samples: 51 }
    }
}

/// The curve `(1 - t)^2 a + 2 t (1 - t) c + t^2 b`; on a sphere, the same scaled to its radius.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadratic {
    /// The surface.
    pub geometry: Geometry,
    /// Where it begins, a (dim,).
    pub from: Vec<f64>,
    /// The control point, c (dim,), which it bends towards.
    pub control: Vec<f64>,
    /// Where it ends, b (dim,).
    pub to: Vec<f64>,
}

impl Curve for Quadratic {
    fn dim(&self) -> usize {
        self.from.len()
    }

    fn point(&self, t: f64, out: &mut [f64]) {
        at(&self.from, &self.control, &self.to, t, out);
        self.geometry.retract(out);
    }
}

/// What bending a path has led to.
#[derive(Clone, Debug, PartialEq)]
pub struct BentPath {
    /// The path of least mean.
    pub curve: Quadratic,
    /// Mean of f over the nodes along the path, the least found.
    pub mean: f64,
    /// The barrier along it. The mean being least does not make the maximum so: it can be above the straight one.
    pub barrier: Barrier,
    /// The barrier along the straight way.
    pub straight: Barrier,
    /// The least barrier of all: along the straight way, this path, or the path of least largest node that the minimisation
    /// met. Never above `straight`.
    pub lowest: Barrier,
    /// The path that it is along.
    pub lowest_curve: Quadratic,
    /// Steps of the minimisation.
    pub iterations: usize,
    /// Gradients evaluated by it.
    pub n_gradients: u64,
    /// Values evaluated for the barriers.
    pub n_values: u64,
}

/// Bends the way between `from` and `to` (dim,) until the mean of f along it is least (Garipov et al. 2018, "Loss
/// surfaces, mode connectivity, and fast ensembling of DNNs"): minimises `1/K sum_k f(phi(t_k))` over the control
/// point, whose gradient is `1/K sum_k 2 t_k (1 - t_k) grad f(phi(t_k))`, by L-BFGS over fixed nodes.
///
/// # Errors
/// Opposite points of a sphere.
pub fn bezier(
    eval: &mut Evaluator,
    from: &[f64],
    to: &[f64],
    settings: &Bezier,
    stream: &mut Stream,
) -> Result<BentPath, String> {
    assert!(settings.nodes > 0, "a mean over places of the path");
    let geometry = *eval.objective().geometry();
    let dim = from.len();
    let way = Segment::new(&geometry, from, to)?;
    let straight = barrier(eval, &way, settings.samples);
    let middle: Vec<f64> = from.iter().zip(to).map(|(a, b)| 0.5 * (a + b)).collect();
    let beside = stream.on_sphere(dim, settings.nudge * way.length());
    let mut mean = MeanLoss::new(eval, from, to, settings.nodes);
    let mut grad = vec![0.0; dim];
    mean.evaluate(&middle, &mut grad);
    let mut control: Vec<f64> = middle.iter().zip(&beside).map(|(m, b)| m + b).collect();
    mean.evaluate(&control, &mut grad);
    // Where both are level by chance, the first step is what the path gains.
    let tolerance = SLOPE_SHARE * norm(&grad);
    let first_step = FIRST_STEP * way.length();
    let iterations =
        minimise(|c, grad| mean.evaluate(c, grad), &mut control, first_step, tolerance, settings.iterations, |_| {});
    let lowest = mean.lowest.1.clone();
    let mean_loss = mean.evaluate(&control, &mut grad);
    let curve = |control: Vec<f64>| Quadratic { geometry, from: from.to_vec(), control, to: to.to_vec() };
    let (best, met) = (curve(control), curve(lowest));
    let mut path = BentPath {
        mean: mean_loss,
        barrier: barrier(mean.eval, &best, settings.samples),
        straight,
        lowest: straight,
        lowest_curve: curve(middle),
        curve: best,
        iterations,
        n_gradients: mean.n_gradients,
        n_values: 0,
    };
    let met_barrier = barrier(mean.eval, &met, settings.samples);
    path.n_values = [straight, path.barrier, met_barrier].iter().map(|barrier| barrier.n_values).sum();
    for (curve, barrier) in [(&path.curve, path.barrier), (&met, met_barrier)] {
        if barrier.height < path.lowest.height {
            (path.lowest_curve, path.lowest) = (curve.clone(), barrier);
        }
    }
    Ok(path)
}

fn at(from: &[f64], control: &[f64], to: &[f64], t: f64, out: &mut [f64]) {
    let (a, c, b) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
    for (i, x) in out.iter_mut().enumerate() {
        *x = a * from[i] + c * control[i] + b * to[i];
    }
}

/// The mean of f over the nodes of a path, as a function of its control point.
struct MeanLoss<'c, 'e, 'o> {
    eval: &'e mut Evaluator<'o>,
    from: &'c [f64],
    to: &'c [f64],
    nodes: usize,
    points: Vec<f64>,
    grads: Vec<f64>,
    values: Vec<f64>,
    /// Least largest value among the nodes so far, and the control point of it.
    lowest: (f64, Vec<f64>),
    n_gradients: u64,
}

impl<'c, 'e, 'o> MeanLoss<'c, 'e, 'o> {
    fn new(eval: &'e mut Evaluator<'o>, from: &'c [f64], to: &'c [f64], nodes: usize) -> Self {
        let (dim, batch) = (from.len(), nodes.min(BATCH));
        let middle = from.iter().zip(to).map(|(a, b)| 0.5 * (a + b)).collect();
        MeanLoss {
            eval,
            from,
            to,
            nodes,
            points: vec![0.0; dim * batch],
            grads: vec![0.0; dim * batch],
            values: vec![0.0; batch],
            lowest: (f64::INFINITY, middle),
            n_gradients: 0,
        }
    }

    fn evaluate(&mut self, control: &[f64], grad: &mut [f64]) -> f64 {
        let geometry = *self.eval.objective().geometry();
        let (dim, weight) = (control.len(), 1.0 / self.nodes as f64);
        let node = |k: usize| (k as f64 + 0.5) * weight;
        grad.fill(0.0);
        let (mut mean, mut largest) = (0.0, f64::NEG_INFINITY);
        let batch = self.values.len();
        let mut scales = vec![1.0; batch];
        for first in (0..self.nodes).step_by(batch) {
            let count = batch.min(self.nodes - first);
            let places = self.points[..count * dim].chunks_exact_mut(dim);
            for ((k, point), scale) in places.enumerate().zip(&mut scales) {
                at(self.from, control, self.to, node(first + k), point);
                if let Geometry::Sphere { radius } = geometry {
                    *scale = radius / norm(point);
                    geometry.retract(point);
                }
            }
            let (points, grads) = (&self.points[..count * dim], &mut self.grads[..count * dim]);
            self.eval.gradients(points, &mut self.values[..count], grads);
            let slopes = points.chunks_exact(dim).zip(grads.chunks_exact_mut(dim));
            for (((k, (point, slope)), value), scale) in slopes.enumerate().zip(&self.values).zip(&scales) {
                // x = r c / |c| moves by r/|c| times the part of a displacement of c that is tangent.
                geometry.project(point, slope);
                let t = node(first + k);
                let factor = weight * 2.0 * t * (1.0 - t) * scale;
                grad.iter_mut().zip(slope.iter()).for_each(|(g, s)| *g += factor * s);
                mean += weight * value;
                largest = if *value > largest || value.is_nan() { *value } else { largest };
            }
        }
        self.n_gradients += self.nodes as u64;
        if largest < self.lowest.0 {
            self.lowest = (largest, control.to_vec());
        }
        if dot(grad, grad).is_finite() { mean } else { f64::NAN }
    }
}
