//! Assignments against brute force; relabelled networks are recognised, different ones are not.

use crate::support::{distance, network, normal_rows};
use autodiff::{Geometry, Stream};
use landscape::matching::{
    Layout, Parity, Relabelling, Spot, Symmetry, Tolerances, assignment, canonical, distinct, match_units,
};
use landscape::path::{Segment, barrier};

/// Every permutation of `0..n`.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![vec![]];
    }
    let mut all = vec![];
    for shorter in permutations(n - 1) {
        for place in 0..n {
            let mut longer = shorter.clone();
            longer.insert(place, n - 1);
            all.push(longer);
        }
    }
    all
}

fn cost_of(cost: &[f64], columns: &[usize]) -> f64 {
    columns.iter().enumerate().map(|(i, &j)| cost[i * columns.len() + j]).sum()
}

#[test]
fn assignment_is_the_best_of_all() {
    let mut stream = Stream::new(7, "assignment", &[]);
    for n in 1..=7 {
        let all = permutations(n);
        for draw in 0..60 {
            // Real numbers, and small integers with many ties; of both signs.
            let number = |stream: &mut Stream| match draw % 2 {
                0 => stream.normal(),
                _ => f64::from(stream.below(5)) - 2.0,
            };
            let cost: Vec<f64> = (0..n * n).map(|_| number(&mut stream)).collect();
            let columns = assignment(&cost, n);
            let mut seen = columns.clone();
            seen.sort_unstable();
            assert!(seen.iter().enumerate().all(|(i, &j)| i == j), "a permutation: {columns:?}");
            let best = all.iter().map(|columns| cost_of(&cost, columns)).fold(f64::INFINITY, f64::min);
            assert!(cost_of(&cost, &columns) <= best + 1e-13, "n = {n}: {columns:?} is not {best}");
        }
    }
    assert!(assignment(&[], 0).is_empty());
}

#[test]
fn a_large_assignment_is_proved_by_rank_one_costs() {
    // cost = -a_i b_j: by the rearrangement inequality the best pairs the sorted with the sorted.
    let mut stream = Stream::new(7, "rearrangement", &[]);
    let n = 120;
    let (a, b): (Vec<f64>, Vec<f64>) = (0..n).map(|_| (stream.normal(), stream.normal())).unzip();
    let cost: Vec<f64> = (0..n * n).map(|c| -a[c / n] * b[c % n]).collect();
    let (mut sorted_a, mut sorted_b) = (a.clone(), b.clone());
    sorted_a.sort_by(f64::total_cmp);
    sorted_b.sort_by(f64::total_cmp);
    let best: f64 = sorted_a.iter().zip(&sorted_b).map(|(a, b)| -a * b).sum();
    assert!((cost_of(&cost, &assignment(&cost, n)) - best).abs() < 1e-11);
}

fn random_relabelling(layout: &Layout, stream: &mut Stream) -> Relabelling {
    let mut relabelling = Relabelling::identity(layout);
    for (units, flipped) in relabelling.units.iter_mut().zip(&mut relabelling.flipped) {
        let mut order: Vec<u32> = (0..units.len() as u32).collect();
        stream.shuffle(&mut order);
        *units = order.iter().map(|&i| i as usize).collect();
        if layout.parity != Parity::None {
            flipped.iter_mut().for_each(|flips| *flips = stream.below(2) == 1);
        }
    }
    relabelling
}

fn layouts() -> Vec<Layout> {
    let mut layouts = vec![];
    for widths in [vec![3, 7, 2], vec![2, 5, 4, 1], vec![4, 6, 6, 6, 3], vec![3, 2]] {
        for parity in [Parity::Odd, Parity::Even, Parity::None] {
            layouts.push(Layout { widths: widths.clone(), parity });
        }
    }
    layouts
}

#[test]
fn a_relabelled_network_computes_the_same() {
    let mut stream = Stream::new(7, "relabelled", &[]);
    for layout in layouts() {
        let rows = normal_rows(&layout.widths, 9, &mut stream);
        let objective = network(&layout, rows);
        let mut eval = objective.evaluator();
        let x: Vec<f64> = (0..layout.dim()).map(|_| stream.normal()).collect();
        let copy = random_relabelling(&layout, &mut stream).apply(&layout, &x);
        let (f, f_copy) = (eval.value(&x), eval.value(&copy));
        // The same terms, summed in another order.
        assert!((f - f_copy).abs() <= 1e-13 * f, "{layout:?}: {f} {f_copy}");
    }
}

#[test]
fn relabelled_copies_are_recognised_with_no_barrier_between() {
    let mut stream = Stream::new(7, "copies", &[]);
    for layout in layouts() {
        let rows = normal_rows(&layout.widths, 20, &mut stream);
        let objective = network(&layout, rows);
        let mut eval = objective.evaluator();
        let symmetry = Symmetry::Network(layout.clone());
        for _ in 0..10 {
            let x: Vec<f64> = (0..layout.dim()).map(|_| stream.normal()).collect();
            let copy = random_relabelling(&layout, &mut stream).apply(&layout, &x);
            // Signs and places are only exchanged: not a bit is lost on the way back.
            let back = match_units(&layout, &x, &copy).apply(&layout, &copy);
            assert_eq!(back, x, "{layout:?}");
            assert_eq!(canonical(&layout, &copy).apply(&layout, &copy), canonical(&layout, &x).apply(&layout, &x));
            assert_eq!(symmetry.distance(&x, &copy), 0.0);
            let way = Segment::new(&Geometry::Flat, &x, &back).unwrap();
            assert!(barrier(&mut eval, &way, 11).height <= 1e-13 * eval.value(&x));
            // Seen through noise of 1e-6, the relabelling is the same.
            let noisy: Vec<f64> = copy.iter().map(|w| w + 1e-6 * stream.normal()).collect();
            let near = symmetry.distance(&x, &noisy);
            assert!(near > 0.0 && near < 3e-6 * (layout.dim() as f64).sqrt(), "{layout:?}: {near}");
        }
    }
}

#[test]
fn the_match_of_one_hidden_layer_is_the_nearest_of_all() {
    // All 4! 2^4 relabellings of a layer of four.
    let mut stream = Stream::new(7, "nearest", &[]);
    for parity in [Parity::Odd, Parity::Even, Parity::None] {
        let layout = Layout { widths: vec![3, 4, 2], parity };
        for _ in 0..20 {
            let a: Vec<f64> = (0..layout.dim()).map(|_| stream.normal()).collect();
            let b: Vec<f64> = (0..layout.dim()).map(|_| stream.normal()).collect();
            let found = distance(&a, &match_units(&layout, &a, &b).apply(&layout, &b));
            let mut best = f64::INFINITY;
            for units in permutations(4) {
                for signs in 0..if parity == Parity::None { 1 } else { 16 } {
                    let flipped = (0..4).map(|i| signs >> i & 1 == 1).collect();
                    let one = Relabelling { units: vec![units.clone()], flipped: vec![flipped] };
                    best = best.min(distance(&a, &one.apply(&layout, &b)));
                }
            }
            assert!((found - best).abs() < 1e-13, "{parity:?}: {found} is not {best}");
        }
    }
}

#[test]
fn matching_two_deep_networks_never_takes_them_apart() {
    let mut stream = Stream::new(7, "deep", &[]);
    for layout in layouts() {
        for _ in 0..10 {
            let a: Vec<f64> = (0..layout.dim()).map(|_| stream.normal()).collect();
            let b: Vec<f64> = (0..layout.dim()).map(|_| stream.normal()).collect();
            let near = distance(&a, &match_units(&layout, &a, &b).apply(&layout, &b));
            assert!(near <= distance(&a, &b) + 1e-12);
        }
    }
}

#[test]
fn distinct_points_are_sorted_by_kind() {
    let spot = |x: &[f64], f: f64, index: usize| Spot { x: x.to_vec(), f, index };
    let spots = [
        spot(&[1.0, 2.0], 3.0, 0),
        spot(&[2.0, 1.0], 3.0, 0),
        spot(&[-2.0, 1.0 + 1e-8], 3.0 + 1e-10, 0),
        spot(&[1.0, 2.0], 3.0, 1),
        spot(&[1.0, 2.5], 3.0, 0),
        spot(&[1.0, 2.0], 3.1, 0),
    ];
    let kinds = |symmetry: Symmetry| distinct(&spots, &symmetry, &Tolerances::default()).kind;
    assert_eq!(kinds(Symmetry::None), [0, 1, 2, 3, 4, 5]);
    assert_eq!(kinds(Symmetry::Vectors { size: 1, flips: false }), [0, 0, 1, 2, 3, 4]);
    assert_eq!(kinds(Symmetry::Vectors { size: 1, flips: true }), [0, 0, 0, 1, 2, 3]);
    assert_eq!(kinds(Symmetry::Vectors { size: 2, flips: true }), [0, 1, 2, 3, 4, 5]);
    let found = distinct(&spots, &Symmetry::Vectors { size: 1, flips: true }, &Tolerances::default());
    assert_eq!((found.first, found.count), (vec![0, 3, 4, 5], vec![3, 1, 1, 1]));
    let mirror = Symmetry::Vectors { size: 2, flips: true };
    assert_eq!(mirror.distance(&[1.0, 2.0], &[-1.0, -2.0]), 0.0);
    assert_eq!(mirror.nearest(&[1.0, 2.0], &[-1.5, -2.0]), [1.5, 2.0]);
}
