//! Time of one evaluation of each kind on problems of the registry: `cargo bench -p bench --profile dev`, the profile
//! that a plain `cargo run` uses.

use autodiff::{Objective, Stream};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use problems::{Instance, Registry};

/// Points per batch: what a block of runs gives the evaluator.
const BLOCK: usize = 32;

fn instance(name: &str, params: &str) -> Instance {
    let registry = Registry::builtin();
    let entry = registry.get(name).expect("a registered problem");
    entry.build(&toml::from_str(params).expect("parameters in TOML")).expect("accepted parameters")
}

fn points(instance: &Instance, count: usize) -> Vec<f64> {
    let mut stream = Stream::new(0, "bench", &[]);
    (0..count).flat_map(|_| instance.start_point(&mut stream)).collect()
}

fn evaluate(criterion: &mut Criterion) {
    let workloads = [
        ("rastrigin", "dim = 10"),
        ("xor", "pair = \"tanh-logistic\""),
        ("spherical_spin", "p = 3\ndim = 50"),
        ("mlp", "pool = 2\nhidden = [4]\nsamples = 300"),
    ];
    for (name, params) in workloads {
        let instance = instance(name, params);
        let objective: &Objective = &instance.objective;
        let dim = instance.dim;
        let mut at = objective.evaluator();
        let xs = points(&instance, BLOCK);
        let (mut values, mut grads) = (vec![0.0; BLOCK], vec![0.0; BLOCK * dim]);
        let (mut hv, mut hess) = (vec![0.0; dim], vec![0.0; dim * dim]);
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(BLOCK as u64));
        group.bench_function(BenchmarkId::new("values", BLOCK), |b| b.iter(|| at.values(&xs, &mut values)));
        group.bench_function(BenchmarkId::new("gradients", BLOCK), |b| {
            b.iter(|| at.gradients(&xs, &mut values, &mut grads));
        });
        group.throughput(Throughput::Elements(1));
        let (x, v) = (&xs[..dim], &xs[dim..2 * dim]);
        group.bench_function("gradient", |b| b.iter(|| at.gradient(x, &mut grads[..dim])));
        group.bench_function("hvp", |b| b.iter(|| at.hvp(x, v, &mut hv)));
        group.bench_function("hessian", |b| b.iter(|| at.hessian(x, &mut hess)));
        group.finish();
    }
}

criterion_group!(benches, evaluate);
criterion_main!(benches);
