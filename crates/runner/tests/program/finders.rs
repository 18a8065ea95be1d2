//! Every finder from an experiment file to its rows, the same whatever the number of threads.

use crate::support::{Desk, lasting, program, text};

/// Names under the finders of `list`.
fn names() -> Vec<String> {
    let list = program(&["list"]).expect(0).out;
    let section = list.split("Finders of critical points").nth(1).expect("a section").lines().skip(1);
    let lines = section.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    lines.filter_map(|line| line.split_whitespace().next()).map(String::from).collect()
}

#[test]
fn every_finder_of_the_list_runs_from_a_file_and_repeats() {
    let names = names();
    assert!(names.len() >= 6 && names.contains(&"newton".to_string()), "{names:?}");
    let methods: String = names
        .iter()
        .map(|name| {
            format!("[[method]]\nid = \"{name}\"\nfinder = \"{name}\"\nparams = {{ lr = 1e-3, perturb = 0.1 }}\n")
        })
        .collect();
    let desk = Desk::new(&format!(
        "schema = 1\n[experiment]\nname = \"finders\"\nmaster_seed = 1\n[[problem]]\nname = \"himmelblau\"\n{methods}\
         [runs]\nreplicates = 8\n[budget]\ngradients = 100\n[critical]\nat = [\"stop\"]\n"
    ));
    desk.run("one").expect(0);
    program(&["run", &desk.file(), "--out", &desk.path("two"), "--threads", "1"]).expect(0);
    assert_eq!(lasting(&desk.folder("one")), lasting(&desk.folder("two")));
    let critical = text(&desk.folder("one"), "critical.csv");
    let mut rows = csv::Reader::from_reader(critical.as_bytes());
    let headers = rows.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (class, f) = (column("class"), column("f"));
    // Critical values of Himmelblau's function.
    let values = [0.0, 13.31192627040559, 67.71915008752615, 104.0151629175581, 178.33723920192747, 181.6165215225827];
    let mut certified = 0;
    for row in rows.records() {
        let row = row.unwrap();
        if ["minimum", "saddle", "maximum"].contains(&&row[class]) {
            certified += 1;
            let value: f64 = row[f].parse().unwrap();
            assert!(values.iter().any(|known| (known - value).abs() < 1e-9), "{row:?}");
        }
    }
    assert!(certified >= names.len() * 6, "{certified} certificates of {} searches", names.len() * 8);
}
