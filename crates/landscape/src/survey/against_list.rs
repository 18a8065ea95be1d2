//! Found critical points beside the list that the problem has of them.

use super::{ListedPoint, ListedResult, SurveyedPoint};
use crate::matching::Tolerances;
use crate::model::norm;

/// A found value belongs to a listed one within this, relative to 1 plus its size.
const SAME_VALUE: f64 = 1e-8;

/// Listed points in their order, each with what was found of it, then found ones that are not in the list. Empty without a
/// list.
pub(super) fn against_list(listed: &[ListedPoint], points: &[SurveyedPoint]) -> Vec<ListedResult> {
    if listed.is_empty() {
        return vec![];
    }
    let mut is_in_list = vec![false; points.len()];
    let mut results = Vec::new();
    for (i, point) in listed.iter().enumerate() {
        let mut searches = 0;
        // A family can have parts of other signs: the part that is listed is shown where it was found.
        let mut best: Option<ListedResult> = None;
        for (found, is_in_list) in points.iter().zip(&mut is_in_list).filter(|(found, _)| is_listed(point, found)) {
            *is_in_list = true;
            searches += found.searches.unwrap_or(0);
            let distance = Some((found.certificate.f - point.f).abs());
            let result =
                ListedResult { listed: Some(point.numbered(i)), found: Some(signs(found)), distance, searches: None };
            if best.is_none_or(|best| !best.agrees()) {
                best = Some(result);
            }
        }
        let absent = ListedResult { listed: Some(point.numbered(i)), found: None, distance: None, searches: None };
        results.push(ListedResult { searches: Some(searches), ..best.unwrap_or(absent) });
    }
    let nearest = |f: f64| listed.iter().map(|point| (f - point.f).abs()).fold(f64::INFINITY, f64::min);
    let others = points.iter().zip(&is_in_list).filter(|(_, is_in_list)| !**is_in_list);
    results.extend(others.map(|(found, _)| ListedResult {
        listed: None,
        found: Some(signs(found)),
        distance: Some(nearest(found.certificate.f)),
        searches: found.searches,
    }));
    results
}

/// By place and value; on a family by value alone.
fn is_listed(point: &ListedPoint, found: &SurveyedPoint) -> bool {
    let away: Vec<f64> = point.x.iter().zip(&found.point.x).map(|(a, b)| a - b).collect();
    let is_there = norm(&away) <= Tolerances::default().place * norm(point.x).max(1.0);
    let is_on_family = point.n_zero != Some(0) && found.certificate.inertia.n_zero > 0;
    (found.certificate.f - point.f).abs() <= SAME_VALUE * (1.0 + point.f.abs()) && (is_there || is_on_family)
}

/// Value, negative and zero eigenvalues.
fn signs(found: &SurveyedPoint) -> (f64, usize, usize) {
    let inertia = found.certificate.inertia;
    (found.certificate.f, inertia.n_neg, inertia.n_zero)
}

impl ListedPoint<'_> {
    /// Number from 1 on, value, negative and zero eigenvalues.
    pub(super) fn numbered(&self, i: usize) -> (usize, f64, usize, Option<usize>) {
        (i + 1, self.f, self.n_neg, self.n_zero)
    }
}
