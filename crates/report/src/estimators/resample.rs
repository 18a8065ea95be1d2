//! Random numbers for resampling, keyed by table and row: the same folder always gives the same bytes.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Start of every key; the number is the version of the derivation, and changing it changes every resampled figure.
const DOMAIN: &str = "nonconvex/report/1/";

/// A stream of random numbers: ChaCha8 whose 32-byte key is `nonconvex/report/1/` and the name of the table, filled up
/// with zeros, and whose stream number is the 64-bit FNV-1a hash of the row's labels. So the figures of one row depend
/// on no other row.
#[derive(Debug, Clone)]
pub struct Resample {
    rng: ChaCha8Rng,
}

impl Resample {
    /// The stream of one row of one table.
    ///
    /// # Panics
    /// The name is longer than 13 bytes, so that keys could coincide.
    pub fn new(table: &str, row: &[&str]) -> Self {
        let name = format!("{DOMAIN}{table}");
        let mut key = [0; 32];
        assert!(name.len() <= key.len(), "table name {table} is too long for a key");
        key[..name.len()].copy_from_slice(name.as_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(fnv1a(row));
        Resample { rng }
    }

    /// A number below `n`, `0 < n <= 2^32`; its probabilities differ from `1/n` by less than 2^-32.
    pub fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.rng.next_u32()) * n as u64) >> 32) as usize
    }

    /// `draws` bootstrap replicates of a statistic: each gets n indices drawn with replacement from `0..n`.
    pub fn bootstrap<T>(&mut self, n: usize, draws: usize, mut statistic: impl FnMut(&[usize]) -> T) -> Vec<T> {
        let mut sample = vec![0; n];
        (0..draws)
            .map(|_| {
                sample.iter_mut().for_each(|i| *i = self.below(n));
                statistic(&sample)
            })
            .collect()
    }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo), each label ended by a byte that is not in UTF-8.
fn fnv1a(labels: &[&str]) -> u64 {
    let bytes = labels.iter().flat_map(|label| label.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Percentile interval: the order statistics that cut off `(1 - level)/2` of the replicates on either side. Infinite
/// replicates are ordinary values, so an end may be infinite.
///
/// # Panics
/// No replicate, or a NaN among them.
pub(crate) fn percentiles(mut replicates: Vec<f64>, level: f64) -> (f64, f64) {
    assert!(replicates.iter().all(|x| !x.is_nan()), "a NaN has no rank");
    replicates.sort_by(f64::total_cmp);
    let cut = (0.5 * (1.0 - level) * replicates.len() as f64).floor() as usize;
    (replicates[cut], replicates[replicates.len() - 1 - cut])
}
