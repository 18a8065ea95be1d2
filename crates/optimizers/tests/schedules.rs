//! Schedules against their formulas, and that they multiply the learning rate of every rule.

mod common;

use autodiff::Objective;
use common::{run, settings, single};
use optimizers::{
    Algorithm, Catalogue, Constant, Cosine, Exponential, GradientDescent, InverseTime, Part, Schedule, Settings, Step,
};

#[test]
fn every_schedule_follows_its_formula() {
    let steps = 200_u64;
    let (step, exponential) = (Step { gamma: 0.3, every: 0.25, warmup: 0.0 }, Exponential { last: 0.02, warmup: 0.0 });
    let (inverse, cosine) = (InverseTime { rate: 0.05, warmup: 0.0 }, Cosine { last: 0.1, warmup: 0.0 });
    for t in 0..steps {
        let share = t as f64 / steps as f64;
        let laws = [
            (step.factor(t, steps), 0.3_f64.powi((t / 50) as i32)),
            (exponential.factor(t, steps), 0.02_f64.powf(share)),
            (inverse.factor(t, steps), 1.0 / (1.0 + 0.05 * t as f64)),
            (cosine.factor(t, steps), 0.1 + 0.45 * (1.0 + (std::f64::consts::PI * share).cos())),
            (Constant { warmup: 0.0 }.factor(t, steps), 1.0),
        ];
        for (i, (factor, exact)) in laws.into_iter().enumerate() {
            // A few ulp of exp, ln and cos at arguments below 5.
            assert!((factor - exact).abs() <= 1e-14, "law {i}, step {t}: {factor} for {exact}");
        }
    }
    assert!(Constant { warmup: 0.0 }.is_constant() && !Constant { warmup: 0.5 }.is_constant());
}

/// With W = 20 warm-up steps of 100: 1/20, 2/20, ..., 1, and then the law over the 80 steps left.
#[test]
fn a_warmup_comes_before_the_law() {
    for entry in &Catalogue::builtin().schedules {
        let build = |warmup: f64| {
            let mut params = toml::Table::new();
            params.insert("warmup".into(), warmup.into());
            entry.build(&params).expect("valid")
        };
        let (warm, cold) = (build(0.2), build(0.0));
        for t in 0..100 {
            let exact = if t < 20 { (t + 1) as f64 / 20.0 } else { cold.object().factor(t - 20, 80) };
            assert_eq!(warm.object().factor(t, 100), exact, "{} at {t}", entry.name);
        }
    }
}

/// On a slope of 1 the step of plain descent is lr times the factor: the iterates are its sums.
#[test]
fn the_factor_multiplies_the_step() {
    let slope = Objective::formula(1, |x| x[0] * 1.0);
    let law = Cosine { last: 0.0, warmup: 0.1 };
    let method = single(GradientDescent { lr: 0.5 }).with_schedule(Part::schedule(law.clone()));
    let settings = Settings { moments: (1..=50).collect(), ..settings(50) };
    let result = run(&slope, &method, &settings, &[0.0]);
    let mut x = 0.0;
    for (t, snapshot) in result.snapshots.iter().enumerate() {
        assert_eq!(snapshot.x, [x]);
        x -= 0.5 * law.factor(t as u64, 50);
    }
}

/// A factor of 1/2 throughout is half the learning rate, for every rule there is, bit for bit: both are exact.
#[test]
fn every_rule_obeys_the_factor() {
    #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Half {}
    impl optimizers::Config for Half {
        const NAME: &'static str = "half";
        const ABOUT: &'static str = "Half.";
        const PARAMS: &'static [(&'static str, &'static str)] = &[];
        fn check(&self) -> Result<(), String> {
            Ok(())
        }
    }
    impl Schedule for Half {
        fn warmup(&self) -> f64 {
            0.0
        }
        fn decay(&self, _t: u64, _steps: u64) -> f64 {
            0.5
        }
    }
    let objective = common::regression(10);
    for entry in &Catalogue::builtin().optimizers {
        let method = |lr: f64| {
            let mut params = toml::Table::new();
            if entry.params.iter().any(|param| param.name == "lr") {
                params.insert("lr".into(), lr.into());
            }
            if entry.params.iter().any(|param| param.name == "batch") {
                params.insert("batch".into(), 5.into());
            }
            optimizers::Method::new(entry.build(&params).expect("valid"), Part::strategy(optimizers::Single::default()))
        };
        if matches!(method(0.1).algorithm, Algorithm::Solver(_)) {
            continue;
        }
        let halved = method(0.1).with_schedule(Part::schedule(Half {}));
        let [a, b] = [halved, method(0.05)].map(|method| run(&objective, &method, &settings(30), &[0.3, 0.4]).x_final);
        assert_eq!(a, b, "{}", entry.name);
    }
}
