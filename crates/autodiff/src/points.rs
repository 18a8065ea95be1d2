//! Points of a formula side by side, resident in the lanes of one program.

use crate::lanes::Workspace;
use crate::objective::{Formula, Task};
use crate::program::Program;

/// Lanes of a program by the bytes of its slots: 64 while they nearly stay in the first-level cache of a common core, from where
/// on reading an instruction costs nothing; else 32 or 16, since fewer cost more than the second-level cache does.
/// Never by threads.
pub(crate) fn width_of(program: &Program) -> usize {
    let fits = |width: usize, bytes: usize| program.slots * width * size_of::<f64>() <= bytes;
    if fits(64, 48 << 10) {
        64
    } else if fits(32, 128 << 10) {
        32
    } else {
        16
    }
}

/// A block of points whose coordinates stay where the program reads them.
///
/// Coordinate i of the point in lane k is number `i * width + k`, and the gradient likewise: a rule that moves every
/// coordinate by itself moves all points in one pass. Lane k has the bits it has alone.
#[derive(Debug)]
pub struct Points<'o> {
    dim: usize,
    has_value: bool,
    workspace: Workspace<'o, f64>,
}

impl<'o> Points<'o> {
    pub(crate) fn new(formula: &'o Formula, with_value: bool) -> Self {
        let program = formula.program(if with_value { Task::Gradient } else { Task::GradientAlone });
        let width = width_of(program);
        Points { dim: formula.dim, has_value: with_value, workspace: Workspace::new(program, width) }
    }

    /// Number of points.
    pub fn width(&self) -> usize {
        self.workspace.width()
    }

    /// The coordinates (dim x width).
    pub fn x_mut(&mut self) -> &mut [f64] {
        self.workspace.inputs_mut()
    }

    /// The coordinates and the gradient last computed (both dim x width).
    pub fn x_and_gradient(&mut self) -> (&mut [f64], &[f64]) {
        let skip = usize::from(self.has_value) * self.workspace.width();
        let (x, outputs) = self.workspace.inputs_and_outputs();
        (x, &outputs[skip..])
    }

    /// The values last computed (width,); empty when they are not.
    pub fn values(&self) -> &[f64] {
        &self.workspace.outputs()[..usize::from(self.has_value) * self.workspace.width()]
    }

    /// Computes values and gradients at the coordinates.
    pub fn evaluate(&mut self) {
        let lanes = self.workspace.width();
        self.workspace.run(0, lanes, &mut []);
    }

    /// Writes a point (dim,) to a lane.
    pub fn set(&mut self, lane: usize, x: &[f64]) {
        let width = self.workspace.width();
        assert!(lane < width && x.len() == self.dim, "a lane and a point of {} coordinates", self.dim);
        for (to, &x) in self.workspace.inputs_mut().iter_mut().skip(lane).step_by(width).zip(x) {
            *to = x;
        }
    }
}
