//! Statements: `let` in every form, `set`, `declare`, `alias`, `restrict`, patterns; and the query behind them.

use super::{Binding, BoundTable, Function, Generator, Returns, Takes};
use crate::kind::Kind;
use crate::schema::TABLES;
use crate::scope::{Column, Scope};

impl Generator {
    /// A whole query.
    pub(crate) fn query(&mut self) -> String {
        let mut statements = Vec::new();
        for _ in 0..self.rng.usize(0..4) {
            let statement = match self.rng.u32(0..20) {
                0..=5 => self.let_value(),
                6..=9 => self.let_table(),
                10..=12 => self.let_scalar_function(),
                13..=15 => self.let_table_function(),
                16 => self
                    .pick(&[
                        "set query_now = datetime(2024-01-01)",
                        "set notruncation",
                        "set maxmemoryconsumptionperiterator=68719476736",
                        "set truncationmaxrecords = 10",
                    ])
                    .to_owned(),
                17 => self.query_parameters(),
                18 => self
                    .pick(&[
                        "alias database other = cluster('c').database('d')",
                        "restrict access to (Logons, Flows)",
                        "declare pattern outside",
                    ])
                    .to_owned(),
                _ => self.let_value(),
            };
            // A restriction or a pattern is about everything behind it.
            if !statement.starts_with("restrict") && !statement.starts_with("alias") || statements.is_empty()
            {
                statements.push(statement);
            }
        }
        statements.retain(|statement| !statement.starts_with("restrict") && !statement.starts_with("alias"));
        let query = match self.chance(4) {
            true => self.macro_or_scalar(),
            false => self.pipeline(),
        };
        statements.push(query);
        let gap = self.pick(&[";\n", ";\n", "; "]);
        let end = self.perhaps(10, ";");
        format!("{}{end}", statements.join(gap))
    }

    /// A query that is one value.
    fn macro_or_scalar(&mut self) -> String {
        let kind = self.pick(Kind::ALL);
        format!("print {}", self.value(kind, 3).text)
    }

    fn let_value(&mut self) -> String {
        let (name, kind) = (self.fresh(), self.pick(Kind::ALL));
        let constant = self.chance(60);
        let value = match constant {
            true => self.literal(kind).text,
            false => self.value(kind, 2).text,
        };
        self.values.push(Binding { name: name.clone(), kind, constant });
        format!("let {name} = {value}")
    }

    fn let_table(&mut self) -> String {
        let (table, scope) = self.nested_table(3);
        let name = self.fresh();
        self.tables.push(BoundTable { name: name.clone(), scope });
        match self.rng.u32(0..6) {
            0 => format!("let {name} = materialize({table})"),
            1 => format!("let {name} = ({table})"),
            _ => format!("let {name} = {table}"),
        }
    }

    fn query_parameters(&mut self) -> String {
        let count = self.up_to(3);
        let mut items = Vec::new();
        for _ in 0..count {
            let (name, kind) = (self.fresh(), self.pick(Kind::PLAIN));
            let default = match self.chance(50) {
                true => format!(" = {}", self.literal(kind).text),
                false => String::new(),
            };
            items.push(format!("{name}:{}{default}", kind.type_name()));
            self.values.push(Binding { name, kind, constant: false });
        }
        format!("declare query_parameters({})", items.join(", "))
    }

    /// Values that a function takes: their text, what they are, how many may be left out.
    fn parameters(&mut self, most: usize) -> (Vec<String>, Vec<(String, Kind)>, usize) {
        let count = self.rng.usize(0..=most);
        let (mut texts, mut all, mut optional) = (Vec::new(), Vec::new(), 0);
        for _ in 0..count {
            let (name, kind) = (self.fresh(), self.pick(Kind::ALL));
            let default = match optional > 0 || self.chance(25) {
                true => {
                    optional += 1;
                    format!(" = {}", self.literal(kind).text)
                }
                false => String::new(),
            };
            texts.push(format!("{name}:{}{default}", kind.type_name()));
            // What a dynamic parameter holds is not known.
            all.push((name, if kind.is_dynamic() { Kind::Dynamic } else { kind }));
        }
        (texts, all, optional)
    }

    /// Writes the body of a function, in which its parameters are bound and no row is around.
    fn body<T>(&mut self, parameters: &[(String, Kind)], write: impl FnOnce(&mut Self) -> T) -> T {
        let (values, tables, functions) = (self.values.len(), self.tables.len(), self.functions.len());
        for (name, kind) in parameters {
            self.values.push(Binding { name: name.clone(), kind: *kind, constant: false });
        }
        let written = self.nested(write);
        self.values.truncate(values);
        self.tables.truncate(tables);
        self.functions.truncate(functions);
        written
    }

    fn let_scalar_function(&mut self) -> String {
        let (texts, parameters, optional) = self.parameters(3);
        let returned = self.pick(Kind::ALL);
        let body = self.body(&parameters, |generator| {
            let mut text = String::new();
            if generator.chance(25) {
                text = format!("{}; ", generator.let_value());
            }
            format!("{text}{}", generator.value(returned, 2).text)
        });
        let name = self.fresh();
        let takes = parameters.into_iter().map(|(_, kind)| Takes::Value(kind)).collect();
        self.functions.push(Function {
            name: name.clone(),
            parameters: takes,
            optional,
            returns: Returns::Value(returned),
        });
        let end = self.perhaps(10, ";");
        format!("let {name} = ({}) {{ {body}{end} }}", texts.join(", "))
    }

    fn let_table_function(&mut self) -> String {
        let (texts, parameters, optional) = self.parameters(2);
        let table = self.fresh();
        let (first, takes, scope) = match self.rng.u32(0..3) {
            0 => (Some(format!("{table}:(*)")), Some(Takes::AnyTable), Scope::unknown()),
            1 => {
                let schema = &TABLES[self.rng.usize(0..3)];
                let all: Vec<Column> = Scope::of(schema.columns).columns;
                let columns = self.some(&all, 3);
                let listed: Vec<String> = columns
                    .iter()
                    .map(|column| format!("{}:{}", column.name, column.kind.type_name()))
                    .collect();
                let scope = Scope { columns: columns.clone(), partial: true };
                (Some(format!("{table}:({})", listed.join(", "))), Some(Takes::Table(columns)), scope)
            }
            _ => (None, None, Scope::unknown()),
        };
        let has_table = first.is_some();
        let (body, after) = self.body(&parameters, |generator| {
            let (source, scope) = match has_table {
                true => (table.clone(), scope),
                false => generator.source(),
            };
            let ((text, scope), _) = generator.with_scope(scope, |generator| {
                let mut text = source;
                for _ in 0..generator.up_to(2) {
                    text = format!("{text} | {}", generator.plain_stage());
                }
                (text, generator.scope.clone())
            });
            (text, scope)
        });
        let name = self.fresh();
        let view = if takes.is_none() { self.perhaps(15, "view ") } else { String::new() };
        let mut all: Vec<Takes> = takes.into_iter().collect();
        all.extend(parameters.into_iter().map(|(_, kind)| Takes::Value(kind)));
        // Of a table that is given nothing is known but what the body makes of it.
        let returned = match has_table {
            true => Scope { columns: after.unmistakable().cloned().collect(), partial: true },
            false => after,
        };
        self.functions.push(Function {
            name: name.clone(),
            parameters: all,
            optional,
            returns: Returns::Table(returned),
        });
        let texts: Vec<String> = first.into_iter().chain(texts).collect();
        format!("let {name} = {view}({}) {{ {body} }}", texts.join(", "))
    }
}
