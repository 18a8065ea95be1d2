//! The lane executor: runs a program over a block of lanes (points, directions or data rows) at once.
//!
//! Every lane runs the same scalar expressions in the same order, and nothing is fused that the graph does not fuse:
//! the number of lanes never changes a lane's bits. Sums over lanes have a fixed order, see [`Workspace::run`].

use std::borrow::Cow;

use crate::graph::{Binary, Unary};
use crate::kernels::{Beside, contract, dot, fold, gather, layer, scatter, transpose, turn};
use crate::machine::vectorised;
use crate::program::{Instruction, List, Panel, Parts, Program, Stage, Turn};
use crate::rows::Rows;
use crate::scalar::Scalar;
use crate::sums::PADDING;
use crate::vector::{Vector, Work, with_double_width, with_widest};

/// A kind of number that lanes can hold.
pub(crate) trait Element: Copy + Default + PartialEq + std::fmt::Debug + Send + Sync + 'static {
    /// Numbers in a vector: widths are multiples of it (or 1 for `f64`).
    const VECTOR: usize;
    /// Whether a shared table, which is of `f64`, is copied to be of these numbers.
    const IS_COPIED: bool;
    /// Nearest number to `x`.
    fn of(x: f64) -> Self;
    /// The number itself.
    fn to_f64(self) -> f64;
    /// Makes sums the whole content of `total`; gives back a buffer for others.
    fn become_total(sums: Vec<Self>, total: &mut Vec<f64>) -> Vec<Self>;
    /// A total that is no more needed as a buffer for sums, where it can be one.
    fn buffer(total: &mut Vec<f64>) -> Option<Vec<Self>>;
    /// Brings numbers to this kind.
    fn convert(from: &[f64], to: &mut [Self]);
    /// Numbers of this kind, if need be in `room`.
    fn numbers<'n>(numbers: &'n [f64], room: &'n mut Vec<Self>) -> &'n [Self];
    /// The shared table in this kind, where `copy` is that.
    fn table<'t>(shared: &'t [f64], copy: &'t [Self]) -> &'t [Self];
    /// The same, to be changed.
    fn table_mut<'t>(shared: &'t mut [f64], copy: &'t mut [Self]) -> &'t mut [Self];
    /// Transposes matrices of inputs into a table with the vectors of this kind.
    ///
    /// # Safety
    /// The places of all exist in `inputs` and `table`.
    unsafe fn turn<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(
        turns: &[Turn],
        inputs: &[Self],
        table: &mut [Self],
    );
    /// The cells of a table as these numbers.
    fn cells(rows: &Rows) -> &[Self];
    /// Loads rows with the vectors of this kind.
    fn load<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(load: Load<'_, Self>);
    /// Stores rows with the vectors of this kind.
    fn store<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(store: Store<'_, Self>);
    /// Runs a body with the vectors of this kind.
    fn execute<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(body: Body<'_, Self>);
}

impl Element for f64 {
    const VECTOR: usize = 4;
    const IS_COPIED: bool = false;
    fn of(x: f64) -> Self {
        x
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn become_total(sums: Vec<Self>, total: &mut Vec<f64>) -> Vec<Self> {
        std::mem::replace(total, sums)
    }
    fn buffer(total: &mut Vec<f64>) -> Option<Vec<Self>> {
        Some(std::mem::take(total))
    }
    #[inline(always)]
    fn convert(_from: &[f64], _to: &mut [Self]) {}
    #[inline(always)]
    fn numbers<'n>(numbers: &'n [f64], _room: &'n mut Vec<Self>) -> &'n [Self] {
        numbers
    }
    fn table<'t>(shared: &'t [f64], _copy: &'t [Self]) -> &'t [Self] {
        shared
    }
    fn table_mut<'t>(shared: &'t mut [f64], _copy: &'t mut [Self]) -> &'t mut [Self] {
        shared
    }
    #[inline(always)]
    unsafe fn turn<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(
        turns: &[Turn],
        inputs: &[Self],
        table: &mut [Self],
    ) {
        for it in turns {
            // SAFETY: passed on.
            unsafe { turn::<V64>(it, inputs.as_ptr(), table.as_mut_ptr()) };
        }
    }
    fn cells(rows: &Rows) -> &[Self] {
        rows.cells()
    }
    #[inline(always)]
    fn load<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(load: Load<'_, Self>) {
        if load.starts.len() == 1 { load.execute::<f64>() } else { load.execute::<V64>() }
    }
    #[inline(always)]
    fn store<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(store: Store<'_, Self>) {
        if store.lanes == 1 { store.execute::<f64>() } else { store.execute::<V64>() }
    }
    #[inline(always)]
    fn execute<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(body: Body<'_, Self>) {
        if body.width == 1 { body.execute::<f64>() } else { body.execute::<V64>() }
    }
}

impl Element for f32 {
    const VECTOR: usize = 8;
    const IS_COPIED: bool = true;
    fn of(x: f64) -> Self {
        x as f32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn become_total(sums: Vec<Self>, total: &mut Vec<f64>) -> Vec<Self> {
        total.resize(sums.len(), 0.0);
        vectorised(
            #[inline(always)]
            || total.iter_mut().zip(&sums).for_each(|(total, &sum)| *total = f64::from(sum)),
        );
        sums
    }
    fn buffer(_total: &mut Vec<f64>) -> Option<Vec<Self>> {
        None
    }
    #[inline(always)]
    fn convert(from: &[f64], to: &mut [Self]) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to = from as f32;
        }
    }
    #[inline(always)]
    fn numbers<'n>(numbers: &'n [f64], room: &'n mut Vec<Self>) -> &'n [Self] {
        room.resize(numbers.len(), 0.0);
        Self::convert(numbers, room);
        room
    }
    fn table<'t>(_shared: &'t [f64], copy: &'t [Self]) -> &'t [Self] {
        copy
    }
    fn table_mut<'t>(_shared: &'t mut [f64], copy: &'t mut [Self]) -> &'t mut [Self] {
        copy
    }
    #[inline(always)]
    unsafe fn turn<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(
        turns: &[Turn],
        inputs: &[Self],
        table: &mut [Self],
    ) {
        for it in turns {
            // SAFETY: passed on.
            unsafe { turn::<V32>(it, inputs.as_ptr(), table.as_mut_ptr()) };
        }
    }
    fn cells(rows: &Rows) -> &[Self] {
        rows.single_cells()
    }
    #[inline(always)]
    fn load<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(load: Load<'_, Self>) {
        load.execute::<V32>();
    }
    #[inline(always)]
    fn store<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(store: Store<'_, Self>) {
        store.execute::<V32>();
    }
    #[inline(always)]
    fn execute<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(body: Body<'_, Self>) {
        body.execute::<V32>();
    }
}

/// A program with the memory one thread needs to run it.
#[derive(Debug)]
pub(crate) struct Workspace<'p, E> {
    program: &'p Program,
    /// The program's bodies, with slots as positions in `slots`.
    bodies: [Vec<Instruction>; 2],
    parts: Parts,
    /// One for each supply of late inputs; the first where there are none.
    tables: Vec<Table<'p, E>>,
    /// For inputs in single precision.
    room: Vec<E>,
    /// Where the data row of each lane begins.
    starts: [u32; MOST_LANES],
    slots: Slots<E>,
    width: usize,
    portable: bool,
}

/// The shared table with what the prologues made of it.
#[derive(Clone, Debug)]
struct Table<'p, E> {
    /// That of the program, until inputs are given.
    shared: Cow<'p, [f64]>,
    /// In single precision, where that is asked for; else empty.
    copy: Vec<E>,
}

impl<'p, E: Element> Workspace<'p, E> {
    /// `width` lanes: a multiple of [`Element::VECTOR`], or 1 in double precision.
    pub fn new(program: &'p Program, width: usize) -> Self {
        let is_scalar = width == 1 && E::VECTOR == 4;
        let is_whole = (1..=MOST_LANES).contains(&width) && width.is_multiple_of(E::VECTOR);
        assert!(is_whole || is_scalar, "{width} lanes are not supported");
        let mut slots = Slots::new(program.slots * width);
        for &(slot, value) in &program.filled {
            slots.numbers_mut()[slot as usize * width..][..width].fill(E::of(value));
        }
        let (bodies, parts) = program.at_width(width);
        let mut copy = vec![E::default(); if E::IS_COPIED { program.table.len() } else { 0 }];
        E::convert(&program.table, &mut copy);
        let shared = Cow::Borrowed(&program.table[..]);
        Workspace {
            program,
            bodies,
            parts,
            tables: vec![Table { shared, copy }],
            room: Vec::new(),
            starts: [0; MOST_LANES],
            slots,
            width,
            portable: false,
        }
    }

    /// The same, run as on a machine without the vector unit.
    #[cfg(test)]
    pub fn portable(self) -> Self {
        Workspace { portable: true, ..self }
    }

    /// Number of lanes.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Gives the shared inputs, which come first.
    pub fn set_shared(&mut self, inputs: &[f64]) {
        self.prepare(0, 0, inputs);
    }

    /// Gives the late inputs, which come last, after the shared ones: the supply of number `which`, 0 first.
    pub fn set_late(&mut self, which: usize, inputs: &[f64]) {
        if which > 0 {
            if self.tables.len() == which {
                self.tables.push(self.tables[0].clone());
            }
            let (first, others) = self.tables.split_at_mut(which);
            others[0].shared.to_mut().copy_from_slice(&first[0].shared);
            others[0].copy.copy_from_slice(&first[0].copy);
        }
        self.prepare(1, which, inputs);
    }

    /// Computes what a stage needs of a table.
    fn prepare(&mut self, stage: usize, table: usize, inputs: &[f64]) {
        let (program, table, room) = (self.program, &mut self.tables[table], &mut self.room);
        with_double_width(self.portable, Prepare { program, stage: &program.stages[stage], inputs, room, table });
    }

    /// Gives the lane inputs: lane k is the row of number `chosen(k)` for the first `count` lanes, and the last of these
    /// rows beyond. Of these rows, lanes are given the columns that are not read where they are.
    pub fn set_rows(&mut self, rows: &Rows, count: usize, chosen: impl Fn(usize) -> usize) {
        self.find_rows(rows.width(), count, chosen);
        let program = self.program;
        for &(first, columns) in &program.gathered {
            self.load(E::cells(rows), first as usize, columns as usize);
        }
    }

    /// The same from rows one after another, each of as many numbers as there are lane inputs.
    pub fn set_lanes(&mut self, cells: &[E], count: usize, chosen: impl Fn(usize) -> usize) {
        let width = self.program.lane_inputs;
        self.find_rows(width, count, chosen);
        self.load(cells, 0, width);
    }

    /// Where the row of each lane begins.
    fn find_rows(&mut self, width: usize, count: usize, chosen: impl Fn(usize) -> usize) {
        assert!((1..=self.width).contains(&count), "rows for these lanes");
        for (lane, start) in self.starts[..self.width].iter_mut().enumerate() {
            *start = (chosen(lane.min(count - 1)) * width) as u32;
        }
    }

    /// Gives the lane inputs from number `first` on, which stand there in the rows, too.
    fn load(&mut self, cells: &[E], first: usize, width: usize) {
        let lanes = self.width;
        let mut starts = self.starts;
        let starts = &mut starts[..lanes];
        starts.iter_mut().for_each(|start| *start += first as u32);
        let to = &mut self.slots.numbers_mut()[first * lanes..][..width * lanes];
        if lanes.is_multiple_of(2 * E::VECTOR) {
            with_double_width(self.portable, Load { cells, starts, width, to });
        } else {
            with_widest(self.portable, Load { cells, starts, width, to });
        }
    }

    /// Reads outputs `first..first + width` of the first lanes to rows of `width` numbers, one after another.
    pub fn read_lanes(&self, first: usize, width: usize, to: &mut [E]) {
        let from = &self.outputs()[first * self.width..][..width * self.width];
        with_widest(self.portable, Store { from, lanes: self.width, width, to });
    }

    /// The program that is run.
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// The lane inputs, one after another in input order, each with its `width` lanes.
    pub fn inputs(&self) -> &[E] {
        &self.slots.numbers()[..self.program.lane_inputs * self.width]
    }

    /// The outputs, one after another, each with its `width` lanes.
    pub fn outputs(&self) -> &[E] {
        let first = self.program.lane_inputs * self.width;
        &self.slots.numbers()[first..][..self.program.outputs * self.width]
    }

    /// Inputs and outputs as above, at once. Outputs may be changed, too: a run writes them all anew.
    pub fn inputs_and_outputs(&mut self) -> (&mut [E], &mut [E]) {
        let (inputs, rest) = self.slots.numbers_mut().split_at_mut(self.program.lane_inputs * self.width);
        (inputs, &mut rest[..self.program.outputs * self.width])
    }

    /// Runs a program over lanes.
    pub fn run(&mut self) {
        self.execute(Pass { stage: 0, table: 0, cells: &[], lanes: self.width, begin: Begin::New, sums: &mut [] });
    }

    /// Runs a program over the first `lanes` data rows, which were set before. Their products are added to `sums` one row
    /// after another, fused.
    pub fn run_over(&mut self, rows: &Rows, lanes: usize, begin: Begin, sums: &mut [E]) {
        self.execute(Pass { stage: 0, table: 0, cells: E::cells(rows), lanes, begin, sums });
    }

    /// After that: what depends on the late inputs of number `which`.
    pub fn run_late(&mut self, which: usize, rows: &Rows, lanes: usize, begin: Begin, sums: &mut [E]) {
        self.execute(Pass { stage: 1, table: which, cells: E::cells(rows), lanes, begin, sums });
    }

    fn execute(&mut self, pass: Pass<E>) {
        assert!(pass.lanes <= self.width && pass.sums.len() >= self.program.sums, "lanes and sums of this program");
        let portable = self.portable;
        if self.width.is_multiple_of(2 * E::VECTOR) {
            with_double_width(portable, Run { workspace: self, pass });
        } else {
            with_widest(portable, Run { workspace: self, pass });
        }
    }
}

/// What sums begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// 0: what was there is forgotten.
    New,
    /// What is there.
    There,
}

/// Lanes that a workspace can have.
const MOST_LANES: usize = 64;

/// Rows on their way to the lanes.
pub(crate) struct Load<'l, E> {
    cells: &'l [E],
    /// Where the row of each lane begins.
    starts: &'l mut [u32],
    width: usize,
    to: &'l mut [E],
}

impl<E: Element> Load<'_, E> {
    #[inline(always)]
    fn execute<V: Vector<Element = E>>(self) {
        let Load { cells, starts, width, to } = self;
        assert!(to.len() >= width * starts.len() && starts.len().is_multiple_of(V::LANES));
        assert!(starts.iter().all(|&start| start as usize + width <= cells.len()));
        // SAFETY: every row from its start on is within the cells, and `to` has room for all.
        unsafe { gather::<V>(cells.as_ptr(), starts, width, to.as_mut_ptr()) };
    }
}

impl<E: Element> Work for Load<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        E::load::<V64, V32>(self);
    }
}

/// Outputs on their way to rows.
pub(crate) struct Store<'s, E> {
    from: &'s [E],
    lanes: usize,
    width: usize,
    to: &'s mut [E],
}

impl<E: Element> Store<'_, E> {
    #[inline(always)]
    fn execute<V: Vector<Element = E>>(self) {
        let Store { from, lanes, width, to } = self;
        let count = to.len() / width;
        assert!(from.len() == width * lanes && to.len().is_multiple_of(width) && count <= lanes);
        assert!(lanes.is_multiple_of(V::LANES));
        // SAFETY: `width` slots of `lanes` lanes, and rows for the first `count` of them.
        unsafe { scatter::<V>(from.as_ptr(), lanes, count, width, to.as_mut_ptr()) };
    }
}

impl<E: Element> Work for Store<'_, E> {
    type Output = ();

    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        E::store::<V64, V32>(self);
    }
}

/// One pass over the lanes.
struct Pass<'r, E> {
    stage: usize,
    table: usize,
    /// The cells that the rows of the lanes are found in.
    cells: &'r [E],
    /// Lanes whose products are summed.
    lanes: usize,
    begin: Begin,
    sums: &'r mut [E],
}

struct Run<'r, 'p, E> {
    workspace: &'r mut Workspace<'p, E>,
    pass: Pass<'r, E>,
}

impl<E: Element> Work for Run<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        let Workspace { program, bodies, parts, tables, starts, slots, width, .. } = self.workspace;
        let Pass { stage, table, cells, lanes, begin, sums } = self.pass;
        let Table { shared, copy } = &tables[table];
        E::execute::<V64, V32>(Body {
            program,
            code: &bodies[stage],
            parts,
            table: E::table(shared, copy),
            cells,
            starts: &starts[..*width],
            slots: slots.numbers_mut(),
            width: *width,
            lanes,
            begin,
            sums,
        });
    }
}

/// What comes before the body of a stage.
struct Prepare<'r, 'p, E> {
    program: &'r Program,
    stage: &'r Stage,
    inputs: &'r [f64],
    room: &'r mut Vec<E>,
    table: &'r mut Table<'p, E>,
}

impl<E: Element> Work for Prepare<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        let Prepare { program, stage, inputs, room, table: Table { shared, copy } } = self;
        assert_eq!(inputs.len(), stage.inputs, "all inputs of the stage");
        let shared = shared.to_mut();
        let own = &mut shared[stage.inputs_at as usize..][..inputs.len()];
        let copied = if copy.is_empty() { &mut [][..] } else { &mut copy[stage.inputs_at as usize..][..inputs.len()] };
        for &(first, count) in &stage.kept {
            let kept = first as usize..(first + count) as usize;
            own[kept.clone()].copy_from_slice(&inputs[kept.clone()]);
            E::convert(&inputs[kept.clone()], copied.get_mut(kept).unwrap_or_default());
        }
        if !stage.prologue.is_empty() {
            prologue(&stage.prologue, shared);
            let count = program.own_entries.min(copy.len());
            E::convert(&shared[..count], &mut copy[..count]);
        }
        let table = E::table_mut(shared, copy);
        assert_eq!(table.len(), program.table.len(), "a table of its program");
        stage.packs.iter().for_each(|&(from, to)| table[to as usize] = table[from as usize]);
        if !stage.turns.is_empty() {
            // SAFETY: the program was validated against the numbers of its inputs and table entries, which these are.
            unsafe { E::turn::<V64, V32>(&stage.turns, E::numbers(inputs, room), table) };
        }
    }
}

#[inline(always)]
fn prologue(code: &[Instruction], shared: &mut [f64]) {
    for instruction in code {
        let of = |entry: u32| shared[entry as usize];
        let (value, to) = match *instruction {
            Instruction::Unary(function, a, to) => (function.apply(of(a)), to),
            Instruction::Binary(function, a, b, to) => (function.apply(of(a), of(b)), to),
            Instruction::MulAdd(a, b, c, to) => (f64::mul_add(of(a), of(b), of(c)), to),
            Instruction::Select(condition, then, otherwise, to) => {
                (Scalar::select(of(condition), of(then), of(otherwise)), to)
            }
            _ => unreachable!("not an instruction of a prologue"),
        };
        shared[to as usize] = value;
    }
}

/// One execution of a body.
pub(crate) struct Body<'b, E> {
    program: &'b Program,
    code: &'b [Instruction],
    parts: &'b Parts,
    table: &'b [E],
    cells: &'b [E],
    starts: &'b [u32],
    slots: &'b mut [E],
    width: usize,
    lanes: usize,
    begin: Begin,
    sums: &'b mut [E],
}

impl<E: Element> Body<'_, E> {
    #[inline(always)]
    fn execute<V: Vector<Element = E>>(self) {
        let Body { program, parts, table, width, .. } = self;
        assert!(table.len() >= program.table.len() && self.slots.len() >= program.slots * width);
        assert!(self.sums.len() >= program.sums && width.is_multiple_of(V::LANES));
        let (cells, starts) = (self.cells, self.starts);
        // What is read where the rows are.
        let ends = |&start: &u32| start as usize + program.row + PADDING;
        let is_inside = starts.len() == width && starts.iter().all(|start| ends(start) <= cells.len());
        assert!(is_inside || parts.layers.is_empty() && !parts.has_row_panels());
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
                    unsafe { fold::<V>(it, list(it.terms), table.as_ptr(), slots, width) };
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
                            for lane in 0..self.lanes {
                                steps[lane] = (lane * stride) as u32;
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

/// Slot memory, aligned to cache lines so that no vector straddles two.
#[derive(Debug)]
struct Slots<E> {
    lines: Vec<Line>,
    len: usize,
    element: std::marker::PhantomData<E>,
}

#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "read through the pointer of the whole")] [u64; 8]);

impl<E: Element> Slots<E> {
    fn new(len: usize) -> Self {
        let lines = vec![Line([0; 8]); (len * size_of::<E>()).div_ceil(size_of::<Line>())];
        Slots { lines, len, element: std::marker::PhantomData }
    }

    fn numbers(&self) -> &[E] {
        // SAFETY: the lines hold `len` elements of f32 or f64, for which every pattern of bits is a number.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }

    fn numbers_mut(&mut self) -> &mut [E] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}
