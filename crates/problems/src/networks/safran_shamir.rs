//! A ReLU student of an orthonormal ReLU teacher: minima that are not global, of a loss in closed form.

use std::f64::consts::TAU;

use autodiff::Objective;

use super::relu_kernel::Unit;
use crate::learning::minimum::minimum_from;
use crate::prelude::*;

/// `f(w_1, ..., w_n) = 1/2 E (sum_i relu(w_i . z) - sum_(j <= k) relu(z_j))^2` for z ~ N(0, I) in d dimensions; the weights of
/// unit i are the numbers `i d ... i d + d - 1`. The mean is a closed form (Cho and Saul 2009),
/// `f = 1/2 sum_ij F(w_i, w_j) - sum_ij F(w_i, e_j) + 1/2 sum_ij F(e_i, e_j)` with
/// `F(w, v) = |w||v|/2pi (sin th + (pi - th) cos th)`, th the angle between w and v.
///
/// Safran and Shamir (2018): for n = k from 6 to 20 there are minima that are not global, and descent from weights
/// N(0, 1/k) ends in one in 0.3, 5.5, 12.6, 21.8 and 34.6 % of runs at k = 6 ... 10; with n = k + 1 hardly any run does. Listed:
/// - n >= k: the teacher itself, f = 0, whose last unit is shared equally among n - k + 1 parallel ones. What only shifts
///   weight among those changes f in the third order, so d (n - k) eigenvalues are 0.
/// - n = k, 6 <= k <= 20: the minimum of f = .0251, .0232, .0215, .0200, .0187 at k = 6 ... 10 that most stuck runs
///   reach: all units but the last are alike up to a permutation of the axes, `w_i = a e_i + b sum_(j != i, j < k) e_j + c e_k`, and
///   `w_k = d sum_(j < k) e_j + e e_k`. By that symmetry a minimum over (a, b, c, d, e) is a critical point of f; it is found
///   when the surface is built. That its Hessian is positive definite is measured (and proved in the paper with other means).
///
/// f is twice continuously differentiable but where a unit's weights are all 0; there its gradient jumps.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SafranShamir {
    k: usize,
    n: usize,
    inputs: usize,
}

impl Default for SafranShamir {
    fn default() -> Self {
        SafranShamir { k: 6, n: 6, inputs: 0 }
    }
}

/// Every pair of units is recorded.
const MOST_UNITS: f64 = 30.0;

impl SafranShamir {
    fn inputs(&self) -> usize {
        if self.inputs == 0 { self.k } else { self.inputs }
    }

    /// `1/2 sum_ij F(e_i, e_j)`: 1/2 where i = j, 1/2pi elsewhere.
    fn of_teacher(&self) -> f64 {
        let k = self.k as f64;
        0.25 * k + 0.5 * k * (k - 1.0) / TAU
    }

    /// The teacher, its last unit shared among all units left.
    fn shared_teacher(&self) -> KnownPoint {
        let d = self.inputs();
        let mut x = vec![0.0; self.dim()];
        for unit in 0..self.n {
            let axis = unit.min(self.k - 1);
            let parts = if axis + 1 < self.k { 1 } else { self.n + 1 - self.k };
            x[unit * d + axis] = 1.0 / parts as f64;
        }
        KnownPoint { x, value: 0.0, n_neg: 0, n_zero: Some(d * (self.n - self.k)) }
    }

    /// f of units that are alike but for the last (n = k), as a function of (a, b, c, d, e).
    fn alike<S: Scalar>(&self, y: &[S]) -> S {
        let last = self.k - 1;
        let [first, second, odd] =
            [0, 1, last].map(|unit| (0..self.k).map(|axis| entry(y, unit, axis, last)).collect::<Vec<S>>());
        let [first, second, odd] = [&first, &second, &odd].map(|weights| Unit::new(weights));
        let m = last as f64;
        let itself = first.with_itself() * m + odd.with_itself();
        let pairs = first.with(&second) * (0.5 * m * (m - 1.0)) + first.with(&odd) * m;
        let others = first.with_axis(0) + first.with_axis(1) * (m - 1.0) + first.with_axis(last) + odd.with_axis(0);
        itself * 0.5 + pairs - others * m - odd.with_axis(last) + self.of_teacher()
    }

    /// The minimum that is not global, by Newton's method over (a, b, c, d, e).
    fn odd_one_out(&self) -> Option<KnownPoint> {
        let (k, d) = (self.k as f64, self.inputs());
        let objective = Objective::formula(5, |y| self.alike(y));
        // How the five numbers go with k, near enough for full Newton steps at every k.
        let start = vec![1.0, -(1.3 + 3.0 / k) / (k * k), 1.83 / k, 1.28 / k, 0.97 / k.sqrt() - 1.0];
        let y = minimum_from(&objective, start)?;
        let weights = |unit: usize| (0..d).map(move |axis| (unit, axis));
        let entry = |(unit, axis): (usize, usize)| if axis < self.k { entry(&y, unit, axis, self.k - 1) } else { 0.0 };
        let x = (0..self.k).flat_map(weights).map(entry).collect();
        Some(KnownPoint::nondegenerate(x, objective.evaluator().value(&y), 0))
    }
}

/// The weight of a unit along an axis, of (a, b, c, d, e).
fn entry<S: Copy>(y: &[S], unit: usize, axis: usize, last: usize) -> S {
    match (unit == last, axis == last) {
        (false, false) if unit == axis => y[0],
        (false, false) => y[1],
        (false, true) => y[2],
        (true, false) => y[3],
        (true, true) => y[4],
    }
}

impl Problem for SafranShamir {
    const NAME: &'static str = "safran_shamir";
    const ABOUT: &'static str = "n ReLU units learn k orthonormal ones over normal inputs; minima not global for n = k >= 6 (Safran and Shamir 2018)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("k", "units of the teacher, 2 to 30"),
        ("n", "units of the student, 1 to 30"),
        ("inputs", "dimension d of the inputs, k to 30; 0 for k"),
    ];
    const LABEL: &'static [&'static str] = &["k", "n"];
    const TAGS: &'static [&'static str] = &["network", "multimodal"];
    const CASES: &'static [&'static str] =
        &["k = 8\nn = 8", "k = 6\nn = 7", "k = 2\nn = 4\ninputs = 3", "k = 3\nn = 2", "k = 6\nn = 6\ninputs = 7"];

    fn check(&self) -> Result<(), String> {
        in_range("k", self.k as f64, 2.0, MOST_UNITS)?;
        in_range("n", self.n as f64, 1.0, MOST_UNITS)?;
        if self.inputs == 0 { Ok(()) } else { in_range("inputs", self.inputs as f64, self.k as f64, MOST_UNITS) }
    }
    fn dim(&self) -> usize {
        self.n * self.inputs()
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let units: Vec<Unit<S>> = x.chunks_exact(self.inputs()).map(Unit::new).collect();
        let itself = S::sum(units.iter().map(Unit::with_itself)) * 0.5;
        let earlier = |(i, unit)| units[..i].iter().map(move |other| Unit::with(unit, other));
        let pairs = S::sum(units.iter().enumerate().flat_map(earlier));
        let with_teacher = units.iter().flat_map(|unit| (0..self.k).map(move |axis| unit.with_axis(axis)));
        itself + pairs - S::sum(with_teacher) + self.of_teacher()
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim(), -2.0, 2.0)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::Vectors { size: self.inputs(), flips: false }
    }
    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![(self.k as f64).sqrt().recip(); self.dim()] }
    }
    /// Only where a unit's weights are all 0, which no run meets.
    fn has_kinks(&self) -> bool {
        true
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let teacher = (self.n >= self.k).then(|| self.shared_teacher());
        let has_other = self.n == self.k && (6..=20).contains(&self.k);
        let other = if has_other { self.odd_one_out() } else { None };
        teacher.into_iter().chain(other).collect()
    }
    /// A student with fewer units cannot be the teacher.
    fn reference(&self) -> Option<Reference> {
        Some(if self.n >= self.k { Reference::minimum(0.0) } else { Reference::bound(0.0) })
    }
}
