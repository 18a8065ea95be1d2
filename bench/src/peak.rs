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
    ($name:ident, $real:ty, $lanes:expr, $splat:ident, $multiply_add:ident, $doc:literal) => {
        #[doc = $doc]
        ///
        /// Operations per second (a fused multiply-add is two) of all threads of the current rayon pool together.
        pub fn $name() -> f64 {
            // Written with intrinsics: the compiler leaves this loop on narrower registers.
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f")]
            fn with_512_bits() {
                use std::arch::x86_64::{$multiply_add, $splat};
                let (factor, addend) = ($splat(black_box(0.5)), $splat(black_box(1.0)));
                let mut chains = [$splat(0.0); CHAINS];
                for _ in 0..ROUNDS {
                    for chain in &mut chains {
                        *chain = $multiply_add(*chain, factor, addend);
                    }
                }
                black_box(chains);
            }
            let threads = rayon::current_num_threads();
            let start = Instant::now();
            (0..threads).into_par_iter().with_max_len(1).for_each(|_| {
                #[cfg(target_arch = "x86_64")]
                if has_512_bits() {
                    // SAFETY: the processor has what the function is compiled for.
                    return unsafe { with_512_bits() };
                }
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
            let lanes = if has_512_bits() { 2 * $lanes } else { $lanes };
            (threads * ROUNDS * CHAINS * lanes * 2) as f64 / start.elapsed().as_secs_f64()
        }
    };
}

peak!(
    f64_peak,
    f64,
    4,
    _mm512_set1_pd,
    _mm512_fmadd_pd,
    "Peak of double precision, in the widest registers there are."
);
peak!(
    f32_peak,
    f32,
    8,
    _mm512_set1_ps,
    _mm512_fmadd_ps,
    "Peak of single precision, in the widest registers there are."
);

fn has_512_bits() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx512f")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}
