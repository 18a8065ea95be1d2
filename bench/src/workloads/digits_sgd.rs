//! W3: minibatch SGD without replacement on the digits, many seeds at once.

use autodiff::{Objective, Stream};
use rayon::prelude::*;

use super::digits::{network, starts};
use crate::input::shared_order;
use crate::{Job, Order, Params};

/// Seeds that one task carries: the evaluator's widest block of lanes.
const BLOCK: usize = 32;

/// The result is the end points. The rows of all epochs, one after another, are cut into batches, so a batch may span
/// two epochs, and what does not fill a last batch is not used.
pub fn prepare(params: &Params) -> Job {
    let (hidden, seeds) = (params.count("hidden"), params.count("seeds"));
    let (epochs, batch, step_size) = (params.count("epochs"), params.count("batch"), params.real("step_size"));
    let objective = network(hidden).objective;
    let starts = starts(hidden, seeds);
    Box::new(move |order| {
        let rows = |seed| epoch_rows(&objective, order, seed, epochs);
        let mut points = starts.clone();
        let blocks = points.par_chunks_mut(BLOCK * objective.dim()).enumerate();
        blocks.for_each(|(block, xs)| {
            let first = block * BLOCK;
            let rows: Vec<Vec<u32>> = (first..first + xs.len() / objective.dim()).map(rows).collect();
            descend(&objective, xs, &rows, batch, step_size);
        });
        points
    })
}

/// The rows of all epochs of one seed, in the order in which they are used.
fn epoch_rows(objective: &Objective, order: Order, seed: usize, epochs: usize) -> Vec<u32> {
    let n_rows = objective.row_count();
    match order {
        Order::Shared => (0..epochs).flat_map(|epoch| shared_order(seed * epochs + epoch, n_rows)).collect(),
        Order::Own => {
            let mut stream = Stream::new(0, "batches", &[&seed.to_string()]);
            let mut epoch: Vec<u32> = (0..n_rows as u32).collect();
            let mut rows = Vec::with_capacity(epochs * n_rows);
            for _ in 0..epochs {
                stream.shuffle(&mut epoch);
                rows.extend_from_slice(&epoch);
            }
            rows
        }
    }
}

/// One step of each point of `xs` (k x dim) for each whole batch of its list of rows.
fn descend(objective: &Objective, xs: &mut [f64], rows: &[Vec<u32>], batch: usize, step_size: f64) {
    let mut at = objective.evaluator();
    let (mut values, mut grads) = (vec![0.0; rows.len()], vec![0.0; xs.len()]);
    let mut chosen = Vec::with_capacity(rows.len() * batch);
    for step in 0..rows[0].len() / batch {
        chosen.clear();
        rows.iter().for_each(|rows| chosen.extend_from_slice(&rows[step * batch..][..batch]));
        at.gradients_on(xs, &chosen, &mut values, &mut grads);
        xs.iter_mut().zip(&grads).for_each(|(x, grad)| *x -= step_size * grad);
    }
}
