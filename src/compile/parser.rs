//! A parser to a saved function.

use std::borrow::Cow;

use crate::document::{Parameter, Parameters, Parser, Text};
use crate::resource::SavedSearch;

/// The group of a parser that names none.
const CATEGORY: &str = "Function";

/// The resource of a parser; none where a check reports why not.
pub(super) fn compile(parser: &Parser) -> Option<SavedSearch> {
    let owned = |field: &Option<Text>| text(field).map(str::to_owned);
    let alias = alias(parser)?.to_owned();
    Some(SavedSearch {
        id: id(parser)?.into_owned(),
        display_name: owned(&parser.display_name).unwrap_or_else(|| alias.clone()),
        category: owned(&parser.category).unwrap_or_else(|| CATEGORY.to_owned()),
        function_alias: alias,
        function_parameters: parameter_text(parser)?,
        query: super::rule::query_text(text(&parser.query)?),
        description: owned(&parser.description).unwrap_or_default(),
        version: owned(&parser.version).unwrap_or_default(),
    })
}

/// A text that is not blank.
fn text(field: &Option<Text>) -> Option<&str> {
    field.as_ref().map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// The name by which queries call a parser.
pub(crate) fn alias(parser: &Parser) -> Option<&str> {
    text(&parser.alias)
}

/// The resource name of a parser: its id, or else its alias in lower case, so that it stays the same however a file
/// is named or moved.
pub fn id(parser: &Parser) -> Option<Cow<'_, str>> {
    match text(&parser.id) {
        Some(id) => Some(Cow::Borrowed(id)),
        None => Some(Cow::Owned(alias(parser)?.to_ascii_lowercase())),
    }
}

/// The parameters of a parser as the API takes them; empty without any, none where a name or a type is missing.
pub fn parameter_text(parser: &Parser) -> Option<String> {
    match &parser.parameters {
        None => Some(String::new()),
        Some(Parameters::Text(text)) => Some(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        Some(Parameters::List(list)) => {
            let written: Option<Vec<String>> = list.iter().map(|parameter| written(parameter)).collect();
            Some(written?.join(", "))
        }
    }
}

/// The parameters of a parser of which one has no name or no type, as a text that is none of the language: for the names
/// that its query may use. What is missing is another check's to say.
pub(super) fn named_parameters(parser: &Parser) -> String {
    let Some(Parameters::List(list)) = &parser.parameters else { return String::new() };
    let named = |parameter: &Parameter| {
        written(parameter).unwrap_or_else(|| format!("{}:?", text(&parameter.name).unwrap_or("_")))
    };
    list.iter().map(|parameter| named(parameter)).collect::<Vec<_>>().join(", ")
}

/// `name:type=default`.
fn written(parameter: &Parameter) -> Option<String> {
    let (name, kind) = (text(&parameter.name)?, text(&parameter.kind)?);
    // The ASIM format marks tables so; the language knows them by their brackets.
    let kind = match kind.get(.."table:".len()) {
        Some(mark) if mark.eq_ignore_ascii_case("table:") => kind["table:".len()..].trim_start(),
        _ => kind,
    };
    let Some(default) = parameter.default.as_ref().map(|default| default.as_str()) else {
        return Some(format!("{name}:{kind}"));
    };
    // In YAML the text of a string stands without the quotes that the language wants.
    if kind.eq_ignore_ascii_case("string") && kql::literal::decode(default.trim()).is_none() {
        return Some(format!("{name}:{kind}={}", kql::literal::string(default)));
    }
    match default.trim() {
        "" => Some(format!("{name}:{kind}")),
        default => Some(format!("{name}:{kind}={default}")),
    }
}
