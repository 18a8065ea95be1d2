//! The same again: from another build, in a batch, and with a NaN in the point.

use problems::Instance;

use crate::{Finding, sample, shown, stream};

/// A NaN in any coordinate gives a NaN: a run that goes bad must not look like a good one.
pub fn nan(instance: &Instance) -> Finding {
    const PROMISE: &str = "NaN in gives NaN out";
    const MOST: usize = 100;
    let mut eval = instance.objective.evaluator();
    let n = instance.dim;
    let x = &sample(instance, "nan", 1)[0];
    let mut draw = stream("nan at", 0);
    let places: Vec<usize> =
        if n <= MOST { (0..n).collect() } else { (0..MOST).map(|_| draw.below(n as u32) as usize).collect() };
    let mut unseen = vec![];
    for &i in &places {
        let mut bad = x.clone();
        bad[i] = f64::NAN;
        if !eval.value(&bad).is_nan() {
            // A coordinate that f does not depend on at all has a right not to.
            let mut moved = x.clone();
            moved[i] += 0.37;
            if eval.value(&moved) != eval.value(x) {
                unseen.push(i + 1);
            }
        }
    }
    let result = match unseen.first() {
        Some(first) => Err(format!("x{first} = NaN gives a number ({} of {} coordinates)", unseen.len(), places.len())),
        None if places.len() == 1 => Ok("1 coordinate".to_string()),
        None => Ok(format!("{} coordinates", places.len())),
    };
    Finding::of(PROMISE, result)
}

/// Two builds give the same surface, bit for bit, the same starts and the same declared facts.
pub fn determinism(instance: &Instance, again: &Instance) -> Finding {
    const PROMISE: &str = "built twice, the same bits";
    let facts = |instance: &Instance| {
        let Instance { domain, known_points, counts, reference, zero_modes, fingerprint, .. } = instance;
        let declared = format!("{domain:?} {known_points:?} {counts:?} {reference:?} {zero_modes}");
        (declared, fingerprint.clone())
    };
    if facts(instance) != facts(again) {
        return Finding::of(PROMISE, Err("two builds declare different facts".to_string()));
    }
    let result = sample(instance, "twice", 3).iter().zip(sample(again, "twice", 3)).try_for_each(|(x, y)| {
        if x.iter().zip(&y).any(|(a, b)| a.to_bits() != b.to_bits()) {
            return Err("two builds draw different starts".to_string());
        }
        let at = |instance: &Instance| {
            let mut grad = vec![0.0; x.len()];
            let value = instance.objective.evaluator().gradient(x, &mut grad);
            grad.push(value);
            grad.iter().map(|v| v.to_bits()).collect::<Vec<u64>>()
        };
        if at(instance) == at(again) { Ok(()) } else { Err(format!(
                "two builds differ at {}: something outside the parameters enters, a counter, a clock, a global stream?",
                shown(x)
            )) }
    });
    Finding::of(PROMISE, result.map(|()| "3 points".to_string()))
}

/// A point of a batch has the bits it has alone.
pub fn lanes(instance: &Instance) -> Finding {
    const PROMISE: &str = "a batch has the bits of single runs";
    const COUNT: usize = 37;
    let points = sample(instance, "lanes", COUNT);
    let n = instance.dim;
    let mut eval = instance.objective.evaluator();
    let (mut values, mut grads) = (vec![0.0; COUNT], vec![0.0; COUNT * n]);
    eval.gradients(&points.concat(), &mut values, &mut grads);
    let mut alone = vec![0.0; n];
    for ((x, value), grad) in points.iter().zip(&values).zip(grads.chunks_exact(n)) {
        let single = eval.gradient(x, &mut alone);
        let same = |a: &f64, b: &f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        if !same(&single, value) || !alone.iter().zip(grad).all(|(a, b)| same(a, b)) {
            return Finding::of(PROMISE, Err(format!("they differ at {}", shown(x))));
        }
    }
    Finding::of(PROMISE, Ok(format!("{COUNT} points")))
}
