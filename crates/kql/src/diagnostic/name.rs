//! Codes of names that refer to nothing, and of calls.

/// Hands these codes, behind those before them, to the next macro in the list.
macro_rules! name_codes {
    ($next:ident $($rest:ident)*; $($before:tt)*) => {
        $next! { $($rest)*; $($before)*
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
        /// The workspace has no table, function or `let` of that name. What it has of its own, `bartizan schema pull` writes
        /// down, `[tables]` in bartizan.toml declares, or a parser file describes; a table that may be missing is read through
        /// `union isfuzzy=true`.
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
        }
    };
}

pub(super) use name_codes;
