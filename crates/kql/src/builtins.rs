//! The functions, aggregates and plugins of the language, read once from `data/builtins.txt`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use crate::binder::Shape;
use crate::types::Type;

/// A function, an aggregate or a plugin of the language, by a number of its own. The numbers are dense and stay the same
/// within one build, so that what is known of each can be kept in a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BuiltinId(u16);

impl BuiltinId {
    /// The number, less than [`BuiltinId::count`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// How many there are.
    pub fn count() -> usize {
        builtins().names.len()
    }

    /// The name. A function and an aggregate may share one, and are two.
    pub fn name(self) -> &'static str {
        builtins().names[self.index()]
    }
}

/// One of the language's own functions.
#[derive(Debug)]
pub(crate) struct Builtin {
    pub(crate) id: BuiltinId,
    pub(crate) name: &'static str,
    pub(crate) naming: Naming,
    /// What to use instead of it, where it is obsolete.
    pub(crate) replacement: Option<&'static str>,
    pub(crate) signatures: Vec<Signature>,
}

/// How a column that holds a function's result is called when the query does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// `Column1`
    None,
    /// The first argument's name.
    FirstArgument,
    /// The function's name, `_`, the first argument's name.
    NameAndFirstArgument,
    /// A prefix, `_`, the first argument's name.
    PrefixAndFirstArgument(&'static str),
    /// A prefix alone.
    PrefixOnly(&'static str),
    /// The only argument's name.
    OnlyArgument,
    /// The column that the first argument's text names, where there is one.
    FirstArgumentValueIfColumn,
}

#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) returns: Returns,
    /// What is known of the dynamic value that it returns.
    pub(crate) shape: Shape,
    pub(crate) layout: Layout,
    pub(crate) parameters: Vec<Parameter>,
}

/// How parameters repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Each at most once, those with a least count of nought from the end.
    Once,
    /// One of them as often as its counts say.
    Repeating,
    /// Several in turn: `case(condition, value, condition, value, …, value)`.
    Block,
    /// By rules of its own; the arguments are not checked against it.
    Custom,
}

/// What a call returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returns {
    Declared(Type),
    /// The type of that argument.
    Argument(usize),
    /// The type of the first argument, int made long.
    Promoted,
    /// A list of the first argument's values.
    Array,
    /// The type that the literal in that argument names; of the last where it says `None`.
    Literal(Option<usize>),
    /// The type that all arguments of a common kind share.
    Common,
    CommonNotDynamic,
    Widest,
    /// By rules of the binder.
    Custom,
    /// A table or another thing that is no scalar.
    Tabular,
}

/// What a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Takes {
    Types(Vec<Type>),
    /// `typeof(…)`
    TypeLiteral,
    Scalar,
    Array,
    Bag,
    StringOrDynamic,
    StringOrArray,
    Integer,
    IntegerOrArray,
    Number,
    NumberOrBool,
    Summable,
    NotDynamic,
    NotRealOrBool,
    Orderable,
    CommonScalar,
    CommonScalarOrDynamic,
    CommonOrderable,
    Table,
    Anything,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) takes: Takes,
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// Whether it takes a column and no other expression.
    pub(crate) is_column: bool,
    /// Whether it takes a value that is known beforehand.
    pub(crate) is_constant: bool,
    /// Whether it takes a literal alone.
    pub(crate) is_literal: bool,
    /// Whether it takes a column of the table that the first argument is.
    pub(crate) is_foreign_column: bool,
    /// Whether it takes an aggregate.
    pub(crate) is_aggregate: bool,
}

impl Signature {
    /// The fewest and the most arguments.
    pub(crate) fn arity(&self) -> (usize, usize) {
        let least = self.parameters.iter().map(|parameter| parameter.least).sum();
        let most = match self.layout {
            Layout::Once => self.parameters.len(),
            Layout::Custom => usize::MAX,
            _ => self.parameters.iter().map(|parameter| parameter.most).fold(0, usize::saturating_add),
        };
        (least, most)
    }

    /// The parameter that the argument at `at` of `count` goes to.
    pub(crate) fn parameter(&self, at: usize, count: usize) -> Option<&Parameter> {
        let known = self.parameters.len();
        match self.layout {
            Layout::Once => self.parameters.get(at),
            Layout::Custom => None,
            Layout::Repeating => {
                let repeated =
                    self.parameters.iter().position(|parameter| parameter.most > 1).unwrap_or(known - 1);
                let behind = known - 1 - repeated;
                if at < repeated {
                    self.parameters.get(at)
                } else if at + behind >= count && self.parameters[known - 1].least > 0 {
                    self.parameters.get(known + at - count)
                } else {
                    self.parameters.get(repeated)
                }
            }
            Layout::Block => {
                let repeated: Vec<&Parameter> =
                    self.parameters.iter().filter(|parameter| parameter.most > 1).collect();
                let behind = known - repeated.len();
                if at + behind >= count || repeated.is_empty() {
                    self.parameters.get((known + at).checked_sub(count)?)
                } else {
                    repeated.get(at % repeated.len()).copied()
                }
            }
        }
    }
}

/// All of them, by name.
#[derive(Debug, Default)]
pub(crate) struct Builtins {
    pub(crate) functions: HashMap<&'static str, Builtin>,
    pub(crate) aggregates: HashMap<&'static str, Builtin>,
    pub(crate) plugins: HashMap<&'static str, Builtin>,
    /// The names, by number.
    names: Vec<&'static str>,
}

/// What to write in the place of a function that the language keeps for old queries alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obsolete {
    /// The function that took its place; where there are two, both in words.
    pub instead: &'static str,
    /// Whether the other name gives the same: there is one function, it takes as many arguments, and a column that holds
    /// its result is named alike.
    pub is_same: bool,
    /// How many values the old function keeps where a call does not say how many; the other keeps all.
    pub default_size: Option<u32>,
}

/// Whether a function or an aggregate of the language is obsolete, and what took its place. The source is the listing of
/// the official language service.
pub fn obsolete(name: &str) -> Option<Obsolete> {
    let all = builtins();
    let (found, others) = match (all.aggregates.get(name), all.functions.get(name)) {
        (Some(found), _) => (found, &all.aggregates),
        (None, found) => (found?, &all.functions),
    };
    let instead = found.replacement?;
    let arities = |builtin: &Builtin| {
        builtin.signatures.iter().map(Signature::arity).collect::<std::collections::BTreeSet<_>>()
    };
    // What `argmax` gives is named `max_…`, which the listing leaves to the binder; `replace` takes the text last.
    let is_same = !matches!(name, "argmax" | "argmin" | "replace")
        && others
            .get(instead)
            .is_some_and(|other| other.naming == found.naming && arities(other) == arities(found));
    // As the documentation of `make_list`, `make_set` and `make_bag` has it.
    let default_size = matches!(name, "makelist" | "makeset" | "make_dictionary").then_some(128);
    Some(Obsolete { instead, is_same, default_size })
}

/// The language's own functions; read at the first use.
pub(crate) fn builtins() -> &'static Builtins {
    static BUILTINS: OnceLock<Builtins> = OnceLock::new();
    BUILTINS.get_or_init(|| {
        let mut all = Builtins::default();
        for line in include_str!("../data/builtins.txt").lines() {
            let Some((kind, mut builtin)) = read_line(line) else {
                continue;
            };
            builtin.id = BuiltinId(all.names.len() as u16);
            let section = match kind {
                "f" => &mut all.functions,
                "a" => &mut all.aggregates,
                _ => &mut all.plugins,
            };
            match section.entry(builtin.name) {
                // `any` stands twice, with one signature each.
                Entry::Occupied(mut before) => before.get_mut().signatures.extend(builtin.signatures),
                Entry::Vacant(place) => {
                    all.names.push(builtin.name);
                    place.insert(builtin);
                }
            }
        }
        all
    })
}

fn read_line(line: &'static str) -> Option<(&'static str, Builtin)> {
    let mut fields = line.split('\t');
    let (kind, name, naming) = (fields.next()?, fields.next()?, fields.next()?);
    let replacement = fields.next()?.split(',').find_map(|flag| flag.strip_prefix("o:"));
    let signatures = fields.next()?.split(';').filter_map(read_signature).collect();
    Some((kind, Builtin { id: BuiltinId(0), name, naming: read_naming(naming), replacement, signatures }))
}

fn read_naming(text: &'static str) -> Naming {
    let (kind, prefix) = text.split_once(':').unwrap_or((text, ""));
    match kind {
        "FirstArgument" => Naming::FirstArgument,
        "NameAndFirstArgument" => Naming::NameAndFirstArgument,
        "PrefixAndFirstArgument" => Naming::PrefixAndFirstArgument(prefix),
        "PrefixOnly" => Naming::PrefixOnly(prefix),
        "OnlyArgument" => Naming::OnlyArgument,
        "FirstArgumentValueIfColumn" => Naming::FirstArgumentValueIfColumn,
        // Some results have a prefix and no rule for what follows it.
        _ => Naming::None,
    }
}

fn read_signature(text: &'static str) -> Option<Signature> {
    let mut fields = text.split('|');
    let (returns, layout, parameters) = (fields.next()?, fields.next()?, fields.next()?);
    // `dynamic[string]`: what a dynamic value holds.
    let (returns, shape) = match returns.find(['[', '{']) {
        Some(at) => (&returns[..at], read_shape(&returns[at..])),
        None => (returns, Shape::Any),
    };
    Some(Signature {
        returns: read_returns(returns),
        shape,
        layout: match layout {
            "NonRepeating" => Layout::Once,
            "Repeating" => Layout::Repeating,
            "BlockRepeating" => Layout::Block,
            _ => Layout::Custom,
        },
        parameters: parameters.split(',').filter_map(read_parameter).collect(),
    })
}

fn read_shape(text: &str) -> Shape {
    match text {
        "{}" => Shape::Bag,
        _ => Shape::Array { known: text != "[]" },
    }
}

fn read_returns(text: &str) -> Returns {
    match text {
        "Parameter0" => Returns::Argument(0),
        "Parameter1" => Returns::Argument(1),
        "Parameter0Promoted" => Returns::Promoted,
        "Parameter0Array" => Returns::Array,
        "Parameter0Literal" => Returns::Literal(Some(0)),
        "Parameter1Literal" => Returns::Literal(Some(1)),
        "ParameterNLiteral" => Returns::Literal(None),
        "Common" => Returns::Common,
        "CommonNonDynamic" => Returns::CommonNotDynamic,
        "Widest" => Returns::Widest,
        "Custom" => Returns::Custom,
        _ => match text.strip_prefix("Declared:") {
            Some(name) => Type::from_name(name).map_or(Returns::Tabular, Returns::Declared),
            None => Returns::Tabular,
        },
    }
}

fn read_parameter(text: &str) -> Option<Parameter> {
    let mut fields = text.split(' ');
    let _name = fields.next()?;
    let (kind, types) = (fields.next()?, fields.next()?);
    let least = fields.next()?.parse().ok()?;
    let most = fields.next()?.parse().ok()?;
    let argument = fields.next()?;
    let takes = match kind {
        "Declared" if types == "type" => Takes::TypeLiteral,
        "Declared" => Takes::Types(types.split('/').filter_map(Type::from_name).collect()),
        "Scalar" => Takes::Scalar,
        "DynamicArray" => Takes::Array,
        "DynamicBag" => Takes::Bag,
        "StringOrDynamic" => Takes::StringOrDynamic,
        "StringOrArray" => Takes::StringOrArray,
        "Integer" => Takes::Integer,
        "IntegerOrArray" => Takes::IntegerOrArray,
        "Number" => Takes::Number,
        "NumberOrBool" => Takes::NumberOrBool,
        "Summable" => Takes::Summable,
        "NotDynamic" => Takes::NotDynamic,
        "NotRealOrBool" => Takes::NotRealOrBool,
        "Orderable" => Takes::Orderable,
        "CommonScalar" => Takes::CommonScalar,
        "CommonScalarOrDynamic" => Takes::CommonScalarOrDynamic,
        "CommonOrderable" => Takes::CommonOrderable,
        "Tabular" => Takes::Table,
        _ => Takes::Anything,
    };
    Some(Parameter {
        takes,
        least,
        most,
        is_column: argument == "Column",
        is_constant: argument == "Constant",
        is_literal: argument.starts_with("Literal") && types == "string",
        is_foreign_column: argument.starts_with("Column_Parameter0"),
        is_aggregate: argument == "Aggregate",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_is_read() {
        let all = builtins();
        let lines = include_str!("../data/builtins.txt").lines().count();
        // A name may stand twice, once as a function and once as an aggregate, and `any` stands twice as an aggregate.
        let read = all.functions.len() + all.aggregates.len() + all.plugins.len();
        assert!(lines - read <= 2, "{lines} lines, {read} read");
        for builtin in all.functions.values().chain(all.aggregates.values()).chain(all.plugins.values()) {
            assert!(!builtin.signatures.is_empty(), "{} has no signature", builtin.name);
        }
    }

    #[test]
    fn repeated_parameters_take_the_arguments_between_the_others() {
        let case = &builtins().functions["case"].signatures[0];
        let takes = |at, count| case.parameter(at, count).map(|parameter| parameter.takes.clone());
        assert_eq!(takes(0, 5), Some(Takes::Types(vec![Type::Bool])));
        assert_eq!(takes(3, 5), Some(Takes::CommonScalarOrDynamic));
        assert_eq!(takes(4, 5), Some(Takes::CommonScalarOrDynamic));
        assert_eq!(case.arity().0, 3);
    }
}
