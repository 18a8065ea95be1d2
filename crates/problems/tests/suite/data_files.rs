//! A user's CSV file: what is read, and that a malformed file is refused with its line, column and remedy.

use std::path::PathBuf;

use crate::cases::{build, instance};

fn file(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
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
        ("gap.csv", "1,2,0\n3,4,3\n", "gap.csv:2: column 3: label 3, but none is 1"),
        ("one_class.csv", "1,2,0\n3,4,0\n", "one_class.csv: column 3: 2 rows with 1 different label; two labels are"),
        ("single.csv", "0\n1\n", "single.csv:1: a single cell"),
        ("semicolons.csv", "a;b;c\n1;2;0\n3;4;1\n", "semicolons.csv:2: a single cell"),
        ("empty.csv", "", "empty.csv:1: no rows"),
        ("blank.csv", "\n\r\n\n", "blank.csv:1: no rows"),
        ("header_only.csv", "a,b,c\n", "header_only.csv:1: a header and no rows"),
        ("wide_header.csv", "a,b,c,d\n1,2,0\n3,4,1\n", "wide_header.csv:2: 3 cells where the header has 4"),
        ("number_in_header.csv", "1,2,kind\n1,2,0\n", "number_in_header.csv:1: column 3: label \"kind\" is not one of"),
        ("inf.csv", "1,2,0\n-inf,4,1\n", "inf.csv:2: column 1: \"-inf\" is not a finite number"),
        ("overflow.csv", "1,2,0\n3,1e999,1\n", "overflow.csv:2: column 2: \"1e999\" is not a finite number"),
        (
            "huge.csv",
            "1,2,0\n3,4,18446744073709551616\n",
            "huge.csv:2: column 3: label \"18446744073709551616\" is not",
        ),
        ("large.csv", "1,2,0\n3,4,4000000000\n", "large.csv:2: column 3: label 4000000000, but none is 1"),
        ("comma.csv", "\"1,5\",2,0\n3,4,1\n", "comma.csv:1: column 1: \"1,5\" is not a finite number"),
        ("open_quote.csv", "1,2,0\n\"3,4,1\n5,6,0\n", "open_quote.csv:2: a quote that is opened in this line is not"),
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

#[test]
fn quotes_byte_order_marks_and_line_ends_of_spreadsheets_are_read() {
    let expected = [[1.5, 2.0, 1.0, 0.0], [-3.0, 4.0, 0.0, 1.0]];
    for (name, text) in [
        ("quoted.csv", "\"a, in mm\",\"b \"\"x\"\"\",c\n\"1.5\",2,\"0\"\n-3,\"4\",1\n"),
        ("bom.csv", "\u{feff}1.5,2,0\n-3,4,1\n"),
        ("bom_quoted.csv", "\u{feff}\"1.5\",2,0\r\n-3,4,1\r\n"),
        ("no_last_end.csv", "1.5,2,0\r\n-3,4,1"),
        ("blank_end.csv", "a,b,c\r\n1.5,2,0\r\n-3,4,1\r\n\r\n\n"),
        ("old_mac.csv", "1.5,2,0\r-3,4,1\r"),
    ] {
        let net = instance("mlp", &params(&file(name, text)));
        let rows = net.objective.rows().unwrap();
        assert_eq!(rows.count(), 2, "{name}");
        assert_eq!([rows.row(0), rows.row(1)], [&expected[0][..], &expected[1][..]], "{name}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    for (name, bytes, place) in [
        // Latin 1, and a spreadsheet's "Unicode text".
        ("latin.csv", &b"a,b,c\n1,2,0\n\n3,\xe9,1\n"[..], "latin.csv:4: column 2"),
        ("utf16.csv", &b"\xff\xfe1\0,\x002\0,\x000\0\n\0"[..], "utf16.csv:1: column 1"),
    ] {
        let message = build("mlp", &params(&file(name, bytes))).unwrap_err();
        assert!(message.contains(&format!("{place}: bytes that are not UTF-8; save the file as UTF-8")), "{message}");
    }
}

#[test]
fn columns_have_roles_by_name_or_number_and_a_doubtful_name_is_refused() {
    let path = file("roles.csv", "id,kind,size,size,age\n17,0,1.5,9,3\n18,1,2.5,8,4\n");
    let with = |roles: &str| build("mlp", &format!("{}\n{roles}", params(&path)));
    // Features in the order of the file: size (the third column) and age.
    for roles in ["label = \"kind\"\nignore = [\"id\", \"4\"]", "label = \"2\"\nignore = [\"1\", \"4\"]"] {
        let net = with(roles).unwrap();
        assert_eq!(net.objective.rows().unwrap().row(1), [2.5, 4.0, 0.0, 1.0], "{roles}");
    }
    for (roles, expected) in [
        ("label = \"size\"", "mlp: label \"size\" is the name of columns 3, 4; give the number of one"),
        ("label = \"kind\"\nignore = [\"size\"]", "ignore \"size\" is the name of columns 3, 4"),
        ("label = \"Kind\"", "roles.csv: the columns are id, kind, size, size, age; give a name or"),
        ("label = \"6\"", "a number from 1 to 5"),
        ("label = \"0\"", "label \"0\" is no column"),
        ("label = \"2\"\nignore = [\"1\", \"3\", \"4\", \"5\"]", "no column is left for the features"),
        ("label = \"age\"", "column 5: label 3, but none is 0"),
    ] {
        let message = with(roles).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
    // A name that a header-less file cannot have.
    let message = build("mlp", &format!("{}\nlabel = \"kind\"", params(&file("bare.csv", "1,0\n2,1\n")))).unwrap_err();
    assert!(
        message.contains("bare.csv: the file has no header") && message.contains("label \"kind\" is no column"),
        "{message}"
    );
}

/// What is held out depends on `split` alone, is never trained on, and is scaled by what the training rows say.
#[test]
fn a_file_is_split_by_number_and_scaled_by_its_training_rows() {
    let text: String = (0..20).map(|i| format!("{i},{},{}\n", 5 * i * i, i % 2)).collect();
    let path = file("split.csv", text);
    let plain = |split: u64| {
        let net = instance("mlp", &format!("{}\nheld_out = 0.25\nsplit = {split}", params(&path)));
        let column = |objective: &autodiff::Objective| -> Vec<f64> {
            let rows = objective.rows().unwrap();
            (0..rows.count()).map(|i| rows.row(i)[0]).collect()
        };
        (column(&net.objective), column(net.held_out.as_ref().unwrap()))
    };
    let (training, held_out) = plain(3);
    assert_eq!((training.len(), held_out.len()), (15, 5));
    let mut all = [training.clone(), held_out.clone()].concat();
    all.sort_by(f64::total_cmp);
    assert_eq!(all, (0..20).map(f64::from).collect::<Vec<f64>>(), "every row once");
    assert_eq!(plain(3), (training.clone(), held_out.clone()));
    assert_ne!(plain(4).1, held_out);

    let scaled = instance("mlp", &format!("{}\nheld_out = 0.25\nsplit = 3\nstandardise = true", params(&path)));
    let mean = training.iter().sum::<f64>() / 15.0;
    let sd = (training.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 15.0).sqrt();
    for (objective, column) in [(&scaled.objective, &training), (scaled.held_out.as_ref().unwrap(), &held_out)] {
        for (i, x) in column.iter().enumerate() {
            let cell = objective.rows().unwrap().row(i)[0];
            assert!((cell - (x - mean) / sd).abs() < 1e-14, "{cell}");
        }
    }
}
