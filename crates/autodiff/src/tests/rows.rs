//! Means over data rows: the stated order of summation, threads, structure found in the loss, single precision.

use std::sync::Arc;

use crate::derive::{gradient, tangent};
use crate::lanes::{Begin, Element, Workspace};
use crate::objective::{Body, Mean, Summed};
use crate::{Evaluator, Objective, Rows, Scalar, Stream, Sym, interpret};

/// Inputs of the networks: few, which are brought to lanes, and many, which are read where the data rows are.
const INPUTS: [usize; 2] = [5, 19];
const CLASSES: usize = 3;

/// Parameters of a network with these widths, inputs and outputs included.
fn parameters(widths: &[usize]) -> usize {
    widths.windows(2).map(|layer| (layer[0] + 1) * layer[1]).sum()
}

/// Softmax cross-entropy of a tanh network on one row of features and one-hot targets, written with plain arithmetic.
fn network<S: Scalar>(widths: &[usize], x: &[S], row: &[S]) -> S {
    let (features, targets) = row.split_at(widths[0]);
    let (mut signal, mut rest) = (features.to_vec(), x);
    for (depth, layer) in widths.windows(2).enumerate() {
        let (weights, after) = rest.split_at(layer[0] * layer[1]);
        let (biases, after) = after.split_at(layer[1]);
        let sum = |(weights, &bias): (&[S], &S)| weights.iter().zip(&signal).fold(bias, |z, (&w, &s)| z + w * s);
        let sums: Vec<S> = weights.chunks_exact(layer[0]).zip(biases).map(sum).collect();
        let is_last = depth + 2 == widths.len();
        signal = if is_last { sums } else { sums.into_iter().map(S::tanh).collect() };
        rest = after;
    }
    S::sum(signal.iter().map(|z| z.exp())).ln() - S::dot(targets, &signal)
}

fn rows(inputs: usize, count: usize) -> Arc<Rows> {
    let mut stream = Stream::new(0, "rows", &[&count.to_string()]);
    let mut cells = Vec::new();
    for _ in 0..count {
        cells.extend((0..inputs).map(|_| stream.normal()));
        let label = stream.below(CLASSES as u32) as usize;
        cells.extend((0..CLASSES).map(|class| f64::from(u8::from(class == label))));
    }
    Arc::new(Rows::new(inputs + CLASSES, cells))
}

fn objective(inputs: usize, hidden: &[usize], count: usize, l2: f64) -> Objective {
    let widths = [&[inputs], hidden, &[CLASSES]].concat();
    Objective::over_rows(parameters(&widths), rows(inputs, count), |x, row| {
        let loss = network(&widths, x, row);
        if l2 > 0.0 { Scalar::dot(x, x) * (0.5 * l2) + loss } else { loss }
    })
}

fn mean(objective: &Objective) -> &Mean {
    match &objective.body {
        Body::Mean(mean) => mean,
        Body::Formula(_) => panic!("a mean"),
    }
}

fn point(dim: usize) -> Vec<f64> {
    let mut stream = Stream::new(0, "point", &[&dim.to_string()]);
    (0..dim).map(|_| 0.5 * stream.normal()).collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// Everything an evaluator can say at a point.
fn all(mut at: Evaluator, x: &[f64]) -> Vec<f64> {
    let n = x.len();
    let mut stream = Stream::new(0, "directions", &[]);
    let vs: Vec<f64> = (0..3 * n).map(|_| stream.normal()).collect();
    let (mut grad, mut hvs, mut hess) = (vec![0.0; n], vec![0.0; 3 * n], vec![0.0; n * n]);
    let value = at.gradient(x, &mut grad);
    at.hvps(x, &vs, &mut hvs);
    at.hessian(x, &mut hess);
    [vec![value, at.value(x)], grad, hvs, hess].concat()
}

/// The loss of each row is the recorded function of that row, bit for bit, and weight decay is none of it.
#[test]
fn the_value_of_a_row_is_that_of_its_own_term() {
    for (inputs, count) in INPUTS.into_iter().flat_map(|inputs| [1, 5, 64, 70].map(|count| (inputs, count))) {
        let (plain, decayed) = (objective(inputs, &[4], count, 0.0), objective(inputs, &[4], count, 0.01));
        let x = point(plain.dim());
        let (graph, loss) = plain.graph();
        let per_row = (0..count).map(|i| interpret(graph, &[loss], &[&x[..], mean(&plain).rows.row(i)].concat())[0]);
        let expected: Vec<f64> = per_row.collect();
        let mut values = vec![f64::NAN; count];
        for objective in [&plain, &decayed] {
            values.fill(f64::NAN);
            let mut eval = objective.evaluator();
            eval.row_values(&x, &mut values);
            assert_eq!(values, expected, "{count} rows of {inputs} inputs");
        }
        let excess = decayed.evaluator().value(&x) - plain.evaluator().value(&x);
        let decay = 0.005 * x.iter().map(|x| x * x).sum::<f64>();
        assert!((excess - decay).abs() <= 1e-12 * decay.max(1.0), "{excess} for {decay}");
    }
}

/// Row after row within sections of 64, then the sections: recomputed here with the reference interpreter.
#[test]
fn sums_have_the_stated_order() {
    let counts = [1, 3, 4, 7, 31, 32, 33, 64, 65, 150];
    for (inputs, count) in INPUTS.into_iter().flat_map(|inputs| counts.map(|count| (inputs, count))) {
        let objective = objective(inputs, &[4], count, 0.0);
        let Mean { rows, .. } = mean(&objective);
        let (graph, loss) = objective.graph();
        let mut graph = graph.clone();
        let dim = objective.dim();
        let derivatives = gradient(&mut graph, loss, dim);
        // Outputs whose rows are sums of one number each: the value and the output biases.
        let outputs: Vec<_> = std::iter::once(loss).chain(derivatives[dim - CLASSES..].iter().copied()).collect();
        let x = point(dim);
        let per_row: Vec<Vec<f64>> =
            (0..count).map(|i| interpret(&graph, &outputs, &[&x[..], rows.row(i)].concat())).collect();
        let expected = |k: usize| {
            let mut total = 0.0;
            for section in per_row.chunks(64) {
                let mut sum = 0.0;
                section.iter().for_each(|row| sum += row[k]);
                total += sum;
            }
            total / count as f64
        };
        let mut grad = vec![0.0; dim];
        let value = objective.evaluator().gradient(&x, &mut grad);
        assert_eq!(value.to_bits(), expected(0).to_bits(), "{count} rows");
        for k in 0..CLASSES {
            assert_eq!(grad[dim - CLASSES + k].to_bits(), expected(k + 1).to_bits(), "bias {k} of {count} rows");
        }
    }
}

#[test]
fn threads_change_no_bit() {
    for (inputs, threads) in INPUTS.into_iter().flat_map(|inputs| [1, 2, 3, 5].map(|threads| (inputs, threads))) {
        let objective = objective(inputs, &[7, 4], 333, 0.01);
        let x = point(objective.dim());
        let alone = all(objective.evaluator(), &x);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let together = pool.install(|| all(objective.evaluator().on_all_threads(), &x));
        assert_eq!(bits(&together), bits(&alone), "{threads} threads");
    }
}

/// More directions than one pass serves, at one point after another: each is as if it were alone at a new evaluator.
#[test]
fn directions_at_once_are_each_alone() {
    const DIRECTIONS: usize = 18;
    for inputs in INPUTS {
        let objective = objective(inputs, &[4], 70, 0.1);
        let (dim, mut at) = (objective.dim(), objective.evaluator());
        let mut stream = Stream::new(0, "directions", &[]);
        let vs: Vec<f64> = (0..DIRECTIONS * dim).map(|_| stream.normal()).collect();
        let (mut together, mut alone) = (vec![0.0; vs.len()], vec![0.0; dim]);
        for shift in [0.0, 0.25] {
            let x: Vec<f64> = point(dim).iter().map(|x| x + shift).collect();
            at.hvps(&x, &vs, &mut together);
            for (k, v) in vs.chunks_exact(dim).enumerate() {
                objective.evaluator().hvp(&x, v, &mut alone);
                assert_eq!(bits(&together[k * dim..][..dim]), bits(&alone), "{inputs} inputs, direction {k}");
            }
        }
    }
}

/// The list 0, 1, 2, ... is the whole; a list picks rows, repeats them, and counts each time.
#[test]
fn chosen_rows_are_those_rows() {
    for inputs in INPUTS {
        chosen_rows_of(&objective(inputs, &[4], 50, 0.1));
    }
}

fn chosen_rows_of(objective: &Objective) {
    let (dim, mut at) = (objective.dim(), objective.evaluator());
    let x = point(dim);
    let (mut whole, mut chosen) = (vec![0.0; dim], vec![0.0; dim]);
    let value = at.gradient(&x, &mut whole);
    let mut values = [0.0];
    at.gradients_on(&x, &(0..50).collect::<Vec<u32>>(), &mut values, &mut chosen);
    assert_eq!((values[0].to_bits(), bits(&chosen)), (value.to_bits(), bits(&whole)));
    let picked = [7, 7, 49, 0, 7];
    at.gradients_on(&x, &picked, &mut values, &mut chosen);
    let mut sum = vec![0.0; dim];
    for row in picked {
        let mut one = vec![0.0; dim];
        at.gradients_on(&x, &[row], &mut values, &mut one);
        sum.iter_mut().zip(&one).for_each(|(sum, one)| *sum += one / picked.len() as f64);
    }
    // Two orders of summing five numbers of order one.
    for (a, b) in chosen.iter().zip(&sum) {
        assert!((a - b).abs() <= 1e-14, "{a} {b}");
    }
}

/// Two ways to the same matrix that share only the gradient: blocks of units, and tangents along unit vectors. Depths
/// 0 to 3 have every kind of block: within a layer, between neighbours, and across layers.
#[test]
fn the_hessian_by_units_is_the_hessian_by_directions() {
    for hidden in [&[][..], &[4], &[6, 3], &[5, 4, 3]] {
        for (inputs, l2) in [(5, 0.0), (5, 0.1), (19, 0.0)] {
            let objective = objective(inputs, hidden, 70, l2);
            let n = objective.dim();
            assert!(mean(&objective).hessian().is_some(), "a network is made of units");
            let mut at = objective.evaluator();
            let x = point(n);
            let mut units = vec![0.0; n * n];
            units.iter_mut().step_by(n + 1).for_each(|diagonal| *diagonal = 1.0);
            let (mut hess, mut columns) = (vec![0.0; n * n], vec![0.0; n * n]);
            at.hessian(&x, &mut hess);
            at.hvps(&x, &units, &mut columns);
            let largest = hess.iter().fold(0.0, |largest: f64, h| largest.max(h.abs()));
            for i in 0..n {
                for j in 0..n {
                    assert_eq!(hess[i * n + j], hess[j * n + i]);
                    // Rounding of sums of 70 terms, each a product of factors of order one.
                    let error = (hess[i * n + j] - columns[i * n + j]).abs();
                    assert!(error <= 1e-14 * largest, "{hidden:?} l2 = {l2}: entry {i}, {j} off by {error}");
                }
            }
        }
    }
}

/// A weight used twice is not a factor of one signal: the general way takes over, and agrees with a network that has
/// two weights, summed over the tie.
#[test]
fn tied_weights_are_differentiated_all_the_same() {
    let data = || Arc::new(Rows::new(2, (0..80).map(|i| f64::from(i % 7) - 3.0).collect()));
    fn free<S: Scalar>(x: &[S], row: &[S]) -> S {
        // Encoder (x0, x1), decoder (x2, x3).
        let code = (x[0] * row[0] + x[1] * row[1]).tanh();
        (x[2] * code - row[0]).square() + (x[3] * code - row[1]).square()
    }
    let untied = Objective::over_rows(4, data(), |x, row| free(x, row));
    let tied = Objective::over_rows(2, data(), |x, row| free(&[x[0], x[1], x[0], x[1]], row));
    assert!(mean(&untied).hessian().is_some() && mean(&tied).hessian().is_none());
    let x = [0.3, -0.4];
    let both = [x, x].concat();
    let (mut tied_grad, mut tied_hess) = ([0.0; 2], [0.0; 4]);
    let (mut grad, mut hess) = ([0.0; 4], [0.0; 16]);
    let value = tied.evaluator().gradient(&x, &mut tied_grad);
    assert!((value - untied.evaluator().gradient(&both, &mut grad)).abs() <= 1e-14 * value);
    tied.evaluator().hessian(&x, &mut tied_hess);
    untied.evaluator().hessian(&both, &mut hess);
    for i in 0..2 {
        // Sums of 40 terms of order ten.
        assert!((tied_grad[i] - (grad[i] + grad[i + 2])).abs() <= 1e-13);
        for j in 0..2 {
            let sum = hess[i * 4 + j] + hess[(i + 2) * 4 + j] + hess[i * 4 + j + 2] + hess[(i + 2) * 4 + j + 2];
            assert!((tied_hess[i * 2 + j] - sum).abs() <= 1e-12, "{} {sum}", tied_hess[i * 2 + j]);
        }
    }
}

/// What no row enters is not part of the mean: with weight 1 on `|x|^2 / 2` the gradient moves by exactly one addition.
#[test]
fn a_penalty_is_computed_once() {
    let (plain, decayed) = (objective(5, &[4], 40, 0.0), objective(5, &[4], 40, 2.0));
    assert!(plain.penalty_graph().is_none() && decayed.penalty_graph().is_some());
    let (dim, x) = (plain.dim(), point(plain.dim()));
    let (mut grad, mut with_decay) = (vec![0.0; dim], vec![0.0; dim]);
    let value = plain.evaluator().gradient(&x, &mut grad);
    let more = decayed.evaluator().gradient(&x, &mut with_decay);
    assert_eq!(more, value + f64::dot(&x, &x));
    for ((grad, more), x) in grad.iter().zip(&with_decay).zip(&x) {
        assert_eq!(*more, grad + 2.0 * x);
    }
}

/// Single precision: 24 bits, and errors that grow with the number of operations on the way, here below a hundred.
#[test]
fn single_precision_is_close_and_the_same_for_all_threads() {
    for inputs in INPUTS {
        single_precision_of(&objective(inputs, &[8], 200, 0.1));
    }
}

fn single_precision_of(objective: &Objective) {
    let (dim, x) = (objective.dim(), point(objective.dim()));
    let (mut exact, mut single, mut threaded) = (vec![0.0; dim], vec![0.0; dim], vec![0.0; dim]);
    let value = objective.evaluator().gradient(&x, &mut exact);
    let close = objective.single_precision_evaluator().gradient(&x, &mut single);
    let again = objective.single_precision_evaluator().on_all_threads().gradient(&x, &mut threaded);
    assert!(value != close, "that would be double precision");
    assert!((value - close).abs() <= 1e-6 * value.abs());
    for (a, b) in exact.iter().zip(&single) {
        assert!((a - b).abs() <= 1e-6, "{a} {b}");
    }
    assert_eq!((close.to_bits(), bits(&single)), (again.to_bits(), bits(&threaded)));
}

/// Sums over rows in all forms: with and without the vector unit, in both precisions, whole and partial blocks of any
/// width.
#[test]
fn every_form_sums_the_same_bits() {
    fn sums<E: Element>(mean: &Mean, width: usize, lanes: usize, x: &[f64], is_portable: bool) -> Vec<E> {
        let Summed { program, stretches, .. } = mean.gradient();
        let workspace = Workspace::new(program, width);
        let mut workspace = if is_portable { workspace.portable() } else { workspace };
        workspace.set_shared(x);
        // What was there before is forgotten.
        let mut sums = vec![E::of(7.0); program.sums];
        for (first, begin) in [(0, Begin::New), (lanes, Begin::There)] {
            workspace.set_rows(&mean.rows, lanes, |k| (2 * (first + k)) % mean.rows.count());
            workspace.run_over(&mean.rows, lanes, begin, &mut sums);
        }
        // Those that stand for something.
        stretches.iter().flat_map(|&(sum, _, count)| sums[sum as usize..][..count as usize].to_vec()).collect()
    }
    for (inputs, hidden) in [(5, 7), (19, 7), (19, 1), (16, 24), (33, 20)] {
        let objective = objective(inputs, &[hidden], 64, 0.0);
        let (mean, x) = (mean(&objective), point(objective.dim()));
        for lanes in [1, 2, 5, 8, 15, 16, 33, 64] {
            let widths = || [8, 16, 32, 64].into_iter().filter(move |&width| width >= lanes);
            let forms = || widths().flat_map(|width| [(width, false), (width, true)]);
            let double: Vec<_> = forms().map(|(width, form)| bits(&sums(mean, width, lanes, &x, form))).collect();
            assert!(double.windows(2).all(|pair| pair[0] == pair[1]), "{inputs}-{hidden}: {lanes} rows");
            let single: Vec<_> = forms().map(|(width, form)| sums::<f32>(mean, width, lanes, &x, form)).collect();
            assert!(single.windows(2).all(|pair| pair[0] == pair[1]), "{inputs}-{hidden}: {lanes} rows of f32");
        }
    }
}

/// What is computed where the rows are has the bits of the reference interpreter: one row's derivatives are products of
/// single numbers. Inputs that are read elsewhere, too, layers without addends, of one unit and of more than two vectors,
/// two layers over one stretch.
#[test]
fn stretches_of_a_row_are_read_as_its_numbers() {
    type Loss = for<'g> fn(&[Sym<'g>], &[Sym<'g>]) -> Sym<'g>;
    fn units<'g>(x: &[Sym<'g>], row: &[Sym<'g>]) -> Vec<Sym<'g>> {
        x.chunks_exact(row.len()).map(|w| Scalar::dot(w, row)).collect()
    }
    // With the number of layers in each.
    let losses: [(usize, usize, Loss); 8] = [
        (20, 1, |x, row| Scalar::dot(x, row).tanh()),
        (21, 1, |x, row| (x[20] + Scalar::dot(&x[..20], row)).tanh()),
        (20 * 37, 1, |x, row| Scalar::sum(units(x, row).into_iter().map(|z| z.tanh().square()))),
        (40, 0, |x, row| Scalar::sum(units(x, row).into_iter().map(|z| (z - row[3]).square()))),
        (22, 2, |x, row| Scalar::dot(&x[..9], &row[2..11]).tanh() * Scalar::dot(&x[9..22], &row[5..18]).exp()),
        (13, 1, |x, row| {
            let unit = Scalar::dot(&x[..10], &row[..10]).tanh();
            Scalar::dot(&x[10..13], &[unit, row[18], row[19]]).square()
        }),
        (46, 2, |x, row| {
            let unit = |first: usize| Scalar::dot(&x[first..first + 10], &row[..10]).tanh();
            Scalar::dot(&[unit(0), unit(11), unit(21), unit(36)], &x[32..36]) * x[10]
        }),
        (30, 1, |x, row| Scalar::dot(&x[..10], &row[..10]).tanh() - Scalar::dot(&x[10..], row).tanh() * row[19]),
    ];
    for (which, (dim, layers, loss)) in losses.into_iter().enumerate() {
        let mut stream = Stream::new(0, "stretches", &[&which.to_string()]);
        let rows = Arc::new(Rows::new(20, (0..60).map(|_| stream.normal()).collect()));
        let objective = Objective::over_rows(dim, rows.clone(), loss);
        assert_eq!(mean(&objective).value().program.parts.layers.len(), layers, "loss {which}");
        let (x, v) = (point(dim), (0..dim).map(|_| stream.normal()).collect::<Vec<_>>());
        let (graph, value) = objective.graph();
        let mut graph = graph.clone();
        let derivatives = gradient(&mut graph, value, dim);
        let directions: Vec<_> = (0..dim).map(|i| (graph.input(i), graph.input(dim + 20 + i))).collect();
        let zero = graph.constant(0.0);
        let products = tangent(&mut graph, &derivatives, &directions);
        let products: Vec<_> = products.into_iter().map(|node| node.unwrap_or(zero)).collect();
        let (mut at, mut grad) = (objective.evaluator(), vec![0.0; dim]);
        for i in 0..3 {
            let inputs = [&x[..], rows.row(i), &v[..]].concat();
            let mut value_of_row = [0.0];
            at.gradients_on(&x, &[i as u32], &mut value_of_row, &mut grad);
            assert_eq!(value_of_row[0], interpret(&graph, &[value], &inputs)[0], "loss {which}, row {i}");
            assert_eq!(grad, interpret(&graph, &derivatives, &inputs), "loss {which}, row {i}");
        }
        let mut hv = vec![0.0; dim];
        at.hvp(&x, &v, &mut hv);
        for (k, hv) in hv.iter().enumerate() {
            let product = |i| interpret(&graph, &products, &[&x[..], rows.row(i), &v[..]].concat())[k];
            let mean = (product(0) + product(1) + product(2)) / 3.0;
            // Sums of up to forty products of numbers of order one, in another order.
            assert!((hv - mean).abs() <= 1e-13, "loss {which}, product {k}: {hv} {mean}");
        }
    }
}
