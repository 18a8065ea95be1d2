//! What the runs of a block go by in their next step: its number, and the learning rate.

use autodiff::Stream;

/// The part of one run in a step, apart from its numbers.
pub(crate) struct Turn {
    /// Whether it steps; else nobody looks at its lane before a start is written to it.
    pub(crate) is_on: bool,
    /// Number of the step in the attempt.
    pub(crate) t: u64,
    /// Factor of the learning rate.
    pub(crate) lr_factor: f64,
    /// None without a run.
    pub(crate) random: Option<Stream>,
}

impl Turn {
    fn empty() -> Self {
        Self { is_on: false, t: 0, lr_factor: 1.0, random: None }
    }
}

/// One turn for each lane.
pub(crate) struct Turns {
    pub(crate) turns: Vec<Turn>,
    /// What is known of them all, until one is planned.
    pub(crate) alike: Alike,
}

/// Whether all runs that step are at the same step, with the same learning rate and the same numbers to remember.
#[derive(Clone, Copy)]
pub(crate) enum Alike {
    Unknown,
    No,
    /// As this lane.
    Yes(usize),
}

impl Turns {
    /// Without runs.
    pub(crate) fn empty(width: usize) -> Self {
        Self { turns: (0..width).map(|_| Turn::empty()).collect(), alike: Alike::Unknown }
    }

    /// Gives a lane to a run with this randomness of its rule's own.
    pub(crate) fn seat(&mut self, lane: usize, random: Stream) {
        self.turns[lane] = Turn { random: Some(random), ..Turn::empty() };
        self.alike = Alike::Unknown;
    }

    /// Every run takes another step after its last one, with the same learning rate, unless something else is planned.
    pub(crate) fn advance(&mut self) {
        self.turns.iter_mut().for_each(|turn| turn.t += 1);
    }

    /// The number of the next step of a run and the factor of its learning rate, or no step.
    pub(crate) fn plan(&mut self, lane: usize, step: Option<(u64, f64)>) {
        let turn = &mut self.turns[lane];
        turn.is_on = step.is_some();
        (turn.t, turn.lr_factor) = step.unwrap_or((0, 1.0));
        self.alike = Alike::Unknown;
    }

    /// The lane that all runs that step are like, given the numbers that each of them remembers. Like runs stay so: their
    /// numbers depend on nothing else.
    pub(crate) fn like(&mut self, numbers: &[f64]) -> Option<usize> {
        if let Alike::Unknown = self.alike {
            self.alike = self.compare(numbers);
        }
        match self.alike {
            Alike::Yes(lane) => Some(lane),
            Alike::No | Alike::Unknown => None,
        }
    }

    fn compare(&self, numbers: &[f64]) -> Alike {
        let count = numbers.len() / self.turns.len();
        let state = |lane: usize| {
            let Turn { t, lr_factor, .. } = self.turns[lane];
            let numbers = numbers[lane * count..(lane + 1) * count].iter();
            (t, lr_factor.to_bits(), numbers.map(|number| number.to_bits()))
        };
        let mut on = (0..self.turns.len()).filter(|&lane| self.turns[lane].is_on);
        let Some(first) = on.next() else { return Alike::No };
        let (t, lr_factor, numbers) = state(first);
        let is_like = |lane: usize| {
            let other = state(lane);
            (t, lr_factor) == (other.0, other.1) && numbers.clone().eq(other.2)
        };
        if on.all(is_like) { Alike::Yes(first) } else { Alike::No }
    }
}
