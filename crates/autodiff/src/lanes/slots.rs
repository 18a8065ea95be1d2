//! Memory for slots.

use crate::lanes::element::Element;

/// Slot memory, aligned to cache lines so that no vector straddles two.
#[derive(Debug)]
pub(crate) struct Slots<E> {
    lines: Vec<Line>,
    len: usize,
    element: std::marker::PhantomData<E>,
}

#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "read through the pointer of the whole")] [u64; 8]);

impl<E: Element> Slots<E> {
    pub fn new(len: usize) -> Self {
        let lines = vec![Line([0; 8]); (len * size_of::<E>()).div_ceil(size_of::<Line>())];
        Slots { lines, len, element: std::marker::PhantomData }
    }

    pub fn numbers(&self) -> &[E] {
        // SAFETY: the lines hold `len` elements of f32 or f64, for which every pattern of bits is a number.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }

    pub fn numbers_mut(&mut self) -> &mut [E] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}
