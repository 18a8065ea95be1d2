//! The schedule: what multiplies the learning rate of a rule along the run.

pub mod constant;
pub mod cosine;
pub mod exponential;
pub mod inverse_time;
pub mod step;

/// A factor on the learning rate as a function of the step, with an optional linear warm-up before it.
///
/// Steps are counted within an attempt: `step` = 0, 1, ..., of `steps` that the attempt's budget allows. With
/// `W = floor(warmup steps)` the factor is `(step + 1) / W` for `step < W` (Goyal et al. 2017, arXiv 1706.02677), and
/// from there on the decay law runs over the `steps - W` that are left.
pub trait Schedule: Send + Sync {
    /// Share of the steps that the warm-up takes, in `[0, 1]`.
    fn warmup(&self) -> f64;

    /// Factor at step `t` of `steps` after the warm-up; 1 at `t = 0`.
    fn decay(&self, t: u64, steps: u64) -> f64;

    /// Whether the factor is always 1, so that nobody need ask.
    fn is_constant(&self) -> bool {
        false
    }

    /// Factor at step `step` of `steps`.
    fn factor(&self, step: u64, steps: u64) -> f64 {
        let warmup = (self.warmup() * steps as f64).floor() as u64;
        if step < warmup { (step + 1) as f64 / warmup as f64 } else { self.decay(step - warmup, steps - warmup) }
    }
}

/// `0 <= warmup <= 1`.
pub(crate) fn check_warmup(warmup: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&warmup) {
        return Ok(());
    }
    Err(format!("warmup = {warmup}: it is a share of the steps; give a number from 0 (no warm-up) to 1"))
}

/// `0 < value <= 1`.
pub(crate) fn check_factor(name: &str, value: f64) -> Result<(), String> {
    if value > 0.0 && value <= 1.0 {
        return Ok(());
    }
    Err(format!("{name} = {value}: the learning rate falls and stays positive; give 0 < {name} <= 1"))
}
