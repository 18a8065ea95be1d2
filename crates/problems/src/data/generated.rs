//! Data made by a rule: parity, two spirals, the answers of a teacher network.

use autodiff::{Stream, math};

use super::request::{DataRequest, Labels};
use super::table::{Answers, Table};

/// All 2^bits inputs of -1 and 1; the class is the number of ones modulo 2. Two bits are XOR.
pub fn parity(bits: usize) -> Table {
    let count = 1usize << bits;
    let feature = |row: usize, i: usize| if row >> (bits - 1 - i) & 1 == 1 { 1.0 } else { -1.0 };
    let features = (0..count).flat_map(|row| (0..bits).map(move |i| feature(row, i))).collect();
    let labels = (0..count).map(|row| row.count_ones() as usize % 2).collect();
    Table { width: bits, features, answers: Answers::Classes { labels, classes: 2 } }
}

/// Two spirals of three turns, 97 points each, in alternation (Lang and Witbrock 1988): angle `i pi / 16`, radius
/// `6.5 (104 - i) / 104`.
pub fn spirals() -> Table {
    let point = |i: usize| {
        let radius = 6.5 * (104 - i) as f64 / 104.0;
        let (sin, cos) = math::sin_cos(i as f64 * std::f64::consts::PI / 16.0);
        [radius * sin, radius * cos]
    };
    let features = (0..97)
        .flat_map(|i| {
            let [x, y] = point(i);
            [x, y, -x, -y]
        })
        .collect();
    let labels = (0..194).map(|row| row % 2).collect();
    Table { width: 2, features, answers: Answers::Classes { labels, classes: 2 } }
}

/// Normal inputs and the answers of a network `y = sum_k a_k tanh(w_k . x + b_k)`, `w_k` normal with variance 1 over the
/// number of inputs times 4, `b_k` normal, `a_k` normal with variance 1 over the number of units; as classes: y > 0.
pub fn teacher(request: &DataRequest) -> Table {
    const ROWS: usize = 500;
    let (width, units) = (request.features, request.teacher);
    let parts = [width.to_string(), units.to_string(), request.seed.to_string()];
    let mut stream = Stream::new(0, "teacher", &[&parts[0], &parts[1], &parts[2]]);
    let (sd_in, sd_out) = (2.0 / (width as f64).sqrt(), (units as f64).sqrt().recip());
    let net: Vec<(Vec<f64>, f64, f64)> = (0..units)
        .map(|_| {
            let weights = (0..width).map(|_| sd_in * stream.normal()).collect();
            (weights, stream.normal(), sd_out * stream.normal())
        })
        .collect();
    let count = if request.samples > 0 { request.samples } else { ROWS };
    let features: Vec<f64> = (0..count * width).map(|_| stream.normal()).collect();
    let answer = |x: &[f64]| -> f64 {
        let unit = |(w, b, a): &(Vec<f64>, f64, f64)| {
            a * math::tanh(w.iter().zip(x).fold(*b, |sum, (w, x)| w.mul_add(*x, sum)))
        };
        net.iter().map(unit).sum()
    };
    let answers: Vec<f64> = features.chunks_exact(width).map(answer).collect();
    let answers = if request.labels == Labels::Real {
        Answers::Real(answers)
    } else {
        Answers::Classes { labels: answers.iter().map(|y| usize::from(*y > 0.0)).collect(), classes: 2 }
    };
    Table { width, features, answers }
}
