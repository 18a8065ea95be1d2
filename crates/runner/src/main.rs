//! The program: the library over the built-in problems.

fn main() -> std::process::ExitCode {
    runner::main_with(problems::Registry::builtin(), optimizers::Catalogue::builtin())
}
