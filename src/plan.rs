//! Resources and a snapshot to changes.
