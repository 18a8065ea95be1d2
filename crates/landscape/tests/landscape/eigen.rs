//! Eigenvalues and eigenvectors of dense matrices: known spectra, an independent solver, and the residuals.

use crate::support::{orthogonal, symmetric};
use autodiff::Stream;
use landscape::{eigenvalues, eigenvectors};
use nalgebra::{DMatrix, SymmetricEigen};

/// One piece up to 96 rows, above that blocks of 32 on top of a piece of 96; groups of four rows, tiles of 6 x 8.
const SIZES: [usize; 22] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33, 95, 96, 97, 98, 128, 129, 161, 200];

/// Rounding of `n` terms in a row; the usual error is far below.
fn tolerance(n: usize, norm: f64) -> f64 {
    4.0 * n as f64 * f64::EPSILON * norm
}

fn tridiagonal(n: usize, diagonal: impl Fn(usize) -> f64, beside: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    for i in 0..n {
        matrix[i * n + i] = diagonal(i);
        if i + 1 < n {
            matrix[i * n + i + 1] = beside(i);
            matrix[(i + 1) * n + i] = beside(i);
        }
    }
    matrix
}

/// `Q diag(values) Q^T` with a random rotation Q, exactly symmetric.
fn rotated(values: &[f64], stream: &mut Stream) -> Vec<f64> {
    let n = values.len();
    let q = orthogonal(n, stream);
    let mut matrix = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            matrix[i * n + j] = (0..n).map(|k| q[k][i] * values[k] * q[k][j]).sum();
            matrix[j * n + i] = matrix[i * n + j];
        }
    }
    matrix
}

fn assert_close(ours: &[f64], exact: &[f64], norm: f64, what: &str) {
    assert_eq!(ours.len(), exact.len(), "{what}");
    let allowed = tolerance(exact.len(), norm);
    for (k, (ours, exact)) in ours.iter().zip(exact).enumerate() {
        assert!((ours - exact).abs() <= allowed, "{what}: value {k} is {ours}, not {exact}");
    }
}

/// Ascending values, `A v = lambda v` and `v . w` = 0 or 1, to rounding; and the values-only way agrees.
fn assert_decomposed(matrix: &[f64], n: usize, what: &str) {
    let (values, vectors) = eigenvectors(matrix, n).expect(what);
    assert_eq!((values.len(), vectors.len()), (n, n * n));
    assert!(values.is_sorted(), "{what}");
    let norm = values.iter().fold(0.0f64, |norm, value| norm.max(value.abs()));
    for k in 0..n {
        let v = &vectors[k * n..][..n];
        for (i, row) in matrix.chunks_exact(n).enumerate() {
            let product: f64 = row.iter().zip(v).map(|(a, v)| a * v).sum();
            let residual = (product - values[k] * v[i]).abs();
            assert!(residual <= tolerance(n, norm), "{what}: residual {residual:e} in vector {k} of {n}");
        }
        for l in 0..=k {
            let product: f64 = vectors[l * n..][..n].iter().zip(v).map(|(a, b)| a * b).sum();
            let error = (product - f64::from(k == l)).abs();
            assert!(error <= tolerance(n, 1.0), "{what}: v_{k} . v_{l} of {n} is off by {error:e}");
        }
    }
    for (one, other) in eigenvalues(matrix, n).expect(what).iter().zip(&values) {
        assert!((one - other).abs() <= tolerance(n, norm), "{what}: {one} and {other}");
    }
}

#[test]
fn a_path_has_cosines() {
    for n in SIZES {
        let path = tridiagonal(n, |_| 2.0, |_| -1.0);
        let angle = |k: usize| (k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64;
        let exact: Vec<f64> = (0..n).map(|k| 4.0 * (angle(k) / 2.0).sin().powi(2)).collect();
        assert_close(&eigenvalues(&path, n).unwrap(), &exact, 4.0, "path");
        assert_decomposed(&path, n, "path");
    }
}

#[test]
fn a_grid_has_sums_of_cosines_each_twice() {
    // Laplacian of a 12 x 12 grid: full blocks, many equal eigenvalues.
    let (side, n) = (12, 144);
    let mut grid = vec![0.0; n * n];
    for i in 0..n {
        grid[i * n + i] = 4.0;
        for j in [(i % side + 1 < side).then(|| i + 1), (i + side < n).then(|| i + side)].into_iter().flatten() {
            (grid[i * n + j], grid[j * n + i]) = (-1.0, -1.0);
        }
    }
    let wave = |k: usize| 2.0 - 2.0 * ((k + 1) as f64 * std::f64::consts::PI / (side + 1) as f64).cos();
    let mut exact: Vec<f64> = (0..n).map(|k| wave(k / side) + wave(k % side)).collect();
    exact.sort_by(f64::total_cmp);
    assert_close(&eigenvalues(&grid, n).unwrap(), &exact, 8.0, "grid");
    assert_decomposed(&grid, n, "grid");
}

#[test]
fn clement_has_integers() {
    // Zero diagonal, entries sqrt(k (n - k)): the eigenvalues are n-1, n-3, .., 1-n (Clement 1959).
    for n in SIZES.into_iter().filter(|&n| n > 0) {
        let clement = tridiagonal(n, |_| 0.0, |k| (((k + 1) * (n - 1 - k)) as f64).sqrt());
        let exact: Vec<f64> = (0..n).map(|k| 2.0 * k as f64 - (n - 1) as f64).collect();
        assert_close(&eigenvalues(&clement, n).unwrap(), &exact, n as f64, "clement");
        assert_decomposed(&clement, n, "clement");
    }
}

#[test]
fn wilkinsons_pairs_are_told_apart() {
    // W21+: |k - 10| on the diagonal. The two largest agree in 14 digits (Wilkinson 1965, p. 309).
    let wilkinson = tridiagonal(21, |k| (k as f64 - 10.0).abs(), |_| 1.0);
    let values = eigenvalues(&wilkinson, 21).unwrap();
    assert!((values[20] - 10.746_194_182_903_39).abs() < 2e-14 && (values[19] - 10.746_194_182_903_32).abs() < 2e-14);
    assert!((values[0] + 1.125_441_522_119_98).abs() < 1e-14, "{}", values[0]);
    assert!((values.iter().sum::<f64>() - 110.0).abs() < 1e-12);
    assert_decomposed(&wilkinson, 21, "wilkinson");
}

#[test]
fn a_rotated_diagonal_keeps_its_values() {
    let mut stream = Stream::new(7, "rotated", &[]);
    for n in [2, 3, 10, 40, 100, 130] {
        // From 1 to 1e-15: the small ones are found to rounding of the largest.
        let share = |k: usize| k as f64 / (n - 1) as f64;
        let ill: Vec<f64> = (0..n).map(|k| 10f64.powf(-15.0 * (1.0 - share(k)))).collect();
        // Three values, each many times.
        let few: Vec<f64> = (0..n).map(|k| (3 * k / n) as f64 - 1.0).collect();
        for exact in [ill, few] {
            let matrix = rotated(&exact, &mut stream);
            // Forming the matrix rounds it by some n eps, too.
            let norm = 1.0 + n as f64 / 8.0;
            assert_close(&eigenvalues(&matrix, n).unwrap(), &exact, norm, "rotated");
            assert_decomposed(&matrix, n, "rotated");
        }
    }
}

#[test]
fn what_needs_no_arithmetic_is_exact() {
    for n in SIZES {
        let mut diagonal: Vec<f64> = (0..n).map(|k| ((k * 37) % 101) as f64 - 50.0).collect();
        let matrix = tridiagonal(n, |k| diagonal[k], |_| 0.0);
        diagonal.sort_by(f64::total_cmp);
        assert_eq!(eigenvalues(&matrix, n).unwrap(), diagonal);
        assert_eq!(eigenvectors(&matrix, n).unwrap().0, diagonal);
        assert_eq!(eigenvalues(vec![0.0; n * n], n).unwrap(), vec![0.0; n]);
        assert_decomposed(&vec![0.0; n * n], n, "zero");
        assert_decomposed(&vec![1.0; n * n], n, "ones");
    }
    assert_eq!(eigenvalues(&[0.0, 1.0, 1.0, 0.0], 2).unwrap(), [-1.0, 1.0]);
    assert_eq!(eigenvalues(&[1.0, 2.0, 2.0, -2.0], 2).unwrap(), [-3.0, 2.0]);
}

#[test]
fn random_matrices_are_decomposed_as_nalgebra_does() {
    let mut stream = Stream::new(7, "oracle", &[]);
    for n in SIZES {
        let matrix = symmetric(n, &mut stream);
        assert_decomposed(&matrix, n, "random");
        if n == 0 {
            continue;
        }
        let mut theirs: Vec<f64> =
            SymmetricEigen::new(DMatrix::from_row_slice(n, n, &matrix)).eigenvalues.iter().copied().collect();
        theirs.sort_by(f64::total_cmp);
        let norm = theirs[0].abs().max(theirs[n - 1].abs());
        for (ours, theirs) in eigenvalues(&matrix, n).unwrap().iter().zip(&theirs) {
            assert!((ours - theirs).abs() <= 2.0 * tolerance(n, norm), "{n}: {ours} {theirs}");
        }
    }
}

#[test]
fn graded_and_singular_matrices_are_decomposed() {
    let mut stream = Stream::new(7, "graded", &[]);
    for n in [3, 8, 20, 60, 110] {
        let scaled = |matrix: &[f64], factor: &dyn Fn(usize) -> f64| -> Vec<f64> {
            matrix.iter().enumerate().map(|(at, a)| a * factor(at / n) * factor(at % n)).collect()
        };
        let matrix = symmetric(n, &mut stream);
        let share = |i: usize| i as f64 / n as f64;
        assert_decomposed(&scaled(&matrix, &|i| 10f64.powf(-30.0 * share(i))), n, "falling");
        assert_decomposed(&scaled(&matrix, &|i| 10f64.powf(-30.0 * (1.0 - share(i)))), n, "rising");
        // Entries whose squares leave the range of numbers.
        assert_decomposed(&scaled(&matrix, &|i| 10f64.powf(-150.0 * share(i))), n, "steep");
        assert_decomposed(&scaled(&matrix, &|i| 10f64.powf(-150.0 * (1.0 - share(i)))), n, "steep, rising");
        assert_decomposed(&scaled(&matrix, &|i| f64::from(i % 3 == 0)), n, "sparse");
        assert_decomposed(&scaled(&matrix, &|i| if i == n / 2 { 1.0 } else { 1e-17 }), n, "one row");
    }
}

#[test]
fn scale_does_not_matter() {
    let mut stream = Stream::new(7, "scale", &[]);
    for n in [2, 7, 100] {
        let matrix = symmetric(n, &mut stream);
        let exact = eigenvalues(&matrix, n).unwrap();
        for exponent in [-900, -300, 300, 1010] {
            let factor = 2f64.powi(exponent);
            let scaled: Vec<f64> = matrix.iter().map(|a| a * factor).collect();
            let expected: Vec<f64> = exact.iter().map(|value| value * factor).collect();
            assert_eq!(eigenvalues(&scaled, n).unwrap(), expected, "2^{exponent}");
        }
        // Subnormal entries have lost digits; that is all.
        let tiny: Vec<f64> = matrix.iter().map(|a| a * 2f64.powi(-1050)).collect();
        for (value, exact) in eigenvalues(&tiny, n).unwrap().iter().zip(&exact) {
            assert!((value * 2f64.powi(1000) - exact * 2f64.powi(-50)).abs() <= n as f64 * 2f64.powi(-74));
        }
    }
}

#[test]
fn entries_that_are_not_finite_are_refused() {
    for n in [1, 2, 5, 30] {
        for at in [0, n / 2, n * n / 2, n * n - 1] {
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let mut matrix = vec![1.0; n * n];
                matrix[at] = bad;
                assert_eq!(eigenvalues(&matrix, n), None);
                assert_eq!(eigenvectors(&matrix, n), None);
                assert_eq!(landscape::count_below(&matrix, n, 0.0), None);
                assert_eq!(landscape::inertia_of(&matrix, n, 1.0), None);
                assert_eq!(landscape::solve(&matrix, n, &vec![1.0; n]), None);
            }
        }
    }
    assert_eq!(landscape::count_below(&[1.0], 1, f64::NAN), None);
}
