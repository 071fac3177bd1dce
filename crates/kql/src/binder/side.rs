//! Side tables: what the binder found out about nodes, a set for each body.
//!
//! A body is the query itself or a function of the query with what a call gives it. The nodes of a function's body are one run
//! of each arena, so that the set of a call is as long as the body and no longer. The set that a function's declaration
//! fills is part of that of the body around it: a call that says no more than the declaration needs none of its own.

use super::{ColumnId, Rows};
use crate::tree::{ExpressionId, FunctionBody, Name, OperatorId, StatementId, Tree};
use crate::types::Type;

/// The query, or a function of the query with what a call gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BodyId(u32);

impl BodyId {
    /// The query itself.
    pub const ROOT: BodyId = BodyId(0);

    pub(super) fn new(index: usize) -> Self {
        BodyId(index as u32)
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a statement, a parameter or `as` binds: each time a function's body is bound, its names are other variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariableId(pub(super) u32);

impl VariableId {
    /// A number of its own, to keep values in a map or vector.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a name or a call refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reference {
    /// Nothing that is known.
    #[default]
    Nothing,
    /// A column.
    Column(ColumnId),
    /// A row as a whole: `$left`, `$right`, a step of `scan`.
    Row,
    /// What the query binds; a call of a function of the query has a body besides.
    Variable(VariableId),
    /// A table of the catalog.
    Table,
    /// A function of the catalog.
    Function,
    /// Another place, such as another workspace: `workspace("a")`.
    Place,
    /// A function of the language.
    Builtin,
    /// An aggregate of the language.
    Aggregate,
}

/// The side of a join on which a column was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// The rows at a stage.
#[derive(Debug, Clone, Default)]
pub(crate) struct StageRows {
    pub(crate) input: Option<Rows>,
    /// What the stage's expressions refer to, where that is not the input.
    pub(crate) scope: Option<Rows>,
    pub(crate) output: Option<Rows>,
}

/// A table that a name with stars stands for.
#[derive(Debug, Clone)]
pub(crate) struct Matched {
    pub(crate) name: super::Symbol,
    pub(crate) variable: Option<VariableId>,
    /// The body of a view.
    pub(crate) body: Option<BodyId>,
    pub(crate) rows: Rows,
}

/// What is known of the nodes of a body. The lists are sorted by node when the body is done.
#[derive(Debug, Default)]
pub(crate) struct SideTables {
    first_expression: usize,
    first_operator: usize,
    types: Vec<Type>,
    references: Vec<Reference>,
    stages: Vec<StageRows>,
    /// The rows of expressions that are tables.
    tables: Vec<(ExpressionId, Rows)>,
    /// The columns that items of a list of columns make.
    made: Vec<(ExpressionId, ColumnId)>,
    /// Columns of open tables that a stage was the first to name.
    inferred: Vec<(OperatorId, (Side, ColumnId))>,
    /// Calls of the query's own functions.
    calls: Vec<(ExpressionId, BodyId)>,
    /// Which signature calls of functions mean that have several.
    overloads: Vec<(ExpressionId, u16)>,
    /// What names with stars stand for.
    matched: Vec<(ExpressionId, Vec<Matched>)>,
    /// What names bind, by the place of the name among the tokens.
    bindings: Vec<(u32, VariableId)>,
    /// Functions as they are declared.
    declared: Vec<(StatementId, BodyId)>,
}

impl SideTables {
    pub(super) fn of_tree(tree: &Tree) -> Self {
        SideTables {
            types: vec![Type::Unknown; tree.expression_count()],
            references: vec![Reference::Nothing; tree.expression_count()],
            stages: vec![StageRows::default(); tree.operator_count()],
            ..SideTables::default()
        }
    }

    pub(super) fn of_body(body: &FunctionBody) -> Self {
        let (expressions, operators) = (&body.expressions, &body.operators);
        SideTables {
            first_expression: expressions.start as usize,
            first_operator: operators.start as usize,
            types: vec![Type::Unknown; expressions.len()],
            references: vec![Reference::Nothing; expressions.len()],
            stages: vec![StageRows::default(); operators.len()],
            ..SideTables::default()
        }
    }

    /// Sorts what is looked up by node; of several entries for one node the order stays.
    pub(super) fn finish(&mut self) {
        self.tables.sort_by_key(|(id, _)| *id);
        self.made.sort_by_key(|(id, _)| *id);
        self.inferred.sort_by_key(|(id, _)| *id);
        self.calls.sort_by_key(|(id, _)| *id);
        self.overloads.sort_by_key(|(id, _)| *id);
        self.matched.sort_by_key(|(id, _)| *id);
        self.bindings.sort_by_key(|(at, _)| *at);
        self.declared.sort_by_key(|(id, _)| *id);
    }

    // Writing.

    fn place(&self, id: ExpressionId) -> usize {
        // A node of another body has no place here: past every end.
        id.index().checked_sub(self.first_expression).unwrap_or(usize::MAX)
    }

    fn stage(&mut self, id: OperatorId) -> Option<&mut StageRows> {
        self.stages.get_mut(id.index().checked_sub(self.first_operator)?)
    }

    /// A scalar's type, and the column that it is unchanged.
    pub(super) fn note_scalar(&mut self, id: ExpressionId, kind: Type, column: Option<ColumnId>) {
        let place = self.place(id);
        if let (Some(known), Some(reference)) = (self.types.get_mut(place), self.references.get_mut(place)) {
            *known = kind;
            match column {
                Some(column) => *reference = Reference::Column(column),
                None if matches!(reference, Reference::Column(_)) => *reference = Reference::Nothing,
                None => {}
            }
        }
    }

    pub(super) fn note_reference(&mut self, id: ExpressionId, reference: Reference) {
        let place = self.place(id);
        if let Some(known) = self.references.get_mut(place) {
            *known = reference;
        }
    }

    pub(super) fn note_table(&mut self, id: ExpressionId, rows: &Rows) {
        self.tables.push((id, rows.clone()));
    }

    pub(super) fn note_made(&mut self, item: ExpressionId, column: ColumnId) {
        self.made.push((item, column));
    }

    pub(super) fn note_inferred(&mut self, stage: OperatorId, side: Side, column: ColumnId) {
        self.inferred.push((stage, (side, column)));
    }

    pub(super) fn note_call(&mut self, id: ExpressionId, body: BodyId) {
        self.calls.push((id, body));
    }

    pub(super) fn note_overload(&mut self, id: ExpressionId, signature: u16) {
        self.overloads.push((id, signature));
    }

    pub(super) fn note_matched(&mut self, id: ExpressionId, tables: Vec<Matched>) {
        self.matched.push((id, tables));
    }

    pub(super) fn note_binding(&mut self, name: Name, variable: VariableId) {
        self.bindings.push((name.tokens.first, variable));
    }

    pub(super) fn note_declared(&mut self, statement: StatementId, body: BodyId) {
        self.declared.push((statement, body));
    }

    pub(super) fn note_input(&mut self, id: OperatorId, rows: Option<Rows>) {
        if let Some(stage) = self.stage(id) {
            *stage = StageRows { input: rows, ..StageRows::default() };
        }
    }

    pub(super) fn note_scope(&mut self, id: OperatorId, rows: &Rows) {
        if let Some(stage) = self.stage(id) {
            stage.scope = Some(rows.clone());
        }
    }

    pub(super) fn note_output(&mut self, id: OperatorId, rows: &Rows) {
        if let Some(stage) = self.stage(id) {
            stage.output = Some(rows.clone());
        }
    }

    // Reading.

    pub(super) fn type_of(&self, id: ExpressionId) -> Type {
        self.types.get(self.place(id)).copied().unwrap_or(Type::Unknown)
    }

    pub(super) fn refers_to(&self, id: ExpressionId) -> Reference {
        self.references.get(self.place(id)).copied().unwrap_or_default()
    }

    pub(crate) fn stage_rows(&self, id: OperatorId) -> Option<&StageRows> {
        self.stages.get(id.index().checked_sub(self.first_operator)?)
    }

    pub(crate) fn table(&self, id: ExpressionId) -> Option<&Rows> {
        last(&self.tables, id)
    }

    pub(crate) fn made_by(&self, item: ExpressionId) -> impl Iterator<Item = ColumnId> + '_ {
        all(&self.made, item).map(|(_, column)| *column)
    }

    /// The item that makes a column.
    pub(super) fn item_of(&self, column: ColumnId) -> Option<ExpressionId> {
        self.made.iter().find(|(_, made)| *made == column).map(|(item, _)| *item)
    }

    /// The stage that is the first to name a column of an open table.
    pub(super) fn stage_of(&self, column: ColumnId) -> Option<OperatorId> {
        self.inferred.iter().find(|(_, (_, named))| *named == column).map(|(stage, _)| *stage)
    }

    /// Every variable that a name or a call refers to, or that a name with stars stands for; some more than once.
    pub(super) fn used_variables(&self) -> impl Iterator<Item = VariableId> + '_ {
        let named = self.references.iter().filter_map(|reference| match reference {
            Reference::Variable(variable) => Some(*variable),
            _ => None,
        });
        named.chain(self.matched.iter().flat_map(|(_, tables)| tables).filter_map(|table| table.variable))
    }

    pub(crate) fn inferred_at(&self, stage: OperatorId, side: Side) -> impl Iterator<Item = ColumnId> + '_ {
        all(&self.inferred, stage)
            .filter(move |(_, (known, _))| *known == side)
            .map(|(_, (_, column))| *column)
    }

    pub(super) fn call(&self, id: ExpressionId) -> Option<BodyId> {
        last(&self.calls, id).copied()
    }

    pub(crate) fn overload(&self, id: ExpressionId) -> Option<u16> {
        last(&self.overloads, id).copied()
    }

    pub(crate) fn matched_by(&self, id: ExpressionId) -> Option<&[Matched]> {
        last(&self.matched, id).map(Vec::as_slice)
    }

    pub(crate) fn binding(&self, name: Name) -> Option<VariableId> {
        last(&self.bindings, name.tokens.first).copied()
    }

    pub(crate) fn declared(&self, statement: StatementId) -> Option<BodyId> {
        last(&self.declared, statement).copied()
    }
}

/// The entries of a key, in a list sorted by it.
fn all<K: Ord + Copy, T>(list: &[(K, T)], key: K) -> impl Iterator<Item = &(K, T)> {
    let start = list.partition_point(|(known, _)| *known < key);
    list[start..].iter().take_while(move |(known, _)| *known == key)
}

/// The last entry of a key, in a list sorted by it.
fn last<K: Ord + Copy, T>(list: &[(K, T)], key: K) -> Option<&T> {
    let end = list.partition_point(|(known, _)| *known <= key);
    let (known, entry) = list.get(end.checked_sub(1)?)?;
    (*known == key).then_some(entry)
}
