//! Data sets: shipped, generated, or a user's file; what a problem asks for and the rows it gets.

mod generated;
mod prepared;
mod request;
mod table;

pub(crate) use prepared::Prepared;
pub(crate) use request::{DataRequest, data_params};
