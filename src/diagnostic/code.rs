//! The classes of diagnostics and their documentation.

use super::Severity;

/// A class of diagnostics: its stable name and what `bartizan explain` says of it.
///
/// The text is Markdown: first what it means, then the headings `## Why`, `## Wrong` and `## Right`, the last two
/// with fenced examples. An example's info string says what it is a part of, and a test runs it:
///
/// - `yaml rule`, `yaml watchlist`, `yaml indicators`: top-level keys laid over a file that is right otherwise;
/// - `text page`: a whole ThreatFox page;
/// - `kql bare`: a query in a file of its own, as `bartizan kql` reads it;
/// - any language and `file=PATH`: a whole file at that path below the folder, `bartizan.toml` included.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// Kebab-case, unique in the whole program, never changed once released.
    pub id: &'static str,
    /// The severity unless a setting says otherwise.
    pub severity: Severity,
    /// Whether settings cannot change the severity: a document with this error has no resource, or one whose name
    /// would lead elsewhere, and without the error it would be left out of the deployment without a word.
    pub fixed: bool,
    /// The documentation.
    pub doc: &'static str,
}

/// A heading of a code's documentation with its text; the first has an empty heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section<'a> {
    /// `Why`, `Wrong`, `Right`, or empty.
    pub heading: &'a str,
    /// The Markdown below it.
    pub text: &'a str,
}

/// Splits a code's documentation at its `## ` headings.
pub fn sections(doc: &str) -> Vec<Section<'_>> {
    let mut out = Vec::new();
    let (mut heading, mut start, mut at) = ("", 0, 0);
    for line in doc.split_inclusive('\n') {
        if let Some(next) = line.strip_prefix("## ") {
            out.push(Section { heading, text: doc[start..at].trim() });
            heading = next.trim();
            start = at + line.len();
        }
        at += line.len();
    }
    out.push(Section { heading, text: doc[start..].trim() });
    out
}

/// Declares codes, each a public constant whose doc comment is the text that `explain` prints, and `CODES`, the
/// list of them.
///
/// ```ignore
/// codes! {
///     /// What it means.
///     ///
///     /// ## Why
///     /// ...
///     pub(crate) BAD_SEVERITY = "bad-severity", Error;
/// }
/// ```
///
/// `Error, fixed` declares a code whose severity no setting changes.
macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $vis:vis $name:ident = $id:literal, $severity:ident $(, $fixed:ident)?; )+) => {
        $(
            $(#[doc = $doc])+
            $vis static $name: $crate::diagnostic::Code = $crate::diagnostic::Code {
                id: $id,
                severity: $crate::diagnostic::Severity::$severity,
                fixed: $crate::diagnostic::is_fixed!($($fixed)?),
                // A doc comment's lines begin with the blank that follows `///`.
                doc: concat!($($doc, "\n"),+),
            };
        )+
        /// The codes declared here.
        pub(crate) static CODES: &[&$crate::diagnostic::Code] = &[$(&$name),+];
    };
}
pub(crate) use codes;

/// Whether a declaration of a code says `fixed`.
macro_rules! is_fixed {
    () => {
        false
    };
    (fixed) => {
        true
    };
}
pub(crate) use is_fixed;

impl Code {
    /// The documentation without the blank that begins each line of a doc comment.
    pub fn markdown(&self) -> String {
        let mut out = String::with_capacity(self.doc.len());
        for line in self.doc.lines() {
            out.push_str(line.strip_prefix(' ').unwrap_or(line));
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    codes! {
        /// First.
        ///
        /// ## Why
        /// Because.
        ///
        /// ## Wrong
        /// ```yaml rule
        /// severity: Hihg
        /// ```
        EXAMPLE = "example", Warning;
    }

    #[test]
    fn a_doc_comment_is_the_documentation() {
        let text = CODES[0].markdown();
        assert_eq!(text, EXAMPLE.markdown());
        let found = sections(&text);
        assert_eq!(found.iter().map(|s| s.heading).collect::<Vec<_>>(), ["", "Why", "Wrong"]);
        assert_eq!(found[0].text, "First.");
        assert_eq!(found[2].text, "```yaml rule\nseverity: Hihg\n```");
    }
}
