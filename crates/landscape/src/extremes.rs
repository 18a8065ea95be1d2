//! The least and the greatest eigenvalue of the Hessian on the surface, without the others where it is large.

use autodiff::{Evaluator, Stream};

use crate::lanczos::{Lanczos, extreme_pairs};
use crate::spectrum::tangent_spectrum;
use crate::tangent::TangentHessian;

/// Up to this many eigenvalues the whole spectrum is the quicker way.
const DENSE: usize = 64;

/// What is asked of Lanczos: a look at a run is no measurement of its own.
const LOOK: Lanczos = Lanczos { pairs: 1, tolerance: 1e-4, products: 120 };

/// Least and greatest eigenvalue of the Hessian on the surface at `x` (dim,); both NaN where it is not finite.
///
/// Up to 64 eigenvalues from the whole spectrum. Beyond, by [`extreme_pairs`], until the residuals at both ends are below
/// `1e-4 max |theta|` or after about 120 products; then the least value may be too high and the greatest too low, never the
/// other way. The first direction is drawn from a fixed stream, so that the same point gives the same bits.
///
/// ```
/// use autodiff::{Objective, Scalar};
/// let saddle = Objective::formula(2, |x| x[0].square() * 1.5 - x[1].square());
/// assert_eq!(landscape::extreme_eigenvalues(&mut saddle.evaluator(), &[0.3, 0.1]), (-2.0, 3.0));
/// ```
pub fn extreme_eigenvalues(eval: &mut Evaluator, x: &[f64]) -> (f64, f64) {
    let m = eval.objective().geometry().tangent_dim(x.len());
    if m > DENSE {
        let mut hessian = TangentHessian::at(eval, x);
        let mut stream = Stream::new(0, "lanczos", &[]);
        let found = extreme_pairs(m, |v, out| hessian.multiply(v, out), &LOOK, &mut stream);
        return found.map_or((f64::NAN, f64::NAN), |ends| (ends.lowest[0].value, ends.highest[0].value));
    }
    let spectrum = tangent_spectrum(eval, x);
    match spectrum.as_slice() {
        [] => (f64::NAN, f64::NAN),
        [least, ..] => (*least, spectrum[m - 1]),
    }
}
