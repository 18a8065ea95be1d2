//! Derivatives of a function of one variable by differences, with an estimate of their error.

/// Derivative of `f` at 0 and how far it may be off: central differences with steps falling by half, extrapolated to
/// step 0 (Ridders 1982); the best of the table is where two neighbours agree most. `f` returns several numbers at once.
pub fn derivative(step: f64, mut f: impl FnMut(f64) -> Vec<f64>) -> (Vec<f64>, f64) {
    const ROUNDS: usize = 9;
    let mut rows: Vec<Vec<Vec<f64>>> = Vec::with_capacity(ROUNDS);
    let (mut best, mut error) = (vec![], f64::INFINITY);
    let mut h = step;
    for round in 0..ROUNDS {
        let (right, left) = (f(h), f(-h));
        let mut row = vec![combine(&right, &left, |right, left| (right - left) / (2.0 * h))];
        let mut factor = 1.0;
        for order in 1..=round {
            factor *= 4.0;
            // The errors of central differences are even powers of the step.
            let next = combine(&row[order - 1], &rows[round - 1][order - 1], |fine, coarse| {
                fine + (fine - coarse) / (factor - 1.0)
            });
            let apart = |other: &[f64]| next.iter().zip(other).fold(0.0, |worst: f64, (a, b)| worst.max((a - b).abs()));
            let guess = apart(&row[order - 1]).max(apart(&rows[round - 1][order - 1]));
            if guess < error {
                (best, error) = (next.clone(), guess);
            }
            row.push(next);
        }
        rows.push(row);
        h *= 0.5;
    }
    (best, error)
}

fn combine(a: &[f64], b: &[f64], join: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| join(*a, *b)).collect()
}
