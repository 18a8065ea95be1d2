//! The solvers of the catalogue allocate when an attempt begins and ends, not while it goes on.

use autodiff::{Objective, Scalar, Stream};
use optimizers::{
    BasinHopping, CmaEs, CompassSearch, Config, LocalSearch, Method, Part, RandomDirections, RandomSearch, Seeds,
    Settings, SimulatedAnnealing, Single, Solver, run_block,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting.
struct Counting;

thread_local! {
    /// Of this thread alone: the one that waits for the test allocates too, at some time while it runs.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn of<S: Config + Solver + 'static>(solver: S) -> Method {
    Method::of_solver(Part::solver(solver), Part::strategy(Single::default()))
}

/// Allocations of one run with this budget.
fn allocations(objective: &Objective, method: &Method, budget: u64) -> usize {
    let settings = Settings {
        budget,
        grad_tol: 1e-8,
        f_above: 1e300,
        x_above: 1e300,
        stall: None,
        early_stop: None,
        targets: vec![0.5, 1e-3],
        moments: vec![],
        single_precision: false,
    };
    let dim = objective.dim();
    let seeds = Seeds {
        start: Box::new(move |restart| (0..dim).map(|i| 3.0 + 0.1 * (1 + i as u64 + restart) as f64).collect()),
        noise: Stream::new(1, "noise", &[]),
        batches: Stream::new(1, "batches", &[]),
        random: Stream::new(1, "random", &[]),
    };
    let before = ALLOCATIONS.with(Cell::get);
    let runs = run_block(objective, method, &settings, vec![seeds]);
    let count = ALLOCATIONS.with(Cell::get) - before;
    assert!(runs[0].cost >= budget as f64 - 1.0, "{method:?}: {}", runs[0].reason);
    count
}

#[test]
fn attempts_do_not_allocate_on_their_way() {
    let wave = Objective::formula(5, |x| Scalar::sum(x.iter().map(|x| x.square() * 0.05 + x.cos())));
    let methods = [
        // It would halve its mesh to 1e-300 in a thousand polls of ten values.
        of(CompassSearch { mesh_tol: 1e-300, ..CompassSearch::default() }),
        of(RandomDirections::default()),
        of(SimulatedAnnealing::default()),
        of(BasinHopping::default()),
        of(BasinHopping { local_search: LocalSearch::Backtracking, ..BasinHopping::default() }),
    ];
    for method in methods {
        allocations(&wave, &method, 10); // programs are compiled when first used
        let [few, many] = [10, 300].map(|budget| allocations(&wave, &method, budget));
        // The reason of a run may need room for a longer number: one more allocation.
        assert!(many <= few + 1, "{method:?}: {few} at 10 and {many} at 300 gradients");
    }
    // A generation of 50 costs 25 gradients; only its decomposition allocates, some twenty vectors.
    let evolution = of(CmaEs { population: 50, ..CmaEs::default() });
    let [few, many] = [10, 300].map(|budget| allocations(&wave, &evolution, budget));
    assert!(many - few <= 12 * 24, "{few} and {many}");
    // Random search takes points from the start law, each of them a new vector: one per draw, and no other.
    let search = of(RandomSearch {});
    let [few, many] = [10, 300].map(|budget| allocations(&wave, &search, budget));
    assert!((580..=581).contains(&(many - few)), "{few} and {many}");
}
