//! Evaluation of a mean over data rows: lanes are rows, and rows are summed in one order whatever the threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::formula::{FormulaEvaluator, by_unit_directions};
use crate::lanes::{Begin, Element, Workspace};
use crate::machine::vectorised;
use crate::objective::{Blocks, Mean, Summed};
use crate::rows::{Choice, Rows};
use crate::sums::stride;

/// Rows in the lanes at once. Where two products add to the same sums, their order is one after the other in each block, so
/// that this is part of the result.
const BLOCK: usize = 32;

/// Rows that are summed before they join the total: the piece of work that a thread takes.
const SECTION: usize = 2 * BLOCK;

/// Numbers of lanes, the fewest for small minibatches; of `f32` at least its vector.
const WIDTHS: [usize; 4] = [4, 8, 16, BLOCK];

/// Directions that one pass over the rows serves: their sums should stay in the cache.
const DIRECTIONS: usize = 16;

/// One thread's workspaces on a mean over rows, or those of all threads of the pool.
#[derive(Debug)]
pub(crate) struct MeanEvaluator<'o, E> {
    mean: &'o Mean,
    is_on_all_threads: bool,
    /// One per thread that takes part.
    members: Vec<Member<'o, E>>,
    total: Total<E>,
    penalty: Option<Penalty<'o>>,
    /// The Hessian's programs with their sums.
    shares: Vec<(Workspace<'o, f64>, Vec<f64>)>,
}

/// The part of a loss that no row enters.
#[derive(Debug)]
struct Penalty<'o> {
    formula: FormulaEvaluator<'o>,
    /// Its derivatives, (dim,) or more.
    out: Vec<f64>,
}

/// What is summed.
#[derive(Clone, Copy)]
enum Kind {
    Value,
    Gradient,
    Hvp,
}

/// What one thread needs.
#[derive(Debug)]
struct Member<'o, E> {
    workspaces: [[Option<Workspace<'o, E>>; WIDTHS.len()]; 3],
    /// Which of the workspaces in use have been given the point.
    knows_x: [bool; WIDTHS.len()],
}

/// Sums over sections as they come, added in the order of the sections.
#[derive(Debug)]
struct Total<E> {
    sums: Vec<f64>,
    /// The first section, until another follows; `sums` are of no use until then.
    alone: Option<Vec<E>>,
    /// The section to be added next.
    next: usize,
    /// Sections that came before their turn.
    waiting: Vec<(usize, Vec<E>)>,
    /// Buffers of sections added: few, so that they stay in the cache.
    spare: Vec<Vec<E>>,
}

/// One sum over rows.
struct Task<'t, 'o> {
    kind: Kind,
    summed: &'o Summed,
    rows: &'t Rows,
    choice: Choice<'t>,
    x: &'t [f64],
    /// Directions (k x dim); empty when there are none.
    directions: &'t [f64],
}

impl<'o, E: Element> MeanEvaluator<'o, E> {
    pub fn new(mean: &'o Mean) -> Self {
        let penalty = mean.penalty.as_ref();
        MeanEvaluator {
            mean,
            is_on_all_threads: false,
            members: vec![Member::new()],
            total: Total::new(),
            penalty: penalty.map(|penalty| Penalty { formula: FormulaEvaluator::new(penalty), out: Vec::new() }),
            shares: Vec::new(),
        }
    }

    pub fn on_all_threads(&mut self) {
        self.is_on_all_threads = true;
        self.members.resize_with(rayon::current_num_threads(), Member::new);
    }

    /// Values (k,) at points of (dim,) each.
    pub fn values<'x>(&mut self, points: impl Iterator<Item = &'x [f64]>, values: &mut [f64]) {
        for (x, value) in points.zip(values) {
            self.sum(Kind::Value, self.mean.value(), x, Choice::All(self.mean.rows.count()), &[]);
            *value = self.total.sum(0) / self.mean.rows.count() as f64;
            if let Some(penalty) = &mut self.penalty {
                let mut extra = [0.0];
                penalty.formula.values(x, &mut extra);
                *value += extra[0];
            }
        }
    }

    /// Value of each row by itself (rows,), without the part that no row enters.
    pub fn row_values(&mut self, x: &[f64], values: &mut [f64]) {
        for (row, value) in (0u32..).zip(values) {
            self.sum(Kind::Value, self.mean.value(), x, Choice::Listed(&[row]), &[]);
            *value = self.total.sum(0);
        }
    }

    /// Gradient (dim,) over the chosen rows; returns the value.
    pub fn gradient(&mut self, x: &[f64], choice: Choice, grad: &mut [f64]) -> f64 {
        let summed = self.mean.gradient();
        self.sum(Kind::Gradient, summed, x, choice, &[]);
        let mean = Means::of(choice.count());
        let value = mean.of_sum(self.total.sum(0));
        // Output 0 is the value, in a stretch of its own or at the head of the gradient's.
        self.total.means(&mean, 0, summed, 1, grad);
        let Some(penalty) = &mut self.penalty else { return value };
        let mut extra = [0.0];
        penalty.out.resize(x.len(), 0.0);
        penalty.formula.gradients(x, &mut extra, &mut penalty.out);
        grad.iter_mut().zip(&penalty.out).for_each(|(grad, extra)| *grad += extra);
        value + extra[0]
    }

    /// Hessian times each direction (k x dim).
    pub fn hvps(&mut self, x: &[f64], vs: &[f64], hvs: &mut [f64]) {
        let (dim, summed) = (self.mean.dim, self.mean.hvp());
        let mean = Means::of(self.mean.rows.count());
        let sums = summed.program.sums;
        for (vs, hvs) in vs.chunks(DIRECTIONS * dim).zip(hvs.chunks_mut(DIRECTIONS * dim)) {
            self.sum(Kind::Hvp, summed, x, Choice::All(self.mean.rows.count()), vs);
            for (k, hv) in hvs.chunks_exact_mut(dim).enumerate() {
                self.total.means(&mean, k * sums, summed, 0, hv);
            }
        }
        if let Some(penalty) = &mut self.penalty {
            penalty.out.resize(vs.len(), 0.0);
            penalty.formula.hvps(x, vs, &mut penalty.out);
            hvs.iter_mut().zip(&penalty.out).for_each(|(hv, extra)| *hv += extra);
        }
    }

    /// Leaves the sums over the chosen rows in `total`, one set per direction.
    ///
    /// Rows are added one after another, products fused, within sections of 64 rows (see [`Workspace::run`]); then the
    /// sections are, in double precision.
    fn sum(&mut self, kind: Kind, summed: &'o Summed, x: &[f64], choice: Choice, directions: &[f64]) {
        let task = Task { kind, summed, rows: &self.mean.rows, choice, x, directions };
        let sets = (directions.len() / x.len()).max(1);
        let sections = choice.count().div_ceil(SECTION);
        self.total.restart();
        self.members.iter_mut().for_each(|member| member.knows_x = [false; WIDTHS.len()]);
        let members = self.members.len().min(sections);
        if members == 1 {
            let member = &mut self.members[0];
            for section in 0..sections {
                let mut sums = self.total.buffer();
                member.section(&task, section, sets, &mut sums);
                self.total.add(section, sums);
            }
            return;
        }
        let (next, total) = (AtomicUsize::new(0), Mutex::new(&mut self.total));
        let lock = || total.lock().expect("no thread has panicked");
        self.members[..members].par_iter_mut().for_each(|member| {
            let mut sums = lock().buffer();
            loop {
                let section = next.fetch_add(1, Ordering::Relaxed);
                if section >= sections {
                    break;
                }
                member.section(&task, section, sets, &mut sums);
                let mut total = lock();
                total.add(section, sums);
                sums = total.buffer();
            }
            lock().spare.push(sums);
        });
    }
}

impl<'o> MeanEvaluator<'o, f64> {
    /// Hessian (dim x dim): by blocks of units, else by products with unit directions.
    pub fn hessian(&mut self, x: &[f64], hess: &mut [f64]) {
        match self.mean.hessian() {
            Some(blocks) => self.hessian_by_blocks(blocks, x, hess),
            None => self.hessian_by_directions(x, hess),
        }
        if let Some(penalty) = &mut self.penalty {
            penalty.formula.add_hessian(x, hess);
        }
    }

    fn hessian_by_directions(&mut self, x: &[f64], hess: &mut [f64]) {
        let n = self.mean.dim;
        let penalty = self.penalty.take();
        by_unit_directions(hess, n, |units, rows| self.hvps(x, units, rows));
        self.penalty = penalty;
        for i in 0..n {
            for j in 0..i {
                let mean = 0.5 * (hess[i * n + j] + hess[j * n + i]);
                (hess[i * n + j], hess[j * n + i]) = (mean, mean);
            }
        }
    }

    /// Every share over all rows, then every row of the Hessian out of the shares' sums.
    fn hessian_by_blocks(&mut self, blocks: &'o Blocks, x: &[f64], hess: &mut [f64]) {
        let rows = &self.mean.rows;
        if self.shares.is_empty() {
            let share = |program| (Workspace::new(program, BLOCK), Vec::new());
            self.shares = blocks.shares.iter().map(share).collect();
        }
        let sum = |(program, (workspace, sums)): (&_, &mut (Workspace<f64>, Vec<f64>))| {
            let program: &crate::program::Program = program;
            sums.resize(program.sums, 0.0);
            workspace.set_shared(x);
            for first in (0..rows.count()).step_by(BLOCK) {
                let lanes = BLOCK.min(rows.count() - first);
                let begin = if first == 0 { Begin::New } else { Begin::There };
                workspace.set_rows(rows, lanes, |k| first + k);
                workspace.run_over(rows, lanes, begin, sums);
            }
        };
        let mean = Means::of(rows.count());
        let shares = &mut self.shares;
        if self.is_on_all_threads {
            // One share at a time: they are few, and each is long.
            blocks.shares.par_iter().zip(shares.par_iter_mut()).with_max_len(1).for_each(sum);
            let shares = &self.shares;
            let rows = hess.par_chunks_exact_mut(self.mean.dim).enumerate();
            rows.for_each(|(p, row)| fill_row(blocks, shares, &mean, p, row));
        } else {
            blocks.shares.iter().zip(shares.iter_mut()).for_each(sum);
            let rows = hess.chunks_exact_mut(self.mean.dim).enumerate();
            rows.for_each(|(p, row)| fill_row(blocks, &self.shares, &mean, p, row));
        }
    }
}

/// Row p of the Hessian. A block of two units holds rows of the one and columns of the other; a symmetric one is read
/// below its diagonal only.
fn fill_row(blocks: &Blocks, shares: &[(Workspace<f64>, Vec<f64>)], mean: &Means, p: usize, row: &mut [f64]) {
    row.fill(0.0);
    let Some((u, i)) = blocks.unit_of[p] else { return };
    for (v, params) in blocks.units.iter().enumerate() {
        let Some(block) = blocks.block(u.max(v), u.min(v)) else { continue };
        let columns = stride(blocks.units[u.min(v)].len());
        let sums = &shares[block.share].1[block.first..];
        for (j, &q) in params.iter().enumerate() {
            let (a, b) = if v <= u { (i, j) } else { (j, i) };
            let (a, b) = if block.is_lower { (a.max(b), a.min(b)) } else { (a, b) };
            row[q] = mean.of_sum(sums[a * columns + b]);
        }
    }
}

impl<'o, E: Element> Member<'o, E> {
    fn new() -> Self {
        Member { workspaces: [const { [const { None }; WIDTHS.len()] }; 3], knows_x: [false; WIDTHS.len()] }
    }

    /// Sums one section of the rows.
    fn section(&mut self, task: &Task<'_, 'o>, section: usize, sets: usize, sums: &mut Vec<E>) {
        let program = &task.summed.program;
        let rows = (section * SECTION)..((section + 1) * SECTION).min(task.choice.count());
        sums.resize(program.sums * sets, E::default());
        let at = WIDTHS.iter().position(|&width| width >= rows.len().max(E::VECTOR)).unwrap_or(WIDTHS.len() - 1);
        let workspace =
            self.workspaces[task.kind as usize][at].get_or_insert_with(|| Workspace::new(program, WIDTHS[at]));
        if !std::mem::replace(&mut self.knows_x[at], true) {
            workspace.set_shared(task.x);
            for (which, v) in task.directions.chunks_exact(task.x.len()).enumerate() {
                workspace.set_late(which, v);
            }
        }
        for first in rows.clone().step_by(WIDTHS[at]) {
            let lanes = WIDTHS[at].min(rows.end - first);
            let begin = if first == rows.start { Begin::New } else { Begin::There };
            workspace.set_rows(task.rows, lanes, |k| task.choice.row(first + k));
            workspace.run_over(task.rows, lanes, begin, sums);
            if !task.directions.is_empty() {
                for (which, sums) in sums.chunks_exact_mut(program.sums).enumerate() {
                    workspace.run_late(which, task.rows, lanes, begin, sums);
                }
            }
        }
    }
}

impl<E: Element> Total<E> {
    fn new() -> Self {
        Total { sums: Vec::new(), alone: None, next: 0, waiting: Vec::new(), spare: Vec::new() }
    }

    fn restart(&mut self) {
        self.next = 0;
        // The buffer used last is the one in the cache.
        self.spare.extend(self.alone.take());
        self.waiting.clear();
    }

    /// For the sums of a section, with any content.
    fn buffer(&mut self) -> Vec<E> {
        self.spare.pop().unwrap_or_default()
    }

    /// Adds a section, once all before it have come.
    fn add(&mut self, section: usize, sums: Vec<E>) {
        if section != self.next {
            self.waiting.push((section, sums));
            return;
        }
        self.add_next(sums);
        while let Some(at) = self.waiting.iter().position(|&(section, _)| section == self.next) {
            let (_, sums) = self.waiting.swap_remove(at);
            self.add_next(sums);
        }
    }

    /// Adds the section whose turn it is.
    fn add_next(&mut self, sums: Vec<E>) {
        self.next += 1;
        if self.next == 1 {
            self.alone = Some(sums);
            return;
        }
        let first = self.alone.take();
        let total = &mut self.sums;
        total.resize(sums.len(), 0.0);
        vectorised(
            #[inline(always)]
            || match &first {
                Some(first) => {
                    let pairs = first.iter().zip(&sums);
                    total.iter_mut().zip(pairs).for_each(|(total, (a, b))| *total = a.to_f64() + b.to_f64());
                }
                None => total.iter_mut().zip(&sums).for_each(|(total, sum)| *total += sum.to_f64()),
            },
        );
        self.spare.extend(first.into_iter().chain([sums]));
    }

    /// One sum over all sections.
    fn sum(&self, at: usize) -> f64 {
        self.alone.as_ref().map_or_else(|| self.sums[at], |sums| sums[at].to_f64())
    }

    /// Means of the sums from number `first` on, see [`Means::scale`].
    fn means(&self, mean: &Means, first: usize, summed: &Summed, skip: u32, means: &mut [f64]) {
        match &self.alone {
            Some(sums) => mean.scale(&sums[first..], summed, skip, means),
            None => mean.scale(&self.sums[first..], summed, skip, means),
        }
    }
}

/// Division by the number of rows. Where that is a power of two it is a multiplication, with the same bits.
struct Means {
    count: f64,
    reciprocal: Option<f64>,
}

impl Means {
    fn of(count: usize) -> Self {
        let count_as_number = count as f64;
        Means { count: count_as_number, reciprocal: count.is_power_of_two().then(|| count_as_number.recip()) }
    }

    fn of_sum(&self, sum: f64) -> f64 {
        sum / self.count
    }

    /// The means of all sums that stand for outputs from number `skip` on; what has no sum is 0.
    fn scale<E: Element>(&self, sums: &[E], summed: &Summed, skip: u32, means: &mut [f64]) {
        vectorised(
            #[inline(always)]
            || {
                if summed.outputs < means.len() + skip as usize {
                    means.fill(0.0);
                }
                for &(sum, output, count) in &summed.stretches {
                    let before = skip.saturating_sub(output).min(count);
                    let (sum, output, count) = (sum + before, output + before - skip, (count - before) as usize);
                    let (sums, means) = (&sums[sum as usize..][..count], &mut means[output as usize..][..count]);
                    match self.reciprocal {
                        Some(reciprocal) => {
                            means.iter_mut().zip(sums).for_each(|(mean, sum)| *mean = sum.to_f64() * reciprocal);
                        }
                        None => means.iter_mut().zip(sums).for_each(|(mean, sum)| *mean = sum.to_f64() / self.count),
                    }
                }
            },
        );
    }
}
