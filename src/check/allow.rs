//! Warnings about a query that a comment in it allows: `// bartizan: allow(code, code)`.
//!
//! A comment before all code is for the whole query; one that stands alone on its line is for the next line with code;
//! one behind code is for its own line. What the comment's text says behind the bracket is for people. A warning is
//! where it begins. Errors are not silenced: the service would refuse the query.

use std::cell::Cell;
use std::ops::Range;

use kql::{Span as Place, Token, TokenKind};

use super::view::QueryView;
use crate::diagnostic::wording::{quoted, shown};
use crate::diagnostic::{Diagnostic, SourceMap, Span, codes, nearest};

codes! {
    /// A comment that begins with `bartizan:` is not understood, or allows a code that does not exist.
    ///
    /// ## Why
    /// It silences nothing, and looks as if it did.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | sort by TimeGenerated // bartizan: allow(sorted-rule)
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | sort by TimeGenerated // bartizan: allow(sort-in-rule)
    /// ```
    pub(super) BAD_ALLOW = "bad-allow", Warning;

    /// A comment allows a code, and there is no such warning at its place. It is for its own line, or, where it stands
    /// alone, for the next line with code; before all code it is for the whole query.
    ///
    /// ## Why
    /// What it was for is gone, or stands elsewhere; the next warning at this place would be silenced unseen. Errors are
    /// never silenced by a comment.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent // bartizan: allow(sort-in-rule)
    ///   | where EventID == 4625
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where EventID == 4625
    /// ```
    pub(super) UNUSED_ALLOW = "unused-allow", Warning;
}

/// Codes that the comments of one query may allow; those behind them are called not understood.
const MOST: usize = 1_000;

/// What a comment begins with that speaks to this program.
pub const MARK: &str = "bartizan:";

/// The comments of a query that allow something.
pub(super) struct Allows<'q> {
    source: &'q str,
    allows: Vec<Allow<'q>>,
    /// Comments that are not understood.
    broken: Vec<Place>,
}

/// One code that one comment allows.
struct Allow<'q> {
    code: &'q str,
    place: Place,
    /// Where in the query it holds.
    reach: Range<usize>,
    used: Cell<bool>,
}

impl<'q> Allows<'q> {
    /// Reads the comments among the tokens of a query.
    pub(super) fn read(source: &'q str, tokens: &[Token]) -> Self {
        let mut allows = Self { source, allows: Vec::new(), broken: Vec::new() };
        let mut lines = Lines { source, tokens, before: None, next: 0 };
        for (at, token) in tokens.iter().enumerate() {
            if token.kind != TokenKind::Comment {
                lines.pass(token);
                continue;
            }
            let text = token.text(source);
            let Some(words) = text.trim_start_matches('/').trim_start().strip_prefix(MARK) else { continue };
            let list = words.trim_start().strip_prefix("allow").and_then(|rest| {
                let (list, _) = rest.trim_start().strip_prefix('(')?.split_once(')')?;
                (!list.trim().is_empty()).then_some(list)
            });
            let Some(list) = list else {
                allows.broken.push(token.span);
                continue;
            };
            if allows.allows.len() >= MOST {
                allows.broken.push(token.span);
                continue;
            }
            let start = token.span.range().start;
            let reach = lines.reach(at);
            // The list is a part of the text, so that its place follows from where it begins in it.
            let mut offset = start + (list.as_ptr() as usize - text.as_ptr() as usize);
            for word in list.split(',') {
                let code = word.trim();
                let from = offset + (word.len() - word.trim_start().len());
                allows.allows.push(Allow {
                    code,
                    place: Place::new(from as u32, (from + code.len()) as u32),
                    reach: reach.clone(),
                    used: Cell::new(false),
                });
                offset += word.len() + 1;
            }
        }
        allows
    }

    fn is_empty(&self) -> bool {
        self.allows.is_empty() && self.broken.is_empty()
    }

    /// Whether a warning that begins here is allowed.
    pub(super) fn silences(&self, code: &str, at: usize) -> bool {
        let mut is_silenced = false;
        for allow in self.allows.iter().filter(|allow| allow.code == code && allow.reach.contains(&at)) {
            allow.used.set(true);
            is_silenced = true;
        }
        is_silenced
    }

    /// What is wrong with the comments themselves, once every warning was asked about. `is_read` says whether the query
    /// could be read, so that a warning that is not there is known to be none.
    pub(super) fn complaints(&self, is_read: bool, locate: &dyn Fn(Place) -> Span) -> Vec<Diagnostic> {
        let known = super::codes();
        let mut found = Vec::new();
        for place in &self.broken {
            let text = shown(place.text(self.source).trim_end());
            found.push(
                Diagnostic::new(&BAD_ALLOW, locate(*place), format!("`{text}` is not understood"))
                    .label("expected `// bartizan: allow(CODE, …)`")
                    .help("name the code that the warning shows in brackets"),
            );
        }
        for allow in &self.allows {
            match known.iter().find(|code| code.id == allow.code) {
                None => {
                    let message = format!("{} is no code of a diagnostic", quoted(allow.code));
                    let near = nearest(allow.code, known.iter().map(|code| code.id));
                    found.push(Diagnostic::new(&BAD_ALLOW, locate(allow.place), message).help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "list all codes with `bartizan explain`".to_owned(),
                    }));
                }
                Some(_) if allow.used.get() || !is_read => {}
                Some(code) => {
                    let message = format!("there is no warning `{}` that this allows", code.id);
                    let help = "take it out, or put it where the warning is; an error cannot be allowed";
                    found.push(Diagnostic::new(&UNUSED_ALLOW, locate(allow.place), message).help(help));
                }
            }
        }
        found
    }
}

/// The tokens of a query, walked from front to back once.
struct Lines<'q, 't> {
    source: &'q str,
    tokens: &'t [Token],
    /// Where the code before ends.
    before: Option<usize>,
    /// From where the next code is looked for.
    next: usize,
}

fn is_code(token: &Token) -> bool {
    !token.kind.is_trivia() && token.kind != TokenKind::End
}

impl Lines<'_, '_> {
    fn pass(&mut self, token: &Token) {
        if is_code(token) {
            self.before = Some(token.span.range().end);
        }
    }

    /// The line of a place, its end included.
    fn line(&self, at: usize) -> Range<usize> {
        let start = self.source[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let end = self.source[at..].find(['\n', '\r']).map_or(self.source.len(), |length| at + length);
        start..end + 1
    }

    /// Where the comment that is this token holds.
    fn reach(&mut self, comment: usize) -> Range<usize> {
        let own = self.line(self.tokens[comment].span.range().start);
        match self.before {
            None => 0..self.source.len() + 1,
            Some(before) if before > own.start => own,
            Some(_) => {
                self.next = self.next.max(comment);
                while self.tokens.get(self.next).is_some_and(|token| !is_code(token)) {
                    self.next += 1;
                }
                match self.tokens.get(self.next) {
                    Some(next) => own.start..self.line(next.span.range().start).end,
                    None => own,
                }
            }
        }
    }
}

/// Takes out the warnings about a query's document that comments in the query allow, and reports comments that allow
/// nothing. A query that nobody wrote has no comments.
pub(super) fn apply(map: &SourceMap, query: &QueryView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(written) = query.written() else { return };
    if !written.source.contains(MARK) {
        return;
    }
    // A parser's query comes after the declaration of its parameters; here only what is written counts.
    let allows = Allows::read(written.source, written.tokens);
    if allows.is_empty() {
        return;
    }
    let range = |range: Range<usize>| Place::new(range.start.max(written.start) as u32, range.end as u32);
    let locate = |place: Place| query.locate(map, place);
    let reaches: Vec<Option<Span>> =
        allows.allows.iter().map(|allow| locate(range(allow.reach.clone()))).collect();
    let Some(whole) = locate(range(written.start..written.source.len())) else { return };
    diagnostics.retain(|diagnostic| {
        let at = diagnostic.span;
        if diagnostic.is_error() || at.file != whole.file || at.start < whole.start || at.start > whole.end {
            return true;
        }
        let mut is_silenced = false;
        for (allow, reach) in allows.allows.iter().zip(&reaches) {
            let is_inside = reach.is_some_and(|reach| (reach.start..=reach.end).contains(&at.start));
            if allow.code == diagnostic.code.id && is_inside {
                allow.used.set(true);
                is_silenced = true;
            }
        }
        !is_silenced
    });
    let is_read = query.parsed.diagnostics.is_empty();
    diagnostics.extend(allows.complaints(is_read, &|place| locate(place).unwrap_or(whole)));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bare, rule};

    fn codes(query: &str) -> Vec<&'static str> {
        let lines: String = query.lines().map(|line| format!("  {line}\n")).collect();
        rule(&format!("query: |\n{lines}entityMappings: []\n")).codes()
    }

    #[test]
    fn a_comment_is_for_its_own_line_behind_code_and_for_the_next_line_with_code_alone() {
        for query in [
            "SecurityEvent\n| sort by TimeGenerated // bartizan: allow(sort-in-rule)",
            "SecurityEvent\n// bartizan: allow(sort-in-rule)\n| sort by TimeGenerated",
            "SecurityEvent\n// bartizan: allow( sort-in-rule ) the analyst wants it\n\n// another\n| sort by TimeGenerated",
            "SecurityEvent\n//bartizan:allow(sort-in-rule)\n| sort by TimeGenerated",
        ] {
            assert_eq!(codes(query), [""; 0], "{query}");
        }
        for query in [
            "SecurityEvent // bartizan: allow(sort-in-rule)\n| sort by TimeGenerated",
            "SecurityEvent\n// bartizan: allow(sort-in-rule)\n| where EventID == 1\n| sort by TimeGenerated",
            "SecurityEvent\n| sort by TimeGenerated\n// bartizan: allow(sort-in-rule)",
        ] {
            assert_eq!(codes(query), ["sort-in-rule", "unused-allow"], "{query}");
        }
    }

    #[test]
    fn before_all_code_a_comment_is_for_the_whole_query() {
        let query = "// What it is for\n// bartizan: allow(sort-in-rule, join-without-kind)\nSecurityEvent\n| join (Heartbeat) on Computer\n| sort by TimeGenerated";
        assert_eq!(codes(query), [""; 0]);
        assert_eq!(codes(&query.replace(", join-without-kind", "")), ["join-without-kind"]);
    }

    #[test]
    fn any_warning_about_the_query_is_allowed_and_no_error() {
        assert_eq!(codes("SecurityEvnt // bartizan: allow(kql-unknown-table)"), [""; 0]);
        let error = "SecurityEvent | where Acount == 'a' // bartizan: allow(kql-unknown-name)";
        assert_eq!(codes(error), ["kql-unknown-name", "unused-allow"]);
    }

    #[test]
    fn a_comment_is_found_in_any_form_of_text() {
        for text in [
            "query: \"SecurityEvent // bartizan: allow(sort-in-rule)\\n| sort by TimeGenerated\"\n",
            "query: \"SecurityEvent\\n| sort by TimeGenerated // bartizan: allow(take-in-rule)\"\n",
        ] {
            assert_eq!(rule(text).codes(), ["sort-in-rule", "unused-allow"], "{text}");
        }
        for text in [
            "query: \"SecurityEvent\\n| sort by TimeGenerated // bartizan: allow(sort-in-rule)\"\n",
            "query: \"SecurityEvent\\n// bartizan: allow(sort-in-rule)\\n| sort by TimeGenerated\"\n",
            "query: |\r\n  SecurityEvent\r\n  // bartizan: allow(sort-in-rule)\r\n  | sort by TimeGenerated\r\n",
        ] {
            assert_eq!(rule(text).codes(), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_comment_that_says_something_else_is_told_at_its_place() {
        let found = rule("query: |\n  SecurityEvent // bartizan: alow(x)\n");
        assert_eq!((found.only().code.id, found.places()), ("bad-allow", vec!["// bartizan: alow(x)"]));
        let found = rule("query: |\n  SecurityEvent // bartizan: allow(sort-in-rle)\n");
        assert_eq!((found.only().code.id, found.places()), ("bad-allow", vec!["sort-in-rle"]));
        assert_eq!(found.only().help.as_deref(), Some("did you mean `sort-in-rule`?"));
        for query in
            ["bartizan:", "bartizan: allow", "bartizan: allow()", "bartizan: allow(", "bartizan: allow(,)"]
        {
            assert_eq!(codes(&format!("SecurityEvent // {query}")), ["bad-allow"], "{query}");
        }
        assert_eq!(
            codes("SecurityEvent // see bartizan: allow(x)\n| where Account != 'bartizan: allow(x)'"),
            [""; 0]
        );
    }

    #[test]
    fn bare_queries_and_parsers_have_such_comments_too() {
        assert_eq!(bare("SecurityEvent // bartizan: allow(no-time-bound)"), [""; 0]);
        assert_eq!(bare("SecurityEvent // bartizan: allow(sort-in-rule)"), ["no-time-bound", "unused-allow"]);
        let parser = "kind: Parser\nfunctionAlias: Logons\ndisplayName: Logons\nfunctionQuery: |\n  SecurityEvent\n  | take 5 // bartizan: allow(take-in-rule)\n";
        let found = super::super::testing::files(&[("rules/logons.yaml".into(), parser.to_owned())]);
        assert_eq!(found.codes(), [""; 0]);
    }

    #[test]
    fn in_a_query_that_cannot_be_read_no_comment_is_called_unused() {
        assert_eq!(
            codes("SecurityEvent // bartizan: allow(sort-in-rule)\n| where"),
            ["kql-missing-expression"]
        );
    }

    #[test]
    fn very_many_comments_are_read_in_time_and_those_past_the_most_are_told() {
        let comments = "// bartizan: allow(sort-in-rule)\n".repeat(20_000);
        let found = bare(&format!("SecurityEvent\n| where TimeGenerated > ago(1d)\n{comments}| count\n"));
        assert_eq!(found.iter().filter(|code| **code == "unused-allow").count(), super::MOST);
        assert_eq!(found.iter().filter(|code| **code == "bad-allow").count(), 20_000 - super::MOST);
    }
}
