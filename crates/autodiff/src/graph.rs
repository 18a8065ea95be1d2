//! The recorded function: a hash-consed list of nodes, each an operation on earlier nodes.

use rustc_hash::FxHashMap;

use crate::scalar::Scalar;

/// Position of a node in its [`Graph`]; operands always come before the node that uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node(pub(crate) u32);

impl Node {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// One operation. Constants are kept by their bits, so that equal nodes are one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// The i-th input of the function.
    Input(u32),
    /// A constant, as `f64::to_bits`.
    Const(u64),
    /// A function of one node.
    Unary(Unary, Node),
    /// A function of two nodes.
    Binary(Binary, Node, Node),
    /// `a * b + c` with one rounding.
    MulAdd(Node, Node, Node),
    /// The second node where the first is not 0, else the third.
    Select(Node, Node, Node),
}

/// Functions of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// `-a`
    Neg,
    /// `a`, a constant for derivatives.
    Frozen,
    /// Square root.
    Sqrt,
    /// e to the power a.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + exp(-a))`
    Logistic,
    /// `ln(1 + exp(a))`
    Softplus,
}

/// Functions of two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// 1 where `a < b`, else 0.
    Lt,
}

impl Unary {
    /// The function on one number: the reference that every executor must equal bit for bit.
    pub fn apply(self, a: f64) -> f64 {
        match self {
            Unary::Neg => -a,
            Unary::Frozen => a,
            Unary::Sqrt => Scalar::sqrt(a),
            Unary::Exp => Scalar::exp(a),
            Unary::Ln => Scalar::ln(a),
            Unary::Sin => Scalar::sin(a),
            Unary::Cos => Scalar::cos(a),
            Unary::Tanh => Scalar::tanh(a),
            Unary::Logistic => Scalar::logistic(a),
            Unary::Softplus => Scalar::softplus(a),
        }
    }
}

impl Binary {
    /// The function on two numbers: the reference that every executor must equal bit for bit.
    pub fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Sub => a - b,
            Binary::Mul => a * b,
            Binary::Div => a / b,
            Binary::Lt => Scalar::lt(a, b),
        }
    }
}

/// A function of `f64` inputs as a list of nodes. Equal expressions are one node, constants are folded, and
/// the identities that hold for every number (`x + 0`, `x * 1`, `-(-x)`) are applied as nodes are added.
/// `x * 0` is kept: it is not 0 for an infinite `x`.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Op>,
    known: FxHashMap<Op, Node>,
}

impl Graph {
    /// All nodes, operands first.
    pub fn nodes(&self) -> &[Op] {
        &self.nodes
    }

    pub(crate) fn op(&self, node: Node) -> Op {
        self.nodes[node.at()]
    }

    pub(crate) fn constant_of(&self, node: Node) -> Option<f64> {
        match self.op(node) {
            Op::Const(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    fn is(&self, node: Node, value: f64) -> bool {
        self.constant_of(node) == Some(value)
    }

    fn intern(&mut self, op: Op) -> Node {
        if let Some(&node) = self.known.get(&op) {
            return node;
        }
        let node = Node(u32::try_from(self.nodes.len()).expect("a graph has fewer than 2^32 nodes"));
        self.nodes.push(op);
        self.known.insert(op, node);
        node
    }

    /// The i-th input.
    pub fn input(&mut self, i: usize) -> Node {
        self.intern(Op::Input(u32::try_from(i).expect("fewer than 2^32 inputs")))
    }

    /// A constant.
    pub fn constant(&mut self, value: f64) -> Node {
        self.intern(Op::Const(value.to_bits()))
    }

    /// A function of one node.
    pub fn unary(&mut self, function: Unary, a: Node) -> Node {
        if let Some(a) = self.constant_of(a) {
            return self.constant(function.apply(a));
        }
        if function == Unary::Neg
            && let Op::Unary(Unary::Neg, inner) = self.op(a)
        {
            return inner;
        }
        self.intern(Op::Unary(function, a))
    }

    /// A function of two nodes.
    pub fn binary(&mut self, function: Binary, a: Node, b: Node) -> Node {
        if let (Some(a), Some(b)) = (self.constant_of(a), self.constant_of(b)) {
            return self.constant(function.apply(a, b));
        }
        match function {
            Binary::Add if self.is(a, 0.0) => return b,
            Binary::Add | Binary::Sub if self.is(b, 0.0) => return a,
            Binary::Sub if self.is(a, 0.0) => return self.neg(b),
            Binary::Mul if self.is(a, 1.0) => return b,
            Binary::Mul | Binary::Div if self.is(b, 1.0) => return a,
            Binary::Mul if self.is(a, -1.0) => return self.neg(b),
            Binary::Mul | Binary::Div if self.is(b, -1.0) => return self.neg(a),
            _ => {}
        }
        let commutes = matches!(function, Binary::Add | Binary::Mul);
        let (a, b) = if commutes && b < a { (b, a) } else { (a, b) };
        self.intern(Op::Binary(function, a, b))
    }

    /// `a * b + c` with one rounding.
    pub fn mul_add(&mut self, a: Node, b: Node, c: Node) -> Node {
        if let (Some(a), Some(b), Some(c)) = (self.constant_of(a), self.constant_of(b), self.constant_of(c)) {
            return self.constant(f64::mul_add(a, b, c));
        }
        if self.is(c, 0.0) {
            return self.mul(a, b);
        }
        if self.is(a, 1.0) {
            return self.add(b, c);
        }
        if self.is(b, 1.0) {
            return self.add(a, c);
        }
        let (a, b) = if b < a { (b, a) } else { (a, b) };
        self.intern(Op::MulAdd(a, b, c))
    }

    /// `then` where `condition` is not 0, else `otherwise`.
    pub fn select(&mut self, condition: Node, then: Node, otherwise: Node) -> Node {
        if then == otherwise {
            return then;
        }
        if let Some(condition) = self.constant_of(condition) {
            return if condition != 0.0 { then } else { otherwise };
        }
        self.intern(Op::Select(condition, then, otherwise))
    }

    pub(crate) fn neg(&mut self, a: Node) -> Node {
        self.unary(Unary::Neg, a)
    }

    pub(crate) fn add(&mut self, a: Node, b: Node) -> Node {
        self.binary(Binary::Add, a, b)
    }

    pub(crate) fn sub(&mut self, a: Node, b: Node) -> Node {
        self.binary(Binary::Sub, a, b)
    }

    pub(crate) fn mul(&mut self, a: Node, b: Node) -> Node {
        self.binary(Binary::Mul, a, b)
    }

    pub(crate) fn div(&mut self, a: Node, b: Node) -> Node {
        self.binary(Binary::Div, a, b)
    }
}

impl Op {
    /// The nodes this operation reads.
    pub fn operands(self) -> impl Iterator<Item = Node> {
        let (list, count) = match self {
            Op::Input(_) | Op::Const(_) => ([Node(0); 3], 0),
            Op::Unary(_, a) => ([a; 3], 1),
            Op::Binary(_, a, b) => ([a, b, b], 2),
            Op::MulAdd(a, b, c) | Op::Select(a, b, c) => ([a, b, c], 3),
        };
        list.into_iter().take(count)
    }
}
