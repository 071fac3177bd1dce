//! Lines from pieces: their indentation, and the lists of those that are too long.

use super::pieces::{Piece, PieceKind};
use super::roles::List;
use super::{INDENT, WIDTH};

/// Writes the pieces.
pub(super) fn write(pieces: &[Piece<'_>], line_end: &str) -> String {
    let mut writer = Writer {
        pieces,
        ahead: Ahead::new(pieces),
        out: String::new(),
        line_end,
        levels: vec![Level { block: true, outer: 0, inner: 0, list: None, on_own_line: false }],
        line: Line::default(),
        at_element: false,
        last: PieceKind::Other,
    };
    for at in 0..pieces.len() {
        writer.piece(at);
    }
    writer.out
}

/// What a decision needs to know of the pieces behind it, so that each is made at once.
struct Ahead {
    /// The columns of all pieces before each, on one line.
    columns: Vec<usize>,
    /// For each piece the first one behind it that begins a line.
    line_ends: Vec<usize>,
    /// For each bracket the one that closes it.
    closes: Vec<usize>,
    /// From each piece on, where a line may next end.
    stops: Vec<usize>,
    /// From each piece on, the next `by` of a `summarize`, or the line's end.
    bys: Vec<usize>,
    /// From each piece on, the next one that is no comment.
    code: Vec<usize>,
}

impl Ahead {
    fn new(pieces: &[Piece<'_>]) -> Self {
        let count = pieces.len();
        let mut columns = Vec::with_capacity(count + 1);
        columns.push(0);
        let mut closes = vec![count; count];
        let mut open = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            columns.push(columns[at] + usize::from(piece.gap) + piece.width);
            match piece.kind {
                PieceKind::Open { .. } => open.push(at),
                PieceKind::Close => {
                    if let Some(opened) = open.pop() {
                        closes[opened] = at;
                    }
                }
                _ => {}
            }
        }
        let mut closes_list = vec![false; count + 1];
        for (opened, closed) in closes.iter().enumerate() {
            closes_list[*closed] |= matches!(pieces[opened].kind, PieceKind::Open { list: true, .. });
        }
        let mut line_ends = vec![count; count + 1];
        let mut stops = vec![count; count + 1];
        let mut bys = vec![count; count + 1];
        let mut code = vec![count; count + 1];
        for (at, piece) in pieces.iter().enumerate().rev() {
            line_ends[at] = match pieces.get(at + 1) {
                Some(next) if next.breaks == 0 => line_ends[at + 1],
                _ => at + 1,
            };
            let begins_line = piece.breaks > 0;
            stops[at] = match piece.kind {
                _ if begins_line || piece.is_by || closes_list[at] => at,
                PieceKind::Comma | PieceKind::Open { list: true, .. } => at + 1,
                _ => stops[at + 1],
            };
            bys[at] = if begins_line || piece.is_by { at } else { bys[at + 1] };
            code[at] = if piece.kind == PieceKind::Remark { code[at + 1] } else { at };
        }
        Self { columns, line_ends, closes, stops, bys, code }
    }

    /// The columns that the pieces `from..to` take on one line, the blank before the first left out.
    fn width(&self, pieces: &[Piece<'_>], from: usize, to: usize) -> usize {
        if from >= to { 0 } else { self.columns[to] - self.columns[from] - usize::from(pieces[from].gap) }
    }
}

/// The line that is being written, as it is before its lists are broken.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    number: usize,
    /// The piece that begins the next.
    end: usize,
    /// How far what was written last is indented.
    indent: usize,
    column: usize,
    /// Whether its lists are broken.
    wraps: bool,
}

/// A list, by the line on which it begins and whether it was broken there.
#[derive(Debug, Clone, Copy)]
struct Begun {
    line: usize,
    broken: bool,
}

/// A bracket that is open; the first stands for the whole query.
#[derive(Debug)]
struct Level {
    /// Whether a pipeline or statements stand in it.
    block: bool,
    /// How far the line is indented on which it was opened.
    outer: usize,
    /// How far what stands in it is indented.
    inner: usize,
    /// What stands between commas in it: elements, or the list of a stage.
    list: Option<Begun>,
    /// Whether the element that is being written begins its line.
    on_own_line: bool,
}

struct Writer<'p, 's> {
    pieces: &'p [Piece<'s>],
    ahead: Ahead,
    out: String,
    line_end: &'p str,
    levels: Vec<Level>,
    line: Line,
    /// Whether a broken list has its next element here.
    at_element: bool,
    /// What was written last, comments left out.
    last: PieceKind,
}

impl Writer<'_, '_> {
    fn piece(&mut self, at: usize) {
        let piece = &self.pieces[at];
        let closed =
            if piece.kind == PieceKind::Close && self.levels.len() > 1 { self.levels.pop() } else { None };
        if (piece.kind == PieceKind::Bar || !piece.goes_on)
            && let Some(level) = self.levels.last_mut()
            && level.block
        {
            (level.list, level.on_own_line) = (None, false);
        }
        let indent = closed.as_ref().map_or_else(|| self.indent(at), |level| level.outer);
        let is_forced = at == 0 || piece.breaks > 0;
        let mut ends = is_forced
            || self.at_element
            || closed.is_some_and(|level| !level.block && self.is_broken(level.list))
            || (piece.is_by && self.line.wraps);
        if is_forced {
            self.begin_line(at, indent);
        } else if ends {
            self.end_line(indent);
        } else if piece.gap {
            self.line.column += 1;
        }
        let list = self.begin_list(at);
        if list == Some(List::Head) && !ends {
            self.end_line(indent);
            ends = true;
        }
        if ends && piece.kind != PieceKind::Remark && self.begins_element(at) {
            self.element(true);
        } else if !ends && piece.gap {
            self.out.push(' ');
        }
        self.at_element = false;
        match piece.kind {
            PieceKind::Open { block, list } => self.open(at, block, list),
            PieceKind::Comma => {
                let list = self.levels.last().and_then(|level| level.list);
                self.at_element = !piece.is_in_row && self.is_broken(list);
                self.element(false);
            }
            _ => {}
        }
        if piece.kind != PieceKind::Remark {
            self.last = piece.kind;
        }
        self.out.push_str(piece.text);
        self.line.column += piece.width;
    }

    /// Begins a line that begins here whatever the length of the one before.
    fn begin_line(&mut self, at: usize, indent: usize) {
        for _ in 1..self.pieces[at].breaks {
            self.out.push_str(self.line_end);
        }
        if at > 0 {
            self.end_line(indent);
        }
        let end = self.ahead.line_ends[at];
        let width = indent + self.ahead.width(self.pieces, at, end);
        // A comment is about the code before it, which therefore stays on its line.
        let is_whole = |piece: &Piece<'_>| piece.kind == PieceKind::Remark || piece.text.contains('\n');
        let wraps = width > WIDTH && !self.pieces[at..end].iter().any(is_whole);
        self.line = Line { number: self.line.number + 1, end, indent, column: indent, wraps };
    }

    fn end_line(&mut self, indent: usize) {
        self.out.push_str(self.line_end);
        self.out.extend(std::iter::repeat_n(' ', indent));
        (self.line.indent, self.line.column) = (indent, indent);
    }

    /// How far a piece is indented that begins a line and closes nothing.
    fn indent(&self, at: usize) -> usize {
        let Some(level) = self.levels.last() else { return 0 };
        // A comment stands as far in as the code that it is about.
        let at = self.ahead.code[at];
        let Some(code) = self.pieces.get(at) else { return level.inner };
        let begins = |kind| matches!(kind, PieceKind::Bar | PieceKind::Close | PieceKind::Semicolon);
        let goes_on = code.goes_on && !begins(code.kind);
        let in_stage = if level.block && goes_on { INDENT } else { 0 };
        let in_element = if level.on_own_line && goes_on && !self.begins_element(at) { INDENT } else { 0 };
        level.inner + in_stage + in_element
    }

    /// Whether a piece begins an element of a list, or the part of a stage behind one.
    fn begins_element(&self, at: usize) -> bool {
        let piece = &self.pieces[at];
        piece.list.is_some()
            || piece.is_by
            || piece.kind == PieceKind::Comma
            || matches!(self.last, PieceKind::Comma | PieceKind::Open { list: true, .. })
    }

    /// Notes whether the element that begins here begins its line.
    fn element(&mut self, on_own_line: bool) {
        if let Some(level) = self.levels.last_mut() {
            level.on_own_line = on_own_line;
        }
    }

    /// Whether a list is broken on this line: as was decided where it begins, or, where that is on another line, with
    /// all lists of this one.
    fn is_broken(&self, list: Option<Begun>) -> bool {
        list.is_some_and(|list| if list.line == self.line.number { list.broken } else { self.line.wraps })
    }

    /// Whether the pieces up to `end` go beyond the columns of a line that wraps.
    fn is_too_long(&self, at: usize, end: usize) -> bool {
        self.line.wraps && self.line.column + self.ahead.width(self.pieces, at, end) > WIDTH
    }

    /// Decides whether the list of a stage that begins here is broken, and tells how if it is.
    fn begin_list(&mut self, at: usize) -> Option<List> {
        let list = self.pieces[at].list?;
        let broken = self.is_too_long(at, self.ahead.bys[at]);
        let begun = Begun { line: self.line.number, broken };
        let level = self.levels.last_mut().filter(|level| level.block)?;
        (level.list, level.on_own_line) = (Some(begun), false);
        broken.then_some(list)
    }

    fn open(&mut self, at: usize, block: bool, list: bool) {
        let closed = self.ahead.closes[at];
        let end = if closed < self.line.end { self.ahead.stops[closed + 1] } else { self.line.end };
        let broken = list && self.is_too_long(at, end);
        self.at_element = broken;
        self.levels.push(Level {
            block,
            outer: self.line.indent,
            inner: self.line.indent + INDENT,
            list: list.then_some(Begun { line: self.line.number, broken }),
            on_own_line: false,
        });
    }
}
