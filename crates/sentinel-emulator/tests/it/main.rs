//! The emulator, driven with raw JSON: no type of the program that deploys to it, and none of its own.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod alert_rules;
mod envelope;
mod hostile;
mod metadata;
mod rule_mappings;
mod rule_queries;
mod rule_switches;
mod rule_validation;
mod saved_searches;
mod service;
mod state;
mod watchlist_items;
mod watchlists;
mod workspace;
