//! Certificates where the function is hard on them: units without weight, and weights far out.

use autodiff::Stream;
use landscape::{Class, Criteria, Finder, ModeFollowing, certify, polish};
use problems::{Instance, Registry};

fn instance(name: &str, params: &str) -> Instance {
    let registry = Registry::builtin();
    registry.get(name).expect("a problem").build(&params.parse().expect("TOML")).expect("accepted")
}

/// Safran and Shamir (2018): minima of students of k orthonormal units that are not global, with their values; the least
/// eigenvalue where it is published. Descent had not quite reached those at 7, 8 and 10.
#[test]
fn bad_minima_of_students_are_certified_as_minima() {
    for (k, value, least) in [
        (6, 0.0251, Some(0.00470)),
        (7, 0.0232, Some(0.0137)),
        (8, 0.0215, Some(0.0214)),
        (9, 0.0200, None),
        (10, 0.0187, Some(0.031)),
    ] {
        let net = instance("safran_shamir", &format!("k = {k}\nn = {k}"));
        let mut eval = net.objective.evaluator();
        let point = polish(&mut eval, &net.known_points[1].x, &Criteria::default());
        let certificate = certify(&mut eval, &point, 0, &Criteria::default());
        assert_eq!((certificate.class, certificate.flips), (Class::Minimum, 0), "k = {k}: {certificate:?}");
        assert_eq!((certificate.inertia.n_pos, &*certificate.reason), (k * k, ""), "{certificate:?}");
        assert!((certificate.f - value).abs() < 1e-4, "k = {k}: {}", certificate.f);
        assert!(
            least.is_none_or(|least| (certificate.lambda_min / least - 1.0).abs() < 0.05),
            "k = {k}: {certificate:?}"
        );
    }
}

/// The teacher, shared among more units: f = 0, and what only shifts weight among parallel units changes f in the third
/// order, so d (n - k) eigenvalues are zero.
#[test]
fn shared_teachers_have_the_nullity_of_theory() {
    for (k, n) in [(4, 4), (4, 5), (4, 6), (6, 7)] {
        let net = instance("safran_shamir", &format!("k = {k}\nn = {n}"));
        let mut eval = net.objective.evaluator();
        let point = polish(&mut eval, &net.known_points[0].x, &Criteria::default());
        let certificate = certify(&mut eval, &point, 0, &Criteria::default());
        let signs = certificate.inertia;
        assert_eq!((signs.n_neg, signs.n_zero), (0, k * (n - k)), "k = {k}, n = {n}: {certificate:?}");
        let class = if n == k { Class::Minimum } else { Class::Degenerate };
        assert_eq!(certificate.class, class, "k = {k}, n = {n}: {certificate:?}");
        assert!(certificate.f.abs() < 1e-14 && certificate.reason.is_empty(), "{certificate:?}");
    }
}

/// Length of the shortest unit.
fn shortest(x: &[f64], inputs: usize) -> f64 {
    x.chunks_exact(inputs).map(|unit| unit.iter().map(|w| w * w).sum::<f64>().sqrt()).fold(f64::INFINITY, f64::min)
}

/// With two units more than the teacher, searches end where a unit has lost its weight. There f = 0 is the least value and g = 0,
/// but the Hessian depends on the direction in which the weight vanished and has no limit. The certificate says so and gives
/// no eigenvalue a sign; what stays where it is does not run away.
#[test]
fn a_unit_without_weight_has_a_hessian_without_limit() {
    let net = instance("safran_shamir", "k = 4\nn = 6");
    let mut eval = net.objective.evaluator();
    let criteria = Criteria::default();
    let (mut without, mut smooth) = (0, 0);
    for replicate in 0..150 {
        let start = net.start_point(&mut Stream::new(3, "student", &[&replicate.to_string()]));
        let mut noise = Stream::new(3, "search", &[&replicate.to_string()]);
        let finder = ModeFollowing { index: vec![0], ..ModeFollowing::default() };
        let found = finder.search(&mut eval, start, replicate, &mut noise, &criteria);
        let certificate = certify(&mut eval, &found.point, 0, &criteria);
        let is_still = found.point.distance < 1e-3;
        assert!(certificate.class != Class::AtInfinity || !is_still, "{replicate}: {certificate:?}");
        if !certificate.class.is_critical() || certificate.f > 1e-10 {
            continue;
        }
        let jumps = certificate.reason.contains("not smooth");
        if jumps {
            without += 1;
            assert!(shortest(&found.point.x, 4) < 1e-3, "{replicate}: {certificate:?} {:?}", found.point.x);
            assert_eq!((certificate.class, certificate.inertia.n_zero), (Class::Degenerate, 24), "{certificate:?}");
        } else {
            smooth += 1;
            assert!(certificate.zero_tol < 1e-2 * certificate.hess_norm, "{replicate}: {certificate:?}");
        }
    }
    println!("{without} without weight, {smooth} smooth");
    assert!(without >= 10 && smooth >= 1, "{without} {smooth}");
}

/// The neuron's loss tends to a limit as its weight grows: there is no critical point out there, and no polish that sets out where
/// one can tell that it is a slope ends in one.
#[test]
fn a_neuron_far_out_is_not_at_a_critical_point() {
    let net = instance("auer_neuron", "dim = 1");
    let mut eval = net.objective.evaluator();
    let criteria = Criteria::default();
    let known: Vec<f64> = net.known_points.iter().map(|point| point.x[0]).collect();
    let mut away = 0;
    for k in 0..400 {
        let point = polish(&mut eval, &[5.0 * (f64::from(k) - 200.0)], &criteria);
        let certificate = certify(&mut eval, &point, 0, &criteria);
        let is_known = known.iter().any(|x| (x - point.x[0]).abs() < 1e-4 * x.abs());
        assert!(certificate.class.is_critical() == is_known, "{k}: at {:?}: {certificate:?}", point.x);
        away += usize::from(!is_known);
    }
    assert!(away > 100, "{away}");
}
