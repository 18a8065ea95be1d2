//! Saddle-free Newton: Newton's step with the eigenvalues of the Hessian made positive.

use crate::config::{Config, check_not_negative};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::dense::suits_dense;
use crate::solver::step::{add_scaled, clip};
use crate::vector::{dot, norm};
use autodiff::{Objective, Stream};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use symmetric::{eigenvectors, zeros};

/// Saddle-free Newton (Dauphin et al. 2014): `x <- x - (|H| + damping I)^-1 g`, where `|H|` has the eigenvectors of H
/// and the absolute values of its eigenvalues. So it is Newton's step where curvature is positive, and goes away from
/// a saddle as fast where Newton's step goes to it.
///
/// * `krylov = 0`: all eigenvectors of the dense Hessian (`dim` gradients).
/// * `krylov = k`: `x <- x - V (|T| + damping I)^-1 V^T g` in the Krylov space of H and g, with `k` Lanczos vectors V
///   from `g / |g|` and `T = V^T H V`: `k` Hessian-vector products. Each vector is orthogonalised twice against all
///   before it; without that, as in the paper, they degenerate after some tens. Ends early when the space is invariant.
///   (The paper adds the last step to the space; here it is Lanczos alone.)
///
/// As in the paper, several dampings are tried and the lowest f is kept: `damping, 10 damping, ..`, `trials` of them,
/// half a gradient each; the lowest may be higher than before. With `trials = 1` the step is taken unseen. The paper's
/// values are 1 to 1e-6 for losses of size 1. `step_cap` clips every coordinate of a step to
/// `[-step_cap, step_cap]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SaddleFreeNewton {
    /// Lanczos vectors; 0: the dense Hessian.
    pub krylov: usize,
    /// Least number added to the absolute eigenvalues, in units of the Hessian, `>= 0`.
    pub damping: f64,
    /// Dampings tried, each ten times the one before, `>= 1`.
    pub trials: usize,
    /// Largest change of a coordinate in a step, in units of x; 0: any.
    pub step_cap: f64,
}

impl Default for SaddleFreeNewton {
    fn default() -> Self {
        Self { krylov: 0, damping: 1e-6, trials: 7, step_cap: 0.0 }
    }
}

impl Config for SaddleFreeNewton {
    const NAME: &'static str = "saddle_free_newton";
    const ABOUT: &'static str =
        "Newton's step with absolute eigenvalues, dense or in a Krylov space (Dauphin et al. 2014).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("krylov", "Lanczos vectors of the Krylov space, one Hessian-vector product each; 0: the dense Hessian"),
        ("damping", "least number added to the absolute eigenvalues, in units of the Hessian, >= 0"),
        ("trials", "dampings tried per step, each ten times the one before; the lowest f is kept; >= 1"),
        ("step_cap", "largest change of a coordinate in a step, in units of x, >= 0; 0: any"),
    ];

    fn check(&self) -> Result<(), String> {
        check_not_negative("damping", self.damping)?;
        if self.trials == 0 || self.trials > 300 {
            return Err(format!("trials = {}: each is ten times the damping before; give 1 to 300", self.trials));
        }
        if self.trials > 1 && self.damping == 0.0 {
            return Err(format!("damping = 0: ten times it is 0 again, {} times; give trials = 1", self.trials));
        }
        check_not_negative("step_cap", self.step_cap)
    }
}

impl Solver for SaddleFreeNewton {
    fn suits(&self, objective: &Objective) -> Result<(), String> {
        if self.krylov > 0 {
            return Ok(());
        }
        suits_dense(objective).map_err(|message| format!("{message}; or krylov = 20 here"))
    }

    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], _random: &mut Stream) -> Result<Infallible, Stop> {
        let n = x.len();
        let (mut grad, mut step, mut next) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let mut lowest = vec![0.0; n];
        let mut hess = if self.krylov == 0 { zeros(n) } else { vec![] };
        let mut lanczos = Lanczos::new(self.krylov.min(n), n);
        let mut shares = vec![0.0; if self.krylov == 0 { n } else { lanczos.most }];
        loop {
            let f = oracle.gradient(x, &mut grad)?;
            oracle.accept(x, f, Some(&grad))?;
            let eigen = if self.krylov == 0 {
                oracle.hessian(x, &mut hess)?;
                eigenvectors(std::mem::take(&mut hess), n)
            } else {
                lanczos.build(oracle, x, &grad)?;
                eigenvectors(&lanczos.projected[..lanczos.len * lanczos.len], lanczos.len)
            };
            let Some((values, vectors)) = eigen else {
                return Err(oracle.give_up("the Hessian is not finite"));
            };
            // The gradient in the basis of the eigenvectors; it is |g| along the first Lanczos vector.
            let size = norm(&grad);
            for (share, vector) in shares.iter_mut().zip(vectors.chunks_exact(values.len())) {
                *share = if self.krylov == 0 { dot(vector, &grad) } else { size * vector[0] };
            }
            let mut f_lowest = f64::NAN;
            let mut damping = self.damping;
            for trial in 0..self.trials {
                step.fill(0.0);
                for (k, value) in values.iter().enumerate() {
                    let along = -shares[k] / (value.abs() + damping);
                    if self.krylov == 0 {
                        add_scaled(&mut step, along, &vectors[k * n..(k + 1) * n]);
                    } else {
                        for j in 0..lanczos.len {
                            add_scaled(&mut step, along * vectors[k * lanczos.len + j], lanczos.vector(j));
                        }
                    }
                }
                clip(&mut step, self.step_cap);
                oracle.project(x, &mut step);
                oracle.moved(x, 1.0, &step, &mut next);
                let f_next = if self.trials > 1 { oracle.value(&next)? } else { f };
                if trial == 0 || f_next < f_lowest || f_lowest.is_nan() {
                    f_lowest = f_next;
                    lowest.copy_from_slice(&next);
                }
                damping *= 10.0;
            }
            if self.krylov == 0 {
                hess = vectors; // the same memory
            }
            x.copy_from_slice(&lowest);
        }
    }
}

/// Lanczos vectors of the Hessian from the gradient, and the Hessian in their basis.
struct Lanczos {
    dim: usize,
    most: usize,
    /// Vectors there are.
    len: usize,
    /// `(most, dim)`, orthonormal rows.
    vectors: Vec<f64>,
    /// `(len, len)`, tridiagonal.
    projected: Vec<f64>,
    /// `most` each: the diagonal, and beside it.
    alphas: Vec<f64>,
    betas: Vec<f64>,
    hv: Vec<f64>,
}

impl Lanczos {
    fn new(most: usize, dim: usize) -> Self {
        let (vectors, projected) = (vec![0.0; most * dim], vec![0.0; most * most]);
        let (alphas, betas) = (vec![0.0; most], vec![0.0; most]);
        Self { dim, most, len: 0, vectors, projected, alphas, betas, hv: vec![0.0; dim] }
    }

    fn vector(&self, j: usize) -> &[f64] {
        &self.vectors[j * self.dim..(j + 1) * self.dim]
    }

    /// Fills the space at `x`, from `grad / |grad|`.
    fn build(&mut self, oracle: &mut Oracle<'_>, x: &[f64], grad: &[f64]) -> Result<(), Stop> {
        let n = self.dim;
        let size = norm(grad);
        let mut largest = 0.0_f64;
        self.hv.iter_mut().zip(grad).for_each(|(v, g)| *v = if size > 0.0 { g / size } else { 0.0 });
        self.len = 0;
        loop {
            let j = self.len;
            self.vectors[j * n..(j + 1) * n].copy_from_slice(&self.hv);
            self.len += 1;
            oracle.hvp(x, &self.vectors[j * n..(j + 1) * n], &mut self.hv)?;
            self.alphas[j] = dot(self.vector(j), &self.hv);
            largest = largest.max(norm(&self.hv));
            if self.len == self.most {
                break;
            }
            for _ in 0..2 {
                for i in 0..self.len {
                    let vector = &self.vectors[i * n..(i + 1) * n];
                    let along = dot(vector, &self.hv);
                    add_scaled(&mut self.hv, -along, vector);
                }
            }
            let beta = norm(&self.hv);
            // What is left of a product inside the space is rounding.
            if beta.is_nan() || beta <= 8.0 * n as f64 * f64::EPSILON * largest {
                break;
            }
            self.betas[j] = beta;
            self.hv.iter_mut().for_each(|v| *v /= beta);
        }
        let m = self.len;
        self.projected[..m * m].fill(0.0);
        for j in 0..m {
            self.projected[j * m + j] = self.alphas[j];
            if j + 1 < m {
                self.projected[j * m + j + 1] = self.betas[j];
                self.projected[(j + 1) * m + j] = self.betas[j];
            }
        }
        Ok(())
    }
}
