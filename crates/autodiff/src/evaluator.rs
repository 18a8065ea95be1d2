//! Values, gradients, Hessian-vector products and Hessians of an objective, for one point or for many.

use crate::lanes::{WIDTHS, Workspace};
use crate::objective::{Objective, Rows, Task};

/// Terms of a sum over data rows that are added up before they join the total. The order of a sum depends on
/// nothing but the rows: 32 terms from left to right, then the partial sums from left to right.
const TERMS: usize = 32;

/// Bytes of slots that an execution may use: somewhat more than a common core's first-level cache. Chosen from
/// a few timings on a busy machine, not tuned.
const SLOT_BYTES: usize = 48 * 1024;

/// From how many points on a batch over data rows puts points, not rows, in the lanes (if their slots fit).
const MANY_POINTS: usize = 4;

/// One thread's workspace on an [`Objective`].
///
/// All derivatives are those of R^dim; the objective's [`crate::Geometry`] turns them into those of the surface.
/// A batch gives every point the bits that a single call gives it.
#[derive(Debug)]
pub struct Evaluator<'o> {
    objective: &'o Objective,
    workspaces: [[Option<Workspace<'o>>; WIDTHS.len()]; Task::COUNT],
}

/// The data rows one evaluation is the mean over.
#[derive(Clone, Copy)]
enum Choice<'r> {
    /// All rows, for every point (one empty row for a formula).
    All,
    /// A list of equally many row numbers for each point, one after another.
    Lists(&'r [u32], usize),
}

impl Choice<'_> {
    fn row(self, point: usize, i: usize) -> usize {
        match self {
            Choice::All => i,
            Choice::Lists(rows, count) => rows[point * count + i] as usize,
        }
    }
}

impl<'o> Evaluator<'o> {
    pub(crate) fn new(objective: &'o Objective) -> Self {
        Evaluator { objective, workspaces: [const { [const { None }; WIDTHS.len()] }; Task::COUNT] }
    }

    /// The objective being evaluated.
    pub fn objective(&self) -> &'o Objective {
        self.objective
    }

    /// Value at `x` (dim,).
    pub fn value(&mut self, x: &[f64]) -> f64 {
        let mut value = [0.0];
        self.values(x, &mut value);
        value[0]
    }

    /// Gradient at `x` (dim,) into `grad` (dim,); returns the value.
    pub fn gradient(&mut self, x: &[f64], grad: &mut [f64]) -> f64 {
        let mut value = [0.0];
        self.gradients(x, &mut value, grad);
        value[0]
    }

    /// Values (k,) at `points` (k x dim, one after another).
    pub fn values(&mut self, points: &[f64], values: &mut [f64]) {
        self.check_points(points, values.len());
        let mut out = vec![0.0; values.len()];
        self.evaluate([Task::ValueOfPoints, Task::ValueOfRows], 1, points, Choice::All, &mut out);
        values.copy_from_slice(&out);
    }

    /// Values (k,) and gradients (k x dim) at `points` (k x dim, one after another).
    pub fn gradients(&mut self, points: &[f64], values: &mut [f64], grads: &mut [f64]) {
        self.gradients_of(points, Choice::All, values, grads);
    }

    /// As [`Evaluator::gradients`], for the mean over chosen data rows: `rows` holds k lists of equal length, one
    /// after another.
    pub fn gradients_on(&mut self, points: &[f64], rows: &[u32], values: &mut [f64], grads: &mut [f64]) {
        assert!(self.objective.has_rows(), "a formula has no data rows to choose from");
        let k = values.len();
        assert!(k > 0 && !rows.is_empty() && rows.len().is_multiple_of(k), "{} rows for {k} points", rows.len());
        self.gradients_of(points, Choice::Lists(rows, rows.len() / k), values, grads);
    }

    fn gradients_of(&mut self, points: &[f64], choice: Choice, values: &mut [f64], grads: &mut [f64]) {
        let dim = self.objective.dim();
        self.check_points(points, values.len());
        assert_eq!(grads.len(), points.len(), "one gradient per point");
        let mut out = vec![0.0; values.len() * (dim + 1)];
        self.evaluate([Task::GradientOfPoints, Task::GradientOfRows], dim + 1, points, choice, &mut out);
        for ((out, value), grad) in out.chunks_exact(dim + 1).zip(values).zip(grads.chunks_exact_mut(dim)) {
            *value = out[0];
            grad.copy_from_slice(&out[1..]);
        }
    }

    /// Hessian at `x` (dim,) times `v` (dim,) into `hv` (dim,).
    pub fn hvp(&mut self, x: &[f64], v: &[f64], hv: &mut [f64]) {
        let dim = self.objective.dim();
        assert_eq!((x.len(), v.len(), hv.len()), (dim, dim, dim), "point, direction and product of one dimension");
        let first_direction = dim + self.objective.row_width();
        if self.objective.has_rows() {
            for width in WIDTHS {
                let workspace = self.workspace(Task::HvpOfRows, width);
                v.iter().enumerate().for_each(|(i, &v)| workspace.set_shared(first_direction + i, v));
            }
            self.over_rows(Task::HvpOfRows, dim, x, 0, Choice::All, hv);
        } else {
            let workspace = self.workspace(Task::HvpOfDirections, 1);
            x.iter().enumerate().for_each(|(i, &x)| workspace.set_shared(i, x));
            v.iter().enumerate().for_each(|(i, &v)| workspace.set_lane(first_direction + i, 0, v));
            workspace.run();
            hv.iter_mut().enumerate().for_each(|(k, hv)| *hv = workspace.output(k, 0));
        }
    }

    /// Hessian at `x` (dim,) into `hess` (dim x dim, row-major), exactly symmetric: the mean of the products with
    /// unit directions and their transpose, which differ by rounding only.
    pub fn hessian(&mut self, x: &[f64], hess: &mut [f64]) {
        let n = self.objective.dim();
        assert_eq!((x.len(), hess.len()), (n, n * n), "point and Hessian of one dimension");
        let rows = self.objective.rows();
        let first_direction = n + self.objective.row_width();
        let width = self.width(Task::HvpOfDirections, n);
        let workspace = self.workspace(Task::HvpOfDirections, width);
        x.iter().enumerate().for_each(|(i, &x)| workspace.set_shared(i, x));
        (0..n).for_each(|i| workspace.set_shared(first_direction + i, 0.0));
        let blocks = n.div_ceil(width);
        let mut sum = Sum::new(blocks * n * width);
        for row in 0..rows.map_or(1, Rows::count) {
            if let Some(rows) = rows {
                rows.row(row).iter().enumerate().for_each(|(i, &cell)| workspace.set_shared(n + i, cell));
            }
            workspace.run_prologue();
            for (block, sums) in sum.part().chunks_exact_mut(n * width).enumerate() {
                let first = block * width;
                let directions = first..(first + width).min(n);
                directions.clone().for_each(|i| workspace.set_lane(first_direction + i, i - first, 1.0));
                workspace.run_body();
                workspace.add_outputs(sums);
                directions.for_each(|i| workspace.set_lane(first_direction + i, i - first, 0.0));
            }
            sum.term_done();
        }
        let mean = sum.mean();
        let product = |direction: usize, k: usize| mean[(direction / width * n + k) * width + direction % width];
        for i in 0..n {
            for j in 0..n {
                hess[i * n + j] = 0.5 * (product(i, j) + product(j, i));
            }
        }
    }

    fn check_points(&self, points: &[f64], count: usize) {
        assert_eq!(points.len(), count * self.objective.dim(), "{count} points of dimension {}", self.objective.dim());
    }

    /// Outputs of the task for every point: `out` (k x outputs). The first task has points in its lanes, the
    /// second data rows; both give the same bits, so the choice is one of speed.
    fn evaluate(
        &mut self,
        [points_task, rows_task]: [Task; 2],
        outputs: usize,
        points: &[f64],
        choice: Choice,
        out: &mut [f64],
    ) {
        let dim = self.objective.dim();
        let count = points.len() / dim;
        if self.objective.has_rows() && (count < MANY_POINTS || !self.fits(points_task, 8)) {
            for (point, out) in out.chunks_exact_mut(outputs).enumerate() {
                self.over_rows(rows_task, outputs, &points[point * dim..][..dim], point, choice, out);
            }
            return;
        }
        let mut first = 0;
        while first < count {
            let width = self.width(points_task, count - first);
            let block = first..(first + width).min(count);
            self.over_points(points_task, width, outputs, points, block.clone(), choice, &mut out[first * outputs..]);
            first = block.end;
        }
    }

    /// One block of points in the lanes, one data row after another.
    #[expect(clippy::too_many_arguments, reason = "one block of one task: what to run, on what, into what")]
    fn over_points(
        &mut self,
        task: Task,
        width: usize,
        outputs: usize,
        points: &[f64],
        block: std::ops::Range<usize>,
        choice: Choice,
        out: &mut [f64],
    ) {
        let dim = self.objective.dim();
        let rows = self.objective.rows();
        let workspace = self.workspace(task, width);
        // Lanes beyond the block repeat its last point: they cost nothing and cannot go astray.
        let point_of = |lane: usize| (block.start + lane).min(block.end - 1);
        for lane in 0..width {
            let x = &points[point_of(lane) * dim..][..dim];
            x.iter().enumerate().for_each(|(i, &x)| workspace.set_lane(i, lane, x));
        }
        let Some(rows) = rows else {
            workspace.run();
            for (lane, out) in out.chunks_exact_mut(outputs).take(block.len()).enumerate() {
                out.iter_mut().enumerate().for_each(|(k, out)| *out = workspace.output(k, lane));
            }
            return;
        };
        let mut sum = Sum::new(outputs * width);
        let terms = match choice {
            Choice::All => rows.count(),
            Choice::Lists(_, count) => count,
        };
        for term in 0..terms {
            match choice {
                Choice::All => {
                    rows.row(term).iter().enumerate().for_each(|(i, &cell)| workspace.set_shared(dim + i, cell));
                }
                Choice::Lists(..) => {
                    for lane in 0..width {
                        let row = rows.row(choice.row(point_of(lane), term));
                        row.iter().enumerate().for_each(|(i, &cell)| workspace.set_lane(dim + i, lane, cell));
                    }
                }
            }
            workspace.run();
            workspace.add_outputs(sum.part());
            sum.term_done();
        }
        let means = sum.mean();
        for (lane, out) in out.chunks_exact_mut(outputs).take(block.len()).enumerate() {
            out.iter_mut().enumerate().for_each(|(k, out)| *out = means[k * width + lane]);
        }
    }

    /// One point (the `point`-th of its batch), data rows in the lanes.
    fn over_rows(&mut self, task: Task, outputs: usize, x: &[f64], point: usize, choice: Choice, out: &mut [f64]) {
        let dim = self.objective.dim();
        let rows = self.objective.rows().expect("a task over rows is of an objective with rows");
        let terms = match choice {
            Choice::All => rows.count(),
            Choice::Lists(_, count) => count,
        };
        let width = self.width(task, terms);
        let workspace = self.workspace(task, width);
        x.iter().enumerate().for_each(|(i, &x)| workspace.set_shared(i, x));
        workspace.run_prologue();
        let mut sum = Sum::new(outputs);
        for first in (0..terms).step_by(width) {
            let lanes = width.min(terms - first);
            for lane in 0..width {
                let row = rows.row(choice.row(point, first + lane.min(lanes - 1)));
                row.iter().enumerate().for_each(|(i, &cell)| workspace.set_lane(dim + i, lane, cell));
            }
            workspace.run_body();
            workspace.add_lanes(lanes, sum.part());
            sum.terms_done(lanes);
        }
        out.copy_from_slice(&sum.mean());
    }

    /// Lanes for `wanted` points, rows or directions: the width that wastes fewest, within the cache.
    fn width(&self, task: Task, wanted: usize) -> usize {
        match wanted {
            1 => 1,
            9.. if self.fits(task, 32) => 32,
            _ => 8,
        }
    }

    fn fits(&self, task: Task, width: usize) -> bool {
        self.objective.program(task).slots * width * size_of::<f64>() <= SLOT_BYTES
    }

    fn workspace(&mut self, task: Task, width: usize) -> &mut Workspace<'o> {
        let column = WIDTHS.iter().position(|&w| w == width).expect("a supported width");
        let objective = self.objective;
        self.workspaces[task as usize][column].get_or_insert_with(|| Workspace::new(objective.program(task), width))
    }
}

/// Sums of terms in the fixed order of [`TERMS`].
struct Sum {
    total: Vec<f64>,
    part: Vec<f64>,
    terms: usize,
}

impl Sum {
    fn new(len: usize) -> Self {
        Sum { total: vec![0.0; len], part: vec![0.0; len], terms: 0 }
    }

    /// Where the next terms are added.
    fn part(&mut self) -> &mut [f64] {
        &mut self.part
    }

    fn term_done(&mut self) {
        self.terms_done(1);
    }

    /// Says that `count` further terms were added; they never cross a multiple of [`TERMS`].
    fn terms_done(&mut self, count: usize) {
        debug_assert!(self.terms % TERMS + count <= TERMS);
        self.terms += count;
        if self.terms.is_multiple_of(TERMS) {
            self.flush();
        }
    }

    fn flush(&mut self) {
        for (total, part) in self.total.iter_mut().zip(&mut self.part) {
            *total += *part;
            *part = 0.0;
        }
    }

    fn mean(mut self) -> Vec<f64> {
        if !self.terms.is_multiple_of(TERMS) {
            self.flush();
        }
        let count = self.terms as f64;
        self.total.iter_mut().for_each(|total| *total /= count);
        self.total
    }
}
