//! A plan and a client to outcomes.
