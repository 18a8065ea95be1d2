//! What a problem declares about its critical points, as surveys want it.

use landscape::theory::Ensemble;
use landscape::{Estimate, Known, ListedPoint, matching};
use problems::{Instance, Parity, Symmetry};
use std::sync::{Arc, Mutex};

/// Means over ensembles that were asked for: each takes up to a second, and all draws of a surface share one.
#[derive(Debug, Default)]
pub struct Means(Mutex<Vec<(Ensemble, Arc<Vec<Estimate>>)>>);

impl Means {
    /// Mean numbers of critical points by index; an empty list where there is no theory.
    fn of(&self, ensemble: Ensemble) -> Arc<Vec<Estimate>> {
        let mut known = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((_, means)) = known.iter().find(|(other, _)| *other == ensemble) {
            return Arc::clone(means);
        }
        let means = Arc::new(ensemble.expected().unwrap_or_default());
        known.push((ensemble, Arc::clone(&means)));
        means
    }
}

/// Everything but what takes time: what is expected of a random surface, and the optimum.
pub fn declared(instance: &Instance) -> Known<'_> {
    let listed = instance.known_points.iter().map(|point| ListedPoint {
        x: &point.x,
        f: point.value,
        n_neg: point.n_neg,
        n_zero: point.n_zero,
    });
    let ensemble = instance.ensemble.map(ensemble);
    let counted = instance.counts.iter().flat_map(|counts| &counts.by_index);
    Known {
        listed: listed.collect(),
        ensemble,
        expected: counted.map(|&mean| Estimate { mean, std_error: 0.0 }).collect(),
        euler: instance.euler,
        most: ensemble.and_then(|ensemble| ensemble.most()),
        candidates: instance.candidates(),
        optimum: None,
    }
}

/// All of it.
pub fn known<'a>(instance: &'a Instance, means: &Means) -> Known<'a> {
    let mut known = declared(instance);
    if let (true, Some(ensemble)) = (known.expected.is_empty(), known.ensemble) {
        known.expected = means.of(ensemble).to_vec();
    }
    known.optimum = instance.optimum();
    known
}

fn ensemble(declared: problems::Ensemble) -> Ensemble {
    match declared {
        problems::Ensemble::SphericalSpin { p, n } => Ensemble::SphericalSpin { p, n },
        problems::Ensemble::FieldInBowl { mu, n } => Ensemble::FieldInBowl { mu, n },
        problems::Ensemble::Orthogonal { n } => Ensemble::Orthogonal { n },
    }
}

/// Points that are critical where x is.
pub fn images(instance: &Instance, x: &[f64]) -> Vec<Vec<f64>> {
    let mirrored = instance.is_odd.then(|| x.iter().map(|x| -x).collect());
    instance.symmetry.images(x).into_iter().chain(mirrored).collect()
}

/// The declared symmetry as `landscape` knows it.
pub fn symmetry(instance: &Instance) -> matching::Symmetry {
    match &instance.symmetry {
        Symmetry::None => matching::Symmetry::None,
        &Symmetry::Vectors { size, flips } => matching::Symmetry::Vectors { size, flips },
        Symmetry::Network { widths, parity } => matching::Symmetry::Network(matching::Layout {
            widths: widths.clone(),
            parity: match parity {
                Parity::Odd => matching::Parity::Odd,
                Parity::Even => matching::Parity::Even,
                Parity::None => matching::Parity::None,
            },
        }),
    }
}
