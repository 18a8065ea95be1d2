//! A user's CSV file: what is read, and that a malformed file is refused with its line, column and remedy.

use std::path::PathBuf;

use crate::cases::{build, instance};

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The parameters of a small linear classifier of that file.
fn params(path: &std::path::Path) -> String {
    format!("hidden = []\ndata = {:?}", path.to_str().unwrap())
}

#[test]
fn a_table_is_read_with_and_without_header() {
    let rows = "0.5, -2, 0\n\n1e3,4,1\n  7 ,8.25,2\n";
    for (name, text) in [("plain.csv", rows.to_string()), ("header.csv", format!("\u{feff}width,height,kind\n{rows}"))]
    {
        let net = instance("mlp", &params(&file(name, &text)));
        let read = net.objective.rows().unwrap();
        assert_eq!((read.count(), read.width(), net.dim), (3, 5, 9));
        // Features as they are, then the one-hot label.
        assert_eq!(read.row(0), [0.5, -2.0, 1.0, 0.0, 0.0]);
        assert_eq!(read.row(1), [1000.0, 4.0, 0.0, 1.0, 0.0]);
        assert_eq!(read.row(2), [7.0, 8.25, 0.0, 0.0, 1.0]);
    }
}

#[test]
fn squared_error_of_two_classes_has_one_output() {
    let path = file("two.csv", "1,0\n2,1\n3,1\n");
    let net = instance("mlp", &format!("{}\nloss = \"squared\"", params(&path)));
    assert_eq!((net.dim, net.objective.rows().unwrap().row(1)), (2, &[2.0, 1.0][..]));
}

#[test]
fn the_fingerprint_is_that_of_the_rows_used() {
    let print = |name: &str, text: &str, more: &str| {
        instance("mlp", &format!("{}\n{more}", params(&file(name, text)))).fingerprint
    };
    let first = print("print_1.csv", "1,0\n2,1\n", "");
    assert_eq!(first.len(), 64);
    assert_eq!(first, print("print_2.csv", "a,b\n1.0,0\n2,1\n", ""), "same numbers");
    assert_ne!(first, print("print_3.csv", "1,0\n2.5,1\n", ""), "another number");
    assert_eq!(first, print("print_4.csv", "1,0\n2,1\n9,1\n", "samples = 2"), "a row that is not used");
}

#[test]
fn malformed_files_are_refused_with_line_column_and_remedy() {
    for (name, text, expected) in [
        ("short.csv", "1,2,0\n3,1\n", "short.csv:2: 2 cells where the first row has 3"),
        ("long.csv", "1,2,0\n\n3,4,5,1\n", "long.csv:3: 4 cells where the first row has 3"),
        ("dos.csv", "1,2,0\r\n3,4,1\r\n\r\n\r\n3,4,5,1\r\n", "dos.csv:5: 4 cells where the first row has 3"),
        ("word.csv", "1,2,0\n3,x,1\n", "word.csv:2: column 2: \"x\" is not a finite number"),
        ("nan.csv", "1,NaN,0\n3,4,1\n", "nan.csv:1: column 2: \"NaN\" is not a finite number"),
        ("empty_cell.csv", "a,b,c\n1,,0\n", "empty_cell.csv:2: column 2: \"\" is not a finite number"),
        ("fraction.csv", "1,2,0\n3,4,0.5\n", "fraction.csv:2: column 3: label \"0.5\" is not one of 0, 1, 2, ..."),
        ("negative.csv", "1,2,-1\n", "negative.csv:1: column 3: label \"-1\" is not one of"),
        ("gap.csv", "1,2,0\n3,4,3\n", "gap.csv:2: label 3, but none is 1"),
        ("one_class.csv", "1,2,0\n3,4,0\n", "one_class.csv: 2 rows with 1 different labels; two are needed"),
        ("single.csv", "0\n1\n", "single.csv:1: a single cell"),
        ("empty.csv", "", "empty.csv: 0 rows with 0 different labels"),
    ] {
        let message = build("mlp", &params(&file(name, text))).unwrap_err();
        assert!(message.starts_with("mlp: data: ") && message.contains(expected), "{message}");
        assert!(
            message.contains("every line holds the features") || message.contains("number the classes"),
            "{message}"
        );
    }
}

#[test]
fn a_missing_file_is_named() {
    let message = build("mlp", "data = \"no/such.csv\"").unwrap_err();
    assert!(message.starts_with("mlp: data: no/such.csv: No such file"), "{message}");
    assert!(message.contains("give \"digits\", or the path of a CSV file"), "{message}");
}
