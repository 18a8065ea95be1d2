//! Exact masses of basins: they add up to the whole, and single ones are as computed independently.

use problems::Instance;

use crate::cases::{instance, instances};

/// A problem that declares the mass of a basin declares those of all minima, and wherever all minima are listed, the masses add
/// up to 1.
#[test]
fn declared_masses_of_basins_add_up_to_one() {
    let mut summed = vec![];
    for case in instances() {
        let minima: Vec<_> = case.known_points.iter().filter(|point| point.n_neg == 0).collect();
        let are_all =
            case.counts.as_ref().is_some_and(|counts| counts.is_exact && counts.by_index[0] == minima.len() as f64);
        let masses: Vec<f64> = minima.iter().filter_map(|point| case.basin_share(&point.x)).collect();
        if masses.is_empty() {
            continue;
        }
        assert_eq!(masses.len(), minima.len(), "{}", case.label());
        assert!(masses.iter().all(|mass| *mass > 0.0 && *mass < 1.0), "{}", case.label());
        if are_all {
            // Each mass is a product of few roundings.
            let sum: f64 = masses.iter().sum();
            assert!((sum - 1.0).abs() < 1e-12, "{}: {sum}", case.label());
            summed.push(case.name.clone());
        }
        // A saddle and a point beside a minimum have no basin.
        let others = case.known_points.iter().filter(|point| point.n_neg > 0);
        assert!(others.take(5).all(|point| case.basin_share(&point.x).is_none()), "{}", case.label());
    }
    summed.dedup();
    assert_eq!(summed, ["double_well", "rastrigin", "styblinski_tang"]);
}

#[test]
fn masses_are_lengths_between_maxima() {
    let share = |case: &Instance, x: &[f64]| case.basin_share(x).unwrap();
    // Half width .502546 of the central basin over 5.12, and its powers.
    let p: f64 = 0.502_546_036_554_674_7 / 5.12;
    for dim in [1, 2, 5] {
        let case = instance("rastrigin", &format!("dim = {dim}"));
        assert!((share(&case, &vec![0.0; dim]) / p.powi(dim as i32) - 1.0).abs() < 1e-14);
    }
    let case = instance("rastrigin", "dim = 1");
    assert!((share(&case, &[4.974_691_390_895_051]) - (5.12 - 4.522_993_659_584_519) / 10.24).abs() < 1e-15);
    assert_eq!(case.basin_share(&[0.01]), None);
    // Left of the maximum at .1567 on [-5, 5].
    let case = instance("styblinski_tang", "dim = 2");
    let deep = (0.156_731_256_780_340_1 + 5.0) / 10.0;
    assert!((share(&case, &[-2.903_534_027_771_177; 2]) - deep * deep).abs() < 1e-15);
}
