//! The resolved plan of a query: what it does, with names resolved to places.
//!
//! The tree says what was written and the [`Analysis`] what each node means; the plan says both in the order of the work: a
//! source and the stages after it, each with the rows that it works on and the rows that it gives, and in its expressions
//! the places of columns, not their names. It is made on demand by [`plan`] and costs nothing where nobody asks for it.
//!
//! **Columns.** A place counts the columns of the stage's `scope`: its input and, where that table is open, after it the
//! columns that the stage is the first to name. [`Stage::columns`] says where each column of the result comes from.
//!
//! **Functions.** A call of a function of the query names a [`BodyId`]; [`Plan::block`] has what is done there, bound with what
//! this call gives. A call gives its arguments to the parameters' variables, and then the block's statements run in order.
//!
//! **What is kept less closely.** Graph operators, `evaluate` plugins, `make-graph` and `graph-match` among them, have their
//! arguments resolved, and their patterns and names are in the tree under [`Stage::operator`]. The statements `set`, `alias`,
//! `pattern` and `restrict` are named by [`Statement::Other`]. What an error or an unknown name left is
//! [`ScalarKind::Unresolved`], [`Source::Unresolved`] or [`Value::Unresolved`], and nothing is left out.

mod build;
mod expression;
mod lineage;
mod origin;
mod scalar;
mod stage;
mod text;

use std::collections::BTreeMap;

use crate::binder::{Analysis, BodyId, Rows, VariableId};
use crate::tree::{ExpressionId, OperatorId, StatementId};
use crate::types::Type;

pub use build::plan;
pub use expression::{Argument, Call, Callee, Scalar, ScalarKind};
pub use lineage::Lost;

/// What a query does.
#[derive(Debug)]
pub struct Plan<'a> {
    pub(crate) analysis: &'a Analysis,
    blocks: BTreeMap<BodyId, Block>,
}

impl Plan<'_> {
    /// What the query itself does.
    pub fn root(&self) -> &Block {
        self.block(BodyId::ROOT)
    }

    /// What the body of a function does.
    ///
    /// # Panics
    ///
    /// When no call of this plan names `id`.
    pub fn block(&self, id: BodyId) -> &Block {
        &self.blocks[&id]
    }

    /// Every body that is reached from the query, and the query itself.
    pub fn blocks(&self) -> impl Iterator<Item = (BodyId, &Block)> {
        self.blocks.iter().map(|(id, block)| (*id, block))
    }

    /// The names and types of the columns of rows.
    pub fn columns(&self, rows: &Rows) -> Vec<(&str, Type)> {
        rows.columns
            .iter()
            .map(|id| (self.analysis.column_name(*id), self.analysis.column(*id).kind))
            .collect()
    }

    /// The name of a variable.
    pub fn variable_name(&self, id: VariableId) -> &str {
        self.analysis.variable_name(id)
    }
}

/// The query, or the body of a function.
#[derive(Debug, Default)]
pub struct Block {
    /// What a call gives; the query itself has none.
    pub parameters: Vec<Parameter>,
    /// What is done, in order. The value is that of the last [`Statement::Query`].
    pub statements: Vec<Statement>,
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// What it is bound to.
    pub variable: VariableId,
    /// Its value where a call gives none.
    pub default: Option<Scalar>,
}

/// A statement.
#[derive(Debug)]
pub enum Statement {
    /// `let`: a variable and its value.
    Let {
        /// The variable.
        variable: VariableId,
        /// Its value.
        value: Value,
    },
    /// `let f = (…) {…}`: the body as it is declared. Calls name their own.
    Function {
        /// The variable.
        variable: VariableId,
        /// The body.
        body: BodyId,
    },
    /// `declare query_parameters (…)`
    Parameters(Vec<Parameter>),
    /// What the query returns.
    Query(Value),
    /// `set`, `alias`, `pattern`, `restrict`, and what is no statement: as the tree has it.
    Other(StatementId),
}

/// A value or a table.
#[derive(Debug)]
pub enum Value {
    /// One value.
    Scalar(Scalar),
    /// Rows.
    Table(Table),
    /// What an error left, or what has no meaning here.
    Unresolved(ExpressionId),
}

/// A source and what is done with its rows.
#[derive(Debug)]
pub struct Table {
    /// Where the rows come from.
    pub source: Source,
    /// The rows of the source; `None` where it gives no rows.
    pub source_rows: Option<Rows>,
    /// What is done with them, in order.
    pub stages: Vec<Stage>,
}

impl Table {
    /// The rows that all of it gives; `None` for a graph, several tables, or nothing.
    pub fn rows(&self) -> Option<&Rows> {
        match self.stages.last() {
            Some(stage) => stage.rows.as_ref(),
            None => self.source_rows.as_ref(),
        }
    }
}

/// Where rows come from.
#[derive(Debug)]
pub enum Source {
    /// Nowhere: the first stage (`print`, `range`, `union`, …) needs none.
    Nothing,
    /// The rows around: in the body of `mv-apply`, `partition`, `fork`, `facet`.
    Input,
    /// A table of the catalog, by name.
    Table(String),
    /// Every table of the catalog: `union *`.
    EveryTable,
    /// What `let`, a parameter or `as` binds.
    Variable(VariableId),
    /// A call of a function.
    Call(Call),
    /// `datatable`: the values, row by row.
    DataTable(Vec<Scalar>),
    /// `externaldata`: where the data lies, and what `with` says.
    ExternalData {
        /// Where it lies.
        sources: Vec<Scalar>,
        /// Name and value.
        properties: Vec<(String, Value)>,
    },
    /// `materialize(…)` and `totable(…)`: computed once.
    Materialize(Box<Value>),
    /// A table of another place, as the query writes it: `workspace("a").T`.
    Elsewhere(String),
    /// What programs alone write: `__contextual_datatable`, `materialized-view-combine`, `entity_group`. The parts in order.
    Other {
        /// The expression in the tree.
        expression: ExpressionId,
        /// Its parts.
        parts: Vec<Value>,
    },
    /// What an error or an unknown name left.
    Unresolved(ExpressionId),
}

/// What is done with rows.
#[derive(Debug)]
pub struct Stage {
    /// The operator in the tree.
    pub operator: OperatorId,
    /// What is done.
    pub kind: StageKind,
    /// `name=value` after the operator's name, in order.
    pub parameters: Vec<(String, String)>,
    /// The rows that places in its expressions refer to.
    pub scope: Rows,
    /// The rows that it gives; `None` for a graph, several tables, or nothing.
    pub rows: Option<Rows>,
    /// Where each column of `rows` comes from.
    pub columns: Columns,
}

impl Stage {
    /// Where a column of the result comes from.
    pub fn origin(&self, column: usize) -> Origin {
        match &self.columns {
            Columns::Unchanged => Origin::Scope(column),
            Columns::Each(origins) => origins.get(column).copied().unwrap_or(Origin::Made),
        }
    }

    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Where the columns of a stage's result come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// They are those of the scope.
    Unchanged,
    /// One origin each.
    Each(Vec<Origin>),
}

/// Where a column of a stage's result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The column at this place of the scope.
    Scope(usize),
    /// The column at this place of the right side of a join, or of the result of a body.
    Right(usize),
    /// A value that the stage computes.
    Item {
        /// Which of its items, in the order of [`StageKind`]'s fields.
        item: usize,
        /// Which of the values where the item gives several, as `arg_max` does.
        part: usize,
    },
    /// The operator itself makes it, or it is put together of several tables.
    Made,
}

/// What a stage does. Items are numbered through the fields that are marked so, in order.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names of operators and fields are the language's words")]
pub enum StageKind {
    As {
        variable: VariableId,
    },
    AssertSchema {
        columns: Vec<(String, Type)>,
    },
    Consume,
    Count,
    /// Items: `items`. Without any: by every column.
    Distinct {
        items: Vec<Scalar>,
    },
    /// A plugin; its columns are [`Origin::Made`] where they are none of the scope. [`ScalarKind::Right`] is a column of
    /// the table that is its first argument.
    Evaluate {
        call: Call,
        right_scope: Rows,
    },
    ExecuteAndCache,
    /// Items: `items`. Each sees the scope as it was.
    Extend {
        items: Vec<Scalar>,
    },
    Facet {
        columns: Vec<usize>,
        body: Option<Table>,
    },
    /// Rows of several tables as one, matched by name; the scope is that table. Without sources: every table of the catalog.
    Find {
        sources: Vec<UnionSource>,
        predicate: Scalar,
    },
    Fork {
        branches: Vec<(Option<String>, Value)>,
    },
    GetSchema,
    /// Any graph operator, `make-graph` too: the expressions in it in the order of the text.
    Graph {
        parts: Vec<Value>,
    },
    /// The rows are the first argument of the first call, its result that of the next. Columns that are none of the scope are
    /// those of the last call's result, in its order.
    Invoke {
        calls: Vec<Call>,
    },
    /// Left columns are [`Origin::Scope`], right ones [`Origin::Right`]. `kind` is among the parameters.
    Join {
        right: Table,
        right_scope: Rows,
        on: JoinOn,
    },
    Lookup {
        right: Table,
        right_scope: Rows,
        on: JoinOn,
    },
    MacroExpand {
        group: Value,
        variable: Option<VariableId>,
        statements: Vec<Statement>,
    },
    /// Items: `by`, then `aggregates`, then `on`.
    MakeSeries {
        by: Vec<Scalar>,
        aggregates: Vec<(Scalar, Option<Scalar>)>,
        on: Scalar,
        steps: SeriesSteps,
    },
    /// Items: `items`; columns of the body's result are [`Origin::Right`].
    MvApply {
        items: Vec<(Scalar, Option<Type>)>,
        limit: Option<Scalar>,
        body: Value,
    },
    /// Items: `items`, each with the type that `to typeof(…)` names.
    MvExpand {
        items: Vec<(Scalar, Option<Type>)>,
        limit: Option<Scalar>,
    },
    Parse {
        drops_others: bool,
        value: Scalar,
        pattern: Vec<PatternPart>,
    },
    ParseKv {
        value: Scalar,
        columns: Vec<(String, Type)>,
        properties: Vec<(String, Value)>,
    },
    /// A body over the rows of each value of `by`. `variable` is the key within the body.
    Partition {
        by: Scalar,
        variable: Option<VariableId>,
        scope: Option<Value>,
        body: Value,
    },
    /// Items: `items`.
    Print {
        items: Vec<Scalar>,
    },
    /// Items: `items`.
    Project {
        items: Vec<Scalar>,
    },
    ProjectAway,
    ProjectByNames {
        items: Vec<Value>,
    },
    ProjectKeep,
    ProjectRename,
    ProjectReorder,
    Range {
        from: Scalar,
        to: Scalar,
        step: Scalar,
    },
    Reduce {
        by: Scalar,
        with: Vec<Scalar>,
    },
    Render {
        chart: String,
        properties: Vec<(String, Value)>,
    },
    Sample {
        count: Scalar,
    },
    /// Items: `of`.
    SampleDistinct {
        count: Scalar,
        of: Scalar,
    },
    Scan {
        order: Vec<SortKey>,
        partition: Vec<Scalar>,
        declared: Vec<ScanColumn>,
        steps: Vec<ScanStep>,
    },
    /// As `find`; texts in the predicate are looked for in every column. The piped rows, where there are any, come first among
    /// the sources; without sources every view of the query belongs to them.
    Search {
        sources: Vec<UnionSource>,
        predicate: Scalar,
    },
    /// Items: `items`.
    Serialize {
        items: Vec<Scalar>,
    },
    Sort {
        keys: Vec<SortKey>,
    },
    /// Items: `by`, then `aggregates`.
    Summarize {
        by: Vec<Scalar>,
        aggregates: Vec<Scalar>,
        bin: Option<Scalar>,
    },
    Take {
        count: Scalar,
    },
    Top {
        count: Scalar,
        by: SortKey,
    },
    /// Items: `of`, then `by`, which makes the sum; without it the count is the second value of `of`.
    TopHitters {
        count: Scalar,
        of: Scalar,
        by: Option<Scalar>,
    },
    /// Items: of each level `of`, then `by`.
    TopNested {
        levels: Vec<TopLevel>,
    },
    /// The piped rows, where there are any, come first among the sources.
    Union {
        sources: Vec<UnionSource>,
    },
    Where {
        predicate: Scalar,
    },
    /// What is no operator.
    Unresolved,
}

/// A table of a union.
#[derive(Debug)]
pub struct UnionSource {
    /// The table; [`Source::Input`] for the piped rows.
    pub table: Table,
    /// For each column of the united rows (a stage's result for `union`, but for its `withsource`; the scope otherwise) the
    /// place of the table's column that it is.
    pub columns: Vec<Option<usize>>,
}

/// What rows of two tables match by.
#[derive(Debug)]
pub enum JoinOn {
    /// Pairs of places: in the scope, and in the scope of the right side. `None` for one that an error left.
    Keys(Vec<Option<(usize, usize)>>),
    /// A condition over both.
    Predicate(Box<Scalar>),
    /// Nothing is said.
    Missing,
}

/// The axis of `make-series`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are the language's words")]
pub enum SeriesSteps {
    Steps { from: Option<Scalar>, to: Option<Scalar>, step: Scalar },
    In(Scalar),
}

/// A key that rows are ordered by.
#[derive(Debug)]
pub struct SortKey {
    /// Its value.
    pub value: Scalar,
    /// Whether the least comes first; where the query does not say, the greatest does.
    pub ascending: bool,
    /// Whether nulls come first; where the query does not say, in ascending order.
    pub nulls_first: bool,
}

/// A level of `top-nested`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are the language's words")]
pub struct TopLevel {
    pub count: Option<Scalar>,
    pub of: Scalar,
    pub others: Option<Scalar>,
    pub by: SortKey,
}

/// A column that `scan` declares.
#[derive(Debug)]
pub struct ScanColumn {
    /// Its place in the scope.
    pub column: Option<usize>,
    /// Its first value.
    pub default: Option<Scalar>,
}

/// A step of `scan`.
#[derive(Debug)]
pub struct ScanStep {
    /// Its name.
    pub name: String,
    /// Whether the pattern matches without it.
    pub optional: bool,
    /// The word after `output=`.
    pub output: Option<String>,
    /// When a row enters it.
    pub condition: Scalar,
    /// The column's place in the scope, and what it is set to.
    pub assignments: Vec<(Option<usize>, Scalar)>,
}

/// A part of the pattern of `parse`.
#[derive(Debug)]
pub enum PatternPart {
    /// `*`
    Star,
    /// A text that is there.
    Text(Scalar),
    /// A column of the result: its name and type.
    Column(String, Type),
}
