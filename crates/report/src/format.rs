//! Numbers as text: exact for the CSV, short for people.

use crate::estimators::Share;

/// Significant digits of a number for people.
const DIGITS: usize = 3;

/// What is closer to 1 than four decimals show is printed as `>.9999`.
const NEARLY_ONE: f64 = 0.9999;

/// Shortest text that reads back as the same number: `0.1`, `2000`, `1e-9`, `inf`, `-inf`, `nan`.
pub(crate) fn shortest(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_string();
    }
    let text = format!("{value:?}");
    text.strip_suffix(".0").unwrap_or(&text).to_string()
}

/// `value` with three significant digits: plain from 0.001 up to 9999, `1.23e5` beyond. Digits before the point are
/// never rounded away, so 9123 stays 9123.
pub(crate) fn significant(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        return if value == 0.0 { "0".to_string() } else { shortest(value) };
    }
    // The exponent after rounding: 9.996 is 10.0 with three digits.
    let scientific = format!("{value:.*e}", DIGITS - 1);
    let exponent: i32 = scientific
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .expect("the format ends in e and an integer");
    if (-3..4).contains(&exponent) {
        let decimals = (DIGITS as i32 - 1 - exponent).max(0) as usize;
        format!("{value:.decimals$}")
    } else {
        scientific
    }
}

/// The same, but a whole number is written as one: a count has no digits after the point.
pub(crate) fn figure(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e4 { format!("{value}") } else { significant(value) }
}

/// A gap as a column name: `0.01`, `1`, `1e-8`.
pub(crate) fn gap(value: f64) -> String {
    if value == 0.0 || (1e-3..1e4).contains(&value.abs()) { format!("{value}") } else { format!("{value:e}") }
}

/// `0.28 [.17,.42]`: estimate and interval with two decimals, more when the estimate is closer than 0.01 to 0 or 1, so
/// that neither 0.0096 nor 0.998 is rounded to certainty; exact 0 and 1 are single digits. An incomplete cell has only
/// its bounds, marked: `[.28,.33]*`.
pub(crate) fn share(share: &Share) -> String {
    let p = share.estimate();
    let whole = with_interval(p, share.interval());
    let bounds = whole.split_once(' ').map_or(whole.as_str(), |(_, bounds)| bounds);
    if share.is_incomplete() { format!("{bounds}*") } else { whole }
}

/// The same for any probability with an interval.
pub(crate) fn with_interval(p: f64, (lo, hi): (f64, f64)) -> String {
    let telling = [p, hi, lo].into_iter().find(|x| *x > 0.0 && *x < 1.0).unwrap_or(0.5);
    let decimals = decimals(telling);
    format!("{} [{},{}]", rounded(p, decimals), headless(rounded(lo, decimals)), headless(rounded(hi, decimals)))
}

/// `0.28`, `0.0096`, `1`: a probability by itself.
pub(crate) fn probability(p: f64) -> String {
    rounded(p, decimals(p))
}

/// `+.34 [.31,.37]`: a difference of two probabilities with its interval; four decimals for one below 0.01.
pub(crate) fn difference(value: f64, (lo, hi): (f64, f64)) -> String {
    let decimals = if (1e-4..0.01).contains(&value.abs()) { 4 } else { 2 };
    let text = |x: f64| {
        let digits = headless(format!("{:.decimals$}", x.abs()));
        // What rounds to zero has no sign.
        match digits.contains(|c: char| ('1'..='9').contains(&c)) {
            true if x < 0.0 => format!("-{digits}"),
            true => digits,
            false => "0".to_string(),
        }
    };
    let value = text(value);
    let plus = if value == "0" || value.starts_with('-') { "" } else { "+" };
    format!("{plus}{value} [{},{}]", text(lo), text(hi))
}

/// Two, and below 0.01 (or as close to 1) as many as show two significant digits; near 1 four at most.
fn decimals(p: f64) -> usize {
    let distance = p.min(1.0 - p);
    let most = if p > 0.5 { 4 } else { i32::MAX };
    let mut decimals = 2;
    while distance > 0.0 && distance < 0.01 && distance * 10f64.powi(decimals - 1) < 1.0 && decimals < most {
        decimals += 1;
    }
    decimals as usize
}

fn rounded(x: f64, decimals: usize) -> String {
    if x == 0.0 || x == 1.0 {
        format!("{x}")
    } else if x > NEARLY_ONE && decimals >= 4 {
        ">.9999".to_string()
    } else {
        format!("{x:.decimals$}")
    }
}

/// Without the zero before the point.
fn headless(text: String) -> String {
    text.strip_prefix('0').filter(|rest| !rest.is_empty()).map_or(text.clone(), str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_three_significant_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (915.0, "915"),
            (9123.4, "9123"),
            (9999.6, "1.00e4"),
            (91234.0, "9.12e4"),
            (20.44, "20.4"),
            (9.996, "10.0"),
            (0.9996, "1.00"),
            (-1.6569, "-1.66"),
            (0.00123, "0.00123"),
            (0.000123, "1.23e-4"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ];
        for (value, text) in cases {
            assert_eq!(significant(value), text);
        }
    }

    #[test]
    fn the_csv_text_reads_back_bit_for_bit() {
        for value in [0.1, 1.0, 1e-300, -2.5e17, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(shortest(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
        assert_eq!([shortest(-f64::NAN), shortest(2000.0), shortest(-0.0)], ["nan", "2000", "-0"]);
    }

    #[test]
    fn shares_are_never_rounded_to_certainty() {
        let text = |count, planned, missing| share(&Share { count, planned, missing });
        assert_eq!(text(14, 50, 0), "0.28 [.17,.42]");
        assert_eq!(text(0, 15, 0), "0 [0,.20]");
        assert_eq!(text(15, 15, 0), "1 [.80,1]");
        assert_eq!(text(3, 1000, 0), "0.0030 [.0010,.0088]");
        assert_eq!(text(998, 1000, 0), "0.9980 [.9927,.9995]");
        assert_eq!(text(14, 50, 8), "[.28,.33]*");
        assert_eq!(text(0, 5, 5), "[0,1]*");
    }

    #[test]
    fn probabilities_and_differences() {
        let texts: Vec<String> = [0.284, 0.00961, 0.9981, 0.99999, 0.0, 1.0].into_iter().map(probability).collect();
        assert_eq!(texts, ["0.28", "0.0096", "0.9981", ">.9999", "0", "1"]);
        assert_eq!(with_interval(0.999_99, (0.9975, 1.0)), ">.9999 [.9975,1]");
        assert_eq!(difference(0.342, (0.31, 0.37)), "+.34 [.31,.37]");
        assert_eq!(difference(-0.342, (-0.4, 0.001)), "-.34 [-.40,0]");
        assert_eq!(difference(0.0, (-0.004, 0.004)), "0 [0,0]");
        assert_eq!(difference(1.0, (0.9, 1.0)), "+1.00 [.90,1.00]");
        assert_eq!(difference(-0.00002, (-0.02, 0.01)), "0 [-.02,.01]");
        assert_eq!(difference(0.004, (-0.001, 0.009)), "+.0040 [-.0010,.0090]");
    }

    #[test]
    fn gaps_are_short_names() {
        let names: Vec<String> = [10.0, 1.0, 0.01, 1e-8, 0.0, 1e5].into_iter().map(gap).collect();
        assert_eq!(names, ["10", "1", "0.01", "1e-8", "0", "1e5"]);
    }
}
