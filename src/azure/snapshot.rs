//! Reading what a workspace has.

use futures::{StreamExt as _, TryStreamExt as _, future, stream};

use super::{
    client::Client,
    error::{Error, ErrorKind},
};
use crate::operation::Operation;
use crate::resource::{Kind, Live, LiveRows, Look, RowAnswer, Snapshot};

/// How many resources are read closely at a time.
const READS: usize = 8;

impl Client {
    /// Everything that a plan compares: the resources of the kinds that are looked at and the names of the tables; of
    /// those that are read closely also the etag and the rows, which a list leaves out. One request for the tables and
    /// one for each kind, and two for each that is read closely and exists.
    ///
    /// # Errors
    /// As [`Client::send`]; [`ErrorKind::Protocol`] when something lacks what identifies it, since it could be one of
    /// ours, and a plan without it would write over it.
    pub async fn snapshot(&self, look: &Look) -> Result<Snapshot, Error> {
        let lists = look.kinds.iter().map(|kind| self.live(*kind));
        // All are awaited, so that of several failures always the same one is reported.
        let (lists, tables) = future::join(future::join_all(lists), self.list_table_names()).await;
        let lists: Vec<Vec<Live>> = lists.into_iter().collect::<Result<_, _>>()?;
        let tables = tables?;
        let resources = stream::iter(lists.into_iter().flatten())
            .map(|live| async move {
                if look.closely.contains(&live.identity) { self.read_closely(live).await } else { Ok(live) }
            })
            .buffered(READS)
            .try_collect()
            .await?;
        Ok(Snapshot { resources, tables })
    }

    async fn live(&self, kind: Kind) -> Result<Vec<Live>, Error> {
        let listed = self.resources(kind).await?;
        let operation = self.operations().list(kind);
        known(&operation, listed, kind.definition().identified_by, |body| Live::read(kind, body))
    }

    /// The rows of a resource.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn rows(&self, kind: Kind, name: &str) -> Result<LiveRows, Error> {
        let operation = self.operations().list_rows(kind, name);
        let mut rows = LiveRows::new();
        self.for_each_page(&operation, |page: Vec<RowAnswer>| {
            let mut kept = page.iter().filter(|row| !row.is_deleted());
            if kept.all(|row| row.add_to(&mut rows)) { Ok(()) } else { Err(lacking(&operation, "name")) }
        })
        .await?;
        Ok(rows)
    }

    async fn read_closely(&self, listed: Live) -> Result<Live, Error> {
        let (kind, name) = (listed.identity.kind, listed.identity.name.as_str());
        let rows = async {
            match kind.definition().rows {
                Some(_) => self.rows(kind, name).await.map(Some),
                None => Ok(None),
            }
        };
        let (whole, rows) = future::try_join(self.get(kind, name), rows).await?;
        let mut live = whole.and_then(|body| Live::read(kind, body)).unwrap_or(listed);
        live.rows = rows;
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
    read.ok_or_else(|| lacking(operation, lacks))
}

fn lacking(operation: &Operation, what: &str) -> Error {
    Error::new(ErrorKind::Protocol, format!("something in the list has no {what}"))
        .with_operation(&format!("{} {}", operation.method, operation.path))
}
