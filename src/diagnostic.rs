//! What is wrong, where, and what to do next.
//!
//! A [`Diagnostic`] is about the user's files and never an `Err`: reading and checking collect all of them and
//! go on. Its [`Span`] is a byte range in a file of the [`SourceMap`]; lines and columns are computed only when
//! a diagnostic is shown. A [`Code`] names the class of a diagnostic and carries the text of `bartizan explain`.

mod code;
mod source_map;
pub(crate) mod wording;

pub use code::{Code, Section, sections};
pub(crate) use code::{codes, is_fixed};
pub use kql::nearest;
pub use source_map::{FileId, Location, SourceFile, SourceMap, Span};

use serde::Serialize;

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is not deployed, and `check` exits 1.
    Error,
    /// The file is deployed all the same; `check --strict` exits 1.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A second place that a diagnostic talks about, such as the first use of a duplicate id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there, without a full stop.
    pub message: String,
}

/// Whether a fix may be made without anybody looking at it. The check that offers the fix decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// What is deployed means the same as before, or what the author plainly meant, and nothing else becomes wrong:
    /// `check --fix` makes it.
    Safe,
    /// Probably meant, but the result of a query or the resource may change: somebody has to look at it.
    Unsafe,
}

/// A change of the file that puts it right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The place: of the text itself, or of a scalar that is this text alone, in quotes or not.
    pub span: Span,
    /// What is there now. Where the file spells it differently, with an escape for example, nothing is changed.
    pub old: String,
    /// What replaces it.
    pub new: String,
    /// Whether it may be made unseen.
    pub applicability: Applicability,
}

impl Fix {
    /// A fix that may be made unseen.
    pub fn safe(span: Span, old: impl Into<String>, new: impl Into<String>) -> Self {
        Self { span, old: old.into(), new: new.into(), applicability: Applicability::Safe }
    }

    /// A fix that somebody has to look at.
    pub fn needs_review(span: Span, old: impl Into<String>, new: impl Into<String>) -> Self {
        Self { applicability: Applicability::Unsafe, ..Self::safe(span, old, new) }
    }
}

/// That an error was reported which no setting turns off. Whoever returns it in the place of a value has said why there is
/// none: only [`Diagnostic::report`] makes one, and what reads the tree of a file that has mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported(());

impl Reported {
    /// For a value that is unreadable in the tree of a file: what made the tree reported it.
    pub(crate) fn with_the_tree() -> Self {
        Self(())
    }
}

/// One complaint about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The class of the complaint.
    pub code: &'static Code,
    /// [`Code::severity`] unless a setting changed it.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The place; every diagnostic has one, at least the start of its file.
    pub span: Span,
    /// What stands under the caret, such as the values that are allowed; may be empty.
    pub label: String,
    /// Other places that belong to it.
    pub related: Vec<Label>,
    /// What to do next.
    pub help: Option<String>,
    /// What `bartizan check --fix` does about it, where there is something.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A diagnostic of this class at this place.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// With this text under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With a second place.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Label { span, message: message.into() });
        self
    }

    /// With what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a change that puts it right.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Adds it to those that were found. Only for a code that is always an error.
    pub fn report(self, diagnostics: &mut Vec<Self>) -> Reported {
        debug_assert!(self.code.fixed && self.is_error(), "{}", self.code.id);
        diagnostics.push(self);
        Reported(())
    }

    /// Whether it keeps its file from being deployed.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
