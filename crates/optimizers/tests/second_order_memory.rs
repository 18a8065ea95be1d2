//! Memory of second-order solvers: none is taken in a step of those without a matrix, and those with one take two at most and
//! refuse a problem that is too large for them.

mod common;

use allocations::{Counting, allocations, count_this_thread, most_taken, taken};
use autodiff::{Geometry, Objective, Scalar};
use common::{run, settings, solver};
use optimizers::{
    CubicNewton, Lbfgs, Method, Newton, NewtonCg, SaddleFreeNewton, Search, Settings, Status, TrustRegionNewton,
};

#[global_allocator]
static COUNTING: Counting = Counting;

/// A long curved valley: no run below gets to its end.
fn valley() -> Objective {
    Objective::formula(40, |x| {
        Scalar::sum(x.windows(2).map(|x| (x[1] - x[0].square()).square() * 100.0 + (x[0] * -1.0 + 1.0).square()))
    })
}

/// Allocations of a run that its budget ends, and its iterates.
fn allocated(objective: &Objective, method: &Method, budget: u64) -> (usize, u64) {
    let mut start: Vec<f64> = (0..40).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 }).collect();
    objective.geometry().retract(&mut start);
    let settings = Settings { grad_tol: -1.0, ..settings(budget) };
    let before = allocations();
    let result = run(objective, method, &settings, &start);
    let count = allocations() - before;
    assert_eq!(result.status, Status::Budget, "{method:?}: {}", result.reason);
    (count, result.iterations)
}

/// What three or more steps take at once beyond what was there, in matrices of n x n numbers.
fn matrices(method: &Method) -> f64 {
    const N: usize = 600;
    let objective = Objective::formula(N, |x| {
        let wells = Scalar::sum(x.iter().map(|x| (x.square() - 1.0).square() * 0.25));
        wells + Scalar::sum(x.iter().copied()).square() * (0.5 / N as f64)
    });
    let start: Vec<f64> = (0..N).map(|i| if i % 2 == 0 { 1.9 } else { -1.6 }).collect();
    let settings = Settings { grad_tol: -1.0, ..settings(5 * N as u64) };
    // The workspace in which the executor forms a Hessian is no matter of the method: measured alone, once programs are
    // compiled.
    let mut hess = vec![0.0; N * N];
    objective.evaluator().hessian(&start, &mut hess);
    let mut eval = objective.evaluator();
    let before = taken();
    eval.hessian(&start, &mut hess);
    let kept = taken() - before;
    drop((eval, hess));
    let (most, result) = most_taken(|| run(&objective, method, &settings, &start));
    assert!(result.iterations >= 3, "{method:?}: {} steps", result.iterations);
    (most - kept) as f64 / (8 * N * N) as f64
}

/// One test for everything that counts, so that no other thread allocates meanwhile.
#[test]
fn steps_do_not_allocate_and_large_problems_are_refused() {
    count_this_thread();
    let sphere = valley().on(Geometry::Sphere { radius: 7.0 });
    for method in [
        solver(Lbfgs::default()),
        solver(TrustRegionNewton::default()),
        solver(NewtonCg::default()),
        solver(NewtonCg { extend: true, ..NewtonCg::default() }),
    ] {
        for objective in [&valley(), &sphere] {
            allocated(objective, &method, 40); // programs are compiled when first used
            let ((few, early), (many, late)) = (allocated(objective, &method, 40), allocated(objective, &method, 200));
            assert!(late >= early + 2, "{method:?}: {early} and {late} iterates");
            assert!(few > 0, "{method:?}: nothing is counted");
            // The reason of a run may need room for a longer number.
            assert!(many <= few + 1, "{method:?}: {few} at 40 and {many} at 200 gradients");
        }
    }

    for (method, most) in [
        // The Hessian and its factor. Beyond whole matrices: rows that end on a cache line, 1 % of a matrix, and the rows that
        // are collected before the factor is updated, four times 64 n numbers: half a matrix here, a sixteenth at 4096.
        (solver(Newton { damping: 30.0, ..Newton::default() }), 2.65),
        (solver(Newton { search: Search::Backtracking, ..Newton::default() }), 2.65),
        // The Hessian and the eigenvectors of its tridiagonal form; they are turned by up to 16 n numbers at a time.
        (solver(SaddleFreeNewton::default()), 2.3),
        (solver(CubicNewton::default()), 2.3),
    ] {
        let taken = matrices(&method);
        assert!((2.0..most).contains(&taken), "{method:?}: {taken}");
    }

    let large = Objective::formula(5000, |x| Scalar::dot(x, x));
    for method in [solver(Newton::default()), solver(CubicNewton::default()), solver(SaddleFreeNewton::default())] {
        let name = method.algorithm.name();
        let message = method.check(&large).expect_err("too large");
        let begin = format!("{name}: it keeps a dense Hessian, for 5000 variables 2 matrices of 5000 x 5000, 0.4 GiB");
        assert!(message.starts_with(&begin), "{message}");
        for word in ["4096", "newton_cg", "trust_region_newton", "lbfgs"] {
            assert!(message.contains(word), "{message}");
        }
        assert!(!message.contains('\n'));
        assert_eq!(method.check(&Objective::formula(100, |x| Scalar::dot(x, x))), Ok(()));
    }
    for method in [
        solver(Lbfgs::default()),
        solver(TrustRegionNewton::default()),
        solver(NewtonCg::default()),
        solver(SaddleFreeNewton { krylov: 10, ..SaddleFreeNewton::default() }),
    ] {
        assert_eq!(method.check(&large), Ok(()));
    }
}
