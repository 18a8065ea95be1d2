//! Numbers and text as they stand in an SVG file, and how much room a text takes.

/// Size of all text, in user units (pixels at natural size).
pub(crate) const FONT_SIZE: f64 = 12.0;

/// A coordinate with at most two decimals: a hundredth of a pixel.
pub(crate) fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

/// Text that XML may hold.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Where a text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// One line of text with its baseline at `(x, y)`.
pub(crate) fn text(x: f64, y: f64, anchor: Anchor, content: &str) -> String {
    let anchor = match anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    format!("<text x=\"{}\" y=\"{}\"{anchor}>{}</text>\n", coordinate(x), coordinate(y), escaped(content))
}

/// One line of text read from below, its middle at `(x, y)`.
pub(crate) fn upright(x: f64, y: f64, content: &str) -> String {
    let (x, y) = (coordinate(x), coordinate(y));
    let content = escaped(content);
    format!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" transform=\"rotate(-90 {x} {y})\">{content}</text>\n")
}

/// Width of a text in user units: advance widths of DejaVu Sans by kind of letter, rounded up. The reader's font is not
/// known, and this is the widest of those that browsers take for sans-serif.
pub(crate) fn width(text: &str) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | ' ' => 0.41,
        '⁰'..='⁹' | '⁻' | '²' | '³' | '¹' => 0.42,
        'm' | 'w' | 'M' | 'W' | '−' | '×' | '=' | '+' => 0.85,
        'A'..='Z' => 0.75,
        _ => 0.64,
    };
    FONT_SIZE * text.chars().map(em).sum::<f64>()
}

/// A number for readers, with at most `digits` significant digits: `0.25`, `−3`, `1200`, `2×10⁵`.
pub fn number(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    if !value.is_finite() {
        return value.to_string().replace('-', "−");
    }
    // Rounded first, so that 9.9996 is 10 and not "10.00" of the decade below.
    let scientific = format!("{:.*e}", digits.saturating_sub(1), value);
    let (mantissa, exponent) = scientific.split_once('e').expect("the form of `e`");
    let exponent: i32 = exponent.parse().expect("a whole exponent");
    let plain = |text: &str| {
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        text.replace('-', "−")
    };
    if (-3..5).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        return plain(&format!("{:.*}", decimals, scientific.parse::<f64>().expect("a number")));
    }
    match plain(mantissa).as_str() {
        "1" => format!("10{}", superscript(exponent)),
        "−1" => format!("−10{}", superscript(exponent)),
        mantissa => format!("{mantissa}×10{}", superscript(exponent)),
    }
}

/// A whole number in raised digits.
pub(crate) fn superscript(value: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize]);
    value.to_string().chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_round_before_they_are_split() {
        let written = [0.25, -3.0, 1200.0, 9.9996, 99_999.0, 2e5, -1e-7, 0.001, 123.456].map(|value| number(value, 4));
        assert_eq!(written, ["0.25", "−3", "1200", "10", "10⁵", "2×10⁵", "−10⁻⁷", "0.001", "123.5"]);
        assert_eq!((coordinate(-0.001).as_str(), coordinate(10.10).as_str()), ("0", "10.1"));
    }

    #[test]
    fn text_cannot_break_out() {
        assert_eq!(
            text(1.0, 2.0, Anchor::Start, "a<b & \"c\""),
            "<text x=\"1\" y=\"2\">a&lt;b &amp; &quot;c&quot;</text>\n"
        );
    }
}
