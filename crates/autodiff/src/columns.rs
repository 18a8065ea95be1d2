//! Stretches of a data row: what is computed from numbers next to each other can read them where the row is.

use std::ops::Range;

use crate::graph::{Graph, Node, Op};

/// Numbers of a stretch at least. Shorter ones are as well copied to lanes.
const SHORTEST: usize = 8;

/// The inputs that are the columns of a data row.
#[derive(Clone, Debug)]
pub(crate) struct Columns(pub Range<usize>);

impl Columns {
    /// The column that a node is.
    pub fn of(&self, graph: &Graph, node: Node) -> Option<usize> {
        match graph.op(node) {
            Op::Input(i) if self.0.contains(&(i as usize)) => Some(i as usize - self.0.start),
            _ => None,
        }
    }

    /// The first column, where the nodes are a stretch of columns.
    pub fn stretch(&self, graph: &Graph, nodes: &[Node]) -> Option<usize> {
        let first = self.of(graph, *nodes.first()?)?;
        (nodes.len() >= SHORTEST && self.run(graph, nodes) == nodes.len()).then_some(first)
    }

    /// The nodes cut into stretches, constants, and what is between them.
    pub fn pieces(&self, graph: &Graph, nodes: &[Node]) -> Vec<Range<usize>> {
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let mut is_open = false;
        let mut at = 0;
        while at < nodes.len() {
            let run = self.run(graph, &nodes[at..]);
            if run >= SHORTEST {
                pieces.push(at..at + run);
                is_open = false;
                at += run;
                continue;
            }
            let is_constant = graph.constant_of(nodes[at]).is_some();
            match pieces.last_mut() {
                Some(piece) if is_open && !is_constant => piece.end += 1,
                _ => pieces.push(at..at + 1),
            }
            is_open = !is_constant;
            at += 1;
        }
        pieces
    }

    /// How many of the nodes, from the first, are columns one after another.
    fn run(&self, graph: &Graph, nodes: &[Node]) -> usize {
        let Some(first) = self.of(graph, nodes[0]) else { return 0 };
        (first..).zip(nodes).take_while(|&(column, &node)| self.of(graph, node) == Some(column)).count()
    }
}
