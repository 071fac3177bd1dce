//! Small examples of a difference.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use kql::{TokenKind, lex};

use crate::difference::{Class, differences, may_be};
use crate::verdict::Verdict;

/// How many smaller queries are tried of an example in a round.
const TRIED: usize = 40;

/// How many smaller queries of an example this library looks at in a round, to see whether they may be one of the class.
const LOOKED_AT: usize = 3000;

/// The other analyser: a program that judges the queries of a folder.
#[derive(Debug, Clone)]
pub struct Analyser {
    /// The program and its first arguments. It is given `--schemas FILE --no-hidden --queries FOLDER --out FILE` besides.
    pub command: Vec<String>,
    /// A folder for the queries that it is given; made where it is not there, and its contents replaced.
    pub folder: PathBuf,
    /// How many of it run at a time.
    pub jobs: usize,
}

impl Analyser {
    /// What it says of each query; `None` for one of which it says nothing.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written or the program does not run.
    pub fn judge(&self, queries: &[String]) -> io::Result<Vec<Option<Verdict>>> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        let jobs = self.jobs.max(1);
        fs::create_dir_all(&self.folder)?;
        let schemas = self.folder.join("schema.tsv");
        fs::write(&schemas, crate::schema::tsv())?;
        let mut running = Vec::new();
        for job in 0..jobs {
            let part = self.folder.join(job.to_string());
            fs::create_dir_all(&part)?;
            for (at, query) in queries.iter().enumerate().filter(|(at, _)| at % jobs == job) {
                fs::write(part.join(format!("{at}.kql")), query)?;
            }
            let out = self.folder.join(format!("{job}.jsonl"));
            let [program, first @ ..] = self.command.as_slice() else {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "no program is given"));
            };
            let child = Command::new(program)
                .args(first)
                .arg("--schemas")
                .arg(&schemas)
                .arg("--no-hidden")
                .arg("--queries")
                .arg(&part)
                .arg("--out")
                .arg(&out)
                .stderr(std::process::Stdio::null())
                .spawn()?;
            running.push((child, out));
        }
        let mut verdicts = vec![None; queries.len()];
        for (mut child, out) in running {
            child.wait()?;
            for (file, verdict) in fs::read_to_string(out)?.lines().filter_map(Verdict::from_line) {
                let at = file.trim_end_matches(".kql").parse::<usize>().ok();
                if let Some(slot) = at.and_then(|at| verdicts.get_mut(at)) {
                    *slot = Some(verdict);
                }
            }
        }
        Ok(verdicts)
    }
}

/// Makes the example of each class smaller as long as it stays one of its class, for so many rounds at most.
///
/// # Errors
///
/// When the other analyser does not run.
pub fn shrink(examples: &mut BTreeMap<Class, String>, analyser: &Analyser, rounds: usize) -> io::Result<()> {
    let mut settled: Vec<Class> = Vec::new();
    for _ in 0..rounds {
        let mut tried: Vec<(Class, String, Verdict)> = Vec::new();
        for (class, text) in examples.iter().filter(|(class, _)| !settled.contains(class)) {
            let fitting = smaller(text).into_iter().take(LOOKED_AT).filter_map(|smaller| {
                let ours = Verdict::of(&smaller);
                may_be(class, &ours).then(|| (class.clone(), smaller, ours))
            });
            tried.extend(fitting.take(TRIED));
        }
        if tried.is_empty() {
            break;
        }
        let texts: Vec<String> = tried.iter().map(|(_, text, _)| text.clone()).collect();
        let theirs = analyser.judge(&texts)?;
        let mut better: BTreeMap<Class, String> = BTreeMap::new();
        for ((class, text, ours), theirs) in tried.into_iter().zip(theirs) {
            let Some(theirs) = theirs else { continue };
            if differences(&ours, &theirs).contains(&class)
                && better.get(&class).is_none_or(|found| text.len() < found.len())
            {
                better.insert(class, text);
            }
        }
        settled.extend(examples.keys().filter(|class| !better.contains_key(*class)).cloned());
        examples.extend(better);
        if settled.len() >= examples.len() {
            break;
        }
    }
    Ok(())
}

/// The query with each run of its tokens left out in which brackets fit, and with each pair of brackets left out, with the
/// name before it and without; shortest first.
fn smaller(query: &str) -> Vec<String> {
    use TokenKind::{CloseBrace, CloseBracket, CloseParen, Identifier, OpenBrace, OpenBracket, OpenParen};
    let lexed = lex(query);
    let tokens: Vec<_> = lexed
        .significant()
        .filter(|token| token.kind != TokenKind::End)
        .map(|token| (token.kind, token.span.range()))
        .collect();
    let without = |runs: &[(usize, usize)]| {
        let (mut text, mut from) = (String::new(), 0);
        for (first, last) in runs {
            text.push_str(&query[from..tokens[*first].1.start]);
            from = tokens[*last].1.end;
        }
        text.push_str(&query[from..]);
        text.trim().to_owned()
    };
    let mut all = Vec::new();
    for first in 0..tokens.len() {
        let mut depth = 0_i32;
        for (last, (kind, _)) in tokens.iter().enumerate().skip(first) {
            depth += match kind {
                OpenParen | OpenBracket | OpenBrace => 1,
                CloseParen | CloseBracket | CloseBrace => -1,
                _ => 0,
            };
            if depth < 0 {
                break;
            }
            if depth == 0 {
                all.push(without(&[(first, last)]));
                // The brackets alone, where they are the run.
                if tokens[first].0 == OpenParen && *kind == CloseParen && last > first + 1 {
                    all.push(without(&[(first, first), (last, last)]));
                    if let Some(name) = first.checked_sub(1).filter(|name| tokens[*name].0 == Identifier) {
                        all.push(without(&[(name, first), (last, last)]));
                    }
                }
            }
        }
    }
    all.sort_by_key(String::len);
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_tokens_and_brackets_are_left_out() {
        let query = "print f(a[1], (b))";
        let all = smaller(query);
        for expected in
            ["print f((b))", "print f(a, (b))", "print f(a[1], b)", "print a[1], (b)", "print f(a[1], ())"]
        {
            assert!(
                all.iter().any(|text| text.replace(" ,", ",").replace("( ", "(") == expected),
                "{expected}: {all:?}"
            );
        }
        assert!(all.iter().all(|text| text.len() < query.len()));
    }
}
