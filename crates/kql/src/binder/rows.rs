//! Columns and rows as the binder sees them.

use std::sync::Arc;

use crate::types::Type;

/// A name, interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Symbol(u32);

impl Symbol {
    pub(super) fn new(index: usize) -> Self {
        Symbol(index as u32)
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A column: each use of a table, and each stage that computes one, makes new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(u32);

impl ColumnId {
    pub(super) fn new(index: usize) -> Self {
        ColumnId(index as u32)
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is known of a column.
#[derive(Debug, Clone)]
pub struct Column {
    pub(crate) name: Symbol,
    /// Its type.
    pub kind: Type,
    /// The table of the catalog that it is a column of.
    pub(crate) table: Option<Symbol>,
    /// The columns that it was made of.
    pub from: Box<[ColumnId]>,
    pub(crate) shape: Shape,
}

impl Column {
    /// Whether it is a dynamic value that was taken out of an array or a bag, by its name, its place or `mv-expand`. Such a
    /// value most often is a text or a number.
    pub fn is_element(&self) -> bool {
        self.kind == Type::Dynamic && matches!(self.shape, Shape::Element | Shape::Value)
    }
}

/// What is known of a dynamic value. One of a known shape is no text, and so does not stand for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Shape {
    /// Nothing: it may be a text.
    #[default]
    Any,
    /// It was taken out of an array or a bag, and most often is a text or a number.
    Element,
    /// An array; whether its elements are of a known type themselves.
    Array { known: bool },
    /// A bag of values by name.
    Bag,
    /// A value of a known type.
    Value,
    /// Nothing, not even that it is dynamic: what `column_ifexists` gives has the type of a column that may be there.
    Undecided,
}

impl Shape {
    /// What an element of it is.
    pub(crate) fn element(self) -> Shape {
        match self {
            Shape::Array { known: true } => Shape::Value,
            _ => Shape::Element,
        }
    }
}

/// The columns of a table or of what a stage gives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Rows {
    /// The columns, in order.
    pub columns: Arc<[ColumnId]>,
    /// Whether there may be more.
    pub open: bool,
}

impl Rows {
    pub(super) fn new(columns: Vec<ColumnId>, open: bool) -> Self {
        Rows { columns: Arc::from(columns), open }
    }

    /// A table of which nothing is known.
    pub(super) fn unknown() -> Self {
        Rows { columns: Arc::from([]), open: true }
    }
}
