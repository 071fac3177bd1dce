//! The Azure management client.
