//! `[record]`: what is written along the runs of optimizers, and at their ends.

use super::count_of;
use super::critical::{At, moments_of};
use crate::diagnostic::Findings;
use crate::tree::{Kind, Pair, Section};
use serde::Serialize;

/// `[record]`.
#[derive(Debug)]
pub struct Recorded<'a> {
    /// Whether every start of a run with restarts is a row.
    pub attempts: bool,
    /// `curves`, with `plateaus`.
    pub curves: Option<Curves>,
    /// `examples`: the loss above which a data row counts as not fitted.
    pub examples: Option<f64>,
    /// `spectrum`.
    pub spectrum: Option<SpectrumTable<'a>>,
}

/// `[record] spectrum`: where along a run the eigenvalues of the Hessian are looked at, and how.
#[derive(Debug)]
pub struct SpectrumTable<'a> {
    /// `at`, `["stop"]` when absent.
    pub at: Vec<At>,
    /// The runs of a cell that are looked at: those with a smaller replicate number.
    pub replicates: u64,
    /// Every other key: how to look.
    pub look: Vec<&'a Pair>,
}

impl Default for Recorded<'_> {
    fn default() -> Self {
        Self { attempts: true, curves: None, examples: None, spectrum: None }
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

/// `[record]`.
pub(super) fn record<'a>(pairs: &'a [Pair], budget: u64, findings: &mut Findings) -> Recorded<'a> {
    let mut section = Section::new("[record]", pairs);
    let attempts = section.flag("attempts", Recorded::default().attempts, findings);
    let curves = curves(&mut section, findings);
    let examples = examples(&mut section, findings);
    let spectrum = section.table("spectrum", findings).map(|(pairs, _)| spectrum(pairs, budget, findings));
    section.finish(findings);
    Recorded { attempts, curves, examples, spectrum }
}

/// `[record] spectrum`.
fn spectrum<'a>(pairs: &'a [Pair], budget: u64, findings: &mut Findings) -> SpectrumTable<'a> {
    let at = moments_of(pairs, budget, findings);
    let replicates = Section::new("`spectrum`", pairs).integer("replicates", 1, u64::MAX, findings);
    SpectrumTable {
        at,
        replicates,
        look: pairs.iter().filter(|pair| !["at", "replicates"].contains(&&*pair.key)).collect(),
    }
}

/// `[record] curves` and `plateaus`.
fn curves(record: &mut Section, findings: &mut Findings) -> Option<Curves> {
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
fn examples(record: &mut Section, findings: &mut Findings) -> Option<f64> {
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
