//! The catalogue: documented parameters are the real ones, configs round-trip, bad input says what to do.

mod common;

use optimizers::{Adam, Algorithm, Catalogue, Constant, Cosine, Method, Noise, On, Part, Single};

fn table(text: &str) -> toml::Table {
    text.parse().expect("a TOML table")
}

fn build(rule: &str, params: &str) -> Result<Method, String> {
    Catalogue::builtin().method(rule, &table(params), "single", &toml::Table::new())
}

fn build_strategy(strategy: &str, params: &str) -> Result<Method, String> {
    Catalogue::builtin().method("gradient_descent", &toml::Table::new(), strategy, &table(params))
}

#[test]
fn documented_parameters_are_the_parameters() {
    let catalogue = Catalogue::builtin();
    let none = toml::Table::new();
    let optimizers =
        catalogue.optimizers.iter().map(|e| (e.name, e.about, &e.params, e.build(&none).unwrap().params().clone()));
    let strategies =
        catalogue.strategies.iter().map(|e| (e.name, e.about, &e.params, e.build(&none).unwrap().params().clone()));
    let schedules =
        catalogue.schedules.iter().map(|e| (e.name, e.about, &e.params, e.build(&none).unwrap().params().clone()));
    let noise = &catalogue.noise;
    let noise = std::iter::once((noise.name, noise.about, &noise.params, noise.build(&none).unwrap().params().clone()));
    let mut names = Vec::new();
    for (name, about, params, defaults) in optimizers.chain(strategies).chain(schedules).chain(noise) {
        names.push(name);
        assert!(about.ends_with('.'), "{name}");
        let mut documented: Vec<&str> = params.iter().map(|param| param.name).collect();
        documented.sort_unstable();
        assert_eq!(documented, defaults.keys().map(String::as_str).collect::<Vec<_>>(), "{name}");
        for param in params {
            assert_eq!(param.default, defaults[param.name], "{name}.{}", param.name);
            assert!(!param.about.is_empty(), "{name}.{}", param.name);
        }
    }
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len(), "{names:?}");
}

#[test]
fn a_method_round_trips_through_its_parameters() {
    let catalogue = Catalogue::builtin();
    for method in common::methods(16, 30) {
        let (algorithm, strategy) = (&method.algorithm, &method.strategy);
        let again = catalogue.method(algorithm.name(), algorithm.params(), strategy.name(), strategy.params()).unwrap();
        assert_eq!(again, method);
        assert_eq!(again.key(), method.key());
    }
}

#[test]
fn a_method_is_its_name_and_parameters() {
    assert_eq!(
        build("adam", "lr = 0.01").unwrap().algorithm,
        Algorithm::Rule(Part::rule(Adam { lr: 0.01, ..Adam::default() }))
    );
    // A whole number is a number: it is written back as the float it is.
    assert_eq!(build("adam", "lr = 1").unwrap(), build("adam", "lr = 1.0").unwrap());
    assert_ne!(build("adam", "lr = 1").unwrap(), build("adam", "lr = 2").unwrap());
    assert_ne!(build("sgd", "batch = 0").unwrap(), build("gradient_descent", "").unwrap());
    let method = Method::of_rule(Part::rule(Adam { lr: 0.01, ..Adam::default() }), Part::strategy(Single::default()));
    let key = table(
        "rule = { name = \"adam\", revision = 1, params = { lr = 0.01 } }
         strategy = { name = \"single\", revision = 1, params = {} }",
    );
    assert_eq!(method.key(), key);
    assert_eq!(format!("{:?}", method.strategy), "single {start = \"law\"}");
    assert_eq!(
        format!("{:?}", build("sgd", "lr = 0.5").unwrap().algorithm),
        "Rule(sgd {batch = 32, lr = 0.5, replacement = false})"
    );
}

/// A key names a schedule or noise only where there is one, so runs from before there were any keep their keys.
#[test]
fn schedule_and_noise_are_part_of_the_key_where_they_act() {
    let adam = build("adam", "").unwrap();
    let plain = adam.key();
    assert!(!plain.contains_key("schedule") && !plain.contains_key("noise"));
    let same = adam.clone().with_schedule(Part::schedule(Constant::default()));
    assert_eq!(same.key(), plain);
    let warm = adam.clone().with_schedule(Part::schedule(Constant { warmup: 0.1 }));
    let cosine = adam.clone().with_schedule(Part::schedule(Cosine::default()));
    let noisy = adam.clone().with_noise(Part::noise(Noise { on: On::Weights, ..Noise::default() }));
    let noisier = noisy.clone().with_noise(Part::noise(Noise::default()));
    let keys = [plain, warm.key(), cosine.key(), noisy.key(), noisier.key()];
    for (i, key) in keys.iter().enumerate() {
        assert!(keys[..i].iter().all(|other| other != key), "{key}");
    }
    assert_eq!(cosine.key()["schedule"], table("name = \"cosine\"\nrevision = 1\nparams = {}").into());
}

#[test]
fn a_solver_refuses_what_acts_on_steps() {
    let solver = build("backtracking", "").unwrap();
    assert_eq!(solver.check_parts(), Ok(()));
    let cosine = solver.clone().with_schedule(Part::schedule(Cosine::default()));
    assert!(cosine.check_parts().unwrap_err().starts_with("schedule: backtracking chooses its own step lengths"));
    let noisy = solver.clone().with_noise(Part::noise(Noise::default()));
    assert!(noisy.check_parts().unwrap_err().starts_with("noise: backtracking has no plain step"));
    let on_start = solver.with_noise(Part::noise(Noise { on: On::Start, ..Noise::default() }));
    assert_eq!(on_start.check_parts(), Ok(()));
}

#[test]
fn bad_parameters_say_what_and_what_to_do() {
    let refused = [
        (
            build("sgdd", ""),
            "unknown optimizer \"sgdd\"; there are gradient_descent, sgd, momentum, nesterov, adagrad, rmsprop, adam",
        ),
        (build_strategy("twice", ""), "unknown strategy \"twice\"; there are single, multi_restart, noisy_start"),
        (build("sgd", "lrr = 1.0"), "sgd: unknown parameter \"lrr\"; its parameters are lr, batch, replacement"),
        (build_strategy("single", "cutoff = 1"), "single: unknown parameter \"cutoff\"; its parameters are start"),
        (
            build("sgd", "lr = -0.1"),
            "sgd: lr = -0.1: a step must go downhill by a finite amount; give a positive number",
        ),
        (build("gradient_descent", "lr = 0.0"), "gradient_descent: lr = 0: "),
        (build("adam", "lr = inf"), "adam: lr = inf: "),
        (build("momentum", "lr = nan"), "momentum: lr = NaN: "),
        (
            build("momentum", "beta = 1.0"),
            "momentum: beta = 1: past gradients must lose weight with time; give 0 <= beta < 1",
        ),
        (build("adam", "beta1 = -0.5"), "adam: beta1 = -0.5: "),
        (build("adam", "beta2 = 1.5"), "adam: beta2 = 1.5: "),
        (build("adam", "eps = 0.0"), "adam: eps = 0: "),
        (build("sgd", "batch = -3"), "sgd: invalid value: integer `-3`, expected usize"),
        (build("sgd", "lr = \"fast\""), "sgd: invalid type: string \"fast\", expected f64"),
        (
            build_strategy("multi_restart", "cutoff = 0"),
            "multi_restart: cutoff = 0: an attempt needs at least one gradient",
        ),
        (build_strategy("noisy_start", "start_sigma = -1.0"), "noisy_start: start_sigma = -1: "),
        (build_strategy("noisy_start", "eta = inf"), "noisy_start: eta = inf: "),
        (build_strategy("noisy_start", "gamma = -0.1"), "noisy_start: gamma = -0.1: "),
        (build_strategy("noisy_start", "window = 1.5"), "noisy_start: window = 1.5: it is a share of the budget"),
        (
            build_strategy("noisy_start", "decay = \"cosine\""),
            "noisy_start: unknown variant `cosine`, expected one of `none`, `power`, `linear`",
        ),
    ];
    for (result, message) in refused {
        let error = result.expect_err(message);
        assert!(error.starts_with(message), "{error}\n  should begin with\n{message}");
        assert!(!error.contains('\n'), "{error}");
    }
}
