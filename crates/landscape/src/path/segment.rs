//! The straight way between two points: a segment of R^n, the shorter arc of a great circle on a sphere.

use autodiff::{Geometry, math};

use super::Curve;
use crate::model::norm;

/// Nearer than this share of the diameter to opposite each other, two points do not say which way round is shorter.
const ANTIPODAL: f64 = 1e-8;

/// Halvings of the angle's bracket, down to the spacing of numbers.
const HALVINGS: usize = 60;

/// The straight way `x(t)` from one point to another, at constant speed.
///
/// Flat: `(1 - t) a + t b`. Sphere: `(sin((1 - t) w) a + sin(t w) b) / sin w` with w the angle between a and b
/// (Shoemake 1985), the geodesic. Both ends are exact.
#[derive(Clone, Debug)]
pub struct Segment<'p> {
    from: &'p [f64],
    to: &'p [f64],
    length: f64,
    /// The angle between the ends on a sphere.
    angle: Option<f64>,
}

impl<'p> Segment<'p> {
    /// The way from `from` (dim,) to `to` (dim,), two points of the surface.
    ///
    /// # Errors
    /// Opposite points of a sphere: every half circle between them is as short.
    pub fn new(geometry: &Geometry, from: &'p [f64], to: &'p [f64]) -> Result<Self, String> {
        assert_eq!(from.len(), to.len(), "two points of one space");
        let apart = norm(&from.iter().zip(to).map(|(a, b)| a - b).collect::<Vec<_>>());
        let Geometry::Sphere { radius } = *geometry else {
            return Ok(Segment { from, to, length: apart, angle: None });
        };
        let together = norm(&from.iter().zip(to).map(|(a, b)| a + b).collect::<Vec<_>>());
        if together <= ANTIPODAL * apart {
            return Err(
                "a segment between opposite points of a sphere: all half circles are as short; go by a third point"
                    .to_string(),
            );
        }
        let angle = angle(apart, together);
        Ok(Segment { from, to, length: angle * radius, angle: Some(angle) })
    }

    /// Length of the way, in the units of x.
    pub fn length(&self) -> f64 {
        self.length
    }

    /// Where it begins (dim,).
    pub fn start(&self) -> &'p [f64] {
        self.from
    }
}

impl Curve for Segment<'_> {
    fn dim(&self) -> usize {
        self.from.len()
    }

    fn point(&self, t: f64, out: &mut [f64]) {
        let (a, b) = match self.angle {
            Some(angle) if angle > 0.0 => {
                let whole = math::sin(angle);
                (math::sin((1.0 - t) * angle) / whole, math::sin(t * angle) / whole)
            }
            _ => (1.0 - t, t),
        };
        for ((x, from), to) in out.iter_mut().zip(self.from).zip(self.to) {
            *x = a * from + b * to;
        }
    }
}

/// The angle w between two vectors of one length, from the lengths of their difference and their sum: `tan(w / 2) =
/// apart / together` (Kahan 2006), exact for small angles too. By bisection on the project's own sine, so that the bits
/// are the same on every machine.
fn angle(apart: f64, together: f64) -> f64 {
    if apart == 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, std::f64::consts::FRAC_PI_2);
    // A small angle is bracketed within a factor of two of apart / together first.
    let ratio = apart / together;
    if ratio < 0.5 {
        (low, high) = (0.5 * ratio, ratio);
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if math::sin(middle) * together < math::cos(middle) * apart { low = middle } else { high = middle }
    }
    low + high
}
