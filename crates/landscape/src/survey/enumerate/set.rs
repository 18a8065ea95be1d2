//! The set of different critical points that an enumeration has found, and how well each was reached.

use std::collections::BTreeMap;

use autodiff::{Evaluator, Geometry, Stream, math};

use crate::certificate::{Certificate, certify};
use crate::class::Class;
use crate::matching::Tolerances;
use crate::model::norm;
use crate::polish::{Polished, polish};
use crate::survey::against_list::against_list;
use crate::survey::{Evaluations, IndexCounts, Site, Surveyed, SurveyedPoint};

/// Searches beside a known point begin at this share of `max(1, |x|)` from it, or farther away.
const NEAREST: f64 = 3e-3;

/// Critical points that differ, while they are found.
pub(super) struct Set<'s, 'a> {
    site: &'s Site<'a>,
    most: u64,
    points: Vec<SurveyedPoint>,
    /// For each point, the one that it is an image of, or itself.
    orbits: Vec<usize>,
    /// For each point that is no image, searches that reached it or an image of it and began at neither.
    from_elsewhere: Vec<u64>,
    spent: Evaluations,
    /// Searches that ended at no critical point of the domain, by what they ended at.
    elsewhere: BTreeMap<&'static str, u64>,
}

impl<'s, 'a> Set<'s, 'a> {
    /// Of nothing yet; it keeps `most` points.
    pub fn new(site: &'s Site<'a>, most: u64) -> Self {
        Set {
            site,
            most,
            points: vec![],
            orbits: vec![],
            from_elsewhere: vec![],
            spent: Evaluations::default(),
            elsewhere: BTreeMap::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// A search was made.
    pub fn pay(&mut self, gradients: u64, hessians: u64) {
        self.spent.gradients += gradients;
        self.spent.hessians += hessians;
    }

    pub fn is_full(&self) -> bool {
        self.points.len() as u64 >= self.most
    }

    /// Searches from elsewhere that reached the point, or images of it, that fewest reached; none for an empty set.
    pub fn least_reached(&self) -> u64 {
        let of_origins = (0..self.points.len()).filter(|&i| self.orbits[i] == i).map(|i| self.from_elsewhere[i]);
        of_origins.min().unwrap_or(u64::MAX)
    }

    /// Whether `sum (-1)^index` is what topology wants; of families of points it wants nothing.
    pub fn has_its_sum(&self) -> bool {
        self.site.known.euler.is_none_or(|euler| euler == self.signed_sum()) || self.has_families()
    }

    fn signed_sum(&self) -> i64 {
        let sign = |found: &SurveyedPoint| if found.certificate.inertia.n_neg.is_multiple_of(2) { 1 } else { -1 };
        self.points.iter().map(sign).sum()
    }

    fn has_families(&self) -> bool {
        self.points.iter().any(|found| found.certificate.inertia.n_zero > 0)
    }

    /// Where a search begins: every second one at known points, if there are any.
    pub fn begin(&self, eval: &Evaluator, search: u64, random: &mut Stream) -> Begin {
        let at_known = match search % 4 {
            1 => self.between(random),
            3 => self.beside(eval, random),
            _ => None,
        };
        at_known.unwrap_or_else(|| Begin { x: (self.site.start)(search), at: vec![] })
    }

    /// On the line between two known points.
    fn between(&self, random: &mut Stream) -> Option<Begin> {
        let count = self.points.len() as u32;
        if count < 2 {
            return None;
        }
        let first = random.below(count);
        let second = (first + 1 + random.below(count - 1)) % count;
        let at = [first, second].map(|i| i as usize);
        let [a, b] = at.map(|i| &self.points[i].point.x);
        let share = random.uniform(0.0, 1.0);
        let mut x: Vec<f64> = a.iter().zip(b).map(|(a, b)| a + share * (b - a)).collect();
        let geometry = self.site.objective.geometry();
        // Between a point and its antipode may lie the centre of the sphere.
        let is_on_a_way = *geometry == Geometry::Flat || norm(&x) > 1e-3 * norm(a);
        geometry.retract(&mut x);
        is_on_a_way.then(|| Begin { x, at: at.map(|i| self.orbits[i]).to_vec() })
    }

    /// Beside a known point along the eigenvector of its smallest eigenvalue, at a distance of any size.
    fn beside(&self, eval: &Evaluator, random: &mut Stream) -> Option<Begin> {
        if self.points.is_empty() {
            return None;
        }
        let i = random.below(self.points.len() as u32) as usize;
        let (point, share) = (&self.points[i].point, math::exp(random.uniform(math::ln(NEAREST), 0.0)));
        let side = if random.uniform(0.0, 1.0) < 0.5 { -1.0 } else { 1.0 };
        let model = point.model.as_ref()?;
        let size = |k: &usize| model.eigen.values[*k].abs();
        let flattest = (0..model.eigen.values.len()).min_by(|a, b| size(a).total_cmp(&size(b)))?;
        let mut step = vec![0.0; model.eigen.values.len()];
        step[flattest] = side * share * model.scale;
        Some(Begin { x: model.moved(eval, &point.x, &step), at: vec![self.orbits[i]] })
    }

    /// A search that began at the points of these orbits ended at `point`.
    pub fn reached(&mut self, eval: &mut Evaluator, point: Polished, began_at: &[usize]) {
        match self.place(eval, point) {
            Placed::Known(i) => {
                *self.points[i].searches.get_or_insert(0) += 1;
                self.from_elsewhere[self.orbits[i]] += u64::from(!began_at.contains(&self.orbits[i]));
            }
            Placed::Elsewhere(why) => *self.elsewhere.entry(why).or_default() += 1,
            Placed::New => {
                let first = self.points.len() - 1;
                self.note(first, 1);
                self.points[first].searches = Some(1);
                self.add_images(eval, first);
            }
        }
    }

    /// The newest point is of the orbit of `origin`, and so many searches from elsewhere reached it.
    fn note(&mut self, origin: usize, from_elsewhere: u64) {
        self.orbits.push(origin);
        self.from_elsewhere.push(from_elsewhere);
    }

    /// Images of the point at `first`, their images, and so on.
    fn add_images(&mut self, eval: &mut Evaluator, first: usize) {
        let mut next = first;
        while next < self.points.len() && !self.is_full() {
            for image in (self.site.images)(&self.points[next].point.x) {
                let point = polish(eval, &image, self.site.criteria);
                self.spent.gradients += point.n_gradients;
                self.spent.hessians += point.n_hessians;
                if let Placed::New = self.place(eval, point) {
                    self.note(first, 0);
                }
            }
            next += 1;
        }
    }

    /// Keeps the point if it is critical and new.
    fn place(&mut self, eval: &mut Evaluator, point: Polished) -> Placed {
        let Tolerances { place, .. } = Tolerances::default();
        let near = |known: &SurveyedPoint| {
            let away: Vec<f64> = known.point.x.iter().zip(&point.x).map(|(a, b)| a - b).collect();
            known.certificate.inertia.n_zero == 0 && norm(&away) <= place * norm(&point.x).max(1.0)
        };
        // Most searches end at a known point, which then needs no certificate of its own.
        if point.grad_norm <= self.site.criteria.grad_rel_tol
            && let Some(i) = self.points.iter().position(near)
        {
            return Placed::Known(i);
        }
        let certificate = certify(eval, &point, self.site.zero_modes, self.site.criteria);
        self.spent.gradients += 1;
        self.spent.hessians += 1;
        if !certificate.class.is_critical() {
            return Placed::Elsewhere(certificate.class.as_str());
        }
        // A family may leave the domain and come back.
        if certificate.inertia.n_zero == 0 && !(self.site.contains)(&point.x) {
            return Placed::Elsewhere("outside the domain");
        }
        let same = |known: &SurveyedPoint| near(known) || is_same_family(&known.certificate, &certificate);
        if let Some(i) = self.points.iter().position(same) {
            return Placed::Known(i);
        }
        self.points.push(SurveyedPoint { point, certificate, is_proved: None, searches: Some(0) });
        Placed::New
    }

    pub fn surveyed(self, is_settled: bool, searches: u64, alarms: u64) -> Surveyed {
        let dim = self.site.objective.geometry().tangent_dim(self.site.objective.dim());
        let mut counts = vec![0; dim + 1];
        self.points.iter().for_each(|found| counts[found.certificate.inertia.n_neg] += 1);
        let mut counts = IndexCounts::beside(counts, &self.site.known);
        if self.has_families() {
            // Families are counted once each; sums over isolated points say nothing about them.
            counts = IndexCounts { found: counts.found, ..IndexCounts::default() };
        }
        Surveyed {
            is_complete: is_settled,
            reason: self.reason(is_settled, searches, alarms),
            counts: Some(counts),
            listed: against_list(&self.site.known.listed, &self.points),
            spent: self.spent,
            points: self.points,
            ..Surveyed::default()
        }
    }

    fn reason(&self, is_settled: bool, searches: u64, alarms: u64) -> String {
        let count = self.points.len();
        let mut reason = if is_settled {
            format!("{count} critical points, none of them new between {} and {searches} searches", searches / 2)
        } else if self.is_full() {
            format!("{count} critical points, the limit on points, after {searches} searches")
        } else {
            format!("{count} critical points in {searches} searches, the limit, and more are likely")
        };
        if alarms > 0 {
            reason += &format!("; sent on by a wrong sum of (-1)^index {alarms} times");
        }
        if !self.has_its_sum() {
            reason += &format!("; points are missing, as the sum of (-1)^index is {}", self.signed_sum());
        }
        let of = |class: Class| self.points.iter().filter(|found| found.certificate.class == class).count();
        if of(Class::Degenerate) > 0 {
            reason += &format!("; degenerate: {}", of(Class::Degenerate));
        }
        if !self.elsewhere.is_empty() {
            let words: Vec<String> = self.elsewhere.iter().map(|(why, count)| format!("{why} {count}")).collect();
            reason += &format!("; searches that ended elsewhere: {}", words.join(", "));
        }
        if self.site.has_kinks {
            reason += "; points at kinks, where no gradient exists, are not found";
        }
        reason
    }
}

/// Where a search begins, and the orbits of the known points that it begins at.
pub(super) struct Begin {
    pub x: Vec<f64>,
    pub at: Vec<usize>,
}

/// Where a point belongs.
enum Placed {
    Known(usize),
    New,
    Elsewhere(&'static str),
}

/// Points with zero eigenvalues that agree in value and signs.
fn is_same_family(a: &Certificate, b: &Certificate) -> bool {
    let tolerance = Tolerances::default().value * a.f.abs().max(1.0);
    a.inertia.n_zero > 0 && a.inertia == b.inertia && (a.f - b.f).abs() <= tolerance
}
