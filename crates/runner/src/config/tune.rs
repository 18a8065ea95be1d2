//! `[tune]` and `[tuned]`: how parameters are searched for, and where found ones come from.

use super::{Word, count_of};
use crate::diagnostic::Findings;
use crate::tree::{Pair, Section};

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

/// Configurations per method when `[tune]` does not say: of 16 draws one is in the best fifth with probability 0.97.
const DEFAULT_CONFIGURATIONS: u64 = 16;

/// Runs per configuration when `[tune]` does not say.
const DEFAULT_TUNING_REPLICATES: u64 = 20;

/// `[tune]`.
pub(super) fn tune(pairs: &[Pair], findings: &mut Findings) -> TuneRules {
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
pub(super) fn tuned<'a>(pairs: &'a [Pair], at: &Pair, findings: &mut Findings) -> Option<Word<'a>> {
    let mut section = Section::new("[tuned]", pairs);
    if section.pair("file").is_none() {
        findings.add(&at.span, "the key `file` is missing", "it names what `tune` wrote, seen from this file's folder");
    }
    let file = section.string("file", findings).map(Word::from);
    section.finish(findings);
    file
}
