//! Basin hopping: a Metropolis walk over local minima.

use crate::config::{Config, check_not_negative, check_positive};
use crate::oracle::{Oracle, Stop};
use crate::solver::Solver;
use crate::solver::descent::{Descent, LocalSearch};
use crate::solver::trial::metropolis;
use autodiff::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Basin hopping (Wales & Doye 1997): Metropolis on `f~(x) = f(local minimum below x)`. From the current minimum `x`
///
/// ```text
/// y = end of a local search from x + step u,   u_i uniform on [-1, 1)
/// x <- y  with probability  min(1, exp(-(f(y) - f(x)) / temperature))
/// ```
///
/// As in `scipy.optimize.basinhopping`, whose defaults these are: with the `interval`-th hop, the `2 interval`-th and so on,
/// `step` is divided by `factor` when more than the share `accept_rate` of all hops was accepted and multiplied by it
/// otherwise; and a search that did not end in a minimum is accepted only in place of another such. (scipy makes `niter` hops;
/// here the budget ends a run.)
///
/// The local search is
///
/// * `"lbfgs"`, the default: quasi-Newton as scipy's default, which is BFGS with the same `local_tol` on the largest element
///   of the gradient; here on its norm, and with the last 10 pairs. Each trial costs a gradient. As there the first trial is the
///   gradient or shorter: no longer than the first `step` (there 1.01); later ones may be longer, and may leave a basin.
/// * `"backtracking"`: steepest descent, one gradient and some values per step, no trial further than the first `step`, so that it
///   mostly stays in its basin. Ill-conditioned basins cost it many steps.
///
/// Iterates are those of the first search, then the lowest minimum so far after each hop, so the run ends at the lowest
/// minimum, which is what scipy returns. Gradients are used for searches only: no hop is tested for convergence, and the
/// run ends by its budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BasinHopping {
    /// The local search.
    pub local_search: LocalSearch,
    /// Temperature `>= 0`, in units of f; 0 accepts no rise (monotonic basin hopping).
    pub temperature: f64,
    /// First greatest displacement per coordinate, `> 0`, in units of x.
    pub step: f64,
    /// Hops between changes of the step; 0 keeps it.
    pub interval: u64,
    /// Share of accepted hops aimed at, `0 < accept_rate < 1`.
    pub accept_rate: f64,
    /// Factor of the step, `0 < factor < 1`.
    pub factor: f64,
    /// Gradient norm at which a local search ends, `> 0`.
    pub local_tol: f64,
    /// Steps after which a local search is given up, at least 1.
    pub local_steps: u64,
}

impl Default for BasinHopping {
    fn default() -> Self {
        Self {
            local_search: LocalSearch::Lbfgs,
            temperature: 1.0,
            step: 0.5,
            interval: 50,
            accept_rate: 0.5,
            factor: 0.9,
            local_tol: 1e-5,
            local_steps: 1000,
        }
    }
}

impl Config for BasinHopping {
    const NAME: &'static str = "basin_hopping";
    const REVISION: u32 = 2;
    const ABOUT: &'static str =
        "Random displacement, local search, Metropolis on the minima, as scipy's basinhopping (Wales & Doye 1997).";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        (
            "local_search",
            "\"lbfgs\": quasi-Newton; \"backtracking\": steepest descent, which keeps closer to its basin",
        ),
        ("temperature", "temperature of the Metropolis rule, >= 0, in units of f; 0 accepts no rise"),
        ("step", "first greatest displacement per coordinate, > 0, in units of x"),
        ("interval", "hops between changes of the step; 0 = never"),
        ("accept_rate", "share of accepted hops the step is adapted to, 0 < accept_rate < 1"),
        ("factor", "factor by which the step shrinks, or one over it by which it grows, 0 < factor < 1"),
        ("local_tol", "gradient norm at which a local search ends, > 0"),
        ("local_steps", "steps after which a local search is given up, >= 1"),
    ];

    fn check(&self) -> Result<(), String> {
        check_not_negative("temperature", self.temperature)?;
        check_positive("step", self.step)?;
        check_positive("local_tol", self.local_tol)?;
        for (name, value) in [("accept_rate", self.accept_rate), ("factor", self.factor)] {
            if !(value > 0.0 && value < 1.0) {
                return Err(format!("{name} = {value}: it is a share; give 0 < {name} < 1"));
            }
        }
        if self.local_steps == 0 {
            return Err("local_steps = 0: a local search needs steps; give local_steps >= 1, such as 1000".into());
        }
        Ok(())
    }
}

impl Solver for BasinHopping {
    fn solve(&self, oracle: &mut Oracle<'_>, x: &mut [f64], random: &mut Stream) -> Result<Infallible, Stop> {
        let n = x.len();
        let (mut hop, mut y, mut lowest) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let mut descent = Descent::new(self.local_search, n, self.step, self.local_tol, self.local_steps);
        let mut now = descent.run(oracle, x, |oracle, x, f| oracle.accept(x, f, None))?;
        lowest.copy_from_slice(x);
        let (mut f_lowest, mut step, mut accepted) = (now.f, self.step, 0);
        for hops in 1.. {
            if self.interval > 0 && hops % self.interval == 0 {
                let is_bold = accepted as f64 <= self.accept_rate * hops as f64;
                step = if is_bold { step * self.factor } else { step / self.factor };
            }
            hop.iter_mut().for_each(|hop| *hop = random.uniform(-1.0, 1.0));
            oracle.project(x, &mut hop);
            oracle.moved(x, step, &hop, &mut y);
            let next = descent.run(oracle, &mut y, |_, _, _| Ok(()))?;
            if metropolis(next.f - now.f, self.temperature, random) && (next.is_minimum || !now.is_minimum) {
                x.copy_from_slice(&y);
                now = next;
                accepted += 1;
                if now.f < f_lowest {
                    lowest.copy_from_slice(x);
                    f_lowest = now.f;
                }
            }
            oracle.accept(&lowest, f_lowest, None)?;
        }
        unreachable!("more hops than there are numbers")
    }
}
