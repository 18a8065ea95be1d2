//! The fast Walsh-Hadamard transform: a product with the n x n matrix of signs in n log2 n additions.

use std::ops::{Add, Sub};

/// `x <- H x` in place for `x` (n,), n a power of 2, `H_ij = (-1)^(number of ones common to i and j)` (Sylvester 1867), in
/// natural order and not normalised: `H H = n I`.
///
/// In log2 n stages, the stage of stride h takes each pair at distance h:
///
/// ```text
/// (x_i, x_(i+h)) <- (x_i + x_(i+h), x_i - x_(i+h)),   h = 1, 2, 4, ..., n/2
/// ```
///
/// n additions or subtractions each (Fino and Algazi 1976). For numbers, and for anything that is added and subtracted,
/// such as the recording scalar.
///
/// ```
/// let mut x = [1.0, 2.0, 3.0, 4.0];
/// problems::walsh_hadamard(&mut x);
/// // The sum; evens minus odds; first half minus second; ends minus middle.
/// assert_eq!(x, [10.0, -2.0, -4.0, 0.0]);
/// ```
///
/// # Panics
/// When n is not a power of 2.
pub fn walsh_hadamard<T: Copy + Add<Output = T> + Sub<Output = T>>(x: &mut [T]) {
    assert!(x.len().is_power_of_two(), "a Hadamard transform of {} numbers: not a power of 2", x.len());
    let mut stride = 1;
    while stride < x.len() {
        for block in x.chunks_exact_mut(2 * stride) {
            let (left, right) = block.split_at_mut(stride);
            for (left, right) in left.iter_mut().zip(right) {
                (*left, *right) = (*left + *right, *left - *right);
            }
        }
        stride *= 2;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::ops::{Add, Sub};

    use autodiff::Stream;

    use super::walsh_hadamard;

    fn draw(n: usize) -> Vec<f64> {
        let mut stream = Stream::new(1, "hadamard", &[&n.to_string()]);
        (0..n).map(|_| stream.normal()).collect()
    }

    /// Sums of whole numbers are exact, so the whole matrix is compared, unit vector by unit vector.
    #[test]
    fn every_column_is_that_of_the_matrix_by_its_definition() {
        for n in [1usize, 2, 4, 8, 64] {
            for j in 0..n {
                let mut column = vec![0.0; n];
                column[j] = 1.0;
                walsh_hadamard(&mut column);
                for (i, entry) in column.iter().enumerate() {
                    assert_eq!(*entry, if (i & j).count_ones() % 2 == 0 { 1.0 } else { -1.0 }, "n = {n}: {i}, {j}");
                }
            }
        }
    }

    #[test]
    fn twice_is_n_times_the_identity_and_length_grows_by_sqrt_n() {
        for n in [1usize, 2, 16, 1024] {
            let x = draw(n);
            let mut y = x.clone();
            walsh_hadamard(&mut y);
            let square = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>();
            // Each of the log2 n stages rounds once; sums of n squares add at most n roundings.
            let eps = f64::EPSILON * (4 + n.ilog2()) as f64;
            assert!((square(&y) / (n as f64 * square(&x)) - 1.0).abs() < eps * n as f64, "n = {n}");
            walsh_hadamard(&mut y);
            let largest = x.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
            for (y, x) in y.iter().zip(&x) {
                assert!((y / n as f64 - x).abs() <= 2.0 * eps * largest * (n as f64).sqrt(), "n = {n}: {y} {x}");
            }
        }
    }

    thread_local!(static OPERATIONS: Cell<usize> = const { Cell::new(0) });

    /// A number that counts what is done with it.
    #[derive(Clone, Copy)]
    struct Counted;

    impl Counted {
        fn counted(self) -> Self {
            OPERATIONS.set(OPERATIONS.get() + 1);
            self
        }
    }

    impl Add for Counted {
        type Output = Counted;
        fn add(self, _: Counted) -> Counted {
            self.counted()
        }
    }

    impl Sub for Counted {
        type Output = Counted;
        fn sub(self, _: Counted) -> Counted {
            self.counted()
        }
    }

    #[test]
    fn it_takes_n_log2_n_additions() {
        for log in 0..=12 {
            OPERATIONS.set(0);
            walsh_hadamard(&mut vec![Counted; 1 << log]);
            assert_eq!(OPERATIONS.get(), (1 << log) * log);
        }
    }

    #[test]
    #[should_panic(expected = "of 12 numbers: not a power of 2")]
    fn another_length_is_refused() {
        walsh_hadamard(&mut draw(12));
    }
}
