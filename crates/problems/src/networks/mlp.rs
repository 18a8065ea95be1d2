//! A fully connected network on data: images, a generated set, or a user's table.

use std::sync::OnceLock;

use super::constant_network::constant_network;
use super::init::Init;
use super::network::{self, Activation, Loss};
use crate::data::{DataRequest, Prepared, data_params};
use crate::prelude::*;

/// Mean loss over the data of a network with any hidden layers and linear outputs, plus `l2/2 |theta|^2`.
///
/// Parameters per layer: weights row-major (out x in), then biases; how they start is `init`, by default N(0, 2 / (in +
/// out)) and 0 (Glorot and Bengio 2010). Losses of a row with outputs z:
/// - `softmax`: `ln sum_k exp z_k - z_label`, one output per class;
/// - `binary`: `-ln p` or `-ln(1 - p)`, `p = logistic(z)`, one output; 1 for the class `positive`, else 0;
/// - `squared`: `1/2 sum_k (z_k - t_k)^2` against the one-hot label; with two classes one output, the label; with
///   `labels = "real"` one output, the number.
///
/// Pixels of images are scaled to 0 .. 1; the features of a user's file are taken as they are unless `standardise` says
/// otherwise. Listed as known
/// point is the constant network (all weights 0), which is critical when there are hidden layers and no l2.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Mlp {
    #[serde(flatten)]
    data: DataRequest,
    hidden: Vec<usize>,
    activation: Activation,
    loss: Loss,
    positive: usize,
    l2: f64,
    init: Init,
    init_scale: f64,
    #[serde(skip)]
    prepared: OnceLock<Result<(Prepared, Vec<usize>), String>>,
}

/// A network is recorded weight by weight; beyond this, recording takes a minute.
const MOST_PARAMETERS: usize = 100_000;

impl Default for Mlp {
    fn default() -> Self {
        Mlp {
            data: DataRequest::default(),
            hidden: vec![4],
            activation: Activation::default(),
            loss: Loss::default(),
            positive: 1,
            l2: 0.0,
            init: Init::default(),
            init_scale: 1.0,
            prepared: OnceLock::new(),
        }
    }
}

impl Mlp {
    /// The data, and the widths of all layers: inputs, hidden layers, outputs.
    fn prepared(&self) -> &Result<(Prepared, Vec<usize>), String> {
        self.prepared.get_or_init(|| {
            let data = Prepared::of(&self.data, self.loss, self.positive)?;
            let widths = [&[data.inputs], &self.hidden[..], &[data.outputs]].concat();
            Ok((data, widths))
        })
    }

    /// After `check`.
    fn ready(&self) -> &(Prepared, Vec<usize>) {
        self.prepared().as_ref().unwrap_or_else(|message| panic!("{message}"))
    }
}

impl Problem for Mlp {
    const NAME: &'static str = "mlp";
    const ABOUT: &'static str =
        "fully connected network of any depth on images, parity, spirals, a teacher's answers or a CSV file";
    const PARAMS: &'static [(&'static str, &'static str)] = data_params![
        ("hidden", "widths of the hidden layers; [] for none"),
        ("activation", "of the hidden units: tanh, logistic, softplus, relu, relu2, gelu (tanh form), sin or identity"),
        ("loss", "softmax (cross-entropy), binary (cross-entropy of one output) or squared (1/2 per row)"),
        ("positive", "loss = \"binary\" only: the label that counts as 1"),
        ("l2", "weight decay: adds l2/2 |theta|^2; 0 to 1e6"),
        (
            "init",
            "first weights: glorot, he, normal, uniform, orthogonal, lsuv (unit variance on the data) or rows (units along rows of the data)",
        ),
        ("init_scale", "multiplies them, 0 to 1e3"),
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
        "data = \"parity\"\nbits = 3\nhidden = [4]\nactivation = \"sin\"\nloss = \"binary\"\ninit = \"normal\"",
        "data = \"spirals\"\nhidden = [5, 5]\nactivation = \"gelu\"\nloss = \"binary\"\nstandardise = true\ninit = \"he\"\ninit_scale = 2.0",
        "data = \"teacher\"\nfeatures = 4\nlabels = \"real\"\nhidden = [3]\nactivation = \"relu2\"\nloss = \"squared\"\nsamples = 60\ninit = \"lsuv\"",
        "pool = 4\nlabels = \"random\"\nsamples = 100\nhidden = [3, 2]\nactivation = \"identity\"\ninit = \"orthogonal\"\nheld_out = 0.2",
        "data = \"mnist10\"\nsamples = 50\nhidden = [2]\ninit = \"rows\"",
        "data = \"parity\"\nhidden = [2]\nloss = \"squared\"\ninit = \"uniform\"",
    ];

    fn check(&self) -> Result<(), String> {
        self.data.check()?;
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
        in_range("init_scale", self.init_scale, 0.0, 1e3)?;
        let (_, widths) = self.prepared().as_ref().map_err(String::clone)?;
        let dim = network::parameter_count(widths);
        if dim > MOST_PARAMETERS {
            let hidden = &self.hidden;
            return Err(format!(
                "hidden = {hidden:?} is refused: {dim} parameters, more than {MOST_PARAMETERS}; make it smaller"
            ));
        }
        Ok(())
    }

    fn dim(&self) -> usize {
        network::parameter_count(&self.ready().1)
    }

    fn rows(&self) -> Option<Arc<Rows>> {
        Some(Arc::clone(&self.ready().0.rows))
    }

    fn held_out(&self) -> Option<Arc<Rows>> {
        self.ready().0.held_out.clone()
    }

    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S {
        let (_, widths) = self.ready();
        let (features, target) = row.split_at(widths[0]);
        let outputs = network::forward(widths, self.activation, x, features);
        let loss = self.loss.of(&outputs, target);
        if self.l2 > 0.0 { S::dot(x, x) * (0.5 * self.l2) + loss } else { loss }
    }

    fn domain(&self) -> Domain {
        Domain::cube(self.dim(), -10.0, 10.0)
    }

    fn symmetry(&self) -> Symmetry {
        Symmetry::Network { widths: self.ready().1.clone(), parity: self.activation.parity() }
    }

    fn start(&self) -> StartLaw {
        let (data, widths) = self.ready();
        self.init.law(self.init_scale, widths, self.activation, &data.rows)
    }

    /// Units along rows of the data, whatever `init` says.
    fn data_start(&self) -> Option<StartLaw> {
        let (data, widths) = self.ready();
        Some(Init::Rows.law(self.init_scale, widths, self.activation, &data.rows))
    }

    /// Without l2: directions of the first layer that no input sees; with softmax, one constant added to all
    /// outputs by the biases or by what one unit sends out (without hidden layers the two overlap); with rectifiers,
    /// every unit's scale. A linear network has those directions in which the product of its matrices stays.
    fn zero_modes(&self) -> usize {
        let (Prepared { n_relations, inputs, outputs, .. }, widths) = self.ready();
        if self.l2 > 0.0 {
            return 0;
        }
        let is_softmax = self.loss == Loss::Softmax;
        if self.activation == Activation::Identity && !self.hidden.is_empty() {
            // Maps of rank r between what the data show of the inputs and what the loss shows of the outputs, and a bias.
            let (inputs, outputs) = (inputs - n_relations, outputs - usize::from(is_softmax));
            let r = self.hidden.iter().copied().chain([inputs, outputs]).min().unwrap_or(0);
            return self.dim() - (r * (inputs + outputs - r) + outputs);
        }
        let shifts = if is_softmax { 1 + widths[widths.len() - 2] } else { 0 };
        let counted_twice = if is_softmax && self.hidden.is_empty() { *n_relations } else { 0 };
        let scales = if self.activation.is_rectifier() { self.hidden.iter().sum() } else { 0 };
        n_relations * widths[1] + shifts - counted_twice + scales
    }

    fn has_kinks(&self) -> bool {
        self.activation == Activation::Relu && !self.hidden.is_empty()
    }

    fn known_points(&self) -> Vec<KnownPoint> {
        let (data, widths) = self.ready();
        let point = if self.l2 > 0.0 { None } else { constant_network(&data.rows, widths, self.activation, self.loss) };
        point.into_iter().collect()
    }

    /// A bound, attained only by networks that fit every row.
    fn reference(&self) -> Option<Reference> {
        Some(Reference::bound(0.0))
    }

    fn fingerprint(&self) -> String {
        self.ready().0.fingerprint()
    }
}
