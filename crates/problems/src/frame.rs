//! Random orthonormal vectors.

use autodiff::Stream;

/// `count` orthonormal vectors of `dim` numbers: normal vectors made orthogonal one after another, twice (Gram and
/// Schmidt).
pub(crate) fn orthonormal(count: usize, dim: usize, stream: &mut Stream) -> Vec<Vec<f64>> {
    let mut frame: Vec<Vec<f64>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut v: Vec<f64> = (0..dim).map(|_| stream.normal()).collect();
        for _ in 0..2 {
            for before in &frame {
                let share = dot(before, &v);
                v.iter_mut().zip(before).for_each(|(v, b)| *v -= share * b);
            }
            let norm = dot(&v, &v).sqrt();
            v.iter_mut().for_each(|v| *v /= norm);
        }
        frame.push(v);
    }
    frame
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
