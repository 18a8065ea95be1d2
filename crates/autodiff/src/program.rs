//! A graph compiled for the lane executor: straight-line code over reused slots, in which sums of products with
//! shared factors are small matrix products, and outer products are summed over the lanes.

use crate::graph::{Binary, Graph, Node, Op, Unary};
use crate::schedule::{Plan, Step, plan};
use crate::sums::Sums;

/// How the executor is given an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Supply {
    /// One number per lane.
    Lane,
    /// One number for all lanes.
    Shared,
    /// One number for all lanes that changes while the others stay: what depends on it is the second stage.
    Late,
}

/// Where an operand is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A slot: one number per lane.
    Lane(u32),
    /// An entry of the shared table: a constant, a shared input, or a result of the prologue.
    Shared(u32),
}

/// One instruction: an operation, its operands and where the result goes (a slot in a body, an entry in a prologue).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Instruction {
    Copy(Place, u32),
    Unary(Unary, Place, u32),
    /// Sine and cosine of one angle.
    SinCos(Place, u32, u32),
    Binary(Binary, Place, Place, u32),
    MulAdd(Place, Place, Place, u32),
    /// `c - a * b`
    NegMulAdd(Place, Place, Place, u32),
    Select(Place, Place, Place, u32),
    /// Position in [`Program::folds`].
    Fold(u32),
    /// Position in [`Program::contractions`].
    Contract(u32),
}

/// Outputs computed together by a [`Fold`] at most.
pub(crate) const TILE: usize = 6;

/// A small matrix product: `to_o = init_o + sum over terms of table[base + o per_output + t per_term] * slot_t`, each
/// sum fused from left to right.
#[derive(Clone, Debug)]
pub(crate) struct Fold {
    pub to: [u32; TILE],
    /// Outputs, 1 to [`TILE`].
    pub outputs: usize,
    /// `None`: the first term is a product without addend.
    pub init: [Option<Place>; TILE],
    pub base: u32,
    pub per_output: i32,
    pub per_term: i32,
    /// Slots of the terms, a range of [`Program::slot_lists`].
    pub terms: (u32, u32),
}

/// An outer product to be summed over the lanes: ranges of [`Program::slot_lists`], and the first of the
/// `left x right` sums.
#[derive(Clone, Debug)]
pub(crate) struct Contraction {
    pub left: (u32, u32),
    pub right: (u32, u32),
    pub first: u32,
    /// Whether only sums on and below the diagonal are wanted.
    pub is_lower: bool,
}

/// What is run each time one kind of input has changed.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    /// Scalar code over the shared table.
    pub prologue: Vec<Instruction>,
    /// `(from, to)` entries copied after it, so that a fold finds its factors at regular distances.
    pub packs: Vec<(u32, u32)>,
    /// Code over all lanes.
    pub body: Vec<Instruction>,
}

/// Arithmetic in one lane: what the cost laws count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Floating-point operations; a fused multiply-add is two.
    pub flops: u64,
    /// Calls of elementary functions; a sine with the cosine of the same angle is one.
    pub functions: u64,
}

impl Cost {
    /// So many times this.
    pub fn times(self, count: u64) -> Self {
        Cost { flops: self.flops * count, functions: self.functions * count }
    }

    /// This and another.
    pub fn plus(self, other: Self) -> Self {
        Cost { flops: self.flops + other.flops, functions: self.functions + other.functions }
    }
}

impl std::iter::Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Cost::default(), Cost::plus)
    }
}

/// Straight-line code for some outputs and sums of a graph.
///
/// What depends on shared inputs only is computed by scalar prologues; the bodies run over all lanes. Inputs given per
/// lane occupy the first slots, in input order, and are never overwritten; outputs occupy the slots after them.
#[derive(Debug)]
pub(crate) struct Program {
    /// What does not depend on late inputs, and what does.
    pub stages: [Stage; 2],
    pub folds: Vec<Fold>,
    pub contractions: Vec<Contraction>,
    pub slot_lists: Vec<u32>,
    /// Slots, those of lane inputs and outputs included.
    pub slots: usize,
    pub lane_inputs: usize,
    pub outputs: usize,
    /// Slots that hold a constant in every lane.
    pub filled: Vec<(u32, f64)>,
    /// Number of sums.
    pub sums: usize,
    /// The shared table before execution: shared inputs (to be filled in), constants, room for the prologues.
    pub table: Vec<f64>,
    /// Per input: its slot (lane) or table entry (shared).
    pub inputs: Vec<Place>,
    /// Arithmetic of the bodies, per lane.
    pub cost: Cost,
    /// Arithmetic of the prologues.
    pub shared_cost: Cost,
}

impl Program {
    /// Compiles `outputs` and `sums`; `supply[i]` says how input i will be given.
    pub fn compile(graph: &Graph, outputs: &[Node], sums: &Sums, supply: &[Supply]) -> Self {
        let plan = plan(graph, outputs, sums, supply);
        Assembler::new(graph, outputs, sums, supply, &plan).assemble(&plan)
    }

    /// Arithmetic of one lane with all that it shares.
    pub fn whole_cost(&self) -> Cost {
        self.cost.plus(self.shared_cost)
    }

    /// Panics unless every place an instruction names exists: what the executor's unchecked accesses rely on.
    fn validate(&self) {
        let slot = |slot: u32| assert!((slot as usize) < self.slots, "slot {slot} of {}", self.slots);
        let entry = |entry: u32| assert!((entry as usize) < self.table.len(), "entry {entry}");
        let place = |place: Place| match place {
            Place::Lane(at) => slot(at),
            Place::Shared(at) => entry(at),
        };
        let list = |(from, to): (u32, u32)| self.slot_lists[from as usize..to as usize].iter().for_each(|&at| slot(at));
        for instruction in self.stages.iter().flat_map(|stage| &stage.body) {
            match *instruction {
                Instruction::Copy(a, to) | Instruction::Unary(_, a, to) => {
                    place(a);
                    slot(to);
                }
                Instruction::SinCos(a, sin, cos) => {
                    place(a);
                    [sin, cos].into_iter().for_each(slot);
                }
                Instruction::Binary(_, a, b, to) => {
                    [a, b].into_iter().for_each(place);
                    slot(to);
                }
                Instruction::MulAdd(a, b, c, to)
                | Instruction::NegMulAdd(a, b, c, to)
                | Instruction::Select(a, b, c, to) => {
                    [a, b, c].into_iter().for_each(place);
                    slot(to);
                }
                Instruction::Fold(at) => {
                    let fold = &self.folds[at as usize];
                    assert!((1..=TILE).contains(&fold.outputs) && fold.terms.0 < fold.terms.1, "a fold of something");
                    list(fold.terms);
                    for o in 0..fold.outputs {
                        slot(fold.to[o]);
                        fold.init[o].into_iter().for_each(place);
                        for t in [0, fold.terms.1 - fold.terms.0 - 1] {
                            let along = o as i64 * i64::from(fold.per_output) + i64::from(t) * i64::from(fold.per_term);
                            entry(u32::try_from(i64::from(fold.base) + along).expect("a table entry"));
                        }
                    }
                }
                Instruction::Contract(at) => {
                    let Contraction { left, right, first, .. } = self.contractions[at as usize];
                    [left, right].into_iter().for_each(list);
                    let count = (left.1 - left.0) as usize * (right.1 - right.0) as usize;
                    assert!(first as usize + count <= self.sums, "sums of an outer product");
                }
            }
        }
    }
}

/// Turns planned steps into instructions: gives every value its place.
struct Assembler<'a> {
    graph: &'a Graph,
    sums: &'a Sums,
    outputs: &'a [Node],
    places: Vec<Option<Place>>,
    /// Slots of row-free values that an outer product reads.
    broadcast: Vec<(Node, u32)>,
    pinned: Vec<bool>,
    /// Of each node: position after the last step that reads it.
    last_use: Vec<usize>,
    free: Vec<u32>,
    program: Program,
}

impl<'a> Assembler<'a> {
    fn new(graph: &'a Graph, outputs: &'a [Node], sums: &'a Sums, supply: &[Supply], plan: &Plan) -> Self {
        let (mut lane_inputs, mut table) = (0, Vec::new());
        let inputs = supply
            .iter()
            .map(|supply| match supply {
                Supply::Lane => {
                    lane_inputs += 1;
                    Place::Lane(lane_inputs - 1)
                }
                Supply::Shared | Supply::Late => {
                    table.push(f64::NAN);
                    Place::Shared(table.len() as u32 - 1)
                }
            })
            .collect();
        let count = plan.count;
        let mut last_use = vec![0; count];
        let first_late = plan.steps[0].len();
        let mut born = vec![0; count];
        for (position, step) in plan.steps.iter().flatten().enumerate() {
            step.results(|node| born[node.at()] = position);
            step.operands(graph, sums, |node| {
                // The second stage may run again: what it reads of the first stays.
                let is_kept = position >= first_late && born[node.at()] < first_late;
                last_use[node.at()] = if is_kept { usize::MAX } else { position.max(last_use[node.at()]) };
            });
        }
        Assembler {
            graph,
            sums,
            outputs,
            places: vec![None; count],
            broadcast: Vec::new(),
            pinned: vec![false; count],
            last_use,
            free: Vec::new(),
            program: Program {
                stages: [Stage::default(), Stage::default()],
                folds: Vec::new(),
                contractions: Vec::new(),
                slot_lists: Vec::new(),
                slots: lane_inputs as usize + outputs.len(),
                lane_inputs: lane_inputs as usize,
                outputs: outputs.len(),
                filled: Vec::new(),
                sums: sums.len,
                table,
                inputs,
                cost: Cost::default(),
                shared_cost: Cost::default(),
            },
        }
    }

    fn assemble(mut self, plan: &Plan) -> Program {
        self.place_shared(plan);
        self.pin_outputs(plan);
        let mut position = 0;
        for stage in 0..2 {
            for step in &plan.steps[stage] {
                self.step(stage, position, step);
                position += 1;
            }
        }
        for (k, &node) in self.outputs.iter().enumerate() {
            let to = (self.program.lane_inputs + k) as u32;
            let from = self.place(node);
            if from != Place::Lane(to) {
                self.program.stages[0].body.push(Instruction::Copy(from, to));
            }
        }
        self.program.validate();
        self.program
    }

    /// Places of inputs and constants, and the prologues.
    fn place_shared(&mut self, plan: &Plan) {
        for at in (0..plan.count).filter(|&at| plan.needed[at]) {
            let node = Node(at as u32);
            match self.graph.op(node) {
                Op::Input(i) => self.places[at] = Some(self.program.inputs[i as usize]),
                Op::Const(bits) => self.places[at] = Some(Place::Shared(self.entry(f64::from_bits(bits)))),
                op if !plan.is_lane[at] => {
                    let cost = Step::Single(node).cost(self.graph, self.sums);
                    self.program.shared_cost = self.program.shared_cost.plus(cost);
                    let to = self.entry(f64::NAN);
                    let of = |node: Node| self.places[node.at()].expect("operands come before their users");
                    let instruction = match op {
                        Op::Unary(function, a) => Instruction::Unary(function, of(a), to),
                        Op::Binary(function, a, b) => Instruction::Binary(function, of(a), of(b), to),
                        Op::MulAdd(a, b, c) => Instruction::MulAdd(of(a), of(b), of(c), to),
                        Op::Select(a, b, c) => Instruction::Select(of(a), of(b), of(c), to),
                        Op::Input(_) | Op::Const(_) => unreachable!("placed above"),
                    };
                    self.program.stages[usize::from(plan.is_late[at])].prologue.push(instruction);
                    self.places[at] = Some(Place::Shared(to));
                }
                _ => {}
            }
        }
    }

    fn entry(&mut self, value: f64) -> u32 {
        self.program.table.push(value);
        self.program.table.len() as u32 - 1
    }

    /// A lane value that is an output is computed where outputs are read.
    fn pin_outputs(&mut self, plan: &Plan) {
        for (k, node) in self.outputs.iter().enumerate() {
            let is_computed = plan.is_lane[node.at()] && !matches!(self.graph.op(*node), Op::Input(_));
            if is_computed && self.places[node.at()].is_none() {
                self.places[node.at()] = Some(Place::Lane((self.program.lane_inputs + k) as u32));
                self.pinned[node.at()] = true;
            }
        }
    }

    fn place(&self, node: Node) -> Place {
        self.places[node.at()].expect("operands come before their users")
    }

    fn take_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.program.slots += 1;
            self.program.slots as u32 - 1
        })
    }

    /// The slot a step writes its result to.
    fn result_slot(&mut self, node: Node) -> u32 {
        match self.places[node.at()] {
            Some(Place::Lane(slot)) => slot,
            _ => {
                let slot = self.take_slot();
                self.places[node.at()] = Some(Place::Lane(slot));
                slot
            }
        }
    }

    /// Gives back the slots of what a step read for the last time.
    fn release(&mut self, position: usize, step: &Step) {
        let mut done = Vec::new();
        let last_use = &self.last_use;
        step.operands(self.graph, self.sums, |node| {
            if last_use[node.at()] == position {
                done.push(node);
            }
        });
        done.sort_unstable();
        done.dedup();
        for node in done {
            let is_input = matches!(self.graph.op(node), Op::Input(_));
            if let Place::Lane(slot) = self.place(node)
                && !is_input
                && !self.pinned[node.at()]
            {
                self.free.push(slot);
            }
        }
    }

    fn step(&mut self, stage: usize, position: usize, step: &Step) {
        let cost = step.cost(self.graph, self.sums);
        self.program.cost = self.program.cost.plus(cost);
        let instruction = match step {
            Step::Single(node) => {
                // A result may take the slot of an operand: lanes are read before they are written.
                let op = self.graph.op(*node);
                self.release(position, step);
                let to = self.result_slot(*node);
                match op {
                    Op::Unary(function, a) => Instruction::Unary(function, self.place(a), to),
                    Op::Binary(function, a, b) => Instruction::Binary(function, self.place(a), self.place(b), to),
                    Op::MulAdd(a, b, c) => Instruction::MulAdd(self.place(a), self.place(b), self.place(c), to),
                    Op::Select(a, b, c) => Instruction::Select(self.place(a), self.place(b), self.place(c), to),
                    Op::Input(_) | Op::Const(_) => unreachable!("not computed"),
                }
            }
            Step::NegMulAdd { a, b, c, to } => {
                self.release(position, step);
                let to = self.result_slot(*to);
                Instruction::NegMulAdd(self.place(*a), self.place(*b), self.place(*c), to)
            }
            Step::SinCos { angle, sin, cos } => {
                let (sin, cos) = (self.result_slot(*sin), self.result_slot(*cos));
                self.release(position, step);
                Instruction::SinCos(self.place(*angle), sin, cos)
            }
            Step::Tile(chains) => {
                for chain in chains {
                    self.result_slot(chain.end);
                }
                self.folds(stage, &chains.iter().collect::<Vec<_>>(), 0);
                self.release(position, step);
                return;
            }
            Step::Product(at) => {
                let product = &self.sums.products[*at];
                let left = self.slot_list(stage, &product.left);
                let right = self.slot_list(stage, &product.right);
                let (first, is_lower) = (product.first as u32, product.is_lower);
                self.program.contractions.push(Contraction { left, right, first, is_lower });
                self.release(position, step);
                Instruction::Contract(self.program.contractions.len() as u32 - 1)
            }
        };
        self.program.stages[stage].body.push(instruction);
    }

    fn slot_list(&mut self, stage: usize, nodes: &[Node]) -> (u32, u32) {
        let slots: Vec<u32> = nodes.iter().map(|&node| self.lane_slot(stage, node)).collect();
        let from = self.program.slot_lists.len() as u32;
        self.program.slot_lists.extend(slots);
        (from, self.program.slot_lists.len() as u32)
    }

    /// A slot with the value in every lane, also of what does not differ between lanes.
    fn lane_slot(&mut self, stage: usize, node: Node) -> u32 {
        let entry = match self.place(node) {
            Place::Lane(slot) => return slot,
            Place::Shared(entry) => entry,
        };
        if let Some((_, slot)) = self.broadcast.iter().find(|(known, _)| *known == node) {
            return *slot;
        }
        self.program.slots += 1; // never a reused slot: it holds for all further steps
        let slot = self.program.slots as u32 - 1;
        self.broadcast.push((node, slot));
        match self.graph.constant_of(node) {
            Some(value) => self.program.filled.push((slot, value)),
            None => self.program.stages[stage].body.push(Instruction::Copy(Place::Shared(entry), slot)),
        }
        slot
    }

    /// Folds of chains that agree on their terms from `done` on as far as they go together, then of what is left.
    fn folds(&mut self, stage: usize, chains: &[&crate::schedule::Chain], done: usize) {
        let open: Vec<_> = chains.iter().copied().filter(|chain| chain.signals.len() > done).collect();
        let mut rest = &open[..];
        while let Some((first, others)) = rest.split_first() {
            let alike = 1 + others.iter().take_while(|chain| chain.signals[done] == first.signals[done]).count();
            let (group, after) = rest.split_at(alike);
            let shared = |a: &[Node], b: &[Node]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
            let end = group.iter().map(|chain| done + shared(&chain.signals[done..], &first.signals[done..])).min();
            let end = end.expect("a group is not empty");
            self.fold(stage, group, done, end);
            self.folds(stage, group, end);
            rest = after;
        }
    }

    /// One fold: terms `begin..end` of chains that have the same signals there.
    fn fold(&mut self, stage: usize, chains: &[&crate::schedule::Chain], begin: usize, end: usize) {
        let (mut to, mut init) = ([0; TILE], [None; TILE]);
        for (o, chain) in chains.iter().enumerate() {
            let Place::Lane(slot) = self.place(chain.end) else { unreachable!("a chain is computed in lanes") };
            to[o] = slot;
            init[o] = if begin > 0 { Some(Place::Lane(slot)) } else { chain.init.map(|node| self.place(node)) };
        }
        let entry = |this: &Self, o: usize, t: usize| match this.place(chains[o].factors[begin + t]) {
            Place::Shared(entry) => entry,
            Place::Lane(_) => unreachable!("factors are shared"),
        };
        let (outputs, terms) = (chains.len(), end - begin);
        let base = entry(self, 0, 0);
        let distance = |to: u32| i64::from(to) - i64::from(base);
        let per_output = if outputs > 1 { distance(entry(self, 1, 0)) } else { 0 };
        let per_term = if terms > 1 { distance(entry(self, 0, 1)) } else { 0 };
        let is_regular = (0..outputs)
            .all(|o| (0..terms).all(|t| distance(entry(self, o, t)) == o as i64 * per_output + t as i64 * per_term));
        let (base, per_output, per_term) = if is_regular {
            (base, per_output as i32, per_term as i32)
        } else {
            let packed = self.program.table.len() as u32;
            for t in 0..terms {
                for (o, chain) in chains.iter().enumerate() {
                    let from = entry(self, o, t);
                    let constant = self.graph.constant_of(chain.factors[begin + t]);
                    let to = self.entry(constant.unwrap_or(f64::NAN));
                    if constant.is_none() {
                        self.program.stages[stage].packs.push((from, to));
                    }
                }
            }
            (packed, 1, outputs as i32)
        };
        let terms = self.slot_list(stage, &chains[0].signals[begin..end]);
        self.program.folds.push(Fold { to, outputs, init, base, per_output, per_term, terms });
        let at = self.program.folds.len() as u32 - 1;
        self.program.stages[stage].body.push(Instruction::Fold(at));
    }
}
