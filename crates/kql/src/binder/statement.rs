//! Statements: what `let` and its like bind, and the query's own functions.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::definition::{Definition, Variable};
use super::side::{BodyId, SideTables, VariableId};
use super::{Binder, Bound, MAX_REBOUND_NODES, Rows, Scalar, Symbol, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::{Span, Token, TokenKind};
use crate::tree::{
    Column, ColumnType, ExpressionId, FunctionBody, FunctionParameter, Name, ParameterType, StatementId,
    StatementKind,
};
use crate::types::Type;

/// A name that the query binds.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) name: Symbol,
    pub(super) variable: VariableId,
    pub(super) meaning: Meaning,
}

/// What a name is bound to.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    Scalar(Scalar),
    Table(Rows),
    Function(Rc<LetFunction>),
    /// A graph, a database, what an error left.
    Other(Value),
}

/// A function that the query declares.
#[derive(Debug)]
pub(super) struct LetFunction {
    statement: StatementId,
    /// Whether it is a view, which is among the tables.
    pub(super) view: bool,
    pub(super) name: Symbol,
    pub(super) parameters: Vec<Formal>,
    /// How many locals were there when it was declared: what its body sees.
    seen: usize,
    /// What a call gives, as far as the declaration says.
    pub(super) result: Value,
    /// The body as it is declared.
    pub(super) declared: BodyId,
    /// Calls that say more, by what they give: one of the same columns and texts is bound once.
    calls: RefCell<HashMap<Given, (BodyId, Value)>>,
    /// How many columns without a name the body as declared makes. They are counted where it is called first.
    nameless: Cell<usize>,
}

/// What a call gives a function: tables and known texts, by the place of their parameters.
type Given = (Vec<(usize, Rows)>, Vec<(usize, Arc<str>)>);

/// A parameter of a function of the query.
#[derive(Debug, Clone)]
pub(super) struct Formal {
    pub(super) name: Symbol,
    written: Name,
    pub(super) takes: FormalType,
    pub(super) has_default: bool,
}

#[derive(Debug, Clone)]
pub(super) enum FormalType {
    Scalar(Type),
    Table(Rows),
}

impl LetFunction {
    /// How many arguments have to be given.
    pub(super) fn required(&self) -> usize {
        self.parameters.iter().filter(|parameter| !parameter.has_default).count()
    }

    fn takes_tables(&self) -> bool {
        self.parameters.iter().any(|parameter| matches!(parameter.takes, FormalType::Table(_)))
    }
}

impl Binder<'_> {
    /// Binds statements in order; gives what the last query among them gives.
    pub(super) fn statements(&mut self, statements: &[StatementId]) -> Option<Value> {
        let mut value = None;
        for id in statements {
            let broken = self.syntax.has_statement(*id);
            let outer = std::mem::replace(&mut self.broken, broken);
            match self.statement_kind(*id) {
                StatementKind::Query(expression) => {
                    value = Some(self.without_rows(|binder| binder.value(*expression)))
                }
                StatementKind::Let { name, value } => {
                    let value = self.without_rows(|binder| binder.value(*value));
                    let meaning = match value {
                        Value::Scalar(scalar) => {
                            Meaning::Scalar(Scalar { column: None, from: Vec::new(), ..scalar })
                        }
                        Value::Table(rows) => Meaning::Table(rows),
                        other => Meaning::Other(other),
                    };
                    let meaning = if broken { Meaning::Other(Value::Error) } else { meaning };
                    self.bind(*name, meaning, Definition::Let(*id));
                }
                StatementKind::LetFunction { name, view, parameters, body } => {
                    // Its body refers to parameters that may be lost.
                    let lost_names = self.lost_names;
                    self.lost_names |= broken;
                    self.let_function((*id, *view), *name, parameters, body);
                    self.lost_names = lost_names;
                    if broken && let Some(function) = self.locals.last_mut() {
                        function.meaning = Meaning::Other(Value::Error);
                    }
                }
                StatementKind::DeclareParameters(parameters) => {
                    for (position, parameter) in parameters.iter().enumerate() {
                        let meaning = self.parameter_meaning(parameter);
                        let definition = Definition::Parameter { statement: *id, position };
                        self.bind(parameter.name, meaning, definition);
                    }
                }
                // A pattern is declared as often as it is written.
                StatementKind::DeclarePattern { name, .. }
                    if self.locals[self.block..].iter().any(|local| {
                        matches!(local.meaning, Meaning::Other(Value::Elsewhere))
                            && *self.name_of(local.name) == *self.tree.name(*name)
                    }) => {}
                StatementKind::DeclarePattern { name, .. } | StatementKind::Alias { name, .. } => {
                    self.bind(*name, Meaning::Other(Value::Elsewhere), Definition::Statement(*id));
                }
                StatementKind::Set { .. } | StatementKind::Restrict(_) | StatementKind::Bad => {}
            }
            self.broken = outer;
            // Something that binds a name may have been meant.
            self.lost_names |= broken
                && !matches!(
                    self.statement_kind(*id),
                    StatementKind::Let { .. } | StatementKind::LetFunction { .. }
                );
        }
        value
    }

    fn bind(&mut self, name: Name, meaning: Meaning, definition: Definition) {
        let symbol = self.declared_name(name);
        if self.locals[self.block..].iter().any(|local| local.name == symbol) {
            let span = self.tree.name_span(name);
            let text = self.name_of(symbol);
            self.error(Code::DuplicateVariable, span, format!("`{text}` is declared already"));
        }
        let local = self.new_local(name, meaning, definition);
        self.locals.push(local);
    }

    /// Binds a name in a stage, as `as` does, whether or not it is bound already.
    pub(super) fn bind_anew(&mut self, name: Name, meaning: Meaning) {
        let definition = self.stage.map_or(Definition::Unknown, Definition::Operator);
        let local = self.new_local(name, meaning, definition);
        self.locals.push(local);
    }

    fn new_local(&mut self, name: Name, meaning: Meaning, definition: Definition) -> Local {
        let symbol = self.declared_name(name);
        let variable = VariableId(self.variables.len() as u32);
        self.variables.push(Variable { name: symbol, place: self.tree.name_span(name), definition });
        self.side.note_binding(name, variable);
        Local { name: symbol, variable, meaning }
    }

    /// The meaning of a name among what the query binds, innermost first.
    pub(super) fn local(&self, name: Symbol) -> Option<&Local> {
        self.locals.iter().rev().find(|local| local.name == name)
    }

    pub(super) fn type_named(&self, kind: ColumnType) -> Type {
        Type::from_name(self.tree.text(kind.tokens)).unwrap_or(Type::Unknown)
    }

    /// The type that `typeof` names; a word that is none is reported.
    pub(super) fn check_type_word(&mut self, kind: ColumnType) -> Type {
        let (text, span) = (self.tree.text(kind.tokens).to_owned(), self.tree.span(kind.tokens));
        if !text.is_empty() && !crate::parser::is_type(&text) {
            self.report(
                Diagnostic::new(Code::UnknownType, span, format!("`{text}` is no type"))
                    .with_help(crate::parser::type_advice(&text)),
            );
        }
        self.type_named(kind)
    }

    /// Columns as `datatable` and its like declare them.
    pub(super) fn declared_rows(&mut self, columns: &[Column], open: bool) -> Rows {
        let mut ids = Vec::new();
        for column in columns {
            let name = self.declared_name(column.name);
            let kind = self.type_named(column.kind);
            if self.find(&ids, name).is_some() {
                let span = self.tree.name_span(column.name);
                let text = self.name_of(name);
                self.error(Code::DuplicateColumn, span, format!("there is a column `{text}` already"));
                continue;
            }
            ids.push(self.add_column(name, kind, Vec::new()));
        }
        Rows::new(ids, open)
    }

    fn parameter_meaning(&mut self, parameter: &FunctionParameter) -> Meaning {
        match &parameter.kind {
            ParameterType::Scalar(kind) => Meaning::Scalar(Scalar::of(self.type_named(*kind))),
            ParameterType::Table(columns) => Meaning::Table(self.declared_rows(columns, self.broken)),
            ParameterType::AnyTable => Meaning::Table(Rows::default()),
        }
    }

    fn let_function(
        &mut self,
        (statement, view): (StatementId, bool),
        name: Name,
        parameters: &[FunctionParameter],
        body: &FunctionBody,
    ) {
        let seen = self.locals.len();
        let mut formals = Vec::new();
        let mut given = Vec::new();
        for (position, parameter) in parameters.iter().enumerate() {
            let meaning = self.parameter_meaning(parameter);
            let written = parameter.name;
            let name = self.declared_name(written);
            let takes = match &meaning {
                Meaning::Table(rows) => FormalType::Table(rows.clone()),
                Meaning::Scalar(scalar) => FormalType::Scalar(scalar.kind),
                _ => FormalType::Scalar(Type::Unknown),
            };
            if matches!(&parameter.kind, ParameterType::Table(columns) if columns.is_empty()) && !self.broken
            {
                let span = self.brackets_behind(written);
                self.report(
                    Diagnostic::new(Code::Expected, span, "the columns of the table are expected here")
                        .official_as("KS220")
                        .with_help("a table with any columns is (*)"),
                );
            }
            if matches!(takes, FormalType::Table(_))
                && formals.iter().any(|formal: &Formal| matches!(formal.takes, FormalType::Scalar(_)))
            {
                let span = self.tree.name_span(parameter.name);
                self.error(
                    Code::ParameterOrder,
                    span,
                    "a table stands before the scalars among the parameters",
                );
            }
            formals.push(Formal { name, written, takes, has_default: parameter.default.is_some() });
            given.push(self.new_local(written, meaning, Definition::Parameter { statement, position }));
        }
        let declared = self.add_body(self.side_at, Some(statement), &given);
        self.side.note_declared(statement, declared);
        let before = self.nameless;
        let result = self.function_result(body, given);
        let nameless = Cell::new(self.nameless - before);
        self.nameless = before;
        let symbol = self.declared_name(name);
        let calls = RefCell::default();
        let function = LetFunction {
            statement,
            view,
            name: symbol,
            parameters: formals,
            seen,
            result,
            declared,
            calls,
            nameless,
        };
        self.bind(name, Meaning::Function(Rc::new(function)), Definition::Function(statement));
    }

    /// Where the brackets behind a name are.
    fn brackets_behind(&self, name: Name) -> Span {
        let behind = self.tree.tokens.get(name.tokens.end as usize..).unwrap_or(&[]);
        let is_open = |token: &&Token| token.kind == TokenKind::OpenParen;
        let is_close = |token: &&Token| token.kind == TokenKind::CloseParen;
        match (behind.iter().find(is_open), behind.iter().find(is_close)) {
            (Some(open), Some(close)) => open.span.to(close.span),
            _ => self.tree.name_span(name),
        }
    }

    /// Binds a function's body with what its parameters are given.
    fn function_result(&mut self, body: &FunctionBody, given: Vec<Local>) -> Value {
        let outer = self.locals.len();
        let block = std::mem::replace(&mut self.block, outer);
        self.locals.extend(given);
        let value = self.deeper(|binder| binder.statements(&body.statements)).flatten();
        self.locals.truncate(outer);
        self.block = block;
        value.unwrap_or(Value::Error)
    }

    /// What a call of a function of the query gives. What is wrong with its body was said where it was declared; where
    /// its result depends on what it is given (a table, or the name of one), the body is bound again, in silence, with side
    /// tables of its own.
    pub(super) fn let_call(
        &mut self,
        id: ExpressionId,
        function: &Rc<LetFunction>,
        tables: &[(usize, Rows)],
        texts: &[(usize, Arc<str>)],
    ) -> Value {
        let may_be_named = !texts.is_empty() && matches!(&function.result, Value::Table(rows) if rows.open);
        if !function.takes_tables() && !may_be_named {
            self.side.note_call(id, function.declared);
            self.nameless += function.nameless.take();
            return function.result.clone();
        }
        let key = (tables.to_vec(), texts.to_vec());
        if let Some((body, value)) = function.calls.borrow().get(&key) {
            self.side.note_call(id, *body);
            return value.clone();
        }
        let StatementKind::LetFunction { body, .. } = self.statement_kind(function.statement) else {
            return Value::Error;
        };
        self.rebound += body.expressions.len() as u32;
        if self.rebound > MAX_REBOUND_NODES {
            return Value::Table(Rows::unknown());
        }
        let meanings = function.parameters.iter().enumerate().map(|(at, formal)| {
            let table = tables.iter().find(|(place, _)| *place == at);
            let meaning = match (&formal.takes, table) {
                (FormalType::Table(_), Some((_, rows))) => Meaning::Table(rows.clone()),
                (FormalType::Table(rows), None) => Meaning::Table(Rows { open: true, ..rows.clone() }),
                (FormalType::Scalar(kind), _) => {
                    let text = texts.iter().find(|(place, _)| *place == at).map(|(_, text)| Arc::clone(text));
                    Meaning::Scalar(Scalar { text, ..Scalar::of(*kind) })
                }
            };
            (formal.written, meaning)
        });
        let meanings: Vec<(Name, Meaning)> = meanings.collect();
        let slot = self.sides.len();
        self.sides.push(SideTables::default());
        let side = std::mem::replace(&mut self.side, SideTables::of_body(body));
        let side_at = std::mem::replace(&mut self.side_at, slot);
        let statement = function.statement;
        let given = meanings.into_iter().enumerate().map(|(position, (name, meaning))| {
            self.new_local(name, meaning, Definition::Parameter { statement, position })
        });
        let given: Vec<Local> = given.collect();
        let bound = self.add_body(slot, Some(function.statement), &given);
        // The body sees what was bound when it was declared, not what has been since.
        let later = self.locals.split_off(function.seen.min(self.locals.len()));
        let block = self.block;
        self.quiet += 1;
        let value = self.function_result(body, given);
        self.quiet -= 1;
        self.block = block;
        self.locals.extend(later);
        self.side.finish();
        self.sides[slot] = std::mem::replace(&mut self.side, side);
        self.side_at = side_at;
        self.side.note_call(id, bound);
        function.calls.borrow_mut().insert(key, (bound, value.clone()));
        value
    }

    fn add_body(&mut self, side: usize, function: Option<StatementId>, given: &[Local]) -> BodyId {
        let parameters = given.iter().map(|local| local.variable).collect();
        let id = BodyId::new(self.bodies.len());
        self.bodies.push(Bound { side, function, parameters });
        id
    }

    /// Binds a name to a table from here on, as `as` does.
    pub(super) fn bind_table(&mut self, name: Name, rows: Rows) {
        self.bind_anew(name, Meaning::Table(rows));
    }
}
