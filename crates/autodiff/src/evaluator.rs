//! Values, gradients, Hessian-vector products and Hessians of an objective, for one point or for many.

use crate::formula::FormulaEvaluator;
use crate::mean::MeanEvaluator;
use crate::objective::{Body, Objective};
use crate::rows::Choice;

/// One thread's workspace on an [`Objective`].
///
/// All derivatives are those of R^dim; the objective's [`crate::Geometry`] turns them into those of the surface.
/// A batch gives every point the bits that a single call gives it, and threads change none.
#[derive(Debug)]
pub struct Evaluator<'o> {
    objective: &'o Objective,
    inner: Inner<'o>,
}

#[derive(Debug)]
enum Inner<'o> {
    Formula(FormulaEvaluator<'o>),
    Mean(MeanEvaluator<'o, f64>),
    /// Value and gradient over the rows in single precision.
    Single(MeanEvaluator<'o, f32>),
}

impl<'o> Evaluator<'o> {
    pub(crate) fn new(objective: &'o Objective) -> Self {
        let inner = match &objective.body {
            Body::Formula(formula) => Inner::Formula(FormulaEvaluator::new(formula)),
            Body::Mean(mean) => Inner::Mean(MeanEvaluator::new(mean)),
        };
        Evaluator { objective, inner }
    }

    pub(crate) fn single_precision(objective: &'o Objective) -> Self {
        let inner = match &objective.body {
            Body::Formula(formula) => Inner::Formula(FormulaEvaluator::new(formula)),
            Body::Mean(mean) => Inner::Single(MeanEvaluator::new(mean)),
        };
        Evaluator { objective, inner }
    }

    /// The same, with each evaluation over data rows spread over the threads of the current rayon pool; the bits stay.
    pub fn on_all_threads(mut self) -> Self {
        match &mut self.inner {
            Inner::Formula(_) => {}
            Inner::Mean(mean) => mean.on_all_threads(),
            Inner::Single(mean) => mean.on_all_threads(),
        }
        self
    }

    /// The objective being evaluated.
    pub fn objective(&self) -> &'o Objective {
        self.objective
    }

    /// Value at `x` (dim,).
    pub fn value(&mut self, x: &[f64]) -> f64 {
        let mut value = [0.0];
        self.values(x, &mut value);
        value[0]
    }

    /// Gradient at `x` (dim,) into `grad` (dim,); returns the value.
    pub fn gradient(&mut self, x: &[f64], grad: &mut [f64]) -> f64 {
        let mut value = [0.0];
        self.gradients(x, &mut value, grad);
        value[0]
    }

    /// Values (k,) at `points` (k x dim, one after another).
    pub fn values(&mut self, points: &[f64], values: &mut [f64]) {
        let dim = self.objective.dim();
        self.check_points(points, values.len());
        match &mut self.inner {
            Inner::Formula(formula) => formula.values(points, values),
            Inner::Mean(mean) => mean.values(points.chunks_exact(dim), values),
            Inner::Single(mean) => mean.values(points.chunks_exact(dim), values),
        }
    }

    /// Value of each data row by itself at `x` (dim,) into `values` (rows,), without the part that no row enters, such as
    /// weight decay: that part is the difference between [`Evaluator::value`] and the mean of these.
    ///
    /// # Panics
    /// On a formula, which has no rows.
    pub fn row_values(&mut self, x: &[f64], values: &mut [f64]) {
        assert!(self.objective.has_rows(), "a formula has no data rows");
        assert_eq!((x.len(), values.len()), (self.objective.dim(), self.objective.row_count()), "one value per row");
        match &mut self.inner {
            Inner::Formula(_) => unreachable!("a formula has no rows"),
            Inner::Mean(mean) => mean.row_values(x, values),
            Inner::Single(mean) => mean.row_values(x, values),
        }
    }

    /// Values (k,) and gradients (k x dim) at `points` (k x dim, one after another).
    pub fn gradients(&mut self, points: &[f64], values: &mut [f64], grads: &mut [f64]) {
        let dim = self.objective.dim();
        self.check_points(points, values.len());
        assert_eq!(grads.len(), points.len(), "one gradient per point");
        if let Inner::Formula(formula) = &mut self.inner {
            return formula.gradients(points, values, grads);
        }
        let all = Choice::All(self.objective.row_count());
        for ((x, value), grad) in points.chunks_exact(dim).zip(values).zip(grads.chunks_exact_mut(dim)) {
            *value = self.gradient_of(x, all, grad);
        }
    }

    /// As [`Evaluator::gradients`], for the mean over chosen data rows: `rows` holds k lists of equal length, one
    /// after another.
    pub fn gradients_on(&mut self, points: &[f64], rows: &[u32], values: &mut [f64], grads: &mut [f64]) {
        let (dim, k) = (self.objective.dim(), values.len());
        assert!(self.objective.has_rows(), "a formula has no data rows to choose from");
        self.check_points(points, k);
        assert_eq!(grads.len(), points.len(), "one gradient per point");
        assert!(k > 0 && !rows.is_empty() && rows.len().is_multiple_of(k), "{} rows for {k} points", rows.len());
        let lists = rows.chunks_exact(rows.len() / k);
        for (((x, rows), value), grad) in
            points.chunks_exact(dim).zip(lists).zip(values).zip(grads.chunks_exact_mut(dim))
        {
            *value = self.gradient_of(x, Choice::Listed(rows), grad);
        }
    }

    fn gradient_of(&mut self, x: &[f64], choice: Choice, grad: &mut [f64]) -> f64 {
        match &mut self.inner {
            Inner::Formula(_) => unreachable!("a formula has no rows"),
            Inner::Mean(mean) => mean.gradient(x, choice, grad),
            Inner::Single(mean) => mean.gradient(x, choice, grad),
        }
    }

    /// Hessian at `x` (dim,) times `v` (dim,) into `hv` (dim,).
    pub fn hvp(&mut self, x: &[f64], v: &[f64], hv: &mut [f64]) {
        assert_eq!((v.len(), hv.len()), (x.len(), x.len()), "point, direction and product of one dimension");
        self.hvps(x, v, hv);
    }

    /// Hessian at `x` (dim,) times each of `vs` (k x dim) into `hvs` (k x dim): what depends on x alone is computed once.
    pub fn hvps(&mut self, x: &[f64], vs: &[f64], hvs: &mut [f64]) {
        let dim = self.objective.dim();
        assert!(x.len() == dim && vs.len().is_multiple_of(dim) && vs.len() == hvs.len(), "directions of {dim} numbers");
        match &mut self.inner {
            Inner::Formula(formula) => formula.hvps(x, vs, hvs),
            Inner::Mean(mean) => mean.hvps(x, vs, hvs),
            Inner::Single(_) => panic!("second derivatives are in double precision only"),
        }
    }

    /// Hessian at `x` (dim,) into `hess` (dim x dim, row-major), exactly symmetric.
    pub fn hessian(&mut self, x: &[f64], hess: &mut [f64]) {
        let n = self.objective.dim();
        assert_eq!((x.len(), hess.len()), (n, n * n), "point and Hessian of one dimension");
        self.hessians(x, hess);
    }

    /// Hessians (k x dim x dim) at `points` (k x dim, one after another).
    pub fn hessians(&mut self, points: &[f64], hessians: &mut [f64]) {
        let n = self.objective.dim();
        assert!(points.len().is_multiple_of(n) && hessians.len() == points.len() * n, "one Hessian per point");
        match &mut self.inner {
            Inner::Formula(formula) => formula.hessians(points, hessians),
            Inner::Mean(mean) => {
                for (x, hess) in points.chunks_exact(n).zip(hessians.chunks_exact_mut(n * n)) {
                    mean.hessian(x, hess);
                }
            }
            Inner::Single(_) => panic!("second derivatives are in double precision only"),
        }
    }

    fn check_points(&self, points: &[f64], count: usize) {
        assert_eq!(points.len(), count * self.objective.dim(), "{count} points of dimension {}", self.objective.dim());
    }
}
