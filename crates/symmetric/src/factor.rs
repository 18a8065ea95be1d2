//! Factorisation of a symmetric matrix that need not be definite: signs of its eigenvalues, and linear systems.

use super::rank_update::rank_update;
use super::rows::{Lower, Rows, round_up};
use super::vector::{LONG, lanes, subtract_rows};

/// Columns factorised before the matrix is updated; a matrix up to this size is never updated.
const BLOCK: usize = 64;

/// `(1 + sqrt 17) / 8`: bounds the growth of the entries in a 2 x 2 step and in two 1 x 1 steps alike.
const ALPHA: f64 = 0.640_388_203_202_208;

/// `A - shift I = (P_1 L_1 P_2 L_2 ..) D (..)^T`; step by step from the last row up.
pub(super) struct Factor {
    /// Row `k` holds the `k`-th column of L before its diagonal 1, or before the 2 x 2 block; of A it keeps nothing.
    pub l: Rows,
    /// In the order of elimination.
    pub steps: Vec<Step>,
    /// What the matrix was multiplied with.
    pub scale: f64,
    /// Size.
    pub n: usize,
}

/// One step of the elimination: rows and columns `k` and `swap` changed places first.
pub(super) enum Step {
    /// Row `k` with pivot `d`; 0 when the row was all zero.
    One { k: usize, swap: usize, d: f64 },
    /// Rows `k - 1` (which changed places with `swap`) and `k` with the pivot `[[a, b], [b, c]]`, its determinant < 0.
    Two { k: usize, swap: usize, a: f64, b: f64, c: f64 },
}

/// Signs of the pivots, which are those of the eigenvalues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    /// Below 0.
    pub n_neg: usize,
    /// Exactly 0, which only a matrix that is singular to the last bit has.
    pub n_zero: usize,
}

impl Factor {
    /// Factorises `matrix - shift I` (n x n) in the memory of the matrix; `None` when an entry or the shift is not finite.
    ///
    /// Bunch and Kaufman (1977), blocked as LAPACK's dsytrf: with `w` the row `k` of what is left, `L_k = w / w_k` and
    /// the rest is `A - L_k w^T`, unless `|w_k| < ALPHA max|w_j|`, when another row takes its place or joins it in a
    /// 2 x 2 pivot. Rows are brought up to date when they are looked at, the matrix every 64 steps.
    /// n^3 / 3 operations.
    #[inline(always)]
    pub fn of(matrix: Vec<f64>, n: usize, shift: f64) -> Option<Self> {
        let Lower { mut rows, scale } = Lower::of(matrix, n)?;
        let shift = shift * scale;
        if !shift.is_finite() {
            return None;
        }
        for i in 0..n {
            rows.row_mut(i)[i] -= shift;
        }
        let mut factor = Factor { l: rows, steps: Vec::with_capacity(n), scale, n };
        let width = round_up(BLOCK.min(n) + 1, 4);
        let mut block = Block { l: Rows::zeros(width, n), w: Rows::zeros(width, n), len: 0 };
        let [mut x, mut y] = [vec![0.0; round_up(n, LONG)], vec![0.0; round_up(n, LONG)]];
        let mut active = n;
        while active > 0 {
            active -= factor.step(active, &mut block, &mut x, &mut y);
            if block.len >= BLOCK && active > 0 {
                let stride = factor.l.stride();
                let Block { l, w, len } = &block;
                rank_update(factor.l.all_mut(), stride, active, *len, |t| l.row(t), |t| w.row(t));
                block.len = 0;
            }
        }
        Some(factor)
    }

    /// Counts the signs of the pivots.
    pub fn signs(&self) -> Signs {
        let mut signs = Signs { n_neg: 0, n_zero: 0 };
        for step in &self.steps {
            match step {
                Step::One { d, .. } => {
                    signs.n_neg += usize::from(*d < 0.0);
                    signs.n_zero += usize::from(*d == 0.0);
                }
                Step::Two { .. } => signs.n_neg += 1,
            }
        }
        signs
    }

    /// Eliminates one or two rows of the leading `active x active` matrix, and says how many.
    #[inline(always)]
    fn step(&mut self, active: usize, block: &mut Block, x: &mut [f64], y: &mut [f64]) -> usize {
        let k = active - 1;
        let wide = round_up(active, LONG);
        let (x, y) = (&mut x[..wide], &mut y[..wide]);
        self.row_of_rest(k, k, block, x);
        let own = x[k].abs();
        let (rival, beside) = largest(x, k);
        if own.max(beside) == 0.0 {
            self.steps.push(Step::One { k, swap: k, d: 0.0 });
            self.l.row_mut(k)[..wide].fill(0.0);
            return 1;
        }
        if own >= ALPHA * beside {
            self.single(k, k, block, x);
            return 1;
        }
        self.row_of_rest(rival, k, block, y);
        let (_, rival_beside) = largest(y, rival);
        if own > 0.0 && own >= ALPHA * beside * (beside / rival_beside) {
            self.single(k, k, block, x);
            1
        } else if y[rival].abs() >= ALPHA * rival_beside {
            self.exchange(rival, k, block);
            y.swap(rival, k);
            self.single(k, rival, block, y);
            1
        } else {
            self.exchange(rival, k - 1, block);
            x.swap(rival, k - 1);
            y.swap(rival, k - 1);
            self.double(k, rival, block, x, y);
            2
        }
    }

    /// Row `i` of the matrix that is left of the first `k + 1` rows, as it is after all steps; zeros follow.
    #[inline(always)]
    fn row_of_rest(&self, i: usize, k: usize, block: &Block, out: &mut [f64]) {
        out[..=i].copy_from_slice(&self.l.row(i)[..=i]);
        let (cells, stride) = (self.l.all(), self.l.stride());
        for j in i + 1..=k {
            out[j] = cells[j * stride + i];
        }
        let mut coefs = [0.0; BLOCK + 4];
        for (coef, row) in coefs[..block.len].iter_mut().zip(block.l.all().chunks_exact(block.l.stride())) {
            *coef = row[i];
        }
        subtract_rows(out, &block.w, &coefs[..round_up(block.len, 4)]);
        out[k + 1..].fill(0.0);
    }

    /// Moves row and column `to`, about to be eliminated, into the place of row and column `from`, whose updated
    /// numbers have been taken out; rows of L from earlier steps stay as they are.
    #[inline(always)]
    fn exchange(&mut self, from: usize, to: usize, block: &mut Block) {
        if from == to {
            return;
        }
        let (stride, cells) = (self.l.stride(), self.l.all_mut());
        cells[from * stride + from] = cells[to * stride + to];
        for j in from + 1..to {
            cells[j * stride + from] = cells[to * stride + j];
        }
        cells.copy_within(to * stride..to * stride + from, from * stride);
        for rows in [&mut block.l, &mut block.w] {
            let stride = rows.stride();
            for row in rows.all_mut().chunks_exact_mut(stride).take(block.len) {
                row.swap(from, to);
            }
        }
    }

    /// A 1 x 1 step with the updated row `w` of the pivot.
    #[inline(always)]
    fn single(&mut self, k: usize, swap: usize, block: &mut Block, w: &mut [f64]) {
        let d = w[k];
        w[k..].fill(0.0);
        let l = &mut block.l.row_mut(block.len)[..w.len()];
        let inverse = 1.0 / d;
        // A pivot so small that its inverse overflows is divided by.
        if inverse.is_finite() {
            l.iter_mut().zip(&*w).for_each(|(l, w)| *l = w * inverse);
        } else {
            l.iter_mut().zip(&*w).for_each(|(l, w)| *l = w / d);
        }
        self.l.row_mut(k)[..w.len()].copy_from_slice(l);
        block.w.row_mut(block.len)[..w.len()].copy_from_slice(w);
        block.len += 1;
        self.steps.push(Step::One { k, swap, d });
    }

    /// A 2 x 2 step with the updated rows `x` of `k` and `y` of `k - 1`.
    #[inline(always)]
    fn double(&mut self, k: usize, swap: usize, block: &mut Block, x: &mut [f64], y: &mut [f64]) {
        let (a, b, c) = (y[k - 1], x[k - 1], x[k]);
        x[k - 1..].fill(0.0);
        y[k - 1..].fill(0.0);
        let (first, second) = (block.len, block.len + 1);
        let len = x.len();
        let inverse = Inverse::of(a, b, c);
        for (rows, row, coefs) in [(first, k, inverse.lower), (second, k - 1, inverse.upper)] {
            let l = &mut block.l.row_mut(rows)[..len];
            for ((l, x), y) in l.iter_mut().zip(&*x).zip(&*y) {
                *l = inverse.factor * coefs[0].mul_add(*y, coefs[1] * x);
            }
            self.l.row_mut(row)[..len].copy_from_slice(l);
        }
        block.w.row_mut(first)[..len].copy_from_slice(x);
        block.w.row_mut(second)[..len].copy_from_slice(y);
        block.len += 2;
        self.steps.push(Step::Two { k, swap, a, b, c });
    }
}

/// The steps since the last update of the matrix: rows of L and, times their pivots, of W; it is short of `L^T W`.
struct Block {
    l: Rows,
    w: Rows,
    len: usize,
}

/// `[[a, b], [b, c]]^-1 = factor [upper, lower]`, computed with `b`, the largest of the three, as the unit.
pub(super) struct Inverse {
    pub factor: f64,
    pub upper: [f64; 2],
    pub lower: [f64; 2],
}

impl Inverse {
    #[inline(always)]
    pub fn of(a: f64, b: f64, c: f64) -> Self {
        let (a, c) = (a / b, c / b);
        Inverse { factor: 1.0 / a.mul_add(c, -1.0) / b, upper: [c, -1.0], lower: [-1.0, a] }
    }
}

/// Place and size of the largest entry, that at `skip` left out; `(_, 0)` when there is none.
#[inline(always)]
fn largest(x: &mut [f64], skip: usize) -> (usize, f64) {
    let kept = std::mem::take(&mut x[skip]);
    let mut sizes = [0.0f64; 4];
    for x in lanes(x) {
        for l in 0..4 {
            sizes[l] = if x[l].abs() > sizes[l] { x[l].abs() } else { sizes[l] };
        }
    }
    let size = sizes.iter().fold(0.0, |a, &b| if b > a { b } else { a });
    let place = x.iter().position(|x| x.abs() == size).unwrap_or(0);
    x[skip] = kept;
    (place, size)
}
