//! The inner loops that large programs spend their time in: sums of products with the sums kept in registers.
//!
//! Slots are given as positions of their first lane. Loops are written out: a closure handed to an iterator or to
//! `array::map` would be compiled for the plain machine.

mod contract;
mod fold;
mod layer;
mod moves;

pub(crate) use contract::{Beside, contract};
pub(crate) use fold::{Signals, dot, fold};
pub(crate) use layer::layer;
pub(crate) use moves::{gather, scatter, transpose, turn};
