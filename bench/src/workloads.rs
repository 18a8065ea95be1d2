//! One file for each kind of job; the name in the table is the name of the module.

mod descent;
mod digits;
mod digits_hessian;
mod digits_hvp;
mod digits_sgd;
mod eigenvalues;
mod index;
mod rastrigin;
mod spin;
mod spin_descent;
mod spin_newton;
mod xor;

use problems::{Instance, Registry};

use crate::{Job, Params};

pub use spin::coupling_tensor;

/// The job of this name.
///
/// # Panics
/// When the name is unknown: a mistake in the table.
pub fn prepare(job: &str, params: &Params) -> Job {
    match job {
        "rastrigin" => rastrigin::prepare(params),
        "xor" => xor::prepare(params),
        "digits_sgd" => digits_sgd::prepare(params, false),
        "digits_sgd_f32" => digits_sgd::prepare(params, true),
        "digits_hessian" => digits_hessian::prepare(params),
        "digits_hvp" => digits_hvp::prepare(params),
        "spin_descent" => spin_descent::prepare(params),
        "spin_newton" => spin_newton::prepare(params),
        "eigenvalues" => eigenvalues::prepare(params),
        "index" => index::prepare(params),
        unknown => panic!("unknown job {unknown}"),
    }
}

/// A problem of the registry.
fn instance(name: &str, params: &str) -> Instance {
    let registry = Registry::builtin();
    let entry = registry.get(name).expect("a registered problem");
    entry.build(&toml::from_str(params).expect("parameters in TOML")).expect("accepted parameters")
}
