//! Expressions of a wanted type.

use super::{DEPTH, Generator, Level, Piece};
use crate::kind::Kind;
use crate::slip::Slip;

impl Generator {
    /// An expression of a kind, in brackets where it is more than one operand and `level` is tighter.
    pub(super) fn value_within(&mut self, kind: Kind, depth: u8, level: Level) -> String {
        self.value(kind, depth).within(level)
    }

    /// An expression of a kind as it stands in a list.
    pub(super) fn listed(&mut self, kind: Kind) -> String {
        self.value(kind, DEPTH).text
    }

    /// An expression of a kind.
    pub(super) fn value(&mut self, kind: Kind, depth: u8) -> Piece {
        if depth == 0 {
            return self.leaf(kind);
        }
        match self.rng.u32(0..100) {
            0..=24 => self.leaf(kind),
            25..=54 => self.computed(kind, depth - 1),
            55..=59 => {
                let inner = self.value(kind, depth - 1).text;
                Piece::operand(format!("({inner})"))
            }
            60..=62 if self.nesting < super::NESTING => self.scalar_of_table(kind),
            63..=66 => match self.called_function(kind, depth - 1) {
                Some(text) => Piece::operand(text),
                None => self.leaf(kind),
            },
            _ => match self.builtin_call(kind, depth - 1) {
                Some(text) => Piece::operand(text),
                None => self.leaf(kind),
            },
        }
    }

    /// A column, a bound value or a literal.
    pub(super) fn leaf(&mut self, kind: Kind) -> Piece {
        let kind = match self.slips(Slip::OtherType) {
            true => self.other_kind(kind),
            false => kind,
        };
        let choice = self.rng.u32(0..100);
        if choice < 60 {
            // What may hold anything may hold this.
            let kinds: &[Kind] =
                if matches!(kind, Kind::Array | Kind::Bag) { &[kind, Kind::Dynamic] } else { &[kind] };
            if let Some((name, _)) = self.column_of(kinds) {
                return Piece::operand(name);
            }
        }
        if choice < 75 {
            let fitting: Vec<String> = self
                .values
                .iter()
                .filter(|value| value.kind == kind)
                .map(|value| value.name.clone())
                .collect();
            if !fitting.is_empty() {
                let at = self.rng.usize(0..fitting.len());
                return Piece::operand(fitting[at].clone());
            }
        }
        self.literal(kind)
    }

    /// A kind that does not go where `kind` is wanted.
    pub(super) fn other_kind(&mut self, kind: Kind) -> Kind {
        let others = match kind {
            Kind::String => &[Kind::Long, Kind::DateTime, Kind::Bool, Kind::Guid, Kind::Bag][..],
            Kind::Bool => &[Kind::String, Kind::DateTime, Kind::TimeSpan, Kind::Guid],
            Kind::DateTime => &[Kind::String, Kind::Bool, Kind::Guid, Kind::Long],
            Kind::TimeSpan => &[Kind::String, Kind::Bool, Kind::Guid, Kind::Long],
            Kind::Array => &[Kind::Bag, Kind::Single, Kind::String, Kind::Long],
            Kind::Bag => &[Kind::Array, Kind::Single, Kind::String, Kind::Long],
            _ => &[Kind::String, Kind::Bool, Kind::DateTime, Kind::Guid, Kind::Array],
        };
        self.pick(others)
    }

    /// What operators make.
    fn computed(&mut self, kind: Kind, depth: u8) -> Piece {
        match kind {
            Kind::Bool => self.condition(depth),
            Kind::Long => {
                let kinds = self.pick(&[
                    (Kind::Long, Kind::Long),
                    (Kind::Int, Kind::Long),
                    (Kind::Long, Kind::Int),
                    (Kind::Int, Kind::Int),
                ]);
                self.arithmetic(kinds, &["+", "-", "*", "/", "%"], depth)
            }
            Kind::Real => {
                let kinds =
                    self.pick(&[(Kind::Real, Kind::Real), (Kind::Real, Kind::Long), (Kind::Int, Kind::Real)]);
                match self.rng.u32(0..5) {
                    0 => self.arithmetic((Kind::TimeSpan, Kind::TimeSpan), &["/"], depth),
                    _ => self.arithmetic(kinds, &["+", "-", "*", "/", "%"], depth),
                }
            }
            Kind::Decimal => {
                let kinds = self.pick(&[
                    (Kind::Decimal, Kind::Decimal),
                    (Kind::Decimal, Kind::Long),
                    (Kind::Int, Kind::Decimal),
                ]);
                self.arithmetic(kinds, &["+", "-", "*", "/", "%"], depth)
            }
            Kind::DateTime => match self.rng.u32(0..3) {
                0 => self.arithmetic((Kind::TimeSpan, Kind::DateTime), &["+"], depth),
                _ => self.arithmetic((Kind::DateTime, Kind::TimeSpan), &["+", "-"], depth),
            },
            Kind::TimeSpan => match self.rng.u32(0..5) {
                0 => self.arithmetic((Kind::DateTime, Kind::DateTime), &["-"], depth),
                1 => self.arithmetic((Kind::TimeSpan, Kind::Long), &["*", "/"], depth),
                2 => self.arithmetic((Kind::Real, Kind::TimeSpan), &["*"], depth),
                3 => self.signed(Kind::TimeSpan, depth),
                _ => self.arithmetic((Kind::TimeSpan, Kind::TimeSpan), &["+", "-", "%"], depth),
            },
            Kind::Dynamic => self.element(depth),
            _ => self.leaf(kind),
        }
    }

    fn signed(&mut self, kind: Kind, depth: u8) -> Piece {
        let operand = self.value_within(kind, depth, Level::Operand);
        let sign = self.pick(&["-", "+"]);
        Piece { text: format!("{sign}{operand}"), level: Level::Signed }
    }

    fn arithmetic(&mut self, (one, other): (Kind, Kind), operators: &[&str], depth: u8) -> Piece {
        if one == other && one.is_number() && self.chance(8) {
            return self.signed(one, depth);
        }
        let operator = self.pick(operators);
        let (level, right) = match operator {
            "+" | "-" => (Level::Additive, Level::Multiplicative),
            _ => (Level::Multiplicative, Level::Text),
        };
        // Only a value holds together on the right what is of its own level.
        let left = self.value_within(one, depth, level);
        let right = self.value_within(other, depth, right);
        Piece { text: format!("{left} {operator} {right}"), level }
    }

    /// An element of a dynamic value: by a name, a number or a text.
    fn element(&mut self, depth: u8) -> Piece {
        let base = match self.column_of(&[Kind::Dynamic]) {
            Some((name, _)) => name,
            None => "parse_json('{}')".to_owned(),
        };
        let steps = self.up_to(3);
        let mut text = base;
        for _ in 0..steps {
            text = match self.rng.u32(0..7) {
                0 => format!("{text}[{}]", self.rng.u32(0..3)),
                1 => format!("{text}[-1]"),
                2 => format!("{text}['two words']"),
                3 => format!("{text}[\"key\"]"),
                4 => format!("{text}.['a.b']"),
                5 if depth > 0 => {
                    let index = self.pick(&[Kind::Long, Kind::String, Kind::Int]);
                    let index = self.value(index, depth.min(1)).text;
                    format!("{text}[{index}]")
                }
                _ => format!("{text}.{}", self.pick(&["a", "Name", "b_c", "kind", "value"])),
            };
        }
        Piece::operand(text)
    }

    /// `toscalar(…)` of a table with one column of that kind first.
    fn scalar_of_table(&mut self, kind: Kind) -> Piece {
        let table = self.nested(|generator| {
            let (source, scope) = generator.source();
            let (text, _) = generator.with_scope(scope, |generator| {
                let value = generator.value(kind, 1).text;
                let name = generator.fresh();
                match generator.rng.u32(0..3) {
                    0 => format!("{source} | project {name} = {value}"),
                    1 => format!("{source} | summarize {name} = take_any({value})"),
                    _ => format!("{source} | project {name} = {value} | take 1"),
                }
            });
            text
        });
        let kind = self.perhaps(5, " kind=nooptimization ");
        Piece::operand(format!("toscalar{kind}({table})"))
    }

    /// A constant of a kind: a literal, a bound literal, or a call that is worked out beforehand.
    pub(super) fn constant(&mut self, kind: Kind) -> Piece {
        let fitting: Vec<String> = self
            .values
            .iter()
            .filter(|value| value.kind == kind && value.constant)
            .map(|value| value.name.clone())
            .collect();
        match self.rng.u32(0..10) {
            0..=1 if !fitting.is_empty() => {
                let at = self.rng.usize(0..fitting.len());
                Piece::operand(fitting[at].clone())
            }
            2 if kind == Kind::DateTime => Piece::operand("now()"),
            3 | 4 if kind == Kind::DateTime => {
                let span = self.time_span_text();
                Piece::operand(format!("ago({span})"))
            }
            _ => self.literal(kind),
        }
    }

    /// A span of time that is not negative.
    pub(super) fn time_span_text(&mut self) -> String {
        self.pick(&["1d", "7d", "1h", "30m", "90s", "time(1.00:00:00)"]).to_owned()
    }
}
