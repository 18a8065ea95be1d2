//! The reference interpreter: one node after another in plain `f64`; every other executor must equal its bits.

use crate::graph::{Graph, Node, Op};
use crate::scalar::Scalar;

/// Values of `outputs` for the given inputs (`Op::Input(i)` reads `inputs[i]`), computed node by node.
/// For tests and small questions: it evaluates the whole graph up to the last output.
pub fn interpret(graph: &Graph, outputs: &[Node], inputs: &[f64]) -> Vec<f64> {
    let last = outputs.iter().map(|node| node.at() + 1).max().unwrap_or(0);
    let mut values: Vec<f64> = Vec::with_capacity(last);
    for &op in &graph.nodes()[..last] {
        let of = |node: Node| values[node.at()];
        values.push(match op {
            Op::Input(i) => inputs[i as usize],
            Op::Const(bits) => f64::from_bits(bits),
            Op::Unary(function, a) => function.apply(of(a)),
            Op::Binary(function, a, b) => function.apply(of(a), of(b)),
            Op::MulAdd(a, b, c) => f64::mul_add(of(a), of(b), of(c)),
            Op::Select(condition, then, otherwise) => of(condition).select(of(then), of(otherwise)),
        });
    }
    outputs.iter().map(|node| values[node.at()]).collect()
}
