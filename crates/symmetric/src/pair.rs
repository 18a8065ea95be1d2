//! The eigenvalues and eigenvectors of a 2 x 2 matrix, where rounding would spoil the textbook formula.

/// Solution of `[[a, b], [b, c]]`.
pub(super) struct Pair {
    /// Larger in size.
    pub large: f64,
    /// The other one, to full accuracy relative to the matrix.
    pub small: f64,
    /// Cosine of the rotation: `(cos, sin)` is the unit eigenvector of `large`.
    pub cos: f64,
    /// Its sine.
    pub sin: f64,
}

impl Pair {
    /// After LAPACK's dlaev2: `small` from the determinant over `large`, so that nothing cancels.
    #[inline(always)]
    pub fn of(a: f64, b: f64, c: f64) -> Self {
        let (total, gap) = (a + c, a - c);
        let root = (2.0 * b).mul_add(2.0 * b, gap * gap).sqrt();
        let (big, little) = if a.abs() > c.abs() { (a, c) } else { (c, a) };
        let (large, small) = if total == 0.0 {
            (0.5 * root, -0.5 * root)
        } else {
            let large = 0.5 * (total + root.copysign(total));
            (large, (big / large) * little - (b / large) * b)
        };
        // (gap +- root, 2 b), without cancellation, belongs to `large` or to `small`.
        let (x, y) = (if gap < 0.0 { gap - root } else { gap + root }, 2.0 * b);
        let length = x.mul_add(x, y * y).sqrt();
        let (x, y) = if length == 0.0 { (1.0, 0.0) } else { (x / length, y / length) };
        let is_large = (total < 0.0) == (gap < 0.0);
        let (cos, sin) = if is_large { (x, y) } else { (-y, x) };
        Pair { large, small, cos, sin }
    }
}
