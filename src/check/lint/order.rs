//! Rows that are sorted, taken or joined in vain.

use kql::Definition;
use kql::tree::{ExpressionId, ExpressionKind, JoinCondition, Node, OperatorId, OperatorKind};

use super::code::{JOIN_WITHOUT_KIND, SORT_IN_RULE, TAKE_IN_RULE};
use super::{DEEPEST, Lints, Place, Setting};

/// What a stage does with the order of its rows.
enum Effect {
    /// It keeps it.
    Keeps,
    /// It depends on it, or may.
    Needs,
    /// Behind it there is another, or none.
    Loses,
}

/// Functions whose value depends on the rows before or behind.
fn needs_order(name: &str) -> bool {
    matches!(
        name,
        "prev"
            | "next"
            | "row_number"
            | "row_cumsum"
            | "row_rank_dense"
            | "row_rank_min"
            | "row_window_session"
            | "make_list"
            | "make_list_if"
            | "make_list_with_nulls"
            | "makelist"
            // No order is promised for these, and yet they show the one in which rows come.
            | "make_set"
            | "make_set_if"
            | "makeset"
            | "make_bag"
            | "make_bag_if"
            | "take_any"
            | "take_anyif"
            | "any"
            | "anyif"
    )
}

impl Lints<'_> {
    pub(super) fn sort(&mut self, stages: &[OperatorId], at: usize, place: Place) {
        if self.setting == Setting::Bare {
            return;
        }
        let mut next = None;
        for stage in &stages[at + 1..] {
            match self.effect(*stage) {
                Effect::Keeps => {}
                Effect::Needs => return,
                Effect::Loses => {
                    next = Some(self.word(*stage));
                    break;
                }
            }
        }
        let is_idle = match (next, place) {
            (Some(_), _) | (None, Place::Unordered) => true,
            (None, Place::Result) => matches!(self.setting, Setting::Rule { .. }),
            (None, Place::Scalar) => false,
            (None, Place::Used) => !self.anything_needs_order(),
        };
        if !is_idle {
            return;
        }
        let stage = stages[at];
        let label = match next {
            Some(next) => format!("`{}` does not keep the order", next.text(&self.tree.source)),
            None => "nothing after it depends on the order".to_owned(),
        };
        let span = self.word(stage);
        let word = span.text(&self.tree.source);
        self.report(&SORT_IN_RULE, span, format!("`{word}` costs time for nothing"), label, "take it out");
    }

    fn effect(&self, stage: OperatorId) -> Effect {
        use OperatorKind::*;
        let loses = match &self.tree.operator(stage).kind {
            As { .. }
            | AssertSchema { .. }
            | Extend { .. }
            | MvExpand { .. }
            | Parse { .. }
            | ParseKv { .. }
            | Project { .. }
            | ProjectAway { .. }
            | ProjectByNames { .. }
            | ProjectKeep { .. }
            | ProjectRename { .. }
            | ProjectReorder { .. }
            | Where { .. } => false,
            Count { .. }
            | Distinct { .. }
            | GetSchema
            | Join { .. }
            | Lookup { .. }
            | MakeSeries { .. }
            | Reduce { .. }
            | Sort { .. }
            | Summarize { .. }
            | Top { .. }
            | TopHitters { .. }
            | TopNested { .. }
            | Union { .. } => true,
            _ => return Effect::Needs,
        };
        match (self.calls(Node::Operator(stage), &needs_order), loses) {
            (true, _) => Effect::Needs,
            (false, true) => Effect::Loses,
            (false, false) => Effect::Keeps,
        }
    }

    /// Whether anywhere in the query something depends on an order, so that rows bound to a name may be meant for it.
    fn anything_needs_order(&self) -> bool {
        *self.needs_order.get_or_init(|| self.look_for_need_of_order())
    }

    fn look_for_need_of_order(&self) -> bool {
        let mut open: Vec<Node> = self.tree.root.iter().map(|id| Node::Statement(*id)).collect();
        while let Some(node) = open.pop() {
            let needs = match node {
                Node::Expression(id) => match &self.tree.expression(id).kind {
                    ExpressionKind::Call { name, .. } => needs_order(&self.tree.name(*name)),
                    ExpressionKind::ToScalar(_) => true,
                    _ => false,
                },
                Node::Operator(id) => matches!(
                    self.tree.operator(id).kind,
                    OperatorKind::Evaluate { .. }
                        | OperatorKind::Invoke { .. }
                        | OperatorKind::Scan { .. }
                        | OperatorKind::Serialize { .. }
                        | OperatorKind::Take { .. }
                ),
                Node::Statement(_) => false,
            };
            if needs {
                return true;
            }
            open.extend(self.tree.children(node));
        }
        false
    }

    pub(super) fn take(&mut self, stages: &[OperatorId], at: usize) {
        let (OperatorKind::Take { count }
        | OperatorKind::Sample { count }
        | OperatorKind::SampleDistinct { count, .. }) = &self.tree.operator(stages[at]).kind
        else {
            return;
        };
        // Who calls a function says how many rows it is to give.
        let is_asked = self.setting == Setting::Parser
            && matches!(
                self.analysis.definition(self.analysis.resolved(*count)),
                Some(Definition::Parameter { .. })
            );
        if self.setting == Setting::Bare || is_asked || self.are_rows_known(&stages[..at]) {
            return;
        }
        let span = self.word(stages[at]);
        let word = span.text(&self.tree.source);
        self.report(
            &TAKE_IN_RULE,
            span,
            format!("`{word}` keeps some rows and drops the others"),
            "which ones is chance",
            "take it out, or say which rows count with `top N by COLUMN`",
        );
    }

    /// Whether the rows that stages give come in an order, or are one.
    fn are_rows_known(&self, stages: &[OperatorId]) -> bool {
        for stage in stages.iter().rev() {
            match &self.tree.operator(*stage).kind {
                OperatorKind::Sort { .. }
                | OperatorKind::Top { .. }
                | OperatorKind::Count { .. }
                | OperatorKind::Serialize { .. } => return true,
                OperatorKind::Summarize { by, .. } => return by.is_empty(),
                _ if matches!(self.effect(*stage), Effect::Keeps) => {}
                _ => return false,
            }
        }
        false
    }

    pub(super) fn join(&mut self, source: Option<ExpressionId>, stages: &[OperatorId], at: usize) {
        let operator = self.tree.operator(stages[at]);
        let OperatorKind::Join { condition, .. } = &operator.kind else { return };
        let has_kind = operator.parameters.iter().any(|parameter| self.tree.name(parameter.name) == "kind");
        if has_kind {
            return;
        }
        if let Some(JoinCondition::On(keys)) = condition
            && self.has_each_once(source, &stages[..at], &self.left_keys(keys), 0)
        {
            return;
        }
        let span = self.word(stages[at]);
        self.report(
            &JOIN_WITHOUT_KIND,
            span,
            "the join does not say its kind, so it is `innerunique`",
            "of several rows on the left with one key it takes any one",
            "write `join kind=inner`, or `kind=innerunique` where that is meant",
        );
    }

    /// The names of the columns on the left by which rows match.
    fn left_keys(&self, keys: &[ExpressionId]) -> Vec<String> {
        let mut names = Vec::new();
        for key in keys {
            match &self.tree.expression(self.tree.unwrapped(*key)).kind {
                ExpressionKind::Name(name) => names.push(self.tree.name(*name).into_owned()),
                ExpressionKind::Binary { left, right, .. } => {
                    for side in [left, right] {
                        let side = self.tree.unwrapped(*side);
                        if let Some(name) =
                            self.tree.text(self.tree.expression(side).tokens).strip_prefix("$left.")
                        {
                            names.push(name.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        names
    }

    /// Whether stages give each value of these columns once, since they group by nothing else.
    fn has_each_once(
        &self,
        source: Option<ExpressionId>,
        stages: &[OperatorId],
        keys: &[String],
        depth: usize,
    ) -> bool {
        for stage in stages.iter().rev() {
            let groups = match &self.tree.operator(*stage).kind {
                OperatorKind::Summarize { by, .. } => by,
                OperatorKind::Distinct { columns } => columns,
                OperatorKind::Count { .. } => return true,
                OperatorKind::Where { .. }
                | OperatorKind::Extend { .. }
                | OperatorKind::ProjectReorder { .. }
                | OperatorKind::Sort { .. } => continue,
                _ => return false,
            };
            return groups.iter().all(|id| self.column_made(*id).is_some_and(|name| keys.contains(&name)));
        }
        // What a name stands for may end with such a stage.
        let Some(source) = source else { return false };
        let value = self.analysis.resolved(source);
        match &self.tree.expression(value).kind {
            ExpressionKind::Pipe { source, stages } if depth < DEEPEST => {
                self.has_each_once(Some(*source), stages, keys, depth + 1)
            }
            _ => false,
        }
    }

    /// The name of the column that an expression of `summarize … by` or `distinct` makes.
    fn column_made(&self, id: ExpressionId) -> Option<String> {
        match &self.tree.expression(self.tree.unwrapped(id)).kind {
            ExpressionKind::Name(name) => Some(self.tree.name(*name).into_owned()),
            ExpressionKind::Named { names, .. } => match names.as_slice() {
                [name] => Some(self.tree.name(*name).into_owned()),
                _ => None,
            },
            _ => None,
        }
    }
}
