//! Operators that read tables: union, join, lookup, find, search.

use super::columns::matches_pattern;
use super::projection::Projection;
use super::side::Matched;
use super::statement::{Local, Meaning};
use super::{Binder, ColumnId, Reference, Rows, Side, Symbol, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::tree::{
    BinaryOperator, ExpressionId, ExpressionKind, FindColumn, JoinCondition, Name, OperatorId, Parameter,
};
use crate::types::Type;

/// How many tables a name with stars stands for that are still read one by one.
const MAX_WILDCARD_TABLES: usize = 100;
/// How many of them are looked at where there are more.
const SAMPLED_TABLES: usize = 16;

impl Binder<'_> {
    /// The rows of an expression where a table has to stand.
    pub(super) fn table(&mut self, id: ExpressionId) -> Rows {
        match self.table_value(id) {
            Value::Table(rows) => rows,
            _ => Rows::unknown(),
        }
    }

    /// What an expression is where a table has to stand: a name there is a table's.
    pub(super) fn table_value(&mut self, id: ExpressionId) -> Value {
        let tree = self.tree;
        match &tree.expression(id).kind {
            ExpressionKind::Parenthesised(inner) => self.table_value(*inner),
            ExpressionKind::DataScope { base, .. } => self.table_value(*base),
            ExpressionKind::Name(name) => {
                let value = self.table_name(id, *name);
                if let Value::Table(rows) = &value {
                    self.side.note_table(id, rows);
                }
                value
            }
            _ => self.value(id),
        }
    }

    fn table_name(&mut self, id: ExpressionId, name: Name) -> Value {
        let symbol = self.declared_name(name);
        if let Some(local) = self.local(symbol).cloned() {
            self.side.note_reference(id, Reference::Variable(local.variable));
            return match local.meaning {
                Meaning::Table(rows) => Value::Table(rows),
                Meaning::Function(function) if function.required() == 0 => {
                    self.let_call(id, &function, &[], &[])
                }
                Meaning::Other(value) => value,
                Meaning::Scalar(scalar) => Value::Scalar(scalar),
                Meaning::Function(_) => Value::Error,
            };
        }
        let text = self.name_of(symbol);
        // A function hides a table of the same name.
        if let Some(value) = self.catalog_function(&text, None) {
            self.side.note_reference(id, Reference::Function);
            return value;
        }
        if let Some(rows) = self.catalog_table(symbol) {
            self.side.note_reference(id, Reference::Table);
            return Value::Table(rows);
        }
        let span = self.tree.name_span(name);
        self.unknown_table(&text, span);
        Value::Table(Rows::unknown())
    }

    // Union.

    pub(super) fn union(
        &mut self,
        input: Option<Rows>,
        sources: &[ExpressionId],
        parameters: &[Parameter],
    ) -> Rows {
        let fuzzy =
            self.parameter_word(parameters, "isfuzzy").is_some_and(|word| word.eq_ignore_ascii_case("true"));
        let outer = self.fuzzy;
        self.fuzzy |= fuzzy;
        let mut tables: Vec<Rows> = input.into_iter().collect();
        for source in sources {
            let found = self.without_rows(|binder| binder.sources(*source));
            tables.extend(found);
        }
        self.fuzzy = outer;
        let inner = self.parameter_word(parameters, "kind").as_deref() == Some("inner");
        let source = self
            .parameter_word(parameters, "withsource")
            .or_else(|| self.parameter_word(parameters, "with_source"));
        let mut rows = self.unified(&tables, inner);
        if let Some(name) = source {
            let symbol = self.symbol(&name);
            let mut columns = vec![self.add_column(symbol, Type::String, Vec::new())];
            columns.extend(rows.columns.iter().filter(|id| self.column(**id).name != symbol));
            rows = Rows::new(columns, rows.open);
        }
        rows
    }

    /// The tables that a source of a union is: one, or those that a name with stars stands for.
    fn sources(&mut self, id: ExpressionId) -> Vec<Rows> {
        let tree = self.tree;
        if !matches!(tree.expression(id).kind, ExpressionKind::Wildcard) {
            return vec![self.table(id)];
        }
        let pattern = tree.text(tree.expression(id).tokens);
        let mut names: Vec<Symbol> = self
            .locals
            .iter()
            .filter(|local| matches!(local.meaning, Meaning::Table(_)))
            .map(|local| local.name)
            .filter(|name| matches_pattern(pattern, &self.names[name.index()]))
            .collect();
        let catalog: Vec<String> = self
            .catalog
            .names()
            .into_iter()
            .filter(|name| matches_pattern(pattern, name))
            .map(str::to_owned)
            .collect();
        if catalog.len() > MAX_WILDCARD_TABLES {
            return vec![self.shared_columns(&catalog)];
        }
        for name in catalog {
            names.push(self.symbol(&name));
        }
        let mut matched = Vec::new();
        for name in names {
            match self.local(name).cloned() {
                Some(Local { meaning: Meaning::Table(rows), variable, .. }) => {
                    matched.push(Matched { name, variable: Some(variable), rows });
                }
                _ => {
                    let rows = self.catalog_table(name);
                    matched.extend(rows.map(|rows| Matched { name, variable: None, rows }));
                }
            }
        }
        let mut tables: Vec<Rows> = matched.iter().map(|table| table.rows.clone()).collect();
        self.side.note_matched(id, matched);
        if tables.is_empty() && !self.fuzzy {
            tables.push(Rows::unknown());
        }
        tables
    }

    /// Hundreds of tables are not read column by column: the columns that some of them share stand for those that all
    /// have, and there are others.
    fn shared_columns(&mut self, names: &[String]) -> Rows {
        let mut shared: Option<Vec<ColumnId>> = None;
        for name in names.iter().step_by((names.len() / SAMPLED_TABLES).max(1)) {
            let Some(table) = self.catalog.table(name) else {
                continue;
            };
            match &mut shared {
                None => {
                    let columns = table.columns.iter().map(|(column, kind)| self.named_column(column, *kind));
                    shared = Some(columns.collect());
                }
                Some(shared) => shared.retain(|id| {
                    let known = &self.columns[id.index()];
                    let text = &self.names[known.name.index()];
                    table.columns.iter().any(|(column, kind)| **column == **text && *kind == known.kind)
                }),
            }
        }
        Rows::new(shared.unwrap_or_default(), true)
    }

    /// The columns of several tables as one: a name of one type is one column, a name of several types one each.
    fn unified(&mut self, tables: &[Rows], inner: bool) -> Rows {
        let open = tables.iter().any(|rows| rows.open);
        if let [only] = tables {
            return only.clone();
        }
        struct Unified {
            name: Symbol,
            kinds: Vec<(Type, Vec<ColumnId>)>,
            tables: usize,
            /// Whether the first two tables that have it agree on its type; the others are then not asked.
            settled: bool,
        }
        let mut places: std::collections::HashMap<Symbol, usize> = std::collections::HashMap::new();
        let mut unified: Vec<Unified> = Vec::new();
        for rows in tables {
            for id in rows.columns.iter() {
                let (name, kind) = (self.column(*id).name, self.column(*id).kind);
                let place = *places.entry(name).or_insert_with(|| {
                    unified.push(Unified { name, kinds: Vec::new(), tables: 0, settled: false });
                    unified.len() - 1
                });
                let column = &mut unified[place];
                column.tables += 1;
                if column.settled && !column.kinds.iter().any(|(known, _)| *known == kind) {
                    continue;
                }
                if column.tables == 2 && column.kinds.iter().any(|(known, _)| *known == kind) {
                    column.settled = true;
                }

                match column.kinds.iter_mut().find(|(known, _)| *known == kind) {
                    Some((_, ids)) => ids.push(*id),
                    None => column.kinds.push((kind, vec![*id])),
                }
            }
        }
        let mut columns = Vec::new();
        for column in unified {
            if inner && column.tables < tables.len() {
                continue;
            }
            let several = column.kinds.len() > 1;
            for (kind, ids) in column.kinds {
                // Columns that are one already stay what they are.
                let same = ids.iter().all(|id| *id == ids[0]);
                if !several && same {
                    columns.push(ids[0]);
                    continue;
                }
                let name = if several {
                    let text = format!("{}_{}", self.name_of(column.name), kind);
                    self.symbol(&text)
                } else {
                    column.name
                };
                columns.push(self.add_column(name, kind, ids));
            }
        }
        Rows::new(columns, open)
    }

    /// The columns of both, those of the right side renamed where the left has the name.
    pub(super) fn joined(&mut self, left: &Rows, right: &Rows) -> Rows {
        let mut projection = Projection::new();
        for id in left.columns.iter() {
            projection.append(self, *id);
        }
        // A name that the right side has itself is not made up for another of its columns.
        let own: Vec<Symbol> = right.columns.iter().map(|id| self.column(*id).name).collect();
        for id in right.columns.iter() {
            let column = self.column(*id).clone();
            if !projection.has(column.name) {
                projection.append(self, *id);
                continue;
            }
            let base = self.name_of(column.name);
            let name = (1..)
                .map(|number| self.symbol(&format!("{base}{number}")))
                .find(|name| !projection.has(*name) && !own.contains(name));
            if let Some(name) = name {
                let renamed = self.add_column(name, column.kind, vec![*id]);
                projection.append(self, renamed);
            }
        }
        projection.finish(left.open || right.open)
    }

    // Join.

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
                let one = self.sided_key(*left, "$left", sides);
                let other = self.sided_key(*right, "$right", sides);
                if let (Some(one), Some(other)) = (one, other) {
                    sides.keys.push(other);
                    self.check_key_types(key, one, other);
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
                            format!("`{text}` is a {left} on the left side and a {right} on the right"),
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
                let side = if one.is_some() { "right" } else { "left" };
                let rows = if one.is_some() { &sides.right } else { &sides.left };
                let known: Vec<std::rc::Rc<str>> =
                    rows.columns.iter().map(|id| self.name_of(self.column(*id).name)).collect();
                let near =
                    crate::nearest::nearest(&text, known.iter().map(|name| &**name)).map(str::to_owned);
                let diagnostic = Diagnostic::new(
                    Code::JoinSides,
                    span,
                    format!("the {side} side of the join has no column `{text}`"),
                );
                self.report(match near {
                    Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
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
            .with_help("the left side of `==` is a column of $left, the right side one of $right"),
        );
        None
    }

    /// A column that one side of a join has, because the query says so.
    fn inferred_side(&mut self, side: Side, name: Symbol) -> ColumnId {
        let id = self.add_column(name, Type::Unknown, Vec::new());
        self.note_inferred(side, id);
        id
    }

    fn check_key_types(&mut self, key: ExpressionId, one: ColumnId, other: ColumnId) {
        let (left, right) = (self.column(one).kind, self.column(other).kind);
        let span = self.span(key);
        if left == Type::Unknown || right == Type::Unknown {
            return;
        }
        if left == Type::Dynamic || right == Type::Dynamic {
            self.report(
                Diagnostic::new(Code::JoinTypes, span, "rows cannot be matched by a dynamic column")
                    .official_as("KS241")
                    .with_help("convert it with `extend` before the join: tostring(…)"),
            );
        } else if left != right && !(left.is_number() && right.is_number()) {
            self.report(
                Diagnostic::new(Code::JoinTypes, span, format!("a {left} never matches a {right}"))
                    .official_as("KS242")
                    .with_help("convert one of the two with `extend` before the join"),
            );
        }
    }

    // Search and find.

    pub(super) fn search_operator(
        &mut self,
        input: Option<Rows>,
        sources: &[ExpressionId],
        predicate: ExpressionId,
    ) -> Rows {
        let mut tables: Vec<Rows> = input.into_iter().collect();
        for source in sources {
            let found = self.without_rows(|binder| binder.sources(*source));
            tables.extend(found);
        }
        let rows = if tables.is_empty() { Rows::unknown() } else { self.unified(&tables, false) };
        let rows = self.search_predicate(&rows, predicate);
        let mut columns = vec![self.named_column("$table", Type::String)];
        columns.extend(rows.columns.iter());
        Rows::new(columns, rows.open)
    }

    fn search_predicate(&mut self, rows: &Rows, predicate: ExpressionId) -> Rows {
        let before = std::mem::replace(&mut self.searching, true);
        self.note_scope(rows);
        let (_, rows) = self.with_rows(rows, |binder| binder.value(predicate));
        self.searching = before;
        rows
    }

    pub(super) fn find_operator(
        &mut self,
        input: Option<Rows>,
        sources: &[ExpressionId],
        predicate: ExpressionId,
        project: Option<&[FindColumn]>,
        parameters: &[Parameter],
    ) -> Rows {
        let mut tables: Vec<Rows> = input.into_iter().collect();
        for source in sources {
            let found = self.without_rows(|binder| binder.sources(*source));
            tables.extend(found);
        }
        let rows = if tables.is_empty() { Rows::unknown() } else { self.unified(&tables, false) };
        let rows = self.search_predicate(&rows, predicate);
        let source = self.parameter_word(parameters, "withsource").unwrap_or_else(|| "source_".to_owned());
        let mut columns = vec![self.named_column(&source, Type::String)];
        match project {
            Some(items) => {
                for item in items {
                    match item {
                        FindColumn::Pack(_) => columns.push(self.named_column("pack_", Type::Dynamic)),
                        FindColumn::Column(column) => {
                            let name = self.declared_name(column.name);
                            match self.find(&rows.columns, name) {
                                Some(id) => columns.push(id),
                                None => columns.push(self.add_column(
                                    name,
                                    self.type_named(column.kind),
                                    Vec::new(),
                                )),
                            }
                        }
                    }
                }
            }
            None => {
                let mut found = Vec::new();
                self.referred(predicate, &mut found);
                for id in found {
                    if !columns.contains(&id) {
                        columns.push(id);
                    }
                }
                columns.push(self.named_column("pack_", Type::Dynamic));
            }
        }
        Rows::new(columns, rows.open)
    }

    /// The columns that an expression refers to, in order.
    fn referred(&self, id: ExpressionId, found: &mut Vec<ColumnId>) {
        let mut open = vec![crate::tree::Node::Expression(id)];
        while let Some(node) = open.pop() {
            if let crate::tree::Node::Expression(id) = node
                && let Reference::Column(column) = self.side.refers_to(id)
                && matches!(self.tree.expression(id).kind, ExpressionKind::Name(_))
            {
                found.push(column);
            }
            let mut children = self.tree.children(node);
            children.reverse();
            open.extend(children);
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
