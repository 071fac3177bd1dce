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
    /// A name refers to no column, and to nothing else that there is.
    ///
    /// ## Why
    ///
    /// The table has no such column, or an earlier stage dropped it: behind `project` and `summarize` there are only the
    /// columns that they name. Names compare by case.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | project Account | where Computer == "dc01"
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where Computer == "dc01" | project Account
    /// ```
    UnknownName = "kql-unknown-name", Error, Some("KS142");
    /// A name refers to no table.
    ///
    /// ## Why
    ///
    /// The workspace has no table, function or `let` of that name. A table of one's own is told to the check with its
    /// columns; a table that may be missing is read through `union isfuzzy=true`.
    UnknownTable = "kql-unknown-table", Error, Some("KS204");
    /// A name in a fuzzy union refers to no table.
    ///
    /// ## Why
    ///
    /// `union isfuzzy=true` runs without the tables that are not there. Where that is meant, nothing is wrong; a name that
    /// is mistyped goes unnoticed the same way.
    UnknownFuzzyTable = "kql-unknown-fuzzy-table", Warning, Some("KS205");
    /// A name refers to no function.
    ///
    /// ## Why
    ///
    /// Neither the language nor the workspace nor a `let` has a function of that name. Names compare by case.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | extend User = toLower(Account)
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | extend User = tolower(Account)
    /// ```
    UnknownFunction = "kql-unknown-function", Error, Some("KS211");
    /// The name behind `evaluate` is no plugin.
    ///
    /// ## Why
    ///
    /// Only plugins stand behind `evaluate`; functions are called in `extend`, `where` and their like.
    UnknownPlugin = "kql-unknown-plugin", Error, Some("KS124");
    /// An argument is not of the type that the function takes.
    ///
    /// ## Why
    ///
    /// The language converts few types by itself. Convert with `tostring`, `tolong`, `todatetime` and their like.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where TimeGenerated > ago("1d")
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where TimeGenerated > ago(1d)
    /// ```
    ArgumentType = "kql-argument-type", Error, Some("KS107");
    /// A call has too few or too many arguments.
    ///
    /// ## Why
    ///
    /// Each function takes the arguments that its signature lists, no more and no fewer but for those that it lists as
    /// optional.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | extend Length = strlen()
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | extend Length = strlen(Account)
    /// ```
    ArgumentCount = "kql-argument-count", Error, Some("KS119");
    /// A function takes arguments of several types, and not of these together.
    ///
    /// ## Why
    ///
    /// Some functions have several signatures. `bin`, for one, rounds a datetime by a timespan and a number by a number, and
    /// nothing else.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | summarize count() by bin(TimeGenerated, 5)
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | summarize count() by bin(TimeGenerated, 5m)
    /// ```
    NoSignature = "kql-no-signature", Error, Some("KS127");
    /// The arguments of a function have no type in common.
    ///
    /// ## Why
    ///
    /// `coalesce`, `max_of` and their like give back one of their arguments, so that all have to be of one type.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | extend First = coalesce(EventID, Account)
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | extend First = coalesce(tostring(EventID), Account)
    /// ```
    NoCommonType = "kql-no-common-type", Error, Some("KS232");
    /// An operator is not defined for values of these types.
    ///
    /// ## Why
    ///
    /// Numbers go with numbers, datetimes with timespans, texts with texts; a dynamic value is converted first.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where TimeGenerated > "2024-01-01"
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where TimeGenerated > datetime(2024-01-01)
    /// ```
    OperandTypes = "kql-operand-types", Error, Some("KS106");
    /// A constant is compared with a value of another type.
    ///
    /// ## Why
    ///
    /// The official library says nothing of it. A constant that can be read as the other type, such as "4625" for a number,
    /// is converted by the service in some versions and refused in others; written in the type of the column it is safe.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where EventID == "4624"
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where EventID == 4624
    /// ```
    ComparedTypes = "kql-compared-types", Warning, None;
    /// Values are compared whose types have no value in common.
    ///
    /// ## Why
    ///
    /// The official library says nothing of it; the service refuses to compare columns of different types, and a text with
    /// a number or a time that it cannot be read as.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where EventID == "logon" or TimeGenerated == Account
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where Activity has "logon" or tostring(TimeGenerated) == Account
    /// ```
    IncomparableTypes = "kql-incomparable-types", Error, None;
    /// A datetime literal names a date that does not exist.
    ///
    /// ## Why
    ///
    /// The official library takes whatever stands in the brackets. The service reads it, and what it cannot read is null,
    /// which is neither before nor after any time.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where TimeGenerated > datetime(2024-13-45)
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where TimeGenerated > datetime(2024-12-31)
    /// ```
    ImpossibleDate = "kql-impossible-date", Warning, None;
    /// A text that has to be a regular expression is none.
    ///
    /// ## Why
    ///
    /// The service reads expressions in the syntax of RE2 and refuses a query with one that it cannot read. There is no
    /// looking ahead or behind, and no reference back to a group. A backslash stands as it is in a verbatim string, `@"…"`.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where CommandLine matches regex @"powershell(?!\.exe)"
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where CommandLine matches regex @"powershell($|[^.])"
    /// ```
    InvalidRegex = "kql-invalid-regex", Error, None;
    /// A `datatable` has values that do not fill its last row.
    ///
    /// ## Why
    ///
    /// The values stand row by row, one for each column; a comma that is missing between two texts makes one of them.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// datatable (Name:string, Port:long) ["ssh", 22, "rdp"]
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// datatable (Name:string, Port:long) ["ssh", 22, "rdp", 3389]
    /// ```
    DataValues = "kql-data-values", Error, Some("KS173");
    /// A value is of another type than its place needs.
    ///
    /// ## Why
    ///
    /// `where` needs a bool, `mv-expand` a dynamic.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where EventID
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | where EventID == 4624
    /// ```
    WrongType = "kql-wrong-type", Error, Some("KS141");
    /// A count is no integer.
    ///
    /// ## Why
    ///
    /// `take`, `top`, `sample` and their like take a number of rows.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | take "10"
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | take 10
    /// ```
    NotInteger = "kql-not-integer", Error, Some("KS134");
    /// A table stands where a single value has to.
    ///
    /// ## Why
    ///
    /// A table with one row and one column is still a table. `toscalar(…)` takes the first value of its first row.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// let Latest = SecurityEvent | summarize max(TimeGenerated);
    /// SecurityEvent | where TimeGenerated == Latest
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// let Latest = toscalar(SecurityEvent | summarize max(TimeGenerated));
    /// SecurityEvent | where TimeGenerated == Latest
    /// ```
    NotScalar = "kql-not-scalar", Error, Some("KS108");
    /// Something computed stands where only a column may.
    ///
    /// ## Why
    ///
    /// `project-rename` and some plugins take columns of the table as they are; what is computed is put into a column first.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | project-rename User = tolower(Account)
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | extend User = tolower(Account)
    /// ```
    NotColumn = "kql-not-column", Error, Some("KS109");
    /// A dynamic value is grouped or ordered by.
    ///
    /// ## Why
    ///
    /// Dynamic values have neither an order nor an equality to group by. Convert to the type that the value has.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SigninLogs | summarize count() by LocationDetails
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SigninLogs | summarize count() by tostring(LocationDetails.city)
    /// ```
    DynamicHere = "kql-dynamic-here", Error, Some("KS116");
    /// Square brackets stand behind a value that has no elements.
    ///
    /// ## Why
    ///
    /// Only dynamic values have elements. A column of type string that holds JSON is read with `parse_json` first.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// AzureActivity | extend Name = Properties["name"]
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// AzureActivity | extend Name = parse_json(Properties)["name"]
    /// ```
    NoElements = "kql-no-elements", Error, Some("KS147");
    /// Two columns of one stage have the same name.
    ///
    /// ## Why
    ///
    /// A table has each column once. `project` and `summarize` name new columns, so that each name may stand once among them.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | project Account, Account = tolower(Account)
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | project Account, LowerAccount = tolower(Account)
    /// ```
    DuplicateColumn = "kql-duplicate-column", Error, Some("KS171");
    /// Two `let`s bind the same name.
    ///
    /// ## Why
    ///
    /// A name is bound once in a query; a second `let` of the same name is refused.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// let Window = 1d;
    /// let Window = 7d;
    /// SecurityEvent | where TimeGenerated > ago(Window)
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// let Window = 7d;
    /// SecurityEvent | where TimeGenerated > ago(Window)
    /// ```
    DuplicateVariable = "kql-duplicate-variable", Error, Some("KS201");
    /// An aggregate stands where none may.
    ///
    /// ## Why
    ///
    /// Aggregates work on groups of rows: in `summarize`, `make-series` and `top-nested`.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | where count() > 10
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | summarize Events = count() by Account | where Events > 10
    /// ```
    AggregateHere = "kql-aggregate-here", Error, Some("KS144");
    /// A column stands where an aggregate has to.
    ///
    /// ## Why
    ///
    /// Behind `summarize` each row is a group. A column has many values in a group; an aggregate makes one of them.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | summarize Computer, count() by Account
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | summarize make_set(Computer), count() by Account
    /// ```
    NotAggregated = "kql-not-aggregated", Error, Some("KS236");
    /// Several names are given to one value.
    ///
    /// ## Why
    ///
    /// Only a few functions give several values at once, such as `arg_max` and `series_fit_line`.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | extend (Domain, User) = split(Account, "\\")
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | extend Parts = split(Account, "\\") | extend Domain = Parts[0], User = Parts[1]
    /// ```
    NotSeveral = "kql-not-several", Error, Some("KS149");
    /// `project-rename` does not say what a column becomes.
    ///
    /// ## Why
    ///
    /// `project-rename` takes assignments: the new name, `=`, the old one.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | project-rename Account
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | project-rename User = Account
    /// ```
    RenameExpected = "kql-rename-expected", Error, Some("KS110");
    /// A table among a function's parameters stands behind a scalar.
    ///
    /// ## Why
    ///
    /// Parameters that are tables come first, so that `invoke` can give the table in front of it.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// let Recent = (since:timespan, T:(TimeGenerated:datetime)) { T | where TimeGenerated > ago(since) };
    /// SecurityEvent | invoke Recent(1d)
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// let Recent = (T:(TimeGenerated:datetime), since:timespan) { T | where TimeGenerated > ago(since) };
    /// SecurityEvent | invoke Recent(1d)
    /// ```
    ParameterOrder = "kql-parameter-order", Error, Some("KS226");
    /// A table lacks columns that the function needs which it is given to.
    ///
    /// ## Why
    ///
    /// A parameter `T:(a:string)` takes any table that has at least the columns in brackets.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// let Named = (T:(Account:string)) { T | where isnotempty(Account) };
    /// Named((SigninLogs | project UserPrincipalName))
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// let Named = (T:(Account:string)) { T | where isnotempty(Account) };
    /// Named((SigninLogs | project Account = UserPrincipalName))
    /// ```
    MissingColumns = "kql-missing-columns", Error, Some("KS249");
    /// A join does not say how rows match, or says it in a way that a join does not take.
    ///
    /// ## Why
    ///
    /// Rows match by columns that are equal. What is computed is put into a column first.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | join kind=inner (SigninLogs) on tolower(Account)
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent
    /// | extend User = tolower(Account)
    /// | join kind=inner (SigninLogs | extend User = tolower(UserPrincipalName)) on User
    /// ```
    JoinCondition = "kql-join-condition", Error, Some("KS182");
    /// A join has a kind that there is not.
    ///
    /// ## Why
    ///
    /// The kinds are innerunique (which an absent kind means: one row of the left side per key), inner, leftouter,
    /// rightouter, fullouter, leftsemi, rightsemi, leftanti and rightanti.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | join kind=left (SigninLogs) on $left.Account == $right.UserPrincipalName
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | join kind=leftouter (SigninLogs) on $left.Account == $right.UserPrincipalName
    /// ```
    JoinKind = "kql-join-kind", Error, Some("KS005");
    /// One side of a join's `==` is no column of the side that stands there.
    ///
    /// ## Why
    ///
    /// The left operand is a column of the left table, `$left.A`, the right one of the right table, `$right.B`.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | join kind=inner (SigninLogs) on $right.UserPrincipalName == $left.Account
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | join kind=inner (SigninLogs) on $left.Account == $right.UserPrincipalName
    /// ```
    JoinSide = "kql-join-side", Error, Some("KS183");
    /// A column that rows match by is missing on one side of the join.
    ///
    /// ## Why
    ///
    /// A name alone behind `on` is a column of both tables. Columns of different names are matched with `$left` and `$right`.
    ///
    /// ## Wrong
    ///
    /// ```kql
    /// SecurityEvent | join kind=inner (SigninLogs) on Account
    /// ```
    ///
    /// ## Right
    ///
    /// ```kql
    /// SecurityEvent | join kind=inner (SigninLogs) on $left.Account == $right.UserPrincipalName
    /// ```
    JoinSides = "kql-join-sides", Error, Some("KS145");
    /// The columns that rows match by differ in type.
    ///
    /// ## Why
    ///
    /// Values of different types are never equal, so that no row would match. Convert one of the columns before.
    JoinTypes = "kql-join-types", Error, Some("KS227");
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
