//! Counts of critical points against topology, algebra and the means that theory gives.

use crate::support::{control, himmelblau, three_spin};
use autodiff::{Objective, Scalar, Stream};
use landscape::matching::Symmetry;
use landscape::theory::{Ensemble, all_positive, expected_counts, expected_counts_in_bowl, most_critical_points};
use landscape::{Class, Criteria, Enumerate, Known, Listed, ListedPoint, MatrixSigns, Site, Survey, Surveyed, surveys};
use std::f64::consts::PI;

/// What `survey` finds on a surface in the box [-`side`, `side`]^n, from uniform starts there.
fn surveyed(survey: &dyn Survey, objective: &Objective, side: f64, known: Known, is_odd: bool) -> Surveyed {
    let n = objective.dim();
    let (lower, upper) = (vec![-side; n], vec![side; n]);
    let start = |number: u64| {
        let mut stream = Stream::new(5, "start", &[&number.to_string()]);
        let mut x: Vec<f64> = (0..n).map(|_| stream.uniform(-side, side)).collect();
        objective.geometry().retract(&mut x);
        x
    };
    let images = |x: &[f64]| if is_odd { vec![x.iter().map(|x| -x).collect()] } else { vec![] };
    let mut site = Site {
        objective,
        domain: (&lower, &upper),
        contains: &|x| x.iter().all(|x| x.abs() <= side),
        start: &start,
        images: &images,
        symmetry: Symmetry::None,
        zero_modes: 0,
        has_kinks: false,
        loss_scale: 1.0,
        known,
        basin_share: &|_| None,
        law: &|_| None,
        criteria: &Criteria::default(),
        random: Stream::new(5, "survey", &[]),
    };
    survey.check(&site).expect("a surface that can be surveyed");
    survey.measure(&mut site)
}

fn enumerated(objective: &Objective, side: f64) -> Surveyed {
    surveyed(&Enumerate::default(), objective, side, Known::default(), false)
}

fn found(surveyed: &Surveyed) -> &[u64] {
    &surveyed.counts.as_ref().expect("critical points were counted").found
}

fn alternating(counts: &[u64]) -> i64 {
    counts.iter().rev().fold(0, |sum, &count| count as i64 - sum)
}

#[test]
fn the_field_in_a_bowl_has_its_closed_form_in_one_dimension_and_its_signs_add_up_to_one() {
    // E |mu + sqrt 3 z| / mu, z normal: sqrt(6 / pi) exp(-mu^2 / 6) / mu + erf(mu / sqrt 6).
    let erf = |x: f64| {
        2.0 / PI.sqrt() * (0..4000).map(|i| (-((i as f64 + 0.5) * x / 4000.0).powi(2)).exp() * x / 4000.0).sum::<f64>()
    };
    for mu in [0.5, 0.7, 1.5] {
        let exact = (6.0 / PI).sqrt() * (-mu * mu / 6.0f64).exp() / mu + erf(mu / 6f64.sqrt());
        let counts = expected_counts_in_bowl(mu, 1, 100_000, &mut Stream::new(1, "bowl", &[]));
        let (total, error) = (counts[0].mean + counts[1].mean, counts[0].std_error + counts[1].std_error);
        assert!((total - exact).abs() < 4.0 * error && error < 0.01 * exact, "mu = {mu}: {total} and {exact}");
    }
    // In two, det = t^2 - r^2 with t normal around mu and r^2 exponential: 1 + 2 exp(-mu^2 / 3) / (sqrt 3 mu^2).
    for mu in [0.5, 0.7, 1.5] {
        let exact = 1.0 + 2.0 * (-mu * mu / 3.0f64).exp() / (3f64.sqrt() * mu * mu);
        let counts = expected_counts_in_bowl(mu, 2, 100_000, &mut Stream::new(1, "bowl", &[]));
        let (total, error) =
            counts.iter().fold((0.0, 0.0), |(sum, error), count| (sum + count.mean, error + count.std_error));
        assert!((total - exact).abs() < 4.0 * error && error < 0.02 * exact, "mu = {mu}: {total} and {exact}");
    }
    // Means of an independent simulation in another language (20,000 draws).
    for (n, mu, total) in [(4, 0.5, 13.7), (4, 0.7, 4.86)] {
        let counts = expected_counts_in_bowl(mu, n, 100_000, &mut Stream::new(2, "bowl", &[]));
        let sum: f64 = counts.iter().map(|count| count.mean).sum();
        assert!((sum / total - 1.0).abs() < 0.03, "n = {n}, mu = {mu}: {sum}");
        // E det(mu I + H) = mu^n.
        let signed: f64 = counts.iter().rev().fold(0.0, |sum, count| count.mean - sum);
        let error: f64 = counts.iter().map(|count| count.std_error).sum();
        assert!((signed - 1.0).abs() < 4.0 * error, "n = {n}, mu = {mu}: {signed}");
    }
}

#[test]
fn algebra_bounds_the_points_of_spin_models() {
    for n in 1..10 {
        assert_eq!(most_critical_points(2, n), Some(2 * u64::from(n)));
        assert_eq!(most_critical_points(3, n), Some(2 * (2u64.pow(n) - 1)));
        assert_eq!(most_critical_points(5, n), Some(2 * (4u64.pow(n) - 1) / 3));
    }
    assert_eq!(most_critical_points(12, 60), None);
}

#[test]
fn spin_models_have_as_many_points_as_theory_says() {
    let mut totals = vec![];
    for draw in 0..40 {
        let objective = three_spin(3, draw);
        let found = surveyed(&Enumerate::default(), &objective, 2.0, Known::default(), true);
        let counts = self::found(&found).to_vec();
        assert!(found.is_complete, "{}", found.reason);
        // The sphere in three dimensions has Euler characteristic 2; -x has index 2 - k.
        assert_eq!((alternating(&counts), counts[0], counts[2]), (2, counts[2], counts[0]), "draw {draw}");
        assert!(counts.iter().sum::<u64>() <= most_critical_points(3, 3).unwrap());
        assert!(found.points.iter().all(|point| point.certificate.class.is_critical()));
        totals.push(counts.iter().sum::<u64>() as f64);
    }
    let n = totals.len() as f64;
    let mean = totals.iter().sum::<f64>() / n;
    let sd = (totals.iter().map(|total| (total - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let all = (f64::NEG_INFINITY, f64::INFINITY);
    let expected = expected_counts(3, 3, all, 50_000, &mut Stream::new(3, "spin", &[]));
    let expected: f64 = expected.iter().map(|count| count.mean).sum();
    assert!((mean - expected).abs() < 4.0 * sd / n.sqrt(), "{mean} and {expected}");
    // The same at every call, as rows must be.
    let ensemble = Ensemble::SphericalSpin { p: 3, n: 2 };
    let once = ensemble.expected().unwrap();
    assert_eq!(Some(once.clone()), ensemble.expected());
    // 2 sqrt(3 p - 2) in all.
    assert!((once.iter().map(|count| count.mean).sum::<f64>() - 2.0 * 7f64.sqrt()).abs() < 0.02);
}

#[test]
fn every_point_is_found_once_and_none_outside_the_domain() {
    let himmelblau = enumerated(&himmelblau(), 5.0);
    assert_eq!((found(&himmelblau), himmelblau.is_complete), (&[4, 4, 1][..], true), "{}", himmelblau.reason);
    assert!(himmelblau.points.iter().all(|point| point.searches >= Some(5)));
    // x^2 / 2 + cos 5 x has more and more points further out.
    let waves = Objective::formula(1, |x| x[0].square() * 0.5 + (x[0] * 5.0).cos());
    let roots = |side: f64| {
        let slope = |x: f64| x - 5.0 * (5.0 * x).sin();
        let grid = |i: i32| (f64::from(i) - 0.5) * 1e-4;
        (-100_000..100_000).filter(|&i| grid(i).abs() < side && slope(grid(i)) * slope(grid(i + 1)) < 0.0).count()
            as u64
    };
    for side in [1.0, 3.0, 6.0] {
        let found = enumerated(&waves, side);
        assert_eq!(found.points.len() as u64, roots(side), "{side}: {}", found.reason);
    }
    assert!(enumerated(&waves, 1.0).reason.contains("outside the domain"));
    // Where there is none, none is found.
    let none = enumerated(&control(1.0), 3.0);
    assert!(none.points.is_empty() && none.reason.contains("gradient-flat"), "{}", none.reason);
}

/// Both rules of settling: the last doubling added nothing, and every point was reached often enough.
#[test]
fn a_set_is_settled_after_a_doubling_and_when_every_point_was_reached() {
    let first = Enumerate { first: 512, reached: 1, ..Enumerate::default() };
    let found = surveyed(&first, &himmelblau(), 5.0, Known::default(), false);
    // After 512 searches all nine are known; only 512 more show that they are all.
    assert!(found.is_complete && found.reason.contains("1024 searches"), "{}", found.reason);
    let often = Enumerate { first: 64, reached: 40, ..Enumerate::default() };
    let found = surveyed(&often, &himmelblau(), 5.0, Known::default(), false);
    assert!(found.is_complete && found.points.iter().all(|point| point.searches >= Some(40)), "{}", found.reason);
}

/// f(-x) = -f(x): with every point its antipode, which hardly any of so few searches has reached.
#[test]
fn images_under_symmetries_are_kept_without_a_search() {
    let few = Enumerate { first: 4, searches: 4, ..Enumerate::default() };
    let found = surveyed(&few, &three_spin(8, 0), 2.0, Known::default(), true);
    let has_image = |x: &[f64]| {
        let is_antipode = |y: &[f64]| x.iter().zip(y).all(|(x, y)| (x + y).abs() < 1e-6);
        found.points.iter().any(|other| is_antipode(&other.point.x))
    };
    assert!(found.points.len() >= 2 && found.points.iter().all(|point| has_image(&point.point.x)), "{}", found.reason);
    assert!(found.points.iter().any(|point| point.searches == Some(0)), "{}", found.reason);
}

#[test]
fn a_wrong_sum_of_signs_sends_the_search_on() {
    // Himmelblau's function grows in all directions, and 4 - 4 + 1 = 1. Whoever is told 3 never comes to an end.
    let limited = Enumerate { first: 64, searches: 1024, ..Enumerate::default() };
    let told = |euler| {
        let known = Known { euler: Some(euler), ..Known::default() };
        surveyed(&limited, &himmelblau(), 5.0, known, false)
    };
    let (right, wrong) = (told(1), told(3));
    assert!(right.is_complete && !right.reason.contains("sum of"), "{}", right.reason);
    assert_eq!((found(&right), found(&wrong)), (&[4, 4, 1][..], &[4, 4, 1][..]));
    assert!(!wrong.is_complete && wrong.spent.gradients > right.spent.gradients, "{}", wrong.reason);
    assert!(wrong.reason.contains("9 critical points in 1024 searches, the limit"), "{}", wrong.reason);
    assert!(wrong.reason.contains("sent on by a wrong sum of (-1)^index"), "{}", wrong.reason);
    assert!(wrong.reason.contains("points are missing, as the sum of (-1)^index is 1"), "{}", wrong.reason);
}

#[test]
fn a_family_counts_once_and_is_left_out_of_sums() {
    // A circle of minima around a maximum.
    let hat = Objective::formula(2, |x| (x[0].square() + x[1].square() - 1.0).square());
    let found = surveyed(&Enumerate::default(), &hat, 1.5, Known { euler: Some(1), ..Known::default() }, true);
    let classes: Vec<Class> = found.points.iter().map(|point| point.certificate.class).collect();
    assert!(classes.len() == 2 && classes.contains(&Class::Maximum) && classes.contains(&Class::Degenerate));
    assert_eq!(found.counts.unwrap().euler, None);
}

#[test]
fn limits_end_an_enumeration_and_say_so() {
    let hasty = Enumerate { first: 4, searches: 8, ..Enumerate::default() };
    let found = surveyed(&hasty, &himmelblau(), 5.0, Known::default(), false);
    assert!(!found.is_complete && found.reason.contains("the limit, and more are likely"), "{}", found.reason);
    let few = Enumerate { points: 3, ..Enumerate::default() };
    let found = surveyed(&few, &himmelblau(), 5.0, Known::default(), false);
    assert!(!found.is_complete && found.points.len() == 3 && found.reason.contains("the limit on points"));
    let entries = surveys();
    let entry = entries.iter().find(|entry| entry.name == "enumerate").unwrap();
    for (params, says) in [
        ("finder = \"newtn\"", "the finders are newton, newton_mr"),
        ("first = 0", "give 1 <= first <= searches"),
        ("searches = 10", "give 1 <= first <= searches"),
        ("points = 0", "give 1 or more"),
        ("reached = 0", "give 1 or more"),
    ] {
        let message = entry.build(&params.parse().unwrap()).unwrap_err();
        assert!(message.contains(says), "{params}: {message}");
    }
}

#[test]
fn lists_are_held_against_what_is_there() {
    let objective = Objective::formula(1, |x| x[0].square() * (x[0].square() - 2.0));
    let point = |x: &'static [f64], f, n_neg| ListedPoint { x, f, n_neg, n_zero: Some(0) };
    let right = vec![point(&[-1.0], -1.0, 0), point(&[0.0], 0.0, 1), point(&[1.0], -1.0, 0)];
    let known = |listed: Vec<ListedPoint<'static>>| Known { listed, ..Known::default() };
    let certified = surveyed(&Listed {}, &objective, 2.0, known(right.clone()), false);
    assert!(certified.is_complete && certified.listed.iter().all(|result| result.agrees()), "{}", certified.reason);
    assert_eq!(found(&certified), [2, 1]);
    // A wrong index; a point that is not critical.
    for wrong in [point(&[0.0], 0.0, 0), point(&[0.5], -0.4375, 0)] {
        let certified = surveyed(&Listed {}, &objective, 2.0, known(vec![right[0], wrong]), false);
        assert!(
            !certified.is_complete && certified.reason.contains("1 not as they are listed"),
            "{}",
            certified.reason
        );
        assert_eq!(certified.listed.iter().map(|result| result.agrees()).collect::<Vec<_>>(), [true, false]);
    }
    // Searches find the list again, and what is not in it.
    let found = surveyed(&Enumerate::default(), &objective, 2.0, known(vec![right[0], right[1]]), false);
    let numbers: Vec<Option<usize>> = found.listed.iter().map(|result| Some(result.listed?.0)).collect();
    assert_eq!(numbers, [Some(1), Some(2), None]);
    assert!(found.listed[..2].iter().all(|result| result.agrees() && result.searches >= Some(5)));
    assert!(found.listed[2].distance.unwrap() < 1e-12, "the mirror image has a listed value");
    let absent = surveyed(&Enumerate::default(), &objective, 0.5, known(right), false);
    assert!(absent.listed[0].found.is_none() && absent.listed[1].agrees());
}

#[test]
fn signs_of_random_matrices_follow_the_exact_law() {
    for n in 1..=4 {
        let matrix = Objective::formula(n, |x| autodiff::Scalar::square(x[0]));
        let known = Known { ensemble: Some(Ensemble::Orthogonal { n }), ..Known::default() };
        let draws = 40_000;
        let surveyed = surveyed(&MatrixSigns { draws }, &matrix, 1.0, known, false);
        let counts = surveyed.counts.unwrap();
        assert_eq!((counts.found.len(), counts.found.iter().sum::<u64>()), (n + 1, draws));
        let p = all_positive(n).unwrap();
        for definite in [counts.found[0], counts.found[n]] {
            let error = (p * (1.0 - p) * draws as f64).sqrt();
            assert!((definite as f64 - p * draws as f64).abs() < 4.0 * error, "n = {n}: {definite}");
        }
        // What is known of all indices is a law.
        let known: Option<f64> = counts.expected.iter().map(|count| count.map(|count| count.mean)).sum();
        assert_eq!(known.is_some(), n <= 3);
        assert!(known.is_none_or(|sum| (sum / draws as f64 - 1.0).abs() < 1e-12));
    }
}
