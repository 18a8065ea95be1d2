//! From an experiment file to a plan, or to everything that is wrong with the file.

use crate::config;
use crate::diagnostic::Findings;
use crate::plan::Plan;
use crate::resolve::resolve;
use crate::resolved;
use crate::screen::Failure;
use crate::tools::Tools;
use crate::tree;
use problems::Registry;
use std::path::Path;

/// A checked experiment file.
#[derive(Debug)]
pub struct Prepared {
    /// The file, byte for byte.
    pub text: String,
    /// The same with every default filled in.
    pub resolved: String,
    /// Its runs.
    pub plan: Plan,
}

/// What an experiment file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Its own runs.
    Measure,
    /// The runs that its parameters are tuned with.
    Tune,
}

impl Purpose {
    /// The verb of the command line.
    pub fn verb(self) -> &'static str {
        match self {
            Purpose::Measure => "run",
            Purpose::Tune => "tune",
        }
    }
}

/// Reads and checks the experiment file at `path`.
///
/// # Errors
/// Everything that is wrong with it, as one text.
pub fn prepare(path: &Path, purpose: Purpose, registry: &Registry, tools: &Tools) -> Result<Prepared, Failure> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::input(format!("cannot read the experiment file {shown}: {error}")))?;
    prepare_for(purpose, &shown, &text, registry, tools).map_err(Failure::BadInput)
}

/// Checks the text of an experiment file that is called `name` in messages.
///
/// # Errors
/// Everything that is wrong with it, as one text.
pub fn prepare_text(name: &str, text: &str, registry: &Registry, tools: &Tools) -> Result<Prepared, String> {
    prepare_for(Purpose::Measure, name, text, registry, tools)
}

fn prepare_for(
    purpose: Purpose,
    name: &str,
    text: &str,
    registry: &Registry,
    tools: &Tools,
) -> Result<Prepared, String> {
    let mut findings = Findings::new(name, text);
    let pairs = tree::parse(text, &mut findings);
    if findings.count() > 0 {
        // What a broken document seems to say would only add noise.
        return Err(findings.render());
    }
    let config = config::read(&pairs, &mut findings);
    let folder = Path::new(name).parent().unwrap_or(Path::new(""));
    let Some(experiment) = resolve(&config, purpose, folder, registry, tools, &mut findings) else {
        return Err(findings.render());
    };
    let resolved = resolved::text(&experiment);
    Ok(Prepared { text: text.to_string(), resolved, plan: Plan::new(experiment) })
}
