//! What a problem declares, against what is measured: critical points, least value, counts.

use autodiff::Evaluator;
use landscape::{Criteria, Inertia, inertia, tangent_spectrum, zero_tolerance};
use problems::{Instance, KnownPoint, Reference, ReferenceKind, StartLaw};

use crate::{Finding, MOST_DENSE, max_abs, norm, sample, shown, stream, within};

/// Declared points looked at; beyond, evenly spaced ones.
const MOST_POINTS: usize = 200;

/// Start points, and values and gradients there, are finite; uniform ones lie in the domain.
pub fn starts(instance: &Instance) -> Finding {
    const PROMISE: &str = "starts are finite";
    const COUNT: usize = 20;
    let mut eval = instance.objective.evaluator();
    let mut grad = vec![0.0; instance.dim];
    let wrong = (0..COUNT).find_map(|i| {
        let x = instance.start_point(&mut stream("starts", i));
        if !x.iter().all(|x| x.is_finite()) {
            return Some(format!("a start is not finite: {}", shown(&x)));
        }
        if matches!(instance.start, StartLaw::Uniform) && !instance.in_domain(&x) {
            return Some(format!("a start is outside the domain: {}", shown(&x)));
        }
        let value = eval.gradient(&x, &mut grad);
        let what = if value.is_finite() { "the gradient is not finite".to_string() } else { format!("f = {value}") };
        (!value.is_finite() || !max_abs(&grad).is_finite()).then(|| format!("{what} at the start {}", shown(&x)))
    });
    Finding::of(PROMISE, wrong.map_or_else(|| Ok(format!("{COUNT} starts")), Err))
}

/// A minimum has at least as many zero eigenvalues as the declared symmetries make: one that had fewer would show that too
/// many are declared, and degenerate minima would pass for ordinary ones.
pub fn zero_modes(instance: &Instance) -> Finding {
    const PROMISE: &str = "minima have the zero modes";
    let declared = instance.zero_modes;
    if declared == 0 {
        return Finding::skipped(PROMISE, "none declared");
    }
    if instance.dim > MOST_DENSE {
        return Finding::skipped(PROMISE, format!("dim = {}, more than {MOST_DENSE}", instance.dim));
    }
    let mut eval = instance.objective.evaluator();
    let minima: Vec<&KnownPoint> = instance.known_points.iter().filter(|point| point.n_neg == 0).collect();
    if minima.is_empty() {
        return Finding::skipped(PROMISE, format!("{declared} declared, but no minimum to look at"));
    }
    let looked_at = minima.len().min(20);
    let wrong = minima[..looked_at].iter().find_map(|point| {
        let signs = signs_at(&mut eval, &point.x);
        (signs.n_zero < declared).then(|| {
            format!("{declared} declared, but {} zero eigenvalues at the minimum {}", signs.n_zero, shown(&point.x))
        })
    });
    let count = if looked_at == 1 { "1 minimum".to_string() } else { format!("{looked_at} minima") };
    Finding::of(PROMISE, wrong.map_or_else(|| Ok(format!("{declared} declared; {count}")), Err))
}

/// Signs of the eigenvalues. A declared zero is not an exact one: x is rounded, and that moves eigenvalues by the third
/// derivative times eps.
fn signs_at(eval: &mut Evaluator, x: &[f64]) -> Inertia {
    let spectrum = tangent_spectrum(eval, x);
    inertia(&spectrum, zero_tolerance(&spectrum, &Criteria::default()).max(1e-10 * max_abs(&spectrum)))
}

/// Every declared point is in the domain, critical, and has the declared value, index and nullity.
pub fn points(instance: &Instance) -> Finding {
    const PROMISE: &str = "declared points hold";
    let known = &instance.known_points;
    if known.is_empty() {
        return Finding::skipped(PROMISE, "none declared");
    }
    let mut eval = instance.objective.evaluator();
    let every = known.len().div_ceil(MOST_POINTS);
    let looked_at: Vec<&KnownPoint> = known.iter().step_by(every).collect();
    let broken = looked_at.iter().find_map(|point| point_is_wrong(instance, &mut eval, point));
    let result = match broken {
        Some(what) => Err(what),
        None if instance.dim > MOST_DENSE => {
            Ok(format!("{} points; index not measured, dim > {MOST_DENSE}", looked_at.len()))
        }
        None if every > 1 => Ok(format!("{} of {} points", looked_at.len(), known.len())),
        None if known.len() == 1 => Ok("1 point".to_string()),
        None => Ok(format!("{} points", known.len())),
    };
    Finding::of(PROMISE, result)
}

fn point_is_wrong(instance: &Instance, eval: &mut Evaluator, point: &KnownPoint) -> Option<String> {
    let (x, n) = (&point.x, instance.dim);
    if x.len() != n || !instance.domain.contains(x) {
        return Some(format!("{} is outside the domain", shown(x)));
    }
    let mut grad = vec![0.0; n];
    let value = eval.gradient(x, &mut grad);
    let apart = (value - point.value).abs();
    if !within(apart, 1e-12 * (1.0 + point.value.abs())) {
        return Some(format!("f = {value} at {}, declared is {}", shown(x), point.value));
    }
    instance.objective.geometry().project(x, &mut grad);
    if n > MOST_DENSE {
        return (!within(norm(&grad), 1e-8)).then(|| format!("|gradient| = {:.1e} at {}", norm(&grad), shown(x)));
    }
    let mut hess = vec![0.0; n * n];
    eval.hessian(x, &mut hess);
    // Rounding x moves the gradient by n eps |H| |x|; terms that cancel have that size, too.
    let rounding = 16.0 * n as f64 * f64::EPSILON * (1.0 + max_abs(&hess)) * (1.0 + max_abs(x));
    if !within(max_abs(&grad), rounding) {
        return Some(format!("|gradient| = {:.1e} at {}, a critical point has {rounding:.0e}", norm(&grad), shown(x)));
    }
    let signs = signs_at(eval, x);
    let declared = point.n_zero.map_or("unknown".to_string(), |n_zero| n_zero.to_string());
    let is_as_declared = signs.n_neg == point.n_neg && point.n_zero.is_none_or(|n_zero| n_zero == signs.n_zero);
    (!is_as_declared).then(|| {
        format!(
            "{} negative and {} zero eigenvalues at {}, declared are {} and {declared}",
            signs.n_neg,
            signs.n_zero,
            shown(x),
            point.n_neg
        )
    })
}

/// No value in the domain below the declared least value or bound: at start points, and on short descents from some.
pub fn floor(instance: &Instance) -> Finding {
    const PROMISE: &str = "no value below the declared one";
    let Some(Reference { value: floor, kind }) = instance.reference else {
        return Finding::skipped(PROMISE, "no reference declared");
    };
    if kind == ReferenceKind::Estimate {
        return Finding::skipped(PROMISE, "the reference is an estimate");
    }
    let mut eval = instance.objective.evaluator();
    let tolerance = 1e-12 * (1.0 + floor.abs());
    let mut least = f64::INFINITY;
    for (i, mut x) in sample(instance, "floor", 60).into_iter().enumerate() {
        let steps = if i < 10 { 60 } else { 0 };
        let value = descend(instance, &mut eval, &mut x, steps);
        if value < floor - tolerance && instance.in_domain(&x) {
            return Finding::of(PROMISE, Err(format!("f = {value} at {}, declared is {floor}", shown(&x))));
        }
        if instance.in_domain(&x) {
            least = least.min(value);
        }
    }
    Finding::of(PROMISE, Ok(format!("least of 60 starts and 10 descents is {:.1e} above", least - floor)))
}

/// Gradient descent with steps halved until the value falls; the value reached.
fn descend(instance: &Instance, eval: &mut Evaluator, x: &mut Vec<f64>, steps: usize) -> f64 {
    let geometry = instance.objective.geometry();
    let mut grad = vec![0.0; x.len()];
    let mut value = eval.value(x);
    let mut step = 1.0;
    for _ in 0..steps {
        value = eval.gradient(x, &mut grad);
        geometry.project(x, &mut grad);
        step *= 4.0;
        while step > 1e-12 {
            let mut next: Vec<f64> = x.iter().zip(&grad).map(|(x, g)| x - step * g).collect();
            geometry.retract(&mut next);
            let there = eval.value(&next);
            if there < value {
                (*x, value) = (next, there);
                break;
            }
            step *= 0.5;
        }
    }
    value
}

/// Exact counts are not below what is listed, and add up to the Euler characteristic that is declared.
pub fn counts(instance: &Instance) -> Finding {
    const PROMISE: &str = "counts agree with the list";
    let Some(counts) = &instance.counts else { return Finding::skipped(PROMISE, "no counts declared") };
    if !counts.is_exact {
        return Finding::skipped(PROMISE, "the counts are means over instances");
    }
    let listed = |index: usize| instance.known_points.iter().filter(|point| point.n_neg == index).count() as f64;
    let beyond = instance.known_points.iter().find(|point| point.n_neg >= counts.by_index.len());
    if let Some(point) = beyond {
        return Finding::of(PROMISE, Err(format!("a point of index {} is listed, none is counted", point.n_neg)));
    }
    let wrong = counts.by_index.iter().enumerate().find(|(index, count)| listed(*index) > **count);
    let total: f64 = counts.by_index.iter().sum();
    let alternating = counts.by_index.iter().rev().fold(0.0, |sum, count| count - sum);
    let result = match wrong {
        None if instance.euler.is_some_and(|euler| euler as f64 != alternating) => {
            Err(format!("the counts add up to {alternating} with alternating signs, the declared sum is another"))
        }
        Some((index, count)) => Err(format!("{} points of index {index} are listed, {count} counted", listed(index))),
        None => Ok(format!("{} of {total} points listed", instance.known_points.len())),
    };
    Finding::of(PROMISE, result)
}
