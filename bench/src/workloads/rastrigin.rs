//! W1: gradient descent on Rastrigin's function.

use super::descent::descend;
use crate::input::{Purpose, uniform};
use crate::{Job, Params};

/// Descends from uniform starts in the domain; the result is the end points.
pub fn prepare(params: &Params) -> Job {
    let dim = params.count("dim");
    let (steps, step_size) = (params.count("steps"), params.real("step_size"));
    let instance = super::instance("rastrigin", &format!("dim = {dim}"));
    let starts = uniform(Purpose::Start, 0, params.count("seeds") * dim);
    let starts: Vec<f64> = starts.iter().map(|x| 5.12 * x).collect();
    Box::new(move |_| descend(&instance.objective, &starts, steps, step_size))
}
