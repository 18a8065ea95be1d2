//! The instructions of a program, one after another over all lanes.

use crate::graph::{Binary, Unary};
use crate::kernels::{Beside, Signals, contract, dot, fold, layer, transpose};
use crate::lanes::element::Element;
use crate::lanes::{Begin, MOST_LANES};
use crate::program::{Instruction, List, Panel, Parts, Program};
use crate::sums::PADDING;
use crate::vector::Vector;

/// One execution of a body.
pub(crate) struct Body<'b, E> {
    pub program: &'b Program,
    pub code: &'b [Instruction],
    pub parts: &'b Parts,
    pub table: &'b [E],
    pub cells: &'b [E],
    pub starts: &'b [u32],
    pub slots: &'b mut [E],
    pub width: usize,
    pub lanes: usize,
    pub begin: Begin,
    pub sums: &'b mut [E],
}

impl<E: Element> Body<'_, E> {
    #[inline(always)]
    pub fn execute<V: Vector<Element = E>>(self) {
        let Body { program, parts, table, width, .. } = self;
        assert!(table.len() >= program.table.len() && self.slots.len() >= program.slots * width);
        assert!(self.sums.len() >= program.sums && width.is_multiple_of(V::LANES));
        let (cells, starts) = (self.cells, self.starts);
        if program.reads_rows() {
            let ends = |&start: &u32| start as usize + program.row + PADDING;
            assert!(starts.len() == width && width.is_multiple_of(4) && self.lanes <= width, "a row for every lane");
            assert!(starts.iter().all(|start| ends(start) <= cells.len()), "rows and what follows the last");
        }
        let list = |(from, to): List| &parts.lists[from as usize..to as usize];
        let slots = self.slots.as_mut_ptr();
        let lanes = Lanes { slots, width };
        let sums = self.sums.as_mut_ptr();
        for instruction in self.code {
            match *instruction {
                Instruction::Fill(entry, to) => lanes.fill::<V>(table[entry as usize], to),
                Instruction::Copy(a, to) => lanes.cheap(
                    a,
                    to,
                    #[inline(always)]
                    |a: V| a,
                ),
                Instruction::Unary(function, a, to) => match function {
                    Unary::Frozen => lanes.cheap(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a,
                    ),
                    Unary::Neg => lanes.cheap(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| -a,
                    ),
                    Unary::Sqrt => lanes.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.sqrt(),
                    ),
                    Unary::Exp => lanes.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.exp(),
                    ),
                    Unary::Ln => lanes.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.ln(),
                    ),
                    Unary::Sin => lanes.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.sin(),
                    ),
                    Unary::Cos => lanes.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.cos(),
                    ),
                    Unary::Tanh => lanes.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.tanh(),
                    ),
                    Unary::Logistic => lanes.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.logistic(),
                    ),
                    Unary::Softplus => lanes.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.softplus(),
                    ),
                },
                Instruction::SinCos(a, sin, cos) => lanes.sin_cos::<V>(a, sin, cos),
                Instruction::Binary(function, a, b, to) => match function {
                    Binary::Add => lanes.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a + b,
                    ),
                    Binary::Sub => lanes.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a - b,
                    ),
                    Binary::Mul => lanes.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a * b,
                    ),
                    Binary::Div => lanes.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a / b,
                    ),
                    Binary::Lt => lanes.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a.lt(b),
                    ),
                },
                Instruction::MulAdd(a, b, c, to) => {
                    lanes.ternary(
                        [a, b, c],
                        to,
                        #[inline(always)]
                        |a: V, b: V, c: V| a.mul_add(b, c),
                    );
                }
                Instruction::NegMulAdd(a, b, c, to) => {
                    lanes.ternary(
                        [a, b, c],
                        to,
                        #[inline(always)]
                        |a: V, b: V, c: V| a.neg_mul_add(b, c),
                    );
                }
                Instruction::Select(a, b, c, to) => {
                    lanes.ternary(
                        [a, b, c],
                        to,
                        #[inline(always)]
                        |a: V, b: V, c: V| a.select(b, c),
                    );
                }
                // SAFETY (all of these): the program was validated against its numbers of slots, table entries and sums,
                // and the buffers are as long, see the assertions above.
                Instruction::Dot(at) => {
                    let it = &parts.dots[at as usize];
                    unsafe { dot::<V>(it, list(it.a), list(it.b), slots, width) };
                }
                Instruction::Fold(at) => {
                    let it = &parts.folds[at as usize];
                    let signals = Signals { slots: list(it.terms), others: list(it.others) };
                    unsafe { fold::<V>(it, signals, table.as_ptr(), slots, width) };
                }
                Instruction::Layer(at) => {
                    let it = &parts.layers[at as usize];
                    unsafe { layer::<V>(it, starts, cells.as_ptr(), table.as_ptr(), slots) };
                }
                Instruction::Panel(at) => {
                    if let Panel::Slots { slots: from, stride, to } = parts.panels[at as usize] {
                        unsafe { transpose::<V>(list(from), stride, to, slots, width) };
                    }
                }
                Instruction::Contract(at) => {
                    let it = &parts.contractions[at as usize];
                    let is_new = it.is_first && self.begin == Begin::New;
                    let mut steps = [0; MOST_LANES];
                    let panel = match parts.panels[it.panel as usize] {
                        Panel::Slots { stride, to, .. } => {
                            for (lane, step) in steps[..self.lanes].iter_mut().enumerate() {
                                *step = (lane * stride) as u32;
                            }
                            Beside { from: unsafe { slots.add(to as usize) }, at: &steps[..self.lanes] }
                        }
                        Panel::Row { column } => {
                            Beside { from: unsafe { cells.as_ptr().add(column as usize) }, at: &starts[..self.lanes] }
                        }
                        Panel::Same { slot } => {
                            Beside { from: unsafe { slots.add(slot as usize) }, at: &steps[..self.lanes] }
                        }
                    };
                    unsafe { contract::<V>(it, list(it.left), panel, slots, sums, is_new) };
                }
            }
        }
    }
}

/// What an element-wise instruction sees of the memory; positions are those of validated slots.
struct Lanes<E> {
    slots: *mut E,
    width: usize,
}

/// Vectors that cheap operations handle before they count: counting must not cost more than computing.
const GROUP: usize = 4;

impl<E: Element> Lanes<E> {
    /// The vector that begins at number `first` of a slot.
    #[inline(always)]
    fn load<V: Vector<Element = E>>(&self, at: u32, first: usize) -> V {
        // SAFETY: a validated slot of a buffer of `slots x width` numbers; the vector stays within it.
        unsafe { V::load(self.slots.add(at as usize + first)) }
    }

    #[inline(always)]
    fn store<V: Vector<Element = E>>(&self, to: u32, first: usize, value: V) {
        // SAFETY: as above.
        unsafe { value.store(self.slots.add(to as usize + first)) }
    }

    #[inline(always)]
    fn fill<V: Vector<Element = E>>(&self, value: E, to: u32) {
        let mut first = 0;
        while first < self.width {
            self.store(to, first, V::splat(value));
            first += V::LANES;
        }
    }

    /// Results vector by vector, `GROUP` of them computed before they are stored.
    #[inline(always)]
    fn each<V: Vector<Element = E>>(&self, to: u32, compute: impl Fn(usize) -> V) {
        let mut first = 0;
        while first + GROUP * V::LANES <= self.width {
            let results = (
                compute(first),
                compute(first + V::LANES),
                compute(first + 2 * V::LANES),
                compute(first + 3 * V::LANES),
            );
            self.store(to, first, results.0);
            self.store(to, first + V::LANES, results.1);
            self.store(to, first + 2 * V::LANES, results.2);
            self.store(to, first + 3 * V::LANES, results.3);
            first += GROUP * V::LANES;
        }
        while first < self.width {
            self.store(to, first, compute(first));
            first += V::LANES;
        }
    }

    #[inline(always)]
    fn cheap<V: Vector<Element = E>>(&self, a: u32, to: u32, function: impl Fn(V) -> V) {
        self.each(
            to,
            #[inline(always)]
            |first| function(self.load(a, first)),
        );
    }

    #[inline(always)]
    fn binary<V: Vector<Element = E>>(&self, a: u32, b: u32, to: u32, function: impl Fn(V, V) -> V) {
        self.each(
            to,
            #[inline(always)]
            |first| function(self.load(a, first), self.load(b, first)),
        );
    }

    #[inline(always)]
    fn ternary<V: Vector<Element = E>>(&self, [a, b, c]: [u32; 3], to: u32, function: impl Fn(V, V, V) -> V) {
        self.each(
            to,
            #[inline(always)]
            |first| function(self.load(a, first), self.load(b, first), self.load(c, first)),
        );
    }

    /// A function with a long chain of operations: one vector at a time, the processor overlaps them.
    #[inline(always)]
    fn unary<V: Vector<Element = E>>(&self, a: u32, to: u32, function: impl Fn(V) -> V) {
        let mut first = 0;
        while first < self.width {
            self.store(to, first, function(self.load(a, first)));
            first += V::LANES;
        }
    }

    #[inline(always)]
    fn sin_cos<V: Vector<Element = E>>(&self, a: u32, sin: u32, cos: u32) {
        let mut first = 0;
        while first < self.width {
            let (s, c) = self.load::<V>(a, first).sin_cos();
            self.store(sin, first, s);
            self.store(cos, first, c);
            first += V::LANES;
        }
    }
}
