//! Where rows come from: tables, `let`s, tables written out, operators that need no rows.

use super::{Generator, NESTING, Returns, Takes};
use crate::kind::Kind;
use crate::schema::{TABLES, quoted};
use crate::scope::{Column, Scope};

impl Generator {
    /// Something within the query that has no row around it.
    pub(super) fn nested<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        self.nesting += 1;
        let (value, _) = self.with_scope(Scope::unknown(), write);
        self.nesting -= 1;
        value
    }

    /// A table with up to `stages` stages, to stand within brackets, and its columns.
    pub(super) fn nested_table(&mut self, stages: usize) -> (String, Scope) {
        self.nested(|generator| {
            let (source, scope) = generator.source();
            let count = generator.rng.usize(0..=stages);
            let ((text, scope), _) = generator.with_scope(scope, |generator| {
                let mut text = source;
                for _ in 0..count {
                    text = format!("{text} | {}", generator.plain_stage());
                }
                (text, generator.scope.clone())
            });
            (text, scope)
        })
    }

    /// A table that has these columns.
    pub(super) fn table_with(&mut self, columns: &[Column]) -> Option<String> {
        let bound = self.tables.iter().find(|table| {
            columns
                .iter()
                .all(|column| table.scope.find(&column.name).is_some_and(|found| found.kind == column.kind))
        });
        if let Some(bound) = bound {
            return Some(bound.name.clone());
        }
        let fits =
            |(name, kind): &(&str, Kind), column: &Column| *name == column.name && *kind == column.kind;
        let table = TABLES.iter().find(|table| {
            columns.iter().all(|column| table.columns.iter().any(|found| fits(found, column)))
        })?;
        Some(quoted(table.name))
    }

    /// A source of rows, and its columns.
    pub(super) fn source(&mut self) -> (String, Scope) {
        match self.rng.u32(0..100) {
            0..=59 => self.table(),
            60..=67 => self.bound_table(),
            68..=73 => self.data_table(),
            74..=76 => self.external_data(),
            77..=80 => self.range(),
            81..=83 => self.print(),
            84..=90 if self.nesting < NESTING => self.leading_union(),
            91..=93 => self.search(true),
            94..=96 => self.find(),
            97 if self.nesting < NESTING => {
                let (table, scope) = self.nested_table(1);
                (format!("({table})"), scope)
            }
            98 if self.nesting < NESTING => {
                let (table, scope) = self.nested_table(1);
                (format!("totable({table})"), scope)
            }
            _ => self.table(),
        }
    }

    /// A table of the schema.
    pub(super) fn table(&mut self) -> (String, Scope) {
        let table = &TABLES[self.rng.usize(0..TABLES.len())];
        let name = match self.slips(crate::slip::Slip::MisspeltTable) {
            true => quoted(&crate::slip::misspelt(&mut self.rng, table.name)),
            false if self.chance(4) => format!("table('{}')", table.name),
            false => quoted(table.name),
        };
        (name, Scope::of(table.columns))
    }

    /// What `let` bound: a table, or a function that gives one.
    fn bound_table(&mut self) -> (String, Scope) {
        let functions: Vec<super::Function> = self
            .functions
            .iter()
            .filter(|function| matches!(function.returns, Returns::Table(_)))
            .cloned()
            .collect();
        if !functions.is_empty() && self.chance(50) {
            let function = functions[self.rng.usize(0..functions.len())].clone();
            let call = self.nested(|generator| generator.function_call(&function, 1));
            if let (Some(text), Returns::Table(scope)) = (call, &function.returns) {
                return (text, scope.clone());
            }
        }
        if self.tables.is_empty() {
            return self.table();
        }
        let table = self.tables[self.rng.usize(0..self.tables.len())].clone();
        (table.name, table.scope)
    }

    /// Columns that are declared: their text and themselves.
    pub(super) fn declared_columns(&mut self, most: usize) -> (String, Vec<Column>) {
        let types = [
            ("string", Kind::String),
            ("long", Kind::Long),
            ("int", Kind::Int),
            ("real", Kind::Real),
            ("double", Kind::Real),
            ("bool", Kind::Bool),
            ("boolean", Kind::Bool),
            ("datetime", Kind::DateTime),
            ("date", Kind::DateTime),
            ("timespan", Kind::TimeSpan),
            ("time", Kind::TimeSpan),
            ("guid", Kind::Guid),
            ("dynamic", Kind::Dynamic),
            ("decimal", Kind::Decimal),
            ("int64", Kind::Long),
            ("uniqueid", Kind::Guid),
        ];
        let count = self.up_to(most);
        let (mut texts, mut columns) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let (word, kind) = self.pick(&types);
            let (name, text) = match self.chance(8) {
                true => {
                    let name = format!("odd {}", self.fresh());
                    (name.clone(), format!("['{name}']"))
                }
                false => {
                    let name = self.fresh();
                    (name.clone(), name)
                }
            };
            let gap = self.perhaps(20, " ");
            texts.push(format!("{text}{gap}:{gap}{word}"));
            columns.push(Column { name, kind });
        }
        (texts.join(", "), columns)
    }

    fn data_table(&mut self) -> (String, Scope) {
        let (text, columns) = self.declared_columns(5);
        let rows = self.rng.usize(0..4);
        let mut values = Vec::new();
        for _ in 0..rows {
            for column in &columns {
                values.push(self.literal(column.kind).text);
            }
        }
        let trailing = if values.is_empty() { String::new() } else { self.perhaps(20, ",") };
        let text = format!("datatable({text})[{}{trailing}]", values.join(", "));
        (text, Scope { columns, partial: false })
    }

    fn external_data(&mut self) -> (String, Scope) {
        let (text, columns) = self.declared_columns(4);
        let addresses = match self.rng.u32(0..3) {
            0 => "'https://example.org/a.csv'",
            1 => "h@\"https://example.org/a.csv\", h'https://example.org/b.csv'",
            _ => "@'https://example.org/a.csv' h@'?sig=x'",
        };
        let with = match self.rng.u32(0..4) {
            0 => " with (format='csv')",
            1 => " with (format=\"json\", ingestionMapping=\"[]\")",
            2 => " with (format='csv', ignoreFirstRecord=true)",
            _ => "",
        };
        (format!("externaldata({text})[{addresses}]{with}"), Scope { columns, partial: false })
    }

    pub(super) fn range(&mut self) -> (String, Scope) {
        let name = self.fresh();
        let (from, to, step, kind) = match self.rng.u32(0..5) {
            0 => ("1".to_owned(), "10".to_owned(), "1".to_owned(), Kind::Long),
            1 => ("ago(7d)".to_owned(), "now()".to_owned(), "1h".to_owned(), Kind::DateTime),
            2 => ("0.0".to_owned(), "1.0".to_owned(), "0.1".to_owned(), Kind::Real),
            3 => ("1h".to_owned(), "1d".to_owned(), "30m".to_owned(), Kind::TimeSpan),
            _ => {
                let bound = self.constant(Kind::Long).text;
                ("0".to_owned(), bound, "2".to_owned(), Kind::Long)
            }
        };
        let scope = Scope { columns: vec![Column { name: name.clone(), kind }], partial: false };
        (format!("range {name} from {from} to {to} step {step}"), scope)
    }

    pub(super) fn print(&mut self) -> (String, Scope) {
        let count = self.up_to(4);
        let (mut items, mut scope) = (Vec::new(), Scope::default());
        for _ in 0..count {
            let kind = self.pick(Kind::ALL);
            let value = self.value(kind, 2).text;
            if self.chance(70) {
                let name = self.fresh();
                items.push(format!("{name} = {value}"));
                scope.set(&name, Some(kind));
            } else {
                items.push(value);
                scope.partial = true;
            }
        }
        (format!("print {}", items.join(", ")), scope)
    }

    // Operators that read several tables.

    fn leading_union(&mut self) -> (String, Scope) {
        let (parameters, source) = self.union_parameters();
        if self.chance(4) {
            return (format!("union {parameters}*"), Scope::unknown());
        }
        let (items, scopes) = self.union_items();
        let scope = unified(&scopes, parameters.contains("kind=inner"), source);
        (format!("union {parameters}{}", items.join(", ")), scope)
    }

    /// The parameters of `union`, and the name of the column of sources.
    pub(super) fn union_parameters(&mut self) -> (String, Option<String>) {
        let mut text = String::new();
        let mut source = None;
        text += &self.perhaps(20, "kind=inner ");
        text += if text.is_empty() && self.chance(15) { "kind=outer " } else { "" };
        if self.chance(25) {
            let name = self.fresh();
            let word = self.pick(&["withsource", "with_source"]);
            text += &format!("{word}={name} ");
            source = Some(name);
        }
        text += &self.perhaps(25, "isfuzzy=true ");
        text += &self.perhaps(4, "best_effort=true ");
        text += &self.perhaps(5, "hint.concurrency=2 ");
        text += &self.perhaps(5, "hint.spread=auto ");
        (text, source)
    }

    /// The tables of a `union`.
    pub(super) fn union_items(&mut self) -> (Vec<String>, Vec<Scope>) {
        let (mut items, mut scopes) = (Vec::new(), Vec::new());
        for _ in 0..self.up_to(3) {
            let (item, scope) = match self.rng.u32(0..10) {
                0 => (self.pick(&["Log*", "Flow*", "H*"]).to_owned(), Scope::unknown()),
                1..=4 => self.table(),
                5 => self.bound_table(),
                _ => {
                    let (table, scope) = self.nested_table(2);
                    (format!("({table})"), scope)
                }
            };
            items.push(item);
            scopes.push(scope);
        }
        (items, scopes)
    }

    /// `in (…)` of `search` and `find`.
    fn searched_tables(&mut self) -> String {
        match self.rng.u32(0..4) {
            0 => "in (Logons, Flows) ".to_owned(),
            1 => "in (Log*, Hosts) ".to_owned(),
            2 => "in (Hosts) ".to_owned(),
            _ => String::new(),
        }
    }

    /// `search`, at the beginning of a query or behind rows.
    pub(super) fn search(&mut self, leads: bool) -> (String, Scope) {
        let kind =
            self.pick(&["", "", "", "kind=case_sensitive ", "kind=default ", "kind=case_insensitive "]);
        let tables = if leads { self.searched_tables() } else { String::new() };
        let scope = match (leads, tables.as_str()) {
            (false, _) => self.scope.clone(),
            (true, "in (Hosts) ") => Scope::of(TABLES[2].columns),
            _ => Scope::unknown(),
        };
        let ((predicate, scope), _) = self.with_scope(scope, |generator| {
            let predicate = generator.search_predicate(2);
            (predicate, generator.scope.clone())
        });
        let scope = Scope { partial: true, ..scope };
        (format!("search {kind}{tables}{predicate}"), scope)
    }

    fn search_predicate(&mut self, depth: u32) -> String {
        match self.rng.u32(0..12) {
            0 if depth > 0 => {
                let (one, other) = (self.search_predicate(depth - 1), self.search_predicate(0));
                format!("({one}) and ({other})")
            }
            1 if depth > 0 => {
                let (one, other) = (self.search_predicate(0), self.search_predicate(0));
                format!("{one} or {other}")
            }
            2 => "* has 'x'".to_owned(),
            3 => "* == 5".to_owned(),
            4 if depth == 2 => "*".to_owned(),
            5 => match self.column_of(&[Kind::String]) {
                Some((name, _)) => format!("{name}:\"x\""),
                None => "\"x\"".to_owned(),
            },
            6 | 7 if !self.scope.columns.is_empty() => self.text_or_order(),
            9 => "\"a*\"".to_owned(),
            10 => "* startswith 'x'".to_owned(),
            _ => self.short_string(),
        }
    }

    fn text_or_order(&mut self) -> String {
        match (self.column_of(&[Kind::String]), self.column_of(&[Kind::Long])) {
            (Some((name, _)), _) if self.chance(60) => format!("{name} has 'x'"),
            (_, Some((name, _))) => format!("{name} > 5"),
            _ => "'x'".to_owned(),
        }
    }

    /// `find`
    pub(super) fn find(&mut self) -> (String, Scope) {
        let source = match self.chance(25) {
            true => format!("withsource={} ", self.fresh()),
            false => String::new(),
        };
        let tables = self.searched_tables();
        let predicate = match tables.as_str() {
            "in (Hosts) " => {
                let scope = Scope::of(TABLES[2].columns);
                self.with_scope(scope, |generator| generator.condition(1).text).0
            }
            "in (Logons, Flows) " => {
                self.pick(&["User == 'x'", "User has 'y' and Time > ago(1d)", "'x'"]).to_owned()
            }
            _ => self.pick(&["'x'", "User == 'x'", "Computer startswith 'x'", "* has 'z'"]).to_owned(),
        };
        let may_be_left_out = tables.is_empty() && !predicate.starts_with('*');
        let where_word = if may_be_left_out { self.perhaps(50, "where ") } else { "where ".to_owned() };
        let project = match self.rng.u32(0..5) {
            0 if tables != "in (Hosts) " => " project User",
            1 => " project Computer, Level:string, pack(*)",
            2 if tables == "in (Logons, Flows) " => " project Time:datetime, User, Level",
            3 => " project-smart",
            _ => "",
        };
        (format!("find {source}{tables}{where_word}{predicate}{project}"), Scope::unknown())
    }

    /// A table as `join` and `lookup` take it on the right: its text and its columns.
    pub(super) fn right_table(&mut self) -> (String, Scope) {
        match self.rng.u32(0..10) {
            0..=2 => self.table(),
            3 => self.bound_table(),
            _ => {
                let (table, scope) = self.nested_table(2);
                (format!("({table})"), scope)
            }
        }
    }

    /// Whether a function of the query takes a table first, and only values behind it.
    pub(super) fn invoked_function(&mut self) -> Option<super::Function> {
        let takes_rows = |function: &&super::Function| match function.parameters.split_first() {
            Some((Takes::AnyTable, rest)) => {
                rest.iter().all(|parameter| matches!(parameter, Takes::Value(_)))
            }
            _ => false,
        };
        let fitting: Vec<super::Function> = self.functions.iter().filter(takes_rows).cloned().collect();
        if fitting.is_empty() { None } else { Some(fitting[self.rng.usize(0..fitting.len())].clone()) }
    }
}

/// The columns of several tables together.
pub(super) fn unified(scopes: &[Scope], inner: bool, source: Option<String>) -> Scope {
    let partial = scopes.iter().any(|scope| scope.partial);
    let mut all = Scope { columns: Vec::new(), partial };
    if let Some(source) = source {
        all.set(&source, Some(Kind::String));
    }
    for scope in scopes {
        let known: Vec<&Column> =
            if partial { scope.unmistakable().collect() } else { scope.columns.iter().collect() };
        for column in known {
            let alike = scopes.iter().filter_map(|other| other.find(&column.name));
            let kinds: Vec<Kind> = alike.map(|other| other.kind).collect();
            let everywhere = kinds.len() == scopes.len();
            if kinds.iter().all(|kind| kind.type_name() == column.kind.type_name()) && (everywhere || !inner)
            {
                let kind =
                    if kinds.iter().all(|kind| *kind == column.kind) { column.kind } else { Kind::Dynamic };
                all.set(&column.name, Some(kind));
            }
        }
    }
    all
}
