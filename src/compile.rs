//! Documents and indicators to resources.
//!
//! [`Folder`] is everything that was read; [`compile`] turns it into [`Compiled`] resources. A document that cannot
//! be converted yields none, and the checks say why: compile itself reports only what it alone knows, such as an
//! indicator that it refuses.

mod folder;
pub mod indicators;
pub mod parser;
pub mod parsers;
pub mod reads;
mod rule;
mod table;
mod watchlist;

pub use folder::{Folder, WatchlistSource};
pub use table::{Table, TableRow};

use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, FileId, SourceMap, Span};
use crate::resource::Resource;

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

/// What a resource needs of its workspace.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Needs {
    /// The tables that its query reads, also by way of functions of the folder.
    pub tables: Vec<String>,
    /// The aliases of the watchlists that its query reads, also by way of functions of the folder.
    pub watchlists: Vec<String>,
    /// The ids of the functions that its query calls, of those that the folder makes.
    pub functions: Vec<String>,
    /// The data connector that fills the tables of a rule made from indicators. Such a rule is skipped where its
    /// table is absent, since the team does not have the product; any other rule is an error there.
    pub connector: Option<String>,
}

/// Compiles all that a folder holds: watchlists, then parsers in call order, then rules.
pub fn compile(
    map: &SourceMap,
    folder: &Folder,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Compiled> {
    let watchlists = folder.watchlists.iter().filter_map(watchlist::compile);
    let graph = parsers::CallGraph::new(&folder.parsers);
    let rules = folder.rules.iter().filter_map(|rule| rule::compile(rule, &graph));
    let mut compiled: Vec<Compiled> = watchlists.chain(graph.compile()).chain(rules).collect();
    compiled.extend(indicators::compile(map, &folder.indicators, &folder.pages, config, diagnostics));
    compiled
}

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    table::CODES
}
