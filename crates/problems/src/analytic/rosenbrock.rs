//! Rosenbrock's curved valley, chained over the coordinates.

use crate::prelude::*;

/// `f(x) = sum_i 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2`, i = 1 .. n - 1; global minimum `f(1, ..., 1) = 0`.
///
/// H. H. Rosenbrock (1960). From n = 4 on there is a second minimum near (-1, 1, ..., 1) and a saddle between (Shang
/// and Qiu 2006; Kok and Sandrock 2009); both are listed for n = 4 .. 7, only the global minimum beyond.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rosenbrock {
    dim: usize,
}

impl Default for Rosenbrock {
    fn default() -> Self {
        Rosenbrock { dim: 2 }
    }
}

/// Critical points with x_1 < 0 for n = 4 .. 7: (x, f, index), by Newton's method with 40 digits.
const POINTS: [(&[f64], f64, usize); 8] = [
    (&[-0.7756592265653526, 0.6130933654850435, 0.38206284633839316, 0.1459720185521946], 3.701428610430017, 0),
    (&[-0.6561246357194459, 0.44312004097157237, 0.20431224822836433, 0.041743494776128764], 3.7082419966472617, 1),
    (
        &[-0.9620510206947501, 0.93573939597671, 0.8807136041943205, 0.7778776758544064, 0.6050936785926528],
        3.930839434133028,
        0,
    ),
    (
        &[-0.5574683158988488, 0.3247400428337763, 0.11656732144533992, 0.02335439646429822, 0.0005454278342116253],
        4.657371428200574,
        1,
    ),
    (
        &[
            -0.9865749795709937,
            0.9833982288361818,
            0.9721066700530919,
            0.947437436826436,
            0.8986511848517297,
            0.8075739520354176,
        ],
        3.973940500930295,
        0,
    ),
    (
        &[
            -0.5554197271790323,
            0.32249327429744495,
            0.1152070040989045,
            0.02350277040503075,
            0.01044790120466494,
            0.00010915863958243911,
        ],
        5.646383966587951,
        1,
    ),
    (
        &[
            -0.9917225725614055,
            0.9935553935033713,
            0.9921733215946921,
            0.986898762690314,
            0.975164756608873,
            0.9514319827049926,
            0.9052228177139535,
        ],
        3.983600536424854,
        0,
    ),
    (
        &[
            -0.5553769767605887,
            0.32244648022243266,
            0.11517879975265272,
            0.0235061269288694,
            0.010656973479399591,
            0.010013436716574878,
            0.00010026891487684987,
        ],
        6.636262507560018,
        1,
    ),
];

impl Problem for Rosenbrock {
    const NAME: &'static str = "rosenbrock";
    const ABOUT: &'static str = "sum 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2, a curved valley (Rosenbrock 1960)";
    const PARAMS: &'static [(&'static str, &'static str)] = &[("dim", "number of variables n, 2 to 10000")];
    const TAGS: &'static [&'static str] = &["valley"];
    const MOVABLE: bool = true;
    const CASES: &'static [&'static str] =
        &["dim = 4", "dim = 5", "dim = 6", "dim = 7", "dim = 8", "dim = 4\ninstance = 1"];

    fn check(&self) -> Result<(), String> {
        dim_between(self.dim, 2, 10_000)
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn value<S: Scalar>(&self, x: &[S], _row: &[S]) -> S {
        S::sum(x.windows(2).map(|x| (x[1] - x[0].square()).square() * 100.0 + (-x[0] + 1.0).square()))
    }
    fn domain(&self) -> Domain {
        Domain::cube(self.dim, -2.048, 2.048)
    }
    fn known_points(&self) -> Vec<KnownPoint> {
        let of_this_dim = POINTS.iter().filter(|(x, ..)| x.len() == self.dim);
        let others = of_this_dim.map(|&(x, value, n_neg)| KnownPoint::nondegenerate(x.to_vec(), value, n_neg));
        std::iter::once(KnownPoint::nondegenerate(vec![1.0; self.dim], 0.0, 0)).chain(others).collect()
    }
}
