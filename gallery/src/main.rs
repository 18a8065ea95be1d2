//! Writes what shows the problems: `docs/problems.md` with its pictures and the surfaces of the book, from the registry;
//! and the PNG beside every SVG. Or checks that all of it is current.
//!
//! `scripts/pages` writes, `scripts/pages --check` compares and leaves everything as it is.

mod page;
mod picture;
mod png;
mod surface;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Files by their path under `docs/`.
type Files = BTreeMap<PathBuf, String>;

const PAGE: &str = "problems.md";
const PICTURES: &str = "problems";
const SURFACES: &str = "book/pictures";

const USAGE: &str = "\
usage: gallery [--check]                         docs/problems.md, its pictures, the surfaces of the book
       gallery pictures [--check] [FOLDER ...]   a PNG beside every SVG of the folders, such as
                                                 results/*/plots [docs/book/pictures]
--check compares and changes nothing; exit code 4 when something is not current";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_check = words.iter().any(|word| word == "--check");
    let others: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "--check").collect();
    let result = match others.as_slice() {
        [] => pages(is_check),
        ["pictures"] => pictures(&[docs().join(SURFACES)], is_check),
        ["pictures", folders @ ..] if !folders.iter().any(|word| word.starts_with('-')) => {
            pictures(&folders.iter().map(PathBuf::from).collect::<Vec<_>>(), is_check)
        }
        _ => Err(USAGE.to_string()),
    };
    match result {
        Ok(stale) if stale.is_empty() => ExitCode::SUCCESS,
        Ok(stale) => {
            eprintln!("not current: {}\nthe same command without --check writes them anew", stale.join(", "));
            ExitCode::from(4)
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// Writes the files under `docs/`, or names those that are not current.
fn pages(is_check: bool) -> Result<Vec<String>, String> {
    let docs = docs();
    let mut files = page::files();
    for surface in surface::surfaces() {
        let path = |extension: &str| Path::new(SURFACES).join(format!("{}.{extension}", surface.name));
        files.extend([(path("svg"), surface.svg.clone()), (path("csv"), surface.csv.clone())]);
    }
    if is_check {
        return Ok(differences(&docs, &files));
    }
    write(&docs, &files).map(|()| vec![]).map_err(|error| error.to_string())
}

/// Writes the PNG files of the folders and removes those without an SVG, or names those that are not current.
fn pictures(folders: &[PathBuf], is_check: bool) -> Result<Vec<String>, String> {
    let (files, spare) = (png::beside(folders)?, png::spare(folders));
    if is_check {
        let is_stale = |(path, bytes): &&(PathBuf, Vec<u8>)| std::fs::read(path).ok().as_ref() != Some(bytes);
        let stale = files.iter().filter(is_stale).map(|(path, _)| path).chain(&spare);
        return Ok(stale.map(|path| path.display().to_string()).collect());
    }
    for path in spare {
        std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    for (path, bytes) in files {
        std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(vec![])
}

/// Writes every file, and removes pictures of problems that are no more.
fn write(docs: &Path, files: &Files) -> std::io::Result<()> {
    for path in present(docs) {
        if !files.contains_key(&path) {
            std::fs::remove_file(docs.join(path))?;
        }
    }
    files.iter().try_for_each(|(path, text)| {
        let path = docs.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder"))?;
        std::fs::write(path, text)
    })
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

/// The pictures of problems that are there. (Those of the book have other makers too.)
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
