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
    with_widest(false, Each::<_, V, F, false, false>::new(update, x, grad, vectors, factors, &mut []));
}

/// The same for points: what else is to be done with every coordinate costs less here than in a pass by itself. `kept` (dim x
/// width), where it is given, gets the points as they were before; the answer is the sum of the squares of all new
/// coordinates, in some order: for comparisons that allow for it.
pub fn update_points<const V: usize, const F: usize>(
    update: &impl Update<V, F>,
    x: &mut [f64],
    grad: &[f64],
    vectors: [&mut [f64]; V],
    factors: [&Repeated; F],
    kept: Option<&mut [f64]>,
) -> f64 {
    match kept {
        None => with_widest(false, Each::<_, V, F, false, true>::new(update, x, grad, vectors, factors, &mut [])),
        Some(kept) => with_widest(false, Each::<_, V, F, true, true>::new(update, x, grad, vectors, factors, kept)),
    }
}

/// Slices of one length, where `KEEP` with `kept`; where `SUM`, squares are added up.
struct Each<'e, U, const V: usize, const F: usize, const KEEP: bool, const SUM: bool> {
    update: &'e U,
    x: &'e mut [f64],
    grad: &'e [f64],
    vectors: [&'e mut [f64]; V],
    factors: [&'e Repeated; F],
    kept: &'e mut [f64],
}

impl<'e, U, const V: usize, const F: usize, const KEEP: bool, const SUM: bool> Each<'e, U, V, F, KEEP, SUM> {
    /// Checks the lengths, once and for all.
    fn new(
        update: &'e U,
        x: &'e mut [f64],
        grad: &'e [f64],
        vectors: [&'e mut [f64]; V],
        factors: [&'e Repeated; F],
        kept: &'e mut [f64],
    ) -> Self {
        let is_even = grad.len() == x.len() && vectors.iter().all(|vector| vector.len() == x.len());
        assert!(is_even && (!KEEP || kept.len() == x.len()), "vectors of one space");
        Self { update, x, grad, vectors, factors, kept }
    }
}

impl<U, const V: usize, const F: usize, const KEEP: bool, const SUM: bool> Work for Each<'_, U, V, F, KEEP, SUM>
where
    U: Update<V, F>,
{
    type Output = f64;

    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) -> f64 {
        let Each { update, x, grad, mut vectors, factors, kept } = self;
        let (count, kept) = (x.len(), kept.as_mut_ptr());
        // A copy of its own: parameters that no other number can overwrite stay in registers.
        let update = update.clone();
        let vectors = vectors.each_mut().map(|vector| vector.as_mut_ptr());
        let factors = factors.map(|numbers| numbers.as_ptr());
        let place: Place<U, V, F> = Place { update, x: x.as_mut_ptr(), grad: grad.as_ptr(), vectors, factors, kept };
        // As many numbers at a time as there are factors, then the rest, by vectors and one by one.
        let (whole, rest) = (count - count % Points::WIDEST, count % Points::WIDEST);
        let mut sums = [Lanes(V64::from_f64(0.0)); 2];
        let mut last = [Lanes(0.0)];
        // SAFETY: all numbers are below `count`, and `Points::WIDEST` is a multiple of the numbers of four vectors.
        unsafe {
            for at in (0..whole).step_by(Points::WIDEST) {
                for from in (0..Points::WIDEST).step_by(SIDE_BY_SIDE * V64::LANES) {
                    // One after another, so that counting costs less than computing.
                    let [even, odd] = &mut sums;
                    place.one::<V64, KEEP, SUM>(at, from, even);
                    place.one::<V64, KEEP, SUM>(at, from + V64::LANES, odd);
                    place.one::<V64, KEEP, SUM>(at, from + 2 * V64::LANES, even);
                    place.one::<V64, KEEP, SUM>(at, from + 3 * V64::LANES, odd);
                }
            }
            for from in (0..rest - rest % V64::LANES).step_by(V64::LANES) {
                place.one::<V64, KEEP, SUM>(whole, from, &mut sums[0]);
            }
            for from in rest - rest % V64::LANES..rest {
                place.one::<f64, KEEP, SUM>(whole, from, &mut last[0]);
            }
        }
        let mut sum = [0.0; MOST_LANES];
        (sums[0] + sums[1]).store(&mut sum[..V64::LANES]);
        sum.iter().sum::<f64>() + last[0].0
    }
}

/// Vectors of one round of the loop. They share two sums of squares, not one, so that few wait for the one before; more sums
/// would leave too few registers for long formulas.
const SIDE_BY_SIDE: usize = 4;

/// Numbers in the widest vector of `f64`.
const MOST_LANES: usize = 8;

/// Where the numbers of a pass are.
struct Place<U, const V: usize, const F: usize> {
    update: U,
    x: *mut f64,
    grad: *const f64,
    vectors: [*mut f64; V],
    factors: [*const f64; F],
    kept: *mut f64,
}

impl<U: Update<V, F>, const V: usize, const F: usize> Place<U, V, F> {
    /// The vector of numbers from `at + from` on, with the factors from `from` on.
    ///
    /// # Safety
    /// That many numbers are there, in `kept` where `KEEP`, and as many factors.
    #[inline(always)]
    unsafe fn one<W: Vector<Element = f64>, const KEEP: bool, const SUM: bool>(
        &self,
        at: usize,
        from: usize,
        sum: &mut Lanes<W>,
    ) {
        let i = at + from;
        let (mut old, mut own) = ([Lanes(W::from_f64(0.0)); V], [Lanes(W::from_f64(0.0)); F]);
        // SAFETY: the caller's promise.
        unsafe {
            for v in 0..V {
                old[v] = Lanes(W::load(self.vectors[v].add(i)));
            }
            for f in 0..F {
                own[f] = Lanes(W::load(self.factors[f].add(from)));
            }
            let (point, grad) = (Lanes(W::load(self.x.add(i))), Lanes(W::load(self.grad.add(i))));
            if KEEP {
                point.0.store(self.kept.add(i));
            }
            let (point, new) = self.update.update(point, grad, old, own);
            point.0.store(self.x.add(i));
            for v in 0..V {
                new[v].0.store(self.vectors[v].add(i));
            }
            if SUM {
                *sum = point.mul_add(point, *sum);
            }
        }
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
        with_widest(false, Pass::<true> { width, x, grad, squares: self });
    }

    /// Of gradients alone (dim x width); those of the points are 0.
    pub fn measure_gradients(&mut self, width: usize, grad: &[f64]) {
        assert!(grad.len().is_multiple_of(width), "gradients of one space");
        with_widest(false, Pass::<false> { width, x: grad, grad, squares: self });
    }
}

/// Partial sums of the squares of a gradient.
const SUMS: usize = 8;

/// Over both, or over gradients alone.
struct Pass<'p, const BOTH: bool> {
    width: usize,
    x: &'p [f64],
    grad: &'p [f64],
    squares: &'p mut Squares,
}

impl<const BOTH: bool> Work for Pass<'_, BOTH> {
    type Output = ();

    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        let Pass { width, x, grad, squares } = self;
        match width {
            1 => one_lane::<V64, BOTH>(x, grad, squares),
            4 => lanes::<V64, 4, BOTH>(x, grad, squares),
            8 => lanes::<V64, 8, BOTH>(x, grad, squares),
            16 => lanes::<V64, 16, BOTH>(x, grad, squares),
            32 => lanes::<V64, 32, BOTH>(x, grad, squares),
            64 => lanes::<V64, 64, BOTH>(x, grad, squares),
            _ => unreachable!("a width that points have"),
        }
    }
}

/// `W` lanes, a vector of them at a time; a constant, so that rows are at constant distances.
#[inline(always)]
fn lanes<V: Vector<Element = f64>, const W: usize, const BOTH: bool>(x: &[f64], grad: &[f64], squares: &mut Squares) {
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
                if BOTH {
                    of_x[i % 2] = x.mul_add(x, of_x[i % 2]);
                }
            }
            row += SUMS;
        }
        for i in 0..dim - whole {
            let (x, g) = load(whole + i);
            sums[i] = sums[i] + g * g;
            if BOTH {
                of_x[0] = x.mul_add(x, of_x[0]);
            }
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
fn one_lane<V: Vector<Element = f64>, const BOTH: bool>(x: &[f64], grad: &[f64], squares: &mut Squares) {
    let (mut low, mut high, mut of_x) = (V::from_f64(0.0), V::from_f64(0.0), V::from_f64(0.0));
    let whole = x.len() - x.len() % SUMS;
    let mut at = 0;
    while at < whole {
        let (x, grad) = (&x[at..at + SUMS], &grad[at..at + SUMS]);
        let (g, h) = (Lanes::<V>::load(&grad[..V::LANES]).0, Lanes::<V>::load(&grad[V::LANES..]).0);
        let (x, y) = (Lanes::<V>::load(&x[..V::LANES]).0, Lanes::<V>::load(&x[V::LANES..]).0);
        low = low + g * g;
        high = high + h * h;
        if BOTH {
            of_x = y.mul_add(y, x.mul_add(x, of_x));
        }
        at += SUMS;
    }
    let (mut sums, mut of_point) = ([0.0; SUMS], [0.0; SUMS]);
    Lanes(low).store(&mut sums[..V::LANES]);
    Lanes(high).store(&mut sums[V::LANES..]);
    Lanes(of_x).store(&mut of_point[..V::LANES]);
    for (i, (x, g)) in x[whole..].iter().zip(&grad[whole..]).enumerate() {
        sums[i] += g * g;
        if BOTH {
            of_point[0] += x * x;
        }
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
                let mut kept = vec![0.0; count];
                let vectors = [&mut new_m[..], &mut new_v];
                let each: Each<'_, _, 2, 2, true, true> =
                    Each::new(&Mixed, &mut new_x, &grad, vectors, [&a, &b], &mut kept);
                let sum = with_widest(is_portable, each);
                assert_eq!(kept, x);
                // Sums of positive numbers in two orders: each within `count` roundings.
                let expected: f64 = new_x.iter().map(|x| x * x).sum();
                assert!((sum / expected - 1.0).abs() <= 2.0 * count as f64 * f64::EPSILON, "{sum}, {expected}");
                let (mut other_x, mut other_m, mut other_v) = (x.clone(), m.clone(), v.clone());
                let vectors = [&mut other_m[..], &mut other_v];
                let each: Each<'_, _, 2, 2, false, false> =
                    Each::new(&Mixed, &mut other_x, &grad, vectors, [&a, &b], &mut []);
                with_widest(is_portable, each);
                assert_eq!([&other_x, &other_m, &other_v], [&new_x, &new_m, &new_v], "{count}, {is_portable}");
                for j in 0..count {
                    let (x, [m, v]) = Mixed.update(x[j], grad[j], [m[j], v[j]], [a[j % 64], b[j % 64]]);
                    let bits = [x, m, v].map(f64::to_bits);
                    assert_eq!([new_x[j], new_m[j], new_v[j]].map(f64::to_bits), bits, "{j} of {count}, {is_portable}");
                }
            }
        }
    }
}
