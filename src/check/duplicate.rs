//! Ids, names and aliases that two files share.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Look;
use super::view::View;
use crate::diagnostic::wording::shown;
use crate::diagnostic::{Code, Diagnostic, Span, codes};
use crate::resource::Resource;

codes! {
    /// Two rules have the same id, case aside.
    ///
    /// ## Why
    /// The id names the rule in the workspace: the second would overwrite the first, and one detection would be gone
    /// without a word.
    ///
    /// ## Wrong
    /// ```yaml file=rules/a.yaml
    /// id: failed-sign-ins
    /// name: Many failed sign-ins
    /// description: Somebody tries passwords
    /// severity: Low
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 10
    /// query: SigninLogs | where ResultType != "0"
    /// ```
    /// ```yaml file=rules/b.yaml
    /// id: Failed-Sign-Ins
    /// name: Many failed sign-ins of one account
    /// description: Somebody tries passwords
    /// severity: Low
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: SigninLogs | where ResultType != "0" | summarize n = count() by UserPrincipalName | where n > 10
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// id: 3f0e1d52-3a0a-4a55-9a55-2f6f6d6f1a01
    /// ```
    pub(super) DUPLICATE_ID = "duplicate-id", Error, fixed;

    /// Two rules have the same name, case aside.
    ///
    /// ## Why
    /// Analysts know a rule by its name, and the documentation asks for names that are unique in a workspace. The
    /// service is not known to refuse the second, so this is a warning.
    ///
    /// ## Wrong
    /// ```yaml file=rules/a.yaml
    /// id: failed-sign-ins
    /// name: Many failed sign-ins
    /// description: Somebody tries passwords
    /// severity: Low
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 10
    /// query: SigninLogs | where ResultType != "0"
    /// ```
    /// ```yaml file=rules/b.yaml
    /// id: failed-sign-ins-non-interactive
    /// name: Many failed sign-ins
    /// description: A program tries passwords
    /// severity: Low
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 10
    /// query: AADNonInteractiveUserSignInLogs | where ResultType != "0"
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// name: Many failed sign-ins of programs
    /// ```
    pub(super) DUPLICATE_NAME = "duplicate-name", Warning;

    /// Two watchlists have the same alias, case aside.
    ///
    /// ## Why
    /// The alias names the watchlist in the workspace. The rows of both would end up in one list.
    ///
    /// ## Wrong
    /// ```yaml file=rules/hosts/watchlist.yaml
    /// alias: allowed
    /// provider: Bartizan
    /// itemsSearchKey: host
    /// items: [{host: a}]
    /// ```
    /// ```yaml file=rules/users/watchlist.yaml
    /// alias: Allowed
    /// provider: Bartizan
    /// itemsSearchKey: user
    /// items: [{user: b}]
    /// ```
    ///
    /// ## Right
    /// ```yaml watchlist
    /// alias: allowed-users
    /// ```
    pub(super) DUPLICATE_ALIAS = "duplicate-alias", Error, fixed;
}

pub(super) const LOOKS: &[Look] = &[Look::Folder(folder)];

fn folder(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut ids = Seen::new(&DUPLICATE_ID, "id", "give the rule a GUID of its own");
    let mut names = Seen::new(&DUPLICATE_NAME, "name", "give one of the two a name that tells them apart");
    let mut aliases =
        Seen::new(&DUPLICATE_ALIAS, "alias", "give one of the two another alias, or make them one");
    for rule in &view.rules {
        if let Some(id) = rule.id.named() {
            ids.add(id, id.span, diagnostics);
        }
        if let Some(name) = rule.name.given() {
            names.add(name, name.span, diagnostics);
        }
    }
    for watchlist in view.watchlists {
        if let Some(alias) = watchlist.document.alias.named() {
            aliases.add(alias, alias.span, diagnostics);
        }
    }
    for made in &view.generated {
        match &made.resource {
            Resource::AlertRule(rule) => {
                ids.add(&rule.id, made.span, diagnostics);
                names.add(&rule.properties.display_name, made.span, diagnostics);
            }
            Resource::Watchlist(watchlist) => aliases.add(&watchlist.alias, made.span, diagnostics),
            Resource::SavedSearch(_) => {}
        }
    }
}

/// The words of one kind that were met, each with its first place.
struct Seen {
    code: &'static Code,
    noun: &'static str,
    help: &'static str,
    first: HashMap<String, Span>,
}

impl Seen {
    fn new(code: &'static Code, noun: &'static str, help: &'static str) -> Self {
        Self { code, noun, help, first: HashMap::new() }
    }

    fn add(&mut self, word: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
        let word = word.trim();
        if word.is_empty() {
            return;
        }
        match self.first.entry(word.to_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(span);
            }
            Entry::Occupied(entry) => diagnostics.push(
                Diagnostic::new(
                    self.code,
                    span,
                    format!("the {} `{}` is used twice", self.noun, shown(word)),
                )
                .related(*entry.get(), "used here first")
                .help(self.help),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{files, made_watchlist, rule_text, run};
    use crate::config::Config;

    #[test]
    fn the_second_use_is_reported_and_the_first_is_named() {
        let found = files(&[
            ("rules/a.yaml".into(), rule_text("id: aa\n")),
            ("rules/b.yaml".into(), rule_text("id: AA\nname: Another\n")),
            ("rules/c.yaml".into(), rule_text("id: cc\nname: a Rule\n")),
        ]);
        assert_eq!(found.codes(), ["duplicate-id", "duplicate-name"]);
        let id = &found.diagnostics[0];
        assert_eq!(found.map.location(id.span).path.file_name(), Some("b.yaml"));
        assert_eq!(found.map.location(id.related[0].span).path.file_name(), Some("a.yaml"));
        assert_eq!(found.map.text(id.related[0].span), "aa");
    }

    #[test]
    fn a_watchlist_made_from_indicators_takes_an_alias_as_well() {
        let list = "alias: IOC\nprovider: Bartizan\nitemsSearchKey: a\nitems: [{a: b}]\n".to_owned();
        let found =
            run(&[("rules/v/watchlist.yaml".into(), list)], &[made_watchlist("ioc")], &Config::default());
        assert_eq!(found.codes(), ["duplicate-alias"]);
    }

    #[test]
    fn rules_without_an_id_are_not_duplicates_of_each_other() {
        let found = files(&[
            ("rules/a.yaml".into(), rule_text("id: ''\n")),
            ("rules/b.yaml".into(), rule_text("id: ''\nname: Another\n")),
        ]);
        assert_eq!(found.codes(), ["missing-field"]);
    }
}
