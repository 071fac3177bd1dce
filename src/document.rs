//! What the author wrote, field by field.
