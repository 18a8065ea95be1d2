//! Places where the gradient or the value jumps: there, differences, Newton's method and certificates mean little.

use autodiff::{Evaluator, Geometry};
use problems::Instance;

use crate::{Finding, direction, dot, max_abs, norm, sample, shown};

/// Segments looked along in random directions.
const SEGMENTS: usize = 8;

/// Most segments parallel to an axis, each across the whole domain: a kink in one coordinate lies on one of them.
const MOST_AXES: usize = 16;

/// First cuts of a segment.
const CUTS: usize = 64;

/// A jump of the gradient is found by halving the part of a segment over which it changes most: a smooth gradient's
/// change falls with the part, a jump's stays. The same for the value, in place of the change how far it is from what the
/// gradients at both ends make of it.
pub fn kinks(instance: &Instance) -> Finding {
    const PROMISE: &str = "kinks are declared";
    let segments = segments(instance);
    let mut eval = instance.objective.evaluator();
    let found = segments.iter().find_map(|segment| jump(&mut eval, segment));
    let count = segments.len();
    match (found, instance.has_kinks) {
        (Some((what, place)), false) => {
            Finding::of(PROMISE, Err(format!("{what} jumps at {place}; smooth it, or declare `has_kinks`")))
        }
        (Some((what, place)), true) => Finding::of(PROMISE, Ok(format!("declared; {what} jumps at {place}"))),
        (None, true) => Finding::of(PROMISE, Ok(format!("declared, none met on {count} segments"))),
        (None, false) => Finding::of(PROMISE, Ok(format!("none met on {count} segments"))),
    }
}

/// From `from`, along the unit vector `along`.
struct Segment {
    from: Vec<f64>,
    along: Vec<f64>,
    length: f64,
}

impl Segment {
    fn at(&self, t: f64) -> Vec<f64> {
        self.from.iter().zip(&self.along).map(|(x, v)| x + t * self.length * v).collect()
    }
}

fn segments(instance: &Instance) -> Vec<Segment> {
    let random = sample(instance, "kinks", SEGMENTS).into_iter().enumerate().map(|(i, x)| {
        let along = direction(x.len(), "segment", i);
        let length = 2.0 * (0.1 + norm(&x));
        let from = x.iter().zip(&along).map(|(x, v)| x - 0.5 * length * v).collect();
        Segment { from, along, length }
    });
    let n_axes = if *instance.objective.geometry() == Geometry::Flat { instance.dim.min(MOST_AXES) } else { 0 };
    let axes = sample(instance, "kinks along axes", n_axes).into_iter().enumerate().map(|(i, mut from)| {
        // Spread over the coordinates, the last among them.
        let axis = (i + 1) * instance.dim / n_axes - 1;
        let (lower, upper) = (instance.domain.lower[axis], instance.domain.upper[axis]);
        from[axis] = lower;
        let mut along = vec![0.0; instance.dim];
        along[axis] = 1.0;
        Segment { from, along, length: upper - lower }
    });
    random.chain(axes).collect()
}

/// A place on a segment and what is known there.
#[derive(Clone)]
struct Cut {
    t: f64,
    value: f64,
    grad: Vec<f64>,
}

fn jump(eval: &mut Evaluator, segment: &Segment) -> Option<(&'static str, String)> {
    let mut cut = |t: f64| {
        let mut grad = vec![0.0; segment.from.len()];
        let value = eval.gradient(&segment.at(t), &mut grad);
        Cut { t, value, grad }
    };
    let cuts: Vec<Cut> = (0..=CUTS).map(|k| cut(k as f64 / CUTS as f64)).collect();
    let turn = |a: &Cut, b: &Cut| max_abs(&a.grad.iter().zip(&b.grad).map(|(a, b)| a - b).collect::<Vec<f64>>());
    // f(b) - f(a) less the trapezoid of the slopes: of third order in the length where f is smooth.
    let slope = |cut: &Cut| dot(&cut.grad, &segment.along) * segment.length;
    let leap = |a: &Cut, b: &Cut| (b.value - a.value - 0.5 * (b.t - a.t) * (slope(a) + slope(b))).abs();
    let steepest = cuts.iter().map(|cut| max_abs(&cut.grad)).fold(0.0, f64::max);
    let highest = cuts.iter().map(|cut| cut.value.abs()).fold(0.0, f64::max);
    let place = |t: f64| shown(&segment.at(t));
    // Rounding of a value leaves some eps of it, far below 1e-9 for what is not nearly all cancellation.
    let in_value = follow(&cuts, &mut cut, leap, highest, 1e-9).map(|t| ("the value", place(t)));
    in_value.or_else(|| follow(&cuts, &mut cut, turn, steepest, 1e-7).map(|t| ("the gradient", place(t))))
}

/// Where a `change` between two cuts stays when the part between them is halved again and again; `size` is the largest of
/// what changes, and a jump below `least` of it is not told from rounding.
fn follow(
    cuts: &[Cut],
    cut: &mut impl FnMut(f64) -> Cut,
    change: impl Fn(&Cut, &Cut) -> f64,
    size: f64,
    least: f64,
) -> Option<f64> {
    if !size.is_finite() || size == 0.0 {
        return None;
    }
    let changes = cuts.windows(2).map(|pair| change(&pair[0], &pair[1]));
    // A smooth change that is large is followed, too, and vanishes; so the largest few are.
    let mut parts: Vec<(usize, f64)> = changes.enumerate().filter(|(_, change)| *change > 1e-4 * size).collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    parts.iter().take(4).find_map(|&(k, first)| {
        let (mut left, mut right) = (cuts[k].clone(), cuts[k + 1].clone());
        for _ in 0..30 {
            let middle = cut(0.5 * (left.t + right.t));
            if change(&left, &middle) >= change(&middle, &right) {
                right = middle;
            } else {
                left = middle;
            }
        }
        // Over a part 2^-30 as long a smooth function has changed by about 2^-30 as much.
        let last = change(&left, &right);
        (last > 1e-3 * first && last > least * size).then_some(left.t)
    })
}
