//! The recording scalar: running a loss on it writes the loss's graph.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::graph::{Binary, Graph, Node, Unary};
use crate::scalar::Scalar;

/// A number while a function is being recorded: a constant, or a node of the graph being written.
#[derive(Clone, Copy, Debug)]
pub struct Sym<'g>(Form<'g>);

#[derive(Clone, Copy, Debug)]
enum Form<'g> {
    Constant(f64),
    Recorded(&'g RefCell<Graph>, Node),
}

impl<'g> Sym<'g> {
    /// Records `f` of `inputs` inputs; returns its graph and the node of its value.
    pub(crate) fn record<F>(inputs: usize, f: F) -> (Graph, Node)
    where
        F: for<'a> FnOnce(&[Sym<'a>]) -> Sym<'a>,
    {
        let graph = RefCell::new(Graph::default());
        let nodes: Vec<Node> = (0..inputs).map(|i| graph.borrow_mut().input(i)).collect();
        let x: Vec<Sym> = nodes.into_iter().map(|node| Sym(Form::Recorded(&graph, node))).collect();
        let value = match f(&x).0 {
            Form::Constant(value) => graph.borrow_mut().constant(value),
            Form::Recorded(_, node) => node,
        };
        drop(x);
        (graph.into_inner(), value)
    }

    fn graph(self) -> Option<&'g RefCell<Graph>> {
        match self.0 {
            Form::Constant(_) => None,
            Form::Recorded(graph, _) => Some(graph),
        }
    }

    fn node(self, graph: &mut Graph) -> Node {
        match self.0 {
            Form::Constant(value) => graph.constant(value),
            Form::Recorded(_, node) => node,
        }
    }

    fn value(self) -> f64 {
        match self.0 {
            Form::Constant(value) => value,
            Form::Recorded(..) => unreachable!("operands without a graph are constants"),
        }
    }

    fn unary(self, function: Unary) -> Self {
        let Some(cell) = self.graph() else {
            return Self::constant(function.apply(self.value()));
        };
        let graph = &mut *cell.borrow_mut();
        let a = self.node(graph);
        Sym(Form::Recorded(cell, graph.unary(function, a)))
    }

    fn binary(self, function: Binary, other: Self) -> Self {
        let Some(cell) = self.graph().or(other.graph()) else {
            return Self::constant(function.apply(self.value(), other.value()));
        };
        let graph = &mut *cell.borrow_mut();
        let (a, b) = (self.node(graph), other.node(graph));
        Sym(Form::Recorded(cell, graph.binary(function, a, b)))
    }

    fn ternary(
        self,
        b: Self,
        c: Self,
        add: fn(&mut Graph, Node, Node, Node) -> Node,
        fold: fn(f64, f64, f64) -> f64,
    ) -> Self {
        let Some(cell) = self.graph().or(b.graph()).or(c.graph()) else {
            return Self::constant(fold(self.value(), b.value(), c.value()));
        };
        let graph = &mut *cell.borrow_mut();
        let (a, b, c) = (self.node(graph), b.node(graph), c.node(graph));
        Sym(Form::Recorded(cell, add(graph, a, b, c)))
    }
}

impl Scalar for Sym<'_> {
    fn constant(value: f64) -> Self {
        Sym(Form::Constant(value))
    }
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        self.ternary(factor, addend, Graph::mul_add, f64::mul_add)
    }
    fn sqrt(self) -> Self {
        self.unary(Unary::Sqrt)
    }
    fn exp(self) -> Self {
        self.unary(Unary::Exp)
    }
    fn ln(self) -> Self {
        self.unary(Unary::Ln)
    }
    fn sin(self) -> Self {
        self.unary(Unary::Sin)
    }
    fn cos(self) -> Self {
        self.unary(Unary::Cos)
    }
    fn tanh(self) -> Self {
        self.unary(Unary::Tanh)
    }
    fn logistic(self) -> Self {
        self.unary(Unary::Logistic)
    }
    fn softplus(self) -> Self {
        self.unary(Unary::Softplus)
    }
    fn frozen(self) -> Self {
        self.unary(Unary::Frozen)
    }
    fn lt(self, other: Self) -> Self {
        self.binary(Binary::Lt, other)
    }
    fn select(self, then: Self, otherwise: Self) -> Self {
        self.ternary(then, otherwise, Graph::select, Scalar::select)
    }
}

impl Neg for Sym<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        self.unary(Unary::Neg)
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl $trait for Sym<'_> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.binary(Binary::$trait, other)
            }
        }
        impl $trait<f64> for Sym<'_> {
            type Output = Self;
            fn $method(self, other: f64) -> Self {
                self.binary(Binary::$trait, Self::constant(other))
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);
