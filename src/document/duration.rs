//! Texts that should be durations.

use super::{Spanned, Text};
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Diagnostic, Fix, Reported, codes};
use crate::resource::{Duration, DurationError};

codes! {
    /// A duration is neither ISO 8601 (`PT1H`, `P14D`) nor the shorthand of rule files (`5m`, `1h`, `14d`, `1h30m`),
    /// or has months or years, which have no fixed length.
    ///
    /// It is said of `queryFrequency`, `queryPeriod`, `suppressionDuration`, `lookbackDuration` and a watchlist's
    /// `defaultDuration`.
    ///
    /// ## Why
    /// The service refuses anything but ISO 8601, and a guess would change how often the rule runs.
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
    pub(crate) BAD_DURATION = "bad-duration", Error, fixed;
}

/// The duration that a text is, or that it can only mean: that is reported with a fix, and what is wrong with the duration
/// is found all the same, so that the fix brings on nothing new.
///
/// # Errors
/// When it is something else, which is reported.
pub(super) fn read_duration(
    text: &Text,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Spanned<Duration>, Reported> {
    let error = match Duration::parse(text) {
        Ok(duration) => return Ok(Spanned::new(duration, text.span)),
        Err(error) => error,
    };
    let near = suggestion(text).filter(|_| error != DurationError::Calendar);
    let help = match (error, &near) {
        (DurationError::Calendar, _) => "count in days: `30d` or `P30D`".to_owned(),
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (_, None) => "write it as `5m`, `1h`, `14d`, or as `PT5M`, `PT1H`, `P14D`".to_owned(),
    };
    let diagnostic =
        Diagnostic::new(&BAD_DURATION, text.span, format!("{} is not a duration: {error}", quoted(text)))
            .label("expected a duration such as `1h` or `PT1H`")
            .help(help);
    // Nothing after the unit would be lost.
    let is_whole = text.split_whitespace().count() <= 2
        && !text
            .trim()
            .trim_end_matches(|letter: char| letter.is_ascii_alphabetic())
            .contains(char::is_alphabetic);
    let meant = near.filter(|_| is_whole).and_then(|near| Some((Duration::parse(&near).ok()?, near)));
    let Some((duration, near)) = meant else { return Err(diagnostic.report(diagnostics)) };
    diagnostics.push(diagnostic.fix(Fix::safe(text.span, text.as_str(), near)));
    Ok(Spanned::new(duration, text.span))
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
    use super::suggestion;

    #[test]
    fn a_number_with_a_word_is_understood_and_nothing_else() {
        assert_eq!(suggestion("90 minutes").as_deref(), Some("90m"));
        assert_eq!(suggestion("1 Day").as_deref(), Some("1d"));
        assert_eq!(suggestion("minutes"), None);
        assert_eq!(suggestion("5 weeks"), None);
        assert_eq!(suggestion("99999999999999999999h"), None);
    }
}
