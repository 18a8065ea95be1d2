//! A fully connected network on real data: the 8x8 digits, or a user's table.

use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::constant_network::constant_network;
use super::network::{self, Activation, Loss};
use super::rank::rank;
use crate::data::table::{self as data, Table};
use crate::prelude::*;

/// Mean loss over the data of a network with any hidden layers and linear outputs, plus `l2/2 |theta|^2`.
///
/// Parameters per layer: weights row-major (out x in), then biases; they start at N(0, 2 / (in + out)) and 0
/// (Glorot and Bengio 2010). Losses of a row with outputs z:
/// - `softmax`: `ln sum_k exp z_k - z_label`, one output per class;
/// - `binary`: `-ln p` or `-ln(1 - p)`, `p = logistic(z)`, one output; 1 for the class `positive`, else 0;
/// - `squared`: `1/2 sum_k (z_k - t_k)^2` against the one-hot label; with two classes one output, the label.
///
/// The digits' pixels are scaled to 0 .. 1; the features of a user's file are taken as they are. Listed as known
/// point is the constant network (all weights 0), which is critical when there are hidden layers and no l2.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mlp {
    data: String,
    pool: usize,
    samples: usize,
    hidden: Vec<usize>,
    activation: Activation,
    loss: Loss,
    positive: usize,
    l2: f64,
    #[serde(skip)]
    prepared: OnceLock<Result<Prepared, String>>,
}

/// What the parameters make of the data.
#[derive(Clone)]
struct Prepared {
    /// One row: features, then targets, one per output.
    rows: Arc<Rows>,
    /// Inputs, hidden layers, outputs.
    widths: Vec<usize>,
    /// Independent linear relations that all inputs obey (with the constant input of the bias).
    n_relations: usize,
}

const DIGITS: &str = "digits";

/// A network is recorded weight by weight; beyond this, recording takes a minute.
const MOST_PARAMETERS: usize = 100_000;

impl Default for Mlp {
    fn default() -> Self {
        Mlp {
            data: DIGITS.to_string(),
            pool: 1,
            samples: 0,
            hidden: vec![4],
            activation: Activation::default(),
            loss: Loss::default(),
            positive: 1,
            l2: 0.0,
            prepared: OnceLock::new(),
        }
    }
}

impl Mlp {
    fn prepared(&self) -> &Result<Prepared, String> {
        self.prepared.get_or_init(|| self.prepare())
    }

    /// After `check`.
    fn ready(&self) -> &Prepared {
        self.prepared().as_ref().unwrap_or_else(|message| panic!("{message}"))
    }

    fn prepare(&self) -> Result<Prepared, String> {
        let mut table = self.table()?;
        if self.loss == Loss::Binary && self.positive >= table.classes {
            return Err(format!(
                "positive = {} is refused: the labels are 0 to {}; give one of them",
                self.positive,
                table.classes - 1
            ));
        }
        if self.samples > table.count() {
            return Err(format!(
                "samples = {} is refused: the data has {} rows; give at most that, or 0 for all",
                self.samples,
                table.count()
            ));
        }
        if self.samples > 0 {
            table.truncate(self.samples);
        }
        let rows = Arc::new(self.encode(&table));
        let outputs = rows.width() - table.width;
        let n_relations = table.width + 1 - rank(input_columns(&table));
        let widths = [&[table.width], &self.hidden[..], &[outputs]].concat();
        Ok(Prepared { rows, widths, n_relations })
    }

    fn table(&self) -> Result<Table, String> {
        if self.data == DIGITS {
            return Ok(data::digits(self.pool));
        }
        if self.pool != 1 {
            return Err(format!("pool = {} is refused: only \"{DIGITS}\" can be pooled; remove it", self.pool));
        }
        data::read(&self.data).map_err(|message| format!("data: {message}"))
    }

    /// Features, then targets, one per output.
    fn encode(&self, table: &Table) -> Rows {
        let target = |label: usize| -> Vec<f64> {
            let is = |class: usize| f64::from(u8::from(label == class));
            match self.loss {
                Loss::Binary => vec![is(self.positive)],
                Loss::Squared if table.classes == 2 => vec![is(1)],
                Loss::Softmax | Loss::Squared => (0..table.classes).map(is).collect(),
            }
        };
        let rows = table.features.chunks_exact(table.width).zip(&table.labels);
        let cells: Vec<f64> = rows.flat_map(|(features, &label)| [features, &target(label)].concat()).collect();
        Rows::new(cells.len() / table.count(), cells)
    }
}

/// The columns of the inputs and of the bias, each scaled to a largest element of 1.
fn input_columns(table: &Table) -> Vec<Vec<f64>> {
    let mut columns = vec![vec![1.0; table.count()]];
    for j in 0..table.width {
        let column: Vec<f64> = table.features.iter().skip(j).step_by(table.width).copied().collect();
        let largest = column.iter().fold(0.0, |largest: f64, a| largest.max(a.abs()));
        columns.push(if largest > 0.0 { column.iter().map(|a| a / largest).collect() } else { column });
    }
    columns
}

impl Problem for Mlp {
    const NAME: &'static str = "mlp";
    const ABOUT: &'static str =
        "fully connected network on the 8x8 digits (Alpaydin and Kaynak 1998) or a CSV file; three losses";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("data", "\"digits\", or the path of a CSV file: features, then the label 0, 1, 2, ...; header optional"),
        (
            "pool",
            "digits only: side of the squares that pixels are averaged over; 1, 2, 4 or 8 (64, 16, 4 or 1 inputs)",
        ),
        ("samples", "use the first so many rows; 0 for all"),
        ("hidden", "widths of the hidden layers; [] for none"),
        ("activation", "of the hidden units: tanh, logistic, softplus or relu"),
        ("loss", "softmax (cross-entropy), binary (cross-entropy of one output) or squared (1/2 per row)"),
        ("positive", "loss = \"binary\" only: the label that counts as 1"),
        ("l2", "weight decay: adds l2/2 |theta|^2; 0 to 1e6"),
    ];
    const LABEL: &'static [&'static str] = &["hidden"];
    const TAGS: &'static [&'static str] = &["network", "data"];
    const CASES: &'static [&'static str] = &[
        "pool = 4\nhidden = []",
        "pool = 4\nhidden = [3]\nactivation = \"logistic\"\nsamples = 300",
        "pool = 4\nhidden = [3, 2]\nactivation = \"softplus\"\nsamples = 300\nl2 = 0.01",
        "pool = 2\nhidden = [3]\nactivation = \"relu\"\nsamples = 300",
        "pool = 4\nhidden = [3]\nloss = \"binary\"\npositive = 7\nsamples = 300",
        "pool = 4\nhidden = [2, 3]\nloss = \"squared\"\nsamples = 300",
        "pool = 4\nhidden = [3]\nactivation = \"softplus\"\nloss = \"squared\"\nsamples = 300",
    ];

    fn check(&self) -> Result<(), String> {
        if ![1, 2, 4, 8].contains(&self.pool) {
            return Err(format!("pool = {} is refused: digits have 8 x 8 pixels; give 1, 2, 4 or 8", self.pool));
        }
        if self.hidden.iter().any(|&width| width == 0 || width > MOST_PARAMETERS) {
            let hidden = &self.hidden;
            return Err(format!(
                "hidden = {hidden:?} is refused: a layer has 1 to {MOST_PARAMETERS} units; give [] for none"
            ));
        }
        if self.loss != Loss::Binary && self.positive != Mlp::default().positive {
            return Err(format!("positive = {} is refused: only loss = \"binary\" uses it; remove it", self.positive));
        }
        in_range("l2", self.l2, 0.0, 1e6)?;
        let prepared = self.prepared().as_ref().map_err(String::clone)?;
        let dim = network::parameter_count(&prepared.widths);
        if dim > MOST_PARAMETERS {
            let hidden = &self.hidden;
            return Err(format!(
                "hidden = {hidden:?} is refused: {dim} parameters, more than {MOST_PARAMETERS}; make it smaller"
            ));
        }
        Ok(())
    }

    fn dim(&self) -> usize {
        network::parameter_count(&self.ready().widths)
    }

    fn rows(&self) -> Option<Arc<Rows>> {
        Some(Arc::clone(&self.ready().rows))
    }

    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S {
        let widths = &self.ready().widths;
        let (features, target) = row.split_at(widths[0]);
        let outputs = network::forward(widths, self.activation, x, features);
        let loss = self.loss.of(&outputs, target);
        if self.l2 > 0.0 { S::dot(x, x) * (0.5 * self.l2) + loss } else { loss }
    }

    fn domain(&self) -> Domain {
        Domain::cube(self.dim(), -10.0, 10.0)
    }

    fn start(&self) -> StartLaw {
        StartLaw::Normal { sd: network::glorot_sd(&self.ready().widths) }
    }

    /// Without l2: directions of the first layer that no input sees; with softmax, one constant added to all
    /// outputs by the biases or by what one unit sends out (without hidden layers the two overlap); with ReLU,
    /// every unit's scale.
    fn zero_modes(&self) -> usize {
        let Prepared { widths, n_relations, .. } = self.ready();
        if self.l2 > 0.0 {
            return 0;
        }
        let is_softmax = self.loss == Loss::Softmax;
        let shifts = if is_softmax { 1 + widths[widths.len() - 2] } else { 0 };
        let counted_twice = if is_softmax && self.hidden.is_empty() { *n_relations } else { 0 };
        let scales = if self.activation == Activation::Relu { self.hidden.iter().sum() } else { 0 };
        n_relations * widths[1] + shifts - counted_twice + scales
    }

    fn has_kinks(&self) -> bool {
        self.activation == Activation::Relu && !self.hidden.is_empty()
    }

    fn known_points(&self) -> Vec<KnownPoint> {
        let Prepared { rows, widths, .. } = self.ready();
        let point = if self.l2 > 0.0 { None } else { constant_network(rows, widths, self.activation, self.loss) };
        point.into_iter().collect()
    }

    /// A bound, attained only by networks that fit every row.
    fn reference(&self) -> Option<Reference> {
        Some(Reference::bound(0.0))
    }

    fn fingerprint(&self) -> String {
        let rows = &self.ready().rows;
        let mut hash = Sha256::new();
        hash.update((rows.width() as u64).to_le_bytes());
        for i in 0..rows.count() {
            rows.row(i).iter().for_each(|cell| hash.update(cell.to_le_bytes()));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
