//! The interval executor: bounds of value, gradient and Hessian of an objective over a whole box.

use crate::derive::reachable;
use crate::graph::{Binary, Graph, Node, Op, Unary};
use crate::interval::{Domain, Interval};
use crate::objective::Objective;
use crate::simplify::depends_on;

/// One thread's workspace for enclosures of an [`Objective`]: sets that hold every value, gradient and Hessian at the
/// points of a box, in real arithmetic.
///
/// It reads the recorded value alone and differentiates it by itself, forward for a direction over reverse for the
/// gradient, so that constants folded while a derivative was recorded cannot make a proof about another function:
///
/// ```text
/// adjoint of a  += w n_a                      n = n(a, ..) with adjoint w, n_a = dn/da
/// tangent of it += w' n_a + w sum_b n_ab b'   ' = derivative along e_j, which gives column j of the Hessian
/// ```
///
/// All derivatives are those of R^dim; a mean over data rows is the sum over them all, divided by their number. What a
/// bound rests on is said at [`Interval`]; a `frozen` number is taken for what it promises to be, one on which the
/// function does not depend.
///
/// ```
/// use autodiff::{Interval, Objective, Scalar};
/// let f = Objective::formula(1, |x| x[0].exp() + x[0]);
/// let (mut slope, mut bend) = ([Interval::ZERO], [Interval::ZERO]);
/// // f' = e^x + 1 is at least 1 wherever x is: there is no critical point in [-1000, 700].
/// let bound = f.encloser().hessian(&[Interval::new(-1000.0, 700.0)], &mut slope, &mut bend);
/// assert!(bound.is_smooth && slope[0].lo() > 0.999 && bend[0].lo() > -1e-300);
/// ```
#[derive(Debug)]
pub struct Encloser<'o> {
    objective: &'o Objective,
    parts: Vec<Part<'o>>,
}

/// What is known of a function over a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// Holds every value.
    pub value: Interval,
    /// Whether the function is surely defined and twice continuously differentiable on the whole box. Otherwise
    /// gradient and Hessian hold the derivatives of every branch that may be taken, at points where there are any.
    pub is_smooth: bool,
}

/// Which derivatives are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Value,
    Gradient,
    Hessian,
}

impl<'o> Encloser<'o> {
    pub(crate) fn new(objective: &'o Objective) -> Self {
        let (graph, value) = objective.graph();
        let penalty = objective.penalty_graph();
        let parts = [Some((graph, value)), penalty].into_iter().flatten();
        let parts = parts.map(|(graph, value)| Part::new(graph, value, objective.dim())).collect();
        Encloser { objective, parts }
    }

    /// The objective that is enclosed.
    pub fn objective(&self) -> &'o Objective {
        self.objective
    }

    /// Values on the box `x` (dim,).
    pub fn value(&mut self, x: &[Interval]) -> Bound {
        self.enclose(x, Order::Value, &mut [], &mut [])
    }

    /// Values on the box `x` (dim,), and gradients into `grad` (dim,).
    pub fn gradient(&mut self, x: &[Interval], grad: &mut [Interval]) -> Bound {
        assert_eq!(grad.len(), x.len(), "box and gradient of one dimension");
        self.enclose(x, Order::Gradient, grad, &mut [])
    }

    /// Values on the box `x` (dim,), gradients into `grad` (dim,) and Hessians into `hess` (dim x dim, symmetric).
    pub fn hessian(&mut self, x: &[Interval], grad: &mut [Interval], hess: &mut [Interval]) -> Bound {
        let n = x.len();
        assert_eq!((grad.len(), hess.len()), (n, n * n), "box, gradient and Hessian of one dimension");
        let bound = self.enclose(x, Order::Hessian, grad, hess);
        for i in 0..n {
            for j in 0..=i {
                // Both hold the same number; what neither excludes remains.
                let (a, b) = (hess[i * n + j], hess[j * n + i]);
                let both = a.intersection(b).unwrap_or_else(|| a.hull(b));
                (hess[i * n + j], hess[j * n + i]) = (both, both);
            }
        }
        bound
    }

    /// Sums gradient and Hessian where they are wanted, in place: a Hessian of its own would be two matrices of numbers.
    fn enclose(&mut self, x: &[Interval], order: Order, gradient: &mut [Interval], hessian: &mut [Interval]) -> Bound {
        let n = self.objective.dim();
        assert_eq!(x.len(), n, "a box of dimension {n}");
        gradient.fill(Interval::ZERO);
        hessian.fill(Interval::ZERO);
        let (rows, penalty) = self.parts.split_first_mut().expect("an objective has a value");
        let mut bound = match self.objective.rows() {
            None => rows.enclose(x, &[], order, gradient, hessian),
            Some(table) => {
                let mut sum = Bound { value: Interval::ZERO, is_smooth: true };
                for i in 0..table.count() {
                    sum = sum.plus(rows.enclose(x, table.row(i), order, gradient, hessian));
                }
                let count = Interval::point(table.count() as f64);
                gradient.iter_mut().chain(hessian.iter_mut()).for_each(|sum| *sum = *sum / count);
                Bound { value: sum.value / count, ..sum }
            }
        };
        for part in penalty {
            bound = bound.plus(part.enclose(x, &[], order, gradient, hessian));
        }
        bound
    }
}

impl Bound {
    fn plus(self, other: Bound) -> Bound {
        Bound { value: self.value + other.value, is_smooth: self.is_smooth && other.is_smooth }
    }
}

/// A recorded value with the bounds of all its nodes.
#[derive(Debug)]
struct Part<'o> {
    nodes: &'o [Op],
    /// Which nodes the value depends on.
    needed: Vec<bool>,
    /// Which nodes depend on x other than through a frozen one.
    varies: Vec<bool>,
    dim: usize,
    values: Vec<Interval>,
    is_smooth: Vec<bool>,
    /// First and second derivative of the functions of one node.
    slopes: Vec<(Interval, Interval)>,
    adjoints: Vec<Interval>,
    tangents: Vec<Interval>,
    adjoint_tangents: Vec<Interval>,
}

impl<'o> Part<'o> {
    fn new(graph: &'o Graph, value: Node, dim: usize) -> Self {
        let count = value.at() + 1;
        let nodes = &graph.nodes()[..count];
        let all = |x| vec![x; count];
        let mut varies = depends_on(graph, |i| (i as usize) < dim);
        varies.truncate(count);
        for at in 0..count {
            varies[at] = match nodes[at] {
                Op::Unary(Unary::Frozen, _) | Op::Binary(Binary::Lt, ..) => false,
                Op::Input(_) => varies[at],
                op => op.operands().any(|operand| varies[operand.at()]),
            };
        }
        let needed = reachable(graph, &[value], count);
        varies.iter_mut().zip(&needed).for_each(|(varies, &needed)| *varies &= needed);
        Part {
            nodes,
            needed,
            varies,
            dim,
            values: all(Interval::ZERO),
            is_smooth: vec![true; count],
            slopes: vec![(Interval::ZERO, Interval::ZERO); count],
            adjoints: all(Interval::ZERO),
            tangents: all(Interval::ZERO),
            adjoint_tangents: all(Interval::ZERO),
        }
    }

    /// Bounds at the box `x` and a data row; adds to the gradient and the Hessian.
    fn enclose(
        &mut self,
        x: &[Interval],
        row: &[f64],
        order: Order,
        gradient: &mut [Interval],
        hessian: &mut [Interval],
    ) -> Bound {
        self.forward(x, row, order);
        let last = self.nodes.len() - 1;
        let bound = Bound { value: self.values[last], is_smooth: self.is_smooth[last] };
        if order >= Order::Gradient {
            self.reverse(gradient);
        }
        if order == Order::Hessian {
            for j in 0..self.dim {
                self.tangent(j);
                self.reverse_tangent(j, hessian);
            }
        }
        bound
    }

    fn forward(&mut self, x: &[Interval], row: &[f64], order: Order) {
        for at in 0..self.nodes.len() {
            if !self.needed[at] {
                continue;
            }
            let value = |node: Node| self.values[node.at()];
            let smooth = |node: Node| self.is_smooth[node.at()];
            let (bound, is_smooth) = match self.nodes[at] {
                Op::Input(i) => match x.get(i as usize) {
                    Some(&x) => (x, x.is_bounded()),
                    None => constant(row[i as usize - self.dim]),
                },
                Op::Const(bits) => constant(f64::from_bits(bits)),
                Op::Unary(Unary::Frozen, a) => (value(a), true),
                Op::Unary(function, a) => {
                    let (y, domain) = function.enclose(value(a));
                    if order >= Order::Gradient && self.varies[at] {
                        self.slopes[at] = function.derivatives(value(a), y);
                    }
                    (y, domain == Domain::Smooth && smooth(a))
                }
                Op::Binary(Binary::Add, a, b) => (value(a) + value(b), smooth(a) && smooth(b)),
                Op::Binary(Binary::Sub, a, b) => (value(a) - value(b), smooth(a) && smooth(b)),
                Op::Binary(Binary::Mul, a, b) => (product(a, b, &self.values), smooth(a) && smooth(b)),
                Op::Binary(Binary::Div, a, b) => {
                    (value(a) / value(b), smooth(a) && smooth(b) && !value(b).contains(0.0))
                }
                Op::Binary(Binary::Lt, a, b) => {
                    let is_smooth = smooth(a) && smooth(b);
                    match (value(a), value(b)) {
                        (a, b) if a.hi() < b.lo() => (Interval::ONE, is_smooth),
                        (a, b) if a.lo() >= b.hi() => (Interval::ZERO, is_smooth),
                        _ => (Interval::new(0.0, 1.0), false),
                    }
                }
                Op::MulAdd(a, b, c) => (product(a, b, &self.values) + value(c), smooth(a) && smooth(b) && smooth(c)),
                Op::Select(condition, then, otherwise) => match branch(value(condition)) {
                    Some(taken) => {
                        let taken = if taken { then } else { otherwise };
                        (value(taken), smooth(condition) && smooth(taken))
                    }
                    None => (value(then).hull(value(otherwise)), false),
                },
            };
            (self.values[at], self.is_smooth[at]) = (bound, is_smooth);
        }
    }

    /// Adds the adjoints of the inputs to `gradient`; those of all nodes are kept.
    fn reverse(&mut self, gradient: &mut [Interval]) {
        let Part { nodes, values, varies, slopes, adjoints, .. } = self;
        adjoints.fill(Interval::ZERO);
        *adjoints.last_mut().expect("a value") = Interval::ONE;
        for at in (0..nodes.len()).rev() {
            let w = adjoints[at];
            if !varies[at] || w.is_zero() {
                continue;
            }
            let mut add = |node: Node, term: Interval| {
                if varies[node.at()] {
                    adjoints[node.at()] = adjoints[node.at()] + term;
                }
            };
            match nodes[at] {
                Op::Input(i) => gradient[i as usize] = gradient[i as usize] + w,
                Op::Const(_) | Op::Binary(Binary::Lt, ..) => {}
                Op::Unary(Unary::Neg, a) => add(a, -w),
                Op::Unary(_, a) => add(a, w * slopes[at].0),
                Op::Binary(Binary::Add, a, b) => {
                    add(a, w);
                    add(b, w);
                }
                Op::Binary(Binary::Sub, a, b) => {
                    add(a, w);
                    add(b, -w);
                }
                Op::Binary(Binary::Mul, a, b) => product_rule(a, b, w, values, add),
                Op::Binary(Binary::Div, a, b) => {
                    let share = w / values[b.at()];
                    add(a, share);
                    add(b, -(share * values[at]));
                }
                Op::MulAdd(a, b, c) => {
                    product_rule(a, b, w, values, &mut add);
                    add(c, w);
                }
                Op::Select(condition, then, otherwise) => match branch(values[condition.at()]) {
                    Some(taken) => add(if taken { then } else { otherwise }, w),
                    None => {
                        add(then, w.hull(Interval::ZERO));
                        add(otherwise, w.hull(Interval::ZERO));
                    }
                },
            }
        }
    }

    /// Derivatives of all nodes along input `j`.
    fn tangent(&mut self, j: usize) {
        let Part { nodes, values, varies, slopes, tangents, .. } = self;
        for at in 0..nodes.len() {
            if !varies[at] {
                continue; // stays 0
            }
            let t = |node: Node| tangents[node.at()];
            tangents[at] = match nodes[at] {
                Op::Input(i) if i as usize == j => Interval::ONE,
                Op::Input(_) | Op::Const(_) | Op::Binary(Binary::Lt, ..) => Interval::ZERO,
                Op::Unary(_, a) if t(a).is_zero() => Interval::ZERO,
                Op::Unary(Unary::Neg, a) => -t(a),
                Op::Unary(_, a) => slopes[at].0 * t(a),
                Op::Binary(Binary::Add, a, b) => t(a) + t(b),
                Op::Binary(Binary::Sub, a, b) => t(a) - t(b),
                Op::Binary(Binary::Mul, a, b) => product_tangent(a, b, values, tangents),
                Op::Binary(Binary::Div, a, b) => {
                    let change = if t(b).is_zero() { t(a) } else { t(a) - values[at] * t(b) };
                    if change.is_zero() { change } else { change / values[b.at()] }
                }
                Op::MulAdd(a, b, c) => product_tangent(a, b, values, tangents) + t(c),
                Op::Select(condition, then, otherwise) => match branch(values[condition.at()]) {
                    Some(taken) => t(if taken { then } else { otherwise }),
                    None => t(then).hull(t(otherwise)),
                },
            };
        }
    }

    /// Adds column `j` to `hessian`: derivatives of the adjoints along input `j`.
    fn reverse_tangent(&mut self, j: usize, hessian: &mut [Interval]) {
        let Part { nodes, values, varies, slopes, adjoints, tangents, adjoint_tangents, dim, .. } = self;
        adjoint_tangents.fill(Interval::ZERO);
        for at in (0..nodes.len()).rev() {
            if !varies[at] {
                continue;
            }
            let (w, dw) = (adjoints[at], adjoint_tangents[at]);
            let t = |node: Node| tangents[node.at()];
            let value = |node: Node| values[node.at()];
            let mut add = |node: Node, factor: Interval, other: Interval| {
                if varies[node.at()] && !factor.is_zero() && !other.is_zero() {
                    let term = if other == Interval::ONE { factor } else { factor * other };
                    adjoint_tangents[node.at()] = adjoint_tangents[node.at()] + term;
                }
            };
            match nodes[at] {
                Op::Input(i) => {
                    let entry = &mut hessian[i as usize * *dim + j];
                    *entry = *entry + dw;
                }
                Op::Const(_) | Op::Binary(Binary::Lt, ..) => {}
                Op::Unary(_, a) => {
                    let (slope, bend) = slopes[at];
                    add(a, dw, slope);
                    add(a, w, if t(a).is_zero() { Interval::ZERO } else { bend * t(a) });
                }
                Op::Binary(Binary::Add, a, b) => {
                    add(a, dw, Interval::ONE);
                    add(b, dw, Interval::ONE);
                }
                Op::Binary(Binary::Sub, a, b) => {
                    add(a, dw, Interval::ONE);
                    add(b, -dw, Interval::ONE);
                }
                Op::Binary(Binary::Mul, a, b) | Op::MulAdd(a, b, _) => {
                    add(a, dw, value(b));
                    add(b, dw, value(a));
                    add(a, w, t(b));
                    add(b, w, t(a));
                    if let Op::MulAdd(.., c) = nodes[at] {
                        add(c, dw, Interval::ONE);
                    }
                }
                Op::Binary(Binary::Div, a, b) => {
                    // (1/b)' = -b'/b^2 and (-n/b)' = (n b'/b - n')/b.
                    let inverse = Interval::ONE / value(b);
                    add(a, dw, inverse);
                    add(b, dw, -(values[at] * inverse));
                    if !t(b).is_zero() {
                        add(a, w, -(t(b) * inverse * inverse));
                    }
                    if !(t(b).is_zero() && tangents[at].is_zero()) {
                        add(b, w, (values[at] * inverse * t(b) - tangents[at]) * inverse);
                    }
                }
                Op::Select(condition, then, otherwise) => match branch(value(condition)) {
                    Some(taken) => add(if taken { then } else { otherwise }, dw, Interval::ONE),
                    None => {
                        add(then, dw.hull(Interval::ZERO), Interval::ONE);
                        add(otherwise, dw.hull(Interval::ZERO), Interval::ONE);
                    }
                },
            }
        }
    }
}

/// A number from the graph or the data; one that is not finite makes everything undefined.
fn constant(x: f64) -> (Interval, bool) {
    if x.is_finite() { (Interval::point(x), true) } else { (Interval::ENTIRE, false) }
}

/// Whether the condition surely holds or surely does not.
fn branch(condition: Interval) -> Option<bool> {
    match condition {
        _ if condition.is_zero() => Some(false),
        _ if condition.contains(0.0) => None,
        _ => Some(true),
    }
}

fn product(a: Node, b: Node, values: &[Interval]) -> Interval {
    if a == b { values[a.at()].square() } else { values[a.at()] * values[b.at()] }
}

/// `a b' + b a'`.
fn product_tangent(a: Node, b: Node, values: &[Interval], tangents: &[Interval]) -> Interval {
    let share = |factor: Node, change: Node| {
        let change = tangents[change.at()];
        if change.is_zero() { change } else { values[factor.at()] * change }
    };
    if a == b { share(a, a) * 2.0 } else { share(a, b) + share(b, a) }
}

/// The shares of `w` that the factors of a product get.
fn product_rule(a: Node, b: Node, w: Interval, values: &[Interval], mut add: impl FnMut(Node, Interval)) {
    if a == b {
        add(a, w * values[a.at()] * 2.0);
    } else {
        add(a, w * values[b.at()]);
        add(b, w * values[a.at()]);
    }
}
