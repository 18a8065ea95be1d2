//! A graph compiled for the lane executor: straight-line code over reused slots, in which sums of products with
//! shared factors are small matrix products, and outer products are summed over the lanes.

use rustc_hash::FxHashMap;

use crate::graph::{Binary, Graph, Node, Op, Unary};
use crate::schedule::{Chain, Plan, Step, plan};
use crate::sums::{OuterProduct, Sums, stride};

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

/// Where a value is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A slot: one number per lane.
    Lane(u32),
    /// An entry of the shared table: a constant, a shared input, or a result of the prologue.
    Shared(u32),
}

/// One instruction: an operation, its operands and, last, where the result goes. All are slots in a body and entries of
/// the shared table in a prologue.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Instruction {
    /// From an entry of the shared table to every lane of a slot.
    Fill(u32, u32),
    Copy(u32, u32),
    Unary(Unary, u32, u32),
    /// Sine and cosine of one angle.
    SinCos(u32, u32, u32),
    Binary(Binary, u32, u32, u32),
    MulAdd(u32, u32, u32, u32),
    /// `c - a * b`
    NegMulAdd(u32, u32, u32, u32),
    Select(u32, u32, u32, u32),
    /// Position in [`Parts::dots`].
    Dot(u32),
    /// Position in [`Parts::folds`].
    Fold(u32),
    /// Position in [`Parts::panels`].
    Panel(u32),
    /// Position in [`Parts::contractions`].
    Contract(u32),
}

/// A range of [`Parts::lists`].
pub(crate) type List = (u32, u32);

/// `to = init + sum over terms of slot_a slot_b`, fused from left to right.
#[derive(Clone, Debug)]
pub(crate) struct Dot {
    pub to: u32,
    /// `None`: the first term is a product without addend.
    pub init: Option<u32>,
    pub a: List,
    pub b: List,
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
    pub terms: List,
}

/// Slots transposed: the values of one lane next to each other, lane after lane, `stride` apart, from slot `to` on.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    pub slots: List,
    pub stride: usize,
    pub to: u32,
}

/// An outer product to be summed over the lanes: left slots, a [`Panel`], and the first of its sums.
#[derive(Clone, Debug)]
pub(crate) struct Contraction {
    pub left: List,
    pub panel: u32,
    pub first: u32,
    /// Whether only sums on and below the diagonal are wanted.
    pub is_lower: bool,
    /// Whether no product before it adds to these sums.
    pub is_first: bool,
}

/// The operands of instructions that have many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub dots: Vec<Dot>,
    pub folds: Vec<Fold>,
    pub panels: Vec<Panel>,
    pub contractions: Vec<Contraction>,
    pub lists: Vec<u32>,
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
    pub parts: Parts,
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

    /// The bodies and their parts with every slot multiplied by the number of lanes: where its lanes begin.
    pub fn at_width(&self, width: usize) -> ([Vec<Instruction>; 2], Parts) {
        let width = u32::try_from(width).expect("some lanes");
        let at = |slot: u32| slot.checked_mul(width).expect("fewer than 2^32 numbers in all lanes");
        let place = |place: Place| match place {
            Place::Lane(slot) => Place::Lane(at(slot)),
            shared => shared,
        };
        let instruction = |instruction: &Instruction| match *instruction {
            Instruction::Fill(entry, to) => Instruction::Fill(entry, at(to)),
            Instruction::Copy(a, to) => Instruction::Copy(at(a), at(to)),
            Instruction::Unary(function, a, to) => Instruction::Unary(function, at(a), at(to)),
            Instruction::SinCos(a, sin, cos) => Instruction::SinCos(at(a), at(sin), at(cos)),
            Instruction::Binary(function, a, b, to) => Instruction::Binary(function, at(a), at(b), at(to)),
            Instruction::MulAdd(a, b, c, to) => Instruction::MulAdd(at(a), at(b), at(c), at(to)),
            Instruction::NegMulAdd(a, b, c, to) => Instruction::NegMulAdd(at(a), at(b), at(c), at(to)),
            Instruction::Select(a, b, c, to) => Instruction::Select(at(a), at(b), at(c), at(to)),
            part => part,
        };
        let bodies = [0, 1].map(|stage| self.stages[stage].body.iter().map(instruction).collect());
        let mut parts = self.parts.clone();
        for dot in &mut parts.dots {
            (dot.to, dot.init) = (at(dot.to), dot.init.map(at));
        }
        for fold in &mut parts.folds {
            (fold.to, fold.init) = (fold.to.map(at), fold.init.map(|init| init.map(place)));
        }
        parts.panels.iter_mut().for_each(|panel| panel.to = at(panel.to));
        parts.lists.iter_mut().for_each(|slot| *slot = at(*slot));
        (bodies, parts)
    }

    /// Panics unless every place an instruction names exists: what the executor's unchecked accesses rely on.
    fn validate(&self) {
        let Parts { dots, folds, panels, contractions, lists } = &self.parts;
        let slot = |slot: u32| assert!((slot as usize) < self.slots, "slot {slot} of {}", self.slots);
        let entry = |entry: u32| assert!((entry as usize) < self.table.len(), "entry {entry}");
        let list = |(from, to): List| lists[from as usize..to as usize].iter().for_each(|&at| slot(at));
        for instruction in self.stages.iter().flat_map(|stage| &stage.body) {
            match *instruction {
                Instruction::Fill(from, to) => {
                    entry(from);
                    slot(to);
                }
                Instruction::Copy(a, to) | Instruction::Unary(_, a, to) => [a, to].into_iter().for_each(slot),
                Instruction::SinCos(a, b, to) | Instruction::Binary(_, a, b, to) => {
                    [a, b, to].into_iter().for_each(slot)
                }
                Instruction::MulAdd(a, b, c, to)
                | Instruction::NegMulAdd(a, b, c, to)
                | Instruction::Select(a, b, c, to) => [a, b, c, to].into_iter().for_each(slot),
                Instruction::Dot(at) => {
                    let Dot { to, init, a, b } = dots[at as usize];
                    [a, b].into_iter().for_each(list);
                    init.into_iter().chain([to]).for_each(slot);
                    assert!(a.0 < a.1 && a.1 - a.0 == b.1 - b.0, "as many factors as signals");
                }
                Instruction::Fold(at) => {
                    let fold = &folds[at as usize];
                    assert!((1..=TILE).contains(&fold.outputs) && fold.terms.0 < fold.terms.1, "a fold of something");
                    list(fold.terms);
                    for o in 0..fold.outputs {
                        slot(fold.to[o]);
                        match fold.init[o] {
                            None => {}
                            Some(Place::Lane(at)) => slot(at),
                            Some(Place::Shared(at)) => entry(at),
                        }
                        for t in [0, fold.terms.1 - fold.terms.0 - 1] {
                            let along = o as i64 * i64::from(fold.per_output) + i64::from(t) * i64::from(fold.per_term);
                            entry(u32::try_from(i64::from(fold.base) + along).expect("a table entry"));
                        }
                    }
                }
                Instruction::Panel(at) => {
                    let Panel { slots, stride, to } = panels[at as usize];
                    list(slots);
                    assert!((slots.1 - slots.0) as usize <= stride, "a panel wide enough");
                    [to, to + stride as u32 - 1].into_iter().for_each(slot);
                }
                Instruction::Contract(at) => {
                    let Contraction { left, panel, first, .. } = contractions[at as usize];
                    list(left);
                    let sums = (left.1 - left.0) as usize * panels[panel as usize].stride;
                    assert!(first as usize + sums <= self.sums, "sums of an outer product");
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
    /// Slots of shared values that are read lane by lane.
    broadcast: FxHashMap<Node, u32>,
    /// Panels by the nodes they hold.
    panels: FxHashMap<&'a [Node], u32>,
    pinned: Vec<bool>,
    is_late: Vec<bool>,
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
            broadcast: FxHashMap::default(),
            panels: FxHashMap::default(),
            pinned: vec![false; count],
            is_late: plan.is_late.clone(),
            last_use,
            free: Vec::new(),
            program: Program {
                stages: [Stage::default(), Stage::default()],
                parts: Parts::default(),
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
            match self.place(node) {
                Place::Lane(from) if from == to => {}
                Place::Lane(from) => self.program.stages[0].body.push(Instruction::Copy(from, to)),
                Place::Shared(entry) => self.program.stages[0].body.push(Instruction::Fill(entry, to)),
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
                    let of = |node: Node| match self.places[node.at()] {
                        Some(Place::Shared(entry)) => entry,
                        _ => unreachable!("what is shared depends on what is shared"),
                    };
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
                let op = self.graph.op(*node);
                let slots: Vec<u32> = op.operands().map(|operand| self.lane_slot(operand)).collect();
                // The result may take the slot of an operand: lanes are read before they are written.
                self.release(position, step);
                let to = self.result_slot(*node);
                match op {
                    Op::Unary(function, _) => Instruction::Unary(function, slots[0], to),
                    Op::Binary(function, ..) => Instruction::Binary(function, slots[0], slots[1], to),
                    Op::MulAdd(..) => Instruction::MulAdd(slots[0], slots[1], slots[2], to),
                    Op::Select(..) => Instruction::Select(slots[0], slots[1], slots[2], to),
                    Op::Input(_) | Op::Const(_) => unreachable!("not computed"),
                }
            }
            Step::NegMulAdd { a, b, c, to } => {
                let [a, b, c] = [*a, *b, *c].map(|operand| self.lane_slot(operand));
                self.release(position, step);
                Instruction::NegMulAdd(a, b, c, self.result_slot(*to))
            }
            Step::SinCos { angle, sin, cos } => {
                let angle = self.lane_slot(*angle);
                let (sin, cos) = (self.result_slot(*sin), self.result_slot(*cos));
                self.release(position, step);
                Instruction::SinCos(angle, sin, cos)
            }
            Step::Dot(chain) => {
                let (a, b) = (self.list(&chain.factors), self.list(&chain.signals));
                let init = chain.init.map(|node| self.lane_slot(node));
                let to = self.result_slot(chain.end);
                self.release(position, step);
                self.program.parts.dots.push(Dot { to, init, a, b });
                Instruction::Dot(self.program.parts.dots.len() as u32 - 1)
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
                let OuterProduct { left, right, first, is_lower } = &self.sums.products[*at];
                let panel = self.panel(stage, right);
                let left = self.list(left);
                let (first, is_lower) = (*first as u32, *is_lower);
                let contractions = &mut self.program.parts.contractions;
                let is_first = contractions.iter().all(|other| other.first != first);
                contractions.push(Contraction { left, panel, first, is_lower, is_first });
                self.release(position, step);
                Instruction::Contract(self.program.parts.contractions.len() as u32 - 1)
            }
        };
        self.program.stages[stage].body.push(instruction);
    }

    fn list(&mut self, nodes: &[Node]) -> List {
        let slots: Vec<u32> = nodes.iter().map(|&node| self.lane_slot(node)).collect();
        let from = self.program.parts.lists.len() as u32;
        self.program.parts.lists.extend(slots);
        (from, self.program.parts.lists.len() as u32)
    }

    /// Slots that are never reused: what they hold is good for all further steps.
    fn keep_slots(&mut self, count: usize) -> u32 {
        self.program.slots += count;
        (self.program.slots - count) as u32
    }

    /// A slot with the value in every lane, also of what does not differ between lanes.
    fn lane_slot(&mut self, node: Node) -> u32 {
        let entry = match self.place(node) {
            Place::Lane(slot) => return slot,
            Place::Shared(entry) => entry,
        };
        if let Some(slot) = self.broadcast.get(&node) {
            return *slot;
        }
        let slot = self.keep_slots(1);
        self.broadcast.insert(node, slot);
        match self.graph.constant_of(node) {
            Some(value) => self.program.filled.push((slot, value)),
            None => {
                let made_in = usize::from(self.is_late[node.at()]);
                self.program.stages[made_in].body.push(Instruction::Fill(entry, slot));
            }
        }
        slot
    }

    /// The panel of these nodes; made in the first stage if it can be.
    fn panel(&mut self, stage: usize, nodes: &'a [Node]) -> u32 {
        if let Some(panel) = self.panels.get(nodes) {
            return *panel;
        }
        let made_in = if nodes.iter().any(|node| self.is_late[node.at()]) { stage } else { 0 };
        let (slots, stride) = (self.list(nodes), stride(nodes.len()));
        let to = self.keep_slots(stride);
        let panel = self.program.parts.panels.len() as u32;
        self.program.parts.panels.push(Panel { slots, stride, to });
        self.panels.insert(nodes, panel);
        self.program.stages[made_in].body.push(Instruction::Panel(panel));
        panel
    }

    /// Folds of chains that agree on their terms from `done` on as far as they go together, then of what is left.
    fn folds(&mut self, stage: usize, chains: &[&Chain], done: usize) {
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
    fn fold(&mut self, stage: usize, chains: &[&Chain], begin: usize, end: usize) {
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
        let terms = self.list(&chains[0].signals[begin..end]);
        self.program.parts.folds.push(Fold { to, outputs, init, base, per_output, per_term, terms });
        let at = self.program.parts.folds.len() as u32 - 1;
        self.program.stages[stage].body.push(Instruction::Fold(at));
    }
}
