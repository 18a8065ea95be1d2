//! Pages that quote tables: what stands between markers is made anew from the files of result folders.
//!
//! A page of Markdown names what it quotes in comments that a reader does not see:
//!
//! | marker | stands before | made of |
//! |---|---|---|
//! | `<!-- table FILE.md: LABEL -->` | `<!-- /table -->` | the blocks of a table whose label begins so |
//! | `<!-- cell FILE.csv [COLUMN = VALUE, ...] COLUMN -->` | `<!-- /cell -->` | the cell of the one row where the columns have the values |
//! | `<!-- verdicts FOLDER -->` | `<!-- /verdicts -->` | how many claims of a result folder hold |
//!
//! Paths are seen from the folder of the repository. Numbers are shown with three digits, as in tables, whole ones in full.

use crate::format::significant;
use std::fs;
use std::path::Path;

/// A page with every quote made anew, and how many there are.
///
/// # Errors
/// A marker that is not closed or says nothing, a file that cannot be read, a row or block that is not there or not the
/// only one; the message quotes the marker.
pub fn refreshed(page: &str, root: &Path) -> Result<(String, usize), String> {
    let (mut fresh, mut rest, mut quotes) = (String::new(), page, 0);
    while let Some((before, kind, after)) = next_marker(rest) {
        let (mark, after) = after.split_once(" -->").ok_or_else(|| format!("a marker `{kind}` has no end"))?;
        let closing = format!("<!-- /{kind} -->");
        let (_, after) = after.split_once(&closing).ok_or_else(|| format!("`{kind} {mark}` has no {closing}"))?;
        let text = match kind {
            "table" => blocks(mark, root).map(|text| format!("\n{text}\n\n")),
            "cell" => cell(mark, root),
            _ => verdicts(mark, root),
        };
        let text = text.map_err(|problem| format!("`{kind} {mark}`: {problem}"))?;
        fresh += &format!("{before}<!-- {kind} {mark} -->{text}{closing}");
        rest = after;
        quotes += 1;
    }
    Ok((fresh + rest, quotes))
}

/// The text before the next marker, its kind, and what follows the kind.
fn next_marker(text: &str) -> Option<(&str, &'static str, &str)> {
    let found = ["table", "cell", "verdicts"].into_iter().filter_map(|kind| {
        let (before, after) = text.split_once(&format!("<!-- {kind} "))?;
        Some((before, kind, after))
    });
    found.min_by_key(|(before, ..)| before.len())
}

fn read(root: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(root.join(file)).map_err(|error| format!("cannot read {file}: {error}"))
}

/// The blocks of a Markdown table whose label begins so, with the statistics below them.
fn blocks(mark: &str, root: &Path) -> Result<String, String> {
    let (file, label) = mark.split_once(": ").ok_or("give FILE: LABEL")?;
    let table = read(root, file)?;
    let paragraphs: Vec<&str> = table.trim_end().split("\n\n").collect();
    let is_label = |text: &str| text.starts_with("**`");
    let mut chosen = Vec::new();
    for (i, text) in paragraphs.iter().enumerate() {
        if is_label(text) && text[3..].starts_with(label) {
            let more = paragraphs[i + 1..].iter().take_while(|text| !is_label(text));
            chosen.push(*text);
            let is_quoted = |text: &&&str| ["|", "correlation", "rms"].iter().any(|start| text.starts_with(start));
            chosen.extend(more.filter(is_quoted));
        }
    }
    if chosen.is_empty() { Err("no block of the table begins so".to_string()) } else { Ok(chosen.join("\n\n")) }
}

/// One cell of a CSV table, rounded when it is a number.
fn cell(mark: &str, root: &Path) -> Result<String, String> {
    let usage = "give FILE.csv [COLUMN = VALUE, ...] COLUMN";
    let (file, rest) = mark.split_once(" [").ok_or(usage)?;
    let (wanted, column) = rest.rsplit_once("] ").ok_or(usage)?;
    let wanted: Vec<(&str, &str)> =
        wanted.split(", ").map(|pair| pair.split_once(" = ").ok_or(usage)).collect::<Result<_, _>>()?;
    let text = read(root, file)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let at = |name: &str| header.iter().position(|h| h == name).ok_or_else(|| format!("there is no column `{name}`"));
    let keys: Vec<(usize, &str)> =
        wanted.iter().map(|(name, value)| Ok((at(name)?, *value))).collect::<Result<_, String>>()?;
    let column = at(column)?;
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let mut matching = rows.iter().filter(|row| keys.iter().all(|(i, value)| is_same(&row[*i], value)));
    let row = matching.next().ok_or("no row has these values")?;
    if matching.next().is_some() {
        return Err("more than one row has these values".to_string());
    }
    let cell = &row[column];
    if cell.is_empty() {
        return Err("the cell is empty".to_string());
    }
    Ok(match cell.parse::<f64>() {
        Ok(number) if cell.contains(['.', 'e']) => rounded(number),
        _ => cell.to_string(),
    })
}

/// Three digits; large numbers without an exponent, so that `19800` stands beside a whole number of that size.
fn rounded(number: f64) -> String {
    let text = significant(number);
    match text.parse::<f64>() {
        Ok(short) if (1e4..1e7).contains(&short.abs()) => format!("{short}"),
        _ => text,
    }
}

/// Whether a cell has a value: numbers are equal as numbers, whatever way they are written.
fn is_same(cell: &str, value: &str) -> bool {
    cell == value || matches!((cell.parse::<f64>(), value.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

/// `7 of 8 claims hold`, `the one claim holds`, `all 8 claims hold`.
fn verdicts(mark: &str, root: &Path) -> Result<String, String> {
    let text = read(root, &format!("{mark}/tables/claims.csv"))?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let verdict = header.iter().position(|h| h == "verdict").ok_or("there is no column `verdict`")?;
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let holding = rows.iter().filter(|row| &row[verdict] == "holds").count();
    Ok(match (holding, rows.len()) {
        (1, 1) => "the one claim holds".to_string(),
        (0, 1) => "the one claim fails".to_string(),
        (holding, all) if holding == all => format!("all {all} claims hold"),
        (holding, all) => format!("{holding} of {all} claims hold"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let tables = dir.path().join("r/tables");
        fs::create_dir_all(&tables).unwrap();
        fs::write(
            tables.join("t.md"),
            "## T\n\nNotes.\n\n**`a x=1`**\n\n| p |\n| --: |\n| 1 |\n\nrms 3\n\nother\n\n**`b`**\n\n| q |\n",
        )
        .unwrap();
        fs::write(tables.join("t.csv"), "problem,gap,share,n\na x=1,0.5,0.123456,7\na x=1,1e-6,1,8\nb,0.5,,9\n")
            .unwrap();
        fs::write(tables.join("claims.csv"), "id,verdict\none,holds\ntwo,fails\n").unwrap();
        dir
    }

    #[test]
    fn every_kind_of_quote_is_made_anew() {
        let dir = folder();
        let page = "A <!-- cell r/tables/t.csv [problem = a x=1, gap = 0.50] share -->old<!-- /cell --> and \
                    <!-- cell r/tables/t.csv [gap = 0.000001] n --><!-- /cell -->.\n<!-- table r/tables/t.md: a -->\nold\n\
                    <!-- /table -->\n<!-- verdicts r -->?<!-- /verdicts --> end";
        let (fresh, quotes) = refreshed(page, dir.path()).unwrap();
        let expected = "A <!-- cell r/tables/t.csv [problem = a x=1, gap = 0.50] share -->0.123<!-- /cell --> and \
                        <!-- cell r/tables/t.csv [gap = 0.000001] n -->8<!-- /cell -->.\n<!-- table r/tables/t.md: a -->\n\
                        **`a x=1`**\n\n| p |\n| --: |\n| 1 |\n\nrms 3\n\n<!-- /table -->\n<!-- verdicts r -->1 of 2 claims hold<!-- /verdicts --> end";
        assert_eq!((fresh.as_str(), quotes), (expected, 4));
        assert_eq!(refreshed(&fresh, dir.path()).unwrap(), (fresh.clone(), 4), "a fresh page stays as it is");
    }

    #[test]
    fn numbers_side_by_side_have_one_form() {
        let shown = [9123.4, 19_795.2, 2_138_000.9, 9_999_999.0, 1.5e-4, -20_180.4].map(rounded);
        assert_eq!(shown, ["9123", "19800", "2140000", "1.00e7", "1.50e-4", "-20200"]);
    }

    #[test]
    fn a_quote_of_what_is_not_there_is_refused() {
        let dir = folder();
        for (mark, problem) in [
            ("<!-- cell r/tables/t.csv [gap = 0.5] share --><!-- /cell -->", "more than one row"),
            ("<!-- cell r/tables/t.csv [gap = 3] share --><!-- /cell -->", "no row has these values"),
            ("<!-- cell r/tables/t.csv [problem = b] share --><!-- /cell -->", "the cell is empty"),
            ("<!-- cell r/tables/t.csv [problem = b] shares --><!-- /cell -->", "no column `shares`"),
            ("<!-- cell r/tables/none.csv [problem = b] n --><!-- /cell -->", "cannot read r/tables/none.csv"),
            ("<!-- cell r/tables/t.csv problem --><!-- /cell -->", "give FILE.csv ["),
            ("<!-- table r/tables/t.md: c --><!-- /table -->", "no block of the table begins so"),
            ("<!-- table r/tables/t.md: a -->", "has no <!-- /table -->"),
        ] {
            let refused = refreshed(mark, dir.path()).unwrap_err();
            assert!(refused.contains(problem), "{mark}: {refused}");
        }
    }
}
