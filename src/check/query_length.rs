//! How long a query may be.

use super::view::View;
use super::wording::{grouped, past_units};
use crate::diagnostic::{Diagnostic, codes};
use crate::resource::Resource;

codes! {
    /// A query has more than 10,000 characters.
    ///
    /// They are counted in UTF-16 units, as the service counts them, a line's end as one.
    ///
    /// ## Why
    /// The service refuses the rule. Long lists belong into a watchlist, shared steps into a saved function.
    ///
    /// ## Wrong
    /// A query with a `dynamic([…])` of a thousand addresses.
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   let hosts = _GetWatchlist('allowed-hosts') | project host;
    ///   SecurityEvent | where Computer !in (hosts)
    /// ```
    /// ```yaml watchlist
    /// alias: allowed-hosts
    /// ```
    pub(super) QUERY_TOO_LONG = "query-too-long", Error;
}

/// Characters of a query.
const LONGEST: usize = 10_000;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for query in view.rules.iter().filter_map(|rule| rule.query.as_ref()) {
        let text = query.text.trim_end();
        let Some((at, length)) = past_units(text, LONGEST) else { continue };
        let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
        let message = format!("the query has {} characters", grouped(length));
        diagnostics.push(
            Diagnostic::new(&QUERY_TOO_LONG, query.text.locate(view.map, at..end), message)
                .label(format!("{} are allowed, and end before this one", grouped(LONGEST)))
                .help("move a list of values into a watchlist, or steps that several rules share into a saved function"),
        );
    }
    for made in &view.generated {
        let Resource::AlertRule(rule) = &made.resource else { continue };
        if let Some((_, length)) = past_units(&rule.properties.query, LONGEST) {
            let message = format!(
                "the query of the rule made from these indicators has {} characters",
                grouped(length)
            );
            diagnostics.push(
                Diagnostic::new(&QUERY_TOO_LONG, made.span, message)
                    .label(format!("{} are allowed", grouped(LONGEST)))
                    .help(
                        "keep the indicators in the watchlist (`inline: false`), and shorten the exclusions",
                    ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn ten_thousand_characters_are_allowed() {
        let codes =
            |length: usize| rule(&format!("query: 'Heartbeat //{}'\n", "a".repeat(length - 12))).codes();
        assert_eq!(codes(10_000), [""; 0]);
        assert_eq!(codes(10_001), ["query-too-long"]);
    }

    #[test]
    fn the_place_is_the_first_character_that_is_too_many() {
        let found = rule(&format!("query: |\n  //{}\n  Heartbeat\n", "é".repeat(9_989)));
        assert_eq!(found.only().message, "the query has 10,001 characters");
        assert_eq!(found.places(), ["t"]);
    }
}
