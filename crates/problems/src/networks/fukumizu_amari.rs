//! A network's critical points in a larger network: lines of them, partly minima and partly saddles.

use std::sync::OnceLock;

use autodiff::{Objective, math};

use crate::learning::minimum::minimum_from;
use crate::prelude::*;
use crate::symmetry::Parity;

/// `f = mean over x of 1/2 (o(x) - y(x))^2` for `o(x) = sum_(j <= H) v_j tanh(u_j x + b_j) + c`, x on `points` evenly spaced
/// points of [-3, 3], and `y(x) = 2 tanh x - tanh 4x (- 1/2 tanh 16x for H = 3)`. Parameters: u (H), with `biases` b (H), v (H),
/// with `biases` c; without, b = c = 0.
///
/// Fukumizu and Amari (2000): every critical point of the net with H - 1 units gives lines of critical points with H. Here
/// that of H - 1 is a minimum, found when the surface is built. Unit j of it is doubled, and its v_j shared as `lambda v_j` and
/// `(1 - lambda) v_j`: o is the same for every lambda, and so is f. In the directions in which only the two copies part, the
/// Hessian is `lambda (1 - lambda) A`, `A = v_j mean((o - y) tanh''(u_j x + b_j) X X^T)`, X = x or (x, 1) with biases; in
/// the others it is that of the small net and one 0 along the line. So the index is the number of negative eigenvalues of A for
/// 0 < lambda < 1, of positive ones outside; where A is definite, one part of the line consists of minima that are not global.
/// At lambda = 0 and 1 a whole block is 0.
///
/// Listed: the target itself (f = 0); every doubled unit at lambda = -1/2, 0, 1/4, 1/2, 1 and 3/2; and the small net with a
/// unit that is 0 in all weights, a saddle of index 1 (its u and v have the Hessian `[0, g; g, 0]`, `g = mean((o - y) x)`).
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FukumizuAmari {
    hidden: usize,
    biases: bool,
    points: usize,
    #[serde(skip)]
    small: OnceLock<Option<Small>>,
}

impl Default for FukumizuAmari {
    fn default() -> Self {
        FukumizuAmari { hidden: 2, biases: false, points: 41, small: OnceLock::new() }
    }
}

/// The target: slopes and weights of its units.
const SLOPES: [f64; 3] = [1.0, 4.0, 16.0];
const WEIGHTS: [f64; 3] = [2.0, -1.0, -0.5];

/// Where the lines are listed.
const LAMBDAS: [f64; 6] = [-0.5, 0.0, 0.25, 0.5, 1.0, 1.5];

/// Eigenvalues of A beyond this share of the largest have a sign: far above rounding.
const HAS_SIGN: f64 = 1e-8;

/// A minimum of the net with one unit less.
#[derive(Clone)]
struct Small {
    x: Vec<f64>,
    value: f64,
}

/// Parameters by role.
struct Parts<'x, S> {
    u: &'x [S],
    b: &'x [S],
    v: &'x [S],
    c: &'x [S],
}

impl FukumizuAmari {
    fn with_hidden(&self, hidden: usize) -> Self {
        FukumizuAmari { hidden, small: OnceLock::new(), ..self.clone() }
    }

    fn parts<'x, S>(&self, x: &'x [S]) -> Parts<'x, S> {
        let (u, rest) = x.split_at(self.hidden);
        let (b, rest) = rest.split_at(if self.biases { self.hidden } else { 0 });
        let (v, c) = rest.split_at(self.hidden);
        Parts { u, b, v, c }
    }

    /// Abscissae and targets.
    fn data(&self) -> Vec<[f64; 2]> {
        let target = |x: f64| (0..self.hidden.max(2)).map(|k| WEIGHTS[k] * math::tanh(SLOPES[k] * x)).sum();
        let last = (self.points - 1) as f64;
        (0..self.points).map(|i| 6.0 * (i as f64 / last) - 3.0).map(|x| [x, target(x)]).collect()
    }

    fn over(&self, data: &[[f64; 2]]) -> Objective {
        Objective::over_rows(self.dim(), Arc::new(Rows::new(2, data.concat())), |x, row| self.value(x, row))
    }

    /// The net with the first units of the target, and no more.
    fn first_of_target(&self) -> Vec<f64> {
        let no_biases = vec![0.0; if self.biases { self.hidden } else { 0 }];
        [&SLOPES[..self.hidden], &no_biases, &WEIGHTS[..self.hidden], &no_biases[..usize::from(self.biases)]].concat()
    }

    fn small(&self) -> &Option<Small> {
        self.small.get_or_init(|| {
            let net = self.with_hidden(self.hidden - 1);
            let objective = net.over(&self.data());
            let x = minimum_from(&objective, net.first_of_target())?;
            let value = objective.evaluator().value(&x);
            Some(Small { x, value })
        })
    }

    /// The small net's minimum with one more unit (u, b, v), and unit `changed` sending out v instead.
    fn with_unit(&self, small: &[f64], unit: [f64; 3], changed: Option<(usize, f64)>) -> Vec<f64> {
        let net = self.with_hidden(self.hidden - 1);
        let Parts { u, b, v, c } = net.parts(small);
        let mut v = v.to_vec();
        if let Some((j, weight)) = changed {
            v[j] = weight;
        }
        let bias = &unit[1..][..usize::from(self.biases)];
        [u, &unit[..1], b, bias, &v, &unit[2..], c].concat()
    }

    /// Unit j of the small net doubled, v_j shared as (1 - lambda, lambda).
    fn doubled(&self, small: &[f64], j: usize, lambda: f64) -> Vec<f64> {
        let net = self.with_hidden(self.hidden - 1);
        let Parts { u, b, v, .. } = net.parts(small);
        let bias = b.get(j).copied().unwrap_or(0.0);
        self.with_unit(small, [u[j], bias, lambda * v[j]], Some((j, (1.0 - lambda) * v[j])))
    }

    /// Numbers of negative and positive eigenvalues of A; `None` when one is nearly 0.
    fn signs(&self, small: &[f64], j: usize) -> Option<(usize, usize)> {
        let net = self.with_hidden(self.hidden - 1);
        let Parts { u, b, v, c } = net.parts(small);
        let unit = |k: usize, x: f64| math::tanh(u[k] * x + b.get(k).copied().unwrap_or(0.0));
        let data = self.data();
        // Entries xx, x1, 11 of A.
        let mut a = [0.0; 3];
        for &[x, y] in &data {
            let output = (0..u.len()).map(|k| v[k] * unit(k, x)).sum::<f64>() + c.first().copied().unwrap_or(0.0);
            let t = unit(j, x);
            let bend = v[j] * (output - y) * (-2.0 * t * (1.0 - t * t)) / data.len() as f64;
            a.iter_mut().zip([x * x, x, 1.0]).for_each(|(a, factor)| *a += bend * factor);
        }
        let eigenvalues = if self.biases {
            let (middle, radius) = (0.5 * (a[0] + a[2]), (0.5 * (a[0] - a[2])).hypot(a[1]));
            vec![middle - radius, middle + radius]
        } else {
            vec![a[0]]
        };
        let size = eigenvalues.iter().fold(0.0, |size: f64, l| size.max(l.abs()));
        let have_sign = size > HAS_SIGN && eigenvalues.iter().all(|l| l.abs() > HAS_SIGN * size);
        let count = |sign: f64| eigenvalues.iter().filter(|l| **l * sign > 0.0).count();
        have_sign.then(|| (count(-1.0), count(1.0)))
    }

    fn embedded(&self, small: &Small) -> Vec<KnownPoint> {
        let block = 1 + usize::from(self.biases);
        let mut points = vec![];
        for j in 0..self.hidden - 1 {
            let Some((n_neg, n_pos)) = self.signs(&small.x, j) else { continue };
            points.extend(LAMBDAS.map(|lambda| {
                let product = lambda * (1.0 - lambda);
                let (n_neg, n_zero) = match product.partial_cmp(&0.0) {
                    Some(std::cmp::Ordering::Greater) => (n_neg, 1),
                    Some(std::cmp::Ordering::Less) => (n_pos, 1),
                    _ => (0, 1 + block),
                };
                KnownPoint { x: self.doubled(&small.x, j, lambda), value: small.value, n_neg, n_zero: Some(n_zero) }
            }));
        }
        // With biases, that of the added unit makes no difference.
        let x = self.with_unit(&small.x, [0.0; 3], None);
        points.push(KnownPoint { x, value: small.value, n_neg: 1, n_zero: Some(block - 1) });
        points
    }
}

impl Problem for FukumizuAmari {
    const NAME: &'static str = "fukumizu_amari";
    const ABOUT: &'static str =
        "a tanh net with the lines of critical points of a smaller one, minima and saddles (Fukumizu and Amari 2000)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("hidden", "number of hidden units H, 2 or 3"),
        ("biases", "whether the units and the output have biases"),
        ("points", "number of examples, 11 to 1001"),
    ];
    const LABEL: &'static [&'static str] = &["hidden"];
    const TAGS: &'static [&'static str] = &["network", "degenerate", "data"];
    const CASES: &'static [&'static str] =
        &["biases = true", "hidden = 3", "hidden = 3\nbiases = true\npoints = 61", "points = 12"];

    fn check(&self) -> Result<(), String> {
        in_range("hidden", self.hidden as f64, 2.0, 3.0)?;
        in_range("points", self.points as f64, 11.0, 1001.0)
    }
    fn dim(&self) -> usize {
        if self.biases { 3 * self.hidden + 1 } else { 2 * self.hidden }
    }
    fn rows(&self) -> Option<Arc<Rows>> {
        Some(Arc::new(Rows::new(2, self.data().concat())))
    }
    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S {
        let Parts { u, b, v, c } = self.parts(x);
        let unit = |j: usize| match b.get(j) {
            Some(&b) => u[j].mul_add(row[0], b).tanh(),
            None => (u[j] * row[0]).tanh(),
        };
        let output = S::sum((0..self.hidden).map(|j| v[j] * unit(j)).chain(c.first().copied()));
        (output - row[1]).square() * 0.5
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim(), -20.0, 20.0)
    }
    /// Without biases only the sign of all parameters.
    fn symmetry(&self) -> Symmetry {
        if self.biases {
            Symmetry::Network { widths: vec![1, self.hidden, 1], parity: Parity::Odd }
        } else {
            Symmetry::even(self.dim())
        }
    }
    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![1.0; self.dim()] }
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let target = KnownPoint::nondegenerate(self.first_of_target(), 0.0, 0);
        let embedded = self.small().as_ref().map(|small| self.embedded(small));
        std::iter::once(target).chain(embedded.into_iter().flatten()).collect()
    }
    fn reference(&self) -> Option<Reference> {
        Some(Reference::minimum(0.0))
    }
}
