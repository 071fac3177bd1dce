//! A parser as the language sees it: a name, and parameters.

use crate::document::{Field, Parameters, Parser, ValidParameter, ValidParameters};

/// The name by which queries call a parser.
pub fn alias(parser: &Parser) -> Option<&str> {
    parser.alias.name()
}

/// The parameters of a parser as they are declared to its query. One without a name or a type is a text that the language
/// cannot read, for the names that the query may use: what is missing is reported elsewhere.
pub fn parameters(parser: &Parser) -> String {
    match &parser.parameters {
        Field::Given(Parameters::Text(text)) => written_parameters(&ValidParameters::Text(text)),
        Field::Given(Parameters::List(list)) => {
            let named = list.iter().map(|parameter| match parameter.valid() {
                Some(valid) => written(&valid),
                None => format!("{}:?", parameter.name.text().unwrap_or("_")),
            });
            named.collect::<Vec<_>>().join(", ")
        }
        // Calls may give it what they like.
        Field::Refused(_) | Field::Guessed(..) => "_:?".to_owned(),
        Field::Absent | Field::Empty(_) => String::new(),
    }
}

/// Parameters as the API takes them; empty without any.
pub fn written_parameters(parameters: &ValidParameters<'_>) -> String {
    match parameters {
        ValidParameters::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        ValidParameters::List(list) => list.iter().map(written).collect::<Vec<_>>().join(", "),
    }
}

/// A parameter in the language: `name:type=default`.
pub fn written(parameter: &ValidParameter<'_>) -> String {
    let ValidParameter { name, kind, default } = *parameter;
    // The ASIM format marks tables so; the language knows them by their brackets.
    let kind = match kind.get(.."table:".len()) {
        Some(mark) if mark.eq_ignore_ascii_case("table:") => kind["table:".len()..].trim_start(),
        _ => kind,
    };
    let Some(default) = default else { return format!("{name}:{kind}") };
    // In YAML the text of a string is without the quotes that the language wants.
    if kind.eq_ignore_ascii_case("string") && kql::literal::decode(default.trim()).is_none() {
        return format!("{name}:{kind}={}", kql::literal::string(default));
    }
    match default.trim() {
        "" => format!("{name}:{kind}"),
        default => format!("{name}:{kind}={default}"),
    }
}
