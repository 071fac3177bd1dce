//! Words that come from SQL, SPL and general programming languages, and what is written in their place.

use crate::tree::BinaryOperator;

/// What stands in place of an operator of another language: behind `|`, and at the beginning of a query.
pub(crate) fn operator(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "select" | "fields" | "table" | "columns" | "keep" => {
            "columns are chosen with `project`: | project A, B"
        }
        "from" => "a query begins with its table: Table | where … | project …",
        "drop" | "delete" | "except" => "columns are left out with `project-away`: | project-away A, B",
        "group" | "groupby" | "stats" | "aggregate" | "eventstats" => {
            "rows are grouped with `summarize`: | summarize count() by A"
        }
        "having" | "regex" | "match" => {
            "rows are chosen with `where`, also behind `summarize`: | where count_ > 10"
        }
        "eval" | "let" | "compute" | "mutate" | "addfields" => {
            "columns are added with `extend`: | extend A = …"
        }
        "rename" => "columns are renamed with `project-rename`: | project-rename New = Old",
        "dedup" | "unique" | "uniq" => {
            "rows are made unique with `distinct A, B`, or with `summarize arg_max(Time, *) by A`"
        }
        "rex" | "extract" | "grok" => "text is taken apart with `parse`, or with extract(…) in `extend`",
        "spath" => "JSON is read with parse_json(…) in `extend`",
        "head" | "first" | "fetch" => "rows are taken with `take 10`, or with `top 10 by A` in an order",
        "tail" | "last" => "the last rows are those of `top 10 by A desc`",
        "fillnull" => "empty values are filled with coalesce(…) in `extend`",
        "chart" | "timechart" | "plot" => {
            "rows are counted with `summarize … by bin(Time, 1h)` and drawn with `render timechart`"
        }
        "bucket" | "bin" => "values are rounded with bin(A, 1h) in `summarize … by`",
        "left" | "right" | "inner" | "outer" | "full" | "cross" | "leftouter" | "rightouter" => {
            "the kind of a join stands behind it: | join kind=leftouter (T) on A"
        }
        "append" | "multisearch" => "tables are put together with `union`",
        "inputlookup" => "a watchlist or a table is read by its name, and joined with `lookup`",
        "unnest" | "explode" | "mvexpand" | "expand" => "lists are unfolded with `mv-expand`",
        "transaction" => "rows that belong together are found with `summarize … by`, or in order with `scan`",
        "makeresults" => "a row of values is made with `print`",
        "if" | "case" => "a choice is a function in `extend`: iff(condition, a, b), case(…)",
        "insert" | "update" | "create" | "alter" => "a query only reads; it changes no table",
        _ => return None,
    })
}

/// What stands in place of a function of another language.
pub(crate) fn function(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "if" => "iff(condition, then, else)",
        "lower" | "lcase" => "tolower(…)",
        "upper" | "ucase" => "toupper(…)",
        "len" | "length" | "size" => "strlen(…) of a text, array_length(…) of an array",
        "concat" | "concatenate" | "strconcat" => "strcat(…)",
        "concat_ws" => "strcat_delim(…)",
        "nvl" | "ifnull" => "coalesce(…)",
        "substr" | "mid" | "left" => "substring(text, start, length)",
        "str" | "to_char" | "varchar" => "tostring(…)",
        "float" => "toreal(…)",
        "today" | "curdate" | "current_date" => "startofday(now())",
        "getdate" | "current_timestamp" | "sysdate" | "utcnow" => "now()",
        "exists" | "notnull" => "isnotempty(…), or isnotnull(…)",
        "cast" | "convert" => "tostring(…), tolong(…), todatetime(…) and their like",
        "count_distinct" | "distinct_count" | "countdistinct" | "dc" => "dcount(…)",
        "max_by" | "argmax" => "arg_max(…)",
        "min_by" => "arg_min(…)",
        "array_agg" | "collect_list" | "list" => "make_list(…)",
        "collect_set" | "values" => "make_set(…)",
        "first" | "last" | "any_value" => "take_any(…), or arg_max(Time, …) for the latest",
        "median" => "percentile(…, 50)",
        "regexp_replace" => "replace_regex(…)",
        "regexp_extract" | "regex_extract" => "extract(…)",
        "regexp_like" | "rlike" => "the operator `matches regex`",
        "date_trunc" | "trunc" | "time_bucket" => "bin(Time, 1h), startofday(…)",
        "date_add" | "dateadd" => "datetime_add(\"day\", 1, …), or Time + 1d",
        "date_diff" | "datediff" => "datetime_diff(\"day\", …, …)",
        "json_extract" | "json_value" | "get_json_object" => "parse_json(…).name",
        "cidrmatch" | "inet_contains" => "ipv4_is_in_range(…)",
        _ => return None,
    })
}

/// What to say of a name that is no column, where it is a word of another language, or one that lacks its quotes.
pub(crate) fn name(name: &str) -> Option<String> {
    Some(match name {
        "null" | "NULL" | "Null" | "None" | "nil" | "NaN" | "undefined" => {
            "a missing value is found with isnull(…), an empty text with isempty(…)".to_owned()
        }
        "year" | "quarter" | "month" | "week" | "day" | "hour" | "minute" | "second" | "millisecond"
        | "microsecond" | "nanosecond" => format!("a part of a date is named by a text: \"{name}\""),
        _ => return None,
    })
}

/// What to say of a word that stands behind a value, where an operator could.
pub(crate) fn infix(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let known = match lower.as_str() {
        "is" | "isnull" | "notnull" => {
            "missing values are found with isnull(…) and isnotnull(…), empty texts with isempty(…)"
        }
        "like" | "ilike" => {
            "texts are compared with `contains`, `has`, `startswith`, `endswith` or `matches regex`"
        }
        "eq" | "equals" | "equal" => "values are compared with `==`; texts without regard to case with `=~`",
        "ne" | "neq" => "values that differ are found with `!=`",
        "gt" => "the operator is `>`",
        "ge" | "gte" | "=>" => "the operator is `>=`",
        "lt" => "the operator is `<`",
        "le" | "lte" => "the operator is `<=`",
        "regex" | "matches" | "rlike" | "regexp" => {
            "the operator is `matches regex`, and a pattern: matches regex @\"…\""
        }
        "not" => "negation is part of an operator, `!has`, `!contains`, `!in`, or a function: not(…)",
        "when" | "then" | "else" | "end" => {
            "a choice is a function: case(condition, value, …, default), or iff(…)"
        }
        "having" => "groups are chosen with a stage of its own: | where count_ > 10",
        "group" => "groups stand behind `by` in `summarize`: | summarize count() by A",
        "from" => "a query begins with its table: Table | where … | project …",
        "as" => "a new name stands before its value: Name = value",
        "xor" => "conditions are joined with `and` and `or`",
        "?" => "a choice is a function: iff(condition, then, else)",
        "->" => "a property stands behind a point: A.b",
        "=" => "values are compared with `==`",
        _ => "",
    };
    if !known.is_empty() {
        return Some(known.to_owned());
    }
    if lower != word && BinaryOperator::from_text(&lower).is_some() {
        return Some(format!("operators are in lower case: `{lower}`"));
    }
    const OPERATORS: &[&str] = &[
        "and",
        "or",
        "between",
        "contains",
        "contains_cs",
        "endswith",
        "endswith_cs",
        "has",
        "has_all",
        "has_any",
        "has_cs",
        "hasprefix",
        "hassuffix",
        "startswith",
        "startswith_cs",
    ];
    if word.len() > 2
        && let Some(near) = crate::nearest::nearest(word, OPERATORS.iter().copied())
    {
        return Some(format!("did you mean `{near}`?"));
    }
    None
}

/// Whether a word is a unit that turns a number before it into a timespan.
pub(crate) fn is_time_unit(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "d" | "day"
            | "days"
            | "h"
            | "hr"
            | "hour"
            | "hours"
            | "m"
            | "min"
            | "minute"
            | "minutes"
            | "s"
            | "sec"
            | "second"
            | "seconds"
            | "ms"
            | "w"
            | "week"
            | "weeks"
    )
}
