//! Memory of spectra, polishes, certificates and finders, in matrices of the Hessian's size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use autodiff::{Objective, Scalar, Stream};
use landscape::connect::{Flow, connect};
use landscape::{
    Criteria, Deflation, Departure, Finder, GaussNewton, ModeFollowing, NewtonSampler, certify, polish,
    tangent_spectrum,
};

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

/// A chain of double wells, its Hessian full, as the square of the sum couples all but the first coordinate: that has a
/// small curvature.
fn wells() -> Objective {
    Objective::formula(N, |x| {
        let wells = Scalar::sum(x[1..].iter().map(|x| (x.square() - 1.0).square() * 0.25));
        wells + Scalar::sum(x[1..].iter().copied()).square() * (0.5 / N as f64) + x[0].square() * 1e-9
    })
}

/// One test for everything that counts, so that no other thread allocates meanwhile.
#[test]
fn two_matrices_of_the_size_of_the_hessian_are_enough() {
    let objective = wells();
    let mut eval = objective.evaluator();
    let at: Vec<f64> = (0..N).map(|i| if i % 2 == 0 { 1.1 } else { -0.9 }).collect();
    // The first evaluations make the workspaces of the executor, which are kept.
    let mut hess = vec![0.0; N * N];
    eval.hessian(&at, &mut hess);
    eval.gradient(&at, &mut hess[..N]);
    drop(hess);
    let criteria = Criteria::default();

    // Beyond whole matrices: rows that end on a cache line, 1 % of a matrix, and the collected rows, in the reduction 64
    // and twice as many packed ones, in the rotation of eigenvectors up to 16 N numbers, 3 % of a matrix. All are a fixed
    // number of times N: at N = 600 the reduction's are a third of a matrix, at 4096 a twentieth.
    let rows = 1.0 + 0.015;
    let reduction = 0.36;
    let vectors = 0.1;

    let (spectrum, values) = matrices(|| tangent_spectrum(&mut eval, &at));
    assert_eq!(values.len(), N);
    assert!((1.0..rows + reduction).contains(&spectrum), "spectrum: {spectrum}");

    let (polished, point) = matrices(|| polish(&mut eval, &at, &criteria));
    assert!(point.iterations > 2);
    assert!((2.0..2.0 * rows + vectors).contains(&polished), "polish: {polished}");

    // The point brings its eigenvectors; a small eigenvalue asks for the spectra of points beside it.
    let (certificate, certified) = matrices(|| certify(&mut eval, &point, 0, &criteria));
    assert!(certified.class.is_critical() && certified.inertia.n_zero == 0, "{certified:?}");
    assert!((1.0..rows + reduction).contains(&certificate), "certificate: {certificate}");
    drop(point);

    let departure = Departure { descend: vec![0], ..Departure::default() };
    let finders: [(&str, Box<dyn Finder>); 4] = [
        ("newton", Box::new(NewtonSampler { descend: vec![0], iterations: 3, ..NewtonSampler::default() })),
        (
            "gauss_newton",
            Box::new(GaussNewton { departure: departure.clone(), iterations: 3, ..GaussNewton::default() }),
        ),
        ("mode_following", Box::new(ModeFollowing { departure: departure.clone(), index: vec![1], iterations: 4 })),
        ("deflation", Box::new(Deflation { departure, rounds: vec![1], iterations: 3, ..Deflation::default() })),
    ];
    for (name, finder) in finders {
        let mut noise = Stream::new(0, "memory", &[]);
        let (taken, found) = matrices(|| finder.search(&mut eval, at.clone(), 0, &mut noise, &criteria));
        assert!(found.search_steps >= 2, "{name}");
        assert!((2.0..2.0 * rows + vectors).contains(&taken), "{name}: {taken}");
    }

    // One well on its barrier.
    let mut beside = at.clone();
    beside[1] = 0.02;
    let saddle = polish(&mut eval, &beside, &criteria).x;
    let (taken, connection) = matrices(|| connect(&mut eval, &saddle, 0, &criteria, &Flow::default()));
    assert!(connection.is_ok_and(|connection| connection.is_complete()));
    // The most is at a certificate: the eigenvectors of the end, and the spectrum of a point beside it.
    assert!((2.0..1.0 + rows + reduction).contains(&taken), "connect: {taken}");
}
