//! One block of runs, or its bare gradients, so that instructions can be counted: what `scripts/overhead` does. By hand:
//!
//! ```text
//! cargo build -p bench --example overhead
//! valgrind --tool=callgrind --collect-atstart=no --toggle-collect='bench::overhead::Case::run' \
//!     target/debug/examples/overhead 2 32 50 adam
//! ```
//!
//! The numbers are the position in `bench::overhead::PROBLEMS`, the runs of the block, and their budget. What two budgets differ
//! by is the cost of steps without that of beginning. With `bare` after `adam`, and `Case::bare` in place of `Case::run`:
//! the gradients alone.

use bench::overhead::{Case, PROBLEMS};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let [problem, runs, budget, optimizer, rest @ ..] = &words[..] else {
        panic!("give the number of a problem, the runs of a block, a budget, an optimizer and, where wanted, `bare`");
    };
    let number = |word: &str| word.parse::<usize>().expect("a whole number");
    let case = Case::new(PROBLEMS[number(problem)], number(runs));
    let budget = number(budget) as u64;
    let answer = if rest == ["bare"] { case.bare(optimizer, budget) } else { case.run(optimizer, budget) };
    println!("{answer}");
}
