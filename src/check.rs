//! Diagnostics over documents and resources; one file a check.
