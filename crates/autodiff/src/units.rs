//! Units of a recorded loss: sums that parameters enter once each, as factors of a signal; networks are made of them.

use crate::derive::reachable;
use crate::graph::{Binary, Graph, Node, Op};

/// A sum `z = ... + w_p s_p + ...` over parameters `w_p` that occur nowhere else in the loss.
///
/// Then `df/dw_p = (df/dz) s_p` per data row, and moving `w_p` moves everything as moving `z` by `s_p` does: first
/// and second derivatives follow from those by the few z instead of the many w.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// The complete sum.
    pub node: Node,
    /// Positions of the parameters.
    pub params: Vec<usize>,
    /// Their signals, one per parameter; the constant 1 for a bias.
    pub signals: Vec<Node>,
}

/// The units of a value over the parameters `0..dim`; `None` when a parameter occurs twice or not as such a factor.
pub(crate) fn units(graph: &mut Graph, value: Node, dim: usize) -> Option<Vec<Unit>> {
    let one = graph.constant(1.0);
    let count = value.at() + 1;
    let needed = reachable(graph, &[value], count);
    // The single user of a node: `Some` for one, `None` for none or several.
    let mut users = vec![Users::None; count];
    for at in (0..count).filter(|&at| needed[at]) {
        let op = graph.nodes()[at];
        for operand in op.operands() {
            users[operand.at()] = match users[operand.at()] {
                Users::None => Users::One(Node(at as u32)),
                _ => Users::Several,
            };
        }
    }
    users[value.at()] = Users::Several; // read from outside
    let mut found: Vec<Unit> = Vec::new();
    let mut unit_of = vec![usize::MAX; count];
    for param in 0..dim {
        let input = graph.input(param);
        let user = match users.get(input.at()) {
            None | Some(Users::None) => continue, // the loss does not depend on it
            Some(Users::Several) => return None,
            Some(Users::One(user)) => *user,
        };
        let signal = match graph.op(user) {
            Op::Binary(Binary::Mul, a, b) if a != b => {
                if a == input {
                    b
                } else {
                    a
                }
            }
            Op::MulAdd(a, b, c) if c != input && a != b => {
                if a == input {
                    b
                } else {
                    a
                }
            }
            Op::MulAdd(_, _, c) if c == input => one,
            Op::Binary(Binary::Add, a, b) if a != b => one,
            _ => return None,
        };
        let mut node = user;
        while let Users::One(next) = users[node.at()] {
            node = match graph.op(next) {
                Op::MulAdd(a, b, c) if c == node && a != node && b != node => next,
                Op::Binary(Binary::Add, a, b) if a != b => next,
                _ => break,
            };
        }
        if unit_of[node.at()] == usize::MAX {
            unit_of[node.at()] = found.len();
            found.push(Unit { node, params: Vec::new(), signals: Vec::new() });
        }
        let unit = &mut found[unit_of[node.at()]];
        unit.params.push(param);
        unit.signals.push(signal);
    }
    Some(found)
}

#[derive(Clone, Copy)]
enum Users {
    None,
    One(Node),
    Several,
}
