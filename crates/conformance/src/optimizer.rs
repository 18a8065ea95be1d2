//! Whether an optimizer is right: it descends, pays for what it asks, survives bad numbers, and repeats itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use autodiff::{Geometry, Objective, Rows, Scalar, Stream};
use optimizers::{
    Algorithm, Counts, Entry, Iterate, Method, MultiRestart, Part, RunResult, Seeds, Settings, Single, Status,
    run_block, trace_block,
};
use toml::{Table, Value};

use crate::{Finding, norm, shown, stream, within};

/// Curvatures of the bowl.
const CURVATURES: [f64; 4] = [0.5, 1.0, 2.0, 4.0];

/// Radius of the sphere.
const RADIUS: f64 = 2.0;

/// Rows of the regression, and rows per step where there are minibatches.
const ROWS: u64 = 10;
const BATCH: u64 = 3;

/// Looks at one optimizer of the catalogue with the parameters `params` (the others at their defaults).
///
/// # Errors
/// The message of [`Entry::build`].
pub fn check_optimizer(entry: &Entry<Algorithm>, params: &Table) -> Result<Vec<Finding>, String> {
    let full = subject(entry, params, 0)?;
    let batched = if has_batch(entry) { Some(subject(entry, params, BATCH)?) } else { None };
    let guarded = |promise: &'static str, look: &dyn Fn() -> Finding| {
        catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("without a message");
            Finding::of(promise, Err(format!("it panics: {}", text.lines().collect::<Vec<_>>().join(" "))))
        })
    };
    Ok(vec![
        guarded(DESCENT, &|| Finding::of(DESCENT, descent(&full))),
        guarded(BUDGET, &|| Finding::of(BUDGET, budget(&full, batched.as_ref()))),
        guarded(BAD_NUMBERS, &|| Finding::of(BAD_NUMBERS, bad_numbers(&full))),
        guarded(REPETITION, &|| Finding::of(REPETITION, repetition(&full, batched.as_ref()))),
        guarded(BLOCK, &|| Finding::of(BLOCK, block(&full, batched.as_ref()))),
        guarded(ROUND_TRIP, &|| Finding::of(ROUND_TRIP, round_trip(entry, &full))),
        guarded(REFUSALS, &|| Finding::of(REFUSALS, refusals(entry, params))),
        guarded(RESTART, &|| restart(&full)),
        guarded(SPHERE, &|| Finding::of(SPHERE, sphere(&full))),
        guarded(MINIBATCHES, &|| match &batched {
            Some(batched) => Finding::of(MINIBATCHES, minibatches(entry, params, &full, batched)),
            None => Finding::skipped(MINIBATCHES, "it has no parameter `batch`"),
        }),
    ])
}

const DESCENT: &str = "it lowers a convex quadratic";
const BUDGET: &str = "costs are exact, in the budget";
const BAD_NUMBERS: &str = "NaN and infinity end a run";
const REPETITION: &str = "the same seed, the same bits";
const BLOCK: &str = "a batch has the bits of single runs";
const ROUND_TRIP: &str = "parameters survive TOML";
const REFUSALS: &str = "bad parameters are refused";
const RESTART: &str = "a restart begins afresh";
const SPHERE: &str = "it stays on a sphere and gets on";
const MINIBATCHES: &str = "minibatches are what they say";

fn has_batch(entry: &Entry<Algorithm>) -> bool {
    entry.params.iter().any(|param| param.name == "batch")
}

/// The method under a single start, on `batch` rows where it can.
fn subject(entry: &Entry<Algorithm>, params: &Table, batch: u64) -> Result<Method, String> {
    let mut params = params.clone();
    if has_batch(entry) {
        params.insert("batch".into(), Value::Integer(batch as i64));
    }
    Ok(Method::new(entry.build(&params)?, Part::strategy(Single::default())))
}

/// `sum_i c_i x_i^2 / 2`.
fn bowl() -> Objective {
    Objective::formula(CURVATURES.len(), |x| {
        Scalar::sum(x.iter().zip(CURVATURES).map(|(&x, c)| x.square() * (0.5 * c)))
    })
}

/// The mean over ten rows (a, b, y) of `(a tanh x_1 + b x_2 - y)^2 / 2`.
fn regression() -> Objective {
    let mut stream = stream("optimizer rows", 0);
    let cells = (0..3 * ROWS).map(|_| stream.uniform(-1.0, 1.0)).collect();
    Objective::over_rows(2, Arc::new(Rows::new(3, cells)), |x, row| {
        (x[0].tanh() * row[0] + x[1] * row[1] - row[2]).square() * 0.5
    })
}

/// Start `restart` of run `i`: uniform in [-2, 2] in each coordinate.
fn start(i: usize, restart: u64, dim: usize) -> Vec<f64> {
    let mut stream = Stream::new(0, "conformance", &["optimizer start", &i.to_string(), &restart.to_string()]);
    (0..dim).map(|_| stream.uniform(-2.0, 2.0)).collect()
}

fn settings(budget: u64) -> Settings<'static> {
    Settings {
        budget,
        grad_tol: 1e-8,
        f_above: 1e12,
        x_above: 1e8,
        stall: None,
        early_stop: None,
        targets: vec![],
        moments: vec![0, 3],
        single_precision: false,
    }
}

/// Run `i` from where `start` says.
fn seeds<'a>(i: usize, start: impl Fn(u64) -> Vec<f64> + 'a) -> Seeds<'a> {
    let draws = |purpose: &str| stream(purpose, i);
    Seeds {
        start: Box::new(start),
        noise: draws("optimizer noise"),
        batches: draws("optimizer batches"),
        random: draws("optimizer random"),
    }
}

fn run(objective: &Objective, method: &Method, budget: u64, i: usize, x: &[f64]) -> RunResult {
    let results = run_block(objective, method, &settings(budget), vec![seeds(i, |_| x.to_vec())]);
    results.into_iter().next().expect("one run")
}

/// Whether f has fallen; to a NaN it has not.
fn is_below(f: f64, before: f64) -> bool {
    f < before
}

/// Different bits print differently, and NaN equals NaN.
fn bits(result: &RunResult) -> String {
    format!("{result:?}")
}

/// From each start, the least value seen is at least a hundredth below the first.
fn descent(method: &Method) -> Result<String, String> {
    let mut share: f64 = 0.0;
    for i in 0..3 {
        // What draws from the start law itself gets other starts, too.
        let from = move |restart| start(i, restart, CURVATURES.len());
        let x = from(0);
        let result = run_block(&bowl(), method, &settings(300), vec![seeds(i, from)]).remove(0);
        if result.status.is_failure() {
            return Err(format!("{}: {} from {}", result.status, result.reason, shown(&x)));
        }
        let left = result.f_best / result.f_start;
        if !matches!(left, 0.0..=0.99) {
            return Err(format!(
                "f = {} after {} gradients from f = {} at {}: a step uphill, or next to none?",
                result.f_best,
                result.cost,
                result.f_start,
                shown(&x)
            ));
        }
        share = share.max(left);
    }
    Ok(format!("at most {share:.0e} of f is left"))
}

/// Never more than the budget; what was counted adds up to it; of a rule less is left than a step costs.
fn budget(full: &Method, batched: Option<&Method>) -> Result<String, String> {
    let budgets = [1, 2, 5, 23, 60];
    let objective = regression();
    let unit = 2 * ROWS;
    for method in [full].into_iter().chain(batched) {
        let step = if method.batch() == 0 { unit } else { 2 * method.batch() as u64 };
        for budget in budgets {
            let result = run(&objective, method, budget, 0, &[0.1, 0.3]);
            let units = result.units;
            if units > budget * unit {
                return Err(format!("{units} half row-gradients spent of {}", budget * unit));
            }
            let Counts { n_f, n_grad, n_hvp, n_hess } = result.counts;
            // In half row-gradients: a value is half a gradient, a product two, a Hessian as many as variables.
            let counted = ROWS * n_f + step * n_grad + 2 * unit * n_hvp + 2 * unit * n_hess;
            if units != counted {
                return Err(format!("{:?} are {counted} half row-gradients, {units} were charged", result.counts));
            }
            let left = budget * unit - units;
            if result.status == Status::Budget && !method.is_solver() && left >= step {
                return Err(format!("it ended by its budget with {left} half row-gradients left, a step takes {step}"));
            }
        }
    }
    Ok(format!("{} budgets", budgets.len()))
}

/// Where f is NaN or infinite everywhere, and where it gets so on the way, the run ends by itself and says how.
fn bad_numbers(method: &Method) -> Result<String, String> {
    let nan = Objective::formula(2, |x| (-x[0].square() - 1.0).sqrt() + x[1].square());
    let infinite = Objective::formula(2, |x| (x[0].square() + 1000.0).exp() + x[1].square());
    let cliff = Objective::formula(2, |x| x[0].ln() + x[1].square());
    let cases: [(&str, &Objective, [f64; 2], bool); 4] = [
        ("f is NaN", &nan, [0.3, 0.5], true),
        ("f is infinite", &infinite, [0.3, 0.5], true),
        ("the start is NaN", &cliff, [f64::NAN, 0.5], true),
        ("f falls without end, and beyond 0 is NaN", &cliff, [0.1, 0.5], false),
    ];
    for (what, objective, x, fails) in cases {
        let result = run(objective, method, 200, 0, &x);
        if fails && !result.status.is_failure() {
            return Err(format!("{what}, but the run ended as {}: {}", result.status, result.reason));
        }
        if result.f_best.is_infinite() || (fails && !result.f_best.is_nan()) {
            return Err(format!("{what}, but the least f is {}", result.f_best));
        }
    }
    Ok(format!("{} surfaces", cases.len()))
}

/// Every objective a method is repeated on: a formula, rows, and rows in minibatches.
fn repeated<'m>(full: &'m Method, batched: Option<&'m Method>) -> Vec<(Objective, &'m Method)> {
    let mut cases = vec![(bowl(), full), (regression(), full)];
    cases.extend(batched.map(|batched| (regression(), batched)));
    cases
}

fn repetition(full: &Method, batched: Option<&Method>) -> Result<String, String> {
    for (objective, method) in repeated(full, batched) {
        let x = start(0, 0, objective.dim());
        let [one, two] = [(); 2].map(|()| run(&objective, method, 60, 0, &x));
        if bits(&one) != bits(&two) {
            return Err(format!(
                "two runs end at {} and {}: something outside the seed enters, a counter, a clock, a shared state?",
                shown(&one.x_final),
                shown(&two.x_final)
            ));
        }
    }
    Ok("a formula, rows".to_string())
}

/// Five runs together, one of them from a NaN, and each alone.
fn block(full: &Method, batched: Option<&Method>) -> Result<String, String> {
    const RUNS: usize = 5;
    for (objective, method) in repeated(full, batched) {
        let dim = objective.dim();
        let from = |i: usize| move |restart| if i == 2 { vec![f64::NAN; dim] } else { start(i, restart, dim) };
        let of = |runs: &[usize]| {
            run_block(&objective, method, &settings(60), runs.iter().map(|&i| seeds(i, from(i))).collect())
        };
        let together = of(&(0..RUNS).collect::<Vec<_>>());
        for (i, result) in together.iter().enumerate() {
            if bits(result) != bits(&of(&[i])[0]) {
                return Err(format!("run {} of {RUNS} is another one when alone: state that runs share?", i + 1));
            }
        }
    }
    Ok(format!("{RUNS} runs, one from a NaN"))
}

/// Parameters written as TOML and read again are the same parameters, and make the same method.
fn round_trip(entry: &Entry<Algorithm>, method: &Method) -> Result<String, String> {
    let params = method.algorithm.params();
    let text = params.to_string();
    let read: Table = text.parse().map_err(|error| format!("what is written is no TOML: {error}"))?;
    let again = entry.build(&read).map_err(|message| format!("it refuses its own parameters: {message}"))?;
    if again != method.algorithm || again.params() != params {
        return Err(format!("written as {text:?}, read as {:?}", again.params().to_string()));
    }
    let mut documented: Vec<&str> = entry.params.iter().map(|param| param.name).collect();
    documented.sort_unstable();
    let real: Vec<&str> = params.keys().map(String::as_str).collect();
    if documented != real {
        return Err(format!("documented are {documented:?}, there are {real:?}"));
    }
    Ok(match params.len() {
        1 => "1 parameter".to_string(),
        count => format!("{count} parameters"),
    })
}

/// A number that is none, a number of the wrong sign where that is never right, a word that is none, and a key that is none
/// are refused by name.
fn refusals(entry: &Entry<Algorithm>, params: &Table) -> Result<String, String> {
    let refused = |key: &str, value: Value| {
        let mut params = params.clone();
        let shown = value.to_string();
        params.insert(key.into(), value);
        match entry.build(&params) {
            Ok(_) => Err(format!("`{key} = {shown}` is accepted")),
            Err(message) if message.contains(key) || message.contains(shown.trim_matches('"')) => Ok(()),
            Err(message) => Err(format!("the refusal of `{key} = {shown}` does not name it: {message}")),
        }
    };
    let mut count = 1;
    refused("no_such_parameter", Value::Integer(1))?;
    for param in &entry.params {
        let bad: Vec<Value> = match param.default {
            Value::Float(_) => [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Value::Float).to_vec(),
            Value::Integer(_) => vec![Value::Integer(i64::MIN), Value::Float(0.5)],
            Value::Boolean(_) => vec![Value::Integer(7)],
            // A word that is chosen from a list.
            Value::String(_) => vec![Value::from("no_such_word")],
            _ => vec![],
        };
        let steps = [0.0, -1.0].map(Value::Float);
        let steps = if param.name == "lr" { &steps[..] } else { &[] };
        for value in bad.into_iter().chain(steps.iter().cloned()) {
            refused(param.name, value)?;
            count += 1;
        }
    }
    Ok(format!("{count} values"))
}

/// The second attempt of a run is the run that begins at its start.
fn restart(method: &Method) -> Finding {
    let cutoff = 25;
    let objective = regression();
    let alone = |others: usize| {
        let starts = move |restart| start(if restart == 0 { 7 } else { others }, restart, 2);
        run_block(&objective, method, &settings(cutoff), vec![seeds(0, starts)]).remove(0)
    };
    if bits(&alone(7)) != bits(&alone(8)) {
        return Finding::skipped(RESTART, "it draws from the start law, so no two attempts are alike");
    }
    let strategy = Part::strategy(MultiRestart { cutoff, ..MultiRestart::default() });
    let method = Method { strategy, ..method.clone() };
    let from = |i: usize, first: u64| {
        let starts = move |restart| start(7, first + restart, 2);
        run_block(&objective, &method, &settings(2 * cutoff), vec![seeds(i, starts)]).remove(0)
    };
    // Draws of its own go on over a restart, so attempts of a random solver differ.
    if bits(&from(0, 0)) != bits(&from(1, 0)) {
        return Finding::skipped(RESTART, "it draws, so no two attempts are alike");
    }
    let (both, later) = (from(0, 0), from(0, 1));
    let result = match both.attempts.get(1) {
        None => Err(format!("there is no second attempt: {}", both.reason)),
        Some(second) if *second != later.attempts[0] => {
            Err(format!("the second attempt is {second:?}, a run from the same start {:?}", later.attempts[0]))
        }
        Some(_) => Ok("the second of two attempts".to_string()),
    };
    Finding::of(RESTART, result)
}

/// The bowl on a sphere: every iterate is on it, and f falls or the end is a critical point.
fn sphere(method: &Method) -> Result<String, String> {
    let objective = bowl().on(Geometry::Sphere { radius: RADIUS });
    let from = |restart| stream("optimizer on sphere", restart as usize).on_sphere(CURVATURES.len(), RADIUS);
    let mut count = 0;
    let mut off = None;
    let mut see = |iterate: Iterate<'_>| {
        count += 1;
        // Retracting rounds to a few eps.
        if off.is_none() && !within((norm(iterate.x) / RADIUS - 1.0).abs(), 1e-12) {
            off = Some(format!("|x| = {} after step {}, the radius is {RADIUS}", norm(iterate.x), iterate.step));
        }
    };
    let results = trace_block(&objective, method, &settings(300), vec![seeds(0, from)], u64::MAX, &mut see);
    let RunResult { f_start, f_best, reason, status, .. } = &results[0];
    match off {
        Some(message) => Err(message),
        None if status.is_failure() => Err(format!("{status}: {reason}")),
        // Newton's plain steps may lead up, to another critical point.
        None if !is_below(*f_best, *f_start) && *status != Status::Converged => {
            Err(format!("f = {f_best} after f = {f_start} at the start: {reason}"))
        }
        None => Ok(format!("{count} iterates")),
    }
}

/// Batches cost their rows; batches of all rows are the whole objective, bit for bit; small ones lower f, too.
fn minibatches(entry: &Entry<Algorithm>, params: &Table, full: &Method, batched: &Method) -> Result<String, String> {
    let objective = regression();
    let all = subject(entry, params, ROWS)?;
    if (full.batch(), batched.batch(), all.batch()) != (0, BATCH as usize, ROWS as usize) {
        return Err(format!("`batch = {BATCH}` makes steps on {} rows", batched.batch()));
    }
    let steps = 20;
    let iterates = |method: &Method| {
        let mut points: Vec<Vec<u64>> = vec![];
        let mut see = |iterate: Iterate<'_>| points.push(iterate.x.iter().map(|x| x.to_bits()).collect());
        let from = |restart| start(3, restart, 2);
        let settings = Settings { grad_tol: 0.0, ..settings(400) };
        let results = trace_block(&objective, method, &settings, vec![seeds(0, from)], steps, &mut see);
        (points, results.into_iter().next().expect("one run"))
    };
    if iterates(full).0 != iterates(&all).0 {
        return Err(format!("with batches of all {ROWS} rows its iterates are not those of the whole objective"));
    }
    let (_, short) = iterates(batched);
    if short.units != 2 * steps * BATCH {
        return Err(format!("{steps} steps on {BATCH} rows cost {} half row-gradients", short.units));
    }
    let long = run(&objective, batched, 300, 0, &start(3, 0, 2));
    if !is_below(long.f_best, long.f_start) {
        return Err(format!("f = {} after f = {} at the start: {}", long.f_best, long.f_start, long.reason));
    }
    Ok(format!("{BATCH} and {ROWS} of {ROWS} rows"))
}
