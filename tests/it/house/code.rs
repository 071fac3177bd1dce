//! Rust files as the paths and words in their code: comments and texts are none of it.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// What is in the code of one file.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// Every path, from `a` to `::a::b::c`; those of a group in a `use` are each whole.
    pub(super) paths: Vec<Vec<String>>,
    /// The macros that are called, by the last segment of their path.
    pub(super) macros: BTreeSet<String>,
    /// The names of modules and imports of ours, which are no crates.
    locals: BTreeSet<String>,
    /// Modules in files of their own that are for tests only.
    pub(super) test_modules: Vec<String>,
}

/// Which part of a file counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All of it.
    Whole,
    /// All but what is compiled for tests only.
    WithoutTests,
}

impl Code {
    /// Reads a file: all of it, and all but what is compiled for tests only.
    pub(super) fn read(text: &str) -> [Self; 2] {
        let tokens: TokenStream = text.parse().expect("Rust");
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        [Part::Whole, Part::WithoutTests].map(|part| {
            let mut code = Self::default();
            code.walk(&tokens, part);
            code
        })
    }

    /// The first segments of paths that lead out of the file, which name a crate if anything does.
    pub(super) fn heads(&self) -> BTreeSet<&str> {
        let heads = self.paths.iter().filter(|path| path.len() > 1).map(|path| path[0].as_str());
        heads.filter(|head| !self.locals.contains(*head)).collect()
    }

    /// Every word.
    pub(super) fn words(&self) -> BTreeSet<&str> {
        self.paths.iter().flatten().map(String::as_str).collect()
    }

    fn walk(&mut self, tokens: &[TokenTree], part: Part) {
        let mut at = 0;
        while at < tokens.len() {
            if let Some(after) = test_attribute(tokens, at) {
                let end = item_end(tokens, after);
                if let [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(end)] =
                    &tokens[after..end.max(after)]
                    && word == "mod"
                    && end.as_char() == ';'
                {
                    self.test_modules.push(name.to_string());
                }
                if part == Part::WithoutTests {
                    at = end;
                    continue;
                }
            }
            at = match &tokens[at] {
                TokenTree::Ident(word) if word == "use" && !is_punct(tokens.get(at + 1), '<') => {
                    let length = tokens[at..].iter().position(|token| is_punct(Some(token), ';'));
                    let end = length.map_or(tokens.len(), |length| at + length);
                    let known = self.paths.len();
                    self.tree(&tokens[at + 1..end], &[]);
                    for path in &self.paths[known..] {
                        if let [head, .., last] = path.as_slice()
                            && ["crate", "self", "super"].contains(&head.as_str())
                        {
                            self.locals.insert(last.clone());
                        }
                    }
                    end
                }
                TokenTree::Ident(word) if word == "mod" => {
                    if let Some(TokenTree::Ident(name)) = tokens.get(at + 1) {
                        self.locals.insert(name.to_string());
                    }
                    at + 1
                }
                TokenTree::Ident(_) => self.path(tokens, at, part),
                TokenTree::Group(group) => {
                    self.walk(&inner(group), part);
                    at + 1
                }
                _ => at + 1,
            };
        }
    }

    /// A path from its first segment; returns where it ends. What follows a type in brackets is the rest of its path.
    fn path(&mut self, tokens: &[TokenTree], start: usize, part: Part) -> usize {
        let is_rest = start > 2 && is_colons(tokens, start - 2) && is_punct(tokens.get(start - 3), '>');
        let mut path = if is_rest { vec!["<>".to_owned()] } else { Vec::new() };
        let mut at = start;
        while let Some(TokenTree::Ident(segment)) = tokens.get(at) {
            path.push(segment.to_string());
            at += 1;
            if !is_colons(tokens, at) {
                break;
            }
            at += 2;
        }
        if is_punct(tokens.get(at), '!') {
            self.macros.extend(path.last().cloned());
        }
        self.paths.push(path);
        if let Some(TokenTree::Group(group)) = tokens.get(at) {
            self.walk(&inner(group), part);
            return at + 1;
        }
        at
    }

    /// The paths of a `use`, those in groups with what stands before the group.
    fn tree(&mut self, tokens: &[TokenTree], before: &[String]) {
        for part in tokens.split(|token| is_punct(Some(token), ',')) {
            let mut path = before.to_vec();
            let mut is_whole = false;
            let mut is_alias = false;
            for token in part {
                match token {
                    TokenTree::Ident(word) if word == "as" => is_alias = true,
                    // An alias is a name of this file.
                    TokenTree::Ident(word) if is_alias => drop(self.locals.insert(word.to_string())),
                    TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                    TokenTree::Ident(word) => path.push(word.to_string()),
                    TokenTree::Group(group) => {
                        self.tree(&inner(group), &path);
                        is_whole = true;
                    }
                    TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                }
            }
            // An empty part follows a last comma; `self` and a glob add no segment.
            if !is_whole && !part.is_empty() {
                self.paths.push(path);
            }
        }
    }
}

fn inner(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

/// Where the item begins that an attribute such as `#[cfg(test)]` at this place is of, further attributes left out.
fn test_attribute(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let attribute = attribute(tokens, at)?;
    let stream = inner(attribute);
    let (Some(TokenTree::Ident(word)), Some(TokenTree::Group(condition))) = (stream.first(), stream.get(1))
    else {
        return None;
    };
    if word != "cfg" || !asks_for_tests(&inner(condition)) {
        return None;
    }
    let mut after = at + 2;
    while self::attribute(tokens, after).is_some() {
        after += 2;
    }
    Some(after)
}

fn attribute(tokens: &[TokenTree], at: usize) -> Option<&Group> {
    match (tokens.get(at)?, tokens.get(at + 1)?) {
        (TokenTree::Punct(hash), TokenTree::Group(group))
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            Some(group)
        }
        _ => None,
    }
}

/// Whether a condition is `test`, or `all` of it and more.
fn asks_for_tests(condition: &[TokenTree]) -> bool {
    let [TokenTree::Ident(word), rest @ ..] = condition else { return false };
    match rest {
        [] => word == "test",
        [TokenTree::Group(group)] if word == "all" => {
            let inner = inner(group);
            inner.split(|token| is_punct(Some(token), ',')).any(asks_for_tests)
        }
        _ => false,
    }
}

/// Where an item ends: after its block, or its semicolon or comma.
fn item_end(tokens: &[TokenTree], start: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(Some(token), ';') || is_punct(Some(token), ','),
    };
    tokens[start..].iter().position(ends).map_or(tokens.len(), |length| start + length + 1)
}

#[test]
fn paths_are_found_alone_and_in_groups_and_not_in_comments_or_texts() {
    let [code, _] = Code::read(
        r##"
        //! crate::comment
        use crate::{plan::{self, Change}, azure::Client as Other};
        use ::regex::Regex;
        mod url;
        /* crate::block */
        fn f(x: <T as serde::Serialize>::Rest) -> a::B<c::D> {
            let text = r#"crate::text"#;
            url::parse(crate::apply::apply::<e::F>(text)); $crate::feed::x!(g::h);
            Other::new()
        }
        "##,
    );
    let joined: BTreeSet<String> = code.paths.iter().map(|path| path.join("::")).collect();
    for path in [
        "crate::plan",
        "crate::plan::Change",
        "crate::azure::Client",
        "crate::apply::apply",
        "crate::feed::x",
    ] {
        assert!(joined.contains(path), "{path}: {joined:?}");
    }
    assert!(
        !joined
            .iter()
            .any(|path| path.contains("comment") || path.contains("block") || path.contains("text::"))
    );
    let heads: Vec<_> = code.heads().into_iter().collect();
    assert_eq!(heads, ["<>", "a", "c", "crate", "e", "g", "regex", "serde"]);
}

#[test]
fn code_for_tests_is_left_out() {
    let text = "
        #[cfg(test)] mod tests;
        #[cfg(all(test, unix))] #[allow(x)] fn f() { a::b() }
        #[cfg(test)] use c::{d, e};
        #[cfg(not(test))] fn g() { h::i() }
        #[cfg(unix)] fn j() { k::l() }
        fn m() { let _ = N { #[cfg(test)] o: p::q(), r: s::t() }; }
    ";
    let [whole, code] = Code::read(text);
    assert_eq!(code.heads().into_iter().collect::<Vec<_>>(), ["h", "k", "s"]);
    assert_eq!(code.test_modules, ["tests"]);
    assert!(whole.heads().contains("a"));
}
