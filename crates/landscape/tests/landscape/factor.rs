//! Signs of eigenvalues without eigenvalues, and symmetric systems.

use crate::support::symmetric;
use autodiff::Stream;
use landscape::{Inertia, count_below, eigenvalues, inertia, inertia_of, solve};

/// The matrix is updated every 64 rows; groups of four and of sixteen.
const SIZES: [usize; 20] = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 63, 64, 65, 66, 67, 128, 129, 150, 200];

#[test]
fn counts_are_those_of_the_eigenvalues() {
    let mut stream = Stream::new(7, "counts", &[]);
    for n in SIZES {
        let mut matrix = symmetric(n, &mut stream);
        for hollow in [false, true] {
            if hollow {
                // No entry to divide by: the first pivots are 2 x 2.
                (0..n).for_each(|i| matrix[i * n + i] = 0.0);
            }
            let values = eigenvalues(&matrix, n).unwrap();
            assert_eq!(count_below(&matrix, n, values[0] - 1.0), Some(0));
            assert_eq!(count_below(&matrix, n, values[n - 1] + 1.0), Some(n));
            for k in (1..n).step_by(1 + n / 16) {
                let (below, above) = (values[k - 1], values[k]);
                if above - below > 1e-10 {
                    assert_eq!(count_below(&matrix, n, 0.5 * (below + above)), Some(k), "{n}");
                }
            }
            let tol = values[n / 2].abs() * 1.001 + 1e-3;
            assert_eq!(inertia_of(&matrix, n, tol), Some(inertia(&values, tol)), "{n}");
        }
    }
}

#[test]
fn signs_survive_a_change_of_basis() {
    // A = L D L^T in whole numbers, without rounding: the signs are those of D (Sylvester).
    let mut stream = Stream::new(7, "sylvester", &[]);
    let mut digit = |low: f64| stream.uniform(low, 2.0).floor();
    for case in 0..200 {
        let n = 1 + case % 9;
        let l: Vec<f64> = (0..n * n)
            .map(|at| match (at / n).cmp(&(at % n)) {
                std::cmp::Ordering::Less => 0.0,
                std::cmp::Ordering::Equal => 1.0,
                std::cmp::Ordering::Greater => digit(-1.0),
            })
            .collect();
        let d: Vec<f64> = (0..n).map(|_| digit(-1.0)).collect();
        let entry = |at: usize| (0..n).map(|k| l[at / n * n + k] * d[k] * l[at % n * n + k]).sum();
        let matrix: Vec<f64> = (0..n * n).map(entry).collect();
        let count = |sign: f64| d.iter().filter(|&&d| d == sign).count();
        let exact = Inertia { n_neg: count(-1.0), n_zero: count(0.0), n_pos: count(1.0) };
        // Zero eigenvalues are off by some n eps |A| < 1e-13, the others are at least |D| / |L^-1|^2 > 1e-6.
        assert_eq!(inertia_of(&matrix, n, 1e-9), Some(exact), "{matrix:?}");
    }
}

#[test]
fn a_path_without_weights_has_as_many_signs_of_each_kind() {
    // Eigenvalues 2 cos(k pi / (n + 1)); one of them is 0 when n is odd.
    for n in SIZES {
        let mut path = vec![0.0; n * n];
        for i in 1..n {
            (path[i * n + i - 1], path[(i - 1) * n + i]) = (1.0, 1.0);
        }
        assert_eq!(inertia_of(&path, n, 1e-12), Some(Inertia { n_neg: n / 2, n_zero: n % 2, n_pos: n / 2 }), "{n}");
    }
}

#[test]
fn zero_and_low_rank_have_zeros() {
    for n in SIZES {
        assert_eq!(count_below(vec![0.0; n * n], n, 0.0), Some(0));
        assert_eq!(inertia_of(&vec![0.0; n * n], n, 0.0), Some(Inertia { n_neg: 0, n_zero: n, n_pos: 0 }));
        let ones = vec![1.0; n * n];
        assert_eq!(inertia_of(&ones, n, 1e-9), Some(Inertia { n_neg: 0, n_zero: n - 1, n_pos: 1 }));
    }
    assert_eq!(count_below(&[], 0, 0.0), Some(0));
    assert_eq!(inertia_of(&[], 0, 1.0), Some(Inertia { n_neg: 0, n_zero: 0, n_pos: 0 }));
}

#[test]
fn scale_does_not_matter() {
    let mut stream = Stream::new(7, "factor scale", &[]);
    let matrix = symmetric(30, &mut stream);
    let counts = inertia_of(&matrix, 30, 0.5).unwrap();
    let rhs: Vec<f64> = (0..30).map(f64::from).collect();
    let x = solve(&matrix, 30, &rhs).unwrap();
    for exponent in [-900, 900] {
        let factor = 2f64.powi(exponent);
        let scaled: Vec<f64> = matrix.iter().map(|a| a * factor).collect();
        assert_eq!(inertia_of(&scaled, 30, 0.5 * factor), Some(counts));
        let expected: Vec<f64> = x.iter().map(|x| x / factor).collect();
        assert_eq!(solve(&scaled, 30, &rhs), Some(expected));
    }
    // Steep grading, far beyond what squares can hold.
    let steep: Vec<f64> = (0..900).map(|at| matrix[at] * 10f64.powi(-5 * (at / 30 + at % 30) as i32)).collect();
    assert!(count_below(&steep, 30, 0.0).is_some());
}

#[test]
fn systems_are_solved() {
    let mut stream = Stream::new(7, "solve", &[]);
    for n in SIZES {
        let mut matrix = symmetric(n, &mut stream);
        for kind in ["full", "hollow", "saddle"] {
            if kind == "hollow" && n > 1 {
                (0..n).for_each(|i| matrix[i * n + i] = 0.0);
            }
            if kind == "saddle" && n > 2 {
                // [[H, B], [B^T, 0]]: a third of the rows are constraints.
                let free = n - n / 3;
                (free..n).for_each(|i| (free..n).for_each(|j| matrix[i * n + j] = 0.0));
            }
            let rhs: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
            let x = solve(&matrix, n, &rhs).expect(kind);
            // Backward stable: the residual is some n eps of |A| |x|, by rows.
            for (row, b) in matrix.chunks_exact(n).zip(&rhs) {
                let (residual, size) =
                    row.iter().zip(&x).fold((-b, b.abs()), |(r, s), (a, x)| (r + a * x, s + (a * x).abs()));
                let size = size.max(x.iter().fold(0.0, |m: f64, x| m.max(x.abs())));
                assert!(residual.abs() <= 8.0 * n as f64 * f64::EPSILON * size, "{kind} {n}: {residual:e}");
            }
        }
    }
}

#[test]
fn whole_numbers_are_solved_exactly() {
    // [[1, 2, 0], [2, 0, 1], [0, 1, 3]] (1, -2, 3) = (-3, 5, 7)
    let x = solve(&[1.0, 2.0, 0.0, 2.0, 0.0, 1.0, 0.0, 1.0, 3.0], 3, &[-3.0, 5.0, 7.0]).unwrap();
    assert!(x.iter().zip([1.0, -2.0, 3.0]).all(|(x, exact)| (x - exact).abs() <= 4.0 * f64::EPSILON), "{x:?}");
    assert_eq!(solve(&[], 0, &[]), Some(vec![]));
    assert_eq!(solve(&[1.0, 1.0, 1.0, 1.0], 2, &[1.0, 2.0]), None);
    assert_eq!(solve(&[0.0; 9], 3, &[0.0; 3]), None);
    assert_eq!(solve(&[1.0], 1, &[f64::NAN]), None);
}
