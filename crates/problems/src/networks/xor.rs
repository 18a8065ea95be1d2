//! XOR on a 2-2-1 network: the smallest net that gets stuck, at losses known exactly.

use super::network::Activation;
use crate::prelude::*;

/// `f = 1/2 sum over the 4 patterns of (o - y)^2`, inputs and targets 0 or 1; nine parameters: hidden weights
/// (2 x 2, row-major), hidden biases (2), output weights (2), output bias.
///
/// Runs that fail cluster at 1/4, 1/3 and 1/2: half the squared deviation within the groups of patterns that the
/// net cannot tell apart. For `relu-linear` one critical point of each loss is listed, for the other pairs the
/// constant network (1/2). Background: Sprinkhuizen-Kuyper and Boers (1996), Hamey (1998).
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Xor {
    pair: Pair,
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

impl Problem for Xor {
    const NAME: &'static str = "xor";
    const ABOUT: &'static str =
        "XOR on a 2-2-1 network, 1/2 sum (o - y)^2; stuck at 1/4, 1/3, 1/2 (Sprinkhuizen-Kuyper and Boers 1996)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[(
        "pair",
        "activations of hidden units and output: logistic-logistic, tanh-logistic, tanh-linear or relu-linear",
    )];
    const LABEL: &'static [&'static str] = &["pair"];
    const TAGS: &'static [&'static str] = &["network"];
    const CASES: &'static [&'static str] =
        &["pair = \"logistic-logistic\"", "pair = \"tanh-linear\"", "pair = \"relu-linear\""];

    fn dim(&self) -> usize {
        9
    }

    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let squared_errors = PATTERNS.map(|(inputs, target)| {
            // An input is 0 or 1, so it switches a weight on or off.
            let hidden = [0, 1].map(|unit| {
                let weights = x[2 * unit..].iter().zip(inputs).filter(|(_, is_on)| *is_on).map(|(w, _)| *w);
                self.pair.hidden().apply(S::sum(std::iter::once(x[4 + unit]).chain(weights)))
            });
            let sum = hidden[1].mul_add(x[7], hidden[0].mul_add(x[6], x[8]));
            let output = if self.pair.has_logistic_output() { sum.logistic() } else { sum };
            (output - target).square()
        });
        S::sum(squared_errors) * 0.5
    }

    fn domain(&self) -> Domain {
        Domain::cube(9, -10.0, 10.0)
    }

    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: vec![1.0; 9] }
    }

    /// A ReLU unit's incoming weights can grow as its outgoing weight shrinks.
    fn zero_modes(&self) -> usize {
        if self.pair == Pair::ReluLinear { 2 } else { 0 }
    }

    fn has_kinks(&self) -> bool {
        self.pair == Pair::ReluLinear
    }

    fn known_points(&self) -> Vec<KnownPoint> {
        // At all of them the second derivative reduces to that of the linear fit, J^T J: index 0, and as many
        // zeros as 9 less the number of pattern groups that the parameters can move.
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
