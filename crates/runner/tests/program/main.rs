//! The program from outside: files, exit codes and messages, as a user meets them.

mod bad_input;
mod census;
mod claims;
mod counting;
mod crash;
mod evaluate;
mod failing;
mod finders;
mod layers;
mod methods;
mod pages;
mod precision;
mod proofs;
mod repeat;
mod shape;
mod shipped;
mod spectra;
mod story;
mod support;
mod trace;
mod tune;
mod words;
