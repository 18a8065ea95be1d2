//! Tolerances and finder parameters as they stand in an experiment file.

use autodiff::{Objective, Scalar, Stream};
use landscape::{Criteria, NewtonSampler};

#[test]
fn documented_keys_are_the_fields() {
    let criteria = toml::Table::try_from(Criteria::default()).unwrap();
    let finder = toml::Table::try_from(NewtonSampler::default()).unwrap();
    for (table, params) in [(criteria, Criteria::PARAMS), (finder, NewtonSampler::PARAMS)] {
        let mut documented: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
        documented.sort_unstable();
        let mut fields: Vec<&str> = table.keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(documented, fields);
    }
}

#[test]
fn defaults_are_valid_and_partial_tables_fill_up() {
    Criteria::default().check().unwrap();
    NewtonSampler::default().check().unwrap();
    let criteria: Criteria = toml::from_str("zero_tol_factor = 20").unwrap();
    assert_eq!(criteria, Criteria { zero_tol_factor: 20.0, ..Default::default() });
    let finder: NewtonSampler = toml::from_str("descend = [7, 8]").unwrap();
    assert_eq!(finder, NewtonSampler { descend: vec![7, 8], ..Default::default() });
}

#[test]
fn bad_values_are_refused_with_their_name() {
    for line in [
        "grad_sq_tol = 0.0",
        "grad_rel_tol = -1e-9",
        "flat_ratio_min = nan",
        "mr_residual_max = inf",
        "step_cap = 0.0",
        "contraction_min = 1.0",
        "growth_max = 0.5",
        "zero_tol_factor = 9.0",
        "stall_window = 0",
    ] {
        let criteria: Criteria = toml::from_str(line).unwrap();
        let message = criteria.check().unwrap_err();
        assert!(message.starts_with(line.split(' ').next().unwrap()), "{line}: {message}");
    }
    assert!(toml::from_str::<Criteria>("grad_tol = 1e-3").is_err());
    for line in ["descend = []", "lr = 0.0", "lr = nan", "perturb = -1.0", "iterations = 0"] {
        let finder: NewtonSampler = toml::from_str(line).unwrap();
        let message = finder.check().unwrap_err();
        assert!(message.starts_with(line.split(' ').next().unwrap()), "{message}");
    }
    assert!(toml::from_str::<NewtonSampler>("steps = 3").is_err());
}

#[test]
fn search_counts_and_cycles_its_descent() {
    // On x^2/2 descent with lr 1/2 halves x; Newton's step is then of length |x|, capped at 0.4.
    let bowl = Objective::formula(1, |x| x[0].square() * 0.5);
    let mut eval = bowl.evaluator();
    let mut noise = Stream::new(7, "noise", &[]);
    let finder = NewtonSampler { descend: vec![0, 2, 5], lr: 0.5, ..Default::default() };
    let criteria = Criteria::default();
    let mut search = |replicate| finder.search(&mut eval, vec![1.0], replicate, &mut noise, &criteria);
    for (replicate, descents, steps) in [(0, 0, 3), (1, 2, 1), (2, 5, 1), (3, 0, 3), (5, 5, 1)] {
        let found = search(replicate);
        // 1 -> 0.6 -> 0.2 -> 0 from the top, 0.25 -> 0 after two descents; one more model sees that |p| = 0, and
        // the polish makes its own.
        assert_eq!(found.search_steps, steps, "replicate {replicate}");
        assert_eq!(found.n_hessians, steps as u64 + 2, "replicate {replicate}");
        assert_eq!(found.n_gradients, descents + steps as u64 + 2, "replicate {replicate}");
        assert_eq!(found.point.x, [0.0]);
    }
}

#[test]
fn perturbation_uses_the_stream_and_the_stated_deviation() {
    // On a plane Newton has no step, so the search ends where the displacement led.
    let plane = Objective::formula(2, |x| x[0] * 1.0 + x[1] * 0.0);
    let mut eval = plane.evaluator();
    let mut noise = Stream::new(7, "noise", &[]);
    let finder = NewtonSampler { descend: vec![0], perturb: 0.1, ..Default::default() };
    let mut squares = 0.0;
    for replicate in 0..2000 {
        let found = finder.search(&mut eval, vec![3.0, -1.0], replicate, &mut noise, &Criteria::default());
        squares += (found.point.x[0] - 3.0).powi(2) + (found.point.x[1] + 1.0).powi(2);
    }
    // 4000 squares of variance 0.01 each: relative standard error sqrt(2/4000) = 2.2 %; five of them.
    assert!((squares / 4000.0 / 0.01 - 1.0).abs() < 0.11, "{squares}");
    let mut silent = Stream::new(8, "noise", &[]);
    let quiet = NewtonSampler { perturb: 0.0, ..finder };
    quiet.search(&mut eval, vec![3.0, -1.0], 0, &mut silent, &Criteria::default());
    assert_eq!(silent.normal(), Stream::new(8, "noise", &[]).normal(), "no draw without a perturbation");
}
