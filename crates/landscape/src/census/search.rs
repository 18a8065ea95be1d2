//! What becomes of one box: nothing in it, one point, two halves, or too small to go on.

use autodiff::{Encloser, Evaluator, Interval, Objective};

use super::ProvedPoint;
use crate::certificate::certify;
use crate::class::Class;
use crate::criteria::Criteria;
use crate::polish::polish;
use crate::proof::{Frame, Proof, prove};

/// Krawczyk steps in one visit of a box.
const STEPS: usize = 6;

/// A step that leaves more than this share of the volume makes the box be halved.
const GOOD_CUT: f64 = 0.6;

/// Share of its width by which a box is widened on each side.
const MARGIN: f64 = 0.1;

/// Where a box is divided, as a share of its width: not in the middle, where symmetric functions have their points.
const CUT: f64 = 0.4871;

/// What was found out about a box.
pub(super) enum Outcome {
    /// No critical point is in it.
    Empty,
    /// Every critical point in it is this one, which may lie just outside.
    Point(ProvedPoint),
    /// Two parts to look at.
    Halves([Vec<Interval>; 2]),
    /// It is not divided further.
    Small(Vec<Interval>),
}

/// One thread's workspace.
pub(super) struct Search<'o> {
    encloser: Encloser<'o>,
    domain: &'o [Interval],
    smallest: f64,
    grad: Vec<Interval>,
    grad_at_centre: Vec<Interval>,
    hess: Vec<Interval>,
}

/// What one Krawczyk step says.
enum Step {
    Empty,
    Point(ProvedPoint),
    /// The part of the box that is left.
    Left(Vec<Interval>),
}

impl<'o> Search<'o> {
    pub fn new(objective: &'o Objective, domain: &'o [Interval], smallest: f64) -> Self {
        let n = objective.dim();
        let zeros = |count| vec![Interval::ZERO; count];
        Search {
            encloser: objective.encloser(),
            domain,
            smallest,
            grad: zeros(n),
            grad_at_centre: zeros(n),
            hess: zeros(n * n),
        }
    }

    pub fn look(&mut self, x: &[Interval]) -> Outcome {
        let mut x = x.to_vec();
        for _ in 0..STEPS {
            self.encloser.gradient(&x, &mut self.grad);
            if self.grad.iter().any(|slope| !slope.contains(0.0)) {
                return Outcome::Empty;
            }
            match self.step(&x) {
                Step::Empty => return Outcome::Empty,
                Step::Point(point) => return Outcome::Point(point),
                Step::Left(left) => {
                    let share: f64 = left.iter().zip(&x).map(|(left, x)| left.width() / x.width()).product();
                    x = left;
                    if share.is_nan() || share > GOOD_CUT {
                        break;
                    }
                }
            }
        }
        let share = |(x, side): (&Interval, &Interval)| x.width() / side.width();
        let shares: Vec<f64> = x.iter().zip(self.domain).map(share).collect();
        let longest = (0..x.len()).fold(0, |best, i| if shares[i] > shares[best] { i } else { best });
        let (lo, hi) = (x[longest].lo(), x[longest].hi());
        let at = lo + CUT * (hi - lo);
        if shares[longest] <= self.smallest || !(lo < at && at < hi) {
            return Outcome::Small(x);
        }
        let mut upper = x.clone();
        (x[longest], upper[longest]) = (Interval::new(lo, at), Interval::new(at, hi));
        Outcome::Halves([x, upper])
    }

    /// Mean-value form and Krawczyk's operator on the widened box.
    fn step(&mut self, x: &[Interval]) -> Step {
        let n = x.len();
        let wide = |x: &Interval, side: &Interval| Interval::around(0.0, MARGIN * x.width() + 1e-16 * side.mag()) + *x;
        let region: Vec<Interval> = x.iter().zip(self.domain).map(|(x, side)| wide(x, side)).collect();
        let unchanged = || Step::Left(x.to_vec());
        if !self.encloser.hessian(&region, &mut self.grad, &mut self.hess).is_smooth {
            return unchanged();
        }
        let centre: Vec<f64> = x.iter().map(|x| x.mid()).collect();
        let middle: Vec<Interval> = centre.iter().map(|&c| Interval::point(c)).collect();
        self.encloser.gradient(&middle, &mut self.grad_at_centre);
        for (i, &slope) in self.grad_at_centre.iter().enumerate() {
            let bends = self.hess[i * n..][..n].iter().zip(x.iter().zip(&middle));
            let bound = bends.fold(slope, |sum, (&bend, (&x, &c))| sum + bend * (x - c));
            if !bound.contains(0.0) {
                return Step::Empty;
            }
        }
        if !self.hess.iter().all(|bend| bend.is_bounded()) {
            return unchanged();
        }
        let Ok(frame) = Frame::of(&self.hess, n) else { return unchanged() };
        let image = frame.krawczyk(&centre, &self.grad_at_centre, &self.hess, &region);
        // A side is not cut to less than the smallest: a box as thin as roundings is never mapped into itself.
        let cut = |((image, x), side): ((&Interval, &Interval), &Interval)| {
            let left = image.intersection(*x)?;
            left.hull(Interval::around(left.mid(), 0.5 * self.smallest * side.width())).intersection(*x)
        };
        let left: Option<Vec<Interval>> = image.iter().zip(x).zip(self.domain).map(cut).collect();
        let Some(left) = left else { return Step::Empty };
        if image.iter().zip(&region).all(|(image, region)| image.is_inside(*region))
            && let Some(point) = self.refine(&image, &region)
        {
            return Step::Point(point);
        }
        Step::Left(left)
    }

    /// The one zero in `region`, which lies in `image`, refined and proved in a box of its own inside.
    fn refine(&mut self, image: &[Interval], region: &[Interval]) -> Option<ProvedPoint> {
        let n = image.len();
        let mut x: Vec<f64> = image.iter().map(|x| x.mid()).collect();
        for _ in 0..STEPS {
            let at: Vec<Interval> = x.iter().map(|&x| Interval::point(x)).collect();
            self.encloser.hessian(&at, &mut self.grad_at_centre, &mut self.hess);
            let frame = Frame::of(&self.hess, n).ok()?;
            let step = frame.solve(&self.grad_at_centre);
            let length =
                step.iter().zip(&x).fold(0.0, |most: f64, (step, x)| most.max(step.mid().abs() / (1.0 + x.abs())));
            x.iter_mut().zip(&step).for_each(|(x, step)| *x -= step.mid());
            if length < 1e-13 {
                break;
            }
        }
        let Proof::Proved { radius, inertia, value } = prove(&mut self.encloser, &x, 0) else { return None };
        let point = ProvedPoint { x, radius, value, inertia };
        is_one_zero(&mut self.encloser, &point.place(), region).then_some(point)
    }
}

/// Whether zeros of the gradient in two boxes, one in each, are surely the same.
///
/// When every matrix within bounds of H on the box around both is nonsingular, `g(a) - g(b) = M (a - b)` with M among
/// them shows that two zeros are one.
pub(super) fn is_one_zero(encloser: &mut Encloser, a: &[Interval], b: &[Interval]) -> bool {
    let n = a.len();
    let around: Vec<Interval> = a.iter().zip(b).map(|(a, b)| a.hull(*b)).collect();
    let (mut grad, mut hess) = (vec![Interval::ZERO; n], vec![Interval::ZERO; n * n]);
    let is_smooth = encloser.hessian(&around, &mut grad, &mut hess).is_smooth;
    let is_bounded = hess.iter().all(|bend| bend.is_bounded());
    is_smooth && is_bounded && Frame::of(&hess, n).is_ok_and(|frame| frame.signs_on(&hess).is_some())
}

/// A point in the region, or beside it by its width, that is critical and degenerate by the numerical tests.
pub(super) fn degenerate(eval: &mut Evaluator, region: &[Interval], criteria: &Criteria) -> Option<Vec<f64>> {
    let middle: Vec<f64> = region.iter().map(|side| side.mid()).collect();
    let point = polish(eval, &middle, criteria);
    let certificate = certify(eval, &point, 0, criteria);
    let is_near =
        point.x.iter().zip(region).all(|(&x, side)| Interval::around(side.mid(), 1.5 * side.width()).contains(x));
    let is_degenerate =
        certificate.class == Class::Degenerate || (certificate.class.is_critical() && certificate.inertia.n_zero > 0);
    (is_near && is_degenerate).then_some(point.x)
}
