//! Values with their places.

use std::ops::{Deref, Range};

use super::{Node, Scalar, Value};
use crate::diagnostic::{SourceMap, Span};

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A text with its place, and the way to the places inside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub(super) scalar: Scalar,
    /// Its place.
    pub span: Span,
    pub(super) is_guess: bool,
}

impl Text {
    /// Whether it cannot be read, and is what was most likely meant. That is reported, and nothing more is to be said of it.
    pub fn is_guess(&self) -> bool {
        self.is_guess
    }

    /// The decoded text.
    pub fn as_str(&self) -> &str {
        &self.scalar.text
    }

    /// The bytes of the file that hold a range of the text.
    pub fn locate(&self, map: &SourceMap, range: Range<usize>) -> Span {
        self.scalar.locate(map, range)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

/// A list of texts that may also be written as one text; `None` where it is something else, or where one of them cannot be
/// read.
pub(super) fn texts_of(node: &Node) -> Option<Vec<Text>> {
    let text = |node: &Node| match &node.value {
        Value::Scalar(scalar) if !node.is_null() => Some(Text::at(scalar, node.span)),
        _ => None,
    };
    match &node.value {
        Value::Sequence(items) => items.iter().map(text).collect(),
        Value::Scalar(_) => text(node).map(|text| vec![text]),
        Value::Mapping(_) | Value::Unreadable(_) => None,
    }
}

impl Text {
    /// The text of a node that is a scalar; null counts as empty text.
    pub fn of(node: &Node) -> Option<Self> {
        let Value::Scalar(scalar) = &node.value else { return None };
        let mut scalar = scalar.clone();
        if node.is_null() {
            scalar.text.clear();
        }
        Some(Self { scalar, span: node.span, is_guess: false })
    }

    pub(super) fn at(scalar: &Scalar, span: Span) -> Self {
        Self { scalar: scalar.clone(), span, is_guess: false }
    }

    /// With another text, whose inner places are no longer known.
    #[must_use]
    pub fn with_text(mut self, text: String) -> Self {
        self.scalar.text = text;
        self
    }
}
