//! The Sentinel management API, emulated.
