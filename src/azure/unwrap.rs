//! The error inside an ARM error.
//!
//! Sentinel reports a query that does not compile as a JSON error whose message holds the Log Analytics error as
//! escaped JSON, which in turn nests `innererror` objects. What a person needs is the innermost code and text, such as
//! `SEM0100: 'where' operator: Failed to resolve table or column expression named 'Foo'`.
//!
//! The body is hostile: depth, number of tries and length of the texts are bounded, and an HTML page is named, not
//! printed.

use serde_json::{Map, Value};

use super::error::excerpt;

/// The longest body that is read as JSON, in bytes; ARM's errors are a few kilobytes.
const LONGEST_BODY: usize = 256 * 1024;

/// The longest message that is kept, in characters.
const LONGEST_MESSAGE: usize = 2_000;

/// The longest code that is kept, in characters.
const LONGEST_CODE: usize = 100;

/// The message where there is none.
const NO_REASON: &str = "the service gives no reason";

/// How many errors inside each other are followed; real ones have four.
const DEEPEST: usize = 16;

/// How many opening braces of one message are tried as the start of a JSON object.
const MOST_TRIES: usize = 8;

/// The contents of an error body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwrapped {
    /// The innermost code.
    pub code: Option<String>,
    /// The innermost message; never empty.
    pub message: String,
    /// The outermost code, when it is another one.
    pub outer_code: Option<String>,
    /// The outermost message up to where the inner error starts, when it says something else.
    pub outer_message: Option<String>,
}

impl Unwrapped {
    /// With each text changed by `change` and then cut to its length. In this order, because the rest of a secret that was
    /// cut first would no longer be known as one.
    pub(super) fn bounded(self, change: impl Fn(&str) -> String) -> Self {
        let cut = |text: String, longest| excerpt(&change(&text), longest);
        let message = cut(self.message, LONGEST_MESSAGE);
        Self {
            code: self.code.map(|code| cut(code, LONGEST_CODE)),
            message: if message.is_empty() { NO_REASON.to_owned() } else { message },
            outer_code: self.outer_code.map(|code| cut(code, LONGEST_CODE)),
            outer_message: self.outer_message.map(|text| cut(text, LONGEST_MESSAGE)),
        }
    }
}

/// Reads an error body. An empty, unreadable or enormous one gives a message that says so.
pub fn unwrap(body: &[u8]) -> Unwrapped {
    read(body).bounded(str::to_owned)
}

/// The same with its texts as they came, up to the length of the longest body.
pub(super) fn read(body: &[u8]) -> Unwrapped {
    if body.iter().all(u8::is_ascii_whitespace) {
        return plain("the response has no body".to_owned());
    }
    if body.len() > LONGEST_BODY {
        return plain(format!("the response is an error of {} bytes, which is too long to read", body.len()));
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(error)) => from_object(&error),
        Ok(Value::String(text)) => from_text(&text),
        Ok(_) => plain("the response is JSON but not an error".to_owned()),
        Err(_) => from_text(&String::from_utf8_lossy(body)),
    }
}

/// Reads the `error` member of a status document, or any object of that form.
pub(super) fn read_value(error: &Value) -> Unwrapped {
    match error {
        Value::Object(error) => from_object(error),
        Value::String(text) => from_text(text),
        _ => plain("no reason given".to_owned()),
    }
}

fn plain(message: String) -> Unwrapped {
    Unwrapped { code: None, message, outer_code: None, outer_message: None }
}

fn from_text(text: &str) -> Unwrapped {
    let start = text.trim_start();
    if start.starts_with('<') {
        return plain(format!("the response is a web page, not JSON ({} bytes)", text.len()));
    }
    plain(start.to_owned())
}

fn from_object(object: &Map<String, Value>) -> Unwrapped {
    let outer = Layer::of(object);
    let (mut code, mut message) = (outer.code.clone(), outer.message.clone());
    let mut inner = outer.inner;
    for _ in 0..DEEPEST {
        let Some(next) = inner.take() else { break };
        let layer = Layer::of(&next);
        if layer.code.is_none() && layer.message.is_none() && layer.inner.is_none() {
            break;
        }
        // A layer without a text of its own, such as {"code":"SemanticError"}, still refines the code.
        code = layer.code.or(code);
        message = layer.message.or(message);
        inner = layer.inner;
    }
    let message = message.unwrap_or_else(|| NO_REASON.to_owned());
    Unwrapped {
        outer_code: outer.code.filter(|outer| Some(outer) != code.as_ref()),
        outer_message: outer.message.filter(|outer| *outer != message),
        code,
        message,
    }
}

/// One error of the nest.
struct Layer {
    code: Option<String>,
    message: Option<String>,
    inner: Option<Map<String, Value>>,
}

impl Layer {
    fn of(object: &Map<String, Value>) -> Self {
        let object = match member(object, &["error"]) {
            Some(Value::Object(inner)) => inner,
            _ => object,
        };
        let code = member(object, &["code"]).and_then(text_of);
        let written = member(object, &["message"]).and_then(text_of);
        let escaped = written.as_deref().and_then(json_inside);
        let message = match (&written, &escaped) {
            (Some(text), Some((before, _))) => {
                Some(before.trim().trim_end_matches("Message:").trim_end_matches([';', ':', ' ']).to_owned())
                    .filter(|before| !before.is_empty())
                    .or_else(|| Some(text.clone()))
            }
            _ => written.clone(),
        };
        let inner = escaped
            .map(|(_, object)| object)
            .or_else(|| match member(object, &["innererror", "innerError"]) {
                Some(Value::Object(inner)) => Some(inner.clone()),
                _ => None,
            })
            .or_else(|| match member(object, &["details"]) {
                Some(Value::Array(details)) => details.iter().find_map(Value::as_object).cloned(),
                _ => None,
            });
        Self {
            code: code.filter(|code| !code.is_empty()),
            message: message.filter(|text| !text.is_empty()),
            inner,
        }
    }
}

/// The first of these members, in this case or capitalised as some services write them.
fn member<'a>(object: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    names
        .iter()
        .find_map(|name| {
            object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        })
        .filter(|value| !value.is_null())
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The error object that is escaped inside a message, and the text before it.
fn json_inside(message: &str) -> Option<(&str, Map<String, Value>)> {
    message.match_indices('{').take(MOST_TRIES).find_map(|(at, _)| {
        let mut values = serde_json::Deserializer::from_str(&message[at..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(Value::Object(object)))
                if ["error", "code", "message"].iter().any(|name| member(&object, &[name]).is_some()) =>
            {
                Some((&message[..at], object))
            }
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn body(value: &Value) -> Unwrapped {
        unwrap(value.to_string().as_bytes())
    }

    #[test]
    fn the_error_of_a_query_is_found_in_the_message() {
        let inner = json!({"error": {"message": "The request had some invalid properties", "code": "BadArgumentError",
            "innererror": {"code": "SemanticError", "message": "A semantic error occurred.", "innererror": {
                "code": "SEM0100",
                "message": "'where' operator: Failed to resolve table or column expression named 'Foo'"}}}});
        let outer = json!({"error": {"code": "BadRequest",
            "message": format!("FailedToResolveScalarExpression; Message: {inner}")}});
        assert_eq!(
            body(&outer),
            Unwrapped {
                code: Some("SEM0100".to_owned()),
                message: "'where' operator: Failed to resolve table or column expression named 'Foo'"
                    .to_owned(),
                outer_code: Some("BadRequest".to_owned()),
                outer_message: Some("FailedToResolveScalarExpression".to_owned()),
            }
        );
    }

    #[test]
    fn a_plain_error_is_itself() {
        let text = "Failed to run the analytics rule query. One of the tables does not exist.";
        assert_eq!(
            body(&json!({"error": {"code": "BadRequest", "message": text}})),
            Unwrapped {
                code: Some("BadRequest".to_owned()),
                message: text.to_owned(),
                outer_code: None,
                outer_message: None
            }
        );
    }

    #[test]
    fn braces_in_a_message_are_no_error() {
        let text = "The value '{{Computer}}' of {\"kind\":1} is not {valid";
        let unwrapped = body(&json!({"error": {"code": "BadRequest", "message": text}}));
        assert_eq!((unwrapped.message.as_str(), unwrapped.outer_message), (text, None));
    }

    #[test]
    fn details_and_capitals_and_number_codes_are_read() {
        let unwrapped = body(&json!({"Error": {"Code": 400, "Message": "One or more", "details": [
            {"code": "InvalidTemplate", "message": "the second"}]}}));
        assert_eq!(unwrapped.code.as_deref(), Some("InvalidTemplate"));
        assert_eq!(unwrapped.message, "the second");
        assert_eq!(unwrapped.outer_message.as_deref(), Some("One or more"));
    }

    #[test]
    fn a_page_is_named_and_not_printed() {
        let unwrapped = unwrap(b"\n<!DOCTYPE html><html><body>secret proxy page</body></html>");
        assert_eq!(unwrapped.message, "the response is a web page, not JSON (59 bytes)");
    }

    #[test]
    fn a_text_and_an_empty_body_say_what_they_are() {
        assert_eq!(unwrap(b"upstream\x1b[31m connect error").message, "upstream connect error");
        assert_eq!(unwrap(b" \n").message, "the response has no body");
        assert_eq!(unwrap(b"[]").message, "the response is JSON but not an error");
    }

    #[test]
    fn an_endless_nest_and_an_enormous_body_end() {
        let mut text = json!({"error": {"code": "X", "message": "deepest"}}).to_string();
        // Each level doubles the backslashes; twelve of them are close to the longest body.
        for _ in 0..12 {
            text = json!({"error": {"code": "X", "message": format!("x {text}")}}).to_string();
        }
        assert_eq!(unwrap(text.as_bytes()).message, "deepest");
        let nested = "{\"innererror\":".repeat(10_000);
        assert!(unwrap(nested.as_bytes()).message.chars().count() <= LONGEST_MESSAGE + 1);
        let large = format!("{{\"error\":{{\"message\":\"{}\"}}}}", "x".repeat(LONGEST_BODY));
        assert!(unwrap(large.as_bytes()).message.contains("too long"));
        let long = format!(
            "{{\"error\":{{\"message\":\"{}\"}}}}",
            "{\"".escape_default().to_string().repeat(40_000)
        );
        assert!(unwrap(long.as_bytes()).message.chars().count() <= LONGEST_MESSAGE + 1);
    }

    proptest! {
        #[test]
        fn any_body_gives_a_bounded_message_without_control_characters(body in prop::collection::vec(any::<u8>(), 0..600)) {
            let unwrapped = unwrap(&body);
            prop_assert!(!unwrapped.message.is_empty());
            prop_assert!(unwrapped.message.chars().count() <= LONGEST_MESSAGE + 1);
            prop_assert!(!unwrapped.message.chars().any(char::is_control));
        }

        #[test]
        fn any_message_comes_through_or_is_unwrapped(text in "\\PC{1,80}") {
            let unwrapped = body(&json!({"error": {"code": "C", "message": text}}));
            prop_assert!(!unwrapped.message.is_empty());
        }
    }
}
