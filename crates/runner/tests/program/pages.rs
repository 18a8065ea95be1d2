//! The pages: every link and picture leads somewhere, and pages, experiments and result folders belong together.

use crate::support::listing;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every Markdown file of the repository that people read: those of its folder, and all in `docs`.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = listing(&root()).iter().map(|name| root().join(name)).collect();
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for path in listing(&folder).iter().map(|name| folder.join(name)) {
            if path.is_dir() { folders.push(path) } else { pages.push(path) }
        }
    }
    pages.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    pages
}

/// The page without blocks of code and comments, in which nothing is a link or a heading.
fn prose(page: &Path) -> String {
    let text = fs::read_to_string(page).unwrap();
    let mut is_code = false;
    let mut kept = String::new();
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        if !is_code {
            kept += line;
            kept.push('\n');
        }
    }
    while let Some((before, after)) = kept.split_once("<!--") {
        kept = format!("{before}{}", after.split_once("-->").map_or("", |(_, rest)| rest));
    }
    kept
}

/// What stands in `](...)`.
fn targets(prose: &str) -> Vec<&str> {
    let closing = |text: &str| {
        let mut depth = 0;
        text.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth < 0
        })
    };
    let parts = prose.split("](").skip(1);
    parts.filter_map(|text| Some(text[..closing(text)?].split(' ').next().unwrap_or_default())).collect()
}

/// Names of the headings as browsers of Markdown make them: small letters, hyphens for spaces, no other signs.
fn anchors(prose: &str) -> BTreeSet<String> {
    let headings = prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let sign = |c: char| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    };
    headings.map(|heading| heading.to_lowercase().chars().filter_map(sign).collect()).collect()
}

/// Why a link of a page leads nowhere.
fn problem(page: &Path, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let path = if file.is_empty() { page.to_path_buf() } else { page.parent().unwrap().join(file) };
    if !path.exists() {
        return Some("there is no such file".to_string());
    }
    let anchor = anchor?;
    (!anchors(&prose(&path)).contains(anchor)).then(|| "the page has no such heading".to_string())
}

#[test]
fn every_link_and_picture_leads_somewhere() {
    let mut followed = 0;
    let mut broken = Vec::new();
    for page in pages() {
        let prose = prose(&page);
        for target in targets(&prose) {
            followed += 1;
            broken.extend(problem(&page, target).map(|why| format!("{}: {target}: {why}", page.display())));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(followed >= 150, "only {followed} links found");
}

#[test]
fn links_are_read_as_people_write_them() {
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("a.md");
    let text = "# Why, how?\n[a](b.md#x_y) ![p](q(1).svg \"t\")\n```\n[no](no.md)\n# none\n```\n<!-- [no](no.md) -->\n";
    fs::write(&page, text).unwrap();
    assert_eq!(targets(&prose(&page)), ["b.md#x_y", "q(1).svg"]);
    assert_eq!(anchors(&prose(&page)).into_iter().collect::<Vec<_>>(), ["why-how"]);
    assert_eq!(problem(&page, "#why-how"), None);
    assert!(problem(&page, "#none").is_some() && problem(&page, "no.md").is_some());
}

/// A result folder for every experiment and none besides, but for the searches of tuning; an experiment of its own, listed
/// in both summaries, for every page of the book.
#[test]
fn pages_experiments_and_results_belong_together() {
    let names = |folder: &str, ending: &str| -> BTreeSet<String> {
        listing(&root().join(folder)).iter().filter_map(|name| Some(name.strip_suffix(ending)?.to_string())).collect()
    };
    let experiments = names("experiments", ".toml");
    let tuned = names("experiments/tuned", ".toml");
    let expected = experiments.iter().cloned().chain(tuned.iter().map(|name| format!("{name}-tuning")));
    assert_eq!(names("results", ""), expected.collect::<BTreeSet<_>>());
    let mut book = names("docs/book", ".md");
    assert!(book.remove("README") && book.len() >= 10, "{book:?}");
    for page in &book {
        assert!(experiments.contains(page), "docs/book/{page}.md has no experiments/{page}.toml");
        for (summary, link) in
            [("README.md", format!("](docs/book/{page}.md)")), ("docs/book/README.md", format!("]({page}.md)"))]
        {
            let text = fs::read_to_string(root().join(summary)).unwrap();
            assert!(text.contains(&link), "{summary} does not list {page}");
        }
        let text = fs::read_to_string(root().join(format!("docs/book/{page}.md"))).unwrap();
        for part in ["## The belief", "## What was measured", "## Verdict", "## Caveats", "## Change it, repeat it"] {
            assert!(text.contains(part), "docs/book/{page}.md has no part {part}");
        }
        assert!(text.contains(&format!("verdicts results/{page} ")), "docs/book/{page}.md does not count its claims");
        assert!(
            text.contains("![") && text.contains("run_key -->"),
            "docs/book/{page}.md has no picture or no run to repeat"
        );
    }
}
