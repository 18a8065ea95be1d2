//! Pictures as SVG text: figures of panels, panels of layers. Pure functions of the data, with nothing of ours below.
//!
//! A [`Panel`] has two [`Axis`] and [`Layer`]s, painted in order: curves (also in steps), bands, bars, markers and filled
//! regions. [`Grid::contours`] turns values on a grid into such regions with their [`ColourBar`]. A [`Figure`] sets panels
//! side by side. Margins follow from the labels, legends stand below the data and colour bars beside it, so nothing
//! covers anything. Numbers are written with fixed decimals: the same data give the same bytes.
//!
//! ```
//! use plot::{Axis, Figure, Layer, Panel};
//! let curve = Layer::curve(vec![[1.0, 1.0], [10.0, 100.0]]).named("x^2");
//! let panel = Panel::new(Axis::log("x"), Axis::log("f")).layer(curve);
//! let svg = Figure::new(vec![panel]).to_svg();
//! assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
//! ```

mod axis;
mod colour;
mod contour;
mod figure;
mod layer;
mod levels;
mod panel;
mod scene;
mod svg;

pub use axis::{Axis, Scale, round_values};
pub use colour::{Colour, PALETTE, viridis};
pub use contour::Grid;
pub use figure::{Figure, Part};
pub use layer::{Dash, Layer, Region, Shape};
pub use levels::{Levels, levels};
pub use panel::{ColourBar, Panel};
pub use scene::Scene;
pub use svg::number;
