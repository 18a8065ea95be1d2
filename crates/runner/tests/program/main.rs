//! The program from outside: files, exit codes and messages, as a user meets them.

mod bad_input;
mod crash;
mod evaluate;
mod failing;
mod layers;
mod methods;
mod precision;
mod repeat;
mod shipped;
mod support;
mod words;
