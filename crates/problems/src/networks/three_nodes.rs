//! The network of three threshold nodes that is hard to train, made smooth.

use std::sync::OnceLock;

use super::set_splitting::{Joint, SetSystem};
use crate::prelude::*;

/// `f = mean over the examples of 1/2 (o - t)^2` for the examples of a [`SetSystem`]: inputs x in {0, 1}^n, t = 1 for the zero
/// vector and the sets, 0 for the unit vectors. With `h_u = s(beta (a_u . x + b_u))`, s the logistic function:
/// - `output = "and"`: `o = h_1 h_2`; parameters a_1 (n), b_1, a_2 (n), b_2;
/// - `output = "free"`: `o = s(beta (c_1 h_1 + c_2 h_2 + c))`; then c_1, c_2, c.
///
/// Blum and Rivest (1992): whether three threshold nodes can fit given examples is NP-complete. For a fixed AND their
/// examples reduce set splitting to it: the best net of thresholds makes no error when the system can be split, else one
/// ([`SetSystem`] has the proof and the exact answer). The Fano plane cannot be split, without any one of its lines it can. The
/// result is fragile: with a free output node, `(sum x < 1/2) or (sum x > 3/2)` has no errors on any such system. A net of
/// thresholds is the limit of large weights, so 0 is approached and not attained; a net that makes e errors of m as
/// thresholds tends to `f = e / 2 m`. `sum x > 3/2` for both half-spaces has one error on every system and attracts descent:
/// without a line of the Fano plane one run in eighty of gradient descent finds the net without errors, of Adam one in five
/// (`experiments/three_nodes.toml`).
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThreeNodes {
    system: System,
    elements: usize,
    sets: usize,
    size: usize,
    seed: u64,
    drop: usize,
    output: Output,
    steepness: f64,
    #[serde(skip)]
    rows: OnceLock<Arc<Rows>>,
}

/// Which sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// The seven lines of the Fano plane.
    #[default]
    Fano,
    /// Random sets of one size.
    Random,
}

/// The third node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// The product of the other two.
    #[default]
    And,
    /// Logistic, with three weights of its own.
    Free,
}

impl Default for ThreeNodes {
    fn default() -> Self {
        ThreeNodes {
            system: System::Fano,
            elements: 7,
            sets: 7,
            size: 3,
            seed: 0,
            drop: 0,
            output: Output::And,
            steepness: 1.0,
            rows: OnceLock::new(),
        }
    }
}

impl ThreeNodes {
    /// The sets that the examples stand for.
    ///
    /// # Errors
    /// As `check`.
    pub fn set_system(&self) -> Result<SetSystem, String> {
        let all = match self.system {
            System::Fano => SetSystem::fano(),
            System::Random => SetSystem::random(self.elements, self.sets, self.size, self.seed)?,
        };
        match self.drop {
            0 => Ok(all),
            line if line <= all.sets().len() => Ok(all.without(line - 1)),
            line => Err(format!("drop = {line} is refused: there are {} sets; give 0 for none", all.sets().len())),
        }
    }

    /// Examples that the net with parameters `x` (dim,) gets wrong when its nodes are thresholds.
    ///
    /// # Panics
    /// When `check` refuses the parameters.
    pub fn threshold_errors(&self, x: &[f64]) -> usize {
        let system = self.ready();
        let (half_spaces, output) = x.split_at(2 * system.elements() + 2);
        let joint = match self.output {
            Output::And => Joint::And,
            Output::Free => Joint::Threshold(output[0], output[1], output[2]),
        };
        system.errors(half_spaces, joint)
    }

    /// After `check`.
    fn ready(&self) -> SetSystem {
        self.set_system().unwrap_or_else(|message| panic!("{message}"))
    }

    fn inputs(&self) -> usize {
        if self.system == System::Fano { 7 } else { self.elements }
    }
}

impl Problem for ThreeNodes {
    const NAME: &'static str = "three_nodes";
    const ABOUT: &'static str =
        "three nodes on examples of set splitting, with the exact optimum of thresholds (Blum and Rivest 1992)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("system", "fano (the seven lines of the Fano plane) or random"),
        ("elements", "system = \"random\" only: number of elements, the inputs, 2 to 25"),
        ("sets", "system = \"random\" only: number of sets, 1 to 1000"),
        ("size", "system = \"random\" only: elements of each set, at least 2"),
        ("seed", "system = \"random\" only: which draw, 0, 1, 2, ..."),
        ("drop", "leaves out the set of this number, counted from 1; 0 for none"),
        ("output", "and (product of the two other nodes) or free (a logistic node of its own)"),
        ("steepness", "beta, the slope of the nodes per unit of input, 0.01 to 100"),
    ];
    const LABEL: &'static [&'static str] = &["system", "output"];
    const TAGS: &'static [&'static str] = &["network", "data"];
    const CASES: &'static [&'static str] = &[
        "drop = 3",
        "output = \"free\"",
        "system = \"random\"\nelements = 5\nsets = 6\nseed = 1\nsteepness = 2.5",
        "system = \"random\"\nelements = 10\nsets = 12\nsize = 4\noutput = \"free\"",
    ];

    fn check(&self) -> Result<(), String> {
        let usual = ThreeNodes::default();
        let given = [self.elements, self.sets, self.size, self.seed as usize];
        if self.system == System::Fano && given != [usual.elements, usual.sets, usual.size, 0] {
            return Err(format!(
                "elements, sets, size, seed = {given:?} is refused: only system = \"random\" uses them; remove them"
            ));
        }
        in_range("sets", self.sets as f64, 1.0, 1000.0)?;
        in_range("steepness", self.steepness, 0.01, 100.0)?;
        self.set_system().map(|_| ())
    }
    /// The exact optimum of the threshold nets that the smooth ones relax.
    fn remark(&self) -> Option<String> {
        let system = self.ready();
        let count = system.examples().count();
        Some(match self.output {
            Output::And => {
                let (least, _) = system.least_errors();
                let why = if least == 0 { "the sets can be split" } else { "no split has all sets on both sides" };
                format!("thresholds get at best {least} of the {count} examples wrong (exact): {why}")
            }
            Output::Free => format!("thresholds get all {count} examples right by OR: sum x < 1/2 or sum x > 3/2"),
        })
    }
    /// Splits of the elements, for an AND.
    fn candidates(&self) -> Option<u64> {
        (self.output == Output::And).then(|| self.ready().split_count())
    }
    /// A net of thresholds with e errors among m examples is approached at `e / 2 m`. One error is always possible.
    fn optimum(&self) -> Option<(f64, u64)> {
        let system = self.ready();
        let (split, tried) = system.search();
        let errors = if split.is_some() { 0.0 } else { 1.0 };
        (self.output == Output::And).then(|| (errors / (2.0 * system.examples().count() as f64), tried))
    }
    fn dim(&self) -> usize {
        2 * self.inputs() + if self.output == Output::And { 2 } else { 5 }
    }
    fn rows(&self) -> Option<Arc<Rows>> {
        let rows = || {
            let (n, system) = (self.inputs(), self.ready());
            let row = |(input, is_positive): (u32, bool)| {
                (0..n).map(move |i| input >> i & 1 == 1).chain([is_positive]).map(|bit| f64::from(u8::from(bit)))
            };
            Arc::new(Rows::new(n + 1, system.examples().flat_map(row).collect()))
        };
        Some(Arc::clone(self.rows.get_or_init(rows)))
    }
    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S {
        let (input, target) = row.split_at(self.inputs());
        let node = |weights: &[S], from: &[S]| {
            let (bias, weights) = (weights[from.len()], &weights[..from.len()]);
            let sum = weights.iter().zip(from).fold(bias, |sum, (w, x)| w.mul_add(*x, sum));
            (sum * self.steepness).logistic()
        };
        let (first, rest) = x.split_at(input.len() + 1);
        let (second, third) = rest.split_at(input.len() + 1);
        let hidden = [node(first, input), node(second, input)];
        let output = match self.output {
            Output::And => hidden[0] * hidden[1],
            Output::Free => node(third, &hidden),
        };
        (output - target[0]).square() * 0.5
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim(), -20.0, 20.0)
    }
    /// The two half-spaces of an AND.
    fn symmetry(&self) -> Symmetry {
        match self.output {
            Output::And => Symmetry::Vectors { size: self.dim() / 2, flips: false },
            Output::Free => Symmetry::None,
        }
    }
    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![1.0; self.dim()] }
    }
    fn reference(&self) -> Option<Reference> {
        Some(Reference::bound(0.0))
    }
    fn fingerprint(&self) -> String {
        let system = self.ready();
        format!("sets {:?} of {}", system.sets(), system.elements())
    }
}
