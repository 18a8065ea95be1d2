//! Every tolerance that decides whether a point is critical and what it is, with its default and its reason.

use serde::{Deserialize, Serialize};

/// The tolerances of polish and certificate. Part of an experiment file; every key has a default.
///
/// The defaults are those of the certificate derived from Frye et al. (Neural Computation 33, 2021), who showed
/// that looser ones report critical points where there are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Criteria {
    /// The gradient is small when `|g|^2 <= grad_sq_tol`, an absolute bound.
    pub grad_sq_tol: f64,
    /// ... or when `|g| <= grad_rel_tol max(1, |H|)`, for a badly scaled loss.
    pub grad_rel_tol: f64,
    /// A full Newton step must reduce `|g|` by more than this factor.
    pub contraction_min: f64,
    /// `|Hg| / (|H| |g|)` below this is gradient-flat: the gradient is nearly in the kernel of the Hessian.
    pub flat_ratio_min: f64,
    /// Largest `|Hp + g| / |g|` for the least-norm step `p`.
    pub mr_residual_max: f64,
    /// `c` of the zero tolerance `c n eps max|lambda|`; eigenvalues within it have no sign. At least 10.
    pub zero_tol_factor: f64,
    /// A point is at infinity when `max(1, |x|)` grew more than this many times, mostly along directions in which the
    /// Hessian ended up zero.
    pub growth_max: f64,
    /// Largest number of polish steps, each with one Hessian.
    pub polish_iterations: usize,
    /// Longest step, as a share of `max(1, |x|)`; of the radius on a sphere of radius 1 or more.
    pub step_cap: f64,
    /// Polish gives up when this many steps together have not halved `|g|`.
    pub stall_window: usize,
}

impl Default for Criteria {
    fn default() -> Self {
        Criteria {
            grad_sq_tol: 1e-20,
            grad_rel_tol: 1e-9,
            contraction_min: 100.0,
            flat_ratio_min: 1e-3,
            mr_residual_max: 1e-6,
            zero_tol_factor: 10.0,
            growth_max: 10.0,
            polish_iterations: 100,
            step_cap: 0.4,
            stall_window: 10,
        }
    }
}

impl Criteria {
    /// `(key, meaning with unit and range)`, the same keys as the serialised default has.
    pub const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("grad_sq_tol", "the gradient is small when |g|^2 <= grad_sq_tol, > 0"),
        ("grad_rel_tol", "... or when |g| <= grad_rel_tol max(1, |H|), > 0"),
        ("contraction_min", "factor by which a full Newton step must reduce |g|, > 1"),
        ("flat_ratio_min", "|Hg|/(|H||g|) below this is gradient-flat, > 0"),
        ("mr_residual_max", "largest |Hp+g|/|g| for the least-norm step p, > 0"),
        ("zero_tol_factor", "c of the zero tolerance c n eps max|lambda|, >= 10"),
        ("growth_max", "a point whose max(1, |x|) grew more than this along zero directions is at infinity, > 1"),
        ("polish_iterations", "largest number of polish steps; 0 certifies the point as it is"),
        ("step_cap", "longest Newton step as a share of max(1, |x|), > 0"),
        ("stall_window", "polish gives up when this many steps have not halved |g|, >= 1"),
    ];

    /// Refuses tolerances that would certify nothing or everything: what, why, what to do.
    ///
    /// # Errors
    /// The message for the person who wrote the experiment file.
    pub fn check(&self) -> Result<(), String> {
        let positive = [
            ("grad_sq_tol", self.grad_sq_tol),
            ("grad_rel_tol", self.grad_rel_tol),
            ("flat_ratio_min", self.flat_ratio_min),
            ("mr_residual_max", self.mr_residual_max),
            ("step_cap", self.step_cap),
        ];
        for (name, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(format!("{name} = {value}: it must be positive and finite; leave it out for the default"));
            }
        }
        for (name, value) in [("contraction_min", self.contraction_min), ("growth_max", self.growth_max)] {
            if !(value > 1.0 && value.is_finite()) {
                return Err(format!("{name} = {value}: it is a factor more than 1; leave it out for the default"));
            }
        }
        if !(self.zero_tol_factor >= 10.0 && self.zero_tol_factor.is_finite()) {
            let given = self.zero_tol_factor;
            return Err(format!(
                "zero_tol_factor = {given}: below 10 the sign of a rounding error would be counted; give 10 or more"
            ));
        }
        if self.stall_window == 0 {
            return Err("stall_window = 0: polish would stop before its first step; give 1 or more".to_string());
        }
        Ok(())
    }
}
