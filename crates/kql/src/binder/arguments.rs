//! What is wrong with the arguments of a call, beside their number and their types.

use super::call::Argument;
use super::signature::takes_type;
use super::{Binder, Reference, Value};
use crate::builtins::{Builtin, Takes};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::token::Span;
use crate::tree::{ExpressionId, ExpressionKind, LiteralKind, Node};
use crate::types::Type;

impl Binder<'_> {
    pub(super) fn check_catalog_type(&mut self, wanted: Type, argument: &Argument) {
        let kind = argument.kind();
        // A type that could not be read is wrong where it stands.
        if wanted == Type::Unknown {
            return;
        }
        // A number is converted to the number that is wanted.
        let fits = takes_type(&Takes::Types(vec![wanted]), kind) || (wanted.is_number() && kind.is_number());
        if !fits {
            let span = self.span(argument.id);
            let message = format!("{wanted:#} is expected here, and this is {kind:#}");
            self.report(Diagnostic { official: None, ..Diagnostic::new(Code::ArgumentType, span, message) });
        }
    }

    /// An argument by the name of a parameter that the function does not have.
    pub(super) fn no_parameter(
        &mut self,
        function: &str,
        name: &str,
        known: &[&str],
        argument: ExpressionId,
    ) {
        let ExpressionKind::Named { names, .. } = &self.tree.expression(argument).kind else {
            return;
        };
        let Some(span) = names.first().map(|name| self.tree.name_span(*name)) else {
            return;
        };
        let diagnostic =
            Diagnostic::new(Code::UnknownName, span, format!("`{function}` has no parameter `{name}`"))
                .official_as("KS196");
        self.report(match nearest(name, known.iter().copied()) {
            Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
            None => diagnostic.with_help(format!("its parameters are {}", known.join(", "))),
        });
    }

    /// Arguments that have to be known before the query runs, and so are of no column.
    pub(super) fn check_constants(&mut self, builtin: &Builtin, arguments: &[Argument]) {
        let Some(signature) = builtin.signatures.first() else { return };
        for (at, argument) in arguments.iter().enumerate() {
            let Some(parameter) = signature.parameter(at, arguments.len()) else { continue };
            if parameter.is_column
                && !argument.is_star
                && matches!(&argument.value, Value::Scalar(scalar) if scalar.column.is_none() && scalar.kind != Type::Unknown)
            {
                let span = self.span(argument.id);
                let message = format!("`{}` takes a column, and this is another expression", builtin.name);
                self.report(
                    Diagnostic::new(Code::NotColumn, span, message)
                        .with_help("compute it with `extend` before"),
                );
            }
            let wants = parameter.is_constant;
            let kind = &self.tree.expression(argument.id).kind;
            if parameter.is_literal
                && argument.name.is_none()
                && !matches!(kind, ExpressionKind::Literal(_))
                && matches!(argument.kind(), Type::String)
            {
                let span = self.span(argument.id);
                let message = "a text in quotes is expected here, and no other expression";
                self.report(Diagnostic::new(Code::ArgumentType, span, message).official_as("KS131"));
            }
            if wants && self.reads_columns(argument.id) {
                let span = self.span(argument.id);
                let message = match kind {
                    ExpressionKind::Name(_) => "a constant is expected here, and this is a column",
                    _ => "a constant is expected here, and this is made of a column",
                };
                self.report(Diagnostic::new(Code::ArgumentType, span, message).official_as("KS129"));
            }
        }
        if let ("datetime_diff" | "datetime_part" | "datetime_add", Some(part)) =
            (builtin.name, arguments.first())
        {
            self.check_date_part(part);
        }
    }

    /// Whether the value of an expression is another for each row: whether columns are read in it, but for those of
    /// queries within it.
    fn reads_columns(&self, id: ExpressionId) -> bool {
        let mut open = vec![Node::Expression(id)];
        while let Some(node) = open.pop() {
            if let Node::Expression(id) = node {
                match self.tree.expression(id).kind {
                    ExpressionKind::ToScalar(_)
                    | ExpressionKind::Pipe { .. }
                    | ExpressionKind::Operator(_) => continue,
                    ExpressionKind::Name(_) if matches!(self.side.refers_to(id), Reference::Column(_)) => {
                        return true;
                    }
                    _ => {}
                }
            }
            open.extend(self.tree.children(node));
        }
        false
    }

    /// The part of a date that a function names by a text.
    fn check_date_part(&mut self, argument: &Argument) {
        const PARTS: &[&str] = &[
            "year",
            "quarter",
            "month",
            "week",
            "week_of_year",
            "day",
            "dayofyear",
            "hour",
            "minute",
            "second",
            "millisecond",
            "microsecond",
            "nanosecond",
        ];
        let (ExpressionKind::Literal(LiteralKind::String), Some(text)) =
            (&self.tree.expression(argument.id).kind, argument.text())
        else {
            return;
        };
        if !PARTS.iter().any(|part| part.eq_ignore_ascii_case(&text)) {
            let span = self.span(argument.id);
            let diagnostic = Diagnostic::new(Code::WrongType, span, format!("`{text}` is no part of a date"))
                .official_as("KS140");
            self.report(match nearest(&text, PARTS.iter().copied()) {
                Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
                None => diagnostic.with_help(format!("the parts are {}", PARTS.join(", "))),
            });
        }
    }

    pub(super) fn no_signature(&mut self, builtin: &Builtin, arguments: &[Argument], span: Span) {
        let kinds: Vec<&str> = arguments.iter().map(|argument| argument.kind().as_str()).collect();
        let (name, kinds) = (builtin.name, kinds.join(", "));
        let message = format!("`{name}` takes no arguments of the types ({kinds})");
        self.error(Code::NoSignature, span, message);
    }

    /// What no catalog here knows: a cluster, a database, a table outside.
    pub(super) fn unknown_place(&mut self, arguments: &[Argument], what: &str, official: &'static str) {
        if let Some(argument) = arguments.first()
            && let Some(text) = argument.text()
        {
            let span = self.span(argument.id);
            let message = format!("nothing is known of the {what} `{text}`");
            self.report(Diagnostic::new(Code::UnknownTable, span, message).official_as(official));
        }
    }
}
