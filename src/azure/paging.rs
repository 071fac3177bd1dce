//! Lists, page by page.

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use super::{
    client::Client,
    error::{Error, ErrorKind, excerpt},
    operation::Operation,
};

/// The most pages of one list. A workspace has some hundred rules; the longest list is a watchlist's items.
const MOST_PAGES: usize = 10_000;

impl Client {
    /// Sends a list operation and follows `nextLink` until there is none.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`] when a page has no `value`, or its `nextLink` was followed before or leads to another
    /// host, where the token must not go; else as [`Client::send`].
    pub async fn list(&self, operation: &Operation) -> Result<Vec<Value>, Error> {
        let label = format!("{} {}", operation.method, operation.path);
        let broken = |message: String| Error::new(ErrorKind::Protocol, message).with_operation(&label);
        let mut items = Vec::new();
        let mut followed = HashSet::new();
        let mut page = self.answer(operation).await?.body;
        loop {
            let Some(Value::Array(values)) = page.get_mut("value").map(Value::take) else {
                return Err(broken("a page of the list has no `value`".to_owned()));
            };
            items.extend(values);
            let link = match page.get("nextLink") {
                None | Some(Value::Null) => return Ok(items),
                Some(Value::String(link)) if link.is_empty() => return Ok(items),
                Some(Value::String(link)) => link,
                Some(_) => return Err(broken("`nextLink` of the list is no text".to_owned())),
            };
            let url = Url::parse(link)
                .map_err(|_| broken(format!("`nextLink` is no URL: {}", excerpt(link, 100))))?;
            if !self.endpoint().is_same_origin(&url) {
                return Err(broken(format!(
                    "`nextLink` leads to another host, {}, and is not followed",
                    url.host_str().map_or_else(|| "none".to_owned(), |host| excerpt(host, 100))
                )));
            }
            if followed.len() == MOST_PAGES {
                return Err(broken(format!("the list does not end after {MOST_PAGES} pages")));
            }
            if !followed.insert(url.as_str().to_owned()) {
                return Err(broken("`nextLink` leads back to a page that was read".to_owned()));
            }
            page = self.follow(operation.name, url).await?.body;
        }
    }

    /// Every analytics rule of the workspace, of every kind.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn list_alert_rules(&self) -> Result<Vec<Value>, Error> {
        self.list(&self.operations().list_alert_rules()).await
    }

    /// Every watchlist, without its items.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn list_watchlists(&self) -> Result<Vec<Value>, Error> {
        self.list(&self.operations().list_watchlists()).await
    }

    /// Every item of a watchlist.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn list_watchlist_items(&self, alias: &str) -> Result<Vec<Value>, Error> {
        self.list(&self.operations().list_watchlist_items(alias)).await
    }

    /// Every metadata resource.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn list_metadata(&self) -> Result<Vec<Value>, Error> {
        self.list(&self.operations().list_metadata()).await
    }

    /// Every saved search of the workspace, functions among them.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn list_saved_searches(&self) -> Result<Vec<Value>, Error> {
        self.list(&self.operations().list_saved_searches()).await
    }

    /// Every table of the workspace, with its columns.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn list_tables(&self) -> Result<Vec<Value>, Error> {
        self.list(&self.operations().list_tables()).await
    }
}
