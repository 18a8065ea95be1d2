//! Simulated annealing: a Metropolis walk that is cooled.

use crate::config::{Config, check_positive};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::trial::{comparable, metropolis};
use autodiff::{Stream, math};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983): with `z` standard normal,
///
/// ```text
/// y = x + s z;   x <- y  with probability  min(1, exp(-(f(y) - f(x)) / T))
///
/// j-th stage of `moves` proposals, j = 0, 1, ...
///     cooling = "geometric":    T_j = temperature rate^j                  (Kirkpatrick et al.: rate 0.9)
///     cooling = "logarithmic":  T_j = temperature ln 2 / ln(2 + j)        (Geman & Geman 1984; Hajek 1988)
/// s = step sqrt(T_j / temperature),  or  step  with `scale_step = false`
/// ```
///
/// One value, half a gradient, per proposal. Proposals are symmetric, so at a fixed temperature (`rate = 1`) the walk is in
/// detailed balance with the density proportional to `exp(-f / T)`; on `c x^2 / 2` that is normal with variance `T / c`.
/// The width of that law is why the step scales as `sqrt(T)` (Boltzmann annealing, Szu & Hartley 1987): the share of accepted
/// proposals then stays as it is while the walk cools in a basin. Logarithmic cooling reaches a global minimum in
/// probability when `temperature ln 2` is at least the depth of the deepest local one (Hajek), and is hardly ever affordable.
/// The run ends where the walk is; the best point seen is in `x_best`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimulatedAnnealing {
    /// First temperature `> 0`, in units of f.
    pub temperature: f64,
    /// How the temperature falls.
    pub cooling: Cooling,
    /// Geometric cooling: factor per stage, `0 < rate <= 1`.
    pub rate: f64,
    /// Proposals per stage, at least 1.
    pub moves: u64,
    /// Standard deviation of a proposal per coordinate at the first temperature, `> 0`, in units of x.
    pub step: f64,
    /// Whether the step shrinks as the root of the temperature.
    pub scale_step: bool,
}

/// The law of cooling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cooling {
    /// By a factor per stage.
    #[default]
    Geometric,
    /// As the inverse logarithm of the stage.
    Logarithmic,
}

impl Default for SimulatedAnnealing {
    fn default() -> Self {
        Self { temperature: 1.0, cooling: Cooling::Geometric, rate: 0.9, moves: 100, step: 0.5, scale_step: true }
    }
}

impl SimulatedAnnealing {
    /// Temperature of stage `j`, given that of the stage before.
    fn temperature(&self, j: u64, before: f64) -> f64 {
        match self.cooling {
            Cooling::Geometric => before * self.rate,
            Cooling::Logarithmic => self.temperature * std::f64::consts::LN_2 / math::ln(2.0 + j as f64),
        }
    }
}

impl Config for SimulatedAnnealing {
    const NAME: &'static str = "simulated_annealing";
    const ABOUT: &'static str =
        "A Metropolis walk with normal proposals and a falling temperature (Kirkpatrick, Gelatt & Vecchi 1983).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("temperature", "first temperature, > 0, in units of f: a rise by it is accepted with probability 1/e"),
        ("cooling", "\"geometric\": times rate per stage; \"logarithmic\": as 1 / ln(2 + stage)"),
        ("rate", "geometric cooling only: factor per stage, 0 < rate <= 1; 1 = a fixed temperature"),
        ("moves", "proposals per stage, >= 1"),
        ("step", "standard deviation of a proposal per coordinate at first, > 0, in units of x"),
        ("scale_step", "whether the step shrinks as the root of the temperature"),
    ];

    fn check(&self) -> Result<(), String> {
        check_positive("temperature", self.temperature)?;
        check_positive("step", self.step)?;
        if !(self.rate > 0.0 && self.rate <= 1.0) {
            return Err(format!(
                "rate = {}: the temperature must not rise; give 0 < rate <= 1, such as 0.9",
                self.rate
            ));
        }
        if self.moves == 0 {
            return Err("moves = 0: a stage needs proposals; give moves >= 1, such as 100".into());
        }
        Ok(())
    }
}

impl Solver for SimulatedAnnealing {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop> {
        let (mut z, mut next) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let mut f = oracle.value(x)?;
        oracle.accept(x, f, None)?;
        let mut temperature = self.temperature;
        for j in 1.. {
            let share = if self.scale_step { (temperature / self.temperature).sqrt() } else { 1.0 };
            for _ in 0..self.moves {
                z.iter_mut().for_each(|z| *z = random.normal());
                oracle.project(x, &mut z);
                oracle.moved(x, self.step * share, &z, &mut next);
                let f_next = comparable(oracle.value(&next)?);
                if metropolis(f_next - f, temperature, random) {
                    x.copy_from_slice(&next);
                    f = f_next;
                }
                oracle.accept(x, f, None)?;
            }
            temperature = self.temperature(j, temperature);
        }
        unreachable!("more stages than there are numbers")
    }
}
