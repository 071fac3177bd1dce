//! The built-in functions, aggregates and plugins, as the query language lists them.
//!
//! Read from the list itself and not through the query language, so that what is wrong with its reading shows.

use std::sync::OnceLock;

/// What something built in is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Function,
    Aggregate,
    Plugin,
}

/// Something built in.
#[derive(Debug)]
pub(crate) struct Builtin {
    pub(crate) class: Class,
    pub(crate) name: &'static str,
    pub(crate) signatures: Vec<Signature>,
}

/// One way to call it.
#[derive(Debug)]
pub(crate) struct Signature {
    /// What it returns: `Declared:long`, `Parameter0`, `Custom`, ….
    pub(crate) returns: &'static str,
    /// Whether several parameters are repeated together.
    pub(crate) repeats_block: bool,
    pub(crate) parameters: Vec<Parameter>,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    /// What it takes: `Scalar`, `Integer`, `Declared`, ….
    pub(crate) takes: &'static str,
    /// The type that is declared, `-` where none is.
    pub(crate) kind: &'static str,
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// What kind of expression has to stand there: `Constant`, `Column`, …, or `-`.
    pub(crate) form: &'static str,
}

/// Everything that is built in, in the order of the list.
pub(crate) fn builtins() -> &'static [Builtin] {
    static ALL: OnceLock<Vec<Builtin>> = OnceLock::new();
    ALL.get_or_init(|| include_str!("../../kql/data/builtins.txt").lines().filter_map(builtin).collect())
}

fn builtin(line: &'static str) -> Option<Builtin> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [class, name, _, _, signatures] = fields.as_slice() else { return None };
    let class = match *class {
        "f" => Class::Function,
        "a" => Class::Aggregate,
        _ => Class::Plugin,
    };
    Some(Builtin { class, name, signatures: signatures.split(';').filter_map(signature).collect() })
}

fn signature(text: &'static str) -> Option<Signature> {
    let fields: Vec<&str> = text.split('|').collect();
    let [returns, layout, parameters] = fields.as_slice() else { return None };
    let parameters = parameters.split(',').filter_map(parameter).collect();
    Some(Signature { returns, repeats_block: *layout == "BlockRepeating", parameters })
}

fn parameter(text: &'static str) -> Option<Parameter> {
    let fields: Vec<&str> = text.split(' ').collect();
    let [name, takes, kind, least, most, form] = fields.as_slice() else { return None };
    Some(Parameter { name, takes, kind, least: least.parse().ok()?, most: most.parse().ok()?, form })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_whole() {
        assert!(builtins().len() > 500);
        for builtin in builtins() {
            assert!(!builtin.signatures.is_empty(), "{}", builtin.name);
        }
        let case = builtins().iter().find(|builtin| builtin.name == "case").unwrap();
        assert!(case.signatures[0].repeats_block);
        assert_eq!(case.signatures[0].parameters.len(), 3);
    }
}
