//! The experiment file as its writer meant it: every key, its kind, its default; no registry yet. One file per section.

mod claim;
mod critical;
mod method;
mod problem;
mod record;
mod stop;
mod tune;

pub use claim::{Claim, ClaimTable, Expected, Tolerance};
pub use critical::{At, CriticalTable};
pub use method::{MethodTable, Tool};
pub use problem::{Override, PROBLEM_KEYS, ProblemTable};
pub use record::{Curves, Pace, Plateaus, SpectrumTable};
pub use stop::{Stall, Stop};
pub use tune::{Criterion, TuneRules};

use crate::diagnostic::Findings;
use crate::tree::{Node, Pair, Section};
use record::Recorded;
use std::ops::Range;

/// Version of the file format this program reads.
pub const SCHEMA: i64 = 1;

/// A text of the file and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// The text.
    pub text: &'a str,
    node: &'a Node,
}

impl<'a> Word<'a> {
    /// Where it stands.
    pub fn span(&self) -> &'a Range<usize> {
        &self.node.span
    }
}

impl<'a> From<(&'a str, &'a Node)> for Word<'a> {
    fn from((text, node): (&'a str, &'a Node)) -> Self {
        Self { text, node }
    }
}

/// An experiment file, read but not yet checked against problems and methods.
#[derive(Debug)]
pub struct Config<'a> {
    /// `[experiment] name`: the result folder.
    pub name: &'a str,
    /// `[experiment] description`.
    pub description: &'a str,
    /// `[experiment] master_seed`: the only source of randomness.
    pub master_seed: u64,
    /// `[[problem]]` tables in file order.
    pub problems: Vec<ProblemTable<'a>>,
    /// `[[method]]` tables in file order.
    pub methods: Vec<MethodTable<'a>>,
    /// `[runs] replicates` per cell.
    pub replicates: u64,
    /// `[budget] gradients`: gradient-equivalents per run.
    pub budget: u64,
    /// `[stop]`.
    pub stop: Stop,
    /// `[targets] gaps`, in levels above the reference.
    pub gaps: Vec<f64>,
    /// `[record] attempts`: whether every start of a run with restarts is a row.
    pub records_attempts: bool,
    /// `[record] curves`, with `[record] plateaus`.
    pub curves: Option<Curves>,
    /// `[record] examples`: the loss above which a data row counts as not fitted.
    pub examples: Option<f64>,
    /// `[record] spectrum`, if spectra are looked at along runs.
    pub spectrum: Option<SpectrumTable<'a>>,
    /// `[critical]`, if points are classified.
    pub critical: Option<CriticalTable<'a>>,
    /// `[[claim]]` tables in file order.
    pub claims: Vec<ClaimTable<'a>>,
    /// `[tune]`, if parameters can be searched for.
    pub tune: Option<TuneRules>,
    /// `[tuned] file`: where parameters that are `"tuned"` come from.
    pub tuned: Option<Word<'a>>,
}

/// Reads the tables of a file; whatever is wrong becomes a finding and a default takes its place.
pub fn read<'a>(pairs: &'a [Pair], findings: &mut Findings) -> Config<'a> {
    let mut file = Section::new("the file", pairs);
    schema(&mut file, findings);
    let (name, description, master_seed) = experiment(&mut file, findings);
    let problems = file.tables("problem", findings);
    let problems: Vec<ProblemTable> =
        problems.into_iter().filter_map(|(pairs, node)| problem::problem(pairs, node, findings)).collect();
    let methods = file.tables("method", findings);
    let methods: Vec<MethodTable> =
        methods.into_iter().filter_map(|(pairs, node)| method::method(pairs, node, findings)).collect();
    let claims = file.tables("claim", findings);
    let claims: Vec<ClaimTable> =
        claims.into_iter().filter_map(|(pairs, node)| claim::claim(pairs, node, findings)).collect();
    for (i, claim) in claims.iter().enumerate() {
        if claims[..i].iter().any(|other| other.id.text == claim.id.text) {
            findings.add(claim.id.span(), format!("two claims have the id \"{}\"", claim.id.text), "rename one");
        }
    }
    for (key, what) in [("problem", "what is optimised"), ("method", "how it is optimised")] {
        if file.pair(key).is_none() {
            findings.add_global(format!("there is no [[{key}]]"), format!("add one: {what}"));
        }
    }
    let (mut replicates, mut budget, mut gaps) = (DEFAULT_REPLICATES, DEFAULT_BUDGET, Vec::new());
    if let Some((pairs, _)) = file.table("runs", findings) {
        let mut section = Section::new("[runs]", pairs);
        replicates = section.integer("replicates", 1, replicates, findings);
        section.finish(findings);
    }
    if let Some((pairs, _)) = file.table("budget", findings) {
        let mut section = Section::new("[budget]", pairs);
        budget = section.integer("gradients", 1, budget, findings);
        section.finish(findings);
    }
    let stop = file.table("stop", findings).map_or_else(Stop::default, |(pairs, _)| stop::stop(pairs, findings));
    if let Some((pairs, _)) = file.table("targets", findings) {
        let mut section = Section::new("[targets]", pairs);
        gaps = read_gaps(&mut section, findings).unwrap_or_default();
        section.finish(findings);
    }
    let largest = problems.iter().map(|problem| problem.budget.unwrap_or(budget)).max().unwrap_or(budget);
    let recorded = file.table("record", findings);
    let recorded = recorded.map_or_else(Recorded::default, |(pairs, _)| record::record(pairs, largest, findings));
    let critical = file.table("critical", findings).map(|(pairs, _)| critical::critical(pairs, largest, findings));
    let tune = file.table("tune", findings).map(|(pairs, _)| tune::tune(pairs, findings));
    let tuned = file.table("tuned", findings).and_then(|(pairs, at)| tune::tuned(pairs, at, findings));
    file.finish(findings);
    Config {
        name,
        description,
        master_seed,
        problems,
        methods,
        replicates,
        budget,
        stop,
        gaps,
        records_attempts: recorded.attempts,
        curves: recorded.curves,
        examples: recorded.examples,
        spectrum: recorded.spectrum,
        critical,
        claims,
        tune,
        tuned,
    }
}

/// Runs per cell when `[runs]` does not say.
const DEFAULT_REPLICATES: u64 = 100;

/// Gradient-equivalents per run when `[budget]` does not say.
const DEFAULT_BUDGET: u64 = 1000;

fn schema(file: &mut Section, findings: &mut Findings) {
    let help = format!("this program reads `schema = {SCHEMA}`");
    match file.pair("schema") {
        None => findings.add_global("the key `schema` is missing", help),
        Some(pair) if pair.node.plain() != toml::Value::Integer(SCHEMA) => {
            findings.add(&pair.node.span, "unknown file format", help);
        }
        Some(_) => {}
    }
}

fn experiment<'a>(file: &mut Section<'a>, findings: &mut Findings) -> (&'a str, &'a str, u64) {
    let Some((pairs, at)) = file.table("experiment", findings) else {
        findings.add_global("there is no [experiment]", "add it, with a `name` for the result folder");
        return ("", "", 0);
    };
    let mut section = Section::new("[experiment]", pairs);
    let name = section.string("name", findings);
    match name {
        None if !pairs.iter().any(|pair| pair.key == "name") => {
            findings.add(&at.span, "the key `name` is missing", "it names the result folder");
        }
        Some((name, node)) if !is_folder_name(name) => findings.add(
            &node.span,
            format!("\"{name}\" cannot name a folder"),
            "use letters, digits, `_`, `-` and `.`, starting with a letter or digit",
        ),
        _ => {}
    }
    let description = section.string("description", findings).map_or("", |(text, _)| text);
    let master_seed = section.integer("master_seed", 0, 1, findings);
    section.finish(findings);
    (name.map_or("", |(name, _)| name), description, master_seed)
}

/// Whether a name can be a folder on every system, without surprise.
fn is_folder_name(name: &str) -> bool {
    name.len() <= 100
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        && !name.ends_with('.')
}

/// A whole number of at least 1, if the key is there.
fn count_of(section: &mut Section, key: &'static str, findings: &mut Findings) -> Option<u64> {
    section.pair(key)?;
    Some(section.integer(key, 1, 1, findings))
}

fn required<'a>(section: &mut Section<'a>, key: &str, node: &Node, findings: &mut Findings) -> Option<Word<'a>> {
    let absent = section.pair(key).is_none();
    if absent {
        findings.add(&header(node), format!("the key `{key}` is missing"), "");
    }
    section.string(key, findings).map(Word::from)
}

/// The first bytes of a table: enough to point at it.
fn header(node: &Node) -> Range<usize> {
    node.span.start..node.span.start + 1
}

fn read_gaps(section: &mut Section, findings: &mut Findings) -> Option<Vec<f64>> {
    let list = section.numbers("gaps", findings)?;
    let mut gaps: Vec<f64> = Vec::new();
    for (gap, node) in list {
        if gap < 0.0 {
            findings.add(&node.span, format!("a gap must not be negative, got {gap}"), "");
        } else if gaps.contains(&gap) {
            findings.add(&node.span, format!("the gap {gap} stands here twice"), "remove one");
        }
        gaps.push(gap);
    }
    Some(gaps)
}
