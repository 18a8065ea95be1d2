//! The columns of `runs.csv` and the files beside it, typed one to one.
//!
//! An empty cell means "not applicable" and is `None`; `inf`, `-inf` and `nan` are ordinary values.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A row type together with the file it comes from.
pub(crate) trait Row: DeserializeOwned {
    /// File name inside the result folder.
    const FILE: &'static str;
    /// The header, in order.
    const COLUMNS: &'static [&'static str];
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Gradient norm fell below its tolerance.
    Converged,
    /// No progress any more.
    Stalled,
    /// The budget was used up.
    Budget,
    /// Value or coordinates left the declared bounds.
    Diverged,
    /// A value or gradient was not a number.
    Nan,
    /// The problem's or method's code panicked.
    Panic,
    /// Planned, not done yet.
    Missing,
}

/// What a certificate says about a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Critical, no negative eigenvalue, no zero ones but the declared symmetry modes.
    Minimum,
    /// Critical, eigenvalues of both signs (a strict saddle, whatever its zeros).
    Saddle,
    /// Critical, no positive eigenvalue, no zero ones but the declared symmetry modes.
    Maximum,
    /// Critical, zero eigenvalues beyond the declared modes and not both signs: the second order does not decide.
    Degenerate,
    /// Gradient nearly in the kernel of the Hessian, but not zero.
    GradientFlat,
    /// Gradient not zero.
    NotCritical,
    /// The search for a critical point ran away.
    AtInfinity,
}

impl Class {
    /// Every class, in the order of the declaration and of the tables.
    pub const ALL: [Class; 7] = [
        Class::Minimum,
        Class::Saddle,
        Class::Maximum,
        Class::Degenerate,
        Class::GradientFlat,
        Class::NotCritical,
        Class::AtInfinity,
    ];

    /// The word used in the files.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Minimum => "minimum",
            Class::Saddle => "saddle",
            Class::Maximum => "maximum",
            Class::Degenerate => "degenerate",
            Class::GradientFlat => "gradient-flat",
            Class::NotCritical => "not-critical",
            Class::AtInfinity => "at-infinity",
        }
    }

    /// The certificate holds: this is a critical point, and its inertia means something.
    pub fn is_critical(self) -> bool {
        matches!(self, Class::Minimum | Class::Saddle | Class::Maximum | Class::Degenerate)
    }
}

/// The critical points of one index that a survey found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CountRow {
    /// The run.
    pub run_key: String,
    /// Number of negative eigenvalues.
    pub index: u64,
    /// Critical points found.
    pub found: u64,
    /// Mean number by theory, over the law that the surface is drawn from.
    pub expected: Option<f64>,
    /// Standard error of that mean; 0 where it is exact.
    pub expected_se: Option<f64>,
    /// `sum (-1)^index` over all critical points as topology has it; the same in every row of a run.
    pub euler: Option<i64>,
    /// A bound on the number of critical points of all indices; the same in every row of a run.
    pub most: Option<u64>,
}

impl Row for CountRow {
    const FILE: &'static str = "counts.csv";
    const COLUMNS: &'static [&'static str] = &["run_key", "index", "found", "expected", "expected_se", "euler", "most"];
}

/// A listed critical point and what a survey found of it, or a found one that is not in the list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ListedRow {
    /// The run.
    pub run_key: String,
    /// Number in the problem's list, from 1 on; absent for a point that is not in it.
    pub number: Option<u64>,
    /// Value as listed.
    pub f: Option<f64>,
    /// Negative eigenvalues as listed.
    pub n_neg: Option<u64>,
    /// Zero eigenvalues as listed, where they are known.
    pub n_zero: Option<u64>,
    /// Value as found; absent where the point was not found.
    pub f_found: Option<f64>,
    /// Negative eigenvalues as found.
    pub n_neg_found: Option<u64>,
    /// Zero eigenvalues as found.
    pub n_zero_found: Option<u64>,
    /// Distance of the value found from the one listed, or from the nearest in the list.
    pub distance: Option<f64>,
    /// Searches that ended there; absent without searches.
    pub searches: Option<u64>,
}

impl ListedRow {
    /// Whether a listed point was found with the signs that are listed.
    pub fn agrees(&self) -> bool {
        self.number.is_some()
            && self.n_neg_found.is_some()
            && self.n_neg == self.n_neg_found
            && (self.n_zero.is_none() || self.n_zero == self.n_zero_found)
    }
}

impl Row for ListedRow {
    const FILE: &'static str = "listed.csv";
    const COLUMNS: &'static [&'static str] = &[
        "run_key",
        "number",
        "f",
        "n_neg",
        "n_zero",
        "f_found",
        "n_neg_found",
        "n_zero_found",
        "distance",
        "searches",
    ];
}

/// What a row of a spectrum is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpectrumKind {
    /// Loss over the problem's scale.
    Level,
    /// Length of the gradient.
    Gradient,
    /// Length of a jump of the gradient: there is no Hessian.
    Kink,
    /// Lower end of the law's bulk.
    LowerEdge,
    /// Upper end of it.
    UpperEdge,
    /// Share of negative eigenvalues.
    Negative,
    /// Share of those within the zero tolerance.
    Zero,
    /// Share of positive ones.
    Positive,
    /// An eigenvalue at its rank.
    Eigenvalue,
    /// An eigenvalue apart from the bulk, at its rank.
    Outlier,
    /// How many of these there are.
    Outliers,
    /// Greatest difference of the shares below a number from the law's; theory is its critical value.
    Distance,
    /// Smoothed density.
    Density,
    /// Lower bound of the share below the position.
    LeastShare,
    /// Upper bound of it.
    MostShare,
    /// The number below which that share lies.
    Quantile,
    /// An eigenvalue at its rank from below, with residual.
    Lowest,
    /// The same from above.
    Highest,
}

/// One number of a spectrum.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SpectrumRow {
    /// The run.
    pub run_key: String,
    /// Where in the run: `start`, `stop`, `found`, or a cost.
    pub at: String,
    /// Number of eigenvalues.
    pub n: u64,
    /// What it is.
    pub kind: SpectrumKind,
    /// Where: a number on the axis of eigenvalues, a rank or a share.
    pub position: Option<f64>,
    /// The number.
    pub value: f64,
    /// How uncertain it is.
    pub error: Option<f64>,
    /// What theory has for it.
    pub theory: Option<f64>,
}

impl Row for SpectrumRow {
    const FILE: &'static str = "spectrum.csv";
    const COLUMNS: &'static [&'static str] = &["run_key", "at", "n", "kind", "position", "value", "error", "theory"];
}

/// Where in its run a point was taken.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "String")]
pub enum At {
    /// The start point.
    Start,
    /// The first point at or after this cost, in gradient-equivalents.
    Moment(f64),
    /// Where the run stopped.
    Stop,
    /// What a finder returned (0), or the points of a survey (1, 2, ..).
    Found(u64),
}

impl TryFrom<String> for At {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "start" => Ok(At::Start),
            "stop" => Ok(At::Stop),
            "found" => Ok(At::Found(0)),
            found if found.starts_with("found ") => match found["found ".len()..].parse() {
                Ok(number) if number > 0 => Ok(At::Found(number)),
                _ => Err(format!("\"{text}\" names no point of a survey")),
            },
            cost => match cost.parse::<f64>() {
                Ok(cost) if cost.is_finite() && cost >= 0.0 => Ok(At::Moment(cost)),
                _ => Err(format!("\"{text}\" is neither start, stop, found nor a cost")),
            },
        }
    }
}

/// One searched parameter of a method on a problem, in a folder of tuning; a method without any has one row that names
/// none.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SpaceRow {
    /// Label of the problem.
    pub problem: String,
    /// Id of the method; configuration `k` of it has the label `id #k`.
    pub method: String,
    /// Name of the parameter; empty when nothing is searched.
    pub parameter: String,
    /// `list`, `linear` or `log`; empty when nothing is searched.
    pub scale: String,
    /// Least value of a range.
    pub from: Option<f64>,
    /// Greatest value of a range.
    pub to: Option<f64>,
    /// Values of a list, as JSON.
    pub values: String,
    /// `success` or `gap`.
    pub criterion: String,
    /// The gap to reach, for `success`.
    pub target: Option<f64>,
}

impl Row for SpaceRow {
    const FILE: &'static str = "space.csv";
    const COLUMNS: &'static [&'static str] =
        &["problem", "method", "parameter", "scale", "from", "to", "values", "criterion", "target"];
}

/// What the runs of one problem by one method have in common.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CellRow {
    /// Label of the problem with its parameters, such as `rastrigin dim=2`.
    pub problem: String,
    /// Label of the method, unique in the experiment.
    pub method: String,
    /// Revision of the problem's code.
    pub revision: u32,
    /// Parameters of the problem, canonical JSON.
    pub params: String,
    /// Number of coordinates.
    pub dim: usize,
    /// What a loss is divided by to give a level; absent when the problem could not be built.
    pub scale: Option<f64>,
    /// The loss that gaps are measured from, where one is known.
    pub reference: Option<f64>,
    /// Update rule, or the name of the finder or survey.
    pub optimizer: String,
    /// How the budget is spent; `finder` for a critical-point finder, `survey` for a survey of the surface.
    pub strategy: String,
    /// Parameters of the method, canonical JSON.
    pub method_params: String,
}

impl CellRow {
    /// Its runs descend, so they have targets and end points; those of a finder or a survey have neither.
    pub fn is_descent(&self) -> bool {
        !matches!(self.strategy.as_str(), "finder" | "survey")
    }

    /// All that belongs to the problem and not to the method.
    pub(crate) fn of_problem(&self) -> (u32, &str, usize, Option<u64>, Option<u64>) {
        let bits = |number: Option<f64>| number.map(f64::to_bits);
        (self.revision, &self.params, self.dim, bits(self.scale), bits(self.reference))
    }
}

impl Row for CellRow {
    const FILE: &'static str = "cells.csv";
    const COLUMNS: &'static [&'static str] = &[
        "problem",
        "method",
        "revision",
        "params",
        "dim",
        "scale",
        "reference",
        "optimizer",
        "strategy",
        "method_params",
    ];
}

/// One planned run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RunRow {
    /// Hash of all that the run depends on; unique.
    pub run_key: String,
    /// Label of the problem with its parameters, such as `rastrigin dim=2`.
    pub problem: String,
    /// Label of the method, unique in the experiment.
    pub method: String,
    /// Number of the run within its cell.
    pub replicate: u64,
    /// How it ended.
    pub status: Status,
    /// What the other columns do not say of that, in words.
    pub reason: String,
    /// Gradient-equivalents really spent.
    pub cost: Option<f64>,
    /// Update steps.
    pub iterations: Option<u64>,
    /// Starts after the first one.
    pub restarts: Option<u64>,
    /// Values evaluated without a gradient.
    pub n_f: Option<u64>,
    /// Gradients evaluated, of minibatches too.
    pub n_grad: Option<u64>,
    /// Hessian-vector products evaluated.
    pub n_hvp: Option<u64>,
    /// Full Hessians evaluated.
    pub n_hess: Option<u64>,
    /// Steps on which noise was drawn.
    pub noisy_steps: Option<u64>,
    /// Sum of the squared norms of the noise drawn.
    pub noise_energy: Option<f64>,
    /// Loss at the start point.
    pub f_start: Option<f64>,
    /// Least loss seen.
    pub f_best: Option<f64>,
    /// Level above the problem's reference.
    pub gap_best: Option<f64>,
    /// Cost when the least loss was seen.
    pub cost_at_best: Option<f64>,
    /// Loss where the run stopped.
    pub f_final: Option<f64>,
    /// Loss on held-out data where the run stopped; `None` where no data are held out.
    pub f_held_out: Option<f64>,
    /// Gradient norm where the run stopped.
    pub grad_norm: Option<f64>,
    /// Hash of the final point.
    pub x_hash: String,
}

impl Row for RunRow {
    const FILE: &'static str = "runs.csv";
    const COLUMNS: &'static [&'static str] = &[
        "run_key",
        "problem",
        "method",
        "replicate",
        "status",
        "reason",
        "cost",
        "iterations",
        "restarts",
        "n_f",
        "n_grad",
        "n_hvp",
        "n_hess",
        "noisy_steps",
        "noise_energy",
        "f_start",
        "f_best",
        "gap_best",
        "cost_at_best",
        "f_final",
        "f_held_out",
        "grad_norm",
        "x_hash",
    ];
}

/// One target of one run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct HitRow {
    /// The run.
    pub run_key: String,
    /// Quality: level above the reference.
    pub gap: f64,
    /// Cost at the first hit; `None` when it was not reached.
    pub cost: Option<f64>,
}

impl Row for HitRow {
    const FILE: &'static str = "hits.csv";
    const COLUMNS: &'static [&'static str] = &["run_key", "gap", "cost"];
}

/// One certificate: a point of a run after polishing, and what it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CriticalRow {
    /// The run.
    pub run_key: String,
    /// Where in the run.
    pub at: At,
    /// Cost spent by the run up to there.
    pub cost: Option<f64>,
    /// Loss after polishing.
    pub f: Option<f64>,
    /// The same as a level.
    pub level: Option<f64>,
    /// Gradient norm before polishing.
    pub grad_norm_before: Option<f64>,
    /// Gradient norm after polishing.
    pub grad_norm: Option<f64>,
    /// Newton-type steps of the polish.
    pub polish_iterations: Option<u64>,
    /// How far the polish moved.
    pub polish_distance: Option<f64>,
    /// Number of eigenvalues.
    pub n: Option<u64>,
    /// Eigenvalues below `-zero_tol`: the index.
    pub n_neg: Option<u64>,
    /// Eigenvalues within `zero_tol` of zero.
    pub n_zero: Option<u64>,
    /// Eigenvalues above `zero_tol`.
    pub n_pos: Option<u64>,
    /// Zero eigenvalues that declared symmetries explain.
    pub zero_modes: Option<u64>,
    /// `n_neg / n`.
    pub index_fraction: Option<f64>,
    /// What theory expects for the index fraction at this level.
    pub theory: Option<f64>,
    /// Least eigenvalue.
    pub lambda_min: Option<f64>,
    /// Greatest eigenvalue.
    pub lambda_max: Option<f64>,
    /// Half-width of the band of eigenvalues counted as zero.
    pub zero_tol: Option<f64>,
    /// Factor by which one more Newton step shrinks the gradient.
    pub contraction: Option<f64>,
    /// `|H g| / (|H| |g|)`.
    pub flat_ratio: Option<f64>,
    /// Relative residual of the minimum-residual Newton step.
    pub mr_residual: Option<f64>,
    /// The verdict.
    pub class: Class,
    /// How many of the two repeats at 10 and 1/10 times the tolerance give another class.
    pub flips: Option<u64>,
    /// The verdict in words.
    pub reason: String,
    /// `proved`, or `open` where a proof was tried and failed; empty where none was tried.
    pub proof: String,
    /// Searches of a survey that ended at the point.
    pub searches: Option<u64>,
}

impl Row for CriticalRow {
    const FILE: &'static str = "critical.csv";
    const COLUMNS: &'static [&'static str] = &[
        "run_key",
        "at",
        "cost",
        "f",
        "level",
        "grad_norm_before",
        "grad_norm",
        "polish_iterations",
        "polish_distance",
        "n",
        "n_neg",
        "n_zero",
        "n_pos",
        "zero_modes",
        "index_fraction",
        "theory",
        "lambda_min",
        "lambda_max",
        "zero_tol",
        "contraction",
        "flat_ratio",
        "mr_residual",
        "class",
        "flips",
        "reason",
        "proof",
        "searches",
    ];
}

/// One start of a run that restarts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AttemptRow {
    /// The run.
    pub run_key: String,
    /// 0, 1, ...
    pub restart: u64,
    /// Loss at the start of the attempt.
    pub f_start: f64,
    /// Loss at its end.
    pub f_end: f64,
    /// Gradient-equivalents it spent.
    pub cost: f64,
    /// How it ended.
    pub status: Status,
}

impl Row for AttemptRow {
    const FILE: &'static str = "attempts.csv";
    const COLUMNS: &'static [&'static str] = &["run_key", "restart", "f_start", "f_end", "cost", "status"];
}

/// One point along a run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CurveRow {
    /// The run.
    pub run_key: String,
    /// Number of the attempt.
    pub restart: u64,
    /// Steps of the run so far.
    pub iterations: u64,
    /// Gradient-equivalents of the run so far.
    pub cost: f64,
    /// Loss.
    pub f: f64,
    /// The same as a level.
    pub level: f64,
    /// Level above the reference.
    pub gap: Option<f64>,
    /// Gradient norm.
    pub grad_norm: f64,
    /// Length of the step that led here.
    pub step_length: f64,
    /// Sum of the step lengths of the attempt.
    pub path_length: f64,
    /// Distance from the start of the attempt.
    pub from_start: f64,
    /// What the schedule multiplies the learning rate of the next step by.
    pub lr_factor: Option<f64>,
    /// Standard deviation of the noise on the next gradient.
    pub sigma_gradient: Option<f64>,
    /// Standard deviation of the noise on the next point.
    pub sigma_weights: Option<f64>,
    /// Loss on held-out data.
    pub f_held_out: Option<f64>,
    /// Least eigenvalue of the Hessian.
    pub lambda_min: Option<f64>,
    /// Greatest eigenvalue of the Hessian.
    pub lambda_max: Option<f64>,
    /// 1 on a plateau, 0 elsewhere, `None` when nobody asked.
    pub plateau: Option<u8>,
}

impl Row for CurveRow {
    const FILE: &'static str = "curves.csv";
    const COLUMNS: &'static [&'static str] = &[
        "run_key",
        "restart",
        "iterations",
        "cost",
        "f",
        "level",
        "gap",
        "grad_norm",
        "step_length",
        "path_length",
        "from_start",
        "lr_factor",
        "sigma_gradient",
        "sigma_weights",
        "f_held_out",
        "lambda_min",
        "lambda_max",
        "plateau",
    ];
}

/// The loss of one data row at the end of one run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ExampleRow {
    /// The run.
    pub run_key: String,
    /// Number of the data row, from 0.
    pub row: u64,
    /// Its loss.
    pub loss: f64,
    /// 1 when the loss is at most the threshold of the experiment, else 0.
    pub fitted: u8,
}

impl Row for ExampleRow {
    const FILE: &'static str = "examples.csv";
    const COLUMNS: &'static [&'static str] = &["run_key", "row", "loss", "fitted"];
}
