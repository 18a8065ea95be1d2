//! Passes over numbers side by side: the step of an update rule, and what is to be known of points and gradients.
//!
//! Numbers side by side are those of [`Points`]: coordinate i of the point in lane k is number `i * width + k`. Loops over
//! arrays of registers are written out: a closure handed to an iterator would be compiled for the plain machine.
#![expect(clippy::needless_range_loop, reason = "indices into arrays of registers, see above")]

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::points::Points;
use crate::scalar::Scalar;
use crate::vector::{Vector, Work, with_widest};

/// The formula of a step for one coordinate, written once over [`Scalar`], as a loss is.
///
/// `V` is the number of vectors that it reads and writes beside the point, such as a velocity; `F` the number of
/// factors that are the same for all coordinates of a point.
pub trait Update<const V: usize, const F: usize>: Clone {
    /// The new point and vectors. Mark it `#[inline(always)]`: what is not inlined is compiled for the plain machine, many
    /// times slower (never wrong).
    fn update<S: Scalar>(&self, x: S, grad: S, vectors: [S; V], factors: [S; F]) -> (S, [S; V]);
}

/// One number for each lane, again and again: number j side by side goes with number `j % WIDEST`.
pub type Repeated = [f64; Points::WIDEST];

/// Puts every number of `x`, `grad` and `vectors` (all dim x width) through `update`, a vector of them at a time; the same
/// bits in any form.
pub fn update_each<const V: usize, const F: usize>(
    update: &impl Update<V, F>,
    x: &mut [f64],
    grad: &[f64],
    vectors: [&mut [f64]; V],
    factors: [&Repeated; F],
) {
    let is_even = grad.len() == x.len() && vectors.iter().all(|vector| vector.len() == x.len());
    assert!(is_even, "vectors of one space");
    with_widest(false, Each { update, x, grad, vectors, factors });
}

struct Each<'e, U, const V: usize, const F: usize> {
    update: &'e U,
    x: &'e mut [f64],
    grad: &'e [f64],
    vectors: [&'e mut [f64]; V],
    factors: [&'e Repeated; F],
}

impl<U: Update<V, F>, const V: usize, const F: usize> Work for Each<'_, U, V, F> {
    type Output = ();

    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        let Each { update, x, grad, mut vectors, factors } = self;
        // A copy of its own: parameters that no other number can overwrite stay in registers.
        let update = &update.clone();
        // As many numbers at a time as there are factors, then the rest, by vectors and one by one.
        let (whole, rest) = (x.len() - x.len() % Points::WIDEST, x.len() % Points::WIDEST);
        for at in (0..whole).step_by(Points::WIDEST) {
            piece::<V64, U, V, F, { Points::WIDEST }>(update, at, x, grad, &mut vectors, factors, 0);
        }
        for from in (0..rest - rest % QUAD).step_by(QUAD) {
            piece::<V64, U, V, F, QUAD>(update, whole + from, x, grad, &mut vectors, factors, from);
        }
        for from in rest - rest % QUAD..rest {
            piece::<f64, U, V, F, 1>(update, whole + from, x, grad, &mut vectors, factors, from);
        }
    }
}

/// Numbers in the widest vector of `f64`.
const QUAD: usize = 4;

/// `N` numbers from `at` on, with the factors from `from` on. The length is a constant, so that the bounds are checked once.
#[inline(always)]
fn piece<W: Vector<Element = f64>, U: Update<V, F>, const V: usize, const F: usize, const N: usize>(
    update: &U,
    at: usize,
    x: &mut [f64],
    grad: &[f64],
    vectors: &mut [&mut [f64]; V],
    factors: [&Repeated; F],
    from: usize,
) {
    let x: &mut [f64; N] = x[at..].first_chunk_mut().expect("a whole piece");
    let grad: &[f64; N] = grad[at..].first_chunk().expect("a whole piece");
    let mut own = [grad; F];
    for f in 0..F {
        own[f] = factors[f][from..].first_chunk().expect("a piece of the factors");
    }
    for v in 0..V {
        assert!(vectors[v].len() - at >= N, "a whole piece");
    }
    // Two vectors at a time, so that counting costs less than computing.
    let mut i = 0;
    while i + 2 * W::LANES <= N {
        // SAFETY: asserted above; both vectors are within the piece.
        unsafe {
            one::<W, U, V, F, N>(update, at, x, grad, vectors, own, i);
            one::<W, U, V, F, N>(update, at, x, grad, vectors, own, i + W::LANES);
        }
        i += 2 * W::LANES;
    }
    while i < N {
        // SAFETY: as above; a piece is a whole number of vectors.
        unsafe { one::<W, U, V, F, N>(update, at, x, grad, vectors, own, i) };
        i += W::LANES;
    }
}

/// The vector of numbers from the `i`-th of a piece on.
///
/// # Safety
/// Each of `vectors` has `N` numbers from `at` on, and `i + W::LANES <= N`.
#[inline(always)]
unsafe fn one<W: Vector<Element = f64>, U: Update<V, F>, const V: usize, const F: usize, const N: usize>(
    update: &U,
    at: usize,
    x: &mut [f64; N],
    grad: &[f64; N],
    vectors: &mut [&mut [f64]; V],
    factors: [&[f64; N]; F],
    i: usize,
) {
    let mut old = [Lanes(W::from_f64(0.0)); V];
    for v in 0..V {
        // SAFETY: the caller's promise.
        old[v] = Lanes(unsafe { W::load(vectors[v].as_ptr().wrapping_add(at + i)) });
    }
    let mut own = [Lanes(W::from_f64(0.0)); F];
    for f in 0..F {
        own[f] = Lanes::load(&factors[f][i..i + W::LANES]);
    }
    let (point, grad) = (Lanes::<W>::load(&x[i..i + W::LANES]), Lanes::load(&grad[i..i + W::LANES]));
    let (point, new) = update.update(point, grad, old, own);
    point.store(&mut x[i..i + W::LANES]);
    for v in 0..V {
        // SAFETY: as above.
        unsafe { new[v].0.store(vectors[v].as_mut_ptr().wrapping_add(at + i)) };
    }
}

/// Copies numbers side by side of the lanes where `chosen` is not 0 (or, without it, of all).
pub fn copy_lanes(from: &[f64], to: &mut [f64], chosen: Option<&Repeated>) {
    match chosen {
        None => update_each(&Copied, to, from, [], []),
        Some(chosen) => update_each(&Chosen, to, from, [], [chosen]),
    }
}

/// The other number.
#[derive(Clone)]
struct Copied;

impl Update<0, 0> for Copied {
    #[inline(always)]
    fn update<S: Scalar>(&self, _to: S, from: S, []: [S; 0], []: [S; 0]) -> (S, [S; 0]) {
        (from, [])
    }
}

/// The other number where it is chosen.
#[derive(Clone)]
struct Chosen;

impl Update<0, 1> for Chosen {
    #[inline(always)]
    fn update<S: Scalar>(&self, to: S, from: S, []: [S; 0], [chosen]: [S; 1]) -> (S, [S; 0]) {
        (chosen.select(from, to), [])
    }
}

/// What one pass over points and gradients side by side finds in each lane.
#[derive(Clone, Copy, Debug)]
pub struct Squares {
    /// Sum of the squared elements of the gradient: eight partial sums, the i-th of them over the coordinates i, i + 8, ...,
    /// added one after another.
    pub of_grad: [f64; Points::WIDEST],
    /// Sum of the squared coordinates of the point, in some order that depends on the width: for comparisons that allow
    /// for it.
    pub of_x: [f64; Points::WIDEST],
}

impl Default for Squares {
    fn default() -> Self {
        Squares { of_grad: [0.0; Points::WIDEST], of_x: [0.0; Points::WIDEST] }
    }
}

impl Squares {
    /// Of points and gradients (both dim x width).
    pub fn measure(&mut self, width: usize, x: &[f64], grad: &[f64]) {
        assert!(x.len() == grad.len() && x.len().is_multiple_of(width), "points and gradients of one space");
        with_widest(false, Pass { width, x, grad, squares: self });
    }
}

/// Partial sums of the squares of a gradient.
const SUMS: usize = 8;

struct Pass<'p> {
    width: usize,
    x: &'p [f64],
    grad: &'p [f64],
    squares: &'p mut Squares,
}

impl Work for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        let Pass { width, x, grad, squares } = self;
        match width {
            1 => one_lane::<V64>(x, grad, squares),
            4 => lanes::<V64, 4>(x, grad, squares),
            8 => lanes::<V64, 8>(x, grad, squares),
            16 => lanes::<V64, 16>(x, grad, squares),
            32 => lanes::<V64, 32>(x, grad, squares),
            64 => lanes::<V64, 64>(x, grad, squares),
            _ => unreachable!("a width that points have"),
        }
    }
}

/// `W` lanes, a vector of them at a time; a constant, so that rows are at constant distances.
#[inline(always)]
fn lanes<V: Vector<Element = f64>, const W: usize>(x: &[f64], grad: &[f64], squares: &mut Squares) {
    let dim = x.len() / W;
    for first in (0..W).step_by(V::LANES) {
        let (mut sums, mut of_x) = ([V::from_f64(0.0); SUMS], [V::from_f64(0.0); 2]);
        let load = |row: usize| {
            // SAFETY: a vector within one of `dim` rows of `W` numbers, of `x` as of `grad`.
            unsafe { (V::load(x.as_ptr().add(row * W + first)), V::load(grad.as_ptr().add(row * W + first))) }
        };
        let whole = dim - dim % SUMS;
        let mut row = 0;
        while row < whole {
            for i in 0..SUMS {
                let (x, g) = load(row + i);
                sums[i] = sums[i] + g * g;
                of_x[i % 2] = x.mul_add(x, of_x[i % 2]);
            }
            row += SUMS;
        }
        for i in 0..dim - whole {
            let (x, g) = load(whole + i);
            sums[i] = sums[i] + g * g;
            of_x[0] = x.mul_add(x, of_x[0]);
        }
        let mut total = sums[0];
        for i in 1..SUMS {
            total = total + sums[i];
        }
        Lanes(total).store(&mut squares.of_grad[first..first + V::LANES]);
        Lanes(of_x[0] + of_x[1]).store(&mut squares.of_x[first..first + V::LANES]);
    }
}

/// The only lane: its partial sums are in the lanes of vectors.
#[inline(always)]
fn one_lane<V: Vector<Element = f64>>(x: &[f64], grad: &[f64], squares: &mut Squares) {
    let (mut low, mut high, mut of_x) = (V::from_f64(0.0), V::from_f64(0.0), V::from_f64(0.0));
    let whole = x.len() - x.len() % SUMS;
    let mut at = 0;
    while at < whole {
        let (x, grad) = (&x[at..at + SUMS], &grad[at..at + SUMS]);
        let (g, h) = (Lanes::<V>::load(&grad[..V::LANES]).0, Lanes::<V>::load(&grad[V::LANES..]).0);
        let (x, y) = (Lanes::<V>::load(&x[..V::LANES]).0, Lanes::<V>::load(&x[V::LANES..]).0);
        low = low + g * g;
        high = high + h * h;
        of_x = y.mul_add(y, x.mul_add(x, of_x));
        at += SUMS;
    }
    let (mut sums, mut of_point) = ([0.0; SUMS], [0.0; SUMS]);
    Lanes(low).store(&mut sums[..V::LANES]);
    Lanes(high).store(&mut sums[V::LANES..]);
    Lanes(of_x).store(&mut of_point[..V::LANES]);
    for (i, (x, g)) in x[whole..].iter().zip(&grad[whole..]).enumerate() {
        sums[i] += g * g;
        of_point[0] += x * x;
    }
    squares.of_grad[0] = sums.iter().sum();
    squares.of_x[0] = of_point.iter().sum();
}

/// A vector as a number that formulas are written over.
#[derive(Clone, Copy, Debug)]
struct Lanes<V>(V);

impl<V: Vector<Element = f64>> Lanes<V> {
    #[inline(always)]
    fn load(from: &[f64]) -> Self {
        assert!(from.len() >= V::LANES);
        // SAFETY: as many numbers are there.
        Self(unsafe { V::load(from.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, to: &mut [f64]) {
        assert!(to.len() >= V::LANES);
        // SAFETY: as many numbers are there.
        unsafe { self.0.store(to.as_mut_ptr()) };
    }
}

impl<V: Vector> Neg for Lanes<V> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// Implements operators between vectors, and between vectors and numbers.
macro_rules! operators {
    ($($operator:ident $method:ident),*) => { $(
        impl<V: Vector> $operator for Lanes<V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        }
        impl<V: Vector> $operator<f64> for Lanes<V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                Self(self.0.$method(V::from_f64(other)))
            }
        }
    )* };
}

operators!(Add add, Sub sub, Mul mul, Div div);

/// Implements functions of one vector.
macro_rules! functions {
    ($($function:ident),*) => { $(
        #[inline(always)]
        fn $function(self) -> Self {
            Self(self.0.$function())
        }
    )* };
}

impl<V: Vector> Scalar for Lanes<V> {
    functions!(sqrt, exp, ln, sin, cos, tanh, logistic, softplus);

    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self(V::from_f64(value))
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.0.mul_add(factor.0, addend.0))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        Self(self.0.lt(other.0))
    }
    #[inline(always)]
    fn select(self, then: Self, otherwise: Self) -> Self {
        Self(self.0.select(then.0, otherwise.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    /// Two vectors, two factors, and every kind of operation that rules use.
    #[derive(Clone)]
    struct Mixed;

    impl Update<2, 2> for Mixed {
        #[inline(always)]
        fn update<S: Scalar>(&self, x: S, g: S, [m, v]: [S; 2], [a, b]: [S; 2]) -> (S, [S; 2]) {
            let m = m * 0.9 + g * 0.1;
            let v = v * 0.99 + g * g * 0.01;
            let sign = S::constant(0.0).lt(g).select(a, -b);
            (x - a * m / (v.sqrt() * b + 1e-8) + sign.abs(), [m, v])
        }
    }

    /// Whole pieces, vectors and what is left, on this machine and as on one without the vector unit.
    #[test]
    fn each_number_has_the_bits_it_has_alone() {
        let mut stream = Stream::new(0, "sweep", &[]);
        let mut draw = |count: usize| (0..count).map(|_| stream.normal()).collect::<Vec<f64>>();
        for count in [1, 3, 4, 7, 63, 64, 65, 131, 200] {
            let [x, grad, m, v] = [(); 4].map(|()| draw(count));
            let v: Vec<f64> = v.iter().map(|v| v * v).collect();
            let [a, b]: [Repeated; 2] = [(); 2].map(|()| draw(64).try_into().expect("as many"));
            for is_portable in [false, true] {
                let (mut new_x, mut new_m, mut new_v) = (x.clone(), m.clone(), v.clone());
                let vectors = [&mut new_m[..], &mut new_v];
                let work = Each { update: &Mixed, x: &mut new_x, grad: &grad, vectors, factors: [&a, &b] };
                with_widest(is_portable, work);
                for j in 0..count {
                    let (x, [m, v]) = Mixed.update(x[j], grad[j], [m[j], v[j]], [a[j % 64], b[j % 64]]);
                    let bits = [x, m, v].map(f64::to_bits);
                    assert_eq!([new_x[j], new_m[j], new_v[j]].map(f64::to_bits), bits, "{j} of {count}, {is_portable}");
                }
            }
        }
    }
}
