//! Lists, page by page.

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{
    client::Client,
    error::{Error, ErrorKind, excerpt},
    snapshot::known,
};
use crate::operation::Operation;

/// The most pages of one list. A workspace has some hundred rules; the longest list is a watchlist's items.
const MOST_PAGES: usize = 10_000;

/// A page of a list.
#[derive(Debug, Deserialize)]
struct Page<T> {
    value: Option<Vec<T>>,
    #[serde(rename = "nextLink", default)]
    next_link: Value,
}

// Not derived, which would ask the same of `T`.
impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { value: None, next_link: Value::Null }
    }
}

/// The one member of a resource that a list of names needs.
#[derive(Debug, Deserialize)]
struct Named {
    #[serde(default)]
    name: Value,
}

impl Client {
    /// Sends a list operation and follows `nextLink` until there is none.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`] when a page has no `value`, or its `nextLink` was followed before or leads to another
    /// host, where the token must not go; else as [`Client::send`].
    pub async fn list(&self, operation: &Operation) -> Result<Vec<Value>, Error> {
        self.pages(operation).await
    }

    /// The same, of which only the parts that `T` has are kept: some lists are long.
    async fn pages<T: DeserializeOwned>(&self, operation: &Operation) -> Result<Vec<T>, Error> {
        let label = format!("{} {}", operation.method, operation.path);
        let broken = |message: String| Error::new(ErrorKind::Protocol, message).with_operation(&label);
        let mut items = Vec::new();
        let mut followed = HashSet::new();
        let mut page: Page<T> = self.answer(operation).await?.body;
        loop {
            let Some(values) = page.value else {
                return Err(broken("a page of the list has no `value`".to_owned()));
            };
            items.extend(values);
            let link = match page.next_link {
                Value::Null => return Ok(items),
                Value::String(link) if link.is_empty() => return Ok(items),
                Value::String(link) => link,
                _ => return Err(broken("`nextLink` of the list is no text".to_owned())),
            };
            let url = Url::parse(&link)
                .map_err(|_| broken(format!("`nextLink` is no URL: {}", excerpt(&link, 100))))?;
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

    /// The names of the tables. The answer has their columns too, some megabytes of them, which are passed over.
    ///
    /// # Errors
    /// As [`Client::list`]; [`ErrorKind::Protocol`] when a table has no name.
    pub async fn list_table_names(&self) -> Result<Vec<String>, Error> {
        let operation = self.operations().list_tables();
        let tables: Vec<Named> = self.pages(&operation).await?;
        known(&operation, tables, "name", |table| match table.name {
            Value::String(name) => Some(name),
            _ => None,
        })
    }
}
