//! Reading what a workspace holds.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;

use super::{client::Client, error::Error};
use crate::resource::{LiveRule, LiveWatchlist, LiveWatchlistItem, Snapshot, same_id};

/// How many watchlists are read at a time.
const READS: usize = 8;

impl Client {
    /// Everything that a plan compares: all rules, all watchlists, the names of the tables, and of the watchlists
    /// named in `aliases` also the etag and the rows, which the list leaves out. Three requests, and two for each of
    /// these aliases that the workspace has.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn snapshot(&self, aliases: &[&str]) -> Result<Snapshot, Error> {
        let (rules, watchlists, tables) =
            futures::try_join!(self.list_alert_rules(), self.list_watchlists(), self.list_tables())?;
        let watchlists = watchlists.into_iter().filter_map(LiveWatchlist::from_body);
        let watchlists = stream::iter(watchlists)
            .map(|live| async move {
                if aliases.iter().any(|alias| same_id(alias, &live.alias)) {
                    self.read_watchlist(live).await
                } else {
                    Ok(live)
                }
            })
            .buffered(READS)
            .try_collect()
            .await?;
        Ok(Snapshot {
            rules: rules.into_iter().filter_map(LiveRule::from_body).collect(),
            watchlists,
            tables: tables.iter().filter_map(|table| Some(table.get("name")?.as_str()?.to_owned())).collect(),
        })
    }

    /// The rows of a watchlist.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn watchlist_rows(&self, alias: &str) -> Result<Vec<LiveWatchlistItem>, Error> {
        let items = self.list_watchlist_items(alias).await?;
        Ok(items.iter().filter(|item| !is_deleted(item)).filter_map(LiveWatchlistItem::from_body).collect())
    }

    async fn read_watchlist(&self, listed: LiveWatchlist) -> Result<LiveWatchlist, Error> {
        let (whole, items) =
            futures::try_join!(self.get_watchlist(&listed.alias), self.watchlist_rows(&listed.alias))?;
        let mut live = whole.and_then(LiveWatchlist::from_body).unwrap_or(listed);
        live.items = Some(items);
        Ok(live)
    }
}

fn is_deleted(item: &Value) -> bool {
    item.pointer("/properties/isDeleted").and_then(Value::as_bool).unwrap_or(false)
}
