//! A parser: a saved function of the workspace.
//!
//! Three spellings say the same: Bartizan's own (`kind: Parser`, keys as in the API), that of the ASIM parsers of the
//! Azure-Sentinel repository (`ParserName`, `ParserQuery`) and that of its solutions (`FunctionName`,
//! `FunctionQuery`). The first key of several for one thing counts.

use std::borrow::Cow;

use super::field::{Field, Fields, Required};
use super::key::{Holds, Key, Keys, Needed, Place, keys};
use super::{Spanned, Text};
use crate::diagnostic::{Diagnostic, FileId, Reported, Span, codes};
use crate::source::{Entry, Node, Value};

codes! {
    /// The parameters of a parser cannot be read: each is a name, a type and, where a call may leave it out, a default
    /// that is a literal.
    ///
    /// In a list, the default of a `string` may stand without the quotes of the language.
    ///
    /// ## Why
    /// The function could not be called, and the rules that call it would be refused.
    ///
    /// ## Wrong
    /// ```yaml file=rules/parsers/dns.yaml
    /// kind: Parser
    /// functionAlias: ProductDns
    /// functionParameters: starttime datetime
    /// functionQuery: Product_CL | where TimeGenerated > starttime
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/parsers/dns.yaml
    /// kind: Parser
    /// functionAlias: ProductDns
    /// functionParameters: starttime:datetime=datetime(null)
    /// functionQuery: Product_CL | where TimeGenerated > starttime
    /// ```
    pub(crate) BAD_FUNCTION_PARAMETERS = "bad-function-parameters", Error, fixed;
}

keys! {
    /// The keys of a parser.
    PARSER = "a parser" {
        KIND = Key::new("kind", Holds::Text, "`Parser`; may be left out, the other keys of a parser are enough");
        ID = Key::new("id", Holds::Text, "letters, digits, `.`, `_`, `-`").to(Place::Name).note("; the alias in lower case");
        ALIAS = Key::new("functionAlias", Holds::Text, "letters, digits, `_`, no digit first")
            .or(&["alias"])
            .needed(Needed::Always, "")
            .deployed();
        QUERY = Key::new("functionQuery", Holds::Text, "KQL")
            .or(&["query"])
            .needed(Needed::Always, "")
            .to(Place::Property("query"));
        PARAMETERS = Key::new("functionParameters", Holds::TextOrMappings(&PARAMETER), "a text as above, or a list of `name`, `type`, `default`")
            .or(&["parameters"])
            .deployed()
            .note("; none");
        DISPLAY_NAME = Key::new("displayName", Holds::Text, "the name in the portal").or(&["name"]).deployed().note("; the alias");
        CATEGORY = Key::new("category", Holds::Text, "the group in the portal").deployed().note("; Function");
        DESCRIPTION = Key::new("description", Holds::Text, "any text").to(Place::Tag("description"));
        VERSION = Key::new("version", Holds::Text, "any text, of the file").to(Place::Tag("version"));
    }
}

keys! {
    /// The keys of a parameter.
    PARAMETER = "a parameter" {
        PARAMETER_NAME = Key::new("name", Holds::Text, "its name").needed(Needed::Always, "");
        PARAMETER_TYPE = Key::new("type", Holds::Text, "its type").needed(Needed::Always, "");
        PARAMETER_DEFAULT = Key::new("default", Holds::Text, "its value where a call gives none");
    }
}

keys! {
    /// The keys of a parser as the ASIM parsers of the Azure-Sentinel repository have them.
    ASIM_PARSER = "a parser" {
        ASIM_KIND = KIND;
        ASIM_ID = ID;
        ASIM_ALIAS = Key::new("ParserName", Holds::Text, ALIAS.about).needed(Needed::Always, "").to(ALIAS.place);
        ASIM_QUERY = Key::new("ParserQuery", Holds::Text, QUERY.about).needed(Needed::Always, "").to(QUERY.place);
        ASIM_PARAMETERS = Key::new("ParserParams", Holds::TextOrMappings(&CAPITAL_PARAMETER), PARAMETERS.about).to(PARAMETERS.place);
        ASIM_HEAD = Key::new("Parser", Holds::Mapping(&HEAD), "`Title` and `Version`");
        ASIM_DESCRIPTION = Key::new("Description", Holds::Text, DESCRIPTION.about).to(DESCRIPTION.place);
        ASIM_CATEGORY = Key::new("Category", Holds::Text, CATEGORY.about).to(CATEGORY.place);
        ASIM_PRODUCT = Key::new("Product", Holds::Anything, "anything");
        ASIM_NORMALIZATION = Key::new("Normalization", Holds::Anything, "anything");
        ASIM_REFERENCES = Key::new("References", Holds::Anything, "anything");
        ASIM_EQUIVALENT = Key::new("EquivalentBuiltInParser", Holds::Anything, "anything");
        ASIM_PARSERS = Key::new("Parsers", Holds::Anything, "anything");
    }
}

keys! {
    /// The keys of a parser as the solutions of the Azure-Sentinel repository have them.
    SOLUTION_PARSER = "a parser" {
        SOLUTION_KIND = KIND;
        SOLUTION_ID = ID;
        SOLUTION_ALIAS = Key::new("FunctionAlias", Holds::Text, ALIAS.about)
            .or(&["FunctionName"])
            .needed(Needed::Always, "")
            .to(ALIAS.place);
        SOLUTION_QUERY = Key::new("FunctionQuery", Holds::Text, QUERY.about).needed(Needed::Always, "").to(QUERY.place);
        SOLUTION_PARAMETERS = Key::new("FunctionParameters", Holds::TextOrMappings(&CAPITAL_PARAMETER), PARAMETERS.about)
            .or(&["FunctionParams"])
            .to(PARAMETERS.place);
        SOLUTION_HEAD = Key::new("Function", Holds::Mapping(&HEAD), "`Title` and `Version`");
        SOLUTION_DESCRIPTION = Key::new("Description", Holds::Text, DESCRIPTION.about).to(DESCRIPTION.place);
        SOLUTION_CATEGORY = Key::new("Category", Holds::Text, CATEGORY.about).to(CATEGORY.place);
        SOLUTION_PRODUCT = Key::new("Product", Holds::Anything, "anything");
        SOLUTION_REFERENCES = Key::new("References", Holds::Anything, "anything");
    }
}

keys! {
    /// The keys of `Parser` or `Function` in those.
    HEAD = "the head of a parser" {
        TITLE = Key::new("Title", Holds::Text, DISPLAY_NAME.about).to(DISPLAY_NAME.place);
        HEAD_VERSION = Key::new("Version", Holds::Text, VERSION.about).to(VERSION.place);
        LAST_UPDATED = Key::new("LastUpdated", Holds::Anything, "anything");
    }
}

keys! {
    /// The keys of a parameter in those.
    CAPITAL_PARAMETER = "a parameter" {
        CAPITAL_NAME = Key::new("Name", Holds::Text, PARAMETER_NAME.about).needed(Needed::Always, "");
        CAPITAL_TYPE = Key::new("Type", Holds::Text, PARAMETER_TYPE.about).needed(Needed::Always, "");
        CAPITAL_DEFAULT = Key::new("Default", Holds::Text, PARAMETER_DEFAULT.about);
    }
}

/// The keys that one spelling of parsers uses.
#[derive(Debug)]
struct Spelling {
    keys: &'static Keys,
    id: &'static Key,
    alias: &'static Key,
    query: &'static Key,
    parameters: &'static Key,
    description: &'static Key,
    category: &'static Key,
    /// The name in the portal and the version, where they are keys of their own.
    own: Option<(&'static Key, &'static Key)>,
    /// The mapping of these two, where they are not.
    head: Option<&'static Key>,
    /// The keys of a parameter: name, type and default.
    parameter: (&'static Keys, [&'static Key; 3]),
}

static OWN: Spelling = Spelling {
    keys: &PARSER,
    id: &ID,
    alias: &ALIAS,
    query: &QUERY,
    parameters: &PARAMETERS,
    description: &DESCRIPTION,
    category: &CATEGORY,
    own: Some((&DISPLAY_NAME, &VERSION)),
    head: None,
    parameter: (&PARAMETER, [&PARAMETER_NAME, &PARAMETER_TYPE, &PARAMETER_DEFAULT]),
};

static ASIM: Spelling = Spelling {
    keys: &ASIM_PARSER,
    id: &ASIM_ID,
    alias: &ASIM_ALIAS,
    query: &ASIM_QUERY,
    parameters: &ASIM_PARAMETERS,
    description: &ASIM_DESCRIPTION,
    category: &ASIM_CATEGORY,
    own: None,
    head: Some(&ASIM_HEAD),
    parameter: (&CAPITAL_PARAMETER, [&CAPITAL_NAME, &CAPITAL_TYPE, &CAPITAL_DEFAULT]),
};

static SOLUTION: Spelling = Spelling {
    keys: &SOLUTION_PARSER,
    id: &SOLUTION_ID,
    alias: &SOLUTION_ALIAS,
    query: &SOLUTION_QUERY,
    parameters: &SOLUTION_PARAMETERS,
    description: &SOLUTION_DESCRIPTION,
    category: &SOLUTION_CATEGORY,
    own: None,
    head: Some(&SOLUTION_HEAD),
    parameter: (&CAPITAL_PARAMETER, [&CAPITAL_NAME, &CAPITAL_TYPE, &CAPITAL_DEFAULT]),
};

/// A parser as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Parser {
    /// The file.
    pub file: FileId,
    /// The whole mapping.
    pub span: Span,
    /// Its first line: where a message about something missing points at.
    pub head: Span,
    /// That something in it cannot be read.
    pub refused: Option<Reported>,
    /// The keys of the alias and of the query, as this file spells them.
    needed: [&'static Key; 2],
    /// The resource name; absent means the alias in lower case.
    pub id: Field<Text>,
    /// The name by which queries call it.
    pub alias: Field<Text>,
    /// The name in the portal; absent means the alias.
    pub display_name: Field<Text>,
    /// Free text.
    pub description: Field<Text>,
    /// The group under which the portal lists it; absent means `Function`.
    pub category: Field<Text>,
    /// The version of the file, free text.
    pub version: Field<Text>,
    /// What a call may give it.
    pub parameters: Field<Parameters>,
    /// The KQL.
    pub query: Field<Text>,
}

/// The parameters of a function.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameters {
    /// As the API takes them: `name:type=default, …`.
    Text(Text),
    /// One by one.
    List(Spanned<Vec<Spanned<Parameter>>>),
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parameter {
    /// Its name.
    pub name: Field<Text>,
    /// Its type: a scalar's, `(*)`, or columns as `(a:string)`; `table:` may be before brackets.
    pub kind: Field<Text>,
    /// Its value where a call gives none; may be blank.
    pub default: Field<Text>,
}

/// A parser that has all that a resource cannot be without, and nothing that cannot be read. Texts are without blank
/// characters around them.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidParser<'a> {
    /// The resource name.
    pub id: Cow<'a, str>,
    /// The name by which queries call it.
    pub alias: &'a str,
    /// The name in the portal.
    pub display_name: &'a str,
    /// Free text; may be empty.
    pub description: &'a str,
    /// The group in the portal, where the file says.
    pub category: Option<&'a str>,
    /// The version of the file; may be empty.
    pub version: &'a str,
    /// What a call may give it.
    pub parameters: ValidParameters<'a>,
    /// The KQL as it was written.
    pub query: &'a Text,
}

/// Parameters that all have a name and a type.
#[derive(Debug, Clone, PartialEq)]
pub enum ValidParameters<'a> {
    /// As the API takes them; may be empty.
    Text(&'a str),
    /// One by one.
    List(Vec<ValidParameter<'a>>),
}

/// A parameter with a name and a type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValidParameter<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub kind: &'a str,
    /// Its value where a call gives none; may be blank.
    pub default: Option<&'a str>,
}

/// Whether a mapping that says no `kind` is a parser: whether it has a key that only parsers have.
pub(super) fn is_parser(entries: &[Entry]) -> bool {
    let own = [OWN.alias.name, OWN.query.name];
    entries.iter().any(|entry| own.contains(&entry.key.as_str()))
        || [&ASIM, &SOLUTION].iter().any(|spelling| has_key_of(entries, spelling))
}

fn has_key_of(entries: &[Entry], spelling: &Spelling) -> bool {
    let names = || spelling.alias.names().chain(spelling.query.names());
    entries.iter().any(|entry| names().any(|name| name == entry.key))
}

/// The spelling whose keys a mapping has.
fn spelling(node: &Node) -> &'static Spelling {
    let Value::Mapping(entries) = &node.value else { return &OWN };
    [&ASIM, &SOLUTION].into_iter().find(|spelling| has_key_of(entries, spelling)).unwrap_or(&OWN)
}

impl Parser {
    /// Reads a mapping as a parser.
    ///
    /// # Errors
    /// When the node is something else than a mapping, which is reported.
    pub(super) fn read(
        file: FileId,
        node: &Node,
        head: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, Reported> {
        let keys = spelling(node);
        let mut f = Fields::new(keys.keys, node, diagnostics)?;
        let (mut display_name, mut version) = (Field::Absent, Field::Absent);
        if let Some((name, of_file)) = keys.own {
            (display_name, version) = (f.text(name), f.text(of_file));
        }
        if let Some(key) = keys.head
            && let Field::Given(found) = f.mapping(key, &HEAD, |f| (f.text(&TITLE), f.text(&HEAD_VERSION)))
        {
            (display_name, version) = found.value;
        }
        let mut parser = Self {
            file,
            span: node.span,
            head,
            refused: None,
            needed: [keys.alias, keys.query],
            id: f.name(keys.id),
            alias: f.name(keys.alias),
            display_name,
            description: f.text(keys.description),
            category: f.text(keys.category),
            version,
            parameters: parameters(&mut f, keys),
            query: f.text(keys.query),
        };
        // Without its parameters a query means something else.
        if let Field::Refused(reported) = parser.parameters {
            parser.query = Field::Refused(reported);
        }
        parser.refused = f.finish();
        Ok(parser)
    }

    /// The resource name, where it has one: its id, or else its alias in lower case, so that it stays the same however a
    /// file is named or moved.
    pub fn resource_name(&self) -> Option<Cow<'_, str>> {
        match self.id.name() {
            Some(id) => Some(Cow::Borrowed(id)),
            None => Some(Cow::Owned(self.alias.name()?.to_ascii_lowercase())),
        }
    }

    /// The parser that can be deployed. Reports everything that is missing for that.
    ///
    /// # Errors
    /// When there is none.
    pub fn validate(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<ValidParser<'_>, Reported> {
        let mut required = Required::new("the parser", self.head, diagnostics);
        let alias = required.get(self.needed[0], &self.alias);
        let query = required.get(self.needed[1], &self.query);
        let parameters = match &self.parameters {
            Field::Given(parameters) => parameters.validate(diagnostics),
            Field::Absent | Field::Empty(_) => Ok(ValidParameters::Text("")),
            Field::Refused(reported) | Field::Guessed(_, reported) => Err(*reported),
        };
        if let Some(reported) = self.refused {
            return Err(reported);
        }
        let alias = alias?.trim();
        Ok(ValidParser {
            id: self.id.text().map_or_else(|| Cow::Owned(alias.to_ascii_lowercase()), Cow::Borrowed),
            alias,
            display_name: self.display_name.text().unwrap_or(alias),
            description: self.description.text().unwrap_or_default(),
            category: self.category.text(),
            version: self.version.text().unwrap_or_default(),
            parameters: parameters?,
            query: query?,
        })
    }
}

impl Parameters {
    fn validate(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<ValidParameters<'_>, Reported> {
        match self {
            Self::Text(text) => Ok(ValidParameters::Text(text.trim())),
            Self::List(list) => {
                let valid = list.iter().map(|parameter| parameter.validate(parameter.span, diagnostics));
                let valid: Vec<_> = valid.collect();
                Ok(ValidParameters::List(valid.into_iter().collect::<Result<_, _>>()?))
            }
        }
    }
}

impl Parameter {
    /// The parameter with its name and type, where it has both.
    pub fn valid(&self) -> Option<ValidParameter<'_>> {
        Some(ValidParameter {
            name: self.name.text()?,
            kind: self.kind.text()?,
            default: self.default.given().map(|default| default.as_str()),
        })
    }

    fn validate(
        &self,
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<ValidParameter<'_>, Reported> {
        self.valid().ok_or_else(|| match (&self.name, &self.kind) {
            (Field::Refused(reported), _) | (_, Field::Refused(reported)) => *reported,
            _ => Diagnostic::new(&BAD_FUNCTION_PARAMETERS, span, "a parameter has a name and a type")
                .help(PARAMETER_HELP)
                .report(diagnostics),
        })
    }
}

/// How a parameter is written.
pub(crate) const PARAMETER_HELP: &str =
    "write `name:type`, or `name:type=default` where a call may leave it out";

fn parameters(f: &mut Fields<'_, '_>, keys: &Spelling) -> Field<Parameters> {
    match f.node(keys.parameters).map(|node| &node.value) {
        None => f.without(keys.parameters),
        Some(Value::Scalar(_)) => f.text(keys.parameters).map(Parameters::Text),
        Some(_) => {
            let (table, [name, kind, default]) = keys.parameter;
            f.mappings(keys.parameters, table, |f| Parameter {
                name: f.text(name),
                kind: f.text(kind),
                default: f.verbatim(default),
            })
            .map(Parameters::List)
        }
    }
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

    fn text(field: &Field<Text>) -> Option<&str> {
        field.given().map(|text| text.as_str())
    }

    fn listed(parser: &Parser) -> Vec<[Option<&str>; 3]> {
        let Field::Given(Parameters::List(list)) = &parser.parameters else {
            panic!("{:?}", parser.parameters)
        };
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
        assert!(
            matches!(&parser.parameters, Field::Given(Parameters::Text(text)) if text.as_str() == "n:int=1")
        );
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
        assert_eq!(parser.needed[1].name, "FunctionQuery");
    }

    #[test]
    fn an_unknown_key_and_a_wrong_shape_are_said() {
        let (found, codes) = parser("kind: Parser\nfunctionAlais: A\nfunctionQuery: [a]\n");
        assert_eq!(codes, ["wrong-shape", "unknown-key"]);
        assert!(found.query.is_refused());
    }
}
