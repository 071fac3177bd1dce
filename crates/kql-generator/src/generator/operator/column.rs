//! Operators that choose, make and order columns.

use crate::generator::{DEPTH, Generator};
use crate::kind::Kind;
use crate::schema::quoted;
use crate::scope::{Column, Scope};

impl Generator {
    /// An item of `extend` and its like: its text, its name where it has one, and its kind where that is known.
    fn item(&mut self) -> (String, Option<String>, Option<Kind>) {
        let (value, kind) = match self.chance(55) {
            true => self.any_call(DEPTH - 1),
            false => {
                let kind = self.pick(Kind::ALL);
                (self.listed(kind), Some(kind))
            }
        };
        if self.chance(75) {
            let name = self.new_column();
            return (format!("{} = {value}", self.declared(&name)), Some(name), kind);
        }
        (value, None, kind)
    }

    /// Several values by names in brackets.
    fn tuple(&mut self) -> (String, Vec<String>) {
        let choice = self.rng.u32(0..3);
        let count = if choice == 2 { 2 } else { 3 };
        let names: Vec<String> = (0..count).map(|_| self.fresh()).collect();
        let call = match choice {
            0 => format!("series_fit_line({})", self.leaf(Kind::Array).text),
            1 => format!("series_stats({})", self.leaf(Kind::Array).text),
            _ => format!("series_periods_detect({}, 4.0, 24.0, 2)", self.leaf(Kind::Array).text),
        };
        (format!("({}) = {call}", names.join(", ")), names)
    }

    pub(super) fn extend(&mut self) -> String {
        let count = self.up_to(3);
        let mut after = self.scope.clone();
        let (mut items, mut made) = (Vec::new(), Vec::new());
        for _ in 0..count {
            if self.chance(4) {
                let (text, names) = self.tuple();
                names.iter().for_each(|name| after.set(name, None));
                items.push(text);
                continue;
            }
            let (text, name, kind) = self.item();
            match name {
                Some(name) if made.contains(&name) => continue,
                Some(name) => {
                    after.set(&name, kind);
                    made.push(name);
                }
                None => after.forget_mentioned(&text),
            }
            items.push(text);
        }
        self.scope = after;
        match items.is_empty() {
            true => self.where_rows(),
            false => format!("extend {}", items.join(", ")),
        }
    }

    pub(super) fn project(&mut self) -> String {
        let count = self.up_to(4);
        let mut after = Scope::default();
        let mut items = Vec::new();
        for _ in 0..count {
            let column = match self.scope.columns.is_empty() {
                true => None,
                false => Some(self.scope.columns[self.rng.usize(0..self.scope.columns.len())].clone()),
            };
            match column {
                Some(column) if self.chance(55) => {
                    if after.find(&column.name).is_some() {
                        continue;
                    }
                    items.push(self.referred(&column.name));
                    after.set(&column.name, Some(column.kind));
                }
                _ => {
                    let (text, name, kind) = self.item();
                    match name {
                        Some(name) if after.find(&name).is_none() => after.set(&name, kind),
                        Some(_) => continue,
                        None => after.forget_mentioned(&text),
                    }
                    items.push(text);
                }
            }
        }
        // A column behind one whose name the language made up may be given another.
        if after.partial {
            after
                .columns
                .retain(|column| crate::scope::is_fresh(&column.name) || !items.join(" ").contains('('));
        }
        self.scope = after;
        match items.is_empty() {
            true => "project".to_owned(),
            false => format!("project {}", items.join(", ")),
        }
    }

    /// Names and names with stars, and the columns that they stand for.
    fn patterns(&mut self, most: usize) -> (Vec<String>, Vec<Column>) {
        let chosen = self.some(&self.scope.columns.clone(), most);
        let (mut texts, mut columns) = (Vec::new(), Vec::<Column>::new());
        for column in chosen {
            if columns.contains(&column) {
                continue;
            }
            let is_word = column.name.bytes().all(|byte| byte.is_ascii_alphabetic());
            let length = column.name.len();
            if !is_word || length < 3 || self.chance(55) {
                texts.push(if column.name == "kind" {
                    "['kind']".to_owned()
                } else {
                    self.referred(&column.name)
                });
                columns.push(column);
                continue;
            }
            let (start, end) = (&column.name[..2], &column.name[length - 2..]);
            let (text, fits) = match self.rng.u32(0..4) {
                0 => (format!("{start}*"), [true, false]),
                1 => (format!("*{end}"), [false, true]),
                2 => (format!("{start}*{end}"), [true, true]),
                _ => (format!("*{start}*"), [false, false]),
            };
            columns.extend(
                self.scope
                    .columns
                    .iter()
                    .filter(|column| {
                        let name = column.name.as_str();
                        match fits {
                            [false, false] => name.contains(start),
                            [from, to] => {
                                (!from || name.starts_with(start))
                                    && (!to || name.ends_with(end))
                                    && (!from || !to || name.len() >= start.len() + end.len())
                            }
                        }
                    })
                    .cloned(),
            );
            texts.push(text);
        }
        columns.sort_by(|one, other| one.name.cmp(&other.name));
        columns.dedup();
        (texts, columns)
    }

    pub(super) fn project_away(&mut self) -> String {
        if self.scope.columns.len() < 2 {
            return self.take();
        }
        let (texts, columns) = self.patterns(3);
        self.scope.columns.retain(|column| !columns.contains(column));
        format!("project-away {}", texts.join(", "))
    }

    pub(super) fn project_keep(&mut self) -> String {
        if self.scope.columns.is_empty() {
            return self.take();
        }
        let (texts, columns) = self.patterns(4);
        self.scope.columns.retain(|column| columns.contains(column));
        format!("project-keep {}", texts.join(", "))
    }

    pub(super) fn project_rename(&mut self) -> String {
        let chosen = self.some(&self.scope.columns.clone(), 3);
        if chosen.is_empty() {
            return self.take();
        }
        let mut items = Vec::new();
        let mut after = self.scope.clone();
        for column in chosen {
            let name = self.fresh();
            items.push(format!("{name} = {}", self.referred(&column.name)));
            after.columns.retain(|kept| kept.name != column.name);
            after.set(&name, Some(column.kind));
        }
        self.scope = after;
        format!("project-rename {}", items.join(", "))
    }

    pub(super) fn project_reorder(&mut self) -> String {
        if self.scope.columns.is_empty() {
            return self.take();
        }
        let (mut texts, _) = self.patterns(3);
        if texts.len() == 1 && self.scope.columns.len() > 1 && !texts[0].contains('*') && self.chance(50) {
            texts.push("*".to_owned());
        }
        let texts: Vec<String> = texts
            .into_iter()
            .map(|text| {
                let order = self.pick(&["", "", " asc", " desc", " granny-asc", " granny-desc"]);
                format!("{text}{order}")
            })
            .collect();
        format!("project-reorder {}", texts.join(", "))
    }

    pub(super) fn project_by_names(&mut self) -> String {
        let plain: Vec<Column> =
            self.scope.columns.iter().filter(|column| !column.name.contains(['\'', '*'])).cloned().collect();
        let chosen = self.some(&plain, 3);
        if chosen.is_empty() {
            return self.take();
        }
        let names: Vec<String> = chosen.iter().map(|column| format!("'{}'", column.name)).collect();
        self.scope.columns.retain(|column| chosen.contains(column));
        match self.chance(40) {
            true => format!("project-by-names dynamic([{}])", names.join(", ")),
            false => format!("project-by-names {}", names.join(", ")),
        }
    }

    pub(super) fn serialize(&mut self) -> String {
        if self.chance(40) {
            return "serialize".to_owned();
        }
        let name = self.fresh();
        let (value, kind) = match self.rng.u32(0..5) {
            0 => ("row_number()".to_owned(), Kind::Long),
            1 => match self.column_of(&[Kind::Long]) {
                Some((column, _)) => (format!("row_cumsum({column})"), Kind::Long),
                None => ("row_number(1)".to_owned(), Kind::Long),
            },
            2 => match self.column_of(&[Kind::String]) {
                Some((column, _)) => (format!("prev({column}, 1)"), Kind::String),
                None => ("row_number(0, false)".to_owned(), Kind::Long),
            },
            3 => match self.column_of(&[Kind::DateTime]) {
                Some((column, _)) => (format!("next({column})"), Kind::DateTime),
                None => ("row_number()".to_owned(), Kind::Long),
            },
            _ => (self.value(Kind::String, 2).text, Kind::String),
        };
        self.scope.set(&name, Some(kind));
        format!("serialize {name} = {value}")
    }

    pub(super) fn distinct(&mut self) -> String {
        let hint = self.pick(&["", "", "", "", "hint.strategy=shuffle ", "hint.num_partitions=4 "]);
        let is_plain = self.scope.columns.iter().all(|column| !column.kind.is_dynamic());
        if is_plain && !self.scope.partial && self.chance(30) {
            return format!("distinct {hint}*");
        }
        let count = self.up_to(3);
        let (mut items, mut after) = (Vec::new(), Scope::default());
        for _ in 0..count {
            match self.column_of(Kind::PLAIN) {
                Some((text, kind)) if self.chance(70) => {
                    let name = text.trim_matches(['[', ']', '\'', '"']).to_owned();
                    if after.find(&name).is_none() {
                        after.set(&name, Some(kind));
                        items.push(text);
                    }
                }
                _ => {
                    let kind = self.pick(Kind::PLAIN);
                    let value = self.value(kind, 2).text;
                    if self.chance(60) {
                        let name = self.fresh();
                        items.push(format!("{name} = {value}"));
                        after.set(&name, Some(kind));
                    } else {
                        after.forget_mentioned(&value);
                        items.push(value);
                    }
                }
            }
        }
        self.scope = after;
        format!("distinct {hint}{}", items.join(", "))
    }

    pub(super) fn assert_schema(&mut self) -> String {
        if self.scope.partial || self.scope.columns.is_empty() {
            return self.take();
        }
        let columns: Vec<String> = self
            .scope
            .columns
            .iter()
            .map(|column| format!("{}:{}", self.declared(&column.name), column.kind.type_name()))
            .collect();
        format!("assert-schema ({})", columns.join(", "))
    }

    /// A column's name, for a hint.
    pub(super) fn hint_column(&mut self) -> Option<String> {
        if self.scope.columns.is_empty() {
            return None;
        }
        let at = self.rng.usize(0..self.scope.columns.len());
        let name = self.scope.columns[at].name.clone();
        Some(if name == "kind" { "['kind']".to_owned() } else { quoted(&name) })
    }
}
