//! Compass search: steps along the coordinate axes on a mesh that is refined where none of them helps.

use crate::config::{Config, check_positive};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::trial::comparable;
use autodiff::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Compass search (Kolda, Lewis & Torczon 2003): with `d` in `+e_1, -e_1, +e_2, ...`, in this order,
///
/// ```text
/// x <- x + mesh d,  mesh <- expand mesh     for the first d with f(x + mesh d) < f(x)
/// mesh <- shrink mesh                       when there is none
/// ```
///
/// A poll costs half a gradient per direction, at most `dim`. The attempt ends as stalled when the mesh is below
/// `mesh_tol`. Where a poll fails and the second derivatives along the axes are at most `L`, `|df/dx_i| <= L mesh / 2`, so
/// `|grad| <= sqrt(dim) L mesh / 2` (their bound on the gradient): the mesh is a measure of stationarity without gradients. `expand = 1` is
/// the paper's; MATLAB's `patternsearch` has `mesh = 1`, `expand = 2`, `shrink = 0.5`, `mesh_tol = 1e-6`. On a sphere the
/// directions are the axes' tangent parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CompassSearch {
    /// First step length, `> 0`, in units of x.
    pub mesh: f64,
    /// Factor after a poll that failed, `0 < shrink < 1`.
    pub shrink: f64,
    /// Factor after a step, `>= 1`.
    pub expand: f64,
    /// Step length below which the attempt ends, `> 0`, in units of x.
    pub mesh_tol: f64,
}

impl Default for CompassSearch {
    fn default() -> Self {
        Self { mesh: 1.0, shrink: 0.5, expand: 1.0, mesh_tol: 1e-6 }
    }
}

impl Config for CompassSearch {
    const NAME: &'static str = "compass_search";
    const ABOUT: &'static str =
        "Pattern search along the coordinate axes, halving its mesh where no step helps (Kolda, Lewis & Torczon 2003).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("mesh", "first step length, > 0, in units of x"),
        ("shrink", "factor of the step length where no step helps, 0 < shrink < 1"),
        ("expand", "factor of the step length after a step, >= 1"),
        ("mesh_tol", "step length below which an attempt ends, > 0, in units of x"),
    ];

    fn check(&self) -> Result<(), String> {
        check_positive("mesh", self.mesh)?;
        check_positive("mesh_tol", self.mesh_tol)?;
        if !(self.shrink > 0.0 && self.shrink < 1.0) {
            return Err(format!(
                "shrink = {}: the mesh must be refined; give 0 < shrink < 1, such as 0.5",
                self.shrink
            ));
        }
        if !(self.expand >= 1.0 && self.expand.is_finite()) {
            return Err(format!("expand = {}: a step must not refine the mesh; give expand >= 1", self.expand));
        }
        Ok(())
    }
}

impl Solver for CompassSearch {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let (mut axis, mut next) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let (mut f, mut mesh) = (oracle.value(x)?, self.mesh);
        loop {
            oracle.accept(x, f, None)?;
            if mesh < self.mesh_tol {
                return Err(oracle.give_up(&format!("mesh size {mesh:.1e} < {:e}", self.mesh_tol)));
            }
            let f_next = poll(oracle, x, f, mesh, &mut axis, &mut next)?;
            if f_next < f {
                x.copy_from_slice(&next);
                f = f_next;
                mesh *= self.expand;
            } else {
                mesh *= self.shrink;
            }
        }
    }
}

/// Puts `next` (dim,) on the first point of the poll with a value below `f` and returns that value; infinity when there
/// is none.
fn poll(
    oracle: &mut Oracle<'_>,
    x: &[f64],
    f: f64,
    mesh: f64,
    axis: &mut [f64],
    next: &mut [f64],
) -> Result<f64, Stop> {
    for i in 0..x.len() {
        axis.fill(0.0);
        axis[i] = 1.0;
        oracle.project(x, axis);
        for step in [mesh, -mesh] {
            oracle.moved(x, step, axis, next);
            let f_next = comparable(oracle.value(next)?);
            if f_next < f {
                return Ok(f_next);
            }
        }
    }
    Ok(f64::INFINITY)
}
