//! Symmetric matrix factorisation: every critical point is a choice of eigenvectors.

use crate::analytic::separable::MOST_POINTS;
use crate::frame::orthonormal;
use crate::prelude::*;

/// `f(U) = 1/4 |U U^T - M|^2`, U (n x r, row-major), M symmetric with eigenvalues `mu` on random orthonormal vectors, the
/// others 0.
///
/// Ge, Jin and Zheng (2017): no bad minima, all other critical points are strict saddles. The columns of a critical U span
/// eigenvectors with positive eigenvalues: for a set I of k <= r of them, `f = 1/4 sum_(j not in I) mu_j^2`. Listed for each
/// set is U with columns `sqrt(mu_i) v_i`, i in I, and r - k columns 0. Along a zero column the Hessian is that of
/// `-1/2 u^T (M - M_I) u`, along the others `#{j not in I: mu_j > mu_i}` directions fall: index
/// `#{i in I, j not in I: mu_j > mu_i} + (r - k) #{j not in I: mu_j > 0}`; r (r - 1) / 2 zero modes from the rotations of the
/// columns at full rank.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatrixFactorisation {
    n: usize,
    r: usize,
    mu: Vec<f64>,
    seed: u64,
}

impl Default for MatrixFactorisation {
    fn default() -> Self {
        MatrixFactorisation { n: 5, r: 2, mu: vec![3.0, 2.0, 1.0], seed: 0 }
    }
}

impl MatrixFactorisation {
    fn vectors(&self) -> Vec<Vec<f64>> {
        let parts = [self.n.to_string(), self.mu.len().to_string(), self.seed.to_string()];
        let mut stream = Stream::new(0, "instance", &[Self::NAME, &parts[0], &parts[1], &parts[2]]);
        orthonormal(self.mu.len(), self.n, &mut stream)
    }

    /// Sets of at most r eigenvectors with positive eigenvalues; only the empty one when there are too many.
    fn sets(&self) -> Vec<Vec<usize>> {
        let mut sets = vec![vec![]];
        for i in (0..self.mu.len()).filter(|&i| self.mu[i] > 0.0) {
            let with_room = sets.iter().filter(|set: &&Vec<usize>| set.len() < self.r);
            let grown: Vec<Vec<usize>> = with_room.map(|set| [&set[..], &[i]].concat()).collect();
            sets.extend(grown);
            if sets.len() > MOST_POINTS {
                return vec![vec![]];
            }
        }
        sets
    }

    fn point(&self, set: &[usize], vectors: &[Vec<f64>]) -> KnownPoint {
        let (n, r, mu) = (self.n, self.r, &self.mu);
        let mut x = vec![0.0; n * r];
        for (column, &i) in set.iter().enumerate() {
            (0..n).for_each(|row| x[row * r + column] = mu[i].sqrt() * vectors[i][row]);
        }
        let others: Vec<f64> = (0..mu.len()).filter(|j| !set.contains(j)).map(|j| mu[j]).collect();
        let above = |i: usize| others.iter().filter(|&&other| other > mu[i]).count();
        let falling = others.iter().filter(|&&other| other > 0.0).count();
        KnownPoint {
            x,
            value: 0.25 * others.iter().map(|mu| mu * mu).sum::<f64>(),
            n_neg: set.iter().map(|&i| above(i)).sum::<usize>() + (r - set.len()) * falling,
            n_zero: None,
        }
    }
}

impl Problem for MatrixFactorisation {
    const NAME: &'static str = "matrix_factorisation";
    const ABOUT: &'static str = "1/4 |U U^T - M|^2: no bad minima, every critical point known (Ge, Jin and Zheng 2017)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("n", "size of M, 1 to 200"),
        ("r", "columns of U, 1 to n"),
        ("mu", "eigenvalues of M that are not 0, distinct, at most n of them, each 1e-3 to 1e3 in size"),
        ("seed", "which eigenvectors, 0, 1, 2, ..."),
    ];
    const LABEL: &'static [&'static str] = &["n", "r"];
    const TAGS: &'static [&'static str] = &["saddle", "random"];
    const CASES: &'static [&'static str] = &[
        "n = 4\nr = 1\nmu = [2.0, -1.0, 0.5]",
        "n = 3\nr = 3\nmu = [1.0, 2.0, 3.0]\nseed = 2",
        "n = 2\nr = 1\nmu = [2.0, 1.0]",
    ];

    fn check(&self) -> Result<(), String> {
        in_range("n", self.n as f64, 1.0, 200.0)?;
        in_range("r", self.r as f64, 1.0, self.n as f64)?;
        self.mu.iter().try_for_each(|mu| in_range("mu", mu.abs(), 1e-3, 1e3))?;
        let mut sorted = self.mu.clone();
        sorted.sort_by(f64::total_cmp);
        if self.mu.is_empty() || self.mu.len() > self.n || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            let (mu, n) = (&self.mu, self.n);
            return Err(format!("mu = {mu:?} is refused: give 1 to n = {n} distinct eigenvalues"));
        }
        Ok(())
    }
    fn dim(&self) -> usize {
        self.n * self.r
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let vectors = self.vectors();
        let entry = |i: usize, j: usize| -> f64 { self.mu.iter().zip(&vectors).map(|(mu, v)| mu * v[i] * v[j]).sum() };
        let rows: Vec<&[S]> = x.chunks_exact(self.r).collect();
        let error = |i: usize, j: usize| (S::dot(rows[i], rows[j]) - entry(i, j)).square();
        let pairs = (0..self.n).flat_map(|i| (0..=i).map(move |j| (i, j)));
        S::sum(pairs.map(|(i, j)| error(i, j) * if i == j { 0.25 } else { 0.5 }))
    }
    fn domain(&self) -> Domain {
        let side = 2.0 * self.mu.iter().fold(1.0, |most: f64, mu| most.max(mu.abs().sqrt()));
        Domain::cube(self.dim(), -side, side)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(self.dim())
    }
    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![(self.n as f64).sqrt().recip(); self.dim()] }
    }
    /// U Q is as good as U for every orthogonal Q (r x r); columns that carry nothing do not turn.
    fn zero_modes(&self) -> usize {
        let k = self.mu.iter().filter(|mu| **mu > 0.0).count().min(self.r);
        k * (k.max(1) - 1) / 2 + k * (self.r - k)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let vectors = self.vectors();
        self.sets().iter().map(|set| self.point(set, &vectors)).collect()
    }
    /// The r largest positive eigenvalues are matched (Eckart and Young 1936).
    fn reference(&self) -> Option<Reference> {
        let mut sorted = self.mu.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let left = sorted.iter().enumerate().filter(|&(i, mu)| i >= self.r || *mu < 0.0);
        Some(Reference::minimum(0.25 * left.map(|(_, mu)| mu * mu).sum::<f64>()))
    }
}
