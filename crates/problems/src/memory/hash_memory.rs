//! The hash memory: pairs of a pattern and an answer, stored in weights on the hash bits of the pattern.

use std::sync::OnceLock;

use super::hash::{Hash, project, signs};
use super::least_squares::least_squares;
use crate::prelude::*;

/// Mean over the pairs (x_k, y_k) of `1/2 (recall(x_k) - y_k)^2`: x_k normal (n,), y_k = 1 or -1 at random; `sqrt(2 f)`
/// is the root mean square error of recall.
///
/// ```text
/// recall = "bits":  recall(x) = w . sign(H D_R ... H D_1 x)              n parameters w, D fixed random signs
/// recall = "soft":  recall(x) = w . tanh(s H D_R ... H D_1 x / n^(R/2))  n (1 + R) parameters w, D_1, ..., D_R
/// ```
///
/// `bits` is the memory of the comment on FFHT (github.com/FALCONN-LIB/FFHT, issue 26): the weighted sum of hash bits, a
/// convex least-squares problem. Its training, "add the error over the number of bits times the bit", is the delta rule
/// (Widrow and Hoff 1960)
///
/// ```text
/// w <- w - (1/n) (w . b_k - y_k) b_k
/// ```
///
/// which is exactly `sgd` with `batch = 1` and `lr = 1/n` on this problem (pairs in a fresh random order every epoch), and
/// makes the recall of pair k exact because `|b_k|^2 = n`. With Gaussian patterns any m <= n pairs can be stored, to
/// rounding: the bits have rank min(m, n) but for small n. How long the rule takes is another matter: pair after pair it is
/// the Gauss-Seidel method on the Gram matrix of the bits, whose slowest error falls by the factor `1 - 2 lambda` per pass
/// with lambda about `(1 - sqrt(m/n))^2` (Marchenko and Pastur 1967), so "just short of n" is a statement about time. The stored weights
/// have `|w|^2 = m / (n - m - 1)` (exact for Gaussian bits), which is the variance of the recall of an unknown pattern; for
/// m > n the least error left is `sqrt(1 - n/m)`.
///
/// `soft` is a smooth hash that learns its diagonals as well, as the structured adaptive spinners `H D_3 H D_2 H D_1` of
/// Bojarski et al. (2016, arXiv 1610.06209), cited in that comment, do inside a network: non-convex. As s grows, it becomes
/// `bits`. Scaling D_r by c and D_(r+1) by 1/c changes nothing: R - 1 zero modes. For m <= n the weights that interpolate
/// at the drawn flips are listed; f = 0 is the least value.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HashMemory {
    n: usize,
    pairs: usize,
    rounds: usize,
    recall: Recall,
    sharpness: f64,
    start_sd: f64,
    seed: u64,
    #[serde(skip)]
    rows: OnceLock<Arc<Rows>>,
    #[serde(skip)]
    stored: OnceLock<Stored>,
}

/// How the weights read a pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recall {
    /// By its hash bits.
    #[default]
    Bits,
    /// By a tanh of the projections, with diagonals that learn.
    Soft,
}

/// What linear algebra says of the weights at the drawn flips.
#[derive(Clone)]
struct Stored {
    /// Rank of the features, one row for each pair.
    rank: usize,
    /// The shortest minimiser (n,).
    weights: Vec<f64>,
    /// Half the mean squared error there.
    value: f64,
}

impl Default for HashMemory {
    fn default() -> Self {
        HashMemory {
            n: 64,
            pairs: 48,
            rounds: 2,
            recall: Recall::Bits,
            sharpness: 1.0,
            start_sd: 0.1,
            seed: 0,
            rows: OnceLock::new(),
            stored: OnceLock::new(),
        }
    }
}

/// Most inputs and most pairs: the least-squares solution is found when the problem is built.
const MOST_INPUTS: usize = 1024;
const MOST_PAIRS: usize = 4096;

impl HashMemory {
    fn hash(&self) -> Hash {
        Hash::new(self.n, self.rounds, self.seed)
    }

    /// What the weights read of a pattern (n,), with the drawn flips.
    fn features(&self, pattern: &[f64]) -> Vec<f64> {
        match self.recall {
            Recall::Bits => pattern.to_vec(),
            Recall::Soft => self.squashed(self.hash().flips(), pattern),
        }
    }

    fn squashed<S: Scalar>(&self, diagonals: &[S], pattern: &[S]) -> Vec<S> {
        project(diagonals, pattern).iter().map(|&p| (p * self.sharpness).tanh()).collect()
    }

    fn stored(&self) -> &Stored {
        self.stored.get_or_init(|| {
            let rows = self.data();
            let features: Vec<Vec<f64>> = (0..self.pairs).map(|k| self.features(&rows.row(k)[..self.n])).collect();
            let answers: Vec<f64> = (0..self.pairs).map(|k| rows.row(k)[self.n]).collect();
            let slices: Vec<&[f64]> = features.iter().map(Vec::as_slice).collect();
            let (rank, weights) = least_squares(&slices, &answers);
            let error = |(b, y): (&Vec<f64>, &f64)| (f64::dot(b, &weights) - y).square();
            let value = if rank == self.pairs {
                0.0
            } else {
                0.5 * features.iter().zip(&answers).map(error).sum::<f64>() / self.pairs as f64
            };
            Stored { rank, weights, value }
        })
    }

    /// Rows of the bits, or of the pattern itself when these are soft, then the answer. A larger memory of the same n and
    /// seed starts with the pairs of a smaller one.
    fn data(&self) -> &Arc<Rows> {
        self.rows.get_or_init(|| {
            let parts = [self.n.to_string(), self.seed.to_string()];
            let mut stream = Stream::new(0, "instance", &[Self::NAME, &parts[0], &parts[1]]);
            let hash = self.hash();
            let mut cells = Vec::with_capacity((self.n + 1) * self.pairs);
            for _ in 0..self.pairs {
                let pattern: Vec<f64> = (0..self.n).map(|_| stream.normal()).collect();
                cells.extend(match self.recall {
                    Recall::Bits => hash.bits(&pattern),
                    Recall::Soft => pattern,
                });
                cells.extend(signs(1, &mut stream));
            }
            Arc::new(Rows::new(self.n + 1, cells))
        })
    }
}

impl Problem for HashMemory {
    const NAME: &'static str = "hash_memory";
    const ABOUT: &'static str = "answers stored in weights on random hash bits; sgd with batch 1 and lr 1/n is the delta rule (Widrow and Hoff 1960)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("n", "number of inputs and of bits, a power of 2, 1 to 1024"),
        ("pairs", "number m of stored pairs, 1 to 4096; up to n can be stored without error"),
        ("rounds", "how often signs are flipped and transformed, 1 to 8"),
        ("recall", "bits (convex) or soft (a tanh for the sign, and flips that are learned: not convex)"),
        ("sharpness", "soft only: factor s inside the tanh, 0.01 to 100"),
        ("start_sd", "standard deviation of a recall at the start, 0 (an empty memory) to 100"),
        ("seed", "which draw of flips and pairs, 0, 1, 2, ..."),
    ];
    const LABEL: &'static [&'static str] = &["n", "pairs", "recall"];
    const TAGS: &'static [&'static str] = &["data", "random", "memory"];
    const CASES: &'static [&'static str] = &[
        "n = 16\npairs = 20\nseed = 1",
        "n = 2\npairs = 7\nrounds = 1",
        "n = 8\npairs = 6\nrecall = \"soft\"",
        "n = 8\npairs = 20\nrounds = 3\nrecall = \"soft\"\nsharpness = 2.0",
    ];

    fn check(&self) -> Result<(), String> {
        in_range("n", self.n as f64, 1.0, MOST_INPUTS as f64)?;
        in_range("pairs", self.pairs as f64, 1.0, MOST_PAIRS as f64)?;
        in_range("rounds", self.rounds as f64, 1.0, 8.0)?;
        in_range("sharpness", self.sharpness, 0.01, 100.0)?;
        in_range("start_sd", self.start_sd, 0.0, 100.0)?;
        if !self.n.is_power_of_two() {
            let (below, above) = (self.n.next_power_of_two() / 2, self.n.next_power_of_two());
            return Err(format!(
                "n = {} is refused: the Hadamard transform needs a power of 2; give {below} or {above}",
                self.n
            ));
        }
        if self.recall == Recall::Bits && self.sharpness != 1.0 {
            return Err(format!(
                "sharpness = {} is refused: only recall = \"soft\" uses it; remove it",
                self.sharpness
            ));
        }
        Ok(())
    }
    fn dim(&self) -> usize {
        match self.recall {
            Recall::Bits => self.n,
            Recall::Soft => self.n * (1 + self.rounds),
        }
    }
    fn rows(&self) -> Option<Arc<Rows>> {
        Some(Arc::clone(self.data()))
    }
    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S {
        let (weights, diagonals) = x.split_at(self.n);
        let (pattern, answer) = (&row[..self.n], row[self.n]);
        let recalled = match self.recall {
            Recall::Bits => S::dot(weights, pattern),
            Recall::Soft => S::dot(weights, &self.squashed(diagonals, pattern)),
        };
        (recalled - answer).square() * 0.5
    }
    fn domain(&self) -> Domain {
        // Near m = n the stored weights can be large.
        let largest = self.stored().weights.iter().fold(0.0, |largest: f64, w| largest.max(w.abs()));
        let side = (2.0 * largest).max(10.0);
        Domain::cube(self.dim(), -side, side)
    }
    fn start(&self) -> StartLaw {
        let (n, sd) = (self.n, self.start_sd / (self.n as f64).sqrt());
        if self.recall == Recall::Bits {
            return StartLaw::Normal { sd: vec![sd; n] };
        }
        let rounds = self.rounds;
        StartLaw::Drawn {
            about: "weights normal with standard deviation start_sd / sqrt(n); diagonals of random signs, drawn anew"
                .to_string(),
            draw: Arc::new(move |stream| {
                let weights: Vec<f64> = (0..n).map(|_| sd * stream.normal()).collect();
                [weights, signs(rounds * n, stream)].concat()
            }),
        }
    }
    /// The directions that no stored pair sees; the scalings of the diagonals.
    fn zero_modes(&self) -> usize {
        match self.recall {
            Recall::Bits => self.n - self.stored().rank,
            Recall::Soft => self.rounds - 1,
        }
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let Stored { rank, weights, value } = self.stored();
        match self.recall {
            Recall::Bits => {
                vec![KnownPoint { x: weights.clone(), value: *value, n_neg: 0, n_zero: Some(self.n - rank) }]
            }
            // With errors 0 the Hessian is the mean of m slopes' squares, and the slopes in w alone are independent.
            Recall::Soft if *rank == self.pairs => vec![KnownPoint {
                x: [weights, self.hash().flips()].concat(),
                value: 0.0,
                n_neg: 0,
                n_zero: Some(self.dim() - self.pairs),
            }],
            Recall::Soft => vec![],
        }
    }
    fn counts(&self) -> Option<Counts> {
        (self.recall == Recall::Bits && self.stored().rank == self.n).then(|| Counts::exact(&[1]))
    }
    fn reference(&self) -> Option<Reference> {
        let Stored { rank, value, .. } = self.stored();
        match self.recall {
            Recall::Bits => Some(Reference::minimum(*value)),
            Recall::Soft if *rank == self.pairs => Some(Reference::minimum(0.0)),
            Recall::Soft => Some(Reference::bound(0.0)),
        }
    }
    fn fingerprint(&self) -> String {
        format!("seed {}", self.seed)
    }
}
