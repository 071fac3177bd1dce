//! The types of values.

use std::fmt;

/// The type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the language's types")]
pub enum Type {
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    String,
    DateTime,
    TimeSpan,
    Guid,
    Dynamic,
    /// A value of which nothing is known: a column of an open table, or what an error left. It goes with
    /// everything, so that one error does not bring on others.
    Unknown,
}

impl Type {
    /// The type that a declaration names, aliases included; `None` for a word that is no type.
    pub fn from_name(name: &str) -> Option<Type> {
        Some(match name {
            "bool" | "boolean" => Type::Bool,
            "int" | "int32" | "uint" | "uint32" | "int16" | "uint16" | "int8" | "uint8" | "byte" | "char" => {
                Type::Int
            }
            "long" | "int64" | "ulong" | "uint64" => Type::Long,
            "real" | "double" | "float" => Type::Real,
            "decimal" => Type::Decimal,
            "string" => Type::String,
            "datetime" | "date" => Type::DateTime,
            "timespan" | "time" => Type::TimeSpan,
            "guid" | "uuid" | "uniqueid" => Type::Guid,
            "dynamic" => Type::Dynamic,
            _ => return None,
        })
    }

    /// The type's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Long => "long",
            Type::Real => "real",
            Type::Decimal => "decimal",
            Type::String => "string",
            Type::DateTime => "datetime",
            Type::TimeSpan => "timespan",
            Type::Guid => "guid",
            Type::Dynamic => "dynamic",
            Type::Unknown => "unknown",
        }
    }

    /// Whether it is int or long.
    pub fn is_integer(self) -> bool {
        matches!(self, Type::Int | Type::Long)
    }

    /// Whether it is a number.
    pub fn is_number(self) -> bool {
        matches!(self, Type::Int | Type::Long | Type::Real | Type::Decimal)
    }

    /// Whether values of it can be added up.
    pub fn is_summable(self) -> bool {
        self.is_number() || matches!(self, Type::DateTime | Type::TimeSpan)
    }

    /// The number type that holds both: the wider of the two.
    pub(crate) fn widest(self, other: Type) -> Type {
        let rank = |kind: Type| match kind {
            Type::Int => 0,
            Type::Long => 1,
            Type::Real => 2,
            _ => 3,
        };
        if rank(self) >= rank(other) { self } else { other }
    }
}

/// The type's name; in the alternate form `{:#}` with its article: "a long", "an int".
impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if formatter.alternate() {
            formatter.write_str(if matches!(self, Type::Int | Type::Unknown) { "an " } else { "a " })?;
        }
        formatter.write_str(self.as_str())
    }
}
