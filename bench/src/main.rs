//! Worker of `scripts/peers/compare`: runs workloads on request and prints one line of JSON for each.
//!
//! Without names on the command line it reads requests from stdin, one a line: `run NAME` (one timed repetition, warm),
//! `run NAME TIMES` (the mean of so many), `check NAME` (digest of the result), `peak` (operations per second of fused
//! multiply-adds). A process that stays alive keeps its jobs prepared, so that repetitions of two sides can take turns.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use bench::{Job, Order, Workload, input, peak, table, workloads};
use clap::Parser;
use rayon::ThreadPool;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

/// Runs the workloads of bench/workloads.toml, our side.
#[derive(Parser)]
struct Arguments {
    /// Workloads to run, W1 for example; none: requests are read from stdin
    names: Vec<String>,
    /// Threads of the pool
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Timed repetitions of each workload
    #[arg(long, default_value_t = 5)]
    repeat: usize,
    /// Run each once, cold, and end
    #[arg(long)]
    once: bool,
    /// Write the couplings of the 3-spin with 50 spins for the peers (50^3 numbers, f64, native order) and end
    #[arg(long, value_name = "FILE")]
    export_couplings: Option<PathBuf>,
}

struct Worker {
    pool: ThreadPool,
    table: BTreeMap<String, Workload>,
    /// Prepared and warm; `None` where we have no way to do it.
    jobs: BTreeMap<String, Job>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    if let Some(path) = &arguments.export_couplings {
        let bytes: Vec<u8> = workloads::coupling_tensor(50).iter().flat_map(|x| x.to_ne_bytes()).collect();
        return Ok(std::fs::write(path, bytes)?);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
    let mut worker = Worker { pool, table: table(), jobs: BTreeMap::new() };
    if arguments.names.is_empty() {
        for line in std::io::stdin().lock().lines() {
            say(&worker.answer(&line?)?)?;
        }
    }
    for name in &arguments.names {
        if arguments.once {
            let mut job = worker.workload(name)?.prepare();
            let start = Instant::now();
            worker.pool.install(|| job(Order::Own));
            say(&json!({"workload": name, "seconds": start.elapsed().as_secs_f64()}))?;
            continue;
        }
        for _ in 0..arguments.repeat {
            say(&worker.run(name, 1)?)?;
        }
    }
    Ok(())
}

/// A line at once: the other end waits for it.
fn say(answer: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}

impl Worker {
    fn answer(&mut self, request: &str) -> Result<Value, String> {
        match request.split_whitespace().collect::<Vec<_>>()[..] {
            ["run", name] => self.run(name, 1),
            ["run", name, times] => self.run(name, times.parse().map_err(|_| format!("{times:?} is no count"))?),
            ["check", name] => self.check(name),
            ["peak"] => Ok(self.pool.install(|| json!({"f64": peak::f64_peak(), "f32": peak::f32_peak()}))),
            _ => Err(format!("unknown request {request:?}; one of: run NAME [TIMES], check NAME, peak")),
        }
    }

    fn workload(&self, name: &str) -> Result<&Workload, String> {
        let known = || self.table.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        self.table.get(name).ok_or_else(|| format!("unknown workload {name:?}; one of: {}", known()))
    }

    /// Mean seconds of some repetitions; before the first of all, the job is prepared and run once.
    fn run(&mut self, name: &str, times: u32) -> Result<Value, String> {
        if !self.jobs.contains_key(name) {
            let mut job = self.workload(name)?.prepare();
            self.pool.install(|| job(Order::Own));
            self.jobs.insert(name.to_string(), job);
        }
        let job = self.jobs.get_mut(name).expect("prepared above");
        let (start, cpu) = (Instant::now(), cpu_seconds());
        for _ in 0..times {
            self.pool.install(|| job(Order::Own));
        }
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        let each = f64::from(times);
        Ok(json!({"workload": name, "seconds": seconds / each, "cpu_seconds": cpu / each}))
    }

    fn check(&self, name: &str) -> Result<Value, String> {
        let mut job = self.workload(name)?.prepare_check();
        let result = self.pool.install(|| job(Order::Shared));
        Ok(json!({"workload": name, "digest": input::digest(&result)}))
    }
}

/// Processor time of all threads so far.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
