//! Reduction of a large angle modulo the quarter turn, exact in integers (Payne and Hanek 1983).

use std::f64::consts::FRAC_PI_2;

/// pi/2 - [`FRAC_PI_2`].
const FRAC_PI_2_LO: f64 = 6.123233995736766e-17;

/// 2^-53.
const TWO_MINUS_53: f64 = 1.1102230246251565e-16;

/// 64 zero bits, then the binary expansion of 2/pi after the point.
const TWO_OVER_PI: [u64; 20] = [
    0x0000000000000000,
    0xA2F9836E4E441529,
    0xFC2757D1F534DDC0,
    0xDB6295993C439041,
    0xFE5163ABDEBBC561,
    0xB7246E3A424DD2E0,
    0x06492EEA09D1921C,
    0xFE1DEB1CB129A73E,
    0xE88235F52EBB4484,
    0xE99C7026B45F7E41,
    0x3991D639835339F4,
    0x9C845F8BBDF9283B,
    0x1FF897FFDE05980F,
    0xEF2F118B5A0A6D1F,
    0x6D367ECF27CB09B7,
    0x4F463F669E5FEA2D,
    0x7527BAC7EBE5F17B,
    0x3D0739F78A5292EA,
    0x6BFB5FB11F8D5D08,
    0x56033046FC7B6BAB,
];

/// (r, r_lo, n): x = n pi/2 + r + r_lo modulo a full turn, |r| <= pi/4, n modulo 4; x finite and at least 2^20.
///
/// With x = m 2^e, the bits of 2/pi whose product with x is a multiple of 4 are skipped; the next 192 bits give
/// x 2/pi modulo 4 with an error below 2^-137, of which 128 fraction bits are used. No `f64` is nearer to a multiple
/// of pi/2 than 4.6e-19 (Muller 2016, section 11), so 66 significant bits of r remain at least.
pub(super) fn quarter_turns(x: f64) -> (f64, f64, u64) {
    let bits = x.to_bits();
    let m = (bits & ((1 << 52) - 1)) | (1 << 52);
    let start = ((bits >> 52) + 62 - 1075) as usize; // e - 2, after the 64 zeros
    let (word, shift) = (start / 64, start % 64);
    let window = |i: usize| {
        let pair = (u128::from(TWO_OVER_PI[word + i]) << 64) | u128::from(TWO_OVER_PI[word + i + 1]);
        u128::from((pair >> (64 - shift)) as u64)
    };
    // m * window modulo 2^192, in units of 2^-190 quarter turns.
    let m = u128::from(m);
    let low = m * window(2);
    let middle = m * window(1) + (low >> 64);
    let high = ((m * window(0)) as u64).wrapping_add((middle >> 64) as u64);
    let upper = (u128::from(high) << 64) | u128::from(middle as u64);

    // Nearest integer and signed fraction, in units of 2^-128.
    let fraction = ((upper << 2) | u128::from((low as u64) >> 62)) as i128;
    let n = u64::from(fraction < 0) + (high >> 62);
    let size = fraction.unsigned_abs();
    let zeros = size.leading_zeros();
    let digits = size << zeros;
    // Two exact words of 53 bits, scaled by exact powers of two.
    let unit = f64::from_bits(u64::from(1023 - 53 - zeros) << 52);
    let unit = if fraction < 0 { -unit } else { unit };
    let upper = (digits >> 75) as f64 * unit;
    let lower = ((digits >> 22) as u64 & ((1 << 53) - 1)) as f64 * (unit * TWO_MINUS_53);

    let product = upper * FRAC_PI_2;
    let rest = upper.mul_add(FRAC_PI_2, -product) + upper.mul_add(FRAC_PI_2_LO, lower * FRAC_PI_2);
    let r = product + rest;
    (r, (product - r) + rest, n)
}
