//! The settings of a folder: bartizan.toml.
