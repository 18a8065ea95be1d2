//! The workloads that speed is promised for, our side: used by the worker that `scripts/peers/compare` drives
//! against JAX, torch and numpy, and by the criterion benches.
//!
//! What is measured stands in `bench/workloads.toml`, which all sides read. A workload is a function in
//! [`workloads`] that prepares a [`Job`]; running the job does everything that is timed. [`overhead`] is beside it: what an
//! optimizer adds to the gradients it asks for.

pub mod input;
pub mod overhead;
pub mod peak;
pub mod table;
pub mod workloads;

pub use table::{Params, Workload, table};

/// Which rows the minibatches of a job are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// A random order of our own, drawn while the job runs: what is timed.
    Own,
    /// The order that all sides can compute, so that results can be compared.
    Shared,
}

/// A prepared workload: every call does the whole job on the current rayon pool and returns its result.
pub type Job = Box<dyn FnMut(Order) -> Vec<f64> + Send>;
