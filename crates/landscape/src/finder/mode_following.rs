//! The finder `mode_following`: up along the lowest eigenvectors, down along the others, to a wanted index.

use autodiff::{Evaluator, Stream};
use serde::{Deserialize, Serialize};

use super::{Departure, Described, Finder, HAND_OVER, Spent, check_iterations};
use crate::criteria::Criteria;
use crate::model::{Model, norm};
use crate::newton_sampler::Found;

/// First radius of the trust region, as a share of `max(1, |x|)`.
const RADIUS: f64 = 0.1;

/// A trust region smaller than this share of `max(1, |x|)` leads nowhere.
const LEAST_RADIUS: f64 = 1e-10;

/// Eigenvector following in the form of trust-region image minimisation (Cerjan and Miller 1981; Helgaker 1991; Wales 1994).
///
/// With slopes s and eigenvalues lambda in the axes of the Hessian, the signs of both are turned along the k lowest
/// eigenvectors; of this image, which has a minimum where f has a saddle of index k, the step is the Newton step in a
/// trust region: `p_i = -s_i / (lambda_i + gamma)`, and `p_i = s_i / (-lambda_i + gamma)` for i < k, with the least
/// `gamma >= 0` that makes every denominator positive and `|p| <= radius`. The radius is judged by f: its
/// change over that of the quadratic model within 1/4 of 1 doubles it, off by more than 3/4 quarters it, off by
/// more than 1 refuses the step. A refused step costs a gradient and no Hessian.
///
/// k is `index[(replicate / len(descend)) % len]`, so that every index is tried from every height.
///
/// **Sampling bias.** Points of the wanted index, each in proportion to the volume that its image drains. Where the region
/// has none, climbing leads away; the search stops when `max(1, |x|)` has grown `growth_max` times, and the polish may then
/// find a point of another index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModeFollowing {
    /// Where it sets out.
    #[serde(flatten)]
    pub departure: Departure,
    /// Wanted indices, cycled by replicate; those above the dimension of the surface mean maxima.
    pub index: Vec<u64>,
    /// Largest number of steps, each with one Hessian.
    pub iterations: usize,
}

impl Default for ModeFollowing {
    fn default() -> Self {
        ModeFollowing { departure: Departure::default(), index: vec![0, 1, 2], iterations: 200 }
    }
}

impl Described for ModeFollowing {
    const NAME: &'static str = "mode_following";
    const ABOUT: &'static str = "Eigenvector following: up along the lowest eigenvectors, down along the others, in a trust \
        region, to a wanted index (Cerjan and Miller 1981, Helgaker 1991).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("index", "wanted numbers of negative eigenvalues, cycled by replicate after descend"),
        ("iterations", "largest number of steps, >= 1"),
    ];

    fn check(&self) -> Result<(), String> {
        self.departure.check()?;
        check_iterations(self.iterations)?;
        if self.index.is_empty() {
            return Err(
                "index = []: it names the wanted numbers of negative eigenvalues; give [1] for saddles".to_string()
            );
        }
        Ok(())
    }
}

impl Finder for ModeFollowing {
    fn search(
        &self,
        eval: &mut Evaluator,
        mut x: Vec<f64>,
        replicate: u64,
        noise: &mut Stream,
        criteria: &Criteria,
    ) -> Found {
        let (origin, mut spent) = (x.clone(), Spent::default());
        self.departure.depart(eval, &mut x, replicate, noise, &mut spent);
        let round = replicate / self.departure.descend.len() as u64;
        let wanted = self.index[(round % self.index.len() as u64) as usize] as usize;
        let mut radius = f64::NAN;
        let mut model = Model::at(eval, &x);
        (spent.gradients, spent.hessians) = (spent.gradients + 1, spent.hessians + 1);
        let first_scale = model.as_ref().map_or(1.0, |model| model.scale);
        while let Some(here) = &model
            && spent.steps < self.iterations
            && here.scale <= criteria.growth_max * first_scale
        {
            let longest = criteria.step_cap * here.scale;
            radius = if radius.is_nan() { RADIUS * here.scale } else { radius.min(longest) };
            let p = image_step(here, wanted, radius);
            let has_arrived = has_index(here, wanted) && norm(&p) <= HAND_OVER * here.scale;
            if has_arrived || radius <= LEAST_RADIUS * here.scale || norm(&p) == 0.0 {
                break;
            }
            let next = here.moved(eval, &x, &p);
            spent.gradients += 1;
            let ahead = Model::ahead(eval, &next);
            let along = |((s, lambda), p): ((&f64, &f64), &f64)| p * (s + 0.5 * lambda * p);
            let predicted = here.slopes.iter().zip(&here.eigen.values).zip(&p).map(along).sum::<f64>();
            // Up and down can cancel: what the two parts move f by is the measure.
            let moved = here.slopes.iter().zip(&here.eigen.values).zip(&p).map(along).map(f64::abs).sum::<f64>();
            let mut error = ahead.as_ref().map_or(f64::INFINITY, |ahead| (ahead.f - here.f - predicted).abs() / moved);
            if error <= 1.0 {
                // The eigenvectors here make room for those there.
                drop(model);
                spent.hessians += 1;
                let after = ahead.and_then(|ahead| Model::of(ahead, eval, &next));
                if after.is_some() {
                    (x, model) = (next, after);
                } else {
                    (error, model) = (f64::INFINITY, Model::at(eval, &x));
                }
            }
            if error <= 0.25 {
                radius *= 2.0;
            } else if error.is_nan() || error > 0.75 {
                radius = 0.25 * norm(&p).min(radius);
            }
            spent.steps += 1;
        }
        drop(model);
        spent.finish(eval, &x, &origin, criteria)
    }
}

/// Whether the k lowest eigenvalues are negative and the others not.
fn has_index(model: &Model, wanted: usize) -> bool {
    let lambdas = &model.eigen.values;
    let wanted = wanted.min(lambdas.len());
    lambdas[..wanted].iter().all(|&lambda| lambda < 0.0) && lambdas[wanted..].iter().all(|&lambda| lambda >= 0.0)
}

/// The step within `radius`, along the eigenvectors.
fn image_step(model: &Model, wanted: usize, radius: f64) -> Vec<f64> {
    let turned = |i: usize| if i < wanted { -1.0 } else { 1.0 };
    let image: Vec<(f64, f64)> = model
        .slopes
        .iter()
        .zip(&model.eigen.values)
        .enumerate()
        .map(|(i, (s, l))| (turned(i) * s, turned(i) * l))
        .collect();
    let step = |gamma: f64| -> Vec<f64> {
        let component = |&(s, l): &(f64, f64)| if s == 0.0 { 0.0 } else { -s / (l + gamma) };
        image.iter().map(component).collect()
    };
    let least = image.iter().map(|&(_, lambda)| lambda).fold(f64::INFINITY, f64::min);
    let rounding = f64::EPSILON * model.hess_norm() * image.len() as f64;
    // Below this gamma some denominator is not positive; above `high` the step is short enough for certain.
    let floor = if least > rounding { 0.0 } else { rounding - least };
    let short = step(floor);
    if norm(&short) <= radius {
        return short;
    }
    let (mut low, mut high) = (floor, floor + norm(&model.slopes) / radius + rounding);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if norm(&step(middle)) > radius { low = middle } else { high = middle }
    }
    step(high)
}
