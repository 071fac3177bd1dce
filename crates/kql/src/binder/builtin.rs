//! Calls of the language's own functions: which signature is meant, what is wrong with the arguments, what is returned.

use std::sync::Arc;

use super::call::Argument;
use super::signature::{common_type, count_text, describe, fits, misshapen, returned_shape, takes_argument};
use super::statement::{Local, Meaning};
use super::{Binder, ColumnId, Reference, Rows, Scalar, Shape, Value};
use crate::builtins::{Builtin, Returns, Signature, Takes};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::Span;
use crate::tree::{ExpressionId, ExpressionKind, LiteralKind};
use crate::types::Type;

/// Functions whose result is the column that they convert, where that has the type already.
const CONVERSIONS: &[&str] = &[
    "tobool",
    "toboolean",
    "todatetime",
    "todecimal",
    "todouble",
    "todynamic",
    "toguid",
    "toint",
    "tolong",
    "toreal",
    "tostring",
    "totimespan",
];

/// Of how many literals a constant may be put together to be followed.
const MOST_PARTS: usize = 256;

impl Binder<'_> {
    /// Functions that no signature describes.
    pub(super) fn special_call(
        &mut self,
        id: ExpressionId,
        name: &str,
        arguments: &[Argument],
        span: Span,
    ) -> Option<Value> {
        self.side.note_reference(id, Reference::Builtin);
        match name {
            "table" if arguments.is_empty() => None,
            "table" => {
                let Some(text) = arguments.first().and_then(Argument::text) else {
                    return Some(Value::Table(Rows::unknown()));
                };
                let symbol = self.symbol(&text);
                if let Some(Local { meaning: Meaning::Table(rows), variable, .. }) =
                    self.local(symbol).cloned()
                {
                    self.side.note_reference(id, Reference::Variable(variable));
                    return Some(Value::Table(rows));
                }
                if let Some(rows) = self.catalog_table(symbol) {
                    return Some(Value::Table(rows));
                }
                let place = arguments.first().map_or(span, |argument| self.span(argument.id));
                self.unknown_table(&text, place);
                Some(Value::Table(Rows::unknown()))
            }
            "cluster" => {
                self.side.note_reference(id, Reference::Place);
                self.unknown_place(arguments, "cluster", "KS207");
                Some(Value::Elsewhere)
            }
            "database" => {
                self.side.note_reference(id, Reference::Place);
                self.unknown_place(arguments, "database", "KS208");
                Some(Value::Elsewhere)
            }
            _ if self.catalog.is_place(name) => {
                self.side.note_reference(id, Reference::Place);
                Some(Value::Elsewhere)
            }
            "external_table" | "materialized_view" | "stored_query_result" => {
                let (what, official) = match name {
                    "external_table" => ("external table", "KS209"),
                    "materialized_view" => ("materialized view", "KS210"),
                    _ => ("stored query result", "KS248"),
                };
                self.unknown_place(arguments, what, official);
                Some(Value::Table(Rows::unknown()))
            }
            "graph" => {
                // No catalog knows graphs.
                let message = "there is no graph of that name";
                self.report(Diagnostic::new(Code::UnknownTable, span, message).official_as("KS260"));
                Some(Value::Graph(Arc::default()))
            }
            "entity_group" => Some(Value::Other),
            "column_ifexists" | "columnifexists" => self.column_if_exists(arguments),
            _ => None,
        }
    }

    /// `column_ifexists("a", 1)`: the column where it is, the default where it is not.
    fn column_if_exists(&mut self, arguments: &[Argument]) -> Option<Value> {
        let [name, default] = arguments else { return None };
        let text = name.text()?;
        let symbol = self.symbol(&text);
        let context = self.contexts.last()?;
        // Whichever it is, the type is that of the default for the official library. For the service it is the column's:
        // of a dynamic column, `""` behind it or not, members are taken.
        let (from, shape) = match self.find(&context.columns, symbol) {
            Some(id) if matches!(self.column(id).kind, Type::Dynamic | Type::Unknown) => {
                (vec![id], Shape::Undecided)
            }
            Some(id) => (vec![id], Shape::Any),
            None if context.open => (default.from(), Shape::Undecided),
            None => (default.from(), Shape::Any),
        };
        Some(Value::Scalar(Scalar { from, shape, ..Scalar::of(default.kind()) }))
    }

    /// Which of its signatures a call of a function means, where it has several.
    pub(super) fn note_overload(&mut self, id: ExpressionId, builtin: &Builtin, meant: Option<&Signature>) {
        if builtin.signatures.len() > 1
            && let Some(meant) = meant
            && let Some(at) = builtin.signatures.iter().position(|known| std::ptr::eq(known, meant))
        {
            self.side.note_overload(id, at as u16);
        }
    }

    pub(super) fn builtin_call(
        &mut self,
        builtin: &Builtin,
        id: ExpressionId,
        arguments: &[Argument],
        span: Span,
    ) -> Value {
        let signature = self.check_arguments(builtin, arguments, span);
        self.note_overload(id, builtin, signature);
        self.check_constants(builtin, arguments);
        self.check_regex_argument(builtin.name, arguments);
        let from: Vec<ColumnId> = arguments.iter().flat_map(Argument::from).collect();
        if let Some(value) = self.series_call(builtin.name, arguments, &from) {
            return value;
        }
        let Some(signature) = signature else {
            let kind = self.vague_type(builtin);
            return Value::Scalar(Scalar { from, ..Scalar::of(kind) });
        };
        let kind = self.returned_type(signature, arguments, span);
        if signature.returns == Returns::Tabular {
            return Value::Table(Rows::unknown());
        }
        let mut scalar = Scalar {
            from,
            shape: returned_shape(builtin.name, Some(signature), arguments),
            ..Scalar::of(kind)
        };
        if builtin.name == "strcat" {
            let parts: Option<Vec<_>> = arguments.iter().map(Argument::written).collect();
            // Constants that are put together of one another would double at each step.
            scalar.written = parts
                .filter(|parts| parts.iter().map(|part| part.len()).sum::<usize>() <= MOST_PARTS)
                .map(|parts| parts.iter().flat_map(|part| part.iter().copied()).collect());
        }
        if let [argument] = arguments
            && CONVERSIONS.contains(&builtin.name)
            && let Value::Scalar(Scalar { column: Some(column), .. }) = argument.value
            && self.column(column).kind == kind
            && matches!(self.tree.expression(argument.id).kind, ExpressionKind::Name(_))
        {
            scalar.column = Some(column);
        }
        Value::Scalar(scalar)
    }

    /// The signature that fits the arguments; where none does, what is wrong is reported.
    pub(super) fn check_arguments<'b>(
        &mut self,
        builtin: &'b Builtin,
        arguments: &[Argument],
        span: Span,
    ) -> Option<&'b Signature> {
        let given = arguments.len();
        for (at, argument) in arguments.iter().enumerate() {
            let is_table = matches!(argument.value, Value::Table(_));
            let parameter = builtin.signatures.first().and_then(|signature| signature.parameter(at, given));
            match parameter.filter(|_| is_table).map(|parameter| &parameter.takes) {
                None | Some(Takes::Table | Takes::Anything) => {}
                Some(Takes::Types(_)) => {
                    let span = self.span(argument.id);
                    self.error(
                        Code::ArgumentType,
                        span,
                        "a single value is expected here, and this is a table",
                    );
                }
                Some(_) => {
                    self.scalar_of(argument.value.clone(), argument.id);
                }
            }
        }
        let counted: Vec<&Signature> = builtin
            .signatures
            .iter()
            .filter(|signature| {
                let (least, most) = signature.arity();
                (least..=most).contains(&given)
            })
            .collect();
        if builtin.name == "case" && given > 3 && given.is_multiple_of(2) {
            let message = "`case` takes pairs of a condition and a value, and one value behind them";
            self.report(Diagnostic::new(Code::ArgumentCount, span, message).official_as("KS121"));
        }
        if matches!(builtin.name, "bag_pack" | "pack") && given > 1 && !given.is_multiple_of(2) {
            let message = format!("`{}` takes pairs of a name and a value", builtin.name);
            self.report(Diagnostic::new(Code::ArgumentCount, span, message).official_as("KS121"));
            return builtin.signatures.first();
        }
        if counted.is_empty() {
            if builtin.signatures.len() > 1 {
                // Which of the signatures is meant, the arguments say, where they are known.
                if arguments.iter().any(|argument| argument.is_vague() || argument.is_star) {
                    return None;
                }
                let best =
                    builtin.signatures.iter().min_by_key(|signature| self.misfits(signature, arguments))?;
                if self.misfits(best, arguments) > 0 {
                    self.no_signature(builtin, arguments, span);
                    return None;
                }
            }
            let least = builtin.signatures.iter().map(|signature| signature.arity().0).min().unwrap_or(0);
            let most = builtin.signatures.iter().map(|signature| signature.arity().1).max().unwrap_or(0);
            let wanted = count_text(least, most);
            let name = builtin.name;
            self.error(
                Code::ArgumentCount,
                span,
                format!("`{name}` takes {wanted}, and this call has {given}"),
            );
            return None;
        }
        let fitting: Vec<&Signature> =
            counted.iter().copied().filter(|signature| self.misfits(signature, arguments) == 0).collect();
        if let Some((signature, others)) = fitting.split_first() {
            self.check_shapes(builtin, signature, arguments);
            // What is not known fits everything, and then what comes of it is not known either.
            let is_vague = arguments.iter().any(Argument::is_vague);
            if is_vague && others.iter().any(|other| other.returns != signature.returns) {
                return None;
            }
            return Some(signature);
        }
        let best = counted.iter().copied().min_by_key(|signature| self.misfits(signature, arguments))?;
        let fewest = self.misfits(best, arguments);
        let tied = counted.iter().filter(|signature| self.misfits(signature, arguments) == fewest).count();
        if tied > 1 && counted.len() > 1 {
            if arguments.iter().any(Argument::is_vague) {
                return None;
            }
            self.no_signature(builtin, arguments, span);
            return Some(best);
        }
        for (at, argument) in arguments.iter().enumerate() {
            if matches!(builtin.name, "todynamic" | "toobject") && argument.kind() == Type::Dynamic {
                let message = format!("this is dynamic already, and `{}` reads a text", builtin.name);
                let diagnostic = Diagnostic::new(Code::AlreadyDynamic, self.span(argument.id), message);
                self.report(diagnostic.official_as("KS107").with_help("leave the call out"));
            } else if let Some(parameter) = best.parameter(at, given) {
                self.check_type(&parameter.takes, argument);
            }
        }
        Some(best)
    }

    /// The type of a call whose arguments say too little: what all signatures return, if they agree.
    pub(super) fn vague_type(&self, builtin: &Builtin) -> Type {
        let mut returns = builtin.signatures.iter().map(|signature| signature.returns);
        match returns.next() {
            Some(Returns::Declared(kind)) if returns.all(|other| other == Returns::Declared(kind)) => kind,
            _ => Type::Unknown,
        }
    }

    fn misfits(&self, signature: &Signature, arguments: &[Argument]) -> usize {
        let given = arguments.len();
        arguments
            .iter()
            .enumerate()
            .filter(|(at, argument)| {
                signature.parameter(*at, given).is_some_and(|parameter| !fits(parameter, argument))
            })
            .count()
    }

    /// Warns of dynamic values that are not what their parameters take. The service calls the function all the same, and
    /// gives a missing value.
    fn check_shapes(&mut self, builtin: &Builtin, signature: &Signature, arguments: &[Argument]) {
        for (at, argument) in arguments.iter().enumerate() {
            let parameter = signature.parameter(at, arguments.len());
            // Arrays that are sorted together.
            let parameter = parameter.or_else(|| signature.parameters.first().filter(|_| at == 0));
            let Some((wanted, official)) =
                parameter.and_then(|parameter| misshapen(&parameter.takes, argument))
            else {
                continue;
            };
            let found = match &argument.value {
                Value::Scalar(Scalar { shape: Shape::Bag, .. }) => "a property bag",
                Value::Scalar(Scalar { shape: Shape::Array { .. }, .. }) => "an array",
                _ => "a single value",
            };
            let span = self.span(argument.id);
            let message = format!("`{}` takes {wanted}, and this is {found}", builtin.name);
            self.report(
                Diagnostic::new(Code::WrongShape, span, message)
                    .official_as(official)
                    .with_help("the result is null for every row"),
            );
        }
    }

    /// Reports an argument that is not what its parameter takes.
    pub(super) fn check_type(&mut self, takes: &Takes, argument: &Argument) {
        if !matches!(takes, Takes::Table | Takes::Anything) {
            self.scalar_of(argument.value.clone(), argument.id);
        }
        let kind = argument.kind();
        if argument.is_star || takes_argument(takes, argument) {
            return;
        }
        let span = self.span(argument.id);
        let (wanted, official) = describe(takes);
        let diagnostic = Diagnostic::new(
            Code::ArgumentType,
            span,
            format!("{wanted} is expected here, and this is {kind:#}"),
        )
        .official_as(official);
        let advice = match (takes, kind) {
            (Takes::Types(types), Type::String | Type::Dynamic) => {
                types.first().map(|wanted| format!("convert it: to{wanted}(…)"))
            }
            (Takes::Array | Takes::Bag, Type::String) => {
                Some("a text that holds JSON is read with parse_json(…)".to_owned())
            }
            (Takes::StringOrDynamic | Takes::StringOrArray, _) => Some("convert it: tostring(…)".to_owned()),
            _ => None,
        };
        self.report(match advice {
            Some(advice) => diagnostic.with_help(advice),
            None => diagnostic,
        });
    }

    /// The type that a call returns.
    pub(super) fn returned_type(
        &mut self,
        signature: &Signature,
        arguments: &[Argument],
        span: Span,
    ) -> Type {
        let kind = |at: usize| arguments.get(at).map_or(Type::Unknown, Argument::kind);
        match signature.returns {
            Returns::Declared(kind) => kind,
            Returns::Argument(at) => kind(at),
            Returns::Promoted => match kind(0) {
                Type::Int => Type::Long,
                other => other,
            },
            Returns::Array => Type::Dynamic,
            Returns::Literal(at) => {
                let argument = match at {
                    Some(at) => arguments.get(at),
                    None => arguments.last(),
                };
                argument.map_or(Type::Unknown, |argument| self.literal_type(argument.id))
            }
            Returns::Widest => arguments
                .iter()
                .map(Argument::kind)
                .reduce(|one, other| match (one, other) {
                    (Type::Unknown, _) | (_, Type::Unknown) => Type::Unknown,
                    (Type::Int, Type::Int) => Type::Long,
                    _ if one.is_number() && other.is_number() => one.widest(other),
                    _ => one,
                })
                .map_or(Type::Unknown, |kind| if kind == Type::Int { Type::Long } else { kind }),
            Returns::Common | Returns::CommonNotDynamic => {
                let given = arguments.len();
                let kinds: Vec<Type> = arguments
                    .iter()
                    .enumerate()
                    .filter(|(at, argument)| {
                        signature.parameter(*at, given).is_some_and(|parameter| match parameter.takes {
                            Takes::CommonScalar | Takes::CommonScalarOrDynamic => true,
                            // What has no order is wrong by itself.
                            Takes::CommonOrderable => takes_argument(&parameter.takes, argument),
                            _ => false,
                        })
                    })
                    .map(|(_, argument)| argument.kind())
                    .collect();
                let or_dynamic = signature.returns == Returns::CommonNotDynamic;
                match common_type(&kinds, or_dynamic) {
                    Some(kind) => kind,
                    None if or_dynamic => Type::Dynamic,
                    None => {
                        self.error(Code::NoCommonType, span, "the arguments have no type in common");
                        Type::Unknown
                    }
                }
            }
            // `bin_auto` rounds what it is given; the others build dynamic values.
            Returns::Custom => match signature.parameters.as_slice() {
                [only] if only.takes == Takes::Summable => kind(0),
                _ => Type::Dynamic,
            },
            Returns::Tabular => Type::Unknown,
        }
    }

    /// The type that `typeof(…)` names.
    fn literal_type(&self, id: ExpressionId) -> Type {
        match &self.tree.expression(id).kind {
            ExpressionKind::TypeOf(columns) => match columns.as_slice() {
                [column] => self.type_named(column.kind),
                _ => Type::Unknown,
            },
            ExpressionKind::Literal(LiteralKind::String) => {
                self.tree.string(id).and_then(|text| Type::from_name(&text)).unwrap_or(Type::Unknown)
            }
            _ => Type::Unknown,
        }
    }
}
