//! A watchlist's description and rows to the resource.

use std::sync::Arc;

use super::{Compiled, Needs, WatchlistSource};
use crate::document::Text;
use crate::resource::{Duration, Resource, Watchlist};

/// Who provides a watchlist whose description does not say.
const PROVIDER: &str = "Bartizan";

/// The resource of a watchlist; none where a check reports why not.
pub(super) fn compile(source: &WatchlistSource) -> Option<Compiled> {
    let document = &source.document;
    let table = source.table.as_ref()?;
    let text = |text: &Option<Text>| {
        text.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let alias = text(&document.alias)?;
    let default_duration = match &document.default_duration {
        Some(text) => Some(Duration::parse(text).ok()?),
        None => None,
    };
    let labels = document.labels.as_ref().map_or(&[][..], |labels| labels.as_slice());
    let resource = Watchlist {
        display_name: text(&document.display_name).unwrap_or_else(|| alias.clone()),
        description: text(&document.description).unwrap_or_default(),
        provider: text(&document.provider).unwrap_or_else(|| PROVIDER.to_owned()),
        items_search_key: text(&document.items_search_key)?,
        labels: labels.iter().map(|label| label.trim().to_owned()).collect(),
        default_duration,
        rows: Arc::clone(&table.rows),
        alias,
    };
    Some(Compiled {
        resource: Resource::Watchlist(resource),
        files: std::iter::once(document.file).chain(source.data).collect(),
        span: document.alias.as_ref().map_or(document.span, |alias| alias.span),
        needs: Needs::default(),
    })
}
