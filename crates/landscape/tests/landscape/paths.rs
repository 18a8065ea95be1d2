//! Barriers along straight, bent and relaxed ways, on surfaces whose passes are known.

use crate::support::{distance, himmelblau, mueller_brown, six_hump_camel, three_spin};
use autodiff::{Geometry, Objective, Scalar, Stream};
use landscape::connect::{Flow, flow_down};
use landscape::matching::Symmetry;
use landscape::path::{
    Band, Bezier, Curve, Quadratic, Segment, barrier, between, bezier, elastic_band, grid, interpolation, values_along,
};
use landscape::{Class, Criteria, polish};

const FLAT: Geometry = Geometry::Flat;

#[test]
fn barrier_of_a_tilted_quartic_is_exact() {
    // f = x^4/4 - x^2/2 - c x: critical where x^3 - x = c. With c = 6/64 = 0.09375 a root is x = 0.09375 + x^3; the
    // middle root, the barrier, is found by iterating that, which contracts by 3 x^2 < 0.03.
    let c = 6.0 / 64.0;
    let objective = Objective::formula(1, move |x| x[0].powi(4) * 0.25 - x[0].square() * 0.5 - x[0] * c);
    let mut eval = objective.evaluator();
    let f = |x: f64| 0.25 * x * x * x * x - 0.5 * x * x - c * x;
    let mut top = 0.0f64;
    (0..60).for_each(|_| top = top * top * top - c);
    let minimum = |x0: f64, eval: &mut _| polish(eval, &[x0], &Criteria::default()).x[0];
    let (left, right) = (minimum(-1.0, &mut eval), minimum(1.0, &mut eval));
    for samples in [3, 11, 51] {
        let (from, to) = ([left], [right]);
        let way = Segment::new(&FLAT, &from, &to).unwrap();
        let found = barrier(&mut eval, &way, samples);
        // The maximum is flat: an error of 1e-7 of the way moves f by 1e-14.
        assert!((found.height - (f(top) - f(left))).abs() < 1e-13, "{samples}: {found:?}");
        assert!((found.at - (top - left) / (right - left)).abs() < 1e-6, "{found:?}");
        assert_eq!(found.ends, [eval.value(&[left]), eval.value(&[right])]);
    }
}

#[test]
fn the_higher_of_two_peaks_counts_even_when_the_grid_prefers_the_other() {
    // Peaks at 0.25 and 0.63, the second higher by 1e-3 but between places of the grid, where it is lower by 25
    // (0.03)^2.
    let peak = |x: f64, at: f64| -25.0 * (x - at) * (x - at);
    let objective = Objective::formula(1, |x| {
        let first = -(x[0] - 0.25).square() * 25.0;
        let second = -(x[0] - 0.63).square() * 25.0 + 1e-3;
        first.max(second)
    });
    let way = Segment::new(&FLAT, &[0.0], &[1.0]).unwrap();
    let found = barrier(&mut objective.evaluator(), &way, 21);
    let end = peak(0.0, 0.25).max(peak(1.0, 0.63) + 1e-3);
    assert!((found.height - (1e-3 - end)).abs() < 1e-13 && (found.at - 0.63).abs() < 1e-6, "{found:?}");
}

#[test]
fn no_barrier_downhill_and_an_infinite_one_across_a_pole() {
    let objective = Objective::formula(1, |x| x[0].square());
    let way = Segment::new(&FLAT, &[2.0], &[0.0]).unwrap();
    let found = barrier(&mut objective.evaluator(), &way, 51);
    assert_eq!((found.height, found.at, found.top), (0.0, 0.0, 4.0));
    let pole = Objective::formula(1, |x| x[0].ln());
    let way = Segment::new(&FLAT, &[1.0], &[-1.0]).unwrap();
    assert_eq!(barrier(&mut pole.evaluator(), &way, 51).height, f64::INFINITY);
}

#[test]
fn the_straight_way_of_a_sphere_is_the_geodesic() {
    let objective = three_spin(6, 0);
    let geometry = *objective.geometry();
    let radius = 6f64.sqrt();
    let mut stream = Stream::new(7, "geodesic", &[]);
    let (a, b) = (stream.on_sphere(6, radius), stream.on_sphere(6, radius));
    let way = Segment::new(&geometry, &a, &b).unwrap();
    let cosine = a.iter().zip(&b).map(|(a, b)| a * b).sum::<f64>() / 6.0;
    assert!((way.length() - radius * cosine.acos()).abs() < 1e-14 * radius);
    let points: Vec<Vec<f64>> = grid(11)
        .iter()
        .map(|&t| {
            let mut x = vec![0.0; 6];
            way.point(t, &mut x);
            x
        })
        .collect();
    assert_eq!((&points[0], &points[10]), (&a, &b));
    let chord = 2.0 * radius * (0.05 * way.length() / radius).sin();
    for pair in points.windows(2) {
        assert!((pair[0].iter().map(|x| x * x).sum::<f64>() - 6.0).abs() < 1e-13);
        assert!((distance(&pair[0], &pair[1]) - chord).abs() < 1e-14 * radius, "constant speed");
    }
    // Points a millionth apart: the angle is not lost in a cosine that rounds to 1.
    let mut near = a.clone();
    near[0] += 1e-6;
    geometry.retract(&mut near);
    let way = Segment::new(&geometry, &a, &near).unwrap();
    assert!((way.length() / distance(&a, &near) - 1.0).abs() < 1e-12);
    let opposite: Vec<f64> = a.iter().map(|x| -x).collect();
    assert!(Segment::new(&geometry, &a, &opposite).unwrap_err().contains("opposite"));
    assert_eq!(Segment::new(&geometry, &a, &a).unwrap().length(), 0.0);
}

#[test]
fn interpolation_sees_a_bump_of_known_size() {
    // On [-2, 1.6] of x^4/4 - x^2/2: falls from 2, dips to -1/4 at -1, climbs to 0 at 0, dips again, ends at 0.3584.
    let objective = Objective::formula(1, |x| x[0].powi(4) * 0.25 - x[0].square() * 0.5);
    let mut eval = objective.evaluator();
    let way = Segment::new(&FLAT, &[-2.0], &[1.6]).unwrap();
    let bumpy = interpolation(&mut eval, &way, 37, 1e-9); // places 0.1 apart in x
    assert!(!bumpy.is_monotone);
    // Falling: 10 steps to -1 and 10 from 0 to 1.
    assert!((bumpy.falling_share - 20.0 / 36.0).abs() < 1e-15);
    // From -1/4 to the end at 1.6 it rises by 0.3584 + 0.25.
    assert!((bumpy.max_bump - 0.6084).abs() < 1e-14 && bumpy.bump_at == 1.0, "{bumpy:?}");
    assert_eq!((bumpy.highest_at, bumpy.values.len()), (0.0, 37));
    assert!((bumpy.relative_distance - 1.8).abs() < 1e-15);
    let clean = Segment::new(&FLAT, &[-2.0], &[-1.0]).unwrap();
    let clean = interpolation(&mut eval, &clean, 51, 1e-9);
    assert!(clean.is_monotone && clean.max_bump == 0.0 && clean.falling_share == 1.0);
}

#[test]
fn a_batch_along_a_way_has_the_bits_of_single_values() {
    let objective = three_spin(5, 1);
    let mut eval = objective.evaluator();
    let mut stream = Stream::new(7, "batch", &[]);
    let (a, b) = (stream.on_sphere(5, 5f64.sqrt()), stream.on_sphere(5, 5f64.sqrt()));
    let way = Segment::new(objective.geometry(), &a, &b).unwrap();
    let ts = grid(150);
    let mut x = vec![0.0; 5];
    for (t, value) in ts.iter().zip(values_along(&mut eval, &way, &ts)) {
        way.point(*t, &mut x);
        assert_eq!(eval.value(&x), value);
    }
}

#[test]
fn bent_path_follows_a_parabolic_valley_to_the_height_of_the_saddle() {
    // f = (x^2 - 1)^2 / 4 + 2 (y - 1 + x^2)^2: minima (+-1, 0), saddle (0, 1) of height 1/4. The control point (0, 2)
    // makes the path y = 1 - x^2, the floor of the valley; straight across, (0, 0) is 1/4 + 2 high.
    let objective =
        Objective::formula(2, |x| (x[0].square() - 1.0).square() * 0.25 + (x[1] - 1.0 + x[0].square()).square() * 2.0);
    let mut stream = Stream::new(7, "bent", &[]);
    let path = bezier(&mut objective.evaluator(), &[-1.0, 0.0], &[1.0, 0.0], &Bezier::default(), &mut stream).unwrap();
    assert!((path.straight.height - 2.25).abs() < 1e-13, "{path:?}");
    // No way between the minima is lower than the saddle; the control point is found to about 1e-7, felt squared.
    assert!(path.barrier.height >= 0.25 - 1e-14 && path.barrier.height < 0.25 + 1e-9, "{path:?}");
    assert!(distance(&path.curve.control, &[0.0, 2.0]) < 1e-4, "{path:?}");
}

#[test]
fn bent_path_removes_a_barrier_that_can_be_gone_around() {
    // A level valley y = 1 - x^2: everything along the path is 0.
    let valley = Objective::formula(2, |x| (x[1] - 1.0 + x[0].square()).square());
    let mut stream = Stream::new(7, "bent", &["valley"]);
    let path = bezier(&mut valley.evaluator(), &[-1.0, 0.0], &[1.0, 0.0], &Bezier::default(), &mut stream).unwrap();
    assert!((path.straight.height - 1.0).abs() < 1e-13 && path.barrier.height < 1e-12, "{path:?}");
    // A ring (|x|^2 - 1)^2, ends a third of a turn apart. Straight, the middle is 1/2 from the centre: (3/4)^2 high. No
    // parabola is a circle; the best one is found here by a scan over control points on the symmetry axis.
    let ring = Objective::formula(2, |x| (x[0].square() + x[1].square() - 1.0).square());
    let (from, to) = ([-0.75f64.sqrt(), 0.5], [0.75f64.sqrt(), 0.5]);
    let mut eval = ring.evaluator();
    let path = bezier(&mut eval, &from, &to, &Bezier::default(), &mut stream).unwrap();
    assert!((path.straight.height - 0.5625).abs() < 1e-13);
    let top = |control: f64, mean: &mut f64| {
        let squares = (0..32).map(|k| {
            let t = (k as f64 + 0.5) / 32.0;
            let (x, y) = ((2.0 * t - 1.0) * to[0], 0.5 * (1.0 - 2.0 * t * (1.0 - t)) + 2.0 * t * (1.0 - t) * control);
            (x * x + y * y - 1.0) * (x * x + y * y - 1.0)
        });
        let values: Vec<f64> = squares.collect();
        *mean = values.iter().sum::<f64>() / 32.0;
        values.iter().copied().fold(0.0, f64::max)
    };
    let mut best = (f64::INFINITY, 0.0, 0.0);
    for i in 0..20_000 {
        let control = 1.0 + i as f64 * 1e-4;
        let mut mean = 0.0;
        let highest = top(control, &mut mean);
        if mean < best.0 {
            best = (mean, control, highest);
        }
    }
    assert!(path.mean < best.0 + 1e-7 && path.barrier.height < best.2 + 1e-3, "{path:?} {best:?}");
    assert!(path.barrier.height < 0.02 * path.straight.height, "{path:?}");
}

#[test]
fn bent_path_is_never_above_the_straight_one() {
    for draw in 0..6 {
        let objective = three_spin(7, draw);
        let mut eval = objective.evaluator();
        let mut stream = Stream::new(7, "pairs", &[&draw.to_string()]);
        let (a, b) = (stream.on_sphere(7, 7f64.sqrt()), stream.on_sphere(7, 7f64.sqrt()));
        let path = bezier(&mut eval, &a, &b, &Bezier::default(), &mut stream).unwrap();
        assert!(path.lowest.height <= path.straight.height && path.lowest.height <= path.barrier.height);
        let lowest = barrier(&mut eval, &path.lowest_curve, 51);
        // The straight way and the curve bent towards its middle are the same points at other speeds.
        assert!((lowest.height - path.lowest.height).abs() < 1e-12, "{lowest:?} {path:?}");
        let mut x = vec![0.0; 7];
        path.curve.point(0.3, &mut x);
        assert!((x.iter().map(|x| x * x).sum::<f64>() - 7.0).abs() < 1e-13, "the path is on the sphere");
    }
}

#[test]
fn the_mean_along_a_bent_path_is_stationary() {
    // The mean over the nodes, taken anew from the curve itself: its slope in the control point has fallen to rounding,
    // on flat space and on a sphere, where the curve is scaled to the radius. Differences of step 1e-4 are good to
    // 1e-8.
    let nodes: Vec<f64> = (0..32).map(|k| (f64::from(k) + 0.5) / 32.0).collect();
    let flat = Objective::formula(5, |x| {
        Scalar::sum((0..5).map(|i| (x[i].square() - 1.0).square())) + (x[0] * x[1] + x[2]).sin() + x[3] * x[4]
    });
    let mut stream = Stream::new(7, "stationary", &[]);
    let sphere = three_spin(6, 3);
    for objective in [flat, sphere] {
        let mut eval = objective.evaluator();
        let dim = objective.dim();
        let mut minimum = || {
            let start = stream.on_sphere(dim, (dim as f64).sqrt());
            flow_down(&mut eval, &start, &Criteria::default(), &Flow::default()).point.x
        };
        let (a, mut b) = (minimum(), minimum());
        while distance(&a, &b) < 1.0 {
            b = minimum();
        }
        let path = bezier(&mut eval, &a, &b, &Bezier::default(), &mut stream).unwrap();
        let mut mean = |control: &[f64]| {
            let curve = Quadratic { control: control.to_vec(), ..path.curve.clone() };
            values_along(&mut eval, &curve, &nodes).iter().sum::<f64>() / 32.0
        };
        let mut slope = |control: &[f64]| {
            let difference = |i: usize| {
                let (mut up, mut down) = (control.to_vec(), control.to_vec());
                (up[i], down[i]) = (control[i] + 1e-4, control[i] - 1e-4);
                (mean(&up) - mean(&down)) / 2e-4
            };
            (0..control.len()).map(difference).map(|d| d * d).sum::<f64>().sqrt()
        };
        let middle: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 0.5 * (a + b)).collect();
        let (before, after) = (slope(&middle), slope(&path.curve.control));
        assert!(before > 0.1 && after < 1e-6, "{before} {after}");
        assert!((mean(&path.curve.control) - path.mean).abs() < 1e-13 && path.mean < mean(&middle));
    }
}

#[test]
fn a_band_of_one_dimension_climbs_to_the_maximum() {
    // x^4/4 - x^2/2 from -1 to 1: there is no direction across, and the maximum at 0 lies between two of the four
    // images.
    let objective = Objective::formula(1, |x| x[0].powi(4) * 0.25 - x[0].square() * 0.5);
    let way = Segment::new(&FLAT, &[-1.0], &[1.0]).unwrap();
    let settings = Band { images: 4, ..Default::default() };
    let band = elastic_band(&mut objective.evaluator(), &way, 0, &settings, &Criteria::default());
    let x: Vec<f64> = band.passes.iter().map(|pass| pass.point.x[0]).collect();
    assert!(x.len() == 1 && x[0].abs() < 1e-14, "{band:?}");
    assert_eq!(band.passes[0].certificate.class, Class::Maximum);
    assert!(band.passes[0].is_transition());
}

#[test]
fn the_ways_between_two_mirrored_solutions() {
    // sum (x_i^2 - 1)^2 / 4 with coordinates that may be exchanged and flipped: all corners are copies of one.
    let objective = Objective::formula(3, |x| Scalar::sum(x.iter().map(|x| (x.square() - 1.0).square() * 0.25)));
    let mut eval = objective.evaluator();
    let symmetry = Symmetry::Vectors { size: 1, flips: true };
    let mut stream = Stream::new(7, "mirrored", &[]);
    let (a, b) = ([1.0, 1.0, 1.0], [-1.0, 1.0, -1.0]);
    let ways = between(&mut eval, &a, &b, &symmetry, &Bezier::default(), &mut stream).unwrap();
    assert!((ways.distance - 8f64.sqrt()).abs() < 1e-15 && (ways.raw.height - 0.5).abs() < 1e-14);
    assert_eq!((ways.matched_distance, ways.matched.height, &ways.copy[..]), (0.0, 0.0, &a[..]));
    // Any way passes a saddle of height 1/4 in each of the two coordinates.
    assert!(ways.bent.lowest.height >= 0.25 && ways.bent.lowest.height < 0.5, "{ways:?}");
}

#[test]
fn band_on_mueller_brown_passes_both_saddles() {
    let objective = mueller_brown();
    let (from, to) =
        ([-0.558_223_634_633_024_3, 1.441_725_841_804_668_6], [0.623_499_404_930_876_5, 0.028_037_758_528_685_664]);
    let saddles = [[-0.822_001_558_732_732, 0.624_312_802_814_871], [0.212_486_582_000_662, 0.292_988_325_107_368]];
    let heights = [-40.664_843_508_657_405, -72.248_940_112_325_22];
    for images in [9, 15, 31] {
        let way = Segment::new(&FLAT, &from, &to).unwrap();
        let settings = Band { images, ..Default::default() };
        let band = elastic_band(&mut objective.evaluator(), &way, 0, &settings, &Criteria::default());
        assert!(band.is_relaxed, "{images}: {} steps, force {}", band.iterations, band.largest_force);
        assert_eq!(band.passes.len(), 2, "{images}: {:?}", band.values);
        for ((pass, saddle), height) in band.passes.iter().zip(saddles).zip(heights) {
            assert!(pass.is_transition() && distance(&pass.point.x, &saddle) < 1e-12, "{pass:?}");
            assert!((pass.certificate.f - height).abs() < 1e-11);
            // The climbing image was there already: force 1e-3 of the steepest slope over a curvature of hundreds.
            assert!(pass.point.distance < 0.02, "{}", pass.point.distance);
        }
        // The dip between them is the middle minimum.
        let dip =
            (band.passes[0].image..band.passes[1].image).min_by(|&a, &b| band.values[a].total_cmp(&band.values[b]));
        let middle = polish(&mut objective.evaluator(), &band.points[2 * dip.unwrap()..][..2], &Criteria::default());
        assert!(distance(&middle.x, &[-0.050_010_822_998_206, 0.466_694_104_871_972]) < 1e-12);
    }
}

#[test]
fn band_on_the_camel_finds_the_passes_between_neighbours() {
    let camel = six_hump_camel();
    let low = [0.089_842_013_100_318_06, -0.712_656_403_020_739_6];
    let high = [-low[0], -low[1]];
    let side = [1.703_606_714_969_981, -0.796_083_568_672_625_1];
    for (from, to, saddle, height) in [
        (low, high, [0.0, 0.0], 0.0),
        (low, side, [1.109_205_336_804_786_5, -0.768_268_092_509_539_9], 0.543_718_600_978_185_1),
    ] {
        let way = Segment::new(&FLAT, &from, &to).unwrap();
        let band = elastic_band(&mut camel.evaluator(), &way, 0, &Band::default(), &Criteria::default());
        assert!(band.is_relaxed && band.passes.len() == 1, "{band:?}");
        let pass = &band.passes[0];
        assert!(pass.is_transition() && distance(&pass.point.x, &saddle) < 1e-12, "{pass:?}");
        assert!((pass.certificate.f - height).abs() < 1e-13);
    }
}

#[test]
fn bands_between_the_minima_of_himmelblau_find_its_four_saddles() {
    let objective = himmelblau();
    let mut eval = objective.evaluator();
    let criteria = Criteria::default();
    // Saddles near these, by the signs of the table in Himmelblau's function's literature; the polish says where
    // exactly.
    let near = [[0.0867, 2.8843], [3.3852, 0.0739], [-3.0730, -0.0814], [-0.1280, -1.9537]];
    let saddles = near.map(|x| polish(&mut eval, &x, &criteria).x);
    let minima = [[3.0, 2.0], [-2.805118, 3.131313], [-3.779310, -3.283186], [3.584428, -1.848126]]
        .map(|x| polish(&mut eval, &x, &criteria).x);
    for (i, j, saddle) in [(0, 1, 0), (0, 3, 1), (1, 2, 2), (2, 3, 3)] {
        let way = Segment::new(&FLAT, &minima[i], &minima[j]).unwrap();
        let band = elastic_band(&mut eval, &way, 0, &Band::default(), &criteria);
        let hits = band.passes.iter().filter(|pass| pass.is_transition());
        let found: Vec<f64> = hits.map(|pass| distance(&pass.point.x, &saddles[saddle])).collect();
        assert!(band.is_relaxed && found.len() == 1 && found[0] < 1e-12, "{i} {j}: {band:?}");
    }
}

#[test]
fn a_symmetric_band_stays_on_the_ridge_and_says_so() {
    // f = (x^2 + y^2 - 1)^2 - x^2 / 10: minima on the x-axis, maximum of value 1 at the origin, saddles (0, +-1) of value 0.
    let objective = Objective::formula(2, |x| (x[0].square() + x[1].square() - 1.0).square() - x[0].square() * 0.1);
    let mut eval = objective.evaluator();
    let end = 1.05f64.sqrt(); // x^2 - 1 = 1/20
    let (from, to) = (vec![-end, 0.0], vec![end, 0.0]);
    let criteria = Criteria::default();
    let straight = Segment::new(&FLAT, &from, &to).unwrap();
    let band = elastic_band(&mut eval, &straight, 0, &Band::default(), &criteria);
    assert_eq!(band.passes.len(), 1);
    assert!(!band.passes[0].is_transition() && band.passes[0].certificate.inertia.n_neg == 2, "{band:?}");
    let bow = Quadratic { geometry: FLAT, from: from.clone(), control: vec![0.1, 0.5], to: to.clone() };
    let band = elastic_band(&mut eval, &bow, 0, &Band::default(), &criteria);
    assert!(band.is_relaxed && band.passes.len() == 1, "{band:?}");
    assert!(band.passes[0].is_transition() && distance(&band.passes[0].point.x, &[0.0, 1.0]) < 1e-12);
    assert!(band.passes[0].certificate.f.abs() < 1e-15);
}

#[test]
fn a_band_on_a_sphere_stays_there_and_finds_the_known_saddle() {
    // f = s.As with A = diag(1, 2, 5) on the unit sphere: minima +-e_1, saddles +-e_2, maxima +-e_3. From e_1 towards
    // -e_1 by way of a point near e_2.
    let objective = Objective::formula(3, |s| s[0].square() + s[1].square() * 2.0 + s[2].square() * 5.0)
        .on(Geometry::Sphere { radius: 1.0 });
    struct Bow;
    impl Curve for Bow {
        fn dim(&self) -> usize {
            3
        }
        fn point(&self, t: f64, out: &mut [f64]) {
            let (sin, cos) = (std::f64::consts::PI * t).sin_cos();
            let up = if t == 0.0 || t == 1.0 { 0.0 } else { sin };
            out.copy_from_slice(&[cos, 0.8 * up, 0.6 * up]);
        }
    }
    let band = elastic_band(&mut objective.evaluator(), &Bow, 0, &Band::default(), &Criteria::default());
    assert!(band.is_relaxed && band.passes.len() == 1, "{band:?}");
    assert!(band.passes[0].is_transition() && distance(&band.passes[0].point.x, &[0.0, 1.0, 0.0]) < 1e-12);
    for x in band.points.chunks_exact(3) {
        assert!((x.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-14);
    }
}
