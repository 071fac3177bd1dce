//! A parser: a saved function of the workspace.
//!
//! Three spellings say the same: Bartizan's own (`kind: Parser`, keys as in the API), that of the ASIM parsers of the
//! Azure-Sentinel repository (`ParserName`, `ParserQuery`) and that of its solutions (`FunctionName`,
//! `FunctionQuery`). The first key of several for one thing counts.

use super::{Spanned, Text};
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::source::{Entry, Node, Reader, Value};

/// A parser as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Parser {
    /// The file.
    pub file: FileId,
    /// The whole mapping.
    pub span: Span,
    /// Keys whose values had the wrong shape or cannot be read, so that they are absent here without being missing.
    pub misread: Vec<&'static str>,
    /// The keys of this spelling.
    pub spelling: &'static Spelling,
    /// The resource name; absent means the alias in lower case.
    pub id: Option<Text>,
    /// The name by which queries call it.
    pub alias: Option<Text>,
    /// The name in the portal; absent means the alias.
    pub display_name: Option<Text>,
    /// Free text.
    pub description: Option<Text>,
    /// The group under which the portal lists it; absent means `Function`.
    pub category: Option<Text>,
    /// The version of the file, free text.
    pub version: Option<Text>,
    /// What a call may give it.
    pub parameters: Option<Parameters>,
    /// The KQL.
    pub query: Option<Text>,
}

/// The keys that one spelling uses for what a parser cannot be without.
#[derive(Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The key of the alias.
    pub alias: &'static str,
    /// The key of the query.
    pub query: &'static str,
}

/// The keys of the parameters, in all spellings.
const PARAMETERS: &[&str] =
    &["functionParameters", "parameters", "ParserParams", "FunctionParameters", "FunctionParams"];

const OWN: Spelling = Spelling { alias: "functionAlias", query: "functionQuery" };
const ASIM: Spelling = Spelling { alias: "ParserName", query: "ParserQuery" };
const SOLUTION: Spelling = Spelling { alias: "FunctionAlias", query: "FunctionQuery" };

/// The parameters of a function.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameters {
    /// As the API takes them: `name:type=default, …`.
    Text(Text),
    /// One by one.
    List(Spanned<Vec<Spanned<Parameter>>>),
    /// In a way that cannot be read, which is reported: a call may give what it likes.
    Unreadable,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parameter {
    /// Its name.
    pub name: Option<Text>,
    /// Its type: a scalar's, `(*)`, or columns as `(a:string)`; `table:` may stand before brackets.
    pub kind: Option<Text>,
    /// Its value where a call gives none.
    pub default: Option<Text>,
}

/// Whether a mapping that says no `kind` is a parser: whether it has a key that only parsers have.
pub(super) fn is_parser(entries: &[Entry]) -> bool {
    let keys = [OWN.alias, OWN.query, ASIM.alias, ASIM.query, SOLUTION.alias, SOLUTION.query, "FunctionName"];
    entries.iter().any(|entry| keys.contains(&entry.key.as_str()))
}

impl Parser {
    /// Reads a mapping as a parser.
    pub(super) fn read(file: FileId, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut parser = Self {
            file,
            span: node.span,
            misread: Vec::new(),
            spelling: &OWN,
            id: None,
            alias: None,
            display_name: None,
            description: None,
            category: None,
            version: None,
            parameters: None,
            query: None,
        };
        let Some(mut r) = Reader::new("a parser", node, diagnostics) else { return parser };
        parser.id = r.name("id");
        r.entry("kind");
        match spelling(node) {
            spelling if *spelling == ASIM => parser.read_asim(&mut r, diagnostics),
            spelling if *spelling == SOLUTION => parser.read_solution(&mut r, diagnostics),
            _ => parser.read_own(&mut r, diagnostics),
        }
        parser.misread = r.misread_keys().to_vec();
        // Without its parameters a query means something else.
        if parser.parameters.is_none() && PARAMETERS.iter().any(|key| parser.misread.contains(key)) {
            parser.parameters = Some(Parameters::Unreadable);
            parser.query = None;
            parser.misread.push(parser.spelling.query);
        }
        r.finish(diagnostics);
        parser
    }

    fn read_own(&mut self, r: &mut Reader<'_>, diagnostics: &mut Vec<Diagnostic>) {
        self.alias = r.name("functionAlias").or(r.name("alias"));
        self.display_name = first(r, &["displayName", "name"]);
        self.description = r.text("description");
        self.category = r.text("category");
        self.version = r.text("version");
        self.parameters = parameters(r, &["functionParameters", "parameters"], diagnostics, |r, _| {
            Parameter { name: r.text("name"), kind: r.text("type"), default: r.text("default") }
        });
        self.query = first(r, &["functionQuery", "query"]);
    }

    fn read_asim(&mut self, r: &mut Reader<'_>, diagnostics: &mut Vec<Diagnostic>) {
        self.spelling = &ASIM;
        self.alias = r.name("ParserName");
        let head = r.mapping("Parser", "`Parser`", diagnostics, head);
        (self.display_name, self.version) = head.map(|head| head.value).unwrap_or_default();
        self.description = r.text("Description");
        self.category = r.text("Category");
        self.parameters = parameters(r, &["ParserParams"], diagnostics, capital_parameter);
        self.query = r.text("ParserQuery");
        // What the catalogue of ASIM parsers knows of one; not deployed.
        for key in ["Product", "Normalization", "References", "EquivalentBuiltInParser", "Parsers"] {
            r.entry(key);
        }
    }

    fn read_solution(&mut self, r: &mut Reader<'_>, diagnostics: &mut Vec<Diagnostic>) {
        self.spelling = &SOLUTION;
        self.alias = r.name("FunctionAlias").or(r.name("FunctionName"));
        let head = r.mapping("Function", "`Function`", diagnostics, head);
        (self.display_name, self.version) = head.map(|head| head.value).unwrap_or_default();
        self.description = r.text("Description");
        self.category = r.text("Category");
        self.parameters =
            parameters(r, &["FunctionParameters", "FunctionParams"], diagnostics, capital_parameter);
        self.query = r.text("FunctionQuery");
        for key in ["FunctionName", "Product", "References"] {
            r.entry(key);
        }
    }
}

/// The spelling whose keys a mapping has.
fn spelling(node: &Node) -> &'static Spelling {
    let Value::Mapping(entries) = &node.value else { return &OWN };
    let has = |keys: &[&str]| entries.iter().any(|entry| keys.contains(&entry.key.as_str()));
    if has(&[ASIM.alias, ASIM.query]) {
        &ASIM
    } else if has(&[SOLUTION.alias, SOLUTION.query, "FunctionName"]) {
        &SOLUTION
    } else {
        &OWN
    }
}

/// Title and version of `Parser` or `Function`.
fn head(r: &mut Reader<'_>, _: &mut Vec<Diagnostic>) -> (Option<Text>, Option<Text>) {
    r.entry("LastUpdated");
    (r.text("Title"), r.text("Version"))
}

fn capital_parameter(r: &mut Reader<'_>, _: &mut Vec<Diagnostic>) -> Parameter {
    Parameter { name: r.text("Name"), kind: r.text("Type"), default: r.text("Default") }
}

/// The text of the first key that has one.
fn first(r: &mut Reader<'_>, keys: &[&'static str]) -> Option<Text> {
    let texts: Vec<_> = keys.iter().map(|key| r.text(key)).collect();
    texts.into_iter().flatten().next()
}

fn parameters(
    r: &mut Reader<'_>,
    keys: &[&'static str],
    diagnostics: &mut Vec<Diagnostic>,
    mut read: impl FnMut(&mut Reader<'_>, &mut Vec<Diagnostic>) -> Parameter,
) -> Option<Parameters> {
    let mut found = None;
    for key in keys {
        let parameters = match r.node(key).map(|node| &node.value) {
            Some(Value::Scalar(_)) => r.text(key).map(Parameters::Text),
            Some(_) => r.mappings(key, "a parameter", diagnostics, &mut read).map(Parameters::List),
            None => None,
        };
        found = found.or(parameters);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Document, read};
    use super::*;
    use crate::diagnostic::SourceMap;

    fn parser(text: &str) -> (Parser, Vec<&'static str>) {
        let mut map = SourceMap::new();
        let file = map.add("rules/a.yaml", text);
        let mut diagnostics = Vec::new();
        match read(&map, file, &mut diagnostics) {
            Some(Document::Parser(parser)) => (*parser, diagnostics.iter().map(|d| d.code.id).collect()),
            other => panic!("{other:?}, {diagnostics:?}"),
        }
    }

    fn text(field: &Option<Text>) -> Option<&str> {
        field.as_deref()
    }

    fn listed(parser: &Parser) -> Vec<[Option<&str>; 3]> {
        let Some(Parameters::List(list)) = &parser.parameters else { panic!("{:?}", parser.parameters) };
        list.iter().map(|p| [text(&p.name), text(&p.kind), text(&p.default)]).collect()
    }

    #[test]
    fn the_keys_of_the_api_are_read() {
        let (parser, codes) = parser(
            "kind: Parser\nid: p1\nname: Hosts\nfunctionAlias: Hosts\nfunctionParameters: 'n:int=1'\n\
             category: Mine\ndescription: All hosts\nversion: 1.0.0\nfunctionQuery: Heartbeat\n",
        );
        assert_eq!(codes, [""; 0]);
        assert_eq!([text(&parser.id), text(&parser.alias)], [Some("p1"), Some("Hosts")]);
        assert_eq!([text(&parser.category), text(&parser.query)], [Some("Mine"), Some("Heartbeat")]);
        assert!(matches!(&parser.parameters, Some(Parameters::Text(text)) if text.as_str() == "n:int=1"));
    }

    #[test]
    fn short_keys_and_a_list_of_parameters_say_the_same() {
        let (parser, codes) = parser(
            "kind: parser\nalias: Hosts\nquery: Heartbeat\nparameters:\n  - {name: n, type: int, default: 1}\n  - {name: t, type: '(*)'}\n",
        );
        assert_eq!(codes, [""; 0]);
        assert_eq!(text(&parser.alias), Some("Hosts"));
        assert_eq!(listed(&parser), [[Some("n"), Some("int"), Some("1")], [Some("t"), Some("(*)"), None]]);
    }

    #[test]
    fn an_asim_parser_is_one_without_a_kind() {
        let (parser, codes) = parser(
            "Parser:\n  Title: DNS of a product\n  Version: '0.2.1'\n  LastUpdated: Jan 1, 2026\n\
             Product:\n  Name: A product\nNormalization:\n  Schema: Dns\n  Version: '0.1.7'\n\
             References:\n  - Title: ASIM\n    Link: https://example.com/asim\nDescription: What it reads\n\
             ParserName: vimDnsProduct\nEquivalentBuiltInParser: _Im_Dns_Product\nParserParams:\n\
             \x20 - Name: disabled\n    Type: bool\n    Default: false\nParserQuery: |\n  Product_CL\n",
        );
        assert_eq!(codes, [""; 0]);
        assert_eq!(text(&parser.alias), Some("vimDnsProduct"));
        assert_eq!(
            [text(&parser.display_name), text(&parser.version)],
            [Some("DNS of a product"), Some("0.2.1")]
        );
        assert_eq!(listed(&parser), [[Some("disabled"), Some("bool"), Some("false")]]);
        assert_eq!(text(&parser.query), Some("Product_CL\n"));
    }

    #[test]
    fn a_parser_of_a_solution_may_have_a_name_and_no_alias() {
        let (parser, codes) = parser(
            "id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a09\nFunction:\n  Title: Parser for a product\n  Version: '1.0.0'\n\
             \x20 LastUpdated: '2026-01-01'\nCategory: Microsoft Sentinel Parser\nFunctionName: Product\nFunctionQuery: Product_CL\n",
        );
        assert_eq!(codes, [""; 0]);
        assert_eq!(
            [text(&parser.alias), text(&parser.category)],
            [Some("Product"), Some("Microsoft Sentinel Parser")]
        );
        assert_eq!(parser.spelling.query, "FunctionQuery");
    }

    #[test]
    fn an_unknown_key_and_a_wrong_shape_are_said() {
        let (found, codes) = parser("kind: Parser\nfunctionAlais: A\nfunctionQuery: [a]\n");
        assert_eq!(codes, ["wrong-shape", "unknown-key"]);
        assert_eq!(found.misread, ["functionQuery"]);
    }
}
