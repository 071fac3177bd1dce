//! What operators give for the types of their operands.

use crate::tree::{BinaryOperator, Level};
use crate::types::Type;

/// What to do about operands for which an operator is not defined.
pub(super) fn operand_advice(operator: BinaryOperator, one: Type, other: Type) -> Option<String> {
    if operator.level() == Level::Text {
        return (one != Type::String || other != Type::String)
            .then(|| "convert to a string first: tostring(…)".to_owned());
    }
    match (one, other) {
        (Type::Bool, Type::String) | (Type::String, Type::Bool)
            if matches!(operator.level(), Level::Or | Level::And) =>
        {
            let text = operator.as_str();
            Some(format!("each side of `{text}` is a whole condition: name the column again"))
        }
        (Type::String, Type::String) if operator == BinaryOperator::Add => {
            Some("texts are joined with strcat(…)".to_owned())
        }
        (Type::DateTime, Type::TimeSpan) if operator.level() == Level::Relational => {
            Some("a time is counted back from now with ago(…): ago(1d)".to_owned())
        }
        (Type::DateTime, other) if other.is_number() => {
            Some("a date is written datetime(2024-12-31), a span 1d".to_owned())
        }
        (Type::Dynamic, _) | (_, Type::Dynamic) => {
            Some("convert the dynamic value first: tolong(…), todatetime(…), tostring(…)".to_owned())
        }
        (Type::String, _) if other.is_summable() => Some(format!("convert the text first: to{other}(…)")),
        (_, Type::String) if one.is_summable() => Some(format!("convert the text first: to{one}(…)")),
        _ => None,
    }
}

/// The type that an operator gives, or, where it is not defined for its operands, the one that it would.
pub(super) fn operator_result(operator: BinaryOperator, one: Type, other: Type) -> Result<Type, Type> {
    use Type::*;
    let unknown = one == Unknown || other == Unknown;
    match operator.level() {
        Level::Or | Level::And => {
            let fits = |kind| matches!(kind, Bool | Dynamic | Unknown);
            if unknown || (fits(one) && fits(other)) { Ok(Bool) } else { Err(Bool) }
        }
        Level::Equality => Ok(Bool),
        Level::Relational => {
            let number = |kind: Type| kind.is_number() || kind == Bool;
            let fits = unknown
                || (number(one) && number(other))
                || (one == other && matches!(one, DateTime | TimeSpan | Dynamic))
                || (one == Dynamic && other.is_number())
                || (other == Dynamic && one.is_number());
            if fits { Ok(Bool) } else { Err(Bool) }
        }
        Level::Text => {
            if operator == BinaryOperator::Colon {
                return Ok(Bool);
            }
            let fits = |kind| matches!(kind, String | Dynamic);
            if unknown || (fits(one) && fits(other)) { Ok(Bool) } else { Err(Bool) }
        }
        Level::Additive | Level::Multiplicative | Level::Operand if unknown => {
            Ok(vague_result(operator, one, other))
        }
        Level::Additive | Level::Multiplicative | Level::Operand => arithmetic_result(operator, one, other),
    }
}

/// What comes of arithmetic with a value of which nothing is known, as far as the other says.
fn vague_result(operator: BinaryOperator, one: Type, other: Type) -> Type {
    use BinaryOperator::{Add, Divide, Modulo, Multiply, Subtract};
    use Type::*;
    match (operator, one, other) {
        (Add | Subtract, Unknown, Int) => Long,
        (Add | Multiply, Unknown, DateTime | TimeSpan) => other,
        (Add | Multiply, DateTime | TimeSpan, Unknown) => one,
        (Divide, Unknown, DateTime | TimeSpan) => Real,
        (Modulo, Unknown, DateTime | TimeSpan) | (Modulo, TimeSpan, Unknown) => TimeSpan,
        (Add | Subtract | Divide | Modulo, Int, Unknown) => Long,
        (Add | Subtract | Divide | Modulo, Long | Real | Decimal, Unknown) => one,
        _ => Unknown,
    }
}

fn arithmetic_result(operator: BinaryOperator, one: Type, other: Type) -> Result<Type, Type> {
    use BinaryOperator::{Add, Divide, Modulo, Multiply, Subtract};
    use Type::*;
    if one.is_number() && other.is_number() {
        let widest = one.widest(other);
        return Ok(if widest == Int { Long } else { widest });
    }
    let promoted = |kind: Type| if kind == Int { Long } else { kind };
    match (one, other) {
        (Dynamic, Dynamic) => return Ok(Dynamic),
        (Dynamic, kind) | (kind, Dynamic) if kind.is_number() => return Ok(promoted(kind)),
        _ => {}
    }
    let known = match (operator, one, other) {
        (Add, DateTime, DateTime | TimeSpan) | (Add, TimeSpan, DateTime) => Some(DateTime),
        (Add, TimeSpan, TimeSpan) => Some(TimeSpan),
        (Add, Dynamic, kind) | (Add, kind, Dynamic) if matches!(kind, DateTime | TimeSpan) => Some(kind),
        (Subtract, DateTime, DateTime) => Some(TimeSpan),
        (Subtract, DateTime, TimeSpan) | (Subtract, TimeSpan, DateTime) => Some(DateTime),
        (Subtract, TimeSpan, TimeSpan) => Some(TimeSpan),
        (Subtract, Dynamic, kind) | (Subtract, kind, Dynamic) if matches!(kind, DateTime | TimeSpan) => {
            Some(TimeSpan)
        }
        (Multiply, TimeSpan, TimeSpan) => Some(TimeSpan),
        (Multiply | Divide | Modulo, DateTime | TimeSpan, kind) if kind.is_number() => Some(one),
        (Multiply, kind, DateTime | TimeSpan) if kind.is_number() => Some(other),
        (Divide, DateTime, DateTime | TimeSpan) | (Divide, TimeSpan, TimeSpan) => Some(Real),
        (Divide, Real, TimeSpan) => Some(Real),
        (Modulo, DateTime | TimeSpan, DateTime | TimeSpan) => Some(TimeSpan),
        (Modulo, Real, TimeSpan) => Some(TimeSpan),
        _ => None,
    };
    match known {
        Some(kind) => Ok(kind),
        None if one.is_number() && !other.is_number() => Err(promoted(one)),
        None if other.is_number() && !one.is_number() => Err(promoted(other)),
        None => Err(Unknown),
    }
}
