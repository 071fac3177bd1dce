//! Graph operators.

use super::Generator;
use crate::kind::Kind;
use crate::scope::{Column, Scope};

impl Generator {
    /// A graph made of the rows, and what is asked of it: several stages.
    pub(super) fn graph(&mut self) -> String {
        let mut keys = self.columns_of(&[Kind::String, Kind::Long]);
        keys.retain(|key| key.name != "kind");
        let [first, ..] = keys.as_slice() else { return self.where_rows_for_graph() };
        let alike: Vec<Column> = keys.iter().filter(|column| column.kind == first.kind).cloned().collect();
        let (one, other) =
            (alike[self.rng.usize(0..alike.len())].clone(), alike[self.rng.usize(0..alike.len())].clone());
        let edges = self.scope.clone();
        let (with, nodes) = self.nodes(one.kind);
        let with_id =
            if nodes.is_none() { self.perhaps(20, " with_node_id=NodeName") } else { String::new() };
        let (one, other) = (self.referred(&one.name), self.referred(&other.name));
        let make = format!("make-graph {one} --> {other}{with}{with_id}");
        let asked = match self.rng.u32(0..8) {
            0 => self.graph_to_table(),
            1 => {
                let kind = self.pick(&["", "kind=weak ", "kind=strong "]);
                let id = self.perhaps(40, "with_component_id=Component ");
                self.scope = Scope::unknown();
                format!("graph-mark-components {kind}{id}| graph-to-table nodes")
            }
            2 => self.shortest_paths(&edges, nodes.as_ref()),
            _ => self.graph_match(&edges, nodes.as_ref()),
        };
        format!("{make} | {asked}")
    }

    fn where_rows_for_graph(&mut self) -> String {
        format!("where {}", self.predicate())
    }

    /// `with T on key`, and the columns of the nodes.
    fn nodes(&mut self, kind: Kind) -> (String, Option<Scope>) {
        if kind != Kind::String || self.chance(35) {
            return (String::new(), None);
        }
        match self.chance(70) {
            true => (" with Hosts on Computer".to_owned(), Some(Scope::of(crate::schema::TABLES[2].columns))),
            false => (
                " with (Hosts | where Cores > 2) on Computer, Flows on User".to_owned(),
                Some(Scope::of(&[("Cores", Kind::Int)])),
            ),
        }
    }

    fn graph_to_table(&mut self) -> String {
        self.scope = Scope::unknown();
        self.pick(&[
            "graph-to-table nodes",
            "graph-to-table edges",
            "graph-to-table nodes with_node_id=Id",
            "graph-to-table edges with_source_id=S with_target_id=T",
            "graph-to-table nodes as N with_node_id=Id, edges as E with_source_id=S",
        ])
        .to_owned()
    }

    /// A property of an edge or a node that is known: its text and its kind.
    fn property(&mut self, name: &str, scope: Option<&Scope>) -> Option<(String, Kind)> {
        let columns: Vec<Column> =
            scope?.columns.iter().filter(|column| !column.name.contains(['.', '\''])).cloned().collect();
        if columns.is_empty() {
            return None;
        }
        let column = columns[self.rng.usize(0..columns.len())].clone();
        let text = self.referred(&column.name);
        Some((format!("{name}.{text}"), column.kind))
    }

    fn comparison(&mut self, name: &str, scope: Option<&Scope>) -> String {
        match self.property(name, scope) {
            Some((text, kind)) if kind.is_number() => format!("{text} > 1"),
            Some((text, Kind::String)) => format!("{text} startswith 'a'"),
            Some((text, kind)) => format!("isnotempty({text}) and {text} == {}", self.literal(kind).text),
            None => "true".to_owned(),
        }
    }

    fn graph_match(&mut self, edges: &Scope, nodes: Option<&Scope>) -> String {
        let cycles = self.pick(&["", "", "", "cycles=none ", "cycles=all ", "cycles=unique_edges "]);
        let (pattern, variable) = match self.rng.u32(0..7) {
            0 => ("(a)-[e]->(b)", false),
            1 => ("(a)<-[e]-(b)", false),
            2 => ("(a)-[e]-(b)", false),
            3 => ("(a)-[e*1..3]->(b)", true),
            4 => ("(a)-[e]->(b)-[f]->(c)", false),
            5 => ("(a)-[e]->(b), (b)<-[f]-(c)", false),
            _ => ("(a)-[e]->(b)--(c)", false),
        };
        let predicate = match self.rng.u32(0..4) {
            0 => String::new(),
            1 if variable => match self.property("", Some(edges)) {
                Some((text, kind)) if kind.is_number() => {
                    format!(" where all(e, {} > 1)", text.trim_start_matches('.'))
                }
                _ => " where a.x == b.x".replace("a.x == b.x", "true"),
            },
            2 if !variable => format!(" where {}", self.comparison("e", Some(edges))),
            _ => format!(" where {}", self.comparison("a", nodes)),
        };
        let mut items = Vec::new();
        let mut after = Scope { columns: Vec::new(), partial: true };
        for _ in 0..self.up_to(3) {
            let property = match (self.chance(50), variable) {
                (true, false) => self.property("e", Some(edges)),
                _ => self.property("b", nodes),
            };
            let Some((text, kind)) = property else { continue };
            if self.chance(60) {
                let name = self.fresh();
                after.set(&name, Some(kind));
                items.push(format!("{name} = {text}"));
            } else {
                items.push(text);
            }
        }
        self.scope = after;
        let project = if items.is_empty() { String::new() } else { format!(" project {}", items.join(", ")) };
        // Without columns there is no table yet.
        match project.is_empty() {
            true => {
                self.scope = Scope::unknown();
                format!("graph-match {cycles}{pattern}{predicate} project x = 1")
            }
            false => format!("graph-match {cycles}{pattern}{predicate}{project}"),
        }
    }

    fn shortest_paths(&mut self, edges: &Scope, nodes: Option<&Scope>) -> String {
        let output = self.pick(&["", "output=all ", "output=any "]);
        let predicate = match self.chance(50) {
            true => format!(" where {}", self.comparison("a", nodes)),
            false => String::new(),
        };
        let name = self.fresh();
        let project = match self.property("", Some(edges)) {
            Some((text, _)) if self.chance(50) => format!("{name} = e{text}"),
            _ => format!("{name} = array_length(e)").replace("array_length(e)", "1"),
        };
        self.scope = Scope::unknown();
        format!("graph-shortest-paths {output}(a)-[e*1..5]->(b){predicate} project {project}")
    }
}
