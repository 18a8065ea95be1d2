//! What is known of a surface, in words: for `show` and for the page of all problems.

use crate::figure::{count, float};
use autodiff::Geometry;
use landscape::{Class, Inertia};
use problems::{Counts, Instance, KnownPoint, Parity, Reference, ReferenceKind, StartLaw, Symmetry};
use toml::Value;

/// Coordinates of a point that are written out.
const COORDINATES_SHOWN: usize = 4;

/// Facts as (name, text), in the order in which they are told.
pub fn of(instance: &Instance) -> Vec<(&'static str, String)> {
    let objective = &instance.objective;
    let domain = &instance.domain;
    let mut facts = vec![("dim", instance.dim.to_string())];
    if objective.has_rows() {
        facts.push(("data rows", format!("{} (the loss is their mean)", objective.row_count())));
    }
    facts.push(("domain", interval(&domain.lower, &domain.upper)));
    facts.push(("start", start_law(instance)));
    if let Geometry::Sphere { radius } = objective.geometry() {
        let text = format!(
            "sphere of radius {}; gradient, hessian and hvp of `eval` are the Euclidean derivatives of the formula, \
             spectrum and inertia those of the Riemannian Hessian in the tangent space (dim - 1)",
            brief(*radius)
        );
        facts.push(("surface", text));
    }
    facts.push(("zero modes", instance.zero_modes.to_string()));
    facts.extend(symmetry(instance).map(|symmetry| ("symmetry", symmetry)));
    facts.push(("reference f*", instance.reference.map_or("unknown".to_string(), reference)));
    if instance.loss_scale != 1.0 {
        facts.push(("level", format!("f / {}; gaps are in levels", float(instance.loss_scale))));
    }
    if let Some(counts) = &instance.counts {
        facts.push(("critical points", counted(counts)));
    }
    facts.push(("known points", known(instance)));
    facts.extend(instance.remark().map(|remark| ("also known", remark)));
    facts
}

/// What a known critical point is; nothing where its zero eigenvalues are not known.
pub fn class(point: &KnownPoint, instance: &Instance) -> Option<Class> {
    let (n_neg, n_zero) = (point.n_neg, point.n_zero?);
    let dim = instance.objective.geometry().tangent_dim(instance.dim);
    let signs = Inertia { n_neg, n_zero, n_pos: dim.saturating_sub(n_neg + n_zero) };
    Some(Class::of_critical(signs, instance.zero_modes))
}

/// The declared discrete symmetry, where there is one.
fn symmetry(instance: &Instance) -> Option<String> {
    Some(match &instance.symmetry {
        Symmetry::None if instance.is_odd => "f(-x) = -f(x)".to_string(),
        Symmetry::None => return None,
        Symmetry::Vectors { size, flips: true } if *size == instance.dim => "f(-x) = f(x)".to_string(),
        Symmetry::Vectors { size: 1, flips: false } => "coordinates in any order".to_string(),
        Symmetry::Vectors { size: 1, flips: true } => "coordinates in any order, each of either sign".to_string(),
        Symmetry::Vectors { size, flips } => {
            let signs = if *flips { ", each of either sign" } else { "" };
            format!("groups of {size} coordinates in any order{signs}")
        }
        Symmetry::Network { parity: Parity::None, .. } => "hidden units of a layer in any order".to_string(),
        Symmetry::Network { .. } => "hidden units of a layer in any order, each of either sign".to_string(),
    })
}

/// How many known points there are of each class.
fn known(instance: &Instance) -> String {
    let points = &instance.known_points;
    if points.is_empty() {
        return "none".to_string();
    }
    let of = |wanted: Option<Class>| points.iter().filter(|point| class(point, instance) == wanted).count();
    let named = [
        (Some(Class::Minimum), "minimum", "minima"),
        (Some(Class::Saddle), "saddle", "saddles"),
        (Some(Class::Maximum), "maximum", "maxima"),
        (Some(Class::Degenerate), "degenerate", "degenerate"),
        (None, "of unknown nullity", "of unknown nullity"),
    ];
    let words = named.into_iter().filter_map(|(class, one, many)| match of(class) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    });
    let words: Vec<String> = words.collect();
    // Orbits of a continuous symmetry are listed by one point each.
    let orbits = if instance.zero_modes > 0 { ", each up to the symmetry" } else { "" };
    format!("{}: {}{orbits}", count(points.len(), "point"), words.join(", "))
}

/// A number with at most six significant digits.
pub fn brief(value: f64) -> String {
    significant(value, 6)
}

fn significant(value: f64, digits: usize) -> String {
    // Adding 0 takes the sign from -0.
    float(format!("{value:.*e}", digits - 1).parse().unwrap_or(value) + 0.0)
}

/// The first coordinates of a point, in few digits.
pub fn coordinates(x: &[f64], separator: &str) -> String {
    let digits = if x.len() <= 2 { 6 } else { 4 };
    let mut words: Vec<String> = x.iter().take(COORDINATES_SHOWN).map(|v| significant(*v, digits)).collect();
    if x.len() > COORDINATES_SHOWN {
        words.push("...".to_string());
    }
    words.join(separator)
}

/// A parameter as it is written in an experiment file.
pub fn value(value: &Value) -> String {
    match value {
        // 1e-8, not 0.00000001.
        Value::Float(number) if *number != 0.0 && !(1e-4..1e15).contains(&number.abs()) => float(*number),
        other => other.to_string(),
    }
}

fn interval(lower: &[f64], upper: &[f64]) -> String {
    let sides: Vec<String> =
        lower.iter().zip(upper).map(|(lo, hi)| format!("[{}, {}]", brief(*lo), brief(*hi))).collect();
    match sides.as_slice() {
        [only] => only.clone(),
        [first, rest @ ..] if rest.iter().all(|side| side == first) => {
            format!("{first} in each of {} coordinates", sides.len())
        }
        _ => sides.join(" x "),
    }
}

fn reference(reference: Reference) -> String {
    let kind = match reference.kind {
        ReferenceKind::Minimum => "the least value of f",
        ReferenceKind::Bound => "a lower bound",
        ReferenceKind::Estimate => "an estimate of the least value",
    };
    format!("{}, {kind}", float(reference.value))
}

/// Numbers of critical points by index.
fn counted(counts: &Counts) -> String {
    let by_index = counts.by_index.iter().enumerate().filter(|(_, count)| **count > 0.0);
    let words: Vec<String> = by_index.map(|(index, count)| format!("{} of index {index}", brief(*count))).collect();
    format!("{}{}", words.join(", "), if counts.is_exact { "" } else { ", on average over instances" })
}

fn start_law(instance: &Instance) -> String {
    match &instance.start {
        StartLaw::Uniform => "uniform in the domain".to_string(),
        StartLaw::Drawn { about, .. } => about.clone(),
        StartLaw::Sphere => "uniform on the sphere".to_string(),
        StartLaw::Normal { sd } => {
            let least = sd.iter().copied().fold(f64::INFINITY, f64::min);
            let most = sd.iter().copied().fold(0.0, f64::max);
            if least == most {
                format!("independent normal coordinates, standard deviation {}", brief(least))
            } else {
                format!("independent normal coordinates, standard deviations from {} to {}", brief(least), brief(most))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, params: &str, fact: &str) -> String {
        let entry = problems::Registry::builtin();
        let instance = entry.get(name).unwrap().build(&params.parse().unwrap()).unwrap();
        of(&instance).into_iter().find(|(name, _)| *name == fact).unwrap().1
    }

    /// Himmelblau's nine points are famous; the monkey saddle's one has a Hessian of zeros; the autoencoder's global
    /// minimum has its symmetries' zero modes and is a minimum all the same.
    #[test]
    fn known_points_are_counted_by_what_they_are() {
        assert_eq!(shown("himmelblau", "", "known points"), "9 points: 4 minima, 4 saddles, 1 maximum");
        assert_eq!(shown("monkey_saddle", "", "known points"), "1 point: 1 degenerate");
        let autoencoder = shown("linear_autoencoder", "", "known points");
        assert!(autoencoder.contains(" 1 minimum, ") && autoencoder.ends_with("up to the symmetry"), "{autoencoder}");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([-0.0, 1.0 / 3.0, -123_456_789.0].map(brief), ["0", "0.333333", "-123457000"]);
        assert_eq!(coordinates(&[0.123_456_7, 2.0, 3.0, 4.0, 5.0], ","), "0.1235,2,3,4,...");
        assert_eq!([1e-8, 0.1, 100.0].map(|v| value(&Value::Float(v))), ["1e-8", "0.1", "100.0"]);
    }
}
