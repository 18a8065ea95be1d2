//! The mean product of two ReLU units over normal inputs, without cancellation for parallel and opposite weights.

use std::f64::consts::FRAC_1_PI;

use autodiff::Scalar;

/// `(t - (1 - t^2) atan t) / (t^3 (1 + t^2))` as a polynomial in `2 t^2 - 1`, t in [0, 1] (interpolation in Chebyshev points
/// with 70 digits). The polynomial is off by 2e-23, rounding its coefficients by 3e-17; so its first two derivatives are right
/// to rounding, too.
const BEND: [f64; 31] = [
    0.7530534990885979,
    -0.3558738029732495,
    0.14166164189658245,
    -0.053002444959458384,
    0.019218412907169087,
    -0.0068393568652043435,
    0.0024041657523239004,
    -0.0008378176475659207,
    0.00029010496077234516,
    -9.996138692028398e-05,
    3.43108986539558e-05,
    -1.1740305732690952e-05,
    4.0069621488544236e-06,
    -1.3646555566671536e-06,
    4.6392250652999585e-07,
    -1.574689979064366e-07,
    5.337813096345441e-08,
    -1.8073042121994833e-08,
    6.112875654742714e-09,
    -2.065102586869093e-09,
    6.972827324747803e-10,
    -2.361013191992682e-10,
    7.960825145255192e-11,
    -2.5968473865258524e-11,
    8.747113710333673e-12,
    -3.5624997066756113e-12,
    1.1982873195389793e-12,
    -1.0728328855821197e-13,
    3.6199283915361444e-14,
    -9.666910043732787e-14,
    3.246257374951616e-14,
];

/// Squared lengths below this are taken for it, so that a weight vector of 0 has a finite gradient.
const LEAST_SQUARE: f64 = 1e-100;

/// Weights of one unit with their length.
pub struct Unit<'w, S> {
    weights: &'w [S],
    square: S,
    norm: S,
}

impl<'w, S: Scalar> Unit<'w, S> {
    /// A unit with these incoming weights (inputs,).
    pub fn new(weights: &'w [S]) -> Self {
        let least = S::constant(LEAST_SQUARE);
        let square = S::dot(weights, weights);
        let square = square.lt(least).select(least, square);
        Unit { weights, square, norm: square.sqrt() }
    }

    /// `E relu(w.z)^2 = |w|^2 / 2`
    pub fn with_itself(&self) -> S {
        S::dot(self.weights, self.weights) * 0.5
    }

    /// `E relu(w.z) relu(v.z)`; the part of w across v is `p = w - v (w.v) / |v|^2`, its square `q / |v|^2`.
    pub fn with(&self, other: &Self) -> S {
        let inner = S::dot(self.weights, other.weights);
        let share = inner / other.square;
        let across: Vec<S> = self.weights.iter().zip(other.weights).map(|(&w, &v)| w - v * share).collect();
        mean_product(self.norm * other.norm, inner, S::dot(&across, &across) * other.square)
    }

    /// `E relu(w.z) relu(z_axis)`
    pub fn with_axis(&self, axis: usize) -> S {
        let others = self.weights.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, w)| w.square());
        mean_product(self.norm, self.weights[axis], S::sum(others))
    }
}

/// `f = (r/2pi) (sin th + (pi - th) cos th)` from `r = |w||v|`, `inner = r cos th` and `q = (r sin th)^2`.
///
/// With g the angle between the lines of w and v, at most a quarter turn, and `t = tan(g/2)`,
/// `f = max(inner, 0)/2 + (r/2pi) (sin g - g cos g)`, and the bracket is `2 t^3 BEND`: near th = 0 and th = pi it has the size of
/// th^3 and (pi - th)^3, and so it is computed. f is twice continuously differentiable where w and v are not 0.
fn mean_product<S: Scalar>(r: S, inner: S, q: S) -> S {
    let zero = S::constant(0.0);
    let is_obtuse = inner.lt(zero);
    let sum = r + is_obtuse.select(-inner, inner);
    let z = q / sum.square();
    // The root of 0 has no derivative; z sqrt(z) has, and it is 0.
    let least = S::constant(LEAST_SQUARE);
    let t = z.lt(least).select(least, z).sqrt();
    let y = z * 2.0 - 1.0;
    let [rest @ .., last] = &BEND;
    let bend = rest.iter().rev().fold(S::constant(*last), |sum, &c| sum.mul_add(y, S::constant(c)));
    (r * t * z * bend).mul_add(S::constant(FRAC_1_PI), is_obtuse.select(zero, inner * 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The formula of Cho and Saul (2009), with the angle from the standard library.
    fn textbook(w: [f64; 2], v: [f64; 2]) -> f64 {
        let angle = (w[0] * v[1] - w[1] * v[0]).abs().atan2(f64::dot(&w, &v));
        w[0].hypot(w[1]) * v[0].hypot(v[1]) * (angle.sin() + (PI - angle) * angle.cos()) / (2.0 * PI)
    }

    #[test]
    fn the_mean_product_is_that_of_the_textbook() {
        let v = [0.6, -1.1];
        for i in 0..=1000 {
            let (angle, size) = (PI * f64::from(i) / 500.0, 0.3 + 0.01 * f64::from(i));
            let w = [size * angle.cos(), size * angle.sin()];
            let (value, expected) = (Unit::new(&w).with(&Unit::new(&v)), textbook(w, v));
            // Both round some ten operations of size |w||v|.
            assert!((value - expected).abs() < 8.0 * f64::EPSILON * size, "{value} {expected} at {angle}");
            let value = Unit::new(&w).with_axis(1);
            assert!((value - textbook(w, [0.0, 1.0])).abs() < 8.0 * f64::EPSILON * size, "{value} at {angle}");
        }
    }

    /// `f - r cos th / 2` is `r th^3 / 6 pi (1 - th^2 / 10 + ...)`, and the same beyond the quarter turn.
    #[test]
    fn nearly_parallel_and_nearly_opposite_units_lose_no_digits() {
        for exponent in [-3, -8, -40] {
            let small = 10f64.powi(exponent);
            // The series in the angle, and angle = small - small^3 / 3 + ...
            let expected = small.powi(3) / (6.0 * PI) * (1.0 - 0.6 * small.powi(2));
            let opposite = Unit::new(&[-1.0, small]).with_axis(0);
            assert!((opposite / expected - 1.0).abs() < 2.0 * small.powi(4) + 1e-14, "{opposite}");
            let parallel = Unit::new(&[1.0, small]).with_axis(0) - 0.5;
            assert!((parallel - expected).abs() <= f64::EPSILON, "{parallel} {expected}");
        }
    }

    #[test]
    fn simple_angles_by_hand() {
        let at = |w: [f64; 2]| Unit::new(&w).with(&Unit::new(&[0.0, 2.0]));
        assert_eq!(at([0.0, 3.0]), 3.0);
        assert_eq!((at([0.0, -3.0]), at([0.0, 0.0])), (0.0, 0.0));
        assert!((at([3.0, 0.0]) - 3.0 / PI).abs() < 2e-16 * 3.0);
        assert_eq!(Unit::new(&[3.0, 4.0]).with_itself(), 12.5);
    }
}
