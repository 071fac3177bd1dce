//! The types of generated values.

/// A type as the generator tells types apart: the scalar types of the language, and what a dynamic value holds where that
/// is known, since many functions take only an array or only a bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the language's types")]
pub enum Kind {
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    String,
    DateTime,
    TimeSpan,
    Guid,
    /// A dynamic value that may hold anything.
    Dynamic,
    /// A dynamic value that is an array.
    Array,
    /// A dynamic value that is a property bag.
    Bag,
    /// A dynamic value that is a number, a text or the like.
    Single,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Kind] = &[
        Kind::Bool,
        Kind::Int,
        Kind::Long,
        Kind::Real,
        Kind::Decimal,
        Kind::String,
        Kind::DateTime,
        Kind::TimeSpan,
        Kind::Guid,
        Kind::Dynamic,
        Kind::Array,
        Kind::Bag,
        Kind::Single,
    ];

    /// Numbers.
    pub const NUMBERS: &'static [Kind] = &[Kind::Long, Kind::Int, Kind::Real, Kind::Decimal];

    /// What can be added up.
    pub const SUMMABLE: &'static [Kind] =
        &[Kind::Long, Kind::Int, Kind::Real, Kind::Decimal, Kind::DateTime, Kind::TimeSpan];

    /// What has an order.
    pub const ORDERED: &'static [Kind] = &[
        Kind::Long,
        Kind::Int,
        Kind::Real,
        Kind::Decimal,
        Kind::DateTime,
        Kind::TimeSpan,
        Kind::String,
        Kind::Bool,
    ];

    /// What is not dynamic: what rows are grouped, sorted and joined by.
    pub const PLAIN: &'static [Kind] = &[
        Kind::String,
        Kind::Long,
        Kind::Int,
        Kind::Real,
        Kind::Decimal,
        Kind::DateTime,
        Kind::TimeSpan,
        Kind::Bool,
        Kind::Guid,
    ];

    /// The name of the type in the language.
    pub fn type_name(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Long => "long",
            Kind::Real => "real",
            Kind::Decimal => "decimal",
            Kind::String => "string",
            Kind::DateTime => "datetime",
            Kind::TimeSpan => "timespan",
            Kind::Guid => "guid",
            Kind::Dynamic | Kind::Array | Kind::Bag | Kind::Single => "dynamic",
        }
    }

    /// The kind that a type's name in the language means.
    pub fn from_type_name(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.type_name() == name)
    }

    /// Whether it is one of the dynamic kinds.
    pub fn is_dynamic(self) -> bool {
        matches!(self, Kind::Dynamic | Kind::Array | Kind::Bag | Kind::Single)
    }

    /// Whether it is a number.
    pub fn is_number(self) -> bool {
        Kind::NUMBERS.contains(&self)
    }
}
