//! The survey `matrix_signs`: how often a random symmetric matrix has k negative eigenvalues.

use autodiff::Stream;
use serde::{Deserialize, Serialize};

use super::{IndexCounts, Site, Survey, Surveyed};
use crate::density::Estimate;
use crate::entry::Described;
use crate::theory::{Ensemble, all_positive};
use symmetric::count_below;

/// Larger matrices are refused: below 1e-20 no draw shows all eigenvalues positive.
const MOST_SIZE: usize = 100;

/// Draws matrices of the Gaussian orthogonal ensemble, of the size of the problem `goe`, and counts their negative
/// eigenvalues by the signs of a factorisation. The matrix of the problem itself is one draw of that law and plays no part.
///
/// Of the probabilities theory gives `p_0 = p_n` (see [`all_positive`]), by symmetry also those of n = 2 and 3 that are left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MatrixSigns {
    /// Matrices to draw.
    pub draws: u64,
}

impl Default for MatrixSigns {
    fn default() -> Self {
        MatrixSigns { draws: 100_000 }
    }
}

impl Described for MatrixSigns {
    const NAME: &'static str = "matrix_signs";
    const ABOUT: &'static str = "Draws random symmetric matrices of the size of the problem goe and counts those with k negative \
        eigenvalues, beside the exact probability that there are none.";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("draws", "matrices to draw, >= 1")];

    fn check(&self) -> Result<(), String> {
        if self.draws == 0 {
            return Err("draws = 0: nothing would be counted; give 1 or more".to_string());
        }
        Ok(())
    }
}

impl Survey for MatrixSigns {
    fn check(&self, site: &Site) -> Result<(), String> {
        match site.known.ensemble {
            Some(Ensemble::Orthogonal { n }) if n <= MOST_SIZE => Ok(()),
            Some(Ensemble::Orthogonal { n }) => Err(format!(
                "matrices of size {n}: with more than {MOST_SIZE} eigenvalues no draw shows all of one sign; take a smaller dim"
            )),
            _ => Err("it is not a draw of the Gaussian orthogonal ensemble; take the problem \"goe\" without spikes"
                .to_string()),
        }
    }

    fn measure(&self, site: &mut Site) -> Surveyed {
        let n = site.objective.dim();
        let mut found = vec![0; n + 1];
        let mut matrix = vec![0.0; n * n];
        for _ in 0..self.draws {
            draw(&mut matrix, n, &mut site.random);
            found[count_below(&matrix, n, 0.0).expect("normal numbers are finite")] += 1;
        }
        let draws = self.draws as f64;
        let expected = probabilities(n).into_iter();
        let expected = expected.map(|p| Some(Estimate { mean: draws * p?, std_error: 0.0 })).collect();
        Surveyed {
            is_complete: true,
            reason: format!("{} matrices of size {n}, all eigenvalues positive in {}", self.draws, found[0]),
            counts: Some(IndexCounts { found, expected, ..IndexCounts::default() }),
            ..Surveyed::default()
        }
    }
}

/// Normal entries, of variance 1 off the diagonal and 2 on it.
fn draw(matrix: &mut [f64], n: usize, random: &mut Stream) {
    for i in 0..n {
        for j in 0..i {
            let entry = random.normal();
            matrix[i * n + j] = entry;
            matrix[j * n + i] = entry;
        }
        matrix[i * n + i] = std::f64::consts::SQRT_2 * random.normal();
    }
}

/// Probability (n + 1,) of each number of negative eigenvalues, as far as it is known.
fn probabilities(n: usize) -> Vec<Option<f64>> {
    let mut known = vec![None; n + 1];
    let definite = all_positive(n);
    (known[0], known[n]) = (definite, definite);
    let left = definite.map(|p| 1.0 - 2.0 * p);
    match n {
        2 => known[1] = left,
        3 => (known[1], known[2]) = (left.map(|p| 0.5 * p), left.map(|p| 0.5 * p)),
        _ => {}
    }
    known
}
