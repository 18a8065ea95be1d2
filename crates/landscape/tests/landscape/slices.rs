//! Slices of surfaces: directions with the scale of the weights, axes of the Hessian, the plane of a trajectory.

use crate::support::{distance, jacobi_eigenvalues, orthogonal, three_spin};
use autodiff::{Objective, Scalar, Stream};
use landscape::eigenvalues;
use landscape::matching::{Layout, Parity};
use landscape::slice::{Plane, eigen_directions, filter_direction, line_values, principal_directions};

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|a| a * a).sum::<f64>().sqrt()
}

#[test]
fn filter_directions_have_the_norms_of_the_weights() {
    let layout = Layout { widths: vec![4, 6, 3, 2], parity: Parity::Odd };
    let mut stream = Stream::new(7, "filters", &[]);
    let x: Vec<f64> = (0..layout.dim()).map(|i| stream.normal() * (1.0 + i as f64)).collect();
    let filters = layout.filters();
    assert_eq!(filters.len(), 11);
    let direction = filter_direction(&x, &filters, &mut Stream::new(1, "direction", &[]));
    for filter in &filters {
        let (d, w) = (norm(&direction[filter.clone()]), norm(&x[filter.clone()]));
        assert!((d / w - 1.0).abs() < 1e-14, "{d} {w}");
    }
    // Every number is in one filter or a bias, and biases stay.
    let biases: Vec<usize> =
        (0..3).flat_map(|l| (0..layout.widths[l + 1]).map(move |i| (l, i))).map(|(l, i)| layout.bias(l, i)).collect();
    let mut all: Vec<usize> = filters.iter().cloned().flatten().chain(biases.iter().copied()).collect();
    all.sort_unstable();
    assert!(all.iter().enumerate().all(|(i, &j)| i == j) && all.len() == layout.dim());
    assert!(biases.iter().all(|&i| direction[i] == 0.0));
    // Twice the weights, twice the direction.
    let twice: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
    let doubled = filter_direction(&twice, &filters, &mut Stream::new(1, "direction", &[]));
    for (a, b) in direction.iter().zip(&doubled) {
        assert_eq!(2.0 * a, *b);
    }
}

#[test]
fn along_an_eigenvector_a_quadratic_is_the_parabola_of_its_eigenvalue() {
    let mut stream = Stream::new(7, "parabola", &[]);
    let axes = orthogonal(4, &mut stream);
    let lambdas = [-3.0, 0.5, 2.0, 7.0];
    let objective = Objective::formula(4, |x| {
        Scalar::sum(
            axes.iter().zip(lambdas).map(|(axis, lambda)| Scalar::weighted_sum(axis, x).square() * (0.5 * lambda)),
        )
    });
    let mut eval = objective.evaluator();
    let found = eigen_directions(&mut eval, &[0.0; 4], &[3, 0, 1, 2]).unwrap();
    for (k, (lambda, direction)) in [3, 0, 1, 2].into_iter().zip(found) {
        assert!((lambda - lambdas[k]).abs() < 1e-13);
        let axis = &axes[k];
        let sign = if axis.iter().zip(&direction).map(|(a, d)| a * d).sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
        assert!(distance(&axis.iter().map(|a| sign * a).collect::<Vec<_>>(), &direction) < 1e-13);
        let largest = direction.iter().fold(0.0f64, |most, &a| if a.abs() > most.abs() { a } else { most });
        assert!(largest > 0.0);
        let steps = [-2.0, -0.5, 0.0, 1.0, 3.0];
        for (s, value) in steps.iter().zip(line_values(&mut eval, &[0.0; 4], &direction, &steps)) {
            assert!((value - 0.5 * lambda * s * s).abs() < 1e-12);
        }
    }
}

#[test]
fn slices_of_a_sphere_stay_on_it() {
    let objective = three_spin(6, 0);
    let mut eval = objective.evaluator();
    let x = Stream::new(7, "slice", &[]).on_sphere(6, 6f64.sqrt());
    let mut found = eigen_directions(&mut eval, &x, &[0, 4]).unwrap();
    let (second, (lambda, first)) = (found.pop().unwrap().1, found.pop().unwrap());
    let along = x.iter().zip(&first).map(|(x, d)| x * d).sum::<f64>();
    assert!(along.abs() < 1e-14 && (norm(&first) - 1.0).abs() < 1e-14, "a tangent vector");
    let plane = Plane::new(x.clone(), first.clone(), second).unwrap();
    let point = plane.point(&eval, 0.7, -0.4);
    assert!((norm(&point) - 6f64.sqrt()).abs() < 1e-14);
    assert_eq!(plane.values(&mut eval, &[0.7], &[-0.4]), [eval.value(&point)]);
    // Second difference on the surface: the retraction agrees with the geodesic to second order. Error h^2 f'''' ~ 1e-6
    // and rounding 4 eps / h^2 ~ 1e-9.
    let h = 1e-3;
    let f = line_values(&mut eval, &x, &first, &[-h, 0.0, h]);
    assert!(((f[0] - 2.0 * f[1] + f[2]) / (h * h) - lambda).abs() < 1e-4, "{lambda}");
}

#[test]
fn a_plane_is_filled_row_by_row_and_points_have_their_true_heights() {
    let objective = Objective::formula(3, |x| x[0] + x[1] * 10.0 + x[2].square() * 100.0);
    let mut eval = objective.evaluator();
    // Neither units nor at right angles.
    let plane = Plane::new(vec![1.0, 1.0, 0.0], vec![2.0, 0.0, 0.0], vec![1.0, 1.0, 0.0]).unwrap();
    let (a, b) = ([0.0, 1.0, 2.0], [0.0, 5.0]);
    let values = plane.values(&mut eval, &a, &b);
    // f = 1 + 2 a + b + 10 (1 + b)
    assert_eq!(values, [11.0, 13.0, 15.0, 66.0, 68.0, 70.0]);
    let seen = plane.project(&mut eval, &[1.0, 1.0, 0.0, 6.0, 4.0, 0.5]);
    assert_eq!((seen[0].at, seen[0].value, seen[0].off_plane), ([0.0, 0.0], 11.0, 0.0));
    // (6, 4) = (1, 1) + 1 (2, 0) + 3 (1, 1); 100/4 above what the plane has there.
    assert!((seen[1].at[0] - 1.0).abs() < 1e-15 && (seen[1].at[1] - 3.0).abs() < 1e-15, "{seen:?}");
    assert_eq!((seen[1].value, seen[1].value_in_plane, seen[1].off_plane), (71.0, 46.0, 0.5));
    assert!(Plane::new(vec![0.0; 2], vec![1.0, 2.0], vec![-2.0, -4.0]).unwrap_err().contains("parallel"));
    assert!(Plane::new(vec![0.0; 2], vec![1.0, 2.0], vec![0.0, 0.0]).is_err());
}

#[test]
fn principal_directions_are_those_of_the_covariance() {
    // Both ways round: fewer points than numbers, and more.
    let mut stream = Stream::new(7, "principal", &[]);
    for (k, dim) in [(6, 20), (40, 5), (7, 7)] {
        let scales: Vec<f64> = (0..dim).map(|j| 2f64.powi(-(j as i32 % 6))).collect();
        let points: Vec<f64> = (0..k * dim).map(|c| 3.0 + scales[c % dim] * stream.normal()).collect();
        let mean: Vec<f64> = (0..dim).map(|j| (0..k).map(|i| points[i * dim + j]).sum::<f64>() / k as f64).collect();
        let mut scatter = vec![0.0; dim * dim];
        for point in points.chunks_exact(dim) {
            for i in 0..dim {
                for j in 0..dim {
                    scatter[i * dim + j] += (point[i] - mean[i]) * (point[j] - mean[j]);
                }
            }
        }
        let exact = jacobi_eigenvalues(&scatter, dim);
        let total: f64 = exact.iter().sum();
        let found = principal_directions(&points, dim, 3).unwrap();
        assert_eq!(found.directions.len(), 3);
        for (i, (direction, share)) in found.directions.iter().zip(&found.shares).enumerate() {
            assert!((share - exact[dim - 1 - i] / total).abs() < 1e-13, "{share}");
            assert!((norm(direction) - 1.0).abs() < 1e-14);
            let image: Vec<f64> =
                scatter.chunks_exact(dim).map(|row| row.iter().zip(direction).map(|(a, d)| a * d).sum()).collect();
            let scaled: Vec<f64> = direction.iter().map(|d| d * exact[dim - 1 - i]).collect();
            assert!(distance(&image, &scaled) < 1e-11 * exact[dim - 1], "k = {k}, direction {i}");
        }
    }
    // A straight trajectory has one direction, and no second is made up.
    let line: Vec<f64> = (0..5).flat_map(|t| [f64::from(t), 2.0 * f64::from(t), 0.0]).collect();
    let found = principal_directions(&line, 3, 2).unwrap();
    assert_eq!(found.directions.len(), 1);
    assert!(distance(&found.directions[0], &[1.0 / 5f64.sqrt(), 2.0 / 5f64.sqrt(), 0.0]) < 1e-15);
    assert!((found.shares[0] - 1.0).abs() < 1e-15);
    assert!(principal_directions(&[0.0, f64::NAN], 1, 1).is_none());
}

#[test]
fn the_plane_of_a_descent_on_a_quadratic_is_that_of_its_slow_axes() {
    // x_i(t) = (1 - lr lambda_i)^t: with lambda = (1, 2, 50) the third coordinate is gone after two steps.
    let path: Vec<f64> =
        (2..200).flat_map(|t| [1.0f64, 2.0, 50.0].map(|lambda| (1.0 - 0.02 * lambda).powi(t))).collect();
    let found = principal_directions(&path, 3, 2).unwrap();
    assert!(found.shares.iter().sum::<f64>() > 1.0 - 1e-13, "{:?}", found.shares);
    assert!(found.directions.iter().all(|direction| direction[2].abs() < 1e-12));
    let gram: Vec<f64> = (0..4)
        .map(|c| found.directions[c / 2].iter().zip(&found.directions[c % 2]).map(|(a, b)| a * b).sum())
        .collect();
    assert!(eigenvalues(&gram, 2).unwrap().iter().all(|lambda| (lambda - 1.0).abs() < 1e-14));
}
