//! Surveys of the shape of surfaces whose barriers, basins, passes and slices are known.

use crate::support::{himmelblau, rastrigin_point, three_spin};
use autodiff::{Objective, Scalar, Stream};
use landscape::matching::{Layout, Parity, Symmetry};
use landscape::{
    BasinSurvey, ConnectionSurvey, Criteria, Descent, Directions, Downhill, Known, PathSurvey, Site, SlicePart,
    SliceSurvey, Source, Survey, Surveyed, Way,
};

/// A surface with starts that are uniform in `[-side, side]^dim`.
struct Place {
    objective: Objective,
    side: f64,
    symmetry: Symmetry,
    has_kinks: bool,
    basin_share: fn(&[f64]) -> Option<f64>,
}

impl Place {
    fn new(objective: Objective, side: f64) -> Self {
        Place { objective, side, symmetry: Symmetry::None, has_kinks: false, basin_share: |_| None }
    }

    fn with<T>(&self, replicate: u64, use_it: impl FnOnce(&mut Site) -> T) -> T {
        let dim = self.objective.dim();
        let (lower, upper) = (vec![-self.side; dim], vec![self.side; dim]);
        let start = |number: u64| {
            let mut stream = Stream::new(7, "survey starts", &[&replicate.to_string(), &number.to_string()]);
            (0..dim).map(|_| stream.uniform(-self.side, self.side)).collect()
        };
        let mut site = Site {
            objective: &self.objective,
            domain: (&lower, &upper),
            contains: &|x| x.iter().all(|x| x.abs() <= self.side),
            start: &start,
            zero_modes: 0,
            images: &|_| vec![],
            symmetry: self.symmetry.clone(),
            basin_share: &self.basin_share,
            has_kinks: self.has_kinks,
            known: Known::default(),
            law: &|_| None,
            loss_scale: 1.0,
            criteria: &Criteria::default(),
            random: Stream::new(7, "survey", &[&replicate.to_string()]),
        };
        use_it(&mut site)
    }

    fn measured(&self, survey: &dyn Survey, replicate: u64) -> Surveyed {
        self.with(replicate, |site| {
            survey.check(site).unwrap();
            survey.measure(site)
        })
    }

    fn refusal(&self, survey: &dyn Survey) -> String {
        self.with(0, |site| survey.check(site).expect_err("refused"))
    }
}

/// `1/4 sum_i (x_i^2 - 1)^2`
fn double_wells(dim: usize) -> Objective {
    Objective::formula(dim, |x| Scalar::sum(x.iter().map(|x| (x.square() - 1.0).square() * 0.25)))
}

/// `10 d + sum_i x_i^2 - 10 cos(2 pi x_i)`
fn rastrigin(dim: usize) -> Objective {
    Objective::formula(dim, |x| {
        Scalar::sum(x.iter().map(|&x| x.square() - (x * std::f64::consts::TAU).cos() * 10.0 + 10.0))
    })
}

fn path(found: &Surveyed, way: Way) -> &landscape::SurveyedPath {
    found.paths.iter().find(|path| path.way == way).unwrap_or_else(|| panic!("no {way:?}: {}", found.reason))
}

#[test]
fn a_bowl_has_no_barrier_and_no_second_end() {
    let bowl = Place::new(Objective::formula(2, |x| x[0].square() + x[1].square() * 5.0), 2.0);
    let found = bowl.measured(&PathSurvey { attempts: 3, ..PathSurvey::default() }, 0);
    assert_eq!((found.paths.len(), found.points.len()), (1, 1));
    let line = path(&found, Way::StartToEnd);
    assert_eq!((line.barrier.height, line.is_monotone, line.ends), (0.0, Some(true), [None, Some(0)]));
    // Along a line to the minimum of a quadratic, f = f(start) (1 - t)^2.
    for (t, f) in &line.samples {
        assert!((f - line.barrier.ends[0] * (1.0 - t) * (1.0 - t)).abs() < 1e-14);
    }
    assert!(!found.is_complete && found.reason.contains("4 starts led to one place"), "{}", found.reason);
}

#[test]
fn the_barrier_of_a_double_well_is_a_quarter_on_every_way_and_nothing_to_its_copy() {
    let wells = Place { symmetry: Symmetry::Vectors { size: 1, flips: true }, ..Place::new(double_wells(1), 2.0) };
    let found = wells.measured(&PathSurvey::default(), 1);
    assert!(found.is_complete && found.paths.len() == 5, "{}", found.reason);
    for way in [Way::Straight, Way::Bezier, Way::Band] {
        let path = path(&found, way);
        assert!((path.barrier.height - 0.25).abs() < 1e-15, "{path:?}");
        assert_eq!(path.ends, [Some(0), Some(1)]);
    }
    // Ends of the line are -1 and 1; the band's images lie on it, and its peak is certified.
    assert!((path(&found, Way::Straight).length - 2.0).abs() < 1e-12);
    assert!((path(&found, Way::Band).length - 2.0).abs() < 1e-12);
    assert_eq!(path(&found, Way::Band).transitions, Some(1));
    let matched = path(&found, Way::Matched);
    assert!(matched.barrier.height == 0.0 && matched.length < 1e-12, "{matched:?}");
    // Without a declared symmetry nothing is matched.
    let plain = Place::new(double_wells(1), 2.0).measured(&PathSurvey::default(), 1);
    assert_eq!(plain.paths.len(), 4);
}

/// The valley of Rosenbrock's function bends, so that lines to its end at (1, 1) cross the ridge from some starts only.
#[test]
fn lines_that_climb_are_told_from_lines_that_fall() {
    let f = |x: f64, y: f64| 100.0 * (y - x * x) * (y - x * x) + (1.0 - x) * (1.0 - x);
    let objective = Objective::formula(2, |x| (x[1] - x[0].square()).square() * 100.0 + (x[0] - 1.0).square());
    let valley = Place::new(objective, 2.0);
    let survey = PathSurvey { ways: vec![Way::StartToEnd], ..PathSurvey::default() };
    let mut falls = [0, 0];
    for replicate in 0..30 {
        let found = valley.measured(&survey, replicate);
        let start = valley.with(replicate, |site| (site.start)(0));
        let place = |t: f64| f(start[0] + t * (1.0 - start[0]), start[1] + t * (1.0 - start[1]));
        let rises = (0..50).any(|i| place(f64::from(i + 1) / 50.0) > place(f64::from(i) / 50.0) + survey.rise);
        assert_eq!(path(&found, Way::StartToEnd).is_monotone, Some(!rises));
        falls[usize::from(rises)] += 1;
    }
    assert!(falls.iter().all(|count| *count > 2), "both happen: {falls:?}");
}

#[test]
fn bands_find_the_lowest_saddle_where_lines_do_not() {
    // Saddles of Himmelblau's function: every band's barrier is the height of one, since all minima have height 0.
    let saddles = [13.311_926_270_405_59, 67.719_150_087_526_15, 104.015_162_917_558_1, 178.337_239_201_927_47];
    let surface = Place::new(himmelblau(), 5.0);
    for replicate in 0..8 {
        let found = surface.measured(&PathSurvey::default(), replicate);
        let (band, straight) = (path(&found, Way::Band), path(&found, Way::Straight));
        let near = saddles.iter().map(|f| (band.barrier.height - f).abs()).fold(f64::INFINITY, f64::min);
        assert!(near < 1e-11, "{}", band.barrier.height);
        assert!(band.barrier.height < straight.barrier.height);
    }
}

/// The share of `[-5.12, 5.12]` between the maxima beside a minimum.
fn line_share(x: &[f64]) -> Option<f64> {
    let edge = |k: f64| if k.abs() > 5.0 { 5.12f64.copysign(k) } else { rastrigin_point(k).0 };
    let side = |x: f64| (edge(x.round() + 0.5) - edge(x.round() - 0.5)) / 10.24;
    Some(x.iter().map(|x| side(*x)).product())
}

#[test]
fn basins_of_the_survey_have_their_exact_shares() {
    let line = Place { basin_share: line_share, ..Place::new(rastrigin(1), 5.12) };
    let n = 4000;
    let survey = BasinSurvey { starts: n, ..BasinSurvey::default() };
    let found = line.measured(&survey, 0);
    assert_eq!((found.basins.len(), found.points.len()), (11, 11));
    assert!(found.points.windows(2).all(|pair| pair[0].certificate.f <= pair[1].certificate.f), "lowest first");
    assert_eq!(found.basins.iter().map(|basin| basin.count).sum::<u64>(), n);
    for (point, basin) in found.points.iter().zip(&found.basins) {
        assert_eq!((point.searches, basin.starts, basin.unassigned), (Some(basin.count), n, 0));
        let p = basin.share.unwrap();
        let error = (p * (1.0 - p) / n as f64).sqrt();
        assert!((basin.count as f64 / n as f64 - p).abs() < 3.0 * error, "{:?} {basin:?}", point.point.x);
    }
    // Mirrored minima are one, of which no volume is declared.
    let mirrored = Place { symmetry: Symmetry::Vectors { size: 1, flips: true }, ..line };
    let found = mirrored.measured(&survey, 0);
    assert_eq!(found.basins.len(), 6);
    assert!(found.basins.iter().all(|basin| basin.share.is_none()));
    let apart = mirrored.measured(&BasinSurvey { up_to_symmetry: false, ..survey }, 0);
    assert_eq!(apart.basins.len(), 11);
}

#[test]
fn the_disconnectivity_graph_of_rastrigin_is_exact() {
    let plane = Place::new(rastrigin(2), 5.12);
    let found = plane.measured(&ConnectionSurvey { source: Source::Census, ..ConnectionSurvey::default() }, 0);
    assert!(found.is_complete, "{}", found.reason);
    let tree = found.merges.unwrap();
    // C(2, 1) 10 11 saddles between 11^2 minima.
    assert_eq!((tree.n_minima, found.passes.len(), found.points.len()), (121, 220, 341));
    assert_eq!(tree.roots().len(), 1);
    // Each saddle joins two minima that differ in one coordinate, by one.
    for pass in &found.passes {
        let [a, b] = pass.ends.map(|end| found.points[end].point.x.iter().map(|x| x.round()).collect::<Vec<f64>>());
        assert_eq!((a[0] - b[0]).abs() + (a[1] - b[1]).abs(), 1.0);
    }
    // The way to the middle climbs each coordinate's next maximum while the other is as low as it is: for the first
    // move of the minimum (i, j), the smaller of top(i) + low(j) and top(j) + low(i) with top the maximum inwards; for
    // later moves less.
    let low = |k: f64| rastrigin_point(k).1;
    let top = |k: f64| rastrigin_point(k.abs() - 0.5).1;
    for i in 0..tree.n_minima {
        let k: Vec<f64> = found.points[i].point.x.iter().map(|x| x.round()).collect();
        let first = |a: f64, b: f64| if a == 0.0 { f64::INFINITY } else { top(a) + low(b) };
        let expected = match k.iter().all(|k| *k == 0.0) {
            true => 0.0,
            false => first(k[0], k[1]).min(first(k[1], k[0])),
        };
        // After the cheaper move the dearer one is left, of a coordinate whose partner is lower.
        let dear = |a: f64, b: f64| {
            let order = [first(a, b), first(b, a)];
            let (move_a, then) = if order[0] <= order[1] { (true, b) } else { (false, a) };
            let partner = if move_a { a } else { b };
            if then == 0.0 || partner == 0.0 { 0.0 } else { top(then) + low(partner.abs() - 1.0) }
        };
        let expected = expected.max(dear(k[0], k[1]));
        let height = tree.pass_height(0, i).unwrap();
        assert!((height - expected).abs() < 1e-9, "{k:?}: {height} {expected}");
    }
}

#[test]
fn searches_find_the_graph_of_double_wells() {
    let wells = Place::new(double_wells(3), 2.0);
    let found = wells.measured(&ConnectionSurvey { searches: 300, ..ConnectionSurvey::default() }, 0);
    // 2^3 corners of a cube and its 12 edges, each a saddle of height 1/4.
    assert_eq!((found.merges.as_ref().unwrap().n_minima, found.passes.len()), (8, 12), "{}", found.reason);
    let tree = found.merges.unwrap();
    assert_eq!(tree.nodes.len(), 9, "all merge at one level");
    assert!((tree.nodes[8].height - 0.25).abs() < 1e-14);
    // Up to exchange and flips there is one minimum, joined to its own copies by one saddle.
    let alike = Place { symmetry: Symmetry::Vectors { size: 1, flips: true }, ..wells };
    let found = alike.measured(&ConnectionSurvey { searches: 50, ..ConnectionSurvey::default() }, 0);
    assert_eq!((found.merges.unwrap().n_minima, found.passes.len()), (1, 1));
    assert_eq!(found.passes[0].ends, [0, 0]);
}

#[test]
fn slices_of_a_quadratic_are_what_the_formula_says() {
    // f = x^2 + 2 y^2 + 3 z^2: the eigenvectors of the greatest and least eigenvalue are z and x.
    let bowl = Place::new(Objective::formula(3, |x| x[0].square() + x[1].square() * 2.0 + x[2].square() * 3.0), 2.0);
    let directions = vec![Directions::Eigen, Directions::Coordinates];
    let survey = SliceSurvey { directions, line: 5, plane: 7, radius: 0.5, ..SliceSurvey::default() };
    let found = bowl.measured(&survey, 3);
    let start = bowl.with(3, |site| (site.start)(0));
    let of = |directions: Directions, part: SlicePart| {
        found.slices.iter().filter(move |place| (place.directions, place.part) == (directions, part))
    };
    for (directions, first, second, radius) in
        [(Directions::Eigen, 3.0, 1.0, 0.5), (Directions::Coordinates, 1.0, 2.0, 2.0)]
    {
        let (line, plane) = (of(directions, SlicePart::Line), of(directions, SlicePart::Plane));
        assert_eq!((line.clone().count(), plane.clone().count()), (5, 49));
        assert!(line.clone().all(|place| (place.f - first * place.a * place.a).abs() < 1e-14));
        let value = |a: f64, b: f64| first * a * a + second * b * b;
        assert!(plane.clone().all(|place| (place.f - value(place.a, place.b.unwrap())).abs() < 1e-13));
        let greatest = plane.map(|place| place.a).fold(0.0, f64::max);
        assert!((greatest - radius).abs() < 1e-14, "{greatest}");
    }
    // The start stands at its own height; the plane of x and z has it without 2 y^2, |y| away.
    let first = of(Directions::Eigen, SlicePart::Descent).next().unwrap();
    let f = start[0] * start[0] + 2.0 * start[1] * start[1] + 3.0 * start[2] * start[2];
    assert!((first.f - f).abs() < 1e-14, "{first:?}");
    assert!((first.f_below.unwrap() - (f - 2.0 * start[1] * start[1])).abs() < 1e-13);
    assert!((first.off_plane.unwrap() - start[1].abs()).abs() < 1e-13);
    assert!(((first.a, first.b.unwrap()) != (0.0, 0.0)) && (first.a.abs() - start[2].abs()).abs() < 1e-13);
}

#[test]
fn principal_planes_hold_the_descent_and_filters_are_those_of_the_network() {
    // The flow of a bowl that is round about its first axis stays in the plane of that axis and the start.
    let round = Objective::formula(3, |x| x[0].square() + (x[1].square() + x[2].square()) * 20.0);
    let tilted = Place::new(round, 2.0);
    let survey = SliceSurvey { directions: vec![Directions::Principal], ..SliceSurvey::default() };
    let found = tilted.measured(&survey, 0);
    let mut descent = found.slices.iter().filter(|place| place.part == SlicePart::Descent);
    assert!(descent.all(|place| place.off_plane.unwrap() < 1e-12 && (place.f - place.f_below.unwrap()).abs() < 1e-12));
    // A network 1-2-1 with weights 3 and 0.5 into its units and (2, 1) out of them, no biases: f = sum s_i (x_i - c_i)^2
    // with c its end, steeper along the first weight.
    let layout = Layout { widths: vec![1, 2, 1], parity: Parity::Odd };
    let end = [3.0, 0.5, 0.0, 0.0, 2.0, 1.0, 0.0];
    let towards = Objective::formula(7, move |x| {
        let squares: Vec<_> = x.iter().zip(end).map(|(&x, c)| (x - c).square()).collect();
        Scalar::sum(squares.iter().copied()) + squares[0] * 9.0
    });
    let network = Place { symmetry: Symmetry::Network(layout), ..Place::new(towards, 1.0) };
    let survey = SliceSurvey { directions: vec![Directions::Filter], line: 3, plane: 0, ..SliceSurvey::default() };
    let found = network.measured(&survey, 0);
    // At a = 1 the direction has in each unit the length of its weights: 10 9 + 1/4 + (4 + 1).
    let last = found.slices.last().unwrap();
    assert!((last.a - 1.0).abs() < 1e-15 && (last.f - 95.25).abs() < 1e-11, "{last:?}");
}

#[test]
fn surfaces_that_cannot_be_surveyed_are_refused_in_one_sentence() {
    let (lbfgs, flow) = (Downhill { descent: Descent::Lbfgs, ..Downhill::default() }, Downhill::default());
    let paths = |downhill: &Downhill| PathSurvey { downhill: downhill.clone(), ..PathSurvey::default() };
    let sphere = Place::new(three_spin(5, 0), 1.0);
    let large = Place::new(Objective::formula(2001, |x| Scalar::sum(x.iter().map(|x| x.square()))), 1.0);
    let kinked = Place { has_kinks: true, ..Place::new(double_wells(1), 1.0) };
    let matched = PathSurvey { ways: vec![Way::Matched], ..PathSurvey::default() };
    let census = ConnectionSurvey { source: Source::Census, ..ConnectionSurvey::default() };
    for (message, words) in [
        (
            sphere.refusal(&paths(&lbfgs)),
            "it lives on a sphere, and L-BFGS works in flat space; give descent = \"flow\"",
        ),
        (large.refusal(&paths(&flow)), "2001 variables"),
        (large.refusal(&BasinSurvey::default()), "2000 at most; take a smaller surface"),
        (kinked.refusal(&paths(&flow)), "give descent = \"lbfgs\""),
        (kinked.refusal(&ConnectionSurvey::default()), "it has kinks, where saddles have no index"),
        (kinked.refusal(&SliceSurvey { downhill: lbfgs, ..SliceSurvey::default() }), "give plane = 0"),
        (Place::new(double_wells(1), 1.0).refusal(&matched), "it declares no symmetries"),
        (sphere.refusal(&census), "or give source = \"search\""),
    ] {
        assert!(message.contains(words) && !message.contains('\n'), "{message}");
    }
}
