//! Reads and writes of single resources.

use serde_json::Value;

use super::{
    client::Client,
    error::{Error, ErrorKind},
};
use crate::operation::{Operation, Verify, Write};
use crate::resource::{Absence, Kind};

/// Whether this error says that the resource does not exist, and its parents do.
pub(super) fn is_absent(absence: Absence, error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound && absence.is(error.code().unwrap_or_default())
}

/// How a resource of this kind that does not exist looks.
pub(super) fn absence(kind: Kind) -> Absence {
    kind.definition().api.absence()
}

impl Client {
    /// Every resource of a kind, as the service's list has it: also those of the collection that are not what a folder
    /// could hold.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn resources(&self, kind: Kind) -> Result<Vec<Value>, Error> {
        self.list(&self.operations().list(kind)).await
    }

    /// A resource without its rows, or `None` when there is none of this name.
    ///
    /// # Errors
    /// As [`Client::send`]; a missing workspace or resource group is an error and not `None`.
    pub async fn get(&self, kind: Kind, name: &str) -> Result<Option<Value>, Error> {
        self.read_if_there(&self.operations().get(kind, name), absence(kind)).await
    }

    /// Creates or replaces a resource, waits until the service has taken it in, and gives it as stored. With an `etag` in
    /// the body the service refuses when the resource has another one ([`ErrorKind::Conflict`] or
    /// [`ErrorKind::PreconditionFailed`]); over a saved search that exists it also refuses without one.
    ///
    /// # Errors
    /// As [`Client::send`], and of a long-running kind as `put_long_running`.
    pub async fn put(&self, kind: Kind, name: &str, body: &Value) -> Result<Value, Error> {
        let operation = self.operations().put(kind, name, body.clone());
        if kind.definition().long_running {
            return self.put_long_running(&operation).await;
        }
        self.send(&operation).await
    }

    /// Deletes a resource with its rows; a missing one is not an error.
    ///
    /// # Errors
    /// As [`Client::put`].
    pub async fn delete(&self, kind: Kind, name: &str) -> Result<(), Error> {
        let operation = self.operations().delete(kind, name);
        if kind.definition().long_running {
            return self.delete_long_running(&operation, absence(kind)).await;
        }
        self.remove(&operation, absence(kind)).await
    }

    /// Sends a write, waits until the service has taken it in, and gives the resource or row as stored; `Null` of one that
    /// was removed. Removing what does not exist is not an error.
    ///
    /// # Errors
    /// As [`Client::put`].
    pub async fn carry_out(&self, write: &Write) -> Result<Value, Error> {
        let (operation, kind) = (&write.operation, write.verify.kind());
        match write.verify {
            Verify::Resource(_) if kind.definition().long_running => self.put_long_running(operation).await,
            Verify::Resource(_) | Verify::Row(_) => self.send(operation).await,
            Verify::Gone(_) if kind.definition().long_running => {
                self.delete_long_running(operation, absence(kind)).await.map(|()| Value::Null)
            }
            Verify::Gone(_) | Verify::RowGone(_) => {
                self.remove(operation, absence(kind)).await.map(|()| Value::Null)
            }
        }
    }

    /// What is now where a write went whose answer never arrived, once nothing is written there any more; `None` when
    /// nothing is.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn read_back(&self, write: &Write) -> Result<Option<Value>, Error> {
        let (operation, kind) = (write.read_back(), write.verify.kind());
        match write.verify {
            Verify::Resource(_) if kind.definition().long_running => {
                self.settled(&operation, absence(kind)).await
            }
            _ => self.read_if_there(&operation, absence(kind)).await,
        }
    }

    /// A row, or `None`.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn get_row(&self, kind: Kind, name: &str, id: &str) -> Result<Option<Value>, Error> {
        self.read_if_there(&self.operations().get_row(kind, name, id), absence(kind)).await
    }

    /// Creates or replaces a row and gives it as stored.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn put_row(&self, kind: Kind, name: &str, id: &str, body: &Value) -> Result<Value, Error> {
        self.send(&self.operations().put_row(kind, name, id, body.clone())).await
    }

    /// Deletes a row; a missing one is not an error.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn delete_row(&self, kind: Kind, name: &str, id: &str) -> Result<(), Error> {
        self.remove(&self.operations().delete_row(kind, name, id), absence(kind)).await
    }

    /// Creates or replaces a metadata resource and gives it as stored.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn put_metadata(&self, name: &str, body: &Value) -> Result<Value, Error> {
        self.send(&self.operations().put_metadata(name, body.clone())).await
    }

    /// Deletes a metadata resource; a missing one is not an error.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn delete_metadata(&self, name: &str) -> Result<(), Error> {
        self.remove(&self.operations().delete_metadata(name), Absence::SENTINEL).await
    }

    /// Sentinel's onboarding state, or `None` when the workspace has no Sentinel.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn get_onboarding_state(&self) -> Result<Option<Value>, Error> {
        self.read_if_there(&self.operations().get_onboarding_state(), Absence::RESOURCE_MANAGER).await
    }

    /// The workspace, or `None`; a missing resource group or subscription is an error.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn get_workspace(&self) -> Result<Option<Value>, Error> {
        self.read_if_there(&self.operations().get_workspace(), Absence::RESOURCE_MANAGER).await
    }

    /// A table of the workspace, or `None`.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn get_table(&self, name: &str) -> Result<Option<Value>, Error> {
        self.read_if_there(&self.operations().get_table(name), Absence::RESOURCE_MANAGER).await
    }

    async fn read_if_there(&self, operation: &Operation, absence: Absence) -> Result<Option<Value>, Error> {
        match self.send(operation).await {
            Ok(value) => Ok(Some(value)),
            Err(error) if is_absent(absence, &error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn remove(&self, operation: &Operation, absence: Absence) -> Result<(), Error> {
        match self.send(operation).await {
            Ok(_) => Ok(()),
            Err(error) if is_absent(absence, &error) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
