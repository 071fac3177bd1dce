//! From byte offsets to lines, columns and UTF-16 units.

/// A place as people and editors count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters (Unicode scalar values).
    pub column: u32,
    /// Zero-based column in UTF-16 code units, as the language server protocol counts.
    pub utf16_column: u32,
}

/// Where the lines of a text begin. A line ends at `\n`, `\r\n` or a lone `\r`.
#[derive(Debug, Clone)]
pub struct LineIndex<'s> {
    source: &'s str,
    /// The byte offset of each line's start; the first is 0.
    starts: Vec<usize>,
}

impl<'s> LineIndex<'s> {
    /// Reads the source once for its line ends.
    pub fn new(source: &'s str) -> Self {
        let bytes = source.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(at + 1);
            }
        }
        LineIndex { source, starts }
    }

    /// The position of a byte offset. An offset inside a character counts as the character's start, one past the end
    /// as the end.
    pub fn position(&self, offset: u32) -> Position {
        let mut offset = (offset as usize).min(self.source.len());
        while !self.source.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let before = &self.source[self.starts[line]..offset];
        Position {
            line: line as u32 + 1,
            column: before.chars().count() as u32 + 1,
            utf16_column: before.encode_utf16().count() as u32,
        }
    }

    /// The offset in UTF-16 code units from the start of the source, as the official language service counts.
    pub fn utf16_offset(&self, offset: u32) -> u32 {
        let mut offset = (offset as usize).min(self.source.len());
        while !self.source.is_char_boundary(offset) {
            offset -= 1;
        }
        self.source[..offset].encode_utf16().count() as u32
    }

    /// The text of a line, counted from 1, without its line end; empty where there is no such line.
    pub fn line(&self, line: u32) -> &'s str {
        let Some(index) = (line as usize).checked_sub(1) else {
            return "";
        };
        let Some(start) = self.starts.get(index) else {
            return "";
        };
        let end = self.starts.get(index + 1).copied().unwrap_or(self.source.len());
        self.source[*start..end].trim_end_matches(['\r', '\n'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_ends_one_line() {
        let index = LineIndex::new("a\nb\r\nc\rd");
        let lines: Vec<u32> = [0, 2, 5, 7].map(|offset| index.position(offset).line).to_vec();
        assert_eq!(lines, [1, 2, 3, 4]);
        assert_eq!([1, 2, 3, 4, 5].map(|line| index.line(line)), ["a", "b", "c", "d", ""]);
    }

    #[test]
    fn columns_count_characters_and_utf16_units_apart() {
        let source = "x\n'é😀' y";
        let index = LineIndex::new(source);
        let offset = source.find('y').unwrap() as u32;
        let position = index.position(offset);
        assert_eq!((position.line, position.column, position.utf16_column), (2, 6, 6));
        assert_eq!(index.utf16_offset(offset), 8);
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(LineIndex::new("ab").position(99).column, 3);
    }
}
