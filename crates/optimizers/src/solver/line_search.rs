//! A step length along a direction that satisfies the strong Wolfe conditions.

/// Trial steps grow by a factor of at least `1 + 1.1` and at most `1 + 4` as long as no minimum is enclosed.
const GROWTH: [f64; 2] = [1.1, 4.0];

/// An interval that two trials have not shortened to this share is halved.
const SHORTER: f64 = 0.66;

/// Relative length below which an interval holds one number only.
const NARROW: f64 = 1e-14;

/// No trial goes beyond this share of the way to one that was not finite.
const NOT_AS_FAR: f64 = 0.9;

/// Share of the slope, share of the curvature, longest step, and how far equal values may differ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conditions {
    /// `f(a) <= f(0) + decrease a f'(0)`.
    pub(crate) decrease: f64,
    /// `|f'(a)| <= curvature |f'(0)|`.
    pub(crate) curvature: f64,
    pub(crate) longest: f64,
    /// Values within `rounding` are compared by their slopes; 0 for exact values.
    pub(crate) rounding: f64,
}

/// What to do after a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Next {
    /// Evaluate at this length.
    Try(f64),
    /// Take the length just evaluated: both conditions hold, or the search can go no further and the first does.
    Take,
    /// No step is known that lowers f enough.
    Fail,
}

/// A length with value and slope.
#[derive(Clone, Copy, Debug)]
struct Point {
    at: f64,
    f: f64,
    slope: f64,
}

/// The search of Moré and Thuente (1994) in the form of MINPACK-2's `dcsrch` and `dcstep`, which L-BFGS-B uses, one
/// trial at a time.
///
/// It keeps an interval between the best length so far and another end that encloses a minimum of
/// `psi(a) = f(a) - f(0) - decrease a f'(0)`, later of f, once one is known; trials are minima of cubic and quadratic
/// interpolants, safeguarded.
///
/// Two additions: a trial that is not finite halves the way back to the best length; and where values differ by
/// rounding only, `f(a) <= f(0) + rounding` and `f'(a) <= (2 decrease - 1) f'(0)` stand for the first condition (the
/// approximate Wolfe condition of Hager and Zhang 2005, which it equals on a quadratic).
pub(crate) struct LineSearch {
    conditions: Conditions,
    origin: Point,
    best: Point,
    other: Point,
    trial: f64,
    is_enclosed: bool,
    /// Whether psi is still what the interval is about.
    is_first_stage: bool,
    /// Of the interval, now and one trial ago.
    widths: [f64; 2],
    /// Where the next trial may be.
    range: [f64; 2],
    longest: f64,
}

impl LineSearch {
    /// From value and slope (`< 0`) at 0, and the first trial, `> 0`.
    pub(crate) fn new(f: f64, slope: f64, first: f64, conditions: Conditions) -> Self {
        let origin = Point { at: 0.0, f, slope };
        let longest = conditions.longest;
        Self {
            conditions,
            origin,
            best: origin,
            other: origin,
            trial: first.min(longest),
            is_enclosed: false,
            is_first_stage: true,
            widths: [longest, 2.0 * longest],
            range: [0.0, first + GROWTH[1] * first],
            longest,
        }
    }

    /// The length to evaluate, or just evaluated.
    pub(crate) fn trial(&self) -> f64 {
        self.trial
    }

    /// Whether the first condition holds at the trial.
    fn is_lower(&self, f: f64, slope: f64) -> bool {
        let Conditions { decrease, rounding, .. } = self.conditions;
        f <= self.origin.f + self.trial * decrease * self.origin.slope
            || (f <= self.origin.f + rounding && rounding > 0.0 && slope <= (2.0 * decrease - 1.0) * self.origin.slope)
    }

    /// Takes note of value and slope at the trial.
    pub(crate) fn tell(&mut self, f: f64, slope: f64) -> Next {
        if !(f.is_finite() && slope.is_finite()) {
            let way = self.trial - self.best.at;
            self.longest = self.longest.min(self.best.at + NOT_AS_FAR * way);
            self.trial = self.best.at + 0.5 * way;
            let has_room = (self.trial - self.best.at).abs() > NARROW * self.trial && self.trial > 0.0;
            return if has_room { Next::Try(self.trial) } else { Next::Fail };
        }
        let test = self.conditions.decrease * self.origin.slope;
        let threshold = self.origin.f + self.trial * test;
        let is_lower = self.is_lower(f, slope);
        if self.is_first_stage && f <= threshold && slope >= 0.0 {
            self.is_first_stage = false;
        }
        if is_lower && slope.abs() <= self.conditions.curvature * -self.origin.slope {
            return Next::Take;
        }
        let at_end = self.trial >= self.longest && f <= threshold && slope <= test;
        if at_end || self.is_spent() || self.trial <= 0.0 {
            return if is_lower { Next::Take } else { Next::Fail };
        }
        let here = Point { at: self.trial, f, slope };
        if self.is_first_stage && f <= self.best.f && f > threshold {
            // Interpolate psi, so that a step that lowers f too little is not the best one for good.
            let tilt = |p: Point, by: f64| Point { at: p.at, f: p.f - p.at * by, slope: p.slope - by };
            (self.best, self.other) = (tilt(self.best, test), tilt(self.other, test));
            self.advance(tilt(here, test));
            (self.best, self.other) = (tilt(self.best, -test), tilt(self.other, -test));
        } else {
            self.advance(here);
        }
        if self.is_enclosed {
            let width = (self.other.at - self.best.at).abs();
            if width >= SHORTER * self.widths[1] {
                self.trial = self.best.at + 0.5 * (self.other.at - self.best.at);
            }
            self.widths = [width, self.widths[0]];
            self.range = [self.best.at.min(self.other.at), self.best.at.max(self.other.at)];
        } else {
            let way = self.trial - self.best.at;
            self.range = [self.trial + GROWTH[0] * way, self.trial + GROWTH[1] * way];
        }
        self.trial = self.trial.clamp(0.0, self.longest);
        if self.is_spent() {
            self.trial = self.best.at;
        }
        Next::Try(self.trial)
    }

    /// Whether rounding leaves no trial inside the interval.
    fn is_spent(&self) -> bool {
        let [low, high] = self.range;
        self.is_enclosed && (self.trial <= low || self.trial >= high || high - low <= NARROW * high)
    }

    /// `dcstep`: the next trial, and the interval with `here` in it.
    fn advance(&mut self, here: Point) {
        let (best, other) = (self.best, self.other);
        let has_turned = here.slope * best.slope.signum() < 0.0;
        let way = here.at - best.at;
        let next;
        if here.f > best.f {
            // Higher: a minimum lies between. Nearer to the best of the cubic and the mean of both interpolants.
            let Cubic { theta, gamma } = Cubic::of(best, here, way < 0.0);
            let r = ((gamma - best.slope) + theta) / (((gamma - best.slope) + gamma) + here.slope);
            let cubic = best.at + r * way;
            let quadratic = best.at + best.slope / ((best.f - here.f) / way + best.slope) / 2.0 * way;
            let is_nearer = (cubic - best.at).abs() < (quadratic - best.at).abs();
            next = if is_nearer { cubic } else { cubic + (quadratic - cubic) / 2.0 };
            self.is_enclosed = true;
        } else if has_turned {
            // Lower, with a slope of the other sign: a minimum lies between.
            let Cubic { theta, gamma } = Cubic::of(best, here, way > 0.0);
            let r = ((gamma - here.slope) + theta) / (((gamma - here.slope) + gamma) + best.slope);
            let cubic = here.at - r * way;
            let quadratic = here.at - here.slope / (here.slope - best.slope) * way;
            let is_farther = (cubic - here.at).abs() > (quadratic - here.at).abs();
            next = if is_farther { cubic } else { quadratic };
            self.is_enclosed = true;
        } else if here.slope.abs() < best.slope.abs() {
            // Lower and flatter: the cubic counts only if it rises beyond, or has its minimum there.
            let Cubic { theta, gamma } = Cubic::of(best, here, way > 0.0);
            let r = ((gamma - here.slope) + theta) / ((gamma + (best.slope - here.slope)) + gamma);
            let cubic = if r < 0.0 && gamma != 0.0 { here.at - r * way } else { self.range[usize::from(way > 0.0)] };
            let quadratic = here.at - here.slope / (here.slope - best.slope) * way;
            let is_nearer = (cubic - here.at).abs() < (quadratic - here.at).abs();
            if self.is_enclosed {
                let step = if is_nearer { cubic } else { quadratic };
                let bound = here.at + SHORTER * (other.at - here.at);
                next = if way > 0.0 { step.min(bound) } else { step.max(bound) };
            } else {
                let step = if is_nearer { quadratic } else { cubic };
                next = step.min(self.range[1]).max(self.range[0]);
            }
        } else if self.is_enclosed {
            // Lower and no flatter: the cubic with the other end.
            let Cubic { theta, gamma } = Cubic::of(other, here, here.at > other.at);
            let r = ((gamma - here.slope) + theta) / (((gamma - here.slope) + gamma) + other.slope);
            next = here.at + r * (other.at - here.at);
        } else {
            next = self.range[usize::from(way > 0.0)];
        }
        if here.f > best.f {
            self.other = here;
        } else {
            if has_turned {
                self.other = best;
            }
            self.best = here;
        }
        self.trial = next;
    }
}

/// The cubic through values and slopes at two points, scaled so that nothing overflows.
struct Cubic {
    theta: f64,
    gamma: f64,
}

impl Cubic {
    fn of(a: Point, b: Point, is_negative: bool) -> Self {
        let theta = 3.0 * (a.f - b.f) / (b.at - a.at) + a.slope + b.slope;
        let scale = theta.abs().max(a.slope.abs()).max(b.slope.abs());
        let square = (theta / scale).powi(2) - (a.slope / scale) * (b.slope / scale);
        let gamma = scale * square.max(0.0).sqrt();
        Self { theta, gamma: if is_negative { -gamma } else { gamma } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shares of slope and curvature; per first step, the evaluations and the step.
    type Table = ([f64; 2], [(usize, f64); 4]);

    type Function = Box<dyn Fn(f64) -> (f64, f64)>;

    /// The six functions of Moré and Thuente, section 5: value and derivative.
    fn functions() -> [Function; 6] {
        let yanai = |b1: f64, b2: f64| -> Function {
            let gamma = |b: f64| (1.0 + b * b).sqrt() - b;
            Box::new(move |a| {
                let (p, q) = ((1.0 - a).hypot(b2), a.hypot(b1));
                (gamma(b1) * p + gamma(b2) * q, gamma(b1) * (a - 1.0) / p + gamma(b2) * a / q)
            })
        };
        [
            Box::new(|a| (-a / (a * a + 2.0), (a * a - 2.0) / (a * a + 2.0).powi(2))),
            Box::new(|a| {
                let s: f64 = a + 0.004;
                (s.powi(5) - 2.0 * s.powi(4), 5.0 * s.powi(4) - 8.0 * s.powi(3))
            }),
            Box::new(|a| {
                let (beta, l) = (0.01, 39.0);
                let (base, slope) = if a <= 1.0 - beta {
                    (1.0 - a, -1.0)
                } else if a >= 1.0 + beta {
                    (a - 1.0, 1.0)
                } else {
                    ((a - 1.0) * (a - 1.0) / (2.0 * beta) + beta / 2.0, (a - 1.0) / beta)
                };
                let w = l * std::f64::consts::FRAC_PI_2;
                (base + (1.0 - beta) / w * (w * a).sin(), slope + (1.0 - beta) * (w * a).cos())
            }),
            yanai(0.001, 0.001),
            yanai(0.01, 0.001),
            yanai(0.001, 0.01),
        ]
    }

    fn search(f: &Function, first: f64, conditions: Conditions) -> (usize, f64, f64) {
        let (f0, slope0) = f(0.0);
        let mut search = LineSearch::new(f0, slope0, first, conditions);
        for evaluations in 1..100 {
            let (value, slope) = f(search.trial());
            match search.tell(value, slope) {
                Next::Try(_) => {}
                Next::Take => return (evaluations, search.trial(), slope),
                Next::Fail => break,
            }
        }
        panic!("no step from {first}");
    }

    /// Tables 1 to 6 of Moré and Thuente (1994): shares, and per first step of 1e-3, 1e-1, 10 and 1e3 the number of
    /// evaluations and the step as printed, to two digits.
    #[test]
    fn strong_wolfe_steps_of_the_published_test_functions() {
        let published: [Table; 6] = [
            ([0.001, 0.1], [(6, 1.4), (3, 1.4), (1, 10.0), (4, 37.0)]),
            ([0.1, 0.1], [(12, 1.6), (8, 1.6), (8, 1.6), (11, 1.6)]),
            ([0.1, 0.1], [(12, 1.0), (12, 1.0), (10, 1.0), (13, 1.0)]),
            ([0.001, 0.001], [(4, 0.085), (1, 0.1), (3, 0.35), (4, 0.83)]),
            ([0.001, 0.001], [(6, 0.075), (3, 0.078), (7, 0.073), (8, 0.076)]),
            ([0.001, 0.001], [(13, 0.93), (11, 0.93), (8, 0.92), (11, 0.92)]),
        ];
        for (number, (f, ([decrease, curvature], rows))) in functions().iter().zip(published).enumerate() {
            let (f0, slope0) = f(0.0);
            for (first, (count, length)) in [1e-3_f64, 1e-1, 10.0, 1e3].into_iter().zip(rows) {
                let longest = 4.0 * first.max(1.0);
                let conditions = Conditions { decrease, curvature, longest, rounding: 0.0 };
                let (evaluations, a, slope) = search(f, first, conditions);
                assert!(f(a).0 <= f0 + decrease * a * slope0 && slope.abs() <= curvature * slope0.abs());
                // Half a unit of the second digit is at most a twentieth.
                assert!((a / length - 1.0).abs() <= 0.05, "function {}, first step {first}: {a}", number + 1);
                assert_eq!(evaluations, count, "function {}, first step {first}", number + 1);
            }
        }
    }

    /// `x - ln x` at `x = 3 - a`: slope -2/3 at a = 0, minimum at a = 2, no value from 3 on.
    #[test]
    fn a_trial_that_is_no_number_is_shortened() {
        let f: Function = Box::new(|a| ((3.0 - a) - (3.0 - a).ln(), -1.0 + 1.0 / (3.0 - a)));
        let conditions = Conditions { decrease: 1e-4, curvature: 0.01, longest: 1e10, rounding: 0.0 };
        let (evaluations, a, slope) = search(&f, 50.0, conditions);
        assert!(slope.abs() <= 0.01 * 2.0 / 3.0 && (a - 2.0).abs() <= 0.01, "{a}");
        // 50, 25, 12.5, 6.25, 3.125 are outside.
        assert!(evaluations > 5);
        // A function with no value beyond 0 has no step.
        let mut search = LineSearch::new(1.0, -1.0, 1.0, conditions);
        let mut next = Next::Try(1.0);
        for _ in 0..2000 {
            next = search.tell(f64::NAN, f64::NAN);
            if next == Next::Fail {
                break;
            }
        }
        assert_eq!(next, Next::Fail);
    }

    /// Values that rounding hides: `f(a) = 1 + 1e-20 (a^2 / 2 - a)` comes out as 1, or one unit more, and only the slopes
    /// tell that a step of 1 is right.
    #[test]
    fn where_values_are_equal_slopes_decide() {
        let conditions = Conditions { decrease: 1e-4, curvature: 0.9, longest: 1e10, rounding: 1e-15 };
        let f = 1.0 + f64::EPSILON;
        assert_eq!(LineSearch::new(1.0, -1e-20, 1.0, conditions).tell(f, 0.0), Next::Take);
        // Uphill by more than rounding, or with a slope that says too far, it is not.
        assert_ne!(LineSearch::new(1.0, -1e-20, 1.0, conditions).tell(1.0 + 1e-14, 0.0), Next::Take);
        assert_ne!(LineSearch::new(1.0, -1e-20, 1.9, conditions).tell(f, 1.1e-20), Next::Take);
        let exact = Conditions { rounding: 0.0, ..conditions };
        assert_ne!(LineSearch::new(1.0, -1e-20, 1.0, exact).tell(f, 0.0), Next::Take);
    }
}
