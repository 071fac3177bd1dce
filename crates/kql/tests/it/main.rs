//! The library from outside: properties over any text, and real queries where the corpus is at hand.

mod binding;
mod corpus;
mod formatting;
mod lexing;
mod mistakes;
mod parsing;
