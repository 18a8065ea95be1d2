//! Certifies the random streams: known answers, distinct keys, and the law of every draw, all with fixed keys.

use autodiff::Stream;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Standard errors allowed for a statistic: one fixed draw each, so a pass is a pass for ever, and 4.5 (7 in a
/// million by chance) leaves no room for a wrong law at these sample sizes.
const ERRORS: f64 = 4.5;

fn first_bits(stream: &mut Stream) -> u64 {
    stream.uniform(0.0, 1.0).to_bits()
}

/// Upper limit for a chi-square statistic: mean plus [`ERRORS`] standard deviations (plus the skewness term of
/// Wilson and Hilferty 1931, which matters for few degrees of freedom).
fn chi_square_limit(freedom: f64) -> f64 {
    let spread = 2.0 / (9.0 * freedom);
    freedom * (1.0 - spread + ERRORS * spread.sqrt()).powi(3)
}

fn chi_square(counts: &[u32]) -> f64 {
    let expected = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
    counts.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum()
}

/// The generator is the one its name says: ChaCha with 8 rounds, 256-bit key and zero nonce, first block of
/// keystream as in draft-strombergson-chacha-test-vectors (2013), TC1.
#[test]
fn generator_is_chacha_with_eight_rounds() {
    let mut keystream = [0u8; 64];
    ChaCha8Rng::from_seed([0; 32]).fill_bytes(&mut keystream);
    let hex: String = keystream.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e\
         984ce172b9216f419f445367456d5619314a42a3da86b001387bfdb80e0cfe42"
    );
}

/// The portability claim. The numbers come from an independent program (Python: hashlib's SHA-256 of the fields
/// `nonconvex/stream/1`, seed, purpose, parts, each after its length in 8 bytes; ChaCha8 in 30 lines; Box-Muller in
/// 200-bit arithmetic), so a change of key derivation, word order, number of bits or formula fails here on every machine.
#[test]
fn first_numbers_of_one_key_are_pinned() {
    let key = || Stream::new(20240229, "start", &["rastrigin dim=2", "7"]);
    let mut stream = key();
    let draws: [u64; 4] = [0xc167_8df0_d0e8_2851, 0x8939_cc24_ac57_2be3, 0x5ce6_8748_e8e4_5822, 0x4a15_1185_70ed_4071];
    for draw in draws {
        assert_eq!(stream.uniform(0.0, 1.0), (draw >> 11) as f64 / (1u64 << 53) as f64);
    }

    // Exact values rounded to nearest; ln, sqrt, sin and cos may each be a place off, no more than 4 together.
    let mut stream = key();
    for exact in [-1.6355387037323077, -0.3768044094546801, -0.23258044276745074, 0.9206195524860875] {
        let z = stream.normal();
        assert!((z - exact).abs() <= 4.0 * f64::EPSILON * exact.abs(), "{z}, exact {exact}");
    }
    let mut stream = key();
    assert_eq!([(); 4].map(|()| stream.normal().to_bits()), PINNED_NORMALS);

    // below(6) is the upper word of 6 times a 32-bit draw, low half of a 64-bit draw first.
    let mut stream = key();
    for draw in draws {
        for half in [draw as u32, (draw >> 32) as u32] {
            assert_eq!(stream.below(6), ((u64::from(half) * 6) >> 32) as u32);
        }
    }
}

/// Bits of the same normal numbers from `Stream` itself: equal on every machine, or the claim of portability is wrong.
const PINNED_NORMALS: [u64; 4] =
    [13833416667524101565, 13823831561564728354, 13820919650708360482, 4606467423292329089];

#[test]
fn streams_differ_in_master_seed_purpose_and_every_part() {
    let keys: [(u64, &str, &[&str]); 14] = [
        (1, "start", &["ab", "c"]),
        (1, "start", &["a", "bc"]),
        (1, "start", &["abc"]),
        (1, "start", &["abc", ""]),
        (1, "start", &["", "abc"]),
        (1, "start", &["c", "ab"]),
        (1, "start", &[]),
        (1, "start", &[""]),
        (1, "startab", &["c"]),
        (1, "starta", &["bc"]),
        (1, "", &["start"]),
        (1, "noise", &["ab", "c"]),
        (2, "start", &["ab", "c"]),
        (1 << 63, "start", &["ab", "c"]),
    ];
    let mut firsts: Vec<u64> =
        keys.iter().map(|(seed, purpose, parts)| first_bits(&mut Stream::new(*seed, purpose, parts))).collect();
    firsts.sort_unstable();
    firsts.dedup();
    assert_eq!(firsts.len(), keys.len());
}

#[test]
fn equal_keys_and_clones_give_equal_numbers() {
    let mut a = Stream::new(5, "noise", &["3"]);
    let mut b = Stream::new(5, "noise", &["3"]);
    let odd = (a.normal(), b.normal()); // the clone below holds the second number of the pair
    assert_eq!(odd.0, odd.1);
    let mut c = a.clone();
    for _ in 0..100 {
        let z = a.normal();
        assert_eq!(z, b.normal());
        assert_eq!(z, c.normal());
        assert_eq!(a.below(1000), b.below(1000));
        c.below(1000);
    }
}

/// Parallel streams of one run family: 4096 neighbours by replicate number, one uniform each.
#[test]
fn neighbouring_keys_are_uncorrelated() {
    let firsts: Vec<f64> = (0..4096).map(|i| Stream::new(1, "start", &[&i.to_string()]).uniform(-1.0, 1.0)).collect();
    let mut bins = [0; 32];
    firsts.iter().for_each(|u| bins[((u + 1.0) * 16.0) as usize] += 1);
    assert!(chi_square(&bins) < chi_square_limit(31.0));
    // Products of independent uniforms on [-1, 1) have mean 0 and variance 1/9.
    let products: f64 = firsts.windows(2).map(|pair| pair[0] * pair[1]).sum();
    assert!(products.abs() < ERRORS * (4095.0f64 / 9.0).sqrt());
}

#[test]
fn uniform_has_its_law() {
    const N: usize = 200_000;
    let mut stream = Stream::new(1, "test", &["uniform"]);
    let mut bins = [0; 100];
    let (mut sum, mut squares) = (0.0, 0.0);
    for _ in 0..N {
        let x = stream.uniform(-3.0, 7.0);
        assert!((-3.0..7.0).contains(&x));
        let u = (x + 3.0) / 10.0;
        bins[(u * 100.0) as usize] += 1;
        sum += u - 0.5;
        squares += (u - 0.5).powi(2);
    }
    let n = N as f64;
    // u - 1/2: variance 1/12, fourth moment 1/80, so its square has variance 1/80 - 1/144 = 1/180.
    assert!((sum / n).abs() < ERRORS * (1.0 / 12.0 / n).sqrt());
    assert!((squares / n - 1.0 / 12.0).abs() < ERRORS * (1.0 / 180.0 / n).sqrt());
    assert!(chi_square(&bins) < chi_square_limit(99.0));
}

#[test]
fn uniform_uses_53_bits_and_handles_any_interval() {
    let mut stream = Stream::new(1, "test", &["bits"]);
    let mut low_bits = 0;
    for _ in 0..1000 {
        let scaled = stream.uniform(0.0, 1.0) * (1u64 << 53) as f64;
        assert_eq!(scaled.fract(), 0.0);
        low_bits += scaled as u64 & 1;
    }
    assert!((low_bits as f64 - 500.0).abs() < ERRORS * 250f64.sqrt());
    assert_eq!(stream.uniform(2.5, 2.5), 2.5);
}

#[test]
fn normal_has_its_law() {
    const N: usize = 200_000;
    let mut stream = Stream::new(1, "test", &["normal"]);
    let (mut moments, mut inner, mut outer, mut pairs) = ([0.0; 4], 0.0, 0.0, 0.0);
    let mut previous = 0.0;
    for _ in 0..N {
        let z = stream.normal();
        for (power, moment) in moments.iter_mut().enumerate() {
            *moment += z.powi(power as i32 + 1);
        }
        inner += f64::from(u8::from(z.abs() < 1.0));
        outer += f64::from(u8::from(z.abs() > 3.0));
        pairs += z * previous;
        previous = z;
    }
    let n = N as f64;
    // Moments 0, 1, 0, 3 with variances 1, 2, 15, 96 (E z^8 = 105); a product of two independent ones has variance 1.
    for (moment, (mean, variance)) in moments.iter().zip([(0.0, 1.0), (1.0, 2.0), (0.0, 15.0), (3.0, 96.0f64)]) {
        assert!((moment / n - mean).abs() < ERRORS * (variance / n).sqrt(), "{} for {mean}", moment / n);
    }
    assert!((pairs / n).abs() < ERRORS / n.sqrt());
    for (share, p) in [(inner / n, 0.6826894921370859), (outer / n, 0.0026997960632601866f64)] {
        assert!((share - p).abs() < ERRORS * (p * (1.0 - p) / n).sqrt(), "{share} for {p}");
    }
}

#[test]
fn below_is_uniform() {
    for n in [1, 2, 3, 6, 7, 10, 64, 1000] {
        let mut stream = Stream::new(1, "test", &["below", &n.to_string()]);
        let mut counts = vec![0; n as usize];
        for _ in 0..100_000 {
            counts[stream.below(n) as usize] += 1;
        }
        assert!(n == 1 || chi_square(&counts) < chi_square_limit(f64::from(n) - 1.0), "{n}: {counts:?}");
    }
}

/// Without the rejection, the multiples of 3 would come up twice as often as the others here (2^32 = 4/3 n).
#[test]
fn below_has_no_bias_for_large_n() {
    let mut stream = Stream::new(1, "test", &["below", "large"]);
    let mut remainders = [0; 3];
    for _ in 0..30_000 {
        remainders[stream.below(3 << 30) as usize % 3] += 1;
    }
    assert!(chi_square(&remainders) < chi_square_limit(2.0), "{remainders:?}");
}

#[test]
fn shuffle_gives_every_order_equally_often() {
    let mut stream = Stream::new(1, "test", &["shuffle"]);
    let mut counts = [0; 6];
    for _ in 0..60_000 {
        let mut items = [0, 1, 2];
        stream.shuffle(&mut items);
        let rank = 2 * items[0] + u32::from(items[1] > items[2]);
        counts[rank as usize] += 1;
    }
    assert!(chi_square(&counts) < chi_square_limit(5.0), "{counts:?}");

    let mut items: Vec<u32> = (0..1797).collect();
    stream.shuffle(&mut items);
    assert_ne!(items, (0..1797).collect::<Vec<_>>());
    items.sort_unstable();
    assert_eq!(items, (0..1797).collect::<Vec<_>>());
    stream.shuffle(&mut []);
}

#[test]
fn points_on_the_sphere_have_its_radius_and_no_preferred_direction() {
    const DIM: usize = 5;
    const N: usize = 20_000;
    let mut stream = Stream::new(1, "test", &["sphere"]);
    let (mut sums, mut squares, mut fourths) = ([0.0; DIM], [0.0; DIM], [0.0; DIM]);
    for _ in 0..N {
        let x = stream.on_sphere(DIM, 3.0);
        let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((norm - 3.0).abs() <= 3.0 * 4.0 * f64::EPSILON, "{norm}"); // a few roundings
        for i in 0..DIM {
            sums[i] += x[i] / 3.0;
            squares[i] += (x[i] / 3.0).powi(2);
            fourths[i] += (x[i] / 3.0).powi(4);
        }
    }
    // On the unit sphere E x_i^2 = 1/d, E x_i^4 = 3 / (d (d + 2)), E x_i^8 = 105 / (d (d + 2) (d + 4) (d + 6)). The
    // fourth moment tells the sphere from other symmetric laws, such as a cube projected on it.
    let (n, d) = (N as f64, DIM as f64);
    let fourth = 3.0 / (d * (d + 2.0));
    let eighth = fourth * 35.0 / ((d + 4.0) * (d + 6.0));
    for i in 0..DIM {
        assert!((sums[i] / n).abs() < ERRORS * (1.0 / d / n).sqrt());
        assert!((squares[i] / n - 1.0 / d).abs() < ERRORS * ((fourth - 1.0 / (d * d)) / n).sqrt());
        assert!((fourths[i] / n - fourth).abs() < ERRORS * ((eighth - fourth * fourth) / n).sqrt());
    }
    let ends: Vec<f64> = (0..100).map(|_| stream.on_sphere(1, 2.0)[0]).collect();
    assert!(ends.iter().all(|x| (x.abs() - 2.0).abs() <= 2.0 * f64::EPSILON));
    assert!(ends.iter().any(|&x| x > 0.0) && ends.iter().any(|&x| x < 0.0));
}
