//! Where two verdicts on a query differ, by class.

use std::collections::BTreeMap;
use std::fmt;

use crate::verdict::{Fault, Verdict};

/// A class of differences: all that have the same cause are meant to be in one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Refused as syntax here, read there: what is said here.
    Refused(String),
    /// Read here, refused as syntax there: what is said there.
    Accepted(String),
    /// An error here, none there: what is said here.
    FalseError(String),
    /// An error there, none here: what is said there.
    MissedError(String),
    /// Errors here and there, none of them at the same place: what is said there, and here.
    OtherPlace(String, String),
    /// A warning here, nothing there: what is said here.
    FalseWarning(String),
    /// A warning there, nothing here: what is said there.
    MissedWarning(String),
    /// Clean here and there, with other columns: in what they differ.
    Columns(String),
    /// An error of this library's own, which the other never says.
    OnlyHere(String),
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Class::Refused(ours) => write!(formatter, "syntax refused only here: {ours}"),
            Class::Accepted(theirs) => write!(formatter, "syntax refused only there: {theirs}"),
            Class::FalseError(ours) => write!(formatter, "error only here: {ours}"),
            Class::MissedError(theirs) => write!(formatter, "error only there: {theirs}"),
            Class::OtherPlace(theirs, ours) => write!(formatter, "other place: there {theirs}; here {ours}"),
            Class::FalseWarning(ours) => write!(formatter, "warning only here: {ours}"),
            Class::MissedWarning(theirs) => write!(formatter, "warning only there: {theirs}"),
            Class::Columns(how) => write!(formatter, "columns: {how}"),
            Class::OnlyHere(ours) => write!(formatter, "said by this library alone: {ours}"),
        }
    }
}

/// Differences by class, each class with its queries' names.
pub type Differences = BTreeMap<Class, Vec<String>>;

/// How many queries were compared, and how many of them were judged alike in each respect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// All.
    pub queries: usize,
    /// Refused or read as syntax by both.
    pub same_syntax: usize,
    /// Of those that both read: without an error there.
    pub clean: usize,
    /// Of the clean ones: without an error here.
    pub without_false_error: usize,
    /// Of the clean ones: with the same columns.
    pub same_columns: usize,
    /// Of those that both read: with an error there.
    pub faulty: usize,
    /// Of the faulty ones: with an error or a warning here.
    pub found: usize,
    /// Of the faulty ones: with an error or a warning at the same place.
    pub found_in_place: usize,
}

impl Figures {
    /// Counts one query.
    pub fn add(&mut self, ours: &Verdict, theirs: &Verdict) {
        self.queries += 1;
        self.same_syntax += usize::from(ours.syntax.is_empty() == theirs.syntax.is_empty());
        if !ours.syntax.is_empty() || !theirs.syntax.is_empty() {
            return;
        }
        if theirs.is_clean() {
            self.clean += 1;
            self.without_false_error += usize::from(!errors(ours).any(|fault| fault.shared));
            self.same_columns += usize::from(columns_alike(ours, theirs));
            return;
        }
        self.faulty += 1;
        self.found += usize::from(!ours.meaning.is_empty());
        self.found_in_place += usize::from(same_place(ours, theirs));
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { queries, same_syntax, clean, faulty, .. } = *self;
        writeln!(formatter, "same verdict on syntax:          {same_syntax} of {queries}")?;
        writeln!(formatter, "clean there, no error here:      {} of {clean}", self.without_false_error)?;
        writeln!(formatter, "result columns identical:        {} of {clean}", self.same_columns)?;
        writeln!(formatter, "errors there, an error here:     {} of {faulty}", self.found)?;
        write!(formatter, "errors there, at the same place: {} of {faulty}", self.found_in_place)
    }
}

fn errors(verdict: &Verdict) -> impl Iterator<Item = &Fault> {
    verdict.meaning.iter().filter(|fault| fault.is_error)
}

fn warnings(verdict: &Verdict) -> impl Iterator<Item = &Fault> {
    verdict.meaning.iter().filter(|fault| !fault.is_error && fault.shared)
}

fn at_same_place(one: &Fault, other: &Fault) -> bool {
    (one.start, one.length) == (other.start, other.length)
}

fn same_place(ours: &Verdict, theirs: &Verdict) -> bool {
    errors(theirs).any(|error| ours.meaning.iter().any(|fault| at_same_place(fault, error)))
}

/// A result that is not a table has no columns to compare.
fn columns_alike(ours: &Verdict, theirs: &Verdict) -> bool {
    match (&ours.columns, &theirs.columns) {
        (Some(ours), Some(theirs)) => ours == theirs,
        (None, Some(theirs)) => theirs.first().is_some_and(|first| first.starts_with("<scalar>:")),
        (Some(ours), None) => ours.is_empty(),
        (None, None) => true,
    }
}

/// What is said with all that is particular to a query taken out.
fn general(fault: &Fault) -> String {
    let mut text = format!("{} ", fault.code);
    let mut quote = None;
    let mut before = ' ';
    for character in fault.message.chars() {
        match quote {
            Some(end) if character == end => {
                text.push('_');
                quote = None;
            }
            Some(_) => {}
            None if matches!(character, '`' | '"') || (character == '\'' && !before.is_alphanumeric()) => {
                quote = Some(character);
            }
            None if character.is_ascii_digit() => {
                if !text.ends_with('#') {
                    text.push('#');
                }
            }
            None => text.push(character),
        }
        before = character;
    }
    text
}

/// How the columns differ, without their names.
fn column_difference(ours: &Verdict, theirs: &Verdict) -> String {
    let (Some(ours), Some(theirs)) = (&ours.columns, &theirs.columns) else {
        return format!("{} here, {} there", presence(ours), presence(theirs));
    };
    if ours.len() != theirs.len() {
        return format!("{} here than there", if ours.len() > theirs.len() { "more" } else { "fewer" });
    }
    let differing = ours.iter().zip(theirs).find(|(one, other)| one != other);
    let Some((one, other)) = differing else { return "alike".to_owned() };
    let split = |column: &str| {
        let (name, kind) = column.rsplit_once(':').unwrap_or((column, ""));
        (name.to_owned(), kind.to_owned())
    };
    let ((name, kind), (other_name, other_kind)) = (split(one), split(other));
    match name == other_name {
        true => format!("{kind} here, {other_kind} there"),
        false => {
            let plain = |name: &str| name.trim_start_matches('v').bytes().all(|byte| byte.is_ascii_digit());
            let shown = |name: String| if plain(&name) { "a new name".to_owned() } else { name };
            format!("{} here, {} there", shown(name), shown(other_name))
        }
    }
}

fn presence(verdict: &Verdict) -> &'static str {
    match &verdict.columns {
        Some(columns) if columns.first().is_some_and(|first| first.starts_with("<scalar>:")) => "a value",
        Some(_) => "a table",
        None => "nothing",
    }
}

/// Every class in which two verdicts on a query differ.
pub fn differences(ours: &Verdict, theirs: &Verdict) -> Vec<Class> {
    match (ours.syntax.first(), theirs.syntax.first()) {
        (Some(fault), None) => return vec![Class::Refused(general(fault))],
        (None, Some(fault)) => return vec![Class::Accepted(general(fault))],
        (Some(_), Some(_)) => return Vec::new(),
        (None, None) => {}
    }
    let mut found = Vec::new();
    let first_theirs = errors(theirs).next();
    let first_ours = errors(ours).find(|fault| fault.shared);
    match (first_ours, first_theirs) {
        (Some(fault), None) => found.push(Class::FalseError(general(fault))),
        // What is an error there may be a warning here.
        (_, Some(_)) if same_place(ours, theirs) => {}
        (_, Some(fault)) if errors(ours).next().is_none() => found.push(Class::MissedError(general(fault))),
        (_, Some(fault)) => {
            let here = errors(ours).next().map(general).unwrap_or_default();
            found.push(Class::OtherPlace(general(fault), here));
        }
        (None, None) => {
            if let Some(fault) = errors(ours).find(|fault| !fault.shared) {
                found.push(Class::OnlyHere(general(fault)));
            }
        }
    }
    let is_said = |fault: &Fault, by: &Verdict| by.meaning.iter().any(|other| at_same_place(fault, other));
    if first_ours.is_none() && first_theirs.is_none() {
        if let Some(fault) = warnings(ours).find(|fault| !is_said(fault, theirs)) {
            found.push(Class::FalseWarning(general(fault)));
        }
        if let Some(fault) = warnings(theirs).find(|fault| !is_said(fault, ours)) {
            found.push(Class::MissedWarning(general(fault)));
        }
        if !columns_alike(ours, theirs) {
            found.push(Class::Columns(column_difference(ours, theirs)));
        }
    }
    found
}

/// Whether a query of which this library says `ours` can be in a class, whatever the other says of it.
pub fn may_be(class: &Class, ours: &Verdict) -> bool {
    let says = |wanted: &str, is_error: bool| {
        ours.meaning.iter().any(|fault| fault.is_error == is_error && general(fault) == wanted)
    };
    match class {
        Class::Refused(wanted) => ours.syntax.first().is_some_and(|fault| general(fault) == *wanted),
        _ if !ours.syntax.is_empty() => false,
        Class::Accepted(_) => true,
        Class::FalseError(wanted) | Class::OtherPlace(_, wanted) | Class::OnlyHere(wanted) => {
            says(wanted, true)
        }
        Class::MissedError(_) | Class::MissedWarning(_) | Class::Columns(_) => errors(ours).next().is_none(),
        Class::FalseWarning(wanted) => says(wanted, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: &str, message: &str, start: u64) -> Fault {
        Fault { code: code.into(), message: message.into(), is_error: true, start, length: 1, shared: true }
    }

    fn verdict(syntax: Vec<Fault>, meaning: Vec<Fault>, columns: &[&str]) -> Verdict {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Verdict { syntax, meaning, columns: Some(columns) }
    }

    #[test]
    fn verdicts_that_agree_differ_in_nothing() {
        let one = verdict(Vec::new(), vec![fault("KS142", "The name 'x' is not known", 3)], &["A:long"]);
        let other = verdict(Vec::new(), vec![fault("KS142", "there is no column `x` here", 3)], &["A:long"]);
        assert_eq!(differences(&one, &other), []);
    }

    #[test]
    fn each_respect_in_which_verdicts_differ_is_a_class_of_its_own() {
        let clean = verdict(Vec::new(), Vec::new(), &["A:long"]);
        let refused = verdict(vec![fault("KS005", "expected `x`", 1)], Vec::new(), &[]);
        let wrong = verdict(Vec::new(), vec![fault("KS142", "no 'x' of 12", 1)], &["A:long"]);
        let elsewhere = verdict(Vec::new(), vec![fault("KS107", "no `y`", 5)], &["A:long"]);
        let other = verdict(Vec::new(), Vec::new(), &["A:string"]);
        assert_eq!(differences(&refused, &clean), [Class::Refused("KS005 expected _".into())]);
        assert_eq!(differences(&clean, &refused), [Class::Accepted("KS005 expected _".into())]);
        assert_eq!(differences(&wrong, &clean), [Class::FalseError("KS142 no _ of #".into())]);
        assert_eq!(differences(&clean, &wrong), [Class::MissedError("KS142 no _ of #".into())]);
        assert_eq!(
            differences(&elsewhere, &wrong),
            [Class::OtherPlace("KS142 no _ of #".into(), "KS107 no _".into())]
        );
        assert_eq!(differences(&clean, &other), [Class::Columns("long here, string there".into())]);
    }
}
