//! Axes: scales, ranges and ticks.

use crate::svg::{number, superscript};

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By the logarithm; values that are not positive have no place.
    Log,
}

/// One axis of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub(crate) label: String,
    pub(crate) scale: Scale,
    pub(crate) range: Option<(f64, f64)>,
    names: Vec<String>,
    is_whole: bool,
}

/// Multiples of 1, 2 or 5 times a power of ten from `lower` to `upper`, at most `most` of them, with their labels: for
/// levels that are read like ticks.
pub fn round_values(lower: f64, upper: f64, most: usize) -> Vec<(f64, String)> {
    let span = Span { scale: Scale::Linear, lower, upper };
    span.even(most).into_iter().map(|tick| (tick.value, tick.label)).collect()
}

/// A place on an axis that is marked; minor ones have no label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub value: f64,
    pub label: String,
}

impl Axis {
    /// A linear axis; its range follows from the data unless [`Axis::range`] gives it.
    pub fn linear(label: impl Into<String>) -> Self {
        Axis { label: label.into(), scale: Scale::Linear, range: None, names: vec![], is_whole: false }
    }

    /// A logarithmic axis.
    pub fn log(label: impl Into<String>) -> Self {
        Axis { label: label.into(), scale: Scale::Log, range: None, names: vec![], is_whole: false }
    }

    /// An axis of things with names: the first between 0 and 1, the second between 1 and 2, ...
    pub fn things(label: impl Into<String>, names: Vec<String>) -> Self {
        let count = names.len().max(1) as f64;
        Axis { names, ..Axis::linear(label).range(0.0, count) }
    }

    /// The same axis for whole numbers: none between them is marked.
    pub fn whole(mut self) -> Self {
        self.is_whole = true;
        self
    }

    /// Labelled and minor ticks over a range of this axis, at most `most` labelled ones; of names all.
    pub(crate) fn ticks(&self, span: &Span, most: usize) -> (Vec<Tick>, Vec<f64>) {
        if self.names.is_empty() {
            let is_whole = |ticks: &(Vec<Tick>, Vec<f64>)| ticks.0.iter().all(|tick| tick.value.fract() == 0.0);
            let fewer = (2..=most).rev().map(|most| span.ticks(most));
            return fewer
                .into_iter()
                .find(|ticks| !self.is_whole || is_whole(ticks))
                .unwrap_or_else(|| span.ticks(most));
        }
        let tick = |(i, name): (usize, &String)| Tick { value: i as f64 + 0.5, label: name.clone() };
        (self.names.iter().enumerate().map(tick).collect(), vec![])
    }

    /// The same axis from `lower` to `upper`, exactly.
    pub fn range(mut self, lower: f64, upper: f64) -> Self {
        self.range = Some((lower, upper));
        self
    }

    /// The axis over data: its own range, or that of the values it can show with a little air around.
    pub(crate) fn over(&self, values: impl Iterator<Item = f64>) -> Span {
        let can_show = |value: &f64| value.is_finite() && (self.scale == Scale::Linear || *value > 0.0);
        let (lower, upper) = self.range.unwrap_or_else(|| {
            const AIR: f64 = 0.04;
            let values = values.filter(can_show).map(|value| self.scale.forward(value));
            let extent = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
            let (lo, hi) = match extent {
                (lo, hi) if lo < hi => (lo - AIR * (hi - lo), hi + AIR * (hi - lo)),
                // One value only, or none at all.
                (lo, _) if lo.is_finite() => (lo - 0.5 * lo.abs().max(1.0), lo + 0.5 * lo.abs().max(1.0)),
                _ => (0.0, 1.0),
            };
            (self.scale.backward(lo), self.scale.backward(hi))
        });
        Span { scale: self.scale, lower, upper }
    }
}

impl Scale {
    fn forward(self, value: f64) -> f64 {
        if self == Scale::Log { value.log10() } else { value }
    }

    fn backward(self, value: f64) -> f64 {
        if self == Scale::Log { 10f64.powf(value) } else { value }
    }
}

/// An axis with its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub scale: Scale,
    pub lower: f64,
    pub upper: f64,
}

impl Span {
    /// Share of the way from the lower end to the upper one.
    pub fn share(&self, value: f64) -> f64 {
        let [value, lower, upper] = [value, self.lower, self.upper].map(|v| self.scale.forward(v));
        (value - lower) / (upper - lower)
    }

    /// The value at a share of the way.
    pub fn value(&self, share: f64) -> f64 {
        let [lower, upper] = [self.lower, self.upper].map(|v| self.scale.forward(v));
        self.scale.backward(lower + share * (upper - lower))
    }

    /// Labelled ticks, at most `most` of them (two at least), and the minor ones between.
    pub fn ticks(&self, most: usize) -> (Vec<Tick>, Vec<f64>) {
        if self.scale == Scale::Linear {
            return (self.even(most), vec![]);
        }
        let dense = self.ones_twos_fives();
        match (self.upper / self.lower).log10() {
            _ if (3..=most).contains(&dense.0.len()) => dense,
            decades if decades >= 1.5 => self.decades(most),
            _ => (self.even(most), vec![]),
        }
    }

    /// 1, 2 and 5 times powers of ten; the other multiples are minor ticks.
    fn ones_twos_fives(&self) -> (Vec<Tick>, Vec<f64>) {
        let (first, last) = (self.lower.log10().floor() as i32, self.upper.log10().floor() as i32);
        let value = |k: i32, m: i32| if k < 0 { f64::from(m) / 10f64.powi(-k) } else { f64::from(m) * 10f64.powi(k) };
        let within = |value: f64| (self.lower * (1.0 - 1e-9)..=self.upper * (1.0 + 1e-9)).contains(&value);
        let all = (first..=last).flat_map(|k| (1..10).map(move |m| (m, value(k, m)))).filter(|(_, v)| within(*v));
        let (major, minor): (Vec<_>, Vec<_>) = all.partition(|(m, _)| [1, 2, 5].contains(m));
        let tick = |(_, value): (i32, f64)| Tick { value, label: number(value, 1) };
        (major.into_iter().map(tick).collect(), minor.into_iter().map(|(_, value)| value).collect())
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    fn even(&self, most: usize) -> Vec<Tick> {
        let width = self.upper - self.lower;
        let raw = width / most.max(2) as f64;
        let power = raw.log10().floor() as i32;
        // The first step that makes few enough; a decade up when none of this one does.
        let steps = [(1, power), (2, power), (5, power), (1, power + 1), (2, power + 1)];
        let count = |step: f64| ((self.upper / step).floor() - (self.lower / step).ceil()) as usize + 1;
        let value = |&(m, p): &(i32, i32)| f64::from(m) * 10f64.powi(p);
        let chosen = steps.iter().find(|step| count(value(step)) <= most.max(2)).unwrap_or(&steps[4]);
        let step = value(chosen);
        // A hair of tolerance keeps the ends of the range among the ticks in spite of rounding.
        let first = (self.lower / step - 1e-9).ceil() as i64;
        let last = (self.upper / step + 1e-9).floor() as i64;
        let decimals = (-chosen.1).max(0) as usize;
        let large = self.lower.abs().max(self.upper.abs());
        let label = |value: f64| {
            if (1e-3..1e5).contains(&large) {
                format!("{value:.decimals$}").replace('-', "−")
            } else {
                // As many digits as tell neighbours apart.
                number(value, ((large / step).log10().ceil().max(0.0) as usize + 1).min(6))
            }
        };
        (first..=last)
            .map(|k| {
                // Multiplied or divided by whole numbers, so that 3 times 0.1 is 0.3.
                let whole = k as f64 * f64::from(chosen.0);
                let value = if chosen.1 < 0 { whole / 10f64.powi(-chosen.1) } else { whole * 10f64.powi(chosen.1) };
                Tick { value, label: label(value) }
            })
            .collect()
    }

    /// Powers of ten, every one or every second, third ...; their multiples are minor ticks.
    fn decades(&self, most: usize) -> (Vec<Tick>, Vec<f64>) {
        let first = (self.lower.log10() - 1e-9).ceil() as i32;
        let last = (self.upper.log10() + 1e-9).floor() as i32;
        let stride = (last - first) / most.max(2) as i32 + 1;
        let label = |k: i32| match k {
            -2..0 => format!("{:.*}", -k as usize, 10f64.powi(k)),
            0..=3 => format!("{:.0}", 10f64.powi(k)),
            _ => format!("10{}", superscript(k)),
        };
        // On multiples of the stride, so that 1 is among them whenever it is in range.
        let major = (first..=last).filter(|k| k % stride == 0);
        let ticks = major.map(|k| Tick { value: 10f64.powi(k), label: label(k) }).collect();
        let within = |value: &f64| (self.lower..=self.upper).contains(value);
        let minor = |k: i32| (2..10).map(move |m| f64::from(m) * 10f64.powi(k));
        let minor: Vec<f64> = if stride == 1 {
            (first - 1..=last).flat_map(minor).filter(within).collect()
        } else {
            (first..=last).filter(|k| k % stride != 0).map(|k| 10f64.powi(k)).collect()
        };
        (ticks, minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis, most: usize) -> Vec<String> {
        let (ticks, _) = axis.over([].into_iter()).ticks(most);
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        let linear = |lower, upper, most| labels(Axis::linear("x").range(lower, upper), most);
        assert_eq!(linear(-5.12, 5.12, 6), ["−4", "−2", "0", "2", "4"]);
        assert_eq!(linear(0.0, 1.0, 6), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(linear(-600.0, 600.0, 5), ["−500", "0", "500"]);
        assert_eq!(linear(0.0, 1e6, 3), ["0", "5×10⁵", "10⁶"]);
        assert_eq!(linear(2.3001, 2.3049, 5), ["2.301", "2.302", "2.303", "2.304"]);
        assert_eq!(labels(Axis::log("x").range(0.5, 2e3), 6), ["1", "10", "100", "1000"]);
        assert_eq!(labels(Axis::log("x").range(1e-8, 1e4), 5), ["10⁻⁶", "10⁻³", "1", "1000"]);
        assert_eq!(labels(Axis::log("x").range(2.0, 9.0), 5), ["2", "4", "6", "8"]);
        assert_eq!(labels(Axis::log("x").range(0.9, 21.0), 6), ["1", "2", "5", "10", "20"]);
        assert_eq!(labels(Axis::log("x").range(0.03, 0.4), 6), ["0.05", "0.1", "0.2"]);
    }

    /// For many ranges: no more than asked for, at least two, all inside, evenly spaced to rounding, labels distinct.
    #[test]
    fn ticks_of_any_range_are_inside_even_and_distinct() {
        for i in 0..400 {
            let width = 1.37f64.powi(i % 40 - 20);
            let lower = width * (f64::from(i) * 0.77 - 150.0);
            let span = Axis::linear("x").range(lower, lower + width).over([].into_iter());
            let (ticks, _) = span.ticks(6);
            assert!((2..=6).contains(&ticks.len()), "{span:?} {ticks:?}");
            for pair in ticks.windows(2) {
                let step = ticks[1].value - ticks[0].value;
                // Values reach 150 widths: their rounding is 150 eps of a width, far below a thousandth of a step.
                assert!((pair[1].value - pair[0].value - step).abs() < 1e-3 * step, "{ticks:?}");
                assert!(pair[0].label != pair[1].label, "{ticks:?}");
            }
            let inside = |tick: &Tick| (-1e-6..=1.0 + 1e-6).contains(&span.share(tick.value));
            assert!(ticks.iter().all(inside), "{span:?} {ticks:?}");
        }
    }

    #[test]
    fn a_range_follows_the_values_that_can_be_shown() {
        let span = Axis::log("x").over([f64::NAN, -1.0, 0.0, 1.0, 100.0, f64::INFINITY].into_iter());
        assert!(span.lower > 0.8 && span.lower < 1.0 && span.upper > 100.0 && span.upper < 125.0, "{span:?}");
        assert!((span.share(10.0) - 0.5).abs() < 1e-12);
        let single = Axis::linear("x").over([3.0].into_iter());
        assert!(single.lower < 3.0 && single.upper > 3.0);
    }
}
