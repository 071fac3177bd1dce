//! `$filter`, as much of it as clients of metadata use: comparisons with `eq` and `ne`, joined by `and`.

use serde_json::Value;

use crate::arm::error::ArmError;

/// Conditions that must all hold.
#[derive(Debug)]
pub(super) struct Filter(Vec<Condition>);

#[derive(Debug)]
struct Condition {
    path: String,
    equal: bool,
    value: String,
}

impl Filter {
    pub(super) fn matches(&self, resource: &Value) -> bool {
        self.0.iter().all(|condition| {
            let same = text_at(resource, &condition.path)
                .is_some_and(|text| text.eq_ignore_ascii_case(&condition.value));
            same == condition.equal
        })
    }
}

/// The text at `properties/source/kind`; the leading `properties` may be left out.
pub(super) fn text_at<'a>(resource: &'a Value, path: &str) -> Option<&'a str> {
    let find = |root: &'a Value| path.split('/').try_fold(root, |value, name| value.get(name))?.as_str();
    find(resource).or_else(|| find(resource.get("properties")?))
}

/// Reads `path eq 'value' and path ne 'value'`; a quote in a value is doubled.
pub(super) fn read(text: &str) -> Result<Filter, ArmError> {
    let invalid = || ArmError::bad_request("BadRequest", format!("Invalid filter '{text}'."));
    let mut conditions = Vec::new();
    let mut rest = text.trim();
    loop {
        let (path, after) = rest.split_once(' ').ok_or_else(invalid)?;
        let (operator, after) = after.trim_start().split_once(' ').ok_or_else(invalid)?;
        let equal = match operator.to_ascii_lowercase().as_str() {
            "eq" => true,
            "ne" => false,
            _ => return Err(invalid()),
        };
        let (value, after) = read_string(after.trim_start()).ok_or_else(invalid)?;
        conditions.push(Condition { path: path.to_owned(), equal, value });
        let after = after.trim_start();
        if after.is_empty() {
            return Ok(Filter(conditions));
        }
        let (and, next) = after.split_once(' ').ok_or_else(invalid)?;
        if !and.eq_ignore_ascii_case("and") {
            return Err(invalid());
        }
        rest = next.trim_start();
    }
}

fn read_string(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('\'')?;
    let mut value = String::new();
    let mut chars = inside.char_indices().peekable();
    while let Some((index, char)) = chars.next() {
        if char != '\'' {
            value.push(char);
        } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
            value.push('\'');
        } else {
            return inside.get(index + 1..).map(|rest| (value, rest));
        }
    }
    None
}
