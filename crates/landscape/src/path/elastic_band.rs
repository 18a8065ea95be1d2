//! A chain of points relaxed onto the path of least height between two minima; its peaks climb to the saddles.

use autodiff::{Evaluator, Geometry};

use super::fire::Fire;
use super::{Curve, grid};
use crate::certificate::{Certificate, certify};
use crate::class::Class;
use crate::criteria::Criteria;
use crate::model::norm;
use crate::polish::{Polished, polish};
use crate::tangent::dot;

/// The first displacement, as a share of the distance between neighbours.
const FIRST_MOVE: f64 = 0.02;

/// No image moves farther than this share of that distance at once.
const LONGEST_MOVE: f64 = 0.2;

/// Peaks begin to climb when the largest force is below this share of the largest slope at the start ...
const CLIMB_SHARE: f64 = 0.05;

/// ... or after this share of the iterations.
const CLIMB_AFTER: f64 = 0.25;

/// How a band is relaxed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Points between the two ends.
    pub images: usize,
    /// Strength of the springs in units of `8 (max f - min f) / L^2`, the curvature of a parabola as high as the path
    /// is over half its length L.
    pub spring: f64,
    /// Steps of the relaxation, at most.
    pub iterations: usize,
    /// Relaxed when no force is larger than this share of the largest slope at the start.
    pub force_share: f64,
}

impl Default for Band {
    fn default() -> Self {
        Band { images: 15, spring: 1.0, iterations: 2000, force_share: 1e-3 }
    }
}

/// A peak of the relaxed band.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Which image it was, counted from 1 at the first after the start.
    pub image: usize,
    /// The critical point that the polish found from it.
    pub point: Polished,
    /// What that point is.
    pub certificate: Certificate,
}

impl Pass {
    /// Whether it is certified as a critical point of index 1, a transition state (in one dimension, a maximum).
    pub fn is_transition(&self) -> bool {
        let class = self.certificate.class;
        matches!(class, Class::Saddle | Class::Maximum) && self.certificate.inertia.n_neg == 1
    }
}

/// A relaxed band.
#[derive(Clone, Debug)]
pub struct BandState {
    /// The points, ends included, one after another: `(images + 2, dim)`.
    pub points: Vec<f64>,
    /// f at them.
    pub values: Vec<f64>,
    /// The peaks in order along the band, each polished and certified; some may not be transition states, and two may
    /// be the same one.
    pub passes: Vec<Pass>,
    /// Whether the largest force came below the tolerance.
    pub is_relaxed: bool,
    /// Steps made.
    pub iterations: usize,
    /// Largest force on an image at the end, in the units of the gradient.
    pub largest_force: f64,
    /// Gradients evaluated, those of the polish included.
    pub n_gradients: u64,
    /// Hessians evaluated, by the polish.
    pub n_hessians: u64,
}

/// Relaxes a band that begins on `way` (a [`super::Segment`] or any other curve between two minima), its ends fixed.
///
/// Nudged elastic band with climbing images (Henkelman, Uberuaga and Jonsson 2000) and the improved tangent (Henkelman
/// and Jonsson 2000). Image i with neighbours `x_(i-1)`, `x_(i+1)` and unit tangent `u` feels
///
/// `F_i = -(g - (g.u) u) + k (|x_(i+1) - x_i| - |x_i - x_(i-1)|) u`
///
/// and, when it is higher than both neighbours and the band is nearly relaxed, `F_i = -g + 2 (g.u) u`, which climbs
/// along the band and falls across it: to a saddle of index 1. `u` points to the higher neighbour; at peaks and dips it
/// mixes both, weighted by the differences of height. All peaks climb, not only the highest, since a way between two
/// minima may pass others. Motion is the inertial relaxation FIRE (Bitzek et al. 2006). Each peak is then polished by
/// Newton's method and certified.
///
/// On a sphere, directions between images are projected to the tangent space. A symmetric start may stay on a ridge,
/// where the peak is a saddle of higher index: the certificate says so, and a bent `way` avoids it. A band with too few
/// images for the bends of the path cuts its corners and does not relax (on the Mueller-Brown surface: 7 images do not,
/// 9 do in 150 steps).
pub fn elastic_band(
    eval: &mut Evaluator,
    way: &dyn Curve,
    zero_modes: usize,
    settings: &Band,
    criteria: &Criteria,
) -> BandState {
    assert!(settings.images > 0, "a band has points between its ends");
    let n = settings.images * way.dim();
    let mut band = Chain::on(eval, way, settings);
    let mut largest = band.forces(false);
    let steepest = band.steepest();
    let dt = (FIRST_MOVE * band.spacing / steepest).sqrt();
    let tolerance = settings.force_share * steepest;
    let mut fire = Fire::new(n, dt);
    let mut step = vec![0.0; n];
    let (mut iterations, mut is_climbing) = (0, false);
    while iterations < settings.iterations && largest.is_finite() {
        let is_late = iterations as f64 >= CLIMB_AFTER * settings.iterations as f64;
        if !is_climbing && (largest <= CLIMB_SHARE * steepest || is_late) {
            is_climbing = true;
            largest = band.forces(true);
            fire = Fire::new(n, dt);
        }
        if is_climbing && largest <= tolerance {
            break;
        }
        fire.step(&band.force, &mut step);
        band.advance(&step);
        largest = band.forces(is_climbing);
        iterations += 1;
    }
    let passes = band.passes(zero_modes, criteria);
    BandState {
        is_relaxed: is_climbing && largest <= tolerance,
        passes,
        iterations,
        largest_force: largest,
        points: band.points,
        values: band.values,
        n_gradients: band.n_gradients,
        n_hessians: band.n_hessians,
    }
}

/// The images with what is known at each.
struct Chain<'e, 'o> {
    eval: &'e mut Evaluator<'o>,
    geometry: Geometry,
    dim: usize,
    /// With both ends, `(images + 2, dim)`.
    points: Vec<f64>,
    values: Vec<f64>,
    grads: Vec<f64>,
    /// Of the images alone, `(images, dim)`.
    force: Vec<f64>,
    /// Strength of the springs.
    stiffness: f64,
    /// Mean distance of neighbours at the start.
    spacing: f64,
    n_gradients: u64,
    n_hessians: u64,
    ahead: Vec<f64>,
    behind: Vec<f64>,
}

impl<'e, 'o> Chain<'e, 'o> {
    fn on(eval: &'e mut Evaluator<'o>, way: &dyn Curve, settings: &Band) -> Self {
        let (dim, count) = (way.dim(), settings.images + 2);
        let mut points = vec![0.0; count * dim];
        for (t, point) in grid(count).iter().zip(points.chunks_exact_mut(dim)) {
            way.point(*t, point);
        }
        let (mut values, mut grads) = (vec![0.0; count], vec![0.0; count * dim]);
        eval.gradients(&points, &mut values, &mut grads);
        let geometry = *eval.objective().geometry();
        for (point, grad) in points.chunks_exact(dim).zip(grads.chunks_exact_mut(dim)) {
            geometry.project(point, grad);
        }
        let neighbours = points.chunks_exact(dim).zip(points[dim..].chunks_exact(dim));
        let length: f64 = neighbours.map(|(a, b)| norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())).sum();
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Chain {
            eval,
            geometry,
            dim,
            force: vec![0.0; settings.images * dim],
            stiffness: settings.spring * 8.0 * (highest - lowest) / (length * length),
            spacing: length / (count - 1) as f64,
            points,
            values,
            grads,
            n_gradients: count as u64,
            n_hessians: 0,
            ahead: vec![0.0; dim],
            behind: vec![0.0; dim],
        }
    }

    /// Images between the ends.
    fn images(&self) -> usize {
        self.values.len() - 2
    }

    /// Of two equal images at the top, the first is the peak.
    fn is_peak(&self, i: usize) -> bool {
        self.values[i] > self.values[i - 1] && self.values[i] >= self.values[i + 1]
    }

    /// The largest slope at an image.
    fn steepest(&self) -> f64 {
        let images = &self.grads[self.dim..][..self.force.len()];
        images.chunks_exact(self.dim).map(norm).fold(0.0, f64::max)
    }

    /// The force on every image; returns the largest, NaN when one is.
    fn forces(&mut self, is_climbing: bool) -> f64 {
        let dim = self.dim;
        let mut largest = 0.0;
        for i in 1..=self.images() {
            let is_peak = self.is_peak(i);
            let here = &self.points[i * dim..][..dim];
            for (j, (ahead, behind)) in self.ahead.iter_mut().zip(&mut self.behind).enumerate() {
                *ahead = self.points[(i + 1) * dim + j] - here[j];
                *behind = here[j] - self.points[(i - 1) * dim + j];
            }
            let stretch = norm(&self.ahead) - norm(&self.behind);
            self.geometry.project(here, &mut self.ahead);
            self.geometry.project(here, &mut self.behind);
            let (forward, backward) = tangent_weights(&self.values[i - 1..=i + 1]);
            let force = &mut self.force[(i - 1) * dim..][..dim];
            // The tangent is built where the force will be.
            for ((u, ahead), behind) in force.iter_mut().zip(&self.ahead).zip(&self.behind) {
                *u = forward * ahead + backward * behind;
            }
            let length = norm(force);
            let grad = &self.grads[i * dim..][..dim];
            let slope = dot(grad, force) / length;
            let is_climber = is_climbing && is_peak;
            let along = if is_climber { 2.0 * slope } else { slope + self.stiffness * stretch };
            force.iter_mut().zip(grad).for_each(|(u, g)| *u = along * (*u / length) - g);
            let size = norm(force);
            largest = if size > largest || size.is_nan() { size } else { largest };
        }
        largest
    }

    /// Moves every image and looks at the function there.
    fn advance(&mut self, step: &[f64]) {
        let dim = self.dim;
        let longest = LONGEST_MOVE * self.spacing;
        for (image, step) in self.points[dim..].chunks_exact_mut(dim).zip(step.chunks_exact(dim)) {
            let length = norm(step);
            let share = if length > longest { longest / length } else { 1.0 };
            image.iter_mut().zip(step).for_each(|(x, p)| *x += share * p);
            self.geometry.retract(image);
        }
        let count = self.images();
        let inner = dim..(count + 1) * dim;
        let (points, grads) = (&self.points[inner.clone()], &mut self.grads[inner]);
        self.eval.gradients(points, &mut self.values[1..=count], grads);
        self.n_gradients += count as u64;
        for (point, grad) in points.chunks_exact(dim).zip(grads.chunks_exact_mut(dim)) {
            self.geometry.project(point, grad);
        }
    }

    /// The critical points at the peaks.
    fn passes(&mut self, zero_modes: usize, criteria: &Criteria) -> Vec<Pass> {
        let peaks: Vec<usize> = (1..=self.images()).filter(|&i| self.is_peak(i)).collect();
        let mut pass = |image: usize| {
            let point = polish(self.eval, &self.points[image * self.dim..][..self.dim], criteria);
            let certificate = certify(self.eval, &point, zero_modes, criteria);
            self.n_gradients += point.n_gradients;
            self.n_hessians += point.n_hessians;
            Pass { image, point, certificate }
        };
        peaks.into_iter().map(&mut pass).collect()
    }
}

/// How much of the way ahead and of that behind the tangent is made of, from the heights behind, here and ahead
/// (Henkelman and Jonsson 2000, equations 8 to 11).
fn tangent_weights(heights: &[f64]) -> (f64, f64) {
    let (behind, here, ahead) = (heights[0], heights[1], heights[2]);
    if ahead > here && here > behind {
        return (1.0, 0.0);
    }
    if ahead < here && here < behind {
        return (0.0, 1.0);
    }
    let (rise, fall) = ((ahead - here).abs(), (behind - here).abs());
    let (larger, smaller) = (rise.max(fall), rise.min(fall));
    if larger == 0.0 {
        return (1.0, 1.0); // level ground: straight from one neighbour to the other
    }
    if ahead > behind { (larger, smaller) } else { (smaller, larger) }
}
