//! One element of a network's symmetry group: hidden units exchanged and flipped.

use super::layout::{Layout, Parity};

/// New unit `i` of hidden layer l is old unit `units[l][i]`, its sign changed where `flipped[l][i]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relabelling {
    /// A permutation for each hidden layer.
    pub units: Vec<Vec<usize>>,
    /// All false unless the activation is odd or even.
    pub flipped: Vec<Vec<bool>>,
}

impl Relabelling {
    /// The one that changes nothing.
    pub fn identity(layout: &Layout) -> Self {
        let hidden = &layout.widths[1..layout.widths.len() - 1];
        Relabelling {
            units: hidden.iter().map(|&width| (0..width).collect()).collect(),
            flipped: hidden.iter().map(|&width| vec![false; width]).collect(),
        }
    }

    /// The point with the units relabelled; the network computes the same function.
    ///
    /// `W'_l[i][j] = s_l(i) W_l[p_l(i)][p_(l-1)(j)] s_(l-1)(j)` and `b'_l[i] = s_l(i) b_l[p_l(i)]` with signs s and permutations p,
    /// those of inputs and outputs trivial; for an even activation `s_(l-1)` is left out.
    pub fn apply(&self, layout: &Layout, x: &[f64]) -> Vec<f64> {
        assert_eq!(x.len(), layout.dim(), "a point of the network {:?}", layout.widths);
        let mut relabelled = vec![0.0; x.len()];
        for layer in 0..layout.layers() {
            for i in 0..layout.widths[layer + 1] {
                let (old, sign) = self.unit(layer + 1, i);
                let from = &x[layout.weights(layer, old)];
                let to = &mut relabelled[layout.weights(layer, i)];
                for (j, weight) in to.iter_mut().enumerate() {
                    let (source, carried) = self.unit(layer, j);
                    let carried = if layout.parity == Parity::Odd { carried } else { 1.0 };
                    *weight = sign * carried * from[source];
                }
                relabelled[layout.bias(layer, i)] = sign * x[layout.bias(layer, old)];
            }
        }
        relabelled
    }

    /// Old number and sign of the new unit `i` of layer `layer` of `widths`; inputs and outputs stay as they are.
    pub(super) fn unit(&self, layer: usize, i: usize) -> (usize, f64) {
        match layer.checked_sub(1).filter(|&hidden| hidden < self.units.len()) {
            Some(hidden) => (self.units[hidden][i], if self.flipped[hidden][i] { -1.0 } else { 1.0 }),
            None => (i, 1.0),
        }
    }
}
