//! Which files a folder holds.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;

/// What was found below the given paths.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The files, sorted, each once.
    pub files: Vec<Utf8PathBuf>,
    /// Paths that could not be read, with the reason.
    pub failures: Vec<(Utf8PathBuf, io::Error)>,
}

/// Finds all files below the paths, recursively. `.gitignore` and `.ignore` files count, inside and outside a git
/// repository; hidden files and folders are left out. A file that is named itself is taken whatever they say.
pub fn discover<P: AsRef<Utf8Path>>(paths: impl IntoIterator<Item = P>) -> Discovery {
    let mut found = Discovery::default();
    for path in paths {
        let path = path.as_ref();
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => found.files.push(path.to_owned()),
            Ok(_) => walk(path, &mut found),
            Err(error) => found.failures.push((path.to_owned(), error)),
        }
    }
    found.files.sort();
    found.files.dedup();
    found
}

fn walk(root: &Utf8Path, found: &mut Discovery) {
    for entry in WalkBuilder::new(root).require_git(false).build() {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {}
            Ok(entry) => match Utf8PathBuf::from_path_buf(entry.into_path()) {
                Ok(path) => found.files.push(path),
                Err(path) => {
                    let error = io::Error::new(io::ErrorKind::InvalidData, "the path is not UTF-8");
                    found.failures.push((path.to_string_lossy().into_owned().into(), error));
                }
            },
            Err(error) => {
                let error = error.into_io_error().unwrap_or_else(|| io::Error::other("unreadable entry"));
                found.failures.push((root.to_owned(), error));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gitignore_counts_hidden_files_do_not_and_a_missing_path_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        for (path, text) in [
            ("b/x.yaml", ""),
            ("a.yaml", ""),
            (".gitignore", "draft/\n"),
            ("draft/y.yaml", ""),
            (".z.yaml", ""),
        ] {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        }
        let found = discover([root.to_owned(), root.join("a.yaml"), root.join("missing")]);
        let names: Vec<_> = found.files.iter().map(|f| f.strip_prefix(root).unwrap().as_str()).collect();
        assert_eq!(names, ["a.yaml", "b/x.yaml"]);
        assert_eq!(found.failures.len(), 1);
    }
}
