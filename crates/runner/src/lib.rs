//! From an experiment file to result files: plan, execution on threads, journal, tables, command line.
//!
//! The only crate that prints, reads the clock, touches files and threads; it does no numerics. A program with
//! problems or optimizers of its own is a few lines:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     let (problems, optimizers) = (problems::Registry::builtin(), optimizers::Catalogue::builtin());
//!     // problems.add::<MyProblem>(); optimizers.add_rule::<MyRule>();
//!     runner::main_with(problems, optimizers)
//! }
//! ```
//!
//! | files | job |
//! |---|---|
//! | `cli`, `command/`, `screen`, `facts` | verbs, what they print, exit codes |
//! | `tree`, `config`, `params`, `methods`, `resolve`, `diagnostic`, `prepare`, `resolved` | the experiment file, everything wrong with it at once, every default filled in |
//! | `experiment`, `plan`, `tools` | cells, run keys, random streams; the adapter to methods, finders and surveys |
//! | `claims` | what the tables are claimed to say: labels checked against the plan, the file that `report` reads |
//! | `space`, `tuning`, `tuned` | search spaces, the experiment that searches them, the file it writes and others cite |
//! | `measure`, `critical`, `survey`, `known`, `curve`, `execute`, `guard`, `interrupt`, `progress` | blocks of runs on threads, panics as rows |
//! | `record`, `part`, `journal`, `store`, `files`, `manifest`, `machine`, `figure` | rows as text, crash-safe files, provenance |

mod claims;
mod cli;
mod command;
mod config;
mod critical;
mod curve;
mod diagnostic;
mod execute;
mod experiment;
pub mod facts;
mod figure;
mod files;
mod guard;
mod interrupt;
mod journal;
mod known;
mod machine;
mod manifest;
mod measure;
mod methods;
mod params;
mod part;
mod plan;
mod prepare;
mod progress;
mod record;
mod resolve;
mod resolved;
mod screen;
mod shape;
mod space;
mod spectrum;
mod store;
mod survey;
mod tools;
mod tree;
mod tuned;
mod tuning;

use cli::{NewWhat, Verb};
use command::new::Kind;
use optimizers::Catalogue;
use prepare::Purpose;
use problems::Registry;
use screen::{Context, Failure, exit};
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use tools::Tools;

/// The whole program over the given problems and optimizers: reads the arguments of the process, returns its exit code.
pub fn main_with(problems: Registry, optimizers: Catalogue) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let program = invocation();
    let live = std::io::stderr().is_terminal();
    let work = || {
        let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
        run(&problems, optimizers, arguments, &program, live, &mut out, &mut err)
    };
    let code = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| {
        eprintln!("internal error: the message above is a bug of this program; please report it");
        exit::INTERNAL
    });
    ExitCode::from(code)
}

/// How the user starts this program: through cargo, or by its name.
fn invocation() -> String {
    match std::env::var("CARGO_PKG_NAME") {
        Ok(package) => format!("cargo run -p {package} --"),
        Err(_) => {
            let name = std::env::args().next().unwrap_or_else(|| "runner".to_string());
            machine::without_home(&name)
        }
    }
}

/// One command over the given problems and optimizers, with `arguments` as they follow the program's name.
///
/// `program` is how the user starts the program (for commands to copy), `live` whether `err` is a terminal. Returns the
/// exit code: 0 done, 1 internal error, 2 bad input, 3 finished with failed runs, 4 a check found something broken or a claim that fails, 130
/// interrupted.
pub fn run(
    registry: &Registry,
    optimizers: Catalogue,
    arguments: Vec<OsString>,
    program: &str,
    live: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let words = arguments.iter().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = std::iter::once("runner".to_string()).chain(words).collect();
    let verb = match cli::parse(arguments) {
        Ok(cli) => cli.verb,
        Err(error) => {
            let code = if error.use_stderr() { exit::BAD_INPUT } else { exit::DONE };
            let stream: &mut dyn Write = if error.use_stderr() { err } else { out };
            let _ = write!(stream, "{}", error.render());
            return code;
        }
    };
    assert_no_parameter_is_a_key(registry);
    let tools = Tools::of(optimizers);
    let mut context = Context { registry, tools: &tools, out, err, live, program, arguments: words };
    match perform(verb, &mut context) {
        Ok(code) => code,
        Err(Failure::BadInput(text)) => {
            let _ = write!(context.err, "{text}");
            exit::BAD_INPUT
        }
        Err(Failure::Internal(message)) => {
            context.note(format!("error: {message}"));
            exit::INTERNAL
        }
    }
}

/// Parameters stand beside the keys of a `[[problem]]`. A mistake in the source, found at the first start.
fn assert_no_parameter_is_a_key(registry: &Registry) {
    for entry in registry.entries() {
        let taken = entry.params.iter().find(|param| config::PROBLEM_KEYS.contains(&param.name));
        let taken = taken.map(|param| param.name);
        assert!(taken.is_none(), "{}: parameter {taken:?} has the name of a key of [[problem]]", entry.name);
    }
}

fn perform(verb: Verb, context: &mut Context) -> Result<u8, Failure> {
    if cfg!(panic = "abort") {
        return Err(Failure::input(
            "this program was built with panic = \"abort\", so one failing run would end all; \
             build it with the workspace's own profiles",
        ));
    }
    match verb {
        Verb::Run(args) => command::run::run(&args.request(Purpose::Measure), context),
        Verb::Tune(args) => command::run::run(&args.request(Purpose::Tune), context),
        Verb::Plan { file, out } => command::plan::run(&file, out.as_deref(), context),
        Verb::Tables { dir } => command::tables::run(&dir, context),
        Verb::Verify { dirs } => command::verify::run(&dirs, context),
        Verb::Report { dir } => command::report::run(&dir, context),
        Verb::List => command::list::run(context),
        Verb::Show { name, params } => command::show::run(&name, &params, context),
        Verb::Eval(args) => command::eval::run(&args.into(), context),
        Verb::Census(args) => command::census::run(&args.into(), context),
        Verb::Check { what, params } => command::check::run(&command::check::Request { what, params }, context),
        Verb::Trace(args) => command::trace::run(&args.into(), context),
        Verb::New { what: NewWhat::Problem { name, out } } => {
            command::new::run(Kind::Problem, &name, out.as_deref(), context)
        }
        Verb::New { what: NewWhat::Optimizer { name, solver, out } } => {
            let kind = if solver { Kind::Solver } else { Kind::Rule };
            command::new::run(kind, &name, out.as_deref(), context)
        }
    }
}
