//! Which minima a saddle connects, and how basins merge as the level rises.

mod disconnectivity;
mod flow;
mod graph;
mod transition;

pub use disconnectivity::{MergeTree, TreeNode, merge_tree};
pub(crate) use flow::flow_seen;
pub use flow::{Descent, Flow, flow_down};
pub use graph::{Edge, StationaryGraph, stationary_graph};
pub use transition::{Connection, connect};
