//! From the rows of a result folder to statistics to tables: a pure function of `runs.csv` and the files of rows beside it.
//!
//! The crate knows none of the others: whatever a table says can be recomputed by anyone from the CSV files alone,
//! and the same files always give the same bytes.
//!
//! | file | job |
//! |---|---|
//! | `rows`, `shape_rows` | the columns of the files, typed |
//! | `load` | one CSV file to typed rows, with file and line in every complaint |
//! | `folder` | the files joined by `run_key`, checked, grouped in plan order |
//! | `draws` | the runs on all draws of a random surface, together |
//! | `claims` | what the experiment claims of its tables, judged by all runs and by each half of the replicates |
//! | `estimators` | intervals, running times, restarts derived from single runs, tests, medians |
//! | `score`, `tuning` | how good a configuration is; the best one of every method, from a folder of tuning |
//! | `tables` | one file per table |
//! | `pictures` | one file per picture |
//! | `page` | all of it as one HTML file |
//! | `quote` | pages that quote tables, made anew |
//! | `table`, `format`, `render` | a table as data, numbers for people, CSV / Markdown / plain text |

mod claims;
mod draws;
mod error;
pub mod estimators;
mod folder;
mod format;
mod load;
mod page;
mod pictures;
mod quote;
mod render;
mod rows;
mod score;
mod shape_rows;
mod table;
mod tables;
mod tuning;

pub use claims::{
    Kind, Over, Relation, column_range, has_uncertainty, holds_words, is_share, table_columns, table_names,
};
pub use draws::without_draw;
pub use error::ReportError;
pub use folder::{Folder, MethodRuns, ProblemRuns, Run};
pub use page::About;
pub use pictures::Picture;
pub use quote::refreshed;
pub use rows::{
    At, AttemptRow, Class, CountRow, CriticalRow, CurveRow, ExampleRow, HitRow, ListedRow, RunRow, SpectrumKind,
    SpectrumRow, Status,
};
pub use shape_rows::{BasinRow, ConnectionRow, MergeRow, PathRow, ProfileRow, SliceRow};
pub use table::{Block, Cell, Table};
pub use tuning::{Choice, choices};

use std::path::Path;

/// Every table that the result folder `dir` has rows for, in reading order: `success`,
/// `spread`, `comparison`, `restarts`, `attempts`, `curves`, `plateaus`, `examples`, `endpoints`, `levels`, `signs`,
/// `tolerance`, `index_vs_loss`, `counts`, `listed`, `matrix_signs`, `optimum`, `draws`, `spectrum`, `barriers`, `slices`, `basins`,
/// `connections`.
///
/// Reads `cells.csv`, `runs.csv`, `hits.csv`, `critical.csv` and, where they are there, `attempts.csv`, `curves.csv`, `examples.csv`, those of
/// surveys and `space.csv`, and nothing else. Runs that are planned but not done (status `missing`) stay in every denominator, so an
/// unfinished folder gives tables that say so. A folder of tuning, which has a `space.csv`, gives the one table
/// `sensitivity`. Where there is a `claims.csv` the last table is `claims`, with the verdicts.
///
/// # Errors
/// A file that is absent, malformed, or contradicts another one; the message names file and line.
pub fn tables(dir: &Path) -> Result<Vec<Table>, ReportError> {
    let folder = Folder::load(dir)?;
    if tuning::is_tuning(dir) {
        return Ok(vec![tables::sensitivity(&tuning::load(dir, &folder)?)]);
    }
    let mut tables = tables::all(&folder);
    let claims = claims::judged(claims::load(dir)?, &folder, &tables);
    tables.extend(tables::claims(&claims, &folder));
    Ok(tables)
}

/// The table `claims` of a result folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// The table.
    pub table: Table,
    /// How many claims hold.
    pub held: usize,
    /// Ids of those that fail.
    pub failed: Vec<String>,
}

/// What the experiment of the result folder `dir` claims, judged by its rows; `None` when it claims nothing.
///
/// # Errors
/// As [`tables`].
pub fn claims(dir: &Path) -> Result<Option<Claims>, ReportError> {
    let claims = claims::load(dir)?;
    if claims.is_empty() {
        return Ok(None);
    }
    let folder = Folder::load(dir)?;
    let named = |table: &str| claims.iter().any(|claim| claim.table == table);
    let tables = tables::some(&folder, named);
    let judged = claims::judged(claims, &folder, &tables);
    let failed: Vec<String> =
        judged.iter().filter(|judged| !judged.holds()).map(|judged| judged.claim.id.clone()).collect();
    Ok(tables::claims(&judged, &folder).map(|table| Claims { table, held: judged.len() - failed.len(), failed }))
}

/// Every picture that the result folder `dir` has rows for, in reading order: `by_parameter`, `success_by_gap`, `success_by_cost`,
/// `restart_law`, `learning`, `classes`, `index_by_level`, `counts_by_index`, `spectrum`, `paths`, `slices`, `basins`; none for a folder of tuning.
/// `tables` are those of the folder.
///
/// # Errors
/// As [`tables`].
pub fn pictures(dir: &Path, tables: &[Table]) -> Result<Vec<Picture>, ReportError> {
    if tuning::is_tuning(dir) {
        return Ok(Vec::new());
    }
    Ok(pictures::all(&pictures::Source::new(&Folder::load(dir)?, tables, claims::load(dir)?)))
}

/// The page of the result folder `dir` as one HTML file that needs nothing else: claims where the experiment makes any,
/// `pictures`, `tables`, and what `about` says.
///
/// # Errors
/// As [`tables`].
pub fn page(dir: &Path, about: &About, tables: &[Table], pictures: &[Picture]) -> Result<String, ReportError> {
    Ok(page::page(&Folder::load(dir)?, about, tables, pictures))
}
