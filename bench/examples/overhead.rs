//! One block of runs, or its bare gradients, so that instructions can be counted.
//!
//! ```text
//! cargo build -p bench --example overhead
//! valgrind --tool=callgrind --collect-atstart=no --toggle-collect='bench::overhead::Case::run' \
//!     target/debug/examples/overhead 2 50 adam
//! ```
//!
//! What two budgets differ by is the cost of steps without that of beginning. With `bare adam` in place of `adam`, and `Case::bare` in place of `Case::run`: the gradients alone. The number is the
//! position in `bench::overhead::PROBLEMS`.

use bench::overhead::{Case, PROBLEMS};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let case = |number: &str| Case::new(PROBLEMS[number.parse::<usize>().expect("a position")]);
    match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [number, budget, "bare", optimizer] => {
            println!("{}", case(number).bare(optimizer, budget.parse().expect("a budget")));
        }
        [number, budget, optimizer] => {
            println!("{} gradients", case(number).run(optimizer, budget.parse().expect("a budget")));
        }
        _ => panic!("give the number of a problem, a budget, and an optimizer or `bare` and an optimizer"),
    }
}
