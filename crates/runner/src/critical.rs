//! Rows of `critical.csv`: a point with its certificate and, where it is asked for, its proof.

use crate::experiment::{Experiment, Surface, built};
use crate::figure::{float, optional};
use crate::record::one_line;
use autodiff::Evaluator;
use landscape::{Certificate, Polished, Proof, certify, prove};

/// Where a point comes from.
pub struct Place {
    /// Column `at`.
    pub at: String,
    /// Gradient-equivalents spent until then; `None` for a point of a survey.
    pub cost: Option<f64>,
}

/// What is known of a point beyond its certificate.
#[derive(Default)]
pub struct Evidence {
    /// Whether it is proved, where that was tried; else why not.
    pub proof: Option<Result<(), String>>,
    /// Searches that ended at it.
    pub searches: Option<u64>,
}

/// Certifies a polished point, and proves it where `[critical] prove` asks for it; its cells.
pub fn certified_cells(
    eval: &mut Evaluator,
    experiment: &Experiment,
    surface: &Surface,
    place: Place,
    point: &Polished,
) -> (Certificate, Vec<String>) {
    let instance = built(surface);
    let certificate = certify(eval, point, instance.zero_modes, &experiment.criteria);
    let proof = proof(experiment, surface, point, &certificate);
    let cells = cells(surface, place, point, &certificate, &Evidence { proof, searches: None });
    (certificate, cells)
}

/// Whether the point is proved, or why not; `None` where it is not critical or `[critical] prove` does not ask for it.
pub fn proof(
    experiment: &Experiment,
    surface: &Surface,
    point: &Polished,
    certificate: &Certificate,
) -> Option<Result<(), String>> {
    if !experiment.proves || !certificate.class.is_critical() {
        return None;
    }
    let instance = built(surface);
    Some(match prove(&mut instance.objective.encloser(), &point.x, instance.zero_modes) {
        Proof::Proved { .. } => Ok(()),
        Proof::NotProved { why } => Err(why),
    })
}

/// The cells after the run key.
pub fn cells(
    surface: &Surface,
    place: Place,
    point: &Polished,
    certificate: &Certificate,
    evidence: &Evidence,
) -> Vec<String> {
    let instance = built(surface);
    let signs = certificate.inertia;
    let n = signs.n_neg + signs.n_zero + signs.n_pos;
    let level = certificate.f / instance.loss_scale;
    let index_fraction = (n > 0).then(|| signs.n_neg as f64 / n as f64);
    let (proof, open) = match &evidence.proof {
        None => ("", None),
        Some(Ok(())) => ("proved", None),
        Some(Err(why)) => ("open", Some(format!("not proved: {why}"))),
    };
    let reasons = std::iter::once(certificate.reason.clone()).filter(|reason| !reason.is_empty()).chain(open);
    vec![
        place.at,
        optional(place.cost),
        float(certificate.f),
        float(level),
        float(point.grad_norm_before),
        float(certificate.grad_norm),
        point.iterations.to_string(),
        float(point.distance),
        n.to_string(),
        signs.n_neg.to_string(),
        signs.n_zero.to_string(),
        signs.n_pos.to_string(),
        instance.zero_modes.to_string(),
        optional(index_fraction),
        optional(instance.index_fraction_theory(level)),
        float(certificate.lambda_min),
        float(certificate.lambda_max),
        float(certificate.zero_tol),
        float(certificate.contraction),
        float(certificate.flat_ratio),
        float(certificate.mr_residual),
        certificate.class.as_str().to_string(),
        certificate.flips.to_string(),
        one_line(&reasons.collect::<Vec<_>>().join("; ")),
        proof.to_string(),
        evidence.searches.map_or_else(String::new, |n| n.to_string()),
    ]
}
