//! Estimators: shares with intervals, running times, derived restart strategies, tests and summaries.
//!
//! | file | job |
//! |---|---|
//! | `share` | share of planned runs, Wilson and Clopper-Pearson intervals |
//! | `clustered` | interval of a share whose trials come in groups |
//! | `runtime` | expected running time and its bootstrap interval |
//! | `best_of` | success and expected best loss of the best of k runs, unbiased |
//! | `virtual_restarts` | the running time of restarts, from single runs: exact distribution and bands |
//! | `total_budget` | success within a total budget by random orders of the runs, and how far that is valid |
//! | `cutoff` | the best fixed restart cutoff, cross-fitted; Luby's sequence |
//! | `difference` | interval and test for a difference of two shares, paired or not; the least detectable one |
//! | `fisher`, `mcnemar` | exact tests for success counts, unpaired and paired |
//! | `rank_sum` | Mann-Whitney with runs that never reached the target |
//! | `holm` | many tests in one table |
//! | `ecdf_area` | area over the runtime ECDF |
//! | `resample` | the random numbers of all resampling, keyed by table and row |
//! | `summary` | medians, means, standard deviations, correlation |

mod best_of;
mod clustered;
mod cutoff;
mod difference;
mod ecdf_area;
mod fisher;
mod holm;
mod mcnemar;
mod rank_sum;
mod resample;
mod runtime;
mod share;
mod summary;
mod total_budget;
mod virtual_restarts;

pub use best_of::{expected_best, success_of_k, success_of_k_interval};
pub use clustered::clustered_wilson;
pub use cutoff::{CrossFit, Cutoff, cross_fit, luby};
pub use difference::{Difference, Estimate, least_detectable, paired_interval};
pub use ecdf_area::{anytime_score, log_area};
pub use fisher::fisher_exact;
pub use holm::holm;
pub use mcnemar::mcnemar_exact;
pub use rank_sum::{Rank, RankSum};
pub use resample::Resample;
pub use runtime::{Outcome, Runtime, ert_interval};
pub(crate) use share::LEVEL;
pub use share::{Share, clopper_pearson, wilson};
pub use summary::{Deviation, Mean, median, median_interval, pearson, quantile};
pub use total_budget::TotalBudget;
pub use virtual_restarts::VirtualRestarts;
