//! A plan as text, for tests and for people who look into one; programs read the plan itself, and the form may change.
//!
//! A body is a heading and its statements, a stage a line. `#2` is a column by its place in the scope, `$2` one of the right
//! side of a join, `!1` the second item of a stage, `!1.2` the third value of it, `*` what the operator makes, `?` what is
//! unresolved. After `=>` come the columns that a stage gives, each with where it comes from, where they are not those of
//! its scope; `...` says that there may be more.

mod value;

use std::fmt::{self, Display};

use super::{
    Columns, JoinOn, Origin, Parameter, PatternPart, Plan, Scalar, SeriesSteps, SortKey, Source, Stage,
    StageKind, Statement, Table, UnionSource, Value,
};
use crate::binder::{BodyId, VariableId};
use crate::types::Type;

impl Display for Plan<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, block) in self.blocks() {
            let mut text = Text { plan: self, out: formatter };
            if id != BodyId::ROOT {
                write!(text.out, "body {}", id.index())?;
                text.parameters(&block.parameters)?;
                writeln!(text.out, ":")?;
            }
            for statement in &block.statements {
                text.statement(statement)?;
                writeln!(text.out)?;
            }
        }
        Ok(())
    }
}

struct Text<'t, 'f> {
    plan: &'t Plan<'t>,
    out: &'t mut fmt::Formatter<'f>,
}

impl Text<'_, '_> {
    /// Items with a separator between them.
    fn list<T>(
        &mut self,
        separator: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> fmt::Result,
    ) -> fmt::Result {
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.out.write_str(separator)?;
            }
            write(self, item)?;
        }
        Ok(())
    }

    fn word(&mut self, text: impl Display) -> fmt::Result {
        write!(self.out, "{text}")
    }

    fn variable(&mut self, id: VariableId) -> fmt::Result {
        let name = self.plan.variable_name(id);
        write!(self.out, "{name}@{}", id.index())
    }

    fn statement(&mut self, statement: &Statement) -> fmt::Result {
        match statement {
            Statement::Let { variable, value } => {
                self.word("let ")?;
                self.variable(*variable)?;
                self.word(" = ")?;
                self.value(value)
            }
            Statement::Function { variable, body } => {
                self.word("let ")?;
                self.variable(*variable)?;
                write!(self.out, " = body {}", body.index())
            }
            Statement::Parameters(parameters) => {
                self.word("declare ")?;
                self.parameters(parameters)
            }
            Statement::Query(value) => self.value(value),
            Statement::Other(_) => self.word("(other)"),
        }
    }

    fn parameters(&mut self, parameters: &[Parameter]) -> fmt::Result {
        self.word("(")?;
        self.list(", ", parameters, |text, parameter| {
            text.variable(parameter.variable)?;
            if let Some(default) = &parameter.default {
                text.word(" = ")?;
                text.scalar(default)?;
            }
            Ok(())
        })?;
        self.word(")")
    }

    fn value(&mut self, value: &Value) -> fmt::Result {
        match value {
            Value::Scalar(scalar) => self.scalar(scalar),
            Value::Table(table) => self.table(table, "\n| "),
            Value::Unresolved(_) => self.word("?"),
        }
    }

    /// A value within another one, a table on one line.
    fn inner(&mut self, value: &Value) -> fmt::Result {
        match value {
            Value::Table(table) => self.bracketed(table),
            other => self.value(other),
        }
    }

    fn bracketed(&mut self, table: &Table) -> fmt::Result {
        self.word("(")?;
        self.table(table, " | ")?;
        self.word(")")
    }

    fn table(&mut self, table: &Table, bar: &str) -> fmt::Result {
        let is_leading = matches!(table.source, Source::Nothing);
        if !is_leading {
            self.source(&table.source)?;
        }
        for (at, stage) in table.stages.iter().enumerate() {
            if at > 0 || !is_leading {
                self.word(bar)?;
            }
            self.stage(stage)?;
        }
        Ok(())
    }

    fn source(&mut self, source: &Source) -> fmt::Result {
        match source {
            Source::Nothing => Ok(()),
            Source::Input => self.word("input"),
            Source::Table(name) => self.word(name),
            Source::Variable(variable) => self.variable(*variable),
            Source::Call(call) => self.call(call),
            Source::DataTable(values) => {
                self.word("datatable [")?;
                self.scalars(values)?;
                self.word("]")
            }
            Source::ExternalData { sources, properties } => {
                self.word("externaldata [")?;
                self.scalars(sources)?;
                self.word("]")?;
                self.properties(properties)
            }
            Source::Materialize(value) => {
                self.word("materialize ")?;
                self.inner(value)
            }
            Source::EveryTable => self.word("every table"),
            Source::Elsewhere(text) => write!(self.out, "elsewhere {text}"),
            Source::Other { parts, .. } => {
                self.word("other ")?;
                self.list(", ", parts, Text::inner)
            }
            Source::Unresolved(_) => self.word("?"),
        }
    }

    fn properties(&mut self, properties: &[(String, Value)]) -> fmt::Result {
        if properties.is_empty() {
            return Ok(());
        }
        self.word(" with (")?;
        self.list(", ", properties, |text, (name, value)| {
            write!(text.out, "{name}=")?;
            text.inner(value)
        })?;
        self.word(")")
    }

    // Stages.

    fn stage(&mut self, stage: &Stage) -> fmt::Result {
        self.word(stage_name(&stage.kind))?;
        for (name, value) in &stage.parameters {
            write!(self.out, " {name}={value}")?;
        }
        self.kind(&stage.kind)?;
        match (&stage.rows, &stage.columns) {
            (None, _) => self.word(" => nothing"),
            (Some(rows), Columns::Unchanged) if !rows.open => Ok(()),
            (Some(_), Columns::Unchanged) => self.word(" => ..."),
            (Some(rows), Columns::Each(origins)) => {
                self.word(" => ")?;
                let columns = self.plan.columns(rows);
                self.list(", ", columns.into_iter().zip(origins), |text, ((name, kind), origin)| {
                    write!(text.out, "{name}:{kind}=")?;
                    match origin {
                        Origin::Scope(place) => write!(text.out, "#{place}"),
                        Origin::Right(place) => write!(text.out, "${place}"),
                        Origin::Item { item, part: 0 } => write!(text.out, "!{item}"),
                        Origin::Item { item, part } => write!(text.out, "!{item}.{part}"),
                        Origin::Made => text.word("*"),
                    }
                })?;
                if rows.open { self.word(" ...") } else { Ok(()) }
            }
        }
    }

    fn spaced(&mut self, scalar: &Scalar) -> fmt::Result {
        self.word(" ")?;
        self.scalar(scalar)
    }

    fn led(&mut self, word: &str, scalar: Option<&Scalar>) -> fmt::Result {
        match scalar {
            Some(scalar) => {
                write!(self.out, " {word} ")?;
                self.scalar(scalar)
            }
            None => Ok(()),
        }
    }

    fn led_list(&mut self, word: &str, scalars: &[Scalar]) -> fmt::Result {
        if scalars.is_empty() {
            return Ok(());
        }
        if !word.is_empty() {
            write!(self.out, " {word}")?;
        }
        self.word(" ")?;
        self.scalars(scalars)
    }

    fn kind(&mut self, kind: &StageKind) -> fmt::Result {
        use StageKind as S;
        match kind {
            S::Consume
            | S::Count
            | S::ExecuteAndCache
            | S::GetSchema
            | S::ProjectAway
            | S::ProjectKeep
            | S::ProjectRename
            | S::ProjectReorder
            | S::Unresolved => Ok(()),
            S::As { variable } => {
                self.word(" ")?;
                self.variable(*variable)
            }
            S::AssertSchema { columns } => self.declared(columns),
            S::Distinct { items }
            | S::Extend { items }
            | S::Serialize { items }
            | S::Project { items }
            | S::Print { items } => self.led_list("", items),
            S::ProjectByNames { items } => {
                self.word(" ")?;
                self.list(", ", items, Text::inner)
            }
            S::Evaluate { call, .. } => {
                self.word(" ")?;
                self.call(call)
            }
            S::Facet { columns, body } => {
                self.word(" ")?;
                self.list(", ", columns, |text, place| write!(text.out, "#{place}"))?;
                body.as_ref().map_or(Ok(()), |body| self.bracketed(body))
            }
            S::Find { sources, predicate } | S::Search { sources, predicate } => {
                self.sources(sources)?;
                self.led("where", Some(predicate))
            }
            S::Union { sources } => self.sources(sources),
            S::Fork { branches } => self.list("", branches, |text, (name, body)| {
                write!(text.out, " {}", name.as_deref().unwrap_or_default())?;
                text.inner(body)
            }),
            S::Graph { parts } => {
                self.word(" ")?;
                self.list(", ", parts, Text::inner)
            }
            S::Invoke { calls } => {
                self.word(" ")?;
                self.list(".", calls, Text::call)
            }
            S::Join { right, on, .. } | S::Lookup { right, on, .. } => {
                self.word(" ")?;
                self.bracketed(right)?;
                self.join_on(on)
            }
            S::MacroExpand { group, statements, .. } => {
                self.word(" ")?;
                self.inner(group)?;
                self.list(";", statements, |text, statement| {
                    text.word(" ")?;
                    text.statement(statement)
                })
            }
            S::MakeSeries { by, aggregates, on, steps } => {
                self.word(" ")?;
                self.list(", ", aggregates, |text, (value, default)| {
                    text.scalar(value)?;
                    text.led("default", default.as_ref())
                })?;
                self.led("on", Some(on))?;
                match steps {
                    SeriesSteps::Steps { from, to, step } => {
                        self.led("from", from.as_ref())?;
                        self.led("to", to.as_ref())?;
                        self.led("step", Some(step))?;
                    }
                    SeriesSteps::In(call) => self.led("in", Some(call))?,
                }
                self.led_list("by", by)
            }
            S::MvApply { items, limit, body } => {
                self.unfolded(items, limit.as_ref())?;
                self.word(" on ")?;
                self.inner(body)
            }
            S::MvExpand { items, limit } => self.unfolded(items, limit.as_ref()),
            S::Parse { value, pattern, .. } => {
                self.spaced(value)?;
                self.list("", pattern, |text, part| match part {
                    PatternPart::Star => text.word(" *"),
                    PatternPart::Text(value) => text.spaced(value),
                    PatternPart::Column(name, kind) => write!(text.out, " {name}:{kind}"),
                })
            }
            S::ParseKv { value, columns, properties } => {
                self.spaced(value)?;
                self.declared(columns)?;
                self.properties(properties)
            }
            S::Partition { by, variable, body, .. } => {
                self.led("by", Some(by))?;
                if let Some(variable) = variable {
                    self.word(" as ")?;
                    self.variable(*variable)?;
                }
                self.word(" ")?;
                self.inner(body)
            }
            S::Range { from, to, step } => {
                self.led("from", Some(from))?;
                self.led("to", Some(to))?;
                self.led("step", Some(step))
            }
            S::Reduce { by, with } => {
                self.led("by", Some(by))?;
                self.led_list("with", with)
            }
            S::Render { chart, properties } => {
                write!(self.out, " {chart}")?;
                self.properties(properties)
            }
            S::Sample { count } | S::Take { count } => self.spaced(count),
            S::SampleDistinct { count, of } => {
                self.spaced(count)?;
                self.led("of", Some(of))
            }
            S::Scan { order, partition, declared, steps } => {
                if !order.is_empty() {
                    self.keys(order)?;
                }
                self.led_list("partition by", partition)?;
                self.list("", declared, |text, column| {
                    text.word(" declare ")?;
                    text.place(column.column)?;
                    text.led("=", column.default.as_ref())
                })?;
                self.list("", steps, |text, step| {
                    write!(text.out, " step {}: ", step.name)?;
                    text.scalar(&step.condition)?;
                    text.list("", &step.assignments, |text, (place, value)| {
                        text.word(" ")?;
                        text.place(*place)?;
                        text.led("=", Some(value))
                    })
                })
            }
            S::Sort { keys } => self.keys(keys),
            S::Summarize { by, aggregates, bin } => {
                self.led_list("", aggregates)?;
                self.led_list("by", by)?;
                self.led("bin", bin.as_ref())
            }
            S::Top { count, by } => {
                self.spaced(count)?;
                self.keys(std::slice::from_ref(by))
            }
            S::TopHitters { count, of, by } => {
                self.spaced(count)?;
                self.led("of", Some(of))?;
                self.led("by", by.as_ref())
            }
            S::TopNested { levels } => self.list(",", levels, |text, level| {
                level.count.as_ref().map_or(Ok(()), |count| text.spaced(count))?;
                text.led("of", Some(&level.of))?;
                text.led("others", level.others.as_ref())?;
                text.keys(std::slice::from_ref(&level.by))
            }),
            S::Where { predicate } => self.spaced(predicate),
        }
    }

    fn place(&mut self, place: Option<usize>) -> fmt::Result {
        match place {
            Some(place) => write!(self.out, "#{place}"),
            None => self.word("?"),
        }
    }

    fn declared(&mut self, columns: &[(String, Type)]) -> fmt::Result {
        self.word(" (")?;
        self.list(", ", columns, |text, (name, kind)| write!(text.out, "{name}:{kind}"))?;
        self.word(")")
    }

    fn keys(&mut self, keys: &[SortKey]) -> fmt::Result {
        self.word(" by ")?;
        self.list(", ", keys, |text, key| {
            text.scalar(&key.value)?;
            text.word(if key.ascending { " asc" } else { " desc" })?;
            text.word(if key.nulls_first { " nulls first" } else { "" })
        })
    }

    fn unfolded(&mut self, items: &[(Scalar, Option<Type>)], limit: Option<&Scalar>) -> fmt::Result {
        self.word(" ")?;
        self.list(", ", items, |text, (value, kind)| {
            text.scalar(value)?;
            kind.map_or(Ok(()), |kind| write!(text.out, " to {kind}"))
        })?;
        self.led("limit", limit)
    }

    fn sources(&mut self, sources: &[UnionSource]) -> fmt::Result {
        self.word(" ")?;
        self.list(", ", sources, |text, source| {
            text.bracketed(&source.table)?;
            text.word("[")?;
            text.list(" ", &source.columns, |text, place| text.place(*place))?;
            text.word("]")
        })
    }

    fn join_on(&mut self, on: &JoinOn) -> fmt::Result {
        match on {
            JoinOn::Keys(keys) => {
                self.word(" on ")?;
                self.list(", ", keys, |text, key| match key {
                    Some((left, right)) => write!(text.out, "#{left} == ${right}"),
                    None => text.word("?"),
                })
            }
            JoinOn::Predicate(predicate) => self.led("where", Some(predicate)),
            JoinOn::Missing => self.word(" on ?"),
        }
    }
}

fn stage_name(kind: &StageKind) -> &'static str {
    use StageKind as S;
    match kind {
        S::As { .. } => "as",
        S::AssertSchema { .. } => "assert-schema",
        S::Consume => "consume",
        S::Count => "count",
        S::Distinct { .. } => "distinct",
        S::Evaluate { .. } => "evaluate",
        S::ExecuteAndCache => "execute-and-cache",
        S::Extend { .. } => "extend",
        S::Facet { .. } => "facet",
        S::Find { .. } => "find",
        S::Fork { .. } => "fork",
        S::GetSchema => "getschema",
        S::Graph { .. } => "graph",
        S::Invoke { .. } => "invoke",
        S::Join { .. } => "join",
        S::Lookup { .. } => "lookup",
        S::MacroExpand { .. } => "macro-expand",
        S::MakeSeries { .. } => "make-series",
        S::MvApply { .. } => "mv-apply",
        S::MvExpand { .. } => "mv-expand",
        S::Parse { drops_others: false, .. } => "parse",
        S::Parse { .. } => "parse-where",
        S::ParseKv { .. } => "parse-kv",
        S::Partition { .. } => "partition",
        S::Print { .. } => "print",
        S::Project { .. } => "project",
        S::ProjectAway => "project-away",
        S::ProjectByNames { .. } => "project-by-names",
        S::ProjectKeep => "project-keep",
        S::ProjectRename => "project-rename",
        S::ProjectReorder => "project-reorder",
        S::Range { .. } => "range",
        S::Reduce { .. } => "reduce",
        S::Render { .. } => "render",
        S::Sample { .. } => "sample",
        S::SampleDistinct { .. } => "sample-distinct",
        S::Scan { .. } => "scan",
        S::Search { .. } => "search",
        S::Serialize { .. } => "serialize",
        S::Sort { .. } => "sort",
        S::Summarize { .. } => "summarize",
        S::Take { .. } => "take",
        S::Top { .. } => "top",
        S::TopHitters { .. } => "top-hitters",
        S::TopNested { .. } => "top-nested",
        S::Union { .. } => "union",
        S::Where { .. } => "where",
        S::Unresolved => "?",
    }
}
