//! Graph operators.

use super::Parser;
use crate::token::TokenKind;
use crate::tree::{
    GraphEdge, GraphNode, GraphOutput, GraphPattern, GraphTable, Name, OperatorKind, Parameter,
};

impl Parser<'_> {
    /// `make-graph a --> b with T on k, U on l partitioned-by p (…)`
    pub(super) fn make_graph(&mut self, parameters: &mut Vec<Parameter>) -> OperatorKind {
        let from = self.reference();
        // `-->` and `--`: signs that touch.
        self.arrow();
        let to = self.reference();
        let mut tables = Vec::new();
        if self.eat_word("with") {
            tables = self.comma_separated(|parser| {
                let table = parser.operand(true);
                parser.expect_word("on");
                GraphTable { table, key: parser.reference() }
            });
        }
        parameters.extend(self.parameters());
        let mut partition = None;
        if self.eat_word("partitioned-by") {
            let column = self.reference();
            partition = Some((column, self.bracketed_stages()));
        }
        OperatorKind::MakeGraph { from, to, tables, partition }
    }

    fn arrow(&mut self) {
        self.expect(TokenKind::Minus, "`-->`");
        self.expect(TokenKind::Minus, "`-->`");
        self.eat(TokenKind::Greater);
    }

    pub(super) fn graph_match(&mut self, shortest: bool) -> OperatorKind {
        let patterns = self.comma_separated(Self::graph_pattern);
        let predicate = self.eat_word("where").then(|| self.unnamed());
        let mut project = None;
        if self.eat_word("project") {
            project = Some(self.comma_separated(Self::named));
        }
        if shortest {
            return OperatorKind::GraphShortestPaths { patterns, predicate, project };
        }
        OperatorKind::GraphMatch { patterns, predicate, project }
    }

    fn graph_pattern(&mut self) -> GraphPattern {
        let mut pattern = GraphPattern::default();
        pattern.nodes.push(self.graph_node());
        while matches!(self.kind(), TokenKind::Minus | TokenKind::Less) {
            pattern.edges.push(self.graph_edge());
            pattern.nodes.push(self.graph_node());
        }
        pattern
    }

    fn graph_node(&mut self) -> GraphNode {
        let opened = self.here();
        let mut name = None;
        if self.expect(TokenKind::OpenParen, "`(` and a node") {
            name = self.optional_declaration();
            self.close(TokenKind::CloseParen, opened);
        }
        GraphNode { name }
    }

    fn optional_declaration(&mut self) -> Option<Name> {
        let length = self.declaration_length(0)?;
        Some(self.take_name(length))
    }

    /// `-[e]->`, `<-[e*1..3]-`, `-[]-`, `-->`, `<--`, `--`
    fn graph_edge(&mut self) -> GraphEdge {
        self.eat(TokenKind::Less);
        self.expect(TokenKind::Minus, "`-`");
        let mut edge = GraphEdge { name: None, variable: false };
        if self.is(TokenKind::OpenBracket) {
            let opened = self.here();
            self.bump();
            edge.name = self.optional_declaration();
            if self.eat(TokenKind::Star) {
                edge.variable = true;
                self.unnamed();
                self.expect(TokenKind::DotDot, "`..`");
                self.unnamed();
            }
            self.close(TokenKind::CloseBracket, opened);
        }
        self.expect(TokenKind::Minus, "`-`");
        self.eat(TokenKind::Greater);
        edge
    }

    /// `graph-to-table nodes as N with_node_id=i, edges as E`
    pub(super) fn graph_to_table(&mut self) -> OperatorKind {
        let outputs = self.comma_separated(|parser| {
            let place = parser.here();
            let nodes = parser.is_word("nodes");
            if !nodes && !parser.is_word("edges") {
                parser.error_expected("`nodes` or `edges`");
            } else {
                parser.bump();
            }
            let name = parser.eat_word("as").then(|| parser.plain_name());
            let parameters = parser.parameters();
            GraphOutput { nodes, place, name, parameters }
        });
        OperatorKind::GraphToTable { outputs }
    }
}
