//! Operators that take texts apart: parse, parse-where, parse-kv.

use crate::generator::Generator;
use crate::kind::Kind;

impl Generator {
    /// The text that is taken apart.
    fn parsed_text(&mut self) -> String {
        match self.column_of(&[Kind::String]) {
            Some((column, _)) if self.chance(80) => column,
            _ => self.value(Kind::String, 1).text,
        }
    }

    pub(super) fn parse(&mut self) -> String {
        let word = self.pick(&["parse", "parse", "parse-where"]);
        let kind = self.pick(&["", "", "kind=simple ", "kind=relaxed ", "kind=regex "]);
        let flags = match kind == "kind=regex " {
            true => self.perhaps(40, self_flags(self.names)),
            false => String::new(),
        };
        let text = self.parsed_text();
        let count = self.up_to(3);
        let mut parts = Vec::new();
        if self.chance(40) {
            parts.push("*".to_owned());
        }
        for at in 0..count {
            if at > 0 || !parts.is_empty() || self.chance(60) {
                parts.push(match kind == "kind=regex " {
                    true => self.pick(&["'a+='", "@'\\s*:'", "\"(x|y)=\""]).to_owned(),
                    false => self.pick(&["'a='", "\"; b: \"", "@'\\'", "' '", "\"x\" \"y\""]).to_owned(),
                });
            }
            let (name, kind) = (self.new_column(), self.pick(Kind::ALL));
            let is_taken = |part: &String| {
                part.split(':').next() == Some(name.as_str()) || part.contains(&format!("'{name}'"))
            };
            let name = if parts.iter().any(is_taken) { self.fresh() } else { name };
            let typed = if self.chance(50) { Some(kind) } else { None };
            let declared = self.declared(&name);
            parts.push(match typed {
                Some(kind) => format!("{declared}:{}", kind.type_name()),
                None => declared,
            });
            // Without a type a column that is there keeps its own.
            let before = self.scope.find(&name).map(|column| column.kind);
            let kind = typed.or(before).unwrap_or(Kind::String);
            self.scope.set(&name, Some(if kind.is_dynamic() { Kind::Dynamic } else { kind }));
        }
        match self.rng.u32(0..3) {
            0 => parts.push("'end' *".to_owned()),
            1 => parts.push("'end'".to_owned()),
            _ => {}
        }
        format!("{word} {kind}{flags}{text} with {}", parts.join(" "))
    }

    pub(super) fn parse_kv(&mut self) -> String {
        let text = self.parsed_text();
        let (declared, columns) = self.declared_columns(3);
        for column in columns {
            self.scope.set(&column.name, Some(column.kind));
        }
        let with = self.pick(&[
            "",
            " with (pair_delimiter=';', kv_delimiter='=')",
            " with (pair_delimiter=\" \", kv_delimiter=\":\", quote='\"')",
            " with (pair_delimiter=',', kv_delimiter='=', quote=\"'\", escape='\\\\')",
            " with (pair_delimiter=' ', kv_delimiter='=', greedy=true)",
            " with (regex=@'(\\w+)=(\\w+)')",
        ]);
        format!("parse-kv {text} as ({declared}){with}")
    }
}

/// Flags of a regular expression.
fn self_flags(turn: u32) -> &'static str {
    if turn.is_multiple_of(2) { "flags=Ui " } else { "flags=i " }
}
