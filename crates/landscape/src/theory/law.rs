//! Limit laws of eigenvalues as objects: density, share below a number, edges, and what lies beyond them.

use std::f64::consts::{PI, SQRT_2};

use super::semicircle::{semicircle_density, semicircle_share};
use super::wishart_wigner::{mixed_density, mixed_lower_edge, mixed_upper_edge};

/// Cells of the tabulated share of a law without a closed form.
const CELLS: usize = 512;

/// Nodes and weights of Gauss and Legendre's rule on [0, 1], exact to degree 5.
const GAUSS: [(f64, f64); 3] =
    [(0.112_701_665_379_258_3, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.887_298_334_620_741_7, 5.0 / 18.0)];

/// 99.9 % point of the Tracy-Widom law of real symmetric matrices (Tracy and Widom 1996).
const TRACY_WIDOM: f64 = 3.2724;

/// The law of the eigenvalues of a random symmetric matrix as its size grows: a bulk on one interval, and single
/// eigenvalues apart from it.
///
/// ```
/// use landscape::theory::SpectralLaw;
/// let law = SpectralLaw::semicircle(1.0, 2.0);
/// assert_eq!(law.edges(), (-1.0, 3.0));
/// assert_eq!([-1.0, 1.0, 3.0].map(|x| law.below(x)), [0.0, 0.5, 1.0]);
/// ```
#[derive(Clone, Debug)]
pub struct SpectralLaw {
    bulk: Bulk,
    edges: (f64, f64),
    outliers: Vec<f64>,
}

#[derive(Clone, Debug)]
enum Bulk {
    Semicircle,
    /// The share up to the beginning of each of `CELLS` equal cells of the angle, see [`SpectralLaw::below`].
    Mixed {
        phi: f64,
        eps: f64,
        shares: Vec<f64>,
    },
}

impl SpectralLaw {
    /// Wigner's semicircle (1955) around `center`; `radius` > 0.
    pub fn semicircle(center: f64, radius: f64) -> Self {
        assert!(radius > 0.0, "a semicircle of radius {radius}");
        SpectralLaw { bulk: Bulk::Semicircle, edges: (center - radius, center + radius), outliers: Vec::new() }
    }

    /// `J J^T / m + sqrt(2 eps) W` with `phi = n / m`, 0 < phi <= 1, see [`super::mixed_density`]; eps = 0 is Marchenko and
    /// Pastur's law.
    pub fn wishart_wigner(phi: f64, eps: f64) -> Self {
        assert!(phi > 0.0 && phi <= 1.0 && eps >= 0.0, "phi = {phi}, eps = {eps}");
        let edges = (mixed_lower_edge(phi, eps), mixed_upper_edge(phi, eps));
        let mut law = SpectralLaw { bulk: Bulk::Mixed { phi, eps, shares: Vec::new() }, edges, outliers: Vec::new() };
        let mut sum = 0.0;
        let sums = (0..CELLS).map(|cell| {
            let before = sum;
            sum += law.share_between(angle(cell), angle(cell + 1));
            before
        });
        let shares = sums.collect();
        law.bulk = Bulk::Mixed { phi, eps, shares };
        law
    }

    /// The same with single eigenvalues expected at these places, none of them in the bulk.
    pub fn with_outliers(mut self, mut outliers: Vec<f64>) -> Self {
        assert!(outliers.iter().all(|x| *x < self.edges.0 || *x > self.edges.1), "outliers lie outside of the bulk");
        outliers.sort_by(f64::total_cmp);
        self.outliers = outliers;
        self
    }

    /// Lower and upper end of the bulk.
    pub fn edges(&self) -> (f64, f64) {
        self.edges
    }

    /// Where single eigenvalues are expected, ascending.
    pub fn outliers(&self) -> &[f64] {
        &self.outliers
    }

    /// Density of the bulk at x; its integral is 1.
    pub fn density(&self, x: f64) -> f64 {
        let (lower, upper) = self.edges;
        match &self.bulk {
            Bulk::Semicircle => {
                let radius = 0.5 * (upper - lower);
                semicircle_density((x - 0.5 * (lower + upper)) / radius) / radius
            }
            Bulk::Mixed { .. } if x <= lower || x >= upper => 0.0,
            Bulk::Mixed { phi, eps, .. } => mixed_density(*phi, *eps, x),
        }
    }

    /// Share of the bulk below x.
    ///
    /// With `x = (lower + upper)/2 - (upper - lower)/2 cos t` the roots at both edges are smooth in t in [0, pi], and Gauss's rule
    /// of three points on cells of `pi / 512` leaves errors below 1e-9.
    pub fn below(&self, x: f64) -> f64 {
        let (lower, upper) = self.edges;
        let centred = ((2.0 * x - lower - upper) / (upper - lower)).clamp(-1.0, 1.0);
        match &self.bulk {
            Bulk::Semicircle => semicircle_share(centred),
            Bulk::Mixed { shares, .. } => {
                let t = (-centred).acos();
                let cell = ((t / PI * CELLS as f64) as usize).min(CELLS - 1);
                (shares[cell] + self.share_between(angle(cell), t)).clamp(0.0, 1.0)
            }
        }
    }

    /// Share of all n eigenvalues expected below x, those apart from the bulk included.
    pub fn share_of(&self, n: usize, x: f64) -> f64 {
        let apart = self.outliers.len().min(n);
        let passed = self.outliers.iter().take(apart).filter(|place| **place < x).count();
        (passed as f64 + (n - apart) as f64 * self.below(x)) / n as f64
    }

    /// How far beyond each edge an eigenvalue of an n x n matrix lies with probability 0.001 when nothing pulls it out.
    ///
    /// Where the density is `A sqrt(x - edge) / pi`, the last eigenvalue is at the edge but for `(A n)^(-2/3)` times a number
    /// with the law of Tracy and Widom (1996), whose 99.9 % point is 3.27. Next to nothing where the density has no root.
    pub fn margins(&self, n: usize) -> (f64, f64) {
        let (lower, upper) = self.edges;
        // Close enough for the root, far enough for the digits of the density.
        let step = 1e-6 * (upper - lower);
        let margin = |x: f64| {
            let slope = PI * self.density(x) / step.sqrt();
            if slope > 0.0 { TRACY_WIDOM * (slope * n as f64).powf(-2.0 / 3.0) } else { 0.0 }
        };
        (margin(lower + step), margin(upper - step))
    }

    /// Mass between two angles, see [`SpectralLaw::below`].
    fn share_between(&self, from: f64, to: f64) -> f64 {
        let (lower, upper) = self.edges;
        let half = 0.5 * (upper - lower);
        let integrand = |t: f64| self.density(0.5 * (lower + upper) - half * t.cos()) * half * t.sin();
        (to - from) * GAUSS.iter().map(|(node, weight)| weight * integrand(from + (to - from) * node)).sum::<f64>()
    }
}

fn angle(cell: usize) -> f64 {
    PI * cell as f64 / CELLS as f64
}

/// The distance `max |F_n - F|` between the share of n eigenvalues and its limit law that one matrix in twenty exceeds:
/// `(sqrt 2 / pi ln n + 1.05) / n`.
///
/// Eigenvalues repel, so this is far below the `1.36 / sqrt n` of independent draws. The growth with n is that of the
/// maximum of a log-correlated field (Claeys, Fahs, Lambert and Webb 2021, for the real case with its doubled variance); 1.05
/// was fitted to 95 % points of 10^2 to 10^4 draws of the Gaussian orthogonal ensemble, n = 10 to 400, all within 0.2 / n.
pub fn kolmogorov_critical(n: usize) -> f64 {
    (SQRT_2 / PI * autodiff::math::ln(n as f64) + 1.05) / n as f64
}
