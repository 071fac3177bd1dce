//! What parameters take, and what signatures return.

use super::call::Argument;
use super::{Shape, Value};
use crate::builtins::{Parameter, Takes};
use crate::types::Type;

/// Whether an argument is what a parameter takes.
pub(super) fn fits(parameter: &Parameter, argument: &Argument) -> bool {
    if argument.is_star {
        return true;
    }
    match (&parameter.takes, &argument.value) {
        (Takes::Table, Value::Table(_) | Value::Error | Value::Elsewhere) => true,
        (Takes::Table, _) => false,
        _ => takes_argument(&parameter.takes, argument),
    }
}

/// Whether a parameter takes an argument that is a scalar.
pub(super) fn takes_argument(takes: &Takes, argument: &Argument) -> bool {
    // A dynamic value goes for a text unless it is known to be something else.
    let is_text_wanted = matches!(takes, Takes::Types(types) if !types.contains(&Type::Dynamic));
    takes_type(takes, argument.kind()) && !(is_text_wanted && argument.is_shaped())
}

pub(super) fn takes_type(takes: &Takes, kind: Type) -> bool {
    if kind == Type::Unknown {
        return true;
    }
    match takes {
        Takes::Types(types) => types.iter().any(|wanted| match wanted {
            Type::String => matches!(kind, Type::String | Type::Dynamic),
            Type::Long => kind.is_integer(),
            Type::Real => matches!(kind, Type::Int | Type::Long | Type::Real),
            wanted => kind == *wanted,
        }),
        Takes::Scalar | Takes::Anything | Takes::TypeLiteral | Takes::Table => true,
        Takes::CommonScalar | Takes::CommonScalarOrDynamic | Takes::CommonOrderable => true,
        Takes::Array | Takes::Bag => kind == Type::Dynamic,
        Takes::StringOrDynamic | Takes::StringOrArray => matches!(kind, Type::String | Type::Dynamic),
        Takes::Integer => kind.is_integer(),
        Takes::IntegerOrArray => kind.is_integer() || kind == Type::Dynamic,
        Takes::Number => kind.is_number(),
        Takes::NumberOrBool => kind.is_number() || kind == Type::Bool,
        Takes::Summable => kind.is_summable(),
        Takes::NotDynamic => kind != Type::Dynamic,
        Takes::NotRealOrBool => !matches!(kind, Type::Real | Type::Bool),
        Takes::Orderable => !matches!(kind, Type::Dynamic | Type::Guid),
    }
}

/// What a parameter takes, in words, and the code that the official service has for what it does not.
pub(super) fn describe(takes: &Takes) -> (String, &'static str) {
    let (text, code) = match takes {
        Takes::Types(types) => {
            let names: Vec<&str> = types.iter().map(|kind| kind.as_str()).collect();
            let article = if names.first() == Some(&"int") { "an" } else { "a" };
            return (format!("{article} {}", names.join(" or ")), "KS107");
        }
        Takes::Array => ("an array", "KS234"),
        Takes::Bag => ("a property bag", "KS235"),
        Takes::StringOrDynamic => ("a string or dynamic", "KS141"),
        Takes::StringOrArray => ("a string or an array", "KS233"),
        Takes::Integer => ("an integer", "KS134"),
        Takes::IntegerOrArray => ("an integer or an array", "KS136"),
        Takes::Number => ("a number", "KS137"),
        Takes::NumberOrBool => ("a number or bool", "KS137"),
        Takes::Summable => ("a number, datetime or timespan", "KS138"),
        Takes::NotDynamic => ("a value that is not dynamic", "KS116"),
        Takes::NotRealOrBool => ("a value that is neither real nor bool", "KS116"),
        Takes::Orderable => ("a value with an order", "KS206"),
        _ => ("another value", "KS107"),
    };
    (text.to_owned(), code)
}

/// Functions whose result is an array or a bag, with what the language knows of its elements.
const CONTAINERS: &[&str] = &[
    "bag_keys",
    "bag_merge",
    "bag_pack",
    "bag_pack_columns",
    "bag_remove_keys",
    "bag_set_key",
    "base64_decode_toarray",
    "buildschema",
    "extract_all",
    "extractall",
    "hll",
    "make_bag",
    "make_bag_if",
    "make_dictionary",
    "make_list",
    "make_list_if",
    "make_list_with_nulls",
    "make_set",
    "make_set_if",
    "makelist",
    "makeset",
    "pack",
    "pack_all",
    "pack_array",
    "pack_dictionary",
    "parse_command_line",
    "parse_csv",
    "parse_path",
    "parse_url",
    "parse_urlquery",
    "parse_user_agent",
    "parse_xml",
    "parseurl",
    "parseurlquery",
    "range",
    "repeat",
    "set_difference",
    "set_intersect",
    "set_union",
    "split",
    "tdigest",
    "treepath",
    "unicode_codepoints_from_string",
    "zip",
];

/// What is known of the dynamic value that a function returns.
pub(super) fn returned_shape(name: &str, arguments: &[Argument]) -> Shape {
    let is_undecided = |argument: &Argument| matches!(&argument.value, Value::Scalar(scalar) if scalar.shape == Shape::Undecided);
    if matches!(name, "iff" | "iif" | "case" | "coalesce") && arguments.iter().any(is_undecided) {
        return Shape::Undecided;
    }
    // The first of several values says what is known of all.
    let first = match name {
        "iff" | "iif" | "case" => arguments.get(1),
        "coalesce" | "any" | "take_any" | "min" | "max" | "minif" | "maxif" | "take_anyif" => {
            arguments.first()
        }
        _ => None,
    };
    if let Some(Argument { value: Value::Scalar(scalar), .. }) = first
        && scalar.kind == Type::Dynamic
    {
        return match scalar.shape {
            // Of the elements of the others nothing is known.
            Shape::Container { .. } => Shape::Container { known: false },
            shape => shape,
        };
    }
    if CONTAINERS.binary_search(&name).is_err() {
        return Shape::Any;
    }
    let known = match name {
        "split" | "bag_keys" => true,
        _ if name.starts_with("make") && !name.contains("bag") && name != "make_dictionary" => arguments
            .first()
            .is_some_and(|argument| !matches!(argument.kind(), Type::Dynamic | Type::Unknown)),
        _ => false,
    };
    Shape::Container { known }
}

/// The type that several values share.
pub(super) fn common_type(kinds: &[Type], or_dynamic: bool) -> Option<Type> {
    if kinds.contains(&Type::Unknown) {
        return Some(Type::Unknown);
    }
    let Some(first) = kinds.first().copied() else {
        return Some(Type::Unknown);
    };
    let mut common: Option<Type> = None;
    for kind in kinds {
        if or_dynamic && *kind == Type::Dynamic && kinds.iter().any(|other| *other != Type::Dynamic) {
            continue;
        }
        common = Some(match common {
            None => *kind,
            Some(before) if before == *kind => before,
            Some(before) if before.is_number() && kind.is_number() => before.widest(*kind),
            Some(_) => return None,
        });
    }
    Some(common.unwrap_or(first))
}

/// How many arguments are taken, in words.
pub(super) fn count_text(least: usize, most: usize) -> String {
    match (least, most) {
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "one argument".to_owned(),
        _ if least == most => format!("{least} arguments"),
        _ if most > 1_000 => format!("{least} arguments or more"),
        _ => format!("{least} to {most} arguments"),
    }
}
