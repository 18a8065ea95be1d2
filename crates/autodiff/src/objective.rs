//! A function together with everything derived from it: its graph, derivative programs, data rows and surface.

use std::sync::{Arc, OnceLock};

use crate::columns::Columns;
use crate::curvature::{Block, Entries, Shares, entries, hessian_shares};
use crate::derive::{gradient, tangent};
use crate::encloser::Encloser;
use crate::evaluator::Evaluator;
use crate::geometry::Geometry;
use crate::graph::{Graph, Node};
use crate::points::Points;
use crate::program::{Cost, Program, Supply};
use crate::record::Sym;
use crate::rows::Rows;
use crate::simplify::{fuse, split};
use crate::sums::Sums;
use crate::units::{Unit, units};

/// A scalar function on R^dim (or on a surface in it) with its exact derivatives.
///
/// Immutable and shared by all threads; each thread evaluates through its own [`Evaluator`]. Programs are compiled when
/// first asked for.
#[derive(Debug)]
pub struct Objective {
    dim: usize,
    geometry: Geometry,
    pub(crate) body: Body,
}

/// A formula of x, or a mean over data rows.
#[derive(Debug)]
pub(crate) enum Body {
    Formula(Box<Formula>),
    Mean(Box<Mean>),
}

/// A function of x (inputs `0..dim`) with its gradient.
#[derive(Debug)]
pub(crate) struct Formula {
    pub dim: usize,
    pub graph: Graph,
    pub value: Node,
    pub gradient: Vec<Node>,
    programs: [OnceLock<Program>; 4],
    hessian: OnceLock<Option<HessianEntries>>,
}

/// The program of a Hessian's entries with their rows and columns.
type HessianEntries = (Program, Vec<(u32, u32)>);

/// What a program of a formula computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// The value; lanes are points.
    Value,
    /// Value and gradient; lanes are points.
    Gradient,
    /// The gradient without the value; lanes are points.
    GradientAlone,
    /// Hessian times direction at one point; lanes are directions.
    Directions,
}

/// The mean over data rows of a loss, plus what no row enters. Inputs are x (dim), then the row.
#[derive(Debug)]
pub(crate) struct Mean {
    pub dim: usize,
    pub rows: Arc<Rows>,
    graph: Graph,
    loss: Node,
    units: Option<Vec<Unit>>,
    /// The part that no row enters, such as weight decay.
    pub penalty: Option<Formula>,
    value: OnceLock<Summed>,
    gradient: OnceLock<Summed>,
    hvp: OnceLock<Summed>,
    hessian: OnceLock<Option<Blocks>>,
}

/// A program whose lanes are data rows, with the meaning of its sums.
#[derive(Debug)]
pub(crate) struct Summed {
    pub program: Program,
    /// `(first sum, first output, count)` of stretches in which outputs follow one another.
    pub stretches: Vec<(u32, u32, u32)>,
    /// Outputs that have a sum.
    pub outputs: usize,
}

/// The programs of a Hessian over data rows, and where its entries are found among their sums.
#[derive(Debug)]
pub(crate) struct Blocks {
    pub shares: Vec<Program>,
    /// The parameters of every unit.
    pub units: Vec<Vec<usize>>,
    /// Per parameter: its unit and its position there; `None` for one that the loss does not depend on.
    pub unit_of: Vec<Option<(usize, usize)>>,
    blocks: Vec<Option<Block>>,
}

impl Blocks {
    /// The block of two units, the first not before the second.
    pub fn block(&self, u: usize, v: usize) -> Option<Block> {
        self.blocks[u * (u + 1) / 2 + v]
    }
}

impl Objective {
    /// The function `f` of a point (dim,), recorded by running it once.
    pub fn formula<F>(dim: usize, f: F) -> Self
    where
        F: for<'g> FnOnce(&[Sym<'g>]) -> Sym<'g>,
    {
        assert!(dim > 0, "a function of at least one variable");
        let (graph, value) = Sym::record(dim, f);
        let (graph, value) = fuse(&graph, value);
        Objective { dim, geometry: Geometry::Flat, body: Body::Formula(Box::new(Formula::new(dim, graph, value))) }
    }

    /// The mean over all data rows of `f(x, row)`, recorded by running `f` once.
    pub fn over_rows<F>(dim: usize, rows: Arc<Rows>, f: F) -> Self
    where
        F: for<'g> FnOnce(&[Sym<'g>], &[Sym<'g>]) -> Sym<'g>,
    {
        assert!(dim > 0, "a function of at least one variable");
        let (graph, value) = Sym::record(dim + rows.width(), |inputs| {
            let (x, row) = inputs.split_at(dim);
            f(x, row)
        });
        let (mut graph, value) = fuse(&graph, value);
        let (free, loss) = split(&mut graph, value, dim);
        let penalty = free.map(|free| {
            let (graph, free) = fuse(&graph, free);
            Formula::new(dim, graph, free)
        });
        let (mut graph, loss) = fuse(&graph, loss);
        let units = units(&mut graph, loss, dim);
        let mean = Mean {
            dim,
            rows,
            graph,
            loss,
            units,
            penalty,
            value: OnceLock::new(),
            gradient: OnceLock::new(),
            hvp: OnceLock::new(),
            hessian: OnceLock::new(),
        };
        Objective { dim, geometry: Geometry::Flat, body: Body::Mean(Box::new(mean)) }
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
        match &self.body {
            Body::Formula(_) => None,
            Body::Mean(mean) => Some(&mean.rows),
        }
    }

    /// Number of data rows; 1 for a formula.
    pub fn row_count(&self) -> usize {
        self.rows().map_or(1, Rows::count)
    }

    /// Whether there are data rows to draw minibatches from.
    pub fn has_rows(&self) -> bool {
        self.rows().is_some()
    }

    /// The graph of the value (of one row's loss, for a mean, where the inputs are x, then the row) and its node.
    pub fn graph(&self) -> (&Graph, Node) {
        match &self.body {
            Body::Formula(formula) => (&formula.graph, formula.value),
            Body::Mean(mean) => (&mean.graph, mean.loss),
        }
    }

    /// The part of a mean that no data row enters and that is therefore computed once, as a graph of x.
    pub fn penalty_graph(&self) -> Option<(&Graph, Node)> {
        match &self.body {
            Body::Formula(_) => None,
            Body::Mean(mean) => mean.penalty.as_ref().map(|penalty| (&penalty.graph, penalty.value)),
        }
    }

    /// A workspace to evaluate in; make one per thread.
    pub fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(self)
    }

    /// A workspace whose values and gradients over data rows are computed in single precision, twice as many numbers
    /// at a time: x is rounded to `f32`, sums over many rows are double again. Second derivatives are refused, and a
    /// formula is evaluated as ever.
    pub fn single_precision_evaluator(&self) -> Evaluator<'_> {
        Evaluator::single_precision(self)
    }

    /// A workspace to enclose the function and its derivatives over boxes in, for proofs; make one per thread.
    pub fn encloser(&self) -> Encloser<'_> {
        Encloser::new(self)
    }

    /// Up to `count` points side by side with their values and gradients, resident where the function reads them: the
    /// fastest way to follow many points. As many lanes as the function's program should have, the fewest for `count`; a
    /// mean over data rows has one point.
    pub fn points(&self, count: usize) -> Points<'_> {
        Points::new(self, count, false)
    }

    /// The same in single precision over data rows, as [`Objective::single_precision_evaluator`].
    pub fn single_precision_points(&self, count: usize) -> Points<'_> {
        Points::new(self, count, true)
    }

    /// As [`Objective::points`] for a formula whose value is not asked for, so that it is not computed.
    pub fn points_without_values(&self, count: usize) -> Option<Points<'_>> {
        match &self.body {
            Body::Formula(formula) => Some(Points::without_values(self, formula, count)),
            Body::Mean(_) => None,
        }
    }

    /// Arithmetic of one value.
    pub fn value_cost(&self) -> Cost {
        match &self.body {
            Body::Formula(formula) => formula.program(Task::Value).cost,
            Body::Mean(mean) => mean.cost(&mean.value().program, Task::Value),
        }
    }

    /// Arithmetic of one value with its gradient.
    pub fn gradient_cost(&self) -> Cost {
        match &self.body {
            Body::Formula(formula) => formula.program(Task::Gradient).cost,
            Body::Mean(mean) => mean.cost(&mean.gradient().program, Task::Gradient),
        }
    }

    /// Arithmetic of one Hessian-vector product, linearisation included.
    pub fn hvp_cost(&self) -> Cost {
        match &self.body {
            Body::Formula(formula) => formula.program(Task::Directions).whole_cost(),
            Body::Mean(mean) => mean.cost(&mean.hvp().program, Task::Directions),
        }
    }

    /// Arithmetic of one Hessian.
    pub fn hessian_cost(&self) -> Cost {
        match &self.body {
            Body::Formula(formula) => formula.hessian_cost(),
            Body::Mean(mean) => {
                let rows = mean.rows.count() as u64;
                let shares = match mean.hessian() {
                    Some(blocks) => blocks.shares.iter().map(|share| share.cost.times(rows)).sum(),
                    None => mean.hvp().program.cost.times(rows * mean.dim as u64),
                };
                mean.penalty.iter().fold(shares, |sum: Cost, penalty| sum.plus(penalty.hessian_cost()))
            }
        }
    }
}

impl Formula {
    fn new(dim: usize, mut graph: Graph, value: Node) -> Self {
        let gradient = gradient(&mut graph, value, dim);
        Formula { dim, graph, value, gradient, programs: [const { OnceLock::new() }; 4], hessian: OnceLock::new() }
    }

    pub fn program(&self, task: Task) -> &Program {
        self.programs[task as usize].get_or_init(|| {
            let lanes = vec![Supply::Lane; self.dim];
            let compile = |outputs: &[Node]| Program::compile(&self.graph, outputs, &Sums::default(), &lanes);
            match task {
                Task::Value => compile(&[self.value]),
                Task::Gradient => compile(&[&[self.value], &self.gradient[..]].concat()),
                Task::GradientAlone => compile(&self.gradient),
                Task::Directions => {
                    let mut graph = self.graph.clone();
                    let zero = graph.constant(0.0);
                    let seeds: Vec<_> = (0..self.dim).map(|i| (graph.input(i), graph.input(self.dim + i))).collect();
                    let nodes = tangent(&mut graph, &self.gradient, &seeds);
                    let outputs: Vec<Node> = nodes.into_iter().map(|node| node.unwrap_or(zero)).collect();
                    let supply = [vec![Supply::Shared; self.dim], lanes].concat();
                    Program::compile(&graph, &outputs, &Sums::default(), &supply)
                }
            }
        })
    }

    /// The Hessian entry by entry, where it is written so.
    pub fn hessian(&self) -> Option<&HessianEntries> {
        let compile = || {
            let Entries { graph, at, nodes } = entries(&self.graph, &self.gradient)?;
            Some((Program::compile(&graph, &nodes, &Sums::default(), &vec![Supply::Lane; self.dim]), at))
        };
        self.hessian.get_or_init(compile).as_ref()
    }

    fn hessian_cost(&self) -> Cost {
        match self.hessian() {
            Some((program, _)) => program.cost,
            None => self.program(Task::Directions).cost.times(self.dim as u64),
        }
    }
}

impl Mean {
    pub fn value(&self) -> &Summed {
        self.value.get_or_init(|| {
            let mut graph = self.graph.clone();
            let sums = Sums::value(&mut graph, &self.row(), self.loss);
            self.summed(&graph, sums, 0)
        })
    }

    /// The value (output 0) and the gradient (outputs 1 ..).
    pub fn gradient(&self) -> &Summed {
        self.gradient.get_or_init(|| {
            let mut graph = self.graph.clone();
            let sums = Sums::gradient(&mut graph, &self.row(), self.loss, self.dim, self.units.as_deref());
            self.summed(&graph, sums, 0)
        })
    }

    /// Hessian times direction; the direction is late.
    pub fn hvp(&self) -> &Summed {
        self.hvp.get_or_init(|| {
            let mut graph = self.graph.clone();
            let sums = Sums::hvp(&mut graph, &self.row(), self.loss, self.dim, self.units.as_deref());
            self.summed(&graph, sums, self.dim)
        })
    }

    /// The Hessian in blocks, where the loss is made of units.
    pub fn hessian(&self) -> Option<&Blocks> {
        let compile = || {
            let units = self.units.as_deref()?;
            let mut graph = self.graph.clone();
            let Shares { sums, blocks } = hessian_shares(&mut graph, self.loss, units);
            let supply = self.supply(0);
            let shares = sums.iter().map(|sums| Program::compile(&graph, &[], sums, &supply)).collect();
            let mut unit_of = vec![None; self.dim];
            for (u, unit) in units.iter().enumerate() {
                unit.params.iter().enumerate().for_each(|(i, &param)| unit_of[param] = Some((u, i)));
            }
            Some(Blocks { shares, units: units.iter().map(|unit| unit.params.clone()).collect(), unit_of, blocks })
        };
        self.hessian.get_or_init(compile).as_ref()
    }

    /// The inputs that are a data row: those after x.
    fn row(&self) -> Columns {
        Columns(self.dim..self.dim + self.rows.width())
    }

    /// x, the row, and so many numbers of a direction.
    fn supply(&self, direction: usize) -> Vec<Supply> {
        [vec![Supply::Shared; self.dim], vec![Supply::Row; self.rows.width()], vec![Supply::Late; direction]].concat()
    }

    fn summed(&self, graph: &Graph, sums: Sums, direction: usize) -> Summed {
        let program = Program::compile(graph, &[], &sums, &self.supply(direction));
        let outputs = sums.stretches.iter().map(|&(_, _, count)| count as usize).sum();
        Summed { program, stretches: sums.stretches, outputs }
    }

    fn cost(&self, program: &Program, task: Task) -> Cost {
        let rows = program.cost.times(self.rows.count() as u64);
        self.penalty.iter().fold(rows, |sum, penalty| sum.plus(penalty.program(task).cost))
    }
}
