//! A watchlist's description, and rows that stand in it.

use super::{Spanned, Text};
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::source::{Node, Reader, Value, WRONG_SHAPE};

/// A watchlist as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Watchlist {
    /// The file.
    pub file: FileId,
    /// The whole mapping.
    pub span: Span,
    /// Keys whose values had the wrong shape or cannot be read, so that they are absent here without being missing.
    pub misread: Vec<&'static str>,
    /// The name in `_GetWatchlist('…')`; `watchlistAlias` counts as well.
    pub alias: Option<Text>,
    /// The name in the portal; absent means the alias.
    pub display_name: Option<Text>,
    /// Free text.
    pub description: Option<Text>,
    /// Free text.
    pub provider: Option<Text>,
    /// A column.
    pub items_search_key: Option<Text>,
    /// Free words.
    pub labels: Option<Spanned<Vec<Text>>>,
    /// A duration.
    pub default_duration: Option<Text>,
    /// The CSV beside the file; absent means `data.csv`, unless there are items.
    pub source: Option<Text>,
    /// Rows in the file itself.
    pub items: Option<Spanned<Vec<WatchlistItem>>>,
}

/// A row that stands in the file: column and cell, in the order in which they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchlistItem {
    /// The whole row.
    pub span: Span,
    /// Column and cell.
    pub cells: Vec<(Spanned<String>, Text)>,
}

impl Watchlist {
    /// Reads a mapping as a watchlist.
    pub(super) fn read(file: FileId, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut watchlist = Self {
            file,
            span: node.span,
            misread: Vec::new(),
            alias: None,
            display_name: None,
            description: None,
            provider: None,
            items_search_key: None,
            labels: None,
            default_duration: None,
            source: None,
            items: None,
        };
        let Some(mut r) = Reader::new("a watchlist", node, diagnostics) else { return watchlist };
        watchlist.alias = r.name("alias").or(r.name("watchlistAlias"));
        watchlist.display_name = r.text("displayName").or(r.text("name"));
        watchlist.description = r.text("description");
        watchlist.provider = r.text("provider");
        watchlist.items_search_key = r.text("itemsSearchKey");
        watchlist.labels = r.texts("labels");
        watchlist.default_duration = r.text("defaultDuration");
        watchlist.source = r.text("source");
        watchlist.items = items(&mut r, diagnostics);
        r.entry("kind");
        watchlist.misread = r.misread_keys().to_vec();
        r.finish(diagnostics);
        watchlist
    }
}

fn items(r: &mut Reader<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Spanned<Vec<WatchlistItem>>> {
    let list = r.list("items")?;
    let mut items = Vec::with_capacity(list.value.len());
    for node in list.value {
        if Reader::new("a row of a watchlist", node, diagnostics).is_none() {
            continue;
        }
        let Value::Mapping(entries) = &node.value else { continue };
        let mut cells = Vec::with_capacity(entries.len());
        // A row with a cell that cannot be read is none: it would seem to lack a column.
        if entries.iter().any(|entry| entry.value.is_unreadable()) {
            continue;
        }
        for entry in entries {
            let key = Spanned::new(entry.key.clone(), entry.key_span);
            match Text::of(&entry.value) {
                Some(text) => cells.push((key, text)),
                None => diagnostics.push(
                    Diagnostic::new(
                        &WRONG_SHAPE,
                        entry.value.span,
                        format!("a cell is text, not {}", entry.value.describe()),
                    )
                    .label("expected text"),
                ),
            }
        }
        items.push(WatchlistItem { span: node.span, cells });
    }
    if items.is_empty() && !list.value.is_empty() {
        r.misread("items");
        return None;
    }
    Some(Spanned::new(items, list.span))
}
