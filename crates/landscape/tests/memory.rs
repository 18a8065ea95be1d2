//! Memory of spectra, polishes, certificates and finders, in matrices of the Hessian's size.

use std::sync::Arc;

use allocations::{Counting, most_taken};
use autodiff::{Geometry, Objective, Rows, Scalar, Stream};
use landscape::connect::{Flow, connect};
use landscape::{
    Criteria, Deflation, Departure, Finder, GaussNewton, ModeFollowing, NewtonSampler, certify, polish, prove,
    tangent_spectrum, too_large_to_prove,
};

#[global_allocator]
static COUNTING: Counting = Counting;

const N: usize = 600;

/// What `work` takes at once beyond what was there, in matrices of n x n numbers.
fn matrices<T>(n: usize, work: impl FnOnce() -> T) -> (f64, T) {
    let (bytes, result) = most_taken(work);
    (bytes as f64 / (8 * n * n) as f64, result)
}

/// A chain of double wells, its Hessian full, as the square of the sum couples all but the first coordinate: that has a
/// small curvature.
fn wells() -> Objective {
    Objective::formula(N, |x| {
        let wells = Scalar::sum(x[1..].iter().map(|x| (x.square() - 1.0).square() * 0.25));
        wells + Scalar::sum(x[1..].iter().copied()).square() * (0.5 / N as f64) + x[0].square() * 1e-9
    })
}

/// The wells in n variables.
fn wells_of(n: usize) -> Objective {
    Objective::formula(n, |x| Scalar::sum(x.iter().map(|x| (x.square() - 1.0).square() * 0.25 + x.square() * 0.1)))
}

/// A network of tanh units on a few rows: a mean, and a penalty that no row enters; a long one has a full Hessian.
/// The first coordinate has a small curvature.
fn penalised(is_long: bool) -> Objective {
    let mut stream = Stream::new(0, "memory", &["rows"]);
    let cells: Vec<f64> = (0..24).map(|_| stream.normal()).collect();
    Objective::over_rows(N, Arc::new(Rows::new(3, cells)), |w, row| {
        let unit = |k: usize| (w[k] * row[0] + w[k + 1] * row[1] + w[k + 2]).tanh() * w[k + 3];
        let error = Scalar::sum((4..N).step_by(4).map(unit)) - row[2];
        let square = Scalar::dot(&w[1..], &w[1..]);
        let quartic = Scalar::sum(w[1..].iter().map(|w| w.square().square()));
        error.square() * 0.5
            + square * 0.05
            + w[0].square() * 1e-9
            + if is_long { square * quartic * 1e-3 } else { square * 0.0 }
    })
}

/// One test for everything that counts, so that no other thread allocates meanwhile.
#[test]
fn two_matrices_of_the_size_of_the_hessian_are_enough() {
    let objective = wells();
    let mut eval = objective.evaluator();
    let at: Vec<f64> = (0..N).map(|i| if i % 2 == 0 { 1.1 } else { -0.9 }).collect();
    // The first evaluations make the workspaces of the executor, which are kept.
    let mut hess = vec![0.0; N * N];
    eval.hessian(&at, &mut hess);
    eval.gradient(&at, &mut hess[..N]);
    drop(hess);
    let criteria = Criteria::default();

    // Beyond whole matrices: rows that end on a cache line, 1 % of a matrix, and the collected rows, in the reduction 64
    // and twice as many packed ones, in the rotation of eigenvectors up to 16 N numbers, 3 % of a matrix. All are a fixed
    // number of times N: at N = 600 the reduction's are a third of a matrix, at 4096 a twentieth.
    let rows = 1.0 + 0.015;
    let reduction = 0.36;
    let vectors = 0.1;

    let (spectrum, values) = matrices(N, || tangent_spectrum(&mut eval, &at));
    assert_eq!(values.len(), N);
    assert!((1.0..rows + reduction).contains(&spectrum), "spectrum: {spectrum}");

    let (polished, point) = matrices(N, || polish(&mut eval, &at, &criteria));
    assert!(point.iterations > 2);
    assert!((2.0..2.0 * rows + vectors).contains(&polished), "polish: {polished}");

    // The point brings its eigenvectors; a small eigenvalue asks for the spectra of points beside it.
    let (certificate, certified) = matrices(N, || certify(&mut eval, &point, 0, &criteria));
    assert!(certified.class.is_critical() && certified.inertia.n_zero == 0, "{certified:?}");
    assert!((1.0..rows + reduction).contains(&certificate), "certificate: {certificate}");
    drop(point);

    let departure = Departure { descend: vec![0], ..Departure::default() };
    let finders: [(&str, Box<dyn Finder>); 4] = [
        ("newton", Box::new(NewtonSampler { descend: vec![0], iterations: 3, ..NewtonSampler::default() })),
        (
            "gauss_newton",
            Box::new(GaussNewton { departure: departure.clone(), iterations: 3, ..GaussNewton::default() }),
        ),
        ("mode_following", Box::new(ModeFollowing { departure: departure.clone(), index: vec![1], iterations: 4 })),
        ("deflation", Box::new(Deflation { departure, rounds: vec![1], iterations: 3, ..Deflation::default() })),
    ];
    for (name, finder) in finders {
        let mut noise = Stream::new(0, "memory", &[]);
        let (taken, found) = matrices(N, || finder.search(&mut eval, at.clone(), 0, &mut noise, &criteria));
        assert!(found.search_steps >= 2, "{name}");
        assert!((2.0..2.0 * rows + vectors).contains(&taken), "{name}: {taken}");
    }

    // One well on its barrier.
    let mut beside = at.clone();
    beside[1] = 0.02;
    let saddle = polish(&mut eval, &beside, &criteria).x;
    let (taken, connection) = matrices(N, || connect(&mut eval, &saddle, 0, &criteria, &Flow::default()));
    assert!(connection.is_ok_and(|connection| connection.is_complete()));
    // The most is at a certificate: the eigenvectors of the end, and the spectrum of a point beside it.
    assert!((2.0..1.0 + rows + reduction).contains(&taken), "connect: {taken}");

    // A mean with a penalty, which is added where the Hessian lies: by its entries, which are few, or, where it is too long to
    // be written so, by products with 64 unit directions at once, 128 N numbers in all: a fifth of a matrix.
    for (network, name) in [(penalised(false), "short"), (penalised(true), "long")] {
        let mut eval = network.evaluator();
        let at: Vec<f64> = (0..N).map(|i| 0.1 * (i as f64).sin()).collect();
        let mut hess = vec![0.0; N * N];
        eval.hessian(&at, &mut hess);
        eval.gradient(&at, &mut hess[..N]);
        drop(hess);
        let mut hess = vec![0.0; N * N];
        let (penalty, ()) = matrices(N, || eval.hessian(&at, &mut hess));
        drop(hess);
        assert!(penalty < 0.22, "{name} penalty: {penalty}");
        let (spectrum, values) = matrices(N, || tangent_spectrum(&mut eval, &at));
        assert!(values.iter().all(|value| value.is_finite()));
        assert!((1.0..rows + reduction).contains(&spectrum), "spectrum with a {name} penalty: {spectrum}");
        let (polished, point) = matrices(N, || polish(&mut eval, &at, &criteria));
        assert!((2.0..2.0 * rows + vectors).contains(&polished), "polish with a {name} penalty: {polished}");
        assert!(point.iterations > 2);
        let (certificate, certified) = matrices(N, || certify(&mut eval, &point, 0, &criteria));
        assert!(certified.class.is_critical(), "{certified:?}");
        assert!((1.0..rows + reduction).contains(&certificate), "certificate with a {name} penalty: {certificate}");
    }

    // A proof: bounds of the Hessian, two numbers each, with approximate eigenvectors and inverse: four. The recorded
    // function with bounds of all its nodes is there, too: about half a matrix for 200 variables.
    let n = 200;
    let wells = wells_of(n);
    let start: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 0.95 } else { -0.95 }).collect();
    let minimum = polish(&mut wells.evaluator(), &start, &criteria).x;
    // x_1^2 + 2 x_2^2 + ... on the sphere: the first axis.
    let sphere = Objective::formula(n, |x| Scalar::sum(x.iter().zip(1..).map(|(x, a)| x.square() * f64::from(a))))
        .on(Geometry::Sphere { radius: 2.0 });
    let axis: Vec<f64> = (0..n).map(|i| if i == 0 { 2.0 } else { 0.0 }).collect();
    for (surface, point) in [(wells, minimum), (sphere, axis)] {
        let (proof, claim) = matrices(n, || prove(&mut surface.encloser(), &point, 0));
        assert!(claim.is_proved(), "{claim:?}");
        assert!((4.0..5.0).contains(&proof), "proof: {proof}");
    }
    assert_eq!(too_large_to_prove(2000), None);
    let refused = too_large_to_prove(2001).unwrap();
    assert!(refused.contains("2001 x 2001") && refused.contains("128 MB"), "{refused}");
}
