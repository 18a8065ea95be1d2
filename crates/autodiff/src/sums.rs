//! What is summed over data rows: outer products of two lists of nodes, which is what derivatives of units are.

use std::ops::Range;

use crate::columns::Columns;
use crate::derive::{adjoints, gradient, tangent};
use crate::graph::{Graph, Node};
use crate::units::Unit;

/// What is read and written by vectors takes a multiple of this many places, the widest vector.
pub(crate) const PADDING: usize = 16;

/// Places for so many numbers that are read and written by vectors.
pub(crate) fn padded(count: usize) -> usize {
    count.next_multiple_of(PADDING)
}

/// Places from one row of sums to the next, for so many columns; those of a single column stand next to each other.
pub(crate) fn stride(columns: usize) -> usize {
    if columns == 1 { 1 } else { padded(columns) }
}

/// `sum over rows of left_i right_j` for all i and j, added to the sums from `first` on: row i is `stride(columns)`
/// places after the one before.
#[derive(Clone, Debug)]
pub(crate) struct OuterProduct {
    pub left: Vec<Node>,
    pub right: Vec<Node>,
    pub first: usize,
    /// Whether only `i >= j` is wanted, because the sums are symmetric; the others are left in any state.
    pub is_lower: bool,
}

/// Outer products and what their sums mean. Products may add to the same sums.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pub products: Vec<OuterProduct>,
    /// Number of sums, those included that only fill up rows.
    pub len: usize,
    /// `(first sum, first output, count)` of stretches in which outputs follow one another.
    pub stretches: Vec<(u32, u32, u32)>,
}

impl Sums {
    /// New sums of `left` times `right`; returns the position of the first.
    pub fn push(&mut self, left: Vec<Node>, right: Vec<Node>, is_lower: bool) -> usize {
        let first = self.len;
        self.len += padded(left.len() * stride(right.len()));
        self.products.push(OuterProduct { left, right, first, is_lower });
        first
    }

    /// New sums for these outputs, row-major, stretches of a data row by themselves; returns the first sum of each piece of
    /// `right`.
    fn push_for(
        &mut self,
        graph: &Graph,
        row: &Columns,
        [left, right]: [Vec<Node>; 2],
        outputs: impl IntoIterator<Item = usize>,
    ) -> Vec<(usize, Range<usize>)> {
        let outputs: Vec<usize> = outputs.into_iter().collect();
        let columns = right.len();
        let mut firsts = Vec::new();
        for piece in row.pieces(graph, &right) {
            let first = self.push(left.clone(), right[piece.clone()].to_vec(), false);
            for (i, outputs) in outputs.chunks_exact(columns).enumerate() {
                for (j, &output) in outputs[piece.clone()].iter().enumerate() {
                    let (sum, output) = ((first + i * stride(piece.len()) + j) as u32, output as u32);
                    match self.stretches.last_mut() {
                        Some((from, to, count)) if (*from + *count, *to + *count) == (sum, output) => *count += 1,
                        _ => self.stretches.push((sum, output, 1)),
                    }
                }
            }
            firsts.push((first, piece));
        }
        firsts
    }

    /// The value alone, output 0.
    pub fn value(graph: &mut Graph, row: &Columns, value: Node) -> Self {
        let mut sums = Sums::default();
        let one = graph.constant(1.0);
        sums.push_for(graph, row, [vec![value], vec![one]], [0]);
        sums
    }

    /// The value, output 0, and the gradient, outputs `1..=dim`. Without units every derivative is a node of its own.
    pub fn gradient(graph: &mut Graph, row: &Columns, value: Node, dim: usize, units: Option<&[Unit]>) -> Self {
        let mut sums = Sums::value(graph, row, value);
        match units {
            Some(units) => {
                let adjoints = adjoints(graph, value);
                for layer in layers(units) {
                    let left = layer.iter().map(|unit| adjoint(graph, &adjoints, unit.node)).collect();
                    let outputs = layer.iter().flat_map(|unit| unit.params.iter().map(|param| param + 1));
                    sums.push_for(graph, row, [left, layer[0].signals.clone()], outputs);
                }
            }
            None => {
                let nodes = gradient(graph, value, dim);
                let one = graph.constant(1.0);
                sums.push_for(graph, row, [nodes, vec![one]], 1..=dim);
            }
        }
        sums
    }

    /// The Hessian times a direction, outputs `0..dim`; the direction follows the row among the inputs.
    pub fn hvp(graph: &mut Graph, row: &Columns, value: Node, dim: usize, units: Option<&[Unit]>) -> Self {
        let first_direction = row.0.end;
        let seeds: Vec<_> = (0..dim).map(|i| (graph.input(i), graph.input(first_direction + i))).collect();
        let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
        let mut sums = Sums::default();
        let Some(units) = units else {
            let nodes = gradient(graph, value, dim);
            let nodes = tangent(graph, &nodes, &seeds).into_iter().map(|node| node.unwrap_or(zero)).collect();
            sums.push_for(graph, row, [nodes, vec![one]], 0..dim);
            return sums;
        };
        let adjoints = adjoints(graph, value);
        for layer in layers(units) {
            let signals = &layer[0].signals;
            let deltas: Vec<Node> = layer.iter().map(|unit| adjoint(graph, &adjoints, unit.node)).collect();
            let changes = tangent(graph, &[&deltas[..], signals].concat(), &seeds);
            let (of_deltas, of_signals) = changes.split_at(deltas.len());
            let or_zero = |changes: &[Option<Node>]| changes.iter().map(|node| node.unwrap_or(zero)).collect();
            let outputs = layer.iter().flat_map(|unit| unit.params.iter().copied());
            for (first, piece) in sums.push_for(graph, row, [or_zero(of_deltas), signals.clone()], outputs) {
                let of_signals = &of_signals[piece];
                if of_signals.iter().any(Option::is_some) {
                    let right = or_zero(of_signals);
                    sums.products.push(OuterProduct { left: deltas.clone(), right, first, is_lower: false });
                }
            }
        }
        sums
    }
}

/// Units with the same signals, in the order of the first of them.
pub(crate) fn layers(units: &[Unit]) -> Vec<Vec<&Unit>> {
    let mut layers: Vec<Vec<&Unit>> = Vec::new();
    for unit in units {
        match layers.iter_mut().find(|layer| layer[0].signals == unit.signals) {
            Some(layer) => layer.push(unit),
            None => layers.push(vec![unit]),
        }
    }
    layers
}

pub(crate) fn adjoint(graph: &mut Graph, adjoints: &[Option<Node>], node: Node) -> Node {
    adjoints.get(node.at()).copied().flatten().unwrap_or_else(|| graph.constant(0.0))
}
