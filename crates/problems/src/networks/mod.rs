//! Networks: losses over the weights of a net.

mod auer_neuron;
mod constant_network;
mod deep_linear;
mod fukumizu_amari;
mod init;
mod linear_autoencoder;
mod mlp;
pub(crate) mod network;
pub(crate) mod rank;
mod relu_kernel;
mod safran_shamir;
mod set_splitting;
mod three_nodes;
mod xor;

pub use auer_neuron::AuerNeuron;
pub use deep_linear::DeepLinear;
pub use fukumizu_amari::FukumizuAmari;
pub use init::Init;
pub use linear_autoencoder::LinearAutoencoder;
pub use mlp::Mlp;
pub use network::{Activation, Loss};
pub use safran_shamir::SafranShamir;
pub use set_splitting::{Joint, SetSystem};
pub use three_nodes::{Output, System, ThreeNodes};
pub use xor::{Net, Pair, Xor};

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<Xor>();
    visitor.visit::<Mlp>();
    visitor.visit::<LinearAutoencoder>();
    visitor.visit::<DeepLinear>();
    visitor.visit::<AuerNeuron>();
    visitor.visit::<SafranShamir>();
    visitor.visit::<FukumizuAmari>();
    visitor.visit::<ThreeNodes>();
}
