//! From a saddle of index 1 down both sides to the minima it connects.

use autodiff::Evaluator;

use super::flow::{Descent, Flow, flow_down};
use crate::certificate::{Certificate, certify};
use crate::class::Class;
use crate::criteria::Criteria;
use crate::model::{Model, norm};

/// The first displacement from the saddle, as a share of `max(1, |x|)`.
const FIRST_STEP: f64 = 0.1;

/// Halvings of it until the quadratic model foresees the slope there.
const HALVINGS: usize = 30;

/// Largest share of the slope that the model may miss.
const MISSED_SHARE: f64 = 0.05;

/// A saddle and where its two descents end.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The saddle (dim,).
    pub x: Vec<f64>,
    /// The value there.
    pub f: f64,
    /// The negative eigenvalue.
    pub lambda: f64,
    /// The descents along `-v` and `+v`, v the eigenvector with its largest component positive. Their ends are certified
    /// below and keep no eigenvectors.
    pub descents: [Descent; 2],
    /// What their ends are.
    pub certificates: [Certificate; 2],
    /// Gradients evaluated, those of the descents included.
    pub n_gradients: u64,
    /// Hessians evaluated, those of the descents included.
    pub n_hessians: u64,
}

impl Connection {
    /// Whether both descents ended at certified minima.
    pub fn is_complete(&self) -> bool {
        self.certificates.iter().all(|certificate| certificate.class == Class::Minimum)
    }
}

/// Follows the flow down both sides of the saddle `x` (dim,), a polished critical point of index 1.
///
/// It sets out at `x +- h v` along the eigenvector v of the negative eigenvalue, h halved from a tenth of `max(1, |x|)`
/// until the gradient there is `lambda h v` within a twentieth, so that the unstable manifold is met where it is still
/// straight. In one dimension it is exact.
///
/// # Errors
/// The point is not of index 1 by its Hessian, or not finite.
pub fn connect(
    eval: &mut Evaluator,
    x: &[f64],
    zero_modes: usize,
    criteria: &Criteria,
    settings: &Flow,
) -> Result<Connection, String> {
    let model = Model::at(eval, x).ok_or("the function is not finite at this saddle")?;
    let zero_tol = model.zero_tol(criteria);
    let n_neg = model.eigen.values.iter().filter(|&&lambda| lambda < -zero_tol).count();
    if n_neg != 1 {
        return Err(format!(
            "a point with {n_neg} negative eigenvalues has no two sides; polish and certify it, and give one of index 1"
        ));
    }
    let lambda = model.eigen.values[0];
    let unit = model.ambient(eval, x, &one_axis(&model, 1.0));
    let largest = unit.iter().fold(0.0f64, |most, &a| if a.abs() > most.abs() { a } else { most });
    let sides = if largest < 0.0 { [1.0, -1.0] } else { [-1.0, 1.0] };
    let mut n_gradients = 1;
    let mut set_out = |side: f64| {
        let mut h = FIRST_STEP * model.scale;
        let mut start = x.to_vec();
        for _ in 0..HALVINGS {
            start = model.moved(eval, x, &one_axis(&model, side * h));
            let slopes = model.slopes_at(eval, x, &start);
            n_gradients += 1;
            let missed: Vec<f64> =
                slopes.iter().enumerate().map(|(k, s)| if k == 0 { s - lambda * side * h } else { *s }).collect();
            if norm(&missed) <= MISSED_SHARE * lambda.abs() * h {
                break;
            }
            h *= 0.5;
        }
        start
    };
    let starts = sides.map(&mut set_out);
    let f = model.f;
    // Two descents and the saddle would be three matrices and more.
    drop(model);
    let mut go = |start: Vec<f64>| {
        let mut descent = flow_down(eval, &start, criteria, settings);
        let certificate = certify(eval, &descent.point, zero_modes, criteria);
        descent.point.model = None;
        (descent, certificate)
    };
    let [(first, first_certificate), (second, second_certificate)] = starts.map(&mut go);
    Ok(Connection {
        n_gradients: n_gradients + first.n_gradients + second.n_gradients,
        n_hessians: 1 + first.n_hessians + second.n_hessians,
        x: x.to_vec(),
        f,
        lambda,
        descents: [first, second],
        certificates: [first_certificate, second_certificate],
    })
}

/// A step along the eigenvector of the lowest eigenvalue.
fn one_axis(model: &Model, length: f64) -> Vec<f64> {
    let mut step = vec![0.0; model.slopes.len()];
    step[0] = length;
    step
}
