//! The library from outside: properties over any text, and real queries where the corpus is at hand.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod agreement;
mod binding;
mod constants;
mod corpus;
mod formatting;
mod lexing;
mod lineage;
mod mistakes;
mod mutation;
mod parsing;
mod planning;
mod reads;
