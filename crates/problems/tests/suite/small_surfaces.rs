//! Counts by index of the small surfaces, and the control without critical points.

use problems::Instance;

use crate::cases::instance;

/// Number of known points of each index, 0 first.
fn counts(instance: &Instance) -> Vec<usize> {
    let mut counts = vec![0; instance.dim + 1];
    for point in &instance.known_points {
        counts[point.n_neg] += 1;
    }
    counts
}

fn binomial(n: usize, k: usize) -> usize {
    (0..k).fold(1, |count, i| count * (n - i) / (i + 1))
}

/// At points where the formula can be worked out in the head: known points alone do not fix every constant.
#[test]
fn formulas_have_the_values_of_a_hand_calculation() {
    for (name, params, x, expected) in [
        ("quadratic", "condition = 9", &[2.0, 2.0][..], 20.0),
        ("classical_saddle", "wall = 0.5", &[1.0, 2.0], 5.0 - 4.0 + 8.0),
        ("monkey_saddle", "", &[2.0, 1.0], 8.0 - 6.0),
        ("double_well", "dim = 3", &[2.0, 0.0, 1.0], (9.0 + 1.0) / 4.0),
        ("himmelblau", "", &[1.0, 2.0], 64.0 + 4.0),
        ("rastrigin", "dim = 3", &[0.25, 0.5, 1.0], 10.0625 + 20.25 + 1.0),
        ("rosenbrock", "dim = 3", &[2.0, 3.0, 8.0], (100.0 + 1.0) + (100.0 + 4.0)),
        ("styblinski_tang", "dim = 2", &[1.0, 2.0], (1.0 - 16.0 + 5.0 + 16.0 - 64.0 + 10.0) / 2.0),
        ("no_critical_point", "", &[3.0, 2.0], 9.0 + 3.0 + 2.0),
    ] {
        let value = instance(name, params).objective.evaluator().value(x);
        assert!((value - expected).abs() < 1e-13 * expected.abs(), "{name}: {value} for {expected}");
    }
}

/// One hidden unit says "a", the other "b": `o = v_a g(a) + v_b g(b) + c` for the four patterns.
#[test]
fn xor_is_the_network_it_says() {
    let x = [1.0, 0.0, 0.0, 1.0, 0.25, -0.5, 2.0, -1.0, 0.125];
    let logistic = |z: f64| 1.0 / (1.0 + (-z).exp());
    let identity = |z: f64| z;
    type Function<'a> = &'a dyn Fn(f64) -> f64;
    let pairs: [(&str, Function, Function); 4] = [
        ("logistic-logistic", &logistic, &logistic),
        ("tanh-logistic", &f64::tanh, &logistic),
        ("tanh-linear", &f64::tanh, &identity),
        ("relu-linear", &|z| z.max(0.0), &identity),
    ];
    for (pair, hidden, output) in pairs {
        let mut expected = 0.0;
        for (a, b, target) in [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)] {
            let o = output(2.0 * hidden(a + 0.25) - hidden(b - 0.5) + 0.125);
            expected += 0.5 * (o - target) * (o - target);
        }
        let value = instance("xor", &format!("pair = \"{pair}\"")).objective.evaluator().value(&x);
        assert!((value - expected).abs() < 1e-14, "{pair}: {value} for {expected}");
    }
}

#[test]
fn himmelblau_has_4_minima_4_saddles_1_maximum() {
    assert_eq!(counts(&instance("himmelblau", "")), [4, 4, 1]);
}

#[test]
fn separable_surfaces_have_binomial_counts() {
    for dim in 1..=8 {
        for name in ["double_well", "styblinski_tang"] {
            let expected: Vec<usize> = (0..=dim).map(|k| binomial(dim, k) * 2usize.pow((dim - k) as u32)).collect();
            assert_eq!(counts(&instance(name, &format!("dim = {dim}"))), expected, "{name} dim = {dim}");
        }
    }
    for dim in 1..=2 {
        let expected: Vec<usize> =
            (0..=dim).map(|k| binomial(dim, k) * 10usize.pow(k as u32) * 11usize.pow((dim - k) as u32)).collect();
        assert_eq!(counts(&instance("rastrigin", &format!("dim = {dim}"))), expected);
    }
}

#[test]
fn large_separable_surfaces_list_the_points_with_equal_coordinates() {
    assert_eq!(instance("double_well", "dim = 9").known_points.len(), 3);
    assert_eq!(instance("rastrigin", "dim = 3").known_points.len(), 21);
    assert_eq!(instance("rastrigin", "dim = 100").reference, Some(problems::Reference::minimum(0.0)));
    assert_eq!(
        instance("styblinski_tang", "dim = 3").reference,
        Some(problems::Reference::minimum(3.0 * -39.16616570377141))
    );
}

/// Euler characteristic of the plane: each of these grows to infinity, so minima - saddles + maxima = 1.
#[test]
fn complete_lists_obey_the_euler_count() {
    for (name, params) in [
        ("himmelblau", ""),
        ("double_well", "dim = 5"),
        ("styblinski_tang", "dim = 4"),
        ("classical_saddle", "wall = 2"),
    ] {
        let alternating: i64 =
            counts(&instance(name, params)).iter().enumerate().map(|(k, n)| *n as i64 * [1, -1][k % 2]).sum();
        assert_eq!(alternating, 1, "{name}");
    }
}

#[test]
fn the_control_is_nowhere_critical_but_gradient_flat_at_0() {
    let control = instance("no_critical_point", "");
    assert!(control.known_points.is_empty());
    let mut eval = control.objective.evaluator();
    let (mut grad, mut hg) = ([0.0; 2], [0.0; 2]);
    for i in -20..=20 {
        for j in -20..=20 {
            eval.gradient(&[0.1 * f64::from(i), 0.1 * f64::from(j)], &mut grad);
            assert!(grad[0] >= 1.0);
        }
    }
    eval.gradient(&[0.0, 0.0], &mut grad);
    eval.hvp(&[0.0, 0.0], &grad, &mut hg);
    assert_eq!((grad, hg), ([1.0, 0.0], [0.0, 0.0]));
}

#[test]
fn stuck_losses_of_xor_are_a_quarter_a_third_and_a_half() {
    let mut values: Vec<f64> =
        instance("xor", "pair = \"relu-linear\"").known_points.iter().map(|point| point.value).collect();
    values.sort_by(f64::total_cmp);
    assert_eq!(values, [0.0, 0.25, 1.0 / 3.0, 0.5]);
}

#[test]
fn the_quadratic_has_the_asked_condition_number() {
    let spectrum = crate::cases::spectrum(&instance("quadratic", "dim = 5\ncondition = 1e4").objective, &[0.3; 5]);
    for (i, lambda) in spectrum.iter().enumerate() {
        assert!((lambda / 10f64.powi(i as i32) - 1.0).abs() < 1e-14, "{spectrum:?}");
    }
}
