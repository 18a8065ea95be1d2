//! The lane executor: runs a program over a block of lanes (points, directions or data rows) at once.
//!
//! Every lane runs the same scalar expressions in the same order, and nothing is fused that the graph does not fuse:
//! the number of lanes never changes a lane's bits. Sums over lanes have a fixed order, see [`Workspace::run_over`].

mod body;
mod element;
mod moves;
mod slots;
mod workspace;

pub(crate) use element::Element;
pub(crate) use workspace::Workspace;

/// Lanes that a workspace can have.
const MOST_LANES: usize = 64;

/// What sums begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// 0: what was there is forgotten.
    New,
    /// What is there.
    There,
}
