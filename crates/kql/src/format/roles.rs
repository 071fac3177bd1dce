//! What each token is to the layout, read from the tree and the brackets.

use super::{closes, opens};
use crate::token::{Token, TokenKind};
use crate::tree::{
    BinaryOperator, Expression, ExpressionId, ExpressionKind, FunctionParameter, JoinCondition, Operator,
    OperatorKind, Parameter, Property, StatementKind, TokenRange, Tree,
};

/// What a token is to the layout.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Role {
    /// An operator with a blank on both sides.
    pub(super) is_operator: bool,
    /// The `=` of a parameter, without blanks.
    pub(super) is_tight: bool,
    /// The bracket behind the name of a function.
    pub(super) is_call: bool,
    /// The bracket behind the word of an operator, as in `lookup (`.
    pub(super) is_apart: bool,
    /// The bracket around the right side of a join, which stands on the line of the join.
    pub(super) is_right_side: bool,
    /// A table of `union` that begins a line, since pipelines in brackets are among them.
    pub(super) begins_line: bool,
    /// A bracket that opens a pipeline, the body of a function or other statements.
    pub(super) opens_block: bool,
    /// A bracket around several elements.
    pub(super) opens_list: bool,
    /// A comma within a row of `datatable`, behind which no line ends.
    pub(super) is_in_row: bool,
    /// The first token of a list of a stage.
    pub(super) list: Option<List>,
    /// The `by` of `summarize`.
    pub(super) is_by: bool,
    /// Where the rows of a `let` come from.
    pub(super) is_let_table: bool,
}

/// A list of a stage, by how it is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Its first element, too, gets a line of its own.
    Head,
    /// Its first element stays behind the word before it.
    Tail,
}

/// The roles of the tokens of a query without errors of syntax.
pub(super) fn roles(tree: &Tree) -> Vec<Role> {
    let mut reader = Reader::new(tree);
    reader.brackets();
    for statement in &tree.statements {
        reader.statement(&statement.kind);
    }
    for operator in &tree.operators {
        reader.operator(operator);
    }
    for expression in &tree.expressions {
        reader.expression(expression);
    }
    reader.roles
}

struct Reader<'t> {
    tree: &'t Tree,
    roles: Vec<Role>,
    /// For each token the last one before it that the grammar sees.
    before: Vec<usize>,
    /// For each token the first one from it on that the grammar sees.
    from: Vec<usize>,
}

impl<'t> Reader<'t> {
    fn new(tree: &'t Tree) -> Self {
        let tokens = &tree.tokens;
        let (mut before, mut from) = (vec![0; tokens.len()], vec![0; tokens.len()]);
        let mut last = 0;
        for (at, token) in tokens.iter().enumerate() {
            before[at] = last;
            if !token.kind.is_trivia() {
                last = at;
            }
        }
        let mut next = tokens.len().saturating_sub(1);
        for (at, token) in tokens.iter().enumerate().rev() {
            if !token.kind.is_trivia() {
                next = at;
            }
            from[at] = next;
        }
        Self { tree, roles: vec![Role::default(); tokens.len()], before, from }
    }

    /// What brackets and operators are by their kind alone.
    fn brackets(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        let mut before = TokenKind::End;
        for (at, Token { kind, .. }) in self.tree.tokens.iter().enumerate() {
            use TokenKind::*;
            match *kind {
                kind if kind.is_trivia() => continue,
                kind if opens(kind) => {
                    self.roles[at].opens_block = kind == OpenBrace && before == CloseParen;
                    open.push(at);
                }
                kind if closes(kind) => {
                    open.pop();
                }
                Bar | Semicolon => {
                    if let Some(at) = open.last() {
                        self.roles[*at].opens_block = true;
                    }
                }
                Comma => {
                    if let Some(at) = open.last() {
                        self.roles[*at].opens_list = true;
                    }
                }
                Equal | LessEqual | GreaterEqual | EqualEqual | BangEqual | LessGreater | EqualTilde
                | BangTilde | FatArrow => self.roles[at].is_operator = true,
                _ => {}
            }
            before = *kind;
        }
        for role in &mut self.roles {
            role.opens_list &= !role.opens_block;
        }
    }

    fn first(&self, id: ExpressionId) -> usize {
        self.from[self.tree.expression(id).tokens.first as usize]
    }

    /// The first token that the grammar sees behind a run of tokens.
    fn behind(&self, range: TokenRange) -> usize {
        self.from[(range.end as usize).min(self.from.len() - 1)]
    }

    fn operator_before(&mut self, id: ExpressionId) {
        let at = self.before[self.first(id)];
        self.roles[at].is_operator = true;
    }

    /// The `=` before the value of a parameter.
    fn parameter_value(&mut self, first: usize) {
        let at = self.before[first];
        if self.tree.tokens[at].kind == TokenKind::Equal {
            self.roles[at].is_tight = true;
            self.roles[at].is_operator = false;
        }
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            self.parameter_value(self.first(parameter.value));
        }
    }

    fn properties(&mut self, properties: &[Property]) {
        for property in properties {
            self.parameter_value(self.first(property.value));
        }
    }

    fn defaults(&mut self, parameters: &[FunctionParameter]) {
        for default in parameters.iter().filter_map(|parameter| parameter.default) {
            self.parameter_value(self.first(default));
        }
    }

    fn list(&mut self, list: List, mut elements: impl Iterator<Item = ExpressionId>) {
        if let (Some(first), Some(_)) = (elements.next(), elements.next()) {
            let at = self.first(first);
            self.roles[at].list = Some(list);
        }
    }

    /// A bracket behind the name of a function, unless the two would be one literal: `int (5)`.
    fn call(&mut self, name: usize, bracket: usize) {
        let literals = [
            "long", "int64", "int", "int32", "real", "double", "decimal", "bool", "datetime", "date", "time",
            "timespan", "guid",
        ];
        let name = self.tree.tokens[name].text(&self.tree.source);
        if self.tree.tokens[bracket].kind == TokenKind::OpenParen && !literals.contains(&name) {
            self.roles[bracket].is_call = true;
        }
    }

    fn statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Let { value, .. }
                if matches!(
                    self.tree.expression(*value).kind,
                    ExpressionKind::Pipe { .. } | ExpressionKind::Operator(_)
                ) =>
            {
                let at = self.first(*value);
                self.roles[at].is_let_table = true;
            }
            StatementKind::LetFunction { parameters, .. } | StatementKind::DeclareParameters(parameters) => {
                self.defaults(parameters);
            }
            _ => {}
        }
    }

    fn operator(&mut self, operator: &Operator) {
        self.parameters(&operator.parameters);
        let word = self.from[operator.tokens.first as usize];
        let behind = self.from[(word + 1).min(self.from.len() - 1)];
        if self.tree.tokens[behind].kind == TokenKind::OpenParen {
            self.roles[behind].is_apart = true;
        }
        use OperatorKind::*;
        match &operator.kind {
            Distinct { columns }
            | Extend { columns }
            | Print { columns }
            | Project { columns }
            | ProjectAway { columns }
            | ProjectByNames { columns }
            | ProjectKeep { columns }
            | ProjectRename { columns }
            | Serialize { columns } => self.list(List::Head, columns.iter().copied()),
            Union { sources } => {
                self.list(List::Head, sources.iter().copied());
                let begins_block = |id: &ExpressionId| self.roles[self.first(*id)].opens_block;
                if sources.len() > 1 && sources.iter().any(begins_block) {
                    for source in sources {
                        let at = self.first(*source);
                        self.roles[at].begins_line = true;
                    }
                }
            }
            ProjectReorder { columns } | Sort { keys: columns } => {
                self.list(List::Head, columns.iter().map(|order| order.key));
            }
            MvExpand { items, .. } => self.list(List::Head, items.iter().map(|item| item.value)),
            Summarize { aggregates, by, .. } => {
                self.list(List::Head, aggregates.iter().copied());
                self.list(List::Tail, by.iter().copied());
                if let (Some(_), Some(first)) = (aggregates.first(), by.first()) {
                    let at = self.before[self.first(*first)];
                    self.roles[at].is_by = self.tree.tokens[at].text(&self.tree.source) == "by";
                }
            }
            Join { right, condition } | Lookup { right, condition } => {
                let at = self.first(*right);
                if self.tree.tokens[at].kind == TokenKind::OpenParen {
                    self.roles[at].is_right_side = true;
                }
                if let Some(JoinCondition::On(keys)) = condition {
                    self.list(List::Tail, keys.iter().copied());
                }
            }
            MakeSeries { aggregations, .. } => {
                for default in aggregations.iter().filter_map(|aggregation| aggregation.default) {
                    self.parameter_value(self.first(default));
                }
            }
            GraphToTable { outputs } => {
                for output in outputs {
                    self.parameters(&output.parameters);
                }
            }
            ParseKv { properties, .. } | Render { properties, .. } => self.properties(properties),
            Reduce { with, .. } => {
                for id in with {
                    if let ExpressionKind::Named { value, .. } = self.tree.expression(*id).kind {
                        self.parameter_value(self.first(value));
                    }
                }
            }
            Scan { declared, steps, .. } => {
                self.defaults(declared);
                for output in steps.iter().filter_map(|step| step.output) {
                    self.parameter_value(self.from[output.first as usize]);
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &Expression) {
        use ExpressionKind::*;
        match &expression.kind {
            Binary { operator, right, .. } if *operator != BinaryOperator::Colon => {
                self.operator_before(*right);
            }
            In { left, .. } | Between { value: left, .. } => {
                let at = self.behind(self.tree.expression(*left).tokens);
                self.roles[at].is_operator = true;
                if let Between { high, .. } = expression.kind {
                    self.operator_before(high);
                }
            }
            Call { name, .. } => {
                let bracket = self.behind(name.tokens);
                self.call(self.before[bracket], bracket);
            }
            ToScalar(_) | ToTable(_) | Materialize(_) | Dynamic(_) | TypeOf(_) => {
                let word = self.from[expression.tokens.first as usize];
                let bracket = self.from[(word + 1).min(self.from.len() - 1)];
                self.call(word, bracket);
            }
            ExternalData { properties, .. } => self.properties(properties),
            DataScope { scope, .. } => self.parameters(&[*scope]),
            DataTable { columns, values } if columns.len() > 1 => {
                for (at, value) in values.iter().enumerate() {
                    let comma = self.before[self.first(*value)];
                    if at % columns.len() != 0 && self.tree.tokens[comma].kind == TokenKind::Comma {
                        self.roles[comma].is_in_row = true;
                    }
                }
            }
            _ => {}
        }
    }
}
