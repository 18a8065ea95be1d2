//! Gradient descent that jumps where the gradient is small: it leaves strict saddles.

use crate::config::{Config, check_lr, check_positive};
use crate::rule::gradient_descent::Descend;
use crate::rule::{Memory, Rule};
use crate::runs::{Run, Runs};
use autodiff::math;
use serde::{Deserialize, Serialize};

/// Perturbed gradient descent (Jin et al. 2017, arXiv 1703.00887, algorithm 2): `x <- x - lr g`, but where `|g| <= grad_small`
/// and no jump was made in the last `wait` steps, the point `x~` is kept and
///
/// ```text
/// x <- x~ + xi,   xi uniform in the ball of radius `radius`
/// ```
///
/// If after `wait` steps f has not fallen by `decrease` below `f(x~)`, then `x~` is no strict saddle: the paper returns it.
/// Here the rule goes back there, jumps no more, and goes on as plain descent until it converges. A jump takes the place of a
/// step: its gradient is the price of looking. (In the paper the step from the perturbed point follows at once, with a
/// gradient of its own.)
///
/// The paper's constants, for gradients that are `l`-Lipschitz, Hessians that are `rho`-Lipschitz, accuracy `eps`, `f(x_0)` at
/// most `delta_f` above the minimum, failure probability `delta`, and `chi = 3 max(ln(dim l delta_f / (c eps^2 delta)), 4)`:
///
/// ```text
/// lr = c / l                   grad_small = sqrt(c) eps / chi^2       radius = grad_small / l
/// wait = chi l / (c^2 sqrt(rho eps))          decrease = c sqrt(eps^3 / rho) / chi^3
/// ```
///
/// So along a curvature of `-g`, `g = sqrt(rho eps)`, a jump has grown by `exp(lr g wait) = exp(chi / c) >= exp(12)` when it is
/// judged. With `lr g wait` near 1 or below a saddle is taken for a minimum whenever the jump happens to go uphill. The defaults
/// suit functions of order 1: `l = 1`, and a growth of `exp(10)` for `g = 1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PerturbedGd {
    /// Learning rate `lr > 0`.
    pub lr: f64,
    /// Gradient norm at which it jumps, `> 0`.
    pub grad_small: f64,
    /// Radius of the jump, `> 0`, in units of x.
    pub radius: f64,
    /// Steps until a jump is judged, at least 1.
    pub wait: u64,
    /// Fall of f that proves a saddle, `> 0`.
    pub decrease: f64,
}

impl Default for PerturbedGd {
    fn default() -> Self {
        Self { lr: 1e-2, grad_small: 1e-3, radius: 1e-3, wait: 1000, decrease: 1e-6 }
    }
}

impl Config for PerturbedGd {
    const NAME: &'static str = "perturbed_gd";
    const ABOUT: &'static str =
        "Gradient descent with a random jump where the gradient is small (Jin et al. 2017, arXiv 1703.00887).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lr", "learning rate, > 0"),
        ("grad_small", "gradient norm at or below which it jumps, > 0"),
        ("radius", "radius of the ball that a jump is uniform in, > 0"),
        ("wait", "steps until a jump is judged, >= 1"),
        ("decrease", "fall of f within them that proves a saddle, > 0"),
    ];

    fn check(&self) -> Result<(), String> {
        check_lr(self.lr)?;
        check_positive("grad_small", self.grad_small)?;
        check_positive("radius", self.radius)?;
        check_positive("decrease", self.decrease)?;
        if self.wait >= 1 {
            return Ok(());
        }
        Err("wait = 0: a jump needs steps to show an effect; give wait >= 1, such as 1000".into())
    }
}

/// The vectors are `x~`, where the last jump began, and the direction of the jump.
const JUMP: usize = 1;

/// Numbers: `f(x~)`, the steps since the jump that is being judged or [`NO_JUMP`], whether the rule has settled (1), and what
/// it does in this step.
const F_BASE: usize = 0;
const SINCE: usize = 1;
const SETTLED: usize = 2;
const MOVE: usize = 3;

const NO_JUMP: f64 = -1.0;

/// Moves: down the gradient, off in a jump, or back to where the last one began.
const DOWN: f64 = 0.0;
const OFF: f64 = 1.0;
const BACK: f64 = 2.0;

impl Rule for PerturbedGd {
    fn memory(&self) -> Memory {
        Memory { vectors: vec![0.0, 0.0], numbers: vec![f64::NAN, NO_JUMP, 0.0, DOWN] }
    }

    fn step(&self, runs: &mut Runs<'_>) {
        let grad_norms = runs.grad_norms();
        let mut is_down_only = true;
        let [lr] = runs.per_run(|run| {
            run.numbers[MOVE] = self.choose(run, grad_norms[run.lane]);
            is_down_only &= run.numbers[MOVE] == DOWN;
            [if run.numbers[MOVE] == DOWN { self.lr * run.lr_factor } else { 0.0 }]
        });
        runs.each(&Descend, [&lr]);
        if !is_down_only {
            let lengths = runs.vector_norms(JUMP);
            runs.for_each_run(|run| self.leap(run, lengths[run.lane]));
        }
    }

    fn may_converge(&self, numbers: &[f64]) -> bool {
        numbers[SETTLED] == 1.0
    }
}

impl PerturbedGd {
    /// The move from here. Before a jump the point is kept and a direction of normal coordinates drawn.
    fn choose(&self, run: &mut Run<'_>, grad_norm: f64) -> f64 {
        let is_judged = run.numbers[SINCE] == self.wait as f64;
        if is_judged {
            run.numbers[SINCE] = NO_JUMP;
            if run.f > run.numbers[F_BASE] - self.decrease {
                run.numbers[SETTLED] = 1.0;
                return BACK;
            }
        }
        let is_waiting = run.numbers[SINCE] != NO_JUMP;
        // The next jump comes after more than `wait` steps, so not with the verdict on the last one.
        if !is_judged && !is_waiting && run.numbers[SETTLED] == 0.0 && grad_norm <= self.grad_small {
            run.coordinates().for_each(|(x, [base])| *base = *x);
            run.numbers[F_BASE] = run.f;
            run.draw_normal(JUMP);
            run.numbers[SINCE] = 0.0;
            return OFF;
        }
        run.numbers[SINCE] += f64::from(u8::from(is_waiting));
        DOWN
    }

    /// Goes off or back. A jump is uniform in the ball: `P(its length < s) = (s / radius)^dim`, with `length` that of the
    /// direction drawn.
    fn leap(&self, run: &mut Run<'_>, length: f64) {
        if run.numbers[MOVE] == OFF {
            let share = math::exp(math::ln(1.0 - run.random.uniform(0.0, 1.0)) / run.dim() as f64);
            let scale = self.radius * share / length;
            run.coordinates().for_each(|(x, [base, jump])| *x = *base + *jump * scale);
        } else if run.numbers[MOVE] == BACK {
            run.coordinates().for_each(|(x, [base])| *x = *base);
        }
    }
}
