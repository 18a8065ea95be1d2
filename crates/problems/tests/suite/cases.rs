//! The problems under test with a few parameter variants each, and helpers that every test needs.

use autodiff::{Objective, Stream};
use nalgebra::{DMatrix, SymmetricEigen};
use problems::*;

/// Something to be done with every case, knowing its type.
pub trait Visitor {
    /// `params` is the text of a TOML table.
    fn visit<P: Problem>(&mut self, params: &str);
}

/// Every problem of the crate at its defaults, then its variants.
pub fn visit_all(visitor: &mut impl Visitor) {
    struct WithCases<'v, V>(&'v mut V);
    impl<V: Visitor> problems::Visitor for WithCases<'_, V> {
        fn visit<P: Problem>(&mut self) {
            self.0.visit::<P>("");
            P::CASES.iter().for_each(|params| self.0.visit::<P>(params));
        }
    }
    visit_builtin(&mut WithCases(visitor));
}

/// Every case, built by the registry.
pub fn instances() -> Vec<Instance> {
    struct Build(Vec<Instance>);
    impl Visitor for Build {
        fn visit<P: Problem>(&mut self, params: &str) {
            self.0.push(instance(P::NAME, params));
        }
    }
    let mut build = Build(vec![]);
    visit_all(&mut build);
    build.0
}

/// One problem, built by the registry from the text of a TOML table.
pub fn instance(name: &str, params: &str) -> Instance {
    build(name, params).unwrap_or_else(|message| panic!("{message}"))
}

/// The same, or the message.
pub fn build(name: &str, params: &str) -> Result<Instance, String> {
    Registry::builtin().get(name).expect("a registered name").build(&params.parse().expect("TOML"))
}

/// A stream of the tests' own.
pub fn stream(purpose: &str, i: usize) -> Stream {
    Stream::new(20_260_101, purpose, &[&i.to_string()])
}

/// Eigenvalues of the Hessian on the surface, ascending; by nalgebra, which shares no code with ours.
pub fn spectrum(objective: &Objective, x: &[f64]) -> Vec<f64> {
    let (mut eval, n) = (objective.evaluator(), objective.dim());
    let (mut grad, mut hess) = (vec![0.0; n], vec![0.0; n * n]);
    eval.gradient(x, &mut grad);
    eval.hessian(x, &mut hess);
    let tangent = objective.geometry().tangent_hessian(x, &grad, hess);
    let m = objective.geometry().tangent_dim(n);
    let mut values = SymmetricEigen::new(DMatrix::from_row_slice(m, m, &tangent)).eigenvalues.as_slice().to_vec();
    values.sort_by(f64::total_cmp);
    values
}

/// Numbers of negative and of zero eigenvalues. Zero is below 1e-10 of the largest: far above the error of the
/// eigenvalues, `n eps |H|` < 1e-13 |H| here, far below any eigenvalue that is not zero in these cases.
pub fn negative_and_zero(spectrum: &[f64]) -> (usize, usize) {
    let zero = 1e-10 * max_abs(spectrum);
    (spectrum.iter().filter(|l| **l < -zero).count(), spectrum.iter().filter(|l| l.abs() <= zero).count())
}

pub fn max_abs(v: &[f64]) -> f64 {
    v.iter().fold(0.0, |largest: f64, a| largest.max(a.abs()))
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
