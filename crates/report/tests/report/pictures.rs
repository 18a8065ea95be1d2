//! Pictures: their data are those of tables and rows, their text is XML, the same rows give the same bytes.

use crate::common::{Draws, Files, Sheet, random_folder, tables};
use report::estimators::{clustered_wilson, wilson};
use report::{About, Cell, Picture, Table};
use std::path::Path;

fn pictures(dir: &Path) -> Vec<Picture> {
    report::pictures(dir, &tables(dir)).unwrap_or_else(|error| panic!("{error}"))
}

fn find<'a>(pictures: &'a [Picture], name: &str) -> &'a Picture {
    pictures.iter().find(|picture| picture.name == name).unwrap_or_else(|| panic!("no picture {name}"))
}

/// Columns of a CSV text, as texts.
fn columns(text: &str, names: &[&str]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let places: Vec<usize> =
        names.iter().map(|name| header.iter().position(|found| found == *name).expect("the column")).collect();
    let row = |row: csv::StringRecord| places.iter().map(|i| row[*i].to_string()).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// Every element is closed in turn, every attribute is quoted, nothing but text stands between.
fn assert_well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text.strip_prefix("<!DOCTYPE html>").unwrap_or(text);
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a stray > in {:?}", &rest[..start]);
        let end = start + rest[start..].find('>').expect("a closed tag");
        let tag = &rest[start + 1..end];
        assert!(tag.matches('"').count().is_multiple_of(2), "quotes in <{tag}>");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in turn");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().expect("a name"));
        }
        rest = &rest[end + 1..];
        // Style sheets are not markup.
        if open.last() == Some(&"style") {
            rest = &rest[rest.find("</style>").expect("the end of the sheet")..];
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest:?}");
}

#[test]
fn data_are_those_of_the_tables() {
    let dir = random_folder(3, 12).write();
    let (tables, pictures) = (tables(dir.path()), pictures(dir.path()));
    let names: Vec<&str> = pictures.iter().map(|picture| picture.name.as_str()).collect();
    assert_eq!(names, ["success_by_gap", "success_by_cost", "classes", "index_by_level"]);
    let table = |name: &str| tables.iter().find(|table| table.name == name).unwrap().to_csv();
    for (picture, of, shared) in [
        ("success_by_gap", "success", ["problem", "method", "gap", "share", "share_lo", "share_hi"].as_slice()),
        ("classes", "endpoints", &["problem", "method", "n_planned", "n_minimum", "n_saddle", "n_none", "n_missing"]),
    ] {
        let (plotted, tabled) = (find(&pictures, picture).to_csv(), table(of));
        assert_eq!(columns(&plotted, shared), columns(&tabled, shared), "{picture}");
    }
    // Every certified point, in the order of levels, with the theory where there is one: those of one place in one row.
    let rows =
        columns(&find(&pictures, "index_by_level").to_csv(), &["problem", "kind", "level", "theory", "n_points"]);
    let index = Sheet::of(&tables, "index_vs_loss");
    for (i, row) in index.rows.iter().enumerate().filter(|(_, row)| &row[1] == "all") {
        let points: Vec<&Vec<String>> =
            rows.iter().filter(|plotted| plotted[0] == row[0] && plotted[1] == "point").collect();
        let count: usize = points.iter().map(|point| point[4].parse::<usize>().unwrap()).sum();
        assert_eq!(count, index.count(i, "n_points"));
        assert!(points.windows(2).all(|pair| pair[0][2].parse::<f64>().unwrap() <= pair[1][2].parse::<f64>().unwrap()));
        assert!(points.iter().all(|point| point[3].is_empty() != row[0].contains("spin")));
    }
    // The last cost of the runtime picture counts what the table counts at all gaps.
    let success = columns(&table("success"), &["problem", "method", "share"]);
    let shares = columns(&find(&pictures, "success_by_cost").to_csv(), &["problem", "method", "cost", "share"]);
    for (problem, method) in [("rastrigin dim=2", "sgd"), ("rastrigin dim=2", "noisy_start")] {
        let of = |row: &&Vec<String>| row[0] == problem && row[1] == method;
        let gaps: Vec<f64> = success.iter().filter(of).map(|row| row[2].parse().unwrap()).collect();
        let last: f64 = shares.iter().rfind(of).unwrap()[3].parse().unwrap();
        assert!((last - gaps.iter().sum::<f64>() / gaps.len() as f64).abs() < 1e-12);
    }
}

#[test]
fn svg_is_well_formed_and_does_not_depend_on_the_order_of_rows() {
    let mut files = random_folder(4, 9);
    for rows in [&mut files.cells, &mut files.runs, &mut files.hits, &mut files.critical] {
        rows.iter_mut().for_each(|row| *row = row.replace("double_well", "double_well a<b & \"\"c\"\""));
    }
    let label = |row: &mut String| {
        *row = row.replacen(",double_well a<b & \"\"c\"\",", ",\"double_well a<b & \"\"c\"\"\",", 1);
    };
    files.runs.iter_mut().for_each(label);
    let quoted = |row: &String| match row.split_once(',') {
        Some((key, rest)) if key.contains('"') && !key.starts_with('"') => format!("\"{key}\",{rest}"),
        _ => row.clone(),
    };
    for rows in [&mut files.cells, &mut files.runs, &mut files.hits, &mut files.critical] {
        *rows = rows.iter().map(quoted).collect();
    }
    let first = files.write();
    let mut draws = Draws(9);
    draws.shuffle(&mut files.hits);
    draws.shuffle(&mut files.critical);
    let second = files.write();
    let [one, two] = [&first, &second].map(|dir| pictures(dir.path()));
    for (one, two) in one.iter().zip(&two) {
        assert_eq!((one.to_svg(), one.to_csv()), (two.to_svg(), two.to_csv()), "{}", one.name);
        assert_well_formed(&one.to_svg());
        one.to_svgs().iter().for_each(|svg| assert_well_formed(svg));
        assert_eq!(one.to_svgs().len(), one.panels.len());
    }
    assert!(find(&one, "classes").to_svg().contains("double_well a&lt;b &amp; &quot;c&quot;"));
}

/// Two runs with two targets: costs 1 and 10, and 10 and never. Of four pairs one is reached at 1 and three at 10.
#[test]
fn the_runtime_curve_by_hand() {
    let mut files = Files::default();
    for (key, hits) in [("a", ["1.0", "10.0"]), ("b", ["10.0", ""])] {
        files.run(key, "bowl", "gd", "budget", "100.0");
        for (gap, cost) in ["1.0", "0.1"].into_iter().zip(hits) {
            files.hit(key, gap, cost);
        }
    }
    let rows = columns(&find(&pictures(files.write().path()), "success_by_cost").to_csv(), &["cost", "share"]);
    let share = |cost: f64| -> f64 {
        let at = |row: &&Vec<String>| row[0].parse::<f64>().unwrap() <= cost * (1.0 + 1e-12);
        rows.iter().rfind(at).unwrap()[1].parse().unwrap()
    };
    assert_eq!([0.9, 1.0, 9.9, 10.0, 100.0].map(share), [0.0, 0.25, 0.25, 0.75, 0.75]);
}

/// One of two runs reaches both gaps: its marks are drawn in the middle between the ticks 0 and 1, the interval around them.
#[test]
fn what_is_drawn_is_what_is_listed() {
    let mut files = Files::default();
    for (key, cost) in [("a", "1.0"), ("b", "")] {
        files.run(key, "bowl", "gd", "budget", "100.0");
        ["0.5", "0.1"].iter().for_each(|gap| files.hit(key, gap, cost));
    }
    let svg = find(&pictures(files.write().path()), "success_by_gap").to_svg();
    let across = |label: &str| -> f64 {
        let line = svg.lines().find(|line| line.ends_with(&format!(">{label}</text>"))).unwrap();
        line.split(" x=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    let at = |share: f64| across("0.0") + share * (across("1.0") - across("0.0"));
    let path = |mark: &str| svg.lines().find(|line| line.starts_with("<path") && line.contains(mark)).unwrap();
    let circle = path("a3.2 3.2");
    let x: f64 = circle.split(['M', ' ']).find_map(|part| part.parse().ok()).unwrap();
    assert!((x - at(0.5)).abs() < 0.02, "{circle}");
    let (lo, hi) = wilson(1, 2, 0.95);
    let bar = svg.lines().find(|line| line.contains("#0072b2") && line.contains('v') && line.contains('h')).unwrap();
    let numbers: Vec<f64> =
        bar.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|part| part.parse().ok()).collect();
    let has = |wanted: f64| numbers.iter().any(|number| (number - wanted).abs() < 0.06);
    assert!(has(at(lo)) && has(at(hi) - at(lo)), "{bar} {} {}", at(lo), at(hi));
}

/// With one member in each group it is Wilson's interval; with more it is between that of the groups and that of all
/// members, and it is the first one exactly when members go together.
#[test]
fn the_interval_of_groups_is_between_its_extremes() {
    let mut draws = Draws(5);
    for n in [3, 10, 60] {
        for members in [1, 2, 5] {
            let single: Vec<f64> = (0..n).map(|_| draws.below(2) as f64).collect();
            let s = single.iter().sum::<f64>() as usize;
            let (found, expected) = (clustered_wilson(&single, members, 0.95), wilson(s, n, 0.95));
            assert!((found.0 - expected.0).abs() < 1e-12 && (found.1 - expected.1).abs() < 1e-12, "{n} {found:?}");
            let parts: Vec<f64> = (0..n).map(|_| draws.below(members as u64 + 1) as f64 / members as f64).collect();
            let total = (parts.iter().sum::<f64>() * members as f64).round() as usize;
            let (lo, hi) = clustered_wilson(&parts, members, 0.95);
            let (least, most) = wilson(total, n * members, 0.95);
            assert!(lo <= least + 1e-12 && hi >= most - 1e-12, "narrower than independent members");
        }
    }
    // Equal parts do not promise an interval of no width.
    let (lo, hi) = clustered_wilson(&[0.2; 40], 5, 0.95);
    assert!(hi - lo > 0.05 && lo < 0.2 && hi > 0.2, "{lo} {hi}");
}

/// Two draws of one surface with 2 and 4 minima: the figures of the table, the expectation beside them.
#[test]
fn counts_are_those_of_the_table() {
    let mut files = Files::default();
    for instance in [1, 2] {
        files.finder(&format!("k{instance}"), &format!("spin dim=2 instance={instance}"), "converged");
    }
    files.cells.iter_mut().for_each(|row| *row = row.replace(",newton,finder,", ",census,survey,"));
    for (key, minima) in [("k1", 2), ("k2", 4)] {
        files.counts.push(format!("{key},0,{minima},3.25,0.5,2,"));
        files.counts.push(format!("{key},1,1,,,2,"));
    }
    let dir = files.write();
    let found = pictures(dir.path());
    let csv = find(&found, "counts_by_index").to_csv();
    assert_eq!(
        csv,
        "problem,method,index,n_draws,mean,mean_se,expected,expected_se\n\
         spin dim=2,newton,0,2,3,1,3.25,0.5\nspin dim=2,newton,1,2,1,0,,\n"
    );
    let svg = find(&found, "counts_by_index").to_svg();
    assert!(svg.contains("spin dim=2 (2\u{a0}draws)") && svg.contains(">expected<") && svg.contains("found by newton"));
}

/// Two spectra of 800 even eigenvalues from 0 to 1 under the uniform law: every bin has the density 1, of the law too; what
/// stands apart is marked where the law has it.
#[test]
fn the_density_of_an_even_spectrum_is_one() {
    let mut files = Files::default();
    for seed in [1, 2] {
        let key = format!("k{seed}");
        files.finder(&key, &format!("even dim=800 seed={seed}"), "converged");
        let mut row = |cells: &str| files.spectrum.push(format!("{key},start,800,{cells}"));
        row("lower-edge,,0,0.1,");
        row("upper-edge,,1,0.1,");
        for k in 0..800 {
            let value = f64::from(k) / 799.0;
            row(&format!("eigenvalue,{},{value:?},,{value:?}", k + 1));
        }
        row("outlier,800,1,,0.75");
    }
    let found = pictures(files.write().path());
    let picture = find(&found, "spectrum");
    assert_eq!(picture.panels.len(), 1, "two draws of one surface");
    let rows = columns(&picture.to_csv(), &["kind", "from", "to", "density", "law"]);
    let bins: Vec<&Vec<String>> = rows.iter().filter(|row| row[0] == "bin").collect();
    assert_eq!(bins.len(), 40, "the root of 1600");
    let number = |text: &str| text.parse::<f64>().unwrap();
    let mut total = 0.0;
    for bin in &bins {
        assert!((number(&bin[4]) - 1.0).abs() < 1e-9, "the law: {bin:?}");
        // 20 eigenvalues of each spectrum in a bin; where its ends fall decides about one of them.
        assert!((number(&bin[3]) - 1.0).abs() <= 0.051, "{bin:?}");
        total += number(&bin[3]) * (number(&bin[2]) - number(&bin[1]));
    }
    assert!((total - 1.0).abs() < 1e-12, "every eigenvalue is in one bin: {total}");
    assert!(rows.iter().any(|row| row[0] == "law's place of outliers" && row[1] == "0.75"));
    let svg = picture.to_svg();
    assert_well_formed(&svg);
    assert!(svg.contains("even dim=800, newton (2\u{a0}spectra)") && svg.contains(">law<"));
}

/// Nine draws of one surface: the first four have panels of their own, the points of all are in one.
#[test]
fn many_draws_do_not_make_many_panels() {
    let mut files = Files::default();
    for instance in 1..=9 {
        let (key, problem) = (format!("k{instance}"), format!("spin dim=20 instance={instance}"));
        files.run(&key, &problem, "gd", "budget", "100.0");
        for (gap, cost) in [("0.5", "1.0"), ("0.1", if instance % 2 == 0 { "2.0" } else { "" })] {
            files.hit(&key, gap, cost);
        }
        files.point(&key, "stop", "-1.5", [instance % 3, 0, 19 - instance % 3], "0.001", ("minimum", 0));
        // One without a certificate, so that there are two kinds of ends.
        files.run(&format!("n{instance}"), &problem, "gd", "budget", "100.0");
        ["0.5", "0.1"].iter().for_each(|gap| files.hit(&format!("n{instance}"), gap, ""));
    }
    let found = pictures(files.write().path());
    for (name, panels) in [("success_by_gap", 4), ("success_by_cost", 4), ("classes", 4), ("index_by_level", 1)] {
        let picture = find(&found, name);
        let says_so = picture.notes.iter().any(|note| note.contains("the first 4 are shown"));
        assert_eq!((picture.panels.len(), says_so), (panels, panels == 4), "{name}");
    }
    let points = columns(&find(&found, "index_by_level").to_csv(), &["problem", "kind"]);
    let point = vec!["spin dim=20".to_string(), "point".to_string()];
    assert_eq!(points, vec![point; 3], "three of nine draws have each index");
}

/// Medians of the table, and a panel of its own for held-out data.
#[test]
fn learning_curves_are_those_of_the_table() {
    let mut files = Files::default();
    for run in 1..=4 {
        let key = format!("r{run}");
        files.run(&key, "digits", "sgd", "budget", "100.0");
        for (cost, gap) in [("1", 4.0), ("10", 0.4), ("100", 0.0)] {
            files.curve(&key, 0, cost, &format!("{:?}", gap * f64::from(run)), "");
        }
    }
    let table = files.tables().into_iter().find(|table| table.name == "curves").unwrap().to_csv();
    let dir = files.write();
    let found = pictures(dir.path());
    let names = ["problem", "method", "cost", "q10", "q50", "q90"];
    assert_eq!(columns(&find(&found, "learning").to_csv(), &names), columns(&table, &names));
    assert_eq!(find(&found, "learning").panels.len(), 1);
    // f_held_out is the column after sigma_weights.
    files.curves.iter_mut().for_each(|row| *row = row.replace(",1,0,0,,-1.0,", ",1,0,0,0.75,-1.0,"));
    let held_out = pictures(files.write().path());
    assert_eq!(find(&held_out, "learning").panels.len(), 2);
    assert!(find(&held_out, "learning").to_svg().contains("loss on held-out data"));
}

#[test]
fn the_page_has_everything_and_needs_nothing() {
    let dir = random_folder(6, 8).write();
    let (tables, pictures) = (tables(dir.path()), pictures(dir.path()));
    let about = About {
        name: "random".to_string(),
        description: "Is a < b & \"c\"?".to_string(),
        config: "[experiment]\nname = \"random\"\n".to_string(),
        repeat: "runner run x.toml --only KEY".to_string(),
        rebuild: "runner tables random".to_string(),
        provenance: vec![("program: commit".to_string(), "0123abcd".to_string())],
    };
    let page = report::page(dir.path(), &about, &tables, &pictures).unwrap();
    assert_eq!(page, report::page(dir.path(), &about, &tables, &pictures).unwrap());
    assert_well_formed(&page);
    for outside in ["http", "src=", "url(", "@import", "<script", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for table in &tables {
        assert!(page.contains(&format!("id=\"table-{}\"", table.name)), "{}", table.name);
        let lines: usize = table.blocks.iter().map(|block| block.rows.len()).sum();
        let part = page.split_once(&format!("id=\"table-{}\"", table.name)).unwrap().1;
        let part = &part[..part.find("</details>").unwrap()];
        assert_eq!(part.matches("<tr>").count(), lines + table.blocks.len(), "every line, and a header for each block");
    }
    let panels: usize = pictures.iter().map(|picture| picture.panels.len()).sum();
    assert_eq!(page.matches("<figure><svg").count(), panels);
    for text in ["Is a &lt; b &amp; &quot;c&quot;?", "--only rastrigin dim=2/", "0123abcd", "Runs: planned 96 = "] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("id=\"claims\""), "nothing is claimed");
    // A number that one half of the seeds does not have is not left open.
    let names = ["verdict", "text", "first_half", "second_half"].map(String::from).to_vec();
    let row = |first, second| vec![Cell::text("holds"), Cell::text("a claim"), first, second];
    let (some, none) = (|| Cell::Real(0.5), || Cell::Empty);
    let claims = Table {
        name: "claims".to_string(),
        title: String::new(),
        notes: vec![],
        header: names,
        rows: vec![row(some(), some()), row(none(), some()), row(some(), none()), row(none(), none())],
        blocks: vec![],
        footer: vec![],
    };
    let page = report::page(dir.path(), &about, &[claims], &[]).unwrap();
    assert_eq!(page.matches("on the two halves of the seeds").count(), 3);
    for text in ["0.500 and 0.500<", "0.500 on the second, no number", "0.500 on the first, no number"] {
        assert!(page.contains(text), "{text}");
    }
}
