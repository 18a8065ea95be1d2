//! A survey as a run: what it is told about the surface, and its rows.

use crate::critical::{self, Evidence, Place};
use crate::experiment::{Cell, Experiment, Surface, built};
use crate::figure::optional;
use crate::known::{declared, images, known, symmetry};
use crate::measure::Outcome;
use crate::part::{Part, Rows};
use crate::plan::PlannedRun;
use crate::record::{Measured, Record};
use crate::shape;
use crate::spectrum;
use autodiff::Stream;
use landscape::theory::SpectralLaw;
use landscape::{Criteria, Evaluations, IndexCounts, ListedResult, Site, Survey, SurveyedPoint};
use optimizers::{Counts, Status};
use problems::Instance;

/// What a survey is told about an instance. Without a stream of its own: one that only checks draws nothing.
pub fn site<'a>(
    instance: &'a Instance,
    criteria: &'a Criteria,
    start: &'a (dyn Fn(u64) -> Vec<f64> + Sync),
    contains: &'a (dyn Fn(&[f64]) -> bool + Sync),
    images: &'a (dyn Fn(&[f64]) -> Vec<Vec<f64>> + Sync),
    basin_share: &'a (dyn Fn(&[f64]) -> Option<f64> + Sync),
    law: &'a (dyn Fn(f64) -> Option<SpectralLaw> + Sync),
) -> Site<'a> {
    Site {
        objective: &instance.objective,
        domain: (&instance.domain.lower, &instance.domain.upper),
        contains,
        start,
        images,
        symmetry: symmetry(instance),
        zero_modes: instance.zero_modes,
        basin_share,
        has_kinks: instance.has_kinks,
        loss_scale: instance.loss_scale,
        known: declared(instance),
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
    let (contains, images) = (|x: &[f64]| instance.in_domain(x), |x: &[f64]| images(instance, x));
    survey.check(&site(instance, &Criteria::default(), &|_| Vec::new(), &contains, &images, &|_| None, &|_| None))
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
    let (contains, images) = (|x: &[f64]| instance.in_domain(x), |x: &[f64]| images(instance, x));
    let basin_share = |x: &[f64]| instance.basin_share(x);
    let law = |level: f64| spectrum::law(instance, level);
    let mut site = site(instance, &experiment.criteria, &start, &contains, &images, &basin_share, &law);
    site.known = known(instance, &experiment.means);
    site.random = experiment.stream("random", cell, run.replicate);
    let found = survey.measure(&mut site);

    let Evaluations { values, gradients, products, hessians } = found.spent;
    let status = if found.is_complete { Status::Converged } else { Status::Budget };
    let measured = Measured {
        status: status.as_str(),
        reason: found.reason.clone(),
        // As descents are charged: a value is half a gradient, a product two, a Hessian one per column.
        cost: 0.5 * values as f64 + (gradients + 2 * products + hessians * instance.dim as u64) as f64,
        counts: Counts { n_f: values, n_grad: gradients, n_hvp: products, n_hess: hessians },
        f_best: found.optimum,
        ..Measured::default()
    };
    let mut rows = Rows::default();
    if experiment.keeps_points {
        let cells = |(i, point)| point_cells(experiment, surface, i, point);
        rows[Part::Critical] = found.points.iter().enumerate().map(cells).collect();
    }
    shape::add_rows(&mut rows, instance, &found);
    rows[Part::Counts] = found.counts.as_ref().map_or_else(Vec::new, count_cells);
    rows[Part::Listed] = found.listed.iter().map(listed_cells).collect();
    rows[Part::Spectrum] = found.spectra.iter().flat_map(|(at, seen)| spectrum::rows(at, seen)).collect();
    Outcome { record: Record { key: run.key.clone(), run: measured.cells(), rows, wall_ms: String::new() }, x: None }
}

/// Proved by the survey itself, or here where `[critical] prove` asks for it.
fn point_cells(experiment: &Experiment, surface: &Surface, number: usize, found: &SurveyedPoint) -> Vec<String> {
    let place = Place { at: format!("found {}", number + 1), cost: None };
    let proof = match found.is_proved {
        Some(true) => Some(Ok(())),
        Some(false) => Some(Err("see the survey".to_string())),
        None => critical::proof(experiment, surface, &found.point, &found.certificate),
    };
    critical::cells(surface, place, &found.point, &found.certificate, &Evidence { proof, searches: found.searches })
}

/// One row per index.
fn count_cells(counts: &IndexCounts) -> Vec<Vec<String>> {
    let whole = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
    let cells = |(index, found): (usize, &u64)| {
        let expected = counts.expected.get(index).copied().flatten();
        vec![
            index.to_string(),
            found.to_string(),
            optional(expected.map(|expected| expected.mean)),
            optional(expected.map(|expected| expected.std_error)),
            whole(counts.euler),
            whole(counts.most.map(|most| most as i64)),
        ]
    };
    counts.found.iter().enumerate().map(cells).collect()
}

/// A listed point beside the found one.
fn listed_cells(result: &ListedResult) -> Vec<String> {
    let count = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
    let (listed, found) = (result.listed, result.found);
    vec![
        count(listed.map(|(number, ..)| number as u64)),
        optional(listed.map(|(_, f, ..)| f)),
        count(listed.map(|(_, _, n_neg, _)| n_neg as u64)),
        count(listed.and_then(|(_, _, _, n_zero)| n_zero).map(|n_zero| n_zero as u64)),
        optional(found.map(|(f, ..)| f)),
        count(found.map(|(_, n_neg, _)| n_neg as u64)),
        count(found.map(|(_, _, n_zero)| n_zero as u64)),
        optional(result.distance),
        count(result.searches),
    ]
}
