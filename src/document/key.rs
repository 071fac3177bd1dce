//! The keys of a kind of file, as a table: what reads a file, what knows its keys, and what documents them.

use super::word::Word;

/// The keys of a mapping.
#[derive(Debug)]
pub struct Keys {
    /// What the mapping is, as "an analytics rule".
    pub what: &'static str,
    /// The keys, in the order in which people are shown them.
    pub keys: &'static [&'static Key],
}

/// A key of a mapping.
#[derive(Debug)]
pub struct Key {
    /// The key as the format spells it.
    pub name: &'static str,
    /// Other keys for the same; they count where the first one holds nothing.
    pub aliases: &'static [&'static str],
    /// What it holds.
    pub holds: Holds,
    /// Whether there must be one.
    pub needed: Needed,
    /// What it holds, for people: what is allowed, in one line of Markdown.
    pub about: &'static str,
    /// Where in the resource it goes.
    pub place: Place,
    /// What else there is to say of how it is deployed, such as what is sent if it is left out; in Markdown, to stand after
    /// the place.
    pub note: &'static str,
    /// A value to write, for whoever left it out; empty where the name says enough.
    pub example: &'static str,
}

/// The shape of what a key holds.
#[derive(Debug, Clone, Copy)]
pub enum Holds {
    /// A text.
    Text,
    /// A list of texts, also written as one text.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Integer,
    /// A duration, as `PT1H` or `1h`.
    Duration,
    /// One of a few words.
    Word(Words),
    /// A list of such words, also written as one of them.
    Words(Words),
    /// A mapping with keys of its own.
    Mapping(&'static Keys),
    /// A list of mappings.
    Mappings(&'static Keys),
    /// A mapping of names that the author chooses to texts.
    Named,
    /// A list of rows, each a mapping of columns to cells.
    Rows,
    /// A text, or a list of mappings.
    TextOrMappings(&'static Keys),
    /// A list of texts or mappings.
    TextsOrMappings(&'static Keys),
    /// Anything: it is kept for other tools.
    Anything,
}

/// The words that a key may hold.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// What one of them is, as "a severity".
    pub what: &'static str,
    /// All of them, as they are suggested.
    pub all: fn() -> Vec<&'static str>,
}

impl Words {
    /// The words of a type.
    pub const fn of<T: Word>() -> Self {
        Self { what: T::WHAT, all: T::words }
    }
}

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// It may be left out.
    No,
    /// It must be there.
    Always,
    /// It must be there in a scheduled rule.
    Scheduled,
}

/// Where in a resource a key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is the name of the resource.
    Name,
    /// A member of the body beside its properties.
    Body(&'static str),
    /// A property.
    Property(&'static str),
    /// The tag of this name.
    Tag(&'static str),
    /// Nowhere: it is not deployed.
    Nowhere,
}

/// One key is another where it has the same name.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Key {
    /// A key that may be left out and is not deployed.
    pub(super) const fn new(name: &'static str, holds: Holds, about: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            holds,
            needed: Needed::No,
            about,
            place: Place::Nowhere,
            note: "",
            example: "",
        }
    }

    /// With other spellings.
    pub(super) const fn or(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// That must be there; with a value to write.
    pub(super) const fn needed(mut self, needed: Needed, example: &'static str) -> Self {
        self.needed = needed;
        self.example = example;
        self
    }

    /// That goes to the property of its own name.
    pub(super) const fn deployed(mut self) -> Self {
        self.place = Place::Property(self.name);
        self
    }

    /// That goes somewhere.
    pub(super) const fn to(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// With more to say of how it is deployed.
    pub(super) const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// Every name of it, its own first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The keys of the mapping or mappings that it holds.
    pub fn inner(&self) -> Option<&'static Keys> {
        match self.holds {
            Holds::Mapping(keys)
            | Holds::Mappings(keys)
            | Holds::TextOrMappings(keys)
            | Holds::TextsOrMappings(keys) => Some(keys),
            _ => None,
        }
    }
}

/// Declares keys as constants, and the table of them.
macro_rules! keys {
    ($(#[$doc:meta])+ $table:ident = $what:literal { $($key:ident = $value:expr;)+ }) => {
        $(pub(in crate::document) const $key: crate::document::Key = $value;)+

        $(#[$doc])+
        pub(in crate::document) const $table: crate::document::Keys =
            crate::document::Keys { what: $what, keys: &[$(&$key),+] };
    };
}
pub(super) use keys;
