//! The survey `optimum`: the exact least value, and how many candidates were tried to know it.

use serde::{Deserialize, Serialize};

use super::{Evaluations, Site, Survey, Surveyed};
use crate::entry::Described;

/// Records the optimum that the problem finds by trying its finitely many candidates one after another, until one is as good
/// as any can be or all are tried. A candidate tried costs what a value of the function costs, half a gradient.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OptimumSurvey {}

impl Described for OptimumSurvey {
    const NAME: &'static str = "optimum";
    const ABOUT: &'static str = "Finds the exact least value of a problem that has finitely many candidates for it, by trying them, and \
        counts how many were tried.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[];

    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Survey for OptimumSurvey {
    fn check(&self, site: &Site) -> Result<(), String> {
        match site.known.candidates {
            Some(_) => Ok(()),
            None => {
                Err("it has no finite list of candidates for its optimum; take \"three_nodes\" with output = \"and\""
                    .to_string())
            }
        }
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let (candidates, (optimum, tried)) = site.known.candidates.zip(site.known.optimum).expect("checked");
        Surveyed {
            is_complete: true,
            reason: format!("{tried} of {candidates} candidates tried"),
            spent: Evaluations { values: tried, ..Evaluations::default() },
            optimum: Some(optimum),
            ..Surveyed::default()
        }
    }
}
