//! One representative for all relabellings of a network.

use super::layout::{Layout, Parity};
use super::relabelling::Relabelling;

/// The relabelling that brings a network into its canonical form.
///
/// Layer by layer from the inputs: a unit is flipped (where the activation allows it) so that the largest of its
/// incoming weights and bias is positive, then units are sorted by bias and incoming weights, smallest first. All
/// relabellings of a point come to the same form, bit for bit, unless two units of a layer have the same incoming
/// weights or a unit has two largest weights of opposite sign. Near such ties the form jumps: to compare points that
/// are equal up to rounding, use [`super::Symmetry::distance`].
pub fn canonical(layout: &Layout, x: &[f64]) -> Relabelling {
    assert_eq!(x.len(), layout.dim(), "a point of the network {:?}", layout.widths);
    let mut form = Relabelling::identity(layout);
    for hidden in 0..form.units.len() {
        // The layers before are in their form; this one is sorted as they left it.
        let here = form.apply(layout, x);
        let key = |i: usize| -> Vec<f64> {
            let weights = here[layout.weights(hidden, i)].iter();
            std::iter::once(&here[layout.bias(hidden, i)]).chain(weights).copied().collect()
        };
        let width = layout.widths[hidden + 1];
        let mut units: Vec<(Vec<f64>, bool, usize)> = (0..width)
            .map(|i| {
                let mut key = key(i);
                let largest = key.iter().fold(0.0f64, |most, &a| if a.abs() > most.abs() { a } else { most });
                let is_flipped = layout.parity != Parity::None && largest < 0.0;
                if is_flipped {
                    key.iter_mut().for_each(|a| *a = -*a);
                }
                (key, is_flipped, i)
            })
            .collect();
        // Zeros of both signs are equal here.
        let order =
            |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a + 0.0).total_cmp(&(b + 0.0))).find(|o| o.is_ne());
        units.sort_by(|a, b| order(&a.0, &b.0).unwrap_or(std::cmp::Ordering::Equal));
        form.units[hidden] = units.iter().map(|unit| unit.2).collect();
        form.flipped[hidden] = units.iter().map(|unit| unit.1).collect();
    }
    form
}
