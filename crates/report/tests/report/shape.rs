//! Tables of ways, slices, basins and graphs, counted by hand, and folders that are refused.

use std::fs;

use crate::common::{CRITICAL, Files, HITS, RUNS, Sheet, tables};
use report::estimators::{clopper_pearson, wilson};
use tempfile::TempDir;

const PATHS: &str = "run_key,way,from,to,length,f_from,f_to,f_top,top_at,barrier,monotone,transitions";
const BASINS: &str = "run_key,minimum,place,f,level,starts,n_starts,n_unassigned,volume";
const CONNECTIONS: &str = "run_key,saddle,f,level,first,second";
const MERGES: &str = "run_key,node,place,level,parent,minima";
const SLICES: &str = "run_key,directions,part,a,b,f,level,f_below,off_plane";

/// A folder of the surveys `keys` called `survey` with one more file.
fn folder(survey: &str, keys: &[&str], points: &[(&str, &str, &str)], more: &[(&str, &str, &str)]) -> TempDir {
    let mut files = Files::default();
    for key in keys {
        files.finder(key, "wells", "converged");
    }
    for row in files.cells.iter_mut().chain(&mut files.runs) {
        *row = row.replace(",newton,finder,", &format!(",{survey},survey,")).replace(",newton,", ",m,");
    }
    for (key, at, class) in points {
        let signs = if *class == "minimum" { [0, 0, 2] } else { [1, 0, 1] };
        files.point(key, at, "0.5", signs, "", (class, 0));
    }
    let dir = files.write();
    assert!([RUNS, HITS, CRITICAL].iter().all(|header| !header.is_empty()));
    for (name, header, rows) in more {
        fs::write(dir.path().join(name), format!("{header}\n{rows}")).unwrap();
    }
    dir
}

#[test]
fn barriers_are_counted_by_way_and_compared_with_the_straight_one() {
    let points = [
        ("a", "found 1", "minimum"),
        ("a", "found 2", "minimum"),
        ("b", "found 1", "minimum"),
        ("b", "found 2", "saddle"),
    ];
    let rows = "a,start_to_end,start,found 1,3,2,0,2,0,0,1,\n\
                a,straight,found 1,found 2,2,0,0,0.3,0.5,0.3,,\n\
                a,band,found 1,found 2,2.5,0,0,0.2,0.5,0.2,,1\n\
                b,start_to_end,start,found 1,4,2,0,2.5,0.1,0.5,0,\n\
                b,straight,found 1,found 2,2,0,0,0,0,0,,\n\
                b,band,found 1,found 2,2.7,0,0,0.1,0.4,0.1,,1\n\
                c,start_to_end,start,found 1,5,2,0,2,0,0,1,\n\
                e,straight,found 1,found 2,2,0,0,0.4,0.5,0.4,,\n\
                e,band,found 1,found 2,2.7,0,0,0.1,0.4,0.1,,1\n";
    let dir = folder("paths", &["a", "b", "c", "d", "e"], &points, &[("paths.csv", PATHS, rows)]);
    let all = tables(dir.path());
    let sheet = Sheet::of(&all, "barriers");
    let row = |way: &str| (0..3).find(|i| sheet.text(*i, "way") == way).unwrap();
    for (way, followed, minima, median) in [("start_to_end", 3, 2, 0.0), ("straight", 3, 1, 0.3), ("band", 3, 1, 0.1)] {
        let i = row(way);
        assert_eq!((sheet.count(i, "n_planned"), sheet.count(i, "n_followed")), (5, followed), "{way}");
        assert_eq!(sheet.count(i, "n_between_minima"), minima, "{way}");
        assert!((sheet.real(i, "barrier") - median).abs() < 1e-15, "{way}");
    }
    let share =
        |way: &str, name: &str| ["", "_lo", "_hi"].map(|end| sheet.real(row(way), &format!("share_{name}{end}")));
    let wilson = |count: usize, n: usize| {
        let (lo, hi) = wilson(count, n, 0.95);
        [count as f64 / n as f64, lo, hi]
    };
    assert_eq!(share("start_to_end", "monotone"), wilson(2, 3));
    assert_eq!(share("straight", "barrier"), wilson(2, 3));
    assert_eq!(share("band", "barrier"), wilson(3, 3));
    assert_eq!(share("band", "lower"), wilson(2, 3), "0.2 < 0.3 and 0.1 < 0.4, but 0.1 > 0");
    assert_eq!((sheet.text(row("straight"), "share_lower"), sheet.text(row("band"), "share_monotone")), ("", ""));
    let text = all.iter().find(|table| table.name == "barriers").unwrap().to_text(80);
    assert!(text.contains("planned 5 = with ways 4 + without 1"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn basins_have_both_intervals_the_exact_volume_and_the_unseen_mass() {
    let rows = "a,found 1,0 0,0,0,30,100,9,0.25\na,found 2,1 0,0.5,0.5,60,100,9,\na,found 3,2 0,0.7,0.7,1,100,9,\n";
    let dir = folder("basins", &["a"], &[], &[("basins.csv", BASINS, rows)]);
    let all = tables(dir.path());
    let sheet = Sheet::of(&all, "basins");
    let (lo, hi) = wilson(30, 100, 0.95);
    let exact = clopper_pearson(30, 100, 0.95);
    let cells = ["share", "share_lo", "share_hi", "exact_lo", "exact_hi"].map(|name| sheet.real(0, name));
    assert_eq!(cells, [0.3, lo, hi, exact.0, exact.1]);
    // (0.3 - 0.25) / sqrt(0.25 0.75 / 100), and one minimum met once among 91 arrived starts.
    assert!((sheet.real(0, "z") - 0.05 / 0.001_875f64.sqrt()).abs() < 1e-12);
    assert_eq!((sheet.real(2, "unseen"), sheet.text(1, "volume")), (1.0 / 91.0, ""));
    let text = all.iter().find(|table| table.name == "basins").unwrap().to_text(80);
    assert!(text.contains("starts 100 = at minima 91 + elsewhere 9; 3 minima; unseen 0.01"), "{text}");
}

/// 1 and 2 meet at level 5, 3 joins them at 7, 4 stays apart.
#[test]
fn climbs_to_the_lowest_minimum_are_read_off_the_tree() {
    let merges = "a,1,0 0,0,5,1\na,2,1 0,1,5,1\na,3,2 0,2,6,1\na,4,3 0,3,,1\na,5,,5,6,2\na,6,,7,,3\n";
    let passes = "a,found 5,5,5,found 1,found 2\na,found 6,7,7,found 2,found 3\na,found 7,8,8,found 4,found 4\n";
    let more = [("merges.csv", MERGES, merges), ("connections.csv", CONNECTIONS, passes)];
    let dir = folder("connections", &["a"], &[], &more);
    let sheet = Sheet::of(&tables(dir.path()), "connections");
    let column = |name: &str| [0, 1, 2, 3].map(|i| sheet.text(i, name).to_string());
    assert_eq!(column("pass"), ["0", "5", "7", ""]);
    assert_eq!(column("barrier"), ["0", "4", "5", ""]);
    assert_eq!(column("depth"), ["5", "4", "5", ""]);
    assert_eq!(column("n_saddles"), ["1", "2", "1", "1"]);
    assert_eq!(["n_minima", "n_all_saddles", "n_connected"].map(|name| sheet.count(0, name)), [4, 3, 3]);
    assert_eq!(sheet.real(3, "share_connected"), 0.75);
}

#[test]
fn a_descent_drawn_on_the_plane_is_wrong_by_its_distance_from_the_height_below() {
    // Levels are f / 2.
    let rows = "a,eigen,line,-1,,4,2,,\na,eigen,plane,-1,0,4,2,,\na,eigen,plane,1,0,1,0.5,,\n\
                a,eigen,descent,0.5,0,6,3,2,1.5\na,eigen,descent,0,0,2,1,2,0\n";
    let dir = folder("slices", &["a"], &[], &[("slices.csv", SLICES, rows)]);
    let sheet = Sheet::of(&tables(dir.path()), "slices");
    let cells =
        ["level_least", "level_greatest", "level_middle", "off_plane", "misdrawn"].map(|name| sheet.real(0, name));
    assert_eq!(cells, [0.5, 2.0, 1.0, 0.75, 2.0]);
    assert_eq!((sheet.count(0, "n_places"), sheet.real(0, "share_below")), (3, 1.0 / 3.0));
}

#[test]
fn files_that_contradict_themselves_are_refused() {
    for (file, header, rows, place, words) in [
        ("merges.csv", MERGES, "a,2,0 0,0,,1\n", "merges.csv:2", "node 2 stands where 1 is expected"),
        ("merges.csv", MERGES, "a,1,0 0,0,,1\na,2,1 0,1,1,1\n", "merges.csv:3", "cannot become part of node 1"),
        ("merges.csv", MERGES, "a,1,0 0,0,3,1\na,2,1 0,1,3,1\n", "merges.csv", "becomes part of is not here"),
        (
            "basins.csv",
            BASINS,
            "a,found 1,0,0,0,8,10,3,\n",
            "basins.csv",
            "8 starts in basins and 3 elsewhere are not 10",
        ),
        ("paths.csv", PATHS, "a,band,start,found 1,1,0,0,0,0,0,2,\n", "paths.csv:2", "monotone is 0, 1 or empty"),
        (
            "paths.csv",
            PATHS,
            "a,band,start,found 1,1,0,0,0,0,0,,\na,band,start,found 1,1,0,0,0,0,0,,\n",
            "paths.csv:3",
            "band stands here twice",
        ),
    ] {
        let dir = folder("m", &["a"], &[], &[(file, header, rows)]);
        let message = report::tables(dir.path()).expect_err(words).to_string();
        assert!(message.contains(place) && message.contains(words), "{message}");
    }
}
