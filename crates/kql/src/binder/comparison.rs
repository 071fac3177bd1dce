//! Values of different types that are compared with each other, of which the official library says nothing.
//!
//! The service refuses to compare columns of different types, and a text with a value that it cannot be read as. Rules
//! that run compare a column with a constant that is merely written in another type, `EventID == "4625"`: of those is
//! only warned.

use super::{Binder, Scalar};
use crate::diagnostic::{Code, Diagnostic};
use crate::tree::ExpressionId;
use crate::types::Type;

/// What the service makes of two types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    Alike,
    /// One of the two is a constant that can be read as the other's type.
    Converted,
    Refused,
}

/// Types that are compared with one another as they are; `None` goes with every type.
fn group(kind: Type) -> Option<u8> {
    Some(match kind {
        Type::Bool | Type::Int | Type::Long | Type::Real | Type::Decimal => 0,
        Type::String => 1,
        Type::DateTime => 2,
        Type::TimeSpan => 3,
        Type::Guid => 4,
        Type::Dynamic | Type::Unknown => return None,
    })
}

/// Whether a text can be read as a value of a type; where that is not sure, it can.
fn reads_as(text: &str, kind: Type) -> bool {
    let text = text.trim();
    match kind {
        Type::Bool => {
            text.parse::<f64>().is_ok()
                || ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word))
        }
        Type::Int | Type::Long | Type::Real | Type::Decimal => {
            let digits = text.trim_start_matches("0x").trim_start_matches("0X");
            text.parse::<f64>().is_ok()
                || (digits.len() < text.len() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        }
        Type::DateTime | Type::TimeSpan => text.bytes().any(|byte| byte.is_ascii_digit()),
        _ => true,
    }
}

fn compared(one: &Scalar, other: &Scalar) -> Compared {
    let (Some(first), Some(second)) = (group(one.kind), group(other.kind)) else {
        return Compared::Alike;
    };
    // A text is compared with a GUID by its form.
    if first == second || matches!((first, second), (1, 4) | (4, 1)) {
        return Compared::Alike;
    }
    for (text, value) in [(one, other), (other, one)] {
        if let Some(text) = &text.text {
            return if reads_as(text, value.kind) { Compared::Converted } else { Compared::Refused };
        }
    }
    // What is made of no column is a constant, or a parameter that may be one.
    if one.from.is_empty() || other.from.is_empty() { Compared::Converted } else { Compared::Refused }
}

impl Binder<'_> {
    /// Looks at the two sides of `==` and its like.
    pub(super) fn check_compared(&mut self, left: (ExpressionId, &Scalar), right: (ExpressionId, &Scalar)) {
        let ((left, one), (right, other)) = (left, right);
        let code = match compared(one, other) {
            Compared::Alike => return,
            Compared::Converted => Code::ComparedTypes,
            Compared::Refused => Code::IncomparableTypes,
        };
        let span = self.span(left).to(self.span(right));
        let (one, other) = (one.kind, other.kind);
        let advice = match (code, one, other) {
            (Code::ComparedTypes, Type::String, _) => {
                format!("convert the text: to{other}(…), or quote the value")
            }
            (Code::ComparedTypes, _, Type::String) => {
                format!("write the value as {one:#}, without quotes, or convert: tostring(…)")
            }
            (_, Type::String, _) => format!("convert one of the two: to{other}(…), tostring(…)"),
            (_, _, Type::String) => format!("convert one of the two: to{one}(…), tostring(…)"),
            _ => "convert one of the two".to_owned(),
        };
        self.report(
            Diagnostic::new(code, span, format!("{one:#} is compared with {other:#}")).with_help(advice),
        );
    }

    /// Looks at the values of an `in`; a list that is wrong throughout is wrong once.
    pub(super) fn check_listed(&mut self, value: &Scalar, listed: &[(ExpressionId, Scalar)]) {
        let wrong = |wanted: Compared| listed.iter().find(|(_, item)| compared(value, item) == wanted);
        let (code, found) = match (wrong(Compared::Refused), wrong(Compared::Converted)) {
            (Some(found), _) => (Code::IncomparableTypes, found),
            (None, Some(found)) => (Code::ComparedTypes, found),
            (None, None) => return,
        };
        let (kind, other) = (value.kind, found.1.kind);
        let span = self.span(found.0);
        let message = format!("{kind:#} is compared with {other:#}");
        self.report(
            Diagnostic::new(code, span, message)
                .with_help(format!("write each value of the list as {kind:#}")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_as_what_it_says() {
        for (text, kind) in [
            ("4625", Type::Int),
            ("-1.5", Type::Real),
            ("0x10", Type::Long),
            ("False", Type::Bool),
            ("2024-01-01", Type::DateTime),
            ("1.00:00:00", Type::TimeSpan),
        ] {
            assert!(reads_as(text, kind), "{text}");
        }
        for (text, kind) in
            [("text", Type::Long), ("", Type::Int), ("yes", Type::Bool), ("now", Type::DateTime)]
        {
            assert!(!reads_as(text, kind), "{text}");
        }
    }
}
