//! The names of a watchlist.

use super::Look;
use super::view::Surroundings;
use crate::compile::WatchlistSource;
use crate::diagnostic::wording::{count, shown};
use crate::diagnostic::{Diagnostic, codes};

codes! {
    /// A watchlist's alias or display name has fewer than 3 or more than 64 characters, or others than letters,
    /// digits, blanks, hyphens and underscores, or begins or ends with one of the last three.
    ///
    /// ## Why
    /// The service refuses the watchlist.
    ///
    /// ## Wrong
    /// ```yaml watchlist
    /// alias: allowed/hosts
    /// ```
    ///
    /// ## Right
    /// ```yaml watchlist
    /// alias: allowed-hosts
    /// ```
    pub(super) BAD_WATCHLIST_NAME = "bad-watchlist-name", Error, fixed;
}

const SHORTEST: usize = 3;
const LONGEST: usize = 64;

pub(super) const LOOKS: &[Look] = &[Look::Watchlist(watchlist)];

fn watchlist(_: &Surroundings<'_>, watchlist: &WatchlistSource, diagnostics: &mut Vec<Diagnostic>) {
    let document = &watchlist.document;
    for (key, text) in [("alias", &document.alias), ("displayName", &document.display_name)] {
        let Some((name, place)) = text.written() else { continue };
        // An empty alias is missing, which is reported elsewhere.
        if name.is_empty() && key == "alias" {
            continue;
        }
        let name = name.trim();
        let Some(problem) = problem(name) else { continue };
        diagnostics.push(
                Diagnostic::new(&BAD_WATCHLIST_NAME, place, format!("the {key} `{}` {problem}", shown(name)))
                    .label(format!(
                        "allowed: {SHORTEST} to {LONGEST} letters, digits, blanks, `-` and `_`; first and last a letter or digit"
                    )),
            );
    }
}

fn problem(name: &str) -> Option<String> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    if let Some(c) = name.chars().find(|c| !inside(*c)) {
        return Some(if c.is_control() {
            "holds a control character".to_owned()
        } else {
            format!("holds `{c}`")
        });
    }
    if !(SHORTEST..=LONGEST).contains(&name.len()) {
        return Some(format!("has {}", count(name.len(), "character")));
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if edge(name.chars().next()) && edge(name.chars().next_back()) {
        return None;
    }
    Some("begins or ends with something other than a letter or digit".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::testing::watchlist;

    #[test]
    fn both_names_have_their_form() {
        for name in ["abc", "' abc '", "High Value_Assets-1", &"a".repeat(64)] {
            assert_eq!(
                watchlist(&format!("alias: {name}\ndisplayName: {name}\n")).codes(),
                [""; 0],
                "{name}"
            );
        }
        for name in ["ab", "-abc", "abc_", "a/b/c", "größe", "a.b.c", &"a".repeat(65)] {
            assert_eq!(watchlist(&format!("alias: {name}\n")).codes(), ["bad-watchlist-name"], "{name}");
            assert_eq!(
                watchlist(&format!("displayName: {name}\n")).codes(),
                ["bad-watchlist-name"],
                "{name}"
            );
        }
    }
}
