//! Surfaces whose critical points are known: which are found, where, and of what kind.

use crate::support::{Claim, census, classify, distance, himmelblau, orthogonal};
use autodiff::{Objective, Scalar, Stream};
use landscape::{Class, Inertia, NewtonSampler};

#[test]
fn classical_saddle_is_a_saddle() {
    let objective = Objective::formula(2, |x| x[0].square() * 5.0 - x[1].square());
    for start in [[0.3, -0.2], [100.0, 1.0], [0.0, 1e-9], [0.0, 0.0]] {
        let (point, certificate) = classify(&objective, &start, 0);
        assert_eq!(certificate.class, Class::Saddle, "{certificate:?}");
        assert_eq!(certificate.inertia, Inertia { n_neg: 1, n_zero: 0, n_pos: 1 });
        assert_eq!((certificate.lambda_min, certificate.lambda_max, certificate.flips), (-2.0, 10.0, 0));
        assert!(distance(&point.x, &[0.0, 0.0]) < 1e-14, "{:?}", point.x);
        // c n eps |H| = 10 * 2 * eps * 10.
        assert_eq!(certificate.zero_tol, 200.0 * f64::EPSILON);
    }
}

#[test]
fn quartic_wall_gives_the_saddle_its_two_minima() {
    // f = 5x^2 - y^2 + y^4/4: minima (0, +-sqrt 2), H = diag(10, -2 + 3 y^2) = diag(10, 4); f = -1.
    let objective = Objective::formula(2, |x| x[0].square() * 5.0 - x[1].square() + x[1].powi(4) * 0.25);
    let found = census(&objective, &NewtonSampler::default(), square_starts(60, 2.0, "wall"), 1e-6);
    let mut ys: Vec<f64> = found.iter().map(|(x, _)| x[1]).collect();
    ys.sort_by(f64::total_cmp);
    assert_eq!(ys.len(), 3, "{ys:?}");
    for (y, exact) in ys.iter().zip([-2f64.sqrt(), 0.0, 2f64.sqrt()]) {
        assert!((y - exact).abs() < 1e-14, "{y} is not {exact}");
    }
    assert_eq!(count(&found, Class::Minimum, 0), 2);
    assert_eq!(count(&found, Class::Saddle, 1), 1);
}

#[test]
fn monkey_saddle_is_degenerate() {
    let at_origin = Objective::formula(2, |x| x[0].powi(3) - x[0] * x[1].square() * 3.0);
    // Away from the origin the coordinates are rounded, and Newton's linear convergence ends far above zero.
    let moved = Objective::formula(2, |x| {
        let (x, y) = (x[0] - 3.0, x[1] - 4.0);
        x.powi(3) - x * y.square() * 3.0
    });
    let mut stream = Stream::new(7, "starts", &["monkey"]);
    for k in 0..60 {
        let reach = 10f64.powi(-(k % 7));
        let (dx, dy) = (reach * stream.normal(), reach * stream.normal());
        for (objective, start) in [(&at_origin, [dx, dy]), (&moved, [3.0 + dx, 4.0 + dy])] {
            let (point, certificate) = classify(objective, &start, 0);
            assert_eq!(certificate.class, Class::Degenerate, "{start:?} -> {:?}: {certificate:?}", point.x);
            assert_eq!(certificate.inertia, Inertia { n_neg: 0, n_zero: 2, n_pos: 0 });
        }
    }
    let (_, certificate) = classify(&at_origin, &[0.0, 0.0], 0);
    assert_eq!((certificate.class, certificate.flips), (Class::Degenerate, 0));
}

#[test]
fn a_monkey_saddle_among_other_directions_is_seen_through_rounding() {
    // In random axes, 3 units away, beside two curved directions: H there is diag(0, 0, 2, -0.6) in other axes. The
    // negative direction makes it a saddle; with a positive one instead it is degenerate.
    let mut stream = Stream::new(7, "rotated monkey", &[]);
    for k in 0..60 {
        let axes = orthogonal(4, &mut stream);
        let centre: Vec<f64> = (0..4).map(|_| stream.uniform(-3.0, 3.0)).collect();
        let reach = 10f64.powi(-(k % 6));
        let start: Vec<f64> = centre.iter().map(|a| a + reach * stream.normal()).collect();
        for (last, class) in [(-0.3, Class::Saddle), (0.3, Class::Degenerate)] {
            let objective = Objective::formula(4, |x| {
                let moved: Vec<_> = x.iter().zip(&centre).map(|(&x, &a)| x - a).collect();
                let along = |i: usize| Scalar::sum(moved.iter().zip(&axes[i]).map(|(&x, &q)| x * q));
                let (u, v) = (along(0), along(1));
                u.powi(3) - u * v.square() * 3.0 + along(2).square() + along(3).square() * last
            });
            let (point, certificate) = classify(&objective, &start, 0);
            let n_neg = usize::from(last < 0.0);
            let signs = Inertia { n_neg, n_zero: 2, n_pos: 2 - n_neg };
            assert_eq!((certificate.inertia, certificate.class), (signs, class), "{k}: {certificate:?}");
            assert!(distance(&point.x, &centre) < 1e-6, "{k}: {point:?}");
        }
    }
}

#[test]
fn himmelblau_has_nine_points() {
    let sampler = NewtonSampler { descend: vec![0], ..Default::default() };
    let found = census(&himmelblau(), &sampler, square_starts(400, 6.0, "himmelblau"), 1e-6);
    assert_eq!(found.len(), 9, "{:?}", found.iter().map(|(x, c)| (x, c.class)).collect::<Vec<_>>());
    assert_eq!(count(&found, Class::Minimum, 0), 4);
    assert_eq!(count(&found, Class::Saddle, 1), 4);
    assert_eq!(count(&found, Class::Maximum, 2), 1);
    // Himmelblau (1972): minima of value 0, maximum 181.617 at (-0.270845, -0.923039).
    for (x, certificate) in &found {
        match certificate.class {
            Class::Minimum => assert!(certificate.f < 1e-25, "{certificate:?}"),
            Class::Maximum => {
                assert!(distance(x, &[-0.270845, -0.923039]) < 1e-6, "{x:?}");
                assert!((certificate.f - 181.617).abs() < 1e-3);
            }
            _ => {}
        }
        assert_eq!(certificate.flips, 0);
    }
    assert!(found.iter().any(|(x, _)| distance(x, &[3.0, 2.0]) < 1e-14));
}

#[test]
fn rosenbrock_is_polished_from_its_valley() {
    // H at (1, 1) is [[802, -400], [-400, 200]]: eigenvalues 0.39936 and 1001.6.
    let objective = Objective::formula(2, |x| (x[1] - x[0].square()).square() * 100.0 + (x[0] - 1.0).square());
    let (point, certificate) = classify(&objective, &[0.9, 0.82], 0);
    assert_eq!(certificate.class, Class::Minimum, "{certificate:?}");
    assert!(distance(&point.x, &[1.0, 1.0]) < 1e-13, "{:?}", point.x);
    assert!((certificate.lambda_min - 0.399_361).abs() < 1e-6 && (certificate.lambda_max - 1_001.600_639).abs() < 1e-6);
}

fn count(found: &[Claim], class: Class, index: usize) -> usize {
    found.iter().filter(|(_, certificate)| certificate.class == class && certificate.inertia.n_neg == index).count()
}

fn square_starts(count: usize, half_side: f64, name: &str) -> impl Iterator<Item = Vec<f64>> {
    let mut stream = Stream::new(7, "starts", &[name]);
    (0..count).map(move |_| (0..2).map(|_| stream.uniform(-half_side, half_side)).collect())
}
