//! Files that are replaced whole.

use std::io::{BufWriter, Write};

use camino::Utf8Path;

/// Replaces what a file holds in one step, or makes it: a crash leaves the old text, and nobody sees half of the new. What
/// is written first has a name that nobody can prepare; a link leads to the same file as before, and the permissions stay.
///
/// # Errors
///
/// When the file is read-only, or the folder cannot be written to.
pub(super) fn replace(path: &Utf8Path, text: &str) -> anyhow::Result<()> {
    replace_with(path, |file| Ok(file.write_all(text.as_bytes())?))
}

/// The same with what `write` writes, piece by piece.
///
/// # Errors
///
/// Also those of `write`, after which the file is as before.
pub(super) fn replace_with(
    path: &Utf8Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let target = if path.exists() { path.canonicalize_utf8()? } else { path.to_owned() };
    let folder = target.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let permissions = std::fs::metadata(&target).ok().map(|found| found.permissions());
    if permissions.as_ref().is_some_and(std::fs::Permissions::readonly) {
        anyhow::bail!("it is read-only");
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt as _;
        // Less what the user's mask takes away, as for any new file.
        builder.permissions(std::fs::Permissions::from_mode(0o666))
    };
    let mut beside = builder.tempfile_in(folder)?;
    let mut buffered = BufWriter::new(beside.as_file_mut());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    if let Some(permissions) = permissions {
        beside.as_file().set_permissions(permissions)?;
    }
    beside.persist(&target)?;
    Ok(())
}

/// The same, unless the file no longer holds what was read of it.
///
/// # Errors
///
/// Also when somebody changed it meanwhile.
pub(super) fn replace_unchanged(path: &Utf8Path, before: &str, text: &str) -> anyhow::Result<()> {
    if std::fs::read(path)? != before.as_bytes() {
        anyhow::bail!("somebody changed it meanwhile");
    }
    replace(path, text)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests say what they expect by failing")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use camino::Utf8PathBuf;

    use super::replace;

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, path)
    }

    #[test]
    fn the_text_alone_changes_also_behind_a_link() {
        let (_kept, folder) = folder();
        let (file, link) = (folder.join("a"), folder.join("b"));
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("a", &link).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    }

    #[test]
    fn a_new_file_is_made_and_one_that_is_read_only_stays() {
        let (_kept, folder) = folder();
        let file = folder.join("a");
        replace(&file, "new").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
        assert!(replace(&file, "newer").is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }
}
