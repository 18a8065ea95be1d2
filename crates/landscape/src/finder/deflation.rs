//! The finder `deflation`: several critical points from one start, each pushed away from those before it.

use autodiff::{Evaluator, Stream};
use serde::{Deserialize, Serialize};

use super::{Departure, Described, Finder, HAND_OVER, Spent, check_iterations};
use crate::criteria::Criteria;
use crate::model::{Model, cap, norm};
use crate::newton_sampler::Found;
use crate::polish::{Polished, polish};

/// Deflation multiplies a step by at most this: close to a deflated point the factor has a pole.
const LONGEST_FACTOR: f64 = 1e3;

/// Points closer than this share of `max(1, |x|)` are one.
const SAME: f64 = 1e-6;

/// Deflated Newton (Farrell, Birkisson and Funke 2015).
///
/// Newton's method on `M(x) g(x)` with `M(x) = prod_r (|x - r|^-power + shift)` over the points r found so far: M is infinite at
/// them, so that they are no solutions any more, and `shift` everywhere else. By Sherman and Morrison the step is Newton's,
/// `p = -H^+ g`, times `1 / (1 - (p . grad M) / M)`: longer, or turned round, where p leads to a known point. From the same
/// departure this is done `rounds[(replicate / len(descend)) % len]` times and once more; the last point is handed in, so
/// that runs remain independent of each other. A round that finds nothing critical or nothing new ends the search.
///
/// Where p leads straight to a known point, the step of power 1 goes through it to the distance `1 / shift` beyond: `shift` is
/// the inverse of a distance at which to look on. With these defaults six rounds find 5.3 and 5.5 different points of
/// Himmelblau's function and the six-hump camel, 2.5 of a 3-spin model of ten spins.
///
/// **Sampling bias.** The first round is the `newton` finder; later ones find what lies near the departure and has not
/// been found, with less regard to the size of its basin. Points that form a continuum (a network with symmetries) are not
/// deflated away by one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deflation {
    /// Where it sets out.
    #[serde(flatten)]
    pub departure: Departure,
    /// Numbers of points to find and deflate before the one handed in, cycled by replicate.
    pub rounds: Vec<u64>,
    /// Order of the pole, > 0.
    pub power: f64,
    /// Value of the deflation operator far away, > 0.
    pub shift: f64,
    /// Largest number of Newton steps per round.
    pub iterations: usize,
}

impl Default for Deflation {
    fn default() -> Self {
        Deflation { departure: Departure::default(), rounds: vec![0, 1, 2, 3], power: 1.0, shift: 0.1, iterations: 100 }
    }
}

impl Described for Deflation {
    const NAME: &'static str = "deflation";
    const ABOUT: &'static str = "Newton's method pushed away from the points it has found from the same start; finds several \
        near one start, whatever the size of their basins (Farrell, Birkisson and Funke 2015).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("rounds", "numbers of points to find and deflate before the one handed in, cycled by replicate after descend"),
        ("power", "order of the pole of the deflation operator, > 0"),
        ("shift", "value of the deflation operator far away, > 0"),
        ("iterations", "largest number of Newton steps per round, >= 1"),
    ];

    fn check(&self) -> Result<(), String> {
        self.departure.check()?;
        check_iterations(self.iterations)?;
        if self.rounds.is_empty() {
            return Err("rounds = []: it names the points deflated before each search; give [0] for none".to_string());
        }
        for (name, value) in [("power", self.power), ("shift", self.shift)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(format!("{name} = {value}: it must be positive and finite; leave it out for the default"));
            }
        }
        Ok(())
    }
}

impl Finder for Deflation {
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
        let cycle = replicate / self.departure.descend.len() as u64;
        let rounds = self.rounds[(cycle % self.rounds.len() as u64) as usize];
        let mut known: Vec<Vec<f64>> = vec![];
        loop {
            let end = self.newton(eval, x.clone(), &known, criteria, &mut spent);
            let point: Polished = polish(eval, &end, criteria).since(&origin);
            spent.gradients += point.n_gradients;
            spent.hessians += point.n_hessians;
            let is_critical = point.model.as_ref().is_some_and(|model| model.has_small_gradient(criteria));
            let is_known = known.iter().any(|r| distance(r, &point.x) <= SAME * norm(&point.x).max(1.0));
            if known.len() as u64 == rounds || !is_critical || is_known {
                let Spent { gradients, hessians, steps } = spent;
                return Found { point, search_steps: steps, n_gradients: gradients, n_hessians: hessians };
            }
            known.push(point.x);
        }
    }
}

impl Deflation {
    /// One round from `x`, away from the known points.
    fn newton(
        &self,
        eval: &mut Evaluator,
        mut x: Vec<f64>,
        known: &[Vec<f64>],
        criteria: &Criteria,
        spent: &mut Spent,
    ) -> Vec<f64> {
        for _ in 0..self.iterations {
            spent.gradients += 1;
            spent.hessians += 1;
            let Some(model) = Model::at(eval, &x) else { break };
            let mut p = model.newton_step(&model.slopes, model.zero_tol(criteria));
            if norm(&p) <= HAND_OVER * model.scale {
                break;
            }
            let straight: Vec<f64> = model.ambient(eval, &x, &p);
            let factor = (1.0 / (1.0 - self.log_slope(&x, &straight, known))).clamp(-LONGEST_FACTOR, LONGEST_FACTOR);
            p.iter_mut().for_each(|p| *p *= factor);
            cap(&mut p, criteria.step_cap * model.scale);
            x = model.moved(eval, &x, &p);
            spent.steps += 1;
        }
        x
    }

    /// `(p . grad M) / M = sum_r -power |d|^(-power - 2) (p . d) / (|d|^-power + shift)`, `d = x - r`.
    fn log_slope(&self, x: &[f64], p: &[f64], known: &[Vec<f64>]) -> f64 {
        let one = |r: &Vec<f64>| {
            let square = distance(x, r).powi(2);
            let along: f64 = x.iter().zip(r).zip(p).map(|((x, r), p)| (x - r) * p).sum();
            // Divided through by |d|^-power.
            -self.power * along / square / (1.0 + self.shift * square.powf(0.5 * self.power))
        };
        known.iter().map(one).sum()
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}
