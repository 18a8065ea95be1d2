//! The kinds of points, and which kind a certified critical point is by its inertia.

use crate::inertia::Inertia;

/// What a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Critical, no negative eigenvalue, no zero ones but the declared symmetry modes.
    Minimum,
    /// Critical, with negative and positive eigenvalues (a strict saddle, whatever its zeros).
    Saddle,
    /// Critical, no positive eigenvalue, no zero ones but the declared symmetry modes.
    Maximum,
    /// Critical, with zero eigenvalues beyond the declared symmetry modes and not both signs among the others: the
    /// second order does not tell minimum, maximum and saddle apart.
    Degenerate,
    /// Not critical: the gradient does not vanish but lies nearly in the kernel of the Hessian. Where methods that
    /// minimise `|g|` get caught.
    GradientFlat,
    /// Not critical: the gradient does not vanish, the Newton step does not contract, or nothing is finite.
    NotCritical,
    /// No critical point but the limit of one: the polish runs away while gradient and curvature vanish.
    AtInfinity,
}

impl Class {
    /// The word in result files.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Minimum => "minimum",
            Class::Saddle => "saddle",
            Class::Maximum => "maximum",
            Class::Degenerate => "degenerate",
            Class::GradientFlat => "gradient-flat",
            Class::NotCritical => "not-critical",
            Class::AtInfinity => "at-infinity",
        }
    }

    /// Whether the point is certified as critical.
    pub fn is_critical(self) -> bool {
        matches!(self, Class::Minimum | Class::Saddle | Class::Maximum | Class::Degenerate)
    }

    /// The kind of a critical point with these signs and this many declared symmetry zero modes.
    pub fn of_critical(signs: Inertia, zero_modes: usize) -> Self {
        let spare_zeros = signs.n_zero.saturating_sub(zero_modes);
        match (signs.n_neg, signs.n_pos) {
            (1.., 1..) => Class::Saddle,
            (0, 1..) if spare_zeros == 0 => Class::Minimum,
            (1.., 0) if spare_zeros == 0 => Class::Maximum,
            _ => Class::Degenerate,
        }
    }
}
