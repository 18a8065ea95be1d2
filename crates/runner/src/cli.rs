//! The command line: few verbs in three families, and what they are asked for.

use crate::command::density::Effort;
use crate::command::{census, eval, run, trace};
use crate::prepare::Purpose;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// The text of `--help`.
const HELP: &str = "\
How often optimizers reach minima of a given quality, and how the signs of
Hessian eigenvalues split between saddle points and minima.

Usage: runner FILE                      the same as `runner run FILE`
       runner COMMAND ...               in this repository:
                                        cargo run -p runner -- COMMAND ...
Experiments
  run FILE      measure what is missing, write results/<name>/, print the tables
                  runner run experiments/saddle.toml --threads 2
  plan FILE     check a file, show its runs and their cost; writes nothing
                  runner plan experiments/saddle.toml
  tune FILE     search the parameters that a file declares, on other seeds;
                writes the tuning file that experiments cite
                  runner tune experiments/tuning.toml
Results
  tables DIR    tables and pictures again, from the CSV files of a result folder
                  runner tables results/saddle
  verify DIR... what experiments claim of their tables, and whether it holds
                  runner verify results/saddle results/story
  report DIR    all of a result folder as one HTML page, report.html
                  runner report results/saddle
Catalogue
  list          problems, optimizers, strategies and finders
                  runner list
  show NAME     parameters, start law, known points of one of them
                  runner show rastrigin
  trace PROBLEM OPTIMIZER  its iterates, to compare with other programs
                  runner trace rosenbrock adam --param lr=0.05
  eval PROBLEM  value and exact derivatives of a problem at a point
                  runner eval rosenbrock --at -1.2,1 --gradient --json
  census PROBLEM  every critical point in a box, proved to be all
                  runner census himmelblau
Problems and optimizers of your own
  check NAME    whether a problem, an optimizer or all of a file is right
                  runner check rastrigin
  new           a file to start a problem or an optimizer from
                  runner new problem my_valley

`runner COMMAND --help` tells the options of a command.
Exit codes: 0 done, 1 internal error, 2 bad input (nothing was written),
3 finished with failed runs, 4 a broken promise or a claim that fails, 130
interrupted (the same command continues).
";

/// Measures optimizers on nonconvex problems.
#[derive(Debug, Parser)]
#[command(name = "runner", version, override_help = HELP, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Measure what is missing, write the result folder, print the tables
    #[command(after_help = "\
Example: runner run experiments/saddle.toml --threads 2

The same command again does only what is missing, so it continues after an
interrupt or a kill. Editing the file keeps every run that is still planned.
results/<name>/ gets cells.csv (what all runs of a problem by a method have in
common), runs.csv, hits.csv, critical.csv, attempts.csv (what [record] asks
for in curves.csv, examples.csv and spectrum.csv, what surveys measure in
counts.csv, listed.csv, spectrum.csv, paths.csv, profiles.csv, slices.csv,
basins.csv, connections.csv, merges.csv), timing.csv (wall_ms is the time of a
run's block divided by its runs), tables/, plots/, manifest.json.")]
    Run(RunArgs),
    /// Check a file, show its runs and their cost; writes nothing
    #[command(after_help = "Example: runner plan experiments/saddle.toml")]
    Plan {
        /// The experiment file
        file: PathBuf,
        /// Compare with this result folder [default: results/<name>]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Search the parameters that a file declares, on seeds of their own
    #[command(after_help = "\
Example: runner tune experiments/tuning.toml --threads 2

[tune] has the rules that are equal for all methods, `tune = { ... }` of a
[[method]] its space. The runs go to results/<name>-tuning/ and continue as
those of `run` do; the best values go to tuned/<name>.toml beside the file,
which an experiment cites by [tuned] file = ... and params = { lr = \"tuned\" }.")]
    Tune(RunArgs),
    /// Tables and pictures again, from the CSV files of a result folder
    #[command(after_help = "\
Example: runner tables results/saddle

Writes tables/ (CSV and Markdown) and plots/ (SVG, and the plotted numbers as
CSV beside each); the tables appear on the screen too.")]
    Tables {
        /// The result folder
        dir: PathBuf,
    },
    /// What experiments claim of their tables, and whether it holds
    #[command(after_help = "\
Example: runner verify results/saddle results/story

A [[claim]] of an experiment file names a quantity in a table and what it is:

  [[claim]]
  id = \"one-start\"
  text = \"One start succeeds as often as the central basin is large\"
  table = \"success\"
  where = { problem = \"rastrigin dim=2\", method = \"single\", gap = 0.5 }
  quantity = \"share\"
  relation = \"equals\"     # or below, above, at_most, at_least
  value = 0.0096342       # or theory = \"theory_mean\", a column of the row;
                          # or than = { method = \"restart\" }, another row
  tolerance_se = 3        # standard errors; or tolerance = 0.002
  kind = \"theory\"         # or \"empirical\": seen, here and on both halves
  source = \"basin volume, 0.0981535^2\"

over = \"min\" (max, mean, sum, count) takes several rows. The header of
tables/<table>.csv names the columns, docs/statistics.md has the tests. Claims
are judged from the CSV files alone; nothing is written. Exit code 4 when one
fails, 2 when a folder is no result folder or none has claims. Beside others
a folder without claims is named and left out: `runner verify results/*`.")]
    Verify {
        /// Result folders
        #[arg(required = true)]
        dirs: Vec<PathBuf>,
    },
    /// All of a result folder as one HTML page
    #[command(after_help = "\
Example: runner report results/saddle

Writes report.html into the folder: claims with verdicts, pictures, tables,
how to repeat any row, where the numbers come from. The file needs no network,
no script and nothing beside it; it prints, and it fits on a phone.")]
    Report {
        /// The result folder
        dir: PathBuf,
    },
    /// Problems, optimizers, strategies and finders, one line each
    #[command(after_help = "Example: runner list")]
    List,
    /// Parameters and known facts of a problem, optimizer, strategy or finder
    #[command(after_help = "\
Examples: runner show rastrigin
          runner show three_nodes --param drop=1")]
    Show {
        /// Its name, as in `list`
        name: String,
        /// A parameter of a problem; may be repeated
        #[arg(long = "param", value_name = "KEY=VALUE")]
        params: Vec<String>,
    },
    /// Value and exact derivatives of a problem at a point
    #[command(after_help = "\
Examples: runner eval rosenbrock --at -1.2,1 --gradient --hessian
          runner eval rastrigin --param dim=3 --at 0,0,1 --spectrum --json
          runner eval mlp --at @point.csv --hvp @direction.csv --json
          runner eval mlp --at @point.csv --density 100,20

JSON keys: value, and of gradient, hessian (rows), hvp, spectrum (ascending),
inertia ([negative, zero, positive]), density those asked for; --spectrum
gives spectrum and inertia; kink is there where the gradient jumps at the
point, by so much. A number that is not finite is null. On a sphere, gradient,
hessian and hvp are the Euclidean derivatives of the formula; spectrum, inertia
and density are those of the Riemannian Hessian in the tangent space.

--density is stochastic Lanczos quadrature: STEPS products with the Hessian
from each of N random vectors, in memory of STEPS + 1 vectors. Shares of
negative and positive eigenvalues are enclosed between two estimates; both
ends of the spectrum come with residuals that bound their errors; an
eigenvalue of high multiplicity can be listed fewer times than it counts.")]
    Eval(EvalArgs),
    /// Every critical point of a problem in a box, with proof that none is missing
    #[command(after_help = "\
Examples: runner census himmelblau
          runner census rastrigin --param dim=3 --box=-1.2,1.2
          runner census griewank --box=-30,30,-20,20 --json

For few variables on flat space, without kinks. Interval arithmetic shows of
every part of the box that no critical point is in it, or exactly one of known
index; the rest is undecided, as degenerate points and families of points are.
JSON keys: minima, saddles, maxima (proved points inside), degenerate (regions
with a point that numerical tests call so, not proved), undecided (other
regions), complete, boundary (points that may be on either side of it), boxes
(looked at), points and boundary_points (x, radius: how far along an axis the
point may be from x, value: its bounds, index; on a moved surface in_domain),
regions (box, degenerate). Exit code 4 when a complete census of the domain
contradicts the counts that the problem declares.")]
    Census(CensusArgs),
    /// The iterates of an optimizer on a problem, one row per step
    #[command(after_help = "\
Examples: runner trace rosenbrock adam --param lr=0.05 --start=-1.2,1
          runner trace himmelblau sgd --param batch=0 --steps 50 \\
              --schedule name=cosine --json
          runner trace mlp sgd --problem-param samples=100 --json

Runs the loop of `run` and shows every iterate: of a rule one per update, of a
minibatch too; of a solver those it accepts. Default start and random draws
are those of replicate 0 in an experiment with master_seed = S. A schedule
takes N for the number of all steps (T_max = N in torch). It ends earlier when
it converges, diverges, meets a NaN, or has spent the budget: by default that
of N steps, for a solver (dim + 100) N.
JSON keys: iterates (row 0 is the start), values (the whole objective at
each), rows (with minibatches: the data rows, from 0, that led to iterate 1,
2, ...), status (budget when all steps were taken), reason, cost (gradient-
equivalents). A number that is not finite is null.")]
    Trace(TraceArgs),
    /// Whether a problem or an optimizer keeps its promises
    #[command(after_help = "\
Examples: runner check rastrigin
          runner check adam
          runner check formula --param value=x1^2*x2 --param dim=2
          runner check experiments/saddle.toml

A problem is looked at with its defaults and the cases it names (derivatives,
declared facts, kinks, speed), an optimizer with its defaults (descent, budget,
bad numbers, repetition, parameters, restarts, sphere, minibatches), a file with
every surface in it. Exit code 4 when a promise is broken.")]
    Check {
        /// Name of a problem or optimizer, or an experiment file
        what: String,
        /// A parameter not at its default; may be repeated
        #[arg(long = "param", value_name = "KEY=VALUE")]
        params: Vec<String>,
    },
    /// Start a problem or an optimizer of your own from a template
    #[command(after_help = "\
Examples: runner new problem my_valley
          runner new optimizer my_rule
          runner new optimizer my_search --solver")]
    New {
        /// What to start
        #[command(subcommand)]
        what: NewWhat,
    },
}

/// What `new` can start.
#[derive(Debug, Subcommand)]
pub enum NewWhat {
    /// The file of a problem
    Problem {
        /// Its name in experiment files, such as my_valley
        name: String,
        /// The folder [default: the shipped ones', or .]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// The file of an update rule, or of a solver
    #[command(after_help = "\
Example: runner new optimizer my_rule

A rule turns each gradient into a step; the loop does the rest, many runs at
once, with minibatches, schedules and noise. A solver (--solver) asks for
values, gradients and second derivatives where it likes, pays for each, and
says which points it accepts: line searches, Newton steps, simplices.")]
    Optimizer {
        /// Its name in experiment files, such as my_rule
        name: String,
        /// A solver rather than a rule
        #[arg(long)]
        solver: bool,
        /// The folder [default: the shipped ones', or .]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The experiment file
    file: PathBuf,
    /// Worker threads, results do not depend on it [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// The result folder [default: results/<name>[-tuning]]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Repeat one run on the screen, leave the folder alone
    #[arg(long, value_name = "KEY")]
    only: Option<String>,
    /// Let go of finished runs that are no longer planned
    #[arg(long)]
    drop: bool,
}

/// Options of `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Name of the problem
    problem: String,
    /// A parameter not at its default; may be repeated
    #[arg(long = "param", value_name = "KEY=VALUE")]
    params: Vec<String>,
    /// The point: x1,x2,... or @file.csv
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    at: String,
    /// Give the gradient
    #[arg(long)]
    gradient: bool,
    /// Give the Hessian, row by row
    #[arg(long)]
    hessian: bool,
    /// Give the Hessian times a direction, forms as --at
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    hvp: Option<String>,
    /// Give Hessian eigenvalues and counts of their signs
    #[arg(long)]
    spectrum: bool,
    /// Spread of eigenvalues without a Hessian [80,10]
    #[arg(long, value_name = "STEPS,N", num_args = 0..=1, default_missing_value = "80,10", value_parser = Effort::parse)]
    density: Option<Effort>,
    /// One JSON object, floats in round-trip form
    #[arg(long)]
    json: bool,
}

/// Options of `trace`.
#[derive(Debug, Args)]
pub struct TraceArgs {
    /// Name of the problem
    problem: String,
    /// Name of the optimizer
    optimizer: String,
    /// A parameter of the optimizer; may be repeated
    #[arg(long = "param", value_name = "KEY=VALUE")]
    params: Vec<String>,
    /// A parameter of the problem; may be repeated
    #[arg(long = "problem-param", value_name = "KEY=VALUE")]
    problem_params: Vec<String>,
    /// name=... and its parameters; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    schedule: Vec<String>,
    /// x1,x2,... or @file.csv [default: drawn]
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    start: Option<String>,
    /// Steps or accepted iterates
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=999_999))]
    steps: u64,
    /// Gradient-equivalents [default: see below]
    #[arg(long, value_name = "B", value_parser = clap::value_parser!(u64).range(1..))]
    budget: Option<u64>,
    /// Gradient norm that ends it
    #[arg(long, value_name = "TOL", default_value_t = 0.0)]
    grad_tol: f64,
    /// Seed of start and draws
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// One JSON object, floats in round-trip form
    #[arg(long)]
    json: bool,
}

/// Options of `census`.
#[derive(Debug, Args)]
pub struct CensusArgs {
    /// Name of the problem
    problem: String,
    /// A parameter not at its default; may be repeated
    #[arg(long = "param", value_name = "KEY=VALUE")]
    params: Vec<String>,
    /// All axes, or LO1,HI1,LO2,... [default: its domain]
    #[arg(long = "box", value_name = "LO,HI", allow_hyphen_values = true)]
    region: Option<String>,
    /// Boxes to look at before giving up
    #[arg(long, value_name = "N", default_value_t = landscape::Limits::default().boxes)]
    boxes: usize,
    /// One JSON object, floats in round-trip form
    #[arg(long)]
    json: bool,
}

impl RunArgs {
    /// What `run` or `tune` is asked to do.
    pub fn request(self, purpose: Purpose) -> run::Request {
        let RunArgs { file, threads, out, only, drop } = self;
        run::Request { file, purpose, threads: threads.map(usize::from), out, only, drop }
    }
}

impl From<EvalArgs> for eval::Request {
    fn from(args: EvalArgs) -> Self {
        let EvalArgs { problem, params, at, gradient, hessian, hvp, spectrum, density, json } = args;
        Self { problem, params, at, gradient, hessian, hvp, spectrum, density, json }
    }
}

impl From<TraceArgs> for trace::Request {
    fn from(args: TraceArgs) -> Self {
        let TraceArgs { problem, optimizer, params, problem_params, schedule, .. } = args;
        let TraceArgs { start, steps, budget, grad_tol, seed, json, .. } = args;
        Self { problem, optimizer, params, problem_params, schedule, start, steps, budget, grad_tol, seed, json }
    }
}

impl From<CensusArgs> for census::Request {
    fn from(args: CensusArgs) -> Self {
        let CensusArgs { problem, params, region, boxes, json } = args;
        Self { problem, params, region, boxes, json }
    }
}

/// Reads the arguments after the program's name; a bare FILE means `run FILE`.
///
/// # Errors
/// What clap has to say: help, version, or what is wrong.
pub fn parse(mut arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let is_file = |word: &OsString| {
        let word = word.to_string_lossy();
        !word.starts_with('-') && (word.contains('.') || word.contains('/'))
    };
    if arguments.first().is_some_and(is_file) {
        arguments.insert(0, "run".into());
    }
    Cli::try_parse_from(std::iter::once("runner".into()).chain(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_bare_file_runs_and_negative_numbers_are_no_options() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert!(matches!(parse(words("a.toml --drop")).unwrap().verb, Verb::Run(args) if args.drop));
        let eval = parse(words("eval p --at -1,-2 --hvp -1e3,0")).unwrap().verb;
        assert!(matches!(eval, Verb::Eval(args) if args.at == "-1,-2"));
        let eval = parse(words("eval p --at 1 --density --json")).unwrap().verb;
        assert!(
            matches!(eval, Verb::Eval(args) if args.json && args.density == Some(Effort { steps: 80, probes: 10 }))
        );
        assert!(parse(words("runn a.toml")).unwrap_err().to_string().contains("run"));
    }
}
