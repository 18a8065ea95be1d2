//! A run is the same bit for bit alone and in any block, whatever happens to its neighbours.

mod common;

use autodiff::{Objective, Rows, Scalar, Stream};
use common::{methods, seeds, settings, text};
use optimizers::{Method, RunResult, Seeds, Settings, Status, run_block};
use std::sync::Arc;

/// (x^2 + y^4 / 2 + (sqrt(z + 1) - 1)^2) / 2 and a smooth wave: a bowl in x, slow to converge and quick to diverge
/// in y, and NaN below z = -1.
fn terrain<S: Scalar>(x: &[S]) -> S {
    let (x, y, z) = (x[0], x[1], x[2]);
    (x.square() + y.square().square() * 0.5 + ((z + 1.0).sqrt() - 1.0).square()) * 0.5 + (x * 3.0).cos() * 0.1
}

fn formula() -> Objective {
    Objective::formula(3, |x| terrain(x))
}

/// The same, with 10 rows that shift and scale it.
fn over_rows() -> Objective {
    let mut stream = Stream::new(5, "rows", &[]);
    let cells = (0..10).map(|_| stream.uniform(0.5, 1.5)).collect();
    Objective::over_rows(3, Arc::new(Rows::new(1, cells)), |x, row| terrain(x) * row[0] + x[0] * (row[0] - 1.0))
}

/// Start of run `i` after `restart` restarts: every seventh is far out in y, every fifth has no value, others are
/// near or far from the minimum.
fn start(i: u64, restart: u64) -> Vec<f64> {
    let mut stream = Stream::new(9, "start", &[&i.to_string(), &restart.to_string()]);
    let kind = i + 3 * restart;
    let y = if kind % 7 == 6 {
        40.0
    } else if kind.is_multiple_of(2) {
        0.0
    } else {
        stream.uniform(-1.0, 1.0)
    };
    let z = if kind % 5 == 4 { -1.5 } else { stream.uniform(-0.5, 1.0) };
    vec![stream.uniform(-2.0, 2.0), y, z]
}

fn seeds_of(i: u64) -> Seeds<'static> {
    seeds(i, move |restart| start(i, restart))
}

fn block(objective: &Objective, method: &Method, settings: &Settings<'_>, members: &[u64]) -> Vec<RunResult> {
    run_block(objective, method, settings, members.iter().map(|&i| seeds_of(i)).collect())
}

#[test]
fn alone_or_in_a_block_a_run_is_the_same_bit_for_bit() {
    let settings = Settings {
        grad_tol: 1e-5,
        targets: vec![1.0, 0.5, 0.2, 0.1, 0.05],
        moments: vec![1, 10, 100],
        ..settings(150)
    };
    let mut seen = Vec::new();
    for (objective, batch) in [(formula(), 0), (over_rows(), 0), (over_rows(), 3)] {
        for method in methods(batch, 20) {
            let alone: Vec<RunResult> = (0..13).flat_map(|i| block(&objective, &method, &settings, &[i])).collect();
            seen.extend(alone.iter().map(|result| result.status));
            let whole: Vec<u64> = (0..13).collect();
            let backwards: Vec<u64> = (0..13).rev().collect();
            for members in [&whole[..], &backwards, &[2, 6, 11], &[4, 6, 0, 9, 1]] {
                for (result, &i) in block(&objective, &method, &settings, members).iter().zip(members) {
                    assert_eq!(text(result), text(&alone[i as usize]), "run {i} of {members:?}, {method:?}");
                }
            }
        }
    }
    for status in [Status::Converged, Status::Budget, Status::Diverged, Status::Nan] {
        assert!(seen.contains(&status), "no run of this test ended as {status}");
    }
}

/// More runs than any block has lanes: who takes the lane of a run that has ended, and the narrower blocks that the last
/// ones move to, change no bit.
#[test]
fn a_run_is_the_same_in_any_lane_and_any_width() {
    let settings = Settings { grad_tol: 1e-3, targets: vec![0.5, 0.1], moments: vec![1, 30], ..settings(90) };
    let objective = formula();
    for method in methods(0, 20).iter().filter(|method| !method.is_solver()) {
        let members: Vec<u64> = (0..150).collect();
        let together = block(&objective, method, &settings, &members);
        for &i in &members {
            let alone = block(&objective, method, &settings, &[i]);
            assert_eq!(text(&together[i as usize]), text(&alone[0]), "run {i}, {method:?}");
        }
    }
}

#[test]
fn bad_numbers_in_one_run_leave_its_neighbours_alone() {
    let descent = &methods(0, 20)[0];
    let results = block(&formula(), descent, &Settings { grad_tol: 1e-5, ..settings(2000) }, &[6, 4, 0, 2, 8]);
    let statuses: Vec<Status> = results.iter().map(|result| result.status).collect();
    assert_eq!(statuses, [Status::Diverged, Status::Nan, Status::Converged, Status::Converged, Status::Converged]);
}

#[test]
fn the_same_seed_twice_is_the_same_run_and_another_is_not() {
    let objective = over_rows();
    for method in methods(3, 20) {
        let runs = block(&objective, &method, &settings(40), &[0, 0, 2]);
        assert_eq!(text(&runs[0]), text(&runs[1]), "{method:?}");
        assert_ne!(text(&runs[0]), text(&runs[2]), "{method:?}");
    }
}

#[test]
fn an_empty_block_is_no_runs() {
    assert!(block(&formula(), &methods(0, 20)[0], &settings(10), &[]).is_empty());
}
