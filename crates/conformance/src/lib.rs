//! Whether a problem or an optimizer is right: derivatives against differences, what is declared against what is measured.
//!
//! [`check`] looks at one surface and [`check_optimizer`] at one optimizer; each returns one [`Finding`] for each promise.
//! The command `check` and the tests of all that is shipped are these two functions.

mod declared;
mod derivatives;
mod differences;
mod kinks;
mod optimizer;
mod repetition;
mod symmetry;
#[cfg(test)]
mod tests;

pub use optimizer::check_optimizer;

use autodiff::Stream;
use problems::{Entry, Instance};
use toml::Table;

/// What became of one promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was tested and holds.
    Holds,
    /// It was tested and is broken.
    Broken,
    /// It does not apply, or would take too long here.
    Skipped,
}

/// One promise of a problem or an optimizer and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The promise, in a few words.
    pub promise: &'static str,
    /// What became of it.
    pub verdict: Verdict,
    /// The numbers, and for a broken promise what to look at.
    pub detail: String,
}

impl Finding {
    fn of(promise: &'static str, result: Result<String, String>) -> Self {
        match result {
            Ok(detail) => Finding { promise, verdict: Verdict::Holds, detail },
            Err(detail) => Finding { promise, verdict: Verdict::Broken, detail },
        }
    }

    fn skipped(promise: &'static str, detail: impl Into<String>) -> Self {
        Finding { promise, verdict: Verdict::Skipped, detail: detail.into() }
    }
}

/// Largest dimension whose Hessian is formed here.
const MOST_DENSE: usize = 500;

/// Looks at one surface: the problem `entry` with the parameters `params` (the others at their defaults).
///
/// # Errors
/// The message of [`Entry::build`].
///
/// # Panics
/// When the problem's own code panics.
pub fn check(entry: &Entry, params: &Table) -> Result<(Instance, Vec<Finding>), String> {
    let instance = entry.build(params)?;
    let again = entry.build(params)?;
    let findings = vec![
        declared::starts(&instance),
        derivatives::gradient(&instance),
        derivatives::hessian(&instance),
        derivatives::hessian_symmetry(&instance),
        derivatives::products(&instance),
        declared::points(&instance),
        declared::floor(&instance),
        declared::counts(&instance),
        declared::zero_modes(&instance),
        symmetry::symmetry(&instance),
        repetition::nan(&instance),
        kinks::kinks(&instance),
        repetition::determinism(&instance, &again),
        repetition::lanes(&instance),
    ];
    Ok((instance, findings))
}

/// A stream of this crate's own, the same for every problem and machine.
fn stream(purpose: &str, i: usize) -> Stream {
    Stream::new(0, "conformance", &[purpose, &i.to_string()])
}

/// Points that runs start from, then the same a little further out, where functions saturate.
fn sample(instance: &Instance, purpose: &str, count: usize) -> Vec<Vec<f64>> {
    let draw = |i: usize| {
        let mut x = instance.start_point(&mut stream(purpose, i));
        if i % 2 == 1 {
            x.iter_mut().for_each(|x| *x *= 1.5);
            instance.objective.geometry().retract(&mut x);
        }
        x
    };
    (0..count).map(draw).collect()
}

/// A direction with normal coordinates, of length 1.
fn direction(dim: usize, purpose: &str, i: usize) -> Vec<f64> {
    let mut stream = stream(purpose, i);
    let v: Vec<f64> = (0..dim).map(|_| stream.normal()).collect();
    let norm = dot(&v, &v).sqrt();
    v.iter().map(|v| v / norm).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}

fn max_abs(v: &[f64]) -> f64 {
    v.iter().fold(0.0, |largest: f64, a| if a.is_nan() { f64::NAN } else { largest.max(a.abs()) })
}

/// Whether `value` is at most `limit`; a NaN is not.
fn within(value: f64, limit: f64) -> bool {
    value <= limit
}

/// A point for a message: its first coordinates.
fn shown(x: &[f64]) -> String {
    const SHOWN: usize = 4;
    let mut words: Vec<String> = x.iter().take(SHOWN).map(|x| format!("{x:.6}")).collect();
    if x.len() > SHOWN {
        words.push("...".to_string());
    }
    format!("x = ({})", words.join(", "))
}
