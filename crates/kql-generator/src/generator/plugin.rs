//! `evaluate` with every plugin.

use super::Generator;
use crate::kind::Kind;
use crate::schema::quoted;
use crate::scope::Scope;
use crate::signature::{Builtin, Class, Parameter, builtins};

impl Generator {
    pub(super) fn evaluate(&mut self) -> String {
        let plugins: Vec<&Builtin> =
            builtins().iter().filter(|builtin| builtin.class == Class::Plugin).collect();
        let plugin = plugins[self.rng.usize(0..plugins.len())];
        let hint = self.pick(&["", "", "", "", "hint.distribution=per_node ", "hint.remote=local "]);
        // What is given by name only is a table of the schema that has the columns that are asked for.
        let Some(call) = self.plugin_call(plugin) else { return format!("where {}", self.predicate()) };
        let schema = match plugin.name {
            "bag_unpack" | "pivot" | "python" | "r" | "narrow" | "sql_request" if self.chance(25) => {
                let (text, columns) = self.declared_columns(3);
                match self.chance(30) {
                    true => {
                        self.scope = Scope { columns, partial: true };
                        format!(" : (*, {text})")
                    }
                    false => {
                        self.scope = Scope { columns, partial: false };
                        format!(" : ({text})")
                    }
                }
            }
            _ => {
                self.scope = Scope::unknown();
                String::new()
            }
        };
        format!("evaluate {hint}{call}{schema}")
    }

    /// A call of a plugin; `None` where it takes a column that there is not.
    fn plugin_call(&mut self, plugin: &Builtin) -> Option<String> {
        let signature = &plugin.signatures[self.rng.usize(0..plugin.signatures.len())];
        let counts = self.counts(signature);
        let mut arguments = Vec::new();
        for (at, count) in counts.iter().enumerate() {
            // A further key is a column of both tables, which is seldom there.
            let count = if signature.parameters[at].name == "ExtraKey" { 0 } else { *count };
            for _ in 0..count {
                arguments.push(self.plugin_argument(plugin, &signature.parameters[at])?);
            }
        }
        Some(self.call_text(plugin.name, arguments))
    }

    fn plugin_argument(&mut self, plugin: &Builtin, parameter: &Parameter) -> Option<String> {
        let fixed = match (plugin.name, parameter.name) {
            (_, "OutputSchema") => self.pick(&["typeof(*, x:long)", "typeof(a:string, b:real)", "typeof(*)"]),
            (_, "Script") => "'result = df'",
            (_, "IPv4LookupKey" | "IPv6LookupKey") => "net",
            (_, "LookupPolygonKey" | "LookupLineKey") => "shape",
            ("ipv4_lookup" | "ipv6_lookup", "LookupTable") => {
                "(datatable(net:string, Country:string)['10.0.0.0/8', 'x'])"
            }
            (_, "LookupTable") => "(datatable(shape:dynamic, Country:string)[dynamic({}), 'x'])",
            (_, "lookback") => "(Logons | take 5)",
            ("dcount_intersect", "hll") => "dynamic([1])",
            (_, "CustomWildcard") => "'*'",
            (_, "Sequence") => "dynamic(['a', 'b'])",
            (_, "MaxSequencePeriods") => "dynamic([1h, 1d])",
            (_, "Start" | "Cohort") => "ago(7d)",
            (_, "End") => "now()",
            (
                _,
                "Step"
                | "Period"
                | "LookbackWindow"
                | "LookBackWindow"
                | "Window"
                | "InnerActivityWindow"
                | "OuterActivityWindow"
                | "MaxWindowSizeBetweenSteps"
                | "MaxSeqeunceStepWindow"
                | "MaxSequenceSpan"
                | "Bin",
            ) => "1d",
            ("funnel_sequence_completion" | "rolling_percentile", "BinSize") => "1d",
            (_, "ActivePeriods") => "3",
            ("pivot", "aggregateFunction") => {
                self.pick(&["count()", "sum(1)", "max(now())", "take_any('x')"])
            }
            _ => "",
        };
        if !fixed.is_empty() {
            return Some(fixed.to_owned());
        }
        let kinds = match parameter.name {
            "TimelineColumn" | "IndexColumn" => vec![Kind::DateTime],
            "SplitColumn" | "StateColumn" | "SourceIPv4Key" | "SourceIPv6Key" => vec![Kind::String],
            "SourceLongitude" | "SourceLatitude" => vec![Kind::Real],
            "WeightColumn" => vec![Kind::Long],
            "column" => vec![Kind::Dynamic, Kind::Bag],
            _ => super::call::kinds_of(parameter),
        };
        Some(match parameter.form {
            "Column" => {
                let columns = self.columns_of(&kinds);
                if columns.is_empty() {
                    return None;
                }
                quoted(&columns[self.rng.usize(0..columns.len())].name)
            }
            "Constant" | "Literal" | "LiteralNotEmpty" => {
                let kind = self.pick(&kinds);
                self.literal(kind).text
            }
            _ => {
                let kind = self.pick(&kinds);
                self.value(kind, 1).text
            }
        })
    }
}
