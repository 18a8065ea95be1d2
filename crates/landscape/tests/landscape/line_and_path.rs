//! The experiment "line and path": small tanh networks, from start to solution and between solutions.

use std::sync::Arc;

use crate::support::network;
use autodiff::{Evaluator, Geometry, Rows, Stream};
use landscape::matching::{Layout, Parity, Symmetry};
use landscape::path::{Bezier, Segment, between, interpolation};

const WIDTHS: [usize; 3] = [5, 16, 1];
const POINTS: usize = 60;
const RUNS: usize = 40;
const STEPS: usize = 2000;

/// 60 normal inputs; targets of a random network of three tanh units with unit weights.
fn data() -> Arc<Rows> {
    let mut stream = Stream::new(7, "teacher", &[]);
    let teacher: Vec<f64> = (0..3 * 5).map(|_| stream.normal()).collect();
    let mut cells = vec![];
    for _ in 0..POINTS {
        let x: Vec<f64> = (0..5).map(|_| stream.normal()).collect();
        let unit = |w: &[f64]| w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>().tanh();
        let y: f64 = teacher.chunks_exact(5).map(unit).sum();
        cells.extend(x);
        cells.push(y);
    }
    Arc::new(Rows::new(6, cells))
}

/// Full-batch gradient descent with momentum 0.9.
fn train(eval: &mut Evaluator, start: &[f64]) -> Vec<f64> {
    let (mut x, mut velocity, mut grad) = (start.to_vec(), vec![0.0; start.len()], vec![0.0; start.len()]);
    for _ in 0..STEPS {
        eval.gradient(&x, &mut grad);
        for ((x, v), g) in x.iter_mut().zip(&mut velocity).zip(&grad) {
            *v = 0.9 * *v - 0.05 * g;
            *x += *v;
        }
    }
    x
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn lines_to_solutions_fall_and_lines_between_solutions_do_not() {
    let layout = Layout { widths: WIDTHS.to_vec(), parity: Parity::Odd };
    let objective = network(&layout, data());
    let symmetry = Symmetry::Network(layout.clone());
    let mut eval = objective.evaluator();
    for scale in [0.3, 1.0, 2.0] {
        let mut stream = Stream::new(7, "tanh starts", &[&scale.to_string()]);
        let (mut solutions, mut monotone, mut travel, mut losses) = (vec![], 0, vec![], vec![]);
        for _ in 0..RUNS {
            // Weights N(0, scale^2 / inputs), biases 0.
            let mut start = vec![0.0; layout.dim()];
            for layer in 0..2 {
                for i in 0..WIDTHS[layer + 1] {
                    let sd = scale / (WIDTHS[layer] as f64).sqrt();
                    start[layout.weights(layer, i)].iter_mut().for_each(|w| *w = sd * stream.normal());
                }
            }
            let end = train(&mut eval, &start);
            let way = Segment::new(&Geometry::Flat, &start, &end).unwrap();
            let line = interpolation(&mut eval, &way, 51, 1e-9);
            monotone += usize::from(line.is_monotone);
            travel.push(line.relative_distance);
            losses.push(line.values[50]);
            solutions.push(end);
        }
        let (mut raw, mut matched, mut bent) = (vec![], vec![], vec![]);
        for pair in solutions.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            let ways = between(&mut eval, a, b, &symmetry, &Bezier::default(), &mut stream).unwrap();
            assert!(ways.matched_distance < ways.distance);
            raw.push(ways.raw.height);
            matched.push(ways.matched.height);
            bent.push(ways.bent.barrier.height);
            assert!(ways.bent.lowest.height <= ways.bent.barrier.height);
        }
        let least = raw.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(raw.iter().zip(&bent).all(|(raw, bent)| bent < raw), "{raw:?} {bent:?}");
        let share = monotone as f64 / RUNS as f64;
        println!(
            "scale {scale}: loss {:.1e}, travel {:.2}, monotone {share:.3}; barrier raw {:.4} (least {least:.4}), matched {:.4}, bent {:.5}",
            median(losses),
            median(travel),
            median(raw.clone()),
            median(matched.clone()),
            median(bent.clone())
        );
        assert!(share >= 0.95, "scale {scale}: {monotone} of {RUNS}");
        assert!(least > 0.0, "{raw:?}");
        assert!(median(matched) < median(raw.clone()));
        assert!(median(bent) < 0.2 * median(raw));
    }
}
