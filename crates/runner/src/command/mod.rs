//! One file per verb of the command line.

pub mod census;
pub mod check;
pub mod density;
pub mod eval;
pub mod list;
pub mod new;
pub mod plan;
pub mod report;
pub mod run;
pub mod show;
pub mod tables;
pub mod trace;
pub mod tune;
pub mod verify;
