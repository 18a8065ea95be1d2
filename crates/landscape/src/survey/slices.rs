//! The survey `slices`: the surface along a line and over a plane through one point, with the descent that led there.

use autodiff::Evaluator;
use serde::{Deserialize, Serialize};

use super::downhill::Downhill;
use super::{Evaluations, Site, SlicePart, SlicePoint, Survey, Surveyed};
use crate::entry::Described;
use crate::matching::Symmetry;
use crate::model::norm;
use crate::path::grid;
use crate::slice::{Plane, eigen_directions, filter_direction, line_values, principal_directions};

/// Points of the descent that are rows, at most.
const MOST_SEEN: usize = 100;

/// A plane of the descent shows this share of its extent on every side of it.
const MARGIN: f64 = 0.2;

/// What a line and a plane are laid along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Directions {
    /// Two random directions with the scale of each unit's weights.
    Filter,
    /// The eigenvectors of the greatest and the least eigenvalue, as long as the point (at least 1).
    Eigen,
    /// The two directions in which the descent moved most, as unit vectors.
    Principal,
    /// The first two coordinates, over the domain.
    Coordinates,
}

impl Directions {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Directions::Filter => "filter",
            Directions::Eigen => "eigen",
            Directions::Principal => "principal",
            Directions::Coordinates => "coordinates",
        }
    }
}

/// Descends from the start and looks at the surface around the end, see [`crate::slice`](mod@crate::slice). Points of the
/// descent stand at their true loss; what the plane has below them stands beside it.
///
/// **Sampling bias.** A plane is a vanishing part of a space of many dimensions: what it shows is there, what it does not
/// show may be there all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SliceSurvey {
    /// What to lay lines and planes along.
    pub directions: Vec<Directions>,
    /// How to go down.
    #[serde(flatten)]
    pub downhill: Downhill,
    /// Places of a line; 0 for none.
    pub line: usize,
    /// Places along each side of a plane; 0 for none.
    pub plane: usize,
    /// How far to look along filter and eigen directions, in their lengths.
    pub radius: f64,
}

impl Default for SliceSurvey {
    fn default() -> Self {
        SliceSurvey {
            directions: vec![Directions::Filter, Directions::Eigen, Directions::Principal],
            downhill: Downhill::default(),
            line: 101,
            plane: 31,
            radius: 1.0,
        }
    }
}

impl Described for SliceSurvey {
    const NAME: &'static str = "slices";
    const ABOUT: &'static str = "The surface along lines and over planes through the end of a descent (random with the scale \
        of each unit, eigenvectors, principal directions, coordinates), the descent drawn at its true loss.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("directions", "filter, eigen, principal (of the descent), coordinates (the first two, over the domain)"),
        ("descent", "flow (the steepest descent itself) or lbfgs (gradients only)"),
        ("steps", "steps of the descent, at most, >= 1"),
        ("line", "places along the first direction, >= 2, or 0 for no line"),
        ("plane", "places along each side of the plane, >= 2, or 0 for no plane"),
        ("radius", "how far to look, in lengths of a filter or eigen direction, which are those of the point, > 0"),
    ];

    fn check(&self) -> Result<(), String> {
        if self.directions.is_empty() {
            return Err("directions = []: nothing would be looked at; give [\"filter\"] or leave it out".to_string());
        }
        for (name, count) in [("line", self.line), ("plane", self.plane)] {
            if count == 1 {
                return Err(format!("{name} = 1: one place is no {name}; give 2 or more, or 0 for none"));
            }
        }
        if self.line == 0 && self.plane == 0 {
            return Err("plane = 0 and line = 0: nothing would be looked at; give one of them".to_string());
        }
        if !(self.radius > 0.0 && self.radius.is_finite()) {
            let radius = self.radius;
            return Err(format!("radius = {radius}: it is a length; give a positive number such as 1.0"));
        }
        self.downhill.check()
    }
}

/// Two directions and how far to look along each.
struct Frame {
    directions: [Vec<f64>; 2],
    ranges: [(f64, f64); 2],
}

impl Survey for SliceSurvey {
    fn check(&self, site: &Site) -> Result<(), String> {
        if site.objective.dim() == 1 && self.plane > 0 {
            return Err("it has one variable, so there is no plane; give plane = 0".to_string());
        }
        self.downhill.check_site(site)
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let mut eval = site.objective.evaluator();
        let mut spent = Evaluations::default();
        let start = (site.start)(0);
        let mut seen = start.clone();
        let end = self.downhill.go(&mut eval, &start, (site.zero_modes, site.criteria), &mut spent, &mut |x| {
            seen.extend_from_slice(x);
        });
        seen.extend_from_slice(&end.point.x);
        let mut surveyed = Surveyed::default();
        let mut missed: Vec<String> = vec![];
        for &directions in &self.directions {
            let frame = self.frame(directions, site, &mut eval, (&end.point.x, &seen), &mut spent);
            match frame.and_then(|frame| self.look(directions, &mut eval, (&end.point.x, &seen), &frame, &mut spent)) {
                Ok(points) => surveyed.slices.extend(points),
                Err(why) => missed.push(format!("{}: {why}", directions.as_str())),
            }
        }
        surveyed.is_complete = missed.is_empty();
        let class = end.certificate.class.as_str();
        surveyed.reason = format!("around a point of class {class}, {} places", surveyed.slices.len());
        if !missed.is_empty() {
            surveyed.reason += &format!("; left out: {}", missed.join("; "));
        }
        surveyed.points.push(end);
        surveyed.spent = spent;
        surveyed
    }
}

impl SliceSurvey {
    fn frame(
        &self,
        directions: Directions,
        site: &mut Site,
        eval: &mut Evaluator,
        (x, seen): (&[f64], &[f64]),
        spent: &mut Evaluations,
    ) -> Result<Frame, String> {
        let dim = x.len();
        let around = (-self.radius, self.radius);
        let unit = |i: usize| (0..dim).map(|j| f64::from(u8::from(j == i))).collect::<Vec<f64>>();
        match directions {
            Directions::Filter => {
                let filters = match &site.symmetry {
                    Symmetry::Network(layout) => layout.filters(),
                    _ => std::iter::once(0..dim).collect(),
                };
                if norm(x) == 0.0 {
                    return Err("the point is 0, so there is no scale of weights".to_string());
                }
                let mut direction = || filter_direction(x, &filters, &mut site.random);
                Ok(Frame { directions: [direction(), direction()], ranges: [around; 2] })
            }
            Directions::Eigen => {
                let last = eval.objective().geometry().tangent_dim(dim) - 1;
                (spent.gradients, spent.hessians) = (spent.gradients + 1, spent.hessians + 1);
                let pairs = eigen_directions(eval, x, &[last, 0]).ok_or("the Hessian is not finite at the point")?;
                let length = norm(x).max(1.0);
                let mut long = pairs.into_iter().map(|(_, unit)| unit.iter().map(|u| length * u).collect::<Vec<f64>>());
                let directions = [long.next().unwrap_or_default(), long.next().unwrap_or_default()];
                Ok(Frame { directions, ranges: [around; 2] })
            }
            Directions::Principal => {
                let found = principal_directions(seen, dim, 2).ok_or("the descent left the finite numbers")?;
                let mut found = found.directions.into_iter();
                let first = found.next().ok_or("the descent did not move")?;
                let second = found.next();
                if second.is_none() && self.plane > 0 && dim > 1 {
                    return Err("the descent moved along one line only".to_string());
                }
                let directions = [first, second.unwrap_or_default()];
                let ranges = [0, 1].map(|i| extent(x, seen, &directions[i]));
                Ok(Frame { directions, ranges })
            }
            Directions::Coordinates => {
                let (lower, upper) = site.domain;
                let side = |i: usize| if i < dim { (lower[i] - x[i], upper[i] - x[i]) } else { (0.0, 0.0) };
                Ok(Frame { directions: [unit(0), unit(1)], ranges: [side(0), side(1)] })
            }
        }
    }

    /// The places of a line, of a plane, and those of the descent as the plane sees them.
    fn look(
        &self,
        directions: Directions,
        eval: &mut Evaluator,
        (x, seen): (&[f64], &[f64]),
        frame: &Frame,
        spent: &mut Evaluations,
    ) -> Result<Vec<SlicePoint>, String> {
        let mut places = vec![];
        let point = |part: SlicePart, a: f64, b: Option<f64>, f: f64| SlicePoint {
            directions,
            part,
            a,
            b,
            f,
            f_below: None,
            off_plane: None,
        };
        let steps = |count: usize, (low, high): (f64, f64)| -> Vec<f64> {
            if count == 0 { vec![] } else { grid(count).iter().map(|t| low + t * (high - low)).collect() }
        };
        if self.line > 0 {
            let along = steps(self.line, frame.ranges[0]);
            let values = line_values(eval, x, &frame.directions[0], &along);
            places.extend(along.iter().zip(values).map(|(&a, f)| point(SlicePart::Line, a, None, f)));
        }
        if self.plane > 0 {
            let plane = Plane::new(x.to_vec(), frame.directions[0].clone(), frame.directions[1].clone())?;
            let [a, b] = frame.ranges.map(|range| steps(self.plane, range));
            let values = plane.values(eval, &a, &b);
            for (b, row) in b.iter().zip(values.chunks_exact(a.len())) {
                places.extend(a.iter().zip(row).map(|(&a, &f)| point(SlicePart::Plane, a, Some(*b), f)));
            }
            let thinned = thinned(seen, x.len());
            for seen in plane.project(eval, &thinned) {
                let place = point(SlicePart::Descent, seen.at[0], Some(seen.at[1]), seen.value);
                places.push(SlicePoint {
                    f_below: Some(seen.value_in_plane),
                    off_plane: Some(seen.off_plane),
                    ..place
                });
            }
            spent.values += (thinned.len() / x.len()) as u64;
        }
        spent.values += places.len() as u64;
        Ok(places)
    }
}

/// From the least to the greatest coordinate of the points along a unit direction from `x`, with a margin.
fn extent(x: &[f64], seen: &[f64], direction: &[f64]) -> (f64, f64) {
    let coordinate = |point: &[f64]| point.iter().zip(x).zip(direction).map(|((p, x), d)| (p - x) * d).sum::<f64>();
    let coordinates = seen.chunks_exact(x.len()).map(coordinate);
    let (low, high) = coordinates.fold((0.0f64, 0.0f64), |(low, high), c| (low.min(c), high.max(c)));
    let margin = MARGIN * (high - low);
    (low - margin, high + margin)
}

/// The points (k x dim), or every so many of them with the first and the last.
fn thinned(seen: &[f64], dim: usize) -> Vec<f64> {
    let count = seen.len() / dim;
    if count <= MOST_SEEN {
        return seen.to_vec();
    }
    let number = |i: usize| i * (count - 1) / (MOST_SEEN - 1);
    (0..MOST_SEEN).flat_map(|i| seen[number(i) * dim..][..dim].iter().copied()).collect()
}
