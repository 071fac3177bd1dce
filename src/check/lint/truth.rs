//! Conditions that no row meets, and conditions that every row meets.
//!
//! The conditions of one chain of `where` stages are taken apart into alternatives, each a list of comparisons of a column
//! with constants. A comparison is reported when every alternative that it is a part of is empty: then no row that gets
//! there meets it. Whatever is not understood lets every row pass, so that nothing is reported that may be true.

mod domain;

use kql::tree::{BinaryOperator, ExpressionId, ExpressionKind, OperatorId, OperatorKind};
use kql::{ColumnId, Constant, Type};

use self::domain::{Constraint, Place, Point, is_empty};
use super::Lints;
use super::code::{ALWAYS_TRUE, NEVER_TRUE};

/// How many alternatives are looked at; with more, nothing is said of what brought them.
const MOST_ALTERNATIVES: usize = 64;
/// How many values of a list are looked at.
const MOST_VALUES: usize = 1_000;
/// How deep conditions are followed.
const DEEPEST: usize = 200;
/// How much of a condition a message quotes, in characters.
const QUOTED: usize = 60;

/// A comparison, and what it says of a value.
#[derive(Debug, Clone)]
struct Comparison {
    value: Value,
    constraint: Constraint,
    place: ExpressionId,
}

/// What is compared: a column, or a column whose case is changed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Value {
    column: ColumnId,
    fold: Option<Fold>,
    kind: Type,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    Lower,
    Upper,
}

/// Comparisons that are all met.
type Alternative = Vec<Comparison>;

/// Which outcome of a condition is asked for. A comparison with an empty value is neither true nor false, so that "not
/// true" is more than "false".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    True,
    False,
    NotTrue,
    NotFalse,
}

impl Outcome {
    fn negated(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::NotTrue => Self::NotFalse,
            Self::NotFalse => Self::NotTrue,
        }
    }

    /// Whether the comparison itself is asked for, and not its opposite.
    fn is_positive(self) -> bool {
        matches!(self, Self::True | Self::NotFalse)
    }

    /// Whether rows count whose value is empty.
    fn takes_null(self) -> bool {
        matches!(self, Self::NotTrue | Self::NotFalse)
    }
}

impl Lints<'_> {
    /// Looks at the `where` stages of a pipeline.
    pub(super) fn truth(&mut self, stages: &[OperatorId]) {
        let mut before: Vec<Alternative> = vec![Vec::new()];
        for stage in stages {
            match &self.tree.operator(*stage).kind {
                OperatorKind::Where { predicate } => {
                    let predicate = *predicate;
                    self.always_true(predicate);
                    let all = self
                        .alternatives(predicate, Outcome::True, 0)
                        .and_then(|here| product(&before, &here))
                        .unwrap_or_else(|| vec![Vec::new()]);
                    self.never_true(&all);
                    before =
                        all.into_iter().filter(|alternative| contradiction(alternative).is_none()).collect();
                    if before.is_empty() {
                        // Everything after it is about no rows.
                        return;
                    }
                }
                kind if keeps_values(kind) => {}
                _ => before = vec![Vec::new()],
            }
        }
    }

    /// Reports comparisons that are only in alternatives that no row meets.
    fn never_true(&mut self, alternatives: &[Alternative]) {
        let found: Vec<Option<usize>> = alternatives.iter().map(contradiction).collect();
        let mut reported: Vec<ExpressionId> = Vec::new();
        for (alternative, at) in alternatives.iter().zip(&found) {
            let Some(at) = *at else { continue };
            let last = &alternative[at];
            let is_possible = alternatives.iter().zip(&found).any(|(other, empty)| {
                empty.is_none() && other.iter().any(|comparison| comparison.place == last.place)
            });
            if is_possible || reported.contains(&last.place) {
                continue;
            }
            reported.push(last.place);
            let partner = alternative[..at].iter().rev().find(|other| {
                other.value.column == last.value.column
                    && other.place != last.place
                    && is_empty(&constraints(&[(*other).clone(), last.clone()]), is_whole(last.value.kind))
            });
            self.report_never_true(last, partner);
        }
    }

    fn report_never_true(&mut self, last: &Comparison, partner: Option<&Comparison>) {
        let column = self.analysis.column_name(last.value.column).to_owned();
        let condition = self.quoted(last.place);
        let alone = Comparison { ..last.clone() };
        let own = is_empty(&constraints(std::slice::from_ref(&alone)), false);
        let (message, label, help) = match (partner, last.value.fold) {
            (Some(partner), _) => (
                format!("`{condition}` is never true, because of `{}`", self.quoted(partner.place)),
                "no row meets both conditions".to_owned(),
                match (&last.constraint, &partner.constraint) {
                    (Constraint::OneOf(_), Constraint::OneOf(_)) => format!(
                        "join the conditions with `or`, or write `{column} in (…)`, if either value is meant"
                    ),
                    (
                        Constraint::From { .. } | Constraint::To { .. },
                        Constraint::From { .. } | Constraint::To { .. },
                    ) => "swap the bounds, or join the conditions with `or`".to_owned(),
                    _ => "remove one of the conditions, or join them with `or`".to_owned(),
                },
            ),
            (None, Some(fold)) if own => {
                let (function, letters, other) = match fold {
                    Fold::Lower => ("tolower", "capital", "small"),
                    Fold::Upper => ("toupper", "small", "capital"),
                };
                (
                    format!("`{condition}` is never true"),
                    format!("`{function}` returns no {letters} letters"),
                    format!(
                        "write the text in {other} letters, or compare with `=~` and without `{function}`"
                    ),
                )
            }
            (None, _) => (
                format!("`{condition}` is never true here"),
                format!("no value of `{column}` meets this and the conditions before it"),
                "remove or correct one of the conditions".to_owned(),
            ),
        };
        self.report(&NEVER_TRUE, self.tree.span_of(last.place), message, label, help);
    }

    /// Reports alternatives that let every row pass, among the parts of a condition that `and` joins.
    fn always_true(&mut self, predicate: ExpressionId) {
        let mut open = vec![predicate];
        while let Some(id) = open.pop() {
            let id = self.tree.unwrapped(id);
            match &self.tree.expression(id).kind {
                ExpressionKind::Binary { operator: BinaryOperator::And, left, right } => {
                    open.extend([*right, *left]);
                }
                ExpressionKind::Binary { operator: BinaryOperator::Or, .. } => {
                    let Some(opposite) = self.alternatives(id, Outcome::NotTrue, 0) else { continue };
                    if opposite.iter().all(|alternative| contradiction(alternative).is_some()) {
                        let condition = self.quoted(id);
                        self.report(
                            &ALWAYS_TRUE,
                            self.tree.span_of(id),
                            format!("`{condition}` is true for every row"),
                            "each row meets one of these conditions".to_owned(),
                            "join the conditions with `and` if all are meant, or remove them".to_owned(),
                        );
                    }
                }
                _ => {}
            }
        }
    }

    /// The alternatives of which one is met where a condition has an outcome; `None` where there are too many.
    fn alternatives(&self, id: ExpressionId, outcome: Outcome, depth: usize) -> Option<Vec<Alternative>> {
        use BinaryOperator::{And, Or};
        if depth > DEEPEST {
            return None;
        }
        let id = self.tree.unwrapped(id);
        match &self.tree.expression(id).kind {
            ExpressionKind::Binary { operator: operator @ (And | Or), left, right } => {
                let left = self.alternatives(*left, outcome, depth + 1)?;
                let mut right = self.alternatives(*right, outcome, depth + 1)?;
                if (*operator == And) == outcome.is_positive() {
                    product(&left, &right)
                } else {
                    let mut all = left;
                    all.append(&mut right);
                    (all.len() <= MOST_ALTERNATIVES).then_some(all)
                }
            }
            ExpressionKind::Call { name, arguments }
                if arguments.len() == 1 && self.tree.name(*name) == "not" =>
            {
                self.alternatives(arguments[0], outcome.negated(), depth + 1)
            }
            _ => Some(vec![self.comparisons(id, outcome)]),
        }
    }

    /// What a single condition says; nothing where it is not understood. An opposite that would be an alternative of two,
    /// as that of `between` is, says nothing either.
    fn comparisons(&self, id: ExpressionId, outcome: Outcome) -> Alternative {
        let found = match &self.tree.expression(id).kind {
            ExpressionKind::Binary { operator, left, right } => {
                self.binary(*operator, *left, *right, outcome)
            }
            ExpressionKind::In { operator, left, list } => self.listed(*operator, *left, list, outcome),
            ExpressionKind::Between { negated: false, value, low, high } if outcome == Outcome::True => {
                self.between(*value, *low, *high)
            }
            ExpressionKind::Call { name, arguments } if arguments.len() == 1 => {
                self.emptiness(&self.tree.name(*name), arguments[0], outcome)
            }
            _ => None,
        };
        let (value, constraints) = found.unwrap_or_else(|| (None, Vec::new()));
        let Some(value) = value else { return Vec::new() };
        constraints.into_iter().map(|constraint| Comparison { value, constraint, place: id }).collect()
    }

    fn binary(
        &self,
        operator: BinaryOperator,
        left: ExpressionId,
        right: ExpressionId,
        outcome: Outcome,
    ) -> Option<(Option<Value>, Vec<Constraint>)> {
        use BinaryOperator as B;
        let (value, constant, is_turned) = match (self.value(left), self.value(right)) {
            (Some(value), None) => (value, self.analysis.constant(right)?, false),
            (None, Some(value)) => (value, self.analysis.constant(left)?, true),
            _ => return None,
        };
        let any_case = matches!(operator, B::EqualTilde | B::NotTilde);
        let point = Point::of(&constant, any_case).filter(|point| point.suits(value.kind))?;
        let is_equality = matches!(operator, B::Equal | B::EqualTilde);
        let constraint = match operator {
            B::Equal | B::EqualTilde | B::NotEqual | B::LessGreater | B::NotTilde => {
                if is_equality == outcome.is_positive() {
                    Constraint::OneOf(vec![point])
                } else {
                    Constraint::NoneOf(vec![point])
                }
            }
            B::Less | B::LessEqual | B::Greater | B::GreaterEqual => {
                // An empty value is on neither side.
                if outcome.takes_null() {
                    return None;
                }
                let is_greater = matches!(operator, B::Greater | B::GreaterEqual) != is_turned;
                let inclusive = matches!(operator, B::LessEqual | B::GreaterEqual);
                let (is_greater, inclusive) =
                    if outcome.is_positive() { (is_greater, inclusive) } else { (!is_greater, !inclusive) };
                if is_greater {
                    Constraint::From { low: point, inclusive }
                } else {
                    Constraint::To { high: point, inclusive }
                }
            }
            _ if !is_turned && value.kind == Type::String => {
                let Constant::String(part) = constant else { return None };
                text_constraint(operator, part, outcome)?
            }
            _ => return None,
        };
        Some((Some(value), vec![constraint]))
    }

    fn listed(
        &self,
        operator: BinaryOperator,
        left: ExpressionId,
        list: &[ExpressionId],
        outcome: Outcome,
    ) -> Option<(Option<Value>, Vec<Constraint>)> {
        use BinaryOperator as B;
        let value = self.value(left)?;
        // Whether an empty number is in a list is not said anywhere.
        if outcome.takes_null() && value.kind != Type::String {
            return None;
        }
        let (is_in, any_case) = match operator {
            B::In => (true, false),
            B::InCi => (true, true),
            B::NotIn => (false, false),
            B::NotInCi => (false, true),
            _ => return None,
        };
        let is_positive = is_in == outcome.is_positive();
        let mut points = Vec::new();
        for item in list {
            let known = match self.analysis.constant(*item) {
                Some(Constant::Array(items)) => items.iter().map(|item| Point::of(item, any_case)).collect(),
                Some(constant) => Some(vec![Point::of(&constant, any_case)?]),
                None => None,
            };
            match known {
                Some(known) if known.iter().all(|point| point.suits(value.kind)) => points.extend(known),
                // What else is in the list may be the value; what is named is excluded all the same.
                _ if is_positive => return None,
                _ => {}
            }
        }
        if points.is_empty() || points.len() > MOST_VALUES {
            return None;
        }
        let constraint = if is_positive { Constraint::OneOf(points) } else { Constraint::NoneOf(points) };
        Some((Some(value), vec![constraint]))
    }

    fn between(
        &self,
        value: ExpressionId,
        low: ExpressionId,
        high: ExpressionId,
    ) -> Option<(Option<Value>, Vec<Constraint>)> {
        let value = self.value(value)?;
        let point =
            |id| Point::of(&self.analysis.constant(id)?, false).filter(|point| point.suits(value.kind));
        let low = point(low).map(|low| Constraint::From { low, inclusive: true });
        let high = point(high).map(|high| Constraint::To { high, inclusive: true });
        Some((Some(value), low.into_iter().chain(high).collect()))
    }

    /// `isempty(…)` and `isnotempty(…)` of a text.
    fn emptiness(
        &self,
        function: &str,
        argument: ExpressionId,
        outcome: Outcome,
    ) -> Option<(Option<Value>, Vec<Constraint>)> {
        let is_empty = match function {
            "isempty" => true,
            "isnotempty" | "notempty" => false,
            _ => return None,
        };
        let value = self.value(argument).filter(|value| value.kind == Type::String)?;
        let nothing = vec![Point::Text { text: "".into(), any_case: false }];
        let constraint = if is_empty == outcome.is_positive() {
            Constraint::OneOf(nothing)
        } else {
            Constraint::NoneOf(nothing)
        };
        Some((Some(value), vec![constraint]))
    }

    /// The column that is compared.
    fn value(&self, id: ExpressionId) -> Option<Value> {
        let id = self.tree.unwrapped(id);
        let (id, fold) = match &self.tree.expression(id).kind {
            ExpressionKind::Call { name, arguments } if arguments.len() == 1 => match &*self.tree.name(*name)
            {
                "tolower" => (self.tree.unwrapped(arguments[0]), Some(Fold::Lower)),
                "toupper" => (self.tree.unwrapped(arguments[0]), Some(Fold::Upper)),
                _ => return None,
            },
            _ => (id, None),
        };
        if !matches!(self.tree.expression(id).kind, ExpressionKind::Name(_)) {
            return None;
        }
        let column = self.analysis.reference(id)?;
        let kind = self.analysis.column(column).kind;
        (fold.is_none() || kind == Type::String).then_some(Value { column, fold, kind })
    }

    /// A condition as it is written, on one line and not too long.
    fn quoted(&self, id: ExpressionId) -> String {
        let text = self.tree.span_of(id).text(&self.tree.source);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(QUOTED) {
            Some((at, _)) => format!("{}…", &line[..at]),
            None => line,
        }
    }
}

/// What an operator for texts says, as far as it can be told without the terms of a text.
fn text_constraint(
    operator: BinaryOperator,
    part: std::sync::Arc<str>,
    outcome: Outcome,
) -> Option<Constraint> {
    use BinaryOperator as B;
    let (place, is_positive, is_exact) = match operator {
        B::Contains => (Place::Anywhere, true, true),
        B::NotContains | B::NotContainsWord => (Place::Anywhere, false, true),
        B::StartsWith => (Place::Start, true, true),
        B::NotStartsWith => (Place::Start, false, true),
        B::EndsWith => (Place::End, true, true),
        B::NotEndsWith => (Place::End, false, true),
        // What these find is a part of the text, but not every part of a text is found.
        B::Has | B::HasCs | B::HasPrefix | B::HasPrefixCs | B::HasSuffix | B::HasSuffixCs | B::ContainsCs => {
            (Place::Anywhere, true, false)
        }
        B::StartsWithCs => (Place::Start, true, false),
        B::EndsWithCs => (Place::End, true, false),
        _ => return None,
    };
    let parts = vec![part];
    if is_positive == outcome.is_positive() {
        Some(Constraint::Has { place, parts })
    } else {
        is_exact.then_some(Constraint::Lacks { place, parts })
    }
}

/// Each alternative of one side with each of the other; `None` where there are too many.
fn product(left: &[Alternative], right: &[Alternative]) -> Option<Vec<Alternative>> {
    if left.len() * right.len() > MOST_ALTERNATIVES {
        return None;
    }
    Some(left.iter().flat_map(|a| right.iter().map(move |b| [a.as_slice(), b].concat())).collect())
}

/// The comparison with which an alternative becomes empty.
fn contradiction(alternative: &Alternative) -> Option<usize> {
    (0..alternative.len()).find(|at| {
        let last = &alternative[*at];
        let same: Vec<Comparison> = alternative[..=*at]
            .iter()
            .filter(|other| other.value.column == last.value.column && other.value.fold == last.value.fold)
            .cloned()
            .collect();
        is_empty(&constraints(&same), is_whole(last.value.kind))
    })
}

/// The constraints of comparisons of one value, with what changing its case says.
fn constraints(comparisons: &[Comparison]) -> Vec<&Constraint> {
    const LOWER: &Constraint = &Constraint::Folded { upper: false };
    const UPPER: &Constraint = &Constraint::Folded { upper: true };
    let fold = comparisons.last().and_then(|comparison| comparison.value.fold).map(|fold| match fold {
        Fold::Lower => LOWER,
        Fold::Upper => UPPER,
    });
    comparisons.iter().map(|comparison| &comparison.constraint).chain(fold).collect()
}

fn is_whole(kind: Type) -> bool {
    matches!(kind, Type::Int | Type::Long)
}

/// Whether the rows after an operator are rows before it, each with the values that it had.
fn keeps_values(kind: &OperatorKind) -> bool {
    use OperatorKind as O;
    matches!(
        kind,
        O::Extend { .. }
            | O::Project { .. }
            | O::ProjectAway { .. }
            | O::ProjectKeep { .. }
            | O::ProjectRename { .. }
            | O::ProjectReorder { .. }
            | O::Sort { .. }
            | O::Take { .. }
            | O::Top { .. }
            | O::Serialize { .. }
            | O::As { .. }
    )
}

#[cfg(test)]
mod tests;
