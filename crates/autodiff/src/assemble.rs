//! From planned steps to a program: every value gets its place, sums of products their tables and panels.

use rustc_hash::FxHashMap;

use crate::columns::Columns;
use crate::graph::{Graph, Node, Op};
use crate::program::{
    Contraction, Cost, Dot, Fold, Instruction, Layer, List, Panel, Parts, Place, Program, Stage, Supply, TILE, Turn,
};
use crate::schedule::{Chain, Plan, Signal, Step};
use crate::sums::{OuterProduct, Sums, padded, stride};

/// The program of a plan.
pub(crate) fn assemble(graph: &Graph, outputs: &[Node], sums: &Sums, supply: &[Supply], plan: &Plan) -> Program {
    Assembler::new(graph, outputs, sums, supply, plan).assemble(plan)
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
    row: Columns,
    /// Whether a column of the row is read from its slot.
    is_gathered: Vec<bool>,
    program: Program,
}

impl<'a> Assembler<'a> {
    fn new(graph: &'a Graph, outputs: &'a [Node], sums: &'a Sums, supply: &[Supply], plan: &Plan) -> Self {
        let (mut lane_inputs, mut table) = (0, Vec::new());
        let inputs = supply
            .iter()
            .map(|supply| match supply {
                Supply::Lane | Supply::Row => {
                    lane_inputs += 1;
                    Place::Lane(lane_inputs - 1)
                }
                Supply::Shared | Supply::Late => {
                    table.push(f64::NAN);
                    Place::Shared(table.len() as u32 - 1)
                }
            })
            .collect();
        let mut stages = [Stage::default(), Stage::default()];
        for (stage, kind) in stages.iter_mut().zip([Supply::Shared, Supply::Late]) {
            let before = |supply: &&Supply| matches!(supply, Supply::Shared | Supply::Late);
            stage.inputs = supply.iter().filter(|&&supply| supply == kind).count();
            stage.inputs_at = supply.iter().take_while(|&&supply| supply != kind).filter(before).count() as u32;
        }
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
            row: plan.row.clone(),
            is_gathered: vec![false; plan.row.0.len()],
            program: Program {
                stages,
                parts: Parts::default(),
                slots: lane_inputs as usize + outputs.len(),
                lane_inputs: lane_inputs as usize,
                row: plan.row.0.len(),
                gathered: Vec::new(),
                outputs: outputs.len(),
                filled: Vec::new(),
                sums: sums.len,
                table,
                own_entries: 0,
                carried: Vec::new(),
                inputs,
                cost: Cost::default(),
                shared_cost: Cost::default(),
            },
        }
    }

    fn assemble(mut self, plan: &Plan) -> Program {
        self.place_shared(plan);
        self.program.own_entries = self.program.table.len();
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
        self.program.gathered = ranges(&self.is_gathered);
        let [first, second] = [0, 1].map(|stage| self.program.entries_read(stage));
        let is_read: Vec<bool> = first.iter().zip(&second).map(|(a, b)| a | b).collect();
        for stage in &mut self.program.stages {
            stage.kept = ranges(&is_read[stage.inputs_at as usize..][..stage.inputs]);
        }
        let is_new = self.program.entries_written(1);
        self.program.carried = ranges(&second.iter().zip(is_new).map(|(read, new)| read & !new).collect::<Vec<_>>());
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
                let (a, b) = (self.list(&chain.factors), self.signals(&chain.signals).0);
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
            Step::Layer(chains) => {
                let layer = self.layer(stage, chains);
                self.program.parts.layers.push(layer);
                Instruction::Layer(self.program.parts.layers.len() as u32 - 1)
            }
            Step::Product(at) => {
                let OuterProduct { left, right, first, is_lower } = &self.sums.products[*at];
                let panel = self.panel(stage, right);
                let left = self.list(left);
                let (first, is_lower, columns) = (*first as u32, *is_lower, right.len());
                let contractions = &mut self.program.parts.contractions;
                let is_first = contractions.iter().all(|other| other.first != first);
                contractions.push(Contraction {
                    left,
                    panel,
                    columns,
                    stride: stride(columns),
                    first,
                    is_lower,
                    is_first,
                });
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

    /// Slots of signals of one kind: of the values, or of both factors of the products.
    fn signals(&mut self, signals: &[Signal]) -> (List, List) {
        let values = |which: usize| signals.iter().map(|signal| signal.values()[which]).collect::<Vec<_>>();
        let others = if let Some(Signal::Product(..)) = signals.first() { values(1) } else { Vec::new() };
        (self.list(&values(0)), self.list(&others))
    }

    /// Slots that are never reused: what they hold is good for all further steps.
    fn keep_slots(&mut self, count: usize) -> u32 {
        self.program.slots += count;
        (self.program.slots - count) as u32
    }

    /// A slot with the value in every lane, also of what does not differ between lanes.
    fn lane_slot(&mut self, node: Node) -> u32 {
        let entry = match self.place(node) {
            Place::Lane(slot) => {
                if let Some(column) = self.row.of(self.graph, node) {
                    self.is_gathered[column] = true;
                }
                return slot;
            }
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
        let at = self.program.parts.panels.len() as u32;
        self.panels.insert(nodes, at);
        let panel = if let Some(column) = self.row.stretch(self.graph, nodes) {
            Panel::Row { column: column as u32 }
        } else if let [node] = nodes
            && matches!(self.place(*node), Place::Shared(_))
        {
            Panel::Same { slot: self.lane_slot(*node) }
        } else {
            let made_in = if nodes.iter().any(|node| self.is_late[node.at()]) { stage } else { 0 };
            let (slots, stride) = (self.list(nodes), stride(nodes.len()));
            let to = self.keep_slots(stride);
            self.program.stages[made_in].body.push(Instruction::Panel(at));
            Panel::Slots { slots, stride, to }
        };
        self.program.parts.panels.push(panel);
        at
    }

    /// A layer: its factors next to each other for every term, its outputs in slots next to each other.
    fn layer(&mut self, stage: usize, chains: &[Chain]) -> Layer {
        let (first, outputs) = (&chains[0], chains.len());
        let (terms, stride) = (first.signals.len(), padded(outputs));
        let entry = |this: &Self, node: Node| match this.place(node) {
            Place::Shared(entry) => entry,
            Place::Lane(_) => unreachable!("factors and addends are shared"),
        };
        let from = (entry(self, first.factors[0]) - self.program.stages[stage].inputs_at) as usize;
        let distance =
            chains.get(1).map_or(0, |chain| (entry(self, chain.factors[0]) - entry(self, first.factors[0])) as usize);
        let has_init = first.init.is_some();
        let base = self.program.table.len() as u32;
        let rows = terms + usize::from(has_init);
        self.program.table.resize(base as usize + rows * stride, 0.0);
        for (to, init) in (base..).zip(chains.iter().filter_map(|chain| chain.init)) {
            match self.graph.constant_of(init) {
                Some(value) => self.program.table[to as usize] = value,
                None => self.program.stages[stage].packs.push((entry(self, init), to)),
            }
        }
        let turned = base + (usize::from(has_init) * stride) as u32;
        let turn = Turn { from, rows: outputs, columns: terms, distance, to: turned, stride };
        self.program.stages[stage].turns.push(turn);
        let (scratch, to) = (self.keep_slots(stride), self.keep_slots(stride));
        for (slot, chain) in (to..).zip(chains) {
            self.places[chain.end.at()] = Some(Place::Lane(slot));
        }
        let column = self.row.of(self.graph, first.signals[0].values()[0]).expect("signals are columns") as u32;
        let (terms, outputs, stride) = (terms as u32, outputs as u32, stride as u32);
        Layer { column, terms, outputs, base, stride, has_init, scratch, to }
    }

    /// Folds of chains that agree on their terms from `done` on as far as they go together, then of what is left.
    fn folds(&mut self, stage: usize, chains: &[&Chain], done: usize) {
        let open: Vec<_> = chains.iter().copied().filter(|chain| chain.signals.len() > done).collect();
        let mut rest = &open[..];
        while let Some((first, others)) = rest.split_first() {
            let alike = 1 + others.iter().take_while(|chain| chain.signals[done] == first.signals[done]).count();
            let (group, after) = rest.split_at(alike);
            let is_alike = |a: Signal, b: Signal| std::mem::discriminant(&a) == std::mem::discriminant(&b);
            let shared = |chain: &Chain| {
                let pairs = chain.signals.iter().zip(&first.signals).skip(done);
                done + pairs.take_while(|(a, b)| a == b && is_alike(**a, first.signals[done])).count()
            };
            let end = group.iter().map(|chain| shared(chain)).min().expect("a group is not empty");
            self.fold(stage, group, done, end);
            self.folds(stage, group, end);
            rest = after;
        }
    }

    /// One fold: terms `begin..end` of chains that have the same signals there, of one kind.
    fn fold(&mut self, stage: usize, chains: &[&Chain], begin: usize, end: usize) {
        let (mut to, mut init) = ([0; TILE], [None; TILE]);
        for (o, chain) in chains.iter().enumerate() {
            let Place::Lane(slot) = self.place(chain.end) else { unreachable!("a chain is computed in lanes") };
            to[o] = slot;
            init[o] = match chain.init {
                _ if begin > 0 => Some(Place::Lane(slot)),
                None => None,
                Some(node) => Some(match self.place(node) {
                    Place::Lane(_) => Place::Lane(self.lane_slot(node)),
                    shared => shared,
                }),
            };
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
        let (terms, others) = self.signals(&chains[0].signals[begin..end]);
        self.program.parts.folds.push(Fold { to, outputs, init, base, per_output, per_term, terms, others });
        let at = self.program.parts.folds.len() as u32 - 1;
        self.program.stages[stage].body.push(Instruction::Fold(at));
    }
}

/// `(first, count)` of what is true.
fn ranges(is_there: &[bool]) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for at in (0u32..).zip(is_there).filter(|(_, is_there)| **is_there).map(|(at, _)| at) {
        match ranges.last_mut() {
            Some((first, count)) if *first + *count == at => *count += 1,
            _ => ranges.push((at, 1)),
        }
    }
    ranges
}
