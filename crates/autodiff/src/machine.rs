//! What this machine can do, and the one entry to code compiled for it.

/// How far the compiler optimised this crate, where the time goes: `"0"` to `"3"`.
pub const OPT_LEVEL: &str = env!("AUTODIFF_OPT_LEVEL");

/// Whether this machine runs the vectorised form (AVX2 and FMA); the portable form gives the same bits, slower.
pub fn vector_unit() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// Runs `work` compiled for AVX2 and FMA where the machine has them: the same expressions, so the same bits, four
/// numbers at a time.
///
/// What `work` calls takes part only where it is inlined: mark the closure and the functions it reaches
/// `#[inline(always)]`. The compiler never fuses or reorders floating-point operations by itself, so loops become
/// vector code only where their lanes are independent; sums need their running parts written out.
#[inline]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        if vector_unit() {
            // SAFETY: the CPU reports avx2 and fma, all that `with_avx2` needs.
            return unsafe { with_avx2(work) };
        }
    }
    work()
}
