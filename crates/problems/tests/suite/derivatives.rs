//! Value, gradient, Hessian-vector product and Hessian of every problem against hyper-dual numbers.

use autodiff::{Evaluator, Scalar};
use problems::{Instance, Motion, Problem};

use crate::cases::{Visitor, dot, instance, max_abs, stream, visit_all};
use crate::hyper_dual::HyperDual;

// What the project promises, relative to 1 + the largest entry.
const VALUE: f64 = 1e-13;
const GRADIENT: f64 = 1e-11;
const HESSIAN: f64 = 1e-10;

/// f(x), u.g, w.g, u.H w by hyper-dual numbers: the mean over rows, or the formula.
fn oracle<P: Problem>(problem: &P, motion: Option<&Motion>, x: &[f64], u: &[f64], w: &[f64]) -> HyperDual {
    let x: Vec<HyperDual> = x.iter().zip(u).zip(w).map(|((&v, &a), &b)| HyperDual { v, a, b, ab: 0.0 }).collect();
    let x = motion.map_or_else(|| x.clone(), |motion| motion.original(&x));
    let Some(rows) = problem.rows() else { return problem.value(&x, &[]) };
    let loss = |i: usize| {
        let row: Vec<HyperDual> = rows.row(i).iter().map(|&cell| HyperDual::constant(cell)).collect();
        problem.value(&x, &row)
    };
    HyperDual::sum((0..rows.count()).map(loss)) / rows.count() as f64
}

struct Compare {
    worst: [f64; 3],
}

impl Visitor for Compare {
    fn visit<P: Problem>(&mut self, params: &str) {
        let instance = instance(P::NAME, params);
        let mut table: toml::Table = params.parse().expect("TOML");
        if P::MOVABLE {
            table.remove("instance");
        }
        let problem: P = table.try_into().expect("the registry read it too");
        for i in 0..2 {
            let x = instance.start_point(&mut stream("derivatives", i));
            self.compare(&instance, &problem, &x);
        }
        // Starts of networks are small; a larger point reaches into saturation.
        let x: Vec<f64> = instance.start_point(&mut stream("derivatives", 2)).iter().map(|x| 1.7 * x).collect();
        self.compare(&instance, &problem, &x);
    }
}

impl Compare {
    fn compare<P: Problem>(&mut self, instance: &Instance, problem: &P, x: &[f64]) {
        let n = x.len();
        let mut eval: Evaluator = instance.objective.evaluator();
        let (mut grad, mut hess, mut hv) = (vec![0.0; n], vec![0.0; n * n], vec![0.0; n]);
        let value = eval.value(x);
        assert_eq!(eval.gradient(x, &mut grad).to_bits(), value.to_bits(), "{}: two values", instance.label());
        eval.hessian(x, &mut hess);
        let (grad_size, hess_size) = (1.0 + max_abs(&grad), 1.0 + max_abs(&hess));
        for (u, w) in directions(n) {
            let exact = oracle(problem, instance.motion.as_ref(), x, &u, &w);
            eval.hvp(x, &w, &mut hv);
            let by_hessian: f64 = hess.chunks_exact(n).zip(&u).map(|(row, u)| u * dot(row, &w)).sum();
            let errors = [
                (value - exact.v).abs() / (1.0 + exact.v.abs()) / VALUE,
                (dot(&grad, &u) - exact.a).abs().max((dot(&grad, &w) - exact.b).abs()) / grad_size / GRADIENT,
                (dot(&hv, &u) - exact.ab).abs().max((by_hessian - exact.ab).abs()) / hess_size / HESSIAN,
            ];
            // Not `all(error <= 1)`: a NaN must fail.
            for (worst, error) in self.worst.iter_mut().zip(errors) {
                assert!(error <= 1.0, "{} at {x:?} along {u:?}, {w:?}: {errors:?} tolerances", instance.label());
                *worst = worst.max(error);
            }
        }
    }
}

/// Pairs of directions with sum |u_i| = 1, so that an error of u.g is at most the largest error of an entry:
/// all pairs of axes when they are few, else some, and two pairs that reach every entry.
fn directions(n: usize) -> Vec<(Vec<f64>, Vec<f64>)> {
    let axis = |i: usize| (0..n).map(|j| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
    if n <= 12 {
        return (0..n).flat_map(|i| (0..=i).map(move |j| (axis(i), axis(j)))).collect();
    }
    let mut draw = stream("directions", n);
    let mut pairs: Vec<(Vec<f64>, Vec<f64>)> =
        (0..12).map(|_| (axis(draw.below(n as u32) as usize), axis(draw.below(n as u32) as usize))).collect();
    let mut dense = || (0..n).map(|_| (draw.below(2) as f64 * 2.0 - 1.0) / n as f64).collect::<Vec<f64>>();
    pairs.extend([(dense(), dense()), (dense(), dense())]);
    pairs
}

#[test]
fn derivatives_equal_those_of_hyper_dual_numbers() {
    let mut compare = Compare { worst: [0.0; 3] };
    visit_all(&mut compare);
    // Shown with --nocapture: how much of the tolerance is used.
    println!("largest errors in tolerances: value, gradient, Hessian {:?}", compare.worst);
}
