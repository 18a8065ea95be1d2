//! A linear autoencoder: a network all of whose critical points are known in closed form.

use crate::analytic::separable::MOST_POINTS;
use crate::prelude::*;

/// `f(B, A) = 1/2 E |A B z - z|^2 = 1/2 sum_j lambda_j |(A B - I) e_j|^2` for data z with covariance
/// `diag(lambda)`; encoder B (h x n), then decoder A (n x h), both row-major; 2 n h parameters, no biases. With
/// `depth` L > 2 there are L - 2 matrices (h x h) between the two.
///
/// Baldi and Hornik (1989): for every set I of at most h axes the rank-r projector on them, r = |I|, is critical
/// with `f = 1/2 sum_(j not in I) lambda_j`. Listed is the representative whose units copy the axes of I and
/// whose unused units are zero in all layers: index `#{i in I, j not in I: lambda_j > lambda_i} + (h - r)(n - r)`,
/// nullity `h^2 - (h - r)^2`. At r < h the critical set is not one orbit, other representatives have another
/// index. With three and more matrices what the unused units do is of the third order: the index loses `(h - r)(n - r)`, and
/// all but `r (2 n - r)` eigenvalues are 0; at 0 the whole Hessian (Kawaguchi 2016). Where there are more than
/// [`MOST_POINTS`] sets, only the best one and the empty one are listed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinearAutoencoder {
    n: usize,
    h: usize,
    depth: usize,
    lambda: Vec<f64>,
}

impl Default for LinearAutoencoder {
    fn default() -> Self {
        LinearAutoencoder { n: 4, h: 2, depth: 2, lambda: vec![] }
    }
}

impl LinearAutoencoder {
    fn lambda(&self) -> Vec<f64> {
        if self.lambda.is_empty() { (1..=self.n).rev().map(|i| i as f64).collect() } else { self.lambda.clone() }
    }

    /// The h axes with the largest eigenvalues.
    fn principal(&self) -> Vec<usize> {
        let lambda = self.lambda();
        let mut axes: Vec<usize> = (0..self.n).collect();
        axes.sort_by(|&i, &j| lambda[j].total_cmp(&lambda[i]));
        axes.truncate(self.h);
        axes
    }

    /// All sets of at most h axes, or the best and the empty one when they are too many.
    fn axis_sets(&self) -> Vec<Vec<usize>> {
        let mut sets = vec![vec![]];
        for axis in 0..self.n {
            let with_room = sets.iter().filter(|set| set.len() < self.h);
            let grown: Vec<Vec<usize>> = with_room.map(|set| [&set[..], &[axis]].concat()).collect();
            sets.extend(grown);
            if sets.len() > MOST_POINTS {
                return vec![self.principal(), vec![]];
            }
        }
        sets
    }

    fn known_point(&self, axes: &[usize]) -> KnownPoint {
        let (n, h, r, lambda) = (self.n, self.h, axes.len(), self.lambda());
        let mut x = vec![0.0; self.dim()];
        let (encoder, rest) = x.split_at_mut(h * n);
        let (between, decoder) = rest.split_at_mut((self.depth - 2) * h * h);
        for (unit, &axis) in axes.iter().enumerate() {
            encoder[unit * n + axis] = 1.0;
            between.chunks_exact_mut(h * h).for_each(|matrix| matrix[unit * h + unit] = 1.0);
            decoder[axis * h + unit] = 1.0;
        }
        let spare = if self.depth == 2 { (h - r) * (n - r) } else { 0 };
        let others: Vec<usize> = (0..n).filter(|axis| !axes.contains(axis)).collect();
        let missed = axes.iter().map(|&i| others.iter().filter(|&&j| lambda[j] > lambda[i]).count()).sum::<usize>();
        KnownPoint {
            x,
            value: 0.5 * others.iter().map(|&j| lambda[j]).sum::<f64>(),
            n_neg: missed + spare,
            n_zero: Some(self.dim() - r * (2 * n - r) - 2 * spare),
        }
    }
}

impl Problem for LinearAutoencoder {
    const NAME: &'static str = "linear_autoencoder";
    const ABOUT: &'static str =
        "1/2 E |A B z - z|^2 (or deeper), every critical value, index and nullity known (Baldi and Hornik 1989)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("n", "number of inputs, 1 to 200"),
        ("h", "hidden width, 1 to n"),
        ("depth", "number L of weight matrices, 2 to 10; all hidden layers have width h"),
        ("lambda", "the n covariance eigenvalues, positive and distinct; [] for n, n - 1, ..., 1"),
    ];
    const LABEL: &'static [&'static str] = &["n", "h"];
    const TAGS: &'static [&'static str] = &["network", "saddle"];
    const CASES: &'static [&'static str] = &[
        "n = 5\nh = 2",
        "n = 5\nh = 3",
        "n = 3\nh = 3\nlambda = [0.5, 2.0, 1.0]",
        "n = 30\nh = 4",
        "depth = 3",
        "n = 3\nh = 2\ndepth = 5",
    ];

    fn check(&self) -> Result<(), String> {
        in_range("n", self.n as f64, 1.0, 200.0)?;
        in_range("h", self.h as f64, 1.0, self.n as f64)?;
        in_range("depth", self.depth as f64, 2.0, 10.0)?;
        let mut sorted = self.lambda();
        sorted.sort_by(f64::total_cmp);
        let are_positive = sorted.iter().all(|l| l.is_finite() && *l > 0.0);
        if sorted.len() != self.n || !are_positive || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(format!(
                "lambda = {:?} is refused: the closed form needs n = {} positive, distinct eigenvalues; give them, \
                 or [] for n, n - 1, ..., 1",
                self.lambda, self.n
            ));
        }
        Ok(())
    }

    fn dim(&self) -> usize {
        2 * self.n * self.h + (self.depth - 2) * self.h * self.h
    }

    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        let (encoder, rest) = x.split_at(self.h * self.n);
        let (between, decoder) = rest.split_at((self.depth - 2) * self.h * self.h);
        let error_of_axis = |(j, lambda): (usize, f64)| {
            let code: Vec<S> = encoder.iter().skip(j).step_by(self.n).copied().collect();
            let code = between
                .chunks_exact(self.h * self.h)
                .fold(code, |code, matrix| matrix.chunks_exact(self.h).map(|weights| S::dot(weights, &code)).collect());
            let output = decoder.chunks_exact(self.h).map(|weights| S::dot(weights, &code));
            let errors = output.enumerate().map(|(i, output)| if i == j { output - 1.0 } else { output });
            S::sum(errors.map(S::square)) * (0.5 * lambda)
        };
        S::sum(self.lambda().into_iter().enumerate().map(error_of_axis))
    }

    fn domain(&self) -> Domain {
        Domain::cube(self.dim(), -1.0, 1.0)
    }

    /// The product of an even number of matrices keeps its sign.
    fn symmetry(&self) -> Symmetry {
        if self.depth.is_multiple_of(2) { Symmetry::even(self.dim()) } else { Symmetry::None }
    }

    /// (A, B) and (A G^-1, G B) are the same map for every invertible G (h x h); so it is between any two matrices.
    fn zero_modes(&self) -> usize {
        (self.depth - 1) * self.h * self.h
    }

    fn known_points(&self) -> Vec<KnownPoint> {
        self.axis_sets().iter().map(|axes| self.known_point(axes)).collect()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::minimum(self.known_point(&self.principal()).value))
    }
}
