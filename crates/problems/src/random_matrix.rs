//! The random matrices that Hessians of random surfaces are.

/// The law that the Hessian on the surface is drawn from, over the draws of the surface, where it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RandomMatrix {
    /// At every point the Gaussian orthogonal ensemble with entries of variance 1/n off and 2/n on the diagonal, plus
    /// `strength` on `spikes` of the diagonal entries.
    Goe {
        /// Entries that are raised.
        spikes: usize,
        /// By how much.
        strength: f64,
    },
    /// At every point `J J^T / m + sqrt(2 eps) W`, J (n x m) of standard normal numbers, W a Wigner matrix with entries of
    /// variance 1/n.
    WishartWigner {
        /// n / m.
        phi: f64,
        /// Loss that sets the Wigner part.
        eps: f64,
    },
    /// Pure p-spin function on `|s|^2 = N`: at every point of energy N u the matrix `sqrt(2 p (p - 1) (N - 1) / N) M - p u I`, M
    /// from the Gaussian orthogonal ensemble of size N - 1 with entries of variance `1 / (2 (N - 1))` off the diagonal.
    SphericalSpin {
        /// Spins per coupling.
        p: usize,
        /// Number of spins N.
        n_spins: usize,
    },
}
