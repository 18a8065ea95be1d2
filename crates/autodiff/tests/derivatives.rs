//! Derivatives of recorded functions against an independent oracle: hyper-dual arithmetic run on the function itself.

use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::Arc;

use autodiff::{Objective, Rows, Scalar, Stream};

/// `a + b e1 + c e2 + d e1 e2` with `e1^2 = e2^2 = 0`: `b`, `c` carry two directional derivatives, `d` the mixed
/// second one (Fike and Alonso, 2011). Chain rule written out here, sharing no code with the graph transforms.
#[derive(Clone, Copy)]
struct HyperDual {
    a: f64,
    b: f64,
    c: f64,
    d: f64,
}

impl HyperDual {
    fn chain(self, f: f64, slope: f64, curvature: f64) -> Self {
        HyperDual { a: f, b: slope * self.b, c: slope * self.c, d: slope * self.d + curvature * self.b * self.c }
    }
}

impl Neg for HyperDual {
    type Output = Self;
    fn neg(self) -> Self {
        self.chain(-self.a, -1.0, 0.0)
    }
}
impl Add for HyperDual {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        HyperDual { a: self.a + o.a, b: self.b + o.b, c: self.c + o.c, d: self.d + o.d }
    }
}
impl Sub for HyperDual {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        self + -o
    }
}
impl Mul for HyperDual {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        HyperDual {
            a: self.a * o.a,
            b: self.a * o.b + self.b * o.a,
            c: self.a * o.c + self.c * o.a,
            d: self.a * o.d + self.b * o.c + self.c * o.b + self.d * o.a,
        }
    }
}
impl Div for HyperDual {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        self * o.chain(1.0 / o.a, -1.0 / (o.a * o.a), 2.0 / (o.a * o.a * o.a))
    }
}
macro_rules! with_f64 {
    ($($trait:ident $method:ident),*) => {$(
        impl $trait<f64> for HyperDual {
            type Output = Self;
            fn $method(self, o: f64) -> Self {
                self.$method(Self::constant(o))
            }
        }
    )*};
}
with_f64!(Add add, Sub sub, Mul mul, Div div);

impl Scalar for HyperDual {
    fn constant(a: f64) -> Self {
        HyperDual { a, b: 0.0, c: 0.0, d: 0.0 }
    }
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }
    fn sqrt(self) -> Self {
        let root = self.a.sqrt();
        self.chain(root, 0.5 / root, -0.25 / (root * self.a))
    }
    fn exp(self) -> Self {
        let e = self.a.exp();
        self.chain(e, e, e)
    }
    fn ln(self) -> Self {
        self.chain(self.a.ln(), 1.0 / self.a, -1.0 / (self.a * self.a))
    }
    fn sin(self) -> Self {
        let (s, c) = self.a.sin_cos();
        self.chain(s, c, -s)
    }
    fn cos(self) -> Self {
        let (s, c) = self.a.sin_cos();
        self.chain(c, -s, -c)
    }
    fn tanh(self) -> Self {
        let t = self.a.tanh();
        let slope = 1.0 / self.a.cosh().powi(2);
        self.chain(t, slope, -2.0 * t * slope)
    }
    fn logistic(self) -> Self {
        let s = 1.0 / (1.0 + (-self.a).exp());
        let slope = s / (1.0 + self.a.exp());
        self.chain(s, slope, slope * (1.0 - 2.0 * s))
    }
    fn softplus(self) -> Self {
        let s = 1.0 / (1.0 + (-self.a).exp());
        self.chain(self.a.exp().ln_1p(), s, s / (1.0 + self.a.exp()))
    }
    fn lt(self, other: Self) -> Self {
        Self::constant(if self.a < other.a { 1.0 } else { 0.0 })
    }
    fn select(self, then: Self, otherwise: Self) -> Self {
        if self.a != 0.0 { then } else { otherwise }
    }
}

/// A function of many operations, drawn from the key: each step applies one operation to earlier results, with
/// arguments kept where every operation is smooth and of moderate size.
fn drawn<S: Scalar>(key: &str, x: &[S]) -> S {
    let mut stream = Stream::new(0, "expression", &[key]);
    let mut pool: Vec<S> = x.to_vec();
    for _ in 0..30 {
        let mut pick = || pool[stream.below(pool.len() as u32) as usize];
        let (a, b, c) = (pick(), pick(), pick());
        let next = match stream.below(17) {
            0 => a + b,
            1 => a - b,
            2 => a * b,
            3 => a / (b.square() + 1.0),
            4 => -a,
            5 => a.mul_add(b, c),
            6 => (a.square() + 0.5).sqrt(),
            7 => a.tanh().exp(),
            8 => (a.square() + 0.1).ln(),
            9 => a.sin(),
            10 => a.cos(),
            11 => a.tanh(),
            12 => a.logistic(),
            13 => a.softplus(),
            14 => a.lt(b).select(c, a),
            15 => a.tanh().powi(3) - b.tanh() * 0.5,
            _ => (a.relu() + b.abs()).max(c),
        };
        // Bounded, so that 30 steps cannot overflow and amplify rounding without limit.
        pool.push(
            next.lt(S::constant(-20.0)).select(next.tanh(), next.lt(S::constant(20.0)).select(next, next.tanh())),
        );
    }
    S::sum(pool[x.len()..].iter().copied())
}

fn point(key: &str, dim: usize) -> Vec<f64> {
    let mut stream = Stream::new(0, "point", &[key]);
    (0..dim).map(|_| stream.uniform(-2.0, 2.0)).collect()
}

/// Value, gradient and Hessian by hyper-duals, one pair of directions at a time.
fn oracle(f: impl Fn(&[HyperDual]) -> HyperDual, x: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
    let n = x.len();
    let run = |i: usize, j: usize| {
        let x: Vec<HyperDual> = x
            .iter()
            .enumerate()
            .map(|(k, &a)| HyperDual { a, b: f64::from(u8::from(k == i)), c: f64::from(u8::from(k == j)), d: 0.0 })
            .collect();
        f(&x)
    };
    let grad = (0..n).map(|i| run(i, i).b).collect();
    let hess = (0..n * n).map(|ij| run(ij / n, ij % n).d).collect();
    (run(0, 0).a, grad, hess)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |m, v| m.max(v.abs()))
}

fn assert_close(what: &str, got: &[f64], want: &[f64], tolerance: f64) {
    let bound = tolerance * (1.0 + largest(want));
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert!((got - want).abs() <= bound, "{what}[{i}]: {got:e} against {want:e}, bound {bound:e}");
    }
}

/// Tolerances promised to users: 1e-13, 1e-11 and 1e-10 of (1 + the largest entry).
#[test]
fn drawn_functions_agree_with_hyper_duals() {
    const DIM: usize = 5;
    for trial in 0..60 {
        let key = trial.to_string();
        let objective = Objective::formula(DIM, |x| drawn(&key, x));
        let x = point(&key, DIM);
        let (value, grad, hess) = oracle(|x| drawn(&key, x), &x);
        let mut at = objective.evaluator();
        let (mut g, mut h) = (vec![0.0; DIM], vec![0.0; DIM * DIM]);
        assert_close("value", &[at.gradient(&x, &mut g)], &[value], 1e-13);
        assert_close("value alone", &[at.value(&x)], &[value], 1e-13);
        assert_close("gradient", &g, &grad, 1e-11);
        at.hessian(&x, &mut h);
        assert_close("hessian", &h, &hess, 1e-10);
        let v = point(&format!("{key} direction"), DIM);
        let mut hv = vec![0.0; DIM];
        at.hvp(&x, &v, &mut hv);
        let want: Vec<f64> = hess.chunks(DIM).map(|row| row.iter().zip(&v).map(|(h, v)| h * v).sum()).collect();
        assert_close("hvp", &hv, &want, 1e-10);
    }
}

/// Piecewise functions take their own branch at every point, and a discarded branch leaves no trace.
#[test]
fn piecewise_derivatives_are_those_of_the_branch_taken() {
    let relu = Objective::formula(1, |x| x[0].relu() * 3.0);
    let abs = Objective::formula(1, |x| x[0].abs());
    // sqrt is singular at 0; selecting its argument first keeps the gradient finite there.
    let root = Objective::formula(1, |x| {
        let zero = x[0] * 0.0;
        let inside = zero.lt(x[0]);
        inside.select(inside.select(x[0], zero + 1.0).sqrt(), zero)
    });
    let gradient = |f: &Objective, x: f64| {
        let mut g = [f64::NAN];
        f.evaluator().gradient(&[x], &mut g);
        g[0]
    };
    assert_eq!((gradient(&relu, 2.0), gradient(&relu, 0.0), gradient(&relu, -2.0)), (3.0, 0.0, 0.0));
    assert_eq!((gradient(&abs, 2.0), gradient(&abs, -2.0)), (1.0, -1.0));
    assert_eq!((gradient(&root, 4.0), gradient(&root, -4.0), gradient(&root, 0.0)), (0.25, 0.0, 0.0));
}

/// A constant function, an unused variable and a variable used alone all have well-defined derivatives.
#[test]
fn degenerate_functions() {
    let mut g = [f64::NAN; 2];
    let mut h = [f64::NAN; 4];
    let constant = Objective::formula(2, |_| Scalar::constant(7.0));
    assert_eq!(constant.evaluator().gradient(&[1.0, 2.0], &mut g), 7.0);
    constant.evaluator().hessian(&[1.0, 2.0], &mut h);
    assert_eq!((g, h), ([0.0; 2], [0.0; 4]));
    let first = Objective::formula(2, |x| x[0]);
    assert_eq!(first.evaluator().gradient(&[1.0, 2.0], &mut g), 1.0);
    first.evaluator().hessian(&[1.0, 2.0], &mut h);
    assert_eq!((g, h), ([1.0, 0.0], [0.0; 4]));
}

/// The mean over rows is the mean of the single rows' functions, for value, gradient, Hessian and chosen rows.
#[test]
fn data_losses_are_means_over_rows() {
    const DIM: usize = 3;
    let rows = Arc::new(Rows::new(2, point("rows", 2 * 37)));
    fn loss<S: Scalar>(x: &[S], row: &[S]) -> S {
        ((x[0] * row[0] + x[1]).tanh() - row[1] * x[2].sin()).square()
    }
    let objective = Objective::over_rows(DIM, rows.clone(), |x, row| loss(x, row));
    let x = point("x", DIM);
    let mean = |chosen: &[u32]| {
        oracle(
            |x| {
                let terms = chosen.iter().map(|&i| {
                    let row = rows.row(i as usize);
                    loss(x, &[HyperDual::constant(row[0]), HyperDual::constant(row[1])])
                });
                HyperDual::sum(terms) / chosen.len() as f64
            },
            &x,
        )
    };
    let all: Vec<u32> = (0..37).collect();
    let (value, grad, hess) = mean(&all);
    let mut at = objective.evaluator();
    let (mut g, mut h, mut hv) = (vec![0.0; DIM], vec![0.0; DIM * DIM], vec![0.0; DIM]);
    assert_close("value", &[at.gradient(&x, &mut g)], &[value], 1e-13);
    assert_close("gradient", &g, &grad, 1e-11);
    at.hessian(&x, &mut h);
    assert_close("hessian", &h, &hess, 1e-10);
    at.hvp(&x, &[0.0, 1.0, 0.0], &mut hv);
    assert_close("hvp", &hv, &hess[DIM..2 * DIM], 1e-10);
    let chosen = [5, 5, 36, 0, 17];
    let (value, grad, _) = mean(&chosen);
    let mut v = [0.0];
    at.gradients_on(&x, &chosen, &mut v, &mut g);
    assert_close("value on rows", &v, &[value], 1e-13);
    assert_close("gradient on rows", &g, &grad, 1e-11);
}

/// The part of a loss that no row enters has its Hessian added, whether that is written entry by entry or, being too long
/// for that, found by products with unit directions.
#[test]
fn a_penalty_is_in_the_hessian() {
    const DIM: usize = 600;
    let rows = Arc::new(Rows::new(1, point("rows", 3)));
    let with = |weight: f64| {
        Objective::over_rows(DIM, rows.clone(), |x, row| {
            let quartic = Scalar::sum(x.iter().map(|x| x.powi(4)));
            (x[0] * row[0]).sin() + Scalar::dot(x, x) * (quartic * weight + 0.5)
        })
    };
    let x = point("x", DIM);
    let (square, quartic): (f64, f64) = (x.iter().map(|x| x * x).sum(), x.iter().map(|x| x.powi(4)).sum());
    let rows: f64 = (0..3).map(|i| rows.row(i)[0]).map(|a| -a * a * (x[0] * a).sin()).sum::<f64>() / 3.0;
    for weight in [0.0, 1e-3] {
        let mut hess = vec![0.0; DIM * DIM];
        with(weight).evaluator().hessian(&x, &mut hess);
        let expected = |i: usize, j: usize| {
            let pair = 8.0 * (x[i] * x[j].powi(3) + x[i].powi(3) * x[j]);
            let single = 1.0 + weight * (2.0 * quartic + 12.0 * square * x[i] * x[i]);
            let row = if i == 0 { rows } else { 0.0 };
            weight * pair + if i == j { single + row } else { 0.0 }
        };
        let expected: Vec<f64> = (0..DIM * DIM).map(|k| expected(k / DIM, k % DIM)).collect();
        assert_close("hessian", &hess, &expected, 1e-12);
        assert!((0..DIM).all(|i| (0..i).all(|j| hess[i * DIM + j] == hess[j * DIM + i])));
    }
}

/// What the graph folds away while it is recorded changes neither the value nor the slope.
#[test]
fn folded_identities_keep_value_and_slope() {
    macro_rules! holds {
        ($($slope:literal: |$x:ident| $body:expr),* $(,)?) => {$({
            fn expression<S: Scalar>($x: S) -> S {
                $body
            }
            let folded = Objective::formula(1, |x| expression(x[0]));
            let mut slope = [f64::NAN];
            let value = folded.evaluator().gradient(&[3.5], &mut slope);
            assert_eq!((value, slope[0]), (expression(3.5), $slope), stringify!($body));
        })*};
    }
    holds! {
        1.0: |x| x + 0.0,
        1.0: |x| x - 0.0,
        -1.0: |x| S::constant(0.0) - x,
        1.0: |x| S::constant(0.0) + x,
        1.0: |x| x * 1.0,
        -1.0: |x| x * -1.0,
        1.0: |x| x / 1.0,
        -1.0: |x| x / -1.0,
        1.0: |x| -(-x),
        2.0: |x| x.mul_add(S::constant(2.0), S::constant(0.0)),
        2.0: |x| x.mul_add(S::constant(1.0), x),
        0.0: |x| x.lt(x).select(x * x, S::constant(4.0)),
        0.0: |x| S::constant(2.0) * 3.0 + x * 0.0,
        -0.25: |x| S::constant(1.0) / (x - 1.5).powi(1) - x.powi(0),
    }
}
