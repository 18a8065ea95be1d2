//! Directions to look in: random with the scale of each unit, or along the axes of the Hessian.

use std::ops::Range;

use autodiff::{Evaluator, Stream};

use crate::model::{Model, norm};

/// A random direction (dim,) with the scale of the weights at `x` (dim,): `d_F <- d_F |x_F| / |d_F|` for each filter F,
/// standard normal before; 0 outside all filters, where biases lie.
///
/// Li, Xu, Taylor, Studer and Goldstein 2018, "Visualizing the loss landscape of neural nets", section 4. Without it, a
/// step of one length is large for a network with small weights and small for one with large weights, and pictures of
/// the two cannot be compared. The filters of a fully connected network are the weights into each unit,
/// [`crate::matching::Layout::filters`]; for a surface without units give the whole range `0..dim`.
pub fn filter_direction(x: &[f64], filters: &[Range<usize>], stream: &mut Stream) -> Vec<f64> {
    let mut direction = vec![0.0; x.len()];
    for filter in filters {
        let part = &mut direction[filter.clone()];
        part.iter_mut().for_each(|d| *d = stream.normal());
        let scale = norm(&x[filter.clone()]) / norm(part);
        part.iter_mut().for_each(|d| *d *= scale);
    }
    direction
}

/// The eigenvalues number `ks`, counted from 0 in ascending order, of the Hessian on the surface at `x`, each with its unit
/// eigenvector (dim,), the largest component of which is positive. `None` when the Hessian is not finite there.
///
/// Costs one Hessian with its decomposition. Where that is too large, [`crate::extreme_pairs`] with
/// [`crate::TangentHessian`] finds those at both ends.
pub fn eigen_directions(eval: &mut Evaluator, x: &[f64], ks: &[usize]) -> Option<Vec<(f64, Vec<f64>)>> {
    let model = Model::at(eval, x)?;
    let m = model.slopes.len();
    let one = |&k: &usize| {
        assert!(k < m, "eigenvalue {k} of {m}, counted from 0");
        let mut axis = vec![0.0; m];
        axis[k] = 1.0;
        let mut direction = model.ambient(eval, x, &axis);
        orient(&mut direction);
        (model.eigen.values[k], direction)
    };
    Some(ks.iter().map(one).collect())
}

/// Turns a direction so that its largest component (the first of several) is positive.
pub(super) fn orient(direction: &mut [f64]) {
    let largest = direction.iter().fold(0.0f64, |most, &a| if a.abs() > most.abs() { a } else { most });
    if largest < 0.0 {
        direction.iter_mut().for_each(|a| *a = -*a);
    }
}
