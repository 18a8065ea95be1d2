//! Random directions: tries some at a radius, and looks further away where none of them helps.

use crate::config::{Config, check_positive};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::trial::{comparable, draw_direction};
use autodiff::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Random search on spheres of growing radius: the reduced variable neighbourhood search of Mladenovic & Hansen (1997;
/// Hansen & Mladenovic 2001), whose neighbourhoods are the spheres around `x` of radius
/// `r = radius, growth radius, growth^2 radius, ..., largest`, with Rastrigin's (1963) random directions on each:
///
/// ```text
/// up to `tries` times: u uniform on the unit sphere, y = x + r u
///     f(y) < f(x):  x <- y,  r <- radius,  begin again
/// no y is better:   r <- min(growth r, largest),  or radius after the largest
/// ```
///
/// One value, half a gradient, per direction. It never goes uphill, never stops by itself, and leaves a basin when a better
/// point lies within `largest`. A step helps only from further than `radius / 2` from a minimum of a round bowl, so `radius`
/// is how well it resolves one, and also its speed on a slope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RandomDirections {
    /// Least radius, `> 0`, in units of x.
    pub radius: f64,
    /// Factor from one radius to the next, `> 1`.
    pub growth: f64,
    /// Greatest radius, `>= radius`, in units of x.
    pub largest: f64,
    /// Directions per radius; 0 means `2 dim`, as many as there are axes both ways.
    pub tries: u64,
}

impl Default for RandomDirections {
    fn default() -> Self {
        Self { radius: 0.1, growth: 2.0, largest: 10.0, tries: 0 }
    }
}

impl Config for RandomDirections {
    const NAME: &'static str = "random_directions";
    const ABOUT: &'static str = "Random directions at a radius that grows where none helps (Rastrigin 1963; reduced VNS, Mladenovic & Hansen 1997).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("radius", "least radius, > 0, in units of x"),
        ("growth", "factor from one radius to the next, > 1"),
        ("largest", "greatest radius, >= radius, in units of x"),
        ("tries", "directions per radius; 0 = 2 dim"),
    ];

    fn check(&self) -> Result<(), String> {
        check_positive("radius", self.radius)?;
        if !(self.growth > 1.0 && self.growth.is_finite()) {
            return Err(format!("growth = {}: the radius must grow; give growth > 1, such as 2", self.growth));
        }
        if !(self.largest >= self.radius && self.largest.is_finite()) {
            let (largest, radius) = (self.largest, self.radius);
            return Err(format!("largest = {largest}: below the least radius; give largest >= {radius}"));
        }
        Ok(())
    }
}

impl Solver for RandomDirections {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop> {
        let (mut direction, mut next) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let tries = if self.tries == 0 { 2 * x.len() as u64 } else { self.tries };
        let (mut f, mut radius) = (oracle.value(x)?, self.radius);
        loop {
            oracle.accept(x, f, None)?;
            let mut is_moved = false;
            for _ in 0..tries {
                draw_direction(oracle, x, random, &mut direction);
                oracle.moved(x, radius, &direction, &mut next);
                let f_next = comparable(oracle.value(&next)?);
                if f_next < f {
                    x.copy_from_slice(&next);
                    f = f_next;
                    is_moved = true;
                    break;
                }
            }
            let is_last = radius >= self.largest;
            radius = if is_moved || is_last { self.radius } else { (self.growth * radius).min(self.largest) };
        }
    }
}
