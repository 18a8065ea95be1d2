//! The spherical p-spin glass: the random landscape whose index-against-energy curve is known.

use std::sync::OnceLock;

use crate::prelude::*;

/// `H(s) = N^(-(p-1)/2) sum J_(i1 .. ip) s_i1 ... s_ip` on `|s|^2 = N`, all N^p couplings independent N(0, 1).
///
/// Crisanti and Sommers (1992); Auffinger, Ben Arous and Cerny (2013), whose normalisation this is:
/// `E H(s) H(s') = N (s.s' / N)^p`. The couplings of one monomial enter only by their sum, so one normal number
/// with variance = number of distinct orderings is drawn for each multiset `i1 <= ... <= ip`: equal in law.
/// f = H is extensive; the level is the energy per spin `u = H / N`.
///
/// As N grows, critical points at level u have index fraction `F_sc(u / E_inf)`, `E_inf = 2 sqrt((p-1)/p)`, with
/// `F_sc(t) = 1/2 + (t sqrt(1 - t^2) + asin t) / pi`; for p = 2 this is the semicircle law of the coupling
/// matrix, whose eigenvectors are the critical points. The reference is `-N E_0(p)`, the value that the least
/// energy has as N grows: an estimate, not a bound, so gaps of a finite instance can be a little negative.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SphericalSpin {
    p: usize,
    dim: usize,
    instance: u64,
    #[serde(skip)]
    couplings: OnceLock<Vec<f64>>,
}

impl Default for SphericalSpin {
    fn default() -> Self {
        SphericalSpin { p: 3, dim: 10, instance: 0, couplings: OnceLock::new() }
    }
}

/// More couplings than this make a graph, with its derivatives, of more than half a gigabyte.
const MOST_COUPLINGS: f64 = 500_000.0;

/// Most spins per coupling.
const MOST_P: usize = 12;

/// `E_0(p)`: where the complexity of minima, `1/2 ln(p-1) - (p-2)/(4(p-1)) u^2 - I_1(u)`, is zero (Auffinger, Ben Arous
/// and Cerny 2013, theorem 2.8); rounded from 30 digits for p = 2, 3, 4, by bisection beyond.
fn ground_state(p: usize) -> f64 {
    if let Some(known) = GROUND_STATE.get(p - 2) {
        return *known;
    }
    let ln = autodiff::math::ln;
    let p = p as f64;
    let threshold = 2.0 * ((p - 1.0) / p).sqrt();
    let complexity = |e: f64| {
        let root = (e * e - threshold * threshold).max(0.0).sqrt();
        let rate = e / (threshold * threshold) * root - ln(e + root) + ln(threshold);
        0.5 * ln(p - 1.0) - (p - 2.0) / (4.0 * (p - 1.0)) * e * e - rate
    };
    let (mut above, mut below) = (threshold, threshold + 2.0);
    for _ in 0..100 {
        let middle = 0.5 * (above + below);
        if complexity(middle) > 0.0 { above = middle } else { below = middle }
    }
    above
}

/// `E_0(p)` for p = 2, 3, 4; `sqrt 2` for p = 2.
const GROUND_STATE: [f64; 3] = [std::f64::consts::SQRT_2, 1.6569983635274732, 1.7940850281792544];

impl SphericalSpin {
    /// A draw of the pure model.
    pub(super) fn of(p: usize, dim: usize, instance: u64) -> Self {
        SphericalSpin { p, dim, instance, couplings: OnceLock::new() }
    }

    /// Number of multisets of p indices: `C(N + p - 1, p)`.
    fn count(&self) -> f64 {
        (0..self.p).fold(1.0, |count, i| count * (self.dim + i) as f64 / (i + 1) as f64)
    }

    /// The scaled coupling of every multiset, in the order of [`position`]; drawn in lexicographic order.
    fn couplings(&self) -> &[f64] {
        self.couplings.get_or_init(|| {
            let parts = [self.p as u64, self.dim as u64, self.instance].map(|part| part.to_string());
            let mut stream = Stream::new(0, "instance", &[Self::NAME, &parts[0], &parts[1], &parts[2]]);
            let scale = (self.dim as f64).sqrt().recip();
            let scale = (1..self.p).map(|_| scale).product::<f64>();
            let mut couplings = vec![0.0; self.count() as usize];
            let mut multiset = vec![0; self.p];
            loop {
                couplings[position(&multiset)] = scale * orderings(&multiset).sqrt() * stream.normal();
                let Some(last) = multiset.iter().rposition(|&i| i + 1 < self.dim) else { break };
                let next = multiset[last] + 1;
                multiset[last..].fill(next);
            }
            couplings
        })
    }
}

/// Number of distinct orderings of a sorted multiset.
fn orderings(multiset: &[usize]) -> f64 {
    let (mut count, mut run) = (1.0, 0.0);
    for (k, i) in multiset.iter().enumerate() {
        run = if k > 0 && multiset[k - 1] == *i { run + 1.0 } else { 1.0 };
        count *= (k + 1) as f64 / run;
    }
    count.round()
}

/// Position of a sorted multiset among those of its length, ordered by largest index, then the next largest, ...:
/// the number of multisets before it.
fn position(multiset: &[usize]) -> usize {
    let below = |(t, &i): (usize, &usize)| (0..=t).fold(1, |count, k| count * (i + k) / (k + 1));
    multiset.iter().enumerate().map(below).sum()
}

impl Problem for SphericalSpin {
    const NAME: &'static str = "spherical_spin";
    const ABOUT: &'static str =
        "spherical p-spin glass, index fraction against energy known (Auffinger, Ben Arous and Cerny 2013)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("p", "spins per coupling, 2 to 12"),
        ("dim", "number of spins N, at least 2, with at most 500000 couplings: C(N + p - 1, p)"),
        ("instance", "which draw of the couplings, 0, 1, 2, ..."),
    ];
    const LABEL: &'static [&'static str] = &["p", "dim", "instance"];
    const TAGS: &'static [&'static str] = &["random", "saddle", "sphere"];
    const CASES: &'static [&'static str] =
        &["p = 2\ndim = 12", "p = 3\ndim = 12\ninstance = 3", "p = 4\ndim = 7", "p = 6\ndim = 5"];

    fn check(&self) -> Result<(), String> {
        in_range("p", self.p as f64, 2.0, MOST_P as f64)?;
        dim_between(self.dim, 2, 10_000)?;
        if self.count() > MOST_COUPLINGS {
            let (p, dim, count) = (self.p, self.dim, self.count());
            return Err(format!(
                "dim = {dim} is refused: with p = {p} it has {count} couplings, more than {MOST_COUPLINGS}; lower it"
            ));
        }
        Ok(())
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        // The products of one order less, by their largest index: those up to index k are the first `ends[k]`.
        let (mut products, mut ends) = (x.to_vec(), (1..=x.len()).collect::<Vec<_>>());
        for _ in 2..self.p {
            let mut longer = Vec::new();
            for (end, &x) in ends.iter_mut().zip(x) {
                longer.extend(products[..*end].iter().map(|&product| product * x));
                *end = longer.len();
            }
            products = longer;
        }
        // sum_k x_k sum_(i <= j <= k) J_ijk x_i x_j: each inner sum is a row of a matrix times one vector.
        let mut rest = self.couplings();
        let field = |&end: &usize| {
            let (couplings, after) = rest.split_at(end);
            rest = after;
            S::weighted_sum(couplings, &products[..end])
        };
        let fields: Vec<S> = ends.iter().map(field).collect();
        S::dot(x, &fields)
    }

    fn domain(&self) -> Domain {
        let radius = (self.dim as f64).sqrt();
        Domain::cube(self.dim, -radius, radius)
    }

    fn is_odd(&self) -> bool {
        self.p % 2 == 1
    }

    fn symmetry(&self) -> Symmetry {
        if self.is_odd() { Symmetry::None } else { Symmetry::even(self.dim) }
    }

    fn start(&self) -> StartLaw {
        StartLaw::Sphere
    }

    fn geometry(&self) -> Geometry {
        Geometry::Sphere { radius: (self.dim as f64).sqrt() }
    }

    /// The eigenvectors of the coupling matrix for p = 2, each with both signs; for two spins Kac and Rice's formula gives
    /// `2 sqrt(3 p - 2)` points on average, half of them minima.
    fn counts(&self) -> Option<Counts> {
        match (self.p, self.dim) {
            (2, dim) => Some(Counts::exact(&vec![2; dim])),
            (p, 2) => Some(Counts::expected(vec![((3 * p - 2) as f64).sqrt(); 2])),
            _ => None,
        }
    }

    fn ensemble(&self) -> Option<Ensemble> {
        Some(Ensemble::SphericalSpin { p: self.p, n: self.dim })
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::estimate(-(self.dim as f64) * ground_state(self.p)))
    }

    fn loss_scale(&self) -> f64 {
        self.dim as f64
    }

    fn random_matrix(&self) -> Option<RandomMatrix> {
        Some(RandomMatrix::SphericalSpin { p: self.p, n_spins: self.dim })
    }

    fn index_fraction_theory(&self, level: f64) -> Option<f64> {
        let threshold = 2.0 * ((self.p - 1) as f64 / self.p as f64).sqrt();
        let t = (level / threshold).clamp(-1.0, 1.0);
        Some(0.5 + (t * (1.0 - t * t).sqrt() + t.asin()) / std::f64::consts::PI)
    }
}
