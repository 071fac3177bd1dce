//! What the `kql` crate finds wrong with a query, as text, as syntax and in its meaning.
//!
//! The codes are those of the crate; here they get the form that the rest of the program uses, and their places in
//! the query become places in the file.

use std::sync::OnceLock;

use kql::tree::{ExpressionKind, StatementId, StatementKind};
use sentinel_schema::Origin;

use super::Look;
use super::growing;
use super::view::{Owner, QueryView, Surroundings};
use crate::diagnostic::wording::shown;
use crate::diagnostic::{Code, Diagnostic, Severity, Span};

/// None of its own: see [`language_codes`].
pub(super) static CODES: &[&Code] = &[];

/// The codes of the `kql` crate, in its order.
pub(super) fn language_codes() -> impl Iterator<Item = &'static Code> {
    static CODES: OnceLock<Vec<Code>> = OnceLock::new();
    CODES
        .get_or_init(|| {
            kql::Code::ALL
                .iter()
                .map(|code| Code {
                    id: code.as_str(),
                    severity: severity(*code),
                    fixed: false,
                    doc: code.documentation(),
                })
                .collect()
        })
        .iter()
}

/// How much a code weighs in a rule, unless a setting says otherwise. The catalogue cannot know every table, parser
/// and saved function of a workspace, so that one which it does not know is no error.
fn severity(code: kql::Code) -> Severity {
    match (code, code.severity()) {
        (kql::Code::UnknownTable, _) | (_, kql::Severity::Warning) => Severity::Warning,
        (_, kql::Severity::Error) => Severity::Error,
    }
}

/// A code of the `kql` crate in the form that the rest of the program uses.
fn language_code(code: kql::Code) -> &'static Code {
    static UNKNOWN: Code = Code { id: "kql", severity: Severity::Error, fixed: false, doc: "" };
    // Every code is in the list, which is made of `kql::Code::ALL`.
    language_codes().find(|known| known.id == code.as_str()).unwrap_or(&UNKNOWN)
}

/// What the `kql` crate found, at its place in a file.
pub fn language_diagnostic(found: &kql::Diagnostic, span: Span) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(language_code(found.code), span, found.message.clone());
    diagnostic.help.clone_from(&found.help);
    // A function that resembles no known one is most likely saved in the workspace, where nobody looks offline.
    if found.code == kql::Code::UnknownFunction && found.help.is_none() {
        diagnostic.severity = Severity::Warning;
    }
    diagnostic
}

pub(super) const LOOKS: &[Look] = &[Look::Query(query)];

fn query(around: &Surroundings<'_>, query: &QueryView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for found in findings(query.parsed, query.analysis) {
        let Some(place) = query.locate(around.map, found.span) else { continue };
        let mut diagnostic = in_a_rule(around, query.parsed, query.analysis, found, place);
        if let Owner::Indicators(made) = query.owner {
            // Nobody wrote it, so that only what the service would refuse matters: a column that the table does not
            // have. The rules for other tables are right all the same.
            if !diagnostic.is_error() {
                continue;
            }
            diagnostic.severity = Severity::Warning;
            let rule = shown(made.resource.display_name());
            let why = diagnostic.message;
            diagnostic.message = format!("the rule `{rule}`, made from these indicators, is refused: {why}");
            diagnostic.help = Some("leave its table out under `targets`".to_owned());
            diagnostics.push(diagnostic);
            return;
        }
        diagnostics.push(diagnostic);
    }
}

/// A name that is the whole of a statement may be a table's or a saved function's, although the language cannot tell. Some
/// tables may have columns that nobody told.
fn in_a_rule(
    around: &Surroundings<'_>,
    parsed: &kql::Parsed,
    analysis: &kql::Analysis,
    found: &kql::Diagnostic,
    span: Span,
) -> Diagnostic {
    let mut diagnostic = language_diagnostic(found, span);
    let tree = &parsed.tree;
    let is_whole = |id: &StatementId| match tree.statement(*id).kind {
        StatementKind::Query(value) | StatementKind::Let { value, .. } => {
            let value = tree.unwrapped(value);
            matches!(tree.expression(value).kind, ExpressionKind::Name(_))
                && tree.span_of(value) == found.span
        }
        _ => false,
    };
    if found.code == kql::Code::UnknownName && tree.root.iter().any(is_whole) {
        let name = found.span.text(&tree.source);
        diagnostic.code = language_code(kql::Code::UnknownTable);
        diagnostic.severity = diagnostic.code.severity;
        diagnostic.message = format!("there is no table `{name}`");
    } else if found.code == kql::Code::UnknownName {
        let name = found.span.text(&tree.source);
        let is_member = tree.source[..found.span.range().start].trim_end().ends_with('.');
        let environment = around.environment;
        if !is_member && growing::may_be_there(environment, parsed, analysis, found.span, name) {
            diagnostic.severity = Severity::Warning;
            diagnostic.help.get_or_insert_with(|| growing::HELP.to_owned());
        }
        if diagnostic.help.is_none() {
            diagnostic.help = Some(match analysis.tables.as_slice() {
                [table] => format!("`{table} | getschema` shows the columns that the workspace has"),
                _ => "`getschema` behind the stage before shows the columns that there are".to_owned(),
            });
        }
    }
    // Nothing resembles it, so that most likely it is the workspace's own.
    if diagnostic.severity == Severity::Warning && diagnostic.help.is_none() {
        let is_known = around.environment.layer(Origin::Workspace).is_some();
        let told = if is_known { "the workspace had none when `bartizan schema pull` asked" } else { PULL };
        if diagnostic.code == language_code(kql::Code::UnknownTable) {
            diagnostic.help = Some(format!("{told}; [tables] in bartizan.toml declares one"));
        } else if diagnostic.code == language_code(kql::Code::UnknownFunction) {
            diagnostic.help = Some(format!("{told}; a parser file describes one"));
        }
    }
    diagnostic
}

/// Where what the workspace has of its own can be learnt.
const PULL: &str = "if the workspace has it, `bartizan schema pull` writes it down";

/// What is wrong with a query. Behind the first error of syntax its meaning is a guess, and nothing is said of it.
fn findings<'a>(
    parsed: &'a kql::Parsed,
    analysis: &'a kql::Analysis,
) -> impl Iterator<Item = &'a kql::Diagnostic> {
    let broken = parsed.diagnostics.first().map_or(u32::MAX, |first| first.span.start);
    let meaning = analysis.diagnostics.iter().filter(move |found| found.span.end < broken);
    parsed.diagnostics.iter().chain(meaning)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, files, rule, rule_text, run};
    use crate::config::Config;
    use crate::diagnostic::Severity;

    #[test]
    fn a_rule_made_from_indicators_that_the_service_would_refuse_is_a_warning_about_them() {
        let text = "kind: Indicators\nfamily: SectopRAT\nsource: Example\ntargets: [CommonSecurityLog]\n\
                    indicators:\n  - {type: 'ip:port', value: '45.141.84.7:443'}\n";
        let with_parser = |query: &str| {
            // A saved function hides the table of its name.
            let parser = format!("kind: Parser\nfunctionAlias: CommonSecurityLog\nfunctionQuery: {query}\n");
            files(&[("rules/a.yaml".into(), text.to_owned()), ("rules/p.yaml".into(), parser)])
        };
        let found = with_parser("SecurityEvent | project TimeGenerated");
        assert_eq!((found.only().code.id, found.only().severity), ("kql-unknown-name", Severity::Warning));
        assert!(found.only().message.contains(", made from these indicators, is refused: "));
        assert_eq!(files(&[("rules/a.yaml".into(), text.to_owned())]).codes(), [""; 0]);
    }

    #[test]
    fn an_open_string_is_found_where_it_stands_in_the_block() {
        let found = rule("query: |\n  SecurityEvent\n  | where Account == \"admin\n  | take 1\n");
        assert_eq!(found.only().code.id, "kql-unterminated-string");
        assert_eq!(found.places(), ["\"admin"]);
        let place = found.map.location(found.only().span);
        assert_eq!((place.line, place.column), (20, 22));
    }

    #[test]
    fn a_column_that_the_table_lacks_is_found_in_any_form_of_text() {
        for text in [
            "query: |\n  SecurityEvent\n  | where Acount == 'x'\n",
            "query: >\n  SecurityEvent\n  | where Acount == 'x'\n",
            "query: SecurityEvent | where Acount == 'x'\n",
            "query: \"SecurityEvent\\n| where Acount == 'x'\"\n",
            "query: |\r\n  SecurityEvent\r\n  | where Acount == 'x'\r\n",
        ] {
            let found = rule(text);
            assert_eq!(found.only().code.id, "kql-unknown-name", "{text}");
            assert_eq!(found.only().help.as_deref(), Some("did you mean `Account`?"));
            assert_eq!(found.places(), ["Acount"], "{text}");
        }
    }

    #[test]
    fn a_table_that_is_not_known_is_a_warning_and_a_custom_one_is_not_known_beforehand() {
        let found = rule("query: SecurityEvnt | where EventID == 4688\n");
        assert_eq!((found.only().code.id, found.only().severity), ("kql-unknown-table", Severity::Warning));
        assert_eq!(found.only().help.as_deref(), Some("did you mean `SecurityEvent`?"));
        assert_eq!(rule("query: SecurityEvnt\n").only().code.id, "kql-unknown-table");
        assert_eq!(rule("query: Mine_CL | where user_s == 'x'\n").codes(), [""; 0]);
    }

    #[test]
    fn a_function_that_resembles_none_may_be_saved_in_the_workspace() {
        let found = rule("query: OurOwnNormalisedLogons(1d) | where EventID == 4688\nentityMappings: []\n");
        assert_eq!(
            (found.only().code.id, found.only().severity),
            ("kql-unknown-function", Severity::Warning)
        );
        let found = rule("query: SecurityEvent | extend Computer = tolowr(Computer)\n");
        assert_eq!((found.only().code.id, found.only().severity), ("kql-unknown-function", Severity::Error));
    }

    #[test]
    fn what_resembles_nothing_may_be_the_workspaces_own_until_that_was_asked() {
        let help = |query: &str, config: &Config| {
            let text = rule_text(&format!("query: {query}\nentityMappings: []\n"));
            run(&[("rules/a.yaml".into(), text)], &[], config).only().help.clone().unwrap()
        };
        let mut asked = Config::default();
        asked.schema.lock = Some(crate::schema::Lock::default());
        for (query, other) in [
            ("OurOwnLogons | where EventID == 4688", "[tables] in bartizan.toml declares one"),
            ("OurOwnLogons(1d) | where EventID == 4688", "a parser file describes one"),
        ] {
            let told = help(query, &Config::default());
            assert_eq!(
                told,
                format!("if the workspace has it, `bartizan schema pull` writes it down; {other}")
            );
            assert!(help(query, &asked).starts_with("the workspace had none when"));
        }
    }

    #[test]
    fn a_column_that_resembles_none_is_looked_for_in_the_workspace() {
        let help = |query: &str| {
            let found = rule(&format!("query: {query}\nentityMappings: []\n"));
            found.only().help.clone().unwrap()
        };
        assert_eq!(
            help("SecurityEvent | where Nowhere == 1"),
            "`SecurityEvent | getschema` shows the columns that the workspace has"
        );
        assert!(
            help("union SecurityEvent, Heartbeat | where Nowhere == 1").starts_with("`getschema` behind")
        );
        assert_eq!(help("SecurityEvent | where Acount == 'a'"), "did you mean `Account`?");
    }

    #[test]
    fn behind_an_error_of_syntax_the_meaning_is_not_looked_at() {
        let found = rule(
            "query: |\n  SecurityEvent\n  | project Computer Account, EventID\n  | where EventID == 1\n",
        );
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        let both = rule("query: |\n  SecurityEvent\n  | where Acount == 'a'\n  | where Computer ==\n");
        assert_eq!(both.codes(), ["kql-missing-expression", "kql-unknown-name"]);
    }

    /// A rule over the watchlist `hosts` of the folder with the columns host and owner.
    fn with_watchlist(query: &str) -> Found {
        let rule = rule_text(&format!("query: |\n  {query}\nentityMappings: []\n"));
        let list =
            "alias: hosts\nprovider: B\nitemsSearchKey: host\nitems: [{host: a, owner: b}]\n".to_owned();
        files(&[("rules/a.yaml".into(), rule), ("rules/hosts/watchlist.yaml".into(), list)])
    }

    #[test]
    fn a_watchlist_has_the_columns_of_its_file() {
        assert_eq!(
            with_watchlist("_GetWatchlist('hosts') | project host, owner, SearchKey").codes(),
            [""; 0]
        );
        let found = with_watchlist("_GetWatchlist('hosts') | project hots");
        assert_eq!(found.only().code.id, "kql-unknown-name");
        assert_eq!(found.only().help.as_deref(), Some("did you mean `host`?"));
        assert_eq!(found.places(), ["hots"]);
    }

    #[test]
    fn a_watchlist_made_from_indicators_has_its_columns_and_an_external_one_any() {
        let mut config = Config::default();
        config.schema.watchlists.push("theirs".to_owned());
        let indicators = "kind: Indicators\nfamily: SectopRAT\nsource: Example\nindicators: [{type: 'ip:port', value: '45.141.84.7:443'}]\n";
        let check = |query: &str| {
            let text = rule_text(&format!("query: {query}\nentityMappings: []\n"));
            let files = [("rules/a.yaml".into(), text), ("rules/i.yaml".into(), indicators.to_owned())];
            run(&files, &[], &config).codes()
        };
        assert_eq!(check("_GetWatchlist('bartizan-sectoprat') | project Indicator"), [""; 0]);
        let misspelt = "_GetWatchlist('bartizan-sectoprat') | project Indicators";
        assert_eq!(check(misspelt), ["kql-unknown-name"]);
        assert_eq!(check("_GetWatchlist('theirs') | project Anything"), [""; 0]);
    }

    #[test]
    fn every_code_of_the_language_says_why() {
        for code in super::language_codes() {
            assert!(code.id.starts_with("kql-"), "{}", code.id);
            assert!(code.markdown().len() > 40, "{}", code.id);
        }
    }
}
