//! Random landscapes of statistical physics.

mod spherical_spin;

pub use spherical_spin::SphericalSpin;

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<SphericalSpin>();
}
