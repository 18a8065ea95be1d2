//! Everything that can be wrong with an experiment file: what, where, what to do; exit 2, nothing written.

use crate::support::{Answer, Desk, SMALL, column, program};
use std::fs;

/// The program's answer to a wrong file; nothing may have been written.
#[track_caller]
fn refused(text: &str) -> Answer {
    let desk = Desk::new(text);
    let answer = desk.run("r").expect(2);
    assert!(!desk.folder("r").exists(), "nothing is written");
    assert_eq!(answer.out, "");
    let plan = program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(2);
    assert_eq!(plan.err, answer.err, "plan finds the same");
    answer
}

/// The line of the first `needle` in `text`, from 1.
fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).expect("the needle is there") + 1
}

#[test]
fn each_mistake_is_shown_where_it_stands_with_what_to_do() {
    // (what stands there, what is written instead, where, what the message says)
    let cases: &[(&str, &str, &str, &[&str])] = &[
        (
            "name = \"rastrigin\"",
            "name = \"rastrign\"",
            "rastrign",
            &["unknown problem \"rastrign\"", "did you mean \"rastrigin\"?"],
        ),
        (
            "replicates = 40",
            "replicate = 40",
            "replicate =",
            &["unknown key `replicate` in [runs]", "did you mean `replicates`?"],
        ),
        (
            "schema = 1",
            "schema = 1\nsuite = 1",
            "suite",
            &["unknown key `suite` in the file", "expected: schema, experiment"],
        ),
        ("schema = 1", "schema = 2", "schema", &["unknown file format", "`schema = 1`"]),
        (
            "dim = [1, 2]",
            "dmi = [1, 2]",
            "dmi",
            &["problem \"rastrigin\" has no parameter `dmi`", "did you mean `dim`?"],
        ),
        ("dim = [1, 2]", "dim = [1, 0]", "dim", &["problem \"rastrigin\": dim = 0"]),
        ("dim = [1, 2]", "dim = 1.5", "dim", &["`dim` of problem \"rastrigin\" needs an integer, got 1.5"]),
        ("dim = [1, 2]", "dim = [1, \"2\"]", "dim", &["needs an integer, got a string"]),
        ("dim = [1, 2]", "dim = []", "dim", &["sweeps over no value"]),
        (
            "optimizer = \"adam\"",
            "optimizer = \"adma\"",
            "adma",
            &["unknown optimizer \"adma\"", "did you mean \"adam\"?"],
        ),
        ("strategy = \"noisy_start\"", "strategy = \"noisy\"", "\"noisy\"\n", &["unknown strategy \"noisy\""]),
        (
            "finder = \"newton\"",
            "finder = \"newtom\"",
            "newtom",
            &["unknown finder \"newtom\"", "did you mean \"newton\"?"],
        ),
        (
            "finder = \"newton\"",
            "finder = \"newton\"\nstrategy = \"single\"",
            "strategy = \"single\"",
            &["a finder has no strategy"],
        ),
        (
            "finder = \"newton\"",
            "finder = \"newton\"\noptimizer = \"sgd\"",
            "finder",
            &["a method has one of `optimizer`, `finder` and `survey`"],
        ),
        ("params = { lr = 0.01 }", "params = { lr = -0.01 }", "-0.01", &["method \"noisy\"", "lr = -0.01"]),
        (
            "params = { lr = 0.01 }",
            "params = { lr = nan }",
            "nan",
            &["`lr` of optimizer \"adam\" needs a finite number"],
        ),
        (
            "params = { lr = 0.01 }",
            "params = { lr = [0.01, 0.1] }",
            "[0.01",
            &["takes one value, not a list", "its own [[method]]"],
        ),
        (
            "params = { lr = 0.01 }",
            "params = { momentum = 0.9 }",
            "momentum",
            &["optimizer \"adam\" has no parameter `momentum`", "it has: lr, beta1"],
        ),
        ("cutoff = 20", "cutoff = 0", "cutoff", &["method \"restart\"", "cutoff = 0"]),
        (
            "cutoff = 20",
            "cut_off = 20",
            "cut_off",
            &["strategy \"multi_restart\" has no parameter `cut_off`", "did you mean `cutoff`?"],
        ),
        ("id = \"restart\"", "id = \"gd\"", "id = \"gd\"", &["two methods have the id \"gd\""]),
        (
            "\"restart\", \"noisy\", \"newton\"",
            "\"restrat\"",
            "restrat",
            &["no method has the id \"restrat\"", "did you mean \"restart\"?"],
        ),
        ("gaps = []", "gaps = []\noverride = { gdd = { lr = 1.0 } }", "gdd", &["no method has the id \"gdd\""]),
        (
            "gaps = []",
            "gaps = []\noverride = { sgd = { lr = 1.0 } }",
            "sgd =",
            &["\"sgd\" is overridden but not among the `methods`"],
        ),
        (
            "gaps = []",
            "gaps = []\noverride = { gd = { lrr = 1.0 } }",
            "lrr",
            &["method \"gd\" has no parameter `lrr`", "did you mean `lr`?"],
        ),
        ("gaps = []", "gaps = []\noverride = { gd = { lr = 0.0 } }", "lr = 0.0", &["method \"gd\"", "lr = 0"]),
        ("gaps = []", "gaps = []\noverride = { gd = 1.0 }", "gd = 1.0", &["needs a table of parameter values"]),
        ("methods = [\"sgd\"]", "methods = []", "mlp", &["`methods` is empty"]),
        (
            "methods = [\"gd\", \"newton\"]",
            "methods = [\"sgd\"]",
            "spherical_spin",
            &["sgd draws minibatches", "methods = [...]"],
        ),
        ("batch = 7", "batch = 100", "mlp", &["minibatches of 100 rows, but the problem has 24"]),
        ("gaps = [10.0, 1.0, 0.1]", "gaps = [10.0, 10.0]", "gaps = [10", &["the gap 10 stands here twice"]),
        ("gaps = [10.0, 1.0, 0.1]", "gaps = [-1.0]", "gaps = [-1", &["must not be negative"]),
        ("gaps = [10.0, 1.0, 0.1]", "gaps = 1.0", "gaps = 1", &["`gaps` needs a list of numbers, got a number"]),
        ("name = \"spherical_spin\"\ndim = 5", "name = \"monkey_saddle\"", "", &[]),
        ("replicates = 40", "replicates = 0", "replicates", &["`replicates` must be at least 1, got 0"]),
        ("replicates = 40", "replicates = -3", "replicates", &["`replicates` must be at least 1, got -3"]),
        ("replicates = 40", "replicates = \"40\"", "replicates", &["`replicates` needs an integer, got a string"]),
        ("gradients = 100", "gradients = 0", "gradients", &["`gradients` must be at least 1"]),
        ("[budget]", "[stop]\ngrad_norm = 0.0\n[budget]", "grad_norm", &["`grad_norm` must be above 0"]),
        (
            "[budget]",
            "[stop]\ngrad_nrom = 1.0\n[budget]",
            "grad_nrom",
            &["unknown key `grad_nrom` in [stop]", "did you mean `grad_norm`?"],
        ),
        ("\"start\", 10]", "\"strat\", 10]", "strat", &["`at` needs a list of \"stop\", \"start\""]),
        ("\"start\", 10]", "\"start\", 1000]", "1000", &["1000 is beyond the budget of 100"]),
        ("\"start\", 10]", "\"stop\"]", "at =", &["this moment stands here twice"]),
        ("at = [", "zero_tol_factor = 1.0\nat = [", "zero_tol_factor", &["[critical]", "zero_tol_factor = 1"]),
        ("at = [", "zero_tol = 10.0\nat = [", "zero_tol ", &["[critical] has no parameter `zero_tol`"]),
        ("name = \"small\"", "name = \"../small\"", "small", &["\"../small\" cannot name a folder"]),
        ("name = \"small\"", "name = \"\"", "name = \"\"", &["cannot name a folder"]),
        ("name = \"small\"", "name = 3", "name = 3", &["`name` needs a string, got an integer"]),
        ("name = \"small\"", "title = \"small\"", "title", &["unknown key `title` in [experiment]"]),
        ("pool = 8\nsamples = 24\nhidden = [1]", "data = \"nowhere.csv\"", "nowhere", &["nowhere.csv"]),
        ("hidden = [1]", "hidden = [[1], \"x\"]", "hidden", &["`hidden` of problem \"mlp\" needs a list of integers"]),
        ("schema = 1", "schema = = 1", "schema", &["e.toml:2:"]),
        ("[budget]", "[runs]\nreplicates = 3\n[budget]", "[runs]", &["duplicate key"]),
    ];
    for (before, after, place, says) in cases {
        if says.is_empty() {
            continue;
        }
        assert!(SMALL.contains(before), "{before}");
        let text = SMALL.replacen(before, after, 1);
        let answer = refused(&text);
        for word in *says {
            assert!(answer.err.contains(word), "{after}: {word} is not in\n{}", answer.err);
        }
        // The last place that fits: an edit can repeat what stood further up.
        let lines: Vec<usize> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.contains(place.trim_end_matches('\n')))
            .map(|(i, _)| i + 1)
            .collect();
        let named = lines.iter().any(|line| answer.err.contains(&format!("e.toml:{line}:")));
        assert!(named, "{after}: none of the lines {lines:?} is named in\n{}", answer.err);
        assert!(answer.err.ends_with("; nothing was written\n"), "{}", answer.err);
    }
}

#[test]
fn missing_parts_are_named() {
    for (cut, says) in [
        ("schema = 1\n", "the key `schema` is missing"),
        ("name = \"small\"\n", "the key `name` is missing"),
        ("[experiment]\nname = \"small\"\n", "there is no [experiment]"),
        ("id = \"gd\"\n", "the key `id` is missing"),
        ("finder = \"newton\"\n", "this method has none of `optimizer`, `finder` and `survey`"),
        ("name = \"rastrigin\"\n", "the key `name` is missing"),
    ] {
        let answer = refused(&SMALL.replacen(cut, "", 1));
        assert!(answer.err.contains(says), "{cut}: {}", answer.err);
    }
    let empty = refused("schema = 1\n[experiment]\nname = \"e\"\n");
    assert!(empty.err.contains("there is no [[problem]]") && empty.err.contains("there is no [[method]]"));
}

#[test]
fn gaps_need_a_reference_and_finders_need_none() {
    let text = SMALL.replacen("name = \"spherical_spin\"\ndim = 5", "name = \"monkey_saddle\"", 1);
    let with_gaps = text.replacen("gaps = []\n", "", 1);
    let answer = refused(&with_gaps);
    assert!(answer.err.contains("monkey_saddle has no known minimum"), "{}", answer.err);
    assert!(answer.err.contains("`reference = VALUE`, or `gaps = []`"), "{}", answer.err);
    for mended in [
        with_gaps.replacen("\"monkey_saddle\"", "\"monkey_saddle\"\nreference = -1e6", 1),
        with_gaps.replacen("methods = [\"gd\", \"newton\"]", "methods = [\"newton\"]", 1),
        text,
    ] {
        let desk = Desk::new(&mended);
        program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(0);
    }
}

#[test]
fn the_same_work_twice_is_refused() {
    let twin = SMALL.replace("[runs]", "[[method]]\nid = \"twin\"\noptimizer = \"gradient_descent\"\n[runs]");
    let answer = refused(&twin.replacen("\"gd\", \"restart\"", "\"gd\", \"twin\", \"restart\"", 1));
    assert!(
        answer.err.contains("\"gd\" on rastrigin dim=1 and \"twin\" on rastrigin dim=1 are the same runs"),
        "{}",
        answer.err
    );
    let again = refused(&SMALL.replacen("dim = [1, 2]", "dim = [2, 2]", 1));
    assert!(again.err.contains("are the same runs"), "{}", again.err);
}

#[test]
fn a_malformed_data_file_is_named_with_its_line() {
    const PARAMS: &str = "pool = 8\nsamples = 24\nhidden = [1]";
    let desk = Desk::new("");
    let path = desk.path("d.csv");
    for (data, more, expected) in [
        ("1,2,0\n1,zwei,1\n", "", "d.csv:2: column 2: \"zwei\" is not a finite number"),
        ("a,b,c\n1,2,0\n3,1\n", "", "d.csv:3: 2 cells where the first row has 3"),
        ("a,b,c\n", "", "d.csv:1: a header and no rows"),
        ("a,b,c\n1,2,0\n3,1,1\n", "\nlabel = \"kind\"", "d.csv: the columns are a, b, c"),
        ("a,b,c\n1,2,0\n3,1,1\n", "\nheld_out = 0.95", "held_out = 0.95 is refused"),
    ] {
        fs::write(&path, data).unwrap();
        let text = SMALL.replacen(PARAMS, &format!("data = \"{path}\"{more}"), 1);
        let answer = refused(&text);
        assert!(answer.err.contains(expected), "{}", answer.err);
        assert!(answer.err.contains("nothing was written"), "{}", answer.err);
    }
    let answer = refused(&SMALL.replacen(PARAMS, &format!("data = \"{path}\"\nlabel = \"kind\""), 1));
    assert!(answer.err.contains("e.toml:17:9: problem \"mlp\": label \"kind\" is no column"), "{}", answer.err);
    // A table of parameters, as methods have it.
    let answer = refused(&SMALL.replacen(PARAMS, "params = { data = \"d.csv\" }", 1));
    assert!(answer.err.contains("problem \"mlp\" has no parameter `params`"), "{}", answer.err);
    assert!(answer.err.contains("its parameters stand beside `name`"), "{}", answer.err);
}

#[test]
fn all_mistakes_come_at_once_on_one_screen() {
    let text = SMALL
        .replacen("name = \"rastrigin\"", "name = \"rastrign\"", 1)
        .replacen("optimizer = \"adam\"", "optimizer = \"adma\"", 1)
        .replacen("replicates = 40", "replicate = 40", 1)
        .replacen("gradients = 100", "gradients = 0", 1)
        .replacen("name = \"small\"", "name = \"a/b\"", 1)
        .replacen("batch = 7", "batch = -7", 1)
        .replacen("dim = 5", "dim = 0", 1);
    let answer = refused(&text);
    assert_eq!(answer.err.lines().count(), 8, "{}", answer.err);
    assert!(answer.err.lines().last().unwrap().starts_with("7 problems in "), "{}", answer.err);
    let numbers: Vec<usize> =
        answer.err.lines().filter_map(|line| line.split("e.toml:").nth(1)?.split(':').next()?.parse().ok()).collect();
    assert!(numbers.is_sorted() && numbers.len() == 7, "in file order: {numbers:?}");
    assert_eq!(numbers[0], line_of(&text, "a/b"));
}

#[test]
fn a_few_mistakes_are_shown_with_their_lines() {
    let answer = refused(&SMALL.replacen("name = \"rastrigin\"", "name = \"rastrign\"", 1));
    let lines: Vec<&str> = answer.err.lines().collect();
    assert!(
        lines[0].starts_with("error: ") && lines[0].ends_with("e.toml:6:8: unknown problem \"rastrign\""),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1], "   6 | name = \"rastrign\"");
    assert_eq!(lines[2], "     |        ^^^^^^^^^^ did you mean \"rastrigin\"?");
}

/// A mistake inside a text is pointed at where it stands, as long as the letters of the file are those of the text.
#[test]
fn a_mistake_in_a_formula_is_shown_at_its_column() {
    let with = |value: &str| {
        let text = SMALL.replacen("name = \"rastrigin\"", "name = \"formula\"", 1);
        refused(&text.replacen("dim = [1, 2]", &format!("value = {value}"), 1)).err
    };
    // (the value, the column of the file, what is underlined)
    for (value, column, underlined) in [
        ("\"x1 + cso(x2)\"", 15, "^^^^^^^ "),
        ("'x1 + '", 15, "^ "),
        ("\"\\u0078\\u0031 + y\"", 9, "^^^^^^^^^^^^^^^^^^ "),
    ] {
        let err = with(value);
        let lines: Vec<&str> = err.lines().collect();
        assert!(lines[0].contains(&format!("e.toml:7:{column}: problem \"formula\": value, column ")), "{err}");
        assert!(format!("{} ", lines[2]).contains(&format!("| {}{underlined}", " ".repeat(column - 1))), "{err}");
    }
}

#[test]
fn folders_of_others_are_left_alone() {
    let desk = Desk::new(SMALL);
    desk.run("r").expect(0);
    desk.write(&SMALL.replace("name = \"small\"", "name = \"other\""));
    let answer = desk.run("r").expect(2);
    assert!(answer.err.contains("holds the results of experiment \"small\", not of \"other\""), "{}", answer.err);
    fs::create_dir(desk.folder("photos")).unwrap();
    fs::write(desk.folder("photos").join("cat.jpg"), "miaow").unwrap();
    let answer = desk.run("photos").expect(2);
    assert!(answer.err.contains("is no result folder"), "{}", answer.err);
    assert_eq!(crate::support::listing(&desk.folder("photos")), ["cat.jpg"]);
}

#[test]
fn a_second_method_of_one_id_has_its_own_mistakes_named() {
    let desk = Desk::new(
        r#"
schema = 1
[experiment]
name = "twins"
[[problem]]
name = "himmelblau"
[[method]]
id = "gd"
optimizer = "gradient_descent"
[[method]]
id = "gd"
optimizer = "adm"
"#,
    );
    let err = desk.run("r").expect(2).err;
    assert!(err.contains("two methods have the id \"gd\"") && err.contains("did you mean \"adam\"?"), "{err}");
}

/// The keys `replicates` and `gradients` of a problem replace those of `[runs]` and `[budget]`, and are checked alike.
#[test]
fn budgets_and_replicates_of_a_problem_are_checked() {
    let text = |keys: &str| {
        format!(
            "schema = 1\n[experiment]\nname = \"own\"\n[[problem]]\nname = \"himmelblau\"\n{keys}\n[[method]]\n\
             id = \"gd\"\noptimizer = \"gradient_descent\"\nparams = {{ lr = 0.005 }}\n[runs]\nreplicates = 9\n"
        )
    };
    let err = Desk::new(&text("replicates = 0\ngradients = -1")).run("r").expect(2).err;
    assert!(err.contains("`replicates` must be at least 1") && err.contains("`gradients` must be at least 1"), "{err}");
    let desk = Desk::new(&text("replicates = 4\ngradients = 7"));
    desk.run("r").expect(0);
    assert_eq!(column(&desk.folder("r"), "runs.csv", "cost"), ["7"; 4]);
}

/// `precision` is one of two words, and says something only where there are data rows.
#[test]
fn a_precision_that_does_not_exist_or_apply_is_refused() {
    let text = |name: &str, precision: &str| {
        format!(
            "schema = 1\n[experiment]\nname = \"p\"\n[[problem]]\nname = \"{name}\"\nprecision = \"{precision}\"\n\
             [[method]]\nid = \"gd\"\noptimizer = \"gradient_descent\"\n"
        )
    };
    let err = Desk::new(&text("mlp", "f16")).run("r").expect(2).err;
    assert!(err.contains("precision = \"f16\"") && err.contains(":6:"), "{err}");
    let err = Desk::new(&text("himmelblau", "f32")).run("r").expect(2).err;
    assert!(err.contains("for means over data rows, and himmelblau is a formula"), "{err}");
}

#[test]
fn points_that_no_hessian_can_certify_are_refused_with_the_lanczos_way() {
    let large = "name = \"mlp\"\nhidden = [200]\npool = 1\nsamples = 20";
    let file = |problem: &str, method: &str, more: &str| {
        format!(
            "schema = 1\n[experiment]\nname = \"e\"\nmaster_seed = 1\n[[problem]]\n{problem}\ngaps = []\n\
             [[method]]\nid = \"m\"\n{method}\n{more}[runs]\nreplicates = 1\n"
        )
    };
    let critical = "[critical]\nat = [\"stop\"]\n";
    let descent = "optimizer = \"gradient_descent\"";
    for (method, more, says) in [
        ("finder = \"newton\"", "", "every point found is certified by its Hessian"),
        (descent, critical, "`[critical]` certifies points by their Hessian"),
        ("survey = \"enumerate\"", "", "every point is certified by its Hessian"),
    ] {
        let answer = refused(&file(large, method, more));
        for word in [says, "15010 x 15010", "3.6 GB", "above 10000 coordinates", "measure = \"density\""] {
            assert!(answer.err.contains(word), "{word}: {}", answer.err);
        }
        assert!(answer.err.contains("e.toml:6:8"), "{}", answer.err);
    }
    let proves = format!("{critical}prove = true\n");
    let answer = refused(&file("name = \"quadratic\"\ndim = 3000", descent, &proves));
    for word in ["`prove` in [critical] encloses the Hessian", "3000 x 3000", "288 MB", "above 2000 coordinates"] {
        assert!(answer.err.contains(word), "{word}: {}", answer.err);
    }
    // One that is certified beside a large one that is not.
    let beside = file("name = \"quadratic\"\ndim = 10", "finder = \"newton\"", "").replacen(
        "[[method]]",
        "methods = [\"m\"]\n[[problem]]\nname = \"mlp\"\nhidden = [200]\npool = 1\nsamples = 20\nmethods = [\"d\"]\n[[method]]\nid = \"d\"\n\
         survey = \"spectrum\"\nparams = { measure = \"density\", lanczos_steps = 4, probes = 2 }\n[[method]]",
        1,
    );
    let desk = Desk::new(&beside);
    program(&["plan", &desk.file(), "--out", &desk.path("r")]).expect(0);
}
