//! Reads and writes of single resources.

use serde_json::Value;

use super::{
    client::Client,
    error::{Error, ErrorKind},
};
use crate::operation::Operation;

/// Codes of a 404 that say that something above the resource is missing, so that nothing is known about the resource.
const PARENT_IS_MISSING: &[&str] = &[
    "SubscriptionNotFound",
    "ResourceGroupNotFound",
    "ParentResourceNotFound",
    "InvalidResourceType",
    "InvalidSubscriptionId",
];

/// Who answers when a resource does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absence {
    /// Azure Resource Manager or Log Analytics, with `ResourceNotFound`.
    ResourceManager,
    /// Sentinel, with `NotFound` or `404`. From it `ResourceNotFound` means the workspace.
    Sentinel,
}

impl Absence {
    /// Whether this error says that the resource does not exist, and its parents do.
    pub(super) fn is(self, error: &Error) -> bool {
        let code = error.code().unwrap_or_default();
        error.kind() == ErrorKind::NotFound
            && !PARENT_IS_MISSING.iter().any(|parent| parent.eq_ignore_ascii_case(code))
            && (self == Self::ResourceManager || !code.eq_ignore_ascii_case("ResourceNotFound"))
    }
}

impl Client {
    /// An analytics rule, or `None` when there is none of this id.
    ///
    /// # Errors
    /// As [`Client::send`]; a missing workspace or resource group is an error and not `None`.
    pub async fn get_alert_rule(&self, id: &str) -> Result<Option<Value>, Error> {
        self.get(&self.operations().get_alert_rule(id), Absence::Sentinel).await
    }

    /// Creates or replaces an analytics rule and gives it as stored. With an `etag` in the body the service refuses when
    /// the rule has another one ([`ErrorKind::Conflict`] or [`ErrorKind::PreconditionFailed`]).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn put_alert_rule(&self, id: &str, body: &Value) -> Result<Value, Error> {
        self.send(&self.operations().put_alert_rule(id, body.clone())).await
    }

    /// Deletes an analytics rule; that it does not exist is no error.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn delete_alert_rule(&self, id: &str) -> Result<(), Error> {
        self.delete(&self.operations().delete_alert_rule(id), Absence::Sentinel).await
    }

    /// A watchlist without its items, or `None`.
    ///
    /// # Errors
    /// As [`Client::get_alert_rule`].
    pub async fn get_watchlist(&self, alias: &str) -> Result<Option<Value>, Error> {
        self.get(&self.operations().get_watchlist(alias), Absence::Sentinel).await
    }

    /// An item of a watchlist, or `None`.
    ///
    /// # Errors
    /// As [`Client::get_alert_rule`].
    pub async fn get_watchlist_item(&self, alias: &str, id: &str) -> Result<Option<Value>, Error> {
        self.get(&self.operations().get_watchlist_item(alias, id), Absence::Sentinel).await
    }

    /// Creates or replaces an item of a watchlist and gives it as stored.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn put_watchlist_item(&self, alias: &str, id: &str, body: &Value) -> Result<Value, Error> {
        self.send(&self.operations().put_watchlist_item(alias, id, body.clone())).await
    }

    /// Deletes an item of a watchlist; that it does not exist is no error.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn delete_watchlist_item(&self, alias: &str, id: &str) -> Result<(), Error> {
        self.delete(&self.operations().delete_watchlist_item(alias, id), Absence::Sentinel).await
    }

    /// A saved search, or `None`.
    ///
    /// # Errors
    /// As [`Client::send`]; a missing workspace or resource group is an error.
    pub async fn get_saved_search(&self, id: &str) -> Result<Option<Value>, Error> {
        self.get(&self.operations().get_saved_search(id), Absence::ResourceManager).await
    }

    /// Creates a saved search, or replaces it where the `etag` in the body allows that, and gives it as stored. Without
    /// an etag the service does not write over one that exists ([`ErrorKind::Conflict`]).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn put_saved_search(&self, id: &str, body: &Value) -> Result<Value, Error> {
        self.send(&self.operations().put_saved_search(id, body.clone())).await
    }

    /// Deletes a saved search; that it does not exist is no error.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn delete_saved_search(&self, id: &str) -> Result<(), Error> {
        self.delete(&self.operations().delete_saved_search(id), Absence::ResourceManager).await
    }

    /// Creates or replaces a metadata resource and gives it as stored.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn put_metadata(&self, name: &str, body: &Value) -> Result<Value, Error> {
        self.send(&self.operations().put_metadata(name, body.clone())).await
    }

    /// Deletes a metadata resource; that it does not exist is no error.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn delete_metadata(&self, name: &str) -> Result<(), Error> {
        self.delete(&self.operations().delete_metadata(name), Absence::Sentinel).await
    }

    /// Sentinel's onboarding state, or `None` when the workspace has no Sentinel.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn get_onboarding_state(&self) -> Result<Option<Value>, Error> {
        self.get(&self.operations().get_onboarding_state(), Absence::ResourceManager).await
    }

    /// The workspace, or `None`; a missing resource group or subscription is an error.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn get_workspace(&self) -> Result<Option<Value>, Error> {
        self.get(&self.operations().get_workspace(), Absence::ResourceManager).await
    }

    /// A table of the workspace, or `None`.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn get_table(&self, name: &str) -> Result<Option<Value>, Error> {
        self.get(&self.operations().get_table(name), Absence::ResourceManager).await
    }

    async fn get(&self, operation: &Operation, absence: Absence) -> Result<Option<Value>, Error> {
        match self.send(operation).await {
            Ok(value) => Ok(Some(value)),
            Err(error) if absence.is(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn delete(&self, operation: &Operation, absence: Absence) -> Result<(), Error> {
        match self.send(operation).await {
            Ok(_) => Ok(()),
            Err(error) if absence.is(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
