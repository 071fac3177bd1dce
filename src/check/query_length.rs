//! How long a query may be.

use super::Look;
use super::view::{Owner, QueryView, Surroundings};
use crate::diagnostic::wording::{grouped, past_units};
use crate::diagnostic::{Diagnostic, codes};

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
pub(super) const LONGEST: usize = 10_000;

pub(super) const LOOKS: &[Look] = &[Look::Query(query)];

fn query(around: &Surroundings<'_>, query: &QueryView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let (what, label, help) = match query.owner {
        Owner::Rule(_) => (
            "the query",
            ", and end before this one",
            "move a list of values into a watchlist, or steps that several rules share into a saved function",
        ),
        Owner::Indicators(_) => (
            "the query of the rule made from these indicators",
            "",
            "keep the indicators in the watchlist (`inline: false`), and shorten the exclusions",
        ),
        // No limit is known for the query of a saved function.
        Owner::Parser => return,
    };
    let text = query.parsed.tree.source.trim_end();
    let Some((at, length)) = past_units(text, LONGEST) else { return };
    let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
    let Some(place) = query.locate(around.map, kql::Span::new(at as u32, end as u32)) else { return };
    let message = format!("{what} has {} characters", grouped(length));
    diagnostics.push(
        Diagnostic::new(&QUERY_TOO_LONG, place, message)
            .label(format!("{} are allowed{label}", grouped(LONGEST)))
            .help(help),
    );
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
