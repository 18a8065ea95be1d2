//! Pictures of a surface around a point: along one direction, over the plane of two, with a trajectory in it.

mod directions;
mod grid;
mod principal;

pub use directions::{eigen_directions, filter_direction};
pub use grid::{Plane, Projected, line_values};
pub use principal::{Principal, principal_directions};
