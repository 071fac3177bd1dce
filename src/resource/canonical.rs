//! One form for resources that mean the same.
//!
//! A body that we would send and the body that the service answers differ in many ways that mean nothing: defaults
//! left out or filled in, `PT24H` for `P1D`, null for absent, the order of a set, fields that the service owns. Two
//! resources mean the same exactly when their canonical forms are equal. Every field that is not known to be the
//! service's own counts, known to us or not.
//!
//! This is version 1 of the form; golden hashes in the tests freeze it. It is made in these steps, which take any JSON
//! and leave a canonical form as it is:
//!
//! 1. Nulls, empty texts, empty lists and empty objects go, at any depth, from the inside out. Whole numbers are
//!    integers.
//! 2. Members get their names, then those that do not count go (of every kind the service's own of the envelope), and
//!    texts and durations are rewritten.
//! 3. What became empty goes, as in step 1.
//! 4. Defaults take the place of what is absent, with the objects that they are in.
//! 5. The members of each object are sorted by name, and then the lists that are sets by the JSON text of what is in
//!    them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Duration, Kind};

/// The version of the canonical form, which every hash of it includes.
pub const CANONICAL_VERSION: u32 = 1;

/// Fields of the envelope that the service owns.
const ENVELOPE: &[Rule] = &[
    Rule::Ignored("id"),
    Rule::Ignored("name"),
    Rule::Ignored("type"),
    Rule::Ignored("etag"),
    Rule::Ignored("systemData"),
];

/// What is done to a member of a resource. A path is the names of members from the outside in, set apart by periods; `[]`
/// after a name stands for each thing in its list.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// Member names are the same whatever the case of their first letter, everywhere in the resource.
    FirstLetterIgnoresCase,
    /// It does not count: the service owns it, or it repeats something else.
    Ignored(&'static str),
    /// A text of several lines: each ends with LF, and what is blank at the end does not count.
    Text(&'static str),
    /// A duration, in the form of [`Duration`]. What is not one stays as it is.
    Duration(&'static str),
    /// What the service assumes where nothing is said.
    Default(&'static str, Constant),
    /// A list whose order means nothing. A list inside of it comes first in the kind's rules.
    Set(&'static str),
}

/// The value of a default.
#[derive(Debug, Clone, Copy)]
pub enum Constant {
    /// A text.
    Text(&'static str),
    /// A flag.
    Flag(bool),
    /// A number.
    Number(i64),
}

impl Constant {
    fn value(self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Flag(flag) => json!(flag),
            Self::Number(number) => json!(number),
        }
    }
}

impl Kind {
    /// The canonical form of a body of this kind, rows left out. Takes any JSON.
    pub fn canonical(self, body: Value) -> Value {
        let rules = self.definition().canonical;
        let mut body = body;
        prune(&mut body);
        if rules.iter().any(|rule| matches!(rule, Rule::FirstLetterIgnoresCase)) {
            lower_first_letters(&mut body);
        }
        for rule in ENVELOPE.iter().chain(rules) {
            rule.rewrite(&mut body);
        }
        prune(&mut body);
        for rule in rules {
            rule.fill_in(&mut body);
        }
        body.sort_all_objects();
        for rule in rules {
            rule.sort(&mut body);
        }
        body
    }
}

impl Rule {
    fn rewrite(self, body: &mut Value) {
        match self {
            Self::Ignored(path) => at(body, path, &mut |members, name| {
                members.swap_remove(name);
            }),
            Self::Text(path) => at(body, path, &mut |members, name| {
                if let Some(Value::String(text)) = members.get_mut(name) {
                    if text.contains('\r') {
                        *text = text.replace("\r\n", "\n").replace('\r', "\n");
                    }
                    text.truncate(text.trim_end().len());
                }
            }),
            Self::Duration(path) => at(body, path, &mut |members, name| {
                if let Some(Value::String(text)) = members.get_mut(name)
                    && let Ok(duration) = Duration::parse(text)
                {
                    *text = duration.to_string();
                }
            }),
            Self::FirstLetterIgnoresCase | Self::Default(..) | Self::Set(_) => {}
        }
    }

    fn fill_in(self, body: &mut Value) {
        let Self::Default(path, constant) = self else { return };
        let mut value = body;
        let mut path = path;
        while let Some((outer, rest)) = path.split_once('.') {
            let Value::Object(members) = value else { return };
            value = members.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            path = rest;
        }
        if let Value::Object(members) = value {
            members.entry(path).or_insert_with(|| constant.value());
        }
    }

    fn sort(self, body: &mut Value) {
        let Self::Set(path) = self else { return };
        at(body, path, &mut |members, name| {
            if let Some(Value::Array(items)) = members.get_mut(name)
                && items.len() > 1
            {
                items.sort_by_cached_key(Value::to_string);
            }
        });
    }
}

/// Calls `act` with each object that the path leads to and the path's last name.
fn at(value: &mut Value, path: &str, act: &mut dyn FnMut(&mut Map<String, Value>, &str)) {
    let Value::Object(members) = value else { return };
    let Some((outer, rest)) = path.split_once('.') else { return act(members, path) };
    match outer.strip_suffix("[]") {
        Some(list) => {
            for item in members.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                at(item, rest, act);
            }
        }
        None => {
            if let Some(inner) = members.get_mut(outer) {
                at(inner, rest, act);
            }
        }
    }
}

/// Takes out what means the same as if it were absent, and makes whole numbers integers.
fn prune(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(prune);
            members.retain(|_, member| !is_empty(member));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(prune);
            items.retain(|item| !is_empty(item));
        }
        Value::Number(number) if number.is_f64() => {
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
            if let Some(whole) = number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 1e15) {
                *value = json!(whole as i64);
            }
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Makes the first letter of every member's name a small one. Of two names that become one, that which had it counts.
fn lower_first_letters(value: &mut Value) {
    let is_capital = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
    match value {
        Value::Object(members) => {
            if members.keys().any(|name| is_capital(name)) {
                let (capital, small): (Vec<_>, Vec<_>) =
                    std::mem::take(members).into_iter().partition(|(name, _)| is_capital(name));
                members.extend(small);
                for (mut name, member) in capital {
                    name[..1].make_ascii_lowercase();
                    members.entry(name).or_insert(member);
                }
            }
            members.values_mut().for_each(lower_first_letters);
        }
        Value::Array(items) => items.iter_mut().for_each(lower_first_letters),
        _ => {}
    }
}

/// The SHA-256 of a canonical form, by which two of them can be compared without having both.
///
/// It is that of the line `v1 alertRule` (the form's version and the kind's word) with its LF, and the canonical form as
/// JSON without white space. In text it is 64 hexadecimal digits.
///
/// That of rows is of the line `v1 rows` and, sorted, the 32 bytes of each row's own: the SHA-256 of the line `v1 row` and
/// a JSON object without white space of the cells that are not empty, sorted by column. So the order of rows and columns
/// means nothing, and how often a row is there does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// That of a canonical form of this kind.
    pub fn of(kind: Kind, canonical: &Value) -> Self {
        Self::of_parts(kind.definition().word, [canonical.to_string()])
    }

    /// That of a line with the form's version and this label, and then of these parts one after the other.
    pub fn of_parts(label: &str, parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(format!("v{CANONICAL_VERSION} {label}\n"));
        parts.into_iter().for_each(|part| hasher.update(part));
        Self(hasher.finalize().into())
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
        }
        Some(Self(bytes))
    }
}

impl AsRef<[u8]> for Fingerprint {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a hash has 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests;
