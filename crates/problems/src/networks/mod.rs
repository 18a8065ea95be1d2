//! Networks: losses over the weights of a net.

mod constant_network;
mod init;
mod linear_autoencoder;
mod mlp;
pub(crate) mod network;
pub(crate) mod rank;
mod xor;

pub use init::Init;
pub use linear_autoencoder::LinearAutoencoder;
pub use mlp::Mlp;
pub use network::{Activation, Loss};
pub use xor::{Pair, Xor};

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<Xor>();
    visitor.visit::<Mlp>();
    visitor.visit::<LinearAutoencoder>();
}
