//! Fixes of diagnostics, put into the files that they are about.
//!
//! A fix replaces the text of one scalar or of a part of one, byte by byte, so that every comment, blank line and line
//! ending of the file stays; nothing is parsed and written anew.

use crate::diagnostic::{Diagnostic, FileId, Fix, SourceMap, Span};

/// A file as it would be with fixes in it.
#[derive(Debug)]
pub struct FixedFile<'a> {
    /// The file.
    pub file: FileId,
    /// Its text with the fixes.
    pub text: String,
    /// What was fixed, in the order of the text.
    pub fixed: Vec<&'a Diagnostic>,
}

/// Puts the fixes of diagnostics into their files, in memory. Of two that overlap the first is taken; one whose place holds
/// anything but what the fix expects (a text with escapes, say) is left out.
pub fn fix<'a>(map: &SourceMap, diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Vec<FixedFile<'a>> {
    let mut places: Vec<(Span, &str, &Diagnostic)> = Vec::new();
    for diagnostic in diagnostics {
        if let Some(fix) = &diagnostic.fix
            && let Some(span) = place(map, fix)
        {
            places.push((span, &fix.new, diagnostic));
        }
    }
    places.sort_by_key(|(span, ..)| *span);
    let mut files: Vec<FixedFile<'a>> = Vec::new();
    let mut end = 0;
    for (span, new, diagnostic) in places {
        if files.last().is_none_or(|last| last.file != span.file) {
            finish(map, files.last_mut(), end);
            files.push(FixedFile { file: span.file, text: String::new(), fixed: Vec::new() });
            end = 0;
        }
        if span.start < end {
            continue;
        }
        if let Some(last) = files.last_mut() {
            last.text.push_str(map.text(Span::new(span.file, end, span.start)));
            last.text.push_str(new);
            last.fixed.push(diagnostic);
            end = span.end;
        }
    }
    finish(map, files.last_mut(), end);
    files
}

/// Adds what stands behind the last fix.
fn finish(map: &SourceMap, file: Option<&mut FixedFile<'_>>, end: usize) {
    if let Some(file) = file {
        let length = map.file(file.file).text().len();
        file.text.push_str(map.text(Span::new(file.file, end, length)));
    }
}

/// The bytes that a fix replaces: its place, or what stands there within quotes.
fn place(map: &SourceMap, fix: &Fix) -> Option<Span> {
    let Span { file, start, end } = fix.span;
    let text = map.text(fix.span);
    if text == fix.old {
        return Some(fix.span);
    }
    let within = ["\"", "'"].iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    within.filter(|within| *within == fix.old).map(|_| Span::new(file, start + 1, end - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Severity};

    static ODD: Code = Code { id: "odd", severity: Severity::Warning, fixed: false, doc: "" };

    /// The text with fixes, each a place, what stands there and what is to stand there.
    fn fixed(text: &str, fixes: &[(usize, usize, &str, &str)]) -> (String, usize) {
        let mut map = SourceMap::new();
        let file = map.add("a.yaml", text);
        let diagnostics: Vec<Diagnostic> = fixes
            .iter()
            .map(|(start, end, old, new)| {
                let span = Span::new(file, *start, *end);
                Diagnostic::new(&ODD, span, "odd").fix(Fix::safe(span, *old, *new))
            })
            .collect();
        match fix(&map, &diagnostics).pop() {
            Some(found) => (found.text, found.fixed.len()),
            None => (text.to_owned(), 0),
        }
    }

    #[test]
    fn only_the_place_changes_in_whatever_order_the_fixes_come() {
        let text = "\u{feff}a: x # é\r\n\r\nb: 'y'\r\n";
        let end = text.find("'y'").unwrap();
        assert_eq!(
            fixed(text, &[(end, end + 3, "y", "why"), (6, 7, "x", "ex")]),
            ("\u{feff}a: ex # é\r\n\r\nb: 'why'\r\n".to_owned(), 2)
        );
    }

    #[test]
    fn what_is_not_as_expected_stays_and_so_does_the_second_of_two_that_overlap() {
        assert_eq!(fixed("a: \"x\\ty\"", &[(3, 9, "x\ty", "z")]), ("a: \"x\\ty\"".to_owned(), 0));
        assert_eq!(fixed("a: xy", &[(3, 5, "xy", "z"), (4, 5, "y", "w")]), ("a: z".to_owned(), 1));
        assert_eq!(fixed("a: xy", &[(3, 50, "xy", "z")]), ("a: xy".to_owned(), 0));
    }

    #[test]
    fn every_file_has_its_own_fixes() {
        let mut map = SourceMap::new();
        let files = ["x: 1\n", "y: 1\n"].map(|text| map.add("f.yaml", text));
        let diagnostics = files.map(|file| {
            let span = Span::new(file, 3, 4);
            Diagnostic::new(&ODD, span, "odd").fix(Fix::safe(span, "1", "2"))
        });
        let texts: Vec<String> = fix(&map, &diagnostics).into_iter().map(|fixed| fixed.text).collect();
        assert_eq!(texts, ["x: 2\n", "y: 2\n"]);
    }
}
