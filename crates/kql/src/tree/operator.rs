//! Query operators: the stages of a pipeline.

use super::{ExpressionId, Name, StatementId, TokenRange};

/// An operator and its tokens; the bar before it is not its own.
#[derive(Debug, Clone)]
pub struct Operator {
    /// What it is.
    pub kind: OperatorKind,
    /// The parameters behind its name: `kind=inner`, `hint.strategy=shuffle`.
    pub parameters: Vec<Parameter>,
    /// Its tokens.
    pub tokens: TokenRange,
}

/// `name=value` behind an operator's name.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The parameter.
    pub name: Name,
    /// Its value: a literal, or a name.
    pub value: ExpressionId,
}

/// A column as `datatable` and its like declare one.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub kind: ColumnType,
}

/// A type by its name.
#[derive(Debug, Clone, Copy)]
pub struct ColumnType {
    /// The name's tokens; empty where the type is missing or not needed.
    pub tokens: TokenRange,
}

/// `name=value` in a `with (…)`.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// The property.
    pub name: Name,
    /// Its value; a list of names is several properties of one name.
    pub value: ExpressionId,
}

/// How rows are ordered by one key.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// The key: an expression, possibly named.
    pub key: ExpressionId,
    /// Whether `asc` stands behind it; `None` where nothing does.
    pub ascending: Option<bool>,
    /// Whether numbers within names count as numbers: `granny-asc`, only behind a column of `project-reorder`.
    pub by_number: bool,
    /// Whether `nulls first` stands behind it; `None` where nothing does.
    pub nulls_first: Option<bool>,
}

/// What rows two tables match by.
#[derive(Debug, Clone)]
pub enum JoinCondition {
    /// `on a, $left.b == $right.c`
    On(Vec<ExpressionId>),
    /// `where predicate`
    Where(ExpressionId),
}

/// One part of the pattern of `parse`.
#[derive(Debug, Clone, Copy)]
pub enum ParsePart {
    /// `*`: anything, kept nowhere.
    Star(crate::token::Span),
    /// A text that stands there.
    Text(ExpressionId),
    /// A column that what stands there goes to.
    Column(Column),
}

/// One value that `mv-expand` and `mv-apply` unfold.
#[derive(Debug, Clone, Copy)]
pub struct MvItem {
    /// The value, possibly named.
    pub value: ExpressionId,
    /// The type in `to typeof(…)`.
    pub kind: Option<ColumnType>,
}

/// The schema behind `evaluate f() :`.
#[derive(Debug, Clone)]
pub struct EvaluateSchema {
    /// Whether it begins with a star: the source's columns stay.
    pub keeps_source: bool,
    /// The columns.
    pub columns: Vec<Column>,
}

/// One aggregation of `make-series`.
#[derive(Debug, Clone, Copy)]
pub struct AggregationDefault {
    /// The aggregation, possibly named.
    pub value: ExpressionId,
    /// What stands where a bin has no rows.
    pub default: Option<ExpressionId>,
}

/// The axis of `make-series`.
#[derive(Debug, Clone, Copy)]
pub enum SeriesRange {
    /// `from … to … step …`
    Steps {
        /// The first bin.
        from: Option<ExpressionId>,
        /// The end of the last.
        to: Option<ExpressionId>,
        /// The width of one.
        step: ExpressionId,
    },
    /// `in range(from, to, step)`
    In(ExpressionId),
}

/// One level of `top-nested`.
#[derive(Debug, Clone, Copy)]
pub struct TopNestedLevel {
    /// How many values are kept; all where nothing says.
    pub count: Option<ExpressionId>,
    /// The value, possibly named.
    pub of: ExpressionId,
    /// What stands for the values that are not kept.
    pub others: Option<ExpressionId>,
    /// The aggregation that ranks them.
    pub by: Order,
}

/// A column that `find … project` asks for.
#[derive(Debug, Clone, Copy)]
pub enum FindColumn {
    /// `name` or `name:type`
    Column(Column),
    /// `pack(*)`
    Pack(ExpressionId),
}

/// One branch of `fork`.
#[derive(Debug, Clone, Copy)]
pub struct ForkBranch {
    /// Its name.
    pub name: Option<Name>,
    /// Its operators.
    pub body: ExpressionId,
}

/// One step of `scan`.
#[derive(Debug, Clone)]
pub struct ScanStep {
    /// Its name.
    pub name: Name,
    /// Whether the pattern matches without it.
    pub optional: bool,
    /// The word behind `output=`.
    pub output: Option<TokenRange>,
    /// When a row enters the step.
    pub condition: ExpressionId,
    /// What is remembered: named expressions.
    pub assignments: Vec<ExpressionId>,
}

/// A node of a graph pattern: `(name)`.
#[derive(Debug, Clone, Copy)]
pub struct GraphNode {
    /// Its name, where it has one.
    pub name: Option<Name>,
}

/// An edge of a graph pattern: `-[name*1..3]->`.
#[derive(Debug, Clone, Copy)]
pub struct GraphEdge {
    /// Its name, where it has one.
    pub name: Option<Name>,
    /// Whether it matches a path of several edges.
    pub variable: bool,
}

/// A chain of nodes and the edges between them.
#[derive(Debug, Clone, Default)]
pub struct GraphPattern {
    /// The nodes.
    pub nodes: Vec<GraphNode>,
    /// The edges; one fewer than nodes.
    pub edges: Vec<GraphEdge>,
}

/// A table of nodes: `with T on key`.
#[derive(Debug, Clone, Copy)]
pub struct GraphTable {
    /// The table.
    pub table: ExpressionId,
    /// The column that says which node a row is.
    pub key: Name,
}

/// An output of `graph-to-table`.
#[derive(Debug, Clone)]
pub struct GraphOutput {
    /// Whether it is the nodes, not the edges.
    pub nodes: bool,
    /// Where the word for them is.
    pub place: crate::token::Span,
    /// The table's name.
    pub name: Option<Name>,
    /// `with_node_id=…` and its like.
    pub parameters: Vec<Parameter>,
}

/// The kinds of operators.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names of operators and fields are the language's words")]
pub enum OperatorKind {
    As {
        name: Name,
    },
    AssertSchema {
        columns: Vec<Column>,
    },
    Consume,
    Count {
        name: Option<Name>,
    },
    Distinct {
        columns: Vec<ExpressionId>,
    },
    Evaluate {
        call: ExpressionId,
        schema: Option<EvaluateSchema>,
    },
    ExecuteAndCache,
    Extend {
        columns: Vec<ExpressionId>,
    },
    Facet {
        columns: Vec<ExpressionId>,
        body: Option<ExpressionId>,
    },
    Find {
        sources: Vec<ExpressionId>,
        predicate: ExpressionId,
        project: Option<Vec<FindColumn>>,
        project_away: Vec<FindColumn>,
    },
    Fork {
        branches: Vec<ForkBranch>,
    },
    GetSchema,
    GraphMarkComponents,
    GraphMatch {
        patterns: Vec<GraphPattern>,
        predicate: Option<ExpressionId>,
        project: Option<Vec<ExpressionId>>,
    },
    GraphShortestPaths {
        patterns: Vec<GraphPattern>,
        predicate: Option<ExpressionId>,
        project: Option<Vec<ExpressionId>>,
    },
    GraphToTable {
        outputs: Vec<GraphOutput>,
    },
    GraphWhereEdges {
        predicate: ExpressionId,
    },
    GraphWhereNodes {
        predicate: ExpressionId,
    },
    Invoke {
        call: ExpressionId,
    },
    Join {
        right: ExpressionId,
        condition: Option<JoinCondition>,
    },
    Lookup {
        right: ExpressionId,
        condition: Option<JoinCondition>,
    },
    MacroExpand {
        group: ExpressionId,
        name: Name,
        statements: Vec<StatementId>,
    },
    MakeGraph {
        from: Name,
        to: Name,
        tables: Vec<GraphTable>,
        partition: Option<(Name, ExpressionId)>,
    },
    MakeSeries {
        aggregations: Vec<AggregationDefault>,
        on: ExpressionId,
        range: SeriesRange,
        by: Vec<ExpressionId>,
    },
    MvApply {
        items: Vec<MvItem>,
        limit: Option<ExpressionId>,
        body: ExpressionId,
    },
    MvExpand {
        items: Vec<MvItem>,
        limit: Option<ExpressionId>,
    },
    Parse {
        drops_others: bool,
        value: ExpressionId,
        pattern: Vec<ParsePart>,
    },
    ParseKv {
        value: ExpressionId,
        columns: Vec<Column>,
        properties: Vec<Property>,
    },
    Partition {
        by: ExpressionId,
        scope: Option<ExpressionId>,
        body: ExpressionId,
    },
    PartitionBy {
        by: ExpressionId,
        body: ExpressionId,
    },
    Print {
        columns: Vec<ExpressionId>,
    },
    Project {
        columns: Vec<ExpressionId>,
    },
    ProjectAway {
        columns: Vec<ExpressionId>,
    },
    ProjectByNames {
        columns: Vec<ExpressionId>,
    },
    ProjectKeep {
        columns: Vec<ExpressionId>,
    },
    ProjectRename {
        columns: Vec<ExpressionId>,
    },
    ProjectReorder {
        columns: Vec<Order>,
    },
    Range {
        name: Name,
        from: ExpressionId,
        to: ExpressionId,
        step: ExpressionId,
    },
    Reduce {
        by: ExpressionId,
        with: Vec<ExpressionId>,
    },
    Render {
        chart: TokenRange,
        properties: Vec<Property>,
    },
    Sample {
        count: ExpressionId,
    },
    SampleDistinct {
        count: ExpressionId,
        of: ExpressionId,
    },
    Scan {
        order: Vec<Order>,
        partition: Vec<ExpressionId>,
        declared: Vec<super::FunctionParameter>,
        steps: Vec<ScanStep>,
    },
    Search {
        sources: Vec<ExpressionId>,
        predicate: ExpressionId,
    },
    Serialize {
        columns: Vec<ExpressionId>,
    },
    Sort {
        keys: Vec<Order>,
    },
    Summarize {
        aggregates: Vec<ExpressionId>,
        by: Vec<ExpressionId>,
        bin: Option<ExpressionId>,
    },
    Take {
        count: ExpressionId,
    },
    Top {
        count: ExpressionId,
        by: Order,
    },
    TopHitters {
        count: ExpressionId,
        of: ExpressionId,
        by: Option<Order>,
    },
    TopNested {
        levels: Vec<TopNestedLevel>,
    },
    Union {
        sources: Vec<ExpressionId>,
    },
    Where {
        predicate: ExpressionId,
    },
    /// Tokens that begin no operator.
    Bad,
}
