//! Files that appear whole or not at all, the lock of a folder, and checksums.

use crate::figure::sha256;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Names of half-written files start so; a killed program leaves them, the next one removes them.
const PART: &str = ".part-";

/// The file that a working program holds locked.
const LOCK: &str = ".lock";

/// Writes `bytes` to `path` so that a reader sees the old file or the new one, never a mixture.
///
/// # Errors
/// Whatever the file system says, with the path.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let attempt = || -> io::Result<()> {
        let dir = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(dir)?;
        let mut part = tempfile::Builder::new().prefix(PART).tempfile_in(dir)?;
        part.write_all(bytes)?;
        part.as_file().sync_all()?;
        // A temporary file is private; a result file is for everyone the folder is for.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            part.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        }
        part.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    attempt().map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Removes what a killed program left half-written in `dir`.
pub fn sweep_parts(dir: &Path) {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in entries.filter(|e| e.file_name().to_string_lossy().starts_with(PART)) {
        // A left-over that cannot be removed harms nobody.
        let _ = fs::remove_file(entry.path());
    }
}

/// Whether `dir` holds anything but left-overs of this program.
pub fn is_vacant(dir: &Path) -> bool {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .all(|name| name == LOCK || name.starts_with(PART))
}

/// The right to write in a folder; given up when dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    _file: File,
}

/// Why a folder cannot be locked.
#[derive(Debug)]
pub enum LockError {
    /// Another program works there.
    Busy,
    /// The file system refuses.
    Io(String),
}

impl Lock {
    /// Locks `dir`, which is made if it does not exist. The lock ends with the process, however it
    /// ends.
    ///
    /// # Errors
    /// [`LockError::Busy`] when another process holds it.
    pub fn acquire(dir: &Path) -> Result<Self, LockError> {
        let path = dir.join(LOCK);
        let io_error = |error: io::Error| LockError::Io(format!("{}: {error}", path.display()));
        fs::create_dir_all(dir).map_err(io_error)?;
        loop {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io_error)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(LockError::Busy),
                Err(TryLockError::Error(error)) => return Err(io_error(error)),
            }
            // The holder before us may have removed the file between our open and our lock: then
            // we hold a lock on nothing and try again.
            if still_there(&file, &path) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn still_there(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// The lines of `sha256sum` for files of `dir`, names relative to it.
///
/// # Errors
/// A file that cannot be read.
pub fn sums(dir: &Path, names: &[String]) -> Result<String, String> {
    let mut text = String::new();
    for name in names {
        let path = dir.join(name);
        let bytes = fs::read(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        text += &format!("{}  {name}\n", sha256(&bytes));
    }
    Ok(text)
}

/// The first of `names` whose bytes are not those that the text `sums` states, if any.
pub fn first_mismatch(dir: &Path, sums: &str, names: &[&str]) -> Option<String> {
    let stated = sums.lines().filter_map(|line| line.split_once("  "));
    stated
        .filter(|(_, name)| names.contains(name))
        .find(|(sum, name)| fs::read(dir.join(name)).map_or(true, |bytes| sha256(&bytes) != *sum))
        .map(|(_, name)| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_until_the_first_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::acquire(dir.path()).unwrap();
        assert!(matches!(Lock::acquire(dir.path()), Err(LockError::Busy)));
        drop(first);
        assert!(is_vacant(dir.path()));
        Lock::acquire(dir.path()).unwrap();
    }

    #[test]
    fn sums_notice_a_change_and_a_loss() {
        let dir = tempfile::tempdir().unwrap();
        write(&dir.path().join("a"), b"abc").unwrap();
        let text = sums(dir.path(), &["a".to_string()]).unwrap();
        assert_eq!(first_mismatch(dir.path(), &text, &["a"]), None);
        write(&dir.path().join("a"), b"abd").unwrap();
        assert_eq!(first_mismatch(dir.path(), &text, &["a"]).as_deref(), Some("a"));
        fs::remove_file(dir.path().join("a")).unwrap();
        assert_eq!(first_mismatch(dir.path(), &text, &["a"]).as_deref(), Some("a"));
    }
}
