//! Writes `docs/problems.md` and its pictures from the registry, or checks that they are current.
//!
//! `scripts/problem_pages` writes, `scripts/problem_pages --check` compares and leaves everything as it is.

mod levels;
mod page;
mod picture;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Files by their path under `docs/`.
type Files = BTreeMap<PathBuf, String>;

const PAGE: &str = "problems.md";
const PICTURES: &str = "problems";

fn main() -> ExitCode {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let words: Vec<String> = std::env::args().skip(1).collect();
    let result = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => write(&docs, &page::files()),
        ["--check"] => {
            let stale = differences(&docs, &page::files());
            if !stale.is_empty() {
                eprintln!("not current: {}\nscripts/problem_pages writes them anew", stale.join(", "));
                return ExitCode::from(4);
            }
            Ok(())
        }
        _ => {
            eprintln!("usage: scripts/problem_pages [--check]");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes every file, and removes pictures of problems that are no more.
fn write(docs: &Path, files: &Files) -> std::io::Result<()> {
    std::fs::create_dir_all(docs.join(PICTURES))?;
    for path in present(docs) {
        if !files.contains_key(&path) {
            std::fs::remove_file(docs.join(path))?;
        }
    }
    files.iter().try_for_each(|(path, text)| std::fs::write(docs.join(path), text))
}

/// The files that are missing, other than they should be, or too many.
fn differences(docs: &Path, files: &Files) -> Vec<String> {
    let is_stale = |(path, text): &(&PathBuf, &String)| {
        std::fs::read_to_string(docs.join(path)).map_or(true, |committed| committed != **text)
    };
    let stale = files.iter().filter(is_stale).map(|(path, _)| path.clone());
    let spare = present(docs).into_iter().filter(|path| !files.contains_key(path));
    stale.chain(spare).map(|path| format!("docs/{}", path.display())).collect()
}

/// The pictures that are there.
fn present(docs: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(docs.join(PICTURES)).into_iter().flatten().flatten();
    entries.map(|entry| Path::new(PICTURES).join(entry.file_name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_a_changed_and_a_spare_file_are_found_and_mended() {
        let docs = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| (PathBuf::from(name), text.to_string());
        let files = Files::from([file(PAGE, "page"), file("problems/a.svg", "a"), file("problems/b.svg", "b")]);
        write(docs.path(), &files).unwrap();
        assert!(differences(docs.path(), &files).is_empty());
        std::fs::remove_file(docs.path().join("problems/a.svg")).unwrap();
        std::fs::write(docs.path().join("problems/b.svg"), "other").unwrap();
        std::fs::write(docs.path().join("problems/gone.svg"), "").unwrap();
        let found = differences(docs.path(), &files);
        assert_eq!(found, ["docs/problems/a.svg", "docs/problems/b.svg", "docs/problems/gone.svg"]);
        write(docs.path(), &files).unwrap();
        assert!(differences(docs.path(), &files).is_empty());
    }

    /// Twice the same bytes, each picture small, each a picture of a problem that the page shows.
    #[test]
    fn pages_are_repeatable_small_and_complete() {
        let files = page::files();
        assert_eq!(files, page::files());
        let page = &files[Path::new(PAGE)];
        for entry in problems::Registry::builtin().entries() {
            assert!(page.contains(&format!("\n### {}\n", entry.name)), "{}", entry.name);
        }
        let pictures: Vec<_> = files.iter().filter(|(path, _)| path.starts_with(PICTURES)).collect();
        assert!(pictures.len() > 20);
        for (path, svg) in pictures {
            assert!(svg.len() <= picture::MOST_BYTES, "{}: {} bytes", path.display(), svg.len());
            assert!(page.contains(&format!("]({})", path.display())), "{}", path.display());
        }
    }
}
