//! A parser to a saved function.

use super::{Compiled, Needs};
use crate::document::{Parser, ValidParser};
use crate::resource::{Resource, SavedSearch};
use crate::semantic::parser::written_parameters;

/// The group of a parser that names none.
const CATEGORY: &str = "Function";

/// The resource of a parser.
pub(super) fn compile(document: &Parser, parser: &ValidParser<'_>, mut needs: Needs) -> Compiled {
    // The service keeps a function without running it, so that it need not wait for the tables.
    needs.tables.clear();
    let search = SavedSearch {
        id: parser.id.clone().into_owned(),
        display_name: parser.display_name.to_owned(),
        category: parser.category.unwrap_or(CATEGORY).to_owned(),
        function_alias: parser.alias.to_owned(),
        function_parameters: written_parameters(&parser.parameters),
        query: super::rule::query_text(parser.query.trim()),
        description: parser.description.to_owned(),
        version: parser.version.to_owned(),
    };
    let name = document.alias.given().or(document.display_name.given());
    Compiled {
        resource: Resource::SavedSearch(search),
        files: vec![document.file],
        span: name.map_or(document.span, |name| name.span),
        needs,
    }
}

#[cfg(test)]
mod tests;
