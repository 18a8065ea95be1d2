//! Tests of the report crate, in one program: estimators, joins and complaints, tables, renderings.

mod claims;
mod common;
mod counts;
mod derived;
mod estimators;
mod folder;
mod pictures;
mod render;
mod sensitivity;
mod shape;
mod significance;
mod spectra;
mod spread;
mod story;
mod strategies;
mod tables;
mod varied;
