//! Progress on stderr: a bar on a terminal, otherwise one plain line every ten seconds.

use crate::figure::duration;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::time::{Duration, Instant};

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Counts finished runs for the eye.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
    before: usize,
    done: usize,
    failed: usize,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    /// `total` runs are planned, `before` of them were finished earlier; `live` when stderr is a
    /// terminal.
    pub fn new(total: usize, before: usize, live: bool) -> Self {
        let bar = live.then(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr_with_hz(5));
            let style = ProgressStyle::with_template("[{bar:24}] {pos}/{len} runs  {msg}");
            bar.set_style(style.expect("a valid template").progress_chars("=> "));
            bar.set_position(before as u64);
            bar
        });
        let now = Instant::now();
        Self { bar, total, before, done: before, failed: 0, started: now, last_line: now }
    }

    /// Notes one more finished run.
    pub fn finished(&mut self, failed: bool) {
        self.done += 1;
        self.failed += usize::from(failed);
    }

    /// Shows the state, if it is time to.
    pub fn tick(&mut self, err: &mut dyn Write) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.done as u64);
            bar.set_message(self.pace());
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            // A closed stderr is no reason to stop measuring.
            let _ = writeln!(err, "{}/{} runs  {}", self.done, self.total, self.pace());
        }
    }

    /// Takes the bar off the screen.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn pace(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        let fresh = self.done - self.before;
        let rate = fresh as f64 / seconds.max(1e-9);
        let mut text = if fresh == 0 {
            "first block".to_string()
        } else {
            let left = (self.total - self.done) as f64 / rate;
            format!("{} runs/s  ETA {}", short(rate), duration(left))
        };
        if self.failed > 0 {
            text += &format!("  failed {}", self.failed);
        }
        text
    }
}

/// A rate with two significant digits or none behind the point.
fn short(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_nothing_is_written_before_ten_seconds_and_then_one_line() {
        let mut progress = Progress::new(10, 4, false);
        let mut err = Vec::new();
        progress.finished(true);
        progress.tick(&mut err);
        assert!(err.is_empty());
        let past = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds)).unwrap();
        (progress.started, progress.last_line) = (past(11), past(11));
        progress.tick(&mut err);
        progress.tick(&mut err);
        let text = String::from_utf8(err).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.starts_with("5/10 runs  0.1 runs/s  ETA 55 s  failed 1"), "{text}");
    }
}
