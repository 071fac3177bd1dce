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

/// The most pages of one list. The longest list is a watchlist's items.
const MOST_PAGES: usize = 100_000;

/// The most items of one list: a workspace has at most 10 million items of watchlists.
const MOST_ITEMS: usize = 10_000_000;

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
    /// Sends a list operation, follows `nextLink` until there is none, and hands over the items of each page as `T`s, of
    /// whose members only those that `T` has are kept. A page is forgotten before the next one is read, so that a long
    /// list takes no more memory than what `take` keeps.
    ///
    /// # Errors
    /// The first error of `take`, after which no further page is read. [`ErrorKind::Protocol`] when a page has no `value`
    /// or an item has another shape than `T`; when a `nextLink` was followed before, or leads to another host, where the
    /// token must not go; and when the list does not end within 100,000 pages or 10 million items. Else as
    /// [`Client::send`].
    pub async fn for_each_page<T: DeserializeOwned>(
        &self,
        operation: &Operation,
        mut take: impl FnMut(Vec<T>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut followed = HashSet::new();
        let mut items = 0;
        let mut page: Page<T> = self.answer(operation).await?.body;
        loop {
            let Some(values) = page.value else {
                return Err(broken(operation, "a page of the list has no `value`"));
            };
            items += values.len();
            if items > MOST_ITEMS {
                return Err(broken(operation, format!("the list has more than {MOST_ITEMS} items")));
            }
            take(values)?;
            let Some(url) = self.next_page(operation, page.next_link)? else {
                return Ok(());
            };
            if followed.len() == MOST_PAGES {
                return Err(broken(operation, format!("the list does not end after {MOST_PAGES} pages")));
            }
            if !followed.insert(url.as_str().to_owned()) {
                return Err(broken(operation, "`nextLink` leads back to a page that was already read"));
            }
            page = self.follow(&operation.name, url).await?.body;
        }
    }

    /// The URL of the next page, where the token may go.
    fn next_page(&self, operation: &Operation, link: Value) -> Result<Option<Url>, Error> {
        let link = match link {
            Value::Null => return Ok(None),
            Value::String(link) if link.is_empty() => return Ok(None),
            Value::String(link) => link,
            _ => return Err(broken(operation, "`nextLink` of the list is not a string")),
        };
        let url = Url::parse(&link).map_err(|_| {
            broken(operation, format!("`nextLink` is not an absolute URL: {}", excerpt(&link, 100)))
        })?;
        if !self.endpoint().is_same_origin(&url) {
            let host = url.host_str().map_or_else(|| "no host".to_owned(), |host| excerpt(host, 100));
            return Err(broken(
                operation,
                format!("`nextLink` points to another server ({host}) and is not followed"),
            ));
        }
        Ok(Some(url))
    }

    /// All items of a list.
    ///
    /// # Errors
    /// As [`Client::for_each_page`].
    pub async fn list<T: DeserializeOwned>(&self, operation: &Operation) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        self.for_each_page(operation, |page| {
            all.extend(page);
            Ok(())
        })
        .await?;
        Ok(all)
    }

    /// Every metadata resource.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn list_metadata(&self) -> Result<Vec<Value>, Error> {
        self.list(&self.operations().list_metadata()).await
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
        let tables: Vec<Named> = self.list(&operation).await?;
        known(&operation, tables, "name", |table| match table.name {
            Value::String(name) => Some(name),
            _ => None,
        })
    }
}

/// The error of a list that is not one.
fn broken(operation: &Operation, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Protocol, message)
        .with_operation(&format!("{} {}", operation.method, operation.path))
}
