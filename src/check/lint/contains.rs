//! `contains` where `has` serves.

use kql::tree::{BinaryOperator, ExpressionId, ExpressionKind};

use super::Lints;
use super::code::CONTAINS_WHOLE_TERM;
use crate::diagnostic::wording::shown;

/// Letters and digits of a word that is looked for alone. Shorter ones are mostly parts of words.
const SHORTEST_WORD: usize = 5;
/// Letters and digits of the first and the last of several terms: the index has none that are shorter.
const SHORTEST_TERM: usize = 3;
/// Words that are mostly looked for as the stem of others.
const STEMS: &[&str] =
    &["admin", "auth", "login", "logon", "encrypt", "remote", "execut", "download", "upload"];

/// Words that stand within longer ones where they matter: user agents say `WindowsPowerShell/5.1`, the pools of Exchange
/// are `MSExchangeOWAAppPool` and its like.
const PARTS: &[&str] = &["powershell", "msexchange"];

impl Lints<'_> {
    pub(super) fn contains(&mut self, id: ExpressionId) {
        let tree = self.tree;
        let ExpressionKind::Binary { operator, left, right } = &tree.expression(id).kind else { return };
        use BinaryOperator::*;
        let has = match operator {
            Contains => Has,
            NotContains | NotContainsWord => NotHas,
            ContainsCs | ContainsCsWord => HasCs,
            NotContainsCs | NotContainsCsWord => NotHasCs,
            _ => return,
        };
        // The index is of columns as they are stored.
        let left = tree.unwrapped(*left);
        let ExpressionKind::Name(name) = &tree.expression(left).kind else { return };
        let column = tree.name(*name);
        let right = tree.unwrapped(*right);
        let Some(text) = tree.string(right) else { return };
        if !is_whole(&text) || joins_words(&column) || !self.is_stored(left) {
            return;
        }
        let place = tree.span_of(left).to(tree.span_of(right));
        let written = shown(tree.span_of(right).text(&tree.source));
        let word = operator.as_str();
        self.report(
            &CONTAINS_WHOLE_TERM,
            place,
            format!("`{word}` reads every text for what `{}` finds in the index", has.as_str()),
            format!("{written} is a whole term"),
            format!(
                "write `{} {written}`; where it may be a part of a longer word, keep `{word}` and allow it: `// bartizan: allow({})`",
                has.as_str(),
                CONTAINS_WHOLE_TERM.id
            ),
        );
    }

    /// Whether a name is a column that a table has, or may have.
    fn is_stored(&self, id: ExpressionId) -> bool {
        let Some(column) = self.analysis.reference(id) else { return false };
        let stored = self.analysis.column_name(column);
        self.analysis.column(column).from.is_empty()
            && self.analysis.sources(column).iter().all(|(_, name)| name == stored)
    }
}

/// Whether a text begins and ends with whole terms: one long enough word, or several terms.
fn is_whole(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let first = text.chars().take_while(|c| is_part(*c)).count();
    let last = text.chars().rev().take_while(|c| is_part(*c)).count();
    if !text.is_ascii() || first < SHORTEST_TERM || last < SHORTEST_TERM {
        return false;
    }
    if first < text.len() {
        return true;
    }
    let word = text.to_ascii_lowercase();
    // `AAA` stands in base64 and in no word.
    let is_encoded = text.as_bytes().windows(3).any(|run| run[0] == run[1] && run[1] == run[2]);
    text.len() >= SHORTEST_WORD
        && !is_encoded
        && !STEMS.contains(&word.as_str())
        && !PARTS.contains(&word.as_str())
}

/// Whether a column's values run words together: names such as `DeleteUser`, and what a URL encodes, where `%20whoami` is
/// one term with its digits.
fn joins_words(column: &str) -> bool {
    const ENDS: &[&str] = &[
        "actiontype",
        "eventtype",
        "operation",
        "operationname",
        "operationnamevalue",
        "querystring",
        "uriquery",
        "urlquery",
    ];
    const WHOLE: &[&str] = &["activity", "method", "type"];
    let column = column.to_ascii_lowercase();
    let column = column.strip_suffix("_s").unwrap_or(&column);
    WHOLE.contains(&column) || ENDS.iter().any(|end| column.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_text_begins_and_ends_with_terms() {
        for text in [
            "certutil",
            "certutil.exe",
            "powershell.exe",
            "evil.example.org",
            "timed out",
            "CMDB123",
            "key=value",
        ] {
            assert!(is_whole(text), "{text}");
        }
        for text in [
            "",
            "xmr",
            "pool",
            "admin",
            "Admin",
            ".exe",
            "cmd /c",
            "a.b.c",
            "größe",
            "-encoded",
            "N/A",
            "TVqQAAMAAAA",
            "PowerShell",
            "MSExchange",
        ] {
            assert!(!is_whole(text), "{text}");
        }
    }

    #[test]
    fn columns_of_joined_words_are_told_by_name() {
        assert!(joins_words("OperationName") && joins_words("ActionType") && joins_words("Operation_s"));
        assert!(joins_words("QueryString") && joins_words("csUriQuery"));
        assert!(!joins_words("CommandLine") && !joins_words("FileName"));
    }
}
