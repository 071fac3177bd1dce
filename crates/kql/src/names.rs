//! Names read from tokens alone: which function a query calls with which string, which tables it reads, and whether it
//! reads all of them.
//!
//! These readings need no tree and no schema, so that they hold for a query that does not parse. They are conservative:
//! what they return is there; what is hidden behind functions or computed names they do not see.

use std::collections::{HashMap, HashSet};

use crate::literal;
use crate::token::{Lexed, Span, Token, TokenKind};

/// One call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function's name where it stands.
    pub name: Span,
    /// The first argument.
    pub argument: Argument,
}

/// The first argument of a call, as far as tokens tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A string literal, several of them side by side (which the language joins), or a name bound to one by `let`.
    Literal {
        /// The text it stands for.
        value: String,
        /// The argument in the call: the literal, or the name.
        span: Span,
    },
    /// Something that only a run can tell.
    Dynamic {
        /// The argument in the call.
        span: Span,
    },
    /// No argument.
    Missing {
        /// The empty place behind the opening bracket.
        span: Span,
    },
}

/// A name that stands where a table is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRef {
    /// The name, brackets and quotes taken off.
    pub name: String,
    /// Where it stands, brackets and quotes counted.
    pub span: Span,
    /// Whether the query runs without it: it stands inside a `union isfuzzy=true`.
    pub optional: bool,
}

/// The calls of `name` in the order of the text, comments and strings left out. Names compare by case, as the language
/// does.
///
/// ```
/// use kql::names::{Argument, calls};
/// let lexed = kql::lex("let wl = 'vips'; _GetWatchlist ( wl )");
/// let call = &calls(&lexed, "_GetWatchlist")[0];
/// assert!(matches!(&call.argument, Argument::Literal { value, .. } if value == "vips"));
/// ```
pub fn calls(lexed: &Lexed<'_>, name: &str) -> Vec<Call> {
    let cursor = Cursor::new(lexed);
    let bound = string_lets(&cursor);
    (0..cursor.tokens.len())
        .filter(|at| cursor.is_word(*at, name) && cursor.kind(at + 1) == TokenKind::OpenParen)
        // A name behind a point is a property of something else.
        .filter(|at| !at.checked_sub(1).is_some_and(|before| cursor.kind(before) == TokenKind::Dot))
        .map(|at| Call { name: cursor.tokens[at].span, argument: cursor.argument(at + 1, &bound) })
        .collect()
}

/// The names that stand where a table is read, in the order of the text: at the start of a statement, of a `let`'s
/// value or of a bracketed pipe, and as a source of `union`, `join`, `lookup`, `find in` and `search in`; and the
/// argument of `table('…')`.
///
/// Left out are names bound by `let`, by `as` or as a parameter, calls of other functions, names with a wildcard, and
/// names behind `cluster(…).`, `database(…).`, `workspace(…).` or another path: they live elsewhere.
pub fn source_names(lexed: &Lexed<'_>) -> Vec<NameRef> {
    SourceReader::new(Cursor::new(lexed)).read()
}

/// The places of `search *` and `union *`, parameters between the two included: from the operator to the star.
pub fn mentions_star(lexed: &Lexed<'_>) -> Vec<Span> {
    let cursor = Cursor::new(lexed);
    let mut found = Vec::new();
    for at in 0..cursor.tokens.len() {
        if !(cursor.is_word(at, "search") || cursor.is_word(at, "union")) || !cursor.opens_operator(at) {
            continue;
        }
        let mut next = cursor.skip_parameters(at + 1);
        // Of a union any source may be the star, of a search only what stands first.
        let mut depth = 0usize;
        loop {
            match cursor.kind(next) {
                TokenKind::Star if depth == 0 && cursor.is_alone(next) => {
                    found.push(cursor.tokens[at].span.to(cursor.tokens[next].span));
                    break;
                }
                _ if cursor.is_word(at, "search") => break,
                TokenKind::OpenParen => depth += 1,
                TokenKind::CloseParen if depth > 0 => depth -= 1,
                TokenKind::CloseParen | TokenKind::End => break,
                TokenKind::Bar | TokenKind::Semicolon if depth == 0 => break,
                _ => {}
            }
            next += 1;
        }
    }
    found
}

/// The significant tokens with their source. Every index is answered; past the end stands the end.
struct Cursor<'s> {
    source: &'s str,
    tokens: Vec<Token>,
}

impl<'s> Cursor<'s> {
    fn new(lexed: &Lexed<'s>) -> Self {
        Cursor { source: lexed.source, tokens: lexed.significant().collect() }
    }

    fn kind(&self, at: usize) -> TokenKind {
        self.tokens.get(at).map_or(TokenKind::End, |token| token.kind)
    }

    fn span(&self, at: usize) -> Span {
        let end = self.source.len() as u32;
        self.tokens.get(at).map_or(Span::new(end, end), |token| token.span)
    }

    fn text(&self, at: usize) -> &'s str {
        self.span(at).text(self.source)
    }

    fn is_word(&self, at: usize, word: &str) -> bool {
        self.kind(at) == TokenKind::Identifier && self.text(at) == word
    }

    /// Whether the token is the first of a statement, of a bracket, or of a pipe's stage.
    fn opens_operator(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return true;
        };
        use TokenKind::*;
        matches!(self.kind(before), Bar | Semicolon | OpenParen | OpenBrace | Equal)
    }

    /// Whether a star is a source of its own and no part of `Security*`.
    fn is_alone(&self, at: usize) -> bool {
        let touches = |one: usize, other: usize| {
            self.kind(one) == TokenKind::Identifier || self.kind(other) == TokenKind::Identifier
        } && self.span(one).end == self.span(other).start;
        !(at.checked_sub(1).is_some_and(|before| touches(before, at)) || touches(at, at + 1))
    }

    /// Moves past `kind=inner`, `hint.strategy = shuffle` and their like.
    fn skip_parameters(&self, mut at: usize) -> usize {
        while matches!(self.kind(at), TokenKind::Identifier | TokenKind::Keyword)
            && self.kind(at + 1) == TokenKind::Equal
        {
            at += 3;
        }
        at
    }

    /// The joined text of the string literals from `at` on, and the index behind them; `None` where none stands there
    /// or one is broken.
    fn strings(&self, at: usize) -> Option<(String, usize)> {
        let mut joined = String::new();
        let mut next = at;
        while self.kind(next) == TokenKind::String {
            joined.push_str(&literal::decode(self.text(next))?);
            next += 1;
        }
        (next > at).then_some((joined, next))
    }

    /// The name at `at`, plain or in brackets, with the index behind it.
    fn name(&self, at: usize) -> Option<(String, usize)> {
        match self.kind(at) {
            TokenKind::Identifier => Some((self.text(at).to_owned(), at + 1)),
            TokenKind::OpenBracket => {
                let (name, next) = self.strings(at + 1)?;
                (self.kind(next) == TokenKind::CloseBracket).then_some((name, next + 1))
            }
            _ => None,
        }
    }

    /// The first argument behind the bracket at `open`.
    fn argument(&self, open: usize, bound: &HashMap<String, String>) -> Argument {
        use TokenKind::*;
        let first = open + 1;
        let ends = |at: usize| matches!(self.kind(at), Comma | CloseParen | End);
        if ends(first) {
            let place = self.span(open).end;
            return Argument::Missing { span: Span::new(place, place) };
        }
        if let Some((value, next)) = self.strings(first)
            && ends(next)
        {
            return Argument::Literal { value, span: self.span(first).to(self.span(next - 1)) };
        }
        if let Some((name, next)) = self.name(first)
            && ends(next)
            && let Some(value) = bound.get(&name)
        {
            return Argument::Literal {
                value: value.clone(),
                span: self.span(first).to(self.span(next - 1)),
            };
        }
        let mut depth = 0usize;
        let mut last = first;
        for at in first..self.tokens.len() {
            match self.kind(at) {
                OpenParen | OpenBracket | OpenBrace => depth += 1,
                Comma | CloseParen | End if depth == 0 => break,
                CloseParen | CloseBracket | CloseBrace => depth = depth.saturating_sub(1),
                End => break,
                _ => {}
            }
            last = at;
        }
        Argument::Dynamic { span: self.span(first).to(self.span(last)) }
    }
}

/// Names that one `let` binds to a string literal. A name bound twice is nobody's.
fn string_lets(cursor: &Cursor<'_>) -> HashMap<String, String> {
    let mut bound: HashMap<String, Option<String>> = HashMap::new();
    for at in 0..cursor.tokens.len() {
        if !cursor.is_word(at, "let") || !cursor.opens_operator(at) {
            continue;
        }
        let Some((name, next)) = cursor.name(at + 1) else {
            continue;
        };
        if cursor.kind(next) != TokenKind::Equal {
            continue;
        }
        let value = cursor
            .strings(next + 1)
            .filter(|(_, end)| matches!(cursor.kind(*end), TokenKind::Semicolon | TokenKind::End))
            .map(|(value, _)| value);
        bound.entry(name).and_modify(|before| *before = None).or_insert(value);
    }
    bound.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

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

struct SourceReader<'s> {
    cursor: Cursor<'s>,
    at: usize,
    expect: Expect,
    frames: Vec<Frame>,
    bound: HashSet<String>,
    found: Vec<NameRef>,
}

impl<'s> SourceReader<'s> {
    fn new(cursor: Cursor<'s>) -> Self {
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

    fn read(mut self) -> Vec<NameRef> {
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
    use super::*;
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

    fn watchlists(query: &str) -> Vec<String> {
        let lexed = lex(query);
        calls(&lexed, "_GetWatchlist")
            .into_iter()
            .map(|call| match call.argument {
                Argument::Literal { value, span } => format!("{value} at `{}`", span.text(query)),
                Argument::Dynamic { span } => format!("dynamic `{}`", span.text(query)),
                Argument::Missing { .. } => "missing".to_owned(),
            })
            .collect()
    }

    #[test]
    fn a_watchlist_is_read_through_quotes_blanks_and_comments() {
        assert_eq!(
            watchlists(
                "_GetWatchlist('a') | join (_GetWatchlist ( // which\n \"b\" , x)) on y; _GetWatchlist(@'c')"
            ),
            ["a at `'a'`", "b at `\"b\"`", "c at `@'c'`"]
        );
    }

    #[test]
    fn a_watchlist_named_by_a_let_is_resolved() {
        assert_eq!(watchlists("let wl = 'vip'; _GetWatchlist(wl)"), ["vip at `wl`"]);
        assert_eq!(watchlists("let ['w l'] = 'v' 'ip'; _GetWatchlist(['w l'])"), ["vip at `['w l']`"]);
    }

    #[test]
    fn what_only_a_run_can_tell_is_dynamic() {
        assert_eq!(
            watchlists(
                "let a = 'x'; let a = 'y'; let f = (b:string) { _GetWatchlist(b) }; _GetWatchlist(a); _GetWatchlist(strcat('x', 'y'), 1); _GetWatchlist()"
            ),
            ["dynamic `b`", "dynamic `a`", "dynamic `strcat('x', 'y')`", "missing"]
        );
    }

    #[test]
    fn strings_and_comments_call_nothing() {
        assert_eq!(
            watchlists(
                "T | where x == \"_GetWatchlist('a')\" // _GetWatchlist('b')\n | where y._GetWatchlist('c')"
            ),
            [""; 0]
        );
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

    fn stars(query: &str) -> Vec<&str> {
        mentions_star(&lex(query)).into_iter().map(|span| span.text(query)).collect()
    }

    #[test]
    fn a_search_or_union_of_everything_is_found() {
        assert_eq!(stars("search * | where x"), ["search *"]);
        assert_eq!(stars("union   * | take 1"), ["union   *"]);
        assert_eq!(
            stars("let a = search kind=case_sensitive *; T | union withsource=S isfuzzy=true *"),
            ["search kind=case_sensitive *", "union withsource=S isfuzzy=true *"]
        );
        assert_eq!(stars("union A, (B | take 1), *"), ["union A, (B | take 1), *"]);
    }

    #[test]
    fn a_star_elsewhere_is_not_everything() {
        assert_eq!(
            stars("union Sec*, *Log, A | extend union = 2 * 3, search = count_ * 2 | distinct *"),
            [""; 0]
        );
        assert_eq!(stars("T | where x == 'search *' // union *\n | project search, union"), [""; 0]);
        assert_eq!(stars("search 'x' | extend y = 2 * 3"), [""; 0]);
    }

    #[test]
    fn broken_queries_are_read_as_far_as_they_go() {
        for query in [
            "",
            "let",
            "let x",
            "let x =",
            "union",
            "join (",
            ")))",
            "]}|;",
            "_GetWatchlist(",
            "['",
            "table(",
            "search in (",
        ] {
            let lexed = lex(query);
            source_names(&lexed);
            mentions_star(&lexed);
            calls(&lexed, "_GetWatchlist");
        }
    }
}
