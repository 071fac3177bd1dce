//! What a query reads, from its syntax tree: tables, watchlists and functions.
//!
//! Names are followed through `let`: what a `let` binds is no table, what it reads is read where its name stands, and a
//! text that is given to a function of the query reaches `table(…)` and `_GetWatchlist(…)` in it. What only a run can
//! tell is left out.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use kql::tree::{
    ExpressionId, ExpressionKind, FunctionParameter, LiteralKind, Node, Operator, OperatorKind, StatementId,
    StatementKind, Tree,
};
use kql::{Span, TokenKind, literal};

/// How many reads one name may stand for, so that names that stand for each other do not grow without bound.
const MOST: usize = 500;

/// Something that a query reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What it is.
    pub kind: ReadKind,
    /// Its name.
    pub name: String,
    /// Where it stands in the query.
    pub span: Span,
    /// Whether the query runs without it: it stands, or the name that stands for it stands, only inside a
    /// `union isfuzzy=true`.
    pub optional: bool,
}

impl Read {
    /// Whether it may be a call of a function that the workspace has.
    pub fn may_be_call(&self) -> bool {
        matches!(self.kind, ReadKind::Source | ReadKind::Function)
    }
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadKind {
    /// A name where a table is read: a table, or a function without brackets.
    Source,
    /// The table of `table('…')`.
    Table,
    /// The alias of `_GetWatchlist('…')`.
    Watchlist,
    /// A function that the query does not declare itself.
    Function,
}

/// What a query reads, in the order of the text.
pub fn reads(tree: &Tree) -> Vec<Read> {
    let mut reader = Reader { tree, scope: Vec::new(), places: HashMap::new(), found: Vec::new() };
    reader.statements(&tree.root);
    reader.close(0);
    let mut reads: Vec<Read> = reader.found.into_iter().filter_map(Found::known).collect();
    reads.sort_by_key(|read| read.span);
    reads
}

/// A read whose name may still be a parameter.
#[derive(Debug, Clone)]
struct Found<'q> {
    read: Read,
    parameter: Option<Cow<'q, str>>,
}

impl Found<'_> {
    fn known(self) -> Option<Read> {
        self.parameter.is_none().then_some(self.read)
    }
}

/// A name that the query binds.
struct Bound<'q> {
    name: Cow<'q, str>,
    reads: Vec<Found<'q>>,
    /// The names of its parameters, where it is a function.
    parameters: Vec<Cow<'q, str>>,
    /// The text, where it is one.
    text: Option<String>,
    is_parameter: bool,
    used: bool,
}

struct Reader<'q> {
    tree: &'q Tree,
    scope: Vec<Bound<'q>>,
    /// Where in the scope each name stands, innermost last.
    places: HashMap<Cow<'q, str>, Vec<usize>>,
    found: Vec<Found<'q>>,
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Whether a name there is a table.
    is_table: bool,
    optional: bool,
}

impl<'q> Reader<'q> {
    fn statements(&mut self, ids: &[StatementId]) {
        for id in ids {
            match &self.tree.statement(*id).kind {
                StatementKind::Query(value) => self.walk(Node::Expression(*value), true),
                StatementKind::Let { name, value } => {
                    let before = std::mem::take(&mut self.found);
                    self.walk(Node::Expression(*value), true);
                    let reads = std::mem::replace(&mut self.found, before);
                    let text = self.text(*value);
                    self.bind(self.tree.name(*name), reads, Vec::new(), text);
                }
                StatementKind::LetFunction { name, parameters, body, .. } => {
                    let before = std::mem::take(&mut self.found);
                    let outer = self.scope.len();
                    self.parameters(parameters);
                    self.statements(&body.statements);
                    self.close(outer);
                    let reads = std::mem::replace(&mut self.found, before);
                    let parameters = parameters.iter().map(|known| self.tree.name(known.name)).collect();
                    self.bind(self.tree.name(*name), reads, parameters, None);
                }
                StatementKind::DeclareParameters(parameters) => self.parameters(parameters),
                StatementKind::Alias { name, .. } => {
                    self.bind(self.tree.name(*name), Vec::new(), Vec::new(), None);
                }
                StatementKind::DeclarePattern { .. }
                | StatementKind::Set { .. }
                | StatementKind::Restrict(_)
                | StatementKind::Bad => self.walk(Node::Statement(*id), false),
            }
        }
    }

    fn parameters(&mut self, parameters: &[FunctionParameter]) {
        for parameter in parameters {
            self.bind(self.tree.name(parameter.name), Vec::new(), Vec::new(), None);
            if let Some(bound) = self.scope.last_mut() {
                bound.is_parameter = true;
            }
        }
    }

    fn bind(
        &mut self,
        name: Cow<'q, str>,
        mut reads: Vec<Found<'q>>,
        parameters: Vec<Cow<'q, str>>,
        text: Option<String>,
    ) {
        let mut seen = HashSet::new();
        reads.retain(|found| {
            let read = &found.read;
            seen.insert((read.kind, read.name.clone(), read.optional, found.parameter.clone()))
        });
        self.places.entry(name.clone()).or_default().push(self.scope.len());
        self.scope.push(Bound { name, reads, parameters, text, is_parameter: false, used: false });
    }

    /// Forgets the names bound since. What a name reads that nobody uses is read all the same, as far as is known.
    fn close(&mut self, from: usize) {
        for bound in self.scope.drain(from.min(self.scope.len())..) {
            if let Some(places) = self.places.get_mut(&bound.name) {
                while places.last().is_some_and(|at| *at >= from) {
                    places.pop();
                }
            }
            if !bound.used {
                self.found.extend(bound.reads);
            }
        }
    }

    /// Goes through an expression without calling itself for each of its nodes: chains of operators nest deeply.
    fn walk(&mut self, node: Node, is_table: bool) {
        let mut open = vec![(node, Place { is_table, optional: false })];
        while let Some((node, place)) = open.pop() {
            let before = open.len();
            match node {
                Node::Expression(id) => self.expression(id, place, &mut open),
                Node::Operator(id) => self.operator(self.tree.operator(id), node, place, &mut open),
                Node::Statement(id) => {
                    let outer = self.scope.len();
                    self.statements_below(id, place, &mut open);
                    self.close(outer);
                }
            }
            open[before..].reverse();
        }
    }

    /// Statements within an expression: of `macro-expand`, of a pattern.
    fn statements_below(&mut self, id: StatementId, place: Place, open: &mut Vec<(Node, Place)>) {
        match &self.tree.statement(id).kind {
            StatementKind::DeclarePattern { .. }
            | StatementKind::Set { .. }
            | StatementKind::Restrict(_)
            | StatementKind::Bad => {
                let children = self.tree.children(Node::Statement(id));
                open.extend(children.into_iter().map(|child| (child, Place { is_table: false, ..place })));
            }
            StatementKind::Query(_)
            | StatementKind::Let { .. }
            | StatementKind::LetFunction { .. }
            | StatementKind::DeclareParameters(_)
            | StatementKind::Alias { .. } => self.statements(&[id]),
        }
    }

    fn operator(&mut self, operator: &Operator, node: Node, place: Place, open: &mut Vec<(Node, Place)>) {
        use OperatorKind::*;
        let mut place = Place { is_table: false, ..place };
        let tables: Vec<ExpressionId> = match &operator.kind {
            As { name } => {
                self.bind(self.tree.name(*name), Vec::new(), Vec::new(), None);
                Vec::new()
            }
            Union { sources } => {
                place.optional |= self.is_fuzzy(operator);
                sources.clone()
            }
            Search { sources, .. } | Find { sources, .. } => sources.clone(),
            Join { right, .. } | Lookup { right, .. } => vec![*right],
            MakeGraph { tables, .. } => tables.iter().map(|table| table.table).collect(),
            _ => Vec::new(),
        };
        for child in self.tree.children(node) {
            let is_table = matches!(child, Node::Expression(id) if tables.contains(&id));
            open.push((child, Place { is_table, ..place }));
        }
    }

    fn is_fuzzy(&self, operator: &Operator) -> bool {
        operator.parameters.iter().any(|parameter| {
            self.tree.name(parameter.name) == "isfuzzy"
                && self.tree.span_of(parameter.value).text(&self.tree.source).eq_ignore_ascii_case("true")
        })
    }

    fn expression(&mut self, id: ExpressionId, place: Place, open: &mut Vec<(Node, Place)>) {
        use ExpressionKind::*;
        let tree = self.tree;
        let value = Place { is_table: false, ..place };
        let table = Place { is_table: true, ..place };
        match &tree.expression(id).kind {
            Name(name) => self.name(tree.name(*name), tree.name_span(*name), place),
            Parenthesised(inner) => open.push((Node::Expression(*inner), place)),
            ToScalar(inner) | ToTable(inner) | Materialize(inner) => {
                open.push((Node::Expression(*inner), table));
            }
            DataScope { base, .. } => open.push((Node::Expression(*base), place)),
            Pipe { source, stages } => {
                open.push((Node::Expression(*source), table));
                open.extend(stages.iter().map(|stage| (Node::Operator(*stage), value)));
            }
            // What stands behind a point belongs to what stands before it: a property, or a table elsewhere.
            Path { base, member } => {
                open.push((Node::Expression(*base), value));
                if let Call { arguments, .. } = &tree.expression(*member).kind {
                    open.extend(arguments.iter().map(|argument| (Node::Expression(*argument), value)));
                }
            }
            Call { name, arguments } => {
                self.call(tree.name(*name), tree.name_span(*name), arguments, place);
                open.extend(arguments.iter().map(|argument| (Node::Expression(*argument), value)));
            }
            _ => open.extend(tree.children(Node::Expression(id)).into_iter().map(|child| (child, value))),
        }
    }

    fn name(&mut self, name: Cow<'q, str>, span: Span, place: Place) {
        if !self.uses(&name, &[], place) && place.is_table && !name.is_empty() {
            self.add(ReadKind::Source, name.into_owned(), span, place, None);
        }
    }

    fn call(&mut self, name: Cow<'q, str>, span: Span, arguments: &[ExpressionId], place: Place) {
        if self.uses(&name, arguments, place) {
            return;
        }
        let kind = match &*name {
            "table" => ReadKind::Table,
            "_GetWatchlist" => ReadKind::Watchlist,
            _ => return self.add(ReadKind::Function, name.into_owned(), span, place, None),
        };
        let Some(first) = arguments.first().map(|first| self.argument(*first).1) else { return };
        let span = self.tree.span_of(first);
        match self.text(first) {
            Some(text) => self.add(kind, text, span, place, None),
            None => {
                let parameter = self.parameter(first);
                if parameter.is_some() {
                    self.add(kind, String::new(), span, place, parameter);
                }
            }
        }
    }

    fn add(
        &mut self,
        kind: ReadKind,
        name: String,
        span: Span,
        place: Place,
        parameter: Option<Cow<'q, str>>,
    ) {
        if self.found.len() < MOST {
            let read = Read { kind, name, span, optional: place.optional };
            self.found.push(Found { read, parameter });
        }
    }

    /// Where in the scope a name is bound.
    fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name)?.last().copied()
    }

    /// Reads what a name that the query binds reads; no where it binds none of that name.
    fn uses(&mut self, name: &str, arguments: &[ExpressionId], place: Place) -> bool {
        let Some(at) = self.place(name) else { return false };
        self.scope[at].used = true;
        let mut reads = Vec::new();
        for found in self.scope[at].reads.iter().take(MOST.saturating_sub(self.found.len())) {
            let mut found = found.clone();
            found.read.optional |= place.optional;
            if let Some(parameter) = &found.parameter
                && let Some(given) = self.given(&self.scope[at].parameters, parameter, arguments)
            {
                found.parameter = self.parameter(given);
                found.read.name = self.text(given).unwrap_or_default();
                // What is computed is not known.
                if found.read.name.is_empty() && found.parameter.is_none() {
                    continue;
                }
                found.read.span = self.tree.span_of(given);
            }
            reads.push(found);
        }
        self.found.extend(reads);
        true
    }

    /// The value that a call gives a parameter: by its name, or by its place.
    fn given(
        &self,
        parameters: &[Cow<'q, str>],
        parameter: &str,
        arguments: &[ExpressionId],
    ) -> Option<ExpressionId> {
        let named = arguments.iter().map(|argument| self.argument(*argument));
        if let Some((_, value)) = named.clone().find(|(name, _)| name.as_deref() == Some(parameter)) {
            return Some(value);
        }
        let at = parameters.iter().position(|known| known == parameter)?;
        named.into_iter().nth(at).filter(|(name, _)| name.is_none()).map(|(_, value)| value)
    }

    /// The name and the value of an argument.
    fn argument(&self, id: ExpressionId) -> (Option<Cow<'q, str>>, ExpressionId) {
        match &self.tree.expression(id).kind {
            ExpressionKind::Named { names, value } => {
                (names.first().map(|name| self.tree.name(*name)), *value)
            }
            _ => (None, id),
        }
    }

    /// The parameter that an expression is.
    fn parameter(&self, id: ExpressionId) -> Option<Cow<'q, str>> {
        let ExpressionKind::Name(name) = &self.tree.expression(self.tree.unwrapped(id)).kind else {
            return None;
        };
        let name = self.tree.name(*name);
        self.scope[self.place(&name)?].is_parameter.then_some(name)
    }

    /// The text that an expression is: a literal, or a name bound to one.
    fn text(&self, id: ExpressionId) -> Option<String> {
        let id = self.tree.unwrapped(id);
        match &self.tree.expression(id).kind {
            ExpressionKind::Literal(LiteralKind::String) => {
                let range = self.tree.expression(id).tokens;
                let tokens = self.tree.tokens.get(range.first as usize..range.end as usize)?;
                let strings = tokens.iter().filter(|token| token.kind == TokenKind::String);
                strings.map(|token| literal::decode(token.text(&self.tree.source))).collect()
            }
            ExpressionKind::Name(name) => {
                let name = self.tree.name(*name);
                self.scope[self.place(&name)?].text.clone()
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names, a question mark behind those that may be absent.
    fn read(query: &str, kind: ReadKind) -> Vec<String> {
        let parsed = kql::parse(query);
        let reads = reads(&parsed.tree).into_iter().filter(|read| read.kind == kind);
        reads.map(|read| if read.optional { format!("{}?", read.name) } else { read.name }).collect()
    }

    fn sources(query: &str) -> Vec<String> {
        read(query, ReadKind::Source)
    }

    #[test]
    fn tables_are_read_at_the_start_of_pipes_and_by_unions_joins_and_searches() {
        assert_eq!(sources("SecurityEvent | where a == b"), ["SecurityEvent"]);
        assert_eq!(sources("['My Table'] | count"), ["My Table"]);
        assert_eq!(
            sources("A | join kind=inner B on x | lookup (C) on y | union D, (E | count)"),
            ["A", "B", "C", "D", "E"]
        );
        assert_eq!(sources("search in (A, B) 'x'"), ["A", "B"]);
        assert_eq!(sources("find in (A, B) where x == 1 project y"), ["A", "B"]);
        assert_eq!(sources("A | where x in ((B | project p)) and y in (C | project q)"), ["A", "B", "C"]);
        assert_eq!(sources("union A, B*, workspace('w').C"), ["A"]);
    }

    #[test]
    fn names_in_comments_strings_and_expressions_are_no_tables() {
        assert_eq!(
            sources("// B\nA | where x == 'C' and D > 1 | project E, F | summarize count() by G"),
            ["A"]
        );
        assert_eq!(sources("print a | extend b = c"), [""; 0]);
        assert_eq!(sources("A | mv-apply x on (summarize count() by x | where y)"), ["A"]);
    }

    #[test]
    fn what_a_let_binds_is_read_where_its_name_stands() {
        assert_eq!(sources("let A = B | where x; A | union A"), ["B", "B"]);
        assert_eq!(sources("let A = (T: (*)) { T | union B }; A(C)"), ["B"]);
        assert_eq!(sources("let f = () { let T = A; T }; f | join kind=inner T on x"), ["A", "T"]);
        assert_eq!(sources("let unused = A; B"), ["A", "B"]);
        assert_eq!(sources("A | as B | union B"), ["A"]);
    }

    #[test]
    fn a_fuzzy_union_runs_without_what_it_names_also_by_way_of_lets() {
        assert_eq!(
            sources("union isfuzzy=true A, (B | join kind=inner C on x) | join kind=inner D on y"),
            ["A?", "B?", "C?", "D"]
        );
        assert_eq!(sources("let a = A | where x; let b = B; union isfuzzy=true a, b"), ["A?", "B?"]);
        assert_eq!(
            sources("let a = A; union isfuzzy=true a, (B) | join kind=inner a on x"),
            ["A?", "A", "B?"]
        );
        assert_eq!(sources("A | union isfuzzy=false B"), ["A", "B"]);
    }

    #[test]
    fn a_text_given_to_a_function_reaches_the_table_and_the_watchlist_in_it() {
        let query = "let f = (name: string, list: string) { table(name) | where x in (_GetWatchlist(list)) };\
                     let g = f('A', list='hosts'); union isfuzzy=true g, f('B', 'users')";
        assert_eq!(read(query, ReadKind::Table), ["A?", "B?"]);
        assert_eq!(read(query, ReadKind::Watchlist), ["hosts?", "users?"]);
        assert_eq!(read("let n = 'A'; table(n)", ReadKind::Table), ["A"]);
        assert_eq!(read("table(strcat('A', 'B'))", ReadKind::Table), [""; 0]);
        assert_eq!(read("let f = (n: string) { table(n) }; f(strcat('a', 'b'))", ReadKind::Table), [""; 0]);
    }

    #[test]
    fn watchlists_and_functions_are_those_that_the_query_does_not_declare() {
        let of = |query| read(query, ReadKind::Watchlist);
        assert_eq!(
            of("_GetWatchlist('a') // _GetWatchlist('b')\n| where x == \"_GetWatchlist('c')\""),
            ["a"]
        );
        assert_eq!(of("let w = 'a'; T | where x in ((_GetWatchlist(w) | project y))"), ["a"]);
        assert_eq!(of("let _GetWatchlist = (a: string) { T }; _GetWatchlist('a')"), [""; 0]);
        assert_eq!(of("T | extend y = x._GetWatchlist('c')"), [""; 0]);
        let of = |query| read(query, ReadKind::Function);
        assert_eq!(of("let f = () { T }; f() | union _Im_Dns(starttime=ago(1d))"), ["_Im_Dns", "ago"]);
    }

    #[test]
    fn names_that_stand_for_each_other_end_and_broken_queries_are_read_as_far_as_they_go() {
        let mut query = "let a0 = T;".to_owned();
        for at in 1..200 {
            query += &format!("let a{at} = union a{}, a{};", at - 1, at - 1);
        }
        assert_eq!(sources(&(query + "a199")), ["T"]);
        assert_eq!(sources("let A = A; A"), ["A"]);
        for query in [
            "",
            "let",
            "let x =",
            "union",
            "T | join (",
            ")))",
            "_GetWatchlist(",
            "table(",
            "let f = (a) {",
            ") ; )",
            "set x; A",
            "let f = () { )",
        ] {
            reads(&kql::parse(query).tree);
        }
    }
}
