//! What a value may still be after some conditions.
//!
//! Every set here is an over-approximation: a value that the conditions let pass is always in it, so that "empty" is
//! proved and never guessed.

use std::cmp::Ordering;
use std::sync::Arc;

use kql::{Constant, Type};

/// A condition on one value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Constraint {
    /// One of these values.
    OneOf(Vec<Point>),
    /// None of these values.
    NoneOf(Vec<Point>),
    /// At least this value, or more than it.
    From { low: Point, inclusive: bool },
    /// At most this value, or less than it.
    To { high: Point, inclusive: bool },
    /// A text that has one of these parts, case aside.
    Has { place: Place, parts: Vec<Arc<str>> },
    /// A text that has none of these parts, case aside.
    Lacks { place: Place, parts: Vec<Arc<str>> },
    /// A text whose letters are all small, or all capital: what `tolower` and `toupper` give.
    Folded { upper: bool },
}

/// Where in a text a part is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Start,
    End,
    Anywhere,
}

/// A value that a condition names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Point {
    /// A text, and whether it stands for every spelling in capitals and small letters.
    Text {
        text: Arc<str>,
        any_case: bool,
    },
    Integer(i64),
    Real(f64),
    Bool(bool),
    Guid(u128),
    TimeSpan(i64),
    DateTime(i64),
    /// Ticks after the moment of the run.
    FromNow {
        earliest: i64,
        latest: i64,
    },
}

/// Values of which each two can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Text,
    Number,
    Bool,
    Guid,
    TimeSpan,
    DateTime,
    FromNow,
}

impl Point {
    /// The value of a constant; none for null and for what cannot be compared here.
    pub(super) fn of(constant: &Constant, any_case: bool) -> Option<Self> {
        Some(match constant {
            Constant::String(text) => Point::Text { text: Arc::clone(text), any_case },
            Constant::Integer(value) => Point::Integer(*value),
            Constant::Real(value) if value.is_finite() => Point::Real(*value),
            Constant::Bool(value) => Point::Bool(*value),
            Constant::Guid(value) => Point::Guid(*value),
            Constant::TimeSpan(ticks) => Point::TimeSpan(*ticks),
            Constant::DateTime(ticks) => Point::DateTime(*ticks),
            Constant::FromNow { earliest, latest } => Point::FromNow { earliest: *earliest, latest: *latest },
            _ => return None,
        })
    }

    fn family(&self) -> Family {
        match self {
            Point::Text { .. } => Family::Text,
            Point::Integer(_) | Point::Real(_) => Family::Number,
            Point::Bool(_) => Family::Bool,
            Point::Guid(_) => Family::Guid,
            Point::TimeSpan(_) => Family::TimeSpan,
            Point::DateTime(_) => Family::DateTime,
            Point::FromNow { .. } => Family::FromNow,
        }
    }

    /// Whether a value of this type is compared with it as it is.
    pub(super) fn suits(&self, kind: Type) -> bool {
        match kind {
            Type::String => self.family() == Family::Text,
            Type::Int | Type::Long | Type::Real => self.family() == Family::Number,
            Type::Bool => self.family() == Family::Bool,
            Type::Guid => self.family() == Family::Guid,
            Type::TimeSpan => self.family() == Family::TimeSpan,
            Type::DateTime => matches!(self.family(), Family::DateTime | Family::FromNow),
            _ => false,
        }
    }

    /// How it lies to another of its family; none where that is not certain.
    fn compare(&self, other: &Point) -> Option<Ordering> {
        match (self, other) {
            (Point::Integer(a), Point::Integer(b)) => Some(a.cmp(b)),
            (Point::Integer(a), Point::Real(b)) => compare_mixed(*a, *b),
            (Point::Real(a), Point::Integer(b)) => compare_mixed(*b, *a).map(Ordering::reverse),
            (Point::Real(a), Point::Real(b)) => a.partial_cmp(b),
            (Point::TimeSpan(a), Point::TimeSpan(b)) | (Point::DateTime(a), Point::DateTime(b)) => {
                Some(a.cmp(b))
            }
            (Point::Bool(a), Point::Bool(b)) => Some(a.cmp(b)),
            (Point::Guid(a), Point::Guid(b)) => Some(a.cmp(b)),
            (
                Point::FromNow { earliest: a, latest: a_latest },
                Point::FromNow { earliest: b, latest: b_latest },
            ) => {
                if a_latest < b {
                    Some(Ordering::Less)
                } else if a > b_latest {
                    Some(Ordering::Greater)
                } else if (a, a_latest) == (b, b_latest) && a == a_latest {
                    Some(Ordering::Equal)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// Whether one value can be both.
    fn may_equal(&self, other: &Point) -> bool {
        match (self, other) {
            (Point::Text { text: a, any_case: false }, Point::Text { text: b, any_case: false }) => a == b,
            (Point::Text { text: a, .. }, Point::Text { text: b, .. }) => folded(a) == folded(b),
            _ => self.compare(other).is_none_or(Ordering::is_eq),
        }
    }

    /// Whether every value that this is, is the other too.
    fn is_within(&self, other: &Point) -> bool {
        match (self, other) {
            (Point::Text { text: a, any_case }, Point::Text { text: b, any_case: wide }) => {
                if *wide {
                    folded(a) == folded(b)
                } else {
                    a == b && (!any_case || has_no_case(a))
                }
            }
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }
}

/// An integer beside a real, exactly.
fn compare_mixed(a: i64, b: f64) -> Option<Ordering> {
    if b >= 9_223_372_036_854_775_808.0 {
        return Some(Ordering::Less);
    }
    if b < -9_223_372_036_854_775_808.0 {
        return Some(Ordering::Greater);
    }
    // In this range the whole part is an i64.
    let whole = b.trunc();
    #[expect(clippy::cast_possible_truncation, reason = "the value is whole and in range")]
    let order = a.cmp(&(whole as i64));
    Some(order.then_with(|| 0.0_f64.partial_cmp(&(b - whole)).unwrap_or(Ordering::Equal)))
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

fn has_no_case(text: &str) -> bool {
    text.to_lowercase() == text && text.to_uppercase() == text
}

/// Whether no value meets all the conditions. Conditions on values that cannot be compared with each other prove
/// nothing.
pub(super) fn is_empty(constraints: &[&Constraint], whole_numbers: bool) -> bool {
    let mut families = constraints.iter().flat_map(|constraint| points(constraint)).map(Point::family);
    let is_text = |constraint: &&&Constraint| {
        matches!(constraint, Constraint::Has { .. } | Constraint::Lacks { .. } | Constraint::Folded { .. })
    };
    let first = match families.next() {
        Some(first) => first,
        // `in ()` of nothing is a mistake of its own.
        None => return false,
    };
    if families.any(|family| family != first)
        || (first != Family::Text && constraints.iter().any(|constraint| is_text(&constraint)))
    {
        return false;
    }
    let listed = constraints.iter().find_map(|constraint| match constraint {
        Constraint::OneOf(points) => Some(points),
        _ => None,
    });
    match listed {
        Some(listed) => listed
            .iter()
            .all(|point| constraints.iter().any(|constraint| refuses(constraint, point, constraints))),
        None => is_empty_interval(constraints, whole_numbers && first == Family::Number),
    }
}

fn points(constraint: &Constraint) -> &[Point] {
    match constraint {
        Constraint::OneOf(points) | Constraint::NoneOf(points) => points,
        Constraint::From { low: point, .. } | Constraint::To { high: point, .. } => {
            std::slice::from_ref(point)
        }
        Constraint::Has { .. } | Constraint::Lacks { .. } | Constraint::Folded { .. } => &[],
    }
}

/// Whether no spelling of a point meets a condition. A text that stands for every spelling is taken to be, beside a list
/// of exact texts, each of those that fit.
fn refuses(constraint: &Constraint, point: &Point, all: &[&Constraint]) -> bool {
    match constraint {
        Constraint::OneOf(points) => {
            let fits: Vec<&Point> = points.iter().filter(|other| point.may_equal(other)).collect();
            // `x =~ 'a'` beside `x in ('A')` leaves 'A', which the other conditions then have to take.
            let narrowed = matches!(point, Point::Text { any_case: true, .. });
            fits.is_empty()
                || narrowed
                    && fits.iter().all(|fit| {
                        matches!(fit, Point::Text { any_case: false, .. })
                            && all.iter().any(|other| {
                                !matches!(other, Constraint::OneOf(_)) && refuses(other, fit, &[])
                            })
                    })
        }
        Constraint::NoneOf(points) => points.iter().any(|other| point.is_within(other)),
        Constraint::From { low, inclusive } => match point.compare(low) {
            Some(Ordering::Less) => true,
            Some(Ordering::Equal) => !inclusive,
            _ => false,
        },
        Constraint::To { high, inclusive } => match point.compare(high) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => !inclusive,
            _ => false,
        },
        Constraint::Has { place, parts } => text(point)
            .is_some_and(|text| !parts.iter().any(|part| has(&folded(text), *place, &folded(part)))),
        Constraint::Lacks { place, parts } => {
            text(point).is_some_and(|text| parts.iter().any(|part| has(&folded(text), *place, &folded(part))))
        }
        Constraint::Folded { upper } => match point {
            Point::Text { text, any_case: false } if *upper => text.chars().any(char::is_lowercase),
            Point::Text { text, any_case: false } => text.chars().any(char::is_uppercase),
            _ => false,
        },
    }
}

fn text(point: &Point) -> Option<&str> {
    match point {
        Point::Text { text, .. } => Some(text),
        _ => None,
    }
}

fn has(text: &str, place: Place, part: &str) -> bool {
    match place {
        Place::Start => text.starts_with(part),
        Place::End => text.ends_with(part),
        Place::Anywhere => text.contains(part),
    }
}

/// Whether no value lies between all the bounds.
fn is_empty_interval(constraints: &[&Constraint], whole_numbers: bool) -> bool {
    let mut lows = constraints.iter().filter_map(|constraint| match constraint {
        Constraint::From { low, inclusive } => Some((low, *inclusive)),
        _ => None,
    });
    lows.any(|(low, low_inclusive)| {
        let mut highs = constraints.iter().filter_map(|constraint| match constraint {
            Constraint::To { high, inclusive } => Some((high, *inclusive)),
            _ => None,
        });
        highs.any(|(high, high_inclusive)| match low.compare(high) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => !(low_inclusive && high_inclusive),
            Some(Ordering::Less) if whole_numbers => match (low, high) {
                (Point::Integer(low), Point::Integer(high)) => {
                    !low_inclusive && !high_inclusive && low.checked_add(1) == Some(*high)
                }
                _ => false,
            },
            _ => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Point {
        Point::Text { text: text.into(), any_case: false }
    }

    fn any_case(text: &str) -> Point {
        Point::Text { text: text.into(), any_case: true }
    }

    fn empty(constraints: &[Constraint]) -> bool {
        is_empty(&constraints.iter().collect::<Vec<_>>(), true)
    }

    use Constraint::{From, NoneOf, OneOf, To};

    #[test]
    fn two_lists_without_a_common_value_leave_nothing() {
        assert!(empty(&[OneOf(vec![exact("a")]), OneOf(vec![exact("b"), exact("A")])]));
        assert!(!empty(&[OneOf(vec![exact("a")]), OneOf(vec![exact("b"), exact("a")])]));
        assert!(!empty(&[OneOf(vec![any_case("a")]), OneOf(vec![exact("A")])]));
        assert!(empty(&[OneOf(vec![Point::Integer(4624)]), OneOf(vec![Point::Integer(4625)])]));
        assert!(!empty(&[OneOf(vec![Point::Integer(2)]), OneOf(vec![Point::Real(2.0)])]));
        assert!(empty(&[OneOf(vec![Point::Integer(2)]), NoneOf(vec![Point::Integer(2)])]));
        assert!(empty(&[OneOf(vec![exact("a")]), NoneOf(vec![any_case("A")])]));
        assert!(!empty(&[OneOf(vec![any_case("a")]), NoneOf(vec![exact("A")])]));
        assert!(empty(&[OneOf(vec![any_case("a")]), OneOf(vec![exact("A")]), NoneOf(vec![exact("A")])]));
        assert!(!empty(&[NoneOf(vec![Point::Bool(true)]), NoneOf(vec![Point::Bool(false)])]));
    }

    #[test]
    fn bounds_that_do_not_meet_leave_nothing() {
        let from = |value, inclusive| From { low: Point::Integer(value), inclusive };
        let to = |value, inclusive| To { high: Point::Integer(value), inclusive };
        assert!(empty(&[from(5, true), to(4, true)]));
        assert!(empty(&[from(5, false), to(5, true)]));
        assert!(!empty(&[from(5, true), to(5, true)]));
        assert!(empty(&[from(4, false), to(5, false)]));
        assert!(!is_empty(&[&from(4, false), &to(5, false)], false));
        assert!(empty(&[OneOf(vec![Point::Integer(3)]), from(3, false)]));
        let ago = |ticks: i64| Point::FromNow { earliest: -ticks, latest: -ticks };
        assert!(empty(&[From { low: ago(1), inclusive: false }, To { high: ago(2), inclusive: false }]));
        assert!(!empty(&[From { low: ago(2), inclusive: false }, To { high: ago(1), inclusive: false }]));
        let day = Point::FromNow { earliest: -4, latest: -2 };
        assert!(!empty(&[From { low: day.clone(), inclusive: true }, To { high: ago(3), inclusive: true }]));
        assert!(empty(&[From { low: day, inclusive: true }, To { high: ago(5), inclusive: true }]));
    }

    #[test]
    fn what_cannot_be_compared_proves_nothing() {
        assert!(!empty(&[OneOf(vec![exact("1")]), OneOf(vec![Point::Integer(2)])]));
        let ago = Point::FromNow { earliest: -1, latest: -1 };
        assert!(!empty(&[
            From { low: ago, inclusive: true },
            To { high: Point::DateTime(1), inclusive: true }
        ]));
        assert!(!empty(&[]));
    }

    #[test]
    fn a_part_that_a_text_lacks_leaves_nothing() {
        let has = |place, part: &str| Constraint::Has { place, parts: vec![part.into()] };
        assert!(empty(&[OneOf(vec![exact("cmd.exe")]), has(Place::Start, "power")]));
        assert!(!empty(&[OneOf(vec![exact("PowerShell.exe")]), has(Place::Start, "power")]));
        assert!(empty(&[OneOf(vec![exact("cmd.exe")]), has(Place::Anywhere, "net")]));
        let lacks = Constraint::Lacks { place: Place::End, parts: vec![".EXE".into()] };
        assert!(empty(&[OneOf(vec![exact("cmd.exe")]), lacks]));
        assert!(empty(&[OneOf(vec![exact("Admin")]), Constraint::Folded { upper: false }]));
        assert!(!empty(&[OneOf(vec![any_case("Admin")]), Constraint::Folded { upper: false }]));
        assert!(!empty(&[OneOf(vec![exact("admin")]), Constraint::Folded { upper: false }]));
    }

    #[test]
    fn whole_numbers_and_fractions_compare_exactly() {
        assert_eq!(compare_mixed(2, 2.5), Some(Ordering::Less));
        assert_eq!(compare_mixed(-2, -2.5), Some(Ordering::Greater));
        assert_eq!(compare_mixed(i64::MAX, 9.3e18), Some(Ordering::Less));
        assert_eq!(compare_mixed(i64::MAX, i64::MAX as f64), Some(Ordering::Less));
        assert_eq!(compare_mixed(3, 3.0), Some(Ordering::Equal));
    }
}
