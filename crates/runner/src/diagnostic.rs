//! Errors in an experiment file as data: where, what, what to do; printed all at once, on one screen.

use std::fmt::Write as _;
use std::ops::Range;

/// With more problems than this each one takes a single line, so that all fit on one screen.
const SNIPPETS_UP_TO: usize = 6;

/// One thing that is wrong in an experiment file.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Bytes of the file it is about; `None` for the file as a whole.
    pub span: Option<Range<usize>>,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
}

/// The text of an experiment file and all that was found wrong in it so far.
#[derive(Debug)]
pub struct Findings<'a> {
    path: &'a str,
    text: &'a str,
    list: Vec<Diagnostic>,
}

impl<'a> Findings<'a> {
    /// No findings yet for the file `path` that reads `text`.
    pub fn new(path: &'a str, text: &'a str) -> Self {
        Self { path, text, list: Vec::new() }
    }

    /// Adds a finding about the bytes `span`; the same words about the same place are kept once.
    pub fn add(&mut self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic { span: Some(span.clone()), message: message.into(), help: help.into() });
    }

    /// Adds a refusal by a problem or method, which says `what; what to do` in one sentence.
    /// One of the form `KEY, column N ...` is about the text of KEY from there on.
    pub fn add_refusal(&mut self, span: &Range<usize>, owner: &str, refusal: &str) {
        let (what, help) = refusal.split_once("; ").unwrap_or((refusal, ""));
        let column = refusal.split_once(", column ").map(|(_, rest)| rest);
        let column = column.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
        let span = column.and_then(|column| self.within(span, column)).unwrap_or(span.clone());
        self.add(&span, format!("{owner}: {what}"), help);
    }

    /// The rest of a text on one line from its `column` (from 1) on; nothing where letters of the file are not those of
    /// the text.
    fn within(&self, span: &Range<usize>, column: usize) -> Option<Range<usize>> {
        let quoted = self.text.get(span.clone())?;
        let quote = quoted.chars().next().filter(|c| ['"', '\''].contains(c))?;
        let inner = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
        if inner.starts_with(quote) || inner.contains(['\n', '\\']) {
            return None;
        }
        let at = inner.char_indices().map(|(at, _)| at).chain([inner.len()]).nth(column - 1)?;
        // At the end of the text, the closing quote is what is pointed at.
        let (from, to) = (span.start + 1 + at, span.end - 1);
        Some(from..to.max(from + 1))
    }

    /// Adds a finding about the file as a whole.
    pub fn add_global(&mut self, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic { span: None, message: message.into(), help: help.into() });
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// How many findings there are.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// All findings as text, in file order, each with its line and what to do.
    pub fn render(mut self) -> String {
        self.list.sort_by_key(|d| d.span.as_ref().map_or(0, |span| span.start));
        let with_snippets = self.list.len() <= SNIPPETS_UP_TO;
        let mut out = String::new();
        for diagnostic in &self.list {
            self.render_one(&mut out, diagnostic, with_snippets);
        }
        let count = self.list.len();
        let plural = if count == 1 { "problem" } else { "problems" };
        let _ = writeln!(out, "{count} {plural} in {}; nothing was written", self.path);
        out
    }

    fn render_one(&self, out: &mut String, diagnostic: &Diagnostic, with_snippet: bool) {
        let Diagnostic { span, message, help } = diagnostic;
        let Some(span) = span else {
            let _ = writeln!(out, "error: {}: {message}", self.path);
            if !help.is_empty() {
                let _ = writeln!(out, "     | {help}");
            }
            return;
        };
        let place = Place::of(self.text, span);
        let Place { line, column, .. } = place;
        if with_snippet {
            let _ = writeln!(out, "error: {}:{line}:{column}: {message}", self.path);
            let _ = writeln!(out, "{line:>4} | {}", place.source);
            let carets = "^".repeat(place.width);
            let pad = " ".repeat(column - 1);
            let _ = writeln!(out, "     | {}", format!("{pad}{carets} {help}").trim_end());
        } else {
            let help = if help.is_empty() { String::new() } else { format!("; {help}") };
            let _ = writeln!(out, "error: {}:{line}:{column}: {message}{help}", self.path);
        }
    }
}

/// A span as a reader sees it: line and column from 1, the source line, characters to underline.
struct Place<'a> {
    line: usize,
    column: usize,
    source: &'a str,
    width: usize,
}

impl<'a> Place<'a> {
    fn of(text: &'a str, span: &Range<usize>) -> Self {
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let source = text[line_start..line_end].trim_end();
        let column = text[line_start..start].chars().count() + 1;
        let to_end = source.chars().count() + 1 - column.min(source.chars().count() + 1);
        let width = span.len().clamp(1, to_end.max(1));
        Self { line: text[..line_start].matches('\n').count() + 1, column, source, width }
    }
}

/// The name among `known` that a typing error most likely meant: least edit distance, at most a
/// third of the length.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count().max(3)) / 3;
    known
        .into_iter()
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Help for an unknown name: the nearest known one, or all of them when nothing is near.
pub fn suggestion(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(candidate) => format!("did you mean \"{candidate}\"?"),
        None if known.is_empty() => "there is none".to_string(),
        None => format!("known: {}", known.join(", ")),
    }
}

/// Edit distance with insertions, deletions, substitutions and swaps of neighbours (optimal string
/// alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in table.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in table[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let substitution = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = substitution.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(table[i - 2][j - 2] + 1);
            }
            table[i][j] = least;
        }
    }
    table[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_forgives_one_slip_in_three_letters_and_no_more() {
        let known = ["rastrigin", "rosenbrock", "xor", "gd"];
        assert_eq!(nearest("rastrign", known), Some("rastrigin"));
        assert_eq!(nearest("rosenbork", known), Some("rosenbrock"));
        assert_eq!(nearest("xro", known), Some("xor"));
        assert_eq!(nearest("ackley", known), None);
    }

    #[test]
    fn the_caret_stands_under_the_span_even_after_wide_letters() {
        let text = "a = 1\né = \"bad\"\n";
        let mut findings = Findings::new("f.toml", text);
        let start = text.find("\"bad\"").unwrap();
        findings.add(&(start..start + 5), "no", "do");
        assert_eq!(
            findings.render(),
            "error: f.toml:2:5: no\n   2 | é = \"bad\"\n     |     ^^^^^ do\n\
             1 problem in f.toml; nothing was written\n"
        );
    }

    #[test]
    fn many_findings_take_one_line_each() {
        let text = "x\n".repeat(20);
        let mut findings = Findings::new("f.toml", &text);
        for i in 0..20 {
            findings.add(&(2 * i..2 * i + 1), format!("p{i}"), "h");
        }
        assert_eq!(findings.render().lines().count(), 21);
    }
}
