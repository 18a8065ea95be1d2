//! Points side by side, resident where their function reads them.

use crate::evaluator::Evaluator;
use crate::lanes::Workspace;
use crate::objective::{Body, Formula, Objective, Task};
use crate::program::Program;

/// Lanes that an execution over points can have.
pub(crate) const WIDTHS: [usize; 6] = [1, 4, 8, 16, 32, 64];

/// Lanes of a program by the bytes of its slots: 64 while they nearly stay in the first-level cache of a common core, from where
/// on reading an instruction costs nothing; 32 while they stay in the second-level cache; else 16, since fewer cost more than
/// that cache does. Never by threads.
pub(crate) fn width_of(program: &Program) -> usize {
    let fits = |width: usize, bytes: usize| program.slots * width * size_of::<f64>() <= bytes;
    if fits(64, 48 << 10) {
        64
    } else if fits(32, 512 << 10) {
        32
    } else {
        16
    }
}

/// The fewest lanes for `count` points, at most those of the program.
pub(crate) fn lanes_for(program: &Program, count: usize) -> usize {
    let count = count.min(width_of(program));
    *WIDTHS.iter().find(|&&width| width >= count).expect("a program has at most the widest")
}

/// A block of points whose coordinates stay where the function reads them, and whose gradient is read where it is
/// written: nothing is copied between an evaluation and the step that follows it.
///
/// Coordinate i of the point in lane k is number `i * width + k`, and the gradient likewise: a rule that moves every
/// coordinate by itself moves all points in one pass. Lane k has the bits it has alone. A mean over data rows, whose rows
/// are the lanes, has a width of 1, and its coordinates are simply next to each other.
#[derive(Debug)]
pub struct Points<'o> {
    objective: &'o Objective,
    seats: Seats<'o>,
}

#[derive(Debug)]
enum Seats<'o> {
    /// The lanes of a formula's program.
    Lanes { workspace: Box<Workspace<'o, f64>>, has_value: bool },
    /// A single point.
    One { evaluator: Box<Evaluator<'o>>, x: Vec<f64>, value: f64, grad: Vec<f64> },
}

impl<'o> Points<'o> {
    /// Width of the widest block there is; every width divides it.
    pub const WIDEST: usize = WIDTHS[WIDTHS.len() - 1];

    pub(crate) fn new(objective: &'o Objective, count: usize, single_precision: bool) -> Self {
        let seats = match &objective.body {
            Body::Formula(formula) => Seats::lanes(formula, count, true),
            Body::Mean(_) => {
                let evaluator =
                    if single_precision { objective.single_precision_evaluator() } else { objective.evaluator() };
                let room = vec![0.0; objective.dim()];
                Seats::One { evaluator: Box::new(evaluator), x: room.clone(), value: 0.0, grad: room }
            }
        };
        Points { objective, seats }
    }

    pub(crate) fn without_values(objective: &'o Objective, formula: &'o Formula, count: usize) -> Self {
        Points { objective, seats: Seats::lanes(formula, count, false) }
    }

    /// Number of points.
    pub fn width(&self) -> usize {
        match &self.seats {
            Seats::Lanes { workspace, .. } => workspace.width(),
            Seats::One { .. } => 1,
        }
    }

    /// Width of the narrowest block with room for `count` points, or of the widest of this function.
    pub fn width_for(&self, count: usize) -> usize {
        match &self.seats {
            Seats::Lanes { workspace, .. } => lanes_for(workspace.program(), count),
            Seats::One { .. } => 1,
        }
    }

    /// The coordinates (dim x width).
    pub fn x(&self) -> &[f64] {
        match &self.seats {
            Seats::Lanes { workspace, .. } => workspace.inputs(),
            Seats::One { x, .. } => x,
        }
    }

    /// The coordinates (dim x width), to be changed.
    pub fn x_mut(&mut self) -> &mut [f64] {
        self.x_and_gradient().0
    }

    /// The coordinates and the gradient last computed (both dim x width). Both may be changed: an evaluation writes the whole
    /// gradient anew.
    pub fn x_and_gradient(&mut self) -> (&mut [f64], &mut [f64]) {
        match &mut self.seats {
            Seats::Lanes { workspace, has_value } => {
                let skip = usize::from(*has_value) * workspace.width();
                let (x, outputs) = workspace.inputs_and_outputs();
                (x, &mut outputs[skip..])
            }
            Seats::One { x, grad, .. } => (x, grad),
        }
    }

    /// The gradient last computed (dim x width).
    pub fn gradient(&self) -> &[f64] {
        match &self.seats {
            Seats::Lanes { workspace, has_value } => {
                &workspace.outputs()[usize::from(*has_value) * workspace.width()..]
            }
            Seats::One { grad, .. } => grad,
        }
    }

    /// The values last computed (width,); empty when they are not.
    pub fn values(&self) -> &[f64] {
        match &self.seats {
            Seats::Lanes { workspace, has_value } => {
                &workspace.outputs()[..usize::from(*has_value) * workspace.width()]
            }
            Seats::One { value, .. } => std::slice::from_ref(value),
        }
    }

    /// Computes values and gradients at the coordinates.
    pub fn evaluate(&mut self) {
        match &mut self.seats {
            Seats::Lanes { workspace, .. } => workspace.run(),
            Seats::One { evaluator, x, value, grad } => *value = evaluator.gradient(x, grad),
        }
    }

    /// The same for the mean over chosen data rows.
    ///
    /// # Panics
    /// On a formula, which has no rows.
    pub fn evaluate_on(&mut self, rows: &[u32]) {
        match &mut self.seats {
            Seats::Lanes { .. } => panic!("a formula has no data rows to choose from"),
            Seats::One { evaluator, x, value, grad } => {
                evaluator.gradients_on(x, rows, std::slice::from_mut(value), grad);
            }
        }
    }

    /// Writes a point (dim,) to a lane.
    pub fn set(&mut self, lane: usize, x: &[f64]) {
        let width = self.width();
        assert!(lane < width && x.len() == self.objective.dim(), "a lane and a point of this dimension");
        self.x_mut().iter_mut().skip(lane).step_by(width).zip(x).for_each(|(to, &x)| *to = x);
    }
}

impl<'o> Seats<'o> {
    fn lanes(formula: &'o Formula, count: usize, has_value: bool) -> Self {
        let program = formula.program(if has_value { Task::Gradient } else { Task::GradientAlone });
        let workspace = Box::new(Workspace::new(program, lanes_for(program, count)));
        Seats::Lanes { workspace, has_value }
    }
}
