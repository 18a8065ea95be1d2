//! Equal bits of all ways to evaluate, and laws of cost; inside the crate, because they look at graphs and programs.

mod cost;
mod intervals;
mod points;
mod rows;
