//! Operators on constants. `None` is what is not known: an operator that is not defined for the two, a result that does
//! not fit its type, a division by zero.

use std::cmp::Ordering;

use super::Constant;
use crate::literal::whole;
use crate::tree::BinaryOperator;

/// A constant with a minus before it.
pub(crate) fn negated(value: &Constant) -> Option<Constant> {
    Some(match value {
        Constant::Integer(number) => Constant::Integer(number.checked_neg()?),
        Constant::Real(number) => Constant::Real(-number),
        Constant::TimeSpan(ticks) => Constant::TimeSpan(ticks.checked_neg()?),
        _ => return None,
    })
}

/// Two constants with an operator between them.
pub(crate) fn binary(operator: BinaryOperator, left: &Constant, right: &Constant) -> Option<Constant> {
    use BinaryOperator::*;
    match operator {
        Add => added(left, right),
        Subtract => subtracted(left, right),
        Multiply => multiplied(left, right),
        Divide => divided(left, right),
        Modulo => remainder(left, right),
        And | Or => match (left, right) {
            (Constant::Bool(left), Constant::Bool(right)) => {
                Some(Constant::Bool(if operator == And { *left && *right } else { *left || *right }))
            }
            _ => None,
        },
        Equal | NotEqual | LessGreater | Less | LessEqual | Greater | GreaterEqual => {
            let order = compared(left, right)?;
            Some(Constant::Bool(match operator {
                Equal => order.is_eq(),
                NotEqual | LessGreater => order.is_ne(),
                Less => order.is_lt(),
                LessEqual => order.is_le(),
                Greater => order.is_gt(),
                _ => order.is_ge(),
            }))
        }
        _ => None,
    }
}

fn added(left: &Constant, right: &Constant) -> Option<Constant> {
    use Constant::{DateTime, FromNow, Integer, Real, TimeSpan};
    Some(match (left, right) {
        (Integer(left), Integer(right)) => Integer(left.checked_add(*right)?),
        (Integer(_) | Real(_), Integer(_) | Real(_)) => Real(real(left)? + real(right)?),
        (TimeSpan(left), TimeSpan(right)) => TimeSpan(left.checked_add(*right)?),
        (DateTime(time), TimeSpan(span)) | (TimeSpan(span), DateTime(time)) => {
            date(time.checked_add(*span)?)?
        }
        (FromNow { earliest, latest }, TimeSpan(span)) | (TimeSpan(span), FromNow { earliest, latest }) => {
            FromNow { earliest: earliest.checked_add(*span)?, latest: latest.checked_add(*span)? }
        }
        _ => return None,
    })
}

fn subtracted(left: &Constant, right: &Constant) -> Option<Constant> {
    use Constant::{DateTime, FromNow, Integer, Real, TimeSpan};
    Some(match (left, right) {
        (Integer(left), Integer(right)) => Integer(left.checked_sub(*right)?),
        (Integer(_) | Real(_), Integer(_) | Real(_)) => Real(real(left)? - real(right)?),
        (TimeSpan(left), TimeSpan(right)) | (DateTime(left), DateTime(right)) => {
            TimeSpan(left.checked_sub(*right)?)
        }
        (DateTime(time), TimeSpan(span)) => date(time.checked_sub(*span)?)?,
        (FromNow { earliest, latest }, TimeSpan(span)) => {
            FromNow { earliest: earliest.checked_sub(*span)?, latest: latest.checked_sub(*span)? }
        }
        // Both times move with the clock, and what lies between them does not.
        (FromNow { earliest: a, latest: b }, FromNow { earliest: c, latest: d }) if a == b && c == d => {
            TimeSpan(a.checked_sub(*c)?)
        }
        _ => return None,
    })
}

/// A date of a year after 0.
fn date(ticks: i64) -> Option<Constant> {
    (ticks >= 0).then_some(Constant::DateTime(ticks))
}

fn multiplied(left: &Constant, right: &Constant) -> Option<Constant> {
    use Constant::{Integer, Real, TimeSpan};
    Some(match (left, right) {
        (Integer(left), Integer(right)) => Integer(left.checked_mul(*right)?),
        (Integer(_) | Real(_), Integer(_) | Real(_)) => Real(real(left)? * real(right)?),
        (TimeSpan(span), Integer(number)) | (Integer(number), TimeSpan(span)) => {
            TimeSpan(span.checked_mul(*number)?)
        }
        (TimeSpan(span), Real(number)) | (Real(number), TimeSpan(span)) => {
            TimeSpan(whole(*span as f64 * number)?)
        }
        _ => return None,
    })
}

fn divided(left: &Constant, right: &Constant) -> Option<Constant> {
    use Constant::{Integer, Real, TimeSpan};
    Some(match (left, right) {
        (Integer(left), Integer(right)) => Integer(left.checked_div(*right)?),
        (Integer(_) | Real(_), Integer(_) | Real(_)) => Real(real(left)? / not_zero(real(right)?)?),
        (TimeSpan(left), TimeSpan(right)) => Real(*left as f64 / not_zero(*right as f64)?),
        (TimeSpan(span), Integer(_) | Real(_)) => TimeSpan(whole(*span as f64 / not_zero(real(right)?)?)?),
        _ => return None,
    })
}

fn remainder(left: &Constant, right: &Constant) -> Option<Constant> {
    match (left, right) {
        // Of a negative number the result is not the same everywhere.
        (Constant::Integer(left), Constant::Integer(right)) if *left >= 0 && *right > 0 => {
            Some(Constant::Integer(left % right))
        }
        _ => None,
    }
}

fn compared(left: &Constant, right: &Constant) -> Option<Ordering> {
    use Constant::{Bool, DateTime, Integer, Real, String, TimeSpan};
    match (left, right) {
        (Integer(left), Integer(right))
        | (TimeSpan(left), TimeSpan(right))
        | (DateTime(left), DateTime(right)) => Some(left.cmp(right)),
        (Integer(_) | Real(_), Integer(_) | Real(_)) => real(left)?.partial_cmp(&real(right)?),
        (String(left), String(right)) => Some(left.cmp(right)),
        (Bool(left), Bool(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn real(value: &Constant) -> Option<f64> {
    match value {
        Constant::Integer(number) => Some(*number as f64),
        Constant::Real(number) => Some(*number),
        _ => None,
    }
}

fn not_zero(number: f64) -> Option<f64> {
    (number != 0.0).then_some(number)
}
