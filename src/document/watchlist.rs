//! A watchlist's description, and rows that are in it.

use super::field::{Field, Fields, Required};
use super::key::{Holds, Key, Needed, Place, keys};
use super::{Spanned, Text};
use crate::diagnostic::{Diagnostic, FileId, Reported, Span};
use crate::resource::Duration;
use crate::source::{Node, WRONG_SHAPE};

keys! {
    /// The keys of a watchlist.
    WATCHLIST = "a watchlist" {
        KIND = Key::new("kind", Holds::Text, "`Watchlist`, in a file of another name");
        ALIAS = Key::new("alias", Holds::Text, "the name in `_GetWatchlist('…')`: 3 to 64 letters, digits, spaces, hyphens and underscores, a letter or digit at both ends")
            .or(&["watchlistAlias"])
            .needed(Needed::Always, "")
            .to(Place::Name);
        ITEMS_SEARCH_KEY = Key::new("itemsSearchKey", Holds::Text, "the column by which rows are found and told apart, spelt as in the header")
            .needed(Needed::Always, "the column that queries look rows up by")
            .deployed();
        DISPLAY_NAME = Key::new("displayName", Holds::Text, "as `alias`").or(&["name"]).deployed().note("; the alias");
        DESCRIPTION = Key::new("description", Holds::Text, "a text").deployed().note("; an empty text");
        PROVIDER = Key::new("provider", Holds::Text, "your team's name").deployed().note("; Bartizan");
        LABELS = Key::new("labels", Holds::Texts, "a list of words").deployed().note("; none");
        DEFAULT_DURATION = Key::new("defaultDuration", Holds::Duration, "a duration such as `30d`").deployed().note("; not sent");
        SOURCE = Key::new("source", Holds::Text, "the CSV's name, if it is another than `data.csv`; a file beside this one").note("; `data.csv`");
        ITEMS = Key::new("items", Holds::Rows, "rows, each a mapping of column to cell; then no CSV is read").to(Place::Property("rawContent"));
    }
}

/// A watchlist as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Watchlist {
    /// The file.
    pub file: FileId,
    /// The whole mapping.
    pub span: Span,
    /// Its first line: where a message about something missing points at.
    pub head: Span,
    /// That something in it cannot be read.
    pub refused: Option<Reported>,
    /// The name in `_GetWatchlist('…')`; `watchlistAlias` counts as well.
    pub alias: Field<Text>,
    /// The name in the portal; absent means the alias.
    pub display_name: Field<Text>,
    /// Free text.
    pub description: Field<Text>,
    /// Free text.
    pub provider: Field<Text>,
    /// A column.
    pub items_search_key: Field<Text>,
    /// Free words.
    pub labels: Field<Spanned<Vec<Text>>>,
    /// How long the service keeps it.
    pub default_duration: Field<Spanned<Duration>>,
    /// The CSV beside the file; absent means `data.csv`, unless there are items.
    pub source: Field<Text>,
    /// Rows in the file itself.
    pub items: Field<Spanned<Vec<WatchlistItem>>>,
}

/// A row in the file: column and cell, in the order in which they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchlistItem {
    /// The whole row.
    pub span: Span,
    /// Column and cell.
    pub cells: Vec<(Spanned<String>, Text)>,
}

/// A watchlist that has all that a resource cannot be without, and nothing that cannot be read; its rows aside. Texts are
/// without blank characters around them.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidWatchlist<'a> {
    /// The name in `_GetWatchlist('…')`.
    pub alias: &'a str,
    /// The name in the portal.
    pub display_name: &'a str,
    /// Free text; may be empty.
    pub description: &'a str,
    /// Who provides it, where the file says.
    pub provider: Option<&'a str>,
    /// A column.
    pub items_search_key: &'a str,
    /// Free words.
    pub labels: Vec<&'a str>,
    /// How long the service keeps it, where the file says.
    pub default_duration: Option<Duration>,
}

impl Watchlist {
    /// Reads a mapping as a watchlist.
    ///
    /// # Errors
    /// When the node is something else than a mapping, which is reported.
    pub(super) fn read(
        file: FileId,
        node: &Node,
        head: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, Reported> {
        let mut f = Fields::new(&WATCHLIST, node, diagnostics)?;
        let mut watchlist = Self {
            file,
            span: node.span,
            head,
            refused: None,
            alias: f.name(&ALIAS),
            display_name: f.text(&DISPLAY_NAME),
            description: f.text(&DESCRIPTION),
            provider: f.text(&PROVIDER),
            items_search_key: f.text(&ITEMS_SEARCH_KEY),
            labels: f.texts(&LABELS),
            default_duration: f.duration(&DEFAULT_DURATION),
            source: f.text(&SOURCE),
            items: items(&mut f),
        };
        watchlist.refused = f.finish();
        Ok(watchlist)
    }

    /// The watchlist that can be deployed. Reports everything that is missing for that.
    ///
    /// # Errors
    /// When there is none.
    pub fn validate(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<ValidWatchlist<'_>, Reported> {
        let mut required = Required::new("the watchlist", self.head, diagnostics);
        let alias = required.get(&ALIAS, &self.alias);
        let items_search_key = required.get(&ITEMS_SEARCH_KEY, &self.items_search_key);
        if let Some(reported) = self.refused {
            return Err(reported);
        }
        let alias = alias?.trim();
        Ok(ValidWatchlist {
            alias,
            display_name: self.display_name.text().unwrap_or(alias),
            description: self.description.text().unwrap_or_default(),
            provider: self.provider.text(),
            items_search_key: items_search_key?.trim(),
            labels: self.labels.items().iter().map(|label| label.trim()).collect(),
            default_duration: self.default_duration.value(),
        })
    }
}

fn items(f: &mut Fields<'_, '_>) -> Field<Spanned<Vec<WatchlistItem>>> {
    let list = f.list(&ITEMS);
    let is_empty = list.given().is_none_or(|list| list.is_empty());
    let rows = list.map(|list| rows(f, &list));
    match f.refusal_of_any() {
        // Rows of which none can be read are not a list without rows.
        Some(reported) if rows.items().is_empty() && !is_empty => Field::Refused(reported),
        _ => rows,
    }
}

fn rows<'a>(f: &mut Fields<'a, '_>, list: &Spanned<&'a [Node]>) -> Spanned<Vec<WatchlistItem>> {
    let mut items = Vec::with_capacity(list.value.len());
    for node in list.value.iter().filter(|node| !node.is_null()) {
        let Ok(entries) = f.entries("a row of a watchlist", node) else { continue };
        // A row with a cell that cannot be read would seem to lack a column.
        if entries.iter().any(|entry| entry.value.is_unreadable()) {
            f.note_unreadable();
            continue;
        }
        let mut cells = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = Spanned::new(entry.key.clone(), entry.key_span);
            match Text::of(&entry.value) {
                Some(text) => cells.push((key, text)),
                None => {
                    let message = format!("a cell is text, not {}", entry.value.describe());
                    f.refuse(Diagnostic::new(&WRONG_SHAPE, entry.value.span, message).label("expected text"));
                }
            }
        }
        items.push(WatchlistItem { span: node.span, cells });
    }
    Spanned::new(items, list.span)
}
