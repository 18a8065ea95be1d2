//! A look at the eigenvalues of the Hessian at one point: all of them, how they are spread, or only their signs.

mod kink;
mod rows;
mod size;

pub use kink::gradient_jump;
pub use rows::{SpectrumKind, SpectrumRow};
pub use size::{memory, too_large_to_form, too_large_to_prove, too_many_steps};

use autodiff::{Evaluator, Objective, Stream};
use serde::{Deserialize, Serialize};

use crate::criteria::Criteria;
use crate::density::spectral_density;
use crate::inertia::{inertia, inertia_of, zero_tolerance};
use crate::lanczos::{Extremes, Lanczos, extreme_pairs};
use crate::model::norm;
use crate::spectrum::FirstOrder;
use crate::survey::Evaluations;
use crate::tangent::{TangentHessian, dot};
use crate::theory::SpectralLaw;
use rows::{compared, ends, of_density, of_law, of_signs, row};
use symmetric::eigenvalues;

/// Residual at which an eigenpair at an end is found, as a share of the largest eigenvalue.
const TOLERANCE: f64 = 1e-6;

/// Products spent on the ends, at most.
const MOST_PRODUCTS: u64 = 2000;

/// What is asked of the eigenvalues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Every eigenvalue of the Hessian as a matrix; two matrices are kept.
    All,
    /// Their density, by stochastic Lanczos quadrature: nothing of the size of a matrix is kept.
    Density,
    /// How many are negative, zero and positive, by `L D L^T` of the matrix; two matrices are kept.
    Signs,
}

/// How to look at a spectrum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// What is asked.
    pub measure: Measure,
    /// Lanczos steps per probe, for the density.
    pub lanczos_steps: usize,
    /// Random vectors, for the density.
    pub probes: usize,
    /// Eigenvalues looked for at each end, each with its residual; not needed where all are computed.
    pub ends: usize,
}

impl Default for Look {
    fn default() -> Self {
        Look { measure: Measure::All, lanczos_steps: 80, probes: 10, ends: 0 }
    }
}

/// What is known about the surface and matters for its spectra.
pub struct Ground<'a> {
    /// The law of the eigenvalues at a point of this level, where there is one.
    pub law: &'a (dyn Fn(f64) -> Option<SpectralLaw> + Sync),
    /// The level of a point is f divided by this.
    pub loss_scale: f64,
    /// Whether the gradient jumps somewhere.
    pub has_kinks: bool,
    /// Says what an eigenvalue of zero is.
    pub criteria: &'a Criteria,
}

/// What was seen at a point.
#[derive(Clone, Debug, Default)]
pub struct Spectrum {
    /// Number of eigenvalues.
    pub n: usize,
    /// Whether there is a Hessian, with all of what was asked for.
    pub is_measured: bool,
    /// The same in words.
    pub reason: String,
    /// The numbers.
    pub rows: Vec<SpectrumRow>,
    /// What it cost.
    pub spent: Evaluations,
}

impl Look {
    /// The parameters, `(key, meaning with unit and range)`.
    pub const PARAMS: [(&'static str, &'static str); 4] = [
        ("measure", "\"all\" eigenvalues, their \"density\" (nothing n x n is formed), or only their \"signs\""),
        ("lanczos_steps", "steps from each probe, measure = \"density\" only, 1 or more"),
        ("probes", "random vectors, measure = \"density\" only, 2 or more for a standard error"),
        ("ends", "eigenvalues with their residuals at each end, beside a density or signs, 0 to 100"),
    ];

    /// Refuses parameters out of range.
    ///
    /// # Errors
    /// What, why, what to do.
    pub fn check(&self) -> Result<(), String> {
        if self.lanczos_steps == 0 {
            return Err("lanczos_steps = 0 sees nothing of the spectrum; give 1 or more, such as 80".to_string());
        }
        if self.probes < 2 {
            return Err(format!("probes = {}: a standard error needs 2 random vectors or more", self.probes));
        }
        if self.ends > 100 {
            return Err(format!("ends = {}: give 100 or fewer, or measure = \"all\"", self.ends));
        }
        Ok(())
    }

    /// Why this look at spectra of a function does not fit into memory, with what to do; `None` where it does.
    pub fn obstacle(&self, objective: &Objective) -> Option<String> {
        let n = objective.dim();
        let word = match self.measure {
            Measure::Density => {
                return too_many_steps(self.lanczos_steps, n).map(|size| format!("lanczos_steps = {size}"));
            }
            Measure::All => "all",
            Measure::Signs => "signs",
        };
        too_large_to_form(n).map(|size| {
            format!(
                "measure = \"{word}\" {size}; measure = \"density\" has the shares of negative eigenvalues and, with `ends`, both \
                 ends of the spectrum by Lanczos from Hessian-vector products, in memory of {} vectors ({})",
                self.lanczos_steps + 1,
                memory((self.lanczos_steps + 1) as f64 * n as f64)
            )
        })
    }

    /// Looks at the Hessian on the surface at `x` (dim,). The random vectors come from `stream`.
    pub fn at(&self, eval: &mut Evaluator, x: &[f64], ground: &Ground, stream: &mut Stream) -> Spectrum {
        let mut seen = Spectrum { n: eval.objective().geometry().tangent_dim(x.len()), ..Spectrum::default() };
        if ground.has_kinks {
            let jump = gradient_jump(eval, x, stream);
            seen.spent.gradients += 12;
            if let Some(jump) = jump {
                seen.rows.push(row(SpectrumKind::Kink, jump));
                seen.reason =
                    format!("not smooth: the gradient jumps by {jump:.3e} at the point, so there is no Hessian");
                return seen;
            }
        }
        let is_seen = match self.measure {
            Measure::All | Measure::Signs => self.formed(eval, x, ground, stream, &mut seen),
            Measure::Density => self.probed(eval, x, ground, stream, &mut seen),
        };
        match is_seen {
            Some(words) => {
                seen.is_measured = true;
                let piece = if ground.has_kinks { ", of the smooth piece around the point" } else { "" };
                seen.reason = words + piece;
            }
            None => {
                seen.rows.clear();
                seen.reason = "the Hessian is not finite at the point".to_string();
            }
        }
        seen
    }

    /// All eigenvalues or their signs, from the matrix; `None` when it is not finite.
    fn formed(
        &self,
        eval: &mut Evaluator,
        x: &[f64],
        ground: &Ground,
        stream: &mut Stream,
        seen: &mut Spectrum,
    ) -> Option<String> {
        let ahead = FirstOrder::at(eval, x);
        let hess = ahead.tangent_hessian(eval, x);
        let FirstOrder { f, grad } = ahead;
        seen.spent.gradients += 1;
        seen.spent.hessians += 1;
        let slope = norm(&eval.objective().geometry().to_tangent(x, &grad));
        let n = seen.n;
        let law = seen.begin(f, slope, ground)?;
        if self.measure == Measure::Signs {
            // The Frobenius norm is at least the spectral one, so the tolerance is on the safe side.
            let size = dot(&hess, &hess).sqrt();
            let zero_tol = ground.criteria.zero_tol_factor * n as f64 * f64::EPSILON * size;
            let signs = inertia_of(&hess, n, zero_tol)?;
            seen.rows.extend(of_signs(&signs, zero_tol, law.as_ref()));
            if self.ends > 0 {
                let apply = |v: &[f64], out: &mut [f64]| {
                    hess.chunks_exact(n).zip(out).for_each(|(row, out)| *out = dot(row, v));
                };
                let found = extreme_pairs(n, apply, &self.lanczos(), stream)?;
                seen.rows.extend(ends(&found));
            }
            return Some(format!(
                "{} negative, {} zero and {} positive eigenvalues",
                signs.n_neg, signs.n_zero, signs.n_pos
            ));
        }
        let values = eigenvalues(hess, n)?;
        let zero_tol = zero_tolerance(&values, ground.criteria);
        let signs = inertia(&values, zero_tol);
        seen.rows.extend(of_signs(&signs, zero_tol, law.as_ref()));
        seen.rows.extend(compared(&values, law.as_ref()));
        Some(format!("{n} eigenvalues: {} negative, {} zero, {} positive", signs.n_neg, signs.n_zero, signs.n_pos))
    }

    /// The density and the ends, from products; `None` when one is not finite.
    fn probed(
        &self,
        eval: &mut Evaluator,
        x: &[f64],
        ground: &Ground,
        stream: &mut Stream,
        seen: &mut Spectrum,
    ) -> Option<String> {
        let mut hessian = TangentHessian::at(eval, x);
        seen.spent.gradients += 1;
        let law = seen.begin(hessian.value(), norm(hessian.grad()), ground)?;
        let n = seen.n;
        let products = &mut seen.spent.products;
        let mut apply = |v: &[f64], out: &mut [f64]| {
            *products += 1;
            hessian.multiply(v, out);
        };
        let density = spectral_density(n, &mut apply, self.lanczos_steps, self.probes, stream)?;
        let found: Option<Extremes> = match self.ends {
            0 => None,
            _ => Some(extreme_pairs(n, &mut apply, &self.lanczos(), stream)?),
        };
        let (low, high) = density.range();
        let size = low.abs().max(high.abs());
        let zero_tol = ground.criteria.zero_tol_factor * n as f64 * f64::EPSILON * size;
        seen.rows.extend(of_density(&density, zero_tol, law.as_ref()));
        seen.rows.extend(found.iter().flat_map(ends));
        let Look { lanczos_steps, probes, .. } = self;
        let open = found.as_ref().is_some_and(|found| !found.is_converged);
        let open = if open { ", and the ends not to the tolerance: their residuals say how far" } else { "" };
        Some(format!("the density of {n} eigenvalues from {lanczos_steps} Lanczos steps and {probes} probes{open}"))
    }

    fn lanczos(&self) -> Lanczos {
        Lanczos { pairs: self.ends, tolerance: TOLERANCE, products: MOST_PRODUCTS }
    }
}

impl Spectrum {
    /// The rows of the point itself, and the law at its level; `None` where value or gradient are not finite.
    fn begin(&mut self, f: f64, slope: f64, ground: &Ground) -> Option<Option<SpectralLaw>> {
        if !(f.is_finite() && slope.is_finite()) {
            return None;
        }
        let level = f / ground.loss_scale;
        let law = (ground.law)(level);
        self.rows.extend([row(SpectrumKind::Level, level), row(SpectrumKind::Gradient, slope)]);
        self.rows.extend(law.iter().flat_map(|law| of_law(law, self.n)));
        Some(law)
    }
}
