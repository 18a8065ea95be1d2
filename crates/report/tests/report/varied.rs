//! Pictures of what an experiment varies, of ways, slices and basins: by hand.

use crate::common::{Files, RUNS, tables};
use report::Picture;
use std::fs;
use std::path::Path;

fn pictures(dir: &Path) -> Vec<Picture> {
    report::pictures(dir, &tables(dir)).unwrap_or_else(|error| panic!("{error}"))
}

fn rows(pictures: &[Picture], name: &str) -> Vec<Vec<String>> {
    let picture = pictures.iter().find(|picture| picture.name == name).unwrap_or_else(|| panic!("no picture {name}"));
    let text = picture.to_csv();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_string).collect()).collect()
}

/// A run with these parameters of the problem and of the method; `cost` of its hit of the gap 0.5, empty for none.
fn run(files: &mut Files, [problem, params]: [&str; 2], [method, of_method]: [&str; 2], replicate: usize, cost: &str) {
    let key = files.run_of(problem, [method, "sgd", "single", of_method], replicate, ("budget", "100.0"));
    let quoted = |text: &str| text.replace('"', "\"\"");
    let is_its = |row: &&mut String| row.starts_with(&format!("{problem},{method},"));
    let row = files.cells.iter_mut().find(is_its).unwrap();
    *row = row.replacen("{\"\"dim\"\":2}", &quoted(params), 1);
    files.hit(&key, "0.5", cost);
}

/// Students with n = k and n = k + 1 units: two series over k. The claims give two expectations, the tables the rest. A
/// problem that varies in a word and a draw make none.
#[test]
fn a_parameter_that_follows_another_makes_series() {
    let mut files = Files::default();
    for k in [6, 7, 8] {
        for more in [0, 1] {
            let params = format!("{{\"k\":{k},\"n\":{},\"seed\":{k}}}", k + more);
            let label = format!("student k={k} n={}", k + more);
            for replicate in 0..4 {
                // k - 5 of four runs fail when n = k.
                let cost = if more == 1 || replicate >= k - 5 { "10.0" } else { "" };
                run(&mut files, [&label, &params], ["gd", "{}"], replicate, cost);
            }
        }
    }
    for (i, pair) in ["a", "b", "c"].into_iter().enumerate() {
        let params = format!("{{\"pair\":\"{pair}\",\"seed\":{i}}}");
        run(&mut files, [&format!("xor pair={pair}"), &params], ["gd", "{}"], 0, "1.0");
    }
    for (k, n, expected) in [(6, 6, "0.7"), (8, 9, "1.0")] {
        let cells = format!("{{\"problem\":\"student k={k} n={n}\",\"method\":\"gd\",\"gap\":0.5}}");
        let rest = format!("equals,{expected},,,0.5,");
        files.claim([&format!("c{k}"), "theory"], ["success", &cells, "share", ""], &rest);
    }
    let found = pictures(files.write().path());
    let rows = rows(&found, "by_parameter");
    let short: Vec<[&str; 5]> = rows.iter().map(|row| [2, 3, 4, 5, 8].map(|i| row[i].as_str())).collect();
    let [first, second] = ["student n=k gd gap 0.5", "student n=k+1 gd gap 0.5"];
    assert_eq!(
        short,
        [
            [first, "k", "6", "0.75", "0.7"],
            [first, "k", "7", "0.5", ""],
            [first, "k", "8", "0.25", ""],
            [second, "k", "6", "1", ""],
            [second, "k", "7", "1", ""],
            [second, "k", "8", "1", "1"],
        ]
    );
    let svg = found.iter().find(|picture| picture.name == "by_parameter").unwrap().to_svg();
    assert!(svg.contains(">n=k+1</text>") && svg.contains(">expected</text>"), "what differs is in the legend");
}

/// A row that could be in two series is in the longer one: n = k at four sizes, not n = 7, 12 and 17 at k = 7.
#[test]
fn the_longer_series_has_a_row_of_two() {
    let mut files = Files::default();
    for (k, n) in [(6, 6), (7, 7), (8, 8), (9, 9), (7, 12), (7, 17)] {
        let params = format!("{{\"k\":{k},\"n\":{n}}}");
        for (replicate, cost) in ["10.0", if k == 7 { "" } else { "20.0" }].into_iter().enumerate() {
            run(&mut files, [&format!("student k={k} n={n}"), &params], ["gd", "{}"], replicate, cost);
        }
    }
    let cells = "{\"problem\":\"student k=6 n=6\",\"method\":\"gd\",\"gap\":0.5}";
    files.claim(["c", "theory"], ["success", cells, "share", ""], "equals,1.0,,,0.5,");
    let rows = rows(&pictures(files.write().path()), "by_parameter");
    let short: Vec<[&str; 3]> = rows.iter().map(|row| [3, 4, 5].map(|i| row[i].as_str())).collect();
    assert_eq!(short, [["k", "6", "1"], ["k", "7", "0.5"], ["k", "8", "1"], ["k", "9", "1"]]);
}

/// A claim that counts lie below a column draws that column along the series, also where nothing is claimed, and names it.
#[test]
fn another_law_is_drawn_along_the_series() {
    let mut files = Files::default();
    for (dim, found, law) in [(2, 1, 4.0), (3, 2, 9.0), (4, 5, 16.0)] {
        let (key, problem) = (format!("k{dim}"), format!("spin dim={dim}"));
        files.finder(&key, &problem, "converged");
        let row = files.cells.last_mut().unwrap();
        *row = row
            .replace(",newton,finder,", ",census,survey,")
            .replace("{\"\"dim\"\":2}", &format!("{{\"\"dim\"\":{dim}}}"));
        files.counts.push(format!("{key},0,{found},{law:?},0.5,{dim},"));
    }
    let cells = "{\"problem\":\"spin dim=3\",\"method\":\"newton\",\"index\":0}";
    files.claim(["c", "theory"], ["counts", cells, "mean", ""], "below,,expected,,,");
    let found = pictures(files.write().path());
    let rows = rows(&found, "by_parameter");
    let law: Vec<[&str; 2]> =
        rows.iter().filter(|row| row[2] == "expected by theory").map(|row| [4, 5].map(|i| row[i].as_str())).collect();
    assert_eq!(law, [["2", "4"], ["3", "9"], ["4", "16"]]);
    assert_eq!(rows.len(), 6, "{rows:?}");
    let svg = found.iter().find(|picture| picture.name == "by_parameter").unwrap().to_svg();
    assert!(svg.contains(">expected by theory</text>"));
}

/// Seven methods have bands; those of eight would hide each other, and stand as bars at the ends of the lines.
#[test]
fn bands_of_many_methods_are_bars() {
    let svg = |methods: usize| {
        let mut files = Files::default();
        for i in 0..methods {
            files.run(&format!("k{i}"), "bowl", &format!("m{i}"), "budget", "100.0");
            files.hit(&format!("k{i}"), "0.5", "4.0");
        }
        let found = pictures(files.write().path());
        found.iter().find(|picture| picture.name == "success_by_cost").unwrap().to_svg()
    };
    let bands = |svg: &str| svg.matches("fill-opacity").count();
    let shifted = |svg: &str| svg.matches("<g transform=\"translate(-").count();
    let (seven, eight) = (svg(7), svg(8));
    assert_eq!((bands(&seven), shifted(&seven)), (7, 0));
    // Evenly from 20 pixels left of the end to the end itself.
    assert_eq!((bands(&eight), shifted(&eight)), (0, 7));
}

/// The noise of a method at three sizes, beside a method without noise. Hits at cost 10 and 30, one failure at 100: a success
/// costs 140 / 2 = 70; c - 70 h is -60, -40 and 100, so the error is the root of 15200 over 2.
#[test]
fn a_parameter_of_a_method_and_the_error_of_a_running_time() {
    let mut files = Files::default();
    let bowl = ["bowl", "{\"dim\":2}"];
    for eta in ["0.5", "1.5", "2.5"] {
        let (label, params) = (format!("noise-{eta}"), format!("{{\"lr\":0.1,\"strategy\":{{\"eta\":{eta}}}}}"));
        for (replicate, cost) in ["10.0", "30.0", ""].into_iter().enumerate() {
            run(&mut files, bowl, [&label, &params], replicate, cost);
        }
    }
    run(&mut files, bowl, ["none", "{\"lr\":0.1}"], 0, "50.0");
    let cells = "{\"problem\":\"bowl\",\"method\":\"noise-1.5\",\"gap\":0.5}";
    files.claim(["c", "empirical"], ["success", cells, "ert", ""], "below,80.0,,,,");
    // Equal at all sizes is nothing to see, so one is made cheaper.
    for row in files.hits.iter_mut().filter(|row| row.starts_with("bowl/noise-2.5/1,")) {
        *row = row.replace("30.0", "20.0");
    }
    let rows = rows(&pictures(files.write().path()), "by_parameter");
    assert_eq!(rows.len(), 4);
    let number = |text: &str| text.parse::<f64>().unwrap();
    assert_eq!([2, 3, 4, 5].map(|i| rows[0][i].as_str()), ["bowl noise-… gap 0.5", "eta", "0.5", "70"]);
    let half = 1.96 * 15200f64.sqrt() / 2.0;
    assert!((number(&rows[0][7]) - 70.0 - half).abs() < 1e-9 && rows[0][6] == "0", "{:?}", rows[0]);
    assert_eq!((rows[2][5].as_str(), rows[3][2].as_str(), rows[3][5].as_str()), ("65", "none", "50"));
}

/// Two runs pass the gap and one of them stays; of two methods whose runs stay there is no white mark.
#[test]
fn where_runs_end_is_beside_what_they_reached() {
    let mut files = Files::default();
    let ends = [("noisy", "0.5"), ("noisy", "9.0"), ("calm", "0.5"), ("still", "0.5")];
    for (method, end) in ends {
        let key = format!("k{}", files.runs.len());
        files.run(&key, "bowl", method, "budget", "100.0");
        // Last of the columns with values: loss and gap at best are 0.5, here is the loss at the end.
        let row = files.runs.last_mut().unwrap();
        *row = row.replace(",0.5,4.0,0.5,,1e-9,", &format!(",0.5,4.0,{end},,1e-9,"));
        ["1.0", "0.6"].iter().for_each(|gap| files.hit(&key, gap, "4.0"));
    }
    let found = pictures(files.write().path());
    let rows = rows(&found, "success_by_gap");
    assert_eq!(
        rows.iter().map(|row| [&row[4], &row[7]]).collect::<Vec<_>>(),
        [["1", "0.5"], ["1", "0.5"], ["1", "1"], ["1", "1"], ["1", "1"], ["1", "1"]]
    );
    let svg = found.iter().find(|picture| picture.name == "success_by_gap").unwrap().to_svg();
    // Of one method at two gaps; samples beside names have another stroke.
    let is_mark = |line: &&str| line.contains("fill=\"#ffffff\" stroke=\"#222222\" stroke-width");
    let white = svg.lines().filter(is_mark).map(|line| line.matches('M').count()).sum::<usize>();
    assert_eq!(white, 2, "{svg}");
    assert!(svg.contains(">still in it at the end</text>") && RUNS.contains("cost_at_best,f_final"));
}

/// Seven problems of two names: six are drawn, the first of each name before others.
#[test]
fn no_more_panels_than_fill_a_page() {
    let mut files = Files::default();
    for problem in ["a n=1", "a n=2", "a n=3", "a n=4", "a n=5", "a n=6", "b n=1"] {
        files.run(problem, problem, "gd", "budget", "100.0");
        ["1.0", "0.1"].iter().for_each(|gap| files.hit(problem, gap, "4.0"));
    }
    let found = pictures(files.write().path());
    let cost = found.iter().find(|picture| picture.name == "success_by_cost").unwrap();
    assert_eq!(cost.panels.len(), 6);
    assert!(cost.notes.last().unwrap().starts_with("6 of 7 panels"), "{:?}", cost.notes);
    let mut problems: Vec<String> = rows(&found, "success_by_cost").into_iter().map(|row| row[0].clone()).collect();
    problems.dedup();
    assert_eq!(problems, ["a n=1", "a n=2", "a n=3", "a n=4", "a n=5", "b n=1"]);
}

fn survey(files: &mut Files, key: &str, problem: &str) {
    files.finder(key, problem, "converged");
    files.cells.iter_mut().for_each(|row| *row = row.replace(",newton,finder,", ",look,survey,"));
}

/// Three runs with levels 0, l, 0 along a straight way: the median in the middle is that of 1, 2 and 6.
#[test]
fn the_loss_along_ways_by_hand() {
    let mut files = Files::default();
    let mut profiles = "run_key,way,t,f,level\n".to_string();
    for (key, middle) in [("a", 1), ("b", 6), ("c", 2)] {
        survey(&mut files, key, "hill");
        for (way, height) in [("start_to_end", 10 * middle), ("straight", middle)] {
            for (t, level) in [("0", 0), ("0.5", height), ("1", 0)] {
                profiles += &format!("{key},{way},{t},{level},{level}\n");
            }
        }
    }
    let dir = files.write();
    fs::write(dir.path().join("profiles.csv"), profiles).unwrap();
    let found = pictures(dir.path());
    let rows = rows(&found, "paths");
    let middle = rows.iter().find(|row| row[2] == "straight" && row[3] == "0.5").unwrap();
    assert_eq!((middle[4].as_str(), middle[7].as_str()), ("2", "3"));
    let paths = found.iter().find(|picture| picture.name == "paths").unwrap();
    assert_eq!(paths.panels.len(), 2, "the descent has a panel of its own");
}

/// f = a^2 + b^2 on 5 times 3 places: the plane is drawn as far as it reaches, the descent over it.
#[test]
fn a_plane_has_its_places() {
    let mut files = Files::default();
    survey(&mut files, "a", "bowl");
    let mut slices = "run_key,directions,part,a,b,f,level,f_below,off_plane\n".to_string();
    for b in [-1.0, 0.0, 1.0] {
        for a in [-2.0, -1.0, 0.0, 1.0, 2.0] {
            let f: f64 = a * a + b * b;
            slices += &format!("a,coordinates,plane,{a},{b},{f},{f},,\n");
        }
    }
    slices += "a,coordinates,descent,2,1,5,5,5,0\na,coordinates,descent,0,0,0,0,0,0\n";
    let dir = files.write();
    fs::write(dir.path().join("slices.csv"), slices).unwrap();
    let found = pictures(dir.path());
    assert_eq!(rows(&found, "slices").len(), 17);
    let svg = found.iter().find(|picture| picture.name == "slices").unwrap().to_svg();
    for text in [">−2</text>", ">2</text>", ">descent</text>", ">bowl, plane: coordinates</text>"] {
        assert!(svg.contains(text), "{text}");
    }
}

/// The shares of the table, beside the volumes.
#[test]
fn basins_are_those_of_the_table() {
    let mut files = Files::default();
    survey(&mut files, "a", "wells");
    let basins = "run_key,minimum,place,f,level,starts,n_starts,n_unassigned,volume\n\
                  a,found 1,0,0,0,30,100,10,0.25\na,found 2,1,1,1,60,100,10,0.65\n";
    let dir = files.write();
    fs::write(dir.path().join("basins.csv"), basins).unwrap();
    let found = pictures(dir.path());
    let rows = rows(&found, "basins");
    let short: Vec<[&str; 4]> = rows.iter().map(|row| [2, 4, 5, 8].map(|i| row[i].as_str())).collect();
    assert_eq!(short, [["1", "30", "100", "0.25"], ["2", "60", "100", "0.65"]]);
    let svg = found.iter().find(|picture| picture.name == "basins").unwrap().to_svg();
    assert!(svg.contains(">exact volume</text>"));
}

/// Problems that are never reached, always, sometimes. Of the last one an end is certified and the other is not; of the second
/// both are minima, which a word says.
#[test]
fn what_says_nothing_has_no_panel() {
    let mut files = Files::default();
    for (problem, costs) in [("never", ["", ""]), ("always", ["4.0", "4.0"]), ("sometimes", ["4.0", ""])] {
        for (i, cost) in costs.into_iter().enumerate() {
            let key = format!("{problem}{i}");
            files.run(&key, problem, "gd", "budget", "100.0");
            // The loss at the end, in both gaps or in none.
            let end = if cost.is_empty() { "9.0" } else { "0.05" };
            let row = files.runs.last_mut().unwrap();
            *row = row.replace(",0.5,4.0,0.5,,1e-9,", &format!(",0.5,4.0,{end},,1e-9,"));
            ["1.0", "0.1"].iter().for_each(|gap| files.hit(&key, gap, cost));
        }
    }
    for key in ["sometimes0", "always0", "always1"] {
        files.point(key, "stop", "0.5", [0, 0, 2], "", ("minimum", 0));
    }
    let found = pictures(files.write().path());
    let notes = |name: &str| found.iter().find(|picture| picture.name == name).unwrap().notes.join(" ");
    assert!(notes("classes").contains("No panel where all runs end alike: always (minimum)."), "{}", notes("classes"));
    assert!(notes("success_by_cost").contains("1 problem has no panel: there no run reached any target."));
    assert!(rows(&found, "success_by_cost").iter().all(|row| row[0] != "never"));
    for name in ["success_by_gap", "classes"] {
        let picture = found.iter().find(|picture| picture.name == name).unwrap();
        assert_eq!(picture.panels.len(), 1, "{name}");
        assert!(rows(&found, name).iter().all(|row| row[0] == "sometimes"), "{name}");
    }
    let quality = found.iter().find(|picture| picture.name == "success_by_gap").unwrap();
    assert!(quality.notes.iter().any(|note| note.starts_with("2 problems have no panel")), "{:?}", quality.notes);
}

/// Labels above the least level say so: a canyon 1e4 a^4 above -5, beside a bowl.
#[test]
fn a_plane_names_what_its_colours_tell() {
    let svg = |f: &dyn Fn(f64, f64) -> f64| {
        let mut files = Files::default();
        survey(&mut files, "a", "wells");
        let mut slices = "run_key,directions,part,a,b,f,level,f_below,off_plane\n".to_string();
        for i in 0..21 {
            for k in 0..21 {
                let (a, b) = (f64::from(k) / 10.0 - 1.0, f64::from(i) / 10.0 - 1.0);
                let f = f(a, b);
                slices += &format!("a,coordinates,plane,{a},{b},{f},{f},,\n");
            }
        }
        let dir = files.write();
        fs::write(dir.path().join("slices.csv"), slices).unwrap();
        pictures(dir.path()).iter().find(|picture| picture.name == "slices").unwrap().to_svg()
    };
    assert!(svg(&|a, _| 1e4 * a.powi(4) - 5.0).contains(">level − least</text>"));
    assert!(svg(&|a, b| a + b).contains(">level</text>"));
}

/// Four places found ten times each say all that bins would; forty places have bins.
#[test]
fn bins_are_drawn_where_they_are_fewer_than_the_places() {
    for (places, has_bins) in [(4, false), (40, true)] {
        let mut files = Files::default();
        for i in 0..40 {
            let key = format!("k{i}");
            files.finder(&key, "wells", "converged");
            let level = i % places;
            let signs = if level > places / 2 { [1, 0, 1] } else { [0, 0, 2] };
            files.point(&key, "stop", &format!("{level}.0"), signs, "", ("minimum", 0));
        }
        let found = rows(&pictures(files.write().path()), "index_by_level");
        assert_eq!(found.iter().filter(|row| row[1] == "point").count(), places);
        assert_eq!(found.iter().any(|row| row[1] == "bin"), has_bins, "{places}");
    }
}

/// 900 eigenvalues near 0 and 100 up to 10 at two places of a run: every bin of the tail holds 20 of both or more, none
/// is lost, and the lines come down at both ends.
#[test]
fn tails_of_spectra_are_joined() {
    let mut files = Files::default();
    files.finder("k", "net dim=1000", "converged");
    for at in ["start", "stop"] {
        for k in 0..1000 {
            let value = if k < 900 { f64::from(k) / 900.0 } else { f64::from(k - 899) / 10.0 };
            files.spectrum.push(format!("k,{at},1000,eigenvalue,{},{value:?},,", k + 1));
        }
    }
    let found = pictures(files.write().path());
    let rows = rows(&found, "spectrum");
    let number = |text: &str| text.parse::<f64>().unwrap();
    for at in ["start", "stop"] {
        let bins: Vec<&Vec<String>> = rows.iter().filter(|row| row[2] == at).collect();
        let held: Vec<f64> =
            bins.iter().map(|bin| 1000.0 * number(&bin[6]) * (number(&bin[5]) - number(&bin[4]))).collect();
        assert!((held.iter().sum::<f64>() - 1000.0).abs() < 1e-6, "{held:?}");
        assert!(bins.len() > 5 && held.iter().all(|held| *held > 9.9), "{held:?}");
        assert_eq!((number(&bins[0][4]), number(&bins[bins.len() - 1][5])), (0.0, 10.0));
    }
}

/// Nine draws of one surface: the first four in view, all in the CSV.
#[test]
fn many_draws_do_not_make_many_blocks() {
    let mut files = Files::default();
    for instance in 1..=9 {
        files.run(&format!("k{instance}"), &format!("spin dim=2 instance={instance}"), "gd", "budget", "100.0");
    }
    let all = files.tables();
    let spread = all.iter().find(|table| table.name == "spread").unwrap();
    let column = spread.header.iter().position(|name| name == "of").unwrap();
    let levels = spread.rows.iter().filter(|row| row[column] == report::Cell::text("level_best"));
    assert_eq!((spread.blocks.len(), levels.count()), (4, 9));
    assert!(spread.notes.last().unwrap().contains("the first 4 are shown"), "{:?}", spread.notes);
}

/// Two single methods of which one restarted method is made: its mark is drawn once.
#[test]
fn a_restarted_method_is_marked_once() {
    let mut files = Files::default();
    for replicate in 0..4 {
        let own = "{\"lr\":0.1}";
        let restarted = "{\"lr\":0.1,\"strategy\":{\"cutoff\":50.0}}";
        for (method, strategy, params) in
            [("one", "single", own), ("two", "single", own), ("again", "multi_restart", restarted)]
        {
            let key = files.run_of("wells", [method, "sgd", strategy, params], replicate, ("budget", "100.0"));
            files.hit(&key, "0.5", if replicate < 2 { "4.0" } else { "" });
        }
    }
    let rows = rows(&pictures(files.write().path()), "restart_law");
    let of = |kind: &str| rows.iter().filter(|row| row[3] == kind).count();
    assert!(of("best of k") > 2, "{rows:?}");
    assert_eq!(of("restarted"), 1, "{rows:?}");
}
