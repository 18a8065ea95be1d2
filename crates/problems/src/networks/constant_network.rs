//! The critical point that every network has: all weights 0, so that the output is one constant.

use autodiff::{Rows, math};

use super::network::{Activation, Loss, parameter_count};
use super::rank::rank;
use crate::problem::KnownPoint;

/// The best network with all weights 0, for rows of features and targets, or `None` where there is none: without
/// hidden layers, or when a class is in no row or in all.
///
/// Its output is the mean target, its loss that of the best constant guess. Hidden units see no input and no
/// unit feeds the output, so the gradient is 0, and the Hessian is that of the output biases plus, with one
/// hidden layer of slope not 0, the block `M = E[error x input]` between the outgoing and the incoming weights
/// of every unit: each unit adds rank(M) negative and as many positive eigenvalues. (ReLU units are switched off
/// by biases of -1, away from the kink.)
pub fn constant_network(rows: &Rows, widths: &[usize], activation: Activation, loss: Loss) -> Option<KnownPoint> {
    let (inputs, outputs, hidden) = (widths[0], widths[widths.len() - 1], &widths[1..widths.len() - 1]);
    let mean =
        |of: &dyn Fn(&[f64]) -> f64| (0..rows.count()).map(|i| of(rows.row(i))).sum::<f64>() / rows.count() as f64;
    let share: Vec<f64> = (0..outputs).map(|k| mean(&|row| row[inputs + k])).collect();
    // An answer that is a number has no such share.
    let is_class = (0..rows.count()).all(|i| rows.row(i)[inputs..].iter().all(|&t| t == 0.0 || t == 1.0));
    if hidden.is_empty() || !is_class || share.iter().any(|&p| p <= 0.0 || p >= 1.0) {
        return None;
    }
    let (biases, value, rank_of_biases) = best_constant(&share, loss);
    let dim = parameter_count(widths);
    let mut x = vec![0.0; dim];
    x[dim - outputs..].copy_from_slice(&biases);
    let is_relu = activation.is_rectifier();
    if is_relu {
        let mut at = 0;
        for layer in widths.windows(2).take(hidden.len()) {
            at += layer[0] * layer[1];
            x[at..at + layer[1]].fill(-1.0);
            at += layer[1];
        }
    }
    let m = |j: usize| (0..outputs).map(|k| mean(&|row| (share[k] - row[inputs + k]) * row[j])).collect();
    let n_neg = if hidden.len() == 1 && !is_relu { hidden[0] * rank((0..inputs).map(m).collect()) } else { 0 };
    Some(KnownPoint { x, value, n_neg, n_zero: Some(dim - 2 * n_neg - rank_of_biases) })
}

/// Output biases that give the mean targets `share`, the loss there, and the rank of their Hessian.
fn best_constant(share: &[f64], loss: Loss) -> (Vec<f64>, f64, usize) {
    let entropy = |p: f64| -p * math::ln(p);
    let p = share[0];
    match loss {
        Loss::Softmax => {
            let biases = share.iter().map(|&p| math::ln(p)).collect();
            (biases, share.iter().map(|&p| entropy(p)).sum(), share.len() - 1)
        }
        Loss::Binary => (vec![math::ln(p / (1.0 - p))], entropy(p) + entropy(1.0 - p), 1),
        Loss::Squared => (share.to_vec(), share.iter().map(|&p| 0.5 * p * (1.0 - p)).sum(), share.len()),
    }
}
