//! Networks: losses over the weights of a net.

mod auer_neuron;
mod constant_network;
mod deep_linear;
mod init;
mod linear_autoencoder;
mod mlp;
pub(crate) mod network;
pub(crate) mod rank;
mod xor;

pub use auer_neuron::AuerNeuron;
pub use deep_linear::DeepLinear;
pub use init::Init;
pub use linear_autoencoder::LinearAutoencoder;
pub use mlp::Mlp;
pub use network::{Activation, Loss};
pub use xor::{Net, Pair, Xor};

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<Xor>();
    visitor.visit::<Mlp>();
    visitor.visit::<LinearAutoencoder>();
    visitor.visit::<DeepLinear>();
    visitor.visit::<AuerNeuron>();
}
