//! Texts that should be durations.

use super::Look;
use super::view::{RuleView, Surroundings};
use super::wording::quoted;
use crate::compile::WatchlistSource;
use crate::diagnostic::{Diagnostic, Fix, codes};
use crate::document::Text;
use crate::resource::{Duration, DurationError};

codes! {
    /// A duration is neither ISO 8601 (`PT1H`, `P14D`) nor the shorthand of rule files (`5m`, `1h`, `14d`, `1h30m`),
    /// or has months or years, which have no fixed length.
    ///
    /// It is said of `queryFrequency`, `queryPeriod`, `suppressionDuration`, `lookbackDuration` and a watchlist's
    /// `defaultDuration`.
    ///
    /// ## Why
    /// The service refuses what is no ISO 8601, and a guess would change how often the rule runs.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// queryFrequency: every hour
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// queryFrequency: 1h
    /// ```
    pub(super) BAD_DURATION = "bad-duration", Error, fixed;
}

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule), Look::Watchlist(watchlist)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let grouping = rule.incident_configuration.as_ref().and_then(|incidents| incidents.grouping.as_ref());
    let lookback = grouping.and_then(|grouping| grouping.lookback_duration.as_ref());
    let fields = [
        rule.query_frequency.as_ref(),
        rule.query_period.as_ref(),
        rule.suppression_duration.as_ref(),
        lookback,
    ];
    // A blank one counts as missing, which is said elsewhere where it matters.
    for text in fields.into_iter().flatten().filter(|text| !text.trim().is_empty()) {
        duration(text, diagnostics);
    }
}

fn watchlist(_: &Surroundings<'_>, watchlist: &WatchlistSource, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(text) = &watchlist.document.default_duration {
        duration(text, diagnostics);
    }
}

/// Reports a text that is no duration.
fn duration(text: &Text, diagnostics: &mut Vec<Diagnostic>) {
    let Err(error) = Duration::parse(text) else { return };
    let help = match (error, suggestion(text)) {
        (DurationError::Calendar, _) => "count in days: `30d` or `P30D`".to_owned(),
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (_, None) => "write it as `5m`, `1h`, `14d`, or as `PT5M`, `PT1H`, `P14D`".to_owned(),
    };
    let mut diagnostic =
        Diagnostic::new(&BAD_DURATION, text.span, format!("{} is no duration: {error}", quoted(text)))
            .label("expected a duration such as `1h` or `PT1H`")
            .help(help);
    // Behind the unit stands nothing that would be lost.
    let is_whole = text.split_whitespace().count() <= 2
        && !text
            .trim()
            .trim_end_matches(|letter: char| letter.is_ascii_alphabetic())
            .contains(char::is_alphabetic);
    if let Some(near) = suggestion(text).filter(|_| is_whole && error != DurationError::Calendar) {
        diagnostic = diagnostic.fix(Fix::safe(text.span, text.as_str(), near));
    }
    diagnostics.push(diagnostic);
}

/// A duration at the start of the text, its unit perhaps a word: `90 minutes`, `24h with 4h bins`, `1 Day`.
fn suggestion(text: &str) -> Option<String> {
    const UNITS: &[(&str, &[&str])] = &[
        ("d", &["d", "day", "days"]),
        ("h", &["h", "hr", "hrs", "hour", "hours"]),
        ("m", &["m", "min", "mins", "minute", "minutes"]),
        ("s", &["s", "sec", "secs", "second", "seconds"]),
    ];
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text[digits..].trim_start();
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = rest[..letters].to_ascii_lowercase();
    let (unit, _) = UNITS.iter().find(|(_, words)| words.contains(&word.as_str()))?;
    let near = format!("{}{unit}", &text[..digits]);
    Duration::parse(&near).is_ok().then_some(near)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{rule, watchlist};
    use super::suggestion;

    #[test]
    fn both_notations_pass() {
        assert_eq!(rule("queryFrequency: PT1H\nqueryPeriod: 1d\n").codes(), [""; 0]);
        assert_eq!(watchlist("defaultDuration: P30D\n").codes(), [""; 0]);
    }

    #[test]
    fn anything_else_is_reported_wherever_a_duration_stands() {
        let found = rule(
            "queryFrequency: 5\nqueryPeriod: 24h with 4h bins\nsuppressionDuration: P1M\n\
             incidentConfiguration: {createIncident: true, groupingConfiguration: {enabled: true, \
             reopenClosedIncident: false, lookbackDuration: x, matchingMethod: AnyAlert}}\n",
        );
        assert_eq!(found.codes(), ["bad-duration"]);
        assert_eq!(found.places(), ["5", "24h with 4h bins", "P1M", "x"]);
        assert_eq!(found.diagnostics[1].help.as_deref(), Some("did you mean `24h`?"));
        assert_eq!(watchlist("defaultDuration: long\n").codes(), ["bad-duration"]);
    }

    #[test]
    fn a_number_with_a_word_is_understood_and_nothing_else() {
        assert_eq!(suggestion("90 minutes").as_deref(), Some("90m"));
        assert_eq!(suggestion("1 Day").as_deref(), Some("1d"));
        assert_eq!(suggestion("minutes"), None);
        assert_eq!(suggestion("5 weeks"), None);
        assert_eq!(suggestion("99999999999999999999h"), None);
    }
}
