//! W3: minibatch SGD without replacement on the digits, many seeds at once.

use autodiff::{Evaluator, Objective, Stream, vectorised};
use rayon::prelude::*;

use super::digits::{network, starts};
use crate::input::shared_order;
use crate::{Job, Order, Params};

/// The result is the end points. The rows of all epochs, one after another, are cut into batches, so a batch may span
/// two epochs, and what does not fill a last batch is not used.
pub fn prepare(params: &Params, single_precision: bool) -> Job {
    let (hidden, seeds) = (params.count("hidden"), params.count("seeds"));
    let (epochs, batch, step_size) = (params.count("epochs"), params.count("batch"), params.real("step_size"));
    let objective = network(hidden).objective;
    let starts = starts(hidden, seeds);
    Box::new(move |order| {
        let mut points = starts.clone();
        points.par_chunks_exact_mut(objective.dim()).with_max_len(1).enumerate().for_each(|(seed, x)| {
            let rows = epoch_rows(&objective, order, seed, epochs);
            let at = if single_precision { objective.single_precision_evaluator() } else { objective.evaluator() };
            descend(at, x, &rows, batch, step_size);
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

/// One step of x for each whole batch of rows.
fn descend(mut at: Evaluator, x: &mut [f64], rows: &[u32], batch: usize, step_size: f64) {
    let mut grad = vec![0.0; x.len()];
    for rows in rows.chunks_exact(batch) {
        at.gradients_on(x, rows, &mut [0.0], &mut grad);
        vectorised(
            #[inline(always)]
            || x.iter_mut().zip(&grad).for_each(|(x, g)| *x = (-step_size).mul_add(*g, *x)),
        );
    }
}
