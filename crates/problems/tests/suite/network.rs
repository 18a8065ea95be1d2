//! Networks against a plain forward pass that shares no code with them, and their exact zero modes.

use crate::cases::{instance, max_abs, negative_and_zero, spectrum, stream};

/// The shipped digits, read by hand: pixels, label.
fn digits() -> Vec<(Vec<f64>, usize)> {
    let text = include_str!("../../../../data/digits_8x8.csv");
    let numbers = |line: &str| line.split(',').map(|cell| cell.parse().unwrap()).collect::<Vec<usize>>();
    let split = |cells: Vec<usize>| (cells[..64].iter().map(|&pixel| pixel as f64 / 16.0).collect(), cells[64]);
    text.lines().map(|line| split(numbers(line))).collect()
}

fn pooled(pixels: &[f64], pool: usize) -> Vec<f64> {
    let side = 8 / pool;
    let mut features = vec![0.0; side * side];
    for y in 0..8 {
        for x in 0..8 {
            features[y / pool * side + x / pool] += pixels[y * 8 + x] / (pool * pool) as f64;
        }
    }
    features
}

/// Outputs of the net, with every index written out.
fn outputs(x: &[f64], widths: &[usize], activation: fn(f64) -> f64, features: &[f64]) -> Vec<f64> {
    let (mut signal, mut start) = (features.to_vec(), 0);
    for layer in 1..widths.len() {
        let (inputs, outputs) = (widths[layer - 1], widths[layer]);
        let mut next = vec![0.0; outputs];
        for i in 0..outputs {
            for j in 0..inputs {
                next[i] += x[start + i * inputs + j] * signal[j];
            }
            next[i] += x[start + inputs * outputs + i];
            if layer + 1 < widths.len() {
                next[i] = activation(next[i]);
            }
        }
        signal = next;
        start += (inputs + 1) * outputs;
    }
    assert_eq!(start, x.len(), "all parameters are used");
    signal
}

fn softmax(z: &[f64], label: usize) -> f64 {
    -(z[label].exp() / z.iter().map(|z| z.exp()).sum::<f64>()).ln()
}

fn squared(z: &[f64], label: usize) -> f64 {
    z.iter().enumerate().map(|(k, z)| (z - f64::from(u8::from(k == label))).powi(2)).sum::<f64>() / 2.0
}

fn seven_or_not(z: &[f64], label: usize) -> f64 {
    let p = 1.0 / (1.0 + (-z[0]).exp());
    -if label == 7 { p } else { 1.0 - p }.ln()
}

#[test]
fn the_loss_is_that_of_a_plain_forward_pass() {
    type Function = fn(f64) -> f64;
    type Loss = fn(&[f64], usize) -> f64;
    let activations: [(&str, Function); 4] = [
        ("tanh", f64::tanh),
        ("logistic", |z| 1.0 / (1.0 + (-z).exp())),
        ("softplus", |z| (1.0 + z.exp()).ln()),
        ("relu", |z| z.max(0.0)),
    ];
    let losses: [(&str, usize, Loss); 3] = [
        ("loss = \"softmax\"", 10, softmax),
        ("loss = \"squared\"", 10, squared),
        ("loss = \"binary\"\npositive = 7", 1, seven_or_not),
    ];
    let digits = digits();
    for (activation, function) in activations {
        for (loss, n_outputs, loss_of_row) in losses {
            for (pool, hidden) in [(2, vec![5]), (4, vec![3, 6]), (1, vec![])] {
                let shape = format!("pool = {pool}\nhidden = {hidden:?}\nsamples = 100");
                let net = instance("mlp", &format!("{shape}\nactivation = \"{activation}\"\n{loss}"));
                let x = net.start_point(&mut stream("network", pool));
                let widths = [&[64 / pool / pool], &hidden[..], &[n_outputs]].concat();
                let losses = digits[..100]
                    .iter()
                    .map(|(pixels, label)| loss_of_row(&outputs(&x, &widths, function, &pooled(pixels, pool)), *label));
                let expected = losses.sum::<f64>() / 100.0;
                let value = net.objective.evaluator().value(&x);
                assert!((value - expected).abs() <= 1e-13 * (1.0 + expected), "{}: {value} {expected}", net.label());
            }
        }
    }
}

#[test]
fn weight_decay_adds_half_the_squared_length() {
    let params = "pool = 4\nhidden = [3]\nsamples = 50";
    let (plain, decayed) = (instance("mlp", params), instance("mlp", &format!("{params}\nl2 = 0.3")));
    let x = plain.start_point(&mut stream("network", 0));
    let added = decayed.objective.evaluator().value(&x) - plain.objective.evaluator().value(&x);
    assert!((added - 0.15 * x.iter().map(|x| x * x).sum::<f64>()).abs() < 1e-14, "{added}");
    assert_eq!((plain.zero_modes > 0, decayed.zero_modes), (true, 0));
}

/// One constant added to all outputs: by the biases, or by everything that one hidden unit sends out.
#[test]
fn softmax_shifts_are_null_vectors_of_the_hessian() {
    let (hidden, n_outputs) = (4, 10);
    let net = instance("mlp", "pool = 4\nhidden = [4]\nsamples = 200");
    let x = net.start_point(&mut stream("network", 1));
    let last_weights = net.dim - n_outputs * (hidden + 1);
    let biases: Vec<usize> = (net.dim - n_outputs..net.dim).collect();
    let outgoing = (0..hidden).map(|unit| (0..n_outputs).map(|k| last_weights + k * hidden + unit).collect());
    let directions: Vec<Vec<usize>> = outgoing.chain([biases]).collect();
    assert_eq!(net.zero_modes, directions.len());
    let mut eval = net.objective.evaluator();
    for direction in directions {
        let mut v = vec![0.0; net.dim];
        direction.iter().for_each(|&k| v[k] = 1.0);
        let mut hv = vec![0.0; net.dim];
        eval.hvp(&x, &v, &mut hv);
        assert!(max_abs(&hv) < 1e-15, "{direction:?}: {}", max_abs(&hv));
    }
}

/// At a generic point a smooth net has the declared zero modes and no others: shifts, and the pixels and
/// combinations of pixels that the data never show.
#[test]
fn smooth_networks_have_exactly_the_declared_zero_modes() {
    for (params, expected) in [
        // 1 + 4 shifts; the pixels 0, 32 and 39 are dark in all digits, 3 x 4 weights see nothing.
        ("hidden = [4]", 17),
        // 10 rows of 16 + 1 inputs: 7 relations for each of 3 units, 1 + 3 shifts.
        ("pool = 2\nhidden = [3]\nsamples = 10", 25),
        // No hidden layer: 10 x 7 for the relations, 1 + 16 shifts, 7 of which are both.
        ("pool = 2\nhidden = []\nsamples = 10", 80),
        ("pool = 2\nhidden = [3, 2]\nsamples = 200\nactivation = \"logistic\"", 3),
        ("pool = 4\nhidden = [3]\nsamples = 100\nloss = \"squared\"", 0),
        ("pool = 2\nhidden = [3]\nsamples = 10\nloss = \"binary\"", 21),
    ] {
        let net = instance("mlp", params);
        assert_eq!(net.zero_modes, expected, "{params}");
        let x: Vec<f64> = net.start_point(&mut stream("network", 2)).iter().map(|x| 2.0 * x).collect();
        assert_eq!(negative_and_zero(&spectrum(&net.objective, &x)).1, expected, "{params}");
    }
}

#[test]
fn relu_units_can_be_rescaled() {
    let net = instance("mlp", "pool = 4\nhidden = [3]\nsamples = 100\nactivation = \"relu\"\nloss = \"squared\"");
    assert_eq!(net.zero_modes, 3);
    let x = net.start_point(&mut stream("network", 3));
    let mut y = x.clone();
    // Unit 1: 4 incoming weights, its bias after 12 weights, one outgoing weight of 3 in each of 10 rows.
    (4..8).chain([13]).for_each(|k| y[k] *= 4.0);
    (0..10).for_each(|k| y[15 + 3 * k + 1] /= 4.0);
    let mut eval = net.objective.evaluator();
    assert!((eval.value(&x) - eval.value(&y)).abs() < 1e-15);
}

/// Logits of a million: nothing overflows, and derivatives stay finite.
#[test]
fn cross_entropies_are_finite_far_out() {
    for loss in ["softmax", "binary"] {
        let net = instance("mlp", &format!("pool = 2\nhidden = [3]\nsamples = 50\nloss = \"{loss}\""));
        for scale in [1e3, 1e6] {
            let x: Vec<f64> = net.start_point(&mut stream("network", 4)).iter().map(|x| scale * x).collect();
            let (mut grad, mut hv) = (vec![0.0; net.dim], vec![0.0; net.dim]);
            let mut eval = net.objective.evaluator();
            let value = eval.gradient(&x, &mut grad);
            eval.hvp(&x, &x, &mut hv);
            assert!(value.is_finite() && value > 0.1 * scale, "{loss}: {value}");
            assert!(grad.iter().chain(&hv).all(|a| a.is_finite()), "{loss}");
        }
    }
}

/// On all digits: ln 10 up to the slight imbalance of the classes, and a saddle through every hidden unit.
#[test]
fn the_constant_network_is_a_saddle_of_the_digits() {
    let net = instance("mlp", "pool = 2");
    let point = &net.known_points[0];
    assert!((point.value - 10f64.ln()).abs() < 2e-4 && point.value < 10f64.ln());
    // Errors of 10 classes sum to 0, so the block between errors and 16 inputs has rank 9, for each of 4 units.
    assert_eq!((point.n_neg, negative_and_zero(&spectrum(&net.objective, &point.x)).0), (36, 36));
}
