//! What tests of memory count with: an allocator that notes how much is taken at once, and how often.
//!
//! ```
//! use allocations::{Counting, most_taken};
//! #[global_allocator]
//! static COUNTING: Counting = Counting;
//! let (bytes, numbers) = most_taken(|| vec![0.0f64; 1000]);
//! assert!(bytes >= 8 * numbers.len());
//! ```

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counting; a test makes it the `#[global_allocator]`.
pub struct Counting;

thread_local! {
    /// Whether allocations of this thread are counted.
    static IS_COUNTED: Cell<bool> = const { Cell::new(false) };
}

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static TAKEN: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(usize::from(IS_COUNTED.get()), Ordering::Relaxed);
        let now = TAKEN.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        TAKEN.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

/// From now on allocations of this thread are counted. (The one that started a test allocates whenever it likes.)
pub fn count_this_thread() {
    IS_COUNTED.set(true);
}

/// Allocations so far of the threads that are counted.
pub fn allocations() -> usize {
    ALLOCATIONS.load(Ordering::Relaxed)
}

/// Bytes that all threads hold now.
pub fn taken() -> usize {
    TAKEN.load(Ordering::Relaxed)
}

/// The most bytes that `work` holds at once beyond those held before, and its result; no other thread should allocate
/// meanwhile.
pub fn most_taken<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = taken();
    MOST.store(before, Ordering::Relaxed);
    let result = work();
    (MOST.load(Ordering::Relaxed) - before, result)
}
