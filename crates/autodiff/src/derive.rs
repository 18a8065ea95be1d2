//! Derivatives as transforms of a graph: gradient (reverse sweep) and tangent (forward sweep).

use crate::graph::{Binary, Graph, Node, Op, Unary};

/// Appends the derivatives of `output` with respect to every node it depends on; `None` where it does not depend.
///
/// Reverse sweep: the adjoint of a node is the sum over its users of (adjoint of the user) times (partial
/// derivative of the user by the node). A node the output does not depend on has no adjoint at all, so no
/// multiplication by a structural zero is ever recorded.
pub(crate) fn adjoints(graph: &mut Graph, output: Node) -> Vec<Option<Node>> {
    let mut adjoints = Adjoints { of: vec![None; output.at() + 1] };
    adjoints.of[output.at()] = Some(graph.constant(1.0));
    for at in (0..=output.at()).rev() {
        let Some(w) = adjoints.of[at] else { continue };
        let n = Node(at as u32);
        match graph.op(n) {
            Op::Input(_) | Op::Const(_) => {}
            Op::Unary(Unary::Neg, a) => adjoints.subtract(graph, a, w),
            Op::Unary(Unary::Frozen, _) => {}
            Op::Unary(function, a) => {
                let slope = slope(graph, function, a, n);
                adjoints.add_product(graph, a, w, slope);
            }
            Op::Binary(Binary::Add, a, b) => {
                adjoints.add(graph, a, w);
                adjoints.add(graph, b, w);
            }
            Op::Binary(Binary::Sub, a, b) => {
                adjoints.add(graph, a, w);
                adjoints.subtract(graph, b, w);
            }
            Op::Binary(Binary::Mul, a, b) => adjoints.product_rule(graph, a, b, w),
            Op::Binary(Binary::Div, a, b) => {
                let share = graph.div(w, b);
                adjoints.add(graph, a, share);
                let minus = graph.neg(n);
                adjoints.add_product(graph, b, share, minus);
            }
            Op::Binary(Binary::Lt, ..) => {}
            Op::MulAdd(a, b, c) => {
                adjoints.product_rule(graph, a, b, w);
                adjoints.add(graph, c, w);
            }
            Op::Select(condition, then, otherwise) => {
                let zero = graph.constant(0.0);
                let taken = graph.select(condition, w, zero);
                adjoints.add(graph, then, taken);
                let taken = graph.select(condition, zero, w);
                adjoints.add(graph, otherwise, taken);
            }
        }
    }
    adjoints.of
}

/// Appends the gradient of `output` with respect to inputs `0..dim`; returns its `dim` nodes.
pub(crate) fn gradient(graph: &mut Graph, output: Node, dim: usize) -> Vec<Node> {
    let adjoints = adjoints(graph, output);
    let zero = graph.constant(0.0);
    (0..dim)
        .map(|i| {
            let input = graph.input(i);
            adjoints.get(input.at()).copied().flatten().unwrap_or(zero)
        })
        .collect()
}

/// Adjoints found so far; `None` is a structural zero.
struct Adjoints {
    of: Vec<Option<Node>>,
}

impl Adjoints {
    fn add(&mut self, graph: &mut Graph, to: Node, term: Node) {
        let sum = self.of[to.at()].map_or(term, |sum| graph.add(sum, term));
        self.set(graph, to, sum);
    }

    fn subtract(&mut self, graph: &mut Graph, to: Node, term: Node) {
        let sum = match self.of[to.at()] {
            Some(sum) => graph.sub(sum, term),
            None => graph.neg(term),
        };
        self.set(graph, to, sum);
    }

    fn add_product(&mut self, graph: &mut Graph, to: Node, a: Node, b: Node) {
        let sum = match self.of[to.at()] {
            Some(sum) => graph.mul_add(a, b, sum),
            None => graph.mul(a, b),
        };
        self.set(graph, to, sum);
    }

    fn product_rule(&mut self, graph: &mut Graph, a: Node, b: Node, w: Node) {
        if a == b {
            let twice = graph.add(w, w);
            self.add_product(graph, a, twice, a);
        } else {
            self.add_product(graph, a, w, b);
            self.add_product(graph, b, w, a);
        }
    }

    /// Constants need no adjoint; dropping it here keeps the sweep from recording dead products.
    fn set(&mut self, graph: &Graph, to: Node, adjoint: Node) {
        self.of[to.at()] = graph.constant_of(to).is_none().then_some(adjoint);
    }
}

/// Appends the directional derivatives of `outputs`: `seeds` are nodes with their own derivatives along the
/// direction, and every other input is held fixed. `None` where an output does not change.
///
/// Forward sweep, so the tangent of a gradient is the Hessian-vector product at the memory of one gradient.
pub(crate) fn tangent(graph: &mut Graph, outputs: &[Node], seeds: &[(Node, Node)]) -> Vec<Option<Node>> {
    let last = outputs.iter().map(|node| node.at() + 1).max().unwrap_or(0);
    let needed = reachable(graph, outputs, last);
    let mut of: Vec<Option<Node>> = vec![None; last];
    let mut is_seed = vec![false; last];
    for &(node, derivative) in seeds.iter().filter(|(node, _)| node.at() < last) {
        of[node.at()] = Some(derivative);
        is_seed[node.at()] = true;
    }
    for at in (0..last).filter(|&at| needed[at] && !is_seed[at]) {
        let n = Node(at as u32);
        let t = |node: Node| of[node.at()];
        of[at] = match graph.op(n) {
            Op::Input(_) | Op::Const(_) | Op::Unary(Unary::Frozen, _) | Op::Binary(Binary::Lt, ..) => None,
            Op::Unary(Unary::Neg, a) => t(a).map(|ta| graph.neg(ta)),
            Op::Unary(function, a) => t(a).map(|ta| {
                let slope = slope(graph, function, a, n);
                graph.mul(slope, ta)
            }),
            Op::Binary(Binary::Add, a, b) => match (t(a), t(b)) {
                (Some(ta), Some(tb)) => Some(graph.add(ta, tb)),
                (ta, tb) => ta.or(tb),
            },
            Op::Binary(Binary::Sub, a, b) => match (t(a), t(b)) {
                (Some(ta), Some(tb)) => Some(graph.sub(ta, tb)),
                (ta, tb) => ta.or_else(|| tb.map(|tb| graph.neg(tb))),
            },
            Op::Binary(Binary::Mul, a, b) => product_tangent(graph, a, b, t(a), t(b), None),
            Op::Binary(Binary::Div, a, b) => {
                // d(a/b) = (da - (a/b) db) / b
                let change = match (t(a), t(b)) {
                    (ta, None) => ta,
                    (ta, Some(tb)) => {
                        let minus = graph.neg(n);
                        Some(match ta {
                            Some(ta) => graph.mul_add(minus, tb, ta),
                            None => graph.mul(minus, tb),
                        })
                    }
                };
                change.map(|change| graph.div(change, b))
            }
            Op::MulAdd(a, b, c) => product_tangent(graph, a, b, t(a), t(b), t(c)),
            Op::Select(condition, then, otherwise) => match (t(then), t(otherwise)) {
                (None, None) => None,
                (then, otherwise) => {
                    let zero = graph.constant(0.0);
                    Some(graph.select(condition, then.unwrap_or(zero), otherwise.unwrap_or(zero)))
                }
            },
        };
    }
    outputs.iter().map(|node| of[node.at()]).collect()
}

/// `a tb + b ta + tc`, leaving out what is structurally zero.
fn product_tangent(
    graph: &mut Graph,
    a: Node,
    b: Node,
    ta: Option<Node>,
    tb: Option<Node>,
    tc: Option<Node>,
) -> Option<Node> {
    let mut sum = tc;
    if a == b {
        // d(a^2) = 2 a da
        return match ta {
            Some(ta) => {
                let twice = graph.add(a, a);
                Some(add_product(graph, sum, twice, ta))
            }
            None => sum,
        };
    }
    for (factor, change) in [(a, tb), (b, ta)] {
        if let Some(change) = change {
            sum = Some(add_product(graph, sum, factor, change));
        }
    }
    sum
}

fn add_product(graph: &mut Graph, sum: Option<Node>, a: Node, b: Node) -> Node {
    match sum {
        Some(sum) => graph.mul_add(a, b, sum),
        None => graph.mul(a, b),
    }
}

/// Derivative of `n = function(a)` by `a`, written with `n` where that saves a transcendental.
fn slope(graph: &mut Graph, function: Unary, a: Node, n: Node) -> Node {
    let one = graph.constant(1.0);
    match function {
        Unary::Neg => graph.constant(-1.0),
        Unary::Frozen => graph.constant(0.0),
        Unary::Sqrt => {
            let half = graph.constant(0.5);
            graph.div(half, n)
        }
        Unary::Exp => n,
        Unary::Ln => graph.div(one, a),
        Unary::Sin => graph.unary(Unary::Cos, a),
        Unary::Cos => {
            let sin = graph.unary(Unary::Sin, a);
            graph.neg(sin)
        }
        // 1 - tanh^2 and s (1 - s): the error is a rounding of 1, not of the slope itself, where the
        // function saturates; the slope is then below 1e-16 of its maximum.
        Unary::Tanh => {
            let minus = graph.neg(n);
            graph.mul_add(minus, n, one)
        }
        Unary::Logistic => {
            let minus = graph.neg(n);
            graph.mul_add(minus, n, n)
        }
        Unary::Softplus => graph.unary(Unary::Logistic, a),
    }
}

/// Which of the first `count` nodes the outputs depend on.
pub(crate) fn reachable(graph: &Graph, outputs: &[Node], count: usize) -> Vec<bool> {
    let mut needed = vec![false; count];
    for output in outputs {
        needed[output.at()] = true;
    }
    for at in (0..count).rev() {
        if needed[at] {
            for operand in graph.nodes()[at].operands() {
                needed[operand.at()] = true;
            }
        }
    }
    needed
}
