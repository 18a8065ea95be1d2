//! W2: full-batch gradient descent of a 2-4-1 network on XOR, tanh and logistic, cross-entropy.

use autodiff::{Objective, Scalar};

use super::descent::descend;
use crate::input::network_starts;
use crate::{Job, Params};

const HIDDEN: usize = 4;

const PATTERNS: [([f64; 2], f64); 4] = [([0.0, 0.0], 0.0), ([0.0, 1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, 1.0], 0.0)];

/// Descends from random networks; the result is the end points, 17 parameters each.
pub fn prepare(params: &Params) -> Job {
    let (steps, step_size) = (params.count("steps"), params.real("step_size"));
    let starts = network_starts(2, HIDDEN, 1, params.count("seeds"));
    let objective = Objective::formula(3 * HIDDEN + HIDDEN + 1, |x| loss(x));
    Box::new(move |_| descend(&objective, &starts, steps, step_size))
}

/// Mean over the patterns of `-ln p` of the right answer, `p = logistic(z)`: `softplus(z) - target * z`. Parameters:
/// hidden weights (4 x 2), hidden biases, output weights, output bias.
fn loss<S: Scalar>(x: &[S]) -> S {
    let (weights, rest) = x.split_at(2 * HIDDEN);
    let (biases, output) = rest.split_at(HIDDEN);
    let losses = PATTERNS.map(|(inputs, target)| {
        // An input is 0 or 1, so it switches a weight on or off.
        let unit = |(weights, &bias): (&[S], &S)| {
            let on = weights.iter().zip(inputs).filter(|(_, input)| *input == 1.0).map(|(&weight, _)| weight);
            S::sum(std::iter::once(bias).chain(on)).tanh()
        };
        let hidden = weights.chunks_exact(2).zip(biases).map(unit);
        let z = hidden.zip(output).fold(output[HIDDEN], |z, (unit, &weight)| unit.mul_add(weight, z));
        if target == 1.0 { z.softplus() - z } else { z.softplus() }
    });
    S::sum(losses) * 0.25
}
