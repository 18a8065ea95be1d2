//! Random streams keyed by what they are for, equal on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::math;

/// Marks the keys of this crate and the version of their derivation; changing it changes every stream.
const DOMAIN: &[u8] = b"nonconvex/stream/1";

/// 2^-53.
const TWO_MINUS_53: f64 = 1.1102230246251565e-16;

/// A stream of random numbers with its own key: ChaCha8, seeded by SHA-256 of a purpose and its parts.
///
/// The key is the digest of an unambiguous text (each field preceded by its length), so two streams are equal
/// exactly when master seed, purpose and all parts are. A stream therefore never depends on which other streams
/// exist: adding a method, a problem or a replicate to an experiment changes no number of the others.
///
/// Every draw uses integer operations, IEEE 754 arithmetic and [`crate::math`] only: equal bits everywhere.
///
/// ```
/// use autodiff::Stream;
/// let mut a = Stream::new(1, "start", &["rastrigin", "7"]);
/// let mut b = Stream::new(1, "start", &["rastrigin", "8"]);
/// assert_ne!(a.uniform(0.0, 1.0), b.uniform(0.0, 1.0));
/// assert!((0.0..1.0).contains(&a.uniform(0.0, 1.0)));
/// ```
#[derive(Clone, Debug)]
pub struct Stream {
    rng: ChaCha8Rng,
    /// The second normal number of the last pair, if not yet given out.
    spare: Option<f64>,
}

impl Stream {
    /// The stream of `purpose` (what the numbers are for) and `parts` (which run, restart, ...) under a master seed.
    pub fn new(master_seed: u64, purpose: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        field(DOMAIN);
        field(&master_seed.to_le_bytes());
        field(purpose.as_bytes());
        for part in parts {
            field(part.as_bytes());
        }
        Self { rng: ChaCha8Rng::from_seed(hash.finalize().into()), spare: None }
    }

    /// Uniform on [0, 1): a multiple of 2^-53.
    fn unit(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 * TWO_MINUS_53
    }

    /// Uniform on [lo, hi), 53 bits; `lo <= hi`, both finite. (Rounding may give `hi` itself.)
    pub fn uniform(&mut self, lo: f64, hi: f64) -> f64 {
        (hi - lo).mul_add(self.unit(), lo)
    }

    /// Standard normal number.
    ///
    /// Box and Muller (1958): sqrt(-2 ln u) cos(2 pi v) and the same with sin, u on (0, 1], v on [0, 1); two
    /// uniforms make two numbers, always. Values reach 8.57 in size (u = 2^-53).
    pub fn normal(&mut self) -> f64 {
        if let Some(z) = self.spare.take() {
            return z;
        }
        let radius = math::sqrt(-2.0 * math::ln(1.0 - self.unit()));
        let (sin, cos) = math::sin_cos(std::f64::consts::TAU * self.unit());
        self.spare = Some(radius * sin);
        radius * cos
    }

    /// Uniform integer in 0..n, without bias; n > 0.
    ///
    /// Lemire (2019), Fast Random Integer Generation in an Interval: the upper word of draw * n, redrawn while
    /// the lower word is below 2^32 mod n.
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "no integer below 0");
        let surplus = n.wrapping_neg() % n;
        loop {
            let product = u64::from(self.rng.next_u32()) * u64::from(n);
            if product as u32 >= surplus {
                return (product >> 32) as u32;
            }
        }
    }

    /// Brings the items into a uniformly random order (Fisher and Yates, from the last place down).
    pub fn shuffle(&mut self, items: &mut [u32]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            items.swap(last, other);
        }
    }

    /// Uniform point (dim,) on the sphere of the given radius around 0: normal numbers, scaled to length.
    pub fn on_sphere(&mut self, dim: usize, radius: f64) -> Vec<f64> {
        assert!(dim > 0, "a sphere needs a dimension");
        loop {
            let mut x: Vec<f64> = (0..dim).map(|_| self.normal()).collect();
            let square = x.iter().fold(0.0, |sum, &x| x.mul_add(x, sum));
            // A normal number is exactly 0 with probability 2^-53: then in one dimension there is no direction.
            if square > 0.0 {
                let factor = radius / math::sqrt(square);
                x.iter_mut().for_each(|x| *x *= factor);
                return x;
            }
        }
    }
}
