//! The lane executor: runs a program over a block of lanes (points, directions or data rows) at once.

use crate::graph::{Binary, Unary};
use crate::machine::{vector_unit, vectorised};
use crate::math;
use crate::program::{Code, Instruction, Place, Program};
use crate::scalar::Scalar;

/// Lanes that one execution may carry. The width never changes a lane's bits: every lane runs the same scalar
/// expressions in the same order, and nothing is fused that the graph does not fuse.
pub const WIDTHS: [usize; 3] = [1, 8, 32];

/// Lanes that go through the registers together: two AVX registers of f64.
const CHUNK: usize = 8;

/// A program with the memory one thread needs to run it.
#[derive(Debug)]
pub(crate) struct Workspace<'p> {
    program: &'p Program,
    shared: Vec<f64>,
    slots: Vec<f64>,
    width: usize,
    vector_unit: bool,
}

impl<'p> Workspace<'p> {
    /// `width` lanes, one of [`WIDTHS`].
    pub fn new(program: &'p Program, width: usize) -> Self {
        assert!(WIDTHS.contains(&width), "{width} lanes are not supported");
        Workspace {
            program,
            shared: program.table.clone(),
            slots: vec![0.0; program.slots * width],
            width,
            vector_unit: vector_unit(),
        }
    }

    /// Gives input `i` of every lane, or the one number of a shared input.
    pub fn set_shared(&mut self, i: usize, value: f64) {
        match self.program.inputs[i] {
            Place::Shared(entry) => self.shared[entry as usize] = value,
            Place::Lane(slot) => self.lanes_mut(slot).fill(value),
        }
    }

    /// Gives input `i` of one lane.
    pub fn set_lane(&mut self, i: usize, lane: usize, value: f64) {
        let Place::Lane(slot) = self.program.inputs[i] else {
            panic!("input {i} is shared by all lanes");
        };
        self.slots[slot as usize * self.width + lane] = value;
    }

    fn lanes_mut(&mut self, slot: u32) -> &mut [f64] {
        &mut self.slots[slot as usize * self.width..][..self.width]
    }

    /// Value of output `k` in a lane, after a run.
    pub fn output(&self, k: usize, lane: usize) -> f64 {
        match self.program.outputs[k] {
            Place::Shared(entry) => self.shared[entry as usize],
            Place::Lane(slot) => self.slots[slot as usize * self.width + lane],
        }
    }

    /// Adds output `k` of every lane to `sums[k * width + lane]`.
    pub fn add_outputs(&self, sums: &mut [f64]) {
        for (place, sums) in self.program.outputs.iter().zip(sums.chunks_exact_mut(self.width)) {
            match *place {
                Place::Shared(entry) => sums.iter_mut().for_each(|sum| *sum += self.shared[entry as usize]),
                Place::Lane(slot) => {
                    let lanes = &self.slots[slot as usize * self.width..][..self.width];
                    sums.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += lane);
                }
            }
        }
    }

    /// Adds output `k` of the first `lanes` lanes, in lane order, to `sums[k]`.
    pub fn add_lanes(&self, lanes: usize, sums: &mut [f64]) {
        for (place, sum) in self.program.outputs.iter().zip(sums) {
            for lane in 0..lanes {
                *sum += match *place {
                    Place::Shared(entry) => self.shared[entry as usize],
                    Place::Lane(slot) => self.slots[slot as usize * self.width + lane],
                };
            }
        }
    }

    /// Runs prologue and body on the inputs given.
    pub fn run(&mut self) {
        self.run_prologue();
        self.run_body();
    }

    /// Computes what depends on shared inputs only; enough once for several bodies.
    pub fn run_prologue(&mut self) {
        let program = self.program;
        dispatch(
            self.vector_unit,
            #[inline(always)]
            || prologue(&program.prologue, &mut self.shared),
        );
    }

    /// Runs the lanes, given what [`Workspace::run_prologue`] has computed.
    pub fn run_body(&mut self) {
        let (code, shared, slots) = (&self.program.body, &self.shared, &mut self.slots);
        dispatch(
            self.vector_unit,
            #[inline(always)]
            || body_of_width(self.width, code, shared, slots),
        );
    }
}

fn dispatch(vector_unit: bool, work: impl FnOnce()) {
    if vector_unit { vectorised(work) } else { work() }
}

#[inline(always)]
fn body_of_width(width: usize, code: &[Instruction], shared: &[f64], slots: &mut [f64]) {
    match width {
        1 => body::<1, 1>(code, shared, slots),
        CHUNK => body::<CHUNK, CHUNK>(code, shared, slots),
        32 => body::<32, CHUNK>(code, shared, slots),
        _ => unreachable!("widths are checked when the workspace is made"),
    }
}

#[inline(always)]
fn prologue(code: &[Instruction], shared: &mut [f64]) {
    for instruction in code {
        let of = |place: Place| match place {
            Place::Shared(entry) => shared[entry as usize],
            Place::Lane(_) => unreachable!("the prologue reads shared entries only"),
        };
        shared[instruction.to as usize] = match instruction.code {
            Code::Unary(function, a) => function.apply(of(a)),
            Code::Binary(function, a, b) => function.apply(of(a), of(b)),
            Code::MulAdd(a, b, c) => f64::mul_add(of(a), of(b), of(c)),
            Code::Select(condition, then, otherwise) => of(condition).select(of(then), of(otherwise)),
        };
    }
}

#[inline(always)]
fn body<const LANES: usize, const CHUNK: usize>(code: &[Instruction], shared: &[f64], slots: &mut [f64]) {
    for instruction in code {
        let frame = Frame::<LANES, CHUNK> { shared, slots, to: instruction.to };
        match instruction.code {
            Code::Unary(function, a) => match function {
                Unary::Neg => frame.unary(a, |a| -a),
                Unary::Sqrt => frame.unary(a, math::sqrt),
                Unary::Exp => frame.unary(a, math::exp),
                Unary::Ln => frame.unary(a, math::ln),
                Unary::Sin => frame.periodic(a, math::sin_fast, math::sin),
                Unary::Cos => frame.periodic(a, math::cos_fast, math::cos),
                Unary::Tanh => frame.unary(a, math::tanh),
                Unary::Logistic => frame.unary(a, math::logistic),
                Unary::Softplus => frame.unary(a, math::softplus),
            },
            Code::Binary(function, a, b) => match function {
                Binary::Add => frame.binary(a, b, |a, b| a + b),
                Binary::Sub => frame.binary(a, b, |a, b| a - b),
                Binary::Mul => frame.binary(a, b, |a, b| a * b),
                Binary::Div => frame.binary(a, b, |a, b| a / b),
                Binary::Lt => frame.binary(a, b, Scalar::lt),
            },
            Code::MulAdd(a, b, c) => frame.ternary(a, b, c, f64::mul_add),
            Code::Select(a, b, c) => frame.ternary(a, b, c, Scalar::select),
        }
    }
}

/// One instruction's view of the memory.
struct Frame<'m, const LANES: usize, const CHUNK: usize> {
    shared: &'m [f64],
    slots: &'m mut [f64],
    to: u32,
}

impl<const LANES: usize, const CHUNK: usize> Frame<'_, LANES, CHUNK> {
    #[inline(always)]
    fn load(&self, place: Place, first: usize) -> [f64; CHUNK] {
        match place {
            Place::Lane(slot) => {
                let lanes = &self.slots[slot as usize * LANES + first..][..CHUNK];
                lanes.try_into().expect("a chunk of lanes")
            }
            Place::Shared(entry) => [self.shared[entry as usize]; CHUNK],
        }
    }

    #[inline(always)]
    fn store(&mut self, first: usize, lanes: [f64; CHUNK]) {
        self.slots[self.to as usize * LANES + first..][..CHUNK].copy_from_slice(&lanes);
    }

    #[inline(always)]
    fn unary(mut self, a: Place, function: impl Fn(f64) -> f64) {
        for first in (0..LANES).step_by(CHUNK) {
            let a = self.load(a, first);
            let mut to = [0.0; CHUNK];
            for lane in 0..CHUNK {
                to[lane] = function(a[lane]);
            }
            self.store(first, to);
        }
    }

    /// Sine and cosine: the fast kernel for all lanes, then the full function for those it does not reach.
    #[inline(always)]
    fn periodic(mut self, a: Place, fast: impl Fn(f64) -> f64, full: impl Fn(f64) -> f64) {
        for first in (0..LANES).step_by(CHUNK) {
            let a = self.load(a, first);
            let mut to = [0.0; CHUNK];
            let mut large = false;
            for lane in 0..CHUNK {
                to[lane] = fast(a[lane]);
                large |= math::trig_needs_large(a[lane]);
            }
            if large {
                for lane in 0..CHUNK {
                    to[lane] = full(a[lane]);
                }
            }
            self.store(first, to);
        }
    }

    #[inline(always)]
    fn binary(mut self, a: Place, b: Place, function: impl Fn(f64, f64) -> f64) {
        for first in (0..LANES).step_by(CHUNK) {
            let (a, b) = (self.load(a, first), self.load(b, first));
            let mut to = [0.0; CHUNK];
            for lane in 0..CHUNK {
                to[lane] = function(a[lane], b[lane]);
            }
            self.store(first, to);
        }
    }

    #[inline(always)]
    fn ternary(mut self, a: Place, b: Place, c: Place, function: impl Fn(f64, f64, f64) -> f64) {
        for first in (0..LANES).step_by(CHUNK) {
            let (a, b, c) = (self.load(a, first), self.load(b, first), self.load(c, first));
            let mut to = [0.0; CHUNK];
            for lane in 0..CHUNK {
                to[lane] = function(a[lane], b[lane], c[lane]);
            }
            self.store(first, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Supply;
    use crate::random::Stream;
    use crate::record::Sym;

    /// The portable form is what machines without AVX2 and FMA run; it must give the bits of the vectorised one.
    /// On a machine without them the two runs are the same form and the test says nothing.
    #[test]
    fn the_portable_form_gives_the_same_bits() {
        let (graph, value) = Sym::record(2, |x| {
            let (a, b) = (x[0], x[1]);
            let smooth = (a * 3.0).sin() + b.cos() * a.tanh() - b.softplus() / (a.logistic() + 1.0);
            let rough = a.lt(b).select((a.square() + 0.3).sqrt(), (b.square() + 0.3).ln());
            smooth.mul_add(rough, (a * 0.1).exp()) + (b * 1e8).cos()
        });
        let program = Program::compile(&graph, &[value], &[Supply::Lane, Supply::Lane]);
        for width in WIDTHS {
            let mut stream = Stream::new(0, "portable", &[&width.to_string()]);
            let mut run = Workspace::new(&program, width);
            for _ in 0..100 {
                for lane in 0..width {
                    run.set_lane(0, lane, 10.0 * stream.normal());
                    run.set_lane(1, lane, 10.0 * stream.normal());
                }
                let mut values = [(); 2].map(|()| Vec::new());
                for (vector, values) in [vector_unit(), false].into_iter().zip(&mut values) {
                    run.vector_unit = vector;
                    run.run();
                    values.extend((0..width).map(|lane| run.output(0, lane).to_bits()));
                }
                assert_eq!(values[0], values[1]);
            }
        }
    }
}
