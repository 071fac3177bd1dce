//! A parser as the language sees it: a name, and parameters.

use crate::document::{Parameter, Parameters, Parser, Text};

/// A text that is not empty.
fn text(field: &Option<Text>) -> Option<&str> {
    field.as_ref().map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// The name by which queries call a parser.
pub fn alias(parser: &Parser) -> Option<&str> {
    text(&parser.alias)
}

/// The parameters of a parser, as far as they can be read.
pub fn parameters(parser: &Parser) -> String {
    parameter_text(parser).unwrap_or_else(|| named_parameters(parser))
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
        Some(Parameters::Unreadable) => None,
    }
}

/// The parameters of a parser of which one has no name or no type, as a text that is none of the language: for the names
/// that its query may use. What is missing is another check's to say.
fn named_parameters(parser: &Parser) -> String {
    let list = match &parser.parameters {
        Some(Parameters::List(list)) => list,
        // With something that is no parameter, calls may give what they like.
        Some(Parameters::Unreadable) => return "_:?".to_owned(),
        _ => return String::new(),
    };
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
