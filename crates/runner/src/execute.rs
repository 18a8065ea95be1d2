//! Carries out the open runs of a plan on all threads while one thread keeps the journal and the screen.

use crate::interrupt;
use crate::journal::Journal;
use crate::measure::{self, Block, Outcome};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::record::Record;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How often the screen is looked after.
const TICK: Duration = Duration::from_millis(100);

/// After an interrupt, runs that end within this time are still kept.
const GRACE: Duration = Duration::from_secs(2);

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every open run is finished.
    Complete,
    /// An interrupt came; what was finished until then is in the journal.
    Interrupted,
}

/// Runs every block; each finished run goes to the journal first and then to `on_finished`.
///
/// # Errors
/// The journal cannot be written, or this program itself is broken.
pub fn execute(
    plan: &Arc<Plan>,
    blocks: Vec<Block>,
    threads: usize,
    journal: &mut Journal,
    progress: &mut Progress,
    err: &mut dyn Write,
    on_finished: &mut dyn FnMut(Outcome) -> Result<Record, String>,
) -> Result<End, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| format!("cannot start {threads} threads: {error}"))?;
    let stop = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = channel::<Outcome>();
    // The workers own what they use: after an interrupt the program may end without waiting for a
    // long block.
    let workers = std::thread::spawn({
        let (plan, stop) = (Arc::clone(plan), Arc::clone(&stop));
        move || {
            let is_wanted = || !stop.load(Ordering::Relaxed);
            pool.install(|| {
                blocks.par_iter().with_max_len(1).for_each_with(sender, |sender, block| {
                    if is_wanted() {
                        measure::block(&plan, block, &is_wanted, &mut |outcome| {
                            // The receiver is gone only when nobody wants the result any more.
                            let _ = sender.send(outcome);
                        });
                    }
                });
            });
        }
    });
    let mut give_up_at: Option<Instant> = None;
    loop {
        if interrupt::requested() && give_up_at.is_none() {
            stop.store(true, Ordering::Relaxed);
            give_up_at = Some(Instant::now() + GRACE);
        }
        if give_up_at.is_some_and(|moment| Instant::now() >= moment) {
            return Ok(End::Interrupted);
        }
        match receiver.recv_timeout(TICK) {
            Ok(outcome) => {
                let failed = outcome.record.failed();
                let kept = on_finished(outcome).and_then(|record| {
                    journal.append(&record).map_err(|error| format!("cannot write the journal: {error}"))
                });
                if let Err(message) = kept {
                    stop.store(true, Ordering::Relaxed);
                    return Err(message);
                }
                progress.finished(failed);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        progress.tick(err);
    }
    workers.join().map_err(|_| "a worker thread panicked outside of any run".to_string())?;
    Ok(if give_up_at.is_some() { End::Interrupted } else { End::Complete })
}
