//! Locality-sensitive hash bits: signs of a fast random projection.

use autodiff::{Scalar, Stream};

use super::hadamard::walsh_hadamard;

/// `bits(x) = sign(H D_R ... H D_1 x)` for `x` (n,): `rounds` times random sign flips (the diagonal D_r) and the
/// Walsh-Hadamard transform H, then the signs.
///
/// The hash of the comment on FFHT (github.com/FALCONN-LIB/FFHT, issue 26) and, with three rounds, of Andoni et al. (2015,
/// section 3). Two inputs at an angle theta differ in a share theta / pi of their bits (Goemans and Williamson 1995, for
/// Gaussian projections; here the better, the more rounds and the less sparse the inputs).
#[derive(Clone, Debug, PartialEq)]
pub struct Hash {
    n: usize,
    /// The diagonals D_1, ..., D_R one after another (rounds * n,): 1 or -1.
    flips: Vec<f64>,
}

impl Hash {
    /// Draw number `seed` of the flips for `n` inputs, a power of 2.
    pub fn new(n: usize, rounds: usize, seed: u64) -> Self {
        let parts = [n.to_string(), seed.to_string()];
        let mut stream = Stream::new(0, "hash flips", &[&parts[0], &parts[1]]);
        Hash { n, flips: signs(n * rounds, &mut stream) }
    }

    /// The diagonals D_1, ..., D_R one after another (rounds * n,).
    pub fn flips(&self) -> &[f64] {
        &self.flips
    }

    /// The bits (n,), each 1 or -1, of `x` (n,); a projection that is exactly 0 counts as positive.
    pub fn bits(&self, x: &[f64]) -> Vec<f64> {
        assert_eq!(x.len(), self.n, "one number per input");
        project(&self.flips, x).iter().map(|p| if *p < 0.0 { -1.0 } else { 1.0 }).collect()
    }
}

/// `H D_R ... H D_1 x / n^(R/2)` for `x` (n,) and the diagonals one after another (R * n,): with diagonals 1 or -1 the
/// length of x is kept.
pub fn project<S: Scalar>(diagonals: &[S], x: &[S]) -> Vec<S> {
    let n = x.len();
    let mut p = x.to_vec();
    for diagonal in diagonals.chunks_exact(n) {
        p.iter_mut().zip(diagonal).for_each(|(p, &d)| *p = *p * d);
        walsh_hadamard(&mut p);
    }
    let rounds = (diagonals.len() / n) as i32;
    let scale = autodiff::math::powi((n as f64).sqrt(), rounds).recip();
    p.iter().map(|&p| p * scale).collect()
}

/// `count` signs, each 1 or -1 with probability 1/2.
pub fn signs(count: usize, stream: &mut Stream) -> Vec<f64> {
    (0..count).map(|_| if stream.below(2) == 0 { -1.0 } else { 1.0 }).collect()
}
