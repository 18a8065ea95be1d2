//! Laws of random surfaces, and what theory says about the critical points of one draw.

use autodiff::Stream;

use super::{expected_counts, expected_counts_in_bowl, most_critical_points};
use crate::density::Estimate;

/// Draws of the means: standard errors of a thousandth, in less than a second.
const DRAWS: usize = 200_000;

/// Beyond these sizes rare draws carry a mean, and its standard error is not to be trusted.
const MOST_SPINS: usize = 30;
const MOST_VARIABLES: usize = 12;

/// The law that a surface is a draw of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ensemble {
    /// The spherical p-spin model on n spins, see [`expected_counts`].
    SphericalSpin {
        /// Spins per coupling.
        p: usize,
        /// Spins.
        n: usize,
    },
    /// A Gaussian field in a bowl of curvature mu in n variables, see [`expected_counts_in_bowl`].
    FieldInBowl {
        /// Curvature of the bowl, > 0.
        mu: f64,
        /// Variables.
        n: usize,
    },
    /// A quadratic form with a matrix of the Gaussian orthogonal ensemble.
    Orthogonal {
        /// Size of the matrix.
        n: usize,
    },
}

impl Ensemble {
    /// Mean number of critical points of each index; `None` where it is not known or too large a size to average over. The
    /// same at every call.
    pub fn expected(&self) -> Option<Vec<Estimate>> {
        match *self {
            Ensemble::SphericalSpin { p, n } if n <= MOST_SPINS => {
                let mut stream = Stream::new(0, "theory", &["spherical spin", &p.to_string(), &n.to_string()]);
                Some(expected_counts(p as u32, n, (f64::NEG_INFINITY, f64::INFINITY), DRAWS, &mut stream))
            }
            Ensemble::FieldInBowl { mu, n } if n <= MOST_VARIABLES => {
                let mut stream = Stream::new(0, "theory", &["field in bowl", &mu.to_string(), &n.to_string()]);
                Some(expected_counts_in_bowl(mu, n, DRAWS, &mut stream))
            }
            _ => None,
        }
    }

    /// A number of critical points that no draw exceeds, where one is known.
    pub fn most(&self) -> Option<u64> {
        match *self {
            Ensemble::SphericalSpin { p, n } => most_critical_points(p as u32, u32::try_from(n).ok()?),
            _ => None,
        }
    }
}
