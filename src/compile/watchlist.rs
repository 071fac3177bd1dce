//! A watchlist's description and rows to the resource.

use std::sync::Arc;

use super::table::Table;
use super::{Compiled, Needs, WatchlistSource};
use crate::document::ValidWatchlist;
use crate::resource::{Resource, Watchlist};

/// Who provides a watchlist whose description does not say.
const PROVIDER: &str = "Bartizan";

/// The resource of a watchlist with these rows.
pub(super) fn compile(source: &WatchlistSource, watchlist: &ValidWatchlist<'_>, table: &Table) -> Compiled {
    let document = &source.document;
    let resource = Watchlist {
        alias: watchlist.alias.to_owned(),
        display_name: watchlist.display_name.to_owned(),
        description: watchlist.description.to_owned(),
        provider: watchlist.provider.unwrap_or(PROVIDER).to_owned(),
        items_search_key: watchlist.items_search_key.to_owned(),
        labels: watchlist.labels.iter().map(|label| (*label).to_owned()).collect(),
        default_duration: watchlist.default_duration,
        rows: Arc::clone(&table.rows),
    };
    Compiled {
        resource: Resource::Watchlist(resource),
        files: std::iter::once(document.file).chain(source.data).collect(),
        span: document.alias.given().map_or(document.span, |alias| alias.span),
        needs: Needs::default(),
    }
}
