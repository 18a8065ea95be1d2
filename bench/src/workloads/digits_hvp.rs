//! W5: Hessian-vector products over all digits, some directions at each of some points, one point after another.

use super::digits::{network, starts};
use crate::input::{Purpose, uniform};
use crate::{Job, Params};

/// The result is the products (points x directions x dim).
pub fn prepare(params: &Params) -> Job {
    let (hidden, points, directions) = (params.count("hidden"), params.count("points"), params.count("directions"));
    let objective = network(hidden).objective;
    let dim = objective.dim();
    let xs = starts(hidden, points);
    let vs = uniform(Purpose::Direction, 0, points * directions * dim);
    Box::new(move |_| {
        let mut at = objective.evaluator().on_all_threads();
        let mut products = vec![0.0; vs.len()];
        let block = directions * dim;
        for (x, (vs, products)) in
            xs.chunks_exact(dim).zip(vs.chunks_exact(block).zip(products.chunks_exact_mut(block)))
        {
            at.hvps(x, vs, products);
        }
        products
    })
}
