//! A census finds what is there, all of it, and says where it does not know.

use crate::support::{control, himmelblau};
use autodiff::{Geometry, Interval, Objective, Scalar};
use landscape::{Census, Limits, Refused, census};

fn all(objective: &Objective, domain: &[(f64, f64)]) -> Census {
    let domain: Vec<Interval> = domain.iter().map(|&(lo, hi)| Interval::new(lo, hi)).collect();
    census(objective, &domain, &Limits::default()).unwrap()
}

fn wave<S: Scalar>(x: S) -> S {
    x.square() - (x * std::f64::consts::TAU).cos() * 10.0
}

fn rastrigin(dim: usize) -> Objective {
    Objective::formula(dim, |x| Scalar::sum(x.iter().map(|&x| wave(x))))
}

#[test]
fn himmelblau_has_nine_points() {
    let found = all(&himmelblau(), &[(-6.0, 6.0), (-6.0, 6.0)]);
    assert!(found.is_complete() && found.counts() == [4, 4, 1], "{found:?}");
    // The minima are zeros of f; one is exactly (3, 2).
    assert!(found.points[..4].iter().all(|point| point.value.contains(0.0) && point.value.width() < 1e-11));
    assert!(found.points[..4].iter().any(|point| (point.x[0] - 3.0).abs() <= point.radius));
    assert!(found.n_boxes < 5000, "{}", found.n_boxes);
    // In a part of it, a part of them.
    let part = all(&himmelblau(), &[(0.0, 6.0), (0.0, 6.0)]);
    assert!(part.is_complete() && part.counts() == [1, 2, 0], "{part:?}");
}

#[test]
fn rastrigin_has_the_product_of_its_axes() {
    // 11 minima and 10 maxima along each axis.
    let line = all(&rastrigin(1), &[(-5.12, 5.12)]);
    assert!(line.is_complete() && line.counts() == [11, 0, 10]);
    let plane = all(&rastrigin(2), &[(-5.12, 5.12); 2]);
    assert!(plane.is_complete() && plane.counts() == [121, 220, 100], "{:?}", plane.counts());
    let space = all(&rastrigin(3), &[(-1.12, 1.12); 3]);
    // Along each axis 3 minima and 2 maxima: C(3, k) 2^k 3^(3 - k) points of index k.
    let by_index = |k| space.points.iter().filter(|point| point.inertia.n_neg == k).count();
    assert!(space.is_complete() && [0, 1, 2, 3].map(by_index) == [27, 54, 36, 8], "{:?}", space.counts());
    // The first cuts, at the share 0.4871 of each side, go through the middle one: four boxes find it, and it is one. (One
    // minimum of each axis, at -4.97, is outside.)
    let (lo, hi) = (-4.871, 5.129);
    let at = lo + 0.4871 * (hi - lo);
    let moved = Objective::formula(2, |x| wave(x[0] - at) + wave(x[1] - at));
    let on_cuts = all(&moved, &[(lo, hi); 2]);
    assert!(on_cuts.is_complete() && on_cuts.counts() == [100, 200, 100], "{:?}", on_cuts.counts());
    println!("boxes: {} for 441 points, {} for 125 in space", plane.n_boxes, space.n_boxes);
}

#[test]
fn where_no_point_is_none_is_found_and_that_is_proved() {
    for slope in [1.0, 1e-3, 1e-6] {
        let found = all(&control(slope), &[(-10.0, 10.0), (-10.0, 10.0)]);
        assert!(found.is_complete() && found.points.is_empty(), "{slope}: {found:?}");
    }
    // Two points as the slope turns negative: at -+ sqrt(-c) a saddle and a minimum.
    let found = all(&control(-1e-6), &[(-10.0, 10.0), (-10.0, 10.0)]);
    assert!(found.is_complete() && found.counts() == [1, 1, 0], "{found:?}");
    assert!((found.points[0].x[0] - 1e-3).abs() <= found.points[0].radius + 1e-17);
}

#[test]
fn points_on_the_boundary_are_said_to_be_there() {
    // x^2 + y^2 on boxes that end at the minimum: at a corner, on an edge, beside it.
    let bowl = Objective::formula(2, |x| x[0].square() + x[1].square());
    for domain in [[(0.0, 1.0), (0.0, 1.0)], [(-1.0, 1.0), (0.0, 1.0)], [(-2.0, 0.0), (-1.0, 1.0)]] {
        let found = all(&bowl, &domain);
        assert!(found.points.is_empty() && found.undecided.is_empty() && found.on_boundary.len() == 1, "{found:?}");
        assert!(!found.is_complete());
    }
    let beside = all(&bowl, &[(1e-6, 1.0), (-1.0, 1.0)]);
    assert!(beside.is_complete() && beside.points.is_empty());
    let just_inside = all(&bowl, &[(-1e-6, 1.0), (-1.0, 1.0)]);
    assert!(just_inside.is_complete() && just_inside.counts() == [1, 0, 0]);
}

#[test]
fn what_cannot_be_proved_is_undecided_and_degenerate_points_are_named() {
    // The monkey saddle: one degenerate point, undecided boxes around it.
    let monkey = Objective::formula(2, |x| x[0].powi(3) - x[0] * x[1].square() * 3.0);
    let found = all(&monkey, &[(-1.0, 1.2), (-1.1, 1.0)]);
    assert!(found.points.is_empty() && found.undecided.len() == 1, "{found:?}");
    let Some(at) = &found.undecided[0].degenerate else { panic!("{found:?}") };
    assert!(at.iter().all(|x| x.abs() < 1e-6) && found.undecided[0].region.iter().all(|side| side.contains(0.0)));
    // A degenerate line among nondegenerate points: x^2 (x - 1)^2 has minima along x = 0 and x = 1.
    let valley = Objective::formula(2, |x| x[0].square() * (x[0] - 1.0).square() + x[1] * 0.0);
    let domain = [Interval::new(-0.5, 1.7), Interval::new(0.0, 1.0)];
    let found = census(&valley, &domain, &Limits { boxes: 20_000, smallest: 1e-3 }).unwrap();
    assert!(!found.is_complete() && found.points.is_empty() && !found.undecided.is_empty());
    let holds = |x: f64| found.undecided.iter().any(|part| part.region[0].contains(x));
    assert!(holds(0.0) && holds(0.5) && holds(1.0) && !holds(-0.3) && !holds(1.5), "{:?}", found.undecided);
    // A kink hides nothing: |x| + y^2 is undecided at its minimum.
    let kink = Objective::formula(2, |x| x[0].abs() + x[1].square());
    let found = all(&kink, &[(-1.0, 1.0), (-1.0, 1.0)]);
    assert!(found.points.is_empty() && found.undecided.len() == 1 && found.undecided[0].degenerate.is_none());
}

#[test]
fn sides_that_shrink_at_different_speeds_do_no_harm() {
    // (x - 1)^2 + 1e-6 sin(y): the first bounds fix x to rounding, y needs many more. Points at y = pi/2 + k pi.
    let stiff = Objective::formula(2, |x| (x[0] - 1.0).square() + x[1].sin() * 1e-6);
    let found = all(&stiff, &[(-7.0, 9.0), (-100.0, 100.0)]);
    assert!(found.is_complete() && found.counts() == [32, 32, 0], "{:?} {:?}", found.counts(), found.undecided);
}

#[test]
fn the_limit_on_boxes_leaves_the_rest_undecided() {
    let domain = [Interval::new(-5.12, 5.12); 2];
    let found = census(&rastrigin(2), &domain, &Limits { boxes: 500, ..Limits::default() }).unwrap();
    assert!(found.is_cut_short && found.n_boxes <= 500 && !found.is_complete());
}

#[test]
fn one_and_several_threads_find_the_same() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| all(&rastrigin(2), &[(-2.3, 3.1), (-1.2, 2.6)]))
    };
    let one = run(1);
    assert!(one.points.len() > 50 && one == run(2) && one == run(5));
}

#[test]
fn spheres_and_boxes_that_are_none_are_refused() {
    let sphere = Objective::formula(2, |x| x[0] * x[1]).on(Geometry::Sphere { radius: 1.0 });
    assert_eq!(census(&sphere, &[Interval::new(-1.0, 1.0); 2], &Limits::default()), Err(Refused::Sphere));
    let flat = Objective::formula(2, |x| x[0] * x[1]);
    assert_eq!(census(&flat, &[Interval::new(-1.0, 1.0)], &Limits::default()), Err(Refused::Box(1)));
    let line = [Interval::new(-1.0, 1.0), Interval::point(1.0)];
    assert_eq!(census(&flat, &line, &Limits::default()), Err(Refused::Box(1)));
}
