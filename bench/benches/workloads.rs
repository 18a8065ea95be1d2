//! Every workload of bench/workloads.toml at its small size, on all cores: `cargo bench -p bench --bench workloads
//! --profile dev`. For promises see `scripts/peers/compare`, which runs the full sizes against the peers.

use std::time::Duration;

use bench::{Order, table};
use criterion::{Criterion, criterion_group, criterion_main};

fn workloads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("workloads");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for (name, workload) in table() {
        // What we have no way to do yet is not benchmarked.
        let mut job = workload.prepare_small();
        group.bench_function(name, |b| b.iter(|| job(Order::Own)));
    }
    group.finish();
}

criterion_group!(benches, workloads);
criterion_main!(benches);
