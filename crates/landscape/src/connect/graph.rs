//! Minima and the saddles between them, each once, as a graph.

use super::disconnectivity::{MergeTree, merge_tree};
use super::transition::Connection;
use crate::matching::{Spot, Symmetry, Tolerances};

/// A saddle between two minima.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Positions of the two in the list of minima, the smaller first; equal when it joins a minimum to its own copy.
    pub ends: [usize; 2],
    /// The saddle (dim,).
    pub x: Vec<f64>,
    /// Its height.
    pub f: f64,
}

/// Distinct minima, lowest first, and the distinct saddles that join them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StationaryGraph {
    /// Ascending by value.
    pub minima: Vec<Spot>,
    /// Ascending by height.
    pub edges: Vec<Edge>,
    /// Connections left out because a descent did not end at a certified minimum.
    pub n_incomplete: usize,
}

impl StationaryGraph {
    /// The disconnectivity graph; passes within `tolerance` (in units of f) are one level, see [`merge_tree`].
    pub fn merge_tree(&self, tolerance: f64) -> MergeTree {
        let minima: Vec<f64> = self.minima.iter().map(|spot| spot.f).collect();
        let passes: Vec<(usize, usize, f64)> =
            self.edges.iter().map(|edge| (edge.ends[0], edge.ends[1], edge.f)).collect();
        merge_tree(&minima, &passes, tolerance)
    }
}

/// Gathers what `connections` and a list of further `minima` (index 0) say, copies up to `symmetry` being one.
pub fn stationary_graph(
    minima: &[Spot],
    connections: &[Connection],
    symmetry: &Symmetry,
    tolerances: &Tolerances,
) -> StationaryGraph {
    let mut all: Vec<Spot> = vec![];
    let mut add = |spot: Spot| {
        let known = all.iter().position(|other| other.is_copy_of(&spot, symmetry, tolerances));
        known.unwrap_or_else(|| {
            all.push(spot);
            all.len() - 1
        })
    };
    minima.iter().for_each(|spot| {
        add(spot.clone());
    });
    let complete = connections.iter().filter(|connection| connection.is_complete());
    let mut edges: Vec<Edge> = vec![];
    for connection in complete {
        let ends = [0, 1].map(|side: usize| {
            let (x, f) = (connection.descents[side].point.x.clone(), connection.certificates[side].f);
            add(Spot { x, f, index: 0 })
        });
        let ends = [ends[0].min(ends[1]), ends[0].max(ends[1])];
        let edge = Edge { ends, x: connection.x.clone(), f: connection.f };
        let saddle = |edge: &Edge| Spot { x: edge.x.clone(), f: edge.f, index: 1 };
        let is_new = edges
            .iter()
            .all(|other| other.ends != ends || !saddle(other).is_copy_of(&saddle(&edge), symmetry, tolerances));
        if is_new {
            edges.push(edge);
        }
    }
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|&a, &b| all[a].f.total_cmp(&all[b].f));
    let mut rank = vec![0; all.len()];
    order.iter().enumerate().for_each(|(new, &old)| rank[old] = new);
    for edge in &mut edges {
        let [a, b] = edge.ends.map(|end| rank[end]);
        edge.ends = [a.min(b), a.max(b)];
    }
    edges.sort_by(|a, b| a.f.total_cmp(&b.f).then(a.ends.cmp(&b.ends)));
    StationaryGraph {
        minima: order.iter().map(|&old| all[old].clone()).collect(),
        n_incomplete: connections.len() - connections.iter().filter(|connection| connection.is_complete()).count(),
        edges,
    }
}
