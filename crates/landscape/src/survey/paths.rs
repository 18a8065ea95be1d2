//! The survey `paths`: from a start to the end of its descent, and between two ends, straight, matched, bent, relaxed.

use autodiff::Evaluator;
use serde::{Deserialize, Serialize};

use super::downhill::Downhill;
use super::{Evaluations, Site, Survey, Surveyed, SurveyedPath, SurveyedPoint};
use crate::class::Class;
use crate::entry::Described;
use crate::matching::{Symmetry, Tolerances};
use crate::model::norm;
use crate::path::{
    Band, BandState, Barrier, Bezier, Curve, Quadratic, Segment, barrier, bezier, elastic_band, grid, values_along,
};

/// Places of a way that are rows, and the grid on which its peaks are looked for.
const SAMPLES: usize = 51;

/// How far a band sets out beside the straight way, as a share of its length.
const ASIDE: f64 = 0.01;

/// A way over the surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Straight, from the first start to the end of its descent.
    StartToEnd,
    /// Straight, between two ends.
    Straight,
    /// Straight, to the nearest copy of the second end up to the problem's symmetries.
    Matched,
    /// Along the quadratic Bezier curve of least mean loss.
    Bezier,
    /// Along a nudged elastic band whose peaks climb.
    Band,
}

impl Way {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Way::StartToEnd => "start_to_end",
            Way::Straight => "straight",
            Way::Matched => "matched",
            Way::Bezier => "bezier",
            Way::Band => "band",
        }
    }
}

/// Descends from two starts and follows ways between what it meets, see [`crate::path`]: one pair of ends, so that runs of
/// one cell are independent. The second end is that of the first later start that leads to another place.
///
/// **Sampling bias.** Pairs are pairs of ends of the descent, in proportion to the basins under the start law, and never
/// twice the same place. The ends are certified; what they are is in their rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PathSurvey {
    /// The ways to follow.
    pub ways: Vec<Way>,
    /// How to go down.
    #[serde(flatten)]
    pub downhill: Downhill,
    /// Starts tried for the second end.
    pub attempts: u64,
    /// Rises of f up to this count as none.
    pub rise: f64,
    /// Points of the band between its ends.
    pub images: usize,
}

impl Default for PathSurvey {
    fn default() -> Self {
        PathSurvey {
            ways: vec![Way::StartToEnd, Way::Straight, Way::Matched, Way::Bezier, Way::Band],
            downhill: Downhill::default(),
            attempts: 20,
            rise: 1e-9,
            images: Band::default().images,
        }
    }
}

impl Described for PathSurvey {
    const NAME: &'static str = "paths";
    const ABOUT: &'static str = "Barriers between two ends of descents: straight, after matching the units, along a Bezier \
        curve and an elastic band; and whether the loss falls all along the line from a start to its end.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("ways", "start_to_end, straight, matched (only where the problem declares symmetries), bezier, band"),
        ("descent", "flow (the steepest descent itself) or lbfgs (gradients only)"),
        ("steps", "steps of a descent, at most, >= 1"),
        ("attempts", "starts tried for an end at another place, >= 1"),
        ("rise", "a rise of f up to this counts as none, >= 0"),
        ("images", "points of the band between its ends, >= 1"),
    ];

    fn check(&self) -> Result<(), String> {
        if self.ways.is_empty() {
            return Err("ways = []: nothing would be followed; give [\"straight\"] or leave it out".to_string());
        }
        if self.attempts == 0 {
            return Err("attempts = 0: there would be no second end; give 1 or more".to_string());
        }
        if self.images == 0 {
            return Err("images = 0: a band has points between its ends; give 1 or more, such as 15".to_string());
        }
        if !(self.rise >= 0.0 && self.rise.is_finite()) {
            let rise = self.rise;
            return Err(format!("rise = {rise}: it is a height; give a finite number that is not negative, as 1e-9"));
        }
        self.downhill.check()
    }
}

/// One way as it is measured.
struct Followed {
    length: f64,
    barrier: Barrier,
    samples: Vec<(f64, f64)>,
}

impl Survey for PathSurvey {
    fn check(&self, site: &Site) -> Result<(), String> {
        if self.ways == [Way::Matched] && site.symmetry == Symmetry::None {
            return Err(
                "it declares no symmetries, so there is nothing to match; add \"straight\" to `ways`".to_string()
            );
        }
        self.downhill.check_site(site)
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let mut eval = site.objective.evaluator();
        let mut surveyed = Surveyed { is_complete: true, ..Surveyed::default() };
        let mut spent = Evaluations::default();
        let descend = |eval: &mut Evaluator, start: &[f64], spent: &mut Evaluations| {
            self.downhill.go(eval, start, (site.zero_modes, site.criteria), spent, &mut |_| {})
        };
        let start = (site.start)(0);
        let first = descend(&mut eval, &start, &mut spent);
        let mut missed: Vec<String> = vec![];
        if self.ways.contains(&Way::StartToEnd) {
            let followed = follow_straight(&mut eval, &start, &first.point.x, &mut spent);
            match followed {
                Ok(followed) => {
                    let is_monotone = followed.samples.windows(2).all(|pair| pair[1].1 - pair[0].1 <= self.rise);
                    let row = self.row(Way::StartToEnd, followed, [None, Some(0)]);
                    surveyed.paths.push(SurveyedPath { is_monotone: Some(is_monotone), ..row });
                }
                Err(why) => missed.push(why),
            }
        }
        let asks_for_pair = self.ways.iter().any(|way| *way != Way::StartToEnd);
        let mut starts = 1;
        let mut second = None;
        while asks_for_pair && second.is_none() && starts <= self.attempts {
            let end = descend(&mut eval, &(site.start)(starts), &mut spent);
            second = Some(end).filter(|end| is_elsewhere(&first, end));
            starts += 1;
        }
        let ends: Vec<Class> =
            [Some(&first), second.as_ref()].into_iter().flatten().map(|end| end.certificate.class).collect();
        if let Some(second) = &second {
            let between = [first.point.x.as_slice(), second.point.x.as_slice()];
            let paths = self.between(site, &mut eval, between, &mut spent);
            missed.extend(paths.iter().filter_map(|path| path.as_ref().err().cloned()));
            surveyed.paths.extend(paths.into_iter().flatten());
        } else if asks_for_pair {
            missed.push(format!("{} starts led to one place", starts));
        }
        surveyed.points = [Some(first), second].into_iter().flatten().collect();
        surveyed.is_complete = missed.is_empty();
        let ends = ends.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(" and ");
        surveyed.reason = format!("{} ways; ends: {ends}, from {starts} starts", surveyed.paths.len());
        if !missed.is_empty() {
            surveyed.reason += &format!("; left out: {}", missed.join("; "));
        }
        surveyed.spent = spent;
        surveyed
    }
}

impl PathSurvey {
    /// The ways between two ends, in the order of the list of all ways; those that cannot be followed say why.
    fn between(
        &self,
        site: &mut Site,
        eval: &mut Evaluator,
        [from, to]: [&[f64]; 2],
        spent: &mut Evaluations,
    ) -> Vec<Result<SurveyedPath, String>> {
        let wants = |way: Way| self.ways.contains(&way);
        let mut paths = vec![];
        let pair = [Some(0), Some(1)];
        if wants(Way::Straight) {
            paths.push(follow_straight(eval, from, to, spent).map(|way| self.row(Way::Straight, way, pair)));
        }
        if wants(Way::Matched) && site.symmetry != Symmetry::None {
            let copy = site.symmetry.nearest(from, to);
            paths.push(follow_straight(eval, from, &copy, spent).map(|way| self.row(Way::Matched, way, pair)));
        }
        if wants(Way::Bezier) {
            let settings = Bezier { samples: SAMPLES, ..Bezier::default() };
            paths.push(bezier(eval, from, to, &settings, &mut site.random).map(|bent| {
                spent.gradients += bent.n_gradients;
                spent.values += bent.n_values;
                let samples = samples(eval, &bent.curve, spent);
                let followed = Followed { length: length(&bent.curve), barrier: bent.barrier, samples };
                self.row(Way::Bezier, followed, pair)
            }));
        }
        if wants(Way::Band) {
            paths.push(self.band(site, eval, [from, to], spent));
        }
        paths
    }

    /// The band, its barrier that of the certified transition states where every peak is one. It sets out on the straight
    /// way bent a little aside, so that it does not stay on a ridge by symmetry; on a curve that swings behind a minimum, as
    /// that of least mean may, an image would climb the wall there.
    fn band(
        &self,
        site: &mut Site,
        eval: &mut Evaluator,
        [from, to]: [&[f64]; 2],
        spent: &mut Evaluations,
    ) -> Result<SurveyedPath, String> {
        let settings = Band { images: self.images, ..Band::default() };
        let (dim, geometry) = (from.len(), *eval.objective().geometry());
        let aside = site.random.on_sphere(dim, ASIDE * Segment::new(&geometry, from, to)?.length());
        let control = from.iter().zip(to).zip(&aside).map(|((a, b), aside)| 0.5 * (a + b) + aside).collect();
        let way = Quadratic { geometry, from: from.to_vec(), control, to: to.to_vec() };
        let band = elastic_band(eval, &way, site.zero_modes, &settings, site.criteria);
        spent.gradients += band.n_gradients;
        spent.hessians += band.n_hessians;
        if !band.is_relaxed {
            return Err(format!("the band did not come to rest in {} steps", band.iterations));
        }
        let steps = band.points.chunks_exact(dim).zip(band.points.chunks_exact(dim).skip(1));
        let mut along = vec![0.0];
        for (a, b) in steps {
            let step = norm(&a.iter().zip(b).map(|(a, b)| b - a).collect::<Vec<_>>());
            along.push(along[along.len() - 1] + step);
        }
        let whole = along[along.len() - 1];
        let samples: Vec<(f64, f64)> = along.iter().map(|s| s / whole).zip(band.values.iter().copied()).collect();
        let is_certified = band.passes.iter().all(|pass| pass.is_transition());
        let barrier = band_barrier(&band, &samples, is_certified);
        let transitions = band.passes.iter().filter(|pass| pass.is_transition()).count();
        let row = self.row(Way::Band, Followed { length: whole, barrier, samples }, [Some(0), Some(1)]);
        Ok(SurveyedPath { transitions: Some(transitions), ..row })
    }

    fn row(&self, way: Way, followed: Followed, ends: [Option<usize>; 2]) -> SurveyedPath {
        let Followed { length, mut barrier, samples } = followed;
        if barrier.height <= self.rise {
            barrier.height = 0.0;
        }
        SurveyedPath { way, ends, length, barrier, samples, is_monotone: None, transitions: None }
    }
}

/// The highest place of a band. An image stands beside a peak; the saddle that it climbs to is the peak.
fn band_barrier(band: &BandState, samples: &[(f64, f64)], is_certified: bool) -> Barrier {
    let images = samples.iter().enumerate().map(|(i, &(t, f))| {
        let pass = band.passes.iter().find(|pass| is_certified && pass.image == i);
        (t, pass.map_or(f, |pass| pass.certificate.f))
    });
    let higher = |best: (f64, f64), next: (f64, f64)| if next.1 > best.1 { next } else { best };
    let (at, top) = images.fold((0.0, f64::NEG_INFINITY), higher);
    let ends = [samples[0].1, samples[samples.len() - 1].1];
    Barrier { height: top - ends[0].max(ends[1]), top, at, ends, n_values: 0 }
}

/// Whether two ends are different places, copies up to a symmetry being different.
fn is_elsewhere(first: &SurveyedPoint, end: &SurveyedPoint) -> bool {
    let (a, b) = (&first.point.x, &end.point.x);
    Symmetry::None.distance(a, b) > Tolerances::default().place * norm(a).max(1.0)
}

fn follow_straight(
    eval: &mut Evaluator,
    from: &[f64],
    to: &[f64],
    spent: &mut Evaluations,
) -> Result<Followed, String> {
    let geometry = *eval.objective().geometry();
    let way = Segment::new(&geometry, from, to)?;
    let barrier = barrier(eval, &way, SAMPLES);
    spent.values += barrier.n_values;
    Ok(Followed { length: way.length(), barrier, samples: samples(eval, &way, spent) })
}

fn samples(eval: &mut Evaluator, way: &dyn Curve, spent: &mut Evaluations) -> Vec<(f64, f64)> {
    let ts = grid(SAMPLES);
    spent.values += SAMPLES as u64;
    let values = values_along(eval, way, &ts);
    ts.into_iter().zip(values).collect()
}

/// Length of a curve, by the chords of its samples.
fn length(way: &dyn Curve) -> f64 {
    let place = |t: f64| {
        let mut x = vec![0.0; way.dim()];
        way.point(t, &mut x);
        x
    };
    let points: Vec<Vec<f64>> = grid(SAMPLES).into_iter().map(place).collect();
    let chord = |pair: &[Vec<f64>]| norm(&pair[0].iter().zip(&pair[1]).map(|(a, b)| b - a).collect::<Vec<_>>());
    points.windows(2).map(chord).sum()
}
