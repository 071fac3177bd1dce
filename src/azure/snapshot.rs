//! Reading what a workspace holds.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;

use super::{
    client::Client,
    error::{Error, ErrorKind},
};
use crate::operation::Operation;
use crate::resource::{LiveRule, LiveSavedSearch, LiveWatchlist, LiveWatchlistItem, Snapshot, same_id};

/// How many watchlists are read at a time.
const READS: usize = 8;

/// What of a workspace is looked at more closely than by its name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look<'a> {
    /// The aliases of the watchlists whose rows are read.
    pub watchlists: &'a [&'a str],
    /// Whether the saved searches are read.
    pub functions: bool,
}

impl Client {
    /// Everything that a plan compares: all rules, all watchlists, the names of the tables; of the watchlists that are
    /// looked at closely also the etag and the rows, which the list leaves out; and the saved searches where the
    /// folder has functions. Three requests, one more for functions, and two for each of these watchlists that the
    /// workspace has.
    ///
    /// # Errors
    /// As [`Client::send`]; [`ErrorKind::Protocol`] when something has no name or a rule has no kind, since it could be
    /// one of ours, and a plan without it would write over it.
    pub async fn snapshot(&self, look: Look<'_>) -> Result<Snapshot, Error> {
        let searches =
            async { if look.functions { self.list_saved_searches().await } else { Ok(Vec::new()) } };
        // All are awaited, so that of several failures always the same one is told.
        let (rules, watchlists, searches, tables) = futures::join!(
            self.list_alert_rules(),
            self.list_watchlists(),
            searches,
            self.list_table_names()
        );
        let (rules, watchlists, searches, tables) = (rules?, watchlists?, searches?, tables?);
        let operations = self.operations();
        let rules = known(&operations.list_alert_rules(), rules, "name or kind", LiveRule::from_body)?;
        let watchlists = known(&operations.list_watchlists(), watchlists, "name", LiveWatchlist::from_body)?;
        let saved_searches =
            known(&operations.list_saved_searches(), searches, "name", LiveSavedSearch::from_body)?;
        let watchlists = stream::iter(watchlists)
            .map(|live| async move {
                if look.watchlists.iter().any(|alias| same_id(alias, &live.alias)) {
                    self.read_watchlist(live).await
                } else {
                    Ok(live)
                }
            })
            .buffered(READS)
            .try_collect()
            .await?;
        Ok(Snapshot { rules, watchlists, saved_searches, tables })
    }

    /// The rows of a watchlist.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn watchlist_rows(&self, alias: &str) -> Result<Vec<LiveWatchlistItem>, Error> {
        let items = self.list_watchlist_items(alias).await?;
        let items = items.into_iter().filter(|item| !is_deleted(item)).collect();
        let operation = self.operations().list_watchlist_items(alias);
        known(&operation, items, "name", |item| LiveWatchlistItem::from_body(&item))
    }

    async fn read_watchlist(&self, listed: LiveWatchlist) -> Result<LiveWatchlist, Error> {
        let (whole, items) =
            futures::try_join!(self.get_watchlist(&listed.alias), self.watchlist_rows(&listed.alias))?;
        let mut live = whole.and_then(LiveWatchlist::from_body).unwrap_or(listed);
        live.items = Some(items);
        Ok(live)
    }
}

/// Every resource of a list, or an error when one of them lacks what identifies it.
pub(super) fn known<L, T>(
    operation: &Operation,
    listed: Vec<L>,
    lacks: &str,
    read: impl Fn(L) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let read: Option<Vec<T>> = listed.into_iter().map(read).collect();
    read.ok_or_else(|| {
        Error::new(ErrorKind::Protocol, format!("something in the list has no {lacks}"))
            .with_operation(&format!("{} {}", operation.method, operation.path))
    })
}

fn is_deleted(item: &Value) -> bool {
    item.pointer("/properties/isDeleted").and_then(Value::as_bool).unwrap_or(false)
}
