//! Codes of what is wrong with a text as syntax.

/// Hands these codes, behind those before them, to the next macro in the list.
macro_rules! syntax_codes {
    ($next:ident $($rest:ident)*; $($before:tt)*) => {
        $next! { $($rest)*; $($before)*
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
        /// An operator that works on rows stands first, where a table has to.
        ///
        /// ## Why
        ///
        /// A query begins with a table, or with an operator that makes its own rows: union, search, find, range, print. A
        /// semicolon ends a query, so that what follows it has no rows to work on.
        ///
        /// ## Wrong
        ///
        /// ```kql
        /// SecurityEvent;
        /// where EventID == 4624
        /// ```
        ///
        /// ## Right
        ///
        /// ```kql
        /// SecurityEvent
        /// | where EventID == 4624
        /// ```
        NoInput = "kql-no-input", Error, Some("KS174");
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
        /// ## Why
        ///
        /// A GUID is a value of its own type and is written guid(…). Columns that hold GUIDs in Log Analytics are often strings: there
        /// it stands in quotes.
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
        }
    };
}

pub(super) use syntax_codes;
