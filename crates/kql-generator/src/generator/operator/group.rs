//! Operators that group rows: summarize, make-series, top-nested and their like.

use crate::generator::Generator;
use crate::kind::Kind;
use crate::scope::Scope;

impl Generator {
    fn shuffle_hint(&mut self) -> String {
        match self.rng.u32(0..16) {
            0 => "hint.strategy=shuffle ".to_owned(),
            1 => match self.hint_column() {
                Some(column) => format!("hint.shufflekey={column} "),
                None => String::new(),
            },
            2 => "hint.num_partitions=8 ".to_owned(),
            _ => String::new(),
        }
    }

    /// Keys to group by: their text, and the columns that are known of them.
    fn group_keys(&mut self, most: usize) -> (String, Vec<(String, Option<Kind>)>, bool) {
        let count = self.up_to(most);
        let (mut items, mut columns, mut unnamed) = (Vec::new(), Vec::<(String, Option<Kind>)>::new(), false);
        for _ in 0..count {
            let named = |generator: &mut Self, value: String, kind: Kind| {
                let name = generator.fresh();
                (format!("{name} = {value}"), Some((name, Some(kind))))
            };
            let (item, column) = match self.rng.u32(0..10) {
                0..=5 => match self.column_of(Kind::PLAIN) {
                    Some((text, kind)) => {
                        let name = text.trim_matches(['[', ']', '\'', '"']).to_owned();
                        (text, Some((name, Some(kind))))
                    }
                    None => {
                        let value = self.value(Kind::String, 1).text;
                        named(self, value, Kind::String)
                    }
                },
                6 | 7 => match self.column_of(&[Kind::DateTime]) {
                    Some((column, _)) => {
                        let bin = format!("bin({column}, {})", self.time_span_text());
                        match self.chance(40) {
                            true => named(self, bin, Kind::DateTime),
                            false => (bin, None),
                        }
                    }
                    None => ("bin(now(), 1d)".to_owned(), None),
                },
                8 => {
                    let kind = self.pick(Kind::PLAIN);
                    let value = self.value(kind, 2).text;
                    named(self, value, kind)
                }
                _ => {
                    let kind = self.pick(Kind::PLAIN);
                    (self.value(kind, 2).text, None)
                }
            };
            if let Some((name, _)) = &column
                && columns.iter().any(|(other, _)| other == name)
            {
                continue;
            }
            if column.is_none() && items.contains(&item) {
                continue;
            }
            let is_grouped = |name: &str| columns.iter().any(|(other, _)| other == name);
            if column.is_none() && is_grouped(item.trim_matches(['[', ']', '\'', '"'])) {
                continue;
            }
            unnamed |= column.is_none();
            columns.extend(column);
            items.push(item);
        }
        (items.join(", "), columns, unnamed)
    }

    /// What is left of several columns, some of which may have the names of others.
    fn grouped_scope(columns: Vec<(String, Option<Kind>)>, unnamed: bool) -> Scope {
        let mut scope = Scope { columns: Vec::new(), partial: unnamed };
        for (name, kind) in columns {
            if !unnamed || crate::scope::is_fresh(&name) {
                scope.set(&name, kind);
            }
        }
        scope
    }

    pub(super) fn summarize(&mut self) -> String {
        let hint = self.shuffle_hint();
        if self.chance(5) {
            let (keys, columns, unnamed) = self.group_keys(3);
            self.scope = Generator::grouped_scope(columns, unnamed);
            return format!("summarize {hint}by {keys}");
        }
        let (aggregates, made) = self.aggregates(3);
        let mut unnamed = aggregates.matches(" = ").count() < made.len().max(1) || made.is_empty();
        unnamed |= aggregates.contains("arg_")
            || aggregates.contains("take_any")
            || made.iter().any(|(_, kind)| kind.is_none());
        // Aggregates without a name make one up.
        unnamed |= aggregates.split("), ").any(|item| !item.trim_start().starts_with('v'));
        if self.chance(20) {
            self.scope = Generator::grouped_scope(made, unnamed);
            return format!("summarize {hint}{aggregates}");
        }
        let (keys, mut columns, unnamed_keys) = self.group_keys(3);
        columns.extend(made);
        self.scope = Generator::grouped_scope(columns, unnamed || unnamed_keys);
        let bin = match self.chance(2) && keys.starts_with("Time") {
            true => " bin=1h",
            false => "",
        };
        format!("summarize {hint}{aggregates} by {keys}{bin}")
    }

    pub(super) fn make_series(&mut self) -> String {
        let Some((axis, kind)) = self.column_of(&[Kind::DateTime, Kind::Long, Kind::Real]) else {
            return self.summarize();
        };
        let kind_text = self.perhaps(15, "kind=nonempty ");
        let hint = match self.chance(5) {
            true => self
                .shuffle_hint()
                .replace("hint.strategy=shuffle ", "")
                .replace("hint.num_partitions=8 ", ""),
            false => String::new(),
        };
        let count = self.up_to(2);
        let (mut items, mut after) = (Vec::new(), Scope { columns: Vec::new(), partial: true });
        for _ in 0..count {
            let aggregate = match self.rng.u32(0..6) {
                0 => "count()".to_owned(),
                1 => format!("avg({})", self.leaf(Kind::Real).text),
                2 => format!("sum({})", self.leaf(Kind::Long).text),
                3 => format!("max({})", self.leaf(Kind::Long).text),
                4 => format!("dcount({})", self.leaf(Kind::String).text),
                _ => format!("countif({})", self.condition(1).text),
            };
            let default = match self.rng.u32(0..4) {
                0 => " default=0",
                1 => " default = real(null)",
                _ => "",
            };
            if self.chance(65) {
                let name = self.fresh();
                after.set(&name, Some(Kind::Array));
                items.push(format!("{name} = {aggregate}{default}"));
            } else {
                items.push(format!("{aggregate}{default}"));
            }
        }
        let (from, to, step) = match kind {
            Kind::DateTime => ("ago(7d)", "now()", "1h"),
            Kind::Long => ("0", "100", "5"),
            _ => ("0.0", "1.0", "0.1"),
        };
        let range = match self.rng.u32(0..6) {
            0 => format!("in range({from}, {to}, {step})"),
            1 => format!("step {step}"),
            2 => format!("from {from} step {step}"),
            3 => format!("to {to} step {step}"),
            _ => format!("from {from} to {to} step {step}"),
        };
        let by = match self.chance(60) {
            true => {
                let name = axis.trim_matches(['[', ']', '\'', '"']).to_owned();
                let mut inner = self.scope.clone();
                inner.columns.retain(|column| column.name != name);
                let ((keys, columns, _), _) = self.with_scope(inner, |generator| generator.group_keys(2));
                for (name, kind) in columns {
                    if crate::scope::is_fresh(&name) {
                        after.set(&name, kind);
                    }
                }
                format!(" by {keys}")
            }
            false => String::new(),
        };
        self.scope = after;
        format!("make-series {kind_text}{hint}{} on {axis} {range}{by}", items.join(", "))
    }

    pub(super) fn top_nested(&mut self) -> String {
        let count = self.up_to(3);
        let (mut levels, mut after) = (Vec::new(), Scope { columns: Vec::new(), partial: true });
        for _ in 0..count {
            let kind = self.pick(&[Kind::String, Kind::Long, Kind::DateTime, Kind::Guid]);
            let (of, is_column) = match self.column_of(&[kind]) {
                Some((column, _)) => (column, true),
                None => (self.value(kind, 1).text, false),
            };
            // The official service leaves the column of an expression without a name.
            let name = match !is_column || self.chance(60) {
                true => {
                    let name = self.fresh();
                    after.set(&name, Some(kind));
                    format!("{name} = ")
                }
                false => String::new(),
            };
            let number = if self.chance(80) { format!("{} ", self.rng.u32(1..9)) } else { String::new() };
            let others = match self.chance(25) && kind == Kind::String {
                true => " with others = \"others\"",
                false => "",
            };
            let aggregate = self.pick(&["count()", "dcount(1)", "max(1)", "sum(2)"]);
            let ranked = match self.chance(50) {
                true => {
                    let name = self.fresh();
                    after.set(&name, Some(Kind::Long));
                    format!("{name} = {aggregate}")
                }
                false => aggregate.to_owned(),
            };
            let order = self.pick(&["", " asc", " desc"]);
            levels.push(format!("top-nested {number}of {name}{of}{others} by {ranked}{order}"));
        }
        self.scope = after;
        levels.join(", ")
    }

    pub(super) fn top_hitters(&mut self) -> String {
        let Some((of, _)) = self.column_of(Kind::PLAIN) else { return self.take() };
        let count = self.rng.u32(1..20);
        let by = match self.column_of(&[Kind::Long, Kind::Int, Kind::Real]) {
            Some((column, _)) if self.chance(50) => format!(" by {column}"),
            _ => String::new(),
        };
        self.scope = Scope::unknown();
        format!("top-hitters {count} of {of}{by}")
    }

    pub(super) fn reduce(&mut self) -> String {
        let Some((of, _)) = self.column_of(&[Kind::String]) else { return self.take() };
        let kind = self.perhaps(10, "kind=source ");
        let with = self.pick(&[
            "",
            "",
            " with threshold=0.2",
            " with characters='-'",
            " with threshold=0.1, characters=\"_\"",
        ]);
        self.scope = Scope::unknown();
        format!("reduce {kind}by {of}{with}")
    }

    pub(super) fn partition(&mut self) -> String {
        let Some((by, _)) = self.column_of(Kind::PLAIN) else { return self.take() };
        if self.nesting >= super::super::NESTING {
            return self.take();
        }
        let hint =
            self.pick(&["", "", "hint.strategy=native ", "hint.strategy=shuffle ", "hint.concurrency=4 "]);
        let scope = self.scope.clone();
        self.nesting += 1;
        let ((body, after), _) = self.with_scope(scope, |generator| {
            let mut body = generator.where_rows();
            for _ in 0..generator.rng.usize(0..2) {
                body = match generator.rng.u32(0..3) {
                    0 => format!("{body} | {}", generator.summarize()),
                    1 => format!("{body} | {}", generator.top()),
                    _ => format!("{body} | {}", generator.extend()),
                };
            }
            (body, generator.scope.clone())
        });
        self.nesting -= 1;
        if self.chance(15) {
            let (table, scope) = self.nested_table(1);
            self.scope = scope;
            return format!("partition {hint}by {by} {{ {table} }}");
        }
        self.scope = after;
        format!("partition {hint}by {by} ({body})")
    }
}
