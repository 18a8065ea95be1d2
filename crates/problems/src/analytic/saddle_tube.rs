//! The tube of saddles: gradient descent visits one after another and takes longer at each.

use crate::prelude::*;

/// A tube along which d saddles wait in turn. With `L` = `steep`, `gamma` = `flat` < L and tau = e, while the coordinates
/// before i have passed (|x_j| >= 2 tau) and |x_i| < 2 tau:
///
/// ```text
/// |x_i| <= tau:  f = sum_(j < i) L (|x_j| - 4 tau)^2 - gamma x_i^2 + sum_(j > i) L x_j^2 - (i - 1) nu
/// beyond:        f = sum_(j < i) L (|x_j| - 4 tau)^2 + g1(|x_i|) + g2(|x_i|) x_(i+1)^2 + sum_(j > i+1) L x_j^2 - (i - 1) nu
/// g1(u) = -gamma u^2 + (10 gamma - 14 L) / (3 tau) (u - tau)^3 + (5 L - 3 gamma) / (2 tau^2) (u - tau)^4
/// g2(u) = -gamma - 10 (L + gamma) (u/tau - 2)^3 - 15 (L + gamma) (u/tau - 2)^4 - 6 (L + gamma) (u/tau - 2)^5
/// nu = 4 L tau^2 - g1(2 tau)
/// ```
///
/// and all coordinates passed: `sum L (|x_j| - 4 tau)^2 - d nu`.
///
/// Du, Jin, Lee, Jordan, Poczos and Singh (2017), arXiv 1705.10412, theorem 4.1: descent with step 1 / (4 L) needs a number
/// of steps that grows like ((L + gamma) / gamma)^d, because every saddle is entered closer to its stable manifold
/// than the one before; noise makes it polynomial. The paper extends the tube to all of space by Whitney's theorem; here
/// the formulas go on outside, so f jumps where a later coordinate exceeds tau before its turn, which descent from the
/// start box never does. 2^d minima of value -d nu at +-4 tau; 2^(i-1) saddles of index 1 and value -(i - 1) nu with the
/// coordinates before i at +-4 tau and the others 0.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SaddleTube {
    dim: usize,
    steep: f64,
    flat: f64,
}

impl Default for SaddleTube {
    fn default() -> Self {
        SaddleTube { dim: 2, steep: 1.5, flat: 1.0 }
    }
}

const TAU: f64 = std::f64::consts::E;

/// The first saddles and minima of larger dimensions are listed only with the positive signs.
const MOST_LISTED_DIM: usize = 6;

impl SaddleTube {
    /// What |x_i| between tau and 2 tau adds.
    fn g1<S: Scalar>(&self, u: S) -> S {
        let (l, gamma) = (self.steep, self.flat);
        let beyond = u - TAU;
        let cubic = beyond.powi(3) * ((10.0 * gamma - 14.0 * l) / (3.0 * TAU));
        u.square() * -gamma + cubic + beyond.powi(4) * ((5.0 * l - 3.0 * gamma) / (2.0 * TAU * TAU))
    }

    /// Curvature of the next coordinate there: from L at tau to -gamma at 2 tau.
    fn g2<S: Scalar>(&self, u: S) -> S {
        let (both, short) = (self.steep + self.flat, u / TAU - 2.0);
        short.powi(3) * ((short * 6.0 + 15.0) * short + 10.0) * -both - self.flat
    }

    /// How much lower each stage is.
    fn nu(&self) -> f64 {
        4.0 * self.steep * TAU * TAU - self.g1(2.0 * TAU)
    }
}

impl Problem for SaddleTube {
    const NAME: &'static str = "saddle_tube";
    const ABOUT: &'static str =
        "d saddles in a row, gradient descent needs time exponential in d (Du et al. 2017, arXiv 1705.10412)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("dim", "number of variables d, 1 to 50"),
        ("steep", "L, half the curvature across the tube, above `flat`, at most 1e3"),
        ("flat", "gamma, half the negative curvature of each saddle, 1e-3 to 1e3"),
    ];
    const LABEL: &'static [&'static str] = &["dim", "steep"];
    const TAGS: &'static [&'static str] = &["saddle", "nonsmooth"];
    const CASES: &'static [&'static str] = &["dim = 1", "dim = 5\nsteep = 2.0", "dim = 8"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 1, 50)?;
        in_range("flat", self.flat, 1e-3, 1e3)?;
        if self.steep > self.flat && self.steep <= 1e3 {
            return Ok(());
        }
        Err(format!("steep = {} is refused: it must be a number with flat < steep <= 1000", self.steep))
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let sizes: Vec<S> = x.iter().map(|&x| x.abs()).collect();
        let passed = |u: S| (u - 4.0 * TAU).square() * self.steep;
        let waiting = |x: &[S]| S::sum(x.iter().map(|x| x.square() * self.steep));
        // From the last stage to the first: the stage is that of the first coordinate that has not passed.
        let end = S::sum(sizes.iter().map(|&u| passed(u))) - self.nu() * self.dim as f64;
        (0..self.dim).rev().fold(end, |later, i| {
            let before = S::sum(sizes[..i].iter().map(|&u| passed(u))) - self.nu() * i as f64;
            let near = x[i].square() * -self.flat + waiting(&x[i + 1..]);
            let next = x.get(i + 1).map(|&x| self.g2(sizes[i]) * x.square());
            let far =
                self.g1(sizes[i]) + next.unwrap_or_else(|| S::constant(0.0)) + waiting(x.get(i + 2..).unwrap_or(&[]));
            let stage = sizes[i].lt(S::constant(TAU)).select(near, far);
            sizes[i].lt(S::constant(2.0 * TAU)).select(before + stage, later)
        })
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -5.0 * TAU, 5.0 * TAU)
    }
    fn symmetry(&self) -> Symmetry {
        Symmetry::even(self.dim())
    }
    fn start(&self) -> StartLaw {
        let dim = self.dim;
        StartLaw::Drawn {
            about: "uniform in [-1, 1] in each coordinate, inside the mouth of the tube (Du et al. 2017)".to_string(),
            draw: Arc::new(move |stream| (0..dim).map(|_| stream.uniform(-1.0, 1.0)).collect()),
        }
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let mut points = vec![];
        for stage in 0..=self.dim {
            let signs = if self.dim <= MOST_LISTED_DIM { 1 << stage } else { 1 };
            for choice in 0..signs {
                let far = |j: usize| if choice >> j & 1 == 0 { 4.0 * TAU } else { -4.0 * TAU };
                let x = (0..self.dim).map(|j| if j < stage { far(j) } else { 0.0 }).collect();
                let index = usize::from(stage < self.dim);
                points.push(KnownPoint::nondegenerate(x, -self.nu() * stage as f64, index));
            }
        }
        points
    }
}
