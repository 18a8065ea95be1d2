//! A function together with everything derived from it: its graph, derivatives, data rows and surface.

use std::sync::{Arc, OnceLock};

use crate::derive::{gradient, tangent};
use crate::evaluator::Evaluator;
use crate::geometry::Geometry;
use crate::graph::{Graph, Node};
use crate::program::{Program, Supply};
use crate::record::Sym;

/// A table of data: `count()` rows of `width` numbers each.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    width: usize,
    cells: Vec<f64>,
}

impl Rows {
    /// `cells` row by row; `width` > 0 must divide their number, and there is at least one row.
    pub fn new(width: usize, cells: Vec<f64>) -> Self {
        assert!(
            width > 0 && !cells.is_empty() && cells.len().is_multiple_of(width),
            "{} cells in rows of {width}",
            cells.len()
        );
        Rows { width, cells }
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.cells.len() / self.width
    }

    /// Row `i`, `width` numbers.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.cells[i * self.width..][..self.width]
    }
}

/// A scalar function on R^dim (or on a surface in it) with its exact derivatives.
///
/// Immutable and shared by all threads; each thread evaluates through its own [`Evaluator`].
#[derive(Debug)]
pub struct Objective {
    dim: usize,
    rows: Option<Arc<Rows>>,
    geometry: Geometry,
    /// Inputs: x (dim), then one data row (width), then a direction (dim).
    graph: Graph,
    value: Node,
    gradient: Vec<Node>,
    hvp: OnceLock<(Graph, Vec<Node>)>,
    programs: [OnceLock<Program>; Task::COUNT],
}

/// What a program computes and what its lanes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// The value; lanes are points, each with its own data row.
    ValueOfPoints,
    /// The value at one point; lanes are data rows.
    ValueOfRows,
    /// Value and gradient; lanes are points, each with its own data row.
    GradientOfPoints,
    /// Value and gradient at one point; lanes are data rows.
    GradientOfRows,
    /// Hessian times direction at one point and row; lanes are directions.
    HvpOfDirections,
    /// Hessian times one direction at one point; lanes are data rows.
    HvpOfRows,
}

impl Task {
    pub(crate) const COUNT: usize = 6;

    /// How x, the data row and the direction are supplied.
    fn supply(self) -> [Supply; 3] {
        use Supply::{Lane, Shared};
        match self {
            Task::ValueOfPoints | Task::GradientOfPoints => [Lane, Lane, Shared],
            Task::ValueOfRows | Task::GradientOfRows | Task::HvpOfRows => [Shared, Lane, Shared],
            Task::HvpOfDirections => [Shared, Shared, Lane],
        }
    }
}

impl Objective {
    /// The function `f` of a point (dim,), recorded by running it once.
    pub fn formula<F>(dim: usize, f: F) -> Self
    where
        F: for<'g> FnOnce(&[Sym<'g>]) -> Sym<'g>,
    {
        Self::record(dim, None, f)
    }

    /// The mean over all data rows of `f(x, row)`, recorded by running `f` once.
    pub fn over_rows<F>(dim: usize, rows: Arc<Rows>, f: F) -> Self
    where
        F: for<'g> FnOnce(&[Sym<'g>], &[Sym<'g>]) -> Sym<'g>,
    {
        Self::record(dim, Some(rows), |inputs| {
            let (x, row) = inputs.split_at(dim);
            f(x, row)
        })
    }

    fn record<F>(dim: usize, rows: Option<Arc<Rows>>, f: F) -> Self
    where
        F: for<'g> FnOnce(&[Sym<'g>]) -> Sym<'g>,
    {
        assert!(dim > 0, "a function of at least one variable");
        let width = rows.as_ref().map_or(0, |rows| rows.width());
        let (mut graph, value) = Sym::record(dim + width, f);
        let gradient = gradient(&mut graph, value, dim);
        Objective {
            dim,
            rows,
            geometry: Geometry::Flat,
            graph,
            value,
            gradient,
            hvp: OnceLock::new(),
            programs: [const { OnceLock::new() }; Task::COUNT],
        }
    }

    /// The same function restricted to a surface.
    pub fn on(self, geometry: Geometry) -> Self {
        Objective { geometry, ..self }
    }

    /// Number of variables.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The surface the points live on.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The data rows that the value is a mean over, if any.
    pub fn rows(&self) -> Option<&Rows> {
        self.rows.as_deref()
    }

    /// Number of data rows; 1 for a formula.
    pub fn row_count(&self) -> usize {
        self.rows().map_or(1, Rows::count)
    }

    /// Whether there are data rows to draw minibatches from.
    pub fn has_rows(&self) -> bool {
        self.rows.is_some()
    }

    /// The recorded graph with the node of the value and those of the gradient (one row's, for data problems).
    /// Inputs are x (dim), then the row.
    pub fn graph(&self) -> (&Graph, Node, &[Node]) {
        (&self.graph, self.value, &self.gradient)
    }

    /// The graph extended by the Hessian-vector product (dim nodes); the direction is the last dim inputs.
    pub fn hvp_graph(&self) -> (&Graph, &[Node]) {
        let (graph, nodes) = self.hvp.get_or_init(|| {
            let mut graph = self.graph.clone();
            let nodes = tangent(&mut graph, &self.gradient, self.dim, self.dim + self.row_width());
            (graph, nodes)
        });
        (graph, nodes)
    }

    /// A workspace to evaluate in; make one per thread.
    pub fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(self)
    }

    pub(crate) fn row_width(&self) -> usize {
        self.rows().map_or(0, Rows::width)
    }

    pub(crate) fn program(&self, task: Task) -> &Program {
        self.programs[task as usize].get_or_init(|| {
            let [x, row, direction] = task.supply();
            let mut supply = vec![x; self.dim];
            supply.resize(self.dim + self.row_width(), row);
            supply.resize(2 * self.dim + self.row_width(), direction);
            let with_value = || {
                let mut outputs = vec![self.value];
                outputs.extend_from_slice(&self.gradient);
                outputs
            };
            match task {
                Task::ValueOfPoints | Task::ValueOfRows => Program::compile(&self.graph, &[self.value], &supply),
                Task::GradientOfPoints | Task::GradientOfRows => Program::compile(&self.graph, &with_value(), &supply),
                Task::HvpOfDirections | Task::HvpOfRows => {
                    let (graph, outputs) = self.hvp_graph();
                    Program::compile(graph, outputs, &supply)
                }
            }
        })
    }
}
