//! The Kusto query language: text in, tokens out.
