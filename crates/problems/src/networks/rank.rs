//! Rank and span of a small matrix, for counting directions in which a loss cannot change.

/// A column counts as dependent when what is left of it is this much smaller than the largest column: far above
/// the rounding of a projection (sqrt(rows) eps, some 1e-14), far below what real data leave.
const DEPENDENT: f64 = 1e-10;

/// Rank of the matrix with these columns.
pub fn rank(columns: Vec<Vec<f64>>) -> usize {
    basis(columns).len()
}

/// Orthonormal vectors with the span of these columns, by Gram-Schmidt with pivoting; columns of similar size are expected.
pub fn basis(mut columns: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let mut basis = vec![];
    let mut tolerance = None;
    while let Some((pivot, size)) =
        columns.iter().map(|column| dot(column, column).sqrt()).enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
    {
        if size <= *tolerance.get_or_insert(DEPENDENT * size) {
            break;
        }
        let direction: Vec<f64> = columns.swap_remove(pivot).iter().map(|a| a / size).collect();
        for column in &mut columns {
            let share = dot(column, &direction);
            column.iter_mut().zip(&direction).for_each(|(a, d)| *a -= share * d);
        }
        basis.push(direction);
    }
    basis
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn rank_counts_independent_columns() {
        // The third is 1/3 the first minus the second; thirds are not exact, so the tolerance is needed.
        let columns = vec![vec![1.0, 2.0, 3.0], vec![0.1, 0.7, 0.3], vec![1.0 / 3.0 - 0.1, 2.0 / 3.0 - 0.7, 0.7]];
        assert_eq!(rank(columns), 2);
        assert_eq!(rank(vec![vec![0.0; 3]; 4]), 0);
        assert_eq!(rank(vec![]), 0);
        assert_eq!(rank(vec![vec![1.0, 0.0], vec![1.0, 1e-6], vec![0.0, 1.0]]), 2);
    }
}
