//! A survey as a run: what it is told about the surface, and its rows.

use crate::critical::{self, Evidence, Place};
use crate::experiment::{Cell, Experiment, Surface, built};
use crate::figure::optional;
use crate::measure::Outcome;
use crate::part::{Part, Rows};
use crate::plan::PlannedRun;
use crate::record::{Measured, Record};
use crate::spectrum;
use autodiff::Stream;
use landscape::theory::SpectralLaw;
use landscape::{Criteria, Evaluations, IndexCounts, Site, Survey, SurveyedPoint};
use optimizers::{Counts, Status};
use problems::Instance;

/// What a survey is told about an instance. Without a stream of its own: one that only checks draws nothing.
pub fn site<'a>(
    instance: &'a Instance,
    criteria: &'a Criteria,
    start: &'a (dyn Fn(u64) -> Vec<f64> + Sync),
    contains: &'a (dyn Fn(&[f64]) -> bool + Sync),
    law: &'a (dyn Fn(f64) -> Option<SpectralLaw> + Sync),
) -> Site<'a> {
    Site {
        objective: &instance.objective,
        domain: (&instance.domain.lower, &instance.domain.upper),
        contains,
        start,
        zero_modes: instance.zero_modes,
        has_kinks: instance.has_kinks,
        loss_scale: instance.loss_scale,
        law,
        criteria,
        random: Stream::new(0, "survey", &[]),
    }
}

/// Why a survey cannot measure an instance, with what to do.
///
/// # Errors
/// The survey's own words.
pub fn check(survey: &dyn Survey, instance: &Instance) -> Result<(), String> {
    survey.check(&site(instance, &Criteria::default(), &|_| Vec::new(), &|x| instance.in_domain(x), &|_| None))
}

/// The rows of a survey.
pub fn measured(
    experiment: &Experiment,
    surface: &Surface,
    cell: &Cell,
    survey: &dyn Survey,
    run: &PlannedRun,
) -> Outcome {
    let instance = built(surface);
    let start = |number: u64| experiment.start(surface, run.replicate, number);
    let contains = |x: &[f64]| instance.in_domain(x);
    let law = |level: f64| spectrum::law(instance, level);
    let mut site = site(instance, &experiment.criteria, &start, &contains, &law);
    site.random = experiment.stream("random", cell, run.replicate);
    let found = survey.measure(&mut site);

    let Evaluations { gradients, products, hessians } = found.spent;
    let status = if found.is_complete { Status::Converged } else { Status::Budget };
    let measured = Measured {
        status: status.as_str(),
        reason: found.reason,
        // As descents are charged: a product is two gradients, a Hessian one per column.
        cost: (gradients + 2 * products + hessians * instance.dim as u64) as f64,
        counts: Counts { n_grad: gradients, n_hvp: products, n_hess: hessians, ..Counts::default() },
        ..Measured::default()
    };
    let mut rows = Rows::default();
    for (i, point) in found.points.iter().enumerate() {
        rows[Part::Critical].push(point_cells(surface, i, point));
    }
    rows[Part::Counts] = found.counts.as_ref().map_or_else(Vec::new, count_cells);
    rows[Part::Spectrum] = found.spectra.iter().flat_map(|(at, seen)| spectrum::rows(at, seen)).collect();
    Outcome { record: Record { key: run.key.clone(), run: measured.cells(), rows, wall_ms: String::new() }, x: None }
}

fn point_cells(surface: &Surface, number: usize, found: &SurveyedPoint) -> Vec<String> {
    let place = Place { at: format!("found {}", number + 1), cost: None };
    let proof = found.is_proved.map(|is_proved| if is_proved { Ok(()) } else { Err("see the survey".to_string()) });
    critical::cells(surface, place, &found.point, &found.certificate, &Evidence { proof, searches: found.searches })
}

/// One row per index.
fn count_cells(counts: &IndexCounts) -> Vec<Vec<String>> {
    let whole = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
    let cells = |(index, found): (usize, &u64)| {
        let (mean, error) = counts.expected.get(index).copied().unzip();
        vec![
            index.to_string(),
            found.to_string(),
            optional(mean),
            optional(error),
            whole(counts.euler),
            whole(counts.most.map(|most| most as i64)),
        ]
    };
    counts.found.iter().enumerate().map(cells).collect()
}
