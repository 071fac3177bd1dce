//! What a query costs, and what it may miss: lints, found in one walk over its tree.
//!
//! A lint is a warning about something that the service takes. Each looks at the kind of node that it is about, with the
//! types, the lineage and the constants of the analysis. Nothing is said of a query with errors of syntax.

mod code;
mod compare;
mod contains;
mod lookback;
mod order;
mod outdated;
mod scope;
mod truth;

use std::cell::OnceCell;
use std::collections::HashSet;

use kql::Analysis;
use kql::tree::{ExpressionId, ExpressionKind, Node, OperatorId, OperatorKind, StatementKind, Tree};

use super::view::{Owner, QueryView, Surroundings};
use super::{Look, query_length};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Span};
use crate::resource::Duration;

pub(super) use code::CODES;

/// How many pipelines are followed one into another.
const DEEPEST: usize = 20;

/// Where a query stands, which says what the service does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    /// In an analytics rule that reads this far back and runs this often; none where that is not known.
    Rule { period: Option<Duration>, frequency: Option<Duration> },
    /// In a function of the workspace.
    Parser,
    /// In a file of its own.
    Bare,
}

/// Something to warn of.
struct Finding {
    code: &'static Code,
    place: kql::Span,
    message: String,
    label: String,
    help: String,
    /// A place, what stands there, and what is sure to be meant.
    fix: Option<(kql::Span, String, String)>,
}

/// What becomes of the rows that an expression gives, as far as their order matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The query returns them.
    Result,
    /// They are the side of a join, a part of a union, or what `in` looks for: their order is lost.
    Unordered,
    /// Their first row counts.
    Scalar,
    /// Something else of the query uses them.
    Used,
}

/// A query being looked at.
struct Lints<'q> {
    tree: &'q Tree,
    analysis: &'q Analysis,
    setting: Setting,
    /// Comparisons that were warned of, as they are written.
    compared: HashSet<&'q str>,
    /// Whether anything in the query depends on the order of rows, once somebody asked.
    needs_order: OnceCell<bool>,
    found: Vec<Finding>,
}

pub(super) const LOOKS: &[Look] = &[Look::Query(query)];

fn query(around: &Surroundings<'_>, query: &QueryView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let setting = match query.owner {
        Owner::Rule(rule) => Setting::Rule { period: rule.period(), frequency: rule.frequency() },
        Owner::Parser => Setting::Parser,
        // Nobody can change it, and tests hold what it costs.
        Owner::Indicators(_) => return,
    };
    if !query.parsed.diagnostics.is_empty() {
        return;
    }
    let findings = findings(&query.parsed.tree, query.analysis, setting);
    // With all its fixes a query must not be longer than it may be.
    let growth = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let growth: usize = growth.map(|(_, old, new)| units(new).saturating_sub(units(old))).sum();
    let is_safe = units(&query.parsed.tree.source) + growth <= query_length::LONGEST;
    for finding in findings {
        let locate = |place| query.locate(around.map, place);
        let Some(mut diagnostic) = finding.diagnostic(&locate) else { continue };
        if let Some(fix) = diagnostic.fix.as_mut().filter(|_| !is_safe) {
            fix.applicability = Applicability::Unsafe;
        }
        if let Owner::Rule(rule) = query.owner
            && let (true, Some(period)) =
                (diagnostic.code == &code::LOOKBACK_BEYOND_PERIOD, rule.query_period.given())
        {
            diagnostic = diagnostic.related(period.span, "the service reads no further back");
        }
        diagnostics.push(diagnostic);
    }
}

/// How long a text is as the service counts.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The lints of a bare query.
pub(super) fn bare_query(
    parsed: &kql::Parsed,
    analysis: &Analysis,
    locate: &dyn Fn(kql::Span) -> Span,
) -> Vec<Diagnostic> {
    if !parsed.diagnostics.is_empty() {
        return Vec::new();
    }
    let found = findings(&parsed.tree, analysis, Setting::Bare).into_iter();
    found.filter_map(|finding| finding.diagnostic(&|place| Some(locate(place)))).collect()
}

fn findings(tree: &Tree, analysis: &Analysis, setting: Setting) -> Vec<Finding> {
    let mut lints = Lints {
        tree,
        analysis,
        setting,
        compared: HashSet::new(),
        needs_order: OnceCell::new(),
        found: Vec::new(),
    };
    lints.walk();
    if setting == Setting::Bare {
        lints.time_bound();
    }
    lints.found
}

impl Finding {
    /// The diagnostic, where its place is one of the file.
    fn diagnostic(self, locate: &dyn Fn(kql::Span) -> Option<Span>) -> Option<Diagnostic> {
        let diagnostic =
            Diagnostic::new(self.code, locate(self.place)?, self.message).label(self.label).help(self.help);
        let fix = self.fix.and_then(|(place, old, new)| Some((locate(place)?, old, new)));
        Some(match fix {
            Some((place, old, new)) => diagnostic.fix(Fix::safe(place, old, new)),
            None => diagnostic,
        })
    }
}

impl<'q> Lints<'q> {
    fn walk(&mut self) {
        let mut open: Vec<(Node, Place)> =
            self.tree.root.iter().rev().map(|id| (Node::Statement(*id), Place::Result)).collect();
        while let Some((node, place)) = open.pop() {
            let before = open.len();
            match node {
                Node::Statement(id) => {
                    let inner = match self.tree.statement(id).kind {
                        StatementKind::Query(_) => place,
                        _ => Place::Used,
                    };
                    open.extend(self.tree.children(node).into_iter().map(|child| (child, inner)));
                }
                Node::Expression(id) => self.expression(id, place, &mut open),
                Node::Operator(id) => self.operator(id, &mut open),
            }
            open[before..].reverse();
        }
    }

    fn expression(&mut self, id: ExpressionId, place: Place, open: &mut Vec<(Node, Place)>) {
        let tree = self.tree;
        let inner = match &tree.expression(id).kind {
            ExpressionKind::Parenthesised(_) | ExpressionKind::Materialize(_) => place,
            ExpressionKind::ToScalar(_) => Place::Scalar,
            ExpressionKind::Call { name, arguments } => {
                self.deprecated_function(id, *name, arguments);
                Place::Used
            }
            ExpressionKind::In { .. } => {
                self.case_sensitive(id);
                Place::Unordered
            }
            ExpressionKind::Binary { .. } => {
                self.contains(id);
                self.case_sensitive(id);
                self.lookback(id);
                Place::Used
            }
            ExpressionKind::Between { .. } => {
                self.lookback(id);
                Place::Used
            }
            ExpressionKind::Pipe { source, stages } => {
                self.pipeline(Some(*source), stages, place);
                Place::Used
            }
            ExpressionKind::Stages(stages) => {
                self.pipeline(None, stages, place);
                Place::Used
            }
            ExpressionKind::Operator(operator) => {
                self.leading(*operator);
                Place::Used
            }
            _ => Place::Used,
        };
        open.extend(tree.children(Node::Expression(id)).into_iter().map(|child| (child, inner)));
    }

    fn operator(&mut self, id: OperatorId, open: &mut Vec<(Node, Place)>) {
        self.defender_columns(id);
        let place = match self.tree.operator(id).kind {
            OperatorKind::Join { .. } | OperatorKind::Lookup { .. } | OperatorKind::Union { .. } => {
                Place::Unordered
            }
            _ => Place::Used,
        };
        open.extend(self.tree.children(Node::Operator(id)).into_iter().map(|child| (child, place)));
    }

    fn pipeline(&mut self, source: Option<ExpressionId>, stages: &[OperatorId], place: Place) {
        self.truth(stages);
        for at in 0..stages.len() {
            match self.tree.operator(stages[at]).kind {
                OperatorKind::Sort { .. } => self.sort(stages, at, place),
                OperatorKind::Take { .. }
                | OperatorKind::Sample { .. }
                | OperatorKind::SampleDistinct { .. } => self.take(stages, at),
                OperatorKind::Join { .. } => self.join(source, stages, at),
                _ => {}
            }
        }
    }

    fn report(
        &mut self,
        code: &'static Code,
        place: kql::Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Finding {
            code,
            place,
            message: message.into(),
            label: label.into(),
            help: help.into(),
            fix: None,
        });
    }

    /// The word that an operator begins with.
    fn word(&self, id: OperatorId) -> kql::Span {
        let first = self.tree.operator(id).tokens.first as usize;
        self.tree.tokens.get(first).map_or(kql::Span::default(), |token| token.span)
    }

    /// Whether a node or anything below it calls one of these functions.
    fn calls(&self, node: Node, is_wanted: &dyn Fn(&str) -> bool) -> bool {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            if let Node::Expression(id) = node
                && let ExpressionKind::Call { name, .. } = &self.tree.expression(id).kind
                && is_wanted(&self.tree.name(*name))
            {
                return true;
            }
            open.extend(self.tree.children(node));
        }
        false
    }
}

#[cfg(test)]
mod tests;
