//! What an experiment claims of its tables, judged by the rows of the result folder.
//!
//! | file | job |
//! |---|---|
//! | `claim` | the rows of `claims.csv` |
//! | `columns` | ranges of columns, and where their uncertainty stands |
//! | `measure` | the value a claim is about |
//! | `pairs` | whether two rows differ by more than chance |
//! | `judge` | the verdict and its reason |

mod claim;
mod columns;
mod judge;
mod measure;
mod pairs;

pub(crate) use claim::{Claim, Expected, Tolerance, in_words, is_the, load};
pub use claim::{Kind, Over, Relation};
pub(crate) use columns::uncertainty;
pub use columns::{column_range, has_uncertainty, holds_words, is_share, table_columns, table_names};
pub(crate) use judge::Judgement;

use crate::folder::Folder;
use crate::table::Table;
use crate::tables::MAKERS;
use judge::judge;
use std::collections::HashMap;

/// A claim and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judged {
    pub claim: Claim,
    /// On all runs.
    pub whole: Judgement,
    /// On the first and the second half of the replicates.
    pub halves: [Judgement; 2],
}

impl Judged {
    /// An empirical claim has to hold on all runs and on both halves; of a theory the halves are only shown.
    pub fn holds(&self) -> bool {
        self.whole.holds && (self.claim.kind == Kind::Theory || self.halves.iter().all(|half| half.holds))
    }

    /// Why: the reason on all runs, or the first half on which an empirical claim fails.
    pub fn reason(&self) -> String {
        let failing = self.halves.iter().zip(["first", "second"]).find(|(half, _)| !half.holds);
        match failing {
            Some((half, which)) if self.whole.holds && self.claim.kind == Kind::Empirical => {
                format!("{}; but on the {which} half {}", self.whole.reason, half.reason)
            }
            _ => self.whole.reason.clone(),
        }
    }
}

/// Judges claims by the rows of a folder and by `tables`, which were made of it.
pub(crate) fn judged(claims: Vec<Claim>, folder: &Folder, tables: &[Table]) -> Vec<Judged> {
    let mut halves = [0, 1].map(|half| Half { half, folder, made: HashMap::new() });
    let judged = |claim: Claim| Judged {
        whole: judge(&claim, tables.iter().find(|table| table.name == claim.table), folder),
        halves: halves.each_mut().map(|half| half.judge(&claim)),
        claim,
    };
    claims.into_iter().map(judged).collect()
}

/// One half of the replicates, with the tables that are claimed something of.
struct Half<'f> {
    half: usize,
    folder: &'f Folder,
    made: HashMap<String, (Option<Table>, Folder)>,
}

impl Half<'_> {
    fn judge(&mut self, claim: &Claim) -> Judgement {
        let Some(maker) = MAKERS.iter().find(|maker| maker.name == claim.table) else {
            return judge(claim, None, self.folder);
        };
        let (table, part) = self.made.entry(claim.table.clone()).or_insert_with(|| {
            let part = self.folder.half(self.half, maker.counts, maker.cell);
            ((maker.table)(&part), part)
        });
        judge(claim, table.as_ref(), part)
    }
}
