//! Documents and indicators to resources.
//!
//! [`Folder`] is everything that was read; [`compile`] turns it into [`Compiled`] resources. A document becomes one in its
//! valid form alone; where there is none, an error says why.

mod folder;
pub mod indicators;
mod needs;
mod parser;
mod rule;
mod table;
mod watchlist;

pub use folder::{Folder, WatchlistSource};
pub use needs::Needs;
pub use table::Table;

use kql::Type;
use sentinel_schema::{Layer, Origin};

use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, FileId, SourceMap, Span};
use crate::resource::Resource;
use crate::semantic::{Draft, Models};

/// A resource and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// The resource.
    pub resource: Resource,
    /// The files that it was made from, the leading one first; never empty.
    pub files: Vec<FileId>,
    /// The place that a message about the resource points at.
    pub span: Span,
    /// What must be there before it can be deployed.
    pub needs: Needs,
}

/// Compiles all that a folder holds: watchlists, then parsers in call order, then rules. `models` are brought up to date with
/// the queries of the folder.
pub fn compile(
    map: &SourceMap,
    folder: &Folder,
    config: &Config,
    models: &mut Models,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Compiled> {
    let mut generated = indicators::compile(map, &folder.indicators, &folder.pages, config, diagnostics);
    models.update(watchlists(folder, &generated), drafts(folder, &generated));
    for made in &mut generated {
        if let Resource::AlertRule(rule) = &made.resource
            && let Some(model) = models.of_generated(&rule.id)
        {
            let connector = made.needs.connector.take();
            made.needs = Needs { connector, ..Needs::of(model, models, &folder.parsers) };
        }
    }
    let mut compiled = Vec::new();
    for source in &folder.watchlists {
        if let (Ok(watchlist), Ok(table)) = (source.document.validate(diagnostics), &source.table) {
            compiled.push(watchlist::compile(source, &watchlist, table));
        }
    }
    for file in models.call_order() {
        let Some(document) = folder.parsers.iter().find(|parser| parser.file == file) else { continue };
        if let Ok(parser) = document.validate(diagnostics) {
            let needs = Needs::of_file(file, models, &folder.parsers);
            compiled.push(parser::compile(document, &parser, needs));
        }
    }
    for document in &folder.rules {
        if let Ok(rule) = document.validate(diagnostics) {
            let needs = Needs::of_file(document.file, models, &folder.parsers);
            compiled.push(rule::compile(document, rule, needs));
        }
    }
    compiled.extend(generated);
    compiled
}

/// The queries of a folder and of the rules made from its indicators.
fn drafts(folder: &Folder, generated: &[Compiled]) -> Vec<Draft> {
    let rules = folder.rules.iter().filter_map(Draft::of_rule);
    let parsers = folder.parsers.iter().map(Draft::of_parser);
    let generated = generated.iter().filter_map(|made| match &made.resource {
        Resource::AlertRule(rule) => {
            Some(Draft::generated(rule.id.as_str(), rule.properties.query.as_str(), made.span))
        }
        Resource::Watchlist(_) | Resource::SavedSearch(_) => None,
    });
    rules.chain(parsers).chain(generated).collect()
}

/// The watchlists of a folder with their columns. Every column is a string, since the rows are sent as CSV.
fn watchlists(folder: &Folder, generated: &[Compiled]) -> Layer {
    let mut layer = Layer::new(Origin::Folder);
    let mut add = |alias: &str, columns: &[String]| {
        layer.add_watchlist(alias.trim(), columns.iter().map(|column| (column.trim(), Type::String)));
    };
    for made in generated {
        if let Resource::Watchlist(watchlist) = &made.resource {
            add(&watchlist.alias, watchlist.rows.columns());
        }
    }
    // A list that is not compiled, for an error elsewhere in it, has its columns all the same.
    for source in &folder.watchlists {
        if let (Some(alias), Ok(table)) = (source.document.alias.named(), &source.table) {
            add(alias, table.columns());
        }
    }
    for alias in folder.watchlists.iter().map(|source| &source.document.alias) {
        if let Some(alias) = alias.named() {
            layer.name_watchlist(alias.trim());
        }
        if alias.is_refused() {
            layer.add_unnamed_watchlist();
        }
    }
    layer
}

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    table::CODES
}
