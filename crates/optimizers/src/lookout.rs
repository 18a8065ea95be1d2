//! One look at all runs of a block at once, which finds those that need a look of their own.

use autodiff::{Points, Repeated, Scalar, Squares, Update, update_each};

/// Most rounds bring a run nothing but a value, better than all before or not. That is noted here, for all runs at once;
/// a run hears of it when something happens to it: a target, a moment, the end of an attempt.
///
/// A round is one evaluation of the block and the step after it. Every array has a number for each lane.
pub(crate) struct Lookout {
    width: usize,
    /// Rounds looked at.
    round: u64,
    /// The round in which a run was last looked at by itself.
    alone_at: [u64; Points::WIDEST],
    /// Least value so far, infinite while there is none, and the round that it was seen in.
    f_best: Repeated,
    best_at: Repeated,
    /// A value at or below it is an event.
    f_target: Repeated,
    /// The round from which on the run is to be looked at whatever it shows.
    due: Repeated,
    is_quiet: Repeated,
    /// 1 where the last round was quiet and brought the best value.
    pub(crate) is_best: Repeated,
}

/// What a run expects after it was looked at by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outlook {
    /// Its least value, if there was one.
    pub(crate) f_best: Option<f64>,
    /// The next target, if there is one.
    pub(crate) f_target: Option<f64>,
    /// Rounds that can be quiet at most: then there is the end of its budget, or a moment.
    pub(crate) quiet: u64,
}

/// What has happened to a run since it was last looked at by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Missed {
    /// Quiet rounds.
    pub(crate) rounds: u64,
    /// The least value, when it was seen in one of them, and in which: 1, 2, ...
    pub(crate) best: Option<(f64, u64)>,
}

/// Between which bounds a round is quiet; no NaN is.
#[derive(Clone)]
pub(crate) struct Bounds {
    f_below: f64,
    grad_norm_above: f64,
    x_square_below: f64,
}

impl Bounds {
    /// Quiet are finite values that are not above `f_above`, coordinates that are not beyond `x_above` in size, and finite norms
    /// of gradients above `grad_tol`. What the sums of squares do not show for certain counts as an event.
    pub(crate) fn new(f_above: f64, x_above: f64, grad_tol: f64) -> Self {
        let x_square_below = square_below(x_above);
        Self { f_below: f_above.min(f64::MAX).next_up(), grad_norm_above: grad_tol, x_square_below }
    }
}

/// The look itself: the point is the best value, the gradient is the value, and the vectors are the round of the best value,
/// whether all is quiet, and whether the value is the best. The factors are both sums of squares, target and due round.
#[derive(Clone)]
struct Look<'l> {
    bounds: &'l Bounds,
    round: f64,
}

/// Coordinates whose squares have a sum below this are not beyond `bound` in size. Rounding keeps an order: a coordinate beyond
/// has a square of `bound^2` at least, and so has a sum of it and of other squares. No sum is below NaN, and NaN is below nothing.
pub(crate) fn square_below(bound: f64) -> f64 {
    if bound >= 0.0 { bound * bound } else { f64::NAN }
}

/// Norms of sums between these are their roots: see `vector::norm`.
pub(crate) const PLAIN_SUMS: std::ops::Range<f64> = 1e-280..1e280;

impl Update<3, 4> for Look<'_> {
    #[inline(always)]
    fn update<S: Scalar>(
        &self,
        f_best: S,
        f: S,
        [best_at, _, _]: [S; 3],
        [of_x, of_grad, f_target, due]: [S; 4],
    ) -> (S, [S; 3]) {
        let Bounds { f_below, grad_norm_above, x_square_below } = *self.bounds;
        let number = S::constant;
        // No comparison with NaN holds.
        let is_sound = f.lt(number(f_below)) * of_x.lt(number(x_square_below));
        let is_plain = number(PLAIN_SUMS.start).lt(of_grad) * of_grad.lt(number(PLAIN_SUMS.end));
        let is_steep = number(grad_norm_above).lt(of_grad.sqrt());
        let is_quiet = is_sound * is_plain * is_steep * f_target.lt(f) * number(self.round).lt(due);
        let is_best = is_quiet * f.lt(f_best);
        let (f_best, best_at) = (is_best.select(f, f_best), is_best.select(number(self.round), best_at));
        (f_best, [best_at, is_quiet, is_best])
    }
}

impl Lookout {
    /// Over lanes that are all to be looked at by themselves in the next round.
    pub(crate) fn new(width: usize) -> Self {
        Self {
            width,
            round: 0,
            alone_at: [0; Points::WIDEST],
            f_best: [f64::INFINITY; Points::WIDEST],
            best_at: [0.0; Points::WIDEST],
            f_target: [f64::NEG_INFINITY; Points::WIDEST],
            due: [0.0; Points::WIDEST],
            is_quiet: [0.0; Points::WIDEST],
            is_best: [0.0; Points::WIDEST],
        }
    }

    /// Looks at the values (width,) of a round and the sums of squares of its points and gradients; the lanes in which it
    /// was not quiet.
    pub(crate) fn look(&mut self, bounds: &Bounds, f: &[f64], squares: &Squares) -> Chosen {
        self.round += 1;
        let width = self.width;
        let look = Look { bounds, round: self.round as f64 };
        let vectors = [&mut self.best_at, &mut self.is_quiet, &mut self.is_best].map(|numbers| &mut numbers[..width]);
        let factors = [&squares.of_x, &squares.of_grad, &self.f_target, &self.due];
        update_each(&look, &mut self.f_best[..width], f, vectors, factors);
        let is_quiet = &self.is_quiet[..width];
        if is_quiet.iter().sum::<f64>() == width as f64 { Chosen::NONE } else { Chosen::of(is_quiet, 0.0) }
    }

    /// What the run of this lane has not heard of yet when a round is not quiet.
    pub(crate) fn missed(&self, lane: usize) -> Missed {
        let (then, best_at) = (self.alone_at[lane], self.best_at[lane] as u64);
        let best = (best_at > then).then(|| (self.f_best[lane], best_at - then));
        Missed { rounds: self.round - then - 1, best }
    }

    /// Takes note of what a run expects that was looked at by itself in this round; nothing to expect means another such look.
    pub(crate) fn expect(&mut self, lane: usize, outlook: Option<Outlook>) {
        self.alone_at[lane] = self.round;
        self.best_at[lane] = 0.0;
        let Outlook { f_best, f_target, quiet } = outlook.unwrap_or(Outlook { f_best: None, f_target: None, quiet: 0 });
        self.f_best[lane] = f_best.unwrap_or(f64::INFINITY);
        self.f_target[lane] = f_target.unwrap_or(f64::NEG_INFINITY);
        self.due[lane] = if outlook.is_some() { (self.round + 1).saturating_add(quiet) as f64 } else { 0.0 };
    }

    /// Moves the lanes that are taken, in this order, to the first of `width` lanes.
    pub(crate) fn narrow(&mut self, width: usize, taken: impl Fn(usize) -> bool) {
        let due = std::mem::replace(&mut self.due, [0.0; Points::WIDEST]);
        for (to, from) in (0..self.width).filter(|&lane| taken(lane)).enumerate() {
            self.due[to] = due[from];
            self.alone_at[to] = self.alone_at[from];
            for numbers in [&mut self.f_best, &mut self.best_at, &mut self.f_target] {
                numbers[to] = numbers[from];
            }
        }
        self.width = width;
    }
}

/// Some of the lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Chosen(u64);

const _: () = assert!(Points::WIDEST == u64::BITS as usize, "a bit for each lane");

impl Chosen {
    pub(crate) const NONE: Self = Self(0);

    /// All of `width`.
    pub(crate) fn all(width: usize) -> Self {
        Self(u64::MAX >> (Points::WIDEST - width))
    }

    /// Those whose number is `number`.
    fn of(numbers: &[f64], number: f64) -> Self {
        let bits = numbers.iter().enumerate().map(|(lane, other)| u64::from(*other == number) << lane);
        Self(bits.fold(0, |all, bit| all | bit))
    }

    /// The lane after the last.
    pub(crate) fn end(self) -> usize {
        (u64::BITS - self.0.leading_zeros()) as usize
    }

    /// Whether this one is chosen.
    pub(crate) fn has(self, lane: usize) -> bool {
        self.0 >> lane & 1 == 1
    }

    /// One after another.
    pub(crate) fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let lane = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(lane)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One lane per kind of event; what is on the edge counts as the loop's own tests do.
    #[test]
    fn a_round_is_quiet_when_nothing_happens() {
        let bounds = Bounds::new(100.0, 10.0, 1e-3);
        let at = |f: f64, of_x: f64, of_grad: f64| {
            let mut lookout = Lookout::new(1);
            let expected = Outlook { f_best: Some(7.0), f_target: Some(1.0), quiet: 3 };
            lookout.expect(0, Some(expected));
            let mut squares = Squares::default();
            (squares.of_x[0], squares.of_grad[0]) = (of_x, of_grad);
            let is_quiet = lookout.look(&bounds, &[f], &squares) == Chosen::NONE;
            (is_quiet, lookout.is_best[0] == 1.0)
        };
        assert_eq!(at(8.0, 1.0, 1.0), (true, false));
        assert_eq!(at(7.0, 1.0, 1.0), (true, false));
        assert_eq!(at(6.0, 1.0, 1.0), (true, true));
        assert_eq!(at(100.0, 1.0, 1.0), (true, false), "only what is above has diverged");
        let events = [
            (1.0, 1.0, 1.0),
            (100f64.next_up(), 1.0, 1.0),
            (f64::NAN, 1.0, 1.0),
            (f64::NEG_INFINITY, 1.0, 1.0),
            (6.0, 100.0, 1.0),
            (6.0, f64::NAN, 1.0),
            (6.0, 1.0, 1e-6),
            (6.0, 1.0, f64::NAN),
            (6.0, 1.0, f64::INFINITY),
            (6.0, 1.0, 0.0),
        ];
        for (f, of_x, of_grad) in events {
            assert_eq!(at(f, of_x, of_grad), (false, false), "{f}, {of_x}, {of_grad}");
        }
        let never_within = Bounds::new(f64::INFINITY, -1.0, 0.0);
        assert_eq!(Lookout::new(1).look(&never_within, &[f64::MAX], &Squares::default()), Chosen::all(1));
    }

    /// Lanes whose rounds run out at different times, and a best value that is remembered until then.
    #[test]
    fn a_run_hears_what_it_missed() {
        let bounds = Bounds::new(1e9, 1e3, 0.0);
        let squares = Squares { of_grad: [1.0; Points::WIDEST], of_x: [1.0; Points::WIDEST] };
        let mut lookout = Lookout::new(4);
        let nobody = lookout.look(&bounds, &[5.0; 4], &squares);
        assert_eq!(nobody, Chosen::all(4), "nobody has said yet what it expects");
        for lane in 0..4 {
            lookout.expect(lane, Some(Outlook { f_best: Some(5.0), f_target: None, quiet: 1 + lane as u64 }));
        }
        // Values 4, 3, 9, 9, 9: the best comes in the second round.
        let mut heard = vec![];
        for f in [4.0, 3.0, 9.0, 9.0, 9.0] {
            for lane in lookout.look(&bounds, &[f; 4], &squares).iter() {
                heard.push((lane, lookout.missed(lane)));
                lookout.expect(lane, Some(Outlook { f_best: None, f_target: None, quiet: 99 }));
            }
        }
        let missed = |rounds: u64, f: f64, at: u64| Missed { rounds, best: Some((f, at)) };
        let expected = [(0, missed(1, 4.0, 1)), (1, missed(2, 3.0, 2)), (2, missed(3, 3.0, 2)), (3, missed(4, 3.0, 2))];
        assert_eq!(heard, expected);
        // The second and the fourth lane move on to a narrower block.
        lookout.due[1] = 0.0;
        lookout.narrow(1, |lane| lane == 1);
        assert_eq!(lookout.look(&bounds, &[1.0], &squares), Chosen::all(1));
        assert_eq!(lookout.missed(0), Missed { rounds: 2, best: Some((9.0, 1)) });
    }
}
