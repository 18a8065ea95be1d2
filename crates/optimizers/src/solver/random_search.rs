//! Pure random search: the floor that every other method has to beat.

use crate::config::Config;
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::trial::comparable;
use autodiff::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Pure random search (Brooks 1958): independent draws of the start law, the best one kept.
///
/// ```text
/// y ~ start law;   x <- y  if f(y) < f(x)
/// ```
///
/// One value, half a gradient, per draw; the start is the first draw. When the law puts mass `p` on the points at or below
/// a target, `m` draws hit it with probability `1 - (1 - p)^m`. Noise on the start acts on the first draw only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RandomSearch {}

impl Config for RandomSearch {
    const NAME: &'static str = "random_search";
    const ABOUT: &'static str = "Pure random search: independent draws of the start law, the best kept (Brooks 1958).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];

    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Solver for RandomSearch {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let mut draw = vec![0.0; x.len()];
        let mut f = oracle.value(x)?;
        loop {
            oracle.accept(x, f, None)?;
            oracle.draw_start(&mut draw);
            let f_draw = comparable(oracle.value(&draw)?);
            if f_draw < f {
                x.copy_from_slice(&draw);
                f = f_draw;
            }
        }
    }
}
