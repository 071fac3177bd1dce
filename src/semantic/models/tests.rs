use kql::{CatalogTable, Type};

use super::*;
use crate::diagnostic::{SourceMap, Span};
use crate::document::{self, Document};
use crate::schema::Schema;

/// A folder whose files can be changed.
struct Folder {
    map: SourceMap,
    files: Vec<(FileId, String)>,
    watchlists: Vec<(&'static str, Vec<&'static str>)>,
    models: Models,
}

impl Folder {
    fn new(files: &[String]) -> Self {
        let mut map = SourceMap::new();
        let files = files
            .iter()
            .enumerate()
            .map(|(at, text)| (map.add(format!("rules/{at}.yaml"), text.as_str()), text.clone()))
            .collect();
        let models = Models::new(Arc::new(Schema::default().environment()));
        let mut folder = Self { map, files, watchlists: Vec::new(), models };
        folder.update();
        folder
    }

    fn update(&mut self) {
        let documents = self
            .files
            .iter()
            .map(|(file, _)| document::read(&self.map, *file, &mut Vec::new()).expect("a document"));
        let drafts = documents.filter_map(|document| match document {
            Document::Rule(rule) => Draft::of_rule(&rule),
            Document::Parser(parser) => Some(Draft::of_parser(&parser)),
            other => panic!("{other:?}"),
        });
        let mut layer = Layer::new(Origin::Folder);
        for (alias, columns) in &self.watchlists {
            layer.add_watchlist(*alias, columns.iter().map(|column| (*column, Type::String)));
        }
        self.models.update(layer, drafts.collect());
    }

    /// Gives a file another text, and says how many queries that made anew.
    fn change(&mut self, at: usize, text: &str) -> usize {
        let (file, known) = &mut self.files[at];
        *known = text.to_owned();
        // A file that is read again is another file of the map.
        let ids: Vec<FileId> = self.models.iter().filter_map(|model| model.id().file()).collect();
        assert!(ids.contains(file));
        let mut map = SourceMap::new();
        for (at, (file, text)) in self.files.iter().enumerate() {
            assert_eq!(map.add(format!("rules/{at}.yaml"), text.as_str()), *file);
        }
        self.map = map;
        self.update();
        self.models.analyzed()
    }

    fn model(&self, at: usize) -> &QueryModel {
        self.models.of_file(self.files[at].0).expect("a model")
    }

    fn errors(&self, at: usize) -> Vec<String> {
        self.model(at).analysis().diagnostics.iter().map(|found| found.message.to_string()).collect()
    }

    fn function(&self, alias: &str) -> CatalogFunction {
        kql::Catalog::function(self.models.environment(), alias, None).expect("a function")
    }

    fn table(&self, alias: &str) -> CatalogTable {
        self.function(alias).returns.table().expect("a table").clone()
    }

    fn columns(&self, alias: &str) -> Vec<String> {
        self.table(alias).columns.iter().map(|(name, kind)| format!("{name}:{kind}")).collect()
    }
}

fn parser(alias: &str, query: &str) -> String {
    format!("kind: Parser\nfunctionAlias: {alias}\nfunctionQuery: |\n  {query}\n")
}

fn rule(query: &str) -> String {
    format!("id: r\nname: R\nquery: |\n  {query}\n")
}

#[test]
fn a_function_returns_the_columns_of_its_query_with_the_parameters_bound() {
    let inner = parser("Inner", "Heartbeat | where TimeGenerated > since | project Computer, Count = n")
        + "functionParameters: 'n:long, since:datetime=datetime(null)'\n";
    let folder = Folder::new(&[parser("Outer", "Inner(1) | extend Double = Count * 2"), inner]);
    assert_eq!(folder.columns("Inner"), ["Computer:string", "Count:long"]);
    assert_eq!((folder.function("Inner").required, folder.table("Inner").open), (1, false));
    let parameters: Vec<_> =
        folder.function("Inner").parameters.iter().map(|(name, kind)| format!("{name}:{kind}")).collect();
    assert_eq!(parameters, ["n:long", "since:datetime"]);
    assert_eq!(folder.columns("Outer"), ["Computer:string", "Count:long", "Double:long"]);
}

#[test]
fn what_cannot_be_known_of_a_function_is_open() {
    let folder = Folder::new(&[
        parser("Takes", "T | extend x = 1") + "functionParameters: 'T:(a:string)'\n",
        parser("Unknown", "NoSuchTable_CL | extend x = 1"),
        parser("Broken", "Heartbeat | where ("),
        parser("BrokenValue", "1 +"),
        parser("Round", "Trip"),
        parser("Trip", "Round"),
        "kind: Parser\nfunctionAlias: Empty\n".to_owned(),
    ]);
    for alias in ["Takes", "Unknown", "Broken", "BrokenValue", "Round", "Trip", "Empty"] {
        assert!(folder.table(alias).open, "{alias}");
    }
}

#[test]
fn a_function_that_gives_one_value_is_a_value_where_it_is_called() {
    let folder = Folder::new(&[
        parser("Doubled", "n * 2") + "parameters:\n  - {name: n, type: long}\n",
        parser("Hosts", "Heartbeat | extend Twice = Doubled(1), Computer | project Twice"),
    ]);
    assert_eq!(folder.columns("Hosts"), ["Twice:long"]);
}

/// `A` has a column of `B`'s name and calls it not; `B` calls `A`.
#[test]
fn names_that_only_look_like_a_circle_of_calls_cost_no_columns() {
    let folder = Folder::new(&[
        parser("A", "Heartbeat | project B = Computer"),
        parser("B", "A | extend x = strlen(B)"),
        parser("C", "let C = B; C | project x"),
    ]);
    assert_eq!(folder.columns("B"), ["B:string", "x:long"]);
    assert_eq!(folder.columns("C"), ["x:long"]);
    assert_eq!(folder.models.cycles(), [[]; 0]);
}

#[test]
fn of_two_parsers_with_one_alias_the_first_is_called_and_both_are_looked_at() {
    let folder = Folder::new(&[
        parser("A", "Heartbeat | project Computer"),
        parser("A", "Heartbeat | project Nothing"),
        rule("A | where Computer == 'a'"),
    ]);
    assert_eq!(folder.errors(2), [""; 0]);
    assert_eq!(folder.errors(1).len(), 1);
}

#[test]
fn circles_and_the_order_of_calls_are_those_of_the_files() {
    let folder = Folder::new(&[
        parser("Outer", "union Inner, (Heartbeat | take 1)"),
        parser("Inner", "SecurityEvent"),
        parser("D", "union D, Heartbeat"),
    ]);
    let file = |at: usize| folder.files[at].0;
    assert_eq!(folder.models.call_order(), [file(1), file(0), file(2)]);
    assert_eq!(folder.models.cycles(), [[file(2)]]);
}

#[test]
fn a_query_reaches_parsers_by_way_of_others_and_may_do_without_them() {
    let folder = Folder::new(&[
        parser("A", "union isfuzzy=true B, (C | take 1)"),
        parser("B", "Heartbeat"),
        parser("C", "Heartbeat"),
        rule("A | join kind=inner (C) on Computer"),
        rule("union isfuzzy=true A, SecurityEvent"),
    ]);
    let reached = |at: usize| -> Vec<(usize, bool)> {
        let place =
            |model: &QueryModel| folder.files.iter().position(|(file, _)| *model.id() == (*file).into());
        let mut found: Vec<_> = folder
            .models
            .reached_by(folder.model(at))
            .into_iter()
            .filter_map(|(model, optional)| Some((place(model)?, optional)))
            .collect();
        found.sort_unstable();
        found
    };
    assert_eq!(reached(3), [(0, false), (1, true), (2, false)]);
    assert_eq!(reached(4), [(0, true), (1, true), (2, true)]);
}

#[test]
fn places_are_those_of_the_file_and_none_within_what_declares_parameters() {
    let text =
        "kind: Parser\nfunctionAlias: A\nfunctionParameters: n:int\nfunctionQuery: |\n  Heartbeat | take n\n";
    let folder = Folder::new(&[text.to_owned()]);
    let model = folder.model(0);
    let place = |word: &str, last: bool| {
        let source = &model.parsed().tree.source;
        let at = if last { source.rfind(word) } else { source.find(word) }.expect("a word") as u32;
        let span = kql::Span::new(at, at + word.len() as u32);
        model
            .locate(&folder.map, span)
            .map(|span| (folder.map.location(span).line, folder.map.text(span).to_owned()))
    };
    assert_eq!(place("take n", true), Some((5, "take n".to_owned())));
    assert_eq!(place("n:int", false), None);
}

#[test]
fn a_query_made_from_indicators_is_at_its_indicators() {
    let mut map = SourceMap::new();
    let place = Span::new(map.add("rules/a.yaml", "kind: Indicators"), 0, 4);
    let mut models = Models::new(Arc::new(Schema::default().environment()));
    models.update(Layer::new(Origin::Folder), vec![Draft::generated("made", "Heartbeat | take 1", place)]);
    let model = models.of_generated("made").expect("a model");
    assert_eq!(model.analysis().tables, ["Heartbeat"]);
    assert_eq!(model.locate(&map, kql::Span::new(0, 9)), Some(place));
    assert!(models.of_generated("another").is_none());
}

/// Two parsers, one calling the other, and rules that call one, read a watchlist, or have nothing to do with either.
fn chain() -> Folder {
    let mut folder = Folder::new(&[
        parser("Inner", "Heartbeat | project Computer"),
        parser("Outer", "Inner | extend Twice = Computer"),
        rule("Outer | where Computer == 'a'"),
        rule("_GetWatchlist('hosts') | project host"),
        rule("SecurityEvent | take 1"),
    ]);
    folder.watchlists.push(("hosts", vec!["host"]));
    folder.update();
    folder
}

#[test]
fn an_update_analyses_again_only_the_query_that_changed() {
    let mut folder = chain();
    folder.update();
    assert_eq!(folder.models.analyzed(), 0);
    assert_eq!(folder.change(4, &rule("SecurityEvent | take 2")), 1);
    assert_eq!(folder.change(4, &(rule("SecurityEvent | take 2") + "severity: High\n")), 0);
}

#[test]
fn a_query_that_moves_in_its_file_means_the_same_at_its_new_place() {
    let mut folder = chain();
    let text = "# What it finds\nseverity: Low\n".to_owned() + &rule("SecurityEvent | take 1");
    assert_eq!(folder.change(4, &text), 0);
    let place = folder.model(4).locate(&folder.map, kql::Span::new(0, 13)).expect("a place");
    assert_eq!((folder.map.text(place), folder.map.location(place).line), ("SecurityEvent", 6));
}

#[test]
fn a_parser_that_returns_the_same_is_no_reason_to_analyse_its_callers_again() {
    let mut folder = chain();
    assert_eq!(folder.change(0, &parser("Inner", "Heartbeat | where Computer != '' | project Computer")), 1);
    assert_eq!(folder.change(0, &parser("Inner", "Heartbeat | project Computer, Version")), 3);
    assert_eq!(folder.columns("Outer"), ["Computer:string", "Version:string", "Twice:string"]);
    assert_eq!(folder.change(0, &parser("Inner", "Heartbeat | project Version")), 3);
    assert_eq!(folder.errors(1).len(), 1);
}

#[test]
fn a_parser_that_goes_or_comes_concerns_its_callers_and_what_seems_misspelt() {
    let mut folder = chain();
    assert_eq!(folder.change(2, &rule("Outr | where Computer == 'a'")), 1);
    assert_eq!(folder.errors(2), ["there is no table `Outr`"]);
    // `Inner` is another function then, and `Outr` may be a mistyped `Outerr`.
    assert_eq!(folder.change(1, &parser("Outr", "Inner | extend Twice = Computer")), 1);
    assert_eq!(folder.errors(2), [""; 0]);
}

#[test]
fn a_watchlist_with_other_columns_concerns_the_queries_that_read_watchlists() {
    let mut folder = chain();
    folder.watchlists[0].1 = vec!["name"];
    folder.update();
    assert_eq!(folder.models.analyzed(), 1);
    assert_eq!(folder.errors(3).len(), 1);
}

#[test]
fn many_queries_mean_what_few_of_them_mean() {
    let mut texts: Vec<String> =
        (0..100).map(|at| parser(&format!("P{at}"), &format!("P{} | extend c{at} = 1", at + 1))).collect();
    texts.push(parser("P100", "Heartbeat | project Computer"));
    texts.extend((0..100).map(|at| rule(&format!("P{at} | where c{at} == 1 and nowhere == {at}"))));
    let folder = Folder::new(&texts);
    assert_eq!(folder.columns("P0").len(), 101);
    for at in 101..201 {
        assert_eq!(folder.errors(at).len(), 1, "{:?}", folder.errors(at));
    }
}
