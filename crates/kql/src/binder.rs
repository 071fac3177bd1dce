//! From a tree to meaning: what every name refers to, what type every value has, which columns every stage gives.
//!
//! A query is bound in one walk. Rows are lists of column ids; a column knows its name, its type and the columns that it
//! was made of, which is its lineage. What is not known is [`Type::Unknown`] or an open table, and goes with everything:
//! an error is said where it is made and nowhere else.

mod aggregate;
mod analysis;
mod arguments;
mod arithmetic;
mod builtin;
mod call;
mod columns;
mod comparison;
mod definition;
mod expression;
mod graph;
mod join;
mod name;
mod operator;
mod parameters;
mod plugin;
mod projection;
mod regex;
mod rows;
mod search;
mod side;
mod signature;
mod source;
mod statement;
mod unfold;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::parser::{Broken, Parsed};
use crate::token::Span;
use crate::tree::{ExpressionId, OperatorId, StatementId, Tree};
use crate::types::Type;

use analysis::Bound;
pub use analysis::{Analysis, Body, QueryResult, ResultColumn};
pub(crate) use call::is_graph_function;
use definition::Variable;
pub use definition::{ColumnOrigin, Definition};
pub(crate) use plugin::takes_foreign;
pub use rows::{Column, ColumnId, Rows};
pub(crate) use rows::{Shape, Symbol};
pub(crate) use side::Side;
use side::SideTables;
pub use side::{BodyId, Reference, VariableId};
use statement::{Local, Meaning};

/// How deep the binder follows nested expressions and calls of a query's own functions.
const MAX_DEPTH: u32 = 300;
/// How many expressions are bound again for calls of functions whose result depends on a table that they are given.
const MAX_REBOUND_NODES: u32 = 200_000;

/// Works out what a query means, with what `catalog` says of the world outside. Never panics; what is wrong stands in
/// [`Analysis::diagnostics`].
pub fn analyze(parsed: &Parsed, catalog: &dyn Catalog) -> Analysis {
    let tree = &*parsed.tree;
    let mut binder = Binder {
        tree,
        syntax: &parsed.broken,
        catalog,
        names: Vec::new(),
        symbols: HashMap::new(),
        columns: Vec::new(),
        tables: HashMap::new(),
        locals: Vec::new(),
        block: 0,
        contexts: Vec::new(),
        history: Vec::new(),
        aggregates: Aggregates::Refused,
        grouped: Vec::new(),
        fuzzy: false,
        searching: false,

        broken: false,
        lost_names: false,
        beside_text: false,
        guessed: Vec::new(),
        misnamed: HashMap::new(),
        quiet: 0,
        depth: 0,
        rebound: 0,
        nameless: 0,

        diagnostics: Vec::new(),
        read_tables: Vec::new(),
        called_functions: Vec::new(),
        side: SideTables::of_tree(tree),
        side_at: 0,
        sides: vec![SideTables::default()],
        bodies: vec![Bound { side: 0, function: None, parameters: Vec::new() }],
        variables: Vec::new(),
        stage: None,
        inferring: Side::Left,
    };
    let value = binder.statements(&tree.root);
    let result = match value {
        Some(Value::Table(rows)) => QueryResult::Table(rows),
        Some(Value::Scalar(scalar)) => QueryResult::Scalar(scalar.kind),
        _ => QueryResult::Other,
    };
    binder.side.finish();
    binder.sides[0] = binder.side;
    let mut diagnostics = binder.diagnostics;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    Analysis {
        tree: Arc::clone(&parsed.tree),
        diagnostics,
        result,
        tables: binder.read_tables,
        functions: binder.called_functions,
        columns: binder.columns,
        names: binder.names,
        sides: binder.sides,
        bodies: binder.bodies,
        variables: binder.variables,
        uses: OnceLock::new(),
    }
}

/// What an expression is.
#[derive(Debug, Clone)]
enum Value {
    Scalar(Scalar),
    /// Several values by name, as `arg_max` and `series_stats` give.
    Tuple(Vec<TupleItem>),
    Table(Rows),
    /// The row of one side of a join, or a node of a graph: its columns stand behind a point.
    Row(Rows),
    /// A database, a cluster, a workspace: its tables stand behind a point, and are not known here.
    Elsewhere,
    /// A graph: its nodes and edges stand behind the names of a pattern.
    Graph(Arc<graph::Graph>),
    /// A group of entities, several tables.
    Other,
    /// What an error left.
    Error,
}

/// A value of one type.
#[derive(Debug, Clone)]
struct Scalar {
    kind: Type,
    /// The text, where it is a string that is known beforehand.
    text: Option<Arc<str>>,
    /// The string literals whose texts, one behind the other, are its text.
    written: Option<Arc<[ExpressionId]>>,
    /// The columns that it is made of.
    from: Vec<ColumnId>,
    /// The column that it is, where it is one unchanged.
    column: Option<ColumnId>,
    /// What is known of it where it is dynamic.
    shape: Shape,
}

/// One of several values.
#[derive(Debug, Clone)]
struct TupleItem {
    name: Symbol,
    kind: Type,
    from: Vec<ColumnId>,
}

impl Scalar {
    fn of(kind: Type) -> Self {
        Scalar { kind, text: None, written: None, from: Vec::new(), column: None, shape: Shape::Any }
    }
}

impl Value {
    fn scalar(kind: Type) -> Value {
        Value::Scalar(Scalar::of(kind))
    }
}

/// Whether aggregates may stand where the binder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aggregates {
    /// `count()` is an error.
    Refused,
    /// `count()` may stand, a column alone may not: every value is one of a group.
    Required,
    /// Within the arguments of an aggregate: columns may stand, and aggregates may not.
    Inside,
}

/// The rows that names in an expression refer to.
#[derive(Debug, Clone)]
struct Context {
    columns: Vec<ColumnId>,
    open: bool,
    /// The right side of a join, while its condition is bound.
    right: Option<Rows>,
    /// Names that stand for a row: nodes of a graph, steps of a scan.
    rows: Vec<(Symbol, Rows)>,
}

struct Binder<'a> {
    tree: &'a Tree,
    /// Where errors of syntax stand.
    syntax: &'a Broken,
    catalog: &'a dyn Catalog,
    names: Vec<Arc<str>>,
    symbols: HashMap<Arc<str>, Symbol>,
    columns: Vec<Column>,
    /// Tables that were looked up before, by name.
    tables: HashMap<Symbol, Option<Rows>>,
    /// What `let` and its like bind, innermost last.
    locals: Vec<Local>,
    /// Where in `locals` the current block begins.
    block: usize,
    contexts: Vec<Context>,
    /// The stages of this pipeline so far, latest last, with the rows that went into each: where a lost column was lost.
    history: Vec<(OperatorId, Rows)>,
    aggregates: Aggregates,
    /// The columns that the `summarize` being bound groups by, unchanged.
    grouped: Vec<ColumnId>,
    /// Whether unknown tables are only warned of: inside a `union isfuzzy=true`.
    fuzzy: bool,
    /// Whether texts are conditions by themselves: in the predicate of `search` and `find`.
    searching: bool,
    /// Whether an error of syntax stands in the stage or statement being bound: what else is wrong may come of it.
    broken: bool,
    /// Whether a statement was unreadable, so that a name that is missing may have been bound there.
    lost_names: bool,
    /// Whether what is being bound is compared with a text.
    beside_text: bool,
    /// What the names that were reported should read, as far as that was guessed.
    guessed: Vec<Arc<str>>,
    /// The names that were reported as no column, each with what it should read where that was guessed. The stages behind
    /// have columns of these names, so that nothing is said twice, and none of them is ever suggested.
    misnamed: HashMap<Symbol, Option<Arc<str>>>,
    /// Nought where what is wrong is said; more inside a call that was looked at where it was declared.
    quiet: u32,
    depth: u32,
    rebound: u32,
    /// How many columns without any name there are so far: `Column1`, ….
    nameless: usize,
    diagnostics: Vec<Diagnostic>,
    read_tables: Vec<String>,
    called_functions: Vec<String>,
    /// The side tables of the body that is being bound, and where in `sides` they will stand.
    side: SideTables,
    side_at: usize,
    sides: Vec<SideTables>,
    bodies: Vec<Bound>,
    variables: Vec<Variable>,
    /// The stage that is being bound.
    stage: Option<OperatorId>,
    /// The side that names are looked up on: right in what a plugin is told of the table that it is given.
    inferring: Side,
}

impl<'a> Binder<'a> {
    // Names and columns.

    fn symbol(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.symbols.get(name) {
            return *symbol;
        }
        let symbol = Symbol::new(self.names.len());
        let name: Arc<str> = Arc::from(name);
        self.names.push(Arc::clone(&name));
        self.symbols.insert(name, symbol);
        symbol
    }

    fn name_of(&self, symbol: Symbol) -> Arc<str> {
        Arc::clone(&self.names[symbol.index()])
    }

    fn add_column(&mut self, name: Symbol, kind: Type, from: Vec<ColumnId>) -> ColumnId {
        let id = ColumnId::new(self.columns.len());
        self.columns.push(Column {
            name,
            kind,
            table: None,
            from: from.into_boxed_slice(),
            shape: Shape::Any,
        });
        id
    }

    /// A column that holds a scalar.
    fn scalar_column(&mut self, name: Symbol, scalar: Scalar) -> ColumnId {
        let from = scalar.column.map_or(scalar.from, |column| vec![column]);
        let id = self.add_column(name, scalar.kind, from);
        self.columns[id.index()].shape = scalar.shape;
        id
    }

    /// A column that holds one of several values. What `take_any` and `arg_max` take of a row is what it was.
    fn tuple_column(&mut self, name: Symbol, item: TupleItem) -> ColumnId {
        let is_element = match *item.from {
            [from] => item.kind == Type::Dynamic && self.column(from).is_element(),
            _ => false,
        };
        let id = self.add_column(name, item.kind, item.from);
        if is_element {
            self.columns[id.index()].shape = Shape::Element;
        }
        id
    }

    fn named_column(&mut self, name: &str, kind: Type) -> ColumnId {
        let name = self.symbol(name);
        self.add_column(name, kind, Vec::new())
    }

    fn column(&self, id: ColumnId) -> &Column {
        &self.columns[id.index()]
    }

    /// A column of that name among `columns`.
    fn find(&self, columns: &[ColumnId], name: Symbol) -> Option<ColumnId> {
        columns.iter().copied().find(|id| self.column(*id).name == name)
    }

    // Contexts.

    /// Binds something with `rows` as what names refer to; gives back the rows with the columns that were found to exist
    /// because the table is open.
    fn with_rows<T>(&mut self, rows: &Rows, bind: impl FnOnce(&mut Self) -> T) -> (T, Rows) {
        self.contexts.push(Context {
            columns: rows.columns.to_vec(),
            open: rows.open,
            right: None,
            rows: Vec::new(),
        });
        let value = bind(self);
        let rows = match self.contexts.pop() {
            Some(context) => Rows { columns: Arc::from(context.columns), open: context.open },
            None => rows.clone(),
        };
        (value, rows)
    }

    /// The rows that names refer to here.
    fn current_rows(&self) -> Rows {
        match self.contexts.last() {
            Some(context) => Rows { columns: Arc::from(context.columns.as_slice()), open: context.open },
            None => Rows::default(),
        }
    }

    /// Binds something of its own: names refer to no rows.
    fn without_rows<T>(&mut self, bind: impl FnOnce(&mut Self) -> T) -> T {
        let contexts = std::mem::take(&mut self.contexts);
        let aggregates = std::mem::replace(&mut self.aggregates, Aggregates::Refused);
        let value = bind(self);
        self.contexts = contexts;
        self.aggregates = aggregates;
        value
    }

    fn with_aggregates<T>(&mut self, aggregates: Aggregates, bind: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.aggregates, aggregates);
        let value = bind(self);
        self.aggregates = before;
        value
    }

    /// Goes one level deeper; `None` where that is too deep.
    fn deeper<T>(&mut self, bind: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = bind(self);
        self.depth -= 1;
        Some(value)
    }

    // What is wrong.

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.quiet == 0 && !self.broken && !self.syntax.has_place(diagnostic.span) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::new(code, span, message));
    }

    /// A name that refers to nothing: with the nearest name that is in scope, or the stage that dropped the column.
    fn unknown_name(&mut self, symbol: Symbol, span: Span) {
        if self.quiet > 0 || self.lost_names {
            return;
        }
        let name = self.name_of(symbol);
        if self.is_guessed(&name) {
            return;
        }
        self.misnamed.entry(symbol).or_default();
        let lost = self.history.iter().rev().find(|(_, rows)| self.find(&rows.columns, symbol).is_some());
        let dropped = lost.map(|(stage, _)| *stage);
        let diagnostic =
            Diagnostic::new(Code::UnknownName, span, format!("there is no column `{name}` here"));
        if let Some(stage) = dropped {
            let range = self.tree.operator(stage).tokens;
            let place = self.tree.span(range);
            let word = self.tree.text(range).split_whitespace().next().unwrap_or_default().to_owned();
            let line = self.tree.source[..place.start as usize].matches('\n').count() + 1;
            self.report(
                Diagnostic { message: format!("the column `{name}` is no longer here"), ..diagnostic }
                    .with_help(format!("`{word}` on line {line} of the query drops it")),
            );
            return;
        }
        if let Some(advice) = self.place_advice(&name, span).or_else(|| self.name_advice(&name)) {
            return self.report(diagnostic.with_help(advice));
        }
        let columns = self.contexts.last().map(|context| context.columns.as_slice()).unwrap_or_default();
        let mut candidates = self.suggestible(columns);
        candidates.extend(self.locals.iter().map(|local| self.name_of(local.name)));
        let found = nearest(&name, candidates.iter().map(|known| &**known)).map(str::to_owned);
        if let Some(found) = &found {
            self.misnamed.insert(symbol, Some(Arc::from(found.as_str())));
        }
        let diagnostic = match &found {
            None if self.beside_text => {
                diagnostic.with_help(format!("if it is a text, it stands in quotes: \"{name}\""))
            }
            _ => diagnostic,
        };
        self.report_near(diagnostic, found);
    }

    /// The names of columns that may be suggested: of those that an error left behind, what they should read.
    fn suggestible(&self, columns: &[ColumnId]) -> Vec<Arc<str>> {
        let name = |id: &ColumnId| {
            let column = self.column(*id);
            match self.misnamed.get(&column.name).filter(|_| column.table.is_none()) {
                Some(meant) => meant.clone(),
                None => Some(self.name_of(column.name)),
            }
        };
        columns.iter().filter_map(name).collect()
    }

    /// What to say of a name that is no column, where what stands around it tells what was meant.
    fn place_advice(&mut self, name: &Arc<str>, span: Span) -> Option<String> {
        let tokens = &self.tree.tokens;
        let at = tokens.partition_point(|token| token.span.start < span.start);
        let text = |token: &crate::token::Token| token.text(&self.tree.source);
        let mut before = tokens[..at].iter().rev().filter(|token| !token.kind.is_trivia()).map(text);
        let behind = tokens.get(at + 1..)?.iter().find(|token| !token.kind.is_trivia()).map(text)?;
        let (last, last_but_one) = (before.next().unwrap_or(""), before.next().unwrap_or(""));
        if behind == "==" && matches!(last, "extend" | "project" | "summarize" | "print" | "," | "by") {
            self.guessed.push(Arc::clone(name));
            return Some(format!("a new column is named with one `=`: {name} = …"));
        }
        if (last, last_but_one) == ("-", "-") {
            return Some("a comment begins with `//`".to_owned());
        }
        None
    }

    /// What to say of a name that is no column, where it is surely meant for something else.
    fn name_advice(&self, name: &str) -> Option<String> {
        if self.aggregates == Aggregates::Required
            && crate::builtins::builtins().aggregates.contains_key(name)
        {
            return Some(format!("an aggregate is called with brackets: {name}()"));
        }
        crate::habits::name(name)
    }

    /// Reports a name that there is not, with the one that is nearest to it.
    fn report_near(&mut self, diagnostic: Diagnostic, near: Option<String>) {
        let Some(near) = near else { return self.report(diagnostic) };
        self.guessed.push(Arc::from(near.as_str()));
        self.report(diagnostic.with_help(format!("did you mean `{near}`?")));
    }

    /// Whether a name is missing only because another was mistyped that should read so: a column that `project` was to
    /// name, or `count_` where `cuont()` was to give it.
    fn is_guessed(&self, name: &str) -> bool {
        self.guessed.iter().any(|guess| {
            name.strip_prefix(&**guess).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        })
    }

    /// A table that there is not.
    fn unknown_table(&mut self, name: &str, span: Span) {
        if self.quiet > 0 || self.lost_names {
            return;
        }
        let mut candidates: Vec<Arc<str>> = Vec::new();
        for local in &self.locals {
            if matches!(local.meaning, Meaning::Table(_) | Meaning::Function(_)) {
                candidates.push(self.name_of(local.name));
            }
        }
        let catalog = self.catalog.names();
        let known = candidates.iter().map(|known| &**known).chain(catalog.iter().copied());
        let found = nearest(name, known).map(str::to_owned);
        let code = if self.fuzzy { Code::UnknownFuzzyTable } else { Code::UnknownTable };
        let diagnostic = Diagnostic::new(code, span, format!("there is no table `{name}`"));
        self.report_near(diagnostic, found);
    }

    fn span(&self, id: ExpressionId) -> Span {
        self.tree.span_of(id)
    }

    fn note_type(&mut self, id: ExpressionId, value: &Value) {
        if let Value::Scalar(scalar) = value {
            self.side.note_scalar(id, scalar.kind, scalar.column);
        }
    }

    /// A column of an open table that nothing named before.
    fn note_inferred(&mut self, side: Side, column: ColumnId) {
        if let Some(stage) = self.stage {
            self.side.note_inferred(stage, side, column);
        }
    }

    /// The rows that the expressions of this stage refer to, where these are not its input.
    fn note_scope(&mut self, rows: &Rows) {
        if let Some(stage) = self.stage {
            self.side.note_scope(stage, rows);
        }
    }

    fn note_table(&mut self, name: &str) {
        if !self.read_tables.iter().any(|known| known == name) {
            self.read_tables.push(name.to_owned());
        }
    }

    fn note_function(&mut self, name: &str) {
        if !self.called_functions.iter().any(|known| known == name) {
            self.called_functions.push(name.to_owned());
        }
    }

    fn statement_kind(&self, id: StatementId) -> &'a crate::tree::StatementKind {
        &self.tree.statement(id).kind
    }
}
