//! The ends of a spectrum without its middle.

use autodiff::{Geometry, Objective, Scalar, Stream};
use landscape::{extreme_eigenvalues, tangent_spectrum};

use crate::support::form;

/// A symmetric matrix (n x n) of normal entries: a spectrum of a semicircle, whose ends lie close together.
fn normal_matrix(n: usize, name: &str) -> Vec<f64> {
    let mut stream = Stream::new(11, name, &[]);
    let mut a = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let entry = stream.normal();
            (a[i * n + j], a[j * n + i]) = (entry, entry);
        }
    }
    a
}

/// Both sides of the border between the two ways, on flat space and on a sphere: within the stated residual of the whole
/// spectrum, and never outside of it but for rounding.
#[test]
fn the_ends_are_those_of_the_whole_spectrum() {
    for dim in [2, 63, 64, 65, 66, 90, 150] {
        let a = normal_matrix(dim, "ends");
        let radius = (dim as f64).sqrt();
        let mut stream = Stream::new(12, "ends", &[&dim.to_string()]);
        let x = stream.on_sphere(dim, radius);
        let flat = Objective::formula(dim, |x| form(&a, x) + Scalar::sum(x.iter().map(|x| x.cos())));
        let sphere = Objective::formula(dim, |x| form(&a, x)).on(Geometry::Sphere { radius });
        for objective in [flat, sphere] {
            let mut eval = objective.evaluator();
            let spectrum = tangent_spectrum(&mut eval, &x);
            let (least, greatest) = (spectrum[0], spectrum[spectrum.len() - 1]);
            let norm = least.abs().max(greatest.abs());
            let (from_below, from_above) = extreme_eigenvalues(&mut eval, &x);
            // A Ritz value is off by the square of its residual over a gap at most, and by the residual, 1e-4, for certain.
            assert!((from_below - least).abs() <= 1e-4 * norm, "{dim}: {from_below} for {least}");
            assert!((from_above - greatest).abs() <= 1e-4 * norm, "{dim}: {from_above} for {greatest}");
            let rounding = 64.0 * f64::EPSILON * dim as f64 * norm;
            assert!(from_below >= least - rounding && from_above <= greatest + rounding, "{dim}: outside");
            assert_eq!(extreme_eigenvalues(&mut eval, &x), (from_below, from_above), "the same bits again");
        }
    }
}

/// One eigenvalue 200 times over, and one negative: the Krylov space ends after two steps.
#[test]
fn a_multiple_eigenvalue_ends_the_search_early() {
    let bowl = Objective::formula(200, |x| Scalar::dot(x, x) * 0.5 - x[7].square() * 2.0);
    let (least, greatest) = extreme_eigenvalues(&mut bowl.evaluator(), &[0.1; 200]);
    assert!((least + 3.0).abs() < 1e-12 && (greatest - 1.0).abs() < 1e-12, "{least} {greatest}");
}

#[test]
fn no_number_where_there_is_none() {
    let pole = Objective::formula(100, |x| Scalar::sum(x.iter().map(|x| x.powi(-2))));
    let (least, greatest) = extreme_eigenvalues(&mut pole.evaluator(), &[0.0; 100]);
    assert!(least.is_nan() && greatest.is_nan());
}
