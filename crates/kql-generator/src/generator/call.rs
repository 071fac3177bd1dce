//! Calls of built-in functions, by their signatures.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Generator, Returns, Takes};
use crate::kind::Kind;
use crate::signature::{Builtin, Class, Parameter, Signature, builtins};
use crate::slip::Slip;

/// Functions that stand only in places of their own.
const ELSEWHERE: &[&str] = &[
    "all",
    "any",
    "map",
    "inner_nodes",
    "node_id",
    "node_degree_in",
    "node_degree_out",
    "labels",
    "cluster",
    "database",
    "table",
    "external_table",
    "materialized_view",
    "entity_group",
    "stored_query_result",
    "graph",
    "column_names_of",
    "__invoke",
    "__cast",
    "bin_auto",
];

/// What functions give whose signature does not say it.
const CUSTOM: &[(&str, Kind)] = &[
    ("array_concat", Kind::Array),
    ("array_iff", Kind::Array),
    ("array_iif", Kind::Array),
    ("bag_merge", Kind::Bag),
    ("bag_pack", Kind::Bag),
    ("bag_pack_columns", Kind::Bag),
    ("bag_remove_keys", Kind::Bag),
    ("bag_set_key", Kind::Bag),
    ("pack", Kind::Bag),
    ("pack_all", Kind::Bag),
    ("pack_array", Kind::Array),
    ("pack_dictionary", Kind::Bag),
    ("series_fit_2lines_dynamic", Kind::Bag),
    ("series_fit_line_dynamic", Kind::Bag),
    ("series_stats_dynamic", Kind::Bag),
    ("set_difference", Kind::Array),
    ("set_intersect", Kind::Array),
    ("set_union", Kind::Array),
];

/// Texts that certain parameters take: function (or `*`), parameter, texts.
const TEXTS: &[(&str, &str, &[&str])] = &[
    ("datetime_add", "part", &["'day'", "\"hour\"", "'month'", "'Year'", "'week'"]),
    ("datetime_diff", "part", &["'day'", "\"minute\"", "'quarter'", "'second'", "'millisecond'"]),
    ("datetime_part", "part", &["'day'", "'hour'", "'week_of_year'", "'DayOfYear'"]),
    ("datepart", "part", &["'day'", "'hour'", "\"month\""]),
    ("countof", "kind", &["'regex'", "\"normal\""]),
    ("extract_json", "jsonPath", &["'$.a'", "\"$.a.b[0]\"", "@'$.c'"]),
    ("extractjson", "jsonPath", &["'$.a'", "\"$.a.b[0]\""]),
    ("format_datetime", "format", &["'yyyy-MM-dd'", "\"HH:mm:ss\"", "'yyyy-MM-dd [HH:mm:ss.fff]'"]),
    ("format_timespan", "format", &["'hh:mm:ss'", "\"dd.hh:mm\""]),
    ("parse_command_line", "parser", &["'windows'", "\"windows\""]),
    ("datetime_local_to_utc", "timezone", &["'Europe/Berlin'", "\"US/Pacific\""]),
    ("datetime_utc_to_local", "timezone", &["'Europe/Berlin'", "\"US/Pacific\""]),
    ("convert_angle", "from", &["'degree'"]),
    ("convert_angle", "to", &["'radian'"]),
    ("convert_length", "from", &["'meter'"]),
    ("convert_length", "to", &["'mile'"]),
    ("format_bytes", "format", &["'KB'", "\"MB\""]),
    ("series_outliers", "kind", &["'tukey'", "\"ctukey\""]),
    ("series_decompose", "trend", &["'linefit'", "'avg'"]),
    ("series_decompose_forecast", "trend", &["'linefit'"]),
    ("series_decompose_anomalies", "trend", &["'linefit'"]),
    ("series_decompose_anomalies", "method", &["'ctukey'", "'tukey'"]),
    ("geo_from_wkt", "wkt", &["'POINT(1 2)'"]),
];

/// The functions whose result is of a kind, by kind: the function and its signature.
fn by_result() -> &'static HashMap<Kind, Vec<(&'static Builtin, &'static Signature)>> {
    static ALL: OnceLock<HashMap<Kind, Vec<(&'static Builtin, &'static Signature)>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: HashMap<Kind, Vec<_>> = HashMap::new();
        for builtin in scalar_functions() {
            for signature in &builtin.signatures {
                for kind in Kind::ALL {
                    if may_give(builtin, signature, *kind) {
                        all.entry(*kind).or_default().push((*builtin, signature));
                    }
                }
            }
        }
        all
    })
}

/// The functions that stand wherever an expression does.
fn scalar_functions() -> &'static [&'static Builtin] {
    static ALL: OnceLock<Vec<&'static Builtin>> = OnceLock::new();
    ALL.get_or_init(|| {
        let is_scalar =
            |builtin: &&Builtin| builtin.class == Class::Function && !ELSEWHERE.contains(&builtin.name);
        builtins().iter().filter(is_scalar).collect()
    })
}

/// The kind of a type as signatures write it: a dynamic value may say what it holds.
pub(super) fn declared_kind(name: &str) -> Option<Kind> {
    match name.strip_prefix("dynamic") {
        Some("{}") => Some(Kind::Bag),
        Some(rest) if rest.starts_with('[') => Some(Kind::Array),
        _ => Kind::from_type_name(name),
    }
}

/// The kind that a signature gives whatever it is given.
fn fixed_result(builtin: &Builtin, signature: &Signature) -> Option<Kind> {
    if let Some(name) = signature.returns.strip_prefix("Declared:") {
        return declared_kind(name);
    }
    match signature.returns {
        "Custom" => CUSTOM.iter().find(|(name, _)| *name == builtin.name).map(|(_, kind)| *kind),
        "Parameter0Array" => Some(Kind::Array),
        _ => None,
    }
}

/// Whether a signature can be called so that it gives a kind.
fn may_give(builtin: &Builtin, signature: &Signature, kind: Kind) -> bool {
    if let Some(fixed) = fixed_result(builtin, signature) {
        return fixed == kind;
    }
    match signature.returns {
        "Parameter0" => signature.parameters.first().is_some_and(|first| kinds_of(first).contains(&kind)),
        "Parameter1" => kind != Kind::Single,
        "ParameterNLiteral" => !matches!(kind, Kind::Array | Kind::Bag | Kind::Single),
        "Widest" => matches!(kind, Kind::Long | Kind::Real | Kind::Decimal),
        "Common" => match signature.parameters.first().map(|first| first.takes) {
            Some("CommonOrderable") => Kind::ORDERED.contains(&kind) && kind != Kind::Bool,
            _ => !kind.is_dynamic(),
        },
        "CommonNonDynamic" => !kind.is_dynamic(),
        _ => false,
    }
}

/// The kinds that go where a parameter is.
pub(super) fn kinds_of(parameter: &Parameter) -> Vec<Kind> {
    let kinds = match parameter.takes {
        "Integer" => &[Kind::Long, Kind::Int][..],
        "Number" | "NumberOrBool" => Kind::NUMBERS,
        "Summable" => Kind::SUMMABLE,
        "DynamicArray" => &[Kind::Array, Kind::Dynamic],
        "DynamicBag" => &[Kind::Bag, Kind::Dynamic],
        "StringOrDynamic" => &[Kind::String, Kind::Dynamic],
        "StringOrArray" => &[Kind::String],
        "IntegerOrArray" => &[Kind::Long, Kind::Int],
        "NotDynamic" => Kind::PLAIN,
        "NotRealOrBool" => &[Kind::String, Kind::Long, Kind::Int, Kind::DateTime, Kind::Guid, Kind::TimeSpan],
        "Orderable" | "CommonOrderable" => Kind::ORDERED,
        "Declared" => {
            return parameter.kind.split('/').filter_map(Kind::from_type_name).collect();
        }
        _ => Kind::ALL,
    };
    kinds.to_vec()
}

impl Generator {
    /// A call of a built-in function that gives a kind.
    pub(super) fn builtin_call(&mut self, kind: Kind, depth: u8) -> Option<String> {
        let fitting = by_result().get(&kind)?;
        let at = self.rng.usize(0..fitting.len());
        let (builtin, signature) = fitting[at];
        self.call_of(builtin, signature, Some(kind), depth)
    }

    /// A call of any built-in function, and what it gives where that is known.
    pub(super) fn any_call(&mut self, depth: u8) -> (String, Option<Kind>) {
        let all = scalar_functions();
        let at = self.rng.usize(0..all.len());
        let builtin = all[at];
        let signature = &builtin.signatures[self.rng.usize(0..builtin.signatures.len())];
        let wanted = match fixed_result(builtin, signature) {
            Some(kind) => Some(kind),
            None => {
                let fitting: Vec<Kind> =
                    Kind::ALL.iter().copied().filter(|kind| may_give(builtin, signature, *kind)).collect();
                if fitting.is_empty() { None } else { Some(self.pick(&fitting)) }
            }
        };
        match self.call_of(builtin, signature, wanted, depth) {
            Some(call) => (call, wanted),
            None => (self.call_text("now", Vec::new()), Some(Kind::DateTime)),
        }
    }

    /// A call of one function by one of its signatures; `None` where it takes a column that there is not. `wanted` decides
    /// the arguments where the result follows from them.
    fn call_of(
        &mut self,
        builtin: &Builtin,
        signature: &Signature,
        wanted: Option<Kind>,
        depth: u8,
    ) -> Option<String> {
        for (at, parameter) in
            signature.parameters.iter().enumerate().filter(|(_, parameter)| parameter.form == "Column")
        {
            let kinds = match (signature.returns, at, wanted) {
                ("Parameter0", 0, Some(wanted)) => vec![wanted],
                _ => kinds_of(parameter),
            };
            if self.columns_of(&kinds).is_empty() {
                return None;
            }
        }
        let common = wanted.filter(|kind| !kind.is_dynamic()).unwrap_or(Kind::String);
        let counts = self.counts(signature);
        let mut arguments = Vec::new();
        let mut given = |generator: &mut Self, at: usize| {
            let parameter = &signature.parameters[at];
            let text = match (signature.returns, at) {
                ("Parameter0", 0) => generator.argument_of(builtin, parameter, wanted, depth),
                ("Parameter1", 1) => generator.argument_of(builtin, parameter, wanted, depth),
                ("Widest", _) => generator.argument_of(builtin, parameter, wanted, depth),
                ("ParameterNLiteral", _) if parameter.kind == "type" => {
                    format!("typeof({})", wanted.unwrap_or(Kind::Long).type_name())
                }
                _ if parameter.takes.starts_with("Common") => {
                    let kind = match parameter.takes == "CommonScalarOrDynamic" && generator.chance(6) {
                        true => Kind::Dynamic,
                        false => common,
                    };
                    generator.value(kind, depth).text
                }
                _ => generator.argument_of(builtin, parameter, None, depth),
            };
            arguments.push(text);
        };
        match signature.repeats_block {
            true => {
                let (repeated, single): (Vec<usize>, Vec<usize>) =
                    (0..signature.parameters.len()).partition(|at| signature.parameters[*at].most > 1);
                for _ in 0..self.up_to(3) {
                    for at in &repeated {
                        given(self, *at);
                    }
                }
                for at in single {
                    given(self, at);
                }
            }
            false => {
                for (at, count) in counts.iter().enumerate() {
                    for _ in 0..*count {
                        given(self, at);
                    }
                }
            }
        }
        Some(self.call_text(builtin.name, arguments))
    }

    /// How often each parameter is given: what is optional is left out at the end alone.
    pub(super) fn counts(&mut self, signature: &Signature) -> Vec<usize> {
        let mut counts = Vec::new();
        let mut ended = false;
        for parameter in &signature.parameters {
            if parameter.least == 0 && (ended || self.chance(45)) {
                ended = true;
                counts.push(0);
                continue;
            }
            let further = parameter.most.saturating_sub(parameter.least.max(1)).min(3);
            counts.push(parameter.least.max(1) + self.rng.usize(0..=further));
        }
        counts
    }

    /// A call, with the mistakes in it that are to be made.
    pub(super) fn call_text(&mut self, name: &str, mut arguments: Vec<String>) -> String {
        if self.slips(Slip::ArgumentCount) {
            match arguments.pop() {
                Some(last) if self.chance(50) => {
                    arguments.push(last);
                    arguments.push("1".to_owned());
                }
                Some(_) => {}
                None => arguments.push("1".to_owned()),
            }
        }
        let name = match self.slips(Slip::MisspeltFunction) {
            true => crate::slip::misspelt(&mut self.rng, name),
            false => name.to_owned(),
        };
        format!("{name}({})", arguments.join(", "))
    }

    /// An argument that goes where a parameter is; of `wanted` where that is given.
    fn argument_of(
        &mut self,
        builtin: &Builtin,
        parameter: &Parameter,
        wanted: Option<Kind>,
        depth: u8,
    ) -> String {
        let text = |entry: &&(&str, &str, &'static [&'static str])| {
            entry.0 == builtin.name && entry.1 == parameter.name
        };
        if let Some((_, _, texts)) = TEXTS.iter().find(text) {
            return self.pick(texts).to_owned();
        }
        if parameter.kind == "string" && parameter.name.to_lowercase().contains("regex") {
            return self.regex();
        }
        if builtin.name.starts_with("trim") && parameter.name == "regex" {
            return self.regex();
        }
        if parameter.name == "ignore_null_empty" {
            return self.pick(&["true", "false"]).to_owned();
        }
        if parameter.takes == "IntegerOrArray" && self.chance(20) {
            return "dynamic([65, 66])".to_owned();
        }
        let kinds = kinds_of(parameter);
        let kind = match wanted {
            Some(wanted) if kinds.contains(&wanted) => wanted,
            _ => {
                let kind = self.pick(&kinds);
                // What is not known to be an array goes seldom.
                if kind == Kind::Dynamic && self.chance(50) { kinds[0] } else { kind }
            }
        };
        let kind = match self.slips(Slip::ArgumentType) {
            true => self.other_kind(kinds[0]),
            false => kind,
        };
        match parameter.form {
            "Constant" => self.constant(kind).text,
            "Literal" | "LiteralNotEmpty" => self.literal(kind).text,
            "StarOnly" => "*".to_owned(),
            "Column" => {
                match wanted.and_then(|wanted| self.column_of(&[wanted])).or_else(|| self.column_of(&kinds)) {
                    Some((name, _)) => name,
                    None => self.value(kind, 0).text,
                }
            }
            _ => self.value(kind, depth).text,
        }
    }

    /// A call of a function of the query that gives a kind.
    pub(super) fn called_function(&mut self, kind: Kind, depth: u8) -> Option<String> {
        let fitting: Vec<super::Function> = self
            .functions
            .iter()
            .filter(|function| matches!(function.returns, Returns::Value(returned) if returned == kind))
            .cloned()
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let function = &fitting[self.rng.usize(0..fitting.len())];
        self.function_call(function, depth)
    }

    /// A call of a function of the query; `None` where no table fits its parameters.
    pub(super) fn function_call(&mut self, function: &super::Function, depth: u8) -> Option<String> {
        let left_out = self.rng.usize(0..=function.optional);
        let given = function.parameters.len() - left_out;
        let mut arguments = Vec::new();
        for parameter in &function.parameters[..given] {
            arguments.push(match parameter {
                Takes::Value(kind) => self.value(*kind, depth.min(1)).text,
                Takes::AnyTable => format!("({})", self.nested_table(1).0),
                Takes::Table(columns) => self.table_with(columns)?,
            });
        }
        Some(self.call_text(&function.name, arguments))
    }
}
