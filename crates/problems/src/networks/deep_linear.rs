//! Deep linear networks: the product of several matrices against one, with saddles that get flatter with depth.

use crate::analytic::separable::MOST_POINTS;
use crate::prelude::*;

/// `f(W_1 ... W_L) = 1/2 |W_L ... W_1 - diag(s)|^2` for whitened data: n inputs, hidden layers of the widths `hidden`, n
/// outputs; each matrix (out x in) row-major, no biases.
///
/// Kawaguchi (2016): every local minimum is global, `f = 1/2 sum of the squares of the smallest s` beyond the least width;
/// for three and more matrices there are saddles without a negative eigenvalue: at 0 the whole Hessian vanishes. Listed for
/// each set I of axes, at most as many as the least width, is the network whose first units carry the axes of I with weights
/// `s_i^(1/L)`, all else 0: `f = 1/2 sum_(j not in I) s_j^2`, index `#{i in I, j not in I: s_j > s_i}`, for two matrices
/// plus `(h - |I|) (n - |I|)` and as many positive ones; of the others all but `r (2 n - r)`, r = |I|, are 0. Saxe, McClelland and Ganguli (2013): from small balanced weights each mode grows along
/// `a(t) = s e^(2 s t) / (e^(2 s t) - 1 + s / a_0)`, so the plateau before mode s lasts about `ln(s / a_0) / (2 s)`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeepLinear {
    s: Vec<f64>,
    hidden: Vec<usize>,
    init_sd: f64,
}

impl Default for DeepLinear {
    fn default() -> Self {
        DeepLinear { s: vec![3.0, 2.0, 1.0], hidden: vec![3, 3], init_sd: 0.1 }
    }
}

/// Weights are recorded one by one.
const MOST_PARAMETERS: usize = 5000;

impl DeepLinear {
    fn widths(&self) -> Vec<usize> {
        [&[self.s.len()], &self.hidden[..], &[self.s.len()]].concat()
    }

    fn least_width(&self) -> usize {
        self.widths().into_iter().min().unwrap_or(0)
    }

    /// Sets of at most so many axes as fit; only the empty one when there are too many.
    fn sets(&self) -> Vec<Vec<usize>> {
        let mut sets = vec![vec![]];
        for i in 0..self.s.len() {
            let with_room = sets.iter().filter(|set: &&Vec<usize>| set.len() < self.least_width());
            let grown: Vec<Vec<usize>> = with_room.map(|set| [&set[..], &[i]].concat()).collect();
            sets.extend(grown);
            if sets.len() > MOST_POINTS {
                return vec![vec![]];
            }
        }
        sets
    }

    fn point(&self, set: &[usize]) -> KnownPoint {
        let (n, widths) = (self.s.len(), self.widths());
        let n_layers = widths.len() - 1;
        let mut x = vec![0.0; self.dim()];
        let mut at = 0;
        for (layer, pair) in widths.windows(2).enumerate() {
            for (unit, &axis) in set.iter().enumerate() {
                let weight = autodiff::math::exp(autodiff::math::ln(self.s[axis]) / n_layers as f64);
                let row = if layer + 1 == n_layers { axis } else { unit };
                let column = if layer == 0 { axis } else { unit };
                x[at + row * pair[0] + column] = weight;
            }
            at += pair[0] * pair[1];
        }
        let others: Vec<f64> = (0..n).filter(|j| !set.contains(j)).map(|j| self.s[j]).collect();
        let above = |i: usize| others.iter().filter(|&&other| other > self.s[i]).count();
        let spare = if n_layers == 2 { (self.hidden[0] - set.len()) * (n - set.len()) } else { 0 };
        KnownPoint {
            x,
            value: 0.5 * others.iter().map(|s| s * s).sum::<f64>(),
            n_neg: set.iter().map(|&i| above(i)).sum::<usize>() + spare,
            n_zero: Some(self.dim() - set.len() * (2 * n - set.len()) - 2 * spare),
        }
    }
}

impl Problem for DeepLinear {
    const NAME: &'static str = "deep_linear";
    const ABOUT: &'static str =
        "1/2 |W_L ... W_1 - diag(s)|^2: no bad minima, but saddles without negative eigenvalues (Kawaguchi 2016)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("s", "the n singular values of the target, distinct, 1e-3 to 1e3"),
        ("hidden", "widths of the hidden layers, at least one"),
        ("init_sd", "standard deviation of every weight at the start, 0 to 1e3"),
    ];
    const LABEL: &'static [&'static str] = &["s", "hidden"];
    const TAGS: &'static [&'static str] = &["network", "saddle", "degenerate"];
    const CASES: &'static [&'static str] =
        &["s = [2.0]\nhidden = [1]", "s = [1.0, 2.0, 3.0]\nhidden = [2]", "s = [2.0, 1.0]\nhidden = [3, 2, 4]"];

    fn check(&self) -> Result<(), String> {
        self.s.iter().try_for_each(|s| in_range("s", *s, 1e-3, 1e3))?;
        in_range("init_sd", self.init_sd, 0.0, 1e3)?;
        let mut sorted = self.s.clone();
        sorted.sort_by(f64::total_cmp);
        if sorted.is_empty() || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(format!("s = {:?} is refused: give distinct singular values, at least one", self.s));
        }
        if self.hidden.is_empty() || self.hidden.contains(&0) {
            return Err(format!("hidden = {:?} is refused: give at least one layer, each with units", self.hidden));
        }
        let dim = self.widths().windows(2).map(|pair| pair[0].saturating_mul(pair[1])).fold(0, usize::saturating_add);
        if dim > MOST_PARAMETERS {
            return Err(format!("hidden = {:?} is refused: {dim} weights, more than {MOST_PARAMETERS}", self.hidden));
        }
        Ok(())
    }
    fn dim(&self) -> usize {
        self.widths().windows(2).map(|pair| pair[0] * pair[1]).sum()
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let (n, widths) = (self.s.len(), self.widths());
        let mut rest = x;
        // Columns of the product so far: what each input axis gives.
        let mut columns: Vec<Option<Vec<S>>> = vec![None; n];
        for pair in widths.windows(2) {
            let (weights, after) = rest.split_at(pair[0] * pair[1]);
            rest = after;
            for (axis, column) in columns.iter_mut().enumerate() {
                let next = match column {
                    None => weights.iter().skip(axis).step_by(pair[0]).copied().collect(),
                    Some(signal) => weights.chunks_exact(pair[0]).map(|row| S::dot(row, signal)).collect(),
                };
                *column = Some(next);
            }
        }
        let errors = columns.iter().flatten().zip(&self.s).enumerate().flat_map(|(axis, (column, &s))| {
            column.iter().enumerate().map(move |(i, &y)| if i == axis { (y - s).square() } else { y.square() })
        });
        S::sum(errors) * 0.5
    }
    fn domain(&self) -> Domain {
        let side = self.s.iter().fold(2.0, |most: f64, s| most.max(2.0 * s));
        Domain::cube(self.dim(), -side, side)
    }
    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![self.init_sd; self.dim()] }
    }
    /// Directions in which the product stays, at a point of the largest rank.
    fn zero_modes(&self) -> usize {
        let (n, r) = (self.s.len(), self.least_width());
        self.dim() - r * (2 * n - r)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        self.sets().iter().map(|set| self.point(set)).collect()
    }
    fn reference(&self) -> Option<Reference> {
        let mut sorted = self.s.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        Some(Reference::minimum(0.5 * sorted.iter().skip(self.least_width()).map(|s| s * s).sum::<f64>()))
    }
}
