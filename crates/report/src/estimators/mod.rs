//! Estimators: shares with intervals, expected running time, medians, means and correlation.

mod runtime;
mod share;
mod summary;

pub use runtime::{Outcome, Runtime};
pub use share::{Share, clopper_pearson, wilson};
pub use summary::{Mean, median, pearson};
