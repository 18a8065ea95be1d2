//! A table as CSV, Markdown and plain text.

use crate::format::{shortest, significant};
use crate::table::{Block, Cell, Table};

/// Key columns wider than this are wrapped in plain text.
const KEY_WIDTH: usize = 20;
/// A Markdown table is continued below when it is wider: about what fits on the page of a code host.
const MARKDOWN_WIDTH: usize = 120;
/// Between the columns of plain text.
const SPACE: &str = "  ";
/// Between the columns of a unit, which belong together.
const UNIT_SPACE: &str = " ";

impl Table {
    /// Every number in full: header, then one line per row, LF.
    pub fn to_csv(&self) -> String {
        csv(&self.header, &self.rows)
    }

    /// For a code host or a paper: title, notes, one table per block, accounting.
    pub fn to_markdown(&self) -> String {
        let mut out = format!("## {}\n\n", self.title);
        if !self.notes.is_empty() {
            out += &format!("{}\n\n", self.notes.join(" "));
        }
        for block in &self.blocks {
            out += &format!("**`{}`**\n\n", block.heading);
            for band in block.bands(MARKDOWN_WIDTH) {
                out += &block.markdown_band(&band);
                out.push('\n');
            }
            out += &paragraphs(&block.footer);
        }
        out + &paragraphs(&self.footer)
    }

    /// For a terminal `width` characters wide: aligned columns, continued below where they do not fit.
    /// Only a single column wider than `width` by itself can stick out.
    pub fn to_text(&self, width: usize) -> String {
        let mut lines = wrap(&self.title, width);
        lines.push("=".repeat(self.title.chars().count().min(width)));
        lines.extend(self.notes.iter().flat_map(|note| wrap(note, width)));
        for block in &self.blocks {
            lines.push(String::new());
            lines.extend(wrap(&block.heading, width));
            let bands: Vec<String> = block.bands(width).iter().map(|band| block.text_band(band).join("\n")).collect();
            lines.push(bands.join("\n\n"));
            lines.extend(block.footer.iter().flat_map(|line| wrap(line, width)));
        }
        lines.push(String::new());
        lines.extend(self.footer.iter().flat_map(|line| wrap(line, width)));
        lines.push(String::new());
        lines.join("\n")
    }
}

impl Block {
    /// Columns in groups that fit side by side as plain text, each beginning with the key columns.
    fn bands(&self, width: usize) -> Vec<Vec<usize>> {
        let wide = |columns: &[usize]| -> usize { columns.iter().map(|c| self.space(*c).len() + self.width(*c)).sum() };
        let keys: Vec<usize> = (0..self.keys).collect();
        let others: Vec<usize> = (self.keys..self.header.len()).collect();
        let mut bands = vec![keys.clone()];
        for unit in others.chunks(self.unit) {
            let band = bands.last_mut().expect("there is always one band");
            if band.len() > self.keys && wide(band) + wide(unit) > width {
                bands.push(keys.clone());
            }
            bands.last_mut().expect("there is always one band").extend(unit);
        }
        bands
    }

    /// What stands to the left of a column.
    fn space(&self, column: usize) -> &'static str {
        match column.checked_sub(self.keys) {
            None if column == 0 => "",
            Some(i) if i % self.unit != 0 => UNIT_SPACE,
            _ => SPACE,
        }
    }

    /// Characters of a column: its widest cell, or the longest piece of its name. Long keys are wrapped.
    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().map(|row| shown(&row[column]).chars().count());
        let widest = cells.max().unwrap_or(0);
        let name = pieces(&self.header[column]).map(|piece| piece.chars().count()).max().unwrap_or(0);
        let limit = if column < self.keys { KEY_WIDTH } else { usize::MAX };
        widest.max(name).min(limit)
    }

    /// A column of numbers is flush right; one word among them does not change that.
    fn is_right(&self, column: usize) -> bool {
        self.rows.iter().any(|row| row[column].is_number())
    }

    fn markdown_band(&self, band: &[usize]) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = line(band.iter().map(|c| escaped(&self.header[*c])).collect());
        out += &line(band.iter().map(|c| if self.is_right(*c) { "--:" } else { ":--" }.to_string()).collect());
        for row in &self.rows {
            out += &line(band.iter().map(|c| escaped(&shown(&row[*c]))).collect());
        }
        out
    }

    fn text_band(&self, band: &[usize]) -> Vec<String> {
        let widths: Vec<usize> = band.iter().map(|c| self.width(*c)).collect();
        let mut lines = Vec::new();
        let header: Vec<String> = band.iter().map(|c| self.header[*c].clone()).collect();
        let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let rows = self.rows.iter().map(|row| band.iter().map(|c| shown(&row[*c])).collect());
        for cells in [header, rules].into_iter().chain(rows) {
            let cells: Vec<Vec<String>> = cells.iter().zip(&widths).map(|(cell, width)| wrap(cell, *width)).collect();
            for i in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
                let mut line = String::new();
                for ((column, cell), width) in band.iter().zip(&cells).zip(&widths) {
                    let text = cell.get(i).map_or("", String::as_str);
                    line += self.space(*column);
                    line += &if self.is_right(*column) { format!("{text:>width$}") } else { format!("{text:<width$}") };
                }
                lines.push(line.trim_end().to_string());
            }
        }
        lines
    }
}

/// Header and rows as CSV, every number in full.
pub(crate) fn csv(header: &[String], rows: &[Vec<Cell>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let in_memory = "writing to memory cannot fail";
    writer.write_record(header).expect(in_memory);
    for row in rows {
        writer.write_record(row.iter().map(exact)).expect(in_memory);
    }
    String::from_utf8(writer.into_inner().expect(in_memory)).expect("cells are UTF-8")
}

/// A cell for the CSV.
fn exact(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(count) => count.to_string(),
        Cell::Real(value) | Cell::AtLeast(value) => shortest(*value),
    }
}

/// A cell for people.
pub(crate) fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Real(value) => significant(*value),
        Cell::AtLeast(value) => format!(">{}", significant(*value)),
        other => exact(other),
    }
}

/// A Markdown table cell: `|` would end it, `*` could start emphasis.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*")
}

/// Each line a Markdown paragraph of its own.
fn paragraphs(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{}\n\n", escaped(line))).collect()
}

/// A line may be broken after these when it has no space.
const BREAKABLE: [char; 3] = ['-', '_', '='];

/// The parts of a text that a line break cannot avoid.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').flat_map(|word| word.split_inclusive(BREAKABLE))
}

/// Lines of at most `width` characters, broken at spaces, else after a hyphen or the like, else anywhere.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut rest: Vec<char> = text.chars().collect();
    let mut lines = Vec::new();
    while rest.len() > width {
        let space = (1..=width).rev().find(|i| rest[*i] == ' ');
        let hyphen = || (1..=width).rev().find(|i| BREAKABLE.contains(&rest[*i - 1]));
        let cut = space.or_else(hyphen).unwrap_or(width);
        let tail = rest.split_off(cut);
        lines.push(rest.iter().collect::<String>().trim_end().to_string());
        rest = tail.into_iter().skip_while(|c| *c == ' ').collect();
    }
    lines.push(rest.into_iter().collect());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_loses_no_word_and_keeps_to_the_width() {
        let text = "planned 450 = reached 371 + converged 40 averyveryverylongword x";
        for width in 1..70 {
            let lines = wrap(text, width);
            assert!(lines.iter().all(|line| line.chars().count() <= width), "width {width}: {lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""), "width {width}");
        }
    }

    #[test]
    fn every_column_appears_once_and_units_stay_together() {
        let columns = 9;
        let block = Block {
            heading: "h".to_string(),
            header: (0..columns).map(|i| format!("column{i}")).collect(),
            rows: vec![vec![Cell::count(1); columns]],
            keys: 1,
            unit: 2,
            footer: Vec::new(),
        };
        for width in 1..120 {
            let bands = block.bands(width);
            let others: Vec<usize> = bands.iter().flat_map(|band| band[1..].to_vec()).collect();
            assert_eq!(others, (1..columns).collect::<Vec<_>>());
            assert!(bands.iter().all(|band| band[0] == 0 && band.len() % 2 == 1), "width {width}: {bands:?}");
        }
        assert_eq!(block.bands(120).len(), 1);
        assert_eq!(block.bands(30).len(), 4);
    }
}
