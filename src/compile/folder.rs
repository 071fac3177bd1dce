//! Everything that was read of a folder, sorted by what it is.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::table::{self, Table};
use crate::diagnostic::{Diagnostic, FileId, Reported, SourceMap, Span};
use crate::document::{self, AnalyticsRule, Document, Field, IndicatorFile, Parser, Watchlist};
use crate::feed::page::{self, Page};
use crate::source::{self, NOT_UTF8, UNREADABLE};

/// The name of the CSV beside a watchlist's description, unless the description names another.
const DATA_FILE: &str = "data.csv";

/// The documents of a folder, each list in the order of the files' paths.
#[derive(Debug, Default)]
pub struct Folder {
    /// Analytics rules.
    pub rules: Vec<AnalyticsRule>,
    /// Watchlists with their rows.
    pub watchlists: Vec<WatchlistSource>,
    /// Parsers.
    pub parsers: Vec<Parser>,
    /// Files of indicators.
    pub indicators: Vec<IndicatorFile>,
    /// ThreatFox pages.
    pub pages: Vec<Page>,
    /// How many files were read.
    pub files: usize,
}

/// A watchlist's description with its rows, from the CSV beside it or from the file itself.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchlistSource {
    /// The description.
    pub document: Watchlist,
    /// The file of the rows, where it is not the description's own.
    pub data: Option<FileId>,
    /// The rows, unless they cannot be read.
    pub table: Result<Table, Reported>,
}

impl Folder {
    /// Reads every file of a kind that we know below the paths. What cannot be read is reported.
    pub fn read(map: &mut SourceMap, paths: &[Utf8PathBuf], diagnostics: &mut Vec<Diagnostic>) -> Self {
        let found = source::discover(paths);
        for (path, error) in found.failures {
            unreadable(map, &path, &error, diagnostics);
        }
        let mut folder = Self::default();
        for path in found.files {
            folder.read_file(map, &path, diagnostics);
        }
        folder
    }

    fn read_file(&mut self, map: &mut SourceMap, path: &Utf8Path, diagnostics: &mut Vec<Diagnostic>) {
        match path.extension().map(str::to_ascii_lowercase).as_deref() {
            Some("yaml" | "yml") => {}
            Some("json") if path.file_name().is_some_and(document::is_watchlist_file) => {}
            Some("txt" | "md") => return self.read_page(map, path, diagnostics),
            _ => return,
        }
        let Ok(file) = read_text(map, path, diagnostics) else { return };
        self.files += 1;
        match document::read(map, file, diagnostics) {
            Some(Document::Rule(rule)) => self.rules.push(*rule),
            Some(Document::Parser(parser)) => self.parsers.push(*parser),
            Some(Document::Indicators(indicators)) => self.indicators.push(*indicators),
            Some(Document::Watchlist(watchlist)) => {
                let source = read_watchlist(map, path, *watchlist, diagnostics);
                self.files += usize::from(source.data.is_some());
                self.watchlists.push(source);
            }
            None => {}
        }
    }

    /// Text files may be anything: only of those with a table of indicators anything is said.
    fn read_page(&mut self, map: &mut SourceMap, path: &Utf8Path, diagnostics: &mut Vec<Diagnostic>) {
        let mut reading = Vec::new();
        if let Ok(file) = read_text(map, path, &mut reading) {
            if let Some(page) = page::parse(map.file(file).text(), file, diagnostics) {
                self.files += 1;
                self.pages.push(page);
            }
            return;
        }
        let is_page = |file: FileId| {
            // Without the NULs, UTF-16 of mostly ASCII reads as if it were none.
            let text = map.file(file).text().replace('\0', "");
            page::parse(&text, file, &mut Vec::new()).is_some()
        };
        diagnostics.extend(
            reading
                .into_iter()
                .filter(|diagnostic| diagnostic.code != &NOT_UTF8 || is_page(diagnostic.span.file)),
        );
    }
}

fn read_watchlist(
    map: &mut SourceMap,
    path: &Utf8Path,
    document: Watchlist,
    diagnostics: &mut Vec<Diagnostic>,
) -> WatchlistSource {
    match &document.items {
        Field::Given(items) => {
            let table = Ok(table::from_items(items));
            return WatchlistSource { document, data: None, table };
        }
        Field::Refused(reported) | Field::Guessed(_, reported) => {
            let table = Err(*reported);
            return WatchlistSource { document, data: None, table };
        }
        Field::Absent | Field::Empty(_) => {}
    }
    if let Field::Refused(reported) = document.source {
        return WatchlistSource { document, data: None, table: Err(reported) };
    }
    let source = document.source.given();
    let name = source.map_or(DATA_FILE, |source| source.as_str());
    let data_path = path.with_file_name(name);
    // The CSV of a watchlist is in its folder: a name with a folder in it could lead anywhere.
    let beside = Utf8Path::new(name).file_name() == Some(name);
    if !beside || !data_path.is_file() {
        let message = if beside {
            format!("the watchlist has no rows: there is no {name} beside it and no `items` in it")
        } else {
            format!("`{name}` is not a file beside the watchlist")
        };
        let place = source.map_or(Span::start_of(document.file), |source| source.span);
        let reported = Diagnostic::new(&table::WATCHLIST_WITHOUT_ROWS, place, message)
            .help(format!("put a {DATA_FILE} beside the file, or write the rows under `items`"))
            .report(diagnostics);
        return WatchlistSource { document, data: None, table: Err(reported) };
    }
    match read_text(map, &data_path, diagnostics) {
        Ok(data) => {
            let table = table::from_csv(map, data, diagnostics);
            WatchlistSource { document, data: Some(data), table }
        }
        Err(reported) => WatchlistSource { document, data: None, table: Err(reported) },
    }
}

/// Reads a file as UTF-8 into the map.
fn read_text(
    map: &mut SourceMap,
    path: &Utf8Path,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<FileId, Reported> {
    if let Some(text) = map.take_text(path) {
        return Ok(map.add(path, text));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(map, path, &error, diagnostics))?;
    String::from_utf8(bytes).map(|text| map.add(path, text)).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let utf16 =
            error.as_bytes().starts_with(&[0xff, 0xfe]) || error.as_bytes().starts_with(&[0xfe, 0xff]);
        let file = map.add(path, String::from_utf8_lossy(error.as_bytes()));
        let message = if utf16 {
            "the file is UTF-16, not UTF-8"
        } else {
            "the file is not UTF-8: this byte is invalid"
        };
        Diagnostic::new(&NOT_UTF8, Span::new(file, at, at), message)
            .help("save it as UTF-8")
            .report(diagnostics)
    })
}

fn unreadable(
    map: &mut SourceMap,
    path: &Utf8Path,
    error: &std::io::Error,
    diagnostics: &mut Vec<Diagnostic>,
) -> Reported {
    let file = map.add(path, "");
    let message = format!("it cannot be read: {error}");
    let diagnostic = Diagnostic::new(&UNREADABLE, Span::start_of(file), message);
    let diagnostic = match error.kind() {
        std::io::ErrorKind::NotFound => diagnostic
            .help("name an existing file or folder, or make a folder to start from with `bartizan init`"),
        _ => diagnostic,
    };
    diagnostic.report(diagnostics)
}
