//! Curves and counts that random-matrix theory gives exactly, to lay beside what is measured.

mod complexity;
mod ensemble;
mod field;
mod kac_rice;
mod law;
mod orthant;
mod semicircle;
mod wishart_wigner;

pub use complexity::{complexity, complexity_of_index, level_of_index, threshold_level};
pub use ensemble::Ensemble;
pub use field::expected_counts_in_bowl;
pub use kac_rice::{expected_counts, most_critical_points};
pub use law::{SpectralLaw, kolmogorov_critical};
pub use orthant::{MOST_EXACT, all_positive, all_positive_if_independent, all_positive_large};
pub use semicircle::{semicircle_density, semicircle_share, spin_index_fraction};
pub use wishart_wigner::{
    critical_loss, marchenko_pastur, mixed_density, mixed_index_fraction, mixed_lower_edge, mixed_upper_edge,
};
