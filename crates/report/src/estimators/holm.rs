//! Many tests in one table.

/// Holm's adjusted p-values in the order given: with `p_(1) <= ... <= p_(m)`,
/// `max over j <= i of min(1, (m-j+1) p_(j))`. Rejecting those below 5 % is wrong about any true hypothesis of the
/// family with probability 5 % at most, whatever their dependence. Holm (1979).
///
/// ```
/// assert_eq!(report::estimators::holm(&[0.5, 0.125]), [0.5, 0.25]);
/// ```
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (j, i) in order.into_iter().enumerate() {
        largest = largest.max(((p.len() - j) as f64 * p[i]).min(1.0));
        adjusted[i] = largest;
    }
    adjusted
}
