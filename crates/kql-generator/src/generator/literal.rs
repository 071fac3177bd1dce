//! Literals in every form.

use super::{Generator, Level, Piece};
use crate::kind::Kind;

/// Contents of strings, without quotes and backslashes.
const WORDS: &[&str] = &[
    "alice",
    "10.0.0.1",
    "a b",
    "",
    "Ünïcødé",
    "x,y;z",
    "// no comment",
    "a=1 b=2",
    "%41",
    "{\"k\":1}",
    "[1,2]",
    "日本",
    "powershell.exe",
    "2024-01-01",
    "42",
];

impl Generator {
    /// A literal of a kind.
    pub(super) fn literal(&mut self, kind: Kind) -> Piece {
        let text = match kind {
            Kind::Bool => {
                self.pick(&["true", "false", "True", "FALSE", "bool(true)", "bool(null)"]).to_owned()
            }
            Kind::Int => {
                self.pick(&["int(5)", "int(-2)", "int(null)", "int(0)", "int(2147483647)"]).to_owned()
            }
            Kind::Long => return self.long(),
            Kind::Real => return self.real(),
            Kind::Decimal => self
                .pick(&["decimal(1.5)", "decimal(null)", "decimal(-3)", "decimal(1e5)", "decimal(0.000001)"])
                .to_owned(),
            Kind::String => self.string(),
            Kind::DateTime => self
                .pick(&[
                    "datetime(2024-01-31)",
                    "datetime(2024-01-31T10:20:30Z)",
                    "datetime(2024-01-31 10:20:30.123)",
                    "datetime(2024-01-31 10:20)",
                    "datetime(null)",
                    "date(2024-02-29)",
                    "datetime(2024-01-31T10:20:30.1234567Z)",
                    "datetime('2024-01-31')",
                    "datetime(\"2024-01-31 10:20:30\")",
                ])
                .to_owned(),
            Kind::TimeSpan => return self.time_span(),
            Kind::Guid => self
                .pick(&[
                    "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)",
                    "guid(null)",
                    "guid('74be27de-1e4e-49d9-b579-fe0b331d3642')",
                ])
                .to_owned(),
            // Of `null` nothing is known.
            Kind::Dynamic => "dynamic(null)".to_owned(),
            Kind::Single => {
                let inner = self.json_single();
                format!("dynamic({inner})")
            }
            Kind::Array => {
                let inner = self.json_array(2);
                format!("dynamic({inner})")
            }
            Kind::Bag => {
                let inner = self.json_bag(2);
                format!("dynamic({inner})")
            }
        };
        Piece::operand(text)
    }

    fn long(&mut self) -> Piece {
        if self.chance(60) {
            return Piece::operand(self.rng.u32(0..200).to_string());
        }
        let text = self.pick(&[
            "long(5)",
            "long(null)",
            "long(-7)",
            "0x1F",
            "0xff",
            "long(0x10)",
            "9223372036854775807",
            "007",
        ]);
        match self.chance(15) {
            true => Piece { text: format!("-{}", self.rng.u32(1..50)), level: Level::Signed },
            false => Piece::operand(text),
        }
    }

    fn real(&mut self) -> Piece {
        let text = self.pick(&[
            "1.5",
            "0.0",
            "2.75",
            "1e5",
            "1.5e-3",
            "1E+2",
            "real(1.5)",
            "real(2)",
            "double(2.5)",
            "real(null)",
            "real(nan)",
            "real(+inf)",
            "real(-inf)",
            "real(-1.5)",
            "100.",
        ]);
        match self.chance(10) {
            true => Piece { text: "-0.5".to_owned(), level: Level::Signed },
            // A point at the end would meet what follows.
            false => Piece::operand(
                text.strip_suffix('.').map_or_else(|| text.to_owned(), |digits| format!("{digits}.0")),
            ),
        }
    }

    fn time_span(&mut self) -> Piece {
        let units = [
            "d",
            "day",
            "days",
            "h",
            "hr",
            "hrs",
            "hour",
            "hours",
            "m",
            "min",
            "minute",
            "minutes",
            "s",
            "sec",
            "second",
            "seconds",
            "ms",
            "milli",
            "millis",
            "millisecond",
            "milliseconds",
            "micro",
            "micros",
            "microsecond",
            "microseconds",
            "nano",
            "nanos",
            "nanosecond",
            "nanoseconds",
            "tick",
            "ticks",
        ];
        let number = self.pick(&["1", "2", "5", "1.5", "0", "30", "0.25"]);
        let unit = match self.chance(70) {
            true => self.pick(&["d", "h", "m", "s", "ms"]),
            false => self.pick(&units),
        };
        let others = [
            "time(1.02:03:04)",
            "timespan(1d)",
            "time(null)",
            "timespan(00:30:00)",
            "time(5h)",
            "timespan(1.5h)",
            "time(-1d)",
            "timespan(1:00)",
        ];
        match self.rng.u32(0..10) {
            0..=6 => Piece::operand(format!("{number}{unit}")),
            7 => Piece { text: format!("-{number}{unit}"), level: Level::Signed },
            _ => Piece::operand(self.pick(&others)),
        }
    }

    /// A string of any form.
    fn string(&mut self) -> String {
        let word = self.pick(WORDS);
        let plain = word.replace('"', "");
        match self.rng.u32(0..24) {
            0..=8 => format!("\"{plain}\""),
            9..=12 => format!("'{word}'"),
            13 => format!("@\"C:\\{plain}\\d\""),
            14 => format!("@'\\w+ \"\" {plain}'"),
            15 => self.pick(&["\"it's\"", "'say \"x\"'", "@\"a \"\"quoted\"\" b\"", "@'it''s'"]).to_owned(),
            16 => {
                self.pick(&["h\"secret\"", "h'secret'", "H\"secret\"", "h@\"c:\\x\"", "H@'c:\\x'"]).to_owned()
            }
            17 => format!("```{word}\n  second line\n```"),
            18 => self
                .pick(&["~~~one\n|two~~~", "```a```", "h```hidden\nlines```", "~~~it's \"so\"~~~"])
                .to_owned(),
            19 => self
                .pick(&[
                    r#""a\tb\n\r""#,
                    r#""\u00e9\u65e5""#,
                    r#""\x41\x7e""#,
                    r#""\101\60""#,
                    r#""\U0001F600""#,
                    r#""\\ \" \'""#,
                    r"'\' \\ \a\b\f\v'",
                    r#""\0""#,
                ])
                .to_owned(),
            20 => format!("\"a\" '{word}'"),
            21 => format!("\"{plain}\" @\"\\d\" 'c'"),
            _ => self.short_string(),
        }
    }

    /// A string that does not matter.
    pub(super) fn short_string(&mut self) -> String {
        self.pick(&["'x'", "\"y\"", "'abc'", "\"Admin\"", "'a.b'"]).to_owned()
    }

    /// A regular expression in quotes.
    pub(super) fn regex(&mut self) -> String {
        self.pick(&[
            r#"@"(\d+)\.(\w+)""#,
            "'[a-z]+'",
            r#""(a|b)c?""#,
            r#"@'^\s*(?P<n>[^:]+):'"#,
            r#"".*""#,
            r#"@"([\w-]+)@([\w.]+)""#,
            r#""(\\d{1,3})""#,
            "h'(x)(y)'",
        ])
        .to_owned()
    }

    fn json(&mut self, depth: u8) -> String {
        match self.rng.u32(0..10) {
            0..=2 => self.json_array(depth),
            3..=5 => self.json_bag(depth),
            _ => self.json_value(),
        }
    }

    fn json_value(&mut self) -> String {
        if self.chance(10) { "null".to_owned() } else { self.json_single() }
    }

    fn json_single(&mut self) -> String {
        self.pick(&[
            "1",
            "-2",
            "1.5",
            "\"text\"",
            "'text'",
            "true",
            "false",
            "datetime(2024-01-01)",
            "1d",
            "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)",
            "0x1f",
            "@'c:\\x'",
            "long(5)",
        ])
        .to_owned()
    }

    fn json_items(&mut self, depth: u8) -> Vec<String> {
        let count = self.rng.usize(0..4);
        (0..count).map(|_| if depth == 0 { self.json_value() } else { self.json(depth - 1) }).collect()
    }

    fn json_array(&mut self, depth: u8) -> String {
        if self.chance(40) {
            return self
                .pick(&["[1,2,3]", "['a', 'b']", "[]", "[1.5,2]", "[\"x\"]", "[true, false]"])
                .to_owned();
        }
        format!("[{}]", self.json_items(depth).join(", "))
    }

    fn json_bag(&mut self, depth: u8) -> String {
        let items = self.json_items(depth);
        let keys = ["\"a\"", "'b'", "\"two words\"", "@'c'"];
        let pairs = items.iter().zip(keys).map(|(item, key)| format!("{key}: {item}"));
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
    }
}
