//! What is proved is true, and what is true and nondegenerate is proved.

use crate::support::{classify, control, distance, himmelblau, jacobi_eigenvalues, symmetric, three_spin};
use autodiff::{Objective, Rows, Scalar, Stream};
use landscape::{Criteria, Inertia, NewtonSampler, Proof, certify, prove};
use std::sync::Arc;

/// A proof at `x` without symmetries.
fn proof(objective: &Objective, x: &[f64]) -> Proof {
    prove(&mut objective.encloser(), x, 0)
}

/// Largest distance along an axis.
fn reach(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |most, (a, b)| most.max((a - b).abs()))
}

fn signs(n_neg: usize, n_pos: usize) -> Inertia {
    Inertia { n_neg, n_zero: 0, n_pos }
}

/// Moves `x` by a normal step of `size` in each coordinate.
fn beside(x: &[f64], size: f64, stream: &mut Stream) -> Vec<f64> {
    x.iter().map(|x| x + size * stream.normal()).collect()
}

#[test]
fn nothing_is_proved_where_no_critical_point_is() {
    // f = x^3/3 + c x + y^2/2 with c > 0: the gradient is at least c and, at x = 0, in the kernel of the Hessian.
    let mut stream = Stream::new(0, "control", &[]);
    let mut tried = 0;
    for slope in [1.0, 1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 1e-20] {
        let objective = control(slope);
        for k in 0..18 {
            for _ in 0..30 {
                let x = beside(&[0.0, 0.0], 0.1f64.powi(k), &mut stream);
                let found = proof(&objective, &x);
                assert!(!found.is_proved(), "c = {slope}, {x:?}: {found:?}");
                tried += 1;
            }
        }
        assert!(!proof(&objective, &[0.0, 0.0]).is_proved());
    }
    assert_eq!(tried, 3780);
    // Waves on a slope that is just too steep for them: 1 + 1e-9 - cos x has no zero.
    let slope = Objective::formula(1, |x| x[0] * (1.0 + 1e-9) - x[0].sin());
    for k in 0..2000 {
        assert!(!proof(&slope, &[1e-4 * (f64::from(k) - 1000.0)]).is_proved());
    }
}

#[test]
fn a_regular_hessian_alone_is_no_proof() {
    // The Hessian is positive everywhere and a Newton step has length 1 everywhere, always to the left: the only critical
    // point is at infinity.
    let runaways = [
        Objective::formula(1, |x| x[0].exp()),
        Objective::formula(1, |x| x[0].softplus()),
        Objective::formula(1, |x| x[0].exp() + x[0] * 1e-9),
    ];
    for (k, objective) in runaways.iter().enumerate() {
        for step in -600..600 {
            let x = f64::from(step) / 20.0;
            assert!(!proof(objective, &[x]).is_proved(), "function {k} at {x}");
        }
    }
}

#[test]
fn degenerate_points_and_kinks_are_not_proved() {
    let degenerate: [(&str, Objective); 6] = [
        ("x^4 + y^2", Objective::formula(2, |x| x[0].powi(4) + x[1].square())),
        ("x^3 + y^2", Objective::formula(2, |x| x[0].powi(3) + x[1].square())),
        ("monkey", Objective::formula(2, |x| x[0].powi(3) - x[0] * x[1].square() * 3.0)),
        ("valley", Objective::formula(2, |x| (x[0] * x[1] - 1.0).square())),
        ("circle", Objective::formula(2, |x| (x[0].square() + x[1].square() - 1.0).square())),
        ("nothing", Objective::formula(2, |x| x[0] * 0.0 + x[1] * 0.0)),
    ];
    let mut stream = Stream::new(0, "degenerate", &[]);
    for (name, objective) in &degenerate {
        let centre = if ["valley", "circle"].contains(name) { [1.0, 1.0] } else { [0.0, 0.0] };
        // A point of the circle whose coordinates are no f64.
        let centre = if *name == "circle" { centre.map(|c| c / 2f64.sqrt()) } else { centre };
        for k in 0..18 {
            for _ in 0..20 {
                let x = beside(&centre, 0.1f64.powi(k), &mut stream);
                let found = proof(objective, &x);
                // The circle's middle is a maximum, the valley's a saddle; steps of size 1 come near.
                if let Proof::Proved { radius, .. } = found {
                    assert!(["valley", "circle"].contains(name) && reach(&x, &[0.0, 0.0]) <= radius, "{name} {x:?}");
                }
            }
        }
        let Proof::NotProved { why } = prove(&mut objective.encloser(), &centre, 1) else { panic!("{name}") };
        assert!(why.contains("zero"), "{name}: {why}");
    }
    // |x| + y^2 has its minimum at a kink, x |x| a critical point with a jump of the Hessian.
    for kink in [
        Objective::formula(2, |x| x[0].abs() + x[1].square()),
        Objective::formula(2, |x| x[0] * x[0].abs() + x[1].square()),
        Objective::formula(2, |x| x[0].relu().square() + x[0].square() + x[1].square()),
    ] {
        for k in 0..18 {
            for x in [0.0, 0.1f64.powi(k), -(0.1f64.powi(k))] {
                let found = proof(&kink, &[x, 0.0]);
                assert!(!found.is_proved(), "{x}: {found:?}");
            }
        }
        let Proof::NotProved { why } = proof(&kink, &[0.0, 0.0]) else { panic!() };
        // On its branches |x| is linear.
        assert!(why.contains("kink") || why.contains("zero"), "{why}");
    }
}

#[test]
fn a_proved_box_holds_the_point_however_far_the_guess() {
    // f = (x^2 - y^2)/2 + c x: the saddle is (-c, 0), exactly.
    let mut stream = Stream::new(0, "tilted", &[]);
    let mut proved = 0;
    for k in 0..40 {
        let tilt = 10f64.powi(20 - k);
        let objective = Objective::formula(2, |x| (x[0].square() - x[1].square()) * 0.5 + x[0] * tilt);
        for size in [0.0, 1e-12, 1e-3, 1.0, 1e6] {
            let x = beside(&[0.0, 0.0], size, &mut stream);
            if let Proof::Proved { radius, inertia, value } = proof(&objective, &x) {
                assert!(reach(&x, &[-tilt, 0.0]) <= radius && inertia == signs(1, 1), "{tilt} {x:?} {radius}");
                assert!(value.contains(-0.5 * tilt * tilt) || tilt > 1e3, "{value:?}");
                proved += 1;
            }
        }
    }
    assert!(proved > 190, "a quadratic function is proved from everywhere: {proved} of 200");
}

/// Critical points of `x^2 - 10 cos 2 pi x`: (x, index), by bisection of the derivative in [-12.1, 12.1].
fn rastrigin_axis() -> Vec<(f64, usize)> {
    let tau = std::f64::consts::TAU;
    let slope = |x: f64| 2.0 * x + 10.0 * tau * autodiff::math::sin(tau * x);
    let samples: Vec<f64> = (0..=9000).map(|k| -12.1 + 24.2 * (f64::from(k) + 0.31) / 9000.5).collect();
    let mut found = vec![];
    for pair in samples.windows(2) {
        let (mut a, mut b) = (pair[0], pair[1]);
        if slope(a) * slope(b) > 0.0 {
            continue;
        }
        let index = usize::from(slope(a) > 0.0);
        for _ in 0..80 {
            let middle = 0.5 * (a + b);
            if slope(a) * slope(middle) > 0.0 { a = middle } else { b = middle }
        }
        found.push((0.5 * (a + b), index));
    }
    found
}

fn rastrigin(dim: usize) -> Objective {
    Objective::formula(dim, |x| Scalar::sum(x.iter().map(|&x| x.square() - (x * std::f64::consts::TAU).cos() * 10.0)))
}

#[test]
fn beside_a_critical_point_of_rastrigin_the_nearest_one_is_proved_or_nothing() {
    let axis = rastrigin_axis();
    let shown: Vec<_> = axis.iter().copied().filter(|(x, _)| x.abs() < 5.12).collect();
    assert_eq!(shown.len(), 21);
    let objective = rastrigin(2);
    let mut stream = Stream::new(0, "rastrigin", &[]);
    let mut proved = [0; 18];
    for (k, proved) in proved.iter_mut().enumerate() {
        for _ in 0..300 {
            let pick = |stream: &mut Stream| shown[stream.below(21) as usize];
            let (a, b) = (pick(&mut stream), pick(&mut stream));
            let x = beside(&[a.0, b.0], 0.1f64.powi(k as i32), &mut stream);
            let Proof::Proved { radius, inertia, .. } = proof(&objective, &x) else { continue };
            // Bisection knows a point to the rounding of the slope, 2e-14 / 4 pi^2 10 = 4e-17, and of x, 1e-15.
            let inside = |x: f64| {
                let near: Vec<_> = axis.iter().filter(|(at, _)| (at - x).abs() <= radius + 2e-15).collect();
                assert!(near.len() == 1 || radius > 0.4, "{near:?}");
                near.first().map(|(_, index)| *index)
            };
            let index = inside(x[0]).expect("a point in the box") + inside(x[1]).expect("a point in the box");
            assert_eq!(inertia, signs(index, 2 - index), "{x:?}");
            *proved += 1;
        }
    }
    assert!(proved[0] < 100 && proved[4..].iter().all(|&count| count == 300), "{proved:?}");
}

/// A tanh net 2-3-1 with biases on a few rows: 13 parameters.
fn tanh_net(decay: f64, key: &str) -> Objective {
    let mut stream = Stream::new(0, "net", &[key]);
    let cells: Vec<f64> = (0..8).flat_map(|_| [stream.normal(), stream.normal(), stream.normal()]).collect();
    Objective::over_rows(13, Arc::new(Rows::new(3, cells)), move |w, row| {
        let unit = |k: usize| (w[4 * k] * row[0] + w[4 * k + 1] * row[1] + w[4 * k + 2]).tanh() * w[4 * k + 3];
        let error = unit(0) + unit(1) + unit(2) + w[12] - row[2];
        error.square() * 0.5 + Scalar::dot(w, w) * (0.5 * decay)
    })
}

#[test]
fn points_of_a_small_network_are_proved_with_the_index_that_was_counted() {
    let criteria = Criteria::default();
    let (mut known, mut proved, mut beside_proved) = (0, 0, 0);
    for net in 0..3 {
        let key = net.to_string();
        let objective = tanh_net(0.02, &key);
        let (mut eval, mut encloser) = (objective.evaluator(), objective.encloser());
        let sampler = NewtonSampler { descend: vec![0, 10, 300], ..Default::default() };
        let mut stream = Stream::new(0, "net points", &[&key]);
        for replicate in 0..30 {
            let start = beside(&[0.0; 13], 1.0, &mut stream);
            let found = sampler.search(&mut eval, start, replicate, &mut stream, &criteria).point;
            let certificate = certify(&mut eval, &found, 0, &criteria);
            let claim = prove(&mut encloser, &found.x, 0);
            if let Proof::Proved { inertia, radius, .. } = &claim {
                assert!(certificate.class.is_critical() && *inertia == certificate.inertia && *radius < 1e-6);
                proved += 1;
            }
            if certificate.class.is_critical() && certificate.inertia.n_zero == 0 {
                assert!(claim.is_proved(), "{claim:?} for {certificate:?}");
                known += 1;
            }
            // Guesses beside it, most of them gradient-flat or merely near: the polished point is in the box or nothing is.
            for k in 0..8 {
                let x = beside(&found.x, 0.1f64.powi(k), &mut stream);
                let Proof::Proved { radius, inertia, .. } = prove(&mut encloser, &x, 0) else { continue };
                let (point, certificate) = classify(&objective, &x, 0);
                // A polished point is off by its gradient's rounding times the inverse curvature.
                assert!(reach(&point.x, &x) <= radius + 1e-9 && certificate.inertia == inertia);
                beside_proved += 1;
            }
        }
    }
    assert!(known >= 30 && proved >= known && beside_proved > 100, "{known} {proved} {beside_proved}");
    println!("network: {proved} proved, {known} nondegenerate by certificate; {beside_proved} from beside");
}

#[test]
fn two_spin_points_are_proved_at_their_eigenvectors() {
    // f = s.As on |s|^2 = N: index k at the k-th eigenvector, value N mu_k.
    for dim in [2, 3, 5, 12, 30] {
        let mut stream = Stream::new(7, "two-spin", &[&dim.to_string()]);
        let a = symmetric(dim, &mut stream);
        let mu = jacobi_eigenvalues(&a, dim);
        let radius = (dim as f64).sqrt();
        let objective =
            Objective::formula(dim, |s| crate::support::form(&a, s)).on(autodiff::Geometry::Sphere { radius });
        let (_, vectors) = landscape::eigenvectors(&a, dim).unwrap();
        for k in 0..dim {
            let x: Vec<f64> = vectors[k * dim..][..dim].iter().map(|v| radius * v).collect();
            let Proof::Proved { radius, inertia, value } = proof(&objective, &x) else { panic!("N = {dim}, {k}") };
            assert_eq!(inertia, signs(k, dim - 1 - k));
            assert!(radius < 1e-9 && value.width() < 1e-10, "{radius} {value:?}");
            // The two solvers agree to a few eps of the norm, times N for the value.
            assert!((value.mid() - dim as f64 * mu[k]).abs() < 1e-13 * dim as f64 * 10.0);
        }
    }
}

#[test]
fn spins_up_to_fifty_are_proved_and_their_neighbours_never_wrongly() {
    let criteria = Criteria::default();
    for (dim, searches) in [(3, 20), (8, 20), (20, 8), (50, 2)] {
        let objective = three_spin(dim, 0);
        let radius = (dim as f64).sqrt();
        let (mut eval, mut encloser) = (objective.evaluator(), objective.encloser());
        let mut stream = Stream::new(0, "spins", &[&dim.to_string()]);
        let sampler = NewtonSampler { descend: vec![0, 20, 100], lr: 0.02, ..Default::default() };
        let (mut known, mut indices) = (0, vec![]);
        for replicate in 0..searches {
            let start = stream.on_sphere(dim, radius);
            let found = sampler.search(&mut eval, start, replicate, &mut stream, &criteria).point;
            let certificate = certify(&mut eval, &found, 0, &criteria);
            if !certificate.class.is_critical() || certificate.inertia.n_zero > 0 {
                continue;
            }
            known += 1;
            let claim = prove(&mut encloser, &found.x, 0);
            let Proof::Proved { radius, inertia, value } = claim else { panic!("N = {dim}: {claim:?}") };
            assert!(inertia == certificate.inertia && radius < 1e-8 && value.contains(certificate.f), "{radius}");
            indices.push(inertia.n_neg);
            if dim > 20 {
                continue;
            }
            for k in 1..10 {
                let mut x = beside(&found.x, 0.1f64.powi(k), &mut stream);
                objective.geometry().retract(&mut x);
                let Proof::Proved { radius, inertia, .. } = prove(&mut encloser, &x, 0) else { continue };
                let (point, certificate) = classify(&objective, &x, 0);
                assert!(distance(&point.x, &x) <= radius * (dim as f64).sqrt() + 1e-9, "{k}");
                assert_eq!(certificate.inertia, inertia);
            }
        }
        assert!(known as f64 >= 0.3 * searches as f64, "N = {dim}: {known} of {searches}");
        println!("N = {dim}: {known} of {searches} searches ended at a point, all proved; indices {indices:?}");
    }
}

#[test]
fn all_points_of_himmelblau_are_proved() {
    // Published to six digits: four minima, four saddles, one maximum.
    let points = [
        ([3.0, 2.0], 0),
        ([-2.805118, 3.131312], 0),
        ([-3.779310, -3.283186], 0),
        ([3.584428, -1.848127], 0),
        ([0.086678, 2.884255], 1),
        ([-3.073026, -0.081353], 1),
        ([3.385154, 0.073852], 1),
        ([-0.127961, -1.953715], 1),
        ([-0.270845, -0.923039], 2),
    ];
    for (x, index) in points {
        let Proof::Proved { radius, inertia, .. } = proof(&himmelblau(), &x) else { panic!("{x:?}") };
        assert!(radius < 1e-5 && inertia == signs(index, 2 - index), "{x:?} {radius}");
    }
}
