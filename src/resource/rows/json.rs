//! Rows in JSON.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq as _, SerializeStruct as _, Serializer};

use super::{Row, Rows};

/// `{"columns": […], "rows": [[…], …]}`.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Cells<'a>(Row<'a>);
        impl Serialize for Cells<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.cells())
            }
        }
        struct All<'a>(&'a Rows);
        impl Serialize for All<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut all = serializer.serialize_seq(Some(self.0.len()))?;
                self.0.iter().try_for_each(|row| all.serialize_element(&Cells(row)))?;
                all.end()
            }
        }
        let mut table = serializer.serialize_struct("Rows", 2)?;
        table.serialize_field("columns", &self.columns)?;
        table.serialize_field("rows", &All(self))?;
        table.end()
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = Rows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("columns and then rows")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rows, A::Error> {
                let mut rows = None;
                while let Some(key) = map.next_key::<String>()? {
                    match (key.as_str(), &mut rows) {
                        ("columns", None) => rows = Some(Rows::new(map.next_value::<Vec<String>>()?)),
                        ("rows", Some(rows)) => map.next_value_seed(Fill(rows))?,
                        _ => return Err(A::Error::custom(format!("unexpected member `{key}` of a table"))),
                    }
                }
                rows.ok_or_else(|| A::Error::missing_field("columns"))
            }
        }

        /// Takes row after row, so that a long table is there once.
        struct Fill<'r>(&'r mut Rows);
        impl<'de> DeserializeSeed<'de> for Fill<'_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_seq(self)
            }
        }
        impl<'de> Visitor<'de> for Fill<'_> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
                while let Some(cells) = seq.next_element::<Vec<String>>()? {
                    if cells.len() != self.0.columns.len() {
                        return Err(A::Error::invalid_length(cells.len(), &"a cell a column"));
                    }
                    self.0.push(cells.iter().map(String::as_str));
                }
                Ok(())
            }
        }

        deserializer.deserialize_map(Table)
    }
}
