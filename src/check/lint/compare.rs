//! Hashes and host names compared by case.

use std::collections::HashSet;

use kql::tree::{BinaryOperator, ExpressionId, ExpressionKind, Node};
use kql::{ColumnId, ColumnOrigin, Constant, Definition, KnownValue};

use super::code::CASE_SENSITIVE_COMPARE;
use super::{DEEPEST, Lints};

/// How many columns a column is followed to.
const MOST_COLUMNS: usize = 200;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Hash,
    Host,
}

impl Subject {
    fn of(column: &str) -> Option<Subject> {
        let column = column.to_ascii_lowercase();
        let column = column.strip_suffix("_s").unwrap_or(&column);
        let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| column.ends_with(suffix));
        if ends(&["sha256", "sha1", "md5", "filehash", "hash"]) {
            Some(Subject::Hash)
        } else if ends(&["hostname", "computername", "devicename", "machinename", "workstationname"])
            || column == "computer"
        {
            Some(Subject::Host)
        } else {
            None
        }
    }

    /// Whether a text may be the value of such a column. A column of hashes is sometimes compared with a word that the query
    /// put there itself.
    fn may_be(self, text: &str) -> bool {
        match self {
            Subject::Hash => text.trim().chars().all(|c| c.is_ascii_hexdigit()),
            Subject::Host => true,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Subject::Hash => "a hash",
            Subject::Host => "the name of a host",
        }
    }
}

impl Lints<'_> {
    pub(super) fn case_sensitive(&mut self, id: ExpressionId) {
        let tree = self.tree;
        use BinaryOperator::*;
        let (operator, left, right): (_, _, &[ExpressionId]) = match &tree.expression(id).kind {
            ExpressionKind::Binary { operator, left, right } => {
                (*operator, *left, std::slice::from_ref(right))
            }
            ExpressionKind::In { operator, left, list } => (*operator, *left, list),
            _ => return,
        };
        let other = match operator {
            Equal => EqualTilde,
            NotEqual | LessGreater => NotTilde,
            In => InCi,
            NotIn => NotInCi,
            HasCs => Has,
            NotHasCs => NotHas,
            ContainsCs => Contains,
            NotContainsCs => NotContains,
            StartsWithCs => StartsWith,
            NotStartsWithCs => NotStartsWith,
            EndsWithCs => EndsWith,
            NotEndsWithCs => NotEndsWith,
            HasPrefixCs => HasPrefix,
            HasSuffixCs => HasSuffix,
            _ => return,
        };
        let left = tree.unwrapped(left);
        let ExpressionKind::Name(name) = &tree.expression(left).kind else { return };
        let column = tree.name(*name);
        let Some(subject) = Subject::of(&column) else { return };
        let is_column = match self.analysis.definition(left) {
            Some(Definition::Column(column)) => !self.is_folded(column),
            Some(_) => false,
            // What it is was not found out.
            None => true,
        };
        if !is_column || !self.is_text(left) {
            return;
        }
        if !right.iter().any(|value| self.is_given(*value, subject, 0)) {
            return;
        }
        // One comparison that is written several times is one mistake.
        let text = tree.text(tree.expression(id).tokens);
        if !self.compared.insert(text) {
            return;
        }
        let written = operator.as_str();
        let help = match (operator, right) {
            (NotEqual | LessGreater, _) => format!("write `{column} !~ …`"),
            _ => format!("write `{column} {} …`", other.as_str()),
        };
        self.report(
            &CASE_SENSITIVE_COMPARE,
            tree.span_of(left),
            format!("`{written}` tells upper case from lower case"),
            format!("{} may come in either", subject.noun()),
            help,
        );
    }

    /// Whether a column holds texts, or what it holds is not known. A guid or a number has no case.
    fn is_text(&self, id: ExpressionId) -> bool {
        matches!(self.analysis.type_of(id), kql::Type::String | kql::Type::Dynamic | kql::Type::Unknown)
    }

    /// Whether a column is made by changing the case of a text, directly or by way of other columns.
    fn is_folded(&self, column: ColumnId) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![column];
        while let Some(column) = open.pop().filter(|_| seen.len() < MOST_COLUMNS) {
            if !seen.insert(column) {
                continue;
            }
            if let ColumnOrigin::Item(item) = self.analysis.column_origin(column)
                && self.calls(Node::Expression(item), &|name| matches!(name, "tolower" | "toupper"))
            {
                return true;
            }
            open.extend(&self.analysis.column(column).from);
        }
        false
    }

    /// Whether a value is a text that somebody wrote down, with letters in it: in the query, in a watchlist, in a table
    /// of the query or in a file elsewhere. What a query reads from logs is written as the source writes it.
    fn is_given(&self, id: ExpressionId, subject: Subject, depth: usize) -> bool {
        let has_letters = |text: &str| subject.may_be(text) && text.chars().any(char::is_alphabetic);
        let is_written = |known: KnownValue| match known.value {
            Constant::String(text) => has_letters(&text),
            value => value.texts().is_some_and(|texts| texts.into_iter().any(has_letters)),
        };
        if self.analysis.values(id).into_iter().any(is_written) {
            return true;
        }
        match &self.tree.expression(self.analysis.resolved(id)).kind {
            ExpressionKind::DataTable { .. } | ExpressionKind::ExternalData { .. } => true,
            ExpressionKind::Call { name, .. } => self.tree.name(*name) == "_GetWatchlist",
            ExpressionKind::Pipe { source, .. } if depth < DEEPEST => {
                self.is_given(*source, subject, depth + 1)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_hashes_and_hosts_are_told_by_name() {
        for column in ["SHA256", "InitiatingProcessMD5", "FileHash", "FileHash_s", "TargetFileSHA1"] {
            assert_eq!(Subject::of(column), Some(Subject::Hash), "{column}");
        }
        for column in ["Computer", "DeviceName", "HostName", "DvcHostname", "WorkstationName", "Hostname_s"] {
            assert_eq!(Subject::of(column), Some(Subject::Host), "{column}");
        }
        for column in ["FileHashAlgorithm", "HashType", "Host", "ComputerIP", "ProcessName", "Account"] {
            assert_eq!(Subject::of(column), None, "{column}");
        }
    }
}
