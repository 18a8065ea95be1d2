//! A watched run is the run that nobody watches, shown iterate by iterate.

mod common;

use common::{himmelblau, methods, regression, run, seeds, settings, single, solver, text};
use optimizers::{
    Backtracking, Cosine, GradientDescent, Iterate, Method, Part, Seeds, Settings, Sgd, Status, run_block, trace_block,
};

/// Restart, step, point and rows of the iterates of every run.
type Seen = Vec<Vec<(u64, u64, Vec<f64>, Vec<u32>)>>;

fn note(seen: &mut Seen) -> impl FnMut(Iterate<'_>) {
    move |it| seen[it.run].push((it.restart, it.step, it.x.to_vec(), it.rows.to_vec()))
}

fn three() -> Vec<Seeds<'static>> {
    (0..3).map(|i| seeds(i, move |restart| vec![0.3 * i as f64 - 0.1 * restart as f64, 0.4])).collect()
}

/// Watching changes no bit, and the iterates are complete: one per step and one per start, in order, from the start that
/// was drawn; without minibatches they are the points at which gradients were asked for.
#[test]
fn a_watched_run_is_the_run_itself() {
    for (objective, batch) in [(himmelblau(), 0), (regression(10), 0), (regression(10), 3)] {
        for method in methods(batch, 8) {
            let settings = Settings { moments: (0..=40).collect(), ..settings(40) };
            let plain = run_block(&objective, &method, &settings, three());
            let mut seen: Seen = vec![vec![]; 3];
            let shown = trace_block(&objective, &method, &settings, three(), u64::MAX, &mut note(&mut seen));
            assert_eq!(text(&plain[0]), text(&shown[0]), "{method:?}");
            assert_eq!(text(&plain[2]), text(&shown[2]), "{method:?}");
            for (result, seen) in shown.iter().zip(&seen) {
                assert_eq!(seen.len() as u64, result.iterations + result.restarts + 1, "{method:?}");
                for pair in seen.windows(2) {
                    let (now, next) = ((pair[0].0, pair[0].1), (pair[1].0, pair[1].1));
                    assert!(next == (now.0, now.1 + 1) || next == (now.0 + 1, 0), "{method:?}: {now:?}, {next:?}");
                }
                let rows = if method.batch() > 0 { 3 } else { 0 };
                assert!(seen.iter().all(|(_, step, _, of)| of.len() == if *step == 0 { 0 } else { rows }));
                let is_full_rule = method.batch() == 0 && !method.is_solver();
                if is_full_rule && result.restarts == 0 {
                    let at: Vec<&Vec<f64>> = result.snapshots[1..].iter().map(|snapshot| &snapshot.x).collect();
                    assert_eq!(seen.iter().map(|it| &it.2).collect::<Vec<_>>(), at, "{method:?}");
                }
                assert!(seen.iter().any(|it| it.2 == result.x_final), "{method:?}");
            }
        }
    }
}

/// The rows that are shown are those of the step: it can be taken again with them.
#[test]
fn a_step_of_sgd_is_its_rows_gradient() {
    let objective = regression(10);
    let lr = 0.05;
    let sgd = single(Sgd { lr, batch: 3, replacement: false });
    let mut seen: Seen = vec![vec![]; 3];
    let results = trace_block(&objective, &sgd, &settings(100), three(), 20, &mut note(&mut seen));
    let (mut at, mut grad) = (objective.evaluator(), [0.0; 2]);
    for (result, seen) in results.iter().zip(&seen) {
        assert_eq!((seen.len(), result.iterations, result.cost), (21, 20, 6.0), "{}", result.reason);
        for pair in seen.windows(2) {
            let (x, next, rows) = (&pair[0].2, &pair[1].2, &pair[1].3);
            at.gradients_on(x, rows, &mut [0.0], &mut grad);
            assert!((0..2).all(|i| next[i] == x[i] - lr * grad[i]), "{x:?} to {next:?}");
        }
        // Ten rows by three: the first three batches are nine different ones.
        let mut first: Vec<u32> = seen[1..=3].iter().flat_map(|it| it.3.clone()).collect();
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), 9);
    }
}

/// N steps and no more, with the end point measured; the schedule runs over these N, as `T_max = N` in torch.
#[test]
fn a_trace_ends_after_its_steps() {
    let cosine = single(GradientDescent { lr: 1e-3 }).with_schedule(Part::schedule(Cosine::default()));
    let cases: [(Method, u64); 3] =
        [(cosine, 7), (single(GradientDescent { lr: 1e-3 }), 1), (solver(Backtracking::default()), 5)];
    for (method, steps) in cases {
        let start = || vec![seeds(0, |_| vec![0.0, 0.5])];
        let mut seen: Seen = vec![vec![]];
        let open = Settings { grad_tol: 0.0, ..settings(1000) };
        let result = &trace_block(&himmelblau(), &method, &open, start(), steps, &mut note(&mut seen))[0];
        assert_eq!((result.status, result.iterations), (Status::Budget, steps));
        assert!(result.reason.starts_with(&format!("{steps} of {steps} steps taken, |grad| ")), "{}", result.reason);
        assert_eq!((seen[0].len() as u64, &seen[0].last().unwrap().2), (steps + 1, &result.x_final));
        assert_eq!(result.f_final, himmelblau().evaluator().value(&result.x_final));
        if !method.is_solver() {
            let (mut grad, factor) = ([0.0; 2], |t| method.schedule.object().factor(t, steps));
            for (t, pair) in seen[0].windows(2).enumerate() {
                himmelblau().evaluator().gradient(&pair[0].2, &mut grad);
                let exact = pair[0].2[0] - 1e-3 * factor(t as u64) * grad[0];
                assert_eq!(pair[1].2[0], exact, "step {t}");
            }
        }
    }
    // A budget of five gradients ends it before: four steps.
    let descent = single(GradientDescent { lr: 1e-3 });
    let mut count = 0;
    let result =
        trace_block(&himmelblau(), &descent, &settings(5), vec![seeds(0, |_| vec![0.0; 2])], 9, &mut |_| count += 1);
    assert_eq!((count, text(&result[0])), (5, text(&run(&himmelblau(), &descent, &settings(5), &[0.0; 2]))));
}
