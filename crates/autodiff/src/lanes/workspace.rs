//! A program with the memory one thread needs to run it.

use std::borrow::Cow;

use crate::lanes::body::Body;
use crate::lanes::element::Element;
use crate::lanes::moves::{Load, Store};
use crate::lanes::slots::Slots;
use crate::lanes::{Begin, MOST_LANES};
use crate::program::{Instruction, Parts, Program, Stage};
use crate::rows::Rows;
use crate::scalar::Scalar;
use crate::vector::{Vector, Work, with_double_width, with_widest};

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
            let (from, to) = (&first[0], &mut others[0]);
            let shared = to.shared.to_mut();
            for &(first, count) in &self.program.carried {
                let carried = first as usize..(first + count) as usize;
                shared[carried.clone()].copy_from_slice(&from.shared[carried.clone()]);
                if E::IS_COPIED {
                    to.copy[carried.clone()].copy_from_slice(&from.copy[carried]);
                }
            }
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
        self.find_rows(rows.count(), rows.width(), count, chosen);
        let program = self.program;
        for &(first, columns) in &program.gathered {
            self.load(E::cells(rows), first as usize, columns as usize);
        }
    }

    /// The same from rows one after another, each of as many numbers as there are lane inputs.
    pub fn set_lanes(&mut self, cells: &[E], count: usize, chosen: impl Fn(usize) -> usize) {
        let width = self.program.lane_inputs;
        self.find_rows(cells.len() / width, width, count, chosen);
        self.load(cells, 0, width);
    }

    /// Where the row of each lane begins, among `rows` rows of `width` numbers.
    fn find_rows(&mut self, rows: usize, width: usize, count: usize, chosen: impl Fn(usize) -> usize) {
        assert!((1..=self.width).contains(&count), "rows for these lanes");
        for (lane, start) in self.starts[..self.width].iter_mut().enumerate() {
            let row = chosen(lane.min(count - 1));
            assert!(row < rows, "row {row} of {rows}");
            *start = u32::try_from(row * width).expect("fewer than 2^32 cells");
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

    /// After that: what depends on the late inputs of number `which`, with sums of its own.
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
