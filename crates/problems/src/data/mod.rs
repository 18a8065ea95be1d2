//! Data sets: shipped, generated, or a user's file.

pub(crate) mod table;
