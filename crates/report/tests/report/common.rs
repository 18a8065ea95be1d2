//! Builds result folders for the tests: the schema spelt out once more, independently of the crate.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

pub const CELLS: &str = "problem,method,revision,params,dim,scale,reference,optimizer,strategy,method_params";
pub const RUNS: &str = "run_key,problem,method,replicate,status,reason,cost,iterations,restarts,n_f,n_grad,n_hvp,n_hess,\
                        noisy_steps,noise_energy,f_start,f_best,gap_best,cost_at_best,f_final,f_held_out,grad_norm,x_hash";
pub const HITS: &str = "run_key,gap,cost";
pub const CRITICAL: &str = "run_key,at,cost,f,level,grad_norm_before,grad_norm,polish_iterations,polish_distance,n,n_neg,\
                            n_zero,n_pos,zero_modes,index_fraction,theory,lambda_min,lambda_max,zero_tol,contraction,\
                            flat_ratio,mr_residual,class,flips,reason,proof,searches";

pub const ATTEMPTS: &str = "run_key,restart,f_start,f_end,cost,status";
pub const CURVES: &str = "run_key,restart,iterations,cost,f,level,gap,grad_norm,step_length,path_length,from_start,\
                          lr_factor,sigma_gradient,sigma_weights,f_held_out,lambda_min,lambda_max,plateau";
pub const EXAMPLES: &str = "run_key,row,loss,fitted";
pub const COUNTS: &str = "run_key,index,found,expected,expected_se,euler,most";
pub const LISTED: &str = "run_key,number,f,n_neg,n_zero,f_found,n_neg_found,n_zero_found,distance,searches";

pub const CLAIMS: &str =
    "id,text,kind,source,table,cells,quantity,over,relation,value,theory,than,tolerance,tolerance_se";
pub const SPECTRUM: &str = "run_key,at,n,kind,position,value,error,theory";

/// The files, row by row, without headers.
#[derive(Default, Clone)]
pub struct Files {
    pub cells: Vec<String>,
    pub runs: Vec<String>,
    pub hits: Vec<String>,
    pub critical: Vec<String>,
    pub attempts: Vec<String>,
    pub curves: Vec<String>,
    pub examples: Vec<String>,
    pub claims: Vec<String>,
    pub counts: Vec<String>,
    pub listed: Vec<String>,
    pub spectrum: Vec<String>,
}

impl Files {
    /// A planned run of a descent; `cost` as it stands in the file.
    pub fn run(&mut self, key: &str, problem: &str, method: &str, status: &str, cost: &str) {
        self.cell(problem, [method, "sgd", "single", "{}"]);
        self.runs.push(format!(
            "{key},{problem},{method},0,{status},why,{cost},9,0,0,9,0,0,0,0.0,1.5,0.5,0.5,4.0,0.5,,1e-9,ab12"
        ));
    }

    /// A planned run of `[method, optimizer, strategy, parameters]` with its replicate number and `(status, cost)`.
    pub fn run_of(
        &mut self,
        problem: &str,
        method: [&str; 4],
        replicate: usize,
        (status, cost): (&str, &str),
    ) -> String {
        let label = method[0];
        let key = format!("{problem}/{label}/{replicate}");
        self.cell(problem, method);
        self.run(&key, problem, label, status, cost);
        let row = self.runs.last_mut().unwrap();
        let plain = format!(",{label},0,{status},");
        assert!(row.contains(&plain), "{row}");
        *row = row.replace(&plain, &format!(",{label},{replicate},{status},"));
        key
    }

    /// A planned run of a critical-point finder.
    pub fn finder(&mut self, key: &str, problem: &str, status: &str) {
        self.cell(problem, ["newton", "newton", "finder", "{}"]);
        self.runs.push(format!("{key},{problem},newton,0,{status},why,7.0,9,,0,1,0,3,,,1.5,,,,0.5,,1e-9,ab12"));
    }

    /// What runs of `[method, optimizer, strategy, parameters]` have in common, with scale 1 and reference 0; the first
    /// mention counts.
    fn cell(&mut self, problem: &str, [label, optimizer, strategy, params]: [&str; 4]) {
        if !self.cells.iter().any(|row| row.starts_with(&format!("{problem},{label},"))) {
            let params = params.replace('"', "\"\"");
            let shared = "1,\"{\"\"dim\"\":2}\",2,1.0,0.0";
            self.cells.push(format!("{problem},{label},{shared},{optimizer},{strategy},\"{params}\""));
        }
    }

    /// A target of a run; empty cost = not reached.
    pub fn hit(&mut self, key: &str, gap: &str, cost: &str) {
        self.hits.push(format!("{key},{gap},{cost}"));
    }

    /// A certificate with the given `[n_neg, n_zero, n_pos]` and `(class, flips)`.
    pub fn point(&mut self, key: &str, at: &str, level: &str, inertia: [u64; 3], theory: &str, verdict: (&str, u64)) {
        let [neg, zero, pos] = inertia;
        let (class, flips) = verdict;
        let n = neg + zero + pos;
        let fraction = neg as f64 / n as f64;
        self.critical.push(format!(
            "{key},{at},5.0,{level},{level},1e-6,1e-15,3,0.01,{n},{neg},{zero},{pos},0,{fraction:?},{theory},-1.0,2.0,\
             1e-14,1e-5,0.5,1e-9,{class},{flips},why,,"
        ));
    }

    /// A point of a curve: gap (also the level) and plateau as they stand in the file.
    pub fn curve(&mut self, key: &str, restart: u64, cost: &str, gap: &str, plateau: &str) {
        self.curves
            .push(format!("{key},{restart},3,{cost},7.5,{gap},{gap},0.25,0.1,0.5,0.4,1,0,0,,-1.0,2.0,{plateau}"));
    }

    /// A claim: `[id, kind]`, `[table, cells, quantity, over]` and, as they stand in the file, `relation,value,...`.
    pub fn claim(&mut self, [id, kind]: [&str; 2], [table, cells, quantity, over]: [&str; 4], rest: &str) {
        let cells = cells.replace('"', "\"\"");
        self.claims.push(format!("{id},A sentence,{kind},a source,{table},\"{cells}\",{quantity},{over},{rest}"));
    }

    /// Writes the folder.
    pub fn write(&self) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, header, rows) in [
            ("cells.csv", CELLS, &self.cells),
            ("runs.csv", RUNS, &self.runs),
            ("hits.csv", HITS, &self.hits),
            ("critical.csv", CRITICAL, &self.critical),
        ] {
            let mut text = format!("{header}\n");
            rows.iter().for_each(|row| writeln!(text, "{row}").unwrap());
            fs::write(dir.path().join(name), text).unwrap();
        }
        // Files that an experiment may do without are there when they have rows.
        for (name, header, rows) in [
            ("attempts.csv", ATTEMPTS, &self.attempts),
            ("curves.csv", CURVES, &self.curves),
            ("examples.csv", EXAMPLES, &self.examples),
            ("claims.csv", CLAIMS, &self.claims),
            ("counts.csv", COUNTS, &self.counts),
            ("listed.csv", LISTED, &self.listed),
            ("spectrum.csv", SPECTRUM, &self.spectrum),
        ] {
            if !rows.is_empty() {
                fs::write(dir.path().join(name), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
            }
        }
        dir
    }

    /// The tables of the folder.
    pub fn tables(&self) -> Vec<report::Table> {
        tables(self.write().path())
    }
}

pub fn tables(dir: &Path) -> Vec<report::Table> {
    report::tables(dir).unwrap_or_else(|error| panic!("{error}"))
}

/// A CSV table as rows of (column, cell) look-ups.
pub struct Sheet {
    header: csv::StringRecord,
    pub rows: Vec<csv::StringRecord>,
}

impl Sheet {
    pub fn of(tables: &[report::Table], name: &str) -> Self {
        let table = tables.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no table {name}"));
        let text = table.to_csv();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        Sheet { header: reader.headers().unwrap().clone(), rows: reader.records().map(Result::unwrap).collect() }
    }

    pub fn text(&self, row: usize, column: &str) -> &str {
        let i = self.header.iter().position(|name| name == column).unwrap_or_else(|| panic!("no column {column}"));
        &self.rows[row][i]
    }

    pub fn real(&self, row: usize, column: &str) -> f64 {
        self.text(row, column).parse().unwrap_or_else(|_| panic!("{column} is {:?}", self.text(row, column)))
    }

    pub fn count(&self, row: usize, column: &str) -> usize {
        self.text(row, column).parse().unwrap_or_else(|_| panic!("{column} is {:?}", self.text(row, column)))
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a fixed stream for synthetic folders.
pub struct Draws(pub u64);

impl Draws {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    pub fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len() as u64) as usize]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// A folder with random statuses, hits and certificates: 3 problems x (3 methods x `runs` + a finder).
pub fn random_folder(seed: u64, runs: usize) -> Files {
    let mut draws = Draws(seed);
    let mut files = Files::default();
    let classes = ["minimum", "saddle", "maximum", "degenerate", "gradient-flat", "not-critical", "at-infinity"];
    for problem in ["rastrigin dim=2", "spherical_spin p=3 dim=20 instance=1", "double_well"] {
        for method in ["sgd", "sgd multi_restart", "noisy_start"] {
            for replicate in 0..runs {
                let key = format!("{problem}/{method}/{replicate}");
                let status = draws.one_of(&["converged", "budget", "diverged", "nan", "panic", "missing"]);
                let cost = match status {
                    "missing" => String::new(),
                    "panic" if draws.below(2) == 0 => String::new(),
                    _ => format!("{:?}", 500.0 + draws.below(500) as f64),
                };
                files.run(&key, problem, method, status, &cost);
                // `double_well` stands for a problem without a reference level: no targets.
                if problem != "double_well" && status != "missing" {
                    let mut cost = draws.below(400) as f64;
                    for gap in ["10.0", "1.0", "0.01", "1e-8"] {
                        cost += draws.below(300) as f64;
                        let reached = cost <= 500.0;
                        files.hit(&key, gap, &if reached { format!("{cost:?}") } else { String::new() });
                    }
                }
                if status == "missing" || draws.below(4) == 0 {
                    continue;
                }
                for at in ["start", "250", "stop"] {
                    random_point(&mut files, &mut draws, &key, at, &classes);
                }
            }
        }
        for replicate in 0..runs {
            let key = format!("{problem}/newton/{replicate}");
            files.finder(&key, problem, "converged");
            random_point(&mut files, &mut draws, &key, "found", &classes);
        }
    }
    files
}

fn random_point(files: &mut Files, draws: &mut Draws, key: &str, at: &str, classes: &[&str]) {
    let neg = draws.below(20);
    let level = -1.65 + neg as f64 * 0.08 + draws.below(1000) as f64 * 1e-4;
    let class = draws.one_of(classes);
    let theory = if key.contains("spin") { format!("{:?}", neg as f64 / 20.0 + 0.01) } else { String::new() };
    let zero = if class == "degenerate" { 1 } else { 0 };
    files.point(key, at, &format!("{level:?}"), [neg, zero, 20 - neg - zero], &theory, (class, draws.below(3)));
}
