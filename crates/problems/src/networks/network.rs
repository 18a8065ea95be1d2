//! Fully connected networks: layout of the parameters, forward pass, losses of one row.
//!
//! Layers are given by their `widths`: inputs, hidden layers, outputs. Parameters are laid out per layer:
//! weights row-major (out x in), then biases (out).

use autodiff::Scalar;
use serde::{Deserialize, Serialize};

use crate::symmetry::Parity;

/// What a hidden unit does to its pre-activation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// Hyperbolic tangent.
    #[default]
    Tanh,
    /// `1 / (1 + exp(-z))`
    Logistic,
    /// `ln(1 + exp(z))`
    Softplus,
    /// `max(0, z)`
    Relu,
    /// `max(0, z)^2`
    Relu2,
    /// `z Phi(z)` in the form with tanh (Hendrycks and Gimpel 2016, the default of jax.nn.gelu; torch's default has erf):
    /// `z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3)))`
    Gelu,
    /// `sin z`
    Sin,
    /// `z`: a linear network.
    Identity,
}

impl Activation {
    /// Whether it is 0 for every negative pre-activation and a power for the others, so that a unit can be rescaled.
    pub fn is_rectifier(self) -> bool {
        matches!(self, Activation::Relu | Activation::Relu2)
    }

    /// What becomes of it when the pre-activation changes its sign.
    pub fn parity(self) -> Parity {
        match self {
            Activation::Tanh | Activation::Sin | Activation::Identity => Parity::Odd,
            Activation::Logistic | Activation::Softplus | Activation::Relu | Activation::Relu2 | Activation::Gelu => {
                Parity::None
            }
        }
    }

    /// The activation of one pre-activation.
    pub fn apply<S: Scalar>(self, z: S) -> S {
        match self {
            Activation::Tanh => z.tanh(),
            Activation::Logistic => z.logistic(),
            Activation::Softplus => z.softplus(),
            Activation::Relu => z.relu(),
            Activation::Relu2 => z.relu().square(),
            Activation::Gelu => {
                const SQRT_2_OVER_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2;
                let inner = (z.square() * z * 0.044715 + z) * SQRT_2_OVER_PI;
                z * 0.5 * (inner.tanh() + 1.0)
            }
            Activation::Sin => z.sin(),
            Activation::Identity => z,
        }
    }
}

/// What is made of a network's outputs and the targets of one row, one target per output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Loss {
    /// Cross-entropy of a softmax over the classes.
    #[default]
    Softmax,
    /// Cross-entropy of one logistic output.
    Binary,
    /// Half the squared error.
    Squared,
}

impl Loss {
    /// The loss of one row.
    pub fn of<S: Scalar>(self, outputs: &[S], target: &[S]) -> S {
        match self {
            Loss::Softmax => softmax_cross_entropy(outputs, target),
            // -t ln p - (1 - t) ln(1 - p) with p = logistic(z)
            Loss::Binary => outputs[0].softplus() - target[0] * outputs[0],
            Loss::Squared => S::sum(outputs.iter().zip(target).map(|(&z, &t)| (z - t).square())) * 0.5,
        }
    }
}

/// Number of weights and biases.
pub fn parameter_count(widths: &[usize]) -> usize {
    widths.windows(2).map(|layer| (layer[0] + 1) * layer[1]).sum()
}

/// Standard deviation of each start parameter: `sqrt(2 / (in + out))` for weights, 0 for biases (Glorot and
/// Bengio 2010).
pub fn glorot_sd(widths: &[usize]) -> Vec<f64> {
    let mut sd = Vec::with_capacity(parameter_count(widths));
    for layer in widths.windows(2) {
        let (inputs, outputs) = (layer[0], layer[1]);
        sd.resize(sd.len() + inputs * outputs, (2.0 / (inputs + outputs) as f64).sqrt());
        sd.resize(sd.len() + outputs, 0.0);
    }
    sd
}

/// Outputs of the network with parameters `x` on one input; the last layer is linear.
pub fn forward<S: Scalar>(widths: &[usize], activation: Activation, x: &[S], features: &[S]) -> Vec<S> {
    let mut signal = features.to_vec();
    let mut rest = x;
    for layer in widths.windows(2) {
        if rest.len() < x.len() {
            signal.iter_mut().for_each(|z| *z = activation.apply(*z));
        }
        let (weights, after) = rest.split_at(layer[0] * layer[1]);
        let (biases, after) = after.split_at(layer[1]);
        let unit = |(weights, &bias): (&[S], &S)| weights.iter().zip(&signal).fold(bias, |z, (w, s)| w.mul_add(*s, z));
        signal = weights.chunks_exact(layer[0]).zip(biases).map(unit).collect();
        rest = after;
    }
    signal
}

/// `ln sum_k exp(z_k) - sum_k t_k z_k` for a one-hot target t.
///
/// Both terms are shifted by the largest output m, so nothing overflows. That changes neither the value nor, as
/// the shift cancels whatever m is, any derivative; so it does not matter which branch of the maximum is taken.
fn softmax_cross_entropy<S: Scalar>(outputs: &[S], target: &[S]) -> S {
    let largest = outputs.iter().copied().reduce(S::max).expect("at least one output").frozen();
    let shifted: Vec<S> = outputs.iter().map(|&z| z - largest).collect();
    S::sum(shifted.iter().map(|z| z.exp())).ln() - S::dot(target, &shifted)
}
