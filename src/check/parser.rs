//! Parsers: their names, what they take and what they call.

use std::collections::HashMap;

use kql::ReadKind;
use sentinel_schema::{ParameterFault, SavedFunction};

use super::Look;
use super::id::{BAD_ID, problem as id_problem};
use super::view::{ParserView, Surroundings, View};
use crate::diagnostic::wording::shown;
use crate::diagnostic::{Diagnostic, FileId, SourceMap, Span, codes};
use crate::document::{BAD_FUNCTION_PARAMETERS, PARAMETER_HELP, Parameters, Parser};
use crate::semantic::parser::written;

codes! {
    /// The alias of a parser is no name that a query can call: letters, digits and underscores, none of the digits
    /// first.
    ///
    /// ## Why
    /// No query could call the function.
    ///
    /// ## Wrong
    /// ```yaml file=rules/parsers/dns.yaml
    /// kind: Parser
    /// functionAlias: Product-DNS
    /// functionQuery: Product_CL
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/parsers/dns.yaml
    /// kind: Parser
    /// functionAlias: Product_DNS
    /// functionQuery: Product_CL
    /// ```
    pub(super) BAD_FUNCTION_ALIAS = "bad-function-alias", Error, fixed;

    /// Two parsers have the same alias or the same id, case aside.
    ///
    /// A parser without an `id` has its alias in lower case for one.
    ///
    /// ## Why
    /// The id names the function in the workspace, so that the second would overwrite the first; and of two functions
    /// with one alias nobody can tell which one a query calls.
    ///
    /// ## Wrong
    /// ```yaml file=rules/parsers/dns.yaml
    /// kind: Parser
    /// functionAlias: ProductDns
    /// functionQuery: Product_CL
    /// ```
    /// ```yaml file=rules/parsers/dns-of-another.yaml
    /// kind: Parser
    /// functionAlias: productDNS
    /// functionQuery: Another_CL
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/parsers/dns.yaml
    /// kind: Parser
    /// functionAlias: ProductDns
    /// functionQuery: Product_CL
    /// ```
    /// ```yaml file=rules/parsers/dns-of-another.yaml
    /// kind: Parser
    /// functionAlias: AnotherDns
    /// functionQuery: Another_CL
    /// ```
    pub(super) DUPLICATE_FUNCTION = "duplicate-function", Error, fixed;

    /// A parser calls itself, directly or by way of others.
    ///
    /// ## Why
    /// The language has no recursion: every query that calls the function fails. And of parsers that call each other
    /// in a circle none can be deployed first.
    ///
    /// ## Wrong
    /// ```yaml file=rules/parsers/dns.yaml
    /// kind: Parser
    /// functionAlias: ProductDns
    /// functionQuery: union Product_CL, ProductDns
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/parsers/dns.yaml
    /// kind: Parser
    /// functionAlias: ProductDns
    /// functionQuery: union Product_CL, ProductOld_CL
    /// ```
    pub(super) PARSER_CYCLE = "parser-cycle", Error, fixed;
}

pub(super) const LOOKS: &[Look] = &[Look::Parser(parser), Look::Folder(folder)];

fn parser(around: &Surroundings<'_>, parser: &ParserView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    names(around.map, parser, diagnostics);
    parameters(around.map, parser, diagnostics);
}

fn folder(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    duplicates(view, diagnostics);
    cycles(view, diagnostics);
}

fn names(map: &SourceMap, parser: &Parser, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(text) = parser.id.given() {
        diagnostics.extend(id_problem(map, text));
    } else if let Some(alias) = parser.alias.given().filter(|alias| alias.trim().len() > LONGEST_ALIAS) {
        let message = format!("the alias has {} characters, {LONGEST_ALIAS} are allowed", alias.trim().len());
        diagnostics.push(
            Diagnostic::new(&BAD_ID, alias.span, message).help("shorten it, or give the parser an `id`"),
        );
    }
    let Some(text) = parser.alias.given() else { return };
    let alias = text.trim();
    let blanks = text.len() - text.trim_start().len();
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let bad = alias.char_indices().find(|(at, c)| !(is_letter(*c) || (*at > 0 && c.is_ascii_digit())));
    if let Some((at, c)) = bad {
        let place = text.locate(map, blanks + at..blanks + at + c.len_utf8());
        diagnostics.push(
            Diagnostic::new(&BAD_FUNCTION_ALIAS, place, format!("no query can call `{}`", shown(alias)))
                .label("allowed: letters, digits and `_`, no digit first")
                .help("the name in the portal may be any: put it under `displayName`"),
        );
    }
}

/// The longest alias of a parser without an id: it is the resource's name then, and that of a file.
const LONGEST_ALIAS: usize = 250;

fn parameters(map: &SourceMap, parser: &Parser, diagnostics: &mut Vec<Diagnostic>) {
    let mut report = |place: Span, message: String, help: Option<String>| {
        let help = help.unwrap_or_else(|| PARAMETER_HELP.to_owned());
        diagnostics.push(Diagnostic::new(&BAD_FUNCTION_PARAMETERS, place, message).help(help));
    };
    match parser.parameters.given() {
        None => {}
        Some(Parameters::Text(text)) => {
            if let Some(ParameterFault { message, range, help }) = SavedFunction::new(text).fault() {
                let message = format!("the parameters cannot be read: {message}");
                report(text.locate(map, range.clone()), message, help.clone());
            }
        }
        Some(Parameters::List(list)) => {
            for parameter in &list.value {
                let Some(valid) = parameter.valid() else { continue };
                let text = written(&valid);
                if let Some(fault) = SavedFunction::new(&text).fault() {
                    let message =
                        format!("the parameter `{}` cannot be read: {}", shown(&text), fault.message);
                    report(parameter.span, message, fault.help.clone());
                }
            }
        }
    }
}

fn duplicates(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut aliases: HashMap<String, Span> = HashMap::new();
    let mut ids: HashMap<String, Span> = HashMap::new();
    for parser in &view.parsers {
        let alias = parser.alias.named();
        let place = parser.id.given().or(alias).map_or(parser.span, |text| text.span);
        if let Some(alias) = alias {
            let word = alias.trim();
            if let Some(first) = aliases.get(&word.to_ascii_lowercase()) {
                diagnostics.push(
                    Diagnostic::new(
                        &DUPLICATE_FUNCTION,
                        alias.span,
                        format!("the alias `{}` is used twice", shown(word)),
                    )
                    .related(*first, "used here first")
                    .help("give one of the two another alias"),
                );
                // Without ids of their own they would have one id as well, which says nothing new.
                continue;
            }
            aliases.insert(word.to_ascii_lowercase(), alias.span);
        }
        let Some(id) = parser.resource_name() else { continue };
        match ids.get(&id.to_ascii_lowercase()) {
            Some(first) => diagnostics.push(
                Diagnostic::new(&DUPLICATE_FUNCTION, place, format!("the id `{}` is used twice", shown(&id)))
                    .related(*first, "used here first")
                    .help("give one of the two another id"),
            ),
            None => {
                ids.insert(id.to_ascii_lowercase(), place);
            }
        }
    }
}

fn cycles(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let of_file = |file: &FileId| view.parsers.iter().find(|parser| parser.file == *file);
    for cycle in view.models.cycles() {
        let cycle: Vec<&ParserView<'_>> = cycle.iter().filter_map(of_file).collect();
        for (at, parser) in cycle.iter().enumerate() {
            let circle = cycle[at..].iter().chain(&cycle[..=at]);
            let names: Vec<&str> = circle.filter_map(|parser| parser.alias.text()).collect();
            let Some(name) = names.first() else { continue };
            let place = names.get(1).and_then(|called| call(view.around.map, parser, called));
            let mut diagnostic = Diagnostic::new(
                &PARSER_CYCLE,
                place.unwrap_or(parser.head),
                format!("the parser `{}` calls itself", shown(name)),
            )
            .help("take one of these calls out");
            if names.len() > 2 {
                diagnostic = diagnostic.label(format!("this leads back to it: {}", names.join(" → ")));
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// Where a parser's query calls another.
fn call(map: &SourceMap, parser: &ParserView<'_>, name: &str) -> Option<Span> {
    let query = parser.query.as_ref()?;
    let read = query.reads().iter().find(|read| read.kind == ReadKind::Function && &*read.name == name)?;
    query.locate(map, read.span)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, files, rule_text};

    fn parser(text: &str) -> Found {
        files(&[("rules/p.yaml".to_owned(), format!("kind: Parser\n{text}"))])
    }

    #[test]
    fn a_parser_that_is_right_has_no_diagnostics() {
        for text in [
            "functionAlias: _Hosts2\nfunctionQuery: Heartbeat\n",
            "id: a.b-c\nfunctionAlias: A\nfunctionQuery: Heartbeat | take n\nfunctionParameters: 'n:int=1, t:(*), u:(a:string)'\n",
            "functionAlias: A\nfunctionQuery: Heartbeat\nparameters:\n  - {name: s, type: string, default: '*'}\n  - {name: t, type: 'table:(*)'}\n",
            "functionAlias: A\nfunctionQuery: Heartbeat\nfunctionParameters: ''\n",
        ] {
            assert_eq!(parser(text).codes(), [""; 0], "{text}");
        }
    }

    #[test]
    fn alias_and_query_are_needed_under_the_names_of_the_spelling() {
        assert_eq!(parser("name: A\n").only().message, "`functionAlias` and `functionQuery` are missing");
        assert_eq!(parser("functionAlias: A\nquery: ' '\n").only().message, "`functionQuery` is empty");
        let asim = files(&[("rules/p.yaml".to_owned(), "ParserName: A\n".to_owned())]);
        assert_eq!(asim.only().message, "`ParserQuery` is missing");
    }

    #[test]
    fn an_alias_is_a_name_and_an_id_a_segment() {
        for alias in ["2A", "a b", "a-b", "größe"] {
            let found = parser(&format!("functionAlias: {alias}\nfunctionQuery: T_CL\n"));
            assert_eq!(found.codes(), ["bad-function-alias"], "{alias}");
        }
        let found = parser("id: a/b\nfunctionAlias: A\nfunctionQuery: T_CL\n");
        assert_eq!((found.codes(), found.places()), (vec!["bad-id"], vec!["/"]));
        let long = format!("functionAlias: {}\nfunctionQuery: T_CL\n", "a".repeat(251));
        assert_eq!(parser(&long).codes(), ["bad-id"]);
    }

    #[test]
    fn an_error_of_the_query_stands_where_it_is_in_the_block() {
        let found = parser("functionAlias: A\nfunctionQuery: |\n  Heartbeat\n  | where Computer ==\n");
        assert!(found.only().code.id.starts_with("kql-"), "{:?}", found.only());
        let place = found.map.location(found.only().span);
        assert_eq!(place.line, 5);
    }

    #[test]
    fn a_type_that_is_misspelt_is_no_mistake_of_who_calls_it() {
        let parser = "kind: Parser\nfunctionAlias: Logons\nfunctionParameters: since:timspan\nfunctionQuery: SecurityEvent | where TimeGenerated > ago(since)\n";
        let rule = rule_text("query: Logons(1h) | where EventID == 4624\n");
        let found = files(&[("rules/p.yaml".into(), parser.into()), ("rules/r.yaml".into(), rule)]);
        assert_eq!(found.codes(), ["bad-function-parameters"]);
        assert_eq!(found.places(), ["timspan"]);
    }

    #[test]
    fn parameters_are_read_as_the_language_reads_them() {
        let found = parser("functionAlias: A\nfunctionQuery: T_CL\nfunctionParameters: 'a:int, b string'\n");
        assert_eq!((found.codes(), found.places()), (vec!["bad-function-parameters"], vec!["string"]));
        for list in
            ["{name: a}", "{type: int}", "{name: a, type: int, default: now(}", "{name: 'a b', type: int}"]
        {
            let found = parser(&format!("functionAlias: A\nfunctionQuery: T_CL\nparameters:\n  - {list}\n"));
            assert_eq!(found.codes(), ["bad-function-parameters"], "{list}");
        }
    }

    #[test]
    fn a_parameter_that_cannot_be_read_is_one_mistake() {
        for (parameters, call, help) in [
            ("functionParameters: 'since:timspan'", "A(1h)", "did you mean `timespan`?"),
            ("functionParameters: 'since:timspan, host:string'", "A(1h, 'x')", "did you mean `timespan`?"),
            ("functionParameters: 'since timespan'", "A(1h)", "write `name:type`"),
            ("functionParameters: 'since:timespan, host'", "A(1h, host='x')", "write `name:type`"),
            ("parameters: [{name: since, type: timspan}]", "A(1h)", "did you mean `timespan`?"),
            ("parameters: [{name: since}]", "A(1h)", "write `name:type`"),
            ("parameters: [{name: host, type: string}, {type: timespan}]", "A('x', 1h)", "write `name:type`"),
        ] {
            let query = if parameters.contains("since") { "ago(since)" } else { "ago(1h)" };
            let parser = format!(
                "kind: Parser\nfunctionAlias: A\nfunctionQuery: T_CL | where TimeGenerated > {query}\n{parameters}\n"
            );
            let rule = super::super::testing::rule_text(&format!("query: {call} | where Computer =~ 'a'\n"));
            let found = files(&[("rules/a.yaml".to_owned(), parser), ("rules/b.yaml".to_owned(), rule)]);
            assert_eq!(found.codes(), ["bad-function-parameters"], "{parameters}");
            let help_found = found.only().help.as_deref().unwrap();
            assert!(help_found.starts_with(help), "{parameters}: {help_found}");
        }
    }

    #[test]
    fn aliases_and_ids_are_unique_without_case() {
        let two = |a: &str, b: &str| {
            files(&[
                ("rules/a.yaml".to_owned(), format!("kind: Parser\nfunctionQuery: T_CL\n{a}")),
                ("rules/b.yaml".to_owned(), format!("kind: Parser\nfunctionQuery: T_CL\n{b}")),
            ])
        };
        let found = two("functionAlias: Abc\n", "functionAlias: aBC\n");
        assert_eq!(found.only().message, "the alias `aBC` is used twice");
        assert_eq!(found.map.text(found.only().related[0].span), "Abc");
        let found = two("functionAlias: A\n", "functionAlias: B\nid: a\n");
        assert_eq!(found.only().message, "the id `a` is used twice");
        assert_eq!(two("functionAlias: A\nid: x\n", "functionAlias: B\nid: y\n").codes(), [""; 0]);
    }

    #[test]
    fn every_parser_of_a_circle_is_told_at_the_call_that_leads_on() {
        let of = |alias: &str, query: &str| {
            (
                format!("rules/{alias}.yaml"),
                format!("kind: Parser\nfunctionAlias: {alias}\nfunctionQuery: {query}\n"),
            )
        };
        let found = files(&[
            of("A", "union B, Heartbeat"),
            of("B", "C() | count"),
            of("C", "Heartbeat | join kind=inner A on Computer"),
            of("D", "A"),
        ]);
        let messages: Vec<_> =
            found.diagnostics.iter().map(|d| (d.label.as_str(), found.map.text(d.span))).collect();
        assert_eq!(
            messages,
            [
                ("this leads back to it: A → B → C → A", "B"),
                ("this leads back to it: B → C → A → B", "C"),
                ("this leads back to it: C → A → B → C", "A"),
            ]
        );
        let found = files(&[of("A", "Heartbeat | extend x = 1 | union A")]);
        assert_eq!(found.only().message, "the parser `A` calls itself");
    }

    #[test]
    fn a_name_that_only_looks_like_a_call_is_none() {
        for query in [
            "Heartbeat | extend A = 1 | project A",
            "let A = Heartbeat; A | count",
            "Heartbeat | where Computer =~ 'A' // A",
            "Heartbeat | extend x = parse_json(Computer).A",
        ] {
            let found = parser(&format!("functionAlias: A\nfunctionQuery: \"{query}\"\n"));
            assert_eq!(found.codes(), [""; 0], "{query}");
        }
    }
}
