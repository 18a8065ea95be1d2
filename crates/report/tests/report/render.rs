//! How the tables look: never wider than the terminal, well-formed Markdown, the same numbers everywhere.
//! `cargo test -p report --test report render -- --nocapture` prints a full set.

use report::Cell;

use crate::common::{Draws, Files, Sheet, random_folder};

/// A folder like those of the shipped experiments: long labels, six gaps, four methods, a finder on a spin glass.
fn realistic() -> Files {
    let mut draws = Draws(3);
    let mut files = Files::default();
    let methods = [("sgd", 30), ("sgd multi_restart cutoff=1000", 85), ("sgd noisy_start", 60), ("momentum", 20)];
    let problems =
        ["rastrigin dim=2", "mlp layers=64-8-10 activation=tanh loss=softmax_cross_entropy samples=256 seed=1"];
    for problem in problems {
        for (method, percent) in methods {
            for replicate in 0..50 {
                let key = format!("{problem}/{method}/{replicate}");
                let broken = problem.starts_with("mlp") && method == "momentum" && replicate < 3;
                let status = if broken { "diverged" } else { draws.one_of(&["converged", "budget"]) };
                files.run(&key, problem, method, status, "20000.0");
                let (mut reached, mut cost) = (!broken, 0.0);
                for gap in ["10.0", "1.0", "0.1", "0.01", "0.0001", "1e-8"] {
                    reached = reached && draws.below(100) < percent + 10;
                    cost += 100.0 + draws.below(3000) as f64;
                    files.hit(&key, gap, &if reached { format!("{cost:?}") } else { String::new() });
                }
                let (class, neg) = match draws.below(20) {
                    0 => ("saddle", 1),
                    1 => ("degenerate", 0),
                    2 => ("not-critical", 0),
                    _ => ("minimum", 0),
                };
                if !broken {
                    let zero = u64::from(class == "degenerate");
                    files.point(&key, "stop", "0.995", [neg, zero, 2 - neg - zero], "", (class, draws.below(8) / 7));
                }
            }
        }
    }
    let spin = "spherical_spin p=3 dim=60 instance=1";
    for replicate in 0..300 {
        let key = format!("spin/{replicate}");
        files.finder(&key, spin, "converged");
        let t = -1.0 + 2.0 * draws.below(10_000) as f64 / 10_000.0;
        let theory = 0.5 + (t * (1.0 - t * t).sqrt() + t.asin()) / std::f64::consts::PI;
        let neg = ((theory * 59.0).round() as u64 + draws.below(2)).min(59);
        let class = if neg == 0 {
            "minimum"
        } else if neg == 59 {
            "maximum"
        } else {
            "saddle"
        };
        let level = format!("{:?}", t * 1.633);
        let class = if draws.below(30) == 0 { "gradient-flat" } else { class };
        files.point(&key, "found", &level, [neg, 0, 59 - neg], &format!("{theory:?}"), (class, 0));
    }
    files
}

#[test]
fn text_never_exceeds_the_terminal() {
    for files in [realistic(), random_folder(5, 30)] {
        for table in files.tables() {
            println!("{}", table.to_text(80));
            // From the widest single unit upwards, not only at 80: a layout must not fit by luck.
            for width in 60..=160 {
                for line in table.to_text(width).lines() {
                    assert!(line.chars().count() <= width, "{} columns of {width}: {line}", line.chars().count());
                    assert_eq!(line, line.trim_end(), "no trailing space");
                }
            }
        }
    }
}

/// Every row of every table part has as many cells as its header, in CSV and in Markdown.
#[test]
fn rows_are_as_long_as_their_headers() {
    for table in realistic().tables() {
        assert!(table.rows.iter().all(|row| row.len() == table.header.len()), "{}", table.name);
        let markdown = table.to_markdown();
        println!("{markdown}");
        let mut cells = None;
        for line in markdown.lines() {
            let count = line.starts_with('|').then(|| line.replace("\\|", "").matches('|').count());
            assert!(cells.is_none() || count.is_none() || cells == count, "{}: {line}", table.name);
            cells = count;
        }
        assert!(markdown.contains(&table.title) && markdown.contains(&table.footer[0]));
    }
}

/// What a reader sees is the CSV rounded, for each (problem, method, gap).
#[test]
fn people_and_programs_see_the_same_success_rates() {
    let tables = realistic().tables();
    let sheet = Sheet::of(&tables, "success");
    let table = tables.iter().find(|table| table.name == "success").unwrap();
    let mut seen = 0;
    for block in &table.blocks {
        let problem = block.heading.split(" (n = ").next().unwrap();
        for cells in &block.rows {
            for (method, cell) in block.header.iter().zip(cells).skip(1).step_by(2) {
                let (Cell::Text(gap), Cell::Text(text)) = (&cells[0], cell) else { panic!("{cells:?}") };
                let row = (0..sheet.rows.len())
                    .find(|row| {
                        (sheet.text(*row, "problem"), sheet.text(*row, "method")) == (problem, method)
                            && sheet.real(*row, "gap") == gap.parse::<f64>().unwrap()
                    })
                    .unwrap_or_else(|| panic!("{problem}, {method}, {gap} is not in the CSV"));
                let share: f64 = text.split(' ').next().unwrap().parse().unwrap();
                // Two decimals at least, and the CSV within half a unit of the last one.
                assert!((share - sheet.real(row, "share")).abs() <= 0.005 + 1e-12, "row {row}: {text}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, sheet.rows.len());
}

#[test]
fn labels_cannot_break_a_markdown_table() {
    let mut files = Files::default();
    files.run("a", "p|q", "m|*n*", "budget", "10.0");
    files.hit("a", "1.0", "4.0");
    let markdown = files.tables()[0].to_markdown();
    assert!(markdown.contains("| gap | m\\|\\*n\\* | ERT |"), "{markdown}");
}
