//! Arguments to text and exit codes.
