//! Rows as a loss reads them: features, then one target per output.

use std::sync::Arc;

use autodiff::Rows;
use sha2::{Digest, Sha256};

use super::request::DataRequest;
use super::table::{Answers, Table};
use crate::networks::Loss;
use crate::networks::rank::rank;

/// What the parameters make of the data.
#[derive(Clone)]
pub struct Prepared {
    /// Features, then targets, one per output.
    pub rows: Arc<Rows>,
    /// The same of the rows that are held out.
    pub held_out: Option<Arc<Rows>>,
    /// Number of features.
    pub inputs: usize,
    /// Number of targets.
    pub outputs: usize,
    /// Independent linear relations that all inputs obey (with the constant input of the bias).
    pub n_relations: usize,
}

impl Prepared {
    /// The rows that are asked for, with targets as `loss` reads them; `positive` is the class that counts as 1 for
    /// [`Loss::Binary`].
    ///
    /// # Errors
    /// The message of [`crate::Problem::check`].
    pub fn of(request: &DataRequest, loss: Loss, positive: usize) -> Result<Self, String> {
        let split = request.split()?;
        let training = &split.training;
        match &training.answers {
            Answers::Real(_) if loss != Loss::Squared => {
                return Err(
                    "labels = \"real\" is refused: only the squared loss takes numbers; use loss = \"squared\"".into(),
                );
            }
            Answers::Classes { classes, .. } if loss == Loss::Binary && positive >= *classes => {
                return Err(format!(
                    "positive = {positive} is refused: the labels are 0 to {}; give one of them",
                    classes - 1
                ));
            }
            _ => {}
        }
        let rows = encode(training, loss, positive);
        Ok(Prepared {
            inputs: training.width,
            outputs: rows.width() - training.width,
            n_relations: training.width + 1 - rank(input_columns(training)),
            rows: Arc::new(rows),
            held_out: split.held_out.map(|table| Arc::new(encode(&table, loss, positive))),
        })
    }

    /// Hash of the rows that are trained on.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update((self.rows.width() as u64).to_le_bytes());
        for i in 0..self.rows.count() {
            self.rows.row(i).iter().for_each(|cell| hash.update(cell.to_le_bytes()));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Features, then targets, one per output.
fn encode(table: &Table, loss: Loss, positive: usize) -> Rows {
    let target = |row: usize| -> Vec<f64> {
        match &table.answers {
            Answers::Real(values) => vec![values[row]],
            Answers::Classes { labels, classes } => {
                let is = |class: usize| f64::from(u8::from(labels[row] == class));
                match loss {
                    Loss::Binary => vec![is(positive)],
                    Loss::Squared if *classes == 2 => vec![is(1)],
                    Loss::Softmax | Loss::Squared => (0..*classes).map(is).collect(),
                }
            }
        }
    };
    let rows = table.features.chunks_exact(table.width).enumerate();
    let cells: Vec<f64> = rows.flat_map(|(row, features)| [features, &target(row)].concat()).collect();
    Rows::new(cells.len() / table.count(), cells)
}

/// The columns of the inputs and of the bias, each scaled to a largest element of 1.
fn input_columns(table: &Table) -> Vec<Vec<f64>> {
    let mut columns = vec![vec![1.0; table.count()]];
    for j in 0..table.width {
        let column: Vec<f64> = column(table, j).collect();
        let largest = column.iter().fold(0.0, |largest: f64, a| largest.max(a.abs()));
        columns.push(if largest > 0.0 { column.iter().map(|a| a / largest).collect() } else { column });
    }
    columns
}

fn column(table: &Table, j: usize) -> impl Iterator<Item = f64> {
    table.features.iter().skip(j).step_by(table.width).copied()
}

/// Mean and standard deviation of every feature.
pub fn scaling(table: &Table) -> Vec<(f64, f64)> {
    let count = table.count() as f64;
    let of = |j: usize| {
        let mean = column(table, j).sum::<f64>() / count;
        let variance = column(table, j).map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
        (mean, variance.sqrt())
    };
    (0..table.width).map(of).collect()
}

/// Shifts and scales every feature; one that never changes becomes 0.
pub fn standardise(table: &mut Table, scaling: &[(f64, f64)]) {
    for row in table.features.chunks_exact_mut(table.width) {
        for (x, (mean, sd)) in row.iter_mut().zip(scaling) {
            *x = if *sd > 0.0 { (*x - mean) / sd } else { 0.0 };
        }
    }
}
