//! What parameters take, and what signatures return.

use super::call::Argument;
use super::{Scalar, Shape, Value};
use crate::builtins::{Parameter, Returns, Signature, Takes};
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
    match takes {
        Takes::TypeLiteral => return argument.is_type || argument.is_vague(),
        Takes::Types(_) if argument.is_type => return false,
        _ => {}
    }
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
        Takes::CommonScalar | Takes::CommonScalarOrDynamic => true,
        Takes::Array | Takes::Bag => kind == Type::Dynamic,
        Takes::StringOrDynamic | Takes::StringOrArray => matches!(kind, Type::String | Type::Dynamic),
        Takes::Integer => kind.is_integer(),
        Takes::IntegerOrArray => kind.is_integer() || kind == Type::Dynamic,
        Takes::Number => kind.is_number(),
        Takes::NumberOrBool => kind.is_number() || kind == Type::Bool,
        Takes::Summable => kind.is_summable(),
        Takes::NotDynamic => kind != Type::Dynamic,
        Takes::NotRealOrBool => !matches!(kind, Type::Real | Type::Bool),
        Takes::Orderable | Takes::CommonOrderable => !matches!(kind, Type::Dynamic | Type::Guid),
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
        Takes::TypeLiteral => ("typeof(…)", "KS107"),
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
        Takes::Orderable | Takes::CommonOrderable => ("a value with an order", "KS206"),
        _ => ("another value", "KS107"),
    };
    (text.to_owned(), code)
}

/// Functions by rules of their own whose result is an array or a bag. Sorted.
const SHAPED: &[(&str, Shape)] = &[
    ("array_concat", Shape::Array { known: false }),
    ("array_iff", Shape::Array { known: false }),
    ("array_iif", Shape::Array { known: false }),
    ("bag_merge", Shape::Bag),
    ("bag_pack", Shape::Bag),
    ("bag_pack_columns", Shape::Bag),
    ("bag_remove_keys", Shape::Bag),
    ("bag_set_key", Shape::Bag),
    ("pack", Shape::Bag),
    ("pack_all", Shape::Bag),
    ("pack_array", Shape::Array { known: false }),
    ("pack_dictionary", Shape::Bag),
    ("set_difference", Shape::Array { known: false }),
    ("set_intersect", Shape::Array { known: false }),
    ("set_union", Shape::Array { known: false }),
];

/// What is known of the dynamic value that a call by a signature returns.
pub(super) fn returned_shape(name: &str, signature: Option<&Signature>, arguments: &[Argument]) -> Shape {
    let shapes = |from: &[Argument]| -> Vec<Shape> {
        let dynamic = from.iter().filter_map(|argument| match &argument.value {
            Value::Scalar(scalar) if scalar.kind == Type::Dynamic || scalar.shape == Shape::Undecided => {
                Some(scalar.shape)
            }
            _ => None,
        });
        dynamic.collect()
    };
    let Some(signature) = signature else { return Shape::Any };
    let given = match signature.returns {
        // One of several values: what is known of all of them alike.
        Returns::Common | Returns::CommonNotDynamic => {
            let given = shapes(arguments);
            if given.contains(&Shape::Undecided) {
                return Shape::Undecided;
            }
            given
        }
        Returns::Argument(at) => shapes(arguments.get(at..=at).unwrap_or(&[])),
        Returns::Array => {
            let kind = arguments.first().map_or(Type::Unknown, Argument::kind);
            return Shape::Array { known: !matches!(kind, Type::Dynamic | Type::Unknown) };
        }
        Returns::Custom => {
            let found = SHAPED.binary_search_by_key(&name, |(name, _)| name);
            return found.map_or(Shape::Any, |at| SHAPED[at].1);
        }
        _ => return signature.shape,
    };
    match given.split_first() {
        Some((first, rest)) if rest.iter().all(|shape| shape == first) => *first,
        // Of the elements of the others nothing is known.
        Some((Shape::Array { .. }, rest))
            if rest.iter().all(|shape| matches!(shape, Shape::Array { .. })) =>
        {
            Shape::Array { known: false }
        }
        // As the official library has it: a text or a number, beside which the others may be anything.
        Some((Shape::Value, rest))
            if rest.iter().all(|shape| matches!(shape, Shape::Any | Shape::Element)) =>
        {
            Shape::Value
        }
        _ => Shape::Any,
    }
}

/// What a parameter takes, where an argument is a dynamic value of which it is known that it is something else; with the
/// code that the official service has for it.
pub(super) fn misshapen(takes: &Takes, argument: &Argument) -> Option<(&'static str, &'static str)> {
    let Value::Scalar(Scalar { kind: Type::Dynamic, shape, .. }) = &argument.value else { return None };
    match (takes, shape) {
        (Takes::Array, Shape::Bag | Shape::Value) => Some(("an array", "KS234")),
        (Takes::Bag, Shape::Array { .. } | Shape::Value) => Some(("a property bag", "KS235")),
        (Takes::StringOrArray, Shape::Bag) => Some(("a string or an array", "KS233")),
        (Takes::IntegerOrArray, Shape::Bag) => Some(("an integer or an array", "KS136")),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(SHAPED.is_sorted_by_key(|(name, _)| *name));
    }
}
