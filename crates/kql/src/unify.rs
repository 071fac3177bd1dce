//! The columns of several tables as one, as `union` gives them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::catalog::CatalogColumn;
use crate::types::Type;

/// A name with the types that columns of it have, and those columns.
type Named<N, C> = (N, Vec<(Type, Vec<C>)>);

/// Columns by name and type, in the order of their first mention.
pub(crate) struct Unified<N, C> {
    places: HashMap<N, usize>,
    columns: Vec<Named<N, C>>,
    /// How many columns of each name there were, and whether the first two agree on the type: the service does then
    /// not ask the others.
    counts: Vec<(usize, bool)>,
}

impl<N: Copy + Eq + Hash, C> Unified<N, C> {
    pub(crate) fn new() -> Self {
        Unified { places: HashMap::new(), columns: Vec::new(), counts: Vec::new() }
    }

    pub(crate) fn add(&mut self, name: N, kind: Type, column: C) {
        let place = *self.places.entry(name).or_insert_with(|| {
            self.columns.push((name, Vec::new()));
            self.counts.push((0, false));
            self.columns.len() - 1
        });
        let (count, settled) = &mut self.counts[place];
        let kinds = &mut self.columns[place].1;
        *count += 1;
        let known = kinds.iter_mut().find(|(known, _)| *known == kind);
        if *settled && known.is_none() {
            return;
        }
        *settled |= *count == 2 && known.is_some();
        match known {
            Some((_, columns)) => columns.push(column),
            None => kinds.push((kind, vec![column])),
        }
    }

    pub(crate) fn finish(self) -> Vec<Named<N, C>> {
        self.columns
    }
}

/// The columns of several tables as `union` gives them: a name of one type is one column, a name of several types one
/// each, with the type behind the name.
pub fn unified_columns<'a>(tables: impl IntoIterator<Item = &'a [CatalogColumn]>) -> Vec<CatalogColumn> {
    let mut unified = Unified::new();
    for table in tables {
        for (name, kind) in table {
            unified.add(&**name, *kind, name);
        }
    }
    let mut columns = Vec::new();
    for (name, kinds) in unified.finish() {
        let several = kinds.len() > 1;
        for (kind, same) in kinds {
            let name = if several { Arc::from(format!("{name}_{kind}")) } else { Arc::clone(same[0]) };
            columns.push((name, kind));
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_several_types_is_a_column_for_each() {
        let column = |name: &str, kind| (Arc::from(name), kind);
        let one = [column("A", Type::Long), column("B", Type::String)];
        let other = [column("B", Type::Dynamic), column("A", Type::Long), column("C", Type::Bool)];
        let columns = unified_columns([&one[..], &other[..]]);
        let written: Vec<String> = columns.iter().map(|(name, kind)| format!("{name}:{kind}")).collect();
        assert_eq!(written, ["A:long", "B_string:string", "B_dynamic:dynamic", "C:bool"]);
    }

    #[test]
    fn two_that_agree_settle_a_name() {
        let columns = unified_columns(
            [Type::Long, Type::Long, Type::String]
                .map(|kind| [(Arc::from("A"), kind)])
                .iter()
                .map(|t| &t[..]),
        );
        assert_eq!(columns, [(Arc::from("A"), Type::Long)]);
    }
}
