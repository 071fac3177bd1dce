//! The Kusto query language: text in; tokens, a syntax tree, types and diagnostics out.
//!
//! The library knows the language and its built-ins and nothing of any product: which tables exist the caller says.
//! Nothing here fails or panics on input; what is wrong with a query is data beside what was understood of it.
//! Offsets are bytes throughout; [`LineIndex`] converts at the edge.

mod binder;
mod builtins;
mod catalog;
mod constant;
mod date;
mod diagnostic;
mod format;
mod habits;
mod lexer;
pub mod literal;
mod nearest;
mod parser;
pub mod plan;
mod position;
mod reads;
mod token;
pub mod tree;
mod types;
mod unify;

pub use binder::{
    Analysis, Body, BodyId, Column, ColumnId, ColumnOrigin, Definition, QueryResult, Reference, ResultColumn,
    Rows, VariableId, analyze,
};
pub use builtins::{BuiltinId, Obsolete, obsolete};
pub use catalog::{Catalog, CatalogColumn, CatalogFunction, CatalogResult, CatalogTable, Nothing};
pub use constant::Constant;
pub use diagnostic::{Code, Diagnostic, Severity};
pub use format::format;
pub use lexer::{MAX_SOURCE, lex};
pub use nearest::nearest;
pub use parser::{MAX_NESTING, Parsed, parse};
pub use position::{LineIndex, Position};
pub use reads::{KnownValue, Read, ReadArgument, ReadKind};
pub use token::{Lexed, Span, Token, TokenKind};
pub use types::Type;
pub use unify::unified_columns;
