//! A Gaussian random field in a bowl: as the bowl gets steeper, all critical points but one vanish.

use std::sync::OnceLock;

use crate::prelude::*;

/// `f(x) = mu/2 |x|^2 + V(x)`, V a centred Gaussian field with `E V(x) V(y) = N exp(-|x - y|^2 / 2 N)` as the number of
/// waves M grows:
///
/// ```text
/// V(x) = sqrt(2 N / M) sum_m cos(k_m . x + phase_m),   k_m normal with variance 1/N per coordinate, phase_m uniform
/// ```
///
/// (spectral representation, Rahimi and Recht 2007; the covariance holds for every M, the field is Gaussian to 1/M).
/// Fyodorov (2004): for mu < mu_c = 1 the number of critical points grows like `exp(N Sigma)`, `Sigma = (mu^2 - 1) / 2 -
/// ln mu`; for mu > 1 it falls to one, a minimum. The mean number is `E |det(mu I + H)| / mu^N` for every N, H the Hessian
/// of V at a point: 2.878 at N = 1, mu = 1/2. They are spread normally with standard deviation 1/mu per coordinate, as the
/// slope of V has variance 1; the domain reaches to five of them, or to 3 sqrt N where that is more. For this
/// covariance the index of critical points of V alone at level v = V/N follows `F_sc(v / 2)` (Bray and Dean 2007).
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RandomField {
    dim: usize,
    mu: f64,
    waves: usize,
    seed: u64,
    #[serde(skip)]
    drawn: OnceLock<Vec<(Vec<f64>, f64)>>,
}

impl Default for RandomField {
    fn default() -> Self {
        RandomField { dim: 2, mu: 0.5, waves: 500, seed: 0, drawn: OnceLock::new() }
    }
}

/// Most numbers of all wave vectors together.
const MOST_NUMBERS: usize = 2_000_000;

impl RandomField {
    /// Wave vectors and phases.
    fn drawn(&self) -> &[(Vec<f64>, f64)] {
        self.drawn.get_or_init(|| {
            let parts = [self.dim as u64, self.waves as u64, self.seed].map(|part| part.to_string());
            let mut stream = Stream::new(0, "instance", &[Self::NAME, &parts[0], &parts[1], &parts[2]]);
            let sd = (self.dim as f64).sqrt().recip();
            let wave = |_| {
                let k = (0..self.dim).map(|_| sd * stream.normal()).collect();
                (k, stream.uniform(0.0, std::f64::consts::TAU))
            };
            (0..self.waves).map(wave).collect()
        })
    }
}

impl Problem for RandomField {
    const NAME: &'static str = "random_field";
    const ABOUT: &'static str =
        "mu/2 |x|^2 + Gaussian random field: one minimum for mu > 1, exponentially many points below (Fyodorov 2004)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("dim", "number of variables N, 1 to 1000"),
        ("mu", "curvature of the bowl, 0 to 1e3; the transition is at 1"),
        ("waves", "number of waves M, 1 to 100000"),
        ("seed", "which draw of the field, 0, 1, 2, ..."),
    ];
    const LABEL: &'static [&'static str] = &["dim", "mu", "seed"];
    const TAGS: &'static [&'static str] = &["multimodal", "random", "saddle"];
    const CASES: &'static [&'static str] = &["dim = 1\nmu = 0.0\nwaves = 20", "dim = 6\nseed = 3\nwaves = 50"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 1000)?;
        in_range("mu", self.mu, 0.0, 1e3)?;
        in_range("waves", self.waves as f64, 1.0, 100_000.0)?;
        if self.waves * self.dim <= MOST_NUMBERS {
            return Ok(());
        }
        let (waves, dim) = (self.waves, self.dim);
        Err(format!("waves = {waves} is refused: waves times dim ({dim}) is more than {MOST_NUMBERS}; lower it"))
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let wave = |(k, phase): &(Vec<f64>, f64)| (S::weighted_sum(k, x) + *phase).cos();
        let amplitude = (2.0 * self.dim as f64 / self.waves as f64).sqrt();
        let field = S::sum(self.drawn().iter().map(wave)) * amplitude;
        if self.mu > 0.0 { S::dot(x, x) * (0.5 * self.mu) + field } else { field }
    }
    fn domain(&self) -> Domain {
        let field = 3.0 * (self.dim as f64).sqrt();
        let side = if self.mu > 0.0 { field.max(5.0 / self.mu) } else { field };
        Domain::cube(self.dim, -side, side)
    }
    /// Up to the number of waves.
    fn ensemble(&self) -> Option<Ensemble> {
        (self.mu > 0.0).then_some(Ensemble::FieldInBowl { mu: self.mu, n: self.dim })
    }
    fn euler(&self) -> Option<i64> {
        (self.mu > 0.0).then_some(1)
    }
    /// The waves cannot add up to more than all their amplitudes.
    fn reference(&self) -> Option<Reference> {
        Some(Reference::bound(-(2.0 * self.dim as f64 * self.waves as f64).sqrt()))
    }
    fn loss_scale(&self) -> f64 {
        self.dim as f64
    }
    fn index_fraction_theory(&self, level: f64) -> Option<f64> {
        if self.mu > 0.0 {
            return None;
        }
        let t = (0.5 * level).clamp(-1.0, 1.0);
        Some(0.5 + (t * (1.0 - t * t).sqrt() + t.asin()) / std::f64::consts::PI)
    }
}
