//! Enclosures against 384-bit arithmetic: what they must hold, how narrow they are, and what has no bound.

use std::sync::Arc;

use astro_float::{BigFloat, Consts, RoundingMode};

use crate::graph::{Binary, Graph, Node, Op, Unary};
use crate::{Encloser, Interval, Objective, Rows, Scalar, Stream};

/// So many bits that `1 - tanh(90)^2` keeps more of them than `f64` has.
const P: usize = 384;
const RM: RoundingMode = RoundingMode::ToEven;

/// `x` exactly. (`BigFloat::from_f64` halves subnormal numbers, so none is shown to it: multiplied by 2^100 first.)
fn big(x: f64) -> BigFloat {
    if !x.is_subnormal() {
        return BigFloat::from_f64(x, P);
    }
    let mut big = BigFloat::from_f64(x * 2f64.powi(100), P);
    big.set_exponent(big.exponent().unwrap() - 100);
    big
}

fn add(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.add(b, P, RM)
}

fn mul(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.mul(b, P, RM)
}

fn div(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.div(b, P, RM)
}

/// `a + b e1 + c e2 + d e1 e2`, `e1^2 = e2^2 = 0`: value, two first derivatives and the mixed second one.
#[derive(Clone)]
struct Hyper([BigFloat; 4]);

impl Hyper {
    fn constant(x: f64) -> Self {
        Hyper([big(x), big(0.0), big(0.0), big(0.0)])
    }
    fn chain(&self, f: BigFloat, slope: BigFloat, bend: BigFloat) -> Self {
        let [_, b, c, d] = &self.0;
        Hyper([f, mul(&slope, b), mul(&slope, c), add(&mul(&slope, d), &mul(&bend, &mul(b, c)))])
    }
    fn plus(&self, other: &Self) -> Self {
        Hyper(std::array::from_fn(|k| add(&self.0[k], &other.0[k])))
    }
    fn minus(&self, other: &Self) -> Self {
        Hyper(std::array::from_fn(|k| self.0[k].sub(&other.0[k], P, RM)))
    }
    fn times(&self, other: &Self) -> Self {
        let ([a, b, c, d], [p, q, r, s]) = (&self.0, &other.0);
        let mixed = add(&add(&mul(a, s), &mul(b, r)), &add(&mul(c, q), &mul(d, p)));
        Hyper([mul(a, p), add(&mul(a, q), &mul(b, p)), add(&mul(a, r), &mul(c, p)), mixed])
    }
    fn inverse(&self) -> Self {
        let a = &self.0[0];
        let one = div(&big(1.0), a);
        let square = mul(&one, &one);
        self.chain(one.clone(), square.neg(), mul(&mul(&square, &one), &big(2.0)))
    }
    fn unary(&self, function: Unary, consts: &mut Consts) -> Self {
        let a = &self.0[0];
        let one = big(1.0);
        let logistic = |consts: &mut Consts| {
            let s = div(&one, &add(&one, &a.neg().exp(P, RM, consts)));
            let slope = mul(&s, &one.sub(&s, P, RM));
            let bend = mul(&slope, &one.sub(&mul(&s, &big(2.0)), P, RM));
            (s, slope, bend)
        };
        let (f, slope, bend) = match function {
            Unary::Neg => (a.neg(), big(-1.0), big(0.0)),
            Unary::Frozen => (a.clone(), big(0.0), big(0.0)),
            Unary::Sqrt => {
                let root = a.sqrt(P, RM);
                let slope = div(&big(0.5), &root);
                let bend = div(&mul(&slope, &big(-0.5)), a);
                (root, slope, bend)
            }
            Unary::Exp => {
                let e = a.exp(P, RM, consts);
                (e.clone(), e.clone(), e)
            }
            Unary::Ln => {
                let inverse = div(&one, a);
                (a.ln(P, RM, consts), inverse.clone(), mul(&inverse, &inverse).neg())
            }
            Unary::Sin | Unary::Cos => {
                let (s, c) = (a.sin(P, RM, consts), a.cos(P, RM, consts));
                if function == Unary::Sin { (s.clone(), c, s.neg()) } else { (c.clone(), s.neg(), c.neg()) }
            }
            Unary::Tanh => {
                let t = a.tanh(P, RM, consts);
                let slope = one.sub(&mul(&t, &t), P, RM);
                let bend = mul(&mul(&t, &slope), &big(-2.0));
                (t, slope, bend)
            }
            Unary::Logistic => logistic(consts),
            Unary::Softplus => {
                let (s, slope, _) = logistic(consts);
                (add(&one, &a.exp(P, RM, consts)).ln(P, RM, consts), s, slope)
            }
        };
        self.chain(f, slope, bend)
    }
}

/// Value, derivative along inputs `i` and `j`, and the mixed one, of a graph in 384-bit arithmetic.
fn exact(graph: &Graph, value: Node, x: &[f64], (i, j): (usize, usize), consts: &mut Consts) -> [BigFloat; 4] {
    let mut nodes: Vec<Hyper> = vec![];
    for &op in &graph.nodes()[..=value.at()] {
        let of = |node: Node| &nodes[node.at()];
        let next = match op {
            Op::Input(k) => {
                let unit = |other: usize| big(f64::from(u8::from(k as usize == other)));
                Hyper([big(x[k as usize]), unit(i), unit(j), big(0.0)])
            }
            Op::Const(bits) => Hyper::constant(f64::from_bits(bits)),
            Op::Unary(function, a) => of(a).unary(function, consts),
            Op::Binary(Binary::Add, a, b) => of(a).plus(of(b)),
            Op::Binary(Binary::Sub, a, b) => of(a).minus(of(b)),
            Op::Binary(Binary::Mul, a, b) => of(a).times(of(b)),
            Op::Binary(Binary::Div, a, b) => of(a).times(&of(b).inverse()),
            Op::Binary(Binary::Lt, a, b) => Hyper::constant(f64::from(u8::from(of(a).0[0] < of(b).0[0]))),
            Op::MulAdd(a, b, c) => of(a).times(of(b)).plus(of(c)),
            Op::Select(condition, a, b) => of(if of(condition).0[0].is_zero() { b } else { a }).clone(),
        };
        nodes.push(next);
    }
    nodes[value.at()].0.clone()
}

fn holds(interval: Interval, exact: &BigFloat) -> bool {
    !exact.is_nan() && big(interval.lo()) <= *exact && *exact <= big(interval.hi())
}

/// Bounds of value, gradient and Hessian.
fn enclosed(encloser: &mut Encloser, x: &[Interval]) -> (bool, Vec<Interval>) {
    let n = x.len();
    let (mut grad, mut hess) = (vec![Interval::ZERO; n], vec![Interval::ZERO; n * n]);
    let bound = encloser.hessian(x, &mut grad, &mut hess);
    (bound.is_smooth, [vec![bound.value], grad, hess].concat())
}

/// A function of every operation, drawn from the key; with `branches`, piecewise.
fn drawn<S: Scalar>(key: &str, branches: bool, x: &[S]) -> S {
    let mut stream = Stream::new(0, "interval", &[key]);
    let mut pool: Vec<S> = x.to_vec();
    for _ in 0..14 {
        let mut pick = || pool[stream.below(pool.len() as u32) as usize];
        let (a, b, c) = (pick(), pick(), pick());
        let next = match stream.below(if branches { 19 } else { 16 }) {
            0 => a + b,
            1 => a - b,
            2 => a * b.tanh(),
            3 => a / (b.square() + 1.0),
            4 => -a,
            5 => a.tanh().mul_add(b, c),
            6 => (a.square() + 0.5).sqrt(),
            7 => a.tanh().exp(),
            8 => (a.square() + 0.1).ln(),
            9 => a.sin(),
            10 => (a * 3.0).cos(),
            11 => a.tanh(),
            12 => a.logistic(),
            13 => a.softplus(),
            14 => a.tanh().powi(3) - b.tanh() * 0.3,
            15 => a.tanh() * a.tanh() * 2.0 - (b.square() + 1.0).powi(-2),
            16 => a.lt(b).select(c, a),
            17 => a.relu() + b.abs(),
            _ => a.max(c),
        };
        pool.push(next);
    }
    S::sum(pool[x.len()..].iter().copied())
}

#[test]
fn enclosures_hold_what_384_bit_arithmetic_finds_in_the_box() {
    const DIM: usize = 3;
    let mut consts = Consts::new().unwrap();
    let mut stream = Stream::new(0, "boxes", &[]);
    let (mut points, mut smooth) = (0, 0);
    for trial in 0..50 {
        let (key, branches) = (trial.to_string(), trial % 4 == 3);
        let objective = Objective::formula(DIM, |x| drawn(&key, branches, x));
        let (graph, value) = objective.graph();
        let mut encloser = objective.encloser();
        for shrink in [0, 1, 3, 8, 20, 45] {
            let reach = 0.5f64.powi(shrink);
            let x: Vec<Interval> = (0..DIM)
                .map(|_| Interval::around(stream.uniform(-2.0, 2.0), reach * stream.uniform(0.0, 1.0)))
                .collect();
            let (is_smooth, bounds) = enclosed(&mut encloser, &x);
            smooth += usize::from(is_smooth);
            for corner in 0..6 {
                let inside = |x: &Interval, share: f64| (x.lo() + share * (x.hi() - x.lo())).clamp(x.lo(), x.hi());
                let at: Vec<f64> = x
                    .iter()
                    .map(|x| inside(x, if corner < 2 { f64::from(corner) } else { stream.uniform(0.0, 1.0) }))
                    .collect();
                let (i, j) = (stream.below(DIM as u32) as usize, stream.below(DIM as u32) as usize);
                let found = exact(graph, value, &at, (i, j), &mut consts);
                let asked = [bounds[0], bounds[1 + i], bounds[1 + j], bounds[1 + DIM + i * DIM + j]];
                for (what, (bound, exact)) in ["value", "slope", "slope", "bend"].iter().zip(asked.iter().zip(&found)) {
                    assert!(holds(*bound, exact), "{what} of {key} at {at:?}: {exact} is not in {bound:?}");
                }
                points += 1;
            }
        }
    }
    assert!(points == 50 * 36 && smooth > 190, "{smooth} boxes on which nothing jumps");
}

#[test]
fn narrow_boxes_have_narrow_bounds_and_smaller_boxes_smaller_ones() {
    const DIM: usize = 3;
    let mut stream = Stream::new(0, "nested", &[]);
    for trial in 0..60 {
        let key = trial.to_string();
        let objective = Objective::formula(DIM, |x| drawn(&key, false, x));
        let mut encloser = objective.encloser();
        let centre: Vec<f64> = (0..DIM).map(|_| stream.uniform(-2.0, 2.0)).collect();
        let mut at = |reach: f64| {
            let x: Vec<Interval> = centre.iter().map(|&c| Interval::around(c, reach)).collect();
            let (is_smooth, bounds) = enclosed(&mut encloser, &x);
            assert!(is_smooth);
            bounds
        };
        let reaches: Vec<f64> = (0..10).map(|k| 0.5f64.powi(4 * k)).collect();
        let bounds: Vec<Vec<Interval>> = reaches.iter().map(|&reach| at(reach)).collect();
        for (outer, inner) in bounds.iter().zip(&bounds[1..]) {
            assert!(inner.iter().zip(outer).all(|(inner, outer)| inner.is_subset_of(*outer)), "isotonic");
        }
        // First order: sixteen times narrower boxes have, in the end, bounds sixteen times narrower.
        for ((b, a), reach) in bounds[4].iter().zip(&bounds[3]).zip(&reaches[4..]) {
            let floor = 1e-12 * (1.0 + a.mag());
            assert!(b.width() <= a.width() / 14.0 + floor, "{key}: {} after {} ({reach})", b.width(), a.width());
        }
        // A point costs roundings only.
        let thin = at(0.0);
        assert!(thin.iter().all(|bound| bound.width() <= 1e-11 * (1.0 + bound.mag())), "{key}: {thin:?}");
    }
}

#[test]
fn a_mean_over_rows_is_enclosed_like_the_sum_of_its_rows() {
    const DIM: usize = 4;
    let cells: Vec<f64> = (0..12).map(|k| f64::from(k) * 0.37 - 2.0).collect();
    let rows = Arc::new(Rows::new(2, cells));
    let objective = Objective::over_rows(DIM, rows, |x, row| {
        let hidden = (x[0] * row[0] + x[1]).tanh();
        (hidden * x[2] + x[3] - row[1]).square() * 0.5 + Scalar::dot(x, x) * 0.01
    });
    assert!(objective.penalty_graph().is_some(), "weight decay is a part of its own");
    let mut evaluator = objective.evaluator();
    let mut encloser = objective.encloser();
    let mut stream = Stream::new(0, "rows", &[]);
    for _ in 0..200 {
        let at: Vec<f64> = (0..DIM).map(|_| stream.uniform(-2.0, 2.0)).collect();
        let thin: Vec<Interval> = at.iter().map(|&x| Interval::point(x)).collect();
        let wide: Vec<Interval> = at.iter().map(|&x| Interval::around(x, 1e-3)).collect();
        let (mut grad, mut hess) = ([0.0; DIM], [0.0; DIM * DIM]);
        let value = evaluator.gradient(&at, &mut grad);
        evaluator.hessian(&at, &mut hess);
        let found = [vec![value], grad.to_vec(), hess.to_vec()].concat();
        let (_, thin) = enclosed(&mut encloser, &thin);
        let (_, wide) = enclosed(&mut encloser, &wide);
        for ((thin, wide), found) in thin.iter().zip(&wide).zip(found) {
            // The evaluator rounds a few hundred times; the mean is of terms up to about 10.
            assert!(
                (thin.lo() - 1e-13..thin.hi() + 1e-13).contains(&found) && thin.width() < 1e-12,
                "{thin:?} {found}"
            );
            assert!(thin.is_subset_of(*wide));
        }
    }
}

#[test]
fn arithmetic_at_the_edges() {
    let all = Interval::ENTIRE;
    let (zero, unit) = (Interval::ZERO, Interval::new(-1.0, 1.0));
    // Nothing is known of a quotient by 0, and 0 times the unknown is not 0.
    assert_eq!(Interval::ONE / unit, all);
    assert_eq!(zero / Interval::new(0.0, 1.0), all);
    assert_eq!(zero * all, all);
    assert_eq!(all - all, all);
    assert_eq!(all.square(), Interval::new(0.0, f64::INFINITY));
    assert_eq!(zero * unit, zero);
    assert_eq!(Interval::new(0.0, 1.0).intersection(Interval::new(2.0, 3.0)), None);
    // What overflows has an infinite upper and a finite lower bound.
    let huge = Interval::point(f64::MAX);
    assert_eq!((huge + huge).lo(), f64::MAX);
    assert_eq!((huge * huge).hi(), f64::INFINITY);
    assert_eq!(huge.square().lo(), f64::MAX);
    let (exp, _) = Unary::Exp.enclose(Interval::new(-1e4, 1e4));
    assert_eq!((exp.lo(), exp.hi()), (0.0, f64::INFINITY));
    let (exp, _) = Unary::Exp.enclose(Interval::new(1e4, 2e4));
    assert!(exp.lo() > 1e308 && exp.lo() < f64::INFINITY);
    // What underflows is not 0.
    let tiny = Interval::point(1e-200);
    assert!((tiny * tiny).hi() > 0.0 && (tiny * -tiny).lo() < 0.0 && tiny.square().hi() > 0.0);
    // 1 + 2^-60 is no f64; 1 + 1 is.
    let sum = Interval::ONE + Interval::point(0.5f64.powi(60));
    assert_eq!((sum.lo(), sum.hi()), (1.0, 1f64.next_up()));
    assert_eq!(Interval::ONE + Interval::ONE, Interval::point(2.0));
    assert_eq!(Interval::new(-3.0, 1.0).mid(), -1.0);
    assert_eq!(Interval::new(f64::MIN, f64::MAX).mid(), 0.0);
    assert!(all.mid() == 0.0 && all.width() == f64::INFINITY);
}

#[test]
fn every_function_is_enclosed_on_points_of_every_size() {
    let mut consts = Consts::new().unwrap();
    let mut stream = Stream::new(0, "functions", &[]);
    let functions =
        [Unary::Sqrt, Unary::Exp, Unary::Ln, Unary::Sin, Unary::Cos, Unary::Tanh, Unary::Logistic, Unary::Softplus];
    for function in functions {
        for k in 0..1500 {
            let size = crate::math::exp(stream.uniform(-8.0, 4.5));
            let needs_positive = matches!(function, Unary::Sqrt | Unary::Ln);
            let at = if needs_positive || k % 2 == 0 { size } else { -size };
            let reach = if k % 3 == 0 { 0.0 } else { size * crate::math::exp(stream.uniform(-30.0, -0.1)) };
            let x = Interval::around(at, reach);
            let (y, _) = function.enclose(x);
            let (slope, bend) = function.derivatives(x, y);
            let share = stream.uniform(0.0, 1.0);
            let inside = (x.lo() + share * (x.hi() - x.lo())).clamp(x.lo(), x.hi());
            let [b, zero] = [big(1.0), big(0.0)];
            let exact = Hyper([big(inside), b.clone(), b, zero]).unary(function, &mut consts);
            for (bound, k) in [(y, 0), (slope, 1), (bend, 3)] {
                assert!(holds(bound, &exact.0[k]), "{function:?}, entry {k} at {inside:e} in {x:?}: {bound:?}");
            }
            if reach == 0.0 {
                assert!(
                    y.width() <= 1e-14 * y.mag() && slope.width() <= 1e-14 * slope.mag().max(1e-300),
                    "{function:?} {at}"
                );
            }
        }
    }
}

#[test]
fn kinks_and_holes_in_the_domain_are_said() {
    let smooth = |f: for<'g> fn(crate::Sym<'g>) -> crate::Sym<'g>, lo: f64, hi: f64| {
        let objective = Objective::formula(1, |x| f(x[0]));
        enclosed(&mut objective.encloser(), &[Interval::new(lo, hi)]).0
    };
    assert!(smooth(|x| x.abs(), 0.1, 2.0) && smooth(|x| x.abs(), -2.0, -0.1) && !smooth(|x| x.abs(), -0.1, 2.0));
    assert!(smooth(|x| x.relu(), 0.1, 2.0) && !smooth(|x| x.relu(), 0.0, 2.0));
    assert!(!smooth(|x| x.sqrt(), 0.0, 1.0) && smooth(|x| x.sqrt(), 1e-300, 1.0));
    assert!(!smooth(|x| x.ln().sin(), 0.0, 1.0) && !smooth(|x| x.ln().tanh(), -2.0, -1.0));
    assert!(!smooth(|x| (x.sin() + 0.5).recip(), -1.0, 0.0) && smooth(|x| (x.sin() + 1.5).recip(), -9.0, 9.0));
    assert!(!smooth(|x| x.square() * f64::NAN, 0.0, 1.0));
    // Both slopes of |x| and everything between.
    let objective = Objective::formula(1, |x| x[0].abs());
    assert_eq!(enclosed(&mut objective.encloser(), &[Interval::new(-1.0, 1.0)]).1[1], Interval::new(-1.0, 1.0));
    // A frozen kink, on which the function does not depend: x = (x - |x|) + |x|.
    let shifted = Objective::formula(1, |x| {
        let shift = x[0].abs().frozen();
        (x[0] - shift).exp() * shift.exp()
    });
    let (is_smooth, bounds) = enclosed(&mut shifted.encloser(), &[Interval::new(-0.1, 0.1)]);
    assert!(is_smooth && bounds[1].contains(1.0) && bounds[1].width() < 1.0);
}

trait Reciprocal {
    fn recip(self) -> Self;
}

impl Reciprocal for crate::Sym<'_> {
    fn recip(self) -> Self {
        Self::constant(1.0) / self
    }
}

#[test]
fn every_operation_on_points_holds_the_exact_result() {
    let mut stream = Stream::new(0, "operations", &[]);
    // Sizes far apart, so that sums lose digits at either end.
    let mut draw = || stream.uniform(-1.0, 1.0) * crate::math::exp(stream.uniform(-40.0, 40.0));
    for _ in 0..5000 {
        let (a, b) = (draw(), draw());
        let (x, y, p, q) = (Interval::point(a), Interval::point(b), big(a), big(b));
        let results = [
            (x + y, add(&p, &q)),
            (x - y, p.sub(&q, P, RM)),
            (x * y, mul(&p, &q)),
            (x / y, div(&p, &q)),
            (x.square(), mul(&p, &p)),
        ];
        for (k, (bound, exact)) in results.iter().enumerate() {
            assert!(holds(*bound, exact), "operation {k} on {a:e} and {b:e}: {bound:?}");
            assert!(bound.width() <= 2.0 * f64::EPSILON * bound.mag());
        }
    }
}
