//! Descents from saddles, and merge trees of surfaces whose trees are known.

use crate::support::{distance, himmelblau, mueller_brown, rastrigin_point, six_hump_camel};
use autodiff::{Objective, Scalar, Stream};
use landscape::connect::{Connection, Flow, connect, flow_down, merge_tree, stationary_graph};
use landscape::matching::{Spot, Symmetry, Tolerances};
use landscape::path::grid;
use landscape::{Criteria, certify, polish};

/// Polishes each place and connects it as a saddle.
fn connections(objective: &Objective, saddles: &[Vec<f64>]) -> Vec<Connection> {
    let (mut eval, criteria) = (objective.evaluator(), Criteria::default());
    let one = |x: &Vec<f64>| {
        let point = polish(&mut eval, x, &criteria);
        connect(&mut eval, &point.x, 0, &criteria, &Flow::default()).unwrap()
    };
    saddles.iter().map(one).collect()
}

/// `sum_i (x_i^2 - 1)^2 / 4`
fn double_wells(dim: usize) -> Objective {
    Objective::formula(dim, |x| Scalar::sum(x.iter().map(|x| (x.square() - 1.0).square() * 0.25)))
}

/// `10 d + sum_i x_i^2 - 10 cos(2 pi x_i)`
fn rastrigin(dim: usize) -> Objective {
    Objective::formula(dim, |x| {
        Scalar::sum(x.iter().map(|&x| x.square() - (x * std::f64::consts::TAU).cos() * 10.0 + 10.0))
    })
}

#[test]
fn the_flow_ends_where_the_level_says() {
    // A quadratic is one step: x(t) is exact, the minimum is met.
    let bowl = Objective::formula(2, |x| x[0].square() * 500.0 + x[1].square() * 0.5);
    let descent = flow_down(&mut bowl.evaluator(), &[0.01, 0.01], &Criteria::default(), &Flow::default());
    assert!(
        descent.has_arrived && descent.steps <= 2 && distance(&descent.point.x, &[0.0, 0.0]) < 1e-15,
        "{descent:?}"
    );
    // Rosenbrock's valley has condition 2500: a descent of fixed step needs 10^4 steps.
    let rosenbrock = Objective::formula(2, |x| (x[1] - x[0].square()).square() * 100.0 + (x[0] - 1.0).square());
    let descent = flow_down(&mut rosenbrock.evaluator(), &[-1.2, 1.0], &Criteria::default(), &Flow::default());
    assert!(
        descent.has_arrived && descent.steps < 300 && distance(&descent.point.x, &[1.0, 1.0]) < 1e-12,
        "{descent:?}"
    );
}

#[test]
fn the_flow_of_a_separable_function_keeps_to_its_basin() {
    // Basins of the flow are the intervals between maxima, in each coordinate, even a hair beside the boundary.
    let objective = rastrigin(2);
    let mut eval = objective.evaluator();
    let (edge, _) = rastrigin_point(0.5);
    let (outer, _) = rastrigin_point(1.5);
    let minima = [rastrigin_point(0.0).0, rastrigin_point(1.0).0];
    let mut stream = Stream::new(7, "flow basins", &[]);
    for k in 0..200 {
        let x: Vec<f64> = (0..2).map(|_| stream.uniform(0.0, outer)).collect();
        // Every other start is next to the boundary in the first coordinate.
        let x = if k % 2 == 0 { x } else { vec![edge + 10f64.powi(-2 - k % 5) * x[1].signum(), x[1]] };
        let descent = flow_down(&mut eval, &x, &Criteria::default(), &Flow::default());
        let expected: Vec<f64> = x.iter().map(|&x| minima[usize::from(x > edge)]).collect();
        assert!(distance(&descent.point.x, &expected) < 1e-12, "{x:?} -> {:?}", descent.point.x);
    }
}

#[test]
fn the_flow_is_that_of_a_descent_in_tiny_steps() {
    // Oracle: gradient descent with step 1e-4, a thirtieth of the largest curvature's 1/300, whose way differs from the flow's
    // by about that share. Ends agree; lengths agree within the accuracy of the steps.
    let objective = himmelblau();
    let mut eval = objective.evaluator();
    let mut stream = Stream::new(7, "tiny steps", &[]);
    let (mut steps, mut grad) = (0, [0.0; 2]);
    for _ in 0..150 {
        let start = [stream.uniform(-5.0, 5.0), stream.uniform(-5.0, 5.0)];
        let (mut x, mut length) = (start, 0.0);
        for _ in 0..6000 {
            eval.gradient(&x, &mut grad);
            x.iter_mut().zip(&grad).for_each(|(x, g)| *x -= 1e-4 * g);
            length += 1e-4 * grad[0].hypot(grad[1]);
        }
        let descent = flow_down(&mut eval, &start, &Criteria::default(), &Flow::default());
        assert!(distance(&descent.point.x, &x) < 1e-4, "{start:?}: {:?} is not {x:?}", descent.point.x);
        assert!((descent.length / length - 1.0).abs() < 0.02, "{start:?}: {} is not {length}", descent.length);
        steps += descent.steps;
    }
    println!("steps of the flow: {}", steps as f64 / 150.0);
    assert!(steps < 150 * 20, "{steps}");
}

#[test]
fn a_hill_is_left_at_the_pace_of_its_curvature() {
    // From 1e-12 beside the top of a hill, quadratic to the last bit: one step leads out to the first radius, however long
    // the flow takes for it.
    let objective = double_wells(1);
    let descent = flow_down(&mut objective.evaluator(), &[1e-12], &Criteria::default(), &Flow::default());
    assert!(descent.steps < 60 && (descent.point.x[0] - 1.0).abs() < 1e-15, "{} {:?}", descent.steps, descent.point.x);
}

#[test]
fn a_start_on_the_ridge_stays_and_is_no_minimum() {
    let objective = double_wells(2);
    let mut eval = objective.evaluator();
    let descent = flow_down(&mut eval, &[0.0, 0.4], &Criteria::default(), &Flow::default());
    let certificate = certify(&mut eval, &descent.point, 0, &Criteria::default());
    assert!(distance(&descent.point.x, &[0.0, 1.0]) < 1e-12 && certificate.inertia.n_neg == 1, "{descent:?}");
}

#[test]
fn a_minimum_has_no_sides() {
    let error = connect(&mut double_wells(2).evaluator(), &[1.0, 1.0], 0, &Criteria::default(), &Flow::default());
    assert!(error.unwrap_err().contains("0 negative eigenvalues"));
}

#[test]
fn mueller_brown_is_a_chain_of_three() {
    let objective = mueller_brown();
    let found = connections(&objective, &[vec![-0.822, 0.624], vec![0.212, 0.293]]);
    let graph = stationary_graph(&[], &found, &Symmetry::None, &Tolerances::default());
    let exact = [-146.69951720995402, -108.16672411685235, -80.76781812965903];
    assert_eq!((graph.minima.len(), graph.n_incomplete), (3, 0));
    for (spot, f) in graph.minima.iter().zip(exact) {
        assert!((spot.f - f).abs() < 1e-11, "{spot:?}");
    }
    let ends: Vec<[usize; 2]> = graph.edges.iter().map(|edge| edge.ends).collect();
    assert_eq!(ends, [[1, 2], [0, 2]]);
    let tree = graph.merge_tree(1e-9);
    assert_eq!((&tree.nodes[3].children, &tree.nodes[4].children), (&vec![1, 2], &vec![0, 3]));
    assert!((tree.pass_height(0, 1).unwrap() + 40.664843508657405).abs() < 1e-11);
    assert!((tree.depths()[2] - (80.76781812965903 - 72.24894011232522)).abs() < 1e-11);
}

#[test]
fn the_camel_and_himmelblau_are_whole() {
    let camel = [
        [0.0, 0.0],
        [1.109, -0.768],
        [-1.109, 0.768],
        [-1.638, -0.2287],
        [1.638, 0.2287],
        [-1.296, -0.605],
        [1.296, 0.605],
    ];
    let found = connections(&six_hump_camel(), &camel.map(|x| x.to_vec()));
    let graph = stationary_graph(&[], &found, &Symmetry::None, &Tolerances::default());
    assert_eq!((graph.minima.len(), graph.edges.len(), graph.n_incomplete), (6, 7, 0));
    let tree = graph.merge_tree(1e-9);
    assert_eq!(tree.roots().len(), 1);
    // The two deepest meet at the origin.
    assert_eq!(tree.pass_height(0, 1), Some(0.0));
    // f(-x) = f(x): up to the mirror there are half as many minima, and the saddle at the origin joins one to itself.
    let halved = stationary_graph(&[], &found, &Symmetry::Vectors { size: 2, flips: true }, &Tolerances::default());
    assert_eq!(halved.minima.len(), 3);
    assert!(halved.edges.iter().any(|edge| edge.ends == [0, 0] && edge.f == 0.0));

    let near = [[0.0867, 2.8843], [3.3852, 0.0739], [-3.0730, -0.0814], [-0.1280, -1.9537]];
    let found = connections(&himmelblau(), &near.map(|x| x.to_vec()));
    let graph = stationary_graph(&[], &found, &Symmetry::None, &Tolerances::default());
    assert_eq!((graph.minima.len(), graph.edges.len()), (4, 4));
    assert_eq!(graph.merge_tree(1e-9).roots().len(), 1);
}

#[test]
fn double_wells_have_one_level_of_barriers() {
    // 2^d minima of value 0, d 2^(d-1) saddles with one coordinate at 0, all of height 1/4: one node with 2^d children.
    for dim in 1..=4usize {
        let objective = double_wells(dim);
        let corner =
            |bits: usize| -> Vec<f64> { (0..dim).map(|i| if bits >> i & 1 == 1 { 1.0 } else { -1.0 }).collect() };
        let mut saddles = vec![];
        for bits in 0..1usize << dim {
            for zero in (0..dim).filter(|zero| bits >> zero & 1 == 0) {
                let mut x = corner(bits);
                x[zero] = 0.0;
                saddles.push(x);
            }
        }
        let found = connections(&objective, &saddles);
        for (connection, saddle) in found.iter().zip(&saddles) {
            assert!(connection.is_complete() && (connection.f - 0.25).abs() < 1e-15 && connection.lambda == -1.0);
            let zero = saddle.iter().position(|&x| x == 0.0).unwrap();
            for (descent, end) in connection.descents.iter().zip([-1.0, 1.0]) {
                let mut expected = saddle.clone();
                expected[zero] = end;
                assert!(distance(&descent.point.x, &expected) < 1e-14, "{saddle:?} -> {:?}", descent.point.x);
            }
        }
        let graph = stationary_graph(&[], &found, &Symmetry::None, &Tolerances::default());
        assert_eq!((graph.minima.len(), graph.edges.len()), (1 << dim, dim << (dim - 1)));
        let tree = graph.merge_tree(1e-12);
        assert_eq!(tree.nodes.len(), (1 << dim) + 1);
        assert_eq!(tree.nodes[1 << dim].children.len(), 1 << dim);
        assert!(tree.depths().iter().all(|depth| (depth - 0.25).abs() < 1e-15));
        assert_eq!((tree.basins_at(0.2).len(), tree.basins_at(0.26).len()), (1 << dim, 1));
        // Up to exchanged and flipped coordinates there is one minimum.
        let one = stationary_graph(&[], &found, &Symmetry::Vectors { size: 1, flips: true }, &Tolerances::default());
        assert_eq!((one.minima.len(), one.edges.len()), (1, 1));
    }
}

#[test]
fn rastrigin_of_one_variable_merges_from_the_middle() {
    // Minima near -3..3, maxima near +-0.5, +-1.5, +-2.5 are the saddles of one dimension. Heights rise outwards, so 0
    // meets both its neighbours first, then their neighbours join, then theirs.
    let objective = rastrigin(1);
    let tops: Vec<Vec<f64>> = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].iter().map(|&x| vec![rastrigin_point(x).0]).collect();
    let graph = stationary_graph(&[], &connections(&objective, &tops), &Symmetry::None, &Tolerances::default());
    assert_eq!((graph.minima.len(), graph.edges.len()), (7, 6));
    for (spot, at) in graph.minima.iter().zip([0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]) {
        assert!((spot.f - rastrigin_point(at).1).abs() < 1e-12);
    }
    let tree = graph.merge_tree(1e-9);
    let children: Vec<&[usize]> = tree.nodes[7..].iter().map(|node| &node.children[..]).collect();
    assert_eq!(children, [&[0, 1, 2][..], &[3, 4, 7], &[5, 6, 8]]);
    for (node, at) in tree.nodes[7..].iter().zip([0.5, 1.5, 2.5]) {
        assert!((node.height - rastrigin_point(at).1).abs() < 1e-12);
    }
}

#[test]
fn rastrigin_of_two_variables_on_nine_cells_merges_by_hand() {
    // f(x, y) = g(x) + g(y), m = g(1), M = g(0.5): the four passes of height M around the middle make one basin of five
    // minima; the corners (value 2 m) join at M + m over eight passes.
    let objective = rastrigin(2);
    let (m, top) = (rastrigin_point(1.0).1, rastrigin_point(0.5));
    let mut saddles = vec![];
    for side in [-top.0, top.0] {
        for cell in [-1.0, 0.0, 1.0] {
            saddles.push(vec![side, cell]);
            saddles.push(vec![cell, side]);
        }
    }
    let graph = stationary_graph(&[], &connections(&objective, &saddles), &Symmetry::None, &Tolerances::default());
    assert_eq!((graph.minima.len(), graph.edges.len()), (9, 12));
    let tree = graph.merge_tree(1e-9);
    assert_eq!(tree.nodes.len(), 11);
    assert_eq!(tree.nodes[9].children, [0, 1, 2, 3, 4]);
    assert_eq!(tree.nodes[10].children, [5, 6, 7, 8, 9]);
    assert!((tree.nodes[9].height - top.1).abs() < 1e-11 && (tree.nodes[10].height - top.1 - m).abs() < 1e-11);
    for i in 5..9 {
        assert!((tree.nodes[i].height - 2.0 * m).abs() < 1e-11);
    }
}

#[test]
fn the_tree_is_that_of_the_best_passes_whatever_their_order() {
    // Oracle: the lowest level at which two minima are connected, by Floyd and Warshall's method with max in place of
    // +.
    let mut stream = Stream::new(7, "random graphs", &[]);
    for n in 2..9usize {
        for draw in 0..30 {
            let value = |stream: &mut Stream| {
                if draw % 2 == 0 { stream.uniform(1.0, 2.0) } else { 1.0 + f64::from(stream.below(3)) }
            };
            let minima: Vec<f64> = (0..n).map(|_| stream.uniform(0.0, 1.0)).collect();
            let count = stream.below(2 * n as u32) as usize;
            let mut passes: Vec<(usize, usize, f64)> = (0..count)
                .map(|_| (stream.below(n as u32) as usize, stream.below(n as u32) as usize, value(&mut stream)))
                .collect();
            let mut best = vec![f64::INFINITY; n * n];
            (0..n).for_each(|i| best[i * n + i] = minima[i]);
            for &(a, b, f) in passes.iter().filter(|pass| pass.0 != pass.1) {
                best[a * n + b] = best[a * n + b].min(f);
                best[b * n + a] = best[a * n + b];
            }
            for k in 0..n {
                for i in 0..n {
                    for j in 0..n {
                        best[i * n + j] = best[i * n + j].min(best[i * n + k].max(best[k * n + j]));
                    }
                }
            }
            let tree = merge_tree(&minima, &passes, 0.0);
            for i in 0..n {
                for j in 0..n {
                    assert_eq!(
                        tree.pass_height(i, j).unwrap_or(f64::INFINITY),
                        best[i * n + j],
                        "{minima:?} {passes:?}"
                    );
                }
            }
            for level in grid(9).iter().map(|t| 3.2 * t) {
                let basins = tree.basins_at(level);
                let all: Vec<usize> = (0..n).filter(|&i| minima[i] <= level).collect();
                let mut listed: Vec<usize> = basins.concat();
                listed.sort_unstable();
                assert_eq!(listed, all);
                for (i, j) in basins.iter().flat_map(|basin| basin.iter().zip(&basin[1..])) {
                    assert!(best[i * n + j] <= level);
                }
                let firsts: Vec<usize> = basins.iter().map(|basin| basin[0]).collect();
                assert!(firsts.iter().all(|&i| firsts.iter().all(|&j| i == j || best[i * n + j] > level)));
            }
            assert!(tree.nodes[n..].iter().all(|node| node.children.len() >= 2));
            passes.reverse();
            assert_eq!(merge_tree(&minima, &passes, 0.0), tree);
        }
    }
}

#[test]
fn further_minima_belong_to_the_graph() {
    let spot = Spot { x: vec![5.0, 5.0], f: 7.0, index: 0 };
    let known = Spot { x: vec![1.0, 1.0], f: 0.0, index: 0 };
    let found = connections(&double_wells(2), &[vec![0.0, 1.0]]);
    let graph = stationary_graph(&[spot.clone(), known], &found, &Symmetry::None, &Tolerances::default());
    assert_eq!((graph.minima.len(), &graph.minima[2]), (3, &spot));
    assert_eq!(graph.merge_tree(0.0).roots().len(), 2);
}
