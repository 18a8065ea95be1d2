//! One self-contained HTML page of a result folder: no network, no script, nothing that changes between two calls.

mod style;

use crate::folder::Folder;
use crate::pictures::Picture;
use crate::render::shown;
use crate::rows::Status;
use crate::table::{Block, Table, accounting};
use std::fmt::Write as _;

/// What a page says that the rows do not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Name of the experiment.
    pub name: String,
    /// Its question, in one line.
    pub description: String,
    /// The experiment file as it was given.
    pub config: String,
    /// The command that repeats a run, its key in place of `KEY`.
    pub repeat: String,
    /// The command that makes tables, pictures and this page again.
    pub rebuild: String,
    /// Where the rows come from: names and what they are.
    pub provenance: Vec<(String, String)>,
}

/// The table that the page begins with.
const CLAIMS: &str = "claims";

/// Tables with more lines than this are folded.
const MOST_OPEN: usize = 40;

/// The page.
pub(crate) fn page(folder: &Folder, about: &About, tables: &[Table], pictures: &[Picture]) -> String {
    let mut parts = Vec::new();
    if let Some(claims) = tables.iter().find(|table| table.name == CLAIMS) {
        parts.push(("claims", "Claims", claims_part(claims)));
    }
    if !pictures.is_empty() {
        parts.push(("pictures", "Pictures", pictures.iter().map(picture_part).collect()));
    }
    let tables: Vec<&Table> = tables.iter().filter(|table| table.name != CLAIMS).collect();
    if !tables.is_empty() {
        parts.push(("tables", "Tables", tables.iter().map(|table| table_part(table)).collect()));
    }
    parts.push(("repeat", "How to repeat any row", repeat_part(folder, about)));
    parts.push(("provenance", "Where the numbers come from", provenance_part(about)));
    let links: Vec<String> = parts.iter().map(|(id, name, _)| format!("<a href=\"#{id}\">{name}</a>")).collect();
    let sections: String = parts
        .iter()
        .map(|(id, name, body)| format!("<section id=\"{id}\">\n<h2>{name}</h2>\n{body}</section>\n"))
        .collect();
    let (name, description) = (escaped(&about.name), escaped(&about.description));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{name}: {description}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<p class=\"kind\">Experiment <code>{name}</code></p>\n<h1>{description}</h1>\n\
         <p>{}</p>\n<nav>{}</nav>\n</header>\n{sections}</main>\n</body>\n</html>\n",
        style::SHEET,
        escaped(&balance(folder)),
        links.join(" "),
    )
}

/// Where every planned run went.
fn balance(folder: &Folder) -> String {
    const STATUSES: [(Status, &str); 7] = [
        (Status::Converged, "converged"),
        (Status::Stalled, "stalled"),
        (Status::Budget, "budget spent"),
        (Status::Diverged, "diverged"),
        (Status::Nan, "not a number"),
        (Status::Panic, "panicked"),
        (Status::Missing, "missing"),
    ];
    let count = |status| folder.runs.iter().filter(|run| run.row.status == status).count();
    let parts = STATUSES.map(|(status, name)| (name, count(status)));
    let parts: Vec<(&str, usize)> = parts.into_iter().filter(|(_, count)| *count > 0).collect();
    format!("Runs: {}", accounting(("planned", folder.runs.len()), &parts))
}

/// A card for each claim: verdict and words in front, the figures as a list.
fn claims_part(claims: &Table) -> String {
    let place = |name: &str| claims.header.iter().position(|column| column == name);
    let mut out = String::new();
    for row in &claims.rows {
        let cell = |name: &str| place(name).map_or_else(String::new, |i| shown(&row[i]));
        let verdict = cell("verdict");
        let interval = match (cell("measured_lo"), cell("measured_hi")) {
            (lo, hi) if lo.is_empty() || hi.is_empty() => String::new(),
            (lo, hi) => format!(" [{lo}, {hi}]"),
        };
        let halves = match (cell("first_half"), cell("second_half")) {
            (first, second) if first.is_empty() && second.is_empty() => String::new(),
            (first, second) if second.is_empty() => format!("{first} on the first, no number on the second"),
            (first, second) if first.is_empty() => format!("{second} on the second, no number on the first"),
            (first, second) => format!("{first} and {second}"),
        };
        let tolerance = match (cell("tolerance"), cell("tolerance_se")) {
            (width, _) if !width.is_empty() => format!(" within {width}"),
            (_, count) if !count.is_empty() => format!(" within {count} standard errors"),
            _ => String::new(),
        };
        let facts = [
            ("kind", cell("kind")),
            ("measured", format!("{}{interval}", cell("measured"))),
            ("expected", format!("{} {}{tolerance}", cell("relation").replace('_', " "), cell("expected"))),
            ("z", cell("z")),
            ("on the two halves of the seeds", halves),
            ("verdict because", cell("reason")),
            ("rows", format!("{} of table {} where {}", cell("quantity"), cell("table"), cell("cells"))),
            ("source", cell("source")),
        ];
        // A word and a side of the card, not only a colour.
        let class = if verdict == "holds" { "holds" } else { "fails" };
        let _ = write!(
            out,
            "<article class=\"claim {class}\">\n<p><strong class=\"verdict\">{}</strong> {}</p>\n<dl>\n",
            escaped(&verdict),
            escaped(&cell("text"))
        );
        for (name, fact) in facts.iter().filter(|(_, fact)| !fact.trim().is_empty()) {
            let _ = writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", escaped(fact));
        }
        out += "</dl>\n</article>\n";
    }
    for line in &claims.footer {
        let _ = writeln!(out, "<p class=\"sum\">{}</p>", escaped(line));
    }
    out
}

fn picture_part(picture: &Picture) -> String {
    let (name, title) = (escaped(&picture.name), escaped(&picture.title));
    let mut out = format!("<h3 id=\"picture-{name}\">{title}</h3>\n<p>{}</p>\n", escaped(&picture.notes.join(" ")));
    out += "<div class=\"panels\">\n";
    for svg in picture.to_svgs() {
        // In a page the name space is known.
        let _ = writeln!(
            out,
            "<figure>{}</figure>",
            svg.trim_end().replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1)
        );
    }
    out + &format!("</div>\n<p class=\"files\">Plotted numbers: <code>plots/{name}.csv</code></p>\n")
}

fn table_part(table: &Table) -> String {
    let lines: usize = table.blocks.iter().map(|block| block.rows.len()).sum();
    let open = if lines <= MOST_OPEN { " open=\"\"" } else { "" };
    let (name, title) = (escaped(&table.name), escaped(&table.title));
    let mut out = format!("<details id=\"table-{name}\"{open}>\n<summary>{title} ({lines} lines)</summary>\n");
    let _ = writeln!(out, "<p>{}</p>", escaped(&table.notes.join(" ")));
    out += &table.blocks.iter().map(block_part).collect::<String>();
    for line in &table.footer {
        let _ = writeln!(out, "<p class=\"sum\">{}</p>", escaped(line));
    }
    out + &format!("<p class=\"files\">Every digit: <code>tables/{name}.csv</code></p>\n</details>\n")
}

fn block_part(block: &Block) -> String {
    let is_number = |column: usize| block.rows.iter().any(|row| row[column].is_number());
    let class = |column: usize| if is_number(column) { " class=\"number\"" } else { "" };
    let mut out = format!("<h4>{}</h4>\n<div class=\"scroll\"><table>\n<thead><tr>", escaped(&block.heading));
    for (column, name) in block.header.iter().enumerate() {
        let _ = write!(out, "<th scope=\"col\"{}>{}</th>", class(column), escaped(name));
    }
    out += "</tr></thead>\n<tbody>\n";
    for row in &block.rows {
        out += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            let _ = write!(out, "<td{}>{}</td>", class(column), escaped(&shown(cell)));
        }
        out += "</tr>\n";
    }
    out += "</tbody>\n</table></div>\n";
    for line in &block.footer {
        let _ = writeln!(out, "<p class=\"sum\">{}</p>", escaped(line));
    }
    out
}

fn repeat_part(folder: &Folder, about: &About) -> String {
    let first = folder.runs.iter().find(|run| run.row.status != Status::Missing);
    let key = first.map_or("KEY", |run| run.row.run_key.as_str());
    format!(
        "<p>Every row of <code>runs.csv</code> and of the files beside it begins with the key of its run. In the repository, at \
         the commit named below, this repeats one run and says whether it is equal bit for bit:</p>\n<pre>{}</pre>\n\
         <p>This makes tables, pictures and this page again from the CSV files alone:</p>\n<pre>{}</pre>\n\
         <details>\n<summary>The experiment file</summary>\n<pre>{}</pre>\n</details>\n",
        escaped(&about.repeat.replace("KEY", key)),
        escaped(&about.rebuild),
        escaped(&about.config),
    )
}

fn provenance_part(about: &About) -> String {
    let entry = |(name, value): &(String, String)| format!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value));
    format!("<dl class=\"facts\">\n{}</dl>\n", about.provenance.iter().map(entry).collect::<String>())
}

/// Text that HTML may hold.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
