//! The assignment of rows to columns of least total cost.

/// For each row of `cost` (n x n, row-major, finite) its column, every column once, with the least sum of costs.
///
/// Shortest augmenting paths with potentials (Jonker and Volgenant 1987; the Hungarian method): row after row is added
/// along the path of least reduced cost `c_ij - u_i - v_j >= 0`, by Dijkstra's method; `O(n^3)`. Exact up to the
/// rounding of sums of n costs. Of several best assignments always the same one is returned.
///
/// ```
/// // Greedy takes the 1 first and pays 1 + 9; the best is 2 + 3.
/// assert_eq!(landscape::matching::assignment(&[1.0, 2.0, 3.0, 9.0], 2), [1, 0]);
/// ```
pub fn assignment(cost: &[f64], n: usize) -> Vec<usize> {
    assert_eq!(cost.len(), n * n, "a square table of costs");
    assert!(cost.iter().all(|c| c.is_finite()), "costs are finite");
    // Column n is where the row being added waits.
    let mut row_of = vec![None; n + 1];
    let (mut u, mut v) = (vec![0.0; n], vec![0.0; n + 1]);
    let (mut distance, mut before) = (vec![0.0; n], vec![n; n]);
    let mut is_done = vec![false; n + 1];
    for new in 0..n {
        row_of[n] = Some(new);
        distance.fill(f64::INFINITY);
        is_done.fill(false);
        let mut column = n;
        // Grow the tree of shortest paths until it reaches a free column.
        while let Some(row) = row_of[column] {
            is_done[column] = true;
            let (mut nearest, mut least) = (n, f64::INFINITY);
            for j in 0..n {
                if is_done[j] {
                    continue;
                }
                let reduced = cost[row * n + j] - u[row] - v[j];
                if reduced < distance[j] {
                    (distance[j], before[j]) = (reduced, column);
                }
                if distance[j] < least {
                    (nearest, least) = (j, distance[j]);
                }
            }
            for j in 0..=n {
                if is_done[j] {
                    if let Some(row) = row_of[j] {
                        u[row] += least;
                    }
                    v[j] -= least;
                } else if j < n {
                    distance[j] -= least;
                }
            }
            column = nearest;
        }
        // Shift the rows along the path.
        while column != n {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    let mut columns = vec![0; n];
    for (column, row) in row_of[..n].iter().enumerate() {
        columns[row.expect("every column has a row at the end")] = column;
    }
    columns
}
