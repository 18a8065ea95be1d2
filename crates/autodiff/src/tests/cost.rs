//! Laws of cost, counted in operations of the compiled programs, not in time.

use std::sync::Arc;

use crate::{Cost, Objective, Rows, Scalar, Stream};

/// Flops that an elementary function is counted as: about its number of multiplications and additions.
const PER_FUNCTION: u64 = 25;

fn flops(cost: Cost) -> f64 {
    (cost.flops + PER_FUNCTION * cost.functions) as f64
}

fn rastrigin<S: Scalar>(x: &[S]) -> S {
    S::sum(x.iter().map(|&x| x.square() - (x * std::f64::consts::TAU).cos() * 10.0)) + 10.0 * x.len() as f64
}

fn rosenbrock<S: Scalar>(x: &[S]) -> S {
    S::sum(x.windows(2).map(|x| (x[1] - x[0].square()).square() * 100.0 + (x[0] - 1.0).square()))
}

/// XOR on a 2-4-1 network, cross-entropy.
fn xor<S: Scalar>(x: &[S]) -> S {
    let pattern = |(a, b, y): (f64, f64, f64)| {
        let unit = |h: usize| (x[2 * h] * a + x[2 * h + 1] * b + x[8 + h]).tanh();
        let z = (0..4).fold(x[16], |z, h| unit(h).mul_add(x[12 + h], z));
        z.softplus() - z * y
    };
    S::sum([(0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)].map(pattern)) * 0.25
}

/// Three spins per coupling, packed: fields times spins.
fn three_spin<S: Scalar>(x: &[S]) -> S {
    let mut stream = Stream::new(0, "couplings", &[]);
    let mut pairs = Vec::new();
    let mut fields = Vec::new();
    for k in 0..x.len() {
        pairs.extend((0..=k).map(|i| x[i] * x[k]));
        let couplings: Vec<f64> = pairs.iter().map(|_| stream.normal()).collect();
        fields.push(S::weighted_sum(&couplings, &pairs));
    }
    S::dot(x, &fields)
}

/// One hidden layer of tanh units, half the squared error.
fn one_hidden_layer(inputs: usize, hidden: usize, outputs: usize) -> Objective {
    let cells = (0..50 * (inputs + outputs)).map(|i| f64::from(i as u32 % 11) / 11.0).collect();
    let dim = hidden * (inputs + 1) + outputs * (hidden + 1);
    Objective::over_rows(dim, Arc::new(Rows::new(inputs + outputs, cells)), |x, row| {
        let (first, second) = x.split_at(hidden * (inputs + 1));
        let layer = |weights: &[_], from: &[_]| -> Vec<_> {
            weights.chunks_exact(from.len() + 1).map(|w| Scalar::dot(&w[1..], from) + w[0]).collect()
        };
        let signals: Vec<_> = layer(first, &row[..inputs]).into_iter().map(Scalar::tanh).collect();
        let errors = layer(second, &signals).into_iter().zip(&row[inputs..]).map(|(z, &t)| (z - t).square());
        Scalar::sum(errors) * 0.5
    })
}

#[test]
fn a_gradient_costs_at_most_two_and_a_half_values_and_a_product_as_many_gradients() {
    let objectives = [
        ("rastrigin", Objective::formula(10, |x| rastrigin(x))),
        ("rosenbrock", Objective::formula(10, |x| rosenbrock(x))),
        ("xor", Objective::formula(17, |x| xor(x))),
        ("three spins", Objective::formula(20, |x| three_spin(x))),
        ("network", one_hidden_layer(20, 8, 4)),
    ];
    for (name, objective) in &objectives {
        let (value, gradient) = (flops(objective.value_cost()), flops(objective.gradient_cost()));
        let product = flops(objective.hvp_cost());
        assert!(gradient <= 2.5 * value, "{name}: value {value}, with gradient {gradient}");
        assert!(product <= 2.5 * gradient, "{name}: with gradient {gradient}, Hessian-vector product {product}");
    }
}

/// The structured form: for each pair of units the outer product of their signals, the symmetric part of it where both
/// have the same signals; two flops each.
#[test]
fn a_hessian_of_one_hidden_layer_costs_at_most_twice_its_structured_form() {
    for (inputs, hidden, outputs) in [(64, 8, 10), (64, 20, 10), (16, 4, 10), (10, 30, 3)] {
        let objective = one_hidden_layer(inputs, hidden, outputs);
        let (first, second) = (inputs + 1, hidden + 1);
        let pairs = |units: usize| units * (units + 1) / 2;
        let structured =
            pairs(hidden) * pairs(first) + hidden * outputs * first * second + pairs(outputs) * pairs(second);
        let ratio = flops(objective.hessian_cost()) / (2 * structured * objective.row_count()) as f64;
        assert!(ratio <= 2.0, "{inputs}-{hidden}-{outputs}: {ratio} times the structured form");
    }
}

/// A Hessian whose entries are mostly 0 by structure costs by the entries that are not.
#[test]
fn a_separable_hessian_is_linear_in_the_dimension() {
    let cost = |dim| flops(Objective::formula(dim, |x| rastrigin(x)).hessian_cost());
    assert!(cost(200) <= 10.5 * cost(20));
}
