//! The Sentinel resources as data.
