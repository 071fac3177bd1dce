//! Choosing columns: project-away, project-keep, project-rename, project-reorder.

use super::projection::Projection;
use super::{Binder, ColumnId, Reference, Rows, Side};
use crate::diagnostic::{Code, Diagnostic};
use crate::tree::{ExpressionId, ExpressionKind, LiteralKind, Order};
use crate::types::Type;

impl Binder<'_> {
    /// The columns that a name with stars stands for, or the one that a name does.
    pub(super) fn pattern(&mut self, item: ExpressionId, rows: &Rows) -> Vec<ColumnId> {
        let tree = self.tree;
        let text = match &tree.expression(item).kind {
            ExpressionKind::Name(name) => tree.name(*name).into_owned(),
            ExpressionKind::Wildcard | ExpressionKind::Star => {
                tree.text(tree.expression(item).tokens).to_owned()
            }
            _ => {
                self.value(item);
                return Vec::new();
            }
        };
        if text.contains('*') {
            let found: Vec<ColumnId> = rows
                .columns
                .iter()
                .copied()
                .filter(|id| matches_pattern(&text, &self.names[self.column(*id).name.index()]))
                .collect();
            if found.is_empty() && !rows.open {
                let span = self.span(item);
                self.error(Code::UnknownName, span, format!("no column is called `{text}`"));
            }
            return found;
        }
        let symbol = self.symbol(&text);
        match self.find(&rows.columns, symbol) {
            Some(id) => {
                self.side.note_reference(item, Reference::Column(id));
                vec![id]
            }
            None if self.is_known_elsewhere(symbol) => {
                let span = self.span(item);
                self.not_a_column(symbol, span);
                Vec::new()
            }
            None if rows.open => Vec::new(),
            None => {
                let span = self.span(item);
                self.with_rows(rows, |binder| binder.unknown_name(symbol, span));
                Vec::new()
            }
        }
    }

    pub(super) fn patterns(&mut self, rows: &Rows, items: &[ExpressionId]) -> Vec<ColumnId> {
        items.iter().flat_map(|item| self.pattern(*item, rows)).collect()
    }

    pub(super) fn project_away(&mut self, rows: &Rows, items: &[ExpressionId]) -> Rows {
        let away = self.patterns(rows, items);
        let kept = rows.columns.iter().copied().filter(|id| !away.contains(id)).collect();
        Rows::new(kept, rows.open)
    }

    pub(super) fn project_keep(&mut self, rows: &Rows, items: &[ExpressionId]) -> Rows {
        let kept = self.patterns(rows, items);
        let columns = rows.columns.iter().copied().filter(|id| kept.contains(id)).collect();
        Rows::new(columns, rows.open)
    }

    pub(super) fn project_by_names(&mut self, rows: &Rows, items: &[ExpressionId]) -> Rows {
        let mut columns = Vec::new();
        let mut open = rows.open;
        for item in items {
            if let Some(names) = self.listed_names(*item) {
                for name in names {
                    let known = |id: &&ColumnId| {
                        let column = &self.names[self.column(**id).name.index()];
                        if name.contains('*') { matches_pattern(&name, column) } else { **column == *name }
                    };
                    let found: Vec<ColumnId> = rows.columns.iter().filter(known).copied().collect();
                    columns.extend(found.into_iter().filter(|id| !columns.contains(id)).collect::<Vec<_>>());
                }
                continue;
            }
            self.with_rows(rows, |binder| binder.value(*item));
            open = true;
        }
        Rows::new(columns, open)
    }

    /// The names that a text is, or a list of texts.
    fn listed_names(&self, id: ExpressionId) -> Option<Vec<String>> {
        match &self.tree.expression(id).kind {
            ExpressionKind::Literal(LiteralKind::String) => Some(vec![self.tree.string(id)?]),
            ExpressionKind::Dynamic(inner) => match &self.tree.expression(*inner).kind {
                ExpressionKind::JsonArray(items) => {
                    Some(items.iter().map(|item| self.tree.string(*item).unwrap_or_default()).collect())
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn project_rename(&mut self, rows: &Rows, items: &[ExpressionId]) -> Rows {
        let tree = self.tree;
        let rows = &Projection::over(self, rows).finish(rows.open);
        let mut columns = rows.columns.to_vec();
        let mut open_columns = Vec::new();
        for item in items {
            let ExpressionKind::Named { names, value } = &tree.expression(*item).kind else {
                let span = self.span(*item);
                self.report(
                    Diagnostic::new(Code::RenameExpected, span, "a new name is expected here")
                        .with_help("project-rename NewName = OldName"),
                );
                continue;
            };
            let Some(new) = names.first() else { continue };
            let ExpressionKind::Name(old) = tree.expression(*value).kind else {
                let span = self.span(*value);
                self.error(Code::NotColumn, span, "only a column is renamed");
                continue;
            };
            let new_symbol = self.declared_name(*new);
            let old_symbol = self.declared_name(old);
            let found = rows.columns.iter().position(|id| self.column(*id).name == old_symbol);
            let Some(place) = found else {
                if self.is_known_elsewhere(old_symbol) {
                    let span = self.tree.name_span(old);
                    self.not_a_column(old_symbol, span);
                } else if rows.open {
                    let id = self.add_column(new_symbol, Type::Unknown, Vec::new());
                    let old = self.add_column(old_symbol, Type::Unknown, Vec::new());
                    self.columns[id.index()].from = Box::from([old]);
                    self.note_inferred(Side::Left, old);
                    self.side.note_reference(*value, Reference::Column(old));
                    open_columns.push(id);
                } else {
                    let span = self.tree.name_span(old);
                    self.with_rows(rows, |binder| binder.unknown_name(old_symbol, span));
                }
                continue;
            };
            let is_taken = self.find(&columns, new_symbol).is_some();
            if is_taken {
                let span = self.tree.name_span(*new);
                let text = self.name_of(new_symbol);
                self.error(Code::DuplicateColumn, span, format!("there is a column `{text}` already"));
                continue;
            }
            let kind = self.column(rows.columns[place]).kind;
            self.side.note_reference(*value, Reference::Column(rows.columns[place]));
            columns[place] = self.add_column(new_symbol, kind, vec![rows.columns[place]]);
        }
        columns.extend(open_columns);
        Rows::new(columns, rows.open)
    }

    pub(super) fn project_reorder(&mut self, rows: &Rows, items: &[Order]) -> Rows {
        let mut columns: Vec<ColumnId> = Vec::new();
        let mut named: Vec<ColumnId> = Vec::new();
        for item in items {
            let is_name = matches!(self.tree.expression(item.key).kind, ExpressionKind::Name(_));
            let mut found = match self.tree.expression(item.key).kind {
                ExpressionKind::Name(name) => {
                    let symbol = self.declared_name(name);
                    match self.find(&rows.columns, symbol) {
                        None if self.is_known_elsewhere(symbol) => {
                            // A value that is no column is left out; what is no value is an error.
                            let bound = self.with_rows(rows, |binder| binder.value(item.key)).0;
                            self.scalar_of(bound, item.key);
                            Vec::new()
                        }
                        _ => self.pattern(item.key, rows),
                    }
                }
                _ => self.pattern(item.key, rows),
            };
            if !is_name {
                if let Some(ascending) = item.ascending {
                    found.sort_by_cached_key(|id| {
                        order_of(&self.name_of(self.column(*id).name), item.by_number)
                    });
                    if !ascending {
                        found.reverse();
                    }
                }
            } else if found.is_empty() && rows.open {
                let ExpressionKind::Name(name) = self.tree.expression(item.key).kind else {
                    continue;
                };
                let symbol = self.declared_name(name);
                let id = self.add_column(symbol, Type::Unknown, Vec::new());
                self.note_inferred(Side::Left, id);
                found.push(id);
            }
            if let ([only], true) = (found.as_slice(), is_name) {
                if named.contains(only) {
                    let (span, text) = (self.span(item.key), self.name_of(self.column(*only).name));
                    self.error(Code::DuplicateColumn, span, format!("`{text}` is named already"));
                }
                named.push(*only);
            }
            // A column stands where it is named first.
            found.retain(|id| !columns.contains(id));
            columns.extend(found);
        }
        let rest: Vec<ColumnId> = rows.columns.iter().copied().filter(|id| !columns.contains(id)).collect();
        columns.extend(rest);
        Rows::new(columns, rows.open)
    }
}

/// What a name is sorted by: its letters without their case, and, where that is asked for, its numbers as numbers.
fn order_of(name: &str, by_number: bool) -> Vec<(char, u64)> {
    let name = name.to_uppercase();
    let mut parts = Vec::new();
    let mut rest = name.as_str();
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if by_number && digits > 0 {
            // A number is among the other characters where its digits are; those of too many digits are all alike.
            parts.push(('0', rest[..digits].parse().unwrap_or(u64::MAX)));
            rest = &rest[digits..];
        } else {
            parts.push((first, 0));
            rest = &rest[first.len_utf8()..];
        }
    }
    parts
}

/// Whether a name is one that a pattern with stars stands for.
pub(super) fn matches_pattern(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else { return false };
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
