//! What an optimizer adds to the gradients it asks for: `run_block` beside the same number of bare gradients.

use autodiff::Stream;
use optimizers::{Catalogue, Method, Seeds, Settings, run_block};
use problems::{Instance, Registry};

/// Runs of a block in the bench.
pub const BLOCK: usize = 32;

/// Gradient-equivalents of a run in the bench.
pub const BUDGET: u64 = 50;

/// Problem and parameters, by N: two formulas, of which the first costs next to nothing, and a network on data.
pub const PROBLEMS: [(&str, &str, usize); 6] = [
    ("rosenbrock", "dim = 100", 100),
    ("rosenbrock", "dim = 1000", 1000),
    ("rastrigin", "dim = 100", 100),
    ("rastrigin", "dim = 1000", 1000),
    ("mlp", "pool = 4\nhidden = [6]\nsamples = 300", 100),
    ("mlp", "pool = 1\nhidden = [13]\nsamples = 300", 985),
];

/// Rules, and a solver, whose runs go one by one.
pub const OPTIMIZERS: [&str; 4] = ["gradient_descent", "momentum", "adam", "backtracking"];

/// One problem, ready to be descended or merely evaluated.
pub struct Case {
    instance: Instance,
    starts: Vec<f64>,
}

impl Case {
    /// A problem of the registry with the starts of `runs` runs.
    ///
    /// # Panics
    /// When there is none of this name and dimension: a mistake in the table.
    pub fn new((name, params, dim): (&str, &str, usize), runs: usize) -> Self {
        let registry = Registry::builtin();
        let entry = registry.get(name).expect("a registered problem");
        let instance = entry.build(&params.parse().expect("parameters in TOML")).expect("accepted parameters");
        assert_eq!(instance.dim, dim, "{name}");
        let mut stream = Stream::new(0, "overhead", &[]);
        let starts = (0..runs).flat_map(|_| instance.start_point(&mut stream)).collect();
        Self { instance, starts }
    }

    /// A block of runs; the gradients they asked for, values counted as halves.
    ///
    /// # Panics
    /// When a run ends before its budget: then it is no measure.
    #[inline(never)] // so that a profiler can tell it
    pub fn run(&self, optimizer: &str, budget: u64) -> f64 {
        let none = toml::Table::new();
        let mut params = toml::Table::new();
        if optimizer != "backtracking" {
            // So short that nothing converges or diverges.
            params.insert("lr".into(), 1e-9.into());
        }
        let method: Method = Catalogue::builtin().method(optimizer, &params, "single", &none).expect("a method");
        let settings = Settings {
            budget,
            grad_tol: 0.0,
            f_above: f64::MAX,
            x_above: f64::MAX,
            stall: None,
            early_stop: None,
            targets: vec![],
            moments: vec![],
            single_precision: false,
        };
        let stream = |purpose: &str| Stream::new(0, purpose, &[]);
        let seeds = self.starts.chunks_exact(self.instance.dim).map(|start| Seeds {
            start: Box::new(|_| start.to_vec()),
            noise: stream("noise"),
            batches: stream("batches"),
            random: stream("random"),
        });
        let results = run_block(&self.instance.objective, &method, &settings, seeds.collect());
        assert!(results.iter().all(|result| result.cost + 1.0 > budget as f64), "{}", results[0].reason);
        results.iter().map(|result| result.cost).sum()
    }

    /// The gradients of a block of runs of a rule, and nothing else: all runs in one call, `budget` times.
    pub fn gradients_together(&self, budget: u64) -> f64 {
        let runs = self.starts.len() / self.instance.dim;
        let (mut values, mut grads) = (vec![0.0; runs], vec![0.0; self.starts.len()]);
        let mut at = self.instance.objective.evaluator();
        (0..budget).for_each(|_| at.gradients(&self.starts, &mut values, &mut grads));
        values[0]
    }

    /// As many gradient-equivalents as `optimizer`, a solver, spends, one by one: a value and a gradient in turn, as a
    /// line search asks that accepts its first trial.
    pub fn questions_one_by_one(&self, budget: u64) -> f64 {
        let mut grad = vec![0.0; self.instance.dim];
        let mut sum = 0.0;
        for x in self.starts.chunks_exact(self.instance.dim) {
            let mut at = self.instance.objective.evaluator();
            for _ in 0..budget * 2 / 3 {
                sum += at.value(x) + at.gradient(x, &mut grad);
            }
        }
        sum
    }

    /// The bare evaluations that `optimizer` is compared with.
    #[inline(never)]
    pub fn bare(&self, optimizer: &str, budget: u64) -> f64 {
        if optimizer == "backtracking" { self.questions_one_by_one(budget) } else { self.gradients_together(budget) }
    }
}
