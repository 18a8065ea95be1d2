//! Minibatches: without replacement, every epoch a fresh random order of all rows, or with it.

use autodiff::Stream;

/// Deals rows in batches of one size: from the random orders of consecutive epochs, or each drawn by itself.
pub(crate) struct Dealer {
    with_replacement: bool,
    order: Vec<u32>,
    /// Rows of the current epoch dealt so far.
    dealt: usize,
}

impl Dealer {
    /// Of `row_count` rows; the first epoch is drawn with the first batch.
    pub(crate) fn new(row_count: usize, with_replacement: bool) -> Self {
        let row_count = u32::try_from(row_count).expect("row numbers fit in 32 bits");
        Self { with_replacement, order: (0..row_count).collect(), dealt: row_count as usize }
    }

    /// Begins a new epoch with the next batch: what a restart does.
    pub(crate) fn reset(&mut self) {
        self.dealt = self.order.len();
    }

    /// Appends the next `batch` rows to `rows`, in ascending order: a batch is a set, and so its sum does not
    /// depend on the order of the draw (`batch` = all rows is the full gradient). A batch that reaches the end of an
    /// epoch is filled from the next one, so a row can be in it twice.
    pub(crate) fn deal(&mut self, batch: usize, stream: &mut Stream, rows: &mut Vec<u32>) {
        let begin = rows.len();
        if self.with_replacement {
            let row_count = self.order.len() as u32;
            rows.extend((0..batch).map(|_| stream.below(row_count)));
        }
        while rows.len() < begin + batch {
            if self.dealt == self.order.len() {
                stream.shuffle(&mut self.order);
                self.dealt = 0;
            }
            let missing = begin + batch - rows.len();
            let end = self.order.len().min(self.dealt + missing);
            rows.extend_from_slice(&self.order[self.dealt..end]);
            self.dealt = end;
        }
        rows[begin..].sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deal(dealer: &mut Dealer, batch: usize, stream: &mut Stream) -> Vec<u32> {
        let mut rows = Vec::new();
        dealer.deal(batch, stream, &mut rows);
        assert_eq!(rows.len(), batch);
        assert!(rows.is_sorted());
        rows
    }

    #[test]
    fn every_epoch_deals_each_row_once_whatever_the_batch() {
        for batch in [1, 3, 4, 7, 10] {
            let mut stream = Stream::new(1, "batches", &[]);
            let mut dealer = Dealer::new(10, false);
            // `batch` epochs of 10 rows are 10 whole batches.
            let mut times = [0; 10];
            for _ in 0..10 {
                for row in deal(&mut dealer, batch, &mut stream) {
                    times[row as usize] += 1;
                }
                // Rows dealt so far differ by at most one between rows, a batch across two epochs included.
                assert!(times.iter().max().unwrap() - times.iter().min().unwrap() <= 1, "batch {batch}: {times:?}");
            }
            assert_eq!(times, [batch; 10]);
        }
    }

    #[test]
    fn every_epoch_is_a_fresh_order_and_a_reset_begins_one() {
        let mut stream = Stream::new(2, "batches", &[]);
        let mut dealer = Dealer::new(50, false);
        // Halves of three epochs: two epochs share a half with probability 1 / C(50, 25) < 1e-14.
        let halves: Vec<_> = (0..6).map(|_| deal(&mut dealer, 25, &mut stream)).collect();
        assert_ne!(halves[0], halves[2]);
        assert_ne!(halves[2], halves[4]);
        deal(&mut dealer, 25, &mut stream);
        dealer.reset();
        let mut epoch = deal(&mut dealer, 25, &mut stream);
        epoch.extend(deal(&mut dealer, 25, &mut stream));
        epoch.sort_unstable();
        assert_eq!(epoch, (0..50).collect::<Vec<u32>>());
    }

    /// With replacement a batch of all 10 rows misses a given row with probability 0.9^10 = 0.349, and successive draws
    /// are independent: the variance of a row's count over n draws is that of a binomial, 0.09 n.
    #[test]
    fn with_replacement_draws_are_independent() {
        let mut stream = Stream::new(3, "batches", &[]);
        let mut dealer = Dealer::new(10, true);
        let (batches, mut misses, mut squares) = (4000.0, 0.0, 0.0);
        for _ in 0..4000 {
            let rows = deal(&mut dealer, 10, &mut stream);
            let times = rows.iter().filter(|row| **row == 7).count() as f64;
            misses += f64::from(u8::from(times == 0.0));
            squares += (times - 1.0) * (times - 1.0);
        }
        let p: f64 = 0.9_f64.powi(10);
        assert!((misses / batches - p).abs() <= 5.0 * (p * (1.0 - p) / batches).sqrt(), "{misses}");
        // Variance 0.9; the fourth central moment of this binomial is 0.9 (1 + 3 * 0.9 * 0.8) = 2.844.
        assert!((squares / batches - 0.9).abs() <= 5.0 * ((2.844 - 0.81) / batches).sqrt(), "{squares}");
    }
}
