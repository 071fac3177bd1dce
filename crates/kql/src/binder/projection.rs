//! Building the columns that a stage gives, with the names that the language makes up.

use std::collections::HashMap;

use super::{Binder, ColumnId, Rows, Scalar, Symbol, TupleItem, Value};
use crate::builtins::Naming;
use crate::diagnostic::{Code, Diagnostic};
use crate::token::Span;
use crate::tree::{ExpressionId, ExpressionKind, LiteralKind, Name};
use crate::types::Type;

/// How a name came to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// A column of the source, which `extend` may replace.
    Source,
    /// The query names it, or it is a column under its own name.
    Declared,
    /// The language made it up.
    MadeUp,
}

/// Columns in the making.
pub(super) struct Projection {
    columns: Vec<ColumnId>,
    taken: HashMap<Symbol, (usize, Taken)>,
    /// Whether columns of the same name are replaced where they stand.
    replaces: bool,
    /// The item whose columns are being added.
    item: Option<ExpressionId>,
}

impl Projection {
    pub(super) fn new() -> Self {
        Projection { columns: Vec::new(), taken: HashMap::new(), replaces: false, item: None }
    }

    /// Begins with the columns of a source, each of which may be replaced.
    pub(super) fn over(binder: &mut Binder<'_>, rows: &Rows) -> Self {
        let mut projection = Projection::new();
        projection.replaces = true;
        for id in rows.columns.iter() {
            let name = binder.column(*id).name;
            if projection.taken.contains_key(&name) {
                // `parse` may give a name a second time.
                projection.push_unique(binder, *id);
            } else {
                projection.push(binder, name, *id, Taken::Source);
            }
        }
        projection
    }

    pub(super) fn finish(self, open: bool) -> Rows {
        Rows::new(self.columns, open)
    }

    pub(super) fn has(&self, name: Symbol) -> bool {
        self.taken.contains_key(&name)
    }

    /// Says which item the columns that follow belong to.
    pub(super) fn making(&mut self, item: ExpressionId) {
        self.item = Some(item);
    }

    /// Says that the columns that follow are none of an item.
    pub(super) fn made(&mut self) {
        self.item = None;
    }

    fn push(&mut self, binder: &mut Binder<'_>, name: Symbol, id: ColumnId, taken: Taken) {
        self.taken.insert(name, (self.columns.len(), taken));
        self.columns.push(id);
        self.note(binder, id);
    }

    fn replace(&mut self, binder: &mut Binder<'_>, place: usize, id: ColumnId, taken: Taken) {
        self.taken.insert(binder.column(id).name, (place, taken));
        self.columns[place] = id;
        self.note(binder, id);
    }

    fn note(&self, binder: &mut Binder<'_>, id: ColumnId) {
        if let Some(item) = self.item {
            binder.side.note_made(item, id);
        }
    }

    /// Appends a column whatever its name.
    pub(super) fn append(&mut self, binder: &Binder<'_>, id: ColumnId) {
        let name = binder.column(id).name;
        let place = self.columns.len();
        self.taken.entry(name).or_insert((place, Taken::Declared));
        self.columns.push(id);
    }

    /// A column that the query names, or names by being one. A second of that name is an error.
    pub(super) fn declare(&mut self, binder: &mut Binder<'_>, id: ColumnId, span: Span) {
        let name = binder.column(id).name;
        match self.taken.get(&name).copied() {
            None => self.push(binder, name, id, Taken::Declared),
            Some((place, Taken::Source)) => self.replace(binder, place, id, Taken::Declared),
            Some((place, Taken::MadeUp)) if self.replaces => self.replace(binder, place, id, Taken::Declared),
            Some((_, Taken::MadeUp)) => self.push_unique(binder, id),
            Some((_, Taken::Declared)) => {
                let text = binder.name_of(name);
                binder.report(
                    Diagnostic::new(
                        Code::DuplicateColumn,
                        span,
                        format!("there is a column `{text}` already"),
                    )
                    .with_help("give one of the two another name: Name = …"),
                );
            }
        }
    }

    /// A column whose name the language makes up; where it is taken, a number makes it another.
    pub(super) fn add(&mut self, binder: &mut Binder<'_>, id: ColumnId) {
        let name = binder.column(id).name;
        match self.taken.get(&name).copied() {
            None => self.push(binder, name, id, Taken::MadeUp),
            Some((place, _)) if self.replaces => self.replace(binder, place, id, Taken::MadeUp),
            Some(_) => self.push_unique(binder, id),
        }
    }

    fn push_unique(&mut self, binder: &mut Binder<'_>, id: ColumnId) {
        let base = binder.name_of(binder.column(id).name);
        let name = (1..)
            .map(|number| binder.symbol(&format!("{base}{number}")))
            .find(|name| !self.taken.contains_key(name));
        if let Some(name) = name {
            let column = binder.column(id).clone();
            let renamed = binder.add_column(name, column.kind, vec![id]);
            self.push(binder, name, renamed, Taken::MadeUp);
        }
    }

    /// A column without any name: `Column1`.
    pub(super) fn add_nameless(&mut self, binder: &mut Binder<'_>, kind: Type, from: Vec<ColumnId>) {
        loop {
            binder.nameless += 1;
            let name = binder.symbol(&format!("Column{}", binder.nameless));
            if !self.taken.contains_key(&name) {
                let id = binder.add_column(name, kind, from);
                self.push(binder, name, id, Taken::MadeUp);
                return;
            }
        }
    }

    /// An item of a list of columns, bound before, named and added.
    pub(super) fn item(&mut self, binder: &mut Binder<'_>, id: ExpressionId, bound: Value) {
        self.making(id);
        match &binder.tree.expression(id).kind {
            // A table as a value is wrong as a whole.
            ExpressionKind::Named { names, .. } => self.named(binder, names, id, bound),
            _ => self.unnamed(binder, id, bound),
        }
    }

    fn named(&mut self, binder: &mut Binder<'_>, names: &[Name], value: ExpressionId, bound: Value) {
        if let Value::Tuple(items) = bound {
            for (at, item) in items.into_iter().enumerate() {
                match names.get(at) {
                    Some(name) => {
                        let symbol = binder.declared_name(*name);
                        let id = binder.tuple_column(symbol, item);
                        self.declare(binder, id, binder.tree.name_span(*name));
                    }
                    None => self.tuple_item(binder, item),
                }
            }
            return;
        }
        let Some(name) = names.first() else { return };
        if names.len() > 1 {
            let first = binder.tree.name_span(*name);
            let span = names.iter().fold(first, |span, name| span.to(binder.tree.name_span(*name)));
            binder.error(Code::NotSeveral, span, "the names are several and the value is one");
            return;
        }
        let scalar = binder.scalar_of(bound, value);
        let symbol = binder.declared_name(*name);
        let id = binder.scalar_column(symbol, scalar);
        self.declare(binder, id, binder.tree.name_span(*name));
    }

    fn tuple_item(&mut self, binder: &mut Binder<'_>, item: TupleItem) {
        let id = binder.tuple_column(item.name, item);
        self.add(binder, id);
    }

    /// The column of a level of `top-nested`: by its own or a made-up name, which a number makes another where it is taken.
    pub(super) fn level(
        &mut self,
        binder: &mut Binder<'_>,
        id: ExpressionId,
        bound: Value,
    ) -> Option<ColumnId> {
        self.making(id);
        let scalar = binder.scalar_of(bound, id);
        match (&binder.tree.expression(id).kind, binder.made_up_name(id)) {
            (ExpressionKind::Named { .. }, _) | (_, None) => self.item(binder, id, Value::Scalar(scalar)),
            (_, Some(name)) => {
                let column = match scalar.column.filter(|_| binder.is_plain_name(id)) {
                    Some(column) => column,
                    None => binder.scalar_column(name, scalar),
                };
                self.add(binder, column);
            }
        }
        self.columns.last().copied()
    }

    fn unnamed(&mut self, binder: &mut Binder<'_>, id: ExpressionId, bound: Value) {
        let span = binder.span(id);
        match bound {
            Value::Tuple(items) => {
                for item in items {
                    self.tuple_item(binder, item);
                }
            }
            bound => {
                let scalar = binder.scalar_of(bound, id);
                if let Some(column) = binder.column_itself(id, &scalar) {
                    return self.declare(binder, column, span);
                }
                match binder.made_up_name(id) {
                    Some(name) => {
                        let column = binder.scalar_column(name, scalar);
                        match binder.is_plain_name(id) {
                            true => self.declare(binder, column, span),
                            false => self.add(binder, column),
                        }
                    }
                    None => self.add_nameless(binder, scalar.kind, scalar.from),
                }
            }
        }
    }
}

impl Binder<'_> {
    /// The name that a declaration gives.
    pub(super) fn declared_name(&mut self, name: Name) -> Symbol {
        let text = self.tree.name(name);
        self.symbol(&text)
    }

    /// Whether an expression is a name and nothing else.
    fn is_plain_name(&self, id: ExpressionId) -> bool {
        matches!(self.tree.expression(id).kind, ExpressionKind::Name(_))
    }

    /// The column that an expression gives unchanged: a name that refers to one, or a conversion to the type that it has.
    fn column_itself(&mut self, id: ExpressionId, scalar: &Scalar) -> Option<ColumnId> {
        let column = scalar.column?;
        match &self.tree.expression(id).kind {
            ExpressionKind::Name(_) => Some(column),
            ExpressionKind::Call { .. } if self.column(column).kind == scalar.kind => Some(column),
            _ => None,
        }
    }

    /// The name that the language makes up for the column of an expression; `None` where it makes up none.
    pub(super) fn made_up_name(&mut self, id: ExpressionId) -> Option<Symbol> {
        let text = self.made_up_text(id)?;
        Some(self.symbol(&text))
    }

    pub(super) fn made_up_text(&mut self, id: ExpressionId) -> Option<String> {
        let tree = self.tree;
        match &tree.expression(id).kind {
            ExpressionKind::Name(name) => Some(tree.name(*name).into_owned()),
            ExpressionKind::Named { names, .. } => names.first().map(|name| tree.name(*name).into_owned()),
            ExpressionKind::Parenthesised(inner) => self.made_up_text(*inner),
            ExpressionKind::Path { base, member } => {
                let member = self.made_up_text(*member)?;
                if self.side.type_of(*base) != Type::Dynamic && !self.is_open_value(*base) {
                    return Some(member);
                }
                match self.made_up_text(*base) {
                    Some(base) => Some(format!("{base}_{member}")),
                    None => Some(member),
                }
            }
            ExpressionKind::Element { base, index } => {
                let base = self.made_up_text(*base);
                let key = match &tree.expression(*index).kind {
                    ExpressionKind::Literal(
                        kind @ (LiteralKind::String | LiteralKind::Int | LiteralKind::Long),
                    ) => {
                        let text = tree.text(tree.expression(*index).tokens);
                        match kind {
                            LiteralKind::String => {
                                crate::literal::decode(text).unwrap_or_else(|| text.to_owned())
                            }
                            _ => text.chars().filter(char::is_ascii_digit).collect(),
                        }
                    }
                    _ => String::new(),
                };
                match base {
                    Some(base) => Some(format!("{base}_{key}")),
                    None => Some(key).filter(|key| !key.is_empty()),
                }
            }
            ExpressionKind::Call { name, arguments } => {
                let function = tree.name(*name);
                let naming = self.naming(&function)?;
                let first = arguments.first().copied();
                match naming {
                    Naming::None => None,
                    Naming::FirstArgument => self.made_up_text(first?),
                    Naming::OnlyArgument if arguments.len() == 1 => self.made_up_text(first?),
                    Naming::OnlyArgument => None,
                    Naming::NameAndFirstArgument => {
                        let argument = self.made_up_text(first?).unwrap_or_default();
                        Some(format!("{function}_{argument}"))
                    }
                    Naming::PrefixAndFirstArgument(prefix) => {
                        let argument = first.and_then(|first| self.made_up_text(first)).unwrap_or_default();
                        Some(format!("{prefix}_{argument}"))
                    }
                    Naming::PrefixOnly(prefix) => Some(prefix.to_owned()),
                    Naming::FirstArgumentValueIfColumn => {
                        let text = crate::literal::decode(tree.text(tree.expression(first?).tokens))?;
                        let symbol = self.symbol(&text);
                        let columns = &self.contexts.last()?.columns;
                        self.find(columns, symbol)?;
                        Some(text)
                    }
                }
            }
            _ => None,
        }
    }

    /// Whether nothing is known of a value, so that it may be a bag.
    fn is_open_value(&self, id: ExpressionId) -> bool {
        self.side.type_of(id) == Type::Unknown
    }
}
