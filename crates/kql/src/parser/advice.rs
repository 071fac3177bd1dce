//! What to do about something that stands where it does not belong.

use super::Parser;
use super::operator::OPERATORS;
use crate::habits;
use crate::token::TokenKind;

const GENERAL: &str = "a stage ends with `|`, a statement with `;`, and values are parted by `,`";

impl Parser<'_> {
    fn kind_before(&self) -> TokenKind {
        let before = self.at.checked_sub(1).and_then(|before| self.significant.get(before));
        before.map_or(TokenKind::End, |index| self.tree.tokens[*index as usize].kind)
    }

    fn text_before(&self, back: usize) -> &str {
        let before = self.at.checked_sub(back).and_then(|before| self.significant.get(before));
        before.map_or("", |index| self.tree.tokens[*index as usize].text(&self.tree.source))
    }

    /// What to say of the token here, which stands behind something that is whole.
    pub(super) fn advice_unexpected(&self) -> String {
        let text = self.text();
        let before = self.kind_before();
        if matches!(before, TokenKind::Long | TokenKind::Real) && habits::is_time_unit(text) {
            let unit = text.chars().next().unwrap_or('d').to_ascii_lowercase();
            return match unit {
                'w' => "a timespan is one word, and weeks are days: 7d".to_owned(),
                _ => format!("a timespan is one word: {}{unit}", self.text_before(1)),
            };
        }
        match text {
            "not" => {
                let next = self.text_at(1);
                let negated = format!("!{}", next.to_ascii_lowercase());
                if crate::tree::BinaryOperator::from_text(&negated).is_some() {
                    return format!("it is one word: `{negated}`");
                }
            }
            "=" if self.text_before(2) == "," || matches!(self.text_before(2), ";" | "") => {
                return "a value is named with `let` in front: let name = …;".to_owned();
            }
            ">" if self.text_before(1) == "-" => {
                return "a property stands behind a point: A.b".to_owned();
            }
            _ => {}
        }
        // `not x` is a function without its brackets, and so is every other.
        let callee = self.text_before(1);
        if before == TokenKind::Identifier && callee.eq_ignore_ascii_case("not") {
            return "negation is a function: not(…)".to_owned();
        }
        if self.is_doubled() && self.is(TokenKind::Identifier) {
            return self.advice_doubled();
        }
        if text == "," && OPERATORS.contains(&self.text_at(1)) {
            return "a stage is joined with `|`, not with `,`".to_owned();
        }
        if self.open > 0 && self.is_torn() && matches!(text, "on" | "by" | "with") {
            return "a bracket before it is not closed".to_owned();
        }
        if before == TokenKind::Identifier && callee == "distinct" {
            return "distinct values are counted with dcount(…)".to_owned();
        }
        if let Some(advice) = habits::infix(text) {
            return advice;
        }
        let is_value =
            matches!(self.kind(), TokenKind::Identifier | TokenKind::OpenParen) || self.kind().is_literal();
        let behind_value = before == TokenKind::Identifier
            || before == TokenKind::CloseParen
            || before == TokenKind::CloseBracket
            || before.is_literal();
        match text {
            ")" | "]" | "}" => "take it away, or write the bracket that it closes".to_owned(),
            "{" if before == TokenKind::CloseParen => {
                "a function's parameters have types: (x:long, y:string) { … }".to_owned()
            }
            ";" => "values are parted by `,`; `;` ends a statement".to_owned(),
            _ if is_value && behind_value && self.is_statement_word() => GENERAL.to_owned(),
            _ if is_value && behind_value => "a `,`, an operator or `|` is missing before it".to_owned(),
            _ => GENERAL.to_owned(),
        }
    }

    /// Whether two words stand at the beginning of a statement, as in another language.
    fn is_statement_word(&self) -> bool {
        matches!(self.text_before(2), "" | ";")
    }

    /// What to say of something that stands before the bracket `sign`, which is there further on or is missing.
    pub(super) fn advice_inside(&self, sign: char, is_there: bool) -> String {
        if !is_there {
            return format!("a `{sign}` is missing here, or a bracket before it is one too many");
        }
        match self.text() {
            "|" => "stages stand in brackets of their own; conditions are joined with `or`".to_owned(),
            ";" => "values are parted by `,`; `;` ends a statement".to_owned(),
            "by" | "on" | "with" => format!("close the bracket before it: `{sign}`"),
            "as" => "a new name stands before its value, Name = value; types are converted with tostring(…) and its like"
                .to_owned(),
            ")" | "]" | "}" => format!("the bracket before it is closed with `{sign}`"),
            "," => "brackets around a value hold one value; a list stands without them, or in the brackets of a call".to_owned(),
            _ => match self.advice_unexpected() {
                general if general == GENERAL => "values are parted by `,`, and joined by an operator".to_owned(),
                other => other,
            },
        }
    }

    /// What to say where an expression has to stand and does not.
    pub(super) fn advice_missing(&self) -> Option<String> {
        let (text, before) = (self.text(), self.text_before(1));
        let compares = matches!(
            text,
            "==" | "!="
                | "<"
                | "<="
                | ">"
                | ">="
                | "=~"
                | "!~"
                | "<>"
                | "has"
                | "contains"
                | "startswith"
                | "endswith"
                | "in"
        );
        Some(match text {
            _ if self.is_doubled() && self.is(TokenKind::Identifier) => self.advice_doubled(),
            "[" if self.is_torn() => "stages and conditions stand between `(` and `)`".to_owned(),
            "=" if before == "==" => "values are compared with `==`".to_owned(),
            "=" if before == ":" => "a value is assigned with `=`".to_owned(),
            "=" if matches!(before, "+" | "-" | "*" | "/") => format!("write it out: A = A {before} …"),
            "=" if before == "!" => "values that differ are found with `!=`".to_owned(),
            "=" if before == "," || OPERATORS.contains(&before) || before == "by" => {
                "a name is missing before it".to_owned()
            }
            "!" if before == "=" => "values that differ are found with `!=`".to_owned(),
            "<" | ">" if before == "=" => format!("the operator is `{text}=`"),
            ">" if before == "-" => "a property stands behind a point: A.b".to_owned(),
            "!" => "negation is a function: not(…)".to_owned(),
            "[" => "an array is written dynamic([…]); of columns it is made with pack_array(…)".to_owned(),
            "{" => "a bag is written dynamic({…}); of columns it is made with bag_pack(…)".to_owned(),
            "-" if before == "-" => "a comment begins with `//`".to_owned(),
            "/" | "*" if before == "/" || self.text_at(1) == "*" => "a comment begins with `//`".to_owned(),
            "*" => "`project` names each column; `extend` keeps all of them".to_owned(),
            _ if compares && matches!(before, "and" | "or") => {
                format!("each side of `{before}` is a whole condition: name the column again")
            }
            "," | ")" | "]" | "}" | "|" | "" | ";" if before == "," => {
                "a `,` before it is one too many".to_owned()
            }
            "by" if matches!(before, "top" | "top-hitters" | "top-nested") => {
                format!("a number stands before it: {before} 10 by A")
            }
            "by" | "on" if before == "," => "take away the `,` before it".to_owned(),
            _ if self.is(TokenKind::Identifier) && super::name::is_keyword(text) => {
                if crate::tree::BinaryOperator::from_text(text).is_some()
                    || matches!(text, "by" | "on" | "to" | "of" | "with" | "as" | "in")
                {
                    format!("something is missing before `{text}`")
                } else if before == ":" || self.text_at(1) == ":" {
                    "a name and its type stand in the brackets of a declaration: (name:string)".to_owned()
                } else if super::name::is_type(text) && before == "(" {
                    "a value is converted with a function: tostring(…), toint(…), todatetime(…)".to_owned()
                } else if super::name::is_type(text) {
                    format!(
                        "a column has the type of its value: Name = to{text}(…); a column of that name is written ['{text}']"
                    )
                } else {
                    format!("a column of that name is written ['{text}']")
                }
            }
            "," | ")" | "]" | "}" | "|" | ";" | ""
                if !before.is_empty() && !matches!(before, "|" | "(" | "[") =>
            {
                format!("something is missing behind `{before}`")
            }
            _ if self.is_doubled() => self.advice_doubled(),
            _ if !before.is_empty() && !text.is_empty() => format!("a value is missing before `{text}`"),
            _ => return None,
        })
    }

    /// What to say where `what` has to stand.
    pub(super) fn advice_expected(&self, what: &str) -> Option<String> {
        if what.starts_with("`..`") {
            return Some("bounds are written (low .. high)".to_owned());
        }
        if what.contains("bounds") {
            return Some("write it so: between (1 .. 5)".to_owned());
        }
        match (what, self.text_before(1), self.text()) {
            ("`=`", _, ":") => Some("a value is assigned with `=`".to_owned()),
            ("`=`", _, "(") => Some("a function is written so: let f = (x:long) { x + 1 };".to_owned()),
            ("`=`", _, "==") => Some("`let` takes one `=`".to_owned()),
            ("`typeof`", _, text) if super::name::is_type(text) => {
                Some(format!("write it so: to typeof({text})"))
            }
            ("`:` and a type", ..) => Some("write it so: Name:string".to_owned()),
            ("`[` and values", ..) => Some("write it so: datatable (Name:string) [\"x\"]".to_owned()),
            ("`(`", ..) => Some("parameters stand in brackets: (name:string, least:long)".to_owned()),
            ("`=`", "let", _) => Some("a name is bound so: let name = value;".to_owned()),
            ("`=`", ..) => Some("a name is bound so: name = value".to_owned()),
            ("a key in quotes", ..) => Some("write it so: dynamic({\"name\": 1})".to_owned()),
            ("a column", _, "(") => Some("columns stand there without brackets: A, B".to_owned()),
            ("a name", ".", text)
                if text.starts_with(|first: char| first.is_ascii_alphabetic())
                    && crate::tree::BinaryOperator::from_text(text).is_some() =>
            {
                Some(format!("`{text}` is an operator: Column {text} …"))
            }
            ("a name", ".", _) => {
                Some("the name of a property stands behind a point: A.b, A[\"b c\"]".to_owned())
            }
            _ if what.ends_with("operators") => Some("write it so: (where A == 1 | take 1)".to_owned()),
            _ if what.ends_with("arguments") => {
                let function = self.text_before(1);
                Some(format!("arguments stand in brackets: {function}(…)"))
            }
            ("`(` and columns", ..) => Some("write it so: (Name:string, Port:long)".to_owned()),
            ("`=` and a value", ..) => Some("write it so: with (name=value)".to_owned()),
            _ if what.contains("function's body") => {
                Some("a function's body stands in braces: (x:long) { x + 1 }".to_owned())
            }
            _ if self.is_doubled() => Some(self.advice_doubled()),
            _ => example(self.operator_word).map(|example| format!("write it so: {example}")),
        }
    }

    /// Whether the word or sign before stands here again.
    fn is_doubled(&self) -> bool {
        !self.is(TokenKind::End) && self.text() == self.text_before(1)
    }

    fn advice_doubled(&self) -> String {
        format!("`{}` stands twice", self.text())
    }

    /// Whether the brackets of this statement do not fit.
    fn is_torn(&self) -> bool {
        let at = self.at as u32;
        self.brackets.torn.iter().any(|torn| torn.first <= at && at <= torn.last)
    }

    /// What to say of a word that stands where an operator has to.
    pub(super) fn advice_operator(&self, word: &str) -> Option<String> {
        if let Some(advice) = habits::operator(word) {
            return Some(advice.to_owned());
        }
        let known = OPERATORS.iter().copied().filter(|known| !known.starts_with('_'));
        crate::nearest::nearest(word, known).map(|known| format!("did you mean `{known}`?"))
    }
}

/// How an operator is written that needs more than a list.
fn example(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "evaluate" => "evaluate bag_unpack(A)",
        "facet" => "facet by A, B",
        "find" => "find in (T, U) where A == 1 project A, B",
        "fork" => "fork (where A == 1) (summarize count() by A)",
        "graph-match" => "graph-match (a)-[e]->(b) where a.Name == \"x\" project b.Name",
        "invoke" => "invoke f(1)",
        "lookup" => "lookup kind=leftouter (T) on A",
        "make-graph" => "make-graph A --> B with T on C",
        "make-series" => "make-series count() on Time from ago(1d) to now() step 1h by A",
        "mv-apply" | "mvapply" => "mv-apply B = A to typeof(string) on (where B != \"\")",
        "mv-expand" | "mvexpand" => "mv-expand B = A to typeof(string)",
        "parse" | "parse-where" => "parse A with * \"text\" B:long",
        "parse-kv" => "parse-kv A as (b:string) with (pair_delimiter=\";\", kv_delimiter=\"=\")",
        "partition" => "partition by A (top 1 by B)",
        "range" => "range x from 1 to 10 step 1",
        "reduce" => "reduce by A with threshold=0.1",
        "render" => "render timechart with (title=\"x\")",
        "sample-distinct" => "sample-distinct 5 of A",
        "scan" => "scan with (step s1: A > 1; step s2: A > s1.A;)",
        "search" => "search in (T, U) \"text\"",
        "order" | "sort" => "sort by A desc nulls last",
        "top" => "top 10 by A desc",
        "top-hitters" => "top-hitters 5 of A by B",
        "top-nested" => "top-nested 3 of A by count()",
        _ => return None,
    })
}
