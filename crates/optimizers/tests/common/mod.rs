//! Small objectives, methods and seeds that the tests share.
#![expect(dead_code, reason = "every test file is its own program and uses its own part of this")]

use autodiff::{Objective, Rows, Scalar, Stream};
use optimizers::{
    Catalogue, Config, Method, Part, Rule, RunResult, Seeds, Settings, Single, Solver, Strategy, run_block,
};
use std::sync::Arc;

/// No targets, no moments, thresholds far away.
pub fn settings(budget: u64) -> Settings<'static> {
    Settings {
        budget,
        grad_tol: 1e-8,
        f_above: 1e12,
        x_above: 1e6,
        stall: None,
        early_stop: None,
        targets: vec![],
        moments: vec![],
        single_precision: false,
    }
}

pub fn method<R: Config + Rule + 'static, S: Config + Strategy + 'static>(rule: R, strategy: S) -> Method {
    Method::of_rule(Part::rule(rule), Part::strategy(strategy))
}

pub fn solver<C: Config + Solver + 'static>(config: C) -> Method {
    Method::of_solver(Part::solver(config), Part::strategy(Single::default()))
}

pub fn single<R: Config + Rule + 'static>(rule: R) -> Method {
    method(rule, Single::default())
}

/// Seeds of run `i` with given starts.
pub fn seeds<'a>(i: u64, start: impl Fn(u64) -> Vec<f64> + 'a) -> Seeds<'a> {
    let part = i.to_string();
    Seeds {
        start: Box::new(start),
        noise: Stream::new(7, "noise", &[&part]),
        batches: Stream::new(7, "batches", &[&part]),
        random: Stream::new(7, "random", &[&part]),
    }
}

/// One run from one point.
pub fn run(objective: &Objective, method: &Method, settings: &Settings, start: &[f64]) -> RunResult {
    let mut results = run_block(objective, method, settings, vec![seeds(0, |_| start.to_vec())]);
    results.pop().expect("one run")
}

/// `sum_i curvature_i x_i^2 / 2`.
pub fn quadratic(curvatures: &'static [f64]) -> Objective {
    Objective::formula(curvatures.len(), |x| Scalar::sum(x.iter().zip(curvatures).map(|(&x, &c)| x * x * (0.5 * c))))
}

/// Himmelblau's function (1972): four minima with f = 0.
pub fn himmelblau() -> Objective {
    Objective::formula(2, |x| {
        let a = x[0].square() + x[1] - 11.0;
        let b = x[0] + x[1].square() - 7.0;
        a.square() + b.square()
    })
}

/// Least squares over `count` rows (a, b, y): the mean of (a x_0 + b x_1 - y)^2 / 2, with a curved term in x_0.
pub fn regression(count: u64) -> Objective {
    let mut stream = Stream::new(3, "rows", &[&count.to_string()]);
    let cells = (0..3 * count).map(|_| stream.uniform(-1.0, 1.0)).collect();
    Objective::over_rows(2, Arc::new(Rows::new(3, cells)), |x, row| {
        let residual = x[0].tanh() * row[0] + x[1] * row[1] - row[2];
        residual.square() * 0.5
    })
}

/// `f(x, row) = row . x` over the unit rows of R^n: the gradient on a batch says which rows are in it.
pub fn unit_rows(n: usize) -> Objective {
    let mut cells = vec![0.0; n * n];
    (0..n).for_each(|i| cells[i * n + i] = 1.0);
    Objective::over_rows(n, Arc::new(Rows::new(n, cells)), |x, row| Scalar::dot(x, row))
}

/// All optimizers under all strategies they go with, at parameters that suit the small problems here; `batch` for the
/// rules that have one.
pub fn methods(batch: i64, cutoff: i64) -> Vec<Method> {
    let catalogue = Catalogue::builtin();
    let mut methods = Vec::new();
    for rule in &catalogue.optimizers {
        for strategy in &catalogue.strategies {
            let mut rule_params = toml::Table::new();
            if rule.params.iter().any(|param| param.name == "lr") {
                rule_params.insert("lr".into(), 0.05.into());
            }
            if rule.params.iter().any(|param| param.name == "batch") {
                rule_params.insert("batch".into(), batch.into());
            }
            let mut strategy_params = toml::Table::new();
            if strategy.name == "multi_restart" {
                strategy_params.insert("cutoff".into(), cutoff.into());
            }
            let method = catalogue.method(rule.name, &rule_params, strategy.name, &strategy_params).expect("valid");
            if method.check_parts().is_ok() {
                methods.push(method);
            }
        }
    }
    methods
}

/// Everything in a result as text; floats print so that different bits differ, and NaN equals NaN.
pub fn text(result: &RunResult) -> String {
    format!("{result:?}")
}
