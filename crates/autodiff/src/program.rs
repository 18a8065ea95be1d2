//! A graph compiled for the lane executor: straight-line code over reused slots, in which sums of products with
//! shared factors are small matrix products, and outer products are summed over the lanes.

use crate::assemble::assemble;
use crate::graph::{Binary, Graph, Node, Unary};
use crate::schedule::plan;
use crate::sums::{PADDING, Sums};

/// How the executor is given an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Supply {
    /// One number per lane.
    Lane,
    /// One number per lane, found in the data row of the lane.
    Row,
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
    /// Position in [`Parts::layers`].
    Layer(u32),
    /// Position in [`Parts::panels`]; of one in slots.
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

/// A small matrix product: `to_o = init_o + sum over terms of table[base + o per_output + t per_term] * signal_t`, each
/// sum fused from left to right. A signal is a slot, or the rounded product of two.
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
    /// The other slot of each signal; empty where a signal is one slot.
    pub others: List,
}

impl Fold {
    /// Table entry of the factor of output `o` and term `t`.
    fn entry(&self, o: usize, t: u32) -> u32 {
        let along = o as i64 * i64::from(self.per_output) + i64::from(t) * i64::from(self.per_term);
        u32::try_from(i64::from(self.base) + along).expect("a table entry")
    }
}

/// A matrix product over a stretch of the data rows, which are read where they are: output o is
/// `init_o + sum over terms of table[o + t stride] * row_(column + t)`, each sum fused from left to right.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub column: u32,
    pub terms: u32,
    pub outputs: u32,
    /// Table entry of the factors, term after term; before them the addends, where `has_init`.
    pub base: u32,
    /// Entries from one term to the next, and slots that are written: the outputs, and more that fill up vectors.
    pub stride: u32,
    /// `false`: the first term is a product without addend.
    pub has_init: bool,
    /// Slots for the outputs lane after lane.
    pub scratch: u32,
    /// First of the slots of the outputs.
    pub to: u32,
}

/// Numbers of each lane next to each other.
#[derive(Clone, Debug)]
pub(crate) enum Panel {
    /// Slots transposed: lane after lane, `stride` apart, from slot `to` on.
    Slots { slots: List, stride: usize, to: u32 },
    /// What stands in the data row of the lane from this column on.
    Row { column: u32 },
    /// A slot whose number is the same in all lanes.
    Same { slot: u32 },
}

/// An outer product to be summed over the lanes: left slots, a [`Panel`], and the first of its sums.
#[derive(Clone, Debug)]
pub(crate) struct Contraction {
    pub left: List,
    pub panel: u32,
    /// Numbers of the panel that take part.
    pub columns: usize,
    /// Sums from one left slot to the next.
    pub stride: usize,
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
    pub layers: Vec<Layer>,
    pub panels: Vec<Panel>,
    pub contractions: Vec<Contraction>,
    pub lists: Vec<u32>,
}

/// A matrix among the inputs of a stage, transposed into the shared table: row r of `columns` inputs, `distance` apart from
/// number `from` on, becomes column r of rows `stride` apart from entry `to` on.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub from: usize,
    pub rows: usize,
    pub columns: usize,
    pub distance: usize,
    pub to: u32,
    pub stride: usize,
}

/// What is run each time one kind of input has changed.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    /// Number of its inputs, and the table entry of the first.
    pub inputs: usize,
    pub inputs_at: u32,
    /// `(first, count)` of the inputs that are read from the table; the others are turned where they are given.
    pub kept: Vec<(u32, u32)>,
    /// Scalar code over the shared table.
    pub prologue: Vec<Instruction>,
    /// `(from, to)` entries copied after it, so that a fold finds its factors at regular distances.
    pub packs: Vec<(u32, u32)>,
    /// Factors of layers, put term after term.
    pub turns: Vec<Turn>,
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
    /// Numbers in a data row, the last of the lane inputs.
    pub row: usize,
    /// `(first, count)` of the columns that are read from slots; the others are read where the rows are.
    pub gathered: Vec<(u32, u32)>,
    pub outputs: usize,
    /// Slots that hold a constant in every lane.
    pub filled: Vec<(u32, f64)>,
    /// Number of sums.
    pub sums: usize,
    /// The shared table before execution: shared inputs (to be filled in), constants, room for the prologues, and for what is
    /// packed and turned.
    pub table: Vec<f64>,
    /// Entries of the table before those that are packed and turned.
    pub own_entries: usize,
    /// `(first, count)` of the entries that the second stage finds in the table after the first.
    pub carried: Vec<(u32, u32)>,
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
        let program = assemble(graph, outputs, sums, supply, &plan);
        program.validate();
        program
    }

    /// Arithmetic of one lane with all that it shares.
    pub fn whole_cost(&self) -> Cost {
        self.cost.plus(self.shared_cost)
    }

    /// Whether rows are read where they are.
    pub fn reads_rows(&self) -> bool {
        let is_of_rows = |panel: &Panel| matches!(panel, Panel::Row { .. });
        !self.parts.layers.is_empty() || self.parts.panels.iter().any(is_of_rows)
    }

    /// Whether each entry of the shared table is read by code of a stage.
    pub fn entries_read(&self, stage: usize) -> Vec<bool> {
        let mut is_read = vec![false; self.table.len()];
        let mut read = |entry: u32| is_read[entry as usize] = true;
        let stage = &self.stages[stage];
        for instruction in &stage.prologue {
            match *instruction {
                Instruction::Unary(_, a, _) => read(a),
                Instruction::Binary(_, a, b, _) => [a, b].into_iter().for_each(&mut read),
                Instruction::MulAdd(a, b, c, _) | Instruction::Select(a, b, c, _) => {
                    [a, b, c].into_iter().for_each(&mut read);
                }
                _ => unreachable!("not an instruction of a prologue"),
            }
        }
        stage.packs.iter().for_each(|&(from, _)| read(from));
        for instruction in &stage.body {
            match *instruction {
                Instruction::Fill(entry, _) => read(entry),
                Instruction::Fold(at) => {
                    let fold = &self.parts.folds[at as usize];
                    for o in 0..fold.outputs {
                        if let Some(Place::Shared(entry)) = fold.init[o] {
                            read(entry);
                        }
                        (0..fold.terms.1 - fold.terms.0).for_each(|t| read(fold.entry(o, t)));
                    }
                }
                Instruction::Layer(at) => {
                    let Layer { base, terms, stride, has_init, .. } = self.parts.layers[at as usize];
                    (base..base + (terms + u32::from(has_init)) * stride).for_each(&mut read);
                }
                _ => {}
            }
        }
        is_read
    }

    /// Whether each entry of the shared table is written by a stage.
    pub fn entries_written(&self, stage: usize) -> Vec<bool> {
        let mut is_written = vec![false; self.table.len()];
        let stage = &self.stages[stage];
        is_written[stage.inputs_at as usize..][..stage.inputs].fill(true);
        for instruction in &stage.prologue {
            match *instruction {
                Instruction::Unary(.., to)
                | Instruction::Binary(.., to)
                | Instruction::MulAdd(.., to)
                | Instruction::Select(.., to) => is_written[to as usize] = true,
                _ => unreachable!("not an instruction of a prologue"),
            }
        }
        stage.packs.iter().for_each(|&(_, to)| is_written[to as usize] = true);
        for turn in &stage.turns {
            is_written[turn.to as usize..][..turn.columns * turn.stride].fill(true);
        }
        is_written
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
        for layer in &mut parts.layers {
            (layer.scratch, layer.to) = (at(layer.scratch), at(layer.to));
        }
        for panel in &mut parts.panels {
            match panel {
                Panel::Slots { to: slot, .. } | Panel::Same { slot } => *slot = at(*slot),
                Panel::Row { .. } => {}
            }
        }
        parts.lists.iter_mut().for_each(|slot| *slot = at(*slot));
        (bodies, parts)
    }

    /// Panics unless every place an instruction names exists: what the executor's unchecked accesses rely on.
    fn validate(&self) {
        let Parts { dots, folds, layers, panels, contractions, lists } = &self.parts;
        let slot = |slot: u32| assert!((slot as usize) < self.slots, "slot {slot} of {}", self.slots);
        let entry = |entry: u32| assert!((entry as usize) < self.table.len(), "entry {entry}");
        let list = |(from, to): List| lists[from as usize..to as usize].iter().for_each(|&at| slot(at));
        for (stage, turn) in self.stages.iter().flat_map(|stage| stage.turns.iter().map(move |turn| (stage, turn))) {
            let Turn { from, rows, columns, distance, to, stride } = *turn;
            assert!(rows > 0 && columns > 0 && rows <= stride, "a matrix to be transposed");
            assert!(from + (rows - 1) * distance + columns <= stage.inputs, "a matrix of inputs");
            entry(to + (columns * stride) as u32 - 1);
        }
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
                    [fold.terms, fold.others].into_iter().for_each(list);
                    let others = fold.others.1 - fold.others.0;
                    assert!(others == 0 || others == fold.terms.1 - fold.terms.0, "as many other slots as signals");
                    for o in 0..fold.outputs {
                        slot(fold.to[o]);
                        match fold.init[o] {
                            None => {}
                            Some(Place::Lane(at)) => slot(at),
                            Some(Place::Shared(at)) => entry(at),
                        }
                        [0, fold.terms.1 - fold.terms.0 - 1].into_iter().for_each(|t| entry(fold.entry(o, t)));
                    }
                }
                Instruction::Layer(at) => {
                    let Layer { column, terms, outputs, base, stride, has_init, scratch, to } = layers[at as usize];
                    assert!(terms > 0 && column as usize + terms as usize <= self.row, "a stretch of the row");
                    assert!(outputs <= stride && stride.is_multiple_of(PADDING as u32), "whole vectors");
                    entry(base + (terms + u32::from(has_init)) * stride - 1);
                    [scratch + stride - 1, to + stride - 1].into_iter().for_each(slot);
                }
                Instruction::Panel(at) => {
                    let Panel::Slots { slots, stride, to } = panels[at as usize] else { panic!("a panel in slots") };
                    list(slots);
                    assert!((slots.1 - slots.0) as usize <= stride, "a panel wide enough");
                    [to, to + stride as u32 - 1].into_iter().for_each(slot);
                }
                Instruction::Contract(at) => {
                    let Contraction { left, panel, columns, stride, first, .. } = contractions[at as usize];
                    list(left);
                    match panels[panel as usize] {
                        Panel::Slots { stride, .. } => assert!(columns <= stride, "a panel wide enough"),
                        Panel::Row { column } => {
                            assert!(column as usize + columns <= self.row, "a stretch of the row");
                        }
                        Panel::Same { slot: at } => {
                            slot(at);
                            assert!(columns == 1, "one number");
                        }
                    }
                    let sums = (left.1 - left.0) as usize * stride;
                    let is_whole = columns <= stride && (stride.is_multiple_of(PADDING) || columns == 1);
                    assert!(is_whole && first as usize + sums <= self.sums, "sums of an outer product");
                }
            }
        }
    }
}
