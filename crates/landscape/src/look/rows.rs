//! What is seen of a spectrum as rows: a kind, a place, a number with its error, and what theory has there.

use crate::density::{Density, Share};
use crate::inertia::Inertia;
use crate::lanczos::{Eigenpair, Extremes};
use crate::theory::{SpectralLaw, kolmogorov_critical};

/// Places at which a density and shares are given.
const PLACES: usize = 61;

/// Shares of the spectrum below the quantiles that are given of a density.
const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Pieces of equal mass that a law is smoothed in.
const PIECES: usize = 500;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpectrumKind {
    /// Of the point: f over the problem's scale.
    Level,
    /// Of the point: length of the gradient on the surface.
    Gradient,
    /// Of the point: length of a jump of the gradient; there is no Hessian.
    Kink,
    /// Ends of the law's bulk; the error is how far beyond it an eigenvalue may lie by chance.
    LowerEdge,
    /// The same.
    UpperEdge,
    /// Share of eigenvalues below minus the zero tolerance, which is the position.
    Negative,
    /// Share of those within it.
    Zero,
    /// Share of those above it.
    Positive,
    /// An eigenvalue, at its rank 1, 2, ... from below; theory is the share of eigenvalues expected below it.
    Eigenvalue,
    /// An eigenvalue apart from the bulk, at its rank from below; theory is the place expected of it.
    Outlier,
    /// How many of these there are.
    Outliers,
    /// `max |F_n - F|` between the share of eigenvalues below a number and the law's; theory is the distance that one matrix
    /// in twenty exceeds.
    Distance,
    /// Density at the position, smoothed.
    Density,
    /// In expectation at most the share of eigenvalues below the position.
    LeastShare,
    /// In expectation at least that share.
    MostShare,
    /// The number below which that share of the eigenvalues lies.
    Quantile,
    /// An eigenvalue at its rank from below; the error is the residual.
    Lowest,
    /// An eigenvalue at its rank from above.
    Highest,
}

impl SpectrumKind {
    /// The word in result files.
    pub fn as_str(self) -> &'static str {
        match self {
            SpectrumKind::Level => "level",
            SpectrumKind::Gradient => "gradient",
            SpectrumKind::Kink => "kink",
            SpectrumKind::LowerEdge => "lower-edge",
            SpectrumKind::UpperEdge => "upper-edge",
            SpectrumKind::Negative => "negative",
            SpectrumKind::Zero => "zero",
            SpectrumKind::Positive => "positive",
            SpectrumKind::Eigenvalue => "eigenvalue",
            SpectrumKind::Outlier => "outlier",
            SpectrumKind::Outliers => "outliers",
            SpectrumKind::Distance => "distance",
            SpectrumKind::Density => "density",
            SpectrumKind::LeastShare => "least-share",
            SpectrumKind::MostShare => "most-share",
            SpectrumKind::Quantile => "quantile",
            SpectrumKind::Lowest => "lowest",
            SpectrumKind::Highest => "highest",
        }
    }
}

/// One number of a spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectrumRow {
    /// What it is.
    pub kind: SpectrumKind,
    /// Where: a number on the axis of eigenvalues, a rank or a share.
    pub position: Option<f64>,
    /// The number.
    pub value: f64,
    /// How uncertain it is, see [`SpectrumKind`]; a standard error unless said otherwise.
    pub error: Option<f64>,
    /// What theory has for it.
    pub theory: Option<f64>,
}

/// A row of nothing but a number.
pub(super) fn row(kind: SpectrumKind, value: f64) -> SpectrumRow {
    SpectrumRow { kind, position: None, value, error: None, theory: None }
}

/// Where the bulk ends and how far beyond chance goes.
pub(super) fn of_law(law: &SpectralLaw, n: usize) -> [SpectrumRow; 2] {
    let ((lower, upper), (below, above)) = (law.edges(), law.margins(n));
    let edge = |kind, value, error| SpectrumRow { error: Some(error), ..row(kind, value) };
    [edge(SpectrumKind::LowerEdge, lower, below), edge(SpectrumKind::UpperEdge, upper, above)]
}

/// Shares of the signs.
pub(super) fn of_signs(signs: &Inertia, zero_tol: f64, law: Option<&SpectralLaw>) -> [SpectrumRow; 3] {
    let n = signs.n_neg + signs.n_zero + signs.n_pos;
    let share = |count: usize| count as f64 / n as f64;
    let negative = law.map(|law| law.share_of(n, 0.0));
    let sign =
        |kind, position, count, theory| SpectrumRow { position: Some(position), theory, ..row(kind, share(count)) };
    [
        sign(SpectrumKind::Negative, -zero_tol, signs.n_neg, negative),
        sign(SpectrumKind::Zero, zero_tol, signs.n_zero, law.map(|_| 0.0)),
        sign(SpectrumKind::Positive, zero_tol, signs.n_pos, negative.map(|negative| 1.0 - negative)),
    ]
}

/// Every eigenvalue (ascending), and those apart from the bulk.
///
/// Where the law expects outliers they are the eigenvalues of the ranks in question, below and above the bulk; the others are
/// compared with it. Apart from the bulk is what lies beyond an edge by more than its margin.
pub(super) fn compared(values: &[f64], law: Option<&SpectralLaw>) -> Vec<SpectrumRow> {
    let n = values.len();
    let ranked =
        |kind, i: usize, theory| SpectrumRow { position: Some((i + 1) as f64), theory, ..row(kind, values[i]) };
    let Some(law) = law else {
        return (0..n).map(|i| ranked(SpectrumKind::Eigenvalue, i, None)).collect();
    };
    let ((lower, upper), (under, over)) = (law.edges(), law.margins(n));
    let outliers = law.outliers();
    let below = outliers.iter().filter(|place| **place < lower).count().min(n);
    let above = (outliers.len() - outliers.iter().filter(|place| **place < lower).count()).min(n - below);
    let in_bulk = below..n - above;
    let expected = |i: usize| match i {
        i if i < below => Some(outliers[i]),
        i if i >= n - above => Some(outliers[outliers.len() - (n - i)]),
        _ => None,
    };
    let share = |i: usize| (below as f64 + in_bulk.len() as f64 * law.below(values[i])) / n as f64;
    let theory = |i: usize| in_bulk.contains(&i).then(|| share(i));
    let mut rows: Vec<SpectrumRow> = (0..n).map(|i| ranked(SpectrumKind::Eigenvalue, i, theory(i))).collect();
    let gap = |i: usize| (share(i) - i as f64 / n as f64).abs().max((share(i) - (i + 1) as f64 / n as f64).abs());
    let distance = row(SpectrumKind::Distance, in_bulk.clone().map(gap).fold(0.0, f64::max));
    rows.push(SpectrumRow { theory: Some(kolmogorov_critical(n)), ..distance });
    let is_apart = |&i: &usize| values[i] < lower - under || values[i] > upper + over;
    let apart: Vec<usize> = (0..n).filter(is_apart).collect();
    let count = row(SpectrumKind::Outliers, apart.len() as f64);
    rows.push(SpectrumRow { theory: Some(outliers.len() as f64), ..count });
    rows.extend(apart.into_iter().map(|i| ranked(SpectrumKind::Outlier, i, expected(i))));
    rows
}

/// Signs, quantiles, density and bounds for the shares, of a density.
pub(super) fn of_density(density: &Density, zero_tol: f64, law: Option<&SpectralLaw>) -> Vec<SpectrumRow> {
    let n = density.size();
    let (negative, not_positive) = (density.below(-zero_tol), density.below(zero_tol));
    let expected = law.map(|law| law.share_of(n, 0.0));
    // Half the enclosure and the standard error: where the spectrum has an atom at zero it lies within.
    let error = |share: &Share| 0.5 * (share.high.mean - share.low.mean).max(0.0) + share.std_error();
    let sign = |kind, position, value: f64, error, theory| SpectrumRow {
        kind,
        position: Some(position),
        value: value.clamp(0.0, 1.0),
        error: Some(error),
        theory,
    };
    let between = not_positive.middle() - negative.middle();
    let both = error(&negative) + error(&not_positive);
    let mut rows = vec![
        sign(SpectrumKind::Negative, -zero_tol, negative.middle(), error(&negative), expected),
        sign(SpectrumKind::Zero, zero_tol, between, both, law.map(|_| 0.0)),
        sign(
            SpectrumKind::Positive,
            zero_tol,
            1.0 - not_positive.middle(),
            error(&not_positive),
            expected.map(|share| 1.0 - share),
        ),
    ];
    rows.extend(
        QUANTILES.map(|q| SpectrumRow { position: Some(q), ..row(SpectrumKind::Quantile, density.quantile(q)) }),
    );
    let width = density.resolution();
    if width <= 0.0 {
        return rows; // one eigenvalue, of whatever multiplicity
    }
    let (low, high) = density.range();
    let (from, to) = (low - 2.0 * width, high + 2.0 * width);
    let smooth = law.map(|law| smoothed(law, n, width));
    for i in 0..PLACES {
        let x = from + (to - from) * i as f64 / (PLACES - 1) as f64;
        let at = density.at(x, width);
        let share = density.below(x);
        let theory = law.map(|law| law.share_of(n, x));
        let here =
            |kind, value, error, theory| SpectrumRow { kind, position: Some(x), value, error: Some(error), theory };
        rows.push(here(SpectrumKind::Density, at.mean, at.std_error, smooth.as_ref().map(|smooth| smooth(x))));
        rows.push(here(SpectrumKind::LeastShare, share.low.mean, share.low.std_error, theory));
        rows.push(here(SpectrumKind::MostShare, share.high.mean, share.high.std_error, theory));
    }
    rows
}

/// The law's density behind the same Gaussian that the measured one is seen through.
fn smoothed(law: &SpectralLaw, n: usize, width: f64) -> impl Fn(f64) -> f64 + use<> {
    let (lower, upper) = law.edges();
    let place = |i: f64| lower + (upper - lower) * i / PIECES as f64;
    let apart = law.outliers().len().min(n) as f64 / n as f64;
    let mass = |i: usize| (1.0 - apart) * (law.below(place(i as f64 + 1.0)) - law.below(place(i as f64)));
    let mut pieces: Vec<(f64, f64)> = (0..PIECES).map(|i| (place(i as f64 + 0.5), mass(i))).collect();
    pieces.extend(law.outliers().iter().map(|place| (*place, 1.0 / n as f64)));
    let height = 1.0 / (width * std::f64::consts::TAU.sqrt());
    let kernel = move |t: f64| height * autodiff::math::exp(-0.5 * (t / width) * (t / width));
    move |x| pieces.iter().map(|(place, mass)| mass * kernel(x - place)).sum()
}

/// Eigenvalues at the ends with their residuals.
pub(super) fn ends(found: &Extremes) -> Vec<SpectrumRow> {
    let ranked = |kind: SpectrumKind, pairs: &[Eigenpair]| {
        let one = |(i, pair): (usize, &Eigenpair)| SpectrumRow {
            position: Some((i + 1) as f64),
            error: Some(pair.residual),
            ..row(kind, pair.value)
        };
        pairs.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    [ranked(SpectrumKind::Lowest, &found.lowest), ranked(SpectrumKind::Highest, &found.highest)].concat()
}
