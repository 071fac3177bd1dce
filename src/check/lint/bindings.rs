//! What the names of a query are bound to.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use kql::tree::{
    ExpressionId, ExpressionKind, FunctionParameter, LiteralKind, Node, StatementKind, TokenRange, Tree,
};
use kql::{TokenKind, literal};

/// How many names are followed one into another.
pub(super) const DEEPEST: usize = 20;

/// The names of a query that one `let` and nothing else binds.
pub(super) struct Bindings<'q> {
    tree: &'q Tree,
    values: HashMap<Cow<'q, str>, Option<ExpressionId>>,
    /// Columns that are computed by changing the case of a text.
    folded: HashSet<Cow<'q, str>>,
}

impl<'q> Bindings<'q> {
    pub(super) fn new(tree: &'q Tree) -> Self {
        let mut bindings = Self { tree, values: HashMap::new(), folded: HashSet::new() };
        let mut open: Vec<Node> = tree.root.iter().map(|id| Node::Statement(*id)).collect();
        while let Some(node) = open.pop() {
            match node {
                Node::Statement(id) => bindings.statement(&tree.statement(id).kind),
                Node::Expression(id) => bindings.expression(id),
                Node::Operator(_) => {}
            }
            open.extend(tree.children(node));
        }
        bindings
    }

    fn statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Let { name, value } => self.bind(self.tree.name(*name), Some(*value)),
            StatementKind::LetFunction { name, parameters, .. } => {
                self.bind(self.tree.name(*name), None);
                self.parameters(parameters);
            }
            StatementKind::DeclareParameters(parameters) => self.parameters(parameters),
            _ => {}
        }
    }

    fn parameters(&mut self, parameters: &[FunctionParameter]) {
        for parameter in parameters {
            self.bind(self.tree.name(parameter.name), None);
        }
    }

    /// A name bound twice is nobody's.
    fn bind(&mut self, name: Cow<'q, str>, value: Option<ExpressionId>) {
        self.values.entry(name).and_modify(|known| *known = None).or_insert(value);
    }

    fn expression(&mut self, id: ExpressionId) {
        let ExpressionKind::Named { names, value } = &self.tree.expression(id).kind else { return };
        if let [name] = names.as_slice()
            && self.folds_case(*value)
        {
            self.folded.insert(self.tree.name(*name));
        }
    }

    /// Whether a value is made by `tolower` or `toupper`.
    pub(super) fn folds_case(&self, id: ExpressionId) -> bool {
        let mut open = vec![Node::Expression(id)];
        while let Some(node) = open.pop() {
            if let Node::Expression(id) = node
                && let ExpressionKind::Call { name, .. } = &self.tree.expression(id).kind
                && matches!(&*self.tree.name(*name), "tolower" | "toupper")
            {
                return true;
            }
            open.extend(self.tree.children(node));
        }
        false
    }

    /// Whether a column of this name is made by `tolower` or `toupper` somewhere in the query.
    pub(super) fn is_folded(&self, column: &str) -> bool {
        self.folded.contains(column)
    }

    /// Whether the query binds a name.
    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// An expression without brackets, or what the name that it is stands for.
    pub(super) fn value(&self, id: ExpressionId) -> ExpressionId {
        let mut id = self.tree.unwrapped(id);
        for _ in 0..DEEPEST {
            id = match &self.tree.expression(id).kind {
                ExpressionKind::Name(name) => match self.values.get(&self.tree.name(*name)) {
                    Some(Some(value)) => self.tree.unwrapped(*value),
                    _ => break,
                },
                ExpressionKind::Materialize(inner) => self.tree.unwrapped(*inner),
                _ => break,
            };
        }
        id
    }

    /// The text of a string literal; several side by side are one.
    pub(super) fn string(&self, id: ExpressionId) -> Option<String> {
        let tokens = self.tokens(self.tree.expression(id).tokens);
        tokens
            .iter()
            .filter(|token| token.kind == TokenKind::String)
            .map(|token| literal::decode(token.text(&self.tree.source)))
            .collect()
    }

    /// The string literals of a `dynamic([…])`; none where it is something else.
    pub(super) fn strings(&self, id: ExpressionId) -> Option<Vec<String>> {
        match &self.tree.expression(id).kind {
            ExpressionKind::Dynamic(inner) => self.strings(*inner),
            ExpressionKind::JsonArray(items) => {
                let is_text = |id: &&ExpressionId| {
                    matches!(self.tree.expression(**id).kind, ExpressionKind::Literal(LiteralKind::String))
                };
                Some(items.iter().filter(is_text).filter_map(|id| self.string(*id)).collect())
            }
            _ => None,
        }
    }

    fn tokens(&self, range: TokenRange) -> &'q [kql::Token] {
        self.tree.tokens.get(range.first as usize..range.end as usize).unwrap_or_default()
    }
}
