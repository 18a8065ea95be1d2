//! A graph compiled for the lane executor: straight-line code over reused slots, with a scalar prologue.

use crate::derive::reachable;
use crate::graph::{Binary, Graph, Node, Op, Unary};

/// How the executor is given an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Supply {
    /// One number per lane.
    Lane,
    /// One number for all lanes.
    Shared,
}

/// Where an operand is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A slot: one number per lane.
    Lane(u32),
    /// An entry of the shared table: a constant, a shared input, or a result of the prologue.
    Shared(u32),
}

/// One instruction's operation, with operands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Code {
    Unary(Unary, Place),
    Binary(Binary, Place, Place),
    MulAdd(Place, Place, Place),
    Select(Place, Place, Place),
}

/// One instruction: an operation and the slot (body) or table entry (prologue) it writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction {
    pub code: Code,
    pub to: u32,
}

/// Straight-line code for some outputs of a graph.
///
/// What depends on shared inputs only is computed once per execution by the scalar `prologue`; the `body` runs
/// over all lanes. Inputs given per lane occupy the first slots, in input order, and are never overwritten, so
/// that a caller may change one of them and run again.
#[derive(Debug)]
pub(crate) struct Program {
    pub prologue: Vec<Instruction>,
    pub body: Vec<Instruction>,
    pub outputs: Vec<Place>,
    /// Slots of the body, lane inputs included.
    pub slots: usize,
    /// The shared table before execution: shared inputs (to be filled in), constants, room for the prologue.
    pub table: Vec<f64>,
    /// Per input: its slot (lane) or table entry (shared).
    pub inputs: Vec<Place>,
}

impl Program {
    /// Compiles `outputs`; `supply[i]` says how input i will be given.
    pub fn compile(graph: &Graph, outputs: &[Node], supply: &[Supply]) -> Self {
        let count = outputs.iter().map(|node| node.at() + 1).max().unwrap_or(0);
        let needed = reachable(graph, outputs, count);
        let mut last_use = vec![0usize; count];
        for (at, op) in graph.nodes()[..count].iter().enumerate().filter(|&(at, _)| needed[at]) {
            for operand in op.operands() {
                last_use[operand.at()] = at;
            }
        }
        for output in outputs {
            last_use[output.at()] = usize::MAX;
        }

        let mut lane_inputs = 0;
        let mut table = Vec::new();
        let inputs: Vec<Place> = supply
            .iter()
            .map(|supply| match supply {
                Supply::Lane => {
                    lane_inputs += 1;
                    Place::Lane(lane_inputs - 1)
                }
                Supply::Shared => {
                    table.push(f64::NAN);
                    Place::Shared(table.len() as u32 - 1)
                }
            })
            .collect();

        let mut slots = Slots { free: Vec::new(), used: lane_inputs };
        let (mut prologue, mut body) = (Vec::new(), Vec::new());
        let mut places: Vec<Option<Place>> = vec![None; count];
        for at in (0..count).filter(|&at| needed[at]) {
            let op = graph.nodes()[at];
            let of = |node: Node| places[node.at()].expect("operands come before their users");
            let code = match op {
                Op::Input(i) => {
                    places[at] = Some(inputs[i as usize]);
                    continue;
                }
                Op::Const(bits) => {
                    table.push(f64::from_bits(bits));
                    places[at] = Some(Place::Shared(table.len() as u32 - 1));
                    continue;
                }
                Op::Unary(function, a) => Code::Unary(function, of(a)),
                Op::Binary(function, a, b) => Code::Binary(function, of(a), of(b)),
                Op::MulAdd(a, b, c) => Code::MulAdd(of(a), of(b), of(c)),
                Op::Select(a, b, c) => Code::Select(of(a), of(b), of(c)),
            };
            if op.operands().all(|node| matches!(of(node), Place::Shared(_))) {
                table.push(f64::NAN);
                let to = table.len() as u32 - 1;
                prologue.push(Instruction { code, to });
                places[at] = Some(Place::Shared(to));
                continue;
            }
            let mut done: Vec<Node> = op.operands().filter(|node| last_use[node.at()] == at).collect();
            done.sort();
            done.dedup();
            for node in done {
                if let Place::Lane(slot) = of(node)
                    && slot >= lane_inputs
                {
                    slots.release(slot);
                }
            }
            let to = slots.take();
            body.push(Instruction { code, to });
            places[at] = Some(Place::Lane(to));
        }
        let outputs = outputs.iter().map(|node| places[node.at()].expect("outputs are computed")).collect();
        Program { prologue, body, outputs, slots: slots.used as usize, table, inputs }
    }
}

/// Slots in use; a freed slot is the next one taken, while it is still in the cache.
struct Slots {
    free: Vec<u32>,
    used: u32,
}

impl Slots {
    fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.used += 1;
            self.used - 1
        })
    }

    fn release(&mut self, slot: u32) {
        self.free.push(slot);
    }
}
