//! Second derivatives as graphs: entry by entry for a formula, through the units for a loss over data rows.

use crate::derive::{adjoints, tangent};
use crate::graph::{Graph, Node};
use crate::sums::{OuterProduct, Sums, adjoint};
use crate::units::Unit;

/// More nodes than this are not written entry by entry: the graph would cost more than it saves.
const MOST_NODES: usize = 400_000;

/// Nodes visited while writing a Hessian entry by entry, at most: about half a second.
const MOST_VISITS: usize = 50_000_000;

/// The entries of a Hessian that are not zero by structure, on and below the diagonal.
#[derive(Debug)]
pub(crate) struct Entries {
    pub graph: Graph,
    /// Row and column of each entry.
    pub at: Vec<(u32, u32)>,
    pub nodes: Vec<Node>,
}

/// The Hessian of a formula entry by entry, given its gradient; `None` when that is too large.
///
/// Column j is the derivative of the gradient along x_j: the direction is the constant 1 there, and what x_j does not
/// reach is never written.
pub(crate) fn entries(graph: &Graph, gradient: &[Node]) -> Option<Entries> {
    if graph.nodes().len().saturating_mul(gradient.len()) > MOST_VISITS {
        return None;
    }
    let mut graph = graph.clone();
    let one = graph.constant(1.0);
    let (mut at, mut nodes) = (Vec::new(), Vec::new());
    for j in 0..gradient.len() {
        let input = graph.input(j);
        let column = tangent(&mut graph, &gradient[j..], &[(input, one)]);
        for (i, node) in (j..).zip(column) {
            if let Some(node) = node.filter(|&node| graph.constant_of(node) != Some(0.0)) {
                at.push((i as u32, j as u32));
                nodes.push(node);
            }
        }
        if graph.nodes().len() > MOST_NODES {
            return None;
        }
    }
    Some(Entries { graph, at, nodes })
}

/// Shares that a Hessian over data rows is computed in, each by its own program; a constant, so that the result never
/// depends on the number of threads.
const SHARES: usize = 8;

/// The Hessian of one row's loss as outer products over the units, in shares of about equal work.
#[derive(Debug)]
pub(crate) struct Shares {
    pub sums: Vec<Sums>,
    /// For units v <= u, at `u (u + 1) / 2 + v`: where the block of their parameters is summed; `None` where it is 0.
    pub blocks: Vec<Option<Block>>,
}

/// Where the second derivatives by the parameters of two units are summed, row-major.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub share: usize,
    pub first: usize,
    /// Whether the block is symmetric and only summed on and below its diagonal.
    pub is_lower: bool,
}

/// With D the second derivatives by pairs of unit sums, delta the first, and s the signals of the parameters,
///
/// ```text
/// H[(u,i), (v,j)] = D_uv s_i s_j + delta_u (ds_i/dz_v) s_j + s_i (ds_j/dz_u) delta_v
/// ```
///
/// so the block of two units is a sum of outer products, and what a product with a unit vector would recompute for
/// every parameter is computed once per unit.
pub(crate) fn hessian_shares(graph: &mut Graph, value: Node, units: &[Unit]) -> Shares {
    let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
    let adjoints = adjoints(graph, value);
    let deltas: Vec<Node> = units.iter().map(|unit| adjoint(graph, &adjoints, unit.node)).collect();
    let mut signals: Vec<Node> = units.iter().flat_map(|unit| unit.signals.iter().copied()).collect();
    signals.sort_unstable();
    signals.dedup();
    let asked = [&deltas[..], &signals[..]].concat();
    // How every delta, then every signal, changes with the sum of each unit.
    let changes: Vec<Vec<Option<Node>>> =
        units.iter().map(|unit| tangent(graph, &asked, &[(unit.node, one)])).collect();
    let signal_changes = |of: &Unit, with: usize| -> Vec<Option<Node>> {
        let at = |signal| deltas.len() + signals.binary_search(signal).expect("a signal of a unit");
        of.signals.iter().map(|signal| changes[with][at(signal)]).collect()
    };
    let or_zero = |nodes: Vec<Option<Node>>| nodes.into_iter().map(|node| node.unwrap_or(zero)).collect::<Vec<Node>>();
    let moves = |of: &Unit, with: usize| signal_changes(of, with).iter().any(Option::is_some);
    // Half products: a symmetric block is half summed, and a block whose second signals move too has two products.
    let work = |u: usize, v: usize| {
        let (first, second) = (&units[u], &units[v]);
        let halves = match first.signals == second.signals {
            true => 1,
            false => 2 + 2 * usize::from(moves(second, u)),
        };
        first.params.len() * second.params.len() * halves
    };
    let total: usize = (0..units.len()).flat_map(|u| (0..=u).map(move |v| work(u, v))).sum();
    let (mut sums, mut blocks) = (Vec::new(), Vec::new());
    let mut done = 0;
    for u in 0..units.len() {
        for v in 0..=u {
            if sums.len() < SHARES && done * SHARES >= total * sums.len() {
                sums.push(Sums::default());
            }
            done += work(u, v);
            let share = sums.len() - 1;
            let moved = signal_changes(&units[u], v);
            let mirrored = if u == v { Vec::new() } else { signal_changes(&units[v], u) };
            let is_moved = [&moved, &mirrored].map(|changes| changes.iter().any(Option::is_some));
            // Units with the same signals cannot move them, so that the block is D_uv s s^T.
            let is_lower = units[u].signals == units[v].signals;
            let curvature = changes[v][u];
            let mut bend = |(&signal, moved): (&Node, &Option<Node>)| {
                let bent = curvature.map(|curvature| graph.mul(curvature, signal));
                match (bent, moved) {
                    (Some(bent), Some(change)) => Some(graph.mul_add(deltas[u], *change, bent)),
                    (None, Some(change)) => Some(graph.mul(deltas[u], *change)),
                    (bent, None) => bent,
                }
            };
            let left: Vec<_> = units[u].signals.iter().zip(&moved).map(&mut bend).collect();
            let right: Vec<_> =
                mirrored.iter().map(|change| change.map(|change| graph.mul(deltas[v], change))).collect();
            let is_there = left.iter().any(Option::is_some) || is_moved[1];
            blocks.push(is_there.then(|| {
                let first = sums[share].push(or_zero(left), units[v].signals.clone(), is_lower);
                if is_moved[1] {
                    let (left, right) = (units[u].signals.clone(), or_zero(right));
                    sums[share].products.push(OuterProduct { left, right, first, is_lower: false });
                }
                Block { share, first, is_lower }
            }));
        }
    }
    Shares { sums, blocks }
}
