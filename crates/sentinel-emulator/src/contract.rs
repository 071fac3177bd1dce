//! Request bodies read against a table of fields: types, what is required, what is read-only, what only previews
//! know. What comes out holds the known properties that are set, in the order of the table; unknown ones are
//! lost, as they are in the service.

pub(crate) mod duration;

use serde_json::{Map, Value};

/// One property of a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    shape: Shape,
    required: bool,
    preview: bool,
    read_only: bool,
    null_when_unset: bool,
}

/// What a property holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Text,
    Flag,
    /// A 32-bit integer.
    Integer,
    /// An ISO 8601 duration.
    Duration,
    OneOf(&'static [&'static str]),
    Texts,
    ManyOf(&'static [&'static str]),
    /// An object whose values are strings.
    TextMap,
    Object(&'static [Field]),
    Objects(&'static [Field]),
    /// An object of any content.
    AnyObject,
    /// An array of any content.
    AnyArray,
}

impl Field {
    pub(crate) const fn new(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, required: false, preview: false, read_only: false, null_when_unset: false }
    }

    /// The property must be there and not null.
    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Only preview versions know the property.
    pub(crate) const fn preview(mut self) -> Self {
        self.preview = true;
        self
    }

    /// The property cannot be assigned.
    pub(crate) const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// An answer shows the property as null when it is not set.
    pub(crate) const fn nullable(mut self) -> Self {
        self.null_when_unset = true;
        self
    }
}

/// How a body is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Whether the properties of previews are lost.
    pub(crate) drop_preview: bool,
    /// Whether assigning a read-only property is an error; else it is lost.
    pub(crate) refuse_read_only: bool,
    /// Whether durations are brought to their shortest form.
    pub(crate) normalise_durations: bool,
}

/// The first thing that keeps a body from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// A required property is absent or null.
    Missing { name: &'static str, path: String },
    /// A value is not of its property's type.
    Convert { value: String, path: String },
    /// A read-only property was assigned.
    ReadOnly { name: &'static str },
}

/// Reads `object`, which is at `path`, by the table.
pub(crate) fn read(
    fields: &[Field],
    object: &Map<String, Value>,
    path: &str,
    reading: Reading,
) -> Result<Map<String, Value>, ReadError> {
    let mut read = Map::new();
    for field in fields {
        let value = object.get(field.name).filter(|value| !value.is_null());
        let Some(value) = value else {
            if field.required {
                return Err(ReadError::Missing { name: field.name, path: path.to_owned() });
            }
            continue;
        };
        if field.read_only {
            if reading.refuse_read_only {
                return Err(ReadError::ReadOnly { name: field.name });
            }
            continue;
        }
        if field.preview && reading.drop_preview {
            continue;
        }
        let path = format!("{path}.{}", field.name);
        read.insert(field.name.to_owned(), read_value(field.shape, value, &path, reading)?);
    }
    Ok(read)
}

fn read_value(shape: Shape, value: &Value, path: &str, reading: Reading) -> Result<Value, ReadError> {
    let wrong = |value: &Value, path: &str| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Err(ReadError::Convert { value: text, path: path.to_owned() })
    };
    match (shape, value) {
        (Shape::Text, Value::String(_))
        | (Shape::Flag, Value::Bool(_))
        | (Shape::AnyObject, Value::Object(_))
        | (Shape::AnyArray, Value::Array(_)) => Ok(value.clone()),
        (Shape::Integer, Value::Number(number)) => match number.as_i64() {
            Some(integer) if i32::try_from(integer).is_ok() => Ok(value.clone()),
            _ => wrong(value, path),
        },
        (Shape::Duration, Value::String(text)) => match duration::read(text) {
            Some(duration) if reading.normalise_durations => Ok(duration::write(duration).into()),
            Some(_) => Ok(value.clone()),
            None => wrong(value, path),
        },
        (Shape::OneOf(names), Value::String(text)) if names.contains(&text.as_str()) => Ok(value.clone()),
        (Shape::Texts, Value::Array(values)) => {
            each(values, path, |value, path| read_value(Shape::Text, value, path, reading))
        }
        (Shape::ManyOf(names), Value::Array(values)) => {
            each(values, path, |value, path| read_value(Shape::OneOf(names), value, path, reading))
        }
        (Shape::TextMap, Value::Object(entries)) => {
            for (key, value) in entries {
                if !value.is_string() {
                    return wrong(value, &format!("{path}.{key}"));
                }
            }
            Ok(value.clone())
        }
        (Shape::Object(fields), Value::Object(object)) => {
            read(fields, object, path, reading).map(Value::Object)
        }
        (Shape::Objects(fields), Value::Array(values)) => each(values, path, |value, path| match value {
            Value::Object(object) => read(fields, object, path, reading).map(Value::Object),
            _ => wrong(value, path),
        }),
        _ => wrong(value, path),
    }
}

fn each(
    values: &[Value],
    path: &str,
    read: impl Fn(&Value, &str) -> Result<Value, ReadError>,
) -> Result<Value, ReadError> {
    let values = values.iter().enumerate().map(|(index, value)| read(value, &format!("{path}[{index}]")));
    values.collect::<Result<Vec<Value>, ReadError>>().map(Value::Array)
}

/// What was read, as an answer shows it: without the properties that the version does not know, and, where
/// `explicit_nulls` says so, with null for what is not set.
pub(crate) fn show(
    fields: &[Field],
    properties: &Map<String, Value>,
    drop_preview: bool,
    explicit_nulls: bool,
) -> Map<String, Value> {
    let mut shown = Map::new();
    for field in fields.iter().filter(|field| !(field.preview && drop_preview)) {
        let value = match (properties.get(field.name), field.shape) {
            (Some(Value::Object(object)), Shape::Object(fields)) => {
                Value::Object(show(fields, object, drop_preview, explicit_nulls))
            }
            (Some(value), _) => value.clone(),
            (None, _) if explicit_nulls && field.null_when_unset => Value::Null,
            (None, _) => continue,
        };
        shown.insert(field.name.to_owned(), value);
    }
    shown
}
