//! What a resource needs of its workspace.

use kql::ReadKind;

use crate::diagnostic::FileId;
use crate::document::Parser;
use crate::resource::{Identity, Kind};
use crate::semantic::{Models, QueryModel};

/// What must be there before a resource can be deployed.
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

impl Needs {
    /// What the query of a rule or parser needs.
    pub(super) fn of_file(file: FileId, models: &Models, parsers: &[Parser]) -> Self {
        models.of_file(file).map(|model| Self::of(model, models, parsers)).unwrap_or_default()
    }

    /// What a query needs: what it reads itself, and what the parsers that it reaches read. A table without which the query runs
    /// is not needed, nor are those of a parser without which it runs.
    pub(super) fn of(model: &QueryModel, models: &Models, parsers: &[Parser]) -> Self {
        let mut needs = Self::default();
        needs.add(model, false);
        for (parser, optional) in models.reached_by(model) {
            needs.add(parser, optional);
        }
        let called = models.called_by(model).into_iter().filter_map(|(called, _)| {
            let document = parsers.iter().find(|parser| *called.id() == parser.file.into())?;
            document.resource_name()
        });
        needs.functions = called.map(|id| id.into_owned()).collect();
        needs
    }

    /// The watchlists and then the functions.
    pub fn resources(&self) -> Vec<Identity> {
        let watchlists = self.watchlists.iter().map(|alias| Identity::new(Kind::Watchlist, alias));
        let functions = self.functions.iter().map(|id| Identity::new(Kind::SavedSearch, id));
        watchlists.chain(functions).collect()
    }

    fn add(&mut self, model: &QueryModel, optional: bool) {
        let tables = model.reads().iter().filter(|read| read.kind == ReadKind::Table);
        for read in tables.filter(|read| !optional && !read.optional && sentinel_schema::is_table(&read.name))
        {
            add_name(&mut self.tables, &read.name);
        }
        for watchlist in model.watchlists() {
            add_name(&mut self.watchlists, &watchlist.alias);
        }
    }
}

fn add_name(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}
