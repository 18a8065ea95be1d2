//! Which levels of a surface are drawn: evenly spaced ones, or evenly in the logarithm above the least value where most of
//! the surface is far below its greatest value.

use crate::axis::round_values;
use crate::svg::number;

/// Levels, and how they are told.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// Ascending.
    pub values: Vec<f64>,
    /// What stands beside each in the colour bar.
    pub labels: Vec<String>,
    /// Name of what labels show.
    pub title: &'static str,
    /// For the caption.
    pub about: String,
}

/// Most bands that an eye tells apart by their colour.
const MOST: usize = 12;

/// A surface is skewed when half of it lies in this lowest share of its range.
const SKEWED: f64 = 0.24;

/// Levels for these values; `least` is the least value of the surface where that is known.
pub fn levels(values: &[f64], least: Option<f64>) -> Levels {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (lowest, highest) = (sorted[0], sorted[sorted.len() - 1]);
    let base = least.filter(|&least| least <= lowest).unwrap_or(lowest);
    let median = sorted[sorted.len() / 2];
    if median - base > SKEWED * (highest - base) {
        let round = round_values(lowest, highest, MOST);
        let step = number(round[1].0 - round[0].0, 3);
        // One at the very bottom or top would bound a band that is nowhere.
        let margin = 1e-6 * (highest - lowest);
        let inside = round.into_iter().filter(|(level, _)| (lowest + margin..highest - margin).contains(level));
        let (values, labels) = inside.unzip();
        return Levels { values, labels, title: "f", about: format!("levels every {step}") };
    }
    // The lowest level goes round a few thousandths of the picture.
    let first = (sorted[sorted.len() / 250] - base).max(1e-9 * (highest - base));
    let heights = decades(first, highest - base);
    let is_plain = base.abs() < 1e-3 * heights[0];
    let above = if is_plain { "0".to_string() } else { number(base, 4) };
    let title = match (is_plain, least.is_some_and(|least| least == base)) {
        (true, _) => "f",
        (_, true) => "f − f*",
        (_, false) => "f − least",
    };
    Levels {
        values: heights.iter().map(|height| base + height).collect(),
        labels: heights.iter().map(|&height| number(height, 4)).collect(),
        title,
        about: format!("levels evenly spaced in the logarithm above {above}"),
    }
}

/// 1, 2 and 5, or 1 and 3, or 1 alone, times powers of ten, inside a range: as many as [`MOST`] allows.
fn decades(lower: f64, upper: f64) -> Vec<f64> {
    let (first, last) = (lower.log10().floor() as i32, upper.log10().ceil() as i32);
    let with = |digits: &'static [u32]| {
        let all = (first..=last).flat_map(|k| digits.iter().map(move |&digit| f64::from(digit) * 10f64.powi(k)));
        all.filter(|value| (lower..upper).contains(value)).collect::<Vec<f64>>()
    };
    let choices: [&[u32]; 3] = [&[1, 2, 5], &[1, 3], &[1]];
    let mut choices = choices.into_iter().map(with);
    let densest = choices.next().expect("three");
    if densest.len() <= MOST { densest } else { choices.find(|levels| levels.len() <= MOST).unwrap_or(densest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bowl_has_even_levels_and_a_canyon_logarithmic_ones() {
        // Heights of x^2 over an even grid: the median is a quarter of the most.
        let bowl: Vec<f64> = (-100..=100).map(|i| (f64::from(i) / 100.0).powi(2)).collect();
        let even = levels(&bowl, Some(0.0));
        assert_eq!((even.values.len(), even.title, even.about.as_str()), (9, "f", "levels every 0.1"));
        let canyon: Vec<f64> = bowl.iter().map(|height| 1e4 * height.powi(4) - 7.0).collect();
        let logarithmic = levels(&canyon, Some(-7.0));
        assert_eq!(logarithmic.title, "f − f*");
        assert!(logarithmic.about.ends_with("above −7"), "{}", logarithmic.about);
        let heights: Vec<f64> = logarithmic.values.iter().map(|value| value + 7.0).collect();
        assert_eq!(logarithmic.labels.last().map(String::as_str), Some("1000"));
        // One level in each decade from one near the bottom on: even in the logarithm.
        assert!(heights.windows(2).all(|pair| (pair[1] / pair[0] - 10.0).abs() < 1e-6), "{heights:?}");
        assert!(heights.len() > 5 && heights.len() <= MOST, "{heights:?}");
    }
}
