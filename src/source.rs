//! Files to spanned trees, and changes of single values in files.
//!
//! The only place that knows the YAML and TOML libraries. A [`Node`] keeps the place of each key and value, and
//! [`Scalar::locate`] leads from an offset in a decoded value, such as the query of a block scalar, to the bytes
//! of the file. A mistake in a file voids what it is in and nothing else: the rest is a tree all the same.

mod discover;
mod edit;
mod quote;
mod reader;
mod scalar;
mod text;
mod toml;
mod yaml;

pub use discover::{Discovery, discover};
pub use edit::{Edit, Edited, edit};
pub use reader::Reader;
pub use scalar::{Scalar, ScalarKind, ScalarStyle};
pub use text::{Spanned, Text};
pub use toml::parse as parse_toml;
pub use yaml::parse;

use crate::diagnostic::{Code, Span, codes};

/// A value of a YAML or JSON file and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its place; for an alias and all that it stands for, that of the alias. A list or mapping has the place where it
    /// begins.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a [`Node`] may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A single value, null included.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the file's order; a key that is there twice is here twice.
    Mapping(Vec<Entry>),
    /// What cannot be read, which a diagnostic says. The text is what the author most likely wrote, where that can be
    /// said: good enough to know a resource by its name, and for nothing else.
    Unreadable(Option<Box<Scalar>>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key as text.
    pub key: String,
    /// The place of the key.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// Lines of a mapping that cannot be read, so that any key may be in them.
    pub(super) fn lost(span: Span) -> Self {
        Self { key: String::new(), key_span: span, value: Node { span, value: Value::Unreadable(None) } }
    }

    /// Whether it stands for lines that cannot be read.
    pub(super) fn is_lost(&self) -> bool {
        self.key.is_empty() && matches!(self.value.value, Value::Unreadable(_))
    }
}

impl Node {
    /// Whether there is no value: `~`, `null`, or nothing after the colon.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.kind == ScalarKind::Null)
    }

    /// Whether it is what cannot be read.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.value, Value::Unreadable(_))
    }

    /// What a message calls it: "a list", "a mapping", "text", "a number", ...
    pub fn describe(&self) -> &'static str {
        match &self.value {
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
            Value::Unreadable(_) => "a value that cannot be read",
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::Null => "nothing",
                ScalarKind::Bool(_) => "true or false",
                ScalarKind::Int(_) | ScalarKind::Float => "a number",
                ScalarKind::Text => "text",
            },
        }
    }
}

codes! {
    /// The file is invalid YAML (or JSON) at this place. What is before and after it is read and checked all the same, and
    /// the file is not deployed.
    ///
    /// ## Why
    /// A value that cannot be read would silently be left out of the deployment.
    ///
    /// ## Wrong
    /// ```yaml file=rules/a.yaml
    /// id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    /// name: A rule: with a colon
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/a.yaml
    /// id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    /// name: "A rule: with a colon"
    /// description: Text with a colon is in quotes
    /// severity: Low
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: Heartbeat | where Computer == "a"
    /// ```
    pub YAML_SYNTAX = "yaml-syntax", Error, fixed;

    /// The file is no TOML. bartizan.toml is a file of this kind; for the lock file there is `bad-schema-lock`.
    ///
    /// ## Why
    /// A setting that cannot be read would silently not count.
    ///
    /// ## Wrong
    /// ```toml file=bartizan.toml
    /// folders = rules
    /// ```
    ///
    /// ## Right
    /// ```toml file=bartizan.toml
    /// folders = ["rules"]
    /// ```
    pub TOML_SYNTAX = "toml-syntax", Error;

    /// A key is there twice in one mapping. Which of the two values counts differs from tool to tool.
    ///
    /// ## Why
    /// One of the two values would be lost without a word.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// severity: High
    /// tactics: [Execution]
    /// tactics: [Persistence]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// tactics: [Execution, Persistence]
    /// ```
    pub DUPLICATE_KEY = "duplicate-key", Error;

    /// The file is not UTF-8. Editors that save as "Unicode" or "ANSI" write such files.
    ///
    /// ## Why
    /// Characters outside ASCII would reach the workspace as others.
    ///
    /// ## Wrong
    /// A file saved as UTF-16 or Windows-1252.
    ///
    /// ## Right
    /// The same file saved as UTF-8, with or without a byte order mark.
    pub NOT_UTF8 = "not-utf8", Error, fixed;

    /// A file or folder could not be read; the message holds the system's own words.
    ///
    /// ## Why
    /// A file that cannot be read would silently be left out of the deployment.
    ///
    /// ## Wrong
    /// A path that does not exist, or a file without permission to read it.
    ///
    /// ## Right
    /// `bartizan check rules`, where `rules` is a folder that you may read.
    pub UNREADABLE = "unreadable", Error, fixed;

    /// A key holds another shape than it should: a list where a text belongs, text where a number belongs.
    ///
    /// ## Why
    /// The service would refuse the rule, or read another value than was meant.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// triggerThreshold: many
    /// tactics: {a: b}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// triggerThreshold: 10
    /// tactics: [Execution]
    /// ```
    pub WRONG_SHAPE = "wrong-shape", Error, fixed;

    /// A key that no one reads: misspelt, at the wrong level, or of another tool.
    ///
    /// ## Why
    /// What stands under it has no effect, and nobody would notice.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// supressionEnabled: true
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// suppressionEnabled: true
    /// ```
    pub UNKNOWN_KEY = "unknown-key", Warning;
}

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    CODES
}
