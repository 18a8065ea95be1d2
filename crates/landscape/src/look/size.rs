//! What fits into memory: a Hessian as a matrix, or the vectors of a Lanczos process instead.

/// Eigenvalues up to which a Hessian is formed: two matrices of this size are 1.6 GB, their spectrum takes minutes.
const MOST_DENSE: usize = 10_000;

/// Variables up to which a critical point is proved: four matrices of this size are 128 MB.
const MOST_PROVED: usize = 2_000;

/// Numbers that Lanczos vectors may fill: 2 GB.
const MOST_NUMBERS: usize = 250_000_000;

/// Why the Hessian of `n` variables is not formed, with its size; `None` where it is.
pub fn too_large_to_form(n: usize) -> Option<String> {
    (n > MOST_DENSE).then(|| {
        format!(
            "forms the Hessian: {n} x {n} numbers, {} for the two copies that are needed, and it is refused above \
             {MOST_DENSE} coordinates",
            memory(2.0 * n as f64 * n as f64)
        )
    })
}

/// Why nothing is proved in `n` variables, with the size; `None` where it is.
pub fn too_large_to_prove(n: usize) -> Option<String> {
    (n > MOST_PROVED).then(|| {
        format!(
            "encloses the Hessian: bounds and approximate inverse of {n} x {n} are {} in all, and it is refused above \
             {MOST_PROVED} coordinates",
            memory(4.0 * n as f64 * n as f64)
        )
    })
}

/// Why so many Lanczos steps are not taken in `n` variables, with how many could be; `None` where they are.
pub fn too_many_steps(steps: usize, n: usize) -> Option<String> {
    if (steps.min(n) + 1).saturating_mul(n) <= MOST_NUMBERS {
        return None;
    }
    let most = (MOST_NUMBERS / n).saturating_sub(1);
    Some(format!(
        "{steps} steps on {n} coordinates keep {} of Lanczos vectors in memory; give at most {most} steps",
        memory((steps + 1) as f64 * n as f64)
    ))
}

/// So many numbers in double precision, in words.
pub fn memory(numbers: f64) -> String {
    let bytes = 8.0 * numbers;
    if bytes >= 1e9 { format!("{:.1} GB", bytes / 1e9) } else { format!("{:.0} MB", (bytes / 1e6).max(1.0)) }
}
