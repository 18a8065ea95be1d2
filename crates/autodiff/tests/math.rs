//! Certifies the elementary functions: errors against arbitrary precision, special values, equal bits on every path.
//!
//! The oracle is `astro-float` at 128 bits, correctly rounded there, so its own error (2^-75 ulp) does not show in
//! the printed maxima (`cargo test -p autodiff --test math -- --nocapture`). All draws have fixed keys.

use astro_float::{BigFloat, Consts, RoundingMode};
use autodiff::{Scalar, math};
use std::f64::consts::{FRAC_PI_4, LN_2};

const P: usize = 128;
const RM: RoundingMode = RoundingMode::ToEven;

/// Splitmix64 (Steele, Lea and Flood 2014): the fixed sequence all samples come from.
struct Sequence(u64);

impl Sequence {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn within(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * ((self.next() >> 11) as f64 / (1u64 << 53) as f64)
    }
}

/// Positive numbers of every binade: its two ends and `drawn` mantissas, and as many in each binade of subnormals.
fn every_binade(drawn: usize) -> Vec<f64> {
    let mut sequence = Sequence(1);
    let mut bits: Vec<u64> = Vec::new();
    let mut binade = |first: u64, length: u64| {
        bits.extend([first, first + length - 1]);
        bits.extend((0..drawn).map(|_| first + sequence.next() % length));
    };
    (0..52).for_each(|i| binade(1 << i, 1 << i));
    (1..2047).for_each(|e| binade(e << 52, 1 << 52));
    bits.into_iter().map(f64::from_bits).collect()
}

/// `x` and its 2 `reach` neighbours.
fn around(x: f64, reach: i64) -> impl Iterator<Item = f64> {
    (-reach..=reach).map(move |i| f64::from_bits(x.to_bits().wrapping_add_signed(i)))
}

fn both_signs(samples: &mut Vec<f64>) {
    samples.extend(samples.clone().iter().map(|x| -x));
}

/// `x` exactly. (`BigFloat::from_f64` halves subnormal numbers, so none is shown to it: multiplied by 2^100 first.)
fn big(x: f64) -> BigFloat {
    if !x.is_subnormal() {
        return BigFloat::from_f64(x, P);
    }
    let mut big = BigFloat::from_f64(x * 2f64.powi(100), P);
    big.set_exponent(big.exponent().unwrap() - 100);
    big
}

/// Exact values, rounded to [`P`] bits.
struct Oracle {
    constants: Consts,
    one: BigFloat,
}

impl Oracle {
    fn new() -> Self {
        Self { constants: Consts::new().unwrap(), one: BigFloat::from_f64(1.0, P) }
    }
    /// e^x; arguments are bounded where every result is 0 or infinite in `f64`.
    fn exp(&mut self, x: f64) -> BigFloat {
        big(x.clamp(-5000.0, 5000.0)).exp(P, RM, &mut self.constants)
    }
    fn ln(&mut self, x: f64) -> BigFloat {
        big(x).ln(P, RM, &mut self.constants)
    }
    fn sin(&mut self, x: f64) -> BigFloat {
        big(x).sin(P, RM, &mut self.constants)
    }
    fn cos(&mut self, x: f64) -> BigFloat {
        big(x).cos(P, RM, &mut self.constants)
    }
    fn tanh(&mut self, x: f64) -> BigFloat {
        big(x).tanh(P, RM, &mut self.constants)
    }
    fn sqrt(&mut self, x: f64) -> BigFloat {
        big(x).sqrt(P, RM)
    }
    fn logistic(&mut self, x: f64) -> BigFloat {
        let e = self.exp(x);
        e.div(&self.one.add(&e, P, RM), P, RM)
    }
    /// max(x, 0) + ln(1 + E) with E = e^-|x|; for E < 2^-50 by E (1 - E (1/2 - E (1/3 - E/4))): error below 2^-200.
    fn softplus(&mut self, x: f64) -> BigFloat {
        let e = self.exp(-x.abs());
        let logarithm = if x.abs() < 35.0 {
            self.one.add(&e, P, RM).ln(P, RM, &mut self.constants)
        } else {
            let series = (1..5).rev().fold(BigFloat::from_f64(0.0, P), |sum, n| {
                let reciprocal = self.one.div(&BigFloat::from_f64(f64::from(n), P), P, RM);
                reciprocal.sub(&e.mul(&sum, P, RM), P, RM)
            });
            e.mul(&series, P, RM)
        };
        big(x.max(0.0)).add(&logarithm, P, RM)
    }
}

/// |y - exact| in units in the last place of `exact`.
///
/// An infinite y counts as 2^1024, the number it stands for in rounding; beyond 2^1024 it is exact.
fn error_in_ulp(y: f64, exact: &BigFloat) -> f64 {
    assert!(!y.is_nan() && !exact.is_nan(), "NaN for a finite argument");
    if exact.is_zero() {
        return if y == 0.0 { 0.0 } else { f64::INFINITY };
    }
    let exponent = exact.exponent().unwrap(); // exact = m 2^exponent, m in [1/2, 1)
    if exponent > 1024 {
        return if y.is_infinite() && y.is_sign_positive() == exact.is_positive() { 0.0 } else { f64::INFINITY };
    }
    let value = if y.is_infinite() {
        BigFloat::from_f64(2f64.powi(1023).copysign(y), P).mul(&BigFloat::from_f64(2.0, P), P, RM)
    } else {
        big(y)
    };
    let difference = value.sub(exact, P, RM);
    if difference.is_zero() {
        return 0.0;
    }
    let unit = (exponent - 53).max(-1074);
    let digits = *difference.mantissa_digits().unwrap().last().unwrap() as f64 / 2f64.powi(64);
    digits * 2f64.powi(difference.exponent().unwrap() - unit)
}

/// The worst arguments of a search over 6 10^7 draws or more per function (against 64-bit mantissas), to keep the bounds honest.
const WORST_FOUND: [(&str, &[f64]); 8] = [
    ("exp", &[-0.3534903798989615, -708.7566143746689]),
    ("ln", &[0.7065213546817971, 0.6990198877050665]),
    ("sin", &[2.374615930123163, 1587694.177272683]),
    ("cos", &[3.9438792821374147, 3905639.751703603]),
    ("tanh", &[0.1783031071740425, 18.541698725346208]),
    ("sqrt", &[]),
    ("logistic", &[-4.850049055202476, -3.440966479930373]),
    ("softplus", &[-0.7247549453563717, -0.8662769941848281]),
];

/// Largest error of `f` over the samples and the worst arguments known, at most the bound in [`math::MAX_ULP`].
fn certify(name: &str, f: fn(f64) -> f64, exact: fn(&mut Oracle, f64) -> BigFloat, samples: &[f64]) {
    let bound = math::MAX_ULP.iter().find(|(known, _)| *known == name).expect("a stated bound").1;
    let mut oracle = Oracle::new();
    let (mut worst, mut at) = (0.0, 0.0);
    let known = WORST_FOUND.iter().find(|(known, _)| *known == name).expect("a row").1;
    for &x in samples.iter().chain(known) {
        let error = error_in_ulp(f(x), &exact(&mut oracle, x));
        assert!(error <= bound, "{name}({x:e}) = {:e} is {error} ulp off, stated are {bound}", f(x));
        if error > worst {
            (worst, at) = (error, x);
        }
    }
    println!("{name:8} {:7} samples: largest error {worst:.4} ulp at {at:e}, stated {bound}", samples.len());
}

#[test]
fn exp_is_within_its_bound() {
    let mut samples = every_binade(2);
    both_signs(&mut samples);
    let mut sequence = Sequence(2);
    samples.extend((0..20_000).map(|_| sequence.within(-746.0, 710.0)));
    samples.extend((0..20_000).map(|_| sequence.within(-2.0, 2.0)));
    // Ends of the reduced interval, overflow, first subnormal, last non-zero result.
    samples.extend((-1075..=1024).flat_map(|k| around((f64::from(k) + 0.5) * LN_2, 1)));
    for edge in [709.782712893384, 709.0895657128241, -708.3964185322641, -744.4400719213812, -745.1332191019411] {
        samples.extend(around(edge, 20));
    }
    certify("exp", math::exp, Oracle::exp, &samples);
}

#[test]
fn ln_is_within_its_bound() {
    let mut samples = every_binade(3);
    let mut sequence = Sequence(3);
    samples.extend((0..10_000).map(|_| sequence.within(0.5, 2.0)));
    samples.extend(around(1.0, 200));
    samples.extend((1..52).flat_map(|i| [1.0 - 2f64.powi(-i), 1.0 + 2f64.powi(-i)]).flat_map(|x| around(x, 2)));
    // Where the mantissa changes sides.
    samples.extend((-1022..1023).flat_map(|k| around(2f64.powi(k) * 2f64.sqrt(), 1)));
    certify("ln", math::ln, Oracle::ln, &samples);
}

/// (m, e) of the numbers m 2^e nearest to a multiple of pi/2, from the continued fractions of 2^(e+1) / pi for every e;
/// the first is the nearest of all (Muller 2016, section 11).
const NEAR_ZEROS: [(u64, i32); 10] = [
    (6381956970095103, 797),
    (6381956970095103, 798),
    (6411027962775774, -47),
    (6411027962775774, -46),
    (7763785107565477, -29),
    (5916243447979695, 79),
    (8444920710073313, 939),
    (5850965514341686, 525),
    (8360820580228475, 628),
    (8583082635084172, 145),
];

/// Arguments for sine and cosine: positive ones, the two are odd and even bit for bit (tested below).
fn angles() -> Vec<f64> {
    let mut samples = every_binade(2);
    let mut sequence = Sequence(4);
    samples.extend((0..10_000).map(|_| sequence.within(0.0, 30.0)));
    samples.extend((0..5_000).map(|_| sequence.within(0.0, math::TRIG_FAST_LIMIT)));
    let limit = math::TRIG_FAST_LIMIT.to_bits();
    samples.extend((0..5_000).map(|_| f64::from_bits(limit + sequence.next() % (f64::MAX.to_bits() - limit))));
    // Multiples of pi/4, small and up to both sides of the limit of the fast reduction.
    let last = (math::TRIG_FAST_LIMIT / FRAC_PI_4) as u64;
    let multiples = (1..1000).chain((0..1000).map(|_| sequence.next() % last));
    for n in multiples.chain(last - 100..last + 100) {
        samples.extend(around(n as f64 * FRAC_PI_4, 1));
    }
    samples.extend(around(math::TRIG_FAST_LIMIT, 20));
    samples.extend(NEAR_ZEROS.iter().flat_map(|&(m, e)| around(m as f64 * 2f64.powi(e), 2)));
    samples
}

#[test]
fn sin_is_within_its_bound() {
    certify("sin", math::sin, Oracle::sin, &angles());
}

#[test]
fn cos_is_within_its_bound() {
    certify("cos", math::cos, Oracle::cos, &angles());
}

#[test]
fn tanh_is_within_its_bound() {
    let mut samples = every_binade(2); // positive ones: odd bit for bit
    let mut sequence = Sequence(5);
    samples.extend((0..10_000).map(|_| sequence.within(0.0, 1.0)));
    samples.extend((0..10_000).map(|_| sequence.within(1.0, 20.0)));
    samples.extend((0..60).flat_map(|k| around((f64::from(k) + 0.5) * LN_2 / 2.0, 2)));
    samples.extend(around(19.061547465398498, 20)); // from here on the value rounds to 1
    certify("tanh", math::tanh, Oracle::tanh, &samples);
}

#[test]
fn sqrt_is_within_its_bound() {
    certify("sqrt", math::sqrt, Oracle::sqrt, &every_binade(8));
}

/// Arguments for the two functions built on e^-|x|.
fn for_logistic() -> Vec<f64> {
    let mut samples = every_binade(1);
    let mut sequence = Sequence(6);
    samples.extend((0..5_000).map(|_| sequence.within(0.0, 3.0)));
    samples.extend((0..2_000).map(|_| sequence.within(3.0, 40.0)));
    samples.extend((0..2_000).map(|_| sequence.within(40.0, 746.0)));
    samples.extend((0..1076).flat_map(|k| around((f64::from(k) + 0.5) * LN_2, 1)));
    // Results near 1, E at sqrt(2) - 1, subnormal results, the last non-zero one.
    for edge in [36.7368005696771, 37.42994775023705, 0.881373587019543, 708.3964185322641, 745.1332191019411] {
        samples.extend(around(edge, 20));
    }
    both_signs(&mut samples);
    samples
}

#[test]
fn logistic_is_within_its_bound() {
    certify("logistic", math::logistic, Oracle::logistic, &for_logistic());
}

#[test]
fn softplus_is_within_its_bound() {
    certify("softplus", math::softplus, Oracle::softplus, &for_logistic());
}

#[test]
fn every_stated_bound_is_certified_here() {
    let names: Vec<&str> = math::MAX_ULP.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["exp", "ln", "sin", "cos", "tanh", "sqrt", "logistic", "softplus"]);
}

#[test]
fn powi_is_within_its_bound() {
    let one = big(1.0);
    let mut sequence = Sequence(7);
    for n in (1..=40).chain([64, 97, 127, 255, 1000, 4095]) {
        for _ in 0..100 {
            // x^n within [2^-600, 2^600]: no intermediate leaves the normal range.
            let size = math::exp(sequence.within(-400.0, 400.0) / f64::from(n));
            let x = if sequence.next() & 1 == 0 { size } else { -size };
            let exact = big(x).powi(n as usize, P, RM);
            let bound = f64::from(n - 1).max(0.0);
            let error = error_in_ulp(math::powi(x, n), &exact);
            assert!(error <= bound, "{x:e}^{n}: {error} ulp");
            let error = error_in_ulp(math::powi(x, -n), &one.div(&exact, P, RM));
            assert!(error <= bound + 1.0, "{x:e}^-{n}: {error} ulp");
        }
    }
}

#[test]
fn powi_multiplies_in_the_documented_order() {
    let x = 1.1_f64;
    let (x2, x4) = (x * x, (x * x) * (x * x));
    assert_eq!(math::powi(x, 13), (x * x4) * (x4 * x4));
    assert_eq!(math::powi(x, -6), 1.0 / (x2 * x4));
    for n in [-7, -1, 0, 1, 2, 3, 10, 31, 100] {
        assert_eq!(math::powi(x, n), Scalar::powi(x, n), "{n}");
    }
    assert_eq!(math::powi(-3.0, 5), -243.0);
    assert_eq!(math::powi(f64::NAN, 0), 1.0);
    assert_eq!(math::powi(-1.0, i32::MIN), 1.0);
    assert_eq!(math::powi(0.0, -1), f64::INFINITY);
}

/// Equal as bit patterns, all NaN being one.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

#[test]
fn special_values_follow_ieee_754() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    const LEAST: f64 = 5e-324;
    type Row = (&'static str, fn(f64) -> f64, [f64; 8]);
    let arguments = [0.0, -0.0, INF, -INF, NAN, LEAST, -LEAST, f64::MAX];
    // Products 5e-324 * 1/2 and sums 1/2 + 5e-324 are rounded to even; sin and cos of f64::MAX: Ng 1992.
    let table: [Row; 8] = [
        ("exp", math::exp, [1.0, 1.0, INF, 0.0, NAN, 1.0, 1.0, INF]),
        ("ln", math::ln, [-INF, -INF, INF, NAN, NAN, -744.4400719213812, NAN, 709.782712893384]),
        ("sin", math::sin, [0.0, -0.0, NAN, NAN, NAN, LEAST, -LEAST, 0.004961954789184062]),
        ("cos", math::cos, [1.0, 1.0, NAN, NAN, NAN, 1.0, 1.0, -0.9999876894265599]),
        ("tanh", math::tanh, [0.0, -0.0, 1.0, -1.0, NAN, LEAST, -LEAST, 1.0]),
        ("sqrt", math::sqrt, [0.0, -0.0, INF, NAN, NAN, 2.2227587494850775e-162, NAN, 1.3407807929942596e154]),
        ("logistic", math::logistic, [0.5, 0.5, 1.0, 0.0, NAN, 0.5, 0.5, 1.0]),
        ("softplus", math::softplus, [LN_2, LN_2, INF, 0.0, NAN, LN_2, LN_2, f64::MAX]),
    ];
    for (name, f, values) in table {
        for (x, value) in arguments.into_iter().zip(values) {
            assert!(same(f(x), value), "{name}({x:e}) = {:e}, not {value:e}", f(x));
        }
        // A NaN whose low bits are set must not pass for an exponent.
        assert!(f(f64::from_bits(0x7FF8_0000_0000_0FFF)).is_nan(), "{name}");
        assert!(f(f64::from_bits(0xFFFF_FFFF_FFFF_FFFF)).is_nan(), "{name}");
    }
}

/// Published values, so that the oracle is not the only witness: sin and cos of 10^22 (Ng 1992) and the cosine
/// nearest to 0 (Muller 2016, section 11), each rounded to nearest; one place is allowed.
#[test]
fn published_values_of_large_angles() {
    let near = 6381956970095103.0 * 2f64.powi(797);
    for (y, published) in [
        (math::sin(1e22), -0.8522008497671888),
        (math::cos(1e22), 0.5232147853951389),
        (math::cos(near), -4.687165924254628e-19),
        (math::sin(near), 1.0),
    ] {
        assert!(f64::to_bits(y).abs_diff(f64::to_bits(published)) <= 1, "{y:e}, published {published:e}");
    }
}

#[test]
fn odd_and_even_bit_for_bit() {
    for x in every_binade(2) {
        assert_eq!(math::sin(-x).to_bits(), (-math::sin(x)).to_bits(), "{x:e}");
        assert_eq!(math::tanh(-x).to_bits(), (-math::tanh(x)).to_bits(), "{x:e}");
        assert_eq!(math::cos(-x).to_bits(), math::cos(x).to_bits(), "{x:e}");
        assert_eq!(math::sin_cos(x), (math::sin(x), math::cos(x)), "{x:e}");
    }
}

/// One loop over lanes per function, compiled plainly and with AVX2 and FMA.
macro_rules! lane_loops {
    ($($module:ident: $f:expr;)*) => { $(
        mod $module {
            use super::math;

            #[inline(always)]
            fn lanes<const W: usize>(x: &[f64], y: &mut [f64]) {
                for (x, y) in x.chunks_exact(W).zip(y.chunks_exact_mut(W)) {
                    for l in 0..W {
                        y[l] = $f(x[l]);
                    }
                }
            }
            pub fn plain<const W: usize>(x: &[f64], y: &mut [f64]) {
                lanes::<W>(x, y);
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            pub fn vector<const W: usize>(x: &[f64], y: &mut [f64]) {
                lanes::<W>(x, y);
            }
        }
    )* };
}

lane_loops! {
    exp: math::exp;
    ln: math::ln;
    sin: math::sin;
    cos: math::cos;
    sin_fast: math::sin_fast;
    cos_fast: math::cos_fast;
    sin_of_pair: |x| math::sin_cos_fast(x).0;
    cos_of_pair: |x| math::sin_cos_fast(x).1;
    tanh: math::tanh;
    sqrt: math::sqrt;
    logistic: math::logistic;
    softplus: math::softplus;
    powi: |x| math::powi(x, 13);
}

#[test]
fn lane_loops_of_every_width_give_the_bits_of_the_single_call() {
    let mut everything = every_binade(4);
    let mut sequence = Sequence(8);
    everything.extend((0..20_000).map(|_| sequence.within(0.0, 30.0)));
    everything.extend((0..5_000).map(|_| sequence.within(700.0, 750.0)));
    everything.extend([0.0, f64::INFINITY, f64::NAN]);
    both_signs(&mut everything);
    everything.resize(everything.len().next_multiple_of(32), 1.0);
    let mut fast = everything.clone();
    fast.iter_mut().for_each(|x| *x = if math::trig_needs_large(*x) { 1.0 } else { *x });

    macro_rules! check {
        ($($module:ident: $f:expr, $x:expr;)*) => { $(
            let single: Vec<f64> = $x.iter().map(|&x| $f(x)).collect();
            check!(@width $module, $x, single, 1, 2, 4, 8, 16, 32);
        )* };
        (@width $module:ident, $x:expr, $single:ident, $($w:literal),*) => { $(
            let mut loops = vec![("plain", vec![0.0; $x.len()])];
            $module::plain::<$w>(&$x, &mut loops[0].1);
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                let mut y = vec![0.0; $x.len()];
                // SAFETY: the features that the function needs were detected in the line above.
                unsafe { $module::vector::<$w>(&$x, &mut y) };
                loops.push(("vector", y));
            }
            for (kind, y) in loops {
                for ((x, y), single) in $x.iter().zip(&y).zip(&$single) {
                    assert!(same(*y, *single), "{kind} {}({x:e}), {} lanes: {y:e}, single {single:e}", stringify!($module), $w);
                }
            }
        )* };
    }
    check! {
        exp: math::exp, everything;
        ln: math::ln, everything;
        sin: math::sin, everything;
        cos: math::cos, everything;
        sin_fast: math::sin, fast;
        cos_fast: math::cos, fast;
        sin_of_pair: math::sin, fast;
        cos_of_pair: math::cos, fast;
        tanh: math::tanh, everything;
        sqrt: math::sqrt, everything;
        logistic: math::logistic, everything;
        softplus: math::softplus, everything;
        powi: |x| math::powi(x, 13), everything;
    }
}

#[test]
fn the_large_path_agrees_with_the_fast_one_below_the_limit() {
    // Two reductions of one angle: both round the same exact r, to within the last place of the result.
    let mut sequence = Sequence(9);
    for _ in 0..20_000 {
        let x = sequence.within(2_097_152.0, math::TRIG_FAST_LIMIT);
        let (s, c) = math::sin_cos_large(x);
        assert!((s - math::sin_fast(x)).abs() <= f64::EPSILON * s.abs(), "{x:e}");
        assert!((c - math::cos_fast(x)).abs() <= f64::EPSILON * c.abs(), "{x:e}");
    }
}

/// What the processor has seen of subnormal numbers since it was last asked: operands (bit 1) and inexact results (bit 4).
#[cfg(target_arch = "x86_64")]
fn subnormal_numbers_met() -> u32 {
    const SEEN: u32 = 0b1_0010;
    let mut state = 0u32;
    // SAFETY: reads the state of the floating-point unit and clears its record; how it computes stays as it is.
    unsafe {
        std::arch::asm!("stmxcsr [{0}]", in(reg) &mut state);
        let cleared = state & !SEEN;
        std::arch::asm!("ldmxcsr [{0}]", in(reg) &cleared);
    }
    state & SEEN
}

/// Subnormal numbers have the right bits, but each costs as much as a whole sine. Gradient descent on Rastrigin's function
/// meets every size on its way to 0.
#[cfg(target_arch = "x86_64")]
#[test]
fn sines_of_tiny_angles_meet_no_subnormal_number() {
    let works = |function: fn(f64) -> f64, x: f64| {
        subnormal_numbers_met();
        std::hint::black_box(function(std::hint::black_box(x)));
        subnormal_numbers_met()
    };
    for exponent in -700..20 {
        for x in [1.0, -1.3, 1.9].map(|m: f64| m * 2f64.powi(exponent)) {
            for function in [math::sin as fn(f64) -> f64, math::cos, |x| math::sin_cos(x).0] {
                assert_eq!(works(function, x), 0, "{x:e}");
            }
        }
    }
    // The record works: the square of this is subnormal.
    assert_ne!(works(|x| x * x, 1.3e-160), 0);
}
