//! Evaluation of a formula: lanes are points, or directions at one point.

use crate::lanes::Workspace;
use crate::objective::{Formula, Task};
use crate::points::{WIDTHS, width_of};
use crate::program::Program;

/// One thread's workspaces on a formula, made when first used.
#[derive(Debug)]
pub(crate) struct FormulaEvaluator<'o> {
    formula: &'o Formula,
    workspaces: [[Option<Workspace<'o, f64>>; WIDTHS.len()]; Kind::COUNT],
}

/// Entries of a Hessian that are read at once: a full one has as many as half a matrix.
const ENTRIES: usize = 1024;

/// Fills the rows of `hess` (n x n) with `products` (k x n) of unit directions (k x n), as many at once as the widest
/// program takes: all directions together would be a matrix of their own. A lane has the bits it has alone.
pub(crate) fn by_unit_directions(hess: &mut [f64], n: usize, mut products: impl FnMut(&[f64], &mut [f64])) {
    const WIDEST: usize = WIDTHS[WIDTHS.len() - 1];
    let mut units = vec![0.0; WIDEST.min(n) * n];
    for (block, rows) in hess.chunks_mut((WIDEST * n).max(1)).enumerate() {
        let units = &mut units[..rows.len()];
        units.fill(0.0);
        units.iter_mut().skip(block * WIDEST).step_by(n + 1).for_each(|diagonal| *diagonal = 1.0);
        products(units, rows);
    }
}

/// Replaces a matrix (n x n) by the mean of it and its transpose.
fn average_with_transpose(matrix: &mut [f64], n: usize) {
    for i in 0..n {
        for j in 0..i {
            let mean = 0.5 * (matrix[i * n + j] + matrix[j * n + i]);
            (matrix[i * n + j], matrix[j * n + i]) = (mean, mean);
        }
    }
}

/// What a workspace is for.
#[derive(Clone, Copy)]
enum Kind {
    Task(Task),
    Entries,
}

impl Kind {
    const COUNT: usize = 5;

    fn at(self) -> usize {
        match self {
            Kind::Task(task) => task as usize,
            Kind::Entries => Kind::COUNT - 1,
        }
    }
}

impl<'o> FormulaEvaluator<'o> {
    pub fn new(formula: &'o Formula) -> Self {
        FormulaEvaluator { formula, workspaces: [const { [const { None }; WIDTHS.len()] }; Kind::COUNT] }
    }

    /// Values (k,) at points (k x dim).
    pub fn values(&mut self, points: &[f64], values: &mut [f64]) {
        self.over_points(Kind::Task(Task::Value), points, |points, at| at.read_lanes(0, 1, &mut values[points]));
    }

    /// Values (k,) and gradients (k x dim) at points (k x dim).
    pub fn gradients(&mut self, points: &[f64], values: &mut [f64], grads: &mut [f64]) {
        let dim = self.formula.dim;
        self.over_points(Kind::Task(Task::Gradient), points, |points, at| {
            at.read_lanes(1, dim, &mut grads[points.start * dim..points.end * dim]);
            at.read_lanes(0, 1, &mut values[points]);
        });
    }

    /// Hessian at one point times each direction.
    pub fn hvps(&mut self, x: &[f64], vs: &[f64], hvs: &mut [f64]) {
        let dim = self.formula.dim;
        let program = self.formula.program(Task::Directions);
        for (vs, hvs) in vs.chunks(width_of(program) * dim).zip(hvs.chunks_mut(width_of(program) * dim)) {
            let workspace = self.workspace(Kind::Task(Task::Directions), program, vs.len() / dim);
            workspace.set_shared(x);
            workspace.set_lanes(vs, vs.len() / dim, |k| k);
            workspace.run();
            workspace.read_lanes(0, dim, hvs);
        }
    }

    /// Hessians (k x dim x dim) at points (k x dim).
    pub fn hessians(&mut self, points: &[f64], hessians: &mut [f64]) {
        let n = self.formula.dim;
        let Some((_, at)) = self.formula.hessian() else {
            for (x, hess) in points.chunks_exact(n).zip(hessians.chunks_exact_mut(n * n)) {
                self.hessian_by_directions(x, hess);
            }
            return;
        };
        hessians.fill(0.0);
        self.put_entries(at, points, hessians, |place, entry| *place = entry);
    }

    /// Adds the Hessian (dim x dim) at one point to `hess`, which is symmetric, without a matrix of its own.
    pub fn add_hessian(&mut self, x: &[f64], hess: &mut [f64]) {
        if let Some((_, at)) = self.formula.hessian() {
            self.put_entries(at, x, hess, |place, entry| *place += entry);
            return;
        }
        let n = self.formula.dim;
        let mut products = Vec::new();
        by_unit_directions(hess, n, |units, rows| {
            products.resize(rows.len(), 0.0);
            self.hvps(x, units, &mut products);
            rows.iter_mut().zip(&products).for_each(|(place, product)| *place += product);
        });
        average_with_transpose(hess, n);
    }

    /// Puts the entries of the Hessians at points (k x dim) where they stand in `hessians` (k x dim x dim).
    fn put_entries(&mut self, at: &[(u32, u32)], points: &[f64], hessians: &mut [f64], put: impl Fn(&mut f64, f64)) {
        if at.is_empty() {
            return; // linear
        }
        let n = self.formula.dim;
        let mut entries = Vec::new();
        self.over_points(Kind::Entries, points, |points, workspace| {
            let hessians = &mut hessians[points.start * n * n..points.end * n * n];
            for (part, at) in at.chunks(ENTRIES).enumerate() {
                entries.resize(points.len() * at.len(), 0.0);
                workspace.read_lanes(part * ENTRIES, at.len(), &mut entries);
                for (hess, entries) in hessians.chunks_exact_mut(n * n).zip(entries.chunks_exact(at.len())) {
                    for (&(i, j), &entry) in at.iter().zip(entries) {
                        let (i, j) = (i as usize, j as usize);
                        put(&mut hess[i * n + j], entry);
                        if i != j {
                            put(&mut hess[j * n + i], entry);
                        }
                    }
                }
            }
        });
    }

    /// The mean of the products with unit directions and their transpose, which differ by rounding only.
    fn hessian_by_directions(&mut self, x: &[f64], hess: &mut [f64]) {
        let n = self.formula.dim;
        by_unit_directions(hess, n, |units, rows| self.hvps(x, units, rows));
        average_with_transpose(hess, n);
    }

    /// Runs all points through a program, block by block; `take` is given the numbers of a block's points and the
    /// workspace in whose first lanes they are.
    fn over_points(
        &mut self,
        kind: Kind,
        points: &[f64],
        mut take: impl FnMut(std::ops::Range<usize>, &Workspace<'o, f64>),
    ) {
        let (formula, dim) = (self.formula, self.formula.dim);
        let program = match kind {
            Kind::Task(task) => formula.program(task),
            Kind::Entries => &formula.hessian().expect("asked for where it is there").0,
        };
        let most = width_of(program);
        for (block, points) in points.chunks(most * dim).enumerate() {
            let count = points.len() / dim;
            let workspace = self.workspace(kind, program, count);
            workspace.set_lanes(points, count, |k| k);
            workspace.run();
            take(block * most..block * most + count, workspace);
        }
    }

    /// A workspace with lanes for `count`, the fewest that do.
    fn workspace(&mut self, kind: Kind, program: &'o Program, count: usize) -> &mut Workspace<'o, f64> {
        let at = WIDTHS.iter().position(|&width| width >= count).expect("a block fits the widest");
        self.workspaces[kind.at()][at].get_or_insert_with(|| Workspace::new(program, WIDTHS[at]))
    }
}
