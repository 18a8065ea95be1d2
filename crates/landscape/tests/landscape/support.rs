//! Functions and small oracles that several tests use.

use std::sync::Arc;

use autodiff::{Geometry, Objective, Rows, Scalar, Stream, Sym};
use landscape::matching::{Layout, Parity};
use landscape::{Certificate, Criteria, NewtonSampler, Polished, certify, polish};

/// A point of the search with its certificate.
pub type Claim = (Vec<f64>, Certificate);

/// Polishes `x` and certifies the result with default tolerances.
pub fn classify(objective: &Objective, x: &[f64], zero_modes: usize) -> (Polished, Certificate) {
    classify_with(objective, x, zero_modes, &Criteria::default())
}

/// Polishes `x` and certifies the result.
pub fn classify_with(
    objective: &Objective,
    x: &[f64],
    zero_modes: usize,
    criteria: &Criteria,
) -> (Polished, Certificate) {
    let mut eval = objective.evaluator();
    let point = polish(&mut eval, x, criteria);
    let certificate = certify(&mut eval, &point, zero_modes, criteria);
    (point, certificate)
}

/// The certified points, each once, that the sampler finds from `starts`; points closer than `radius` are one.
pub fn census(
    objective: &Objective,
    sampler: &NewtonSampler,
    starts: impl Iterator<Item = Vec<f64>>,
    radius: f64,
) -> Vec<Claim> {
    let criteria = Criteria::default();
    let mut eval = objective.evaluator();
    let mut noise = Stream::new(1, "noise", &[]);
    let mut found: Vec<Claim> = vec![];
    for (start, replicate) in starts.zip(0..) {
        let search = sampler.search(&mut eval, start, replicate, &mut noise, &criteria);
        let certificate = certify(&mut eval, &search.point, 0, &criteria);
        if certificate.class.is_critical() {
            add_distinct(&mut found, (search.point.x, certificate), radius);
        }
    }
    found
}

/// Adds `claim` unless a point within `radius` is there already.
pub fn add_distinct(found: &mut Vec<Claim>, claim: Claim, radius: f64) {
    if found.iter().all(|(x, _)| distance(x, &claim.0) > radius) {
        found.push(claim);
    }
}

/// Euclidean distance.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// `f = (x^2 + y - 11)^2 + (x + y^2 - 7)^2` (Himmelblau 1972).
pub fn himmelblau() -> Objective {
    Objective::formula(2, |x| (x[0].square() + x[1] - 11.0).square() + (x[0] + x[1].square() - 7.0).square())
}

/// `f = x^3/3 + slope x + y^2/2`: no critical point for `slope > 0`, least gradient at x = 0.
pub fn control(slope: f64) -> Objective {
    Objective::formula(2, move |x| x[0].powi(3) / 3.0 + x[0] * slope + x[1].square() * 0.5)
}

/// Symmetric matrix with independent standard normal entries on and above the diagonal.
pub fn symmetric(dim: usize, stream: &mut Stream) -> Vec<f64> {
    let mut a = vec![0.0; dim * dim];
    for i in 0..dim {
        for j in 0..=i {
            a[i * dim + j] = stream.normal();
            a[j * dim + i] = a[i * dim + j];
        }
    }
    a
}

/// Gaussian orthogonal ensemble with entries of variance 1/dim, 2/dim on the diagonal: semicircle on [-2, 2].
pub fn goe(dim: usize, stream: &mut Stream) -> Vec<f64> {
    let mut a = symmetric(dim, stream);
    (0..dim).for_each(|i| a[i * dim + i] *= std::f64::consts::SQRT_2);
    a.iter_mut().for_each(|a| *a /= (dim as f64).sqrt());
    a
}

/// `J J^T / m + sqrt(2 eps) W`, J (n x m) standard normal with m = n / phi, W from [`goe`] (Pennington and Bahri 2017).
pub fn wishart_wigner(n: usize, phi: f64, eps: f64, stream: &mut Stream) -> Vec<f64> {
    let m = (n as f64 / phi).round() as usize;
    let mut h: Vec<f64> = goe(n, stream).iter().map(|w| (2.0 * eps).sqrt() * w).collect();
    let jacobian: Vec<f64> = (0..n * m).map(|_| stream.normal()).collect();
    for (i, a) in jacobian.chunks_exact(m).enumerate() {
        for (j, b) in jacobian.chunks_exact(m).enumerate() {
            h[i * n + j] += a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / m as f64;
        }
    }
    h
}

/// The product with a row-major symmetric matrix.
pub fn product(a: &[f64], n: usize) -> impl FnMut(&[f64], &mut [f64]) {
    move |v, out| {
        for (out, row) in out.iter_mut().zip(a.chunks_exact(n)) {
            *out = row.iter().zip(v).map(|(a, v)| a * v).sum();
        }
    }
}

/// `x^T A x` for a row-major matrix.
pub fn form<'g>(a: &[f64], x: &[Sym<'g>]) -> Sym<'g> {
    let row = |row: &[f64]| Scalar::sum(row.iter().zip(x).map(|(&a, &x)| x * a));
    Scalar::sum(a.chunks_exact(x.len()).zip(x).map(|(a, &x)| x * row(a)))
}

/// The spherical 3-spin model `H(s) = N^-1 sum J_ijk s_i s_j s_k` on `|s|^2 = N`, J independent standard normal.
pub fn three_spin(dim: usize, draw: u64) -> Objective {
    let mut stream = Stream::new(3, "couplings", &[&dim.to_string(), &draw.to_string()]);
    let mut summed = vec![0.0; dim * dim * dim];
    for i in 0..dim {
        for j in 0..dim {
            for k in 0..dim {
                let mut site = [i, j, k];
                site.sort_unstable();
                summed[(site[0] * dim + site[1]) * dim + site[2]] += stream.normal() / dim as f64;
            }
        }
    }
    Objective::formula(dim, |s| {
        let inner = |i: usize, j: usize| Scalar::sum((j..dim).map(|k| s[k] * summed[(i * dim + j) * dim + k]));
        Scalar::sum((0..dim).map(|i| s[i] * Scalar::sum((i..dim).map(|j| s[j] * inner(i, j)))))
    })
    .on(Geometry::Sphere { radius: (dim as f64).sqrt() })
}

/// Eigenvalues of a symmetric row-major matrix, ascending, by Jacobi rotations: slow, simple, independent of the
/// solver under test, and accurate to a few eps of the norm.
pub fn jacobi_eigenvalues(matrix: &[f64], dim: usize) -> Vec<f64> {
    let mut a = matrix.to_vec();
    for _ in 0..60 {
        for p in 0..dim {
            for q in p + 1..dim {
                let (app, aqq, apq) = (a[p * dim + p], a[q * dim + q], a[p * dim + q]);
                if apq == 0.0 {
                    continue;
                }
                let angle = 0.5 * (2.0 * apq).atan2(aqq - app);
                let (s, c) = angle.sin_cos();
                for k in 0..dim {
                    let (akp, akq) = (a[k * dim + p], a[k * dim + q]);
                    (a[k * dim + p], a[k * dim + q]) = (c * akp - s * akq, s * akp + c * akq);
                }
                for k in 0..dim {
                    let (apk, aqk) = (a[p * dim + k], a[q * dim + k]);
                    (a[p * dim + k], a[q * dim + k]) = (c * apk - s * aqk, s * apk + c * aqk);
                }
            }
        }
    }
    let mut values: Vec<f64> = (0..dim).map(|i| a[i * dim + i]).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Rows of a random orthogonal matrix (Gram-Schmidt on normal vectors, twice).
pub fn orthogonal(dim: usize, stream: &mut Stream) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = vec![];
    while rows.len() < dim {
        let mut row: Vec<f64> = (0..dim).map(|_| stream.normal()).collect();
        for other in rows.iter().chain(rows.iter()) {
            let share: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
            row.iter_mut().zip(other).for_each(|(a, b)| *a -= share * b);
        }
        let length = row.iter().map(|a| a * a).sum::<f64>().sqrt();
        rows.push(row.iter().map(|a| a / length).collect());
    }
    rows
}

/// Four Gaussian terms (Mueller and Brown 1979): three minima, two saddles.
pub fn mueller_brown() -> Objective {
    const TERMS: [[f64; 6]; 4] = [
        [-200.0, -1.0, 0.0, -10.0, 1.0, 0.0],
        [-100.0, -1.0, 0.0, -10.0, 0.0, 0.5],
        [-170.0, -6.5, 11.0, -6.5, -0.5, 1.5],
        [15.0, 0.7, 0.6, 0.7, -1.0, 1.0],
    ];
    Objective::formula(2, |x| {
        Scalar::sum(TERMS.map(|[height, a, b, c, x_k, y_k]| {
            let (x, y) = (x[0] - x_k, x[1] - y_k);
            (x.square() * a + x * y * b + y.square() * c).exp() * height
        }))
    })
}

/// `f = (4 - 2.1 x^2 + x^4 / 3) x^2 + x y + (4 y^2 - 4) y^2` (Dixon and Szego 1978): six minima, seven saddles.
pub fn six_hump_camel() -> Objective {
    Objective::formula(2, |x| {
        let (xx, yy) = (x[0].square(), x[1].square());
        (xx * (xx / 3.0 - 2.1) + 4.0) * xx + x[0] * x[1] + (yy * 4.0 - 4.0) * yy
    })
}

/// A fully connected network with linear outputs and half the squared error, the mean over `rows` of (inputs, targets). Units are
/// tanh, cosine or softplus by the parity of the layout.
pub fn network(layout: &Layout, rows: Arc<Rows>) -> Objective {
    let widths = layout.widths.clone();
    Objective::over_rows(layout.dim(), rows, |x, row| {
        let (features, targets) = row.split_at(widths[0]);
        let mut signal = features.to_vec();
        for layer in 0..layout.layers() {
            let unit = |i: usize| Scalar::dot(&x[layout.weights(layer, i)], &signal) + x[layout.bias(layer, i)];
            let is_last = layer + 1 == layout.layers();
            signal = (0..widths[layer + 1])
                .map(|i| if is_last { unit(i) } else { activate(layout.parity, unit(i)) })
                .collect();
        }
        Scalar::sum(signal.iter().zip(targets).map(|(&z, &t)| (z - t).square())) * 0.5
    })
}

/// An activation of the given parity.
fn activate<S: Scalar>(parity: Parity, z: S) -> S {
    match parity {
        Parity::Odd => z.tanh(),
        Parity::Even => z.cos(),
        Parity::None => z.softplus(),
    }
}

/// `count` rows of standard normal inputs and targets for a network.
pub fn normal_rows(widths: &[usize], count: usize, stream: &mut Stream) -> Arc<Rows> {
    let width = widths[0] + widths[widths.len() - 1];
    Arc::new(Rows::new(width, (0..count * width).map(|_| stream.normal()).collect()))
}

/// The critical points of Rastrigin's function of one variable next to `near`, by bisection of its slope
/// `2 x + 20 pi sin(2 pi x)`; with the value.
pub fn rastrigin_point(near: f64) -> (f64, f64) {
    let slope = |x: f64| 2.0 * x + 20.0 * std::f64::consts::PI * (std::f64::consts::TAU * x).sin();
    let (mut low, mut high) = (near - 0.2, near + 0.2);
    let rises = slope(high) > 0.0;
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if (slope(middle) > 0.0) == rises { high = middle } else { low = middle }
    }
    (low, 10.0 + low * low - 10.0 * (std::f64::consts::TAU * low).cos())
}
