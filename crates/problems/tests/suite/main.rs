//! What is declared about every problem holds; one test binary, so that the crate links once.

mod audit;
mod autoencoder;
mod basins;
mod cases;
mod data_files;
mod derivatives;
mod facts;
mod formula;
mod hyper_dual;
mod memory;
mod network;
mod networks_theory;
mod registry;
mod signal_theory;
mod small_surfaces;
mod spin;
mod theory;
mod three_nodes;
