//! What is wrong with a query, as data.

use crate::token::Span;

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
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $severity:ident, $official:expr;)+) => {
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

codes! {
    /// A string literal is not closed before the end of its line.
    ///
    /// ## Why
    ///
    /// A string in `"…"` or `'…'` ends on the line where it starts; only three back-ticks or three tildes enclose a
    /// text of several lines. What follows an open string is read as part of it.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where Account == "admin
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where Account == "admin"
    /// ```
    UnterminatedString = "kql-unterminated-string", Error, Some("KS001");
    /// A multi-line string literal is not closed before the end of the query.
    ///
    /// ## Why
    ///
    /// A text that opens with three back-ticks, or three tildes, runs to the next three of the same.
    ///
    /// ## Wrong
    ///
    /// ````kql
    /// print ```one
    /// ````
    ///
    /// ## Right
    ///
    /// ````kql
    /// print ```one```
    /// ````
    UnterminatedMultiLineString = "kql-unterminated-multi-line-string", Error, Some("KS001");
    /// A backslash in a string is not followed by an escape that the language knows.
    ///
    /// ## Why
    ///
    /// In `"…"` and `'…'` a backslash begins an escape: `\\ \' \" \a \b \f \n \r \t \v`, `\xHH`, `\uXXXX`,
    /// `\UXXXXXXXX` and octal digits. Paths and regular expressions are easier in a verbatim string, `@"…"`, where a
    /// backslash is a backslash.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where NewProcessName has "\System32\cmd.exe"
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where NewProcessName has @"\System32\cmd.exe"
    /// ```
    BadEscape = "kql-bad-escape", Error, Some("KS001");
    /// A literal in brackets, such as `datetime(…)`, is not closed on its line.
    ///
    /// ## Why
    ///
    /// `datetime(`, `timespan(`, `guid(`, `long(`, `real(` and their like take a literal, no expression: all up to the
    /// closing bracket is its text, and it ends on its line. What is computed is converted: `todatetime(…)`.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where TimeGenerated > datetime(2024-01-01
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where TimeGenerated > datetime(2024-01-01)
    /// ```
    UnterminatedLiteral = "kql-unterminated-literal", Error, Some("KS001");
    /// A character stands where no token begins with it.
    ///
    /// ## Why
    ///
    /// Outside strings and comments a query is ASCII. Text that went through a word processor often has typographic
    /// quotes in it, which are no quotes to the language.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where Account == “admin”
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where Account == "admin"
    /// ```
    UnexpectedCharacter = "kql-unexpected-character", Error, Some("KS002");
    /// Something has to stand here and does not.
    ///
    /// ## Why
    ///
    /// A bracket is not closed, a comma or a bar is missing, or a word is.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | sort TimeGenerated
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | sort by TimeGenerated
    /// ```
    Expected = "kql-expected", Error, Some("KS005");
    /// An expression has to stand here and does not.
    ///
    /// ## Why
    ///
    /// An operator lacks one of its sides, a list has a comma too many, or a keyword stands where a value should.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where EventID ==
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where EventID == 4624
    /// ```
    MissingExpression = "kql-missing-expression", Error, Some("KS006");
    /// Something stands where nothing can.
    ///
    /// ## Why
    ///
    /// A bracket closes nothing, or words follow a stage that is complete without them.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where EventID == 4624) | take 10
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where EventID == 4624 | take 10
    /// ```
    Unexpected = "kql-unexpected", Error, Some("KS198");
    /// The word behind a bar is no operator.
    ///
    /// ## Why
    ///
    /// Each stage of a query begins with an operator's name, in lower case.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | wher EventID == 4624
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where EventID == 4624
    /// ```
    UnknownOperator = "kql-unknown-operator", Error, Some("KS176");
    /// A word that is no type stands where a type has to.
    ///
    /// ## Why
    ///
    /// Columns and parameters are declared with one of the language's types: bool, datetime, decimal, dynamic, guid,
    /// int, long, real, string, timespan.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// datatable (Name:text) ["a"]
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// datatable (Name:string) ["a"]
    /// ```
    UnknownType = "kql-unknown-type", Error, Some("KS160");
    /// A GUID stands by itself where a value is expected.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SigninLogs | where AppId == 74b3bd5c-9c3a-4b3a-8c3a-123456789abc
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SigninLogs | where AppId == "74b3bd5c-9c3a-4b3a-8c3a-123456789abc"
    /// ```
    RawGuid = "kql-raw-guid", Error, Some("KS214");
    /// Brackets, calls or functions nest too deep.
    ///
    /// ## Why
    ///
    /// A query that nests hundreds of levels deep is refused by the service as well. Long chains (`a or b or c …`, a
    /// pipe of many stages) are not nesting and have no such limit.
    NestingTooDeep = "kql-nesting-too-deep", Error, None;
    /// The query is longer than this library reads.
    ///
    /// ## Why
    ///
    /// An analytics rule holds 10,000 characters; a query of more than 16 MiB is not read at all.
    QueryTooLong = "kql-query-too-long", Error, None;
}

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
}

impl Diagnostic {
    /// A diagnostic without help.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            span,
            message: message.into(),
            help: None,
        }
    }

    /// The same with what to do about it.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
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
            assert!(
                rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{id}"
            );
            assert!(code.documentation().len() > 40, "{id} says nothing");
        }
    }
}
