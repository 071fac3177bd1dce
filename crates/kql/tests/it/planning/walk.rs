//! Goes through a plan and holds that every place in it lies in the rows that it refers to and means what was written.

use kql::plan::{
    Argument, Call, Callee, Columns, JoinOn, Origin, Plan, Scalar, ScalarKind, SeriesSteps, Source, Stage,
    StageKind, Statement, Table, UnionSource, Value,
};
use kql::tree::{ExpressionKind, Tree};
use kql::{Analysis, BodyId, QueryResult, Rows};

/// What was seen on the way.
pub(crate) struct Walk<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) analysis: &'a Analysis,
    /// How many columns were referred to by place.
    pub(crate) places: usize,
    pub(crate) stages: usize,
    /// How much was left unresolved, graphs aside.
    pub(crate) unresolved: usize,
    body: BodyId,
    scope: Rows,
    right: Rows,
}

impl<'a> Walk<'a> {
    /// Goes through all of a plan.
    pub(crate) fn through(tree: &'a Tree, analysis: &'a Analysis, plan: &Plan<'_>) -> Self {
        let mut walk = Walk {
            tree,
            analysis,
            places: 0,
            stages: 0,
            unresolved: 0,
            body: BodyId::ROOT,
            scope: Rows::default(),
            right: Rows::default(),
        };
        for (id, block) in plan.blocks() {
            walk.body = id;
            for parameter in &block.parameters {
                walk.optional(parameter.default.as_ref());
            }
            walk.statements(&block.statements);
        }
        let last = plan.root().statements.iter().rev().find_map(|statement| match statement {
            Statement::Query(Value::Table(table)) => Some(table),
            _ => None,
        });
        match (&analysis.result, last) {
            (QueryResult::Table(rows), Some(table)) => assert_eq!(table.rows(), Some(rows), "the result"),
            (QueryResult::Table(rows), None) => assert!(rows.columns.is_empty(), "the result is not planned"),
            _ => {}
        }
        walk
    }

    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            match statement {
                Statement::Let { value, .. } | Statement::Query(value) => self.value(value),
                Statement::Parameters(parameters) => {
                    for parameter in parameters {
                        self.optional(parameter.default.as_ref());
                    }
                }
                Statement::Function { .. } | Statement::Other(_) => {}
            }
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Scalar(scalar) => self.scalar(scalar),
            Value::Table(table) => self.table(table),
            Value::Unresolved(_) => self.unresolved += 1,
        }
    }

    fn table(&mut self, table: &Table) {
        let around = std::mem::take(&mut self.scope);
        let mut before = table.source_rows.clone();
        match &table.source {
            Source::Call(call) => self.call(call),
            Source::DataTable(values) => self.scalars(values),
            Source::ExternalData { sources, properties } => {
                self.scalars(sources);
                properties.iter().for_each(|(_, value)| self.value(value));
            }
            Source::Materialize(value) => self.value(value),
            Source::Other { parts, .. } => parts.iter().for_each(|part| self.value(part)),
            Source::Unresolved(_) => self.unresolved += 1,
            Source::Nothing
            | Source::Input
            | Source::Table(_)
            | Source::Variable(_)
            | Source::EveryTable
            | Source::Elsewhere(_) => {}
        }
        for stage in &table.stages {
            self.stage(stage, before.as_ref());
            before = stage.rows.clone();
        }
        self.scope = around;
    }

    fn stage(&mut self, stage: &Stage, before: Option<&Rows>) {
        self.stages += 1;
        let body = self.analysis.body(self.body);
        assert_eq!(stage.rows.as_ref(), body.rows_after(stage.operator), "the rows of {:?}", stage.kind);
        let is_united = matches!(stage.kind, StageKind::Search { .. } | StageKind::Find { .. });
        let is_declaring = matches!(stage.kind, StageKind::Scan { .. });
        if let Some(before) = before.filter(|_| !is_united && !is_declaring) {
            assert!(stage.scope.columns.starts_with(&before.columns), "the scope begins with the input");
        }
        self.columns(stage);
        self.scope = stage.scope.clone();
        self.kind(&stage.kind, stage.rows.as_ref());
    }

    /// Where the columns of a stage's result come from.
    fn columns(&self, stage: &Stage) {
        let rows = stage.rows.clone().unwrap_or_default();
        let Columns::Each(origins) = &stage.columns else {
            assert_eq!(rows.columns, stage.scope.columns, "nothing changes");
            return;
        };
        assert_eq!(origins.len(), rows.columns.len(), "each column has an origin");
        let right = match &stage.kind {
            StageKind::Join { right_scope, .. } | StageKind::Lookup { right_scope, .. } => {
                right_scope.clone()
            }
            StageKind::MvApply { body: Value::Table(body), .. }
            | StageKind::Partition { body: Value::Table(body), .. } => {
                body.rows().cloned().unwrap_or_default()
            }
            _ => Rows::default(),
        };
        for (origin, column) in origins.iter().zip(rows.columns.iter()) {
            let from = match origin {
                Origin::Scope(place) => stage.scope.columns[*place],
                Origin::Right(place) => right.columns[*place],
                Origin::Item { item, .. } => {
                    assert!(*item < item_count(&stage.kind), "{:?}", stage.kind);
                    continue;
                }
                Origin::Made => continue,
            };
            let kinds = (self.analysis.column(from).kind, self.analysis.column(*column).kind);
            assert_eq!(kinds.0, kinds.1, "a column that is passed on keeps its type: {:?}", stage.kind);
        }
    }

    fn kind(&mut self, kind: &StageKind, result: Option<&Rows>) {
        use StageKind as S;
        match kind {
            S::As { .. }
            | S::AssertSchema { .. }
            | S::Consume
            | S::Count
            | S::ExecuteAndCache
            | S::GetSchema
            | S::ProjectAway
            | S::ProjectKeep
            | S::ProjectRename
            | S::ProjectReorder => {}
            S::Distinct { items }
            | S::Extend { items }
            | S::Project { items }
            | S::Print { items }
            | S::Serialize { items } => self.scalars(items),
            S::ProjectByNames { items } => items.iter().for_each(|item| self.value(item)),
            S::Evaluate { call, right_scope } => {
                self.right = right_scope.clone();
                self.call(call);
            }
            S::Facet { columns, body } => {
                assert!(columns.iter().all(|place| *place < self.scope.columns.len()));
                if let Some(body) = body {
                    self.table(body);
                }
            }
            S::Find { sources, predicate } | S::Search { sources, predicate } => {
                let scope = self.scope.clone();
                self.sources(sources, &scope);
                self.scalar(predicate);
            }
            S::Union { sources } => self.sources(sources, &result.cloned().unwrap_or_default()),
            S::Fork { branches } => branches.iter().for_each(|(_, branch)| self.value(branch)),
            // What a graph's names mean is not followed.
            S::Graph { .. } => {}
            S::Invoke { calls } => calls.iter().for_each(|call| self.call(call)),
            S::Join { right, right_scope, on } | S::Lookup { right, right_scope, on } => {
                self.table(right);
                match on {
                    JoinOn::Keys(keys) => {
                        for key in keys {
                            match key {
                                Some((left, right)) => {
                                    assert!(*left < self.scope.columns.len(), "a key of the left side");
                                    assert!(*right < right_scope.columns.len(), "a key of the right side");
                                    self.places += 2;
                                }
                                None => self.unresolved += 1,
                            }
                        }
                    }
                    JoinOn::Predicate(predicate) => {
                        self.right = right_scope.clone();
                        self.scalar(predicate);
                    }
                    JoinOn::Missing => self.unresolved += 1,
                }
            }
            S::MacroExpand { group, statements, .. } => {
                self.value(group);
                self.statements(statements);
            }
            S::MakeSeries { by, aggregates, on, steps } => {
                self.scalars(by);
                for (value, default) in aggregates {
                    self.scalar(value);
                    self.optional(default.as_ref());
                }
                self.scalar(on);
                match steps {
                    SeriesSteps::Steps { from, to, step } => {
                        self.optional(from.as_ref());
                        self.optional(to.as_ref());
                        self.scalar(step);
                    }
                    SeriesSteps::In(call) => self.scalar(call),
                }
            }
            S::MvApply { items, limit, body } => {
                items.iter().for_each(|(item, _)| self.scalar(item));
                self.optional(limit.as_ref());
                self.value(body);
            }
            S::MvExpand { items, limit } => {
                items.iter().for_each(|(item, _)| self.scalar(item));
                self.optional(limit.as_ref());
            }
            S::Parse { value, .. } | S::ParseKv { value, .. } => self.scalar(value),
            S::Partition { by, body, .. } => {
                self.scalar(by);
                self.value(body);
            }
            S::Range { from, to, step } => [from, to, step].into_iter().for_each(|bound| self.scalar(bound)),
            S::Reduce { by, with } => {
                self.scalar(by);
                self.scalars(with);
            }
            S::Render { properties, .. } => properties.iter().for_each(|(_, value)| self.value(value)),
            S::Sample { count } | S::Take { count } => self.scalar(count),
            S::SampleDistinct { count, of } => [count, of].into_iter().for_each(|one| self.scalar(one)),
            S::Scan { order, partition, declared, steps } => {
                order.iter().for_each(|key| self.scalar(&key.value));
                self.scalars(partition);
                declared.iter().for_each(|column| self.optional(column.default.as_ref()));
                for step in steps {
                    self.scalar(&step.condition);
                    for (place, value) in &step.assignments {
                        assert!(place.is_none_or(|place| place < self.scope.columns.len()));
                        self.scalar(value);
                    }
                }
            }
            S::Sort { keys } => keys.iter().for_each(|key| self.scalar(&key.value)),
            S::Summarize { by, aggregates, bin } => {
                self.scalars(by);
                self.scalars(aggregates);
                self.optional(bin.as_ref());
            }
            S::Top { count, by } => [count, &by.value].into_iter().for_each(|one| self.scalar(one)),
            S::TopHitters { count, of, by } => {
                self.scalar(count);
                self.scalar(of);
                self.optional(by.as_ref());
            }
            S::TopNested { levels } => {
                for level in levels {
                    self.optional(level.count.as_ref());
                    self.scalar(&level.of);
                    self.optional(level.others.as_ref());
                    self.scalar(&level.by.value);
                }
            }
            S::Where { predicate } => self.scalar(predicate),
            S::Unresolved => self.unresolved += 1,
        }
    }

    fn sources(&mut self, sources: &[UnionSource], united: &Rows) {
        for source in sources {
            let rows = source.table.rows().cloned().unwrap_or_default();
            for (place, column) in source.columns.iter().zip(united.columns.iter()) {
                let Some(place) = place else { continue };
                let kinds =
                    (self.analysis.column(rows.columns[*place]).kind, self.analysis.column(*column).kind);
                assert_eq!(kinds.0, kinds.1, "a column of a union has the type of its tables");
            }
            self.table(&source.table);
        }
    }

    fn call(&mut self, call: &Call) {
        if matches!(call.callee, Callee::Unresolved(_)) {
            self.unresolved += 1;
        }
        call.arguments.iter().for_each(|Argument { value, .. }| self.value(value));
    }

    fn optional(&mut self, scalar: Option<&Scalar>) {
        if let Some(scalar) = scalar {
            self.scalar(scalar);
        }
    }

    fn scalars(&mut self, scalars: &[Scalar]) {
        scalars.iter().for_each(|scalar| self.scalar(scalar));
    }

    /// A place means the column whose name stands there.
    fn place(&mut self, rows: &Rows, place: usize, scalar: &Scalar) {
        self.places += 1;
        let column = rows.columns[place];
        let written = match self.tree.expression(scalar.at).kind {
            ExpressionKind::Name(name) => name,
            ExpressionKind::Path { member, .. } => match self.tree.expression(member).kind {
                ExpressionKind::Name(name) => name,
                _ => return,
            },
            _ => return,
        };
        assert_eq!(self.analysis.column_name(column), self.tree.name(written));
    }

    fn scalar(&mut self, scalar: &Scalar) {
        match &scalar.value {
            ScalarKind::Column(place) | ScalarKind::Step { column: place, .. } => {
                let scope = self.scope.clone();
                self.place(&scope, *place, scalar);
            }
            ScalarKind::Right(place) => {
                let right = self.right.clone();
                self.place(&right, *place, scalar);
            }
            ScalarKind::Constant(_)
            | ScalarKind::Member { .. }
            | ScalarKind::Variable(_)
            | ScalarKind::TypeOf(_)
            | ScalarKind::Star(_) => {}
            ScalarKind::Call(call) => self.call(call),
            ScalarKind::Unary(_, operand) | ScalarKind::Property(operand, _) => self.scalar(operand),
            ScalarKind::Chain { first, rest } => {
                self.scalar(first);
                rest.iter().for_each(|(_, operand)| self.scalar(operand));
            }
            ScalarKind::In { value, list, .. } => {
                self.scalar(value);
                list.iter().for_each(|item| self.value(item));
            }
            ScalarKind::Between { operands, .. } => self.scalars(operands.as_ref()),
            ScalarKind::Element(base, index) => {
                self.scalar(base);
                self.scalar(index);
            }
            ScalarKind::First(value) => self.value(value),
            ScalarKind::Array(items) => self.scalars(items),
            ScalarKind::Object(pairs) => pairs.iter().for_each(|(_, value)| self.scalar(value)),
            ScalarKind::Table(table) => self.table(table),
            ScalarKind::Unresolved => self.unresolved += 1,
        }
    }
}

fn item_count(kind: &StageKind) -> usize {
    use StageKind as S;
    match kind {
        S::Distinct { items }
        | S::Extend { items }
        | S::Project { items }
        | S::Print { items }
        | S::Serialize { items } => items.len(),
        S::MvApply { items, .. } | S::MvExpand { items, .. } => items.len(),
        S::Summarize { by, aggregates, .. } => by.len() + aggregates.len(),
        S::MakeSeries { by, aggregates, .. } => by.len() + aggregates.len() + 1,
        S::SampleDistinct { .. } => 1,
        S::TopHitters { by, .. } => 1 + usize::from(by.is_some()),
        S::TopNested { levels } => levels.len() * 2,
        S::Graph { parts } => parts.len(),
        _ => 0,
    }
}
