//! `census PROBLEM`: every critical point in a box, with proof that none is missing.

use crate::command::eval::{numbers, parameters, unknown_problem};
use crate::command::list::wrapped;
use crate::figure::{count, float};
use crate::guard;
use crate::screen::{Context, Failure, WIDTH, exit};
use crate::survey;
use autodiff::Interval;
use landscape::{Census, CensusSurvey, Limits, ProvedPoint, Refused, census};
use problems::Instance;
use serde::Serialize;

/// Points listed for people; JSON has all.
const MOST_LISTED: usize = 60;

/// What `census` is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Name of the problem.
    pub problem: String,
    /// `key=value` for parameters that are not at their default.
    pub params: Vec<String>,
    /// `lo,hi` of every coordinate or of each in turn; the problem's domain when not given.
    pub region: Option<String>,
    /// Boxes to look at before giving up.
    pub boxes: usize,
    /// One JSON object instead of lines for people.
    pub json: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
struct Answer {
    minima: usize,
    saddles: usize,
    maxima: usize,
    degenerate: usize,
    undecided: usize,
    complete: bool,
    boundary: usize,
    boxes: usize,
    points: Vec<Point>,
    boundary_points: Vec<Point>,
    regions: Vec<Region>,
}

#[derive(Debug, Serialize)]
struct Point {
    x: Vec<f64>,
    radius: f64,
    value: [f64; 2],
    index: usize,
    /// Whether it lies in the domain of a moved surface, which is not the box around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_domain: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Region {
    #[serde(rename = "box")]
    sides: Vec<[f64; 2]>,
    degenerate: Option<Vec<f64>>,
}

/// Carries out `census`.
///
/// # Errors
/// An unknown problem, a refused parameter or box, a problem that cannot be searched, or code that panics.
pub fn run(request: &Request, context: &mut Context) -> Result<u8, Failure> {
    let registry = context.registry;
    let entry = registry.get(&request.problem).ok_or_else(|| unknown_problem(&request.problem, registry))?;
    let given = parameters(entry, &request.params)?;
    let panicked = |panic: guard::Panic| {
        let guard::Panic { message, place } = panic;
        Failure::Internal(format!("problem \"{}\" panics: {message} ({place})", request.problem))
    };
    let instance = guard::catch(|| entry.build(&given.table)).map_err(panicked)?;
    let instance = instance.map_err(|message| Failure::input(format!("problem {message}")))?;
    if let Err(message) = survey::check(&CensusSurvey::default(), &instance) {
        return Err(Failure::input(format!("{}: {message}", instance.label())));
    }
    let region = sides(request, &instance)?;
    let limits = Limits { boxes: request.boxes, ..Limits::default() };
    let found = guard::catch(|| census(&instance.objective, &region, &limits)).map_err(panicked)?;
    let found = found.map_err(|refused| {
        Failure::input(match refused {
            Refused::Sphere => unreachable!("refused before"),
            Refused::Box(i) => format!("the box is empty or infinite along x{}; give LO < HI", i + 1),
        })
    })?;
    let check = request.region.is_none().then(|| contradiction(&instance, &found)).flatten();
    if request.json {
        let answer = answer(&instance, &found);
        context.say(serde_json::to_string(&answer).expect("an answer is plain data"));
    } else {
        print(&instance, &region, &found, context);
    }
    let Some(contradiction) = check else { return Ok(exit::DONE) };
    context.note(contradiction);
    Ok(exit::DIFFERENT)
}

/// The box to search.
fn sides(request: &Request, instance: &Instance) -> Result<Vec<Interval>, Failure> {
    let dim = instance.dim;
    let pairs: Vec<(f64, f64)> = match &request.region {
        None => instance.domain.lower.iter().copied().zip(instance.domain.upper.iter().copied()).collect(),
        Some(text) => {
            let ends = numbers(text).map_err(|message| Failure::input(format!("--box: {message}")))?;
            let pairs: Vec<(f64, f64)> = ends.chunks(2).map(|pair| (pair[0], pair[pair.len() - 1])).collect();
            match ends.len() {
                2 => vec![pairs[0]; dim],
                given if given == 2 * dim => pairs,
                given => {
                    return Err(Failure::input(format!(
                        "--box has {given} numbers; give LO,HI for all coordinates, or {dim} such pairs"
                    )));
                }
            }
        }
    };
    let side = |(lo, hi): (f64, f64)| {
        if lo < hi && lo.is_finite() && hi.is_finite() {
            return Ok(Interval::new(lo, hi));
        }
        let (lo, hi) = (float(lo), float(hi));
        Err(Failure::input(format!("--box: from {lo} to {hi} there is no box; give finite numbers LO < HI")))
    };
    pairs.into_iter().map(side).collect()
}

/// Number of points of each index, those outside the domain of a moved surface left out.
fn by_index(instance: &Instance, points: &[ProvedPoint]) -> Vec<usize> {
    let mut counts = vec![0; instance.dim + 1];
    let inside = points.iter().filter(|point| instance.motion.is_none() || instance.in_domain(&point.x));
    inside.for_each(|point| counts[point.inertia.n_neg] += 1);
    counts
}

/// What the problem declares otherwise than the census of its whole domain proves.
fn contradiction(instance: &Instance, found: &Census) -> Option<String> {
    let declared = instance.counts.as_ref().filter(|counts| counts.is_exact && found.is_complete())?;
    let proved = by_index(instance, &found.points);
    let count = |i: usize| declared.by_index.get(i).copied().unwrap_or(0.0);
    let differs = (0..proved.len()).any(|i| count(i) != proved[i] as f64);
    differs
        .then(|| format!("contradiction: counts by index are {proved:?} by proof, {:?} as declared", declared.by_index))
}

fn answer(instance: &Instance, found: &Census) -> Answer {
    let [minima, saddles, maxima] = found.counts();
    let degenerate = found.undecided.iter().filter(|region| region.degenerate.is_some()).count();
    let ends = |side: &Interval| [side.lo(), side.hi()];
    let point = |point: &ProvedPoint| Point {
        x: point.x.clone(),
        radius: point.radius,
        value: ends(&point.value),
        index: point.inertia.n_neg,
        in_domain: instance.motion.is_some().then(|| instance.in_domain(&point.x)),
    };
    let region = |region: &landscape::Undecided| Region {
        sides: region.region.iter().map(ends).collect(),
        degenerate: region.degenerate.clone(),
    };
    Answer {
        minima,
        saddles,
        maxima,
        degenerate,
        undecided: found.undecided.len() - degenerate,
        complete: found.is_complete(),
        boundary: found.on_boundary.len(),
        boxes: found.n_boxes,
        points: found.points.iter().map(point).collect(),
        boundary_points: found.on_boundary.iter().map(point).collect(),
        regions: found.undecided.iter().map(region).collect(),
    }
}

fn print(instance: &Instance, region: &[Interval], found: &Census, context: &mut Context) {
    let [minima, saddles, maxima] = found.counts();
    let n_points = found.points.len();
    say(&format!("{} on {}", instance.label(), product(region)), 0, context);
    let kinds = [(minima, "minima", "minimum"), (saddles, "saddles", "saddle"), (maxima, "maxima", "maximum")];
    let kinds = kinds.map(|(n, many, one)| format!("{n} {}", if n == 1 { one } else { many })).join(", ");
    let all = match (found.is_complete(), n_points) {
        (true, 0) => "there is none",
        (true, 1) => "it is the only one",
        (true, _) => "these are all",
        (false, _) => "there may be more",
    };
    context.say(format!("{} proved, and {all}:", count(n_points, "critical point")));
    context.say(format!("{kinds}; boxes looked at: {}", found.n_boxes));
    if instance.motion.is_some() {
        let inside = by_index(instance, &found.points);
        say(&format!("in the moved domain itself, by index: {inside:?}; the box is the one around it"), 0, context);
    }
    if n_points > 0 {
        context.say("");
        list(&found.points, context);
    }
    if !found.on_boundary.is_empty() {
        context.say(format!("\non the boundary, inside or outside: {}", found.on_boundary.len()));
        list(&found.on_boundary, context);
    }
    undecided(found, context);
    if instance.zero_modes > 0 {
        let text = format!(
            "Symmetries of the problem give {} zero eigenvalues: points that form families stay undecided.",
            instance.zero_modes
        );
        say(&text, 0, context);
    }
}

/// Points with kind, index, value and place.
fn list(points: &[ProvedPoint], context: &mut Context) {
    context.say("kind     index  value              x");
    for point in points.iter().take(MOST_LISTED) {
        let kind = match (point.inertia.n_neg, point.inertia.n_pos) {
            (0, _) => "minimum",
            (_, 0) => "maximum",
            _ => "saddle",
        };
        let head = format!("{kind:<8} {:<6} {:<18} ", point.inertia.n_neg, middle(point.value));
        let x = point.place().into_iter().map(middle).collect::<Vec<_>>().join(", ");
        say_after(&head, &x, context);
    }
    if points.len() > MOST_LISTED {
        context.say(format!("... and {} more; --json lists all", points.len() - MOST_LISTED));
    }
    let most = |of: &dyn Fn(&ProvedPoint) -> f64| points.iter().map(of).fold(0.0, f64::max);
    let (radius, value) = (most(&|point| point.radius), most(&|point| point.value.width()));
    let text = format!(
        "x is proved to within {radius:.0e} along each axis, values to within {value:.0e}; ten digits are shown, \
         --json has the bounds"
    );
    say(&text, 0, context);
}

/// The regions about which nothing is shown.
fn undecided(found: &Census, context: &mut Context) {
    const MOST_REGIONS: usize = 10;
    if found.undecided.is_empty() {
        return;
    }
    let why = if found.is_cut_short { " (the limit on boxes ended the search; raise --boxes)" } else { "" };
    context.say("");
    say(&format!("undecided: {}{why}", count(found.undecided.len(), "region")), 0, context);
    for region in found.undecided.iter().take(MOST_REGIONS) {
        let place = match &region.degenerate {
            Some(x) => {
                let x = x.iter().map(|&x| digits(x)).collect::<Vec<_>>().join(", ");
                format!("degenerate by numerical tests, not proved, at {x}; in ")
            }
            None => String::new(),
        };
        say(&format!("{place}{}", product(&region.region)), 2, context);
    }
    if found.undecided.len() > MOST_REGIONS {
        context.say(format!("  ... and {} more", found.undecided.len() - MOST_REGIONS));
    }
}

/// `[-6, 6]^2`, or the sides one by one.
fn product(region: &[Interval]) -> String {
    let side = |side: &Interval| format!("[{}, {}]", digits(side.lo()), digits(side.hi()));
    match region {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|side| side == first) => {
            format!("{}^{}", side(first), region.len())
        }
        _ => region.iter().map(side).collect::<Vec<_>>().join(" x "),
    }
}

/// The middle of bounds; 0 where that is among them.
fn middle(bounds: Interval) -> String {
    digits(if bounds.contains(0.0) { 0.0 } else { bounds.mid() })
}

/// Ten digits, shorter where fewer do.
fn digits(x: f64) -> String {
    let rounded: f64 = format!("{x:.9e}").parse().expect("a number that was printed");
    float(rounded)
}

/// `text` in lines of at most [`WIDTH`] characters, the later ones indented by `indent` more.
fn say(text: &str, indent: usize, context: &mut Context) {
    say_after(&" ".repeat(indent), text, context);
}

fn say_after(head: &str, text: &str, context: &mut Context) {
    for (i, line) in wrapped(text, WIDTH.saturating_sub(head.len())).iter().enumerate() {
        let head = if i == 0 { head } else { &" ".repeat(head.len()) };
        context.say(format!("{head}{line}"));
    }
}
