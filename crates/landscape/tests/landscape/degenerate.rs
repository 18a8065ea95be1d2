//! Zero eigenvalues: valleys, symmetries, higher order, tolerances, and limits at infinity.

use crate::support::{classify, classify_with};
use std::sync::Arc;

use autodiff::{Objective, Rows, Scalar, Stream};
use landscape::{Class, Criteria, Inertia, NewtonSampler, certify, inertia, zero_tolerance};

#[test]
fn a_ring_of_minima_needs_its_symmetry_declared() {
    // f = (x^2 + y^2 - 1)^2 / 4: H = 2 along the radius, 0 along the ring.
    let ring = Objective::formula(2, |x| (x[0].square() + x[1].square() - 1.0).square() * 0.25);
    let mut stream = Stream::new(7, "starts", &["ring"]);
    for _ in 0..50 {
        let angle = stream.uniform(0.0, 6.3);
        let radius = stream.uniform(0.7, 1.5);
        let start = [radius * angle.cos(), radius * angle.sin()];
        let (_, undeclared) = classify(&ring, &start, 0);
        let (_, declared) = classify(&ring, &start, 1);
        assert_eq!(undeclared.inertia, Inertia { n_neg: 0, n_zero: 1, n_pos: 1 });
        assert_eq!((undeclared.class, declared.class), (Class::Degenerate, Class::Minimum), "{undeclared:?}");
    }
    // The symmetry has no zero mode in the centre, a maximum; declaring one must not hide that.
    assert_eq!(classify(&ring, &[0.01, 0.02], 1).1.class, Class::Maximum);
}

#[test]
fn a_straight_valley_is_degenerate_and_not_at_infinity() {
    let valley = Objective::formula(3, |x| (x[0] + x[1] - 1.0).square() + x[2].square() * 1e-3);
    for start in [[0.0, 0.0, 0.0], [50.0, -20.0, 3.0], [1e4, 1e4, 0.0]] {
        let (_, certificate) = classify(&valley, &start, 0);
        assert_eq!(certificate.class, Class::Degenerate, "{certificate:?}");
        assert_eq!(certificate.inertia, Inertia { n_neg: 0, n_zero: 1, n_pos: 2 });
    }
    // The least-norm step goes straight across the valley and not along it.
    let (point, _) = classify(&valley, &[0.2, 0.1, 0.0], 0);
    assert!(crate::support::distance(&point.x, &[0.55, 0.45, 0.0]) < 1e-13, "{:?}", point.x);
    let ridge = Objective::formula(2, |x| (x[0] + x[1]).square() * -1.0);
    let (_, certificate) = classify(&ridge, &[1.0, 2.0], 0);
    assert_eq!((certificate.class, certificate.inertia.n_neg), (Class::Degenerate, 1));
}

#[test]
fn minima_of_higher_order_are_degenerate() {
    // Newton converges linearly, by (k - 2)/(k - 1) a step for x^k; moved away from the origin |x| grows on the way.
    for k in [4, 6, 8, 10] {
        for centre in [0.0, 1.0, 20.0] {
            let flat = Objective::formula(2, |x| (x[0] - centre).powi(k) + x[1].square() * 0.5);
            for start in [0.9, 0.5, 1e-3] {
                let (point, certificate) = classify(&flat, &[centre - start, 0.3], 0);
                assert_eq!(certificate.class, Class::Degenerate, "x^{k} at {centre} from {start}: {certificate:?}");
                assert_eq!(certificate.inertia, Inertia { n_neg: 0, n_zero: 1, n_pos: 1 }, "{:?}", point.x);
            }
        }
    }
}

#[test]
fn a_zero_that_rounding_hides_gets_no_sign() {
    // (u - a)^k + (v - b)^2, u and v turned axes, the powers multiplied out: their gradients end in rounding errors 1e-8 (k = 3)
    // to 1e-3 (k = 6) away from the point, and the eigenvalue there is not zero, with either sign. At k = 2 it is one indeed.
    let mut stream = Stream::new(7, "starts", &["hidden zero"]);
    for k in [2, 3, 4, 5, 6] {
        for draw in 0..100 {
            let [a, b, angle, first, second] = [1.0, 1.0, 3.0, 0.01, 0.01].map(|side| stream.uniform(-side, side));
            let (cosine, sine) = (angle.cos(), angle.sin());
            let hidden = Objective::formula(2, |x| {
                let (u, v) = (x[0] * cosine + x[1] * sine, x[1] * cosine - x[0] * sine);
                let mut binomial = 1.0;
                let terms = (0..=k).map(|j| {
                    let term = u.powi(k - j) * (binomial * (-a).powi(j));
                    binomial *= f64::from(k - j) / f64::from(j + 1);
                    term
                });
                Scalar::sum(terms.collect::<Vec<_>>()) + (v - b).square()
            });
            let (u, v) = (a + first, b + second);
            let start = [u * cosine - v * sine, u * sine + v * cosine];
            let (_, certificate) = classify(&hidden, &start, 0);
            if k == 2 {
                assert_eq!((certificate.class, certificate.flips), (Class::Minimum, 0), "{certificate:?}");
            } else {
                let is_sure = matches!(certificate.class, Class::Minimum | Class::Saddle | Class::Maximum);
                assert!(!is_sure, "k = {k}, draw {draw}: {certificate:?}");
            }
        }
    }
}

/// A cube on one side only: there the eigenvalue changes by more than its size while the gradient is indistinct from zero.
#[test]
fn a_zero_that_shows_on_one_side_gets_no_sign() {
    for side in [1.0, -1.0] {
        let f = |cube: f64| {
            Objective::formula(2, move |x| x[1].square() + x[0].square() * 5e-10 + (x[0] * side).relu().powi(3) * cube)
        };
        assert_eq!(classify(&f(1.0), &[0.0, 0.0], 0).1.class, Class::Degenerate, "{side}");
        assert_eq!(classify(&f(0.0), &[0.0, 0.0], 0).1.class, Class::Minimum, "{side}");
    }
}

#[test]
fn a_saddle_with_zeros_is_still_a_saddle() {
    // Strict saddle: the negative eigenvalue decides, whatever x[2]^4 does.
    let objective = Objective::formula(3, |x| x[0].square() - x[1].square() + x[2].powi(4));
    let (_, certificate) = classify(&objective, &[0.1, 0.2, 0.0], 0);
    assert_eq!(certificate.class, Class::Saddle);
    assert_eq!(certificate.inertia, Inertia { n_neg: 1, n_zero: 1, n_pos: 1 });
}

#[test]
fn constants_are_degenerate_and_slopes_are_not_critical() {
    let constant = Objective::formula(2, |x| (x[0] - x[0]) * x[1] + 3.0);
    let (_, certificate) = classify(&constant, &[1.0, 2.0], 0);
    assert_eq!((certificate.class, certificate.inertia.n_zero), (Class::Degenerate, 2));
    for slope in [1.0, 1e-14] {
        let plane = Objective::formula(2, |x| x[0] * slope + x[1] * 0.0);
        assert_eq!(classify(&plane, &[1.0, 2.0], 0).1.class, Class::GradientFlat);
    }
}

#[test]
fn limits_at_infinity_are_named() {
    let exponential = Objective::formula(2, |x| (-x[0]).exp() + x[1].square() * 0.5);
    let saturation = Objective::formula(2, |x| (-x[0]).softplus() + (x[0] - x[1]).square() * 0.5);
    let hyperbola = Objective::formula(2, |x| x[0].powi(-1) + x[1].square() * 0.5);
    for start in [0.5, 2.0, 5.0, 10.0, 20.0] {
        for (name, objective) in [("exp(-x)", &exponential), ("softplus(-x)", &saturation), ("1/x", &hyperbola)] {
            let (point, certificate) = classify(objective, &[start, 0.1], 0);
            assert_eq!(certificate.class, Class::AtInfinity, "{name} from {start} to {:?}: {certificate:?}", point.x);
            assert!(point.growth > 1.2, "{name} from {start}: {}", point.growth);
        }
    }
    // The verdict does not depend on where the origin is: the same slope, with |x| falling on the way.
    let shifted = Objective::formula(2, |x| (x[0] * -1.0 - 100.0).exp() + x[1].square() * 0.5);
    assert_eq!(classify(&shifted, &[-98.0, 0.1], 0).1.class, Class::AtInfinity);
    // One variable only: nothing but the vanishing direction.
    let alone = Objective::formula(1, |x| (-x[0]).exp());
    assert_eq!(classify(&alone, &[1.0], 0).1.class, Class::AtInfinity);
}

#[test]
fn a_large_coordinate_the_function_does_not_feel_does_not_excuse_a_gradient() {
    // f = exp(-x) + y^2/2 has g = -exp(-x) and H = diag(exp(-x), 1): below the gradient tolerance from x = 23 on and
    // below eps |H| |x| from 32 on, but computed to full relative accuracy, hence real.
    let exponential = Objective::formula(2, |x| (-x[0]).exp() + x[1].square() * 0.5);
    let unpolished = Criteria { polish_iterations: 0, ..Default::default() };
    for x in [24.0, 28.0, 30.0, 32.0] {
        let (point, certificate) = classify_with(&exponential, &[x, 0.0], 0, &unpolished);
        assert!(!certificate.class.is_critical(), "{x}: {certificate:?}");
        // Known to have come from x = 1, it has run away.
        let certificate = certify(&mut exponential.evaluator(), &point.since(&[1.0, 0.0]), 0, &unpolished);
        let is_zero_here = certificate.inertia.n_zero == 1; // below 4.4e-15, from 33 on
        assert!(!certificate.class.is_critical() && !is_zero_here);
    }
    let far = classify_with(&exponential, &[45.0, 0.0], 0, &unpolished).0.since(&[1.0, 0.0]);
    let certificate = certify(&mut exponential.evaluator(), &far, 0, &unpolished);
    assert_eq!((certificate.class, far.growth), (Class::AtInfinity, 45.0));
    // A valley reached from afar, across it: growth alone is no reason.
    let valley = Objective::formula(2, |x| (x[0] + x[1] - 200.0).square());
    let (point, certificate) =
        classify_with(&valley, &[0.0, 0.0], 0, &Criteria { step_cap: 1e3, ..Default::default() });
    assert!(point.growth > 100.0, "{point:?}");
    assert_eq!(certificate.class, Class::Degenerate, "{certificate:?}");
}

#[test]
fn saturated_networks_are_not_certified() {
    // 3-4-1 tanh on random data. Newton likes to drive units into saturation, |w.x + b| > 12 on every row, where
    // gradient and curvature are 1e-12 and no critical point is anywhere near (Frye et al. 2021).
    const UNITS: usize = 4;
    let mut stream = Stream::new(7, "data", &["3-4-1"]);
    let rows = Rows::new(4, (0..100).map(|_| stream.normal()).collect());
    let activation = |w: &[f64], row: &[f64], u: usize| (0..3).map(|i| w[3 * u + i] * row[i]).sum::<f64>() + w[12 + u];
    let objective = Objective::over_rows(21, Arc::new(rows.clone()), |w, row| {
        let unit = |u: usize| (Scalar::sum((0..3).map(|i| w[3 * u + i] * row[i])) + w[12 + u]).tanh();
        let output = Scalar::sum((0..UNITS).map(|u| unit(u) * w[16 + u])) + w[20];
        (output - row[3]).square() * 0.5
    });
    let mut eval = objective.evaluator();
    let sampler = NewtonSampler { descend: vec![0, 10, 100], lr: 0.1, ..Default::default() };
    let (mut certified, mut away) = (0, 0);
    for replicate in 0..60 {
        let start = (0..21).map(|_| stream.normal()).collect();
        let found = sampler.search(&mut eval, start, replicate, &mut stream, &Criteria::default());
        let certificate = certify(&mut eval, &found.point, 0, &Criteria::default());
        let is_saturated = |u: usize| {
            // A unit with no weight in the output may be anything; a critical point with none is then nearby.
            found.point.x[16 + u].abs() > 1e-3
                && (0..rows.count()).all(|i| activation(&found.point.x, rows.row(i), u).abs() > 8.0)
        };
        if certificate.class.is_critical() {
            certified += 1;
            assert!(!(0..UNITS).any(is_saturated), "{replicate}: {certificate:?} {:?}", found.point.x);
        }
        away += usize::from(certificate.class == Class::AtInfinity);
    }
    assert!(certified >= 5 && away >= 20, "{certified} certified, {away} at infinity");
}

#[test]
fn stuck_xor_networks_end_on_the_ladder_of_losses() {
    // 2-2-1, tanh units, logistic output, loss 1/2 sum (o - y)^2. Where descent gets stuck, groups of the four inputs
    // share one output: losses 0, 1/4, 1/3, 1/2 (Sprinkhuizen-Kuyper and Boers 1996), nearly all at infinite weights.
    let table = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0];
    let objective = Objective::over_rows(9, Arc::new(Rows::new(3, table)), |w, row| {
        let unit = |u: usize| (w[2 * u] * row[0] + w[2 * u + 1] * row[1] + w[4 + u]).tanh();
        let output = (w[6] * unit(0) + w[7] * unit(1) + w[8]).logistic();
        (output - row[2]).square() * 2.0
    });
    let mut eval = objective.evaluator();
    let mut grad = [0.0; 9];
    let mut named = 0;
    for run in 0..60 {
        let mut stream = Stream::new(7, "xor", &[&run.to_string()]);
        let mut x: Vec<f64> = (0..9).map(|_| stream.normal()).collect();
        for _ in 0..4000 {
            eval.gradient(&x, &mut grad);
            x.iter_mut().zip(&grad).for_each(|(x, g)| *x -= 0.1 * g);
        }
        let (_, certificate) = classify(&objective, &x, 0);
        if certificate.class == Class::AtInfinity || certificate.class.is_critical() {
            named += 1;
            let off = [0.0, 0.25, 1.0 / 3.0, 0.5].map(|step: f64| (certificate.f - step).abs());
            assert!(off.iter().any(|&off| off < 1e-6), "run {run}: {certificate:?}");
            assert!(certificate.class == Class::AtInfinity || certificate.f > 0.4, "run {run}: {certificate:?}");
        }
    }
    // The rest are those that descent had not brought near anything yet.
    assert!(named >= 57, "only {named} of 60");
}

#[test]
fn linear_autoencoder_has_the_index_and_nullity_of_theory() {
    // (1/2) E|B A x - x|^2 with covariance diag(lambda), A = W1 (h x n), B = W2 (n x h). Baldi and Hornik (1989): a
    // critical point for each set I of at most h components, loss (1/2) sum of the others.
    const N: usize = 4;
    const H: usize = 2;
    let lambda = [4.0, 3.0, 2.0, 1.0];
    let objective = Objective::formula(2 * N * H, |w| {
        let product = |i: usize, j: usize| Scalar::sum((0..H).map(|u| w[H * N + i * H + u] * w[u * N + j]));
        let cell = |i: usize, j: usize| (product(i, j) - f64::from(i == j)).square() * (0.5 * lambda[j]);
        Scalar::sum((0..N * N).map(|k| cell(k / N, k % N)))
    });
    let mut sets = 0;
    for bits in 0u32..1 << N {
        let chosen: Vec<usize> = (0..N).filter(|i| bits >> i & 1 == 1).collect();
        let rank = chosen.len();
        if rank > H {
            continue;
        }
        sets += 1;
        let mut x = vec![0.0; 2 * N * H];
        for (unit, &i) in chosen.iter().enumerate() {
            x[unit * N + i] = 1.0;
            x[H * N + i * H + unit] = 1.0;
        }
        let others: Vec<usize> = (0..N).filter(|i| !chosen.contains(i)).collect();
        let loss = 0.5 * others.iter().map(|&j| lambda[j]).sum::<f64>();
        let swaps = chosen.iter().map(|&i| others.iter().filter(|&&j| lambda[j] > lambda[i]).count()).sum::<usize>();
        let index = swaps + (H - rank) * (N - rank);
        let (_, exact) = classify(&objective, &x, H * H);
        assert_eq!((exact.f, exact.inertia.n_neg), (loss, index), "{chosen:?}: {exact:?}");
        let class = if index == 0 { Class::Minimum } else { Class::Saddle };
        assert_eq!(exact.class, class, "{chosen:?}: {exact:?}");
        if rank == H {
            assert_eq!(exact.inertia.n_zero, H * H, "{chosen:?}: {exact:?}");
        }
        if rank == H || rank == 0 {
            // From beside it, back to the same orbit (to the same point for rank 0).
            let mut stream = Stream::new(7, "beside", &[&bits.to_string()]);
            let beside: Vec<f64> = x.iter().map(|x| x + 1e-2 * stream.normal()).collect();
            let (point, polished) = classify(&objective, &beside, H * H);
            assert!((polished.f - loss).abs() < 1e-12, "{chosen:?}: {}", polished.f);
            assert_eq!((polished.inertia, polished.class), (exact.inertia, class), "{chosen:?}: {polished:?}");
            assert!(point.iterations > 0 && point.distance < 0.2 && polished.flips == 0);
        }
    }
    assert_eq!(sets, 11);
}

#[test]
fn flips_count_the_tolerances_that_change_the_verdict() {
    // H = diag(1, lambda): zero tolerance 10 * 2 * eps = 4.4e-15; verdicts at 4.4e-14 and 4.4e-16 too.
    let tol = 20.0 * f64::EPSILON;
    let cases = [
        (100.0, Class::Minimum, 0),   // above all three
        (5.0, Class::Minimum, 1),     // zero at ten times the tolerance
        (0.5, Class::Degenerate, 1),  // positive at a tenth of it
        (0.05, Class::Degenerate, 0), // below all three
        (-5.0, Class::Saddle, 1),
        (-0.5, Class::Degenerate, 1),
    ];
    for (multiple, class, flips) in cases {
        let bowl = Objective::formula(2, |x| x[0].square() * 0.5 + x[1].square() * (0.5 * multiple * tol));
        let (_, certificate) = classify(&bowl, &[0.0, 0.0], 0);
        assert_eq!((certificate.class, certificate.flips), (class, flips), "{multiple}: {certificate:?}");
    }
    let strict = Criteria { zero_tol_factor: 1000.0, ..Default::default() };
    let bowl = Objective::formula(2, |x| x[0].square() * 0.5 + x[1].square() * (0.5 * 50.0 * tol));
    assert_eq!(classify_with(&bowl, &[0.0, 0.0], 0, &strict).1.class, Class::Degenerate);
}

#[test]
fn signs_are_counted_outside_the_tolerance() {
    let spectrum = [-3.0, -1e-15, 0.0, 1e-15, 2.0];
    let tol = zero_tolerance(&spectrum, &Criteria::default());
    assert_eq!(tol, 10.0 * 5.0 * f64::EPSILON * 3.0);
    assert_eq!(inertia(&spectrum, tol), Inertia { n_neg: 1, n_zero: 3, n_pos: 1 });
    assert_eq!(inertia(&spectrum, 0.0), Inertia { n_neg: 2, n_zero: 1, n_pos: 2 });
    assert_eq!(inertia(&[f64::NAN, 1.0], 0.0), Inertia { n_neg: 0, n_zero: 1, n_pos: 1 });
}

/// A logistic neuron with a small input is flat far out, exactly so in numbers: a search that steps there is not at a critical
/// point. Its steps are in no polish, which finds nothing to do.
#[test]
fn a_search_that_steps_into_a_flat_tail_is_at_infinity() {
    fn error<S: Scalar>(z: S) -> S {
        (z.logistic() - 0.9).square()
    }
    let neuron = Objective::formula(1, |w| error(w[0]) + error(w[0] * -0.01));
    let finder = NewtonSampler { descend: vec![0], ..NewtonSampler::default() };
    for start in [-400.0, -1000.0] {
        let mut eval = neuron.evaluator();
        let mut noise = Stream::new(7, "starts", &["neuron"]);
        let found = finder.search(&mut eval, vec![start], 0, &mut noise, &Criteria::default());
        let certificate = certify(&mut eval, &found.point, 0, &Criteria::default());
        assert_eq!(found.point.iterations, 0);
        assert!(found.point.x[0] < -2000.0 && certificate.grad_norm == 0.0, "{certificate:?}");
        assert_eq!(certificate.class, Class::AtInfinity, "{start}: {certificate:?}");
    }
}
