//! What feeds publish, as indicators.
