//! The whole program with one more problem and one more optimizer: every command knows them.

mod peaks;
mod unit_step;

fn main() -> std::process::ExitCode {
    let mut problems = problems::Registry::builtin();
    problems.add::<peaks::Peaks>();
    let mut optimizers = optimizers::Catalogue::builtin();
    optimizers.add_rule::<unit_step::UnitStep>();
    runner::main_with(problems, optimizers)
}
