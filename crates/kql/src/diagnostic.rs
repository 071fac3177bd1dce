//! What is wrong with a query, as data.

mod name;
mod syntax;
mod table;
mod value;

use crate::token::Span;
use name::name_codes;
use syntax::syntax_codes;
use table::table_codes;
use value::value_codes;

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The query runs, and probably not as meant.
    Warning,
    /// The query does not run.
    Error,
}

/// Declares the codes: each a doc comment that `explain` prints, the name, the code, the severity, and the code of the
/// official language service where it says the same.
macro_rules! codes {
    (; $($(#[doc = $doc:literal])+ $name:ident = $id:literal, $severity:ident, $official:expr;)+) => {
        /// A class of diagnostics.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code, in the order of declaration.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// The code's stable name: kebab-case, begins `kql-`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $id,)+ }
            }

            /// How much it weighs.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)+ }
            }

            /// The official language service's code for the same; `None` where only this library sees it.
            pub fn official(self) -> Option<&'static str> {
                match self { $(Code::$name => $official,)+ }
            }

            /// What it means and how to put it right, in Markdown.
            pub fn documentation(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc, "\n"),+),)+ }
            }
        }
    };
}

// One list of all, in the order in which they are shown; each file adds its own.
syntax_codes! { name_codes value_codes table_codes codes; }

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its class.
    pub code: Code,
    /// Where.
    pub span: Span,
    /// What is wrong; one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The official language service's code for the same; `None` where only this library sees it.
    pub official: Option<&'static str>,
}

impl Diagnostic {
    /// A diagnostic without help.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { code, span, message: message.into(), help: None, official: code.official() }
    }

    /// The same with what to do about it.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same under another code of the official service, which has several for one class.
    pub(crate) fn official_as(mut self, code: &'static str) -> Self {
        self.official = Some(code);
        self
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_unique_and_begin_with_kql() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            let id = code.as_str();
            assert!(seen.insert(id), "{id} is declared twice");
            let rest = id.strip_prefix("kql-").expect("begins with kql-");
            assert!(rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
            assert!(code.documentation().contains("## Why"), "{id} does not say why");
        }
    }
}
