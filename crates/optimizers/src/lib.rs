//! Update rules, solvers, strategies and the counted loop that runs them: how a budget is spent.
//!
//! * A [`Rule`] turns a gradient into a step (one file per rule, under `rule/`); many runs of it go in lockstep.
//! * A [`Solver`] asks an [`Oracle`] for values, gradients, Hessian-vector products or Hessians (one file per solver, under
//!   `solver/`); its runs go one by one. Rules and solvers are both "optimizers": one name space, one budget.
//! * A [`Strategy`] decides how a budget is spent over starts (under `strategy/`), a [`Schedule`] multiplies the
//!   learning rate of a rule (under `schedule/`), a [`Noise`] acts on starts, gradients or weights.
//! * A [`Method`] is one of each with all its parameters; [`Catalogue`] builds it from names and a table.
//! * [`run_block`] runs a method from many starts, [`trace_block`] shows every iterate on the way, and a [`RunResult`] is all
//!   that is known about one run. The function is reached only through a counted oracle, so costs are exact integers.
//!
//! ```
//! use autodiff::{Objective, Stream};
//! use optimizers::{Catalogue, Seeds, Settings, Status, run_block};
//!
//! let bowl = Objective::formula(1, |x| x[0] * x[0] * 0.5);
//! let params = toml::toml! { lr = 0.5 };
//! let method = Catalogue::builtin().method("gradient_descent", &params, "single", &toml::Table::new())?;
//! let settings = Settings {
//!     budget: 4, grad_tol: 1e-8, f_above: 1e12, x_above: 1e6, stall: None, early_stop: None, targets: vec![0.2],
//!     moments: vec![], single_precision: false,
//! };
//! let seeds = Seeds {
//!     start: Box::new(|_restart| vec![1.0]),
//!     noise: Stream::new(1, "noise", &[]),
//!     batches: Stream::new(1, "batches", &[]),
//!     random: Stream::new(1, "random", &[]),
//! };
//! let runs = run_block(&bowl, &method, &settings, vec![seeds]);
//! // x = 1, 1/2, 1/4, 1/8: four gradients, three steps; f = x^2/2 passes 0.2 at the second gradient.
//! assert_eq!(runs[0].x_final, [0.125]);
//! assert_eq!(runs[0].hits, [Some(2.0)]);
//! assert_eq!((runs[0].cost, runs[0].status), (4.0, Status::Budget));
//! # Ok::<(), String>(())
//! ```
//!
//! Adding a rule: one file with a config (`#[derive(Serialize, Deserialize, ..)]`, [`Config`], [`Rule`]) and
//! a state ([`RuleState`]), and one line in `catalogue.rs`. A solver, a strategy or a schedule is the same with
//! [`Solver`], [`Strategy`] or [`Schedule`].

mod block;
mod catalogue;
mod config;
mod course;
mod lane;
mod ledger;
mod lookout;
mod memory;
mod method;
mod minibatch;
mod noise;
mod oracle;
mod progress;
mod result;
mod rule;
mod run;
mod runs;
mod schedule;
mod settings;
mod solver;
mod strategy;
mod terms;
mod trace;
mod turns;
mod vector;
mod watch;

pub use catalogue::{Catalogue, Entry};
pub use config::{Config, Param};
pub use method::{Algorithm, Method, Part};
pub use noise::{Decay, Noise, On};
pub use oracle::{Oracle, Stop};
pub use result::{Attempt, Counts, RunResult, Snapshot, Status};
pub use rule::adagrad::Adagrad;
pub use rule::adam::Adam;
pub use rule::adamw::{Adamw, Scaling};
pub use rule::gradient_descent::GradientDescent;
pub use rule::momentum::Momentum;
pub use rule::nesterov::Nesterov;
pub use rule::perturbed_gd::PerturbedGd;
pub use rule::rmsprop::Rmsprop;
pub use rule::sgd::Sgd;
pub use rule::sgld::Sgld;
pub use rule::sign_sgd::SignSgd;
pub use rule::{Form, Memory, Rule};
pub use run::{run_block, run_block_watched};
pub use runs::{PerRun, Run, Runs};
pub use schedule::Schedule;
pub use schedule::constant::Constant;
pub use schedule::cosine::Cosine;
pub use schedule::exponential::Exponential;
pub use schedule::inverse_time::InverseTime;
pub use schedule::step::Step;
pub use settings::{EarlyStop, Seeds, Settings, Stall};
pub use solver::Solver;
pub use solver::backtracking::Backtracking;
pub use solver::basin_hopping::BasinHopping;
pub use solver::cma_es::CmaEs;
pub use solver::compass_search::CompassSearch;
pub use solver::cubic_newton::CubicNewton;
pub use solver::descent::LocalSearch;
pub use solver::lbfgs::Lbfgs;
pub use solver::newton::{Newton, Search};
pub use solver::newton_cg::NewtonCg;
pub use solver::random_directions::RandomDirections;
pub use solver::random_search::RandomSearch;
pub use solver::saddle_free_newton::SaddleFreeNewton;
pub use solver::simulated_annealing::{Cooling, SimulatedAnnealing};
pub use solver::trust_region_newton::TrustRegionNewton;
pub use strategy::multi_restart::{MultiRestart, Until};
pub use strategy::noisy_start::NoisyStart;
pub use strategy::single::Single;
pub use strategy::{Start, Strategy};
pub use trace::{Iterate, trace_block};
pub use watch::{InForce, Pace, Sight, Watch};

/// What the file of an optimizer starts with: `use optimizers::prelude::*;`.
pub mod prelude {
    pub use crate::config::{Config, check_decay_rate, check_lr, check_not_negative, check_positive};
    pub use crate::oracle::{Oracle, Stop};
    pub use crate::rule::{Memory, Rule};
    pub use crate::runs::{PerRun, Run, Runs};
    pub use crate::solver::Solver;
    pub use autodiff::{Scalar, Stream, Update};
    pub use serde::{Deserialize, Serialize};
    pub use std::convert::Infallible;
}
