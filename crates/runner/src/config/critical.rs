//! `[critical]`: where along a run a point is classified, and how strictly.

use crate::diagnostic::Findings;
use crate::tree::{Kind, Node, Pair, Section};

/// `[critical]`.
#[derive(Debug)]
pub struct CriticalTable<'a> {
    /// `at`, `["stop"]` when absent.
    pub at: Vec<At>,
    /// `prove`: whether a proof is tried for every certified point.
    pub proves: bool,
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

pub(super) fn critical<'a>(pairs: &'a [Pair], budget: u64, findings: &mut Findings) -> CriticalTable<'a> {
    let at = moments_of(pairs, budget, findings);
    let proves = Section::new("[critical]", pairs).flag("prove", false, findings);
    CriticalTable { at, proves, criteria: pairs.iter().filter(|pair| !["at", "prove"].contains(&&*pair.key)).collect() }
}

/// `at` of a table, `["stop"]` when absent.
pub(super) fn moments_of(pairs: &[Pair], budget: u64, findings: &mut Findings) -> Vec<At> {
    let at = pairs.iter().find(|pair| pair.key == "at");
    at.map_or_else(|| vec![At::Stop], |pair| moments(&pair.node, budget, findings))
}

/// A list of moments of a run.
pub(super) fn moments(node: &Node, budget: u64, findings: &mut Findings) -> Vec<At> {
    let what = "`at` needs a list of \"stop\", \"start\" or a cost in gradients";
    let Kind::Array(items) = &node.kind else {
        findings.add(&node.span, what, "");
        return vec![At::Stop];
    };
    let mut at = Vec::new();
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
    at
}
