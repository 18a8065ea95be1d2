//! The kinds of numbers that lanes can hold, and what differs between them.

use crate::kernels::turn;
use crate::lanes::body::Body;
use crate::lanes::moves::{Load, Store};
use crate::program::Turn;
use crate::rows::Rows;
use crate::vector::Vector;

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
        // SAFETY: passed on.
        unsafe { turn::<V64>(turns, inputs.as_ptr(), table.as_mut_ptr()) };
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
        // SAFETY: passed on.
        unsafe { turn::<V32>(turns, inputs.as_ptr(), table.as_mut_ptr()) };
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
