//! The fixes of diagnostics, put into the texts of their files.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, FileId, Fix, SourceMap};
use crate::source::{self, Edit};

/// A file with fixes.
#[derive(Debug)]
pub struct FixedFile<'a> {
    /// The file.
    pub file: FileId,
    /// Its text with the fixes; `None` where none is made.
    pub text: Option<String>,
    /// What is fixed, in the order of the text.
    pub fixed: Vec<&'a Diagnostic>,
    /// What is not, with the reason.
    pub refused: Vec<(&'a Diagnostic, &'static str)>,
}

/// Puts the fixes of diagnostics into their files, in memory, all at once. Of two that overlap the first in the text is
/// made; one whose place holds anything but what the fix expects is not.
pub fn fix<'a>(map: &SourceMap, diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Vec<FixedFile<'a>> {
    let mut files: BTreeMap<FileId, Vec<(&Fix, &Diagnostic)>> = BTreeMap::new();
    for diagnostic in diagnostics {
        if let Some(fix) = &diagnostic.fix {
            files.entry(fix.span.file).or_default().push((fix, diagnostic));
        }
    }
    files.into_iter().map(|(file, fixes)| fix_file(map, file, fixes)).collect()
}

fn fix_file<'a>(map: &SourceMap, file: FileId, mut fixes: Vec<(&Fix, &'a Diagnostic)>) -> FixedFile<'a> {
    fixes.sort_by_key(|(fix, _)| fix.span);
    let edits: Vec<Edit<'_>> =
        fixes.iter().map(|(fix, _)| Edit::Part { place: fix.span, old: &fix.old, new: &fix.new }).collect();
    let edited = source::edit(map, file, &edits);
    let refused: Vec<_> = edited.refused.iter().map(|(at, reason)| (fixes[*at].1, *reason)).collect();
    let is_made = |at: &usize| !edited.refused.iter().any(|(other, _)| other == at);
    let fixed = (0..fixes.len()).filter(is_made).map(|at| fixes[at].1).collect();
    FixedFile { file, text: edited.text, fixed, refused }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Severity, Span};

    static ODD: Code = Code { id: "odd", severity: Severity::Warning, fixed: false, doc: "" };

    #[test]
    fn of_two_that_overlap_the_first_in_the_text_is_made_whatever_order_they_come_in() {
        let mut map = SourceMap::new();
        let file = map.add("a.yaml", "a: xyz\nb: 'v'\n");
        let found = |start, end, old: &str, new: &str| {
            let span = Span::new(file, start, end);
            Diagnostic::new(&ODD, span, "odd").fix(Fix::safe(span, old, new))
        };
        let all =
            [found(5, 6, "z", "3"), found(10, 13, "v", "w"), found(3, 6, "xyz", "u"), found(3, 4, "q", "2")];
        let files = fix(&map, &all);
        assert_eq!(files[0].text.as_deref(), Some("a: u\nb: 'w'\n"));
        let places = |found: &[&Diagnostic]| found.iter().map(|found| found.span.start).collect::<Vec<_>>();
        assert_eq!(places(&files[0].fixed), [3, 10]);
        assert_eq!(files[0].refused.len(), 2);
    }

    #[test]
    fn every_file_has_its_own_fixes() {
        let mut map = SourceMap::new();
        let files = ["x: 1\n", "y: 1\n"].map(|text| map.add("f.yaml", text));
        let diagnostics = files.map(|file| {
            let span = Span::new(file, 3, 4);
            Diagnostic::new(&ODD, span, "odd").fix(Fix::safe(span, "1", "2"))
        });
        let texts: Vec<String> = fix(&map, &diagnostics).into_iter().filter_map(|fixed| fixed.text).collect();
        assert_eq!(texts, ["x: 2\n", "y: 2\n"]);
    }
}
