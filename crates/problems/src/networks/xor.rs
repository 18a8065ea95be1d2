//! XOR on a 2-2-1 network: the smallest net that gets stuck, at losses known exactly.

use super::network::Activation;
use crate::prelude::*;

/// `f = 1/2 sum over the 4 patterns of (o - y)^2`, inputs and targets 0 or 1; parameters: hidden weights (h x 2, row-major),
/// hidden biases (h), output weights (h), with skip links two weights from the inputs to the output, output bias. The nets:
/// 2-2-1 (nine parameters), 2-3-1 (thirteen), and one hidden unit with skip links (seven).
///
/// Runs of 2-2-1 that fail cluster at 1/4, 1/3 and 1/2: half the squared deviation within the groups of patterns that the
/// net cannot tell apart. For `relu-linear` one critical point of each loss is listed, for the other pairs and nets the
/// constant network (1/2). With one hidden unit and skip links there are only global minima and saddles
/// (Sprinkhuizen-Kuyper and Boers 1996); 2-2-1 has no strict local minima at finite weights (Hamey 1998); 2-3-1 has a region
/// of local minima that are not global (Sprinkhuizen-Kuyper and Boers 1999).
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Xor {
    pair: Pair,
    net: Net,
}

/// The architecture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Net {
    /// Two hidden units.
    #[default]
    #[serde(rename = "2-2-1")]
    Two,
    /// Three hidden units.
    #[serde(rename = "2-3-1")]
    Three,
    /// One hidden unit, and links from the inputs to the output.
    #[serde(rename = "2-1-1-skip")]
    Skip,
}

impl Net {
    fn hidden(self) -> usize {
        match self {
            Net::Two => 2,
            Net::Three => 3,
            Net::Skip => 1,
        }
    }

    fn dim(self) -> usize {
        4 * self.hidden() + 1 + if self == Net::Skip { 2 } else { 0 }
    }
}

/// Activation of the hidden units, and of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pair {
    /// Logistic hidden units and output.
    LogisticLogistic,
    /// Tanh hidden units, logistic output.
    #[default]
    TanhLogistic,
    /// Tanh hidden units, linear output.
    TanhLinear,
    /// ReLU hidden units, linear output.
    ReluLinear,
}

/// Inputs and target.
const PATTERNS: [([bool; 2], f64); 4] =
    [([false, false], 0.0), ([false, true], 1.0), ([true, false], 1.0), ([true, true], 0.0)];

impl Pair {
    fn hidden(self) -> Activation {
        match self {
            Pair::LogisticLogistic => Activation::Logistic,
            Pair::TanhLogistic | Pair::TanhLinear => Activation::Tanh,
            Pair::ReluLinear => Activation::Relu,
        }
    }

    fn has_logistic_output(self) -> bool {
        matches!(self, Pair::LogisticLogistic | Pair::TanhLogistic)
    }
}

impl Xor {
    /// All weights 0, for the smooth pairs: index 0 as for 2-2-1, the output's derivatives span one dimension, with skip
    /// links three.
    fn constant_net(&self) -> Vec<KnownPoint> {
        let dim = self.net.dim();
        let mut x = vec![0.0; dim];
        match self.pair {
            Pair::LogisticLogistic | Pair::TanhLogistic => {}
            Pair::TanhLinear => x[dim - 1] = 0.5,
            Pair::ReluLinear => return vec![],
        }
        let rank = if self.net == Net::Skip { 3 } else { 1 };
        vec![KnownPoint { x, value: 0.5, n_neg: 0, n_zero: Some(dim - rank) }]
    }
}

impl Problem for Xor {
    const NAME: &'static str = "xor";
    const ABOUT: &'static str =
        "XOR on a 2-2-1, 2-3-1 or skip network; 2-2-1 gets stuck at 1/4, 1/3, 1/2 (Sprinkhuizen-Kuyper and Boers 1996)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        (
            "pair",
            "activations of hidden units and output: logistic-logistic, tanh-logistic, tanh-linear or relu-linear",
        ),
        ("net", "2-2-1, 2-3-1, or 2-1-1-skip: one hidden unit and links from the inputs to the output"),
    ];
    const LABEL: &'static [&'static str] = &["pair"];
    const TAGS: &'static [&'static str] = &["network"];
    const CASES: &'static [&'static str] = &[
        "pair = \"logistic-logistic\"",
        "pair = \"tanh-linear\"",
        "pair = \"relu-linear\"",
        "net = \"2-3-1\"",
        "net = \"2-1-1-skip\"\npair = \"logistic-logistic\"",
        "net = \"2-1-1-skip\"\npair = \"tanh-linear\"",
    ];

    fn dim(&self) -> usize {
        self.net.dim()
    }

    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let h = self.net.hidden();
        let on = |weights: &[S], inputs: [bool; 2]| -> Vec<S> {
            // An input is 0 or 1, so it switches a weight on or off.
            weights.iter().zip(inputs).filter(|(_, is_on)| *is_on).map(|(w, _)| *w).collect()
        };
        let squared_errors = PATTERNS.map(|(inputs, target)| {
            let unit = |unit: usize| {
                let weights = on(&x[2 * unit..][..2], inputs);
                self.pair.hidden().apply(S::sum(std::iter::once(x[2 * h + unit]).chain(weights)))
            };
            let bias = x[self.dim() - 1];
            let bias =
                if self.net == Net::Skip { S::sum([bias].into_iter().chain(on(&x[4 * h..], inputs))) } else { bias };
            let sum = (0..h).fold(bias, |sum, k| unit(k).mul_add(x[3 * h + k], sum));
            let output = if self.pair.has_logistic_output() { sum.logistic() } else { sum };
            (output - target).square()
        });
        S::sum(squared_errors) * 0.5
    }

    fn domain(&self) -> Domain {
        Domain::cube(self.dim(), -10.0, 10.0)
    }

    fn symmetry(&self) -> Symmetry {
        match self.net {
            Net::Skip => Symmetry::None,
            Net::Two | Net::Three => {
                Symmetry::Network { widths: vec![2, self.net.hidden(), 1], parity: self.pair.hidden().parity() }
            }
        }
    }

    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![1.0; self.dim()] }
    }

    /// A ReLU unit's incoming weights can grow as its outgoing weight shrinks.
    fn zero_modes(&self) -> usize {
        if self.pair == Pair::ReluLinear { self.net.hidden() } else { 0 }
    }

    fn has_kinks(&self) -> bool {
        self.pair == Pair::ReluLinear
    }

    fn known_points(&self) -> Vec<KnownPoint> {
        // At all of them the second derivative reduces to that of the linear fit, J^T J: index 0, and as many
        // zeros as 9 less the number of pattern groups that the parameters can move.
        if self.net != Net::Two {
            return self.constant_net();
        }
        let point = |x: [f64; 9], value: f64, n_zero: usize| KnownPoint {
            x: x.to_vec(),
            value,
            n_neg: 0,
            n_zero: Some(n_zero),
        };
        match self.pair {
            Pair::LogisticLogistic | Pair::TanhLogistic => vec![point([0.0; 9], 0.5, 8)],
            Pair::TanhLinear => vec![point([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5], 0.5, 8)],
            Pair::ReluLinear => vec![
                // Both units off: one constant for all patterns.
                point([0.0, 0.0, 0.0, 0.0, -1.0, -1.0, 0.0, 0.0, 0.5], 0.5, 8),
                // One unit, on at (1, 1) only: the other three patterns share their mean 2/3.
                point([1.0, 1.0, 0.0, 0.0, -1.5, -1.0, -4.0 / 3.0, 0.0, 2.0 / 3.0], 1.0 / 3.0, 7),
                // A second unit, on at (1, 0) only: (0, 0) and (0, 1) share their mean 1/2.
                point([1.0, 1.0, 1.0, -1.0, -1.5, -0.5, -1.0, 1.0, 0.5], 0.25, 6),
                // Solved, no pre-activation at the kink: o = 3 relu(a + b + 1/2) - 4 relu(a + b - 1/2) - 3/2.
                point([1.0, 1.0, 1.0, 1.0, 0.5, -0.5, 3.0, -4.0, -1.5], 0.0, 5),
            ],
        }
    }

    /// The loss of a net that has solved it: attained with a linear output, a bound with a logistic one.
    fn reference(&self) -> Option<Reference> {
        Some(Reference::bound(0.0))
    }
}
