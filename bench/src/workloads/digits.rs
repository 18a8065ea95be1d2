//! The 64-h-10 network on the digits that W3, W4 and W5 share: tanh, softmax cross-entropy, all 1797 rows.

use problems::Instance;

use crate::input::network_starts;

/// The network with this many hidden units.
pub fn network(hidden: usize) -> Instance {
    super::instance("mlp", &format!("hidden = [{hidden}]"))
}

/// Start points (count x dim) of it.
pub fn starts(hidden: usize, count: usize) -> Vec<f64> {
    network_starts(64, hidden, 10, count)
}
