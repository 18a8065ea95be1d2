//! The counted oracle of update rules: the only door to the function, for a block of runs at once.

use crate::ledger::{Book, Ledger, Prices};
use crate::minibatch::Dealer;
use autodiff::{Evaluator, Objective, Stream};

/// Where one run is, and what the function last said there.
pub(crate) struct Probe {
    /// The point, `(dim,)`.
    pub(crate) x: Vec<f64>,
    /// Value at `x`: of the whole objective or of the last minibatch.
    pub(crate) f: f64,
    /// Gradient at `x`, `(dim,)`, of the same; the loop turns it into the step's gradient in place.
    pub(crate) grad: Vec<f64>,
    pub(crate) ledger: Ledger,
    pub(crate) dealer: Dealer,
    /// Draws the order of the rows.
    pub(crate) batches: Stream,
}

/// Evaluates the probes of a block in one batch call and writes the cost into each one's ledger.
///
/// Lanes are runs; an evaluator gives every lane the bits of a single call, so what a run sees does not depend on
/// who shares its block.
pub(crate) struct BlockOracle<'o> {
    evaluator: Evaluator<'o>,
    dim: usize,
    /// Rows per step; 0 means the whole objective.
    batch: usize,
    points: Vec<f64>,
    /// Runs that were dealt the rows below, in block order.
    dealt: Vec<usize>,
    rows: Vec<u32>,
    values: Vec<f64>,
    grads: Vec<f64>,
}

impl<'o> BlockOracle<'o> {
    /// For a block of `block` runs whose method steps on `batch` rows (0: all).
    pub(crate) fn new(objective: &'o Objective, single_precision: bool, batch: usize, block: usize) -> Self {
        let dim = objective.dim();
        let evaluator = if single_precision { objective.single_precision_evaluator() } else { objective.evaluator() };
        Self {
            evaluator,
            dim,
            batch,
            points: Vec::with_capacity(block * dim),
            dealt: Vec::with_capacity(block),
            rows: Vec::with_capacity(block * batch),
            values: vec![0.0; block],
            grads: vec![0.0; block * dim],
        }
    }

    /// Value and gradient of the whole objective for the probes `who`.
    ///
    /// It costs one gradient-equivalent when the method steps with it (the value comes with the gradient at no
    /// extra cost). For a minibatch method it costs nothing: the method never sees it, it is our measurement.
    pub(crate) fn whole(&mut self, book: &Book, probes: &mut [Probe], who: &[usize]) {
        if who.is_empty() {
            return;
        }
        self.gather(probes, who);
        let k = who.len();
        self.evaluator.gradients(&self.points, &mut self.values[..k], &mut self.grads[..k * self.dim]);
        let cost = if self.batch == 0 { book.prices.gradient } else { 0 };
        self.scatter(book, cost, probes, who);
    }

    /// Mean value and gradient over the next minibatch of each probe in `who`; costs `batch` row-gradients.
    pub(crate) fn minibatch(&mut self, book: &Book, probes: &mut [Probe], who: &[usize]) {
        if who.is_empty() {
            return;
        }
        self.gather(probes, who);
        self.rows.clear();
        self.dealt.clear();
        self.dealt.extend_from_slice(who);
        for &i in who {
            let probe = &mut probes[i];
            probe.dealer.deal(self.batch, &mut probe.batches, &mut self.rows);
        }
        let k = who.len();
        let grads = &mut self.grads[..k * self.dim];
        self.evaluator.gradients_on(&self.points, &self.rows, &mut self.values[..k], grads);
        self.scatter(book, Prices::minibatch(self.batch as u64), probes, who);
    }

    /// The rows of the last minibatch of run `i`; none for the whole objective.
    pub(crate) fn rows_of(&self, i: usize) -> &[u32] {
        self.dealt.binary_search(&i).map_or(&[], |at| &self.rows[at * self.batch..(at + 1) * self.batch])
    }

    fn gather(&mut self, probes: &[Probe], who: &[usize]) {
        self.points.clear();
        for &i in who {
            self.points.extend_from_slice(&probes[i].x);
        }
    }

    fn scatter(&self, book: &Book, units: u64, probes: &mut [Probe], who: &[usize]) {
        for ((&i, &f), grad) in who.iter().zip(&self.values).zip(self.grads.chunks_exact(self.dim)) {
            let probe = &mut probes[i];
            probe.f = f;
            probe.grad.copy_from_slice(grad);
            probe.ledger.counts.n_grad += u64::from(units > 0);
            probe.ledger.spend(book, units);
            probe.ledger.keep(book, &probe.x);
        }
    }
}
