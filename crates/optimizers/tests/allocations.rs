//! A run allocates when it begins and when it ends, not while it steps.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use autodiff::{Objective, Rows, Scalar, Stream};
use optimizers::{Catalogue, Method, Seeds, Settings, run_block};

/// The system's allocator, counting.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
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

/// Allocations of a block of runs with this budget, none of which converges or restarts.
fn allocations(objective: &Objective, method: &Method, budget: u64) -> usize {
    let settings = Settings {
        budget,
        grad_tol: 0.0,
        f_above: 1e300,
        x_above: 1e300,
        stall: None,
        early_stop: None,
        targets: vec![0.5, 1e-3],
        moments: vec![],
        single_precision: false,
    };
    let dim = objective.dim();
    let seeds = (0..5).map(|run| Seeds {
        start: Box::new(move |_| (0..dim).map(|i| 0.1 * (1 + i + run) as f64).collect()),
        noise: Stream::new(1, "noise", &[&run.to_string()]),
        batches: Stream::new(1, "batches", &[&run.to_string()]),
        random: Stream::new(1, "random", &[&run.to_string()]),
    });
    let seeds: Vec<Seeds> = seeds.collect();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let runs = run_block(objective, method, &settings, seeds);
    let count = ALLOCATIONS.load(Ordering::Relaxed) - before;
    assert!(runs.iter().all(|run| run.cost == budget as f64 && run.restarts == 0), "{:?}", runs[0].reason);
    count
}

/// One test, so that no other thread allocates meanwhile.
#[test]
fn steps_do_not_allocate() {
    let formula = Objective::formula(3, |x| Scalar::sum(x.iter().map(|x| x.square() * 0.5 + x.cos())));
    let rows = Arc::new(Rows::new(2, (0..160).map(|i| f64::from(i % 13) / 13.0).collect()));
    let data = Objective::over_rows(3, rows, |x, row| {
        ((x[0] * row[0] + x[1]).tanh() * x[2] - row[1]).square() + Scalar::dot(x, x) * 0.01
    });
    let whole = [("gradient_descent", "lr = 1e-3"), ("momentum", "lr = 1e-3"), ("adam", "lr = 1e-3")];
    let batches = [("sgd", "lr = 1e-3\nbatch = 8"), ("adam", "lr = 1e-3\nbatch = 8")];
    let cases = whole.iter().map(|rule| (&formula, rule)).chain(whole.iter().chain(&batches).map(|rule| (&data, rule)));
    for (objective, (rule, params)) in cases {
        for (strategy, its_params) in [("single", ""), ("noisy_start", "eta = 0.01")] {
            let table = |text: &str| toml::from_str::<toml::Table>(text).expect("parameters in TOML");
            let method =
                Catalogue::builtin().method(rule, &table(params), strategy, &table(its_params)).expect("known");
            allocations(objective, &method, 10); // programs are compiled when first used
            let [few, many] = [10, 1000].map(|budget| allocations(objective, &method, budget));
            assert_eq!(few, many, "{rule} with {strategy}: 10 and 1000 gradients");
        }
    }
}
