//! Looks at spectra that are known exactly, in every way there is to look.

use crate::support::{control, form, goe};
use autodiff::{Geometry, Objective, Scalar, Stream};
use landscape::theory::SpectralLaw;
use landscape::{
    Criteria, Evaluations, Ground, Look, Measure, Site, Spectrum, SpectrumKind, SpectrumRow, SpectrumSurvey, Survey,
    surveys,
};
use std::f64::consts::PI;

fn look(objective: &Objective, x: &[f64], how: &Look, law: Option<SpectralLaw>, has_kinks: bool) -> Spectrum {
    let law = move |_: f64| law.clone();
    let ground = Ground { law: &law, loss_scale: 2.0, has_kinks, criteria: &Criteria::default() };
    how.at(&mut objective.evaluator(), x, &ground, &mut Stream::new(3, "look", &[]))
}

fn of(seen: &Spectrum, kind: SpectrumKind) -> Vec<SpectrumRow> {
    seen.rows.iter().copied().filter(|row| row.kind == kind).collect()
}

fn values(seen: &Spectrum, kind: SpectrumKind) -> Vec<f64> {
    of(seen, kind).iter().map(|row| row.value).collect()
}

/// `sum_i c_i x_i^2 / 2` for c = -2, -1, 0, 0, 1, 2, .., 20.
fn ladder() -> (Objective, Vec<f64>) {
    let mut curvatures = vec![-2.0, -1.0, 0.0, 0.0];
    curvatures.extend((1..=20).map(f64::from));
    let f = Objective::formula(24, |x| {
        let square = |i: usize| x[i].square() * (0.5 * curvatures[i]);
        (1..24).fold(square(0), |sum, i| sum + square(i))
    });
    (f, curvatures)
}

#[test]
fn every_eigenvalue_of_rastrigins_function_is_two_plus_a_cosine() {
    let f = Objective::formula(5, |x| {
        let term = |i: usize| x[i].square() - (x[i] * (2.0 * PI)).cos() * 10.0;
        (1..5).fold(term(0), |sum, i| sum + term(i))
    });
    let x = [0.0, 0.5, 0.1, -0.3, 2.25];
    let seen = look(&f, &x, &Look::default(), None, false);
    let mut exact: Vec<f64> = x.iter().map(|x| 2.0 + 40.0 * PI * PI * (2.0 * PI * x).cos()).collect();
    exact.sort_by(f64::total_cmp);
    // A few roundings of numbers of size 400.
    let ours = values(&seen, SpectrumKind::Eigenvalue);
    assert!(ours.iter().zip(&exact).all(|(ours, exact)| (ours - exact).abs() < 1e-11), "{ours:?} {exact:?}");
    assert_eq!(of(&seen, SpectrumKind::Eigenvalue).iter().filter_map(|row| row.position).sum::<f64>(), 15.0);
    let signs = [SpectrumKind::Negative, SpectrumKind::Zero, SpectrumKind::Positive].map(|kind| values(&seen, kind)[0]);
    let n_neg = exact.iter().filter(|lambda| **lambda < 0.0).count() as f64;
    assert_eq!(signs, [n_neg / 5.0, 0.0, 1.0 - n_neg / 5.0]);
    let level = f.evaluator().value(&x) / 2.0;
    assert_eq!(values(&seen, SpectrumKind::Level), [level], "f over the scale");
    assert!(seen.is_measured && of(&seen, SpectrumKind::LowerEdge).is_empty());
    assert_eq!(seen.spent, Evaluations { gradients: 1, hessians: 1, ..Evaluations::default() });
}

#[test]
fn trace_and_squares_are_those_of_the_matrix() {
    let mut stream = Stream::new(3, "trace", &[]);
    let n = 40;
    let a = goe(n, &mut stream);
    let f = Objective::formula(n, |x| form(&a, x) * 0.5);
    let seen = look(&f, &vec![0.3; n], &Look::default(), Some(SpectralLaw::semicircle(0.0, 2.0)), false);
    let eigenvalues = values(&seen, SpectrumKind::Eigenvalue);
    let trace: f64 = (0..n).map(|i| a[i * n + i]).sum();
    let squares: f64 = a.iter().map(|a| a * a).sum();
    // n eigenvalues of order 1, each off by a few n eps.
    assert!((eigenvalues.iter().sum::<f64>() - trace).abs() < 1e-12, "trace");
    assert!((eigenvalues.iter().map(|x| x * x).sum::<f64>() - squares).abs() < 1e-11, "Frobenius norm");
    // The distance from the law by another route: on a fine grid it is never more, and nearly reached.
    let distance = values(&seen, SpectrumKind::Distance)[0];
    let law = SpectralLaw::semicircle(0.0, 2.0);
    let share = |x: f64| eigenvalues.iter().filter(|lambda| **lambda < x).count() as f64 / n as f64;
    let grid = (0..40_000).map(|i| -2.5 + 5.0 * i as f64 / 40_000.0);
    let most = grid.map(|x| (share(x) - law.below(x)).abs()).fold(0.0, f64::max);
    assert!(most <= distance && distance - most < 1e-4, "{most} {distance}");
}

#[test]
fn signs_without_eigenvalues_are_the_same() {
    let (f, curvatures) = ladder();
    let x = vec![1.0; 24];
    let all = look(&f, &x, &Look::default(), None, false);
    let signs = look(&f, &x, &Look { measure: Measure::Signs, ends: 2, ..Look::default() }, None, false);
    for kind in [SpectrumKind::Negative, SpectrumKind::Zero, SpectrumKind::Positive] {
        assert_eq!(values(&signs, kind), values(&all, kind), "{kind:?}");
    }
    assert_eq!(values(&signs, SpectrumKind::Zero), [2.0 / 24.0]);
    assert!(values(&signs, SpectrumKind::Eigenvalue).is_empty());
    for (kind, exact) in [(SpectrumKind::Lowest, [-2.0, -1.0]), (SpectrumKind::Highest, [20.0, 19.0])] {
        for (row, exact) in of(&signs, kind).iter().zip(exact) {
            // An eigenvalue lies within the residual, up to the rounding of products.
            assert!((row.value - exact).abs() <= row.error.unwrap() + 1e-12, "{row:?}");
        }
    }
    let sum: f64 = curvatures.iter().sum();
    assert_eq!(values(&all, SpectrumKind::Eigenvalue).iter().sum::<f64>().round(), sum);
}

#[test]
fn a_density_encloses_the_shares_and_forms_nothing() {
    let (f, curvatures) = ladder();
    let how = Look { measure: Measure::Density, lanczos_steps: 12, probes: 60, ends: 1 };
    let seen = look(&f, &[1.0; 24], &how, None, false);
    assert_eq!(seen.spent.hessians, 0);
    assert!(seen.spent.products >= 12 * 60, "{:?}", seen.spent);
    let exact = |x: f64| curvatures.iter().filter(|c| **c < x).count() as f64 / 24.0;
    for kind in [SpectrumKind::LeastShare, SpectrumKind::MostShare] {
        let sign = if kind == SpectrumKind::LeastShare { 1.0 } else { -1.0 };
        for row in of(&seen, kind) {
            let slack = 5.0 * row.error.unwrap() + 1e-9;
            assert!(sign * (row.value - exact(row.position.unwrap())) <= slack, "{row:?}");
        }
    }
    let negative = of(&seen, SpectrumKind::Negative)[0];
    assert!((negative.value - 2.0 / 24.0).abs() <= 5.0 * negative.error.unwrap(), "{negative:?}");
    // The smoothed density has mass 1 between its first and last place, but for the tails beyond two widths.
    let density = of(&seen, SpectrumKind::Density);
    let width = density[1].position.unwrap() - density[0].position.unwrap();
    let mass = width * density.iter().map(|row| row.value).sum::<f64>();
    assert!((mass - 1.0).abs() < 0.02, "{mass}");
    assert_eq!(of(&seen, SpectrumKind::Highest).len(), 1);
}

#[test]
fn spikes_are_told_from_the_bulk_by_the_law_and_the_margin() {
    let mut stream = Stream::new(3, "spikes", &[]);
    let n = 200;
    let mut a = goe(n, &mut stream);
    (0..2).for_each(|i| a[i * n + i] += 3.0);
    a[2 * n + 2] -= 3.0;
    let f = Objective::formula(n, |x| form(&a, x) * 0.5);
    let place = 3.0 + 1.0 / 3.0;
    let law = SpectralLaw::semicircle(0.0, 2.0).with_outliers(vec![place, -place, place]);
    let seen = look(&f, &vec![0.0; n], &Look::default(), Some(law), false);
    let count = of(&seen, SpectrumKind::Outliers)[0];
    assert_eq!((count.value, count.theory), (3.0, Some(3.0)));
    let outliers = of(&seen, SpectrumKind::Outlier);
    let ranks: Vec<f64> = outliers.iter().filter_map(|row| row.position).collect();
    assert_eq!(ranks, [1.0, 199.0, 200.0]);
    for row in &outliers {
        // Standard deviation sqrt(2 (1 - 1/9) / n) = 0.094 of a single one; two equal ones repel.
        assert!((row.value - row.theory.unwrap()).abs() < 0.4, "{row:?}");
    }
    // Only the bulk is compared with the law.
    assert_eq!(of(&seen, SpectrumKind::Eigenvalue).iter().filter(|row| row.theory.is_some()).count(), n - 3);
    assert!(values(&seen, SpectrumKind::Distance)[0] < 0.03);
}

#[test]
fn a_kink_is_reported_and_a_smooth_piece_beside_it_measured() {
    let f = Objective::formula(3, |x| x[0].abs() * 2.0 + x[1].square() * 3.0 - x[2].square());
    let seen = look(&f, &[0.0, 1.0, 1.0], &Look::default(), None, true);
    assert!(!seen.is_measured && seen.reason.contains("not smooth: the gradient jumps by 4.0"), "{}", seen.reason);
    assert_eq!(seen.rows.iter().map(|row| row.kind).collect::<Vec<_>>(), [SpectrumKind::Kink]);
    let seen = look(&f, &[0.5, 1.0, 1.0], &Look::default(), None, true);
    assert_eq!(values(&seen, SpectrumKind::Eigenvalue), [-2.0, 0.0, 6.0]);
    assert!(seen.reason.ends_with("of the smooth piece around the point"), "{}", seen.reason);
    // A smooth critical point with a flat direction is none.
    let flat = Objective::formula(2, |x| x[0].square().square() + x[1].square());
    assert!(look(&flat, &[0.0, 0.0], &Look::default(), None, true).is_measured);
    let nowhere = Objective::formula(1, |x| x[0].ln());
    let seen = look(&nowhere, &[-1.0], &Look::default(), None, false);
    assert!(!seen.is_measured && seen.rows.is_empty() && seen.reason.contains("not finite"), "{}", seen.reason);
}

#[test]
fn what_does_not_fit_is_refused_with_its_size_and_the_other_way() {
    let large = Objective::formula(20_000, |x| x[0].square() + x[19_999]);
    let all = Look::default().obstacle(&large).unwrap();
    // 2 x 8 x 4e8 bytes.
    for word in ["20000 x 20000", "6.4 GB", "measure = \"density\"", "ends"] {
        assert!(all.contains(word), "{all}");
    }
    let density = Look { measure: Measure::Density, ..Look::default() };
    assert_eq!(density.obstacle(&large), None);
    let long = Look { lanczos_steps: 15_000, ..density };
    assert!(long.obstacle(&large).unwrap().contains("give at most 12499 steps"));
    for (wrong, word) in [
        (Look { probes: 1, ..Look::default() }, "probes = 1"),
        (Look { lanczos_steps: 0, ..Look::default() }, "lanczos_steps = 0"),
        (Look { ends: 101, ..Look::default() }, "ends = 101"),
    ] {
        assert!(wrong.check().unwrap_err().contains(word));
    }
}

/// What the survey sees on a surface from a start.
fn surveyed(survey: &SpectrumSurvey, objective: &Objective, start: &[f64]) -> landscape::Surveyed {
    let n = objective.dim();
    let (lower, upper) = (vec![-10.0; n], vec![10.0; n]);
    let criteria = Criteria::default();
    let mut site = Site {
        objective,
        domain: (&lower, &upper),
        contains: &|_| true,
        start: &|_| start.to_vec(),
        zero_modes: 0,
        has_kinks: false,
        loss_scale: 1.0,
        law: &|_| None,
        criteria: &criteria,
        random: Stream::new(3, "survey", &[]),
        images: &|_| vec![],
        symmetry: landscape::matching::Symmetry::None,
        basin_share: &|_| None,
        known: landscape::Known::default(),
    };
    survey.check(&site).unwrap();
    survey.measure(&mut site)
}

#[test]
fn the_survey_descends_polishes_and_looks() {
    let saddle = Objective::formula(2, |x| x[0].square() * 5.0 - x[1].square());
    let steps = SpectrumSurvey { steps: 3, lr: 0.05, ..SpectrumSurvey::default() };
    let found = surveyed(&steps, &saddle, &[1.0, 1.0]);
    let (at, seen) = &found.spectra[0];
    // x <- x - 0.05 g: factors 1/2 and 1.1, three times.
    let level = 5.0 * 0.125f64.powi(2) - 1.1f64.powi(6);
    assert!((values(seen, SpectrumKind::Level)[0] - level).abs() < 1e-14);
    assert_eq!((at.as_str(), found.spent.gradients, found.is_complete), ("3", 4, true));
    let polished = surveyed(&SpectrumSurvey { polish: true, ..steps.clone() }, &saddle, &[1.0, 1.0]);
    let (at, seen) = &polished.spectra[0];
    assert_eq!((at.as_str(), values(seen, SpectrumKind::Eigenvalue)), ("found 1", vec![-2.0, 10.0]));
    assert!(values(seen, SpectrumKind::Gradient)[0] < 1e-12);
    assert_eq!(polished.points.len(), 1);
    // The control has no critical point; polish ends where the gradient is in the kernel of the Hessian.
    let flat = surveyed(&SpectrumSurvey { polish: true, ..SpectrumSurvey::default() }, &control(1.0), &[0.7, -0.4]);
    assert!(!flat.is_complete && flat.spectra.is_empty() && flat.reason.contains("gradient-flat"), "{}", flat.reason);
    let away = Objective::formula(1, |x| -x[0].square().square());
    let lost = surveyed(&SpectrumSurvey { steps: 50, lr: 1.0, ..steps.clone() }, &away, &[2.0]);
    assert!(!lost.is_complete && lost.spectra.is_empty() && lost.reason.contains("lr = 1"), "{}", lost.reason);
    // On a sphere the steps stay on it: the least eigenvector of a form is reached, where all others are above it.
    let form = Objective::formula(3, |x| x[0].square() * 0.5 + x[1].square() + x[2].square() * 1.5);
    let form = form.on(Geometry::Sphere { radius: 1.0 });
    let minimum = SpectrumSurvey { steps: 200, lr: 0.3, polish: true, ..SpectrumSurvey::default() };
    let found = surveyed(&minimum, &form, &[0.6, 0.64, 0.48]);
    let ours = values(&found.spectra[0].1, SpectrumKind::Eigenvalue);
    assert!((ours[0] - 1.0).abs() < 1e-12 && (ours[1] - 2.0).abs() < 1e-12, "{ours:?}");
    assert!(surveys().iter().any(|entry| entry.name == "spectrum"));
}
