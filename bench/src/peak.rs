//! What the cores can do at most: fused multiply-adds on registers, the unit in which speed is reported.

use std::hint::black_box;
use std::time::Instant;

use rayon::prelude::*;

/// Independent sums in flight: two units, four or five cycles each, need at least ten; more than sixteen registers
/// do not exist.
const CHAINS: usize = 12;

/// Rounds over all chains: a tenth of a second.
const ROUNDS: usize = 40_000_000;

macro_rules! peak {
    ($name:ident, $real:ty, $lanes:expr, $doc:literal) => {
        #[doc = $doc]
        ///
        /// Operations per second (a fused multiply-add is two) of all threads of the current rayon pool together.
        pub fn $name() -> f64 {
            let threads = rayon::current_num_threads();
            let start = Instant::now();
            (0..threads).into_par_iter().with_max_len(1).for_each(|_| {
                black_box(autodiff::vectorised(
                    #[inline(always)]
                    || {
                        let (factor, addend) = (black_box(0.5 as $real), black_box(1.0 as $real));
                        let mut chains = [[0.0 as $real; $lanes]; CHAINS];
                        for _ in 0..ROUNDS {
                            for chain in &mut chains {
                                for lane in chain {
                                    *lane = lane.mul_add(factor, addend);
                                }
                            }
                        }
                        chains
                    },
                ));
            });
            (threads * ROUNDS * CHAINS * $lanes * 2) as f64 / start.elapsed().as_secs_f64()
        }
    };
}

peak!(f64_peak, f64, 4, "Peak of double precision.");
peak!(f32_peak, f32, 8, "Peak of single precision.");
