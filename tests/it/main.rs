//! The tests of the whole program, in one binary.

#![allow(clippy::unwrap_used, reason = "tests say what they expect by failing, in their fixtures too")]

mod agreement;
mod azure;
mod bad_input;
mod broken_rules;
mod commands;
mod corpus;
mod docs;
mod examples;
mod explain;
mod faults;
mod fixes;
mod folder;
mod house;
mod in_memory;
mod keys;
mod kql_format;
mod lints;
mod one_reading;
mod parsers;
mod schema;
mod wire;
