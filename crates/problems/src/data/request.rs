//! What a problem on data lets its user choose: the set, its labels, its scaling, and what is held out.

use autodiff::Stream;
use serde::{Deserialize, Serialize};

use super::table::{self, Answers, Roles, Table};
use super::{generated, prepared};
use crate::problem::in_range;

/// The parameters of data, the same for every problem on data; [`data_params`] documents them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DataRequest {
    pub data: String,
    pub pool: usize,
    pub samples: usize,
    pub labels: Labels,
    pub label: String,
    pub ignore: Vec<String>,
    pub bits: usize,
    pub features: usize,
    pub teacher: usize,
    pub seed: u64,
    pub standardise: bool,
    pub held_out: f64,
    pub split: u64,
}

/// Where the answers come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Labels {
    /// The classes of the data.
    #[default]
    Given,
    /// Classes drawn at random, as many as the data have.
    Random,
    /// Numbers: regression.
    Real,
}

/// Documentation of the parameters of data, followed by a problem's own.
macro_rules! data_params {
    ($($own:expr),* $(,)?) => {
        &[
            (
                "data",
                "\"digits\", \"mnist10\", \"parity\", \"spirals\", \"teacher\", or the path of a CSV file",
            ),
            (
                "pool",
                "digits only: side of the squares that pixels are averaged over; 1, 2, 4 or 8 (64, 16, 4 or 1 inputs)",
            ),
            ("samples", "use the first so many rows, 0 for all; teacher: number of rows, 0 for 500"),
            ("labels", "given; random (classes drawn anew, of the same number); real (numbers, for the squared loss)"),
            ("label", "CSV only: name or number (from 1) of the label's column; \"\" for the last"),
            ("ignore", "CSV only: names or numbers of columns that are not used"),
            ("bits", "parity only: number of inputs -1 or 1, all 2^bits rows; 2 is XOR; 1 to 12"),
            ("features", "teacher only: number of normal inputs, 1 to 1000"),
            ("teacher", "teacher only: hidden tanh units of the network that answers, 1 to 1000"),
            ("seed", "teacher and random labels: which draw, 0, 1, 2, ..."),
            ("standardise", "shift and scale every feature to mean 0 and variance 1 over the rows used"),
            ("held_out", "share of the rows kept from training, 0 to 0.9"),
            ("split", "which rows those are: the number of the draw, 0, 1, 2, ..."),
            $($own),*
        ]
    };
}
pub(crate) use data_params;

impl Default for DataRequest {
    fn default() -> Self {
        DataRequest {
            data: "digits".to_string(),
            pool: 1,
            samples: 0,
            labels: Labels::Given,
            label: String::new(),
            ignore: vec![],
            bits: 2,
            features: 10,
            teacher: 4,
            seed: 0,
            standardise: false,
            held_out: 0.0,
            split: 0,
        }
    }
}

/// A table to train on, and one of rows that are held out.
pub struct Split {
    pub training: Table,
    pub held_out: Option<Table>,
}

impl DataRequest {
    /// What can be refused without the data.
    ///
    /// # Errors
    /// The message of [`crate::Problem::check`].
    pub fn check(&self) -> Result<(), String> {
        if ![1, 2, 4, 8].contains(&self.pool) {
            return Err(format!("pool = {} is refused: digits have 8 x 8 pixels; give 1, 2, 4 or 8", self.pool));
        }
        in_range("bits", self.bits as f64, 1.0, 12.0)?;
        in_range("features", self.features as f64, 1.0, 1000.0)?;
        in_range("teacher", self.teacher as f64, 1.0, 1000.0)?;
        in_range("held_out", self.held_out, 0.0, 0.9)?;
        let default = DataRequest::default();
        let is_csv = !["digits", "mnist10", "parity", "spirals", "teacher"].contains(&self.data.as_str());
        let only = |key: &str, value: String, is_default: bool, what: &str, is_it: bool| {
            if is_default || is_it {
                Ok(())
            } else {
                Err(format!("{key} = {value} is refused: only {what} uses it; remove it"))
            }
        };
        if self.pool != 1 && self.data != "digits" {
            return Err(format!("pool = {} is refused: only \"digits\" can be pooled; remove it", self.pool));
        }
        only("label", format!("\"{}\"", self.label), self.label.is_empty(), "a CSV file", is_csv)?;
        only("ignore", format!("{:?}", self.ignore), self.ignore.is_empty(), "a CSV file", is_csv)?;
        only("bits", self.bits.to_string(), self.bits == default.bits, "\"parity\"", self.data == "parity")?;
        let is_teacher = self.data == "teacher";
        only("features", self.features.to_string(), self.features == default.features, "\"teacher\"", is_teacher)?;
        only("teacher", self.teacher.to_string(), self.teacher == default.teacher, "\"teacher\"", is_teacher)?;
        if self.labels == Labels::Real && !is_csv && !is_teacher {
            return Err(format!("labels = \"real\" is refused: the answers of \"{}\" are classes", self.data));
        }
        Ok(())
    }

    /// The rows, divided, with random labels and scaling where these are asked for.
    ///
    /// # Errors
    /// The message of [`crate::Problem::check`].
    pub fn split(&self) -> Result<Split, String> {
        let mut table = self.table()?;
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
        if self.labels == Labels::Random {
            self.draw_labels(&mut table)?;
        }
        let mut split = self.divide(table)?;
        if self.standardise {
            let scaling = prepared::scaling(&split.training);
            prepared::standardise(&mut split.training, &scaling);
            split.held_out.iter_mut().for_each(|table| prepared::standardise(table, &scaling));
        }
        Ok(split)
    }

    fn table(&self) -> Result<Table, String> {
        match self.data.as_str() {
            "digits" => Ok(table::digits(self.pool)),
            "mnist10" => Ok(table::mnist10()),
            "parity" => Ok(generated::parity(self.bits)),
            "spirals" => Ok(generated::spirals()),
            "teacher" => Ok(generated::teacher(self)),
            path => {
                let roles = Roles { label: &self.label, ignore: &self.ignore, is_real: self.labels == Labels::Real };
                table::read(path, &roles)
            }
        }
    }

    /// Uniform classes; when one is missing, the draw goes on with the next.
    fn draw_labels(&self, table: &mut Table) -> Result<(), String> {
        let count = table.count();
        let Answers::Classes { labels, classes } = &mut table.answers else {
            unreachable!("random labels are classes")
        };
        let mut stream = Stream::new(0, "random labels", &[&self.data, &self.seed.to_string()]);
        for _ in 0..1000 {
            labels.iter_mut().for_each(|label| *label = stream.below(*classes as u32) as usize);
            if (0..*classes).all(|class| labels.contains(&class)) {
                return Ok(());
            }
        }
        Err(format!("labels = \"random\" is refused: {count} rows are too few for {classes} classes"))
    }

    fn divide(&self, table: Table) -> Result<Split, String> {
        if self.held_out == 0.0 {
            return Ok(Split { training: table, held_out: None });
        }
        let count = table.count();
        let n_held_out = (self.held_out * count as f64).round() as usize;
        let mut order: Vec<u32> = (0..count as u32).collect();
        Stream::new(0, "split", &[&self.split.to_string()]).shuffle(&mut order);
        let (held_out, mut training) = (order[..n_held_out].to_vec(), order[n_held_out..].to_vec());
        // Training keeps the order of the file, so that a minibatch sampler's epochs do not depend on the split's order.
        training.sort_unstable();
        let (training, held_out) = (table.rows_of(&training), table.rows_of(&held_out));
        if held_out.count() == 0 {
            return Err(format!(
                "held_out = {} is refused: that is no row of {count}; raise it, or give 0",
                self.held_out
            ));
        }
        Ok(Split { training, held_out: Some(held_out) })
    }
}
