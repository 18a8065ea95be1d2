//! Random landscapes of statistical physics.

mod goe;
mod mixed_spin;
mod random_field;
mod spherical_spin;
mod symmetric_form;
mod wishart_wigner;

pub use goe::Goe;
pub use mixed_spin::MixedSpin;
pub use random_field::RandomField;
pub use spherical_spin::SphericalSpin;
pub use wishart_wigner::WishartWigner;

use crate::registry::Visitor;

/// The problems of this folder, in the order in which they are listed.
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<SphericalSpin>();
    visitor.visit::<MixedSpin>();
    visitor.visit::<RandomField>();
    visitor.visit::<Goe>();
    visitor.visit::<WishartWigner>();
}
