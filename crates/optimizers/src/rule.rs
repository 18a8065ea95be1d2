//! The update rule: what a gradient does to the point, and nothing else.

pub mod adam;
pub mod gradient_descent;
pub mod momentum;
pub mod sgd;

/// The parameters of an update rule; makes a fresh state for each run.
///
/// A rule sees one point as a plain slice `(dim,)` and acts on its elements. It knows no surface: on a
/// sphere the loop hands it the gradient projected to the tangent space and moves the point back on the
/// surface after the step (velocities and running means are not transported).
pub trait Rule: Send + Sync {
    /// Data rows per step; 0 means the whole objective.
    fn batch(&self) -> usize {
        0
    }

    /// State of one run over `dim` coordinates, as before the first step.
    fn state(&self, dim: usize) -> Box<dyn RuleState>;
}

/// The state of a rule in one run. All memory is allocated when it is made; a step allocates nothing.
pub trait RuleState: Send {
    /// Moves `x` one step, given the gradient there; both `(dim,)`.
    fn step(&mut self, x: &mut [f64], grad: &[f64]);

    /// Back to the state before the first step: what a restart begins with.
    fn reset(&mut self);
}
