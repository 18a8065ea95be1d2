//! `tune FILE`: what it has beyond `run`: that all methods are searched equally, and the tuning file that experiments cite.

use crate::figure::count;
use crate::files;
use crate::plan::Plan;
use crate::screen::{Context, Failure};
use crate::tuned;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Where the tuning file of an experiment is written: `tuned/<name>.toml` beside the experiment file.
pub fn target(file: &Path, experiment: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join("tuned").join(format!("{experiment}.toml"))
}

/// What every method of a plan of tuning may spend, and that it is the same.
///
/// # Panics
/// Two searched methods of one problem have another budget: a comparison of them would be unfair.
pub fn announce(plan: &Plan, context: &mut Context) {
    let Some(tuning) = &plan.experiment.tuning else { return };
    for (i, surface) in plan.experiment.surfaces.iter().enumerate() {
        let here: Vec<_> = plan.experiment.cells.iter().filter(|cell| cell.surface == i).collect();
        let configurations = |id: &str| here.iter().filter(|cell| tuning.method_of(&cell.method).id == id).count();
        let methods = || tuning.methods.iter().filter(|method| configurations(&method.id) > 0);
        let searched: HashSet<usize> =
            methods().filter(|m| !m.axes.is_empty()).map(|method| configurations(&method.id)).collect();
        assert!(searched.len() <= 1, "unequal tuning on {}: {searched:?} configurations", surface.label);
        let tuned = methods().filter(|method| !method.axes.is_empty()).count();
        let fixed: Vec<&str> = methods().filter(|m| m.axes.is_empty()).map(|method| method.id.as_str()).collect();
        let fixed = match fixed.as_slice() {
            [] => String::new(),
            ids => format!("; 1 configuration as declared: {}", ids.join(", ")),
        };
        context.note(format!(
            "tuning on {}: {} x {} x {} x {} gradients{fixed}",
            surface.label,
            count(tuned, "method"),
            count(searched.into_iter().next().unwrap_or(0), "configuration"),
            count(surface.replicates as usize, "run"),
            surface.budget,
        ));
    }
}

/// Writes the tuning file from the rows of the folder, which is complete.
///
/// # Errors
/// Whatever the file system says.
pub fn write(plan: &Plan, dir: &Path, file: &Path, context: &mut Context) -> Result<(), Failure> {
    let Some(tuning) = &plan.experiment.tuning else { return Ok(()) };
    let choices = report::choices(dir).map_err(|error| Failure::Internal(error.to_string()))?;
    let path = target(file, &tuning.experiment);
    let text = tuned::text(&plan.experiment, &plan.hash(), &choices);
    files::write(&path, text.as_bytes()).map_err(Failure::Internal)?;
    context.say(format!("wrote {}: cite it by", path.display()));
    context
        .say(format!("  [tuned] with file = \"tuned/{}.toml\" and params = {{ ... = \"tuned\" }}", tuning.experiment));
    Ok(())
}
