//! Equal bits: the lane executor against the reference interpreter, and batches against single calls.

use std::sync::Arc;

use crate::curvature::entries;
use crate::derive::tangent;
use crate::graph::{Graph, Node};
use crate::lanes::Workspace;
use crate::objective::{Body, Formula, Task};
use crate::{Objective, Rows, Scalar, Stream, interpret};

fn formula(objective: &Objective) -> &Formula {
    match &objective.body {
        Body::Formula(formula) => formula,
        Body::Mean(_) => panic!("a formula"),
    }
}

/// The formula's graph with its Hessian-vector product, the direction in inputs `dim..`.
fn hvp_graph(formula: &Formula) -> (Graph, Vec<Node>) {
    let mut graph = formula.graph.clone();
    let zero = graph.constant(0.0);
    let seeds: Vec<_> = (0..formula.dim).map(|i| (graph.input(i), graph.input(formula.dim + i))).collect();
    let nodes = tangent(&mut graph, &formula.gradient, &seeds);
    (graph, nodes.into_iter().map(|node| node.unwrap_or(zero)).collect())
}

/// Every operation of the graph at least once, with sine and cosine beyond their fast range in some lanes.
fn every_operation<S: Scalar>(x: &[S]) -> S {
    let a = x[0].sin() * x[1].cos() + (x[0] * 1e7).sin();
    let b = (x[1].square() + 0.5).sqrt() / (x[2].exp() + 1.0) - x[2].logistic();
    let c = (x[0].abs() + 0.1).ln().mul_add(x[1].tanh(), -x[2].softplus());
    let d = x[0].lt(x[1]).select(a, b).max(c);
    a.mul_add(b, d) + c.powi(5) + x[2].relu().powi(-2).lt(a).select(b, c)
}

/// Weighted sums, of more and more terms, over numbers and products of two in turns; one product is read elsewhere, too.
fn sums_of_products<S: Scalar>(x: &[S]) -> S {
    let mut stream = Stream::new(0, "weights", &[]);
    let mut terms = Vec::new();
    let mut sums = Vec::new();
    for (k, &last) in x.iter().enumerate() {
        terms.push(last);
        terms.extend(x[..=k].iter().map(|&x| x * last));
        let weights: Vec<f64> = terms.iter().map(|_| stream.normal()).collect();
        sums.push(S::weighted_sum(&weights, &terms) * 0.1);
    }
    S::sum(sums.into_iter().map(S::tanh)) + (x[0] * x[1]).sin()
}

fn points(key: &str, count: usize, dim: usize) -> Vec<f64> {
    let mut stream = Stream::new(0, "points", &[key]);
    (0..count * dim).map(|_| stream.normal() * 2.0).collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// Batch sizes that make the executor use every number of lanes, full and partly filled.
const COUNTS: [usize; 8] = [1, 2, 5, 8, 9, 31, 32, 77];

#[test]
fn every_lane_equals_the_reference_interpreter() {
    let objective = Objective::formula(3, |x| every_operation(x));
    let Formula { graph, value, gradient, .. } = formula(&objective);
    let outputs = [&[*value], &gradient[..]].concat();
    for count in COUNTS {
        let xs = points("formula", count, 3);
        let (mut values, mut grads) = (vec![0.0; count], vec![0.0; count * 3]);
        objective.evaluator().gradients(&xs, &mut values, &mut grads);
        for k in 0..count {
            let reference = interpret(graph, &outputs, &xs[3 * k..][..3]);
            let got: Vec<f64> = std::iter::once(values[k]).chain(grads[3 * k..][..3].iter().copied()).collect();
            assert_eq!(bits(&got), bits(&reference), "point {k} of {count}");
        }
        let mut alone = vec![0.0; count];
        objective.evaluator().values(&xs, &mut alone);
        assert_eq!(bits(&alone), bits(&values), "values without gradients, batch of {count}");
    }
}

#[test]
fn hessian_columns_equal_the_reference_interpreter() {
    const DIM: usize = 43; // blocks of 32 directions, the last one partly filled
    let objective = Objective::formula(DIM, |x| Scalar::sum(x.windows(3).map(every_operation)));
    let (graph, hvp) = hvp_graph(formula(&objective));
    let x = points("hessian", 1, DIM);
    let column = |j: usize| {
        let mut inputs = x.clone();
        inputs.extend((0..DIM).map(|i| f64::from(u8::from(i == j))));
        interpret(&graph, &hvp, &inputs)
    };
    let mut at = objective.evaluator();
    let (mut hess, mut hv) = (vec![0.0; DIM * DIM], vec![0.0; DIM]);
    at.hessian(&x, &mut hess);
    let columns: Vec<Vec<f64>> = (0..DIM).map(column).collect();
    for (i, column) in columns.iter().enumerate() {
        let unit: Vec<f64> = (0..DIM).map(|k| f64::from(u8::from(k == i))).collect();
        at.hvp(&x, &unit, &mut hv);
        assert_eq!(bits(&hv), bits(column), "product with unit vector {i}");
    }
    let entries = entries(&formula(&objective).graph, &formula(&objective).gradient).expect("a small Hessian");
    let reference = interpret(&entries.graph, &entries.nodes, &x);
    let mut expected = vec![0.0; DIM * DIM];
    for (&(i, j), &entry) in entries.at.iter().zip(&reference) {
        expected[i as usize * DIM + j as usize] = entry;
        expected[j as usize * DIM + i as usize] = entry;
    }
    assert_eq!(bits(&hess), bits(&expected));
}

/// Products that nothing but sums with constant weights read are computed there, without a slot of their own.
#[test]
fn sums_of_products_equal_the_reference_interpreter() {
    const DIM: usize = 9;
    let objective = Objective::formula(DIM, |x| sums_of_products(x));
    let function = formula(&objective);
    let folds = &function.program(Task::Gradient).parts.folds;
    let is_of_products = |fold: &&crate::program::Fold| fold.others.1 > fold.others.0;
    assert!((1..folds.len()).contains(&folds.iter().filter(is_of_products).count()), "folds of both kinds");
    let outputs = [&[function.value], &function.gradient[..]].concat();
    let (hvp_graph, hvp) = hvp_graph(function);
    let direction = points("direction", 1, DIM);
    let mut at = objective.evaluator();
    for count in COUNTS {
        let xs = points("sums", count, DIM);
        let (mut values, mut grads, mut hv) = (vec![0.0; count], vec![0.0; count * DIM], vec![0.0; DIM]);
        at.gradients(&xs, &mut values, &mut grads);
        for (k, x) in xs.chunks_exact(DIM).enumerate() {
            let reference = interpret(&function.graph, &outputs, x);
            assert_eq!(values[k].to_bits(), reference[0].to_bits(), "value {k} of {count}");
            assert_eq!(bits(&grads[DIM * k..][..DIM]), bits(&reference[1..]), "gradient {k} of {count}");
            at.hvp(x, &direction, &mut hv);
            assert_eq!(bits(&hv), bits(&interpret(&hvp_graph, &hvp, &[x, &direction].concat())), "product {k}");
        }
    }
}

/// Over data rows, lanes are rows for a few points and points for many: the bits must not tell which.
#[test]
fn a_batch_over_rows_equals_single_calls() {
    const DIM: usize = 4;
    for row_count in [1, 7, 8, 32, 33, 100] {
        let rows = Arc::new(Rows::new(2, points("rows", row_count, 2)));
        let objective = Objective::over_rows(DIM, rows, |x, row| {
            let inner: Vec<_> = (0..3).map(|i| x[i] * row[0] + x[i + 1] * row[1]).collect();
            every_operation(&inner)
        });
        let mut stream = Stream::new(0, "choice", &[]);
        for count in COUNTS {
            let xs = points("over rows", count, DIM);
            let batch = (row_count / 2).max(1);
            let chosen: Vec<u32> = (0..count * batch).map(|_| stream.below(row_count as u32)).collect();
            let (mut values, mut grads) = (vec![0.0; count], vec![0.0; count * DIM]);
            let (mut on_values, mut on_grads) = (values.clone(), grads.clone());
            let mut at = objective.evaluator();
            at.gradients(&xs, &mut values, &mut grads);
            at.gradients_on(&xs, &chosen, &mut on_values, &mut on_grads);
            for k in 0..count {
                let x = &xs[DIM * k..][..DIM];
                let (mut value, mut grad) = ([0.0], [0.0; DIM]);
                value[0] = at.gradient(x, &mut grad);
                assert_eq!((bits(&value), bits(&grad)), (bits(&values[k..=k]), bits(&grads[DIM * k..][..DIM])));
                assert_eq!(at.value(x).to_bits(), values[k].to_bits());
                at.gradients_on(x, &chosen[batch * k..][..batch], &mut value, &mut grad);
                assert_eq!((bits(&value), bits(&grad)), (bits(&on_values[k..=k]), bits(&on_grads[DIM * k..][..DIM])));
            }
        }
    }
}

/// A lane that goes to NaN or infinity leaves its neighbours' bits alone.
#[test]
fn a_bad_lane_stays_alone() {
    let objective = Objective::formula(3, |x| every_operation(x));
    let mut xs = points("neighbours", 32, 3);
    let mut good = vec![0.0; 32];
    objective.evaluator().values(&xs, &mut good);
    xs[3 * 7] = f64::NAN;
    xs[3 * 20] = f64::INFINITY;
    let mut mixed = vec![0.0; 32];
    objective.evaluator().values(&xs, &mut mixed);
    assert!(mixed[7].is_nan() && mixed[20].is_nan());
    for k in (0..32).filter(|k| ![7, 20].contains(k)) {
        assert_eq!(good[k].to_bits(), mixed[k].to_bits(), "lane {k}");
    }
}

/// What machines without AVX2 and FMA run. On such a machine the two runs are the same form and the test says nothing.
/// The function has every operation, chains of every kind, and matrices of constants for whole and partial tiles.
#[test]
fn the_portable_form_gives_the_same_bits() {
    const DIM: usize = 19;
    let objective = Objective::formula(DIM, |x| {
        let mut stream = Stream::new(0, "weights", &[]);
        let mut row = |count: usize| -> Vec<f64> { (0..count).map(|_| stream.normal()).collect() };
        let alike: Vec<_> = (0..8).map(|_| Scalar::weighted_sum(&row(DIM), x).tanh()).collect();
        let growing: Vec<_> = (2..DIM).map(|count| Scalar::weighted_sum(&row(count), &x[..count])).collect();
        let sums = Scalar::dot(&alike, &growing[..8]) + Scalar::dot(&growing, &growing);
        sums + sums_of_products(&x[..9]) + every_operation(x)
    });
    let program = formula(&objective).program(Task::Gradient);
    for width in [1, 4, 8, 16, 32, 64] {
        let xs = points("portable", width, DIM);
        let run = |mut workspace: Workspace<f64>| {
            workspace.inputs_and_outputs().0.copy_from_slice(&xs);
            workspace.run();
            bits(workspace.outputs())
        };
        let vector = run(Workspace::new(program, width));
        assert_eq!(vector, run(Workspace::new(program, width).portable()), "{width} lanes");
    }
}
