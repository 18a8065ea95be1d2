//! The experiment file as its writer meant it: every key, its kind, its default; no registry yet.

use crate::diagnostic::Findings;
use crate::space::{self, Axis};
use crate::tree::{Kind, Node, Pair, Section};
use serde::Serialize;
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
    /// `[critical]`, if points are classified.
    pub critical: Option<CriticalTable<'a>>,
    /// `[tune]`, if parameters can be searched for.
    pub tune: Option<TuneRules>,
    /// `[tuned] file`: where parameters that are `"tuned"` come from.
    pub tuned: Option<Word<'a>>,
}

/// `[tune]`: what is equal for all methods that are tuned.
#[derive(Debug, Clone)]
pub struct TuneRules {
    /// Configurations per method.
    pub configurations: u64,
    /// Runs per configuration and problem.
    pub replicates: u64,
    /// Gradient-equivalents per run, instead of those of the problem.
    pub budget: Option<u64>,
    /// What makes a configuration the best.
    pub criterion: Criterion,
}

/// What makes a configuration the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// Share of runs that reach the smallest gap of the problem.
    Success,
    /// Median over the runs of the best gap.
    Gap,
}

impl Criterion {
    /// The word in files.
    pub fn label(self) -> &'static str {
        match self {
            Criterion::Success => "success",
            Criterion::Gap => "gap",
        }
    }
}

/// When a run ends before its budget does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stop {
    /// A gradient norm at or below this ends a run as converged.
    pub grad_norm: f64,
    /// A value above this ends a run as diverged.
    pub f_above: f64,
    /// A coordinate above this in size ends a run as diverged.
    pub x_above: f64,
    /// When a run without progress ends; absent from keys where it is not given, so that runs from before keep theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall: Option<Stall>,
    /// Epochs without a new least held-out loss after which a run ends, on problems that hold data out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
}

/// A run stalls when its least value falls by no more than a share of its size within a window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stall {
    /// Gradient-equivalents.
    pub window: u64,
    /// Share of the size of the value.
    pub decrease: f64,
}

impl Default for Stop {
    fn default() -> Self {
        Self { grad_norm: 1e-8, f_above: 1e12, x_above: 1e8, stall: None, patience: None }
    }
}

/// What is recorded along the runs of optimizers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Curves {
    /// At which costs.
    pub pace: Pace,
    /// The runs of a cell that are recorded: those with a smaller replicate number. Not part of a run's key.
    #[serde(skip)]
    pub replicates: u64,
    /// Whether the extreme eigenvalues of the Hessian are measured.
    pub spectrum: bool,
    /// What counts as a plateau, if that is asked for.
    pub plateaus: Option<Plateaus>,
}

impl Curves {
    /// Whether eigenvalues are measured, for their own sake or for plateaus.
    pub fn wants_spectrum(&self) -> bool {
        self.spectrum || self.plateaus.is_some()
    }
}

/// The costs at which points are recorded, in gradient-equivalents.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// So many per factor of 10.
    PerDecade(u64),
    /// The multiples of this.
    Every(u64),
}

/// A point is on a plateau when its gradient is small and its Hessian has a negative eigenvalue that counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Plateaus {
    /// Share of the greatest gradient norm recorded in the attempt.
    pub gradient: f64,
    /// Share of the greatest absolute eigenvalue.
    pub curvature: f64,
}

/// What `curves = {}` means.
const DEFAULT_PACE: Pace = Pace::PerDecade(10);

/// What `plateaus = {}` means.
const DEFAULT_PLATEAUS: Plateaus = Plateaus { gradient: 0.1, curvature: 1e-3 };

/// What `examples = true` means: the label has a probability below 1/2.
const DEFAULT_LOSS_ABOVE: f64 = std::f64::consts::LN_2;

/// One `[[problem]]`.
#[derive(Debug)]
pub struct ProblemTable<'a> {
    /// `name`, as registered.
    pub name: Word<'a>,
    /// Every key that is not one of [`PROBLEM_KEYS`]: its parameters; a list sweeps a scalar parameter.
    pub params: Vec<&'a Pair>,
    /// `reference`: the value gaps are measured from, instead of the problem's own.
    pub reference: Option<f64>,
    /// `gaps` instead of those of `[targets]`.
    pub gaps: Option<Vec<f64>>,
    /// `replicates` instead of those of `[runs]`.
    pub replicates: Option<u64>,
    /// `gradients` instead of those of `[budget]`.
    pub budget: Option<u64>,
    /// `precision` of the descents: `"f64"`, or `"f32"`.
    pub precision: Option<Word<'a>>,
    /// `methods`: ids of the methods to run, all when absent.
    pub methods: Option<Vec<Word<'a>>>,
    /// `override`: parameter values by method id.
    pub overrides: Vec<Override<'a>>,
}

/// Parameter values of one method for one problem.
#[derive(Debug)]
pub struct Override<'a> {
    /// The method's id.
    pub id: &'a str,
    /// Where the id stands.
    pub span: &'a Range<usize>,
    /// The values.
    pub pairs: &'a [Pair],
}

/// One `[[method]]`.
#[derive(Debug)]
pub struct MethodTable<'a> {
    /// `id`, the label of its rows.
    pub id: Word<'a>,
    /// `optimizer` or `finder`.
    pub tool: Tool<'a>,
    /// `params` of the optimizer or finder.
    pub params: &'a [Pair],
    /// `tune`: the parameters that `tune` searches, and where.
    pub axes: Vec<Axis<'a>>,
}

/// What a method runs.
#[derive(Debug)]
pub enum Tool<'a> {
    /// An optimizer under a strategy.
    Optimizer {
        /// `optimizer`, as in the catalogue.
        name: Word<'a>,
        /// `strategy`, `single` when absent.
        strategy: Option<Word<'a>>,
        /// `strategy_params`.
        strategy_params: &'a [Pair],
        /// `schedule`, a constant learning rate when absent.
        schedule: Option<ScheduleTable<'a>>,
        /// `noise`, one table or a list of tables.
        noise: Vec<&'a [Pair]>,
    },
    /// `finder`: a search for critical points of any index.
    Finder(Word<'a>),
}

/// `schedule` of a `[[method]]`.
#[derive(Debug)]
pub struct ScheduleTable<'a> {
    /// `name`, as in the catalogue.
    pub name: Word<'a>,
    /// Every other key: its parameters.
    pub params: Vec<&'a Pair>,
}

/// `[critical]`.
#[derive(Debug)]
pub struct CriticalTable<'a> {
    /// `at`, `["stop"]` when absent.
    pub at: Vec<At>,
    /// Every other key: tolerances of the certificate.
    pub criteria: Vec<&'a Pair>,
}

/// Where along a run a point is classified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Where the run ended.
    Stop,
    /// Where it started.
    Start,
    /// Where it was after this many gradient-equivalents.
    Cost(u64),
}

impl At {
    /// The word in result files.
    pub fn label(self) -> String {
        match self {
            At::Stop => "stop".to_string(),
            At::Start => "start".to_string(),
            At::Cost(cost) => cost.to_string(),
        }
    }
}

/// Reads the tables of a file; whatever is wrong becomes a finding and a default takes its place.
pub fn read<'a>(pairs: &'a [Pair], findings: &mut Findings) -> Config<'a> {
    let mut file = Section::new("the file", pairs);
    schema(&mut file, findings);
    let (name, description, master_seed) = experiment(&mut file, findings);
    let problems = file.tables("problem", findings);
    let problems: Vec<ProblemTable> =
        problems.into_iter().filter_map(|(pairs, node)| problem(pairs, node, findings)).collect();
    let methods = file.tables("method", findings);
    let methods: Vec<MethodTable> =
        methods.into_iter().filter_map(|(pairs, node)| method(pairs, node, findings)).collect();
    for (key, what) in [("problem", "what is optimised"), ("method", "how it is optimised")] {
        if file.pair(key).is_none() {
            findings.add_global(format!("there is no [[{key}]]"), format!("add one: {what}"));
        }
    }
    let (mut replicates, mut budget, mut stop, mut gaps) =
        (DEFAULT_REPLICATES, DEFAULT_BUDGET, Stop::default(), Vec::new());
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
    if let Some((pairs, _)) = file.table("stop", findings) {
        let mut section = Section::new("[stop]", pairs);
        stop.grad_norm = section.positive("grad_norm", stop.grad_norm, findings);
        stop.f_above = section.positive("f_above", stop.f_above, findings);
        stop.x_above = section.positive("x_above", stop.x_above, findings);
        if let Some((pairs, _)) = section.table("stall", findings) {
            stop.stall = Some(stall(pairs, findings));
        }
        stop.patience = count_of(&mut section, "patience", findings);
        section.finish(findings);
    }
    if let Some((pairs, _)) = file.table("targets", findings) {
        let mut section = Section::new("[targets]", pairs);
        gaps = read_gaps(&mut section, findings).unwrap_or_default();
        section.finish(findings);
    }
    let (mut records_attempts, mut curves, mut examples) = (true, None, None);
    if let Some((pairs, _)) = file.table("record", findings) {
        let mut section = Section::new("[record]", pairs);
        records_attempts = section.flag("attempts", records_attempts, findings);
        curves = read_curves(&mut section, findings);
        examples = read_examples(&mut section, findings);
        section.finish(findings);
    }
    let largest = problems.iter().map(|problem| problem.budget.unwrap_or(budget)).max().unwrap_or(budget);
    let critical = file.table("critical", findings).map(|(pairs, _)| critical(pairs, largest, findings));
    let tune = file.table("tune", findings).map(|(pairs, _)| tune(pairs, findings));
    let tuned = file.table("tuned", findings).and_then(|(pairs, at)| tuned(pairs, at, findings));
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
        records_attempts,
        curves,
        examples,
        critical,
        tune,
        tuned,
    }
}

/// `[tune]`.
fn tune(pairs: &[Pair], findings: &mut Findings) -> TuneRules {
    let mut section = Section::new("[tune]", pairs);
    let configurations = section.integer("configurations", 1, DEFAULT_CONFIGURATIONS, findings);
    let replicates = section.integer("replicates", 1, DEFAULT_TUNING_REPLICATES, findings);
    let budget = count_of(&mut section, "gradients", findings);
    let criterion = match section.string("criterion", findings) {
        None | Some(("success", _)) => Criterion::Success,
        Some(("gap", _)) => Criterion::Gap,
        Some((other, node)) => {
            let help = "there is \"success\" (share of runs at the smallest gap) and \"gap\" (median of the best gap)";
            findings.add(&node.span, format!("unknown criterion \"{other}\""), help);
            Criterion::Success
        }
    };
    section.finish(findings);
    TuneRules { configurations, replicates, budget, criterion }
}

/// `[tuned]`.
fn tuned<'a>(pairs: &'a [Pair], at: &Pair, findings: &mut Findings) -> Option<Word<'a>> {
    let mut section = Section::new("[tuned]", pairs);
    if section.pair("file").is_none() {
        findings.add(&at.span, "the key `file` is missing", "it names what `tune` wrote, seen from this file's folder");
    }
    let file = section.string("file", findings).map(Word::from);
    section.finish(findings);
    file
}

/// `[record] curves` and `plateaus`.
fn read_curves(record: &mut Section, findings: &mut Findings) -> Option<Curves> {
    let table = record.table("curves", findings);
    let plateaus = record.table("plateaus", findings);
    let Some((pairs, _)) = table else {
        if let Some((_, pair)) = plateaus
            && record.pair("curves").is_none()
        {
            let what = "`plateaus` are looked for at the points of `curves`, which are not recorded";
            findings.add(
                &pair.span,
                what,
                "add curves = { per_decade = 10 }, or { every = 1 } for their exact lengths",
            );
        }
        return None;
    };
    let mut section = Section::new("`curves`", pairs);
    let per_decade = count_of(&mut section, "per_decade", findings);
    let every = count_of(&mut section, "every", findings);
    if let (Some(_), Some(_), Some(pair)) = (per_decade, every, section.pair("every")) {
        findings.add(&pair.span, "`curves` has either `per_decade` or `every`", "remove one of the two");
    }
    let pace = match (per_decade, every) {
        (Some(count), _) => Pace::PerDecade(count),
        (None, Some(step)) => Pace::Every(step),
        (None, None) => DEFAULT_PACE,
    };
    let replicates = section.integer("replicates", 1, u64::MAX, findings);
    let spectrum = section.flag("spectrum", false, findings);
    section.finish(findings);
    let plateaus = plateaus.map(|(pairs, _)| {
        let mut section = Section::new("`plateaus`", pairs);
        let mut share = |key, default| match section.number(key, findings) {
            Some((value, node)) if !(0.0..=1.0).contains(&value) => {
                findings.add(&node.span, format!("`{key}` is a share, got {value}"), "give a number from 0 to 1");
                default
            }
            other => other.map_or(default, |(value, _)| value),
        };
        let gradient = share("gradient", DEFAULT_PLATEAUS.gradient);
        let curvature = share("curvature", DEFAULT_PLATEAUS.curvature);
        section.finish(findings);
        Plateaus { gradient, curvature }
    });
    Some(Curves { pace, replicates, spectrum, plateaus })
}

/// `[record] examples`: `true`, or a table with the threshold.
fn read_examples(record: &mut Section, findings: &mut Findings) -> Option<f64> {
    let pair = record.pair("examples")?;
    if !matches!(pair.node.kind, Kind::Table(_)) {
        return record.flag("examples", false, findings).then_some(DEFAULT_LOSS_ABOVE);
    }
    let (pairs, _) = record.table("examples", findings)?;
    let mut section = Section::new("`examples`", pairs);
    let above = section.positive("loss_above", DEFAULT_LOSS_ABOVE, findings);
    section.finish(findings);
    Some(above)
}

/// `[stop] stall`.
fn stall(pairs: &[Pair], findings: &mut Findings) -> Stall {
    let mut section = Section::new("`stall`", pairs);
    let window = section.integer("window", 1, DEFAULT_STALL.window, findings);
    let decrease = section.number("decrease", findings).map_or(DEFAULT_STALL.decrease, |(decrease, node)| {
        if decrease < 0.0 {
            findings.add(&node.span, format!("`decrease` is a share of the value, got {decrease}"), "give 0 or more");
        }
        decrease
    });
    section.finish(findings);
    Stall { window, decrease }
}

/// What `stall = {}` means: no part in a million in a hundred gradients.
const DEFAULT_STALL: Stall = Stall { window: 100, decrease: 1e-6 };

/// Configurations per method when `[tune]` does not say: of 16 draws one is in the best fifth with probability 0.97.
const DEFAULT_CONFIGURATIONS: u64 = 16;

/// Runs per configuration when `[tune]` does not say.
const DEFAULT_TUNING_REPLICATES: u64 = 20;

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

/// The keys of a `[[problem]]` that are not parameters of the problem.
pub const PROBLEM_KEYS: [&str; 8] =
    ["name", "reference", "gaps", "replicates", "gradients", "precision", "methods", "override"];

fn problem<'a>(pairs: &'a [Pair], node: &Node, findings: &mut Findings) -> Option<ProblemTable<'a>> {
    let mut section = Section::new("[[problem]]", pairs);
    let name = required(&mut section, "name", node, findings);
    let reference = section.number("reference", findings).map(|(value, _)| value);
    let gaps = read_gaps(&mut section, findings);
    let replicates = count_of(&mut section, "replicates", findings);
    let budget = count_of(&mut section, "gradients", findings);
    let precision = section.string("precision", findings).map(Word::from);
    if let Some(word) = &precision
        && !["f64", "f32"].contains(&word.text)
    {
        let what = format!("precision = \"{}\": there is \"f64\", the default, and \"f32\"", word.text);
        findings.add(word.span(), what, "");
    }
    let methods = section.strings("methods", findings).map(|list| list.into_iter().map(Word::from).collect());
    let mut overrides = Vec::new();
    if let Some((by_id, _)) = section.table("override", findings) {
        for pair in by_id {
            match &pair.node.kind {
                Kind::Table(pairs) => {
                    overrides.push(Override { id: &pair.key, span: &pair.span, pairs });
                }
                _ => findings.add(
                    &pair.node.span,
                    format!("`override.{}` needs a table of parameter values", pair.key),
                    format!("as in override = {{ {} = {{ lr = 0.1 }} }}", pair.key),
                ),
            }
        }
    }
    let params = section.rest();
    Some(ProblemTable { name: name?, params, reference, gaps, replicates, budget, precision, methods, overrides })
}

/// A whole number of at least 1, if the key is there.
fn count_of(section: &mut Section, key: &'static str, findings: &mut Findings) -> Option<u64> {
    section.pair(key)?;
    Some(section.integer(key, 1, 1, findings))
}

fn method<'a>(pairs: &'a [Pair], node: &Node, findings: &mut Findings) -> Option<MethodTable<'a>> {
    let mut section = Section::new("[[method]]", pairs);
    let id = required(&mut section, "id", node, findings);
    if let Some(id) = id
        && (id.text.is_empty() || id.text.chars().any(|c| c.is_control() || c == '|'))
    {
        findings.add(id.span(), "a method id labels table rows", "use a short plain name");
    }
    let optimizer = section.string("optimizer", findings).map(Word::from);
    let finder = section.string("finder", findings).map(Word::from);
    let params = section.table("params", findings).map_or(&[][..], |(pairs, _)| pairs);
    let strategy = section.string("strategy", findings).map(Word::from);
    let strategy_table = section.table("strategy_params", findings);
    let strategy_params = strategy_table.map_or(&[][..], |(pairs, _)| pairs);
    let along = ["schedule", "noise"].map(|key| section.pair(key).map(|pair| (key, pair.span.clone())));
    let schedule = section.table("schedule", findings).and_then(|(pairs, pair)| schedule(pairs, pair, findings));
    let noise = noise(&mut section, findings);
    let tune_table = section.table("tune", findings);
    let axes = tune_table.map_or_else(Vec::new, |(pairs, _)| space::read(pairs, findings));
    section.finish(findings);
    let tool = match (optimizer, finder) {
        (Some(name), None) => Some(Tool::Optimizer { name, strategy, strategy_params, schedule, noise }),
        (None, Some(name)) => {
            let stray = strategy.map(|word| word.span().clone());
            if let Some(span) = stray.or(strategy_table.map(|(_, pair)| pair.span.clone())) {
                findings.add(&span, "a finder has no strategy", "remove this key");
            }
            let along = along.into_iter().flatten().chain(tune_table.map(|(_, pair)| ("tuning", pair.span.clone())));
            for (key, span) in along {
                findings.add(&span, format!("a finder has no {key}"), "remove this key");
            }
            Some(Tool::Finder(name))
        }
        (Some(_), Some(finder)) => {
            let what = "a method has either an `optimizer` or a `finder`";
            findings.add(finder.span(), what, "remove one of the two");
            None
        }
        (None, None) => {
            if !pairs.iter().any(|pair| pair.key == "optimizer" || pair.key == "finder") {
                let what = "this method has neither `optimizer` nor `finder`";
                findings.add(&header(node), what, "`list` shows what there is");
            }
            None
        }
    };
    Some(MethodTable { id: id?, tool: tool?, params, axes })
}

fn schedule<'a>(pairs: &'a [Pair], at: &Pair, findings: &mut Findings) -> Option<ScheduleTable<'a>> {
    let mut section = Section::new("`schedule`", pairs);
    if section.pair("name").is_none() {
        findings.add(&at.span, "the key `name` is missing", "as in schedule = { name = \"cosine\" }");
    }
    let name = section.string("name", findings).map(Word::from)?;
    Some(ScheduleTable { name, params: pairs.iter().filter(|pair| pair.key != "name").collect() })
}

/// One table, or a list of tables.
fn noise<'a>(section: &mut Section<'a>, findings: &mut Findings) -> Vec<&'a [Pair]> {
    match section.pair("noise").map(|pair| &pair.node.kind) {
        None => vec![],
        Some(Kind::Array(_)) => section.tables("noise", findings).into_iter().map(|(pairs, _)| pairs).collect(),
        Some(_) => section.table("noise", findings).map(|(pairs, _)| pairs).into_iter().collect(),
    }
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

fn critical<'a>(pairs: &'a [Pair], budget: u64, findings: &mut Findings) -> CriticalTable<'a> {
    let mut at = vec![At::Stop];
    if let Some(pair) = pairs.iter().find(|pair| pair.key == "at") {
        let what = "`at` needs a list of \"stop\", \"start\" or a cost in gradients";
        match &pair.node.kind {
            Kind::Array(items) => {
                at.clear();
                for node in items {
                    let moment = match &node.kind {
                        Kind::Scalar(toml::Value::String(word)) if word == "stop" => At::Stop,
                        Kind::Scalar(toml::Value::String(word)) if word == "start" => At::Start,
                        Kind::Scalar(toml::Value::Integer(cost)) if *cost > 0 => {
                            if *cost as u64 > budget {
                                let what = format!("{cost} is beyond the budget of {budget}");
                                findings.add(&node.span, what, "no run gets there");
                            }
                            At::Cost(*cost as u64)
                        }
                        _ => {
                            findings.add(&node.span, what, "");
                            continue;
                        }
                    };
                    if at.contains(&moment) {
                        findings.add(&node.span, "this moment stands here twice", "remove one");
                    }
                    at.push(moment);
                }
            }
            _ => findings.add(&pair.node.span, what, ""),
        }
    }
    CriticalTable { at, criteria: pairs.iter().filter(|pair| pair.key != "at").collect() }
}
