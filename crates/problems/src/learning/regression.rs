//! Linear, logistic and softmax regression: one strongly convex loss each.

use std::marker::PhantomData;
use std::sync::OnceLock;

use autodiff::Objective;

use super::minimum::minimum;
use crate::data::{DataRequest, Prepared, data_params};
use crate::networks::{Activation, Loss, network};
use crate::prelude::*;

/// What tells the three models apart.
pub trait Kind: Clone + Default + Send + Sync + 'static {
    /// Name in experiment files.
    const NAME: &'static str;
    /// One sentence with its source.
    const ABOUT: &'static str;
    /// The loss of a row.
    const LOSS: Loss;
}

/// Least squares: `1/2 |W x + b - t|^2` per row.
#[derive(Clone, Default)]
pub struct Linear;
/// Cross-entropy of one logistic output: class `positive` or not.
#[derive(Clone, Default)]
pub struct Logistic;
/// Cross-entropy of a softmax over the classes.
#[derive(Clone, Default)]
pub struct Softmax;

impl Kind for Linear {
    const NAME: &'static str = "linear_regression";
    const ABOUT: &'static str =
        "ridge regression of the (one-hot) answers: convex, one minimum (Hoerl and Kennard 1970)";
    const LOSS: Loss = Loss::Squared;
}

impl Kind for Logistic {
    const NAME: &'static str = "logistic_regression";
    const ABOUT: &'static str = "one class against the others, with l2: convex, one minimum (Cox 1958)";
    const LOSS: Loss = Loss::Binary;
}

impl Kind for Softmax {
    const NAME: &'static str = "softmax_regression";
    const ABOUT: &'static str =
        "multinomial logistic regression, with l2: convex, one minimum (Bishop 2006, section 4.3.4)";
    const LOSS: Loss = Loss::Softmax;
}

/// Ridge regression.
pub type LinearRegression = Regression<Linear>;
/// Logistic regression with weight decay.
pub type LogisticRegression = Regression<Logistic>;
/// Softmax regression with weight decay.
pub type SoftmaxRegression = Regression<Softmax>;

/// Mean loss of outputs `W x + b` over the rows, plus `l2/2 (|W|^2 + |b|^2)`: strongly convex, so there is one critical
/// point, the minimum, and every method that works must reach it. It is listed, found by Newton's method to rounding.
///
/// Parameters: W row-major (outputs x inputs), then b. They start at N(0, 2 / (in + out)) and 0.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, bound = "")]
pub struct Regression<K: Kind> {
    #[serde(flatten)]
    data: DataRequest,
    positive: usize,
    l2: f64,
    #[serde(skip)]
    prepared: OnceLock<Result<Prepared, String>>,
    #[serde(skip)]
    minimum: OnceLock<KnownPoint>,
    #[serde(skip)]
    kind: PhantomData<K>,
}

/// The minimum is found with the dense Hessian.
const MOST_PARAMETERS: usize = 2000;

impl<K: Kind> Default for Regression<K> {
    fn default() -> Self {
        Regression {
            data: DataRequest::default(),
            positive: 1,
            l2: 0.01,
            prepared: OnceLock::new(),
            minimum: OnceLock::new(),
            kind: PhantomData,
        }
    }
}

impl<K: Kind> Regression<K> {
    fn prepared(&self) -> &Result<Prepared, String> {
        self.prepared.get_or_init(|| Prepared::of(&self.data, K::LOSS, self.positive))
    }

    /// After `check`.
    fn ready(&self) -> &Prepared {
        self.prepared().as_ref().unwrap_or_else(|message| panic!("{message}"))
    }
}

impl<K: Kind> Problem for Regression<K> {
    const NAME: &'static str = K::NAME;
    const ABOUT: &'static str = K::ABOUT;
    const PARAMS: &'static [(&'static str, &'static str)] = data_params![
        ("positive", "logistic_regression only: the class that counts as 1"),
        ("l2", "weight decay: adds l2/2 |theta|^2; 1e-8 to 1e6"),
    ];
    const LABEL: &'static [&'static str] = &["l2"];
    const TAGS: &'static [&'static str] = &["convex", "data"];
    const CASES: &'static [&'static str] = &[
        "pool = 2\nsamples = 100\nl2 = 0.1",
        "data = \"teacher\"\nfeatures = 3\nsamples = 50\nstandardise = true\nl2 = 1e-4",
    ];

    fn check(&self) -> Result<(), String> {
        self.data.check()?;
        in_range("l2", self.l2, 1e-8, 1e6)?;
        if K::LOSS != Loss::Binary && self.positive != 1 {
            return Err(format!(
                "positive = {} is refused: only logistic_regression uses it; remove it",
                self.positive
            ));
        }
        let dim = self.prepared().as_ref().map(|data| (data.inputs + 1) * data.outputs).map_err(String::clone)?;
        if dim > MOST_PARAMETERS {
            return Err(format!(
                "data = \"{}\" is refused: {dim} parameters, more than {MOST_PARAMETERS}",
                self.data.data
            ));
        }
        Ok(())
    }

    fn dim(&self) -> usize {
        let data = self.ready();
        (data.inputs + 1) * data.outputs
    }

    fn rows(&self) -> Option<Arc<Rows>> {
        Some(Arc::clone(&self.ready().rows))
    }

    fn held_out(&self) -> Option<Arc<Rows>> {
        self.ready().held_out.clone()
    }

    fn value<S: Scalar>(&self, x: &[S], row: &[S]) -> S {
        let data = self.ready();
        let (features, target) = row.split_at(data.inputs);
        let outputs = network::forward(&[data.inputs, data.outputs], Activation::Identity, x, features);
        S::dot(x, x) * (0.5 * self.l2) + K::LOSS.of(&outputs, target)
    }

    fn domain(&self) -> Domain {
        Domain::cube(self.dim(), -100.0, 100.0)
    }

    fn start(&self) -> StartLaw {
        let data = self.ready();
        StartLaw::Normal { sd: network::glorot_sd(&[data.inputs, data.outputs]) }
    }

    fn counts(&self) -> Option<Counts> {
        Some(Counts::exact(&[1]))
    }

    fn known_points(&self) -> Vec<KnownPoint> {
        let point = self.minimum.get_or_init(|| {
            let rows = Arc::clone(&self.ready().rows);
            let objective = Objective::over_rows(self.dim(), rows, |x, row| self.value(x, row));
            let x = minimum(&objective);
            let value = objective.evaluator().value(&x);
            KnownPoint::nondegenerate(x, value, 0)
        });
        vec![point.clone()]
    }

    fn fingerprint(&self) -> String {
        self.ready().fingerprint()
    }
}
