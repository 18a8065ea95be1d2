//! What the boxes found, put together: each point once, and undecided boxes that touch as one region.

use autodiff::{Encloser, Interval};

use super::ProvedPoint;
use super::search::is_one_zero;

/// More undecided boxes than this are reported as one region.
const MOST_CLUSTERED: usize = 20_000;

/// Every point once. Two that may or may not be the same are moved to the undecided boxes.
pub(super) fn distinct(
    encloser: &mut Encloser,
    mut found: Vec<ProvedPoint>,
    undecided: &mut Vec<Vec<Interval>>,
) -> Vec<ProvedPoint> {
    found.sort_by(|a, b| order(&a.x, &b.x));
    let mut kept: Vec<(ProvedPoint, Vec<Interval>)> = vec![];
    let mut widest: f64 = 0.0;
    'found: for point in found {
        let place = point.place();
        for (_, other) in kept.iter().rev() {
            if other[0].hi() + widest < place[0].lo() {
                break;
            }
            if place.iter().zip(other).all(|(a, b)| a.intersection(*b).is_some()) {
                if !is_one_zero(encloser, &place, other) {
                    undecided.push(place);
                }
                continue 'found;
            }
        }
        widest = widest.max(place[0].width());
        kept.push((point, place));
    }
    kept.into_iter().map(|(point, _)| point).collect()
}

/// By index, then by value, then by place.
pub(super) fn sort(points: &mut [ProvedPoint]) {
    points.sort_by(|a, b| {
        let by_index = a.inertia.n_neg.cmp(&b.inertia.n_neg);
        by_index.then(a.value.mid().total_cmp(&b.value.mid())).then_with(|| order(&a.x, &b.x))
    });
}

fn order(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    let by_axis = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
    by_axis.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

/// Boxes that touch, directly or through others, as the smallest box around them with their number.
pub(super) fn clusters(mut boxes: Vec<Vec<Interval>>) -> Vec<(Vec<Interval>, usize)> {
    let hull = |a: &[Interval], b: &[Interval]| a.iter().zip(b).map(|(a, b)| a.hull(*b)).collect::<Vec<_>>();
    if boxes.len() > MOST_CLUSTERED {
        let count = boxes.len();
        return boxes.into_iter().reduce(|a, b| hull(&a, &b)).map(|all| (all, count)).into_iter().collect();
    }
    boxes.sort_by(|a, b| {
        let lower = |x: &[Interval]| x.iter().map(|x| x.lo()).collect::<Vec<_>>();
        order(&lower(a), &lower(b))
    });
    // Union-find over boxes in the order of their lower ends along the first axis.
    let mut parent: Vec<usize> = (0..boxes.len()).collect();
    fn root(parent: &mut [usize], mut i: usize) -> usize {
        while parent[i] != i {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }
        i
    }
    for i in 0..boxes.len() {
        for j in i + 1..boxes.len() {
            if boxes[j][0].lo() > boxes[i][0].hi() {
                break;
            }
            if boxes[i].iter().zip(&boxes[j]).all(|(a, b)| a.intersection(*b).is_some()) {
                let (a, b) = (root(&mut parent, i), root(&mut parent, j));
                parent[a.max(b)] = a.min(b);
            }
        }
    }
    let mut regions: Vec<Option<(Vec<Interval>, usize)>> = vec![None; boxes.len()];
    for i in 0..boxes.len() {
        let region = &mut regions[root(&mut parent, i)];
        *region = Some(match region.take() {
            None => (boxes[i].clone(), 1),
            Some((around, count)) => (hull(&around, &boxes[i]), count + 1),
        });
    }
    regions.into_iter().flatten().collect()
}
