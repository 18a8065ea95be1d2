//! Rewrites of a recorded value before derivatives are taken: products fused into sums, the row-free part split off.

use crate::derive::reachable;
use crate::graph::{Binary, Graph, Node, Op};

/// The value's graph without what it does not need, with `a * b + c` and `c - a * b` as one operation each wherever
/// the product has no other use.
///
/// It is done once, on the value alone, so that the value has the same bits whatever is computed beside it.
pub(crate) fn fuse(graph: &Graph, value: Node) -> (Graph, Node) {
    let count = value.at() + 1;
    let needed = reachable(graph, &[value], count);
    let mut uses = vec![0u32; count];
    for at in (0..count).filter(|&at| needed[at]) {
        graph.nodes()[at].operands().for_each(|operand| uses[operand.at()] += 1);
    }
    let single_product = |node: Node| match graph.op(node) {
        Op::Binary(Binary::Mul, a, b) if uses[node.at()] == 1 => Some((a, b)),
        _ => None,
    };
    let product_of = |op: Op| match op {
        Op::Binary(Binary::Add, a, b) => [b, a].into_iter().find(|&node| single_product(node).is_some()),
        Op::Binary(Binary::Sub, _, b) => Some(b).filter(|&node| single_product(node).is_some()),
        _ => None,
    };
    let mut is_taken_in = vec![false; count];
    for at in (0..count).filter(|&at| needed[at]) {
        product_of(graph.nodes()[at]).into_iter().for_each(|product| is_taken_in[product.at()] = true);
    }
    let mut fused = Graph::default();
    let mut new: Vec<Option<Node>> = vec![None; count];
    for at in (0..count).filter(|&at| needed[at] && !is_taken_in[at]) {
        let op = graph.nodes()[at];
        let of = |node: Node| new[node.at()].expect("operands come before their users");
        new[at] = match op {
            Op::Binary(Binary::Add, a, b) => Some(match product_of(op) {
                Some(product) => {
                    let (p, q) = single_product(product).expect("a product taken in");
                    fused.mul_add(of(p), of(q), of(if product == b { a } else { b }))
                }
                None => fused.add(of(a), of(b)),
            }),
            Op::Binary(Binary::Sub, a, b) => Some(match single_product(b) {
                Some((p, q)) => {
                    // The sign goes to a constant factor, where it costs nothing.
                    let (p, q) = if fused.constant_of(of(q)).is_some() { (q, p) } else { (p, q) };
                    let minus = fused.neg(of(p));
                    fused.mul_add(minus, of(q), of(a))
                }
                None => fused.sub(of(a), of(b)),
            }),
            Op::Input(i) => Some(fused.input(i as usize)),
            Op::Const(bits) => Some(fused.constant(f64::from_bits(bits))),
            Op::Unary(function, a) => Some(fused.unary(function, of(a))),
            Op::Binary(function, a, b) => Some(fused.binary(function, of(a), of(b))),
            Op::MulAdd(a, b, c) => Some(fused.mul_add(of(a), of(b), of(c))),
            Op::Select(a, b, c) => Some(fused.select(of(a), of(b), of(c))),
        };
    }
    let value = new[value.at()].expect("the value is needed");
    (fused, value)
}

/// `value` as a sum of a part that no input from `first_row_input` on enters (`None` when there is none) and the rest.
///
/// A mean over data rows leaves the first part as it is: weight decay is computed once, not once per row.
pub(crate) fn split(graph: &mut Graph, value: Node, first_row_input: usize) -> (Option<Node>, Node) {
    let depends = depends_on(graph, |i| i as usize >= first_row_input);
    let is_free = |node: Node| !depends.get(node.at()).copied().unwrap_or(false);
    let (mut free, mut rest) = (None, value);
    loop {
        let (part, next) = match graph.op(rest) {
            _ if is_free(rest) => break,
            Op::Binary(Binary::Add, a, b) if is_free(a) => (a, b),
            Op::Binary(Binary::Add, a, b) if is_free(b) => (b, a),
            Op::Binary(Binary::Sub, a, b) if is_free(b) => (graph.neg(b), a),
            Op::MulAdd(a, b, c) if is_free(a) && is_free(b) => (graph.mul(a, b), c),
            Op::MulAdd(a, b, c) if is_free(c) => (c, graph.mul(a, b)),
            _ => break,
        };
        free = Some(free.map_or(part, |free| graph.add(free, part)));
        rest = next;
        if rest.at() >= depends.len() {
            break; // a product just written
        }
    }
    (free, rest)
}

/// Which nodes depend on an input that `is_asked` about.
pub(crate) fn depends_on(graph: &Graph, is_asked: impl Fn(u32) -> bool) -> Vec<bool> {
    let mut depends = vec![false; graph.nodes().len()];
    for (at, op) in graph.nodes().iter().enumerate() {
        depends[at] = match *op {
            Op::Input(i) => is_asked(i),
            op => op.operands().any(|operand| depends[operand.at()]),
        };
    }
    depends
}
