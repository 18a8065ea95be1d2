//! Identities, theorems and controls that the critical-point pipeline must reproduce; one program, linked once.

mod basins;
mod classic;
mod connections;
mod control;
mod counts;
mod degenerate;
mod density;
mod eigen;
mod extremes;
mod factor;
mod finders;
mod lanczos;
mod laws;
mod line_and_path;
mod look;
mod matching;
mod paths;
mod proof;
mod settings;
mod slices;
mod spectrum;
mod sphere;
mod support;
mod surveys;
mod theory;
mod whole_box;
