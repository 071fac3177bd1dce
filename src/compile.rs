//! Documents and indicators to resources.
