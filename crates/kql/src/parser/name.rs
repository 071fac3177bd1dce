//! Names and the words that cannot be one.
//!
//! Every keyword is contextual. The official service draws four lines, and so does this: words that no name may be,
//! words that may be declared but not referred to, words that may be referred to but not declared, and all others.

use super::Parser;
use crate::diagnostic::{Code, Diagnostic};
use crate::token::TokenKind;
use crate::tree::{Column, ColumnType, Name, TokenRange};

/// Words that stand for no name unless in brackets and quotes. Sorted.
const RESERVED: &[&str] = &[
    "__contextual_datatable",
    "__crossCluster",
    "__crossDB",
    "__executeAndCache",
    "__id",
    "__isFuzzy",
    "__noWithSource",
    "__packedColumn",
    "__projectAway",
    "__sourceColumnIndex",
    "and",
    "anomalychart",
    "areachart",
    "asc",
    "bagexpansion",
    "barchart",
    "between",
    "bin_legacy",
    "boolean",
    "byte",
    "cachingpolicy",
    "callout",
    "cancel",
    "card",
    "char",
    "columnchart",
    "contains_cs",
    "containscs",
    "cycles",
    "dataexport",
    "datascope",
    "date",
    "datetime",
    "decimal",
    "decodeblocks",
    "desc",
    "double",
    "dynamic",
    "encodingpolicy",
    "endswith",
    "endswith_cs",
    "expandoutput",
    "extent_tags_retention",
    "external_data",
    "first",
    "flags",
    "float",
    "force_remote",
    "harddelete",
    "hardretention",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "hotcache",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "isfuzzy",
    "journal",
    "ladderchart",
    "last",
    "like",
    "likecs",
    "linechart",
    "long",
    "missing",
    "nooptimization",
    "notcontains",
    "notcontainscs",
    "notlike",
    "notlikecs",
    "or",
    "others",
    "pathformat",
    "piechart",
    "pivotchart",
    "project",
    "queries",
    "query_results",
    "real",
    "relaxed",
    "restricted_view_access",
    "row_level_security",
    "rowstore",
    "rowstore_references",
    "rowstore_sealinfo",
    "rowstorepolicy",
    "rowstores",
    "scatterchart",
    "seal",
    "seals",
    "shards",
    "simple",
    "softdelete",
    "softretention",
    "stackedareachart",
    "startswith",
    "startswith_cs",
    "statistics",
    "storedqueryresultcontainers",
    "string",
    "tablepurge",
    "time",
    "timechart",
    "timeline",
    "timepivot",
    "timespan",
    "treemap",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "ulong",
    "union",
    "uniqueid",
    "unrestrictedviewers",
    "views",
    "with_itemindex",
    "with_match_id",
    "with_step_name",
    "writeaheadlog",
];

/// Words that a column may be given as a name, but that refer to it only in brackets and quotes. Sorted.
const DECLARED_ONLY: &[&str] = &[
    "accumulate",
    "as",
    "by",
    "contains",
    "datatable",
    "earliest",
    "externaldata",
    "find",
    "has",
    "in",
    "invoke",
    "latest",
    "materialize",
    "mdm",
    "of",
    "print",
    "sample",
    "search",
    "set",
    "sql",
    "title",
    "to",
    "toscalar",
    "totable",
    "verbose",
    "viewers",
    "where",
];

/// Words that refer to a column as they are, but name a new one only in brackets and quotes. Sorted.
const REFERRED_ONLY: &[&str] = &["kind", "with_source", "withsource"];

/// The words for types, as a declaration of a column or a parameter writes them.
const TYPES: &[&str] = &[
    "bool", "boolean", "date", "datetime", "decimal", "double", "dynamic", "guid", "int", "int64", "int8",
    "long", "real", "string", "time", "timespan", "uniqueid",
];

fn lists(list: &[&str], text: &str) -> bool {
    list.binary_search(&text).is_ok()
}

/// Whether a word is the name of a type, whatever the library makes of it.
pub(crate) fn is_type(text: &str) -> bool {
    lists(TYPES, text)
}

/// What to say of a word that is no type.
pub(crate) fn type_advice(text: &str) -> String {
    const COMMON: &[&str] =
        &["bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan"];
    let meant = match text {
        "str" | "text" | "varchar" | "nvarchar" => Some("string"),
        "integer" | "bigint" | "number" => Some("long"),
        "json" | "object" | "array" | "list" | "map" => Some("dynamic"),
        "timestamp" => Some("datetime"),
        _ => crate::nearest::nearest(text, COMMON.iter().copied()),
    };
    match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "the types are bool, datetime, decimal, dynamic, guid, int, long, real, string and timespan"
            .to_owned(),
    }
}

/// Whether a word may refer to something.
pub(super) fn may_refer(text: &str) -> bool {
    !lists(RESERVED, text) && !lists(DECLARED_ONLY, text)
}

/// Whether a word may name something new.
pub(super) fn may_declare(text: &str) -> bool {
    !lists(RESERVED, text) && !lists(REFERRED_ONLY, text)
}

/// Whether a word may be referred to but not declared.
pub(super) fn is_referred_only(text: &str) -> bool {
    lists(REFERRED_ONLY, text)
}

/// Whether a word means something to the grammar.
pub(super) fn is_keyword(text: &str) -> bool {
    lists(RESERVED, text) || lists(DECLARED_ONLY, text)
}

impl Parser<'_> {
    /// How many tokens the name `ahead` from here takes: one word that passes `fits`, or a bracketed string.
    fn name_length(&self, ahead: usize, fits: fn(&str) -> bool) -> Option<usize> {
        match self.kind_at(ahead) {
            TokenKind::Identifier if fits(self.text_at(ahead)) => Some(1),
            TokenKind::OpenBracket => {
                // Strings side by side are one.
                let mut next = ahead + 1;
                while self.kind_at(next) == TokenKind::String {
                    next += 1;
                }
                (next > ahead + 1 && self.kind_at(next) == TokenKind::CloseBracket)
                    .then_some(next + 1 - ahead)
            }
            _ => None,
        }
    }

    /// How many tokens a reference takes that begins `ahead` from here.
    pub(super) fn reference_length(&self, ahead: usize) -> Option<usize> {
        self.name_length(ahead, may_refer)
    }

    /// How many tokens a declared name takes that begins `ahead` from here.
    pub(super) fn declaration_length(&self, ahead: usize) -> Option<usize> {
        self.name_length(ahead, may_declare)
    }

    pub(super) fn take_name(&mut self, length: usize) -> Name {
        let first = self.start();
        for _ in 0..length {
            self.bump();
        }
        Name { tokens: self.range_from(first) }
    }

    /// A name that refers to something, if one stands here.
    pub(super) fn try_reference(&mut self) -> Option<Name> {
        let length = self.reference_length(0)?;
        Some(self.take_name(length))
    }

    /// A name that is declared here, or a report that there is none.
    pub(super) fn declaration(&mut self) -> Name {
        match self.declaration_length(0) {
            Some(length) => self.take_name(length),
            None => self.no_name(),
        }
    }

    /// A name that may both be declared and referred to, as `let` and `as` bind.
    pub(super) fn plain_name(&mut self) -> Name {
        match self.name_length(0, |text| may_refer(text) && may_declare(text)) {
            Some(length) => self.take_name(length),
            None => self.no_name(),
        }
    }

    /// A name that refers to something, or a report that there is none.
    pub(super) fn reference(&mut self) -> Name {
        match self.try_reference() {
            Some(name) => name,
            None => self.no_name(),
        }
    }

    fn no_name(&mut self) -> Name {
        let (place, found) = (self.here(), self.describe());
        let diagnostic = Diagnostic::new(Code::Expected, place, format!("expected a name, found {found}"));
        self.report(match self.kind() {
            _ if let Some(advice) = self.advice_expected("a name") => diagnostic.with_help(advice),
            TokenKind::Identifier => {
                let text = self.text();
                diagnostic.with_help(format!("`{text}` is a keyword; as a name it is written ['{text}']"))
            }
            TokenKind::String => diagnostic.with_help("a name in quotes stands in brackets: ['…']"),
            _ => diagnostic,
        });
        self.missing_name()
    }

    /// A type's word behind `typeof`; whether it is one is a question of meaning there.
    pub(super) fn type_word(&mut self) -> ColumnType {
        let first = self.start();
        if self.eat(TokenKind::Identifier) {
            return ColumnType { tokens: self.range_from(first) };
        }
        self.type_name()
    }

    /// A type's word.
    pub(super) fn type_name(&mut self) -> ColumnType {
        let first = self.start();
        if self.is(TokenKind::Identifier) && lists(TYPES, self.text()) {
            self.bump();
            return ColumnType { tokens: self.range_from(first) };
        }
        let (place, found) = (self.here(), self.describe());
        let diagnostic = Diagnostic::new(Code::UnknownType, place, format!("expected a type, found {found}"));
        self.report(diagnostic.with_help(type_advice(self.text())));
        if self.is(TokenKind::Identifier) {
            self.bump();
            self.lost = self.too_deep;
        }
        ColumnType { tokens: TokenRange { first, end: first } }
    }

    /// `name:type`
    pub(super) fn typed_name(&mut self) -> Column {
        let name = self.declaration();
        self.expect(TokenKind::Colon, "`:` and a type");
        Column { name, kind: self.type_name() }
    }

    /// `name` or `name:type`
    pub(super) fn maybe_typed_name(&mut self) -> Column {
        let name = self.declaration();
        if self.eat(TokenKind::Colon) {
            return Column { name, kind: self.type_name() };
        }
        let first = self.start();
        Column { name, kind: ColumnType { tokens: TokenRange { first, end: first } } }
    }

    /// `(a:string, b:long)`; a comma may stand behind the last.
    pub(super) fn row_schema(&mut self) -> Vec<Column> {
        let opened = self.here();
        let mut columns = Vec::new();
        if !self.expect(TokenKind::OpenParen, "`(` and columns") {
            return columns;
        }
        while !self.is(TokenKind::CloseParen) {
            columns.push(self.typed_name());
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::CloseParen, opened);
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_apart() {
        for list in [RESERVED, DECLARED_ONLY, REFERRED_ONLY, TYPES] {
            assert!(list.is_sorted());
        }
        assert!(DECLARED_ONLY.iter().chain(REFERRED_ONLY).all(|word| !lists(RESERVED, word)));
    }
}
