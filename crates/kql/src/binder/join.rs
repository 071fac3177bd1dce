//! Operators that match the rows of two tables: join and lookup.

use super::{Binder, ColumnId, Reference, Rows, Side, Symbol};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::Span;
use crate::tree::{BinaryOperator, ExpressionId, ExpressionKind, JoinCondition, Name, OperatorId, Parameter};
use crate::types::Type;

impl Binder<'_> {
    pub(super) fn join(
        &mut self,
        left: &Rows,
        right: ExpressionId,
        condition: Option<&JoinCondition>,
        parameters: &[Parameter],
        stage: OperatorId,
    ) -> Rows {
        let right = self.without_rows(|binder| binder.table(right));
        if condition.is_none() {
            let span = self.tree.span(self.tree.operator(stage).tokens);
            self.report(
                Diagnostic::new(Code::JoinCondition, span, "the join does not say which rows match")
                    .with_help("add `on` and the columns that both sides have"),
            );
        }
        let (left, right, _) = self.join_condition(left, &right, condition);
        let kind = self.parameter_word(parameters, "kind").unwrap_or_default();
        match kind.as_str() {
            "leftsemi" | "leftanti" | "leftantisemi" | "anti" => left,
            "rightsemi" | "rightanti" | "rightantisemi" => right,
            "" | "inner" | "innerunique" | "leftouter" | "rightouter" | "fullouter" => {
                self.joined(&left, &right)
            }
            _ => {
                let parameter = parameters.iter().find(|parameter| self.tree.name(parameter.name) == "kind");
                if let Some(parameter) = parameter {
                    let span = self.span(parameter.value);
                    self.report(
                        Diagnostic::new(Code::JoinKind, span, format!("`{kind}` is no kind of join")).with_help(
                            "the kinds are inner, innerunique, leftouter, rightouter, fullouter, leftsemi, rightsemi, \
                             leftanti and rightanti",
                        ),
                    );
                }
                self.joined(&left, &right)
            }
        }
    }

    pub(super) fn lookup(
        &mut self,
        left: &Rows,
        right: ExpressionId,
        condition: Option<&JoinCondition>,
    ) -> Rows {
        let right = self.without_rows(|binder| binder.table(right));
        let (left, right, keys) = self.join_condition(left, &right, condition);
        let rest = right.columns.iter().copied().filter(|id| !keys.contains(id)).collect();
        self.joined(&left, &Rows::new(rest, right.open))
    }

    /// Binds what a join matches by; gives both sides with what was found to be in open tables, and the right side's keys.
    fn join_condition(
        &mut self,
        left: &Rows,
        right: &Rows,
        condition: Option<&JoinCondition>,
    ) -> (Rows, Rows, Vec<ColumnId>) {
        let mut sides = Sides { left: left.clone(), right: right.clone(), keys: Vec::new() };
        match condition {
            Some(JoinCondition::On(keys)) => {
                for key in keys {
                    self.join_key(*key, &mut sides);
                }
            }
            Some(JoinCondition::Where(predicate)) => {
                let right = sides.right.clone();
                self.with_rows(left, |binder| {
                    if let Some(context) = binder.contexts.last_mut() {
                        context.right = Some(right);
                    }
                    binder.condition(*predicate);
                });
            }
            None => {}
        }
        (sides.left, sides.right, sides.keys)
    }

    fn join_key(&mut self, key: ExpressionId, sides: &mut Sides) {
        let tree = self.tree;
        match &tree.expression(key).kind {
            ExpressionKind::Parenthesised(inner) => self.join_key(*inner, sides),
            ExpressionKind::Name(name) => self.common_key(key, *name, sides),
            ExpressionKind::Binary { operator: BinaryOperator::And, left, right } => {
                self.join_key(*left, sides);
                self.join_key(*right, sides);
            }
            ExpressionKind::Binary { operator: BinaryOperator::Equal, left, right } => {
                let (left_span, right_span) = (self.span(*left), self.span(*right));
                let said = self.diagnostics.len();
                let one = self.sided_key(*left, "$left", sides);
                let once = self.diagnostics.len();
                let other = self.sided_key(*right, "$right", sides);
                if one.is_none() && once > said && self.diagnostics[said].code == Code::JoinSide {
                    // Who writes one side without its table writes the other so.
                    self.diagnostics.truncate(once);
                }
                if let (Some(one), Some(other)) = (one, other) {
                    sides.keys.push(other);
                    self.check_key_types(key, (one, left_span), (other, right_span));
                }
            }
            ExpressionKind::Missing => {}
            _ => {
                let span = self.span(key);
                self.report(
                    Diagnostic::new(Code::JoinCondition, span, "a join matches by columns")
                        .with_help("name a column of both sides, or write $left.A == $right.B; compute it with `extend` before"),
                );
            }
        }
    }

    /// A column that both sides have by the same name.
    fn common_key(&mut self, key: ExpressionId, name: Name, sides: &mut Sides) {
        let symbol = self.declared_name(name);
        let span = self.tree.name_span(name);
        let one = self.find(&sides.left.columns, symbol);
        let other = self.find(&sides.right.columns, symbol);
        let (left_open, right_open) = (sides.left.open, sides.right.open);
        if one.is_none() && other.is_none() && self.is_known_elsewhere(symbol) {
            self.not_a_column(symbol, span);
            return;
        }
        match (one, other) {
            (Some(one), Some(other)) => {
                self.side.note_reference(key, Reference::Column(one));
                sides.keys.push(other);
                let (left, right) = (self.column(one).kind, self.column(other).kind);
                if left != right && left != Type::Unknown && right != Type::Unknown {
                    let text = self.name_of(symbol);
                    self.report(
                        Diagnostic::new(
                            Code::JoinTypes,
                            span,
                            format!("`{text}` is {left:#} on the left side and {right:#} on the right"),
                        )
                        .with_help("convert one of the two with `extend` before the join"),
                    );
                }
            }
            (Some(_), None) if right_open => {
                let id = self.inferred_side(Side::Right, symbol);
                sides.right = with_column(&sides.right, id);
                sides.keys.push(id);
            }
            (None, Some(other)) if left_open => {
                let id = self.inferred_side(Side::Left, symbol);
                self.side.note_reference(key, Reference::Column(id));
                sides.left = with_column(&sides.left, id);
                sides.keys.push(other);
            }
            (None, None) if left_open || right_open => {
                if left_open {
                    let id = self.inferred_side(Side::Left, symbol);
                    self.side.note_reference(key, Reference::Column(id));
                    sides.left = with_column(&sides.left, id);
                }
                if right_open {
                    let id = self.inferred_side(Side::Right, symbol);
                    sides.right = with_column(&sides.right, id);
                    sides.keys.push(id);
                }
            }
            (None, None) => {
                let left = sides.left.clone();
                self.with_rows(&left, |binder| binder.unknown_name(symbol, span));
            }
            (one, _) => {
                let text = self.name_of(symbol);
                // The side that has it may have it of an error alone, which was said where it was made.
                let present = one.or(other).map(|id| self.column(id));
                let is_misnamed = self.misnamed.contains_key(&symbol);
                if self.is_guessed(&text)
                    || present.is_some_and(|column| column.table.is_none() && is_misnamed)
                {
                    return;
                }
                let side = if one.is_some() { "right" } else { "left" };
                let rows = if one.is_some() { &sides.right } else { &sides.left };
                let known = self.suggestible(&rows.columns);
                let near =
                    crate::nearest::nearest(&text, known.iter().map(|name| &**name)).map(str::to_owned);
                let diagnostic = Diagnostic::new(
                    Code::JoinSides,
                    span,
                    format!("the {side} side of the join has no column `{text}`"),
                );
                let present = if one.is_some() { &sides.left } else { &sides.right };
                let is_common =
                    |near: &str| self.suggestible(&present.columns).iter().any(|name| **name == *near);
                self.report(match near {
                    Some(near) if is_common(&near) => diagnostic.with_help(format!("did you mean `{near}`?")),
                    Some(near) => {
                        let (left, right) = if one.is_some() { (&*text, &*near) } else { (&*near, &*text) };
                        diagnostic.with_help(format!("did you mean `$left.{left} == $right.{right}`?"))
                    }
                    None => {
                        diagnostic.with_help("columns of different names are matched so: $left.A == $right.B")
                    }
                });
            }
        }
    }

    /// `$left.a` or `$right.a`
    fn sided_key(&mut self, id: ExpressionId, side: &str, sides: &mut Sides) -> Option<ColumnId> {
        let tree = self.tree;
        let id = tree.unwrapped(id);
        if let ExpressionKind::Path { base, member } = tree.expression(id).kind
            && let ExpressionKind::Name(base) = tree.expression(base).kind
            && tree.name(base) == side
            && let ExpressionKind::Name(name) = tree.expression(member).kind
        {
            let symbol = self.declared_name(name);
            let rows = if side == "$left" { &mut sides.left } else { &mut sides.right };
            if let Some(found) = self.find(&rows.columns, symbol) {
                self.side.note_reference(member, Reference::Column(found));
                return Some(found);
            }
            if rows.open {
                let which = if side == "$left" { Side::Left } else { Side::Right };
                let id = self.inferred_side(which, symbol);
                let rows = if side == "$left" { &mut sides.left } else { &mut sides.right };
                self.side.note_reference(member, Reference::Column(id));
                *rows = with_column(rows, id);
                return Some(id);
            }
            let span = self.tree.name_span(name);
            let rows = rows.clone();
            self.with_rows(&rows, |binder| binder.unknown_name(symbol, span));
            return None;
        }
        let span = self.span(id);
        self.report(
            Diagnostic::new(
                Code::JoinSide,
                span,
                format!("a column of one side is expected here: {side}.Column"),
            )
            .with_help(
                "write $left.A == $right.B; a column of the same name on both sides stands alone: on A",
            ),
        );
        None
    }

    /// A column that one side of a join has, because the query says so.
    fn inferred_side(&mut self, side: Side, name: Symbol) -> ColumnId {
        let id = self.add_column(name, Type::Unknown, Vec::new());
        self.note_inferred(side, id);
        id
    }

    fn check_key_types(
        &mut self,
        key: ExpressionId,
        (one, one_span): (ColumnId, Span),
        (other, other_span): (ColumnId, Span),
    ) {
        let (left, right) = (self.column(one).kind, self.column(other).kind);
        let span = self.span(key);
        if left == Type::Unknown || right == Type::Unknown {
            return;
        }
        if left == Type::Dynamic || right == Type::Dynamic {
            let place = if left == Type::Dynamic { one_span } else { other_span };
            self.report(
                Diagnostic::new(Code::JoinTypes, place, "rows cannot be matched by a dynamic column")
                    .official_as("KS241")
                    .with_help("convert it with `extend` before the join: tostring(…)"),
            );
        } else if left != right && !(left.is_number() && right.is_number()) {
            self.report(
                Diagnostic::new(Code::JoinTypes, span, format!("{left:#} never matches {right:#}"))
                    .official_as("KS242")
                    .with_help("convert one of the two with `extend` before the join"),
            );
        }
    }
}

/// Both sides of a join while its condition is bound.
struct Sides {
    left: Rows,
    right: Rows,
    /// The columns of the right side that rows match by.
    keys: Vec<ColumnId>,
}

fn with_column(rows: &Rows, id: ColumnId) -> Rows {
    let mut columns = rows.columns.to_vec();
    columns.push(id);
    Rows::new(columns, rows.open)
}
