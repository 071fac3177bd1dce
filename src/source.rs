//! Files to spanned trees.
