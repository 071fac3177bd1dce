//! The scan of a query's text.

mod token;

use std::collections::BTreeSet;

use token::Token;

/// What a query reads, as far as the scan can tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// The names at places where a table can stand, those that a `let` of the query binds aside.
    pub(super) sources: Vec<Source>,
    /// Whether it has `search *` or `union *`.
    pub(super) reads_everything: bool,
    /// How many different workspaces it names with `workspace('…')`.
    pub(super) workspaces: usize,
    /// Whether there is nothing but space and comments.
    pub(super) is_empty: bool,
}

/// A name at the place of a table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    /// Whether it is an operand of `union isfuzzy=true`.
    pub(super) in_fuzzy_union: bool,
}

/// Functions and operators whose parenthesis holds a tabular expression.
const TABULAR_CALLS: &[&str] = &["materialize", "toscalar", "view"];

/// One open bracket, and the statement that is read inside it.
#[derive(Debug, Default, Clone, Copy)]
struct Frame {
    /// Whether a table can stand here now.
    expects_source: bool,
    /// Whether it can stand here again after a comma.
    lists_sources: bool,
    /// Whether the list is one of `union isfuzzy=true`.
    fuzzy: bool,
    /// Whether the bracket is one of `in (…)`, where only a name with a pipe after it is a table.
    is_in_list: bool,
}

const STATEMENT: Frame =
    Frame { expects_source: true, lists_sources: false, fuzzy: false, is_in_list: false };

/// Scans a query.
pub(super) fn scan(query: &str) -> Scan {
    let tokens = token::tokens(query);
    let bound = bound_names(&tokens);
    let mut scanner = Scanner {
        tokens: &tokens,
        bound,
        frames: Vec::new(),
        frame: STATEMENT,
        at: 0,
        scan: Scan::default(),
    };
    scanner.scan.is_empty = tokens.is_empty();
    scanner.scan.workspaces = count_workspaces(&tokens);
    while scanner.at < tokens.len() {
        scanner.step();
    }
    scanner.scan
}

/// The names that `let` binds anywhere in the query.
fn bound_names<'a>(tokens: &[Token<'a>]) -> BTreeSet<&'a str> {
    let pairs = tokens.windows(2).filter_map(|pair| match pair {
        [Token::Name("let"), Token::Name(name)] => Some(*name),
        _ => None,
    });
    pairs.collect()
}

fn count_workspaces(tokens: &[Token<'_>]) -> usize {
    let calls = tokens.windows(3).filter_map(|call| match call {
        [Token::Name("workspace"), Token::Sign('('), Token::Value(name)] => Some(*name),
        _ => None,
    });
    calls.collect::<BTreeSet<&str>>().len()
}

struct Scanner<'a> {
    tokens: &'a [Token<'a>],
    bound: BTreeSet<&'a str>,
    /// The frames around this one.
    frames: Vec<Frame>,
    frame: Frame,
    at: usize,
    scan: Scan,
}

impl<'a> Scanner<'a> {
    fn peek(&self, ahead: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn before(&self) -> Option<Token<'a>> {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at).copied())
    }

    fn step(&mut self) {
        let Some(token) = self.peek(0) else { return };
        let mut taken = 1;
        match token {
            Token::Name(name) if self.frame.expects_source => taken = self.source_word(name),
            Token::Name(_) | Token::Value(_) => self.frame.expects_source = false,
            Token::Sign('|') => taken = 1 + self.operator(),
            Token::Sign(';') => self.frame = STATEMENT,
            Token::Sign(',') => self.frame.expects_source = self.frame.lists_sources,
            Token::Sign('(') => self.open_parenthesis(),
            // An operand of a union, all by itself: every table.
            Token::Sign('*') if self.frame.expects_source && self.frame.lists_sources => {
                self.scan.reads_everything = true;
                self.frame.expects_source = false;
            }
            Token::Sign('{') => self.open(STATEMENT),
            Token::Sign('[') => self.open(Frame::default()),
            Token::Sign(')' | '}' | ']') => {
                self.frame = self.frames.pop().unwrap_or_default();
                self.frame.expects_source = false;
            }
            Token::Sign(_) => {}
        }
        self.at += taken;
    }

    fn open(&mut self, frame: Frame) {
        self.frames.push(self.frame);
        self.frame = frame;
    }

    fn open_parenthesis(&mut self) {
        let inside = match self.before() {
            _ if self.frame.expects_source => Frame { fuzzy: self.frame.fuzzy, ..STATEMENT },
            Some(Token::Name(name)) if TABULAR_CALLS.contains(&name) => STATEMENT,
            Some(Token::Name("in" | "in~" | "has_any" | "has_all")) => {
                Frame { is_in_list: true, ..STATEMENT }
            }
            Some(Token::Sign('~')) => Frame { is_in_list: true, ..STATEMENT },
            _ => Frame::default(),
        };
        self.open(inside);
    }

    /// A word where a table can stand; how many tokens it takes.
    fn source_word(&mut self, name: &'a str) -> usize {
        match (name, self.peek(1), self.peek(2)) {
            ("let", Some(Token::Name(_)), Some(Token::Sign('='))) => 3,
            ("union", _, _) => {
                self.begin_union();
                1
            }
            ("search" | "find", next, _) => {
                if name == "search" && next == Some(Token::Sign('*')) {
                    self.scan.reads_everything = true;
                }
                self.frame.expects_source = false;
                match (self.peek(1), self.peek(2)) {
                    (Some(Token::Name("in")), Some(Token::Sign('('))) => {
                        self.open(Frame { lists_sources: true, ..STATEMENT });
                        3
                    }
                    _ => 1,
                }
            }
            // A parameter: kind=inner, isfuzzy=true, withsource=Table.
            (_, Some(Token::Sign('=')), Some(value)) => {
                if name == "isfuzzy" && value == Token::Name("true") {
                    self.frame.fuzzy = true;
                }
                3
            }
            // hint.strategy = broadcast
            (_, Some(Token::Sign('.')), _) => 2,
            ("table", Some(Token::Sign('(')), Some(Token::Value(text))) => {
                self.note_table_call(text);
                3
            }
            // A call, or a parameter with its type.
            (_, Some(Token::Sign('(' | ':')), _) => {
                self.frame.expects_source = false;
                1
            }
            _ => {
                self.note_source(name);
                1
            }
        }
    }

    fn note_source(&mut self, name: &str) {
        self.frame.expects_source = false;
        let next = self.peek(1);
        let wildcard = next == Some(Token::Sign('*'));
        let only_a_value = self.frame.is_in_list && next != Some(Token::Sign('|'));
        if wildcard || only_a_value || self.bound.contains(name) {
            return;
        }
        self.scan.sources.push(Source { name: name.to_owned(), in_fuzzy_union: self.frame.fuzzy });
    }

    /// `table('Name')`: its parenthesis is open, and the name is read.
    fn note_table_call(&mut self, text: &str) {
        self.frame.expects_source = false;
        let name = text.trim_matches(['"', '\'']).to_owned();
        self.scan.sources.push(Source { name, in_fuzzy_union: self.frame.fuzzy });
        self.open(Frame::default());
    }

    fn begin_union(&mut self) {
        self.frame.expects_source = true;
        self.frame.lists_sources = true;
    }

    /// The operator after a pipe; how many tokens it takes.
    fn operator(&mut self) -> usize {
        self.frame = Frame { is_in_list: self.frame.is_in_list, ..Frame::default() };
        match self.peek(1) {
            Some(Token::Name("union")) => {
                self.begin_union();
                1
            }
            Some(Token::Name("join" | "lookup")) => {
                self.frame.expects_source = true;
                1
            }
            Some(Token::Name("search")) => {
                self.scan.reads_everything |= self.peek(2) == Some(Token::Sign('*'));
                1
            }
            Some(Token::Name(_)) => 1,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(query: &str) -> Vec<String> {
        scan(query).sources.into_iter().map(|source| source.name).collect()
    }

    #[test]
    fn tables_are_found_where_a_table_can_stand() {
        for (query, tables) in [
            ("Heartbeat", vec!["Heartbeat"]),
            ("// Syslog\nHeartbeat | where Computer has 'Event | Usage'", vec!["Heartbeat"]),
            ("let a = 5m; Heartbeat | where x > ago(a)", vec!["Heartbeat"]),
            (
                "let a = Syslog | take 1; a | join kind=inner (Event | take 1) on Computer",
                vec!["Syslog", "Event"],
            ),
            ("let f = (t: string) { Usage | where x == t }; f('a')", vec!["Usage"]),
            (
                "union isfuzzy=true Syslog, (Event | where EventID in (1, 2)), Usage",
                vec!["Syslog", "Event", "Usage"],
            ),
            (
                "Syslog | union Event, Usage | summarize count() by Operation",
                vec!["Syslog", "Event", "Usage"],
            ),
            ("Syslog | where Computer in ((Event | project Computer))", vec!["Syslog", "Event"]),
            ("Syslog | where Computer in~ (Event | project Computer)", vec!["Syslog", "Event"]),
            ("Syslog | where Operation !in (Usage, Event)", vec!["Syslog"]),
            ("Syslog | where isnotempty(Operation) and (Operation has 'x')", vec!["Syslog"]),
            ("Syslog | extend Alert = Event, Update", vec!["Syslog"]),
            (
                "Syslog | join hint.strategy = broadcast kind = leftouter Event on Computer",
                vec!["Syslog", "Event"],
            ),
            ("let l = materialize(Event | take 1); Syslog | where c in (l)", vec!["Event", "Syslog"]),
            ("let s = toscalar(Event | count); Syslog | where c > s", vec!["Event", "Syslog"]),
            ("let l = dynamic(['Event']); Syslog", vec!["Syslog"]),
            ("search in (Event, Syslog) 'x'", vec!["Event", "Syslog"]),
            ("table('Event') | union table(\"Syslog\"), Usage", vec!["Event", "Syslog", "Usage"]),
            ("let f = (name: string) { table(name) }; f('Event')", vec![]),
            ("workspace('w').Event | take 1", vec![]),
            ("union Security*", vec![]),
            ("_Im_Dns(starttime=ago(1h)) | take 1", vec![]),
            ("datatable(Event: string) ['a'] | take 1", vec![]),
            ("Syslog | where m has @'a\\' | project Event", vec!["Syslog"]),
            ("Syslog | where m has ```it's | Event``` | project Event", vec!["Syslog"]),
            (")))}]|;", vec![]),
        ] {
            assert_eq!(sources(query), tables, "{query}");
        }
    }

    #[test]
    fn reading_every_table_is_seen_outside_strings_and_comments() {
        for (query, everything) in [
            ("search *", true),
            ("search * | take 1", true),
            ("union * | take 1", true),
            ("union withsource=T * | take 1", true),
            ("union Syslog, *", true),
            ("Syslog | union *", true),
            ("let a = (union *); a", true),
            ("Syslog | where a == 'search *'", false),
            ("Syslog // union *", false),
            ("Syslog | where a == \"union *\"", false),
            ("search 'x'", false),
            ("union Sys*", false),
        ] {
            assert_eq!(scan(query).reads_everything, everything, "{query}");
        }
    }

    #[test]
    fn workspaces_are_counted_once_each() {
        assert_eq!(
            scan("union workspace('a').Event, workspace('b').Event, workspace('a').Usage, Usage").workspaces,
            2
        );
        assert_eq!(scan("Event | where workspace == 'a' // workspace('b')").workspaces, 0);
    }

    #[test]
    fn operands_of_a_fuzzy_union_are_known() {
        let fuzzy = |query: &str| {
            scan(query).sources.into_iter().map(|s| (s.name, s.in_fuzzy_union)).collect::<Vec<_>>()
        };
        assert_eq!(
            fuzzy("union isfuzzy=true A_CL, (B_CL | join C_CL on x)"),
            [("A_CL".into(), true), ("B_CL".into(), true), ("C_CL".into(), false)]
        );
        assert_eq!(fuzzy("union A_CL, B_CL"), [("A_CL".into(), false), ("B_CL".into(), false)]);
    }
}
