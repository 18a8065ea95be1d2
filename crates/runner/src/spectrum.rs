//! Spectra in an experiment: the law that theory has for a surface, and the rows of `spectrum.csv`.

use crate::figure::{float, optional};
use landscape::theory::SpectralLaw;
use landscape::{Criteria, Ground, Spectrum, SpectrumRow};
use problems::{Instance, RandomMatrix};

/// The law of the eigenvalues of the Hessian on the surface at points of this level, where it is known.
pub fn law(instance: &Instance, level: f64) -> Option<SpectralLaw> {
    Some(match instance.random_matrix? {
        RandomMatrix::Goe { spikes, strength } => {
            // Beyond the threshold 1 a spike pulls an eigenvalue out of the bulk (Baik, Ben Arous and Peche 2005).
            let count = if strength.abs() > 1.0 { spikes } else { 0 };
            SpectralLaw::semicircle(0.0, 2.0).with_outliers(vec![strength + strength.recip(); count])
        }
        RandomMatrix::WishartWigner { phi, eps } => SpectralLaw::wishart_wigner(phi, eps),
        RandomMatrix::SphericalSpin { p, n_spins } => {
            let (p, n) = (p as f64, n_spins as f64);
            SpectralLaw::semicircle(-p * level, 2.0 * (p * (p - 1.0) * (n - 1.0) / n).sqrt())
        }
    })
}

/// What is known of the surface for its spectra.
pub fn ground<'a>(
    instance: &Instance,
    law: &'a (dyn Fn(f64) -> Option<SpectralLaw> + Sync),
    criteria: &'a Criteria,
) -> Ground<'a> {
    Ground { law, loss_scale: instance.loss_scale, has_kinks: instance.has_kinks, criteria }
}

/// The rows of a spectrum seen at this place of a run.
pub fn rows(at: &str, seen: &Spectrum) -> Vec<Vec<String>> {
    let cells = |row: &SpectrumRow| {
        vec![
            at.to_string(),
            seen.n.to_string(),
            row.kind.as_str().to_string(),
            optional(row.position),
            float(row.value),
            optional(row.error),
            optional(row.theory),
        ]
    };
    seen.rows.iter().map(cells).collect()
}
