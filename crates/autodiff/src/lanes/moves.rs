//! Rows on their way to the lanes, and outputs on their way back.

use crate::kernels::{gather, scatter};
use crate::lanes::element::Element;
use crate::vector::{Vector, Work};

/// Rows on their way to the lanes.
pub(crate) struct Load<'l, E> {
    pub cells: &'l [E],
    /// Where the row of each lane begins.
    pub starts: &'l mut [u32],
    pub width: usize,
    pub to: &'l mut [E],
}

impl<E: Element> Load<'_, E> {
    #[inline(always)]
    pub fn execute<V: Vector<Element = E>>(self) {
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
    pub from: &'s [E],
    pub lanes: usize,
    pub width: usize,
    pub to: &'s mut [E],
}

impl<E: Element> Store<'_, E> {
    #[inline(always)]
    pub fn execute<V: Vector<Element = E>>(self) {
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
