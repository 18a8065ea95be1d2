//! The pictures, one file each: pure functions of the rows and tables of a result folder.
//!
//! A picture has a panel per problem, a page full of them at most, and the numbers it shows as rows. To add one: a file here with
//! `picture(&Source) -> Option<Picture>` and its line in [`all`]; numbers that a table has are taken from the table.

mod basins;
mod budget;
mod classes;
mod counts;
mod index;
mod learning;
mod parameter;
mod paths;
mod quality;
mod restarts;
mod slices;
mod spectrum;
mod varied;

use crate::claims::{Claim, is_the};
use crate::draws::{MOST_DRAWS, without_draw};
use crate::folder::{Folder, ProblemRuns};
use crate::format;
use crate::render;
use crate::table::{Cell, Table};
use plot::{Figure, Panel};
use std::collections::{HashMap, HashSet};

/// Natural width of a panel, in pixels: text is then as large as that of a page around it, also on a phone.
const PANEL_WIDTH: f64 = 400.0;
/// Half the width of a 95 % interval in standard errors.
const Z: f64 = 1.96;
/// Panels side by side in a file.
const COLUMNS: usize = 2;
/// Panels of a picture: three rows fill a page.
const MOST_PANELS: usize = 6;

/// A finished picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// File name without extension.
    pub name: String,
    /// What the picture answers.
    pub title: String,
    /// How to read it, one sentence each.
    pub notes: Vec<String>,
    /// Its panels, in the order of the problems.
    pub panels: Vec<Panel>,
    /// Column names of the plotted data.
    pub header: Vec<String>,
    /// The plotted data, as long as the header.
    pub rows: Vec<Vec<Cell>>,
}

/// What a picture has of one problem.
struct Part {
    /// Parts of one kind are alike: problems of one name, whatever their parameters.
    kind: String,
    panels: Vec<Panel>,
    rows: Vec<Vec<Cell>>,
}

/// The name of a problem without its parameters.
fn kind(problem: &str) -> String {
    problem.split(' ').next().unwrap_or_default().to_string()
}

impl Picture {
    /// Of those parts that fill a page: the first ones of every kind before others, in their order. `None` without any.
    fn of(name: &str, title: &str, mut notes: Vec<String>, header: Vec<String>, mut parts: Vec<Part>) -> Option<Self> {
        parts.retain(|part| !part.panels.is_empty());
        let before = |i: usize| parts[..i].iter().filter(|part| part.kind == parts[i].kind).count();
        let mut order: Vec<(usize, usize)> = (0..parts.len()).map(|i| (before(i), i)).collect();
        order.sort_unstable();
        let count = |parts: &[Part]| parts.iter().map(|part| part.panels.len()).sum::<usize>();
        let (all, mut room, mut is_kept) = (count(&parts), MOST_PANELS, vec![false; parts.len()]);
        for (_, i) in order {
            let panels = parts[i].panels.len();
            (is_kept[i], room) = if panels <= room { (true, room - panels) } else { (false, 0) };
        }
        let mut kept = is_kept.into_iter();
        parts.retain(|_| kept.next().unwrap_or_default());
        if count(&parts) < all {
            let note = "panels: of problems of one name the first ones. The tables have all.";
            notes.push(format!("{} of {all} {note}", count(&parts)));
        }
        let (mut panels, mut rows) = (Vec::new(), Vec::new());
        for part in parts {
            panels.extend(part.panels);
            rows.extend(part.rows);
        }
        let (name, title) = (name.to_string(), title.to_string());
        (!panels.is_empty()).then_some(Picture { name, title, notes, panels, header, rows })
    }

    /// All panels in one file.
    pub fn to_svg(&self) -> String {
        let columns = COLUMNS.min(self.panels.len().max(1));
        let figure = Figure::new(self.panels.clone()).columns(columns).width(PANEL_WIDTH * columns as f64);
        // One panel is narrower than a title.
        let figure = if columns > 1 { figure.title(&self.title) } else { figure };
        figure.about(&self.title).to_svg()
    }

    /// A file for each panel, for pages that set them beside each other as they have room.
    pub fn to_svgs(&self) -> Vec<String> {
        let figure = |panel: &Panel| Figure::new(vec![panel.clone()]).width(PANEL_WIDTH).about(&self.title).to_svg();
        self.panels.iter().map(figure).collect()
    }

    /// The plotted numbers in full precision.
    pub fn to_csv(&self) -> String {
        render::csv(&self.header, &self.rows)
    }
}

/// What pictures are made of.
pub(crate) struct Source<'a> {
    folder: &'a Folder,
    tables: &'a [Table],
    claims: Vec<Claim>,
    /// Labels of problems without a panel of their own: one draw of many.
    hidden: HashSet<&'a str>,
}

impl<'a> Source<'a> {
    /// The rows of a folder, its tables and what its experiment claims.
    pub fn new(folder: &'a Folder, tables: &'a [Table], claims: Vec<Claim>) -> Self {
        let mut draws: HashMap<String, usize> = HashMap::new();
        let is_beyond = |label: &&str| {
            let count = draws.entry(without_draw(label)).or_default();
            *count += 1;
            *count > MOST_DRAWS
        };
        let labels = folder.problems().into_iter().map(|problem| problem.label);
        Source { folder, tables, claims, hidden: labels.filter(is_beyond).collect() }
    }

    /// The problems that have a panel of their own.
    fn problems(&self) -> impl Iterator<Item = ProblemRuns<'a>> {
        self.folder.problems().into_iter().filter(|problem| !self.hidden.contains(problem.label))
    }

    /// The rows of a table by problem, in its order; nothing when the folder does not have it.
    fn by_problem(&self, table: &str) -> Vec<(&'a str, Vec<Line<'a>>)> {
        let Some(table) = self.tables.iter().find(|found| found.name == table) else { return Vec::new() };
        let mut groups: Vec<(&str, Vec<Line>)> = Vec::new();
        for row in &table.rows {
            let line = Line { table, row };
            if self.hidden.contains(line.text("problem")) {
                continue;
            }
            match groups.last_mut().filter(|(problem, _)| *problem == line.text("problem")) {
                Some((_, lines)) => lines.push(line),
                None => groups.push((line.text("problem"), vec![line])),
            }
        }
        groups
    }
}

/// One row of a table.
#[derive(Clone, Copy)]
struct Line<'a> {
    table: &'a Table,
    row: &'a [Cell],
}

impl<'a> Line<'a> {
    /// # Panics
    /// The table has no such column: a mistake in the picture.
    fn cell(&self, column: &str) -> &'a Cell {
        let place = self.table.header.iter().position(|name| name == column);
        &self.row[place.unwrap_or_else(|| panic!("table {} has no column {column}", self.table.name))]
    }

    fn text(&self, column: &str) -> &'a str {
        match self.cell(column) {
            Cell::Text(text) => text,
            _ => "",
        }
    }

    fn number(&self, column: &str) -> Option<f64> {
        match self.cell(column) {
            Cell::Real(value) | Cell::AtLeast(value) => Some(*value),
            Cell::Integer(count) => Some(*count as f64),
            Cell::Empty | Cell::Text(_) => None,
        }
    }

    fn has(&self, column: &str) -> bool {
        self.table.header.iter().any(|name| name == column)
    }

    fn optional_text(&self, column: &str) -> Option<&'a str> {
        self.has(column).then(|| self.text(column))
    }

    fn optional_number(&self, column: &str) -> Option<f64> {
        if self.has(column) { self.number(column) } else { None }
    }

    /// The cell as people see it.
    fn shown(&self, column: &str) -> String {
        match self.cell(column) {
            Cell::Real(value) if column == "gap" => format::gap(*value),
            cell => render::shown(cell),
        }
    }

    /// The claim is about this row, if cells but these do not count.
    fn is_but(&self, claim: &Claim, others: &[&str]) -> bool {
        let mut cells = claim.cells.iter().filter(|(column, _)| !others.contains(&column.as_str()));
        cells.all(|(column, value)| self.has(column) && is_the(value, self.cell(column)))
    }

    /// These cells of the row, for the plotted data.
    fn cells(&self, columns: &[&str]) -> Vec<Cell> {
        columns.iter().map(|column| self.cell(column).clone()).collect()
    }
}

/// Rows grouped by a text, in order of first appearance.
fn grouped<'a, K: PartialEq>(lines: &[Line<'a>], key: impl Fn(&Line<'a>) -> K) -> Vec<(K, Vec<Line<'a>>)> {
    let mut groups: Vec<(K, Vec<Line>)> = Vec::new();
    for line in lines {
        let key = key(line);
        match groups.iter().position(|(found, _)| *found == key) {
            Some(place) => groups[place].1.push(*line),
            None => groups.push((key, vec![*line])),
        }
    }
    groups
}

/// How far marks of series `i` of `count` at one place stand apart, in pixels: together no more than the air of an axis.
fn beside(i: usize, count: usize) -> f64 {
    const MOST: f64 = 20.0;
    let apart = (MOST / (count.max(2) - 1) as f64).min(4.0);
    apart * (i as f64 - 0.5 * (count as f64 - 1.0))
}

/// Every picture that the folder has numbers for, in reading order.
pub(crate) fn all(source: &Source) -> Vec<Picture> {
    let pictures =
        [parameter::picture, quality::picture, budget::picture, restarts::picture, learning::picture, classes::picture];
    let mut pictures: Vec<Picture> = pictures.into_iter().filter_map(|picture| picture(source)).collect();
    if !source.hidden.is_empty() {
        let note = format!("Of a surface with many draws the first {MOST_DRAWS} are shown; the tables have all.");
        pictures.iter_mut().for_each(|picture| picture.notes.push(note.clone()));
    }
    // In these all draws are taken together.
    let pooled = [index::picture, counts::picture, spectrum::picture, paths::picture, slices::picture, basins::picture];
    pictures.extend(pooled.into_iter().filter_map(|picture| picture(source)));
    pictures
}
