//! Codes of tables: their columns, and how they are joined.

/// Hands these codes, behind those before them, to the next macro in the list.
macro_rules! table_codes {
    ($next:ident $($rest:ident)*; $($before:tt)*) => {
        $next! { $($rest)*; $($before)*
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
    };
}

pub(super) use table_codes;
