//! Memory of spectra and certificates, in matrices of the Hessian's size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use autodiff::{Objective, Scalar};
use landscape::{Criteria, certify, polish, tangent_spectrum};

/// The system's allocator, noting how much is taken at once.
struct Peak;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Peak {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
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

#[global_allocator]
static PEAK: Peak = Peak;

const N: usize = 600;

/// What `work` takes at once beyond what was there, in matrices of N x N numbers.
fn matrices<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let before = TAKEN.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let result = work();
    ((MOST.load(Ordering::Relaxed) - before) as f64 / (8 * N * N) as f64, result)
}

/// One test for everything that counts, so that no other thread allocates meanwhile.
#[test]
fn no_more_matrices_than_stated_are_in_memory() {
    // A chain of double wells whose Hessian is full, as the square of the sum couples all.
    let objective = Objective::formula(N, |x| {
        let wells = Scalar::sum(x.iter().map(|x| (x.square() - 1.0).square() * 0.25));
        wells + Scalar::sum(x.iter().copied()).square() * (0.5 / N as f64)
    });
    let mut eval = objective.evaluator();
    let at: Vec<f64> = (0..N).map(|i| if i % 2 == 0 { 1.1 } else { -0.9 }).collect();
    // The first evaluation makes the workspace of the executor, which is kept.
    let mut hess = vec![0.0; N * N];
    eval.hessian(&at, &mut hess);
    drop(hess);
    let (spectrum, values) = matrices(|| tangent_spectrum(&mut eval, &at));
    let (point, polished) = matrices(|| polish(&mut eval, &at, &Criteria::default()));
    let (certificate, certified) = matrices(|| certify(&mut eval, &polished, 0, &Criteria::default()));
    assert!(values.len() == N && certified.class.is_critical(), "{}", certified.reason);
    // Eigenvalues: the Hessian, one working copy, and lanes of the executor and bands that do not grow with N^2.
    assert!((2.0..2.6).contains(&spectrum), "spectrum: {spectrum}");
    // A polish keeps the eigenvectors of the point before while it forms and decomposes the next Hessian.
    assert!((3.0..5.3).contains(&point), "polish: {point}");
    assert!(certificate < 0.1, "certificate: {certificate}");
}
