//! Operators that read a second table: join, lookup, union.

use crate::generator::Generator;
use crate::generator::source::unified;
use crate::kind::Kind;
use crate::schema::quoted;
use crate::scope::{Column, Scope};

const JOINS: &[&str] = &[
    "",
    "inner",
    "innerunique",
    "leftouter",
    "rightouter",
    "fullouter",
    "leftanti",
    "anti",
    "leftantisemi",
    "rightanti",
    "rightantisemi",
    "leftsemi",
    "rightsemi",
];

impl Generator {
    /// The conditions of a join, and the names that both sides share by them; `None` where nothing fits.
    fn keys(&mut self, right: &Scope) -> Option<(String, Vec<String>)> {
        let left = self.scope.clone();
        let is_key = |kind: Kind| !kind.is_dynamic();
        let shared: Vec<Column> = left
            .columns
            .iter()
            .filter(|column| {
                is_key(column.kind) && right.find(&column.name).is_some_and(|other| other.kind == column.kind)
            })
            .cloned()
            .collect();
        let mut pairs = Vec::new();
        for one in left.columns.iter().filter(|column| is_key(column.kind)) {
            for other in right.columns.iter().filter(|other| other.kind == one.kind) {
                pairs.push((one.clone(), other.clone()));
            }
        }
        let mut conditions = Vec::new();
        let mut common = Vec::new();
        if !shared.is_empty() && self.chance(65) {
            for column in self.some(&shared, 2) {
                conditions.push(self.referred(&column.name));
                common.push(column.name);
            }
        }
        if !pairs.is_empty() && (conditions.is_empty() || self.chance(20)) {
            let (one, other) = pairs[self.rng.usize(0..pairs.len())].clone();
            let (one, other) = (self.referred(&one.name), self.referred(&other.name));
            conditions.push(format!("$left.{one} == $right.{other}"));
            if self.chance(10) {
                let (one, other) = pairs[self.rng.usize(0..pairs.len())].clone();
                let last = conditions.pop().unwrap_or_default();
                conditions.push(format!(
                    "{last} and $left.{} == $right.{}",
                    quoted(&one.name),
                    quoted(&other.name)
                ));
            }
        }
        if conditions.is_empty() {
            return None;
        }
        Some((conditions.join(", "), common))
    }

    pub(super) fn join(&mut self) -> String {
        if self.nesting >= super::super::NESTING {
            return self.where_rows();
        }
        let (table, right) = self.right_table();
        let Some((on, _)) = self.keys(&right) else { return self.where_rows() };
        let kind = self.pick(JOINS);
        let hints = match self.rng.u32(0..16) {
            0 => "hint.strategy=broadcast ".to_owned(),
            1 => "hint.strategy=shuffle hint.num_partitions=4 ".to_owned(),
            2 => "hint.remote=auto ".to_owned(),
            3 => match self.hint_column() {
                Some(column) => format!("hint.shufflekey={column} "),
                None => String::new(),
            },
            _ => String::new(),
        };
        let kind_text = if kind.is_empty() { String::new() } else { format!("kind={kind} ") };
        self.scope = match kind {
            "leftanti" | "anti" | "leftantisemi" | "leftsemi" => self.scope.clone(),
            "rightanti" | "rightantisemi" | "rightsemi" => right,
            _ => joined(&self.scope, &right),
        };
        match self.chance(85) {
            true => format!("join {kind_text}{hints}{table} on {on}"),
            false => format!("join {hints}{kind_text}{table} on {on}"),
        }
    }

    pub(super) fn lookup(&mut self) -> String {
        if self.nesting >= super::super::NESTING {
            return self.where_rows();
        }
        let (table, right) = self.right_table();
        let Some((on, _)) = self.keys(&right) else { return self.where_rows() };
        let kind = self.pick(&["", "", "kind=leftouter ", "kind=inner "]);
        // The keys of the right side are left out.
        let mut right = right;
        right.columns.retain(|column| !on.contains(&column.name));
        self.scope = joined(&self.scope, &right);
        format!("lookup {kind}{table} on {on}")
    }

    pub(super) fn union(&mut self) -> String {
        if self.nesting >= super::super::NESTING {
            return self.where_rows();
        }
        let (parameters, source) = self.union_parameters();
        let (items, mut scopes) = self.union_items();
        scopes.insert(0, self.scope.clone());
        self.scope = unified(&scopes, parameters.contains("kind=inner"), source);
        format!("union {parameters}{}", items.join(", "))
    }
}

/// The columns of two tables side by side: one whose name is taken is given another.
pub(super) fn joined(left: &Scope, right: &Scope) -> Scope {
    let mut scope = left.clone();
    scope.partial |= right.partial;
    for column in &right.columns {
        let is_taken = left.find(&column.name).is_some();
        let may_be_taken = left.partial && !crate::scope::is_fresh(&column.name);
        if !is_taken && !may_be_taken {
            scope.set(&column.name, Some(column.kind));
        } else {
            scope.partial = true;
        }
    }
    scope
}
