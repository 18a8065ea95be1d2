//! Colours: a palette for series and a perceptually uniform map for values.

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// White.
    pub const WHITE: Colour = Colour(255, 255, 255);
    /// The black of axes and text.
    pub const INK: Colour = Colour(34, 34, 34);

    /// As `#rrggbb`.
    pub(crate) fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Colours for series that people with any colour vision tell apart: Okabe and Ito, Color Universal Design (2008),
/// without the yellow, which vanishes on white.
pub const PALETTE: [Colour; 7] = [
    Colour(0, 114, 178),
    Colour(213, 94, 0),
    Colour(0, 158, 115),
    Colour(204, 121, 167),
    Colour(230, 159, 0),
    Colour(86, 180, 233),
    Colour::INK,
];

/// Every sixteenth colour of viridis (S. van der Walt and N. Smith 2015, matplotlib, CC0).
const VIRIDIS: [u32; 17] = [
    0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c, 0x1f9f88, 0x27ad81,
    0x3dbc74, 0x5cc863, 0x81d34d, 0xaadc32, 0xd5e21a, 0xfde725,
];

/// The colour of a share 0 .. 1, from dark violet to yellow: viridis, whose lightness rises evenly, so it also orders
/// values in grey.
pub fn viridis(share: f64) -> Colour {
    let last = VIRIDIS.len() - 1;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = (place as usize).min(last - 1);
    let part = place - below as f64;
    let channel = |shift: u32| {
        let [low, high] = [below, below + 1].map(|i| f64::from(VIRIDIS[i] >> shift & 0xff));
        (low + part * (high - low)).round() as u8
    };
    Colour(channel(16), channel(8), channel(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE 1976 lightness, 0 .. 100, of an sRGB colour (IEC 61966-2-1, luminance weights of ITU-R BT.709).
    fn lightness(Colour(r, g, b): Colour) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        116.0 * luminance.cbrt() - 16.0
    }

    /// What the map promises: equal steps of the share are equal steps of lightness. Violet to yellow goes from 15 to 91
    /// in CIE lightness, 3.8 per fortieth of 20; the map was made even in another space (CAM02-UCS), which is the
    /// difference allowed.
    #[test]
    fn lightness_rises_evenly() {
        let values: Vec<f64> = (0..=20).map(|i| lightness(viridis(f64::from(i) / 20.0))).collect();
        assert!((values[0] - 15.0).abs() < 1.0 && (values[20] - 91.0).abs() < 1.0, "{values:?}");
        for pair in values.windows(2) {
            assert!((pair[1] - pair[0] - 3.8).abs() < 0.8, "{values:?}");
        }
    }

    #[test]
    fn shares_outside_and_at_the_ends_have_colours() {
        assert_eq!((viridis(-1.0), viridis(0.0)), (Colour(0x44, 1, 0x54), Colour(0x44, 1, 0x54)));
        assert_eq!((viridis(1.0), viridis(7.0)), (Colour(0xfd, 0xe7, 0x25), Colour(0xfd, 0xe7, 0x25)));
        assert_eq!(viridis(0.5).hex(), "#21918c");
    }
}
