//! A parser to a saved function.

use std::borrow::Cow;

use super::{Compiled, Needs};
use crate::document::{Parser, Text};
use crate::resource::{Resource, SavedSearch};
use crate::semantic::Models;
pub use crate::semantic::parser::{alias, parameter_text};

/// The group of a parser that names none.
const CATEGORY: &str = "Function";

/// The resource of a parser; none where a check reports why not.
pub(super) fn compile(parser: &Parser, models: &Models, parsers: &[Parser]) -> Option<Compiled> {
    let search = saved_search(parser)?;
    let mut needs = Needs::of(models.of_file(parser.file)?, models, parsers);
    // The service keeps a function without running it, so that it need not wait for the tables.
    needs.tables.clear();
    let name = parser.alias.as_ref().or(parser.display_name.as_ref());
    Some(Compiled {
        resource: Resource::SavedSearch(search),
        files: vec![parser.file],
        span: name.map_or(parser.span, |name| name.span),
        needs,
    })
}

fn saved_search(parser: &Parser) -> Option<SavedSearch> {
    let owned = |field: &Option<Text>| text(field).map(str::to_owned);
    let alias = alias(parser)?.to_owned();
    Some(SavedSearch {
        id: id(parser)?.into_owned(),
        display_name: owned(&parser.display_name).unwrap_or_else(|| alias.clone()),
        category: owned(&parser.category).unwrap_or_else(|| CATEGORY.to_owned()),
        function_alias: alias,
        function_parameters: parameter_text(parser)?,
        query: super::rule::query_text(text(&parser.query)?),
        description: owned(&parser.description).unwrap_or_default(),
        version: owned(&parser.version).unwrap_or_default(),
    })
}

/// A text that is not blank.
fn text(field: &Option<Text>) -> Option<&str> {
    field.as_ref().map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// The resource name of a parser: its id, or else its alias in lower case, so that it stays the same however a file
/// is named or moved.
pub fn id(parser: &Parser) -> Option<Cow<'_, str>> {
    match text(&parser.id) {
        Some(id) => Some(Cow::Borrowed(id)),
        None => Some(Cow::Owned(alias(parser)?.to_ascii_lowercase())),
    }
}
