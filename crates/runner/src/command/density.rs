//! `eval PROBLEM --density`: how the eigenvalues of a Hessian too large to be formed are spread.

use crate::figure::float;
use crate::screen::{Context, Failure};
use autodiff::{Evaluator, Stream};
use landscape::{
    Criteria, Density, Eigenpair, Estimate, Extremes, Lanczos, Share, TangentHessian, extreme_pairs, memory,
    spectral_density, too_large_to_form, too_many_steps,
};
use serde::Serialize;

/// Eigenpairs looked for at each end.
const PAIRS: usize = 5;

/// Residual at which an eigenpair is found, as a share of the largest eigenvalue.
const TOLERANCE: f64 = 1e-6;

/// Products spent on the ends, at least.
const LEAST_PRODUCTS: u64 = 300;

/// Shares of the spectrum below the quantiles given.
const QUANTILES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// Points of the smoothed density.
const CURVE: usize = 101;

/// What `--density` is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Lanczos steps per probe.
    pub steps: usize,
    /// Random vectors.
    pub probes: usize,
}

impl Effort {
    /// Reads `STEPS,N`.
    ///
    /// # Errors
    /// What is wrong and what is right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let numbers =
            text.split_once(',').and_then(|(steps, probes)| Some((steps.parse().ok()?, probes.parse().ok()?)));
        match numbers {
            Some((steps, probes)) if steps >= 1 && probes >= 2 => Ok(Effort { steps, probes }),
            _ => Err("it is STEPS,N: Lanczos steps, 1 or more, and random vectors, 2 or more for a standard \
                      error, such as 80,10"
                .to_string()),
        }
    }

    /// Refuses what does not fit into memory.
    ///
    /// # Errors
    /// How much it would be and what to do.
    pub fn check(self, dim: usize) -> Result<(), Failure> {
        let size = too_many_steps(self.steps, dim);
        size.map_or(Ok(()), |size| Err(Failure::input(format!("--density: {size}"))))
    }
}

/// Refuses to form a Hessian that is too large, for `option`.
///
/// # Errors
/// How large it is, what memory it takes, and what to ask for instead.
pub fn check_dense(option: &str, dim: usize) -> Result<(), Failure> {
    let Some(size) = too_large_to_form(dim) else { return Ok(()) };
    Err(Failure::input(format!(
        "{option} {size}; --density gives quantiles, the share of negative eigenvalues and both ends of the spectrum from \
         Hessian-vector products, in memory of about 80 vectors ({})",
        memory(81.0 * dim as f64)
    )))
}

/// The answer to `--density`. A number that is not finite is `null`.
#[derive(Debug, Serialize)]
pub struct Summary {
    steps: usize,
    probes: usize,
    products: u64,
    /// Trace over dimension.
    mean: Figure,
    /// Share of eigenvalues below zero by more than rounding.
    negative: Range,
    /// Share of those above it.
    positive: Range,
    /// `[share below, eigenvalue]`.
    quantiles: Vec<[f64; 2]>,
    /// Ascending from the lowest.
    lowest: Vec<Pair>,
    /// Descending from the highest.
    highest: Vec<Pair>,
    /// Standard deviation of the Gaussian kernel of `curve`.
    kernel_width: f64,
    /// `[eigenvalue, density, standard error]`.
    curve: Vec<[f64; 3]>,
}

#[derive(Debug, Serialize)]
struct Figure {
    value: f64,
    std_error: f64,
}

#[derive(Debug, Serialize)]
struct Range {
    low: f64,
    high: f64,
    std_error: f64,
}

#[derive(Debug, Serialize)]
struct Pair {
    value: f64,
    residual: f64,
}

impl Summary {
    /// Measures; `None` when the Hessian is not finite. `key` names the random vectors.
    pub fn of(eval: &mut Evaluator, x: &[f64], effort: Effort, key: &str) -> Option<Self> {
        let Effort { steps, probes } = effort;
        let mut hessian = TangentHessian::at(eval, x);
        let n = hessian.size();
        let mut products = 0;
        let mut multiply = |v: &[f64], out: &mut [f64]| {
            products += 1;
            hessian.multiply(v, out);
        };
        let mut stream = Stream::new(0, "density", &[key]);
        let density = spectral_density(n, &mut multiply, steps, probes, &mut stream)?;
        let settings =
            Lanczos { pairs: PAIRS, tolerance: TOLERANCE, products: LEAST_PRODUCTS.max(steps as u64 * probes as u64) };
        let ends = extreme_pairs(n, &mut multiply, &settings, &mut stream)?;
        Some(Self::from_parts(effort, &density, &ends, products))
    }

    fn from_parts(effort: Effort, density: &Density, ends: &Extremes, products: u64) -> Self {
        let pairs = |pairs: &[Eigenpair]| pairs.iter().map(|p| Pair { value: p.value, residual: p.residual }).collect();
        // The last digits of the lowest and highest eigenvalue do not matter for the tolerance.
        let norm = ends.lowest[0].value.abs().max(ends.highest[0].value.abs());
        let zero_tol = Criteria::default().zero_tol_factor * density.size() as f64 * f64::EPSILON * norm;
        let negative = density.below(-zero_tol);
        let not_positive = density.below(zero_tol);
        let Estimate { mean, std_error } = density.mean_of(|lambda| lambda);
        let width = density.resolution();
        let (low, high) = density.range();
        let (from, to) = (low - 3.0 * width, high + 3.0 * width);
        let at = |i: usize| from + (to - from) * i as f64 / (CURVE - 1) as f64;
        let point = |x: f64| {
            let Estimate { mean, std_error } = density.at(x, width);
            [x, mean, std_error]
        };
        Summary {
            steps: effort.steps,
            probes: effort.probes,
            products,
            mean: Figure { value: mean, std_error },
            negative: range(&negative, |share| share),
            positive: range(&Share { low: not_positive.high, high: not_positive.low }, |share| 1.0 - share),
            quantiles: QUANTILES.iter().map(|&q| [q, density.quantile(q)]).collect(),
            lowest: pairs(&ends.lowest),
            highest: pairs(&ends.highest),
            kernel_width: width,
            curve: if width > 0.0 { (0..CURVE).map(|i| point(at(i))).collect() } else { Vec::new() },
        }
    }

    /// Lines for people.
    pub fn print(&self, context: &mut Context) {
        let short = |value: f64| format!("{value:.4e}");
        let Summary { steps, probes, products, mean, negative, positive, .. } = self;
        context.say(format!("density  {steps} Lanczos steps from {probes} probes, {products} products in all"));
        context.say(format!("mean     {} +- {}", short(mean.value), short(mean.std_error)));
        for (word, range) in [("negative", negative), ("positive", positive)] {
            let [low, high, error] = [range.low, range.high, range.std_error].map(|share| 100.0 * share);
            context.say(format!("{word} {low:.2} % to {high:.2} %, standard error {error:.2} %"));
        }
        for (i, [share, value]) in self.quantiles.iter().enumerate() {
            let word = if i == 0 { "quantile" } else { "" };
            context.say(format!("{word:<8} {:>2} % below {}", float(100.0 * share), short(*value)));
        }
        for (word, pairs) in [("lowest", &self.lowest), ("highest", &self.highest)] {
            for (i, Pair { value, residual }) in pairs.iter().enumerate() {
                let word = if i == 0 { word } else { "" };
                context.say(format!("{word:<8} {value:.10e} within {residual:.1e}"));
            }
        }
    }
}

fn range(share: &Share, of: impl Fn(f64) -> f64) -> Range {
    // Rounding of the weights must not show as a share below 0 or above 1.
    let bound = |estimate: Estimate| of(estimate.mean).clamp(0.0, 1.0);
    Range { low: bound(share.low), high: bound(share.high), std_error: share.std_error() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effort_is_two_numbers() {
        assert_eq!(Effort::parse("80,10"), Ok(Effort { steps: 80, probes: 10 }));
        for wrong in ["80", "80,1", "0,5", "80;10", "a,b", "80,10,3", "-1,4"] {
            assert!(Effort::parse(wrong).unwrap_err().contains("STEPS,N"), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_refused_with_their_memory() {
        let message = |result: Result<(), Failure>| match result {
            Err(Failure::BadInput(message)) => message,
            other => panic!("{other:?}"),
        };
        assert!(check_dense("--spectrum", 10_000).is_ok());
        // 2 x 8 x 10^10 bytes.
        let refused = message(check_dense("--spectrum", 100_000));
        assert!(refused.contains("100000 x 100000") && refused.contains("160.0 GB") && refused.contains("--density"));
        let effort = Effort { steps: 100, probes: 2 };
        assert!(effort.check(1_000_000).is_ok());
        assert!(
            message(effort.check(5_000_000)).contains("4.0 GB of Lanczos vectors in memory; give at most 49 steps")
        );
    }
}
