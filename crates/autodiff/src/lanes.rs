//! The lane executor: runs a program over a block of lanes (points, directions or data rows) at once.
//!
//! Every lane runs the same scalar expressions in the same order, and nothing is fused that the graph does not fuse:
//! the number of lanes never changes a lane's bits. Sums over lanes have a fixed order, see [`Workspace::run`].

use crate::graph::{Binary, Unary};
use crate::kernels::{contract, fold};
use crate::program::{Instruction, Place, Program};
use crate::scalar::Scalar;
use crate::vector::{Vector, Work, with_widest};

/// A kind of number that lanes can hold.
pub(crate) trait Element: Copy + Default + PartialEq + std::fmt::Debug + Send + Sync + 'static {
    /// Numbers in the widest vector: widths are multiples of it (or 1 for `f64`).
    const VECTOR: usize;
    /// Nearest number to `x`.
    fn of(x: f64) -> Self;
    /// The number itself.
    fn to_f64(self) -> f64;
    /// The shared table as these numbers; `copy` is room for it.
    fn table<'t>(shared: &'t [f64], copy: &'t mut Vec<Self>) -> &'t [Self];
    /// Runs a body with the vectors of this kind.
    fn execute<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(body: Body<'_, Self>);
}

impl Element for f64 {
    const VECTOR: usize = 4;
    fn of(x: f64) -> Self {
        x
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn table<'t>(shared: &'t [f64], _copy: &'t mut Vec<Self>) -> &'t [Self] {
        shared
    }
    #[inline(always)]
    fn execute<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(body: Body<'_, Self>) {
        if body.width == 1 { body.execute::<f64>() } else { body.execute::<V64>() }
    }
}

impl Element for f32 {
    const VECTOR: usize = 8;
    fn of(x: f64) -> Self {
        x as f32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn table<'t>(shared: &'t [f64], copy: &'t mut Vec<Self>) -> &'t [Self] {
        copy.clear();
        copy.extend(shared.iter().map(|&x| x as f32));
        copy
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
    shared: Vec<f64>,
    /// The shared table in single precision, where that is asked for.
    copy: Vec<E>,
    slots: Slots<E>,
    width: usize,
    portable: bool,
}

impl<'p, E: Element> Workspace<'p, E> {
    /// `width` lanes: a multiple of [`Element::VECTOR`], or 1 in double precision.
    pub fn new(program: &'p Program, width: usize) -> Self {
        let is_scalar = width == 1 && E::VECTOR == 4;
        assert!(width > 0 && (width.is_multiple_of(E::VECTOR) || is_scalar), "{width} lanes are not supported");
        let mut slots = Slots::new(program.slots * width);
        for &(slot, value) in &program.filled {
            slots.numbers_mut()[slot as usize * width..][..width].fill(E::of(value));
        }
        Workspace { program, shared: program.table.clone(), copy: Vec::new(), slots, width, portable: false }
    }

    /// Number of lanes.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Gives the shared inputs from `first` on.
    pub fn set_shared(&mut self, first: usize, values: &[f64]) {
        let Some(&last) = self.program.inputs[first..][..values.len()].last() else { return };
        let (Place::Shared(from), Place::Shared(to)) = (self.program.inputs[first], last) else {
            panic!("an input of lanes");
        };
        assert_eq!((to - from) as usize + 1, values.len(), "shared inputs next to each other");
        self.shared[from as usize..=to as usize].copy_from_slice(values);
    }

    /// The lane inputs, one after another in input order, each with its `width` lanes.
    pub fn inputs_mut(&mut self) -> &mut [E] {
        let count = self.program.lane_inputs * self.width;
        &mut self.slots.numbers_mut()[..count]
    }

    /// The outputs, one after another, each with its `width` lanes.
    pub fn outputs(&self) -> &[E] {
        let first = self.program.lane_inputs * self.width;
        &self.slots.numbers()[first..][..self.program.outputs * self.width]
    }

    /// Inputs and outputs as above, at once.
    pub fn inputs_and_outputs(&mut self) -> (&mut [E], &[E]) {
        let (inputs, rest) = self.slots.numbers_mut().split_at_mut(self.program.lane_inputs * self.width);
        (inputs, &rest[..self.program.outputs * self.width])
    }

    /// Runs a stage on the first `lanes` lanes: 0 after shared or lane inputs have changed, 1 after late inputs have.
    ///
    /// The products of lanes are added to `sums`, each in this order: lane k goes to running sum k modulo
    /// [`Element::VECTOR`], fused; then neighbours are added pairwise, and the result to the sum so far.
    pub fn run(&mut self, stage: usize, lanes: usize, sums: &mut [E]) {
        assert!(lanes <= self.width && sums.len() >= self.program.sums, "lanes and sums of this program");
        with_widest(self.portable, Run { workspace: self, stage, lanes, sums });
    }
}

struct Run<'r, 'p, E> {
    workspace: &'r mut Workspace<'p, E>,
    stage: usize,
    lanes: usize,
    sums: &'r mut [E],
}

impl<E: Element> Work for Run<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<V64: Vector<Element = f64>, V32: Vector<Element = f32>>(self) {
        let Workspace { program, shared, copy, slots, width, .. } = self.workspace;
        let stage = &program.stages[self.stage];
        prologue(&stage.prologue, shared);
        stage.packs.iter().for_each(|&(from, to)| shared[to as usize] = shared[from as usize]);
        let table = E::table(shared, copy);
        E::execute::<V64, V32>(Body {
            program,
            code: &stage.body,
            table,
            slots: slots.numbers_mut(),
            width: *width,
            lanes: self.lanes,
            sums: self.sums,
        });
    }
}

#[inline(always)]
fn prologue(code: &[Instruction], shared: &mut [f64]) {
    for instruction in code {
        let of = |place: Place| match place {
            Place::Shared(entry) => shared[entry as usize],
            Place::Lane(_) => unreachable!("the prologue reads shared entries only"),
        };
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
    table: &'b [E],
    slots: &'b mut [E],
    width: usize,
    lanes: usize,
    sums: &'b mut [E],
}

impl<E: Element> Body<'_, E> {
    #[inline(always)]
    fn execute<V: Vector<Element = E>>(self) {
        let (program, lists) = (self.program, &self.program.slot_lists);
        assert!(self.table.len() >= program.table.len() && self.slots.len() >= program.slots * self.width);
        assert!(self.width.is_multiple_of(V::LANES));
        let list = |(from, to): (u32, u32)| &lists[from as usize..to as usize];
        let mut frame = Frame {
            table: self.table,
            slots: self.slots.as_mut_ptr(),
            width: self.width,
            same: [[E::default(); 8]; 3],
        };
        for instruction in self.code {
            match *instruction {
                Instruction::Copy(a, to) => frame.unary(
                    a,
                    to,
                    #[inline(always)]
                    |a: V| a,
                ),
                Instruction::Unary(function, a, to) => match function {
                    Unary::Neg => frame.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| -a,
                    ),
                    Unary::Sqrt => frame.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.sqrt(),
                    ),
                    Unary::Exp => frame.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.exp(),
                    ),
                    Unary::Ln => frame.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.ln(),
                    ),
                    Unary::Sin => frame.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.sin(),
                    ),
                    Unary::Cos => frame.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.cos(),
                    ),
                    Unary::Tanh => frame.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.tanh(),
                    ),
                    Unary::Logistic => frame.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.logistic(),
                    ),
                    Unary::Softplus => frame.unary(
                        a,
                        to,
                        #[inline(always)]
                        |a: V| a.softplus(),
                    ),
                },
                Instruction::SinCos(a, sin, cos) => frame.sin_cos::<V>(a, sin, cos),
                Instruction::Binary(function, a, b, to) => match function {
                    Binary::Add => frame.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a + b,
                    ),
                    Binary::Sub => frame.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a - b,
                    ),
                    Binary::Mul => frame.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a * b,
                    ),
                    Binary::Div => frame.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a / b,
                    ),
                    Binary::Lt => frame.binary(
                        a,
                        b,
                        to,
                        #[inline(always)]
                        |a: V, b: V| a.lt(b),
                    ),
                },
                Instruction::MulAdd(a, b, c, to) => frame.ternary(
                    [a, b, c],
                    to,
                    #[inline(always)]
                    |a: V, b: V, c: V| a.mul_add(b, c),
                ),
                Instruction::NegMulAdd(a, b, c, to) => frame.ternary(
                    [a, b, c],
                    to,
                    #[inline(always)]
                    |a: V, b: V, c: V| a.neg_mul_add(b, c),
                ),
                Instruction::Select(a, b, c, to) => frame.ternary(
                    [a, b, c],
                    to,
                    #[inline(always)]
                    |a: V, b: V, c: V| a.select(b, c),
                ),
                Instruction::Fold(at) => {
                    let it = &program.folds[at as usize];
                    // SAFETY: the program was validated against its numbers of slots and table entries, and the
                    // buffers are as long, see the assertions above.
                    unsafe { fold::<V>(it, list(it.terms), self.table.as_ptr(), frame.slots, self.width) };
                }
                Instruction::Contract(at) => {
                    let it = &program.contractions[at as usize];
                    let (left, right) = (list(it.left), list(it.right));
                    let sums = &mut self.sums[it.first as usize..][..left.len() * right.len()];
                    // SAFETY: as above; `sums` was cut to length.
                    unsafe { contract::<V>(left, right, frame.slots, self.width, self.lanes, it.is_lower, sums) };
                }
            }
        }
    }
}

/// What an element-wise instruction sees of the memory.
struct Frame<'m, E> {
    table: &'m [E],
    slots: *mut E,
    width: usize,
    /// A vector of the same number for each operand that is shared.
    same: [[E; 8]; 3],
}

/// Where the vectors of an operand are: each `step` numbers after the one before, 0 for a shared one.
#[derive(Clone, Copy)]
struct Operand<E> {
    from: *const E,
    step: usize,
}

impl<E: Element> Operand<E> {
    /// # Safety
    /// The instruction has a vector number `n` from here on.
    #[inline(always)]
    unsafe fn load<V: Vector<Element = E>>(self, n: usize) -> V {
        // SAFETY: the caller's promise.
        unsafe { V::load(self.from.add(n * self.step)) }
    }

    /// # Safety
    /// The instruction has `n` more vectors, or this is not read again.
    #[inline(always)]
    unsafe fn advance(&mut self, n: usize) {
        self.from = self.from.wrapping_add(n * self.step);
    }
}

impl<E: Element> Frame<'_, E> {
    /// Operand number `k` of the instruction at hand.
    #[inline(always)]
    fn operand<V: Vector<Element = E>>(&mut self, k: usize, place: Place) -> Operand<E> {
        match place {
            // SAFETY: a validated slot of a buffer of `slots x width` numbers.
            Place::Lane(slot) => {
                Operand { from: unsafe { self.slots.add(slot as usize * self.width) }, step: V::LANES }
            }
            Place::Shared(entry) => {
                self.same[k] = [self.table[entry as usize]; 8];
                Operand { from: self.same[k].as_ptr(), step: 0 }
            }
        }
    }

    /// A slot to write to.
    #[inline(always)]
    fn slot(&mut self, slot: u32) -> *mut E {
        // SAFETY: a validated slot of a buffer of `slots x width` numbers.
        unsafe { self.slots.add(slot as usize * self.width) }
    }

    /// A function with a long chain of operations: one vector at a time, the processor overlaps them.
    #[inline(always)]
    fn unary<V: Vector<Element = E>>(&mut self, a: Place, to: u32, function: impl Fn(V) -> V) {
        let a = self.operand::<V>(0, a);
        let (to, vectors) = (self.slot(to), self.width / V::LANES);
        // SAFETY: operands and result have `vectors` vectors.
        unsafe {
            for n in 0..vectors {
                function(a.load(n)).store(to.add(n * V::LANES));
            }
        }
    }

    /// Cheap operations: two vectors at a time, so that counting does not cost more than computing.
    #[inline(always)]
    fn binary<V: Vector<Element = E>>(&mut self, a: Place, b: Place, to: u32, function: impl Fn(V, V) -> V) {
        let (mut a, mut b) = (self.operand::<V>(0, a), self.operand::<V>(1, b));
        let (mut to, mut left) = (self.slot(to), self.width / V::LANES);
        // SAFETY: operands and result have `left` vectors.
        unsafe {
            while left >= 2 {
                let results = (function(a.load(0), b.load(0)), function(a.load(1), b.load(1)));
                results.0.store(to);
                results.1.store(to.add(V::LANES));
                a.advance(2);
                b.advance(2);
                to = to.wrapping_add(2 * V::LANES);
                left -= 2;
            }
            if left == 1 {
                function(a.load(0), b.load(0)).store(to);
            }
        }
    }

    #[inline(always)]
    fn ternary<V: Vector<Element = E>>(&mut self, places: [Place; 3], to: u32, function: impl Fn(V, V, V) -> V) {
        let [a, b, c] = places;
        let (mut a, mut b) = (self.operand::<V>(0, a), self.operand::<V>(1, b));
        let mut c = self.operand::<V>(2, c);
        let (mut to, mut left) = (self.slot(to), self.width / V::LANES);
        // SAFETY: operands and result have `left` vectors.
        unsafe {
            while left >= 2 {
                let results = (function(a.load(0), b.load(0), c.load(0)), function(a.load(1), b.load(1), c.load(1)));
                results.0.store(to);
                results.1.store(to.add(V::LANES));
                a.advance(2);
                b.advance(2);
                c.advance(2);
                to = to.wrapping_add(2 * V::LANES);
                left -= 2;
            }
            if left == 1 {
                function(a.load(0), b.load(0), c.load(0)).store(to);
            }
        }
    }

    #[inline(always)]
    fn sin_cos<V: Vector<Element = E>>(&mut self, a: Place, sin: u32, cos: u32) {
        let a = self.operand::<V>(0, a);
        let (sin, cos, vectors) = (self.slot(sin), self.slot(cos), self.width / V::LANES);
        // SAFETY: operand and results have `vectors` vectors.
        unsafe {
            for n in 0..vectors {
                let (s, c) = a.load::<V>(n).sin_cos();
                s.store(sin.add(n * V::LANES));
                c.store(cos.add(n * V::LANES));
            }
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
