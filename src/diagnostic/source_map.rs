//! The files that were read, and the way from a byte offset to a line and a column.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};

/// A file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A byte range in a file; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start, end: end.max(start) }
    }

    /// The empty place at the start of `file`.
    pub fn start_of(file: FileId) -> Self {
        Self::new(file, 0, 0)
    }
}

/// Where a span stands, as people count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location<'a> {
    /// The path as it was given or found.
    pub path: &'a Utf8Path,
    /// From 1.
    pub line: usize,
    /// From 1, in characters (Unicode scalar values).
    pub column: usize,
    /// From 1; the line of the end.
    pub end_line: usize,
    /// From 1; the column after the last character.
    pub end_column: usize,
}

/// One file with its text.
#[derive(Debug)]
pub struct SourceFile {
    path: Utf8PathBuf,
    text: String,
    line_starts: OnceLock<Vec<usize>>,
}

impl SourceFile {
    /// The path as it was given or found.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The text as it stands in the file, byte order mark and line endings included.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(ends).collect()
        })
    }

    /// Line and column, both from 1, of a byte offset; an offset past the end or inside a character is moved back.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset);
        let before = self.text[starts[line - 1]..offset].trim_start_matches('\u{feff}');
        (line, before.chars().count() + 1)
    }
}

/// All files that were read in a run.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// Texts that stand for those of files that are to be read.
    texts: BTreeMap<Utf8PathBuf, String>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map, with texts that stand for those of files when these are read: what they would hold.
    pub fn with_texts(texts: BTreeMap<Utf8PathBuf, String>) -> Self {
        Self { files: Vec::new(), texts }
    }

    /// The text that stands for a file's, once.
    pub fn take_text(&mut self, path: &Utf8Path) -> Option<String> {
        self.texts.remove(path)
    }

    /// Adds a file.
    pub fn add(&mut self, path: impl Into<Utf8PathBuf>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 4 thousand million files"));
        self.files.push(SourceFile { path: path.into(), text: text.into(), line_starts: OnceLock::new() });
        id
    }

    /// The file of this id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The text of a span; empty where the span does not lie on character boundaries.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start..span.end).unwrap_or_default()
    }

    /// Line and column of a span's ends.
    pub fn location(&self, span: Span) -> Location<'_> {
        let file = self.file(span.file);
        let (line, column) = file.line_column(span.start);
        let (end_line, end_column) = file.line_column(span.end);
        Location { path: &file.path, line, column, end_line, end_column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_leave_the_byte_order_mark_out() {
        let mut map = SourceMap::new();
        let file = map.add("a.yaml", "\u{feff}nàme: x\r\nb: y\n");
        let at = |start, end| {
            let found = map.location(Span::new(file, start, end));
            (found.line, found.column, found.end_line, found.end_column)
        };
        assert_eq!(at(3, 8), (1, 1, 1, 5));
        assert_eq!(at(13, 14), (2, 1, 2, 2));
        assert_eq!(at(4000, 4000), (3, 1, 3, 1));
    }
}
