//! The whole program with one more problem: every command knows it.

mod peaks;

fn main() -> std::process::ExitCode {
    let mut registry = problems::Registry::builtin();
    registry.add::<peaks::Peaks>();
    runner::main_with(registry)
}
