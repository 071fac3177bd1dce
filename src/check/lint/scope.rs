//! How much a query reads.

use kql::tree::{ExpressionKind, Node, OperatorId, OperatorKind};
use kql::{Read, ReadKind, Type};

use super::code::{NO_TIME_BOUND, UNSCOPED_SEARCH};
use super::{Lints, Setting};

impl Lints<'_> {
    /// An operator that stands first: nothing says which rows it is given.
    pub(super) fn leading(&mut self, id: OperatorId) {
        let tree = self.tree;
        let is_star = |expression| tree.span_of(expression).text(&tree.source) == "*";
        let in_rule = matches!(self.setting, Setting::Rule { .. });
        let help = match &tree.operator(id).kind {
            // An error of its own.
            OperatorKind::Search { predicate, .. } if in_rule && is_star(tree.unwrapped(*predicate)) => {
                return;
            }
            OperatorKind::Search { sources, .. } if sources.is_empty() => {
                "name the tables, as in `search in (SigninLogs, AuditLogs) …`"
            }
            OperatorKind::Find { sources, .. } if sources.is_empty() => {
                "name the tables, as in `find in (SigninLogs, AuditLogs) where …`"
            }
            OperatorKind::Union { sources } if !in_rule && sources.iter().any(|source| is_star(*source)) => {
                "name the tables, as in `union SigninLogs, AuditLogs`"
            }
            _ => return,
        };
        let span = self.word(id);
        let word = span.text(&tree.source);
        self.report(
            &UNSCOPED_SEARCH,
            span,
            format!("`{word}` reads every table of the workspace"),
            "it names no tables",
            help,
        );
    }

    /// Warns of a bare query that reads a table over all time.
    pub(super) fn time_bound(&mut self) {
        if self.analysis.tables.is_empty() || self.names_a_time() {
            return;
        }
        let is_table = |read: &&Read| read.kind == ReadKind::Table && read.known;
        let Some(source) = self.analysis.reads().iter().find(is_table) else { return };
        self.report(
            &NO_TIME_BOUND,
            source.span,
            "the query names no time",
            "all that the workspace keeps of it is read",
            "add `| where TimeGenerated > ago(1d)` after the table",
        );
    }

    /// Whether something in the query compares a date, is given one, or wants only some rows.
    fn names_a_time(&self) -> bool {
        let tree = self.tree;
        let is_date = |id| self.analysis.type_of(id) == Type::DateTime;
        let mut open: Vec<Node> = tree.root.iter().map(|id| Node::Statement(*id)).collect();
        while let Some(node) = open.pop() {
            let found = match node {
                Node::Expression(id) => match &tree.expression(id).kind {
                    ExpressionKind::Binary { operator, left, right } => {
                        use kql::tree::BinaryOperator::*;
                        matches!(operator, Equal | Less | LessEqual | Greater | GreaterEqual)
                            && (is_date(*left)
                                || is_date(*right)
                                || self.is_age(*left)
                                || self.is_age(*right))
                    }
                    ExpressionKind::Between { value, low, .. } => is_date(*value) || is_date(*low),
                    // A parser is told the time by its arguments.
                    ExpressionKind::Call { name, arguments } => {
                        self.analysis.functions.iter().any(|known| **known == *tree.name(*name))
                            && arguments.iter().any(|argument| match &tree.expression(*argument).kind {
                                ExpressionKind::Named { value, .. } => is_date(*value),
                                _ => is_date(*argument),
                            })
                    }
                    ExpressionKind::Pipe { stages, .. } => stages.iter().any(|stage| {
                        matches!(
                            tree.operator(*stage).kind,
                            OperatorKind::Take { .. } | OperatorKind::GetSchema | OperatorKind::Sample { .. }
                        )
                    }),
                    _ => false,
                },
                _ => false,
            };
            if found {
                return true;
            }
            open.extend(tree.children(node));
        }
        false
    }

    /// Whether an expression is how long ago something was, as in `now() - TimeGenerated < 1d`.
    fn is_age(&self, id: kql::tree::ExpressionId) -> bool {
        let id = self.tree.unwrapped(id);
        self.analysis.type_of(id) == Type::TimeSpan
            && matches!(&self.tree.expression(id).kind, ExpressionKind::Binary { left, right, .. }
                if self.analysis.type_of(*left) == Type::DateTime || self.analysis.type_of(*right) == Type::DateTime)
    }
}
