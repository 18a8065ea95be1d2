//! Perturbed gradient descent against the letter of its algorithm.

mod common;

use autodiff::{Objective, Scalar};
use common::{run, seeds, settings, single};
use optimizers::{PerturbedGd, Settings, Status, run_block};

/// From exactly the saddle of `(x^2 - y^2) / 2 + y^4 / 4`, where the gradient is 0, the defaults leave for a minimum. A jump
/// within `e^-10` of the x axis would not be seen: about one in ten thousand.
#[test]
fn the_defaults_leave_a_saddle_of_curvature_one() {
    let saddle = Objective::formula(2, |x| (x[0].square() - x[1].square()) * 0.5 + x[1].square().square() * 0.25);
    let seeds = (0..100).map(|i| seeds(i, |_| vec![0.0, 0.0])).collect();
    let results = run_block(&saddle, &single(PerturbedGd::default()), &settings(10_000), seeds);
    for result in results {
        assert_eq!(result.status, Status::Converged, "{}", result.reason);
        assert!((result.f_final + 0.25).abs() <= 1e-12, "{} at {:?}", result.f_final, result.x_final);
    }
}

/// On a gentle slope every jump is followed by enough of a fall. Step 0 is a jump, `wait` = 5 steps follow, the sixth judges
/// and is plain (`t - t_noise > t_thres` in the paper), and the seventh jumps again.
#[test]
fn jumps_are_more_than_the_wait_apart() {
    let slope = Objective::formula(3, |x| Scalar::sum(x.iter().map(|&x| x * 1e-4)));
    // A jump of at most 1e-5 is told from a step of 1.7e-4, and changes f by less than the steps after it.
    let rule = PerturbedGd { lr: 1.0, grad_small: 1e-3, radius: 1e-5, wait: 5, decrease: 1e-9 };
    let settings = Settings { moments: (1..=30).collect(), ..settings(30) };
    let result = run(&slope, &single(rule), &settings, &[0.0; 3]);
    let is_jump = |pair: &[optimizers::Snapshot]| {
        let square: f64 = pair[0].x.iter().zip(&pair[1].x).map(|(a, b)| (b - a) * (b - a)).sum();
        square.sqrt() < 5e-5
    };
    let jumps: Vec<usize> =
        result.snapshots.windows(2).enumerate().filter(|(_, pair)| is_jump(pair)).map(|(t, _)| t).collect();
    assert_eq!(jumps, [0, 7, 14, 21, 28]);
}
