//! Optimizers beside the bare gradients they ask for: `cargo bench -p bench --bench overhead --profile dev`. Counting
//! instructions instead is free of noise: `scripts/overhead`.

use std::hint::black_box;
use std::time::Duration;

use bench::overhead::{BLOCK, BUDGET, Case, OPTIMIZERS, PROBLEMS};
use criterion::{Criterion, criterion_group, criterion_main};

fn overhead(criterion: &mut Criterion) {
    for problem in PROBLEMS {
        let case = Case::new(problem, BLOCK);
        let mut group = criterion.benchmark_group(format!("{} N={}", problem.0, problem.2));
        group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
        group.bench_function("gradients", |b| b.iter(|| black_box(case.gradients_together(BUDGET))));
        group.bench_function("one by one", |b| b.iter(|| black_box(case.questions_one_by_one(BUDGET))));
        for optimizer in OPTIMIZERS {
            group.bench_function(optimizer, |b| b.iter(|| black_box(case.run(optimizer, BUDGET))));
        }
        group.finish();
    }
}

criterion_group!(benches, overhead);
criterion_main!(benches);
