//! Tests of the report crate, in one program: estimators, joins and complaints, tables, renderings.

mod common;
mod derived;
mod estimators;
mod folder;
mod render;
mod sensitivity;
mod significance;
mod spectra;
mod story;
mod strategies;
mod tables;
