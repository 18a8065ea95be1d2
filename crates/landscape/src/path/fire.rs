//! The fast inertial relaxation engine: moves by forces that need not be the slope of anything.

use crate::model::norm;
use crate::tangent::dot;

/// Steps downhill before the time step grows.
const PATIENCE: usize = 5;
/// Growth and fall of the time step.
const GROW: f64 = 1.1;
const FALL: f64 = 0.5;
/// Share of the velocity that is turned towards the force, at first, and how it fades.
const TURN: f64 = 0.1;
const FADE: f64 = 0.99;

/// The time step never exceeds this many of the first.
const LONGEST: f64 = 10.0;

/// Velocity, time step and the share that is turned (Bitzek et al. 2006, with their constants).
///
/// `v <- (1 - a) v + a |v| F / |F|` while `F.v > 0`, else `v <- 0`; then `v <- v + dt F`, `x <- x + dt v`.
pub(crate) struct Fire {
    velocity: Vec<f64>,
    dt: f64,
    longest: f64,
    turn: f64,
    downhill: usize,
}

impl Fire {
    /// At rest, for `n` numbers.
    pub fn new(n: usize, dt: f64) -> Self {
        Fire { velocity: vec![0.0; n], dt, longest: LONGEST * dt, turn: TURN, downhill: 0 }
    }

    /// The displacement (n,) for the force (n,), into `step`.
    pub fn step(&mut self, force: &[f64], step: &mut [f64]) {
        let power = dot(force, &self.velocity);
        if power > 0.0 {
            let ratio = self.turn * norm(&self.velocity) / norm(force);
            self.velocity.iter_mut().zip(force).for_each(|(v, f)| *v = (1.0 - self.turn) * *v + ratio * f);
            self.downhill += 1;
            if self.downhill > PATIENCE {
                self.dt = (self.dt * GROW).min(self.longest);
                self.turn *= FADE;
            }
        } else {
            self.velocity.fill(0.0);
            // At rest nothing was overshot. Otherwise the step was too long, the first one after a stop as well.
            if power < 0.0 {
                self.dt *= FALL;
            }
            (self.turn, self.downhill) = (TURN, 0);
        }
        for ((v, f), p) in self.velocity.iter_mut().zip(force).zip(step) {
            *v += self.dt * f;
            *p = self.dt * *v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a first step ten times beyond the stable one, 2 / sqrt(stiffness), in a bowl of stiffness 1 and 400.
    #[test]
    fn a_first_step_that_is_too_long_does_not_run_away() {
        let mut x = [1.0, 1.0];
        let (mut fire, mut step) = (Fire::new(2, 1.0), [0.0; 2]);
        for _ in 0..500 {
            fire.step(&[-x[0], -400.0 * x[1]], &mut step);
            x.iter_mut().zip(&step).for_each(|(x, p)| *x += p);
        }
        assert!(norm(&x) < 1e-6, "{x:?}");
    }
}
