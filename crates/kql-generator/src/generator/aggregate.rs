//! Aggregates.

use super::{Generator, Piece};
use crate::kind::Kind;
use crate::signature::{Builtin, Class, Signature, builtins};

/// Aggregates that give several columns, or one whose name and type follow from more than the signature.
const OF_SEVERAL: &[&str] =
    &["arg_max", "arg_min", "argmax", "argmin", "take_any", "any", "percentiles", "percentilesw"];

fn aggregates() -> impl Iterator<Item = &'static Builtin> {
    builtins().iter().filter(|builtin| builtin.class == Class::Aggregate)
}

impl Generator {
    /// A list of aggregates, named and not; gives their text and the columns that are known of them.
    pub(super) fn aggregates(&mut self, most: usize) -> (String, Vec<(String, Option<Kind>)>) {
        let count = self.up_to(most);
        let (mut items, mut columns) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let (text, kind, several) = self.aggregate();
            if self.chance(65) {
                let name = self.fresh();
                items.push(format!("{name} = {text}"));
                columns.push((name, if several { None } else { kind }));
            } else {
                items.push(text);
            }
        }
        (items.join(", "), columns)
    }

    /// One aggregate, or an expression of aggregates: its text, its kind where that is known, and whether it may give
    /// several columns.
    pub(super) fn aggregate(&mut self) -> (String, Option<Kind>, bool) {
        match self.rng.u32(0..10) {
            0 => {
                let (one, other) = (self.number_aggregate(), self.number_aggregate());
                let operator = self.pick(&["+", "-", "*", "/"]);
                (format!("{one} {operator} {other}"), None, false)
            }
            1 => {
                let inner = self.number_aggregate();
                match self.rng.u32(0..4) {
                    0 => (format!("round({inner}, 2)"), None, false),
                    1 => (format!("tostring({inner})"), Some(Kind::String), false),
                    2 => (format!("iff({inner} > 5, 'many', 'few')"), Some(Kind::String), false),
                    _ => (
                        format!("array_length(make_set({}))", self.leaf(Kind::String).text),
                        Some(Kind::Long),
                        false,
                    ),
                }
            }
            _ => self.one_aggregate(),
        }
    }

    fn number_aggregate(&mut self) -> String {
        match self.rng.u32(0..4) {
            0 => "count()".to_owned(),
            1 => format!("dcount({})", self.leaf(Kind::String).text),
            2 => format!("sum({})", self.leaf(Kind::Long).text),
            _ => format!("countif({})", self.condition(1).text),
        }
    }

    fn one_aggregate(&mut self) -> (String, Option<Kind>, bool) {
        let all: Vec<&Builtin> = aggregates().collect();
        let builtin = all[self.rng.usize(0..all.len())];
        let signature = &builtin.signatures[self.rng.usize(0..builtin.signatures.len())];
        let counts = self.counts(signature);
        let (mut arguments, mut first) = (Vec::new(), None);
        for (at, count) in counts.iter().enumerate() {
            for nth in 0..*count {
                let (text, kind) = self.aggregated(builtin, signature, at, nth);
                first = first.or(kind);
                arguments.push(text);
            }
        }
        let result = match signature.returns {
            "Parameter0" => first,
            "Parameter0Array" => Some(Kind::Array),
            // Whole numbers are added up as longs.
            "Parameter0Promoted" => first.map(|kind| if kind == Kind::Int { Kind::Long } else { kind }),
            returns => returns.strip_prefix("Declared:").and_then(super::call::declared_kind),
        };
        (self.call_text(builtin.name, arguments), result, OF_SEVERAL.contains(&builtin.name))
    }

    /// The argument of an aggregate for a parameter, and its kind.
    fn aggregated(
        &mut self,
        builtin: &Builtin,
        signature: &Signature,
        at: usize,
        nth: usize,
    ) -> (String, Option<Kind>) {
        let parameter = &signature.parameters[at];
        match (parameter.form, parameter.name) {
            ("StarOnly", _) => return ("*".to_owned(), None),
            ("StarAllowed", _) if nth == 0 && self.chance(30) => return ("*".to_owned(), None),
            (_, "accuracy") => return (self.pick(&["1", "2", "0"]).to_owned(), None),
            (_, "maxSize") => return (self.pick(&["10", "128", "1048576"]).to_owned(), None),
            (_, "percentile") => return (self.pick(&["50", "95", "99.9", "5"]).to_owned(), None),
            (_, "percentiles") => return ("dynamic([5, 50, 95])".to_owned(), None),
            (_, "predicate") => return (self.condition(1).text, None),
            _ => {}
        }
        let mut kinds = super::call::kinds_of(parameter);
        // Percentiles are of what has an order.
        if builtin.name.starts_with("percentile") && parameter.name == "expr" {
            kinds = Kind::SUMMABLE.to_vec();
        }
        let kind = self.pick(&kinds);
        let depth = self.rng.u32(0..2) as u8;
        let Piece { text, .. } = self.value(kind, depth);
        (text, Some(kind))
    }
}
