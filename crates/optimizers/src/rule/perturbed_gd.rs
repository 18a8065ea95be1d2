//! Gradient descent that jumps where the gradient is small: it leaves strict saddles.

use crate::config::{Config, check_lr, check_positive};
use crate::rule::{Rule, RuleState, StepInfo};
use crate::vector::norm;
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

impl Rule for PerturbedGd {
    fn state(&self, dim: usize) -> Box<dyn RuleState> {
        Box::new(PerturbedState {
            config: self.clone(),
            base: vec![0.0; dim],
            jump: vec![0.0; dim],
            f_base: f64::NAN,
            since: None,
            is_settled: false,
        })
    }
}

struct PerturbedState {
    config: PerturbedGd,
    /// Where the last jump began, `x~`.
    base: Vec<f64>,
    f_base: f64,
    jump: Vec<f64>,
    /// Steps since the jump that is being judged.
    since: Option<u64>,
    is_settled: bool,
}

impl PerturbedState {
    /// A jump uniform in the ball: a direction of normal coordinates, and a length with `P(length < s) = (s / radius)^dim`.
    fn draw_jump(&mut self, info: &mut StepInfo<'_>) {
        self.jump.iter_mut().for_each(|j| *j = info.random.normal());
        let share = math::exp(math::ln(1.0 - info.random.uniform(0.0, 1.0)) / self.jump.len() as f64);
        let scale = self.config.radius * share / norm(&self.jump);
        self.jump.iter_mut().for_each(|j| *j *= scale);
    }
}

impl RuleState for PerturbedState {
    fn step(&mut self, x: &mut [f64], grad: &[f64], info: &mut StepInfo<'_>) {
        let is_judged = self.since == Some(self.config.wait);
        if is_judged {
            self.since = None;
            if info.f > self.f_base - self.config.decrease {
                x.copy_from_slice(&self.base);
                self.is_settled = true;
                return;
            }
        }
        // The next jump comes after more than `wait` steps, so not with the verdict on the last one.
        if !is_judged && !self.is_settled && self.since.is_none() && norm(grad) <= self.config.grad_small {
            self.base.copy_from_slice(x);
            self.f_base = info.f;
            self.draw_jump(info);
            x.iter_mut().zip(&self.jump).for_each(|(x, j)| *x += j);
            self.since = Some(0);
            return;
        }
        let lr = self.config.lr * info.lr_factor;
        for (x, g) in x.iter_mut().zip(grad) {
            *x -= lr * g;
        }
        self.since = self.since.map(|since| since + 1);
    }

    fn may_converge(&self) -> bool {
        self.is_settled
    }

    fn reset(&mut self) {
        self.since = None;
        self.is_settled = false;
    }
}
