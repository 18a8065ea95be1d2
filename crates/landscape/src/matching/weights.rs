//! Relabelling one network so that it lies as near as possible to another.

use super::assignment::assignment;
use super::layout::{Layout, Parity};
use super::relabelling::Relabelling;
use crate::tangent::dot;

/// Rounds over all layers, at most; each raises the similarity, and there are finitely many relabellings.
const ROUNDS: usize = 100;

/// A round must raise the similarity by more than this share of `|a| |b|`: less is rounding.
const GAIN: f64 = 1e-12;

/// The relabelling of `b` that brings it near to `a`, two points of the same network.
///
/// Weight matching (Ainsworth, Hayase and Srinivasa 2023, "Git Re-Basin", algorithm 1), with signs: `|a - r(b)|` is
/// least where `a . r(b)` is largest. For one hidden layer, all others fixed, that is an assignment problem with the
/// similarity of unit i of a to unit k of b
///
/// `in(i, k) + out(i, k)`, the products of the incoming weights and bias and of the outgoing weights;
///
/// flipped if that is negative and the activation odd (for an even one `|in| + out`). It is solved exactly; layers take
/// turns until none gains. With one hidden layer the result is the nearest of all relabellings; with several it is a
/// local optimum, the better one of two starts: all layers as they are, and layer by layer from the inputs by incoming
/// weights alone, which recognises an exact copy.
pub fn match_units(layout: &Layout, a: &[f64], b: &[f64]) -> Relabelling {
    assert!(a.len() == layout.dim() && b.len() == a.len(), "two points of the network {:?}", layout.widths);
    let mut as_is = Relabelling::identity(layout);
    let mut from_inputs = as_is.clone();
    for hidden in 0..from_inputs.units.len() {
        rematch(layout, a, b, &mut from_inputs, hidden, false);
    }
    let similarity = [&mut as_is, &mut from_inputs].map(|relabelling| improve(layout, a, b, relabelling));
    if similarity[1] > similarity[0] { from_inputs } else { as_is }
}

/// Layers take turns until none gains; returns `a . r(b)`.
fn improve(layout: &Layout, a: &[f64], b: &[f64], relabelling: &mut Relabelling) -> f64 {
    let least_gain = GAIN * (dot(a, a) * dot(b, b)).sqrt();
    let mut similarity = dot(a, &relabelling.apply(layout, b));
    for _ in 0..ROUNDS {
        let mut trial = relabelling.clone();
        for hidden in 0..trial.units.len() {
            rematch(layout, a, b, &mut trial, hidden, true);
        }
        let better = dot(a, &trial.apply(layout, b));
        if better.is_nan() || better <= similarity + least_gain {
            break;
        }
        (similarity, *relabelling) = (better, trial);
    }
    similarity
}

/// The best labels of one hidden layer, the others fixed.
fn rematch(layout: &Layout, a: &[f64], b: &[f64], relabelling: &mut Relabelling, hidden: usize, with_outgoing: bool) {
    let layer = hidden + 1;
    let width = layout.widths[layer];
    let is_odd = layout.parity == Parity::Odd;
    // Sign with which a unit's output reaches the next layer.
    let carried = |relabelling: &Relabelling, layer: usize, i: usize| {
        let (old, sign) = relabelling.unit(layer, i);
        (old, if is_odd { sign } else { 1.0 })
    };
    let mut cost = vec![0.0; width * width];
    let mut is_flipped = vec![false; width * width];
    for i in 0..width {
        for k in 0..width {
            let (weights_a, weights_b) = (&a[layout.weights(hidden, i)], &b[layout.weights(hidden, k)]);
            let mut incoming = a[layout.bias(hidden, i)] * b[layout.bias(hidden, k)];
            for (j, weight) in weights_a.iter().enumerate() {
                let (old, sign) = carried(relabelling, hidden, j);
                incoming += weight * sign * weights_b[old];
            }
            let mut outgoing = 0.0;
            if with_outgoing {
                for j in 0..layout.widths[layer + 1] {
                    let (old, sign) = relabelling.unit(layer + 1, j);
                    outgoing += a[layout.weights(layer, j)][i] * sign * b[layout.weights(layer, old)][k];
                }
            }
            let (similarity, flips) = match layout.parity {
                Parity::Odd => ((incoming + outgoing).abs(), incoming + outgoing < 0.0),
                Parity::Even => (incoming.abs() + outgoing, incoming < 0.0),
                Parity::None => (incoming + outgoing, false),
            };
            cost[i * width + k] = -similarity;
            is_flipped[i * width + k] = flips;
        }
    }
    let units = assignment(&cost, width);
    relabelling.flipped[hidden] = units.iter().enumerate().map(|(i, &k)| is_flipped[i * width + k]).collect();
    relabelling.units[hidden] = units;
}
