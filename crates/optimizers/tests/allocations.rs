//! A run allocates when it begins and when it ends, not while it steps, and a block has room for its lanes only.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use autodiff::{Geometry, Objective, Rows, Scalar, Stream};
use optimizers::{
    Algorithm, Catalogue, Config, Cosine, Method, Noise, On, Oracle, Part, RunResult, Seeds, Settings, Single, Solver,
    Stop, run_block,
};
use std::convert::Infallible;

/// The system's allocator, counting.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

/// Bytes in use, and the most that were.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Settings under which no run converges, diverges or restarts.
fn settings(budget: u64) -> Settings<'static> {
    Settings {
        budget,
        grad_tol: -1.0, // never, not even where the gradient is exactly zero
        f_above: 1e300,
        x_above: 1e300,
        stall: None,
        early_stop: None,
        targets: vec![0.5, 1e-3],
        moments: vec![],
        single_precision: false,
    }
}

/// So many runs from different starts.
fn seeds(objective: &Objective, count: usize) -> Vec<Seeds<'static>> {
    let dim = objective.dim();
    let seeds = (0..count).map(|run| Seeds {
        start: Box::new(move |_| (0..dim).map(|i| 0.1 * (1 + i + run) as f64).collect()),
        noise: Stream::new(1, "noise", &[&run.to_string()]),
        batches: Stream::new(1, "batches", &[&run.to_string()]),
        random: Stream::new(1, "random", &[&run.to_string()]),
    });
    seeds.collect()
}

/// Allocations of a block of runs with this budget.
fn allocations(objective: &Objective, method: &Method, budget: u64) -> usize {
    let (settings, seeds) = (settings(budget), seeds(objective, 5));
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let runs = run_block(objective, method, &settings, seeds);
    let count = ALLOCATIONS.load(Ordering::Relaxed) - before;
    // A solver ends where its next question does not fit.
    let least = if method.is_solver() { budget as f64 - 2.0 } else { budget as f64 };
    assert!(runs.iter().all(|run| run.cost >= least && run.restarts == 0), "{:?}", runs[0].reason);
    count
}

/// Asks for values, gradients and products and accepts every point. (A Hessian is left out: the evaluator itself takes
/// room for its entries each time.)
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct AskAll {}

impl Config for AskAll {
    const NAME: &'static str = "ask_all";
    const ABOUT: &'static str = "Asks for values, gradients and products.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Solver for AskAll {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop> {
        let n = x.len();
        let (mut grad, mut hv, mut next) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        loop {
            let f = oracle.gradient(x, &mut grad)?;
            oracle.accept(x, f, Some(&grad))?;
            oracle.hvp(x, &grad, &mut hv)?;
            oracle.moved(x, -1e-3 * random.uniform(0.5, 1.0), &grad, &mut next);
            oracle.value(&next)?;
            x.copy_from_slice(&next);
        }
    }
}

/// Most bytes that so many runs have at once, beyond what was there before.
fn peak(objective: &Objective, method: &Method, count: usize) -> usize {
    let (settings, seeds) = (settings(20), seeds(objective, count));
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    assert_eq!(run_block(objective, method, &settings, seeds).len(), count);
    PEAK.load(Ordering::Relaxed) - before
}

/// One test, so that no other thread allocates meanwhile.
#[test]
fn memory() {
    steps_do_not_allocate();
    a_block_has_room_for_its_lanes_only();
}

/// A run of Adam on its way holds five vectors: point, gradient, two means and the best point. One more run of a block that
/// is full may cost its result alone, in which there are two.
fn a_block_has_room_for_its_lanes_only() {
    const DIM: usize = 500;
    let objective = Objective::formula(DIM, |x| Scalar::sum(x.iter().map(|x| x.square() * 0.5 + x.cos())));
    let params = toml::from_str("lr = 1e-3").expect("parameters in TOML");
    let algorithm = Catalogue::builtin().optimizer("adam").expect("a rule").build(&params).expect("valid parameters");
    let method = Method::new(algorithm, Part::strategy(Single::default()));
    peak(&objective, &method, 100); // the program is compiled when first used
    let [few, many] = [100, 1100].map(|count| peak(&objective, &method, count));
    let vector = DIM * size_of::<f64>();
    let limit = 2 * vector + size_of::<RunResult>() + 500;
    let each = (many - few) / 1000;
    assert!(each <= limit, "{each} bytes for one more run, at most {limit}");
}

fn steps_do_not_allocate() {
    let formula = Objective::formula(3, |x| Scalar::sum(x.iter().map(|x| x.square() * 0.5 + x.cos())));
    let rows = Arc::new(Rows::new(2, (0..160).map(|i| f64::from(i % 13) / 13.0).collect()));
    let data = Objective::over_rows(3, rows, |x, row| {
        ((x[0] * row[0] + x[1]).tanh() * x[2] - row[1]).square() + Scalar::dot(x, x) * 0.01
    });
    let sphere = Objective::formula(3, |x| Scalar::sum(x.iter().map(|x| x.square() * 0.5 + x.cos())))
        .on(Geometry::Sphere { radius: 2.0 });
    let assert_steady = |objective: &Objective, method: &Method| {
        allocations(objective, method, 10); // programs are compiled when first used
        let [few, many] = [10, 1000].map(|budget| allocations(objective, method, budget));
        // The reason of a run may need room for a longer number: one more allocation for each of the five runs. A step
        // that allocates would add 5 times 990.
        assert!(many <= few + 5, "{method:?}: {few} at 10 and {many} at 1000 gradients");
    };
    let table = |text: &str| toml::from_str::<toml::Table>(text).expect("parameters in TOML");
    for entry in &Catalogue::builtin().optimizers {
        let mut params = table("");
        if entry.params.iter().any(|param| param.name == "lr") {
            params.insert("lr".into(), 1e-3.into());
        }
        let has_batch = entry.params.iter().any(|param| param.name == "batch");
        let batches: &[i64] = if has_batch { &[0, 8] } else { &[0] };
        for &batch in batches {
            if has_batch {
                params.insert("batch".into(), batch.into());
            }
            let algorithm = entry.build(&params).expect("valid parameters");
            if matches!(algorithm, Algorithm::Solver(_)) {
                continue; // solvers converge or give up; what the oracle allocates is tested below
            }
            let method = Method::new(algorithm, Part::strategy(Single::default()));
            let eventful = method
                .clone()
                .with_schedule(Part::schedule(Cosine { last: 0.1, warmup: 0.1 }))
                .with_noise(Part::noise(Noise { eta: 0.01, ..Noise::default() }))
                .with_noise(Part::noise(Noise { on: On::Weights, eta: 1e-4, ..Noise::default() }));
            for method in [&method, &eventful] {
                assert_steady(&data, method);
                if batch == 0 {
                    assert_steady(&formula, method);
                }
            }
        }
    }
    let solver = Method::of_solver(Part::solver(AskAll {}), Part::strategy(Single::default()));
    for objective in [&formula, &data, &sphere] {
        assert_steady(objective, &solver);
    }
}
