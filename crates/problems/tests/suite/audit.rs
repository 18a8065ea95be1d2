//! Formulas and complete lists of the analytic surfaces, against independent values.

use problems::{Instance, KnownPoint};

use crate::cases::{instance, negative_and_zero, spectrum};

fn value(name: &str, params: &str, x: &[f64]) -> f64 {
    instance(name, params).objective.evaluator().value(x)
}

/// At a point where every term counts: written down anew from the literature in Python and evaluated with mpmath at 40 digits.
#[test]
fn formulas_have_the_values_of_an_independent_program() {
    for (name, params, x, expected) in [
        ("quadratic", "dim = 3\ncondition = 1e3", &[0.7, -1.3, 2.1][..], 2231.9662462284228),
        ("log_sum_exp", "dim = 3\ntemperature = 0.5", &[0.7, -1.3, 2.1], 2.2186191112795585),
        ("classical_saddle", "wall = 0.25", &[0.7, -1.3], 1.474025),
        ("monkey_saddle", "", &[0.7, -1.3], -3.206),
        ("double_well", "dim = 3", &[0.7, -1.3, 2.1], 3.091075),
        ("rastrigin", "dim = 3", &[0.7, -1.3, 2.1], 34.680169943749474),
        ("ackley", "dim = 3", &[0.7, -1.3, 2.1], 6.783095121631518),
        ("griewank", "dim = 3", &[7.0, -13.0, 21.0], 1.8278778084480825),
        ("levy", "dim = 3", &[0.7, -1.3, 2.1], 2.2896831885312357),
        ("schwefel", "dim = 3", &[120.5, -333.25, 418.0], 772.926581731144),
        ("styblinski_tang", "dim = 3", &[0.7, -1.3, 2.1], -37.69785),
        ("rosenbrock", "dim = 3", &[0.7, -1.3, 2.1], 342.6),
        ("beale", "", &[0.7, -1.3], 7.63123541),
        ("himmelblau", "", &[0.7, -1.3], 160.7282),
        ("six_hump_camel", "", &[0.7, -1.3], 5.249406333333333),
        ("goldstein_price", "", &[0.7, -1.3], 2893.60524464),
        ("michalewicz", "dim = 3", &[0.7, 1.3, 2.1], -0.13733369931244174),
        ("mueller_brown", "", &[-0.4, 0.9], -6.396882101960975),
        ("powell_singular", "", &[0.7, -1.3, 2.1, 0.4], 1080.8835),
        ("dixon_price", "dim = 3", &[0.7, -1.3, 2.1], 321.698),
        ("no_critical_point", "", &[0.7, -1.3], 1.6593333333333333),
        // The mouth, the second stage past tau, the third stage's bend, and behind the last saddle.
        ("saddle_tube", "dim = 3\nsteep = 1.5", &[0.7, -1.3, 0.4], 2.285),
        ("saddle_tube", "dim = 3\nsteep = 1.5", &[-4.0, 0.5, 0.4], -17.682636039435387),
        ("saddle_tube", "dim = 3\nsteep = 1.5", &[9.0, 4.5, -0.3], -103.94525850174728),
        ("saddle_tube", "dim = 3\nsteep = 1.5", &[9.0, -12.0, 11.5], -245.3180453643956),
    ] {
        let value = value(name, params, x);
        // Terms of some hundred cancel in the worst of these.
        assert!((value - expected).abs() <= 1e-13 * expected.abs().max(10.0), "{name}: {value} for {expected}");
    }
}

/// The digits that the literature prints: places and values.
#[test]
fn published_points_have_the_published_values() {
    for (name, params, x, published, digits) in [
        ("beale", "", &[3.0, 0.5][..], 0.0, 1e-15),
        ("himmelblau", "", &[3.0, 2.0], 0.0, 1e-15),
        ("himmelblau", "", &[-2.805118, 3.131312], 0.0, 1e-9),
        ("himmelblau", "", &[-3.779310, -3.283186], 0.0, 1e-9),
        ("himmelblau", "", &[3.584428, -1.848126], 0.0, 1e-9),
        ("himmelblau", "", &[-0.270845, -0.923039], 181.617, 1e-3),
        ("six_hump_camel", "", &[0.0898, -0.7126], -1.0316, 5e-5),
        ("six_hump_camel", "", &[-0.0898, 0.7126], -1.0316, 5e-5),
        ("goldstein_price", "", &[0.0, -1.0], 3.0, 1e-12),
        ("michalewicz", "dim = 2", &[2.20, 1.57], -1.8013, 2e-4),
        ("mueller_brown", "", &[-0.558, 1.442], -146.700, 2e-3),
        ("mueller_brown", "", &[0.623, 0.028], -108.167, 2e-3),
        ("mueller_brown", "", &[-0.050, 0.467], -80.768, 2e-3),
        ("mueller_brown", "", &[0.212, 0.293], -72.249, 2e-3),
        ("mueller_brown", "", &[-0.822, 0.624], -40.665, 2e-3),
        ("schwefel", "dim = 2", &[420.9687, 420.9687], 2.0 * 1.2727566e-5, 1e-8),
        ("styblinski_tang", "dim = 1", &[-2.903534], -39.16617, 1e-5),
        ("levy", "dim = 4", &[1.0; 4], 0.0, 1e-15),
        ("griewank", "dim = 4", &[0.0; 4], 0.0, 1e-15),
        // A kink: the value is right to the rounding of 20 + e.
        ("ackley", "dim = 4", &[0.0; 4], 0.0, 1e-14),
        // The start points of the original papers.
        ("rosenbrock", "dim = 2", &[-1.2, 1.0], 24.2, 1e-13),
        ("powell_singular", "", &[3.0, -1.0, 0.0, 1.0], 215.0, 1e-12),
    ] {
        let value = value(name, params, x);
        assert!((value - published).abs() <= digits, "{name} {params} {x:?}: {value}, published {published}");
    }
}

/// The integral over the plane of a sum of Gaussian wells is 2 pi width^2 times the sum of the depths, which is the declared
/// bound; and the confinement adds its bowl.
#[test]
fn the_gaussian_mixture_holds_wells_of_the_declared_width_and_depths() {
    let (width, cells) = (0.15, 300);
    let params = format!("wells = 7\nwidth = {width}\nseed = 5");
    let open = instance("gaussian_mixture", &format!("{params}\nconfinement = 0.0"));
    let held = instance("gaussian_mixture", &format!("{params}\nconfinement = 0.3"));
    let mut eval = open.objective.evaluator();
    let cell = 6.0 / f64::from(cells);
    let at = |i: i32| -3.0 + cell * (f64::from(i) + 0.5);
    let sum: f64 = (0..cells).flat_map(|i| (0..cells).map(move |j| [at(i), at(j)])).map(|x| eval.value(&x)).sum();
    let depths = -sum * cell * cell / (std::f64::consts::TAU * width * width);
    // The rule converges exponentially: with cells of 0.13 widths only rounding is left, and tails 13 widths away.
    assert!((depths + open.reference.unwrap().value).abs() < 1e-10, "{depths}");
    assert!((3.5..=7.0).contains(&depths), "{depths}: seven depths from 1/2 to 1");
    let x = [0.3, -0.4];
    let bowl = held.objective.evaluator().value(&x) - eval.value(&x);
    assert!((bowl - 0.5 * 0.3 * 0.25).abs() < 1e-14, "{bowl}");
}

/// Instances of the quadratic are rotated: the Hessian is full, its condition number as asked.
#[test]
fn the_rotated_quadratic_keeps_its_condition_number() {
    let rotated = instance("quadratic", "dim = 4\ncondition = 1e3\ninstance = 2");
    let x = rotated.known_points[0].x.clone();
    let mut hess = vec![0.0; 16];
    rotated.objective.evaluator().hessian(&x, &mut hess);
    assert!((0..4).all(|i| (0..i).all(|j| hess[4 * i + j].abs() > 1e-3 * hess[0].abs())), "{hess:?}");
    let spectrum = spectrum(&rotated.objective, &x);
    // Eigenvalues to some eps times the largest.
    assert!((spectrum[3] / spectrum[0] / 1e3 - 1.0).abs() < 1e-11, "{spectrum:?}");
}

/// All critical points that damped Newton steps on the gradient reach from a grid of the box, to rounding.
fn found_from_a_grid(instance: &Instance, cells: usize) -> Vec<[f64; 2]> {
    let (lower, upper) = (&instance.domain.lower, &instance.domain.upper);
    let mut eval = instance.objective.evaluator();
    let mut found: Vec<[f64; 2]> = vec![];
    let side = |k: usize, i: usize| lower[k] + (upper[k] - lower[k]) * (i as f64 + 0.5) / cells as f64;
    for start in (0..cells * cells).map(|i| [side(0, i / cells), side(1, i % cells)]) {
        let (mut x, mut grad, mut hess) = (start, [0.0; 2], [0.0; 4]);
        let mut length = f64::INFINITY;
        for _ in 0..60 {
            eval.gradient(&x, &mut grad);
            eval.hessian(&x, &mut hess);
            let determinant = hess[0] * hess[3] - hess[1] * hess[2];
            let step = [
                (hess[3] * grad[0] - hess[1] * grad[1]) / determinant,
                (hess[0] * grad[1] - hess[2] * grad[0]) / determinant,
            ];
            length = step[0].hypot(step[1]);
            // Short steps, so that the points near a start are found before those far away.
            let share = (0.1 / length).min(1.0);
            x.iter_mut().zip(step).for_each(|(x, s)| *x -= share * s);
        }
        if length < 1e-9 && instance.domain.contains(&x) && !found.iter().any(|y| apart(&x, y) < 1e-6) {
            found.push(x);
        }
    }
    found
}

fn apart(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).fold(0.0, |most: f64, (x, y)| most.max((x - y).abs()))
}

/// Lists said to be complete are what a search of the box finds, no point more and none less, each well apart from the
/// others.
#[test]
fn a_search_of_the_box_finds_exactly_the_listed_points() {
    for (name, params, by_index) in [
        ("six_hump_camel", "", [6, 7, 2]),
        ("himmelblau", "", [4, 4, 1]),
        ("mueller_brown", "", [3, 2, 0]),
        ("goldstein_price", "", [4, 4, 1]),
        ("beale", "", [1, 2, 0]),
        ("styblinski_tang", "dim = 2", [4, 4, 1]),
        ("double_well", "dim = 2", [4, 4, 1]),
        ("rastrigin", "dim = 2", [121, 220, 100]),
    ] {
        let surface = instance(name, params);
        let known = &surface.known_points;
        let found = found_from_a_grid(&surface, if name == "rastrigin" { 120 } else { 40 });
        let missing = known.iter().find(|point| !found.iter().any(|x| apart(x, &point.x) < 1e-6));
        assert!(missing.is_none(), "{name}: the search misses {missing:?}");
        let unknown = found.iter().find(|x| !known.iter().any(|point| apart(*x, &point.x) < 1e-6));
        assert!(unknown.is_none(), "{name}: not listed: {unknown:?}");
        for (i, point) in known.iter().enumerate() {
            assert!(known[..i].iter().all(|other| apart(&point.x, &other.x) > 0.01), "{name}: {point:?} twice");
            assert_eq!(negative_and_zero(&spectrum(&surface.objective, &point.x)), (point.n_neg, 0), "{name}");
        }
        let counted = |index: usize| known.iter().filter(|point| point.n_neg == index).count();
        assert_eq!([counted(0), counted(1), counted(2)], by_index, "{name}");
    }
}

/// Both minima of Rosenbrock's function in four variables, with the coordinates of Shang and Qiu (2006).
#[test]
fn rosenbrock_in_four_variables_has_its_two_minima_and_the_saddle() {
    let surface = instance("rosenbrock", "dim = 4");
    let minima: Vec<&KnownPoint> = surface.known_points.iter().filter(|point| point.n_neg == 0).collect();
    assert_eq!((minima.len(), surface.known_points.len()), (2, 3));
    let published = [-0.775659, 0.613093, 0.382063, 0.145972];
    assert!(apart(&minima[0].x, &[1.0; 4]) == 0.0 && apart(&minima[1].x, &published) < 1e-6);
    assert!(minima[0].value == 0.0 && (minima[1].value - 3.70143).abs() < 5e-6);
}

#[test]
fn styblinski_tang_lists_3_to_the_n_points_apart_from_each_other() {
    for dim in 1..=5 {
        let points = instance("styblinski_tang", &format!("dim = {dim}")).known_points;
        assert_eq!(points.len(), 3usize.pow(dim));
        for (i, point) in points.iter().enumerate() {
            assert!(points[..i].iter().all(|other| apart(&point.x, &other.x) > 1.0), "{point:?}");
        }
    }
}
