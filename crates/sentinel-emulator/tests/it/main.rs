//! The emulator, driven with raw JSON: no type of the program that deploys to it, and none of its own.

mod alert_rules;
mod service;
