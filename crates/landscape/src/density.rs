//! Stochastic Lanczos quadrature: how the eigenvalues of a map too large for a matrix are spread.

use autodiff::Stream;

use crate::krylov::{Krylov, tridiagonal_eigen};
use crate::tangent::dot;

/// A mean over independent draws and its standard error (NaN for a single draw).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Sample standard deviation over the root of the number of draws.
    pub std_error: f64,
}

impl Estimate {
    /// Of some draws, at least one.
    pub fn of(draws: &[f64]) -> Self {
        let count = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / count;
        let square = draws.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>();
        Estimate { mean, std_error: (square / (count - 1.0) / count).sqrt() }
    }
}

/// The share of eigenvalues below some number, enclosed between two estimates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// In expectation at most the true share.
    pub low: Estimate,
    /// In expectation at least the true share.
    pub high: Estimate,
}

impl Share {
    /// The middle of the enclosure: the best single number where the spectrum has no atom.
    pub fn middle(&self) -> f64 {
        0.5 * (self.low.mean + self.high.mean)
    }

    /// The larger of the two standard errors.
    pub fn std_error(&self) -> f64 {
        self.low.std_error.max(self.high.std_error)
    }
}

/// The spread of the eigenvalues of a symmetric map, as seen by some random vectors.
///
/// A probe v, uniform on the unit sphere, sees the measure `mu_v = sum_i (v . q_i)^2 delta(lambda_i)`; its mean over v is the
/// spectrum, and the variance of `mu_v(B)` is `2 a (1 - a) / (n + 2)` for a share a of eigenvalues in B: one probe counts a
/// large spectrum to `1 / sqrt(n)`. After k Lanczos steps from v the eigenvalues `theta_i` of T and the squares `w_i` of the
/// first components of its eigenvectors are the Gauss quadrature of `mu_v`: `sum_i w_i p(theta_i) = v . p(A) v` for every
/// polynomial p of degree up to 2 k - 1 (Golub and Welsch 1969; Lin, Saad and Yang 2016; Ubaru, Chen and Saad 2017; for
/// networks Ghorbani, Krishnan and Xiao 2019).
#[derive(Clone, Debug)]
pub struct Density {
    n: usize,
    probes: Vec<Probe>,
}

#[derive(Clone, Debug)]
struct Probe {
    alphas: Vec<f64>,
    /// The last one is that of the direction not taken; 0 when the subspace is invariant.
    betas: Vec<f64>,
    nodes: Vec<f64>,
    weights: Vec<f64>,
}

/// The spread of the eigenvalues of the symmetric map `apply(v, out)` on n numbers, by `steps` Lanczos steps from each of
/// `probes` random vectors; `None` when a product is not finite.
///
/// Costs `steps * probes` products and `4 steps^2 probes n` operations, in memory of `(steps + 1) n` numbers: 80 MB for 100
/// steps and n = 10^5. More steps resolve more (about the range of the spectrum over `steps`), more probes lower the
/// standard errors.
pub fn spectral_density(
    n: usize,
    mut apply: impl FnMut(&[f64], &mut [f64]),
    steps: usize,
    probes: usize,
    stream: &mut Stream,
) -> Option<Density> {
    assert!(n > 0 && steps > 0 && probes > 0, "a map of a size, steps and probes");
    let mut seen = Vec::with_capacity(probes);
    for _ in 0..probes {
        let mut krylov = Krylov::new(&stream.on_sphere(n, 1.0));
        while krylov.len() < steps && !krylov.is_complete() {
            if !krylov.extend(&mut apply) {
                return None;
            }
        }
        let (nodes, vectors) = krylov.ritz()?;
        let weights = first_squares(&vectors, nodes.len());
        seen.push(Probe { alphas: krylov.alphas, betas: krylov.betas, nodes, weights });
    }
    Some(Density { n, probes: seen })
}

impl Density {
    /// Number of eigenvalues of the map.
    pub fn size(&self) -> usize {
        self.n
    }

    /// Number of probes.
    pub fn probe_count(&self) -> usize {
        self.probes.len()
    }

    /// All quadrature nodes with their weights, ascending; the weights add up to 1.
    pub fn nodes(&self) -> Vec<(f64, f64)> {
        let share = 1.0 / self.probes.len() as f64;
        let pairs = |probe: &Probe| {
            let pairs = probe.nodes.iter().zip(&probe.weights).map(|(node, weight)| (*node, weight * share));
            pairs.collect::<Vec<_>>()
        };
        let mut all: Vec<(f64, f64)> = self.probes.iter().flat_map(pairs).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all
    }

    /// Smallest and largest node: inside the spectrum, and close to its ends.
    pub fn range(&self) -> (f64, f64) {
        let all = self.probes.iter().flat_map(|probe| [probe.nodes[0], probe.nodes[probe.nodes.len() - 1]]);
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), node| (low.min(node), high.max(node)))
    }

    /// Mean of `function` over the eigenvalues, `tr function(A) / n`: exact for each probe when it is a polynomial of degree
    /// up to `2 steps - 1`, so that its standard error is all there is to doubt.
    pub fn mean_of(&self, function: impl Fn(f64) -> f64) -> Estimate {
        let one = |probe: &Probe| probe.nodes.iter().zip(&probe.weights).map(|(node, w)| w * function(*node)).sum();
        Estimate::of(&self.probes.iter().map(one).collect::<Vec<f64>>())
    }

    /// The share of eigenvalues below `x`, in an enclosure that holds for every probe.
    ///
    /// The Gauss-Radau rule with a node at x has `sum_(theta < x) w <= mu_v(-inf, x)` and `mu_v(-inf, x] <= sum_(theta <= x) w`
    /// (Chebyshev, Markov and Stieltjes; Golub and Meurant 2010, section 6.2), and no rule from the same products has
    /// closer bounds. Their distance, the weight at x, is about `pi / steps` times the density relative to its range; an
    /// atom at x, such as the zeros of an over-parameterised network, lies within it whole.
    pub fn below(&self, x: f64) -> Share {
        let bounds: Vec<(f64, f64)> = self.probes.iter().map(|probe| probe.below(x)).collect();
        let side = |pick: fn(&(f64, f64)) -> f64| Estimate::of(&bounds.iter().map(pick).collect::<Vec<f64>>());
        Share { low: side(|b| b.0), high: side(|b| b.1) }
    }

    /// Density at `x` after smoothing with a Gaussian of standard deviation `width`: integrates to 1.
    pub fn at(&self, x: f64, width: f64) -> Estimate {
        let height = 1.0 / (width * std::f64::consts::TAU.sqrt());
        self.mean_of(|node| height * autodiff::math::exp(-0.5 * ((node - x) / width) * ((node - x) / width)))
    }

    /// The kernel width at which neighbouring nodes merge: range over steps.
    pub fn resolution(&self) -> f64 {
        let (low, high) = self.range();
        let steps = self.probes.iter().map(|probe| probe.nodes.len()).max().unwrap_or(1);
        (high - low) / steps as f64
    }

    /// The number below which a share `q` of the eigenvalues lies, 0 <= q <= 1: where the sum of the weights, each counted
    /// half at its own node and linear in between, passes q.
    pub fn quantile(&self, q: f64) -> f64 {
        let nodes = self.nodes();
        let mut below = 0.0;
        let mut last: Option<(f64, f64)> = None;
        for (node, weight) in nodes {
            let here = below + 0.5 * weight;
            if q <= here {
                return match last {
                    Some((x, at)) if here > at => x + (node - x) * ((q - at) / (here - at)).clamp(0.0, 1.0),
                    _ => node,
                };
            }
            below += weight;
            last = Some((node, here));
        }
        last.map_or(f64::NAN, |(x, _)| x)
    }
}

impl Probe {
    /// Bounds for the measure below `x`.
    fn below(&self, x: f64) -> (f64, f64) {
        let sum = |is_in: &dyn Fn(f64) -> bool| {
            let inside = self.nodes.iter().zip(&self.weights).filter(|(node, _)| is_in(**node));
            inside.map(|(_, weight)| weight).sum::<f64>()
        };
        let scale = self.nodes[0].abs().max(self.nodes[self.nodes.len() - 1].abs());
        let rounding = self.nodes.len() as f64 * f64::EPSILON * scale;
        if self.nodes.iter().any(|node| (node - x).abs() <= rounding) {
            // A node of the Gauss rule stands there already.
            return (sum(&|node| node < x - rounding), sum(&|node| node <= x + rounding));
        }
        let last_beta = self.betas[self.betas.len() - 1];
        if last_beta == 0.0 {
            let all = sum(&|node| node < x);
            return (all, all);
        }
        // The last pivot of T - x I, and the diagonal entry with which the next T has the eigenvalue x.
        let mut pivot = self.alphas[0] - x;
        for (alpha, beta) in self.alphas[1..].iter().zip(&self.betas) {
            let safe = if pivot == 0.0 { rounding * f64::EPSILON } else { pivot };
            pivot = alpha - x - beta * beta / safe;
        }
        let safe = if pivot == 0.0 { rounding * f64::EPSILON } else { pivot };
        let alphas = [&self.alphas[..], &[x + last_beta * last_beta / safe]].concat();
        let Some((nodes, vectors)) = tridiagonal_eigen(&alphas, &self.betas) else { return (f64::NAN, f64::NAN) };
        let weights = first_squares(&vectors, nodes.len());
        let at = (0..nodes.len()).min_by(|&i, &j| (nodes[i] - x).abs().total_cmp(&(nodes[j] - x).abs())).unwrap_or(0);
        let low = weights[..at].iter().sum::<f64>();
        (low, low + weights[at])
    }
}

/// Squares of the first components of the rows of a k x k matrix.
fn first_squares(vectors: &[f64], k: usize) -> Vec<f64> {
    let squares: Vec<f64> = vectors.chunks_exact(k).map(|row| row[0] * row[0]).collect();
    // Rows are orthonormal to rounding; let the weights add up to 1 as they are meant to.
    let total = dot(&squares, &vec![1.0; k]);
    squares.iter().map(|square| square / total).collect()
}
