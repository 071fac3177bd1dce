//! Query operators: every one of them, with every clause that it may have.

mod column;
mod combine;
mod group;
mod text;
mod unfold;

use super::Generator;
use crate::kind::Kind;
use crate::scope::Scope;

/// What writes one stage, and leaves in scope what the stage gives.
type Write = fn(&mut Generator) -> String;

/// Operators that go on anywhere in a pipeline.
const PLAIN: &[Write] = &[
    Generator::where_rows,
    Generator::extend,
    Generator::project,
    Generator::project_away,
    Generator::project_keep,
    Generator::project_rename,
    Generator::project_reorder,
    Generator::project_by_names,
    Generator::summarize,
    Generator::distinct,
    Generator::sort,
    Generator::top,
    Generator::top_nested,
    Generator::top_hitters,
    Generator::take,
    Generator::sample,
    Generator::sample_distinct,
    Generator::count,
    Generator::name_rows,
    Generator::get_schema,
    Generator::serialize,
    Generator::mv_expand,
    Generator::mv_apply,
    Generator::parse,
    Generator::parse_kv,
    Generator::join,
    Generator::lookup,
    Generator::union,
    Generator::search_rows,
    Generator::partition,
    Generator::make_series,
    Generator::scan,
    Generator::evaluate,
    Generator::reduce,
    Generator::assert_schema,
    Generator::execute_and_cache,
    Generator::invoke,
    Generator::graph,
];

/// Operators behind which nothing else goes.
const LAST: &[Write] = &[Generator::render, Generator::consume, Generator::facet, Generator::fork];

/// How many operators there are.
pub(crate) fn operator_count() -> usize {
    PLAIN.len() + LAST.len()
}

impl Generator {
    /// A stage of any operator that goes on anywhere.
    pub(super) fn plain_stage(&mut self) -> String {
        // What a query is mostly made of is there more often.
        match self.rng.u32(0..100) {
            0..=14 => self.where_rows(),
            15..=29 => self.extend(),
            30..=37 => self.summarize(),
            38..=43 => self.project(),
            _ => {
                let at = self.rng.usize(0..PLAIN.len());
                PLAIN[at](self)
            }
        }
    }

    /// A query's last statement: a source and stages, that which the query is about among them.
    pub(super) fn pipeline(&mut self) -> String {
        let (source, scope) = self.source();
        let stages = self.up_to(4);
        let place = self.rng.usize(0..stages);
        let (text, _) = self.with_scope(scope, |generator| {
            let mut text = source;
            for at in 0..stages {
                let stage = match (at == place, PLAIN.get(generator.about)) {
                    (true, Some(write)) => write(generator),
                    (true, None) if at + 1 == stages => String::new(),
                    _ => generator.plain_stage(),
                };
                if !stage.is_empty() {
                    let word = generator.stage_word(stage);
                    let gap = generator.pick(&[" | ", "\n| ", "\n| ", "|"]);
                    text = format!("{text}{gap}{word}");
                }
            }
            let last = match generator.about.checked_sub(PLAIN.len()) {
                Some(at) => Some(LAST[at % LAST.len()](generator)),
                None if generator.chance(6) => {
                    let at = generator.rng.usize(0..LAST.len());
                    Some(LAST[at](generator))
                }
                None => None,
            };
            match last {
                Some(last) => format!("{text} | {last}"),
                None => text,
            }
        });
        text
    }

    /// A stage, its operator misspelt where that is the mistake to be made.
    fn stage_word(&mut self, stage: String) -> String {
        if !self.slips(crate::slip::Slip::MisspeltOperator) {
            return stage;
        }
        let end = stage.find(|character: char| character.is_whitespace()).unwrap_or(stage.len());
        format!("{}{}", crate::slip::misspelt(&mut self.rng, &stage[..end]), &stage[end..])
    }

    // Rows.

    pub(super) fn where_rows(&mut self) -> String {
        let word = self.pick(&["where", "where", "where", "where", "filter"]);
        format!("{word} {}", self.predicate())
    }

    fn take(&mut self) -> String {
        let word = self.pick(&["take", "limit"]);
        format!("{word} {}", self.row_count())
    }

    /// How many rows: a number, a bound number, or what is worked out beforehand.
    fn row_count(&mut self) -> String {
        let bound: Vec<String> = self
            .values
            .iter()
            .filter(|value| value.kind == Kind::Long && value.constant)
            .map(|value| value.name.clone())
            .collect();
        match self.rng.u32(0..10) {
            0 if !bound.is_empty() => bound[self.rng.usize(0..bound.len())].clone(),
            1 => "int(10)".to_owned(),
            2 => "2 * 5".to_owned(),
            _ => self.rng.u32(1..100).to_string(),
        }
    }

    fn sample(&mut self) -> String {
        format!("sample {}", self.row_count())
    }

    fn sample_distinct(&mut self) -> String {
        let count = self.row_count();
        let Some((column, kind)) = self.column_of(Kind::PLAIN) else { return self.take() };
        let name = column.trim_matches(['[', ']', '\'', '"']).to_owned();
        self.scope = Scope::of(&[(&name, kind)]);
        format!("sample-distinct {count} of {column}")
    }

    fn count(&mut self) -> String {
        if self.chance(30) {
            let name = self.fresh();
            self.scope = Scope::of(&[(&name, Kind::Long)]);
            return format!("count as {name}");
        }
        self.scope = Scope::of(&[("Count", Kind::Long)]);
        "count".to_owned()
    }

    /// `as`, whose name the rest of the query may read.
    fn name_rows(&mut self) -> String {
        let name = self.fresh();
        let hint = self.pick(&["", "", "hint.materialized=true "]);
        self.tables.push(super::BoundTable { name: name.clone(), scope: self.scope.clone() });
        format!("as {hint}{name}")
    }

    fn get_schema(&mut self) -> String {
        self.scope = Scope::of(&[
            ("ColumnName", Kind::String),
            ("ColumnOrdinal", Kind::Int),
            ("DataType", Kind::String),
            ("ColumnType", Kind::String),
        ]);
        "getschema".to_owned()
    }

    fn consume(&mut self) -> String {
        self.pick(&["consume", "consume decodeblocks=true"]).to_owned()
    }

    fn execute_and_cache(&mut self) -> String {
        "__executeAndCache".to_owned()
    }

    /// `asc`, `desc`, and where missing values go.
    fn order(&mut self) -> String {
        let order = self.pick(&["", " asc", " desc"]);
        let nulls = self.pick(&["", "", " nulls first", " nulls last"]);
        format!("{order}{nulls}")
    }

    /// A key to sort by.
    fn sort_key(&mut self) -> String {
        let kind = self.pick(Kind::ORDERED);
        match self.column_of(Kind::ORDERED) {
            Some((name, _)) if self.chance(75) => name,
            _ => self.value(kind, 1).text,
        }
    }

    fn sort(&mut self) -> String {
        let word = self.pick(&["sort", "order"]);
        let hint = self.perhaps(3, "hint.strategy=splitBlock ");
        let count = self.up_to(3);
        let keys: Vec<String> = (0..count)
            .map(|_| {
                let (key, order) = (self.sort_key(), self.order());
                format!("{key}{order}")
            })
            .collect();
        format!("{word} {hint}by {}", keys.join(", "))
    }

    fn top(&mut self) -> String {
        let hint = self.perhaps(4, "hint.progressive_top=true ");
        let (count, key, order) = (self.row_count(), self.sort_key(), self.order());
        format!("top {hint}{count} by {key}{order}")
    }

    fn search_rows(&mut self) -> String {
        let (text, scope) = self.search(false);
        self.scope = scope;
        text
    }

    // Several results, and none.

    fn facet(&mut self) -> String {
        let columns = self.columns_of(Kind::PLAIN);
        if columns.is_empty() {
            return self.consume();
        }
        let names: Vec<String> =
            self.some(&columns, 2).iter().map(|column| self.referred(&column.name)).collect();
        let with = match self.rng.u32(0..3) {
            0 => " with (take 5)".to_owned(),
            1 => format!(" with {}", self.take()),
            _ => String::new(),
        };
        format!("facet by {}{with}", names.join(", "))
    }

    fn fork(&mut self) -> String {
        let count = self.up_to(3);
        let scope = self.scope.clone();
        let mut branches = Vec::new();
        for _ in 0..count {
            let (branch, _) = self.with_scope(scope.clone(), |generator| {
                let name =
                    if generator.chance(30) { format!("{}=", generator.fresh()) } else { String::new() };
                let (one, other) = (generator.where_rows(), generator.project());
                format!("{name}({one} | {other})")
            });
            branches.push(branch);
        }
        format!("fork {}", branches.join(" "))
    }

    fn render(&mut self) -> String {
        let chart = self.pick(&[
            "table",
            "list",
            "barchart",
            "piechart",
            "ladderchart",
            "timechart",
            "linechart",
            "anomalychart",
            "pivotchart",
            "areachart",
            "stackedareachart",
            "scatterchart",
            "timepivot",
            "columnchart",
            "timeline",
            "card",
            "treemap",
        ]);
        let columns: Vec<String> = self.scope.columns.iter().map(|column| column.name.clone()).collect();
        let column = |generator: &mut Self| {
            let at = generator.rng.usize(0..columns.len());
            if columns[at] == "kind" { "['kind']".to_owned() } else { crate::schema::quoted(&columns[at]) }
        };
        let mut properties = Vec::new();
        for _ in 0..self.rng.usize(0..4) {
            let choice = self.rng.u32(0..14);
            let text = match choice {
                0 => "title=\"a title\"".to_owned(),
                1 => format!("kind={}", self.pick(&["default", "stacked", "stacked100", "unstacked"])),
                2 if !columns.is_empty() => format!("xcolumn={}", column(self)),
                3 if !columns.is_empty() => format!("ycolumns={}, {}", column(self), column(self)),
                4 if !columns.is_empty() => format!("series={}", column(self)),
                5 => "xtitle='x'".to_owned(),
                6 => "ytitle='y'".to_owned(),
                7 => format!("xaxis={}", self.pick(&["linear", "log"])),
                8 => format!("yaxis={}", self.pick(&["linear", "log"])),
                9 => format!("legend={}", self.pick(&["visible", "hidden"])),
                10 => format!("ysplit={}", self.pick(&["none", "axes", "panels"])),
                11 => "ymin=0".to_owned(),
                12 => "ymax=100.5".to_owned(),
                _ => format!("accumulate={}", self.pick(&["true", "false"])),
            };
            let name = text.split('=').next().unwrap_or_default().to_owned();
            let is_new = |other: &String| !other.starts_with(&format!("{name}="));
            if properties.iter().all(is_new) {
                properties.push(text);
            }
        }
        match properties.is_empty() {
            true => format!("render {chart}"),
            false => format!("render {chart} with ({})", properties.join(", ")),
        }
    }

    /// A function of the query that takes a table.
    fn invoke(&mut self) -> String {
        let Some(function) = self.invoked_function() else { return self.where_rows() };
        let mut arguments = Vec::new();
        for parameter in &function.parameters[1..] {
            if let super::Takes::Value(kind) = parameter {
                arguments.push(self.constant(*kind).text);
            }
        }
        self.scope = match function.returns {
            super::Returns::Table(scope) => scope,
            super::Returns::Value(_) => Scope::unknown(),
        };
        format!("invoke {}({})", function.name, arguments.join(", "))
    }
}
