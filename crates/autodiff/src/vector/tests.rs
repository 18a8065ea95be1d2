//! Equal bits of one number, the portable array and the register, and the error of single precision.

use std::fmt::LowerExp;

use super::{Vector, Work, with_double_width, with_widest};
use crate::random::Stream;
use crate::{math, scalar::Scalar};

/// What the tests ask of `f64` and `f32`.
trait Number: Vector<Element = Self> + LowerExp + Default + PartialEq + 'static {
    /// Bits of an exponent, and of the digits after the point.
    const FIELDS: (u32, u32);
    fn of_bits(bits: u64) -> Self;
    fn bits(self) -> u64;
    fn nan(self) -> bool;
    /// Runs every method in each form.
    fn apply(samples: &[Self]) -> [Vec<(&'static str, Vec<Self>)>; 3];
}

impl Number for f64 {
    const FIELDS: (u32, u32) = (11, 52);
    fn of_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
    fn bits(self) -> u64 {
        self.to_bits()
    }
    fn nan(self) -> bool {
        self.is_nan()
    }
    fn apply(samples: &[f64]) -> [Vec<(&'static str, Vec<f64>)>; 3] {
        in_each_form(Double(samples))
    }
}

impl Number for f32 {
    const FIELDS: (u32, u32) = (8, 23);
    fn of_bits(bits: u64) -> Self {
        f32::from_bits(bits as u32)
    }
    fn bits(self) -> u64 {
        self.to_bits().into()
    }
    fn nan(self) -> bool {
        self.is_nan()
    }
    fn apply(samples: &[f32]) -> [Vec<(&'static str, Vec<f32>)>; 3] {
        in_each_form(Single(samples))
    }
}

/// The portable form, the register and the widest register.
fn in_each_form<W: Work + Copy>(work: W) -> [W::Output; 3] {
    [with_widest(true, work), with_widest(false, work), with_double_width(false, work)]
}

#[derive(Clone, Copy)]
struct Double<'s>(&'s [f64]);

impl Work for Double<'_> {
    type Output = Vec<(&'static str, Vec<f64>)>;
    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) -> Self::Output {
        every_method::<V64>(self.0)
    }
}

#[derive(Clone, Copy)]
struct Single<'s>(&'s [f32]);

impl Work for Single<'_> {
    type Output = Vec<(&'static str, Vec<f32>)>;
    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) -> Self::Output {
        every_method::<V32>(self.0)
    }
}

/// Every binade, the ranges that matter to the functions and the special values, in both signs and in random order.
fn samples<N: Number>() -> Vec<N> {
    let (exponent, digits) = N::FIELDS;
    let sign = 1 << (exponent + digits);
    let infinity = ((1 << exponent) - 1) << digits;
    let mut stream = Stream::new(0, "vector samples", &[]);
    let mut word = || (u64::from(stream.below(u32::MAX)) << 32) | u64::from(stream.below(u32::MAX));
    let mut bits: Vec<u64> = (0..digits).map(|i| (1 << i) + word() % (1 << i)).collect(); // subnormal
    for binade in 1..(1 << exponent) - 1 {
        bits.extend((0..4).map(|_| (binade << digits) + word() % (1 << digits)));
    }
    let special = [0, 1, 1 << digits, infinity - 1, infinity, infinity + 1, infinity + (1 << (digits - 1))];
    bits.extend(special.iter().cycle().take(20 * special.len()));
    let mut samples: Vec<N> = bits.iter().flat_map(|bits| [N::of_bits(*bits), N::of_bits(bits | sign)]).collect();
    let mut draw = |count: usize, lo: f64, hi: f64| {
        samples.extend((0..count).flat_map(|_| {
            let x = N::from_f64(stream.uniform(lo, hi));
            [x, -x]
        }));
    };
    draw(2000, 0.0, 2.0);
    draw(2000, 0.0, 40.0);
    draw(2000, 80.0, 110.0);
    draw(2000, 700.0, 750.0);
    draw(2000, 0.9 * math::TRIG_FAST_LIMIT, 1.1 * math::TRIG_FAST_LIMIT);
    samples.resize(samples.len().next_multiple_of(16), N::from_f64(math::TRIG_FAST_LIMIT));
    let mut order: Vec<u32> = (0..samples.len() as u32).collect();
    stream.shuffle(&mut order);
    order.iter().map(|i| samples[*i as usize]).collect()
}

/// The results of every method, by name. Second and third operands are the samples in another order, some of them
/// equal to the first.
#[inline(always)]
fn every_method<V: Vector>(samples: &[V::Element]) -> Vec<(&'static str, Vec<V::Element>)> {
    let n = samples.len();
    let pick = |step: usize, offset: usize| -> Vec<V::Element> {
        (0..n).map(|i| samples[if i % 5 == 0 { i } else { (step * i + offset) % n }]).collect()
    };
    let (second, third) = (pick(7, 3), pick(13, 8));
    let mut results = Vec::new();
    macro_rules! methods {
        ($($name:literal: |$x:ident, $y:ident, $z:ident| $e:expr;)*) => { $(
            let mut to = vec![V::Element::default(); n];
            for i in (0..n).step_by(V::LANES) {
                // SAFETY: the length of the four is a multiple of 16, which every number of lanes divides.
                unsafe {
                    let ($x, $y, $z) =
                        (V::load(&samples[i]), V::load(&second[i]), V::load(&third[i]));
                    V::store($e, &mut to[i]);
                }
            }
            results.push(($name, to));
        )* };
    }
    methods! {
        "add": |x, y, _z| x + y;
        "sub": |x, y, _z| x - y;
        "mul": |x, y, _z| x * y;
        "div": |x, y, _z| x / y;
        "neg": |x, _y, _z| -x;
        "mul_add": |x, y, z| x.mul_add(y, z);
        "neg_mul_add": |x, y, z| x.neg_mul_add(y, z);
        "sqrt": |x, _y, _z| x.sqrt();
        "lt": |x, y, _z| x.lt(y);
        "select": |x, y, z| x.select(y, z);
        "exp": |x, _y, _z| x.exp();
        "ln": |x, _y, _z| x.ln();
        "sin": |x, _y, _z| x.sin();
        "cos": |x, _y, _z| x.cos();
        "sin of sin_cos": |x, _y, _z| x.sin_cos().0;
        "cos of sin_cos": |x, _y, _z| x.sin_cos().1;
        "tanh": |x, _y, _z| x.tanh();
        "logistic": |x, _y, _z| x.logistic();
        "softplus": |x, _y, _z| x.softplus();
    }
    results
}

fn assert_same<N: Number>(name: &str, x: N, y: N, expected: N) {
    let same = y.bits() == expected.bits() || (y.nan() && expected.nan());
    assert!(same, "{name}({x:e}, ...) = {y:e}, alone {expected:e}");
}

fn every_vector_gives_the_bits_of_one_number<N: Number>() {
    let samples = samples::<N>();
    let alone = every_method::<N>(&samples);
    for results in N::apply(&samples) {
        for ((name, lanes), (_, alone)) in results.into_iter().zip(&alone) {
            for ((x, y), expected) in samples.iter().zip(lanes).zip(alone) {
                assert_same(name, *x, y, *expected);
            }
        }
    }
}

/// On a machine without a vector unit the tests here compare the portable form with itself and with one number.
#[test]
fn double_precision_has_the_same_bits_everywhere() {
    every_vector_gives_the_bits_of_one_number::<f64>();
}

#[test]
fn single_precision_has_the_same_bits_everywhere() {
    every_vector_gives_the_bits_of_one_number::<f32>();
}

#[test]
fn one_number_computes_what_the_interpreter_computes() {
    let samples = samples::<f64>();
    let z = 0.7;
    for (&x, &y) in samples.iter().zip(samples.iter().rev()) {
        let pairs = [
            (Vector::mul_add(x, y, z), Scalar::mul_add(x, y, z)),
            (Vector::neg_mul_add(x, y, z), Scalar::mul_add(-x, y, z)),
            (Vector::sqrt(x), Scalar::sqrt(x)),
            (Vector::lt(x, y), Scalar::lt(x, y)),
            (Vector::select(x, y, z), Scalar::select(x, y, z)),
            (Vector::exp(x), Scalar::exp(x)),
            (Vector::ln(x), Scalar::ln(x)),
            (Vector::sin(x), Scalar::sin(x)),
            (Vector::cos(x), Scalar::cos(x)),
            (Vector::tanh(x), Scalar::tanh(x)),
            (Vector::logistic(x), Scalar::logistic(x)),
            (Vector::softplus(x), Scalar::softplus(x)),
        ];
        for (k, (vector, scalar)) in pairs.into_iter().enumerate() {
            assert_same(&format!("function {k}"), x, vector, scalar);
        }
    }
}

#[test]
fn comparison_and_choice_follow_the_scalar_trait_at_special_values() {
    const NAN: f64 = f64::NAN;
    for (x, y, less) in [(1.0, 2.0, 1.0), (2.0, 1.0, 0.0), (-0.0, 0.0, 0.0), (NAN, 1.0, 0.0), (1.0, NAN, 0.0)] {
        assert_eq!(Vector::lt(x, y), less, "{x} < {y}");
    }
    for (x, chosen) in [(0.0, 5.0), (-0.0, 5.0), (5e-324, 4.0), (-1.0, 4.0), (NAN, 4.0)] {
        assert_eq!(Vector::select(x, 4.0, 5.0), chosen, "select by {x}");
    }
}

/// Tests of what does not work lane by lane.
#[derive(Clone, Copy)]
struct AcrossLanes;

impl Work for AcrossLanes {
    type Output = ();
    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        across_lanes::<V64>();
        across_lanes::<V32>();
    }
}

fn across_lanes<V: Vector<Element: Number>>() {
    // A square within a larger table, rows out of order, and a stride beyond the square.
    let (n, stride) = (V::LANES, V::LANES + 3);
    let from: Vec<V::Element> = (0..n * n * 2).map(|i| V::Element::from_f64(i as f64)).collect();
    let slots: Vec<u32> = (0..n as u32).rev().map(|i| 2 * i * n as u32).collect();
    let mut to = vec![V::Element::default(); n * stride];
    // SAFETY: the last vector read begins at 2 (n - 1) n, the last number written is number (n - 1) (stride + 1).
    unsafe { V::transpose(from.as_ptr(), slots.as_ptr(), to.as_mut_ptr(), stride) };
    for (k, row) in to.chunks(stride).enumerate() {
        for (i, &got) in row.iter().enumerate() {
            let expected = if i < n { from[slots[i] as usize + k] } else { V::Element::default() };
            assert_same("transpose", expected, got, expected);
        }
    }
}

#[test]
fn a_square_is_transposed_and_nothing_else_is_touched() {
    across_lanes::<f64>();
    across_lanes::<f32>();
    in_each_form(AcrossLanes);
}

/// Copies from and to odd addresses.
#[derive(Clone, Copy)]
struct Misaligned;

impl Work for Misaligned {
    type Output = ();
    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        let from: [u8; 72] = std::array::from_fn(|i| i as u8);
        for offset in 0..8 {
            let (mut to64, mut to32) = ([0u8; 72], [0u8; 72]);
            // SAFETY: 64 bytes at most are read and written from the offset on, all bit patterns are numbers.
            unsafe {
                V64::load(from.as_ptr().add(offset).cast()).store(to64.as_mut_ptr().add(offset).cast());
                V32::load(from.as_ptr().add(offset).cast()).store(to32.as_mut_ptr().add(offset).cast());
            }
            assert_eq!(to64[offset..offset + 8 * V64::LANES], from[offset..offset + 8 * V64::LANES]);
            assert_eq!(to32[offset..offset + 4 * V32::LANES], from[offset..offset + 4 * V32::LANES]);
        }
    }
}

#[test]
fn loads_and_stores_work_at_any_alignment() {
    in_each_form(Misaligned);
}

/// Half a unit in the last place from the result in double precision, whose own error is below 2 of its units,
/// 2^-28 here: 0.500000004 units of the exact result.
#[test]
fn single_precision_is_the_rounded_double_precision() {
    let samples = samples::<f32>();
    let results = every_method::<f32>(&samples);
    type Row = (&'static str, fn(f64) -> f64);
    let functions: [Row; 9] = [
        ("exp", math::exp),
        ("ln", math::ln),
        ("sin", math::sin),
        ("cos", math::cos),
        ("sin of sin_cos", math::sin),
        ("cos of sin_cos", math::cos),
        ("tanh", math::tanh),
        ("logistic", math::logistic),
        ("softplus", math::softplus),
    ];
    for (name, function) in functions {
        let (_, values) = results.iter().find(|(known, _)| *known == name).expect("a method");
        for (&x, &y) in samples.iter().zip(values) {
            let exact = function(x.into());
            if exact.is_nan() || exact.is_infinite() {
                assert!(y.is_nan() == exact.is_nan() && (exact.is_nan() || exact == y.into()), "{name}({x:e}) = {y:e}");
                continue;
            }
            let exponent = ((exact.to_bits() >> 52) & 0x7FF) as i32 - 1023;
            let unit = 2f64.powi(exponent.max(-126) - 23);
            // An infinite result counts as 2^128, the number it stands for in rounding.
            let value = if y.is_infinite() { 2f64.powi(128).copysign(y.into()) } else { y.into() };
            let error = if exponent > 127 && y.is_infinite() { 0.0 } else { (value - exact).abs() / unit };
            assert!(error <= 0.5, "{name}({x:e}) = {y:e} is {error} units off {exact:e}");
        }
    }
}
