//! Codes of values: their types, and where they stand.

/// Hands these codes, behind those before them, to the next macro in the list.
macro_rules! value_codes {
    ($next:ident $($rest:ident)*; $($before:tt)*) => {
        $next! { $($rest)*; $($before)*
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
        /// An array is expected and a property bag is given, or the other way round.
        ///
        /// ## Why
        ///
        /// The service works on any dynamic value and gives null for one that is not what the function takes: the condition
        /// on it is never true. The official library calls it an error.
        ///
        /// ## Wrong
        ///
        /// ```kql
        /// SigninLogs | extend Details = bag_pack("User", UserPrincipalName) | where array_length(Details) > 0
        /// ```
        ///
        /// ## Right
        ///
        /// ```kql
        /// SigninLogs | extend Details = bag_pack("User", UserPrincipalName) | where array_length(bag_keys(Details)) > 0
        /// ```
        WrongShape = "kql-wrong-shape", Warning, None;
        /// `todynamic` is given an array or a bag.
        ///
        /// ## Why
        ///
        /// The official library refuses it, since the function reads a text. It is another name of `parse_json`, which gives
        /// such a value back as it is, and published rules that run call it so: the call has no effect.
        ///
        /// ## Wrong
        ///
        /// ```kql
        /// SecurityEvent | summarize Names = make_set(Account) by Computer | extend Names = todynamic(Names)
        /// ```
        ///
        /// ## Right
        ///
        /// ```kql
        /// SecurityEvent | summarize Names = make_set(Account) by Computer
        /// ```
        AlreadyDynamic = "kql-already-dynamic", Warning, Some("KS107");
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
        /// SecurityEvent | where TimeGenerated > bin(Latest, 1h)
        /// ```
        ///
        /// ## Right
        ///
        /// ```kql
        /// let Latest = toscalar(SecurityEvent | summarize max(TimeGenerated));
        /// SecurityEvent | where TimeGenerated > bin(Latest, 1h)
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
        }
    };
}

pub(super) use value_codes;
