//! Expressions: what has a value, tables among them.

use super::{Column, ExpressionId, Name, OperatorId, Parameter, Property, TokenRange};

/// An expression and its tokens.
#[derive(Debug, Clone)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Its tokens.
    pub tokens: TokenRange,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub enum ExpressionKind {
    /// An expression that should stand here and does not.
    Missing,
    /// A literal value. Strings side by side are one literal.
    Literal(LiteralKind),
    /// A name that refers to something.
    Name(Name),
    /// `*`
    Star,
    /// A name with stars in it: `Device*`.
    Wildcard,
    /// `(…)`
    Parenthesised(ExpressionId),
    /// `base.member`; the member is a name, a call, a wildcard, or a bracketed expression (`a.['b']`).
    Path {
        /// What the member belongs to.
        base: ExpressionId,
        /// The member.
        member: ExpressionId,
    },
    /// `base[index]`
    Element {
        /// What is indexed.
        base: ExpressionId,
        /// The index or key.
        index: ExpressionId,
    },
    /// `name(arguments)`
    Call {
        /// The function.
        name: Name,
        /// The arguments: expressions, named expressions, stars.
        arguments: Vec<ExpressionId>,
    },
    /// `-a`, `+a`
    Unary {
        /// The sign.
        operator: UnaryOperator,
        /// What it stands before.
        operand: ExpressionId,
    },
    /// `a op b`. A chain of the same operator nests to the left; walk it in a loop.
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// The left operand.
        left: ExpressionId,
        /// The right operand.
        right: ExpressionId,
    },
    /// `a in (…)`, `a has_any (…)` and their like.
    In {
        /// The operator.
        operator: BinaryOperator,
        /// What is looked for.
        left: ExpressionId,
        /// Where: values, or one table.
        list: Vec<ExpressionId>,
    },
    /// `a between (low .. high)`
    Between {
        /// Whether it is `!between`.
        negated: bool,
        /// What is compared.
        value: ExpressionId,
        /// The lower bound, inclusive.
        low: ExpressionId,
        /// The upper bound, inclusive.
        high: ExpressionId,
    },
    /// `name = value`, `(a, b) = value`
    Named {
        /// The names.
        names: Vec<Name>,
        /// The value.
        value: ExpressionId,
    },
    /// A leading operator (`union`, `print`, `range`, …) as an expression.
    Operator(OperatorId),
    /// A pipeline: a source and the stages behind it, at least one.
    Pipe {
        /// Where the rows come from.
        source: ExpressionId,
        /// What is done with them, in order.
        stages: Vec<OperatorId>,
    },
    /// Operators without a source, as in `mv-apply … on (…)`: the rows come from around.
    Stages(Vec<OperatorId>),
    /// `toscalar(…)`
    ToScalar(ExpressionId),
    /// `totable(…)`
    ToTable(ExpressionId),
    /// `materialize(…)`
    Materialize(ExpressionId),
    /// `datatable (…) […]`
    DataTable {
        /// The columns.
        columns: Vec<Column>,
        /// The values, row by row.
        values: Vec<ExpressionId>,
    },
    /// `externaldata (…) […] with (…)`
    ExternalData {
        /// The columns.
        columns: Vec<Column>,
        /// Where the data lies.
        sources: Vec<ExpressionId>,
        /// What the `with` says.
        properties: Vec<Property>,
    },
    /// `__contextual_datatable`, which only programs write.
    ContextualDataTable {
        /// The columns.
        columns: Vec<Column>,
    },
    /// `dynamic(…)`
    Dynamic(ExpressionId),
    /// `{…}` in `dynamic(…)`
    JsonObject(Vec<JsonPair>),
    /// `[…]` in `dynamic(…)`
    JsonArray(Vec<ExpressionId>),
    /// `null`, in `dynamic(…)` and as a bare word that no name declares.
    JsonNull,
    /// `typeof(…)`
    TypeOf(Vec<Column>),
    /// `entity_group […]`
    EntityGroup(Vec<ExpressionId>),
    /// `materialized-view-combine (…) base (…) delta (…) aggregations (…)`
    ViewCombine {
        /// The rows that the view holds.
        base: ExpressionId,
        /// The rows that came since.
        delta: ExpressionId,
        /// The aggregations.
        aggregations: ExpressionId,
    },
    /// `expression : parameters` of an expression with a data scope (`T datascope=hotcache`).
    DataScope {
        /// The table.
        base: ExpressionId,
        /// The scope.
        scope: Parameter,
    },
}

/// `"name": value` in a JSON object.
#[derive(Debug, Clone, Copy)]
pub struct JsonPair {
    /// The key's string tokens.
    pub key: TokenRange,
    /// The value.
    pub value: ExpressionId,
}

/// The kinds of literals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the language's types")]
pub enum LiteralKind {
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    String,
    DateTime,
    TimeSpan,
    Guid,
}

/// A sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum UnaryOperator {
    Minus,
    Plus,
}

macro_rules! binary_operators {
    ($($name:ident = $text:literal, $level:ident;)+) => {
        /// An operator with two sides.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are the language's words")]
        pub enum BinaryOperator {
            $($name,)+
        }

        impl BinaryOperator {
            /// The operator as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(BinaryOperator::$name => $text,)+ }
            }

            /// The operator that is written so.
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(BinaryOperator::$name),)+ _ => None }
            }

            pub(crate) fn level(self) -> Level {
                match self { $(BinaryOperator::$name => Level::$level,)+ }
            }
        }
    };
}

/// How tightly operators bind, loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Or,
    And,
    Equality,
    Relational,
    Additive,
    Multiplicative,
    Text,
    /// Past every operator.
    Operand,
}

impl Level {
    /// The level that binds more tightly.
    pub(crate) fn tighter(self) -> Level {
        match self {
            Level::Or => Level::And,
            Level::And => Level::Equality,
            Level::Equality => Level::Relational,
            Level::Relational => Level::Additive,
            Level::Additive => Level::Multiplicative,
            Level::Multiplicative => Level::Text,
            Level::Text | Level::Operand => Level::Operand,
        }
    }

    /// The level that binds less tightly.
    pub(crate) fn looser(self) -> Level {
        match self {
            Level::Or | Level::And => Level::Or,
            Level::Equality => Level::And,
            Level::Relational => Level::Equality,
            Level::Additive => Level::Relational,
            Level::Multiplicative => Level::Additive,
            Level::Text => Level::Multiplicative,
            Level::Operand => Level::Text,
        }
    }

    /// Whether operators of this level may follow one another: `a + b - c`, but not `a == b == c`.
    pub(crate) fn chains(self) -> bool {
        matches!(self, Level::Or | Level::And | Level::Additive | Level::Multiplicative)
    }
}

binary_operators! {
    Or = "or", Or;
    And = "and", And;
    Equal = "==", Equality;
    NotEqual = "!=", Equality;
    LessGreater = "<>", Equality;
    In = "in", Equality;
    NotIn = "!in", Equality;
    InCi = "in~", Equality;
    NotInCi = "!in~", Equality;
    HasAny = "has_any", Equality;
    HasAll = "has_all", Equality;
    Between = "between", Equality;
    NotBetween = "!between", Equality;
    Less = "<", Relational;
    LessEqual = "<=", Relational;
    Greater = ">", Relational;
    GreaterEqual = ">=", Relational;
    Add = "+", Additive;
    Subtract = "-", Additive;
    Multiply = "*", Multiplicative;
    Divide = "/", Multiplicative;
    Modulo = "%", Multiplicative;
    EqualTilde = "=~", Text;
    NotTilde = "!~", Text;
    Has = "has", Text;
    NotHas = "!has", Text;
    HasCs = "has_cs", Text;
    NotHasCs = "!has_cs", Text;
    HasPrefix = "hasprefix", Text;
    NotHasPrefix = "!hasprefix", Text;
    HasPrefixCs = "hasprefix_cs", Text;
    NotHasPrefixCs = "!hasprefix_cs", Text;
    HasSuffix = "hassuffix", Text;
    NotHasSuffix = "!hassuffix", Text;
    HasSuffixCs = "hassuffix_cs", Text;
    NotHasSuffixCs = "!hassuffix_cs", Text;
    Like = "like", Text;
    NotLike = "notlike", Text;
    LikeCs = "likecs", Text;
    NotLikeCs = "notlikecs", Text;
    Contains = "contains", Text;
    NotContainsWord = "notcontains", Text;
    ContainsCsWord = "containscs", Text;
    NotContainsCsWord = "notcontainscs", Text;
    NotContains = "!contains", Text;
    ContainsCs = "contains_cs", Text;
    NotContainsCs = "!contains_cs", Text;
    StartsWith = "startswith", Text;
    NotStartsWith = "!startswith", Text;
    StartsWithCs = "startswith_cs", Text;
    NotStartsWithCs = "!startswith_cs", Text;
    EndsWith = "endswith", Text;
    NotEndsWith = "!endswith", Text;
    EndsWithCs = "endswith_cs", Text;
    NotEndsWithCs = "!endswith_cs", Text;
    MatchesRegex = "matches regex", Text;
    Colon = ":", Text;
}
