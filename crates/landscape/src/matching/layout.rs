//! How the parameters of a fully connected network lie in a point, and what its activation allows.

use std::ops::Range;

/// What an activation s makes of a change of sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// `s(-z) = -s(z)` (tanh, sine, identity): a unit's incoming and outgoing weights may change sign together.
    Odd,
    /// `s(-z) = s(z)` (cosine, square): its incoming weights alone may.
    Even,
    /// Neither (logistic, softplus, ReLU): units can only be exchanged.
    None,
}

/// A fully connected network: `widths` are those of inputs, hidden layers and outputs. Parameters lie layer by layer:
/// weights row-major (out x in), then biases (out); the last layer has no activation.
///
/// Rescaling of rectified units is a continuous symmetry and not meant here: bring such networks to one scale first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Inputs, hidden layers, outputs; at least two.
    pub widths: Vec<usize>,
    /// Of every hidden unit's activation.
    pub parity: Parity,
}

impl Layout {
    /// Number of parameters.
    pub fn dim(&self) -> usize {
        self.widths.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }

    /// Number of layers of weights.
    pub fn layers(&self) -> usize {
        self.widths.len() - 1
    }

    /// Where the weights into unit `i` of layer `layer` (0 for that after the inputs) lie.
    pub fn weights(&self, layer: usize, i: usize) -> Range<usize> {
        let first = self.offset(layer) + i * self.widths[layer];
        first..first + self.widths[layer]
    }

    /// Where the bias of that unit lies.
    pub fn bias(&self, layer: usize, i: usize) -> usize {
        self.offset(layer) + self.widths[layer] * self.widths[layer + 1] + i
    }

    /// The weights into each unit, of all layers in order: the "filters" of a fully connected network.
    pub fn filters(&self) -> Vec<Range<usize>> {
        (0..self.layers()).flat_map(|layer| (0..self.widths[layer + 1]).map(move |i| self.weights(layer, i))).collect()
    }

    fn offset(&self, layer: usize) -> usize {
        self.widths[..=layer].windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }
}
