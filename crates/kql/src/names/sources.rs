//! The names that stand where a table is read.

use std::collections::HashSet;

use super::{Cursor, NameRef};
use crate::token::TokenKind;

/// What may stand at the place that the reader has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A statement.
    Statement,
    /// A table: a source of a union, the right side of a join, the value of a `let`.
    Table,
    /// An expression; a name is a table only where a pipe follows it.
    Pipe,
    /// No table.
    Nothing,
}

/// A bracket that is open.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Whether a comma brings the next source of a union (or of `find in`).
    lists_sources: bool,
    /// Whether the sources here may be missing.
    optional: bool,
    /// What `optional` was before a union in this bracket set it.
    inherited: bool,
    /// Whether a comma separates the arguments of a call.
    arguments: bool,
}

pub(super) struct SourceReader<'s> {
    cursor: Cursor<'s>,
    at: usize,
    expect: Expect,
    frames: Vec<Frame>,
    bound: HashSet<String>,
    found: Vec<NameRef>,
}

impl<'s> SourceReader<'s> {
    pub(super) fn new(cursor: Cursor<'s>) -> Self {
        let outermost = Frame { lists_sources: false, optional: false, inherited: false, arguments: false };
        SourceReader {
            cursor,
            at: 0,
            expect: Expect::Statement,
            frames: vec![outermost],
            bound: HashSet::new(),
            found: Vec::new(),
        }
    }

    pub(super) fn read(mut self) -> Vec<NameRef> {
        while self.cursor.kind(self.at) != TokenKind::End {
            self.step();
        }
        self.found
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame {
                lists_sources: false,
                optional: false,
                inherited: false,
                arguments: false,
            });
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn open(&mut self, arguments: bool, lists_sources: bool) {
        let optional = self.frame().optional;
        self.frames.push(Frame { lists_sources, optional, inherited: optional, arguments });
    }

    /// A stage or a statement ends: a union's list with it.
    fn end_stage(&mut self) {
        let frame = self.frame();
        frame.lists_sources = false;
        frame.optional = frame.inherited;
    }

    fn step(&mut self) {
        use TokenKind::*;
        let at = self.at;
        self.at += 1;
        match self.cursor.kind(at) {
            Semicolon => {
                self.end_stage();
                self.expect = Expect::Statement;
            }
            Bar => {
                self.end_stage();
                self.expect = Expect::Nothing;
                self.operator();
            }
            OpenParen => {
                let before = at.checked_sub(1).map_or("", |before| self.cursor.text(before));
                let is_word = at > 0 && self.cursor.kind(at - 1) == Identifier;
                self.expect = match (self.expect, before) {
                    (Expect::Statement | Expect::Table, _) => Expect::Table,
                    (_, "materialize" | "toscalar" | "totable") if is_word => Expect::Table,
                    // `mv-apply … on (…)`, `fork (…)`: a pipe that begins with an operator.
                    (_, "on" | "fork") if is_word => Expect::Nothing,
                    _ => Expect::Pipe,
                };
                let is_table = self.expect == Expect::Table;
                self.open(is_word && !is_table, false);
            }
            OpenBrace => {
                self.open(false, false);
                self.expect = Expect::Statement;
            }
            OpenBracket if self.expect != Expect::Nothing => self.start(at),
            OpenBracket => self.open(false, false),
            CloseParen | CloseBracket | CloseBrace => {
                if self.frames.len() > 1 {
                    self.frames.pop();
                }
                self.expect = Expect::Nothing;
            }
            Comma => {
                let frame = *self.frame();
                self.expect = match frame {
                    Frame { lists_sources: true, .. } => Expect::Table,
                    Frame { arguments: true, .. } => Expect::Pipe,
                    _ => Expect::Nothing,
                };
            }
            Identifier if self.expect != Expect::Nothing => self.start(at),
            Identifier if self.cursor.text(at) == "as" => self.bind(at + 1),
            _ => self.expect = Expect::Nothing,
        }
    }

    fn bind(&mut self, at: usize) {
        if let Some((name, next)) = self.cursor.name(at) {
            self.bound.insert(name);
            self.at = next;
        }
    }

    /// A stage behind a pipe: which of them read a table of their own.
    fn operator(&mut self) {
        let at = self.at;
        if self.cursor.kind(at) != TokenKind::Identifier {
            return;
        }
        match self.cursor.text(at) {
            "join" | "lookup" => {
                self.at = self.cursor.skip_parameters(at + 1);
                self.expect = Expect::Table;
            }
            "union" => self.union(at),
            "find" | "search" => self.search(at),
            _ => {}
        }
    }

    fn union(&mut self, at: usize) {
        let end = self.cursor.skip_parameters(at + 1);
        let is_fuzzy = (at + 1..end).step_by(3).any(|parameter| {
            self.cursor.is_word(parameter, "isfuzzy")
                && self.cursor.text(parameter + 2).eq_ignore_ascii_case("true")
        });
        let frame = self.frame();
        frame.lists_sources = true;
        frame.optional |= is_fuzzy;
        self.at = end;
        self.expect = Expect::Table;
    }

    /// `search in (A, B)`, `find in (A, B)`.
    fn search(&mut self, at: usize) {
        let end = self.cursor.skip_parameters(at + 1);
        self.at = end;
        self.expect = Expect::Nothing;
        if self.cursor.is_word(end, "in") && self.cursor.kind(end + 1) == TokenKind::OpenParen {
            self.at = end + 2;
            self.open(false, true);
            self.expect = Expect::Table;
        }
    }

    /// The first token at a place where a table may stand.
    fn start(&mut self, at: usize) {
        let expect = std::mem::replace(&mut self.expect, Expect::Nothing);
        let text = self.cursor.text(at);
        let opens_bracket = self.cursor.kind(at + 1) == TokenKind::OpenParen;
        if expect == Expect::Statement {
            match text {
                "let" => return self.let_statement(at),
                "set" | "alias" | "declare" | "restrict"
                    if !opens_bracket && self.cursor.kind(at + 1) != TokenKind::Bar =>
                {
                    return self.skip_statement();
                }
                _ => {}
            }
        }
        match text {
            "union" if !matches!(self.cursor.kind(at + 1), TokenKind::Bar | TokenKind::Semicolon) => {
                return self.union(at);
            }
            "find" | "search" if self.cursor.kind(at + 1) != TokenKind::Bar => return self.search(at),
            "print" | "range" | "datatable" | "externaldata" | "external_data" | "evaluate" => return,
            "view" if opens_bracket => return,
            "materialize" | "toscalar" | "totable" if opens_bracket => return,
            "table" if opens_bracket => return self.table_call(at),
            _ => {}
        }
        let Some((name, next)) = self.cursor.name(at) else {
            if self.cursor.kind(at) == TokenKind::OpenBracket {
                self.open(false, false);
            }
            return;
        };
        self.at = next;
        use TokenKind::*;
        match self.cursor.kind(next) {
            // A parameter of a function.
            Colon => {
                self.bound.insert(name);
            }
            // A call; its arguments are read as they come.
            OpenParen => {}
            // A path, a property, a comparison: a value, or a table elsewhere.
            Dot | Star | Equal => {}
            Bar if !is_bare_operator(&name) => self.add(name, at, next),
            CloseParen | Semicolon | End | CloseBrace | Comma
                if expect == Expect::Statement || expect == Expect::Table =>
            {
                self.add(name, at, next);
            }
            // `join (X) on`, `join X on`, `lookup kind=leftouter X on`.
            Identifier
                if expect == Expect::Table
                    && matches!(self.cursor.text(next), "on" | "where" | "datascope") =>
            {
                self.add(name, at, next);
            }
            _ => {}
        }
    }

    fn add(&mut self, name: String, at: usize, next: usize) {
        if self.bound.contains(&name) {
            return;
        }
        let optional = self.frame().optional;
        let span = self.cursor.span(at).to(self.cursor.span(next - 1));
        self.found.push(NameRef { name, span, optional });
    }

    /// `table('X')`.
    fn table_call(&mut self, at: usize) {
        let Some((name, next)) = self.cursor.strings(at + 2) else {
            return;
        };
        let optional = self.frame().optional;
        let span = self.cursor.span(at + 2).to(self.cursor.span(next - 1));
        self.found.push(NameRef { name, span, optional });
        self.at = next;
        self.open(false, false);
    }

    fn let_statement(&mut self, at: usize) {
        self.bind(at + 1);
        if self.cursor.kind(self.at) == TokenKind::Equal {
            self.at += 1;
            self.expect = Expect::Table;
        }
    }

    fn skip_statement(&mut self) {
        while !matches!(self.cursor.kind(self.at), TokenKind::Semicolon | TokenKind::End) {
            // `declare query_parameters(since:datetime = …)`
            if self.cursor.kind(self.at + 1) == TokenKind::Colon {
                self.bind(self.at);
            } else {
                self.at += 1;
            }
        }
    }
}

/// Operators that stand alone between two pipes and so look like a table.
fn is_bare_operator(name: &str) -> bool {
    matches!(name, "count" | "consume" | "getschema" | "serialize")
}

#[cfg(test)]
mod tests {
    use super::super::source_names;
    use crate::lex;

    fn sources(query: &str) -> Vec<String> {
        let lexed = lex(query);
        source_names(&lexed)
            .into_iter()
            .map(|found| {
                assert!(found.span.text(query).contains(&found.name), "{found:?}");
                if found.optional { format!("{}?", found.name) } else { found.name }
            })
            .collect()
    }

    #[test]
    fn a_statement_begins_with_a_table() {
        assert_eq!(sources("SecurityEvent | where a == b"), ["SecurityEvent"]);
        assert_eq!(sources("let t = 5m; SigninLogs"), ["SigninLogs"]);
        assert_eq!(sources("['My Table'] | take 1"), ["My Table"]);
        assert_eq!(sources("// T\n A // B\n | where c in ('D') | project e, f | count"), ["A"]);
    }

    #[test]
    fn what_a_let_binds_is_no_table() {
        assert_eq!(
            sources(
                "let A = B | where x; let f = (T:(*), n:long) { T | union C }; A | join kind=inner (D | take 1) on k | union f(A, 1)"
            ),
            ["B", "C", "D"]
        );
        assert_eq!(sources("let A = SigninLogs; let b = 1; let c = b; A"), ["SigninLogs"]);
        assert_eq!(
            sources(
                "let v = view () { A | take 1 }; let m = materialize(B | take 1); let n = toscalar(C | count); v"
            ),
            ["A", "B", "C"]
        );
    }

    #[test]
    fn joins_unions_and_lookups_read_tables() {
        assert_eq!(
            sources(
                "A | join kind=leftouter hint.strategy=shuffle B on x | lookup C on y | lookup kind=inner (D) on z"
            ),
            ["A", "B", "C", "D"]
        );
        assert_eq!(sources("union A, (B | where c > d), E*, ['F'] | project G, H"), ["A", "B", "F"]);
        assert_eq!(sources("A | union withsource=T B, C | where x"), ["A", "B", "C"]);
        assert_eq!(sources("search in (A, B) 'x'"), ["A", "B"]);
        assert_eq!(sources("find in (A, B) where x == 1 project y"), ["A", "B"]);
    }

    #[test]
    fn a_fuzzy_union_runs_without_its_tables() {
        assert_eq!(
            sources(
                "union isfuzzy=true A, (B | join kind=inner C on x) | join D on y; union isfuzzy=false E"
            ),
            ["A?", "B?", "C?", "D", "E"]
        );
        assert_eq!(
            sources("union kind=outer isfuzzy = TRUE (union A, B), C | union D"),
            ["A?", "B?", "C?", "D"]
        );
    }

    #[test]
    fn values_and_calls_are_no_tables() {
        assert_eq!(
            sources("_Im_Dns(starttime=ago(1d)) | where x in (list) | extend y = iff(a, b, c), z = (d)"),
            [""; 0]
        );
        assert_eq!(
            sources("_Im_Dns | where x in ((T | project p)) and q in (U | project p)"),
            ["_Im_Dns", "T", "U"]
        );
        assert_eq!(
            sources(
                "A | mv-apply x on (summarize count() by x | where y) | partition by z (top 1 by w | extend u = 1)"
            ),
            ["A"]
        );
        assert_eq!(
            sources("print a | range b | datatable(c:string)['d'] | externaldata(e:string)['f']"),
            [""; 0]
        );
    }

    #[test]
    fn tables_elsewhere_are_left_out_and_table_calls_are_read() {
        assert_eq!(
            sources("union workspace('w').A, database('d').B, cluster('c').database('d').C, table('D'), E"),
            ["D", "E"]
        );
        assert_eq!(sources("table(\"X\") | where y"), ["X"]);
    }

    #[test]
    fn statements_that_declare_read_nothing() {
        assert_eq!(
            sources(
                "set notruncation; declare query_parameters(since:datetime = ago(1d), T:string); alias database d = cluster('c').database('e'); A"
            ),
            ["A"]
        );
    }
}
