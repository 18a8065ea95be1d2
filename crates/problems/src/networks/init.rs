//! Start laws of networks: how large the first weights are, and where they come from.

use std::sync::Arc;

use autodiff::{Rows, Stream};
use serde::{Deserialize, Serialize};

use super::network::{Activation, glorot_sd, parameter_count};
use crate::frame::orthonormal;
use crate::problem::StartLaw;

/// Where the first weights come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Init {
    /// Weights N(0, 2 / (in + out)), biases 0 (Glorot and Bengio 2010).
    #[default]
    Glorot,
    /// Weights N(0, 2 / in), biases 0 (He et al. 2015).
    He,
    /// Weights and biases N(0, 1).
    Normal,
    /// Weights and biases uniform in [-1, 1].
    Uniform,
    /// Weight matrices with orthonormal rows or columns, biases 0 (Saxe et al. 2013).
    Orthogonal,
    /// Orthogonal, then every layer scaled so that its pre-activations over the data have variance 1 (Mishkin and Matas
    /// 2016).
    Lsuv,
    /// Hidden units of the first layer look for rows of the data: unit k has the direction of a random row, length 1, and
    /// is 0 halfway between that row and the mean row; the other layers as Glorot.
    Rows,
}

impl Init {
    /// The law for a network of these widths on these rows; `scale` multiplies every weight (and bias) it draws.
    pub fn law(self, scale: f64, widths: &[usize], activation: Activation, rows: &Arc<Rows>) -> StartLaw {
        let scaled = |sd: Vec<f64>| StartLaw::Normal { sd: sd.iter().map(|sd| scale * sd).collect() };
        let widths = widths.to_vec();
        match self {
            Init::Glorot if scale == 1.0 => StartLaw::Normal { sd: glorot_sd(&widths) },
            Init::Glorot => scaled(glorot_sd(&widths)),
            Init::He => scaled(he_sd(&widths)),
            Init::Normal => scaled(vec![1.0; parameter_count(&widths)]),
            Init::Uniform => StartLaw::Drawn {
                about: format!("weights and biases uniform in [-{scale}, {scale}]"),
                draw: Arc::new(move |stream| {
                    (0..parameter_count(&widths)).map(|_| stream.uniform(-scale, scale)).collect()
                }),
            },
            Init::Orthogonal => StartLaw::Drawn {
                about: "orthogonal weight matrices, biases 0 (Saxe et al. 2013)".to_string(),
                draw: Arc::new(move |stream| orthogonal(&widths, scale, stream)),
            },
            Init::Lsuv => {
                let rows = Arc::clone(rows);
                StartLaw::Drawn {
                    about:
                        "orthogonal weights scaled to unit variance of every layer on the data (Mishkin and Matas 2016)"
                            .to_string(),
                    draw: Arc::new(move |stream| {
                        let mut x = orthogonal(&widths, 1.0, stream);
                        to_unit_variance(&mut x, &widths, activation, &rows);
                        x.iter_mut().for_each(|x| *x *= scale);
                        x
                    }),
                }
            }
            Init::Rows => {
                let rows = Arc::clone(rows);
                StartLaw::Drawn {
                    about:
                        "first-layer units along random rows of the data, the other weights as Glorot and Bengio 2010"
                            .to_string(),
                    draw: Arc::new(move |stream| from_rows(&widths, scale, &rows, stream)),
                }
            }
        }
    }
}

fn he_sd(widths: &[usize]) -> Vec<f64> {
    let mut sd = Vec::with_capacity(parameter_count(widths));
    for layer in widths.windows(2) {
        sd.resize(sd.len() + layer[0] * layer[1], (2.0 / layer[0] as f64).sqrt());
        sd.resize(sd.len() + layer[1], 0.0);
    }
    sd
}

/// Each matrix (out x in) with orthonormal rows, or columns when it is taller than wide, times `scale`.
fn orthogonal(widths: &[usize], scale: f64, stream: &mut Stream) -> Vec<f64> {
    let mut x = Vec::with_capacity(parameter_count(widths));
    for layer in widths.windows(2) {
        let (inputs, outputs) = (layer[0], layer[1]);
        let (short, long) = (inputs.min(outputs), inputs.max(outputs));
        let frame = orthonormal(short, long, stream);
        let entry = |i: usize, j: usize| if outputs <= inputs { frame[i][j] } else { frame[j][i] };
        x.extend((0..inputs * outputs).map(|at| scale * entry(at / inputs, at % inputs)));
        x.resize(x.len() + outputs, 0.0);
    }
    x
}

/// Scales the weights of each layer in turn so that its pre-activations over all rows have variance 1.
fn to_unit_variance(x: &mut [f64], widths: &[usize], activation: Activation, rows: &Rows) {
    let mut signals: Vec<Vec<f64>> = (0..rows.count()).map(|i| rows.row(i)[..widths[0]].to_vec()).collect();
    let mut at = 0;
    for layer in widths.windows(2) {
        let (inputs, outputs) = (layer[0], layer[1]);
        let weights = &mut x[at..at + inputs * outputs];
        let product = |weights: &[f64], signal: &[f64]| -> Vec<f64> {
            weights.chunks_exact(inputs).map(|row| dot(row, signal)).collect()
        };
        let sums: Vec<Vec<f64>> = signals.iter().map(|signal| product(weights, signal)).collect();
        let count = (outputs * sums.len()) as f64;
        let mean = sums.iter().flatten().sum::<f64>() / count;
        let variance = sums.iter().flatten().map(|z| (z - mean) * (z - mean)).sum::<f64>() / count;
        // A layer that gives one number for all rows cannot be scaled to vary.
        let factor = if variance > 0.0 { variance.sqrt().recip() } else { 1.0 };
        weights.iter_mut().for_each(|w| *w *= factor);
        signals = sums.into_iter().map(|z| z.into_iter().map(|z| activation.apply(z * factor)).collect()).collect();
        at += (inputs + 1) * outputs;
    }
}

fn from_rows(widths: &[usize], scale: f64, rows: &Rows, stream: &mut Stream) -> Vec<f64> {
    let mut x: Vec<f64> = glorot_sd(widths).iter().map(|sd| scale * sd * stream.normal()).collect();
    let (inputs, units) = (widths[0], widths[1]);
    let count = rows.count();
    let mean: Vec<f64> = (0..inputs).map(|j| (0..count).map(|i| rows.row(i)[j]).sum::<f64>() / count as f64).collect();
    for unit in 0..units {
        let row = &rows.row(stream.below(count as u32) as usize)[..inputs];
        let direction: Vec<f64> = row.iter().zip(&mean).map(|(row, mean)| row - mean).collect();
        let norm = dot(&direction, &direction).sqrt();
        if norm > 0.0 {
            let weights = &mut x[unit * inputs..][..inputs];
            weights.iter_mut().zip(&direction).for_each(|(w, d)| *w = scale * d / norm);
            let halfway: Vec<f64> = row.iter().zip(&mean).map(|(row, mean)| 0.5 * (row + mean)).collect();
            x[units * inputs + unit] = -dot(&x[unit * inputs..][..inputs], &halfway);
        }
    }
    x
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| a.mul_add(*b, sum))
}
